/* SPDX-License-Identifier: BSD-3-Clause */
/* Which dialect a text is in, names and identities that are not told, and texts that are none. */
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_none_of_them),
        cmocka_unit_test(an_address_stands_for_an_identity),
        cmocka_unit_test(bytes_that_are_no_text_are_not_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
