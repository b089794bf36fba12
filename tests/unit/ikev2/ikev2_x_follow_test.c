/* SPDX-License-Identifier: BSD-3-Clause */
/* Additional key exchanges behind CREATE_CHILD_SA, for children and for the IKE SA: order, losses,
 * collisions. */
#include "ike_core.h"
#include "ike_pair.h"
#include "ikev2_msg.h"
#include "ikev2_sa.h"
#include "ikev2_select.h"
#include "ikev2_tables.h"
#include "ikev2_task.h"

#define MORE "-x25519-ke1_mlkem512-ke2_ecp256"

static void propose(struct pair *p, const char *ike, const char *esp)
{
    char why[200] = "";
    for (int i = 0; i < 2; i++) {
        struct ike_conn_conf *c = &p->h[i].conf->conns[0];
        c->n_proposals = c->children[0].n_proposals = 1;
        if (crypt_proposal_parse(ike, CRYPT_PROTOCOL_IKE, &c->proposals[0], why, sizeof why) != 0 ||
            crypt_proposal_parse(esp, CRYPT_PROTOCOL_ESP, &c->children[0].proposals[0], why, sizeof why) != 0)
            fail_msg("%s", why);
        p->h[i].conf->fragment_bytes = 0;
    }
}

static struct pair *pair_more(void)
{
    struct pair *p = pair_new();
    propose(p, "aes128gcm16" MORE, "aes128gcm16" MORE);
    pair_start(p);
    pair_connect(p);
    pair_check_one(p);
    return p;
}

static struct ikev2_sa *sa_of(struct pair *p, int i)
{
    return p->h[i].ike->v2->last;
}

static void rekey(struct pair *p, int i, bool ike_sa)
{
    pair_event(p, i, (struct ike_event){.type = IKE_EV_REKEY, .name = i ? "a" : "b", .rekey_ike = ike_sa});
}

/* Exchanges of what is handed over until nothing is under way: c(reate), f(ollow-up), i(nformational). */
static void exchanges(struct pair *p, char *out)
{
    size_t n = 0;
    while (p->head < p->tail) {
        pair_deliver_one(p);
        const uint8_t x = p->last.bytes[18];
        out[n++] = x == WIRE_IKE_CREATE_CHILD_SA ? 'c' : x == WIRE_IKE_FOLLOWUP_KE ? 'f' : 'i';
    }
    out[n] = 0;
}

static void each_has_an_exchange_of_its_own_for_a_child_and_for_the_ike_sa(void **state)
{
    (void)state;
    for (int kind = 0; kind < 4; kind++) {
        struct pair *p = pair_more();
        char seen[64];
        const uint32_t before = p->h[0].children[0].i.pair.spi_in;
        p->hold = true;
        rekey(p, kind & 1, kind & 2);
        exchanges(p, seen);
        assert_string_equal(seen, "ccffffii");
        p->hold = false;
        pair_run(p, 6);
        pair_check_one(p);
        assert_memory_equal(&sa_of(p, 0)->keys, &sa_of(p, 1)->keys, sizeof sa_of(p, 0)->keys);
        if (kind & 2)
            assert_int_equal(sa_of(p, 0)->algs.addke[1], CRYPT_DH_ECP_256);
        else
            assert_int_not_equal(p->h[0].children[p->h[0].n_children - 1].i.pair.spi_in, before);
        assert_null(sa_of(p, 1)->peer_follow);
        pair_free(p);
    }
}

static void whatever_is_lost_once_it_comes_to_an_end(void **state)
{
    (void)state;
    for (size_t n = 0; n < 32; n++) {
        struct pair *p = pair_more();
        p->hold = true;
        rekey(p, n & 1, n & 2);
        for (size_t i = 0; p->head < p->tail; i++) {
            if (i == n / 4)
                p->head++;
            else
                pair_deliver_one(p);
        }
        p->hold = false;
        pair_run(p, 12);
        pair_check_one(p);
        for (int i = 0; i < 2; i++)
            assert_int_equal(pair_count(&p->h[i], n & 2 ? IKE_AUDIT_IKE_REKEYED : IKE_AUDIT_CHILD_REKEYED),
                             1);
        pair_free(p);
    }
}

/* Both begin at once; every order of what is on the way, and some of it lost. */
static void of_two_series_at_once_one_remains(void **state)
{
    (void)state;
    for (unsigned seed = 0; seed < 600; seed++) {
        struct pair *p = pair_more();
        struct seed_rng rng = seed_rng(seed);
        p->hold = true;
        rekey(p, 0, seed & 1);
        rekey(p, 1, seed & 1);
        for (int i = 0; i < 40 && p->head < p->tail; i++) {
            uint8_t dice[2];
            seed_rng_fill(&rng, dice, sizeof dice);
            struct pair_packet *k = &p->queue[p->head + dice[0] % (p->tail - p->head)];
            const struct pair_packet first = p->queue[p->head];
            p->queue[p->head] = *k;
            *k = first;
            if (dice[1] < 20)
                p->head++;
            else
                pair_deliver_one(p);
        }
        p->hold = false;
        pair_run(p, 90);
        for (int i = 0; i < 2; i++)
            if (pair_stats(p, i).ike_sas != 1 || pair_live(&p->h[i]) != 1)
                fail_msg("seed %u: side %d has %u IKE SAs and %zu pairs", seed, i,
                         (unsigned)pair_stats(p, i).ike_sas, pair_live(&p->h[i]));
        pair_check_one(p);
        for (int i = 0; i < 2; i++)
            assert_null(pair_audit(&p->h[i], IKE_AUDIT_IKE_DOWN));
        pair_free(p);
    }
}

static void a_series_that_takes_too_long_is_forgotten_and_begun_anew(void **state)
{
    (void)state;
    struct pair *p = pair_more();
    p->hold = true;
    rekey(p, 0, false);
    pair_deliver_one(p);
    pair_deliver_one(p);
    assert_non_null(sa_of(p, 1)->peer_follow);
    p->drop[0] = true; /* copies of the request */
    p->head = p->tail = 0;
    p->h[0].conf->conns[0].retransmit_tries = 60;
    for (int i = 0; i < 21; i++) {
        p->now.ns += BASE_NS_PER_S;
        ike_on_timer(p->h[1].ike, p->now);
        pair_drain(p);
    }
    assert_null(sa_of(p, 1)->peer_follow);
    p->drop[0] = false;
    p->hold = false;
    pair_run(p, 20);
    pair_check_one(p);
    assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_CHILD_REKEYED), 1);
    assert_null(pair_audit(&p->h[0], IKE_AUDIT_FAIL_REFUSED));
    pair_free(p);
}

/* What waits is lost each time, as by a peer whose patience is always too short. */
static void a_peer_that_always_forgets_is_left(void **state)
{
    (void)state;
    struct pair *p = pair_more();
    p->hold = true;
    rekey(p, 0, false);
    for (int i = 0; i < 400 && pair_stats(p, 0).ike_sas; i++) {
        while (p->head < p->tail) {
            struct ikev2_sa *sa = p->h[1].ike->v2->first;
            if (sa && sa->peer_follow)
                sa->peer_follow->follow.link[0]++;
            pair_deliver_one(p);
        }
        p->head = p->tail = 0;
        p->now.ns += BASE_NS_PER_S;
        ike_on_timer(p->h[0].ike, p->now);
        pair_drain(p);
    }
    const struct ike_audit *a = pair_audit(&p->h[0], IKE_AUDIT_IKE_DOWN);
    assert_non_null(a);
    assert_non_null(strstr(a->why, "STATE_NOT_FOUND"));
    p->hold = false;
    pair_free(p);
}

static void a_request_that_names_no_series_is_told_so_and_harms_nobody(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike *a = p->h[0].ike;
    struct ikev2_sa *sa = sa_of(p, 0);
    const uint8_t value[32] = {1};
    struct wire_ike_builder w = ikev2_msg_begin(a);
    wire_ike_put_ke(&w, CRYPT_DH_X25519, base_span(value, sizeof value));
    ikev2_msg_put_notify(&w, WIRE_IKE_N_ADDITIONAL_KEY_EXCHANGE, base_span("abc", 3));
    p->hold = true;
    ikev2_msg_request(a, sa, WIRE_IKE_FOLLOWUP_KE, &w);
    pair_drain(p);
    pair_deliver_one(p);
    static const uint8_t told[] = {0, 0, 0, 8, 0, 0, 0, WIRE_IKE_N_STATE_NOT_FOUND};
    const struct pair_packet *k = &p->queue[p->head];
    assert_memory_equal(k->bytes + WIRE_IKE_HDR_BYTES + 4 + 8, told, sizeof told);
    pair_deliver_one(p); /* nobody waits for it */
    p->hold = false;
    pair_settle(p);
    pair_check_one(p);
    pair_free(p);
}

/* Of the peer's series one is kept; a value of another group ends the SA, as what cannot be understood does.
 */
static void a_value_of_another_group_is_refused(void **state)
{
    (void)state;
    struct pair *p = pair_more();
    null_crypt_accept_all(true);
    p->hold = true;
    rekey(p, 0, true);
    pair_deliver_one(p);
    pair_deliver_one(p);
    uint8_t *group = p->queue[p->head].bytes + WIRE_IKE_HDR_BYTES + 4 + 8 + 4;
    assert_int_equal(group[1], CRYPT_DH_ML_KEM_512);
    group[1] = CRYPT_DH_ML_KEM_768;
    p->hold = false;
    pair_settle(p);
    null_crypt_accept_all(false);
    assert_non_null(pair_audit(&p->h[1], IKE_AUDIT_FAIL_MALFORMED));
    for (int i = 0; i < 2; i++)
        assert_null(pair_audit(&p->h[i], IKE_AUDIT_IKE_REKEYED));
    pair_free(p);
}

static void a_job_that_fails_leaves_what_was_there(void **state)
{
    (void)state;
    for (int n = 0; n < 8;
         n++) { /* pair, answer, secret of the first additional exchange; the IKE SA, a child */
        const int step = n / 2, side = step == 1;
        if (step == 3)
            continue;
        struct pair *p = pair_more();
        p->hold = true;
        rekey(p, 0, n & 1);
        pair_deliver_one(p);
        p->h[0].hold_jobs = p->h[1].hold_jobs = true;
        pair_deliver_one(p);
        for (int k = -1; k < step; k++) { /* the secret of CREATE_CHILD_SA first */
            const int who = k == 1;
            p->h[who].n_jobs = 0;
            pair_job(p, who, p->h[who].jobs[0]);
            pair_drain(p);
            while (p->head < p->tail)
                pair_deliver_one(p);
        }
        assert_int_equal(p->h[side].n_jobs, 1);
        struct ike_job *job = p->h[side].jobs[0];
        p->h[side].n_jobs = 0;
        p->h[0].hold_jobs = p->h[1].hold_jobs = false;
        ike_job_run(p->ops, job);
        job->status = -EIO;
        p->hold = false;
        pair_event(p, side, (struct ike_event){.type = IKE_EV_JOB_DONE, .job = job});
        assert_non_null(pair_audit(&p->h[side], IKE_AUDIT_FAIL_KEY_EXCHANGE));
        assert_null(pair_audit(&p->h[1], IKE_AUDIT_IKE_DOWN));
        pair_run(p, 100);
        pair_check_one(p);
        pair_free(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_has_an_exchange_of_its_own_for_a_child_and_for_the_ike_sa),
        cmocka_unit_test(whatever_is_lost_once_it_comes_to_an_end),
        cmocka_unit_test(of_two_series_at_once_one_remains),
        cmocka_unit_test(a_series_that_takes_too_long_is_forgotten_and_begun_anew),
        cmocka_unit_test(a_peer_that_always_forgets_is_left),
        cmocka_unit_test(a_request_that_names_no_series_is_told_so_and_harms_nobody),
        cmocka_unit_test(a_value_of_another_group_is_refused),
        cmocka_unit_test(a_job_that_fails_leaves_what_was_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
