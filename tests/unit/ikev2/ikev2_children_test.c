/* SPDX-License-Identifier: BSD-3-Clause */
/* Children of several identities, and several pairs of one child. */
#include "ike_pair.h"
#include "ike_core.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"
#include "ikev2_wish.h"

static void networks_of_another_identity_are_not_taken_over(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    struct ike_conf *b = p->h[1].conf;
    b->conns = realloc(b->conns, 2 * sizeof *b->conns);
    struct ike_secret *secrets = base_secret_new(2 * sizeof *secrets);
    secrets[0] = b->secrets[0];
    base_secret_free(b->secrets);
    b->secrets = secrets;
    b->n_conns = b->n_secrets = 2;
    pair_conn_copy(&b->conns[1], &b->conns[0]);
    b->secrets[1] = b->secrets[0];
    snprintf(b->conns[1].name, IKE_NAME_MAX, "thief");
    b->conns[1].remote_id = b->secrets[1].remote = pair_id("@thief");
    b->conns[1].n_children = 1;
    b->conns[1].children = calloc(1, sizeof *b->conns[1].children);
    b->conns[1].children[0] = b->conns[0].children[0];
    b->conns[1].children[0].local_ts = b->conns[1].children[0].remote_ts = NULL;
    pair_ts(&b->conns[1].children[0].local_ts, "10.2.0.0/16");
    pair_ts(&b->conns[1].children[0].remote_ts, "10.1.0.0/16");
    pair_start(p);
    pair_connect(p);
    /* the same host comes again under another name; b has the same network for it */
    ike_free(p->h[0].ike);
    p->h[0].conf->conns[0].local_id = p->h[0].conf->secrets[0].local = pair_id("@thief");
    ike_conf_seal(p->h[0].conf);
    const struct ike_env env = {&p->h[0],       pair_rng,      &null_ike_ops,
                                pair_spi_alloc, pair_spi_free, pair_local_for};
    p->h[0].ike = ike_new(&env, p->h[0].conf, p->now);
    pair_connect(p);
    assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_FAIL_OVERLAP), 1);
    assert_int_equal(pair_live(&p->h[1]), 1);
    pair_free(p);
}

static void where_to_cut_and_what_errors_pass_is_handed_on_with_each_child(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->h[0].conf->conns[0].frag_after = true;
    p->h[0].conf->conns[0].icmp_errors = true;
    pair_start(p);
    pair_connect(p);
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    assert_int_equal(p->h[0].n_children, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_true(p->h[0].children[i].i.pair.frag_after);
        assert_false(p->h[1].children[i].i.pair.frag_after);
        assert_true(p->h[0].children[i].i.pair.icmp_errors);
        assert_false(p->h[1].children[i].i.pair.icmp_errors);
    }
    pair_free(p);
}

/* RFC 8221 5: a 3DES key must be gone before equal blocks are likely; a lower limit of the configuration
 * holds. */
static void a_cipher_of_small_blocks_is_replaced_after_a_gigabyte(void **state)
{
    (void)state;
    static const struct {
        const char *esp;
        uint64_t rekey, life, want_soft, want_hard;
    } rows[] = {
        {"3des-sha1", 0, 0, UINT64_C(1) << 30, UINT64_C(2) << 30},
        {"3des-sha1", UINT64_C(1) << 40, UINT64_C(2) << 40, UINT64_C(1) << 30, UINT64_C(2) << 30},
        {"3des-sha1", 5000, 6000, 5000, 6000},
        {"aes128-sha1", 0, 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pair *p = pair_new();
        char why[200];
        for (int h = 0; h < 2; h++) {
            struct ike_child_conf *c = &p->h[h].conf->conns[0].children[0];
            assert_int_equal(
                crypt_proposal_parse(rows[i].esp, CRYPT_PROTOCOL_ESP, &c->proposals[0], why, sizeof why), 0);
            c->n_proposals = 1;
            c->rekey_bytes = rows[i].rekey;
            c->life_bytes = rows[i].life;
        }
        pair_start(p);
        pair_connect(p);
        for (int h = 0; h < 2; h++) {
            assert_int_equal(p->h[h].n_children, 1);
            assert_in_range(p->h[h].children[0].i.pair.soft_bytes, rows[i].want_soft - rows[i].want_soft / 10,
                            rows[i].want_soft);
            assert_int_equal(p->h[h].children[0].i.pair.hard_bytes, rows[i].want_hard);
        }
        pair_free(p);
    }
}

/* Two engines whose child has two pairs, the second made by an exchange of its own. */
static struct pair *pair_up_twice(void)
{
    struct pair *p = pair_up();
    struct ike *ike = p->h[0].ike;
    ikev2_wish_one(ike->v2->first, 0);
    ikev2_sa_touch(ike, ike->v2->first);
    ike_on_timer(ike, p->now);
    pair_settle(p);
    return p;
}

static void check_live(struct pair *p, size_t n)
{
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pair_stats(p, i).children, n);
        assert_int_equal(pair_live(&p->h[i]), n);
        assert_int_equal(pair_stats(p, i).ike_sas, 1);
    }
    pair_check_keys(p);
}

static void limit_reached(struct pair *p, int i, size_t child, enum ike_event_type type)
{
    const uint32_t spi = p->h[i].children[child].i.pair.spi_in;
    pair_event(p, i, (struct ike_event){.type = type, .spi_in = spi});
}

static void a_second_pair_for_the_same_traffic_stands_beside_the_first(void **state)
{
    (void)state;
    struct pair *p = pair_up_twice();
    check_live(p, 2);
    for (int i = 0; i < 2; i++) {
        const struct pair_child *c = p->h[i].children;
        assert_int_equal(c[1].i.pair.replaces_in, 0);
        assert_true(c[0].is_active && c[1].is_active);
        assert_true(base_ts_equal(&c[0].i.pair.remote_ts, &c[1].i.pair.remote_ts));
        assert_string_equal(c[0].i.child, c[1].i.child);
        assert_int_equal(pair_count(&p->h[i], IKE_AUDIT_CHILD_UP), 2);
    }
    pair_free(p);
}

/* Whichever of the two goes and whoever deletes it; only when none is left the one that starts asks again. */
static void the_end_of_one_pair_leaves_the_other(void **state)
{
    (void)state;
    for (int mix = 0; mix < 4; mix++) {
        const int by = mix & 1;
        const size_t gone = mix >> 1;
        struct pair *p = pair_new();
        p->h[0].conf->conns[0].start = true;
        pair_start(p);
        pair_run(p, 3);
        ikev2_wish_one(p->h[0].ike->v2->first, 0);
        ikev2_sa_touch(p->h[0].ike, p->h[0].ike->v2->first);
        ike_on_timer(p->h[0].ike, p->now);
        pair_settle(p);
        check_live(p, 2);
        limit_reached(p, by, gone, IKE_EV_SA_HARD);
        assert_true(p->h[by].children[gone].is_removed);
        assert_false(p->h[by].children[!gone].is_removed);
        /* What was sent on it before the answer came is still taken. */
        assert_false(p->h[!by].children[gone].is_removed);
        assert_false(p->h[!by].children[gone].is_active);
        assert_true(p->h[!by].children[!gone].is_active);
        assert_int_equal(pair_count(&p->h[!by], IKE_AUDIT_CHILD_DOWN), 1);
        pair_run(p, 20);
        assert_true(p->h[!by].children[gone].is_removed);
        assert_int_equal(pair_count(&p->h[!by], IKE_AUDIT_CHILD_DOWN), 1);
        check_live(p, 1);
        assert_int_equal(p->h[0].n_children, 2);
        limit_reached(p, by, !gone, IKE_EV_SA_HARD);
        pair_run(p, 20);
        check_live(p, 1);
        assert_int_equal(p->h[0].n_children, 3);
        pair_free(p);
    }
}

static void rekeying_one_pair_leaves_the_other(void **state)
{
    (void)state;
    for (int mix = 0; mix < 4; mix++) {
        const int by = mix & 1;
        const size_t old = mix >> 1;
        struct pair *p = pair_up_twice();
        limit_reached(p, by, old, IKE_EV_SA_SOFT);
        pair_run(p, 10);
        check_live(p, 2);
        for (int i = 0; i < 2; i++) {
            const struct pair_child *c = p->h[i].children;
            assert_int_equal(p->h[i].n_children, 3);
            assert_true(c[old].is_removed);
            assert_false(c[!old].is_removed);
            assert_true(c[2].is_active);
            assert_int_equal(c[2].i.pair.replaces_in, c[old].i.pair.spi_in);
        }
        pair_free(p);
    }
}

/* One side rekeys a pair while the other deletes a pair: of the two, the same or the other one. */
static void a_delete_that_crosses_a_rekeying_takes_one_pair_only(void **state)
{
    (void)state;
    for (int mix = 0; mix < 8; mix++) {
        const int by = mix & 1;
        const size_t rekeyed = mix >> 1 & 1, deleted = mix >> 2;
        struct pair *p = pair_up_twice();
        p->hold = true;
        limit_reached(p, by, rekeyed, IKE_EV_SA_SOFT);
        limit_reached(p, !by, deleted, IKE_EV_SA_HARD);
        p->hold = false;
        pair_run(p, 30);
        for (int i = 0; i < 2; i++)
            assert_true(p->h[i].children[deleted].is_removed);
        check_live(p, 1);
        if (rekeyed == deleted)
            assert_false(p->h[by].children[!deleted].is_removed);
        else
            assert_true(p->h[by].n_children == 3 && p->h[by].children[rekeyed].is_removed);
        pair_free(p);
    }
}

static void both_sides_rekey_both_pairs_and_two_remain(void **state)
{
    (void)state;
    struct pair *p = pair_up_twice();
    p->hold = true;
    for (size_t child = 0; child < 2; child++) {
        limit_reached(p, 0, child, IKE_EV_SA_SOFT);
        limit_reached(p, 1, 1 - child, IKE_EV_SA_SOFT);
    }
    p->hold = false;
    pair_run(p, 30);
    check_live(p, 2);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cipher_of_small_blocks_is_replaced_after_a_gigabyte),
        cmocka_unit_test(where_to_cut_and_what_errors_pass_is_handed_on_with_each_child),
        cmocka_unit_test(networks_of_another_identity_are_not_taken_over),
        cmocka_unit_test(a_second_pair_for_the_same_traffic_stands_beside_the_first),
        cmocka_unit_test(the_end_of_one_pair_leaves_the_other),
        cmocka_unit_test(rekeying_one_pair_leaves_the_other),
        cmocka_unit_test(a_delete_that_crosses_a_rekeying_takes_one_pair_only),
        cmocka_unit_test(both_sides_rekey_both_pairs_and_two_remain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
