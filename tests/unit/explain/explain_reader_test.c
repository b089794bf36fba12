/* SPDX-License-Identifier: BSD-3-Clause */
/* Lines, words and values of foreign texts. */
#include "explain_pair.h"
#include "explain_reader.h"

static struct explain_site site;
static char why[256];

static struct explain_reader reader(void)
{
    memset(&site, 0, sizeof site);
    return (struct explain_reader){.site = &site, .why = why, .why_size = sizeof why, .line = 7};
}

static struct base_span of(const char *text)
{
    return base_span(text, strlen(text));
}

static void lines_and_words(void **state)
{
    (void)state;
    struct explain_reader r = reader();
    struct base_span rest = of(" a 'b c'\td=\"e f\" \r\n\nlast"), line;
    assert_true(explain_reader_line(&r, &rest, &line));
    assert_true(explain_is(explain_word(&line), "A"));
    assert_true(explain_is(explain_word(&line), "b c"));
    assert_true(explain_is(explain_word(&line), "d=\"e f\""));
    assert_int_equal(explain_word(&line).len, 0);
    assert_true(explain_reader_line(&r, &rest, &line));
    assert_int_equal(line.len, 0);
    assert_true(explain_reader_line(&r, &rest, &line));
    assert_true(explain_is(line, "last"));
    assert_false(explain_reader_line(&r, &rest, &line));
    assert_int_equal(r.line, 10);
}

static void hosts_networks_and_times(void **state)
{
    (void)state;
    struct explain_reader r = reader();
    struct base_prefix nets[EXPLAIN_NETS_MAX];
    char host[IKE_HOST_MAX];
    size_t n = 0;
    uint32_t s;
    assert_true(explain_read_host(&r, of("%any"), host));
    assert_string_equal(host, "");
    assert_true(explain_read_host(&r, of("'vpn.example.org'"), host));
    assert_string_equal(host, "vpn.example.org");
    assert_true(explain_read_nets(&r, of("{10.1.0.0/16, 10.2.0.0/24 10.1.0.0/16}"), nets, &n));
    assert_int_equal(n, 2);
    assert_true(explain_read_seconds(&r, of("2h"), &s));
    assert_int_equal(s, 7200);
    assert_true(explain_read_seconds(&r, of("28800 seconds"), &s));
    assert_int_equal(s, 28800);
    assert_false(explain_read_seconds(&r, of("99999999999h"), &s));
    assert_string_equal(why, "line 7: \"99999999999h\" is no time, as 3600, 3600s, 60m or 1h are");
    assert_false(explain_read_host(&r, of("a b"), host)); /* and the first fault stays */
    assert_true(strstr(why, "99999999999h") != NULL);
}

static void more_networks_than_there_is_room_for(void **state)
{
    (void)state;
    struct explain_reader r = reader();
    struct base_prefix nets[EXPLAIN_NETS_MAX];
    size_t n = 0;
    for (int i = 0; i < EXPLAIN_NETS_MAX + 5; i++) {
        char text[32];
        snprintf(text, sizeof text, "10.%d.0.0/16", i);
        assert_true(explain_read_nets(&r, of(text), nets, &n));
    }
    assert_int_equal(n, EXPLAIN_NETS_MAX);
    assert_int_equal(site.n_lost, 5);
}

static void keys(void **state)
{
    (void)state;
    struct explain_reader r = reader();
    assert_true(explain_read_psk(&r, of("a b")));
    assert_int_equal(site.psk_len, 3);
    assert_true(explain_read_psk(&r, of("0x00ff")));
    assert_int_equal(site.psk_len, 2);
    assert_int_equal(site.psk[1], 0xff);
    assert_false(explain_read_psk(&r, of("0xzz")));
    assert_null(strstr(why, "zz")); /* a key is not shown */
}

/* Neither is read as less than it is, or as another key. */
static void keys_that_are_half_read(void **state)
{
    (void)state;
    struct explain_reader r = reader();
    assert_false(explain_read_psk(&r, of("0x00ffa")));
    assert_non_null(strstr(why, "even number of digits"));
    r = reader();
    assert_false(explain_read_psk(&r, of("0Sc2VjcmV0")));
    assert_non_null(strstr(why, "Base64"));
    assert_null(strstr(why, "c2Vj"));
    r = reader();
    assert_true(explain_read_psk(&r, of("0s")));
}

/* The longest key there is, as exports write it, and one byte more. */
static void the_longest_key(void **state)
{
    (void)state;
    char text[2 + 2 * IKE_PSK_MAX + 3] = "0x";
    struct explain_reader r = reader();
    memset(text + 2, 'a', 2 * IKE_PSK_MAX);
    assert_true(explain_read_psk(&r, of(text)));
    assert_int_equal(site.psk_len, IKE_PSK_MAX);
    memset(text + 2, 'a', 2 * IKE_PSK_MAX + 2);
    assert_false(explain_read_psk(&r, of(text)));
}

static void identities(void **state)
{
    (void)state;
    static const struct {
        const char *text, *id;
    } rows[] = {{"foo", "@foo"},
                {"@foo", "@foo"},
                {"192.0.2.1", "192.0.2.1"},
                {"a@b", "a@b"},
                {"gw.example.org", "gw.example.org"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct explain_reader r = reader();
        char text[IKE_ID_TEXT_MAX];
        struct ike_id id;
        assert_true(explain_read_id(&r, of(rows[i].text), &id));
        assert_string_equal(ike_id_text(&id, NULL, text), rows[i].id);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_and_words),
        cmocka_unit_test(hosts_networks_and_times),
        cmocka_unit_test(more_networks_than_there_is_room_for),
        cmocka_unit_test(keys),
        cmocka_unit_test(keys_that_are_half_read),
        cmocka_unit_test(the_longest_key),
        cmocka_unit_test(identities),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
