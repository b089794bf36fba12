/* SPDX-License-Identifier: BSD-3-Clause */
/* Additional key exchanges of a new IKE SA: one IKE_INTERMEDIATE each, in order, with losses, and what is
 * refused. */
#include "ike_core.h"
#include "ike_pair.h"
#include "ikev2_init.h"
#include "ikev2_mix.h"
#include "ikev2_sa.h"
#include "ikev2_select.h"
#include "ikev2_tables.h"
#include "ossl_ops.h"

#define TWO_MORE "aes256gcm16-prfsha384-x25519-ke1_mlkem768-ke4_ecp384"

static void propose(struct pair *p, int i, const char *text)
{
    struct ike_conn_conf *c = &p->h[i].conf->conns[0];
    char why[200] = "";
    c->n_proposals = 1;
    if (crypt_proposal_parse(text, CRYPT_PROTOCOL_IKE, &c->proposals[0], why, sizeof why) != 0)
        fail_msg("%s: %s", text, why);
}

static struct pair *pair_with(const char *a, const char *b)
{
    struct pair *p = pair_new();
    propose(p, 0, a);
    propose(p, 1, b);
    pair_start(p);
    return p;
}

static const struct ikev2_sa *sa_of(const struct pair *p, int i)
{
    assert_non_null(p->h[i].ike->v2->first);
    return p->h[i].ike->v2->first;
}

/* Exchanges of the datagrams that are handed over until nothing is under way, as letters. */
static void exchanges(struct pair *p, char *out)
{
    size_t n = 0;
    p->hold = true;
    pair_connect(p);
    while (p->head < p->tail) {
        pair_deliver_one(p);
        const uint8_t exchange = p->last.bytes[18];
        out[n++] = exchange == WIRE_IKE_SA_INIT ? 'i' : exchange == WIRE_IKE_INTERMEDIATE ? 'm' : 'a';
    }
    out[n] = 0;
    p->hold = false;
}

static void each_has_an_exchange_of_its_own_in_their_order(void **state)
{
    (void)state;
    char seen[64];
    struct pair *p = pair_with(TWO_MORE, TWO_MORE);
    p->h[0].conf->fragment_bytes = p->h[1].conf->fragment_bytes = 0;
    exchanges(p, seen);
    assert_string_equal(seen, "iimmmmaa");
    pair_check_one(p);
    for (int i = 0; i < 2; i++) {
        const struct ikev2_sa *sa = sa_of(p, i);
        char text[96];
        assert_int_equal(sa->state, IKEV2_ST_UP);
        assert_string_equal(ikev2_select_text(&sa->algs, text, sizeof text),
                            "AES-GCM-16-256/PRF-HMAC-SHA2-384/X25519+ML-KEM-768+ECP-384");
        assert_memory_equal(&sa->keys, &sa_of(p, !i)->keys, sizeof sa->keys);
        assert_null(sa->init);
    }
    pair_free(p);
}

static void by_real_cryptography_it_is_the_same(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    const bool has_kem = ossl_dh_has(CRYPT_DH_ML_KEM_768);
    p->ops = &ossl_ike_ops;
    for (int i = 0; i < 2; i++)
        propose(p, i, has_kem ? TWO_MORE : "aes256-sha384-x25519-ke1_ecp256-ke2_ecp521");
    pair_start(p);
    pair_connect(p);
    pair_check_one(p);
    assert_int_equal(sa_of(p, 1)->algs.addke[0], has_kem ? CRYPT_DH_ML_KEM_768 : CRYPT_DH_ECP_256);
    pair_free(p);
}

static void long_values_go_in_fragments_and_each_may_be_lost(void **state)
{
    (void)state;
    for (size_t lost = 0; lost < 16; lost++) {
        struct pair *p = pair_with(TWO_MORE, TWO_MORE);
        for (int i = 0; i < 2; i++)
            p->h[i].conf->fragment_bytes = 576;
        p->hold = true;
        pair_connect(p);
        for (size_t n = 0; p->head < p->tail; n++) {
            if (n == lost)
                p->head++;
            else
                pair_deliver_one(p);
        }
        p->hold = false;
        pair_run(p, 4);
        pair_check_one(p);
        assert_int_equal(sa_of(p, 0)->state, IKEV2_ST_UP);
        pair_free(p);
    }
}

/* The answer is lost when the keys have changed already; the copy of the request has those of before. */
static void a_request_that_comes_again_is_answered_again_and_a_forged_one_is_not(void **state)
{
    (void)state;
    struct pair *p = pair_with(TWO_MORE, TWO_MORE);
    p->h[0].conf->fragment_bytes = p->h[1].conf->fragment_bytes = 0;
    p->hold = true;
    pair_connect(p);
    pair_deliver_one(p);
    pair_deliver_one(p);
    pair_deliver_one(p);
    struct pair_packet *again = malloc(sizeof *again);
    *again = p->last;
    assert_int_equal(again->bytes[18], WIRE_IKE_INTERMEDIATE);
    assert_int_equal(sa_of(p, 1)->state, IKEV2_ST_R_MIX);
    p->head = p->tail; /* the answer */
    const unsigned sends = p->h[1].sends;
    ike_on_packet(p->h[1].ike, p->now, &again->path, base_span(again->bytes, again->len));
    pair_drain(p);
    assert_int_equal(p->h[1].sends, sends + 1);
    assert_int_equal(pair_stats(p, 1).duplicates_answered, 1);
    again->bytes[again->len - 1] ^= 1;
    ike_on_packet(p->h[1].ike, p->now, &again->path, base_span(again->bytes, again->len));
    pair_drain(p);
    assert_int_equal(p->h[1].sends, sends + 1);
    assert_int_equal(pair_stats(p, 1).dropped_bad_icv, 1);
    p->hold = false;
    pair_settle(p);
    pair_check_one(p);
    free(again);
    pair_free(p);
}

static void what_may_be_left_out_is_with_a_peer_that_lacks_it(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        const char *texts[2] = {"aes256gcm16-x25519-ke1_mlkem768-ke1_none", "aes256gcm16-x25519"};
        struct pair *p = pair_with(texts[i], texts[!i]);
        pair_connect(p);
        pair_check_one(p);
        assert_false(ikev2_select_has_addke(&sa_of(p, 0)->algs));
        pair_free(p);
    }
}

static void without_a_method_in_common_there_is_no_proposal(void **state)
{
    (void)state;
    struct pair *p = pair_with(TWO_MORE, "aes256gcm16-prfsha384-x25519");
    pair_connect(p);
    pair_run(p, 60);
    assert_int_equal(pair_stats(p, 0).ike_sas, 0);
    const struct ike_audit *a = pair_audit(&p->h[1], IKE_AUDIT_FAIL_NO_PROPOSAL);
    assert_non_null(a);
    assert_non_null(strstr(a->what, "x25519-ke1_mlkem768-ke4_ecp384"));
    pair_free(p);
}

/* IntAuth is part of what is signed: the two sides disagree on it, so neither believes the other. */
static void auth_covers_the_messages(void **state)
{
    (void)state;
    for (size_t which = 0; which < 2; which++) {
        struct pair *p = pair_with(TWO_MORE, TWO_MORE);
        p->h[0].conf->fragment_bytes = p->h[1].conf->fragment_bytes = 0;
        p->hold = true;
        pair_connect(p);
        pair_deliver_one(p);
        while (sa_of(p, 1)->state != IKEV2_ST_R_INIT)
            pair_deliver_one(p);
        sa_of(p, 1)->init->mix->covered[which][5] ^= 1;
        p->hold = false;
        pair_settle(p);
        assert_int_equal(pair_stats(p, 1).established, 0);
        assert_non_null(pair_audit(&p->h[1], IKE_AUDIT_FAIL_WRONG_KEY));
        pair_free(p);
    }
}

/* Another group than agreed on: in the sealed message of the double, which does not encipher. */
static void another_group_or_length_is_refused_and_ends_the_attempt(void **state)
{
    (void)state;
    struct pair *p = pair_with(TWO_MORE, TWO_MORE);
    p->h[0].conf->fragment_bytes = p->h[1].conf->fragment_bytes = 0;
    null_crypt_accept_all(true);
    p->hold = true;
    pair_connect(p);
    pair_deliver_one(p);
    pair_deliver_one(p);
    uint8_t *group = p->queue[p->head].bytes + WIRE_IKE_HDR_BYTES + 4 + 8 + 4;
    assert_int_equal(group[1], CRYPT_DH_ML_KEM_768);
    group[1] = CRYPT_DH_ML_KEM_512;
    pair_deliver_one(p);
    assert_null(sa_of(p, 1)->init);
    assert_non_null(pair_audit(&p->h[1], IKE_AUDIT_FAIL_MALFORMED));
    p->hold = false;
    pair_settle(p);
    null_crypt_accept_all(false);
    const struct ike_audit *a = pair_audit(&p->h[0], IKE_AUDIT_FAIL_REFUSED);
    assert_non_null(a);
    assert_int_equal(a->notify, WIRE_IKE_N_INVALID_SYNTAX);
    assert_int_equal(pair_stats(p, 0).ike_sas, 0);
    pair_run(p, 6);
    assert_int_equal(pair_stats(p, 1).ike_sas, 0);
    pair_free(p);
}

static void a_job_that_fails_ends_the_attempt_of_either_side(void **state)
{
    (void)state;
    for (int n = 0; n < 3; n++) { /* the pair, the answer, the secret */
        const int side = n == 1;
        struct pair *p = pair_with(TWO_MORE, TWO_MORE);
        p->hold = true;
        pair_connect(p);
        pair_deliver_one(p);
        p->h[0].hold_jobs = p->h[1].hold_jobs = true;
        pair_deliver_one(p);
        for (int k = -1; k < n; k++) { /* the secret of IKE_SA_INIT first */
            const int who = k == 1;
            assert_int_equal(p->h[who].n_jobs, 1);
            p->h[who].n_jobs = 0;
            pair_job(p, who, p->h[who].jobs[0]);
            pair_drain(p);
            while (p->head < p->tail)
                pair_deliver_one(p);
        }
        assert_int_equal(p->h[side].n_jobs, 1);
        struct ike_job *job = p->h[side].jobs[0];
        p->h[side].n_jobs = 0;
        ike_job_run(p->ops, job);
        job->status = -EIO;
        p->hold = false;
        pair_event(p, side, (struct ike_event){.type = IKE_EV_JOB_DONE, .job = job});
        assert_non_null(pair_audit(&p->h[side], IKE_AUDIT_FAIL_KEY_EXCHANGE));
        assert_int_equal(pair_stats(p, side).established, 0);
        pair_run(p, 40);
        assert_int_equal(pair_stats(p, side).ike_sas, 0);
        pair_free(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_has_an_exchange_of_its_own_in_their_order),
        cmocka_unit_test(by_real_cryptography_it_is_the_same),
        cmocka_unit_test(long_values_go_in_fragments_and_each_may_be_lost),
        cmocka_unit_test(a_request_that_comes_again_is_answered_again_and_a_forged_one_is_not),
        cmocka_unit_test(what_may_be_left_out_is_with_a_peer_that_lacks_it),
        cmocka_unit_test(without_a_method_in_common_there_is_no_proposal),
        cmocka_unit_test(auth_covers_the_messages),
        cmocka_unit_test(another_group_or_length_is_refused_and_ends_the_attempt),
        cmocka_unit_test(a_job_that_fails_ends_the_attempt_of_either_side),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
