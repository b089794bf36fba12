/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Texts of connections, so that one that did not change need not be parsed, judged and built again. Before
 * the parser sees a file, each connection whose text is that of the configuration in force has its value cut
 * down to a "0"; it is then copied from there when its turn comes. All rules over connections are held
 * against all of them as ever. With any error everything is read again without this, so that findings are the
 * same.
 *
 * Only what its text and the values that all connections take from "nat" and "tunnel" make up is copied: no
 * connection that names files, and none that something was said of when it was built.
 */
#include "conf_int.h"

#include <stdlib.h>
#include <string.h>
#include "base_wipe.h"

#define NOT_KEPT   UINT32_MAX
#define GROUND_MAX 2 /* "nat" and "tunnel" */

/* A connection's name and value, one behind the other. */
struct text {
    size_t at;              /* in bytes */
    size_t value_at;        /* in the file that it stands in, while that is read */
    uint32_t name_len, len; /* of the name, and of both */
    uint32_t former;        /* number of the connection in force that has the same; NOT_KEPT: none */
    bool may_serve;         /* the connection may be copied from here */
};

struct conf_texts {
    char *bytes;
    size_t len, room;
    struct text *list; /* of connections, in the order of the configuration */
    size_t n, n_room;
    struct base_span ground[GROUND_MAX]; /* in the text of the main file, until it ends; then in bytes */
    size_t hint;                         /* where in the configuration in force the next one probably is */
    bool is_off;                         /* no memory, or what the scanner does not know */
};

/* ---- the scanner: where values begin and end in a text that the parser judges later ---- */

struct scan {
    const uint8_t *at, *end;
};

static void scan_blank(struct scan *s)
{
    while (s->at < s->end && (*s->at == ' ' || *s->at == '\n' || *s->at == '\t' || *s->at == '\r'))
        s->at++;
}

static bool scan_is(struct scan *s, char c)
{
    scan_blank(s);
    return s->at < s->end && *s->at == (uint8_t)c;
}

static bool scan_take(struct scan *s, char c)
{
    const bool is = scan_is(s, c);
    s->at += is;
    return is;
}

/* A string with its quotes. */
static bool scan_string(struct scan *s, struct base_span *out)
{
    const uint8_t *from = s->at;
    if (!scan_take(s, '"'))
        return false;
    from = s->at - 1;
    while (s->at < s->end && *s->at != '"')
        s->at += *s->at == '\\' && s->at + 1 < s->end ? 2 : 1;
    *out = base_span(from, (size_t)(s->at - from) + 1);
    return scan_take(s, '"');
}

/* An object or a list, whatever it holds. */
static bool scan_nest(struct scan *s)
{
    struct base_span skipped;
    for (size_t depth = 0; s->at < s->end;) {
        const uint8_t c = *s->at;
        if (c == '"' && !scan_string(s, &skipped))
            return false;
        if (c == '"')
            continue;
        s->at++;
        depth += c == '{' || c == '[';
        if ((c == '}' || c == ']') && --depth == 0)
            return true;
    }
    return false;
}

static bool scan_value(struct scan *s, struct base_span *out)
{
    scan_blank(s);
    const uint8_t *from = s->at;
    bool ok = true;
    if (scan_is(s, '{') || scan_is(s, '['))
        ok = scan_nest(s);
    else if (scan_is(s, '"'))
        ok = scan_string(s, out);
    else
        while (s->at < s->end && !strchr(",]} \n\t\r", *s->at))
            s->at++;
    *out = base_span(from, (size_t)(s->at - from));
    return ok && out->len > 0;
}

/* Members of an object: `member` goes over the value. False: it is none, or no end of it was found. */
static bool scan_object(struct scan *s, bool (*member)(struct scan *s, struct base_span key, void *arg),
                        void *arg)
{
    struct base_span key;
    if (!scan_take(s, '{'))
        return false;
    if (scan_take(s, '}'))
        return true;
    do {
        scan_blank(s);
        if (!scan_string(s, &key) || !scan_take(s, ':') || !member(s, key, arg))
            return false;
    } while (scan_take(s, ','));
    return scan_take(s, '}');
}

/* ---- what a file holds ---- */

/* A file on its way. */
struct file {
    struct conf_reader *r;
    struct base_span text;
};

static bool texts_grow(void **list, size_t *room, size_t need, size_t size)
{
    size_t more = *room ? *room : 1024;
    while (more < need)
        more *= 2;
    void *p = more > *room ? realloc(*list, more * size) : *list;
    if (!p)
        return false;
    *list = p;
    *room = more;
    return true;
}

static bool texts_put(struct conf_texts *t, struct base_span s)
{
    void *bytes = t->bytes;
    if (!texts_grow(&bytes, &t->room, t->len + s.len + 1, 1))
        return false;
    t->bytes = bytes;
    if (s.len)
        memcpy(t->bytes + t->len, s.ptr, s.len);
    t->len += s.len;
    return true;
}

/* The number of the connection in force that a name probably means. Names with an escape are nobody's. */
static size_t texts_find(struct conf_texts *t, const struct conf *former, struct base_span name)
{
    char text[CONF_NAME_MAX];
    const struct ike_conf *ike = former->ike;
    if (name.len < 3 || name.len - 2 >= sizeof text || memchr(name.ptr, '\\', name.len))
        return ike->n_conns;
    memcpy(text, name.ptr + 1, name.len - 2);
    text[name.len - 2] = '\0';
    if (t->hint < ike->n_conns && strcmp(ike->conns[t->hint].name, text) == 0)
        return t->hint++;
    const struct ike_conn_conf *c = ike_conf_conn(ike, text);
    if (!c)
        return ike->n_conns;
    t->hint = (size_t)(c - ike->conns) + 1;
    return t->hint - 1;
}

static uint32_t texts_match(struct conf_texts *t, const struct conf *former, const struct text *x)
{
    if (!former || !former->texts)
        return NOT_KEPT;
    const struct base_span name = base_span(t->bytes + x->at, x->name_len);
    const size_t i = texts_find(t, former, name);
    if (i >= former->texts->n)
        return NOT_KEPT;
    const struct text *was = &former->texts->list[i];
    const bool same = was->may_serve && was->name_len == x->name_len && was->len == x->len &&
                      memcmp(former->texts->bytes + was->at, t->bytes + x->at, x->len) == 0;
    return same ? (uint32_t)i : NOT_KEPT;
}

static bool texts_connection(struct scan *s, struct base_span name, void *arg)
{
    const struct file *f = arg;
    struct conf_texts *t = f->r->texts;
    struct base_span value;
    void *list = t->list;
    if (!scan_value(s, &value) || !texts_grow(&list, &t->n_room, t->n + 1, sizeof *t->list))
        return false;
    t->list = list;
    struct text *x = &t->list[t->n];
    *x = (struct text){.at = t->len,
                       .value_at = (size_t)(value.ptr - f->text.ptr),
                       .name_len = (uint32_t)name.len,
                       .len = (uint32_t)(name.len + value.len)};
    if (!texts_put(t, name) || !texts_put(t, value))
        return false;
    x->former = texts_match(t, f->r->former, x);
    t->n++;
    return true;
}

static bool texts_member(struct scan *s, struct base_span key, void *arg)
{
    static const char *const ground[GROUND_MAX] = {"\"nat\"", "\"tunnel\""};
    const struct file *f = arg;
    struct base_span value;
    if (memchr(key.ptr, '\\', key.len)) /* the parser may read one of these names */
        return false;
    if (base_span_equal(key, base_span("\"connections\"", 13)) && scan_is(s, '{'))
        return scan_object(s, texts_connection, arg);
    if (!scan_value(s, &value))
        return false;
    for (size_t i = 0; !f->r->file && i < GROUND_MAX; i++)
        if (base_span_equal(key, base_span(ground[i], strlen(ground[i]))))
            f->r->texts->ground[i] = value;
    return true;
}

/* Whether what all connections take is the same. */
static bool texts_same_ground(const struct conf_texts *a, const struct conf_texts *b)
{
    bool same = true;
    for (size_t i = 0; i < GROUND_MAX; i++)
        same = same && base_span_equal(a->ground[i], b->ground[i]);
    return same;
}

/* The text without the values of what is copied, from the first-th connection on. */
static struct base_span texts_cut(const struct conf_texts *t, size_t first, struct base_span text)
{
    uint8_t *out = malloc(text.len), *to = out;
    size_t from = 0;
    for (size_t i = first; out && i < t->n; i++) {
        const struct text *x = &t->list[i];
        if (x->former == NOT_KEPT)
            continue;
        memcpy(to, text.ptr + from, x->value_at - from);
        to += x->value_at - from;
        *to++ = '0'; /* a value is an object, which is longer */
        from = x->value_at + x->len - x->name_len;
    }
    if (!out)
        return BASE_SPAN_NONE;
    memcpy(to, text.ptr + from, text.len - from);
    return base_span(out, (size_t)(to - out) + text.len - from);
}

struct base_span conf_texts_begin(struct conf_reader *r, struct base_span text)
{
    struct conf_texts *t = r->texts;
    struct file f = {r, text};
    struct scan s = {text.ptr, text.ptr + text.len};
    if (!t || t->is_off || text.len == 0)
        return BASE_SPAN_NONE;
    const size_t first = t->n;
    t->is_off = !scan_object(&s, texts_member, &f);
    const bool has_former = r->former && r->former->texts && !t->is_off;
    if (has_former && (r->file || texts_same_ground(t, r->former->texts)))
        return texts_cut(t, first, text);
    if (!r->file) /* from the first file on nothing is copied */
        r->former = NULL;
    return BASE_SPAN_NONE;
}

void conf_texts_end(struct base_span cut)
{
    base_wipe((void *)cut.ptr, cut.len); /* it may hold keys, as the file */
    free((void *)cut.ptr);
}

const struct ike_conn_conf *conf_texts_former(const struct conf_reader *r, size_t n)
{
    const struct conf_texts *t = r->texts;
    if (!t || !r->former || n >= t->n || t->list[n].former == NOT_KEPT)
        return NULL;
    return &r->former->ike->conns[t->list[n].former];
}

void conf_texts_may_serve(const struct conf_reader *r, size_t n)
{
    if (r->texts && n < r->texts->n)
        r->texts->list[n].may_serve = true;
}

/* Puts what a span holds behind all else. False: no memory. */
static bool texts_own(struct conf_texts *t, struct base_span *s)
{
    const size_t at = t->len;
    if (!texts_put(t, *s))
        return false;
    s->ptr = NULL; /* bytes move still */
    return t->len == at + s->len;
}

bool conf_texts_settle(struct conf_texts *t, size_t n_conns)
{
    bool ok = !t->is_off && t->n == n_conns;
    for (size_t i = 0; ok && i < GROUND_MAX; i++)
        ok = texts_own(t, &t->ground[i]);
    size_t at = t->len;
    for (size_t i = GROUND_MAX; ok && i-- > 0;) {
        at -= t->ground[i].len;
        t->ground[i].ptr = (const uint8_t *)t->bytes + at;
    }
    return ok;
}

bool conf_texts_is_off(const struct conf_texts *t)
{
    return !t || t->is_off;
}

struct conf_texts *conf_texts_new(void)
{
    return calloc(1, sizeof(struct conf_texts));
}

void conf_texts_free(struct conf_texts *t)
{
    if (!t)
        return;
    free(t->bytes);
    free(t->list);
    free(t);
}
