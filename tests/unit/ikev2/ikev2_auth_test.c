/* SPDX-License-Identifier: BSD-3-Clause */
/* The conversation's parts: choice of methods, what is kept of a message, and of which configuration. */
#include "ike_pair.h"
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

static struct ikev2_sa *half_open(struct pair *p)
{
    struct ikev2_sa *sa = p->h[1].ike->v2->first;
    assert_non_null(sa);
    assert_non_null(sa->init);
    return sa;
}

static struct pair *pair_half_open(void)
{
    struct pair *p = pair_new();
    pair_start(p);
    p->h[0].hold_jobs = true;
    pair_connect(p);
    p->h[0].n_jobs = 0;
    pair_job(p, 0, p->h[0].jobs[0]);
    pair_settle(p);
    return p;
}

static void a_kept_message_is_what_it_was(void **state)
{
    (void)state;
    struct pair *p = pair_half_open();
    struct ikev2_sa *sa = half_open(p);
    uint8_t buf[100];
    const struct ike_path path = {.remote = {pair_addr("192.0.2.9"), 4500}}, newer = {.natt = true};
    struct wire_ike_builder b = wire_ike_build_chain(buf, sizeof buf);
    struct ikev2_msg msg = {.path = &path, .hdr.msgid = 7}, got;
    wire_ike_put_raw(&b, WIRE_IKE_P_EAP, base_span("hello", 5));
    wire_ike_put_raw(&b, WIRE_IKE_P_NOTIFY, base_span("\0\0\100\0", 4));
    assert_int_equal(wire_ike_plds_parse(wire_ike_chain_first(&b), wire_ike_chain_bytes(&b), &msg.plds), 0);
    assert_int_equal(ikev2_auth_keep(sa, &msg), 0);
    memset(buf, 0xee, sizeof buf);
    ikev2_auth_kept(sa, &got);
    assert_int_equal(got.plds.count, 2);
    assert_int_equal(got.hdr.msgid, 7);
    assert_false(got.is_response);
    assert_true(base_endpoint_equal(&got.path->remote, &path.remote));
    assert_true(
        base_span_equal(wire_ike_plds_find(&got.plds, WIRE_IKE_P_EAP, 0)->body, base_span("hello", 5)));
    const struct ikev2_msg next = {.path = &newer, .hdr.msgid = 8};
    ikev2_auth_take_path(sa, &next);
    ikev2_auth_kept(sa, &got);
    assert_int_equal(got.hdr.msgid, 8);
    assert_true(got.path->natt);
    assert_int_equal(got.plds.count, 2);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_side_has_the_methods_of_its_kind),
        cmocka_unit_test(a_kept_message_is_what_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
