/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * As many rounds of authentication as there may be (RFC 4739), with a login in any place, and beside a
 * post-quantum preshared key (RFC 8784).
 */
#include "ike_ppk.h"
#include "ike_rounds.h"
#include "ikev2_eap_pair.h"

static const struct ikev2_sa *sa_of(const struct pair *p, int i)
{
    return p->h[i].ike->v2->first;
}

/* Both sides prove themselves so often, by a key for each pair of identities; a's proof in round `login`,
 * from 0
 * (-1: in none), is a login. */
static struct pair *chain_pair(int of_a, int of_b, int login)
{
    struct pair *p = pair_eap();
    struct ike_conn_conf *a = &p->h[0].conf->conns[0], *b = &p->h[1].conf->conns[0];
    a->login = login < 0 ? NULL : login_of("", "ann", "secret");
    p->h[1].conf->users = login_users("ann", "secret");
    for (int n = 1; n < of_a || n < of_b; n++) {
        const enum ike_auth_kind own = n == login ? IKE_AUTH_EAP_MSCHAPV2 : IKE_AUTH_PSK;
        const enum ike_auth_kind kinds[2] = {n < of_a ? own : IKE_AUTH_NONE,
                                             n < of_b ? IKE_AUTH_PSK : IKE_AUTH_NONE};
        for (int i = 0; i < 2; i++)
            rounds_then(p, i, kinds[i], kinds[!i], "again")->login = i ? NULL : a->login;
    }
    if (login == 0)
        a->local_auth = b->remote_auth = IKE_AUTH_EAP_MSCHAPV2;
    return p;
}

/* Who host i's peer is, by so many rounds. */
static void assert_proved(const struct pair *p, int i, int n, int login)
{
    const struct ikev2_sa *sa = sa_of(p, i);
    assert_null(ikev2_sa_proved(sa, (size_t)n));
    while (n-- > 0) {
        const struct ike_id want = n == login ? pair_id("keyid:ann")
                                   : n        ? rounds_id(!i, (unsigned)n)
                                              : p->h[i].conf->conns[0].remote_id;
        assert_true(ike_id_equal(ikev2_sa_proved(sa, (size_t)n), &want));
    }
}

/* With a login in any place, or without one, and with a PPK or without. */
static void there_may_be_several_rounds_of_either_side(void **state)
{
    (void)state;
    for (int n = 0; n < IKE_ROUNDS_MAX * IKE_ROUNDS_MAX; n++) {
        const int of_a = n / IKE_ROUNDS_MAX + 1, of_b = n % IKE_ROUNDS_MAX + 1;
        for (int login = -1; login < of_a; login++) {
            struct pair *p = chain_pair(of_a, of_b, login);
            for (int i = 0; i < 2 && (of_b & 1); i++)
                ppk_give(p, i, "!x:k");
            pair_start(p);
            pair_connect(p);
            pair_check_one(p);
            assert_proved(p, 1, of_a, login);
            assert_proved(p, 0, of_b, -1);
            assert_int_equal(sa_of(p, 0)->has_ppk, of_b & 1);
            pair_free(p);
        }
    }
}

static void who_it_is_by_further_rounds_is_told(void **state)
{
    (void)state;
    struct pair *p = chain_pair(3, 1, -1);
    struct ike_sa_view v;
    pair_start(p);
    pair_connect(p);
    assert_string_equal(pair_audit(&p->h[1], IKE_AUDIT_IKE_UP)->why,
                        "in its second round of authentication it is @a2, in its third @a3");
    assert_true(ike_show_next(p->h[1].ike, 0, &v));
    const struct ike_id third = pair_id("@a3");
    assert_true(ike_id_equal(&v.also[1], &third));
    assert_int_equal(v.also[2].type, 0);
    pair_free(p);
}

static void a_wrong_proof_of_any_round_leaves_nothing(void **state)
{
    (void)state;
    for (size_t wrong = 1; wrong < IKE_ROUNDS_MAX; wrong++)
        for (int who = 0; who < 2; who++) { /* whose proof is refused */
            struct pair *p = chain_pair(who ? 1 : IKE_ROUNDS_MAX, who ? IKE_ROUNDS_MAX : 1, -1);
            char id[] = {'@', who ? 'b' : 'a', (char)('1' + wrong), '\0'};
            p->h[0].conf->secrets[wrong].psk[0] ^= 1;
            pair_start(p);
            pair_connect(p);
            assert_int_equal(pair_live(&p->h[0]) + pair_live(&p->h[1]), 0);
            assert_int_equal(pair_stats(p, 0).established, 0);
            const struct ike_audit *told = pair_audit(&p->h[!who], IKE_AUDIT_FAIL_WRONG_KEY);
            assert_non_null(told);
            assert_non_null(strstr(told->what, id));
            pair_free(p);
        }
}

/* One side has one round more, of its own or of the other's. */
static void one_round_more_or_less_is_refused_in_words(void **state)
{
    (void)state;
    for (int n = 0; n < 4; n++) {
        struct pair *p = chain_pair(3, 3, -1), *other = chain_pair(n & 1 ? 3 : 2, n & 1 ? 2 : 3, -1);
        struct ike_conf *swap = p->h[n / 2].conf;
        p->h[n / 2].conf = other->h[n / 2].conf;
        other->h[n / 2].conf = swap;
        pair_start(p);
        pair_connect(p);
        assert_int_equal(pair_live(&p->h[0]) + pair_live(&p->h[1]), 0);
        assert_int_equal(pair_stats(p, 0).established, 0);
        const struct ike_audit *told = pair_audit(&p->h[!(n & 1)], IKE_AUDIT_FAIL_ROUNDS);
        assert_non_null(told);
        assert_non_null(strstr(told->what, n == 1 || n == 2 ? "one more proof" : "announced no further one"));
        pair_free(p);
        pair_free(other);
    }
}

static void another_identity_in_the_third_round_is_told(void **state)
{
    (void)state;
    struct pair *p = chain_pair(3, 1, -1);
    p->h[1].conf->conns[0].then->then->remote_id = pair_id("@other");
    rounds_secret(p->h[1].conf, pair_id("@b"), pair_id("@other"), "again");
    pair_start(p);
    pair_connect(p);
    assert_int_equal(pair_live(&p->h[0]) + pair_live(&p->h[1]), 0);
    const struct ike_audit *told = pair_audit(&p->h[1], IKE_AUDIT_FAIL_ROUNDS);
    assert_non_null(told);
    assert_string_equal(told->what, "in its third round the peer says that it is @a3");
    assert_non_null(strstr(told->fix_here, ".remote.then.then.id: \"@a3\""));
    pair_free(p);
}

/* Who is one of many in its third round. */
static void a_key_of_a_third_round_that_is_gone_ends_its_sa(void **state)
{
    (void)state;
    for (int is_gone = 0; is_gone < 2; is_gone++) {
        struct pair *p = chain_pair(3, 1, -1), *next = chain_pair(3, 1, -1);
        struct ike_conf *conf = next->h[1].conf;
        p->h[1].conf->conns[0].then->then->remote_id = (struct ike_id){.pattern = IKE_ID_ANY};
        conf->conns[0].then->then->remote_id = (struct ike_id){.pattern = IKE_ID_ANY};
        conf->secrets[2].psk[0] ^= is_gone;
        ike_conf_seal(conf);
        pair_start(p);
        pair_connect(p);
        pair_check_one(p);
        assert_int_equal(pair_event(p, 1, (struct ike_event){.type = IKE_EV_CONF_SWAP, .conf = conf}), 0);
        pair_run(p, 5);
        assert_int_equal(pair_live(&p->h[1]), !is_gone);
        if (is_gone)
            assert_string_equal(pair_audit(&p->h[1], IKE_AUDIT_IKE_DOWN)->why,
                                "the key of its identity was removed or changed");
        pair_free(p);
        pair_free(next);
    }
}

/* ---- with a post-quantum preshared key (RFC 8784) ---- */

static void assert_ppk(struct pair *p, bool is_used)
{
    pair_start(p);
    pair_connect(p);
    pair_check_one(p);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(sa_of(p, i)->has_ppk, is_used);
        assert_memory_equal(&sa_of(p, i)->keys, &sa_of(p, !i)->keys, sizeof sa_of(p, i)->keys);
    }
}

/* The first proof settles whether it is used, and all of them go on from there. */
static void a_ppk_goes_with_rounds_and_may_be_left_out(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        bool is_used;
    } rows[] = {{"!x:k", "!x:k", true}, {"x:k", "x:k", true}, {"!x:k", "x:k", true}, {"x:k", "!x:k", true},
                {"x:k", "y:k", false},  {"x:k", NULL, false}, {NULL, "x:k", false}};
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
        for (int n = 0; n < 7;
             n++) { /* keys of either side or both; a login first or last, with a further key of b's */
            struct pair *p =
                n < 3 ? rounds_pair((n + 1) & 1, (n + 1) & 2) : chain_pair(2, n > 4 ? 2 : 1, n & 1);
            ppk_give(p, 0, rows[k].a);
            ppk_give(p, 1, rows[k].b);
            assert_ppk(p, rows[k].is_used);
            pair_free(p);
        }
}

static void a_ppk_that_does_not_fit_is_told_before_the_second_round(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b, *says;
        int who;
    } rows[] = {{"!x:k", NULL, "the peer uses no PPK", 0},
                {NULL, "!x:k", "the peer uses no PPK", 1},
                {"!x:k", "y:k", "the peer names the PPK \"x\"", 1},
                {"x:k", "x:other", "in which there is a PPK does not verify", 1}};
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
        for (int is_first = 0; is_first < 2; is_first++) {
            struct pair *p = chain_pair(2, 2, !is_first);
            ppk_give(p, 0, rows[k].a);
            ppk_give(p, 1, rows[k].b);
            pair_start(p);
            pair_connect(p);
            assert_int_equal(pair_live(&p->h[0]) + pair_live(&p->h[1]), 0);
            assert_int_equal(pair_stats(p, 0).established + pair_stats(p, 1).established, 0);
            const struct ike_audit *told = pair_audit(&p->h[rows[k].who], IKE_AUDIT_FAIL_PPK);
            assert_non_null(told);
            assert_non_null(strstr(told->what, rows[k].says));
            pair_free(p);
        }
}

/* Once it is settled, a wrong proof is not its fault. */
static void a_wrong_second_key_is_told_as_such_beside_a_ppk(void **state)
{
    (void)state;
    for (int n = 0; n < 2; n++) {
        struct pair *p = rounds_pair(n == 0, n == 1);
        for (int i = 0; i < 2; i++)
            ppk_give(p, i, "!x:k");
        p->h[0].conf->secrets[1].psk[0] ^= 1;
        pair_start(p);
        pair_connect(p);
        assert_int_equal(pair_stats(p, 0).established, 0);
        assert_int_equal(pair_count(&p->h[n == 0], IKE_AUDIT_FAIL_WRONG_KEY), 1);
        assert_int_equal(pair_count(&p->h[n == 0], IKE_AUDIT_FAIL_PPK), 0);
        pair_free(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_may_be_several_rounds_of_either_side),
        cmocka_unit_test(who_it_is_by_further_rounds_is_told),
        cmocka_unit_test(a_wrong_proof_of_any_round_leaves_nothing),
        cmocka_unit_test(one_round_more_or_less_is_refused_in_words),
        cmocka_unit_test(another_identity_in_the_third_round_is_told),
        cmocka_unit_test(a_key_of_a_third_round_that_is_gone_ends_its_sa),
        cmocka_unit_test(a_ppk_goes_with_rounds_and_may_be_left_out),
        cmocka_unit_test(a_ppk_that_does_not_fit_is_told_before_the_second_round),
        cmocka_unit_test(a_wrong_second_key_is_told_as_such_beside_a_ppk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
