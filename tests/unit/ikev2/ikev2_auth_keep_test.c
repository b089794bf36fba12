/* SPDX-License-Identifier: BSD-3-Clause */
/* A message of IKE_AUTH that waits is what it was, whatever became of its bytes. */
#include "ike_core.h"
#include "ike_pair.h"
#include "ikev2_auth.h"
#include "ikev2_init.h"
#include "ikev2_msg.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

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
        cmocka_unit_test(a_kept_message_is_what_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
