/* SPDX-License-Identifier: BSD-3-Clause */
/* Settings in blocks of braces, and as commands: both come out as the words of their path, key and value. */
#include "explain_reader.h"

#include <string.h>

#define TREE_DEPTH_MAX 12

struct tree {
    struct base_span words[EXPLAIN_WORDS_MAX];
    size_t n;                           /* words of all blocks that are open */
    size_t depth, mark[TREE_DEPTH_MAX]; /* how many words there were before each block */
    explain_setting_fn *fn;
    void *arg;
};

/* Adds the words of a block's name. */
static bool tree_open(struct explain_reader *r, struct tree *t, struct base_span name)
{
    if (t->depth == TREE_DEPTH_MAX)
        return explain_reader_fault(r, "blocks stand more than %d deep in each other", TREE_DEPTH_MAX);
    t->mark[t->depth++] = t->n;
    for (struct base_span word; (word = explain_word(&name)).len > 0;) {
        if (t->n + 1 >= EXPLAIN_WORDS_MAX)
            return explain_reader_fault(r, "a path of more than %d words", EXPLAIN_WORDS_MAX - 2);
        t->words[t->n++] = word;
    }
    return true;
}

static bool tree_close(struct explain_reader *r, struct tree *t)
{
    if (t->depth == 0)
        return explain_reader_fault(r, "a } without its {");
    t->n = t->mark[--t->depth];
    return true;
}

static void tree_setting(struct explain_reader *r, struct tree *t, struct base_span s)
{
    struct base_span key = explain_trim(s), value;
    size_t at = 0;
    if (key.len == 0)
        return;
    while (at < key.len && key.ptr[at] != '=' && key.ptr[at] != ' ' && key.ptr[at] != '\t')
        at++;
    value = explain_trim(base_span(key.ptr + at, key.len - at));
    key.len = at;
    if (value.len && value.ptr[0] == '=')
        value = explain_trim(base_span(value.ptr + 1, value.len - 1));
    t->words[t->n] = explain_unquote(key);
    t->fn(r, t->arg, t->words, t->n + 1, explain_unquote(value));
}

/* How many bytes from here on are a comment. */
static size_t tree_comment(struct base_span s, bool at_begin)
{
    size_t n = 0;
    if (s.ptr[0] == '#') {
        while (n < s.len && s.ptr[n] != '\n')
            n++;
    } else if (at_begin && s.len >= 2 && s.ptr[0] == '/' && s.ptr[1] == '*') {
        n = 2;
        while (n < s.len && !(s.ptr[n - 1] == '*' && s.ptr[n] == '/' && n > 2))
            n++;
        n += n < s.len;
    }
    return n;
}

static size_t tree_lines(struct base_span s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++)
        n += s.ptr[i] == '\n';
    return n;
}

/* One byte that ends what stands before it, or belongs to it. */
static bool tree_take(struct explain_reader *r, struct tree *t, uint8_t c, struct base_span before)
{
    if (c == '{')
        return tree_open(r, t, before);
    tree_setting(r, t, before);
    return !r->is_faulty && (c != '}' || tree_close(r, t));
}

void explain_blocks(struct explain_reader *r, explain_setting_fn *fn, void *arg)
{
    struct tree t = {.fn = fn, .arg = arg};
    const struct base_span s = r->text;
    uint8_t quote = 0;
    bool is_begin = true; /* there are but blanks since from */
    r->line = 1;
    for (size_t from = 0, to = 0; to <= s.len && !r->is_faulty; to++) {
        const uint8_t c = to < s.len ? s.ptr[to] : '\n';
        const struct base_span before = base_span(s.ptr + from, to - from);
        const size_t comment =
            quote || to == s.len ? 0 : tree_comment(base_span(s.ptr + to, s.len - to), is_begin);
        if (comment) {
            tree_setting(r, &t, before);
            r->line += (uint32_t)tree_lines(base_span(s.ptr + to, comment));
            to += comment - 1;
            from = to + 1;
        } else if (c == '"' || c == '\'') {
            quote = quote == c ? 0 : quote ? quote : c;
        } else if (c == '\n' || (!quote && (c == '{' || c == '}'))) {
            tree_take(r, &t, c, before);
            from = to + 1;
            quote = 0; /* none goes on in the next line */
            r->line += c == '\n' && to < s.len;
        }
        is_begin = from > to || (is_begin && strchr(" \t\r", c));
    }
    if (t.depth && !r->is_faulty)
        explain_reader_fault(r, "%zu { without their }", t.depth);
}

void explain_commands(struct explain_reader *r, explain_setting_fn *fn, void *arg)
{
    struct base_span rest = r->text, line, words[EXPLAIN_WORDS_MAX];
    r->line = 0;
    while (!r->is_faulty && explain_reader_line(r, &rest, &line)) {
        size_t n = 0;
        if (!explain_is(explain_word(&line), "set"))
            continue;
        while (n < EXPLAIN_WORDS_MAX && (words[n] = explain_word(&line)).len > 0)
            n++;
        if (n == EXPLAIN_WORDS_MAX)
            explain_reader_fault(r, "a path of more than %d words", EXPLAIN_WORDS_MAX - 1);
        else if (n >= 2)
            fn(r, arg, words, n - 1, words[n - 1]);
    }
}
