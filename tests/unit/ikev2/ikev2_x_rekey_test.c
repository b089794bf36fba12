/* SPDX-License-Identifier: BSD-3-Clause */
/* Rekeying of the IKE SA. */
#include "ike_pair.h"
#include "ike_core.h"
#include "ikev2_msg.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

static void an_ike_sa_is_rekeyed_by_either_side_and_keeps_its_child(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct pair *p = pair_up();
        const struct ike_event ev = {.type = IKE_EV_REKEY, .name = i ? "a" : "b", .rekey_ike = true};
        assert_int_equal(pair_event(p, i, ev), 0);
        pair_check_one(p);
        assert_int_equal(p->h[0].n_children, 1);
        assert_non_null(pair_audit(&p->h[0], IKE_AUDIT_IKE_REKEYED));
        assert_null(pair_audit(&p->h[0], IKE_AUDIT_IKE_DOWN));
        assert_int_equal(pair_event(p, 1, (struct ike_event){.type = IKE_EV_REKEY, .name = "a"}), 0);
        pair_run(p, 6);
        pair_check_one(p);
        pair_free(p);
    }
}

static void both_rekey_the_ike_sa_at_once_and_one_remains(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    p->hold = true;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b", .rekey_ike = true});
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_REKEY, .name = "a", .rekey_ike = true});
    p->hold = false;
    pair_run(p, 10);
    pair_check_one(p);
    assert_null(pair_audit(&p->h[0], IKE_AUDIT_CHILD_DOWN));
    pair_free(p);
}

static void a_rival_that_is_gone_is_not_remembered(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    p->hold = true;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b", .rekey_ike = true});
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_REKEY, .name = "a", .rekey_ike = true});
    pair_deliver_one(p);
    pair_deliver_one(p);
    assert_int_equal(pair_stats(p, 0).ike_sas, 2);
    /* the answer to our own is late; the connection is gone meanwhile, and the rival with it */
    const struct pair_packet late = p->queue[p->head++];
    struct ike_conf *none = ike_conf_new();
    ike_conf_seal(none);
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_CONF_SWAP, .conf = none});
    p->hold = false;
    pair_settle(p);
    ike_on_packet(p->h[0].ike, p->now, &late.path, base_span(late.bytes, late.len));
    pair_run(p, 60);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pair_live(&p->h[i]), 0);
    assert_int_equal(pair_stats(p, 0).ike_sas, 0);
    ike_conf_put(none);
    pair_free(p);
}

/* SA and a notify, no nonce: the row of answers does not take it. */
static void an_answer_without_nonce_is_a_refusal_and_the_old_sa_stays(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    p->hold = true;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b", .rekey_ike = true});
    const struct ike_path path = p->queue[p->head].path;
    struct ike *b = p->h[1].ike;
    struct ikev2_sa *sa = b->v2->first;
    p->head = p->tail = 0; /* the request is answered by hand */
    struct wire_ike_builder w = ikev2_msg_begin(b);
    ikev2_msg_put_choice(b, &w, &sa->algs, 0x123456789abcdef0);
    ikev2_msg_put_notify(&w, WIRE_IKE_N_NO_ADDITIONAL_SAS, BASE_SPAN_NONE);
    ikev2_msg_respond(b, sa, &path, WIRE_IKE_CREATE_CHILD_SA, sa->seq.peer++, &w);
    p->hold = false;
    pair_settle(p);
    const struct ike_audit *a = pair_audit(&p->h[0], IKE_AUDIT_FAIL_REFUSED);
    assert_non_null(a);
    assert_int_equal(a->notify, WIRE_IKE_N_NO_ADDITIONAL_SAS);
    pair_check_one(p);
    assert_null(pair_audit(&p->h[0], IKE_AUDIT_IKE_REKEYED));
    pair_free(p);
}

static uint8_t prf_plus_rounds; /* of the longest prf+ */

static int counting_prf(enum crypt_prf prf, struct base_span key, const struct base_span *parts, size_t count,
                        uint8_t *out)
{
    if (parts[count - 1].len == 1 && parts[count - 1].ptr[0] > prf_plus_rounds)
        prf_plus_rounds = parts[count - 1].ptr[0];
    return null_ike_ops.prf(prf, key, parts, count, out);
}

/* They come last in prf+ (RFC 7296 2.14), which ends before them where nobody proves anything. */
static void a_rekeyed_sa_never_has_the_keys_of_proofs(void **state)
{
    (void)state;
    struct crypt_ike_ops ops = null_ike_ops;
    struct pair *p = pair_new();
    ops.prf = counting_prf;
    p->ops = &ops;
    prf_plus_rounds = 0;
    pair_start(p);
    pair_connect(p);
    const struct ikev2_keys *k = &p->h[0].ike->v2->first->keys;
    const int bytes = k->prf_len + 2 * (k->integ_len + k->encr_len), prf = k->prf_len;
    assert_int_equal(prf_plus_rounds, (bytes + 2 * prf + prf - 1) / prf);
    prf_plus_rounds = 0;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b", .rekey_ike = true});
    assert_int_equal(prf_plus_rounds, (bytes + prf - 1) / prf);
    pair_run(p, 6);
    pair_check_one(p);
    for (int i = 0; i < 2; i++)
        assert_null(p->h[i].ike->v2->first->init);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_ike_sa_is_rekeyed_by_either_side_and_keeps_its_child),
        cmocka_unit_test(both_rekey_the_ike_sa_at_once_and_one_remains),
        cmocka_unit_test(a_rival_that_is_gone_is_not_remembered),
        cmocka_unit_test(an_answer_without_nonce_is_a_refusal_and_the_old_sa_stays),
        cmocka_unit_test(a_rekeyed_sa_never_has_the_keys_of_proofs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
