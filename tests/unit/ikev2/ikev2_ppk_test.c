/* SPDX-License-Identifier: BSD-3-Clause */
/* Post-quantum preshared keys: the table of RFC 8784 3 in both roles, the keys computed a second time, wrong
 * bytes. */
#include "ike_core.h"
#include "ike_pair.h"
#include "ike_ppk.h"
#include "ikev2_init.h"
#include "ikev2_msg.h"
#include "ikev2_ppk.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

static struct pair *pair_with(const char *a, const char *b)
{
    struct pair *p = pair_new();
    ppk_give(p, 0, a);
    ppk_give(p, 1, b);
    pair_start(p);
    return p;
}

static const struct {
    const char *a, *b;
    enum { USED, NOT_USED, FAILS_A, FAILS_B } end;
    const char *says; /* of who fails */
} rows[] = {
    {"x:k", "x:k", USED, NULL},
    {"!x:k", "x:k", USED, NULL},
    {"x:k", "!x:k", USED, NULL},
    {"!x:k", "!x:k", USED, NULL},
    {"x:k", NULL, NOT_USED, NULL},
    {NULL, "x:k", NOT_USED, NULL},
    {"x:k", "y:k", NOT_USED, NULL},
    {"!x:k", NULL, FAILS_A, "the peer uses no PPK"},
    {NULL, "!x:k", FAILS_B, "the peer uses no PPK"},
    {"!x:k", "y:k", FAILS_B, "the peer names the PPK \"x\""},
    {"x:k", "!y:k", FAILS_B, "the peer names the PPK \"x\""},
    {"x:k", "x:other", FAILS_B, "a proof of identity in which there is a PPK does not verify"},
};

static void both_sides_agree_or_say_why_not(void **state)
{
    (void)state;
    for (size_t n = 0; n < sizeof rows / sizeof *rows; n++) {
        struct pair *p = pair_with(rows[n].a, rows[n].b);
        pair_connect(p);
        if (rows[n].end == USED || rows[n].end == NOT_USED) {
            pair_check_one(p);
            for (int i = 0; i < 2; i++) {
                const struct ikev2_sa *sa = p->h[i].ike->v2->first;
                assert_int_equal(sa->has_ppk, rows[n].end == USED);
                assert_memory_equal(&sa->keys, &p->h[!i].ike->v2->first->keys, sizeof sa->keys);
            }
        } else {
            const int who = rows[n].end == FAILS_B;
            const struct ike_audit *a = pair_audit(&p->h[who], IKE_AUDIT_FAIL_PPK);
            assert_non_null(a);
            assert_non_null(strstr(a->what, rows[n].says));
            assert_string_not_equal(a->fix_here, "");
            for (int i = 0; i < 2; i++)
                assert_int_equal(pair_stats(p, i).established, 0);
        }
        pair_free(p);
    }
}

/* SK_d = prf(PPK, SK_d' | 0x01) for a PRF whose output is as long as its key (RFC 8784 3). */
static void keys_are_those_of_before_run_through_the_prf(void **state)
{
    (void)state;
    struct pair *p = pair_with("!x:some key", "x:some key");
    p->hold = true;
    pair_connect(p);
    pair_deliver_one(p);
    const struct ikev2_keys before = p->h[1].ike->v2->first->keys;
    const struct ikev2_proof_keys proof = p->h[1].ike->v2->first->init->proof;
    pair_deliver_one(p); /* the initiator has mixed it in by then */
    const struct ikev2_keys *after = &p->h[0].ike->v2->first->keys;
    const struct ikev2_proof_keys *mixed = &p->h[0].ike->v2->first->init->proof;
    const uint8_t one = 1, *const from[] = {before.sk_d, proof.sk_pi, proof.sk_pr},
                  *const to[] = {after->sk_d, mixed->sk_pi, mixed->sk_pr};
    for (size_t i = 0; i < 3; i++) {
        uint8_t want[CRYPT_PRF_MAX];
        const struct base_span parts[] = {base_span(from[i], before.prf_len), base_span(&one, 1)};
        const enum crypt_prf prf = (enum crypt_prf)p->h[1].ike->v2->first->algs.prf->id;
        assert_int_equal(null_ike_ops.prf(prf, base_span("some key", 8), parts, 2, want), 0);
        assert_memory_equal(to[i], want, before.prf_len);
    }
    assert_memory_equal(after->sk_ei, before.sk_ei, sizeof before.sk_ei);
    p->hold = false;
    pair_settle(p);
    pair_check_one(p);
    assert_memory_equal(&p->h[1].ike->v2->first->keys, after, sizeof *after);
    pair_free(p);
}

/* A rekeyed SA has the keys that follow, and a PPK is not mixed in again. */
static void a_rekeyed_sa_keeps_the_word_and_goes_on(void **state)
{
    (void)state;
    struct pair *p = pair_with("!x:k", "!x:k");
    pair_connect(p);
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b", .rekey_ike = true});
    pair_run(p, 5);
    pair_check_one(p);
    for (int i = 0; i < 2; i++)
        assert_true(p->h[i].ike->v2->last->has_ppk);
    pair_free(p);
}

/* With additional key exchanges the PPK comes last, when the peers prove who they are. */
static void it_goes_with_additional_key_exchanges_and_losses(void **state)
{
    (void)state;
    for (size_t lost = 0; lost < 6; lost++) {
        struct pair *p = pair_new();
        char why[200];
        for (int i = 0; i < 2; i++) {
            struct ike_conn_conf *c = &p->h[i].conf->conns[0];
            c->n_proposals = 1;
            assert_int_equal(crypt_proposal_parse("aes128gcm16-x25519-ke1_mlkem512", CRYPT_PROTOCOL_IKE,
                                                  &c->proposals[0], why, sizeof why),
                             0);
            ppk_give(p, i, "x:k");
        }
        pair_start(p);
        p->hold = true;
        pair_connect(p);
        for (size_t n = 0; p->head < p->tail; n++) {
            if (n == lost)
                p->head++;
            else
                pair_deliver_one(p);
        }
        p->hold = false;
        pair_run(p, 3);
        pair_check_one(p);
        assert_true(p->h[0].ike->v2->first->has_ppk && p->h[1].ike->v2->first->has_ppk);
        pair_free(p);
    }
}

/* A caller that said USE_PPK and names none is refused (RFC 8784 3). */
static void a_caller_that_names_none_is_refused(void **state)
{
    (void)state;
    struct pair *p = pair_with("!x:k", "x:k");
    p->hold = true;
    pair_connect(p);
    pair_deliver_one(p);
    struct ikev2_sa *sa = p->h[1].ike->v2->first;
    struct base_span proof = base_span("proof", 5);
    const struct ikev2_msg none = {0};
    assert_non_null(sa->init->ppk);
    assert_false(ikev2_ppk_judge(p->h[1].ike, sa, &p->h[1].conf->conns[0], &none, &proof));
    pair_drain(p);
    const struct ike_audit *a = pair_audit(&p->h[1], IKE_AUDIT_FAIL_PPK);
    assert_non_null(a);
    assert_non_null(strstr(a->what, "names no PPK in IKE_AUTH"));
    p->hold = false;
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_sides_agree_or_say_why_not),
        cmocka_unit_test(keys_are_those_of_before_run_through_the_prf),
        cmocka_unit_test(a_rekeyed_sa_keeps_the_word_and_goes_on),
        cmocka_unit_test(it_goes_with_additional_key_exchanges_and_losses),
        cmocka_unit_test(a_caller_that_names_none_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
