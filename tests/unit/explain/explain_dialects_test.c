/* SPDX-License-Identifier: BSD-3-Clause */
/* What the writers of dialects share. */
#include "explain_pair.h"
#include "explain_dialects.h"

static char text[1024];

static void what_is_missing_is_said_first(void **state)
{
    (void)state;
    static struct explain_site s;
    struct base_text t = base_text(text, sizeof text);
    pair_ours(&s);
    s.n_lost = 2;
    s.psk_len = 0;
    explain_export_head(&t, &s, "! ", "commands");
    assert_string_equal(text,
                        "! commands for the other side of Culvert's connection foo\n"
                        "! 2 networks or selectors of it are not here: add them by hand\n"
                        "! put the shared key where it says PUT-THE-SHARED-KEY-HERE\n"
                        "! Culvert's public address is not known here, so this side waits for its call\n");
}

static void networks_with_masks(void **state)
{
    (void)state;
    static const struct {
        const char *net, *masked;
    } rows[] = {{"10.1.2.0/23", "10.1.2.0 255.255.254.0"},
                {"0.0.0.0/0", "0.0.0.0 0.0.0.0"},
                {"192.0.2.1/32", "192.0.2.1 255.255.255.255"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct base_text t = base_text(text, sizeof text);
        struct base_prefix p;
        base_prefix_parse(rows[i].net, &p);
        explain_add_masked(&t, &p);
        assert_string_equal(text, rows[i].masked);
    }
}

static void names_and_identities(void **state)
{
    (void)state;
    char name[IKE_NAME_MAX], addr[BASE_ADDR_TEXT_MAX], bare[IKE_ID_TEXT_MAX];
    struct ike_id id;
    assert_string_equal(explain_plain_name("a.b_c d", name), "a-b_c-d");
    pair_id("192.0.2.7", &id);
    assert_string_equal(explain_id_addr(&id, addr), "192.0.2.7");
    pair_id("@foo", &id);
    assert_string_equal(explain_id_addr(&id, addr), "");
    assert_string_equal(explain_id_bare(&id, &ossl_ike_ops, bare), "foo");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_missing_is_said_first),
        cmocka_unit_test(networks_with_masks),
        cmocka_unit_test(names_and_identities),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
