/* SPDX-License-Identifier: BSD-3-Clause */
/* Once both are authenticated: what becomes of SAs that were there before. */
#include "ike_pair.h"
#include "ikev2_auth.h"
#include "ikev2_init.h"
#include "ikev2_msg.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"
#include "ikev2_x_auth.h"

#include <sys/mman.h>

static void a_peer_that_starts_anew_replaces_its_older_sa(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike *ike = p->h[1].ike;
    struct ikev2_sa *old = ike->v2->first;
    assert_true(old->says_contact);
    const uint64_t id = old->id;
    /* a lost all it knew */
    const struct ike_env env = p->h[0].ike->env;
    ike_free(p->h[0].ike);
    for (size_t i = 0; i < p->h[0].n_children; i++)
        p->h[0].children[i].is_removed = true;
    p->h[0].ike = ike_new(&env, p->h[0].conf, p->now);
    pair_run(p, 1);
    pair_connect(p);
    assert_int_equal(pair_stats(p, 1).ike_sas, 1);
    assert_int_not_equal(p->h[1].ike->v2->first->id, id);
    assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_IKE_DOWN), 1);
    pair_check_one(p);
    pair_free(p);
}

static void a_commit_makes_the_sa_up_and_counts_it(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    const struct ikev2_sa *sa = p->h[0].ike->v2->first;
    assert_int_equal(sa->state, IKEV2_ST_UP);
    assert_true(ike_id_equal(sa->remote_id, &p->h[0].conf->conns[0].remote_id));
    assert_int_equal(pair_stats(p, 0).established, 1);
    assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_IKE_UP), 1);
    pair_free(p);
}

/* a calls b once more, as one that lost nothing: without INITIAL_CONTACT. Whether b has it up. */
static bool call_again(struct pair *p)
{
    const uint64_t before = pair_stats(p, 1).established;
    p->now = base_time_add(p->now, 20 * BASE_NS_PER_S); /* no twin of the one before */
    /* a forgets its SAs without a word; b's liveness checks are not answered, and not waited for */
    const struct ike_env env = p->h[0].ike->env;
    ike_free(p->h[0].ike);
    for (size_t i = 0; i < p->h[0].n_children; i++)
        p->h[0].children[i].is_removed = true;
    p->h[0].ike = ike_new(&env, p->h[0].conf, p->now);
    pair_connect(p);
    return pair_stats(p, 1).established > before;
}

/* b with SAs of one identity side by side. */
static struct pair *pair_unique(enum ike_unique unique, uint32_t most)
{
    struct pair *p = pair_new();
    p->h[1].conf->conns[0].unique = unique;
    p->h[1].conf->sas_per_identity = most;
    p->h[1].conf->conns[0].dpd_s = 0;
    p->h[1].conf->conns[0].retransmit_ms = 100000; /* whoever does not answer stays for now */
    pair_start(p);
    pair_connect(p);
    return p;
}

static size_t ups(struct pair *p)
{
    size_t n = 0;
    for (struct ikev2_sa *sa = p->h[1].ike->v2->first; sa; sa = sa->link.next)
        n += sa->state == IKEV2_ST_UP && !sa->want.close;
    return n;
}

static void kept_side_by_side_up_to_the_limit(void **state)
{
    (void)state;
    struct pair *p = pair_unique(IKE_UNIQUE_KEEP, 3);
    assert_true(call_again(p));
    assert_true(call_again(p));
    assert_int_equal(ups(p), 3);
    assert_false(call_again(p));
    assert_int_equal(ups(p), 3);
    const struct ike_audit *a = pair_audit(&p->h[1], IKE_AUDIT_FAIL_LIMIT);
    assert_non_null(a);
    assert_string_equal(a->what, "@a comes up once more, with 3 IKE SAs up already");
    assert_non_null(strstr(a->fix_here, "limits.sas_per_identity"));
    pair_free(p);
}

static void a_second_one_is_rejected_while_the_first_is_up(void **state)
{
    (void)state;
    struct pair *p = pair_unique(IKE_UNIQUE_REJECT, 4);
    assert_false(call_again(p));
    assert_int_equal(ups(p), 1);
    assert_non_null(strstr(pair_audit(&p->h[1], IKE_AUDIT_FAIL_LIMIT)->why, "\"reject\""));
    /* The first one does not answer its liveness check and goes; then a new one is welcome. */
    p->h[1].conf->conns[0].retransmit_ms = 1000;
    pair_run(p, 1000);
    assert_int_equal(ups(p), 0);
    assert_true(call_again(p));
    pair_free(p);
}

/* An SA as peers make it that do not send INITIAL_CONTACT: it is made up again as one of many. */
static void replaced_ones_are_asked_one_by_one_and_limited(void **state)
{
    (void)state;
    struct pair *p = pair_unique(IKE_UNIQUE_KEEP, 100);
    for (int i = 0; i < 9; i++)
        assert_true(call_again(p));
    assert_int_equal(ups(p), 10);
    struct ike *ike = p->h[1].ike;
    for (struct ikev2_sa *sa = ike->v2->first; sa; sa = sa->link.next)
        sa->want.dpd = false;
    p->h[1].conf->conns[0].unique = IKE_UNIQUE_REPLACE;
    p->h[1].conf->sas_per_identity = 4;
    struct ikev2_sa *newest = ike->v2->last;
    size_t asked = 0, closing = 0;
    ikev2_auth_replace_older(ike, newest, false);
    for (struct ikev2_sa *sa = ike->v2->first; sa; sa = sa->link.next) {
        asked += sa->want.dpd;
        closing += sa->want.close;
    }
    assert_int_equal(asked, 1); /* not nine */
    assert_int_equal(closing, 1);
    assert_true(ike->v2->first->want.close); /* the oldest */
    for (int i = 0; i < 20; i++)
        ikev2_auth_replace_older(ike, newest, false);
    assert_true(ups(p) <= 5);
    pair_drain(p);
    pair_free(p);
}

/* Whoever goes from one of these SAs to the next one faults. */
static void put_out_of_reach(struct ikev2_sa *sa, struct ikev2_peer_link *was)
{
    struct ikev2_sa *nowhere = mmap(NULL, sizeof *sa, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(nowhere, MAP_FAILED);
    *was = sa->link.peer;
    for (size_t i = 0; i < 2; i++)
        sa->link.peer.places[i].newer = sa->link.peer.places[i].older = nowhere;
}

static void a_newcomer_is_held_against_the_ends_and_the_others_are_not_gone_over(void **state)
{
    enum { SAS = 10, FIRST = 1, LAST = SAS - 2 };
    (void)state;
    struct pair *p = pair_unique(IKE_UNIQUE_KEEP, 100);
    struct ikev2_peer_link were[SAS];
    struct ikev2_sa *sas[SAS];
    for (size_t i = 1; i < SAS; i++)
        assert_true(call_again(p));
    struct ike *ike = p->h[1].ike;
    size_t n = 0;
    for (struct ikev2_sa *sa = ike->v2->first; sa; sa = sa->link.next) {
        sa->want.dpd = false;
        sas[n++] = sa;
    }
    assert_int_equal(n, SAS);
    for (size_t i = FIRST; i <= LAST; i++)
        put_out_of_reach(sas[i], &were[i]);
    ikev2_auth_replace_older(ike, sas[SAS - 1], false);
    assert_true(sas[SAS - 2]->want.dpd); /* the one before */
    p->h[1].conf->sas_per_identity = 9;
    assert_true(ikev2_auth_is_one_too_many(ike, sas[SAS - 1], sas[SAS - 1]->conn, sas[SAS - 1]->remote_id));
    assert_true(sas[0]->want.dpd); /* the oldest */
    for (size_t i = FIRST; i <= LAST; i++) {
        assert_int_equal(sas[i]->want.dpd, i == SAS - 2);
        munmap(sas[i]->link.peer.places[0].older, sizeof *sas[i]);
        sas[i]->link.peer = were[i];
    }
    pair_drain(p);
    pair_free(p);
}

/* a calls b, whose connection is for any peer, as somebody (with a key of his own), and has lost all before.
 */
static void call_as(struct pair *p, const char *who)
{
    struct ike_conf *conf = pair_conf("b", who, "@b", "secret", "10.1.0.0/16", "10.2.0.0/16");
    const struct ike_env env = p->h[0].ike->env;
    conf->conns[0].remote_addr = p->h[1].addr;
    pair_ts_only(&conf->conns[0].children[0].local_ts, strcmp(who, "@one") ? "10.1.2.0/24" : "10.1.1.0/24");
    ike_conf_seal(conf);
    ike_free(p->h[0].ike);
    for (size_t i = 0; i < p->h[0].n_children; i++)
        p->h[0].children[i].is_removed = true;
    ike_conf_put(p->h[0].conf);
    p->h[0].conf = conf;
    p->now = base_time_add(p->now, 20 * BASE_NS_PER_S);
    p->h[0].ike = ike_new(&env, conf, p->now);
    pair_connect(p);
}

static void identities_of_one_connection_have_no_part_in_each_other(void **state)
{
    (void)state;
    struct pair *p = pair_unique(IKE_UNIQUE_REPLACE, 1);
    struct ike_conf *many = pair_conf("a", "@b", "@one", "secret", "10.2.0.0/16", "10.1.0.0/16");
    many->n_secrets = 2;
    base_secret_free(many->secrets);
    many->secrets = base_secret_new(2 * sizeof *many->secrets);
    for (size_t i = 0; i < 2; i++) {
        many->secrets[i] = (struct ike_secret){pair_id("@b"), pair_id(i ? "@two" : "@one"), 6, "secret"};
    }
    many->conns[0].remote_id = (struct ike_id){.pattern = IKE_ID_ANY};
    many->sas_per_identity = 1;
    many->conns[0].dpd_s = 0;
    many->conns[0].retransmit_ms = 100000;
    ike_conf_seal(many);
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_CONF_SWAP, .conf = many});
    const size_t before = ups(p);
    call_as(p, "@one");
    call_as(p, "@two");
    assert_int_equal(ups(p),
                     before + 2); /* INITIAL_CONTACT of the second was none of the first one's business */
    call_as(p, "@one");
    assert_int_equal(ups(p), before + 2);
    /* and what one has, another one cannot take over */
    const struct ike_run *run = p->h[1].ike->v2->last->run;
    const struct ike_id one = pair_id("@one"), three = pair_id("@three");
    assert_non_null(ikev2_sa_of_peer(p->h[1].ike, run, &one, NULL));
    assert_null(ikev2_sa_of_peer(p->h[1].ike, run, &three, NULL));
    ike_conf_put(many);
    pair_free(p);
}

static void both_call(struct pair *p, bool first_is_known)
{
    p->hold = true;
    pair_connect(p);
    for (int i = 0; i < 2 && !first_is_known; i++) /* a's IKE_AUTH is on its way */
        pair_deliver_one(p);
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_INITIATE, .name = "a"});
    p->hold = false;
    pair_settle(p);
    pair_run(p, 20);
}

static void who_is_being_called_says_no_initial_contact(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    pair_start(p);
    both_call(p, true);
    pair_check_one(p);
    assert_false(p->h[0].ike->v2->first->says_contact);
    assert_false(p->h[1].ike->v2->first->says_contact);
    pair_free(p);
}

/* Whose SPIi is higher is the seed's. A peer that does as RFC 7296 2.4 has it has ended the other one. */
static void of_two_calls_the_one_that_said_initial_contact_stays(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 8; seed++) {
        struct pair *p = pair_new();
        pair_start(p);
        for (int i = 0; i < 2; i++)
            p->h[i].rng = seed_rng(2 * seed + (uint64_t)i);
        both_call(p, false);
        pair_check_one(p);
        const struct ikev2_sa *sa = p->h[0].ike->v2->first;
        assert_true(sa->is_caller && sa->says_contact);
        assert_true(p->h[1].ike->v2->first->says_contact);
        pair_free(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(identities_of_one_connection_have_no_part_in_each_other),
        cmocka_unit_test(a_peer_that_starts_anew_replaces_its_older_sa),
        cmocka_unit_test(who_is_being_called_says_no_initial_contact),
        cmocka_unit_test(of_two_calls_the_one_that_said_initial_contact_stays),
        cmocka_unit_test(kept_side_by_side_up_to_the_limit),
        cmocka_unit_test(a_second_one_is_rejected_while_the_first_is_up),
        cmocka_unit_test(a_newcomer_is_held_against_the_ends_and_the_others_are_not_gone_over),
        cmocka_unit_test(replaced_ones_are_asked_one_by_one_and_limited),
        cmocka_unit_test(a_commit_makes_the_sa_up_and_counts_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
