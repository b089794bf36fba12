/* SPDX-License-Identifier: BSD-3-Clause */
/* Credentials of a configuration: references, and what two of them have in common. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "ike_cred.h"
#include "null_pki.h"

static const struct crypt_pki_ops *const pki = &null_pki_ops;

static struct ike_creds *creds_of(const char *key, const char *cert)
{
    struct ike_creds *list = NULL, *c = ike_creds_new(&list);
    struct crypt_certs certs = {1, {null_pki_cert(cert)}};
    assert_true(ike_creds_add(pki, c, null_pki_key(key), &certs, NULL));
    assert_int_equal(certs.n, 0);
    return list;
}

static struct ike_anchor *anchor_of(const char *names, const char *pinned)
{
    struct ike_anchor *list = NULL, *a = ike_anchor_new(&list);
    if (names)
        ike_anchor_set_trust(pki, a, null_pki_trust(names));
    if (pinned)
        a->pinned[a->n_pinned++] = null_pki_cert(pinned);
    return list;
}

static void a_list_takes_what_it_is_given_and_frees_it(void **state)
{
    (void)state;
    struct ike_creds *list = NULL, *c = ike_creds_new(&list);
    for (int i = 0; i <= IKE_CREDS_MAX; i++) {
        struct crypt_key *key = null_pki_key("r:k");
        struct crypt_certs certs = {1, {null_pki_cert("r:k:a:ca")}};
        const bool has_room = ike_creds_add(pki, c, key, &certs, NULL);
        assert_int_equal(has_room, i < IKE_CREDS_MAX);
        if (!has_room) {
            pki->key_put(key);
            pki->certs_put(&certs);
        }
    }
    assert_non_null(ike_creds_new(&list));
    assert_ptr_equal(list->next, c);
    ike_creds_free(pki, list);
    ike_anchors_free(pki, anchor_of("ca", "r:k:a:ca"));
    assert_int_equal(null_pki_alive(), 0);
    ike_creds_free(NULL, NULL);
    ike_anchors_free(NULL, NULL);
}

static void a_peer_may_ask_for_a_certificate_by_its_issuer_and_for_a_raw_key_by_nobody(void **state)
{
    (void)state;
    uint8_t ca[CRYPT_CA_HASH_BYTES] = "ca", other[CRYPT_CA_HASH_BYTES] = "other";
    struct ike_creds *c = creds_of("r:k", "r:k:a:ca"), *raw = creds_of("r:k", "r:k");
    assert_false(c->list[0].is_raw);
    assert_true(raw->list[0].is_raw);
    assert_true(ike_cred_is_of(&c->list[0], base_span(ca, sizeof ca)));
    assert_false(ike_cred_is_of(&c->list[0], base_span(other, sizeof other)));
    assert_false(ike_cred_is_of(&raw->list[0], base_span(ca, sizeof ca)));
    assert_true(ike_creds_name(pki, c, 2, base_span("a", 1)));
    assert_false(ike_creds_name(pki, c, 2, base_span("b", 1)));
    assert_false(ike_creds_name(pki, raw, 2, base_span("a", 1)));
    assert_false(ike_creds_name(pki, NULL, 2, base_span("a", 1)));
    ike_creds_free(pki, c);
    ike_creds_free(pki, raw);
}

static void a_renewed_certificate_is_another(void **state)
{
    (void)state;
    struct ike_creds *a = creds_of("r:k", "r:k:a:ca:100"), *b = creds_of("r:k", "r:k:a:ca:100");
    struct ike_creds *c = creds_of("r:k", "r:k:a:ca:200");
    assert_true(ike_creds_equal(pki, a, b));
    assert_false(ike_creds_equal(pki, a, c));
    assert_false(ike_creds_equal(pki, a, NULL));
    assert_true(ike_creds_equal(pki, NULL, NULL));
    ike_creds_free(pki, a);
    ike_creds_free(pki, b);
    ike_creds_free(pki, c);
}

static void anchors_differ_by_authorities_and_by_pins(void **state)
{
    (void)state;
    struct ike_anchor *all[] = {anchor_of("x", NULL),   anchor_of("x,y", NULL), anchor_of(NULL, "r:k"),
                                anchor_of(NULL, "r:l"), anchor_of("x", "r:k"),  NULL};
    for (size_t i = 0; i < 6; i++)
        for (size_t j = 0; j < 6; j++)
            assert_int_equal(ike_anchor_equal(pki, all[i], all[j]), i == j);
    for (size_t i = 0; i < 5; i++)
        ike_anchors_free(pki, all[i]);
}

static void authorities_of_all_are_named_once_and_too_many_not_at_all(void **state)
{
    (void)state;
    struct ike_anchor *list = NULL;
    ike_anchor_new(&list);
    assert_null(ike_anchors_cas(list)); /* it has none */
    ike_anchor_set_trust(pki, list, null_pki_trust("x,y"));
    ike_anchor_set_trust(pki, ike_anchor_new(&list), null_pki_trust("y,z"));
    struct ike_cas *cas = ike_anchors_cas(list);
    assert_int_equal(cas->n, 3);
    free(cas);
    for (int i = 0; i < IKE_CAS_MAX; i++) {
        char name[16];
        snprintf(name, sizeof name, "n%d", i);
        ike_anchor_set_trust(pki, ike_anchor_new(&list), null_pki_trust(name));
    }
    cas = ike_anchors_cas(list);
    assert_int_equal(cas->n, 0);
    free(cas);
    ike_anchors_free(pki, list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_takes_what_it_is_given_and_frees_it),
        cmocka_unit_test(a_peer_may_ask_for_a_certificate_by_its_issuer_and_for_a_raw_key_by_nobody),
        cmocka_unit_test(a_renewed_certificate_is_another),
        cmocka_unit_test(anchors_differ_by_authorities_and_by_pins),
        cmocka_unit_test(authorities_of_all_are_named_once_and_too_many_not_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
