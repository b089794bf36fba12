/* SPDX-License-Identifier: BSD-3-Clause */
/* Which dialect a text is in, names and identities that are not told, and texts that are none. */
#include <time.h>
#include "explain_read.h"

static void what_is_none_of_them(void **state)
{
    (void)state;
    refuses("", "this is none of: VyOS...");
    refuses("config vpn ipsec phase1-interface\n", "this is none of: VyOS...");
    static char large[EXPLAIN_IMPORT_MAX + 1];
    assert_int_equal(explain_import(base_span(large, sizeof large), &got, got_why, sizeof got_why), -EINVAL);
    assert_string_equal(got_why, "more than 1048576 bytes are not read");
}

static void an_address_stands_for_an_identity(void **state)
{
    (void)state;
    reads("connections {\n a! {\n  local_addrs = 192.0.2.1\n  remote_addrs = 192.0.2.2\n }\n}\nsecrets { ike "
          "{ secret = \"x\"\n } }\n");
    expect_ids("192.0.2.1", "192.0.2.2");
    assert_string_equal(got.name, "a");
    expect_net(&got.children[0].remote[0], "0.0.0.0/0");
    refuses("connections {\n a {\n  local_addrs = 192.0.2.1\n  remote_addrs = %any\n }\n}\n",
            "the remote identity is not told, and no address of that side that could stand for it");
}

static void bytes_that_are_no_text_are_not_shown(void **state)
{
    (void)state;
    refuses("connections {\n a {\n  local { auth = \x1b[2J\n }\n }\n}\n",
            "line 3: auth = ?[2J is not that of a site-to-site connection (psk, pubkey)");
}

/* Quotes are taken off once, and blanks in them are the key's. */
static void what_is_quoted_is_the_key(void **state)
{
    (void)state;
    reads("connections {\n a {\n  local_addrs = 192.0.2.1\n  remote_addrs = 192.0.2.2\n }\n}\nsecrets { ike "
          "{ secret = \" 'x' \"\n } }\n");
    expect_psk(" 'x' ");
    reads("conn a\n left=192.0.2.1\n right=192.0.2.2\n: PSK \" 'x' \"\n");
    expect_psk(" 'x' ");
    reads("set vpn ipsec site-to-site peer 192.0.2.2 authentication pre-shared-secret '\"x\" '\n"
          "set vpn ipsec site-to-site peer 192.0.2.2 local-address 192.0.2.1\n");
    expect_psk("\"x\" ");
}

/* A text takes as long as it is, not its square: here that would be half a minute. */
static void a_line_of_blanks_is_read_once(void **state)
{
    (void)state;
    static char text[EXPLAIN_IMPORT_MAX / 4];
    const clock_t from = clock();
    memset(text, ' ', sizeof text);
    memcpy(text, "connections {\n", 14);
    text[sizeof text - 1] = 'x';
    assert_int_equal(explain_import(base_span(text, sizeof text), &got, got_why, sizeof got_why), -EINVAL);
    memcpy(text, "a\nconn %default\na", 18);
    assert_int_equal(explain_import(base_span(text, sizeof text), &got, got_why, sizeof got_why), -EINVAL);
    assert_true(clock() - from < CLOCKS_PER_SEC);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_none_of_them),
        cmocka_unit_test(an_address_stands_for_an_identity),
        cmocka_unit_test(bytes_that_are_no_text_are_not_shown),
        cmocka_unit_test(what_is_quoted_is_the_key),
        cmocka_unit_test(a_line_of_blanks_is_read_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
