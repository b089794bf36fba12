/* SPDX-License-Identifier: BSD-3-Clause */
/* Patterns: how they are written, and which of them a peer can stand under, closest first. */
#include "ike_dn.h"
#include "ike_pair.h"
#include "ike_pattern.h"

static struct ike_id pattern(const char *text)
{
    struct ike_id id;
    char why[256] = "";
    if (ike_pattern_parse(text, &id, why, sizeof why) < 0)
        fail_msg("%s: %s", text, why);
    return id;
}

/* The probes of a peer as text, with blanks between. */
static const char *probes(const struct ike_id *peer, const struct ike_dn_shapes *shapes)
{
    static char all[4096];
    struct ike_probes p;
    struct ike_id probe;
    char text[IKE_ID_TEXT_MAX];
    all[0] = '\0';
    ike_probes_start(&p, peer, shapes);
    while (ike_probes_next(&p, &probe)) {
        strcat(all, all[0] ? " " : "");
        strcat(all, ike_id_text(&probe, NULL, text));
    }
    return all;
}

static void each_form_is_read_and_written_back(void **state)
{
    (void)state;
    static const char *const good[] = {"any", "*@example.org", "*.branch.example.org", "@gw",
                                       "user@example.org"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        const struct ike_id id = pattern(good[i]);
        char text[IKE_ID_TEXT_MAX];
        assert_string_equal(ike_id_text(&id, NULL, text), good[i]);
        assert_int_equal(id.pattern != IKE_ID_EXACT, i < 3);
    }
    assert_int_equal(pattern("%any").pattern, IKE_ID_ANY);
    assert_int_equal(pattern("keyid:a*").pattern, IKE_ID_EXACT);
}

static void what_is_no_pattern_is_refused_with_words(void **state)
{
    (void)state;
    static const char *const bad[] = {"a*@example.org", "*example.org", "gw.*.example.org", "*@", "*.", "**",
                                      "*@a@b",          "*.*"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct ike_id id;
        char why[256] = "";
        assert_int_equal(ike_pattern_parse(bad[i], &id, why, sizeof why), -EINVAL);
        assert_non_null(strstr(why, "*@example.org"));
    }
}

static void the_closest_comes_first(void **state)
{
    (void)state;
    struct ike_id id = pair_id("gw.branch.example.org");
    assert_string_equal(probes(&id, NULL),
                        "gw.branch.example.org *.branch.example.org *.example.org *.org any");
    id = pair_id("user@example.org");
    assert_string_equal(probes(&id, NULL), "user@example.org *@example.org any");
    id = pair_id("192.0.2.1");
    assert_string_equal(probes(&id, NULL), "192.0.2.1 any");
    id = pair_id("keyid:a.b@c");
    assert_string_equal(probes(&id, NULL), "keyid:a.b@c any");
}

static void a_long_name_costs_no_more_than_its_last_labels(void **state)
{
    (void)state;
    struct ike_id id = {.type = WIRE_IKE_ID_FQDN, .len = 255}, probe;
    struct ike_probes p;
    size_t n = 0;
    for (int kind = 0; kind < 2; kind++) {
        memset(id.bytes, '.', 255);
        if (kind)
            memset(id.bytes, 'a', 255);
        ike_probes_start(&p, &id, NULL);
        for (n = 0; ike_probes_next(&p, &probe); n++)
            assert_true(probe.len <= id.len);
        assert_int_equal(n, kind ? 2 : 2 + IKE_PATTERN_LABELS_MAX);
    }
}

#define CN(len) 0x31, (len) + 9, 0x30, (len) + 7, 0x06, 0x03, 0x55, 0x04, 0x03, 0x13, len
#define O(len)  0x31, (len) + 9, 0x30, (len) + 7, 0x06, 0x03, 0x55, 0x04, 0x0a, 0x13, len

static struct ike_id name(const uint8_t *der, size_t len)
{
    struct ike_id id = {.type = WIRE_IKE_ID_DN, .len = (uint8_t)len};
    memcpy(id.bytes, der, len);
    return id;
}
#define NAME(...) name((const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

static void a_name_with_stars_is_a_pattern_of_its_shape(void **state)
{
    (void)state;
    struct ike_id star = NAME(0x30, 25, O(2), 'a', 'b', CN(1), '*'),
                  plain = NAME(0x30, 26, O(2), 'a', 'b', CN(2), 'c', 'd');
    const struct ike_id peer = plain;
    struct ike_dn_shape shape;
    struct ike_dn_shapes shapes = {0};
    struct ike_probes p;
    struct ike_id probe;
    ike_pattern_settle(&plain);
    assert_int_equal(plain.pattern, IKE_ID_EXACT);
    ike_pattern_settle(&star);
    assert_int_equal(star.pattern, IKE_ID_DN_PARTS);
    assert_true(ike_dn_shape(base_span(star.bytes, star.len), &shape));
    assert_int_equal(shape.n, 2);
    assert_int_equal(shape.wild, 2);
    assert_true(ike_dn_shapes_add(&shapes, &shape));
    ike_probes_start(&p, &peer, &shapes);
    assert_true(ike_probes_next(&p, &probe));
    assert_true(ike_id_equal(&probe, &peer));
    assert_true(ike_probes_next(&p, &probe));
    assert_true(ike_id_equal(&probe, &star));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_form_is_read_and_written_back),
        cmocka_unit_test(what_is_no_pattern_is_refused_with_words),
        cmocka_unit_test(the_closest_comes_first),
        cmocka_unit_test(a_long_name_costs_no_more_than_its_last_labels),
        cmocka_unit_test(a_name_with_stars_is_a_pattern_of_its_shape),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
