/* SPDX-License-Identifier: BSD-3-Clause */
/* The conversation's parts: choice of methods, what is kept of a message, and of which configuration. */
#include "ike_craft.h"
#include "ikev2_auth.h"
#include "ikev2_init.h"
#include "ikev2_msg.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

static const struct ikev2_auth_method late = {
    .name = "late", .kind = IKE_AUTH_EAP_TLS, .number = 2, .is_late = true};
static const struct ikev2_auth_method old = {.name = "old", .kind = IKE_AUTH_SIG, .number = 1};
static const struct ikev2_auth_method new = {.name = "new", .kind = IKE_AUTH_SIG, .number = 14};

static void a_side_has_the_methods_of_its_kind(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    pair_start(p);
    struct ike *ike = p->h[0].ike;
    struct ike_conn_conf conn = p->h[0].conf->conns[0];
    assert_ptr_equal(ikev2_auth_by_number(ike, &conn, WIRE_IKE_AUTH_PSK), &ikev2_auth_psk);
    assert_ptr_equal(ikev2_auth_own(ike, &conn), &ikev2_auth_psk);
    assert_null(ikev2_auth_by_number(ike, &conn, 14));
    assert_null(ikev2_auth_late(ike, &conn));
    const struct ikev2_auth_method *const more[] = {&late, &ikev2_auth_psk, &new, &old, NULL};
    ike->v2->auth_methods = more;
    assert_null(ikev2_auth_by_number(ike, &conn, 14)); /* the connection wants a key of the peer */
    assert_null(ikev2_auth_late(ike, &conn));
    conn.remote_auth = IKE_AUTH_SIG;
    assert_ptr_equal(ikev2_auth_by_number(ike, &conn, 14), &new);
    assert_ptr_equal(ikev2_auth_by_number(ike, &conn, 1), &old);
    assert_null(ikev2_auth_by_number(ike, &conn, 0));
    assert_ptr_equal(ikev2_auth_own(ike, &conn), &ikev2_auth_psk);
    conn.local_auth = IKE_AUTH_SIG;
    assert_ptr_equal(ikev2_auth_own(ike, &conn), &new);
    conn.remote_auth = IKE_AUTH_EAP_TLS;
    assert_null(ikev2_auth_by_number(ike, &conn, 2)); /* a late one is not named by a first AUTH */
    assert_ptr_equal(ikev2_auth_late(ike, &conn), &late);
    conn.local_auth = IKE_AUTH_EAP_TLS;
    assert_ptr_equal(ikev2_auth_own(ike, &conn), &late);
    conn.local_auth = IKE_AUTH_EAP_RADIUS;
    assert_null(ikev2_auth_own(ike, &conn));
    pair_free(p);
}

static void an_identity_that_is_too_long_is_called_so(void **state)
{
    (void)state;
    static const uint8_t name[300];
    for (unsigned asks = 0; asks < 2; asks++) { /* for somebody with such a name, or has it */
        struct craft *c = craft_new(pair_new());
        craft_init(c);
        struct wire_ike_builder b = craft_begin(c);
        const struct wire_ike_id mine = {WIRE_IKE_ID_FQDN, base_span("a", 1), {0}},
                                 wide = {WIRE_IKE_ID_DN, base_span(name, sizeof name), {0}};
        wire_ike_put_id(&b, WIRE_IKE_P_IDI, asks ? &mine : &wide);
        if (asks)
            wire_ike_put_id(&b, WIRE_IKE_P_IDR, &wide);
        wire_ike_put_auth(&b, WIRE_IKE_AUTH_PSK, base_span(name, 32));
        craft_put_child(c, &b, 0xa0000001, "10.1.0.0/16", "10.2.0.0/16");
        assert_true(craft_send(c, WIRE_IKE_AUTH, &b, 0));
        assert_true(ikev2_msg_has(&c->answer, WIRE_IKE_N_AUTHENTICATION_FAILED));
        const struct ike_audit *e = pair_audit(&c->p->h[1], IKE_AUDIT_FAIL_UNKNOWN_ID);
        assert_non_null(e);
        assert_string_equal(e->what, "the peer sent an identity of 300 bytes");
        assert_non_null(strstr(e->why, "at most 255 bytes"));
        assert_null(pair_audit(&c->p->h[1], IKE_AUDIT_FAIL_MALFORMED));
        craft_free(c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_side_has_the_methods_of_its_kind),
        cmocka_unit_test(an_identity_that_is_too_long_is_called_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
