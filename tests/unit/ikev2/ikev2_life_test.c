/* SPDX-License-Identifier: BSD-3-Clause */
/* Lifetimes and liveness under a virtual clock. */
#include "ike_pair.h"
#include "ikev2_children.h"
#include "ikev2_life.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

static void lifetimes_alone_rekey_everything_for_a_day(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    for (int hour = 0; hour < 24; hour++) {
        p->h[0].n_audits = p->h[1].n_audits = 0;
        pair_run(p, 3600);
    }
    assert_true(pair_stats(p, 0).rekeyed_child >= 20);
    assert_true(pair_stats(p, 0).rekeyed_ike >= 4);
    assert_int_equal(pair_live(&p->h[0]), pair_stats(p, 0).children);
    pair_check_keys(p);
    pair_free(p);
}

static void a_dead_peer_is_noticed_and_its_pairs_are_removed(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    p->drop[1] = true;
    pair_run(p, 60);
    assert_int_equal(pair_stats(p, 0).ike_sas, 0);
    assert_int_equal(pair_live(&p->h[0]), 0);
    assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_FAIL_TIMEOUT), 1);
    assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_IKE_DOWN), 1);
    pair_free(p);
}

static void traffic_from_the_peer_spares_the_liveness_check(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    const unsigned before = p->h[0].sends;
    for (int i = 0; i < 10; i++) {
        const struct ike_event a = {.type = IKE_EV_TRAFFIC,
                                    .spi_in = p->h[0].children[0].i.pair.spi_in,
                                    .last_in = p->now,
                                    .last_out = p->now};
        const struct ike_event b = {.type = IKE_EV_TRAFFIC,
                                    .spi_in = p->h[1].children[0].i.pair.spi_in,
                                    .last_in = p->now,
                                    .last_out = p->now};
        pair_event(p, 0, a);
        pair_event(p, 1, b);
        pair_run(p, 20);
    }
    assert_int_equal(p->h[0].sends, before);
    pair_free(p);
}

/* Rekeyings all at once lose packets, and their retransmissions take longer than a tenth of a short life. */
static void a_short_life_outlasts_the_retransmissions_of_its_rekeying(void **state)
{
    (void)state;
    static const uint32_t rekey_s[] = {12, 20, 60};
    for (size_t i = 0; i < sizeof rekey_s / sizeof *rekey_s; i++) {
        struct pair *p = pair_new();
        for (int h = 0; h < 2; h++) {
            p->h[h].conf->conns[0].children[0].rekey_s = rekey_s[i];
            p->h[h].conf->conns[0].dpd_s = 0;
            p->h[h].conf->conns[0].childless_s = 0;
            p->h[h].conf->conns[0].retransmit_ms = 2000;
            p->h[h].conf->conns[0].retransmit_tries = 5;
        }
        pair_start(p);
        pair_connect(p);
        pair_run(p, 1);
        p->drop[0] = p->drop[1] = true; /* all copies but the last one */
        pair_run(p, rekey_s[i] + 25);
        p->drop[0] = p->drop[1] = false;
        pair_run(p, 45);
        for (int h = 0; h < 2; h++) {
            assert_true(pair_stats(p, h).rekeyed_child > 0);
            assert_int_equal(pair_count(&p->h[h], IKE_AUDIT_FAIL_TIMEOUT), 0);
            for (size_t k = 0; k < p->h[h].n_audits; k++)
                assert_null(strstr(p->h[h].audits[k].why, "lifetime"));
        }
        pair_check_keys(p);
        pair_free(p);
    }
}

/*
 * Telephones and Windows renew what they have by their own clock, once a day or never. Either we rekey, and
 * then well before our hard end, or we leave it to them, and then nothing of ours has an end before.
 */
static void a_client_that_rekeys_once_a_day_or_never_keeps_its_tunnel(void **state)
{
    static const struct {
        uint32_t client_s, ours_s, life_s; /* of the child; rekey_s of both */
    } rows[] = {
        {0, 3600, 0},          /* the defaults here, and a client that never does it */
        {24 * 3600, 3600, 0},  /* and one that does it once a day */
        {24 * 3600, 0, 0},     /* left to the client */
        {24 * 3600, 0, 90000}, /* with an end behind the client's day, for operators who want one */
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pair *p = pair_new();
        for (int h = 0; h < 2; h++) {
            struct ike_conn_conf *c = &p->h[h].conf->conns[0];
            c->rekey_s = 4 * (h ? rows[i].ours_s : rows[i].client_s);
            c->children[0].rekey_s = h ? rows[i].ours_s : rows[i].client_s;
            c->children[0].life_s = h ? rows[i].life_s : 0;
            c->dpd_s = 0;
        }
        pair_start(p);
        pair_connect(p);
        for (int hour = 0; hour < 100; hour++) {
            p->h[0].n_audits = p->h[1].n_audits = 0;
            pair_run(p, 3600);
            assert_int_equal(pair_stats(p, 1).children, 1);
            assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_CHILD_DOWN), 0);
            assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_IKE_DOWN), 0);
        }
        assert_true(pair_stats(p, 1).rekeyed_child >= 3);
        pair_check_keys(p);
        pair_free(p);
    }
}

#define TUNNELS 10000
#define PARTS   20

/* How many of them fall into each part of the tenth that ends at `end`. */
struct spread {
    uint64_t end, width;
    unsigned part[PARTS];
};

static void spread_add(struct spread *s, uint64_t value)
{
    assert_in_range(value, s->end - s->width + 1, s->end);
    s->part[(s->end - value) * PARTS / s->width]++;
}

/* Of 10,000 that are drawn evenly a part has 500, with a deviation of 22. */
static void spread_check(const struct spread *s)
{
    for (size_t i = 0; i < PARTS; i++)
        assert_in_range(s->part[i], TUNNELS / PARTS - 110, TUNNELS / PARTS + 110);
}

static struct spread spread_of_seconds(base_time from, uint64_t s)
{
    return (struct spread){from.ns + s * BASE_NS_PER_S, s * BASE_NS_PER_S / 10, {0}};
}

static void ten_thousand_that_come_up_at_once_are_renewed_evenly_over_a_tenth_of_their_life(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->h[0].conf->conns[0].reauth_s = 7200;
    pair_start(p);
    pair_connect(p);
    struct ike *ike = p->h[0].ike;
    struct ikev2_sa *sa = ike->v2->first;
    struct ikev2_child *c = sa->children;
    struct spread ike_rekey = spread_of_seconds(p->now, sa->conn->rekey_s),
                  reauth = spread_of_seconds(p->now, 7200),
                  child = spread_of_seconds(p->now, c->conf->rekey_s), bytes = {1 << 30, (1 << 30) / 10, {0}};
    for (int i = 0; i < TUNNELS; i++) {
        ikev2_life_start_sa(ike, sa);
        ikev2_life_set_auth(ike, sa);
        ikev2_life_set_child(ike, c);
        spread_add(&ike_rekey, sa->life.rekey_at.ns);
        spread_add(&reauth, sa->life.reauth_at.ns);
        spread_add(&child, c->rekey_at.ns);
        spread_add(&bytes, ikev2_life_soft(ike, 1 << 30));
    }
    spread_check(&ike_rekey);
    spread_check(&reauth);
    spread_check(&child);
    spread_check(&bytes);
    assert_int_equal(ikev2_life_soft(ike, 0), 0);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lifetimes_alone_rekey_everything_for_a_day),
        cmocka_unit_test(a_short_life_outlasts_the_retransmissions_of_its_rekeying),
        cmocka_unit_test(a_client_that_rekeys_once_a_day_or_never_keeps_its_tunnel),
        cmocka_unit_test(a_dead_peer_is_noticed_and_its_pairs_are_removed),
        cmocka_unit_test(ten_thousand_that_come_up_at_once_are_renewed_evenly_over_a_tenth_of_their_life),
        cmocka_unit_test(traffic_from_the_peer_spares_the_liveness_check),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
