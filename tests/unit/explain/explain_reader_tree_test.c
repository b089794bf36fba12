/* SPDX-License-Identifier: BSD-3-Clause */
/* Blocks and commands, as the words of each setting's path and its value. */
#include "explain_pair.h"
#include "explain_reader.h"

static char seen[2048], why[256];

static void note(struct explain_reader *r, void *arg, const struct base_span *w, size_t n,
                 struct base_span value)
{
    struct base_text *t = arg;
    base_text_add(t, "%u:", r->line);
    for (size_t i = 0; i < n; i++)
        base_text_add(t, "%s%.*s", i ? "/" : "", (int)w[i].len, (const char *)w[i].ptr);
    base_text_add(t, "=%.*s|", (int)value.len, (const char *)value.ptr);
}

static bool read_blocks(const char *text)
{
    struct base_text t = base_text(seen, sizeof seen);
    struct explain_reader r = {.text = base_span(text, strlen(text)), .why = why, .why_size = sizeof why};
    explain_blocks(&r, note, &t);
    return !r.is_faulty;
}

static void blocks_in_every_form(void **state)
{
    (void)state;
    assert_true(
        read_blocks("a {\n  b = 1 # no\n  c {\n    d e\n  }\n}\nf g h { i = \"x { y\" }\n/* { */ j\n"));
    assert_string_equal(seen, "2:a/b=1|4:a/c/d=e|7:f/g/h/i=x { y|8:j=|");
}

static void braces_that_do_not_match(void **state)
{
    (void)state;
    assert_false(read_blocks("a {\n}\n}\n"));
    assert_string_equal(why, "line 3: a } without its {");
    assert_false(read_blocks("a {\n b {\n"));
    assert_string_equal(why, "line 3: 2 { without their }");
    assert_false(read_blocks("a{b{c{d{e{f{g{h{i{j{k{l{m{"));
    assert_string_equal(why, "line 1: blocks stand more than 12 deep in each other");
    assert_false(read_blocks("a b c d e f g h i j k l m n o p q {"));
    assert_string_equal(why, "line 1: a path of more than 14 words");
}

static void commands(void **state)
{
    (void)state;
    static const char text[] = "# no\nset a 'b c' d\ndelete x y\nset e\n";
    struct base_text t = base_text(seen, sizeof seen);
    struct explain_reader r = {.text = base_span(text, strlen(text)), .why = why, .why_size = sizeof why};
    explain_commands(&r, note, &t);
    assert_string_equal(seen, "2:a/b c=d|");
    assert_false(r.is_faulty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_in_every_form),
        cmocka_unit_test(braces_that_do_not_match),
        cmocka_unit_test(commands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
