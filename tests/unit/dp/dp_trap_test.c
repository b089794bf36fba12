/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets that call for an SA: the first ones wait for it within limits, and go when it is there. */
#include "dp_core.h"
#include "dp_way.h"

#define S(n) ((base_time){(n)*BASE_NS_PER_S})

/* A and B without a pair; packets from behind A to 10.2.0.0/24 call under number 7, to 10.3.0.0/24 under 8.
 */
static struct rig rig_trapped(void)
{
    struct rig r = rig_apart();
    const struct base_ts_list local = rig_ts("10.1.0.0/24"), remote = rig_ts("10.2.0.0/24"),
                              other = rig_ts("10.3.0.0/24");
    const struct sad_policy policies[] = {{&local, &remote, 7}, {&local, &other, 8}};
    assert_int_equal(sad_policies_set(r.a.sad, policies, 2), 0);
    return r;
}

static void pair_make(struct rig *r, bool active)
{
    struct esp_pair a = rig_pair(1, &rig_gcm128, NULL, true, true),
                    b = rig_pair(2, &rig_gcm128, NULL, true, true);
    a.active = active;
    rig_connect(r, &a, &b);
}

static void packet(struct rig *r, const char *to)
{
    rig_in(r, &r->a, RIG_INSIDE, rig_frame(0x11, "10.1.0.9", to, 60));
}

/* Hands what was punted at A to those who wait for it. How often control is told. */
static unsigned punts(struct rig *r, base_time now)
{
    struct dp_punt punt;
    unsigned told = 0;
    while (dp_punt_pop(r->a.dp, &punt)) {
        assert_int_equal(punt.reason, DP_PUNT_TRAP);
        told += dp_trap_punt(r->a.dp, now, &punt);
    }
    return told;
}

static unsigned sealed(struct rig *r)
{
    struct rte_mbuf *m;
    unsigned n = 0;
    dp_turn(r->a.w);
    while ((m = rig_out(&r->a, RIG_OUTSIDE)) != NULL) {
        rte_pktmbuf_free(m);
        n++;
    }
    return n;
}

static void the_first_packets_wait_and_arrive_with_the_sa(void **state)
{
    (void)state;
    struct rig r = rig_trapped();
    packet(&r, "10.2.0.9");
    packet(&r, "10.2.0.9");
    assert_int_equal(punts(&r, S(5)), 1);
    dp_trap_release(r.a.dp);
    assert_int_equal(sealed(&r), 0); /* there is none yet */
    pair_make(&r, false);
    dp_trap_release(r.a.dp);
    assert_int_equal(sealed(&r), 0); /* nor one that sends */
    assert_int_equal(sad_activate(r.a.sad, r.spi_a), 0);
    dp_trap_release(r.a.dp);
    dp_turn(r.a.w);
    for (int i = 0; i < 2; i++) {
        struct rte_mbuf *m = rig_out(&r.a, RIG_OUTSIDE);
        assert_non_null(m);
        rig_in(&r, &r.b, RIG_OUTSIDE, m);
        rig_assert_arrived(rig_out(&r.b, RIG_INSIDE), 60); /* as if it had not waited */
    }
    assert_true(base_time_is_never(dp_trap_deadline(r.a.dp)));
    assert_int_equal(rig_drops(&r.a, DP_DROP_no_sa), 0);
    rig_free(&r);
}

static void a_dscp_waits_for_its_own_sa_beside_another(void **state)
{
    (void)state;
    struct rig r = rig_trapped();
    const struct base_ts_list local = rig_ts("10.1.0.0/24"), remote = rig_ts("10.2.0.0/24");
    const struct sad_policy policies[] = {{&local, &remote, 7}, {&local, &remote, 8, UINT64_C(1) << 46}};
    struct dp_punt punt;
    assert_int_equal(sad_policies_set(r.a.sad, policies, 2), 0);
    pair_make(&r, true); /* for all others */
    struct rte_mbuf *m = rig_frame(0x11, "10.1.0.9", "10.2.0.9", 60);
    rte_pktmbuf_mtod(m, uint8_t *)[14 + 1] = 46 << 2;
    rig_ip4_fix(m);
    rig_in(&r, &r.a, RIG_INSIDE, m);
    assert_true(dp_punt_pop(r.a.dp, &punt));
    assert_int_equal(punt.trap, 8);
    assert_true(dp_trap_punt(r.a.dp, S(5), &punt));
    dp_trap_release(r.a.dp);
    assert_int_equal(sealed(&r), 0);
    struct esp_pair ef = rig_pair(1, &rig_gcm128, NULL, true, true);
    ef.dscp = UINT64_C(1) << 46;
    ef.spi_out = 0xef;
    assert_int_equal(sad_spi_alloc(r.a.sad, &ef.spi_in), 0);
    assert_int_equal(sad_install(r.a.sad, &ef), 0);
    dp_trap_release(r.a.dp);
    dp_turn(r.a.w);
    m = rig_out(&r.a, RIG_OUTSIDE);
    assert_non_null(m);
    assert_int_equal(dp_get32(rte_pktmbuf_mtod(m, const uint8_t *) + 14 + 28), 0xef);
    rte_pktmbuf_free(m);
    rig_free(&r);
}

static void few_wait_and_control_is_told_once_a_second(void **state)
{
    (void)state;
    struct rig r = rig_trapped();
    for (int i = 0; i < 10; i++)
        packet(&r, "10.2.0.9");
    assert_int_equal(punts(&r, S(5)), 1);
    assert_int_equal(rig_drops(&r.a, DP_DROP_trap_full), 6);
    packet(&r, "10.3.0.9"); /* another one has its own */
    assert_int_equal(punts(&r, S(5)), 1);
    packet(&r, "10.2.0.9");
    assert_int_equal(punts(&r, base_time_add(S(5), BASE_NS_PER_S - 1)), 0);
    packet(&r, "10.2.0.9");
    assert_int_equal(punts(&r, S(6)), 1);
    assert_int_equal(rig_drops(&r.a, DP_DROP_trap_full), 8);
    pair_make(&r, true);
    dp_trap_release(r.a.dp);
    assert_int_equal(sealed(&r), 4); /* the other one's stays */
    assert_int_equal(dp_trap_deadline(r.a.dp).ns, S(15).ns);
    rig_free(&r);
}

static void what_waits_too_long_or_for_nothing_is_dropped(void **state)
{
    (void)state;
    struct rig r = rig_trapped();
    packet(&r, "10.2.0.9");
    assert_int_equal(punts(&r, S(5)), 1);
    packet(&r, "10.3.0.9");
    assert_int_equal(punts(&r, S(7)), 1);
    dp_trap_tick(r.a.dp, S(14));
    assert_int_equal(rig_drops(&r.a, DP_DROP_trap_late), 0);
    dp_trap_tick(r.a.dp, S(15));
    assert_int_equal(rig_drops(&r.a, DP_DROP_trap_late), 1);
    assert_int_equal(dp_trap_deadline(r.a.dp).ns, S(17).ns);
    dp_trap_refuse(r.a.dp, 7);
    assert_int_equal(rig_drops(&r.a, DP_DROP_trap_refused), 0);
    dp_trap_refuse(r.a.dp, 8);
    assert_int_equal(rig_drops(&r.a, DP_DROP_trap_refused), 1);
    assert_int_equal(rig_drops(&r.a, DP_DROP_trap_late), 1);
    assert_true(base_time_is_never(dp_trap_deadline(r.a.dp)));
    rig_free(&r);
}

static void other_policies_judge_what_waits_anew(void **state)
{
    (void)state;
    struct rig r = rig_trapped();
    packet(&r, "10.2.0.9");
    assert_int_equal(punts(&r, S(5)), 1);
    const struct base_ts_list local = rig_ts("10.1.0.0/24"), remote = rig_ts("10.2.0.0/24");
    const struct sad_policy next[] = {{&local, &remote, 1}};
    assert_int_equal(sad_policies_set(r.a.sad, next, 1), 0);
    dp_trap_rejudge(r.a.dp);
    dp_turn(r.a.w);
    struct dp_punt punt;
    assert_true(dp_punt_pop(r.a.dp, &punt));
    assert_int_equal(punt.trap, 1);
    assert_true(dp_trap_punt(r.a.dp, S(5), &punt)); /* told at once: the numbers mean others now */
    rig_free(&r);
}

static void a_scan_over_a_policy_costs_control_no_more_than_its_share(void **state)
{
    (void)state;
    struct rig r = rig_trapped();
    for (int i = 0; i < 1000; i++)
        packet(&r, "10.2.0.9");
    unsigned n = 0;
    struct dp_punt punt;
    while (dp_punt_pop(r.a.dp, &punt)) {
        dp_trap_punt(r.a.dp, S(5), &punt);
        n++;
    }
    assert_in_range(n, 10, 400);
    assert_int_equal(rig_drops(&r.a, DP_DROP_trap_full), 996);
    rig_free(&r); /* with four that wait */
}

static void a_flood_for_one_sa_leaves_the_others_their_calls(void **state)
{
    (void)state;
    struct rig r = rig_trapped();
    for (int second = 1; second < 4; second++) {
        for (int i = 0; i < 3000; i++)
            packet(&r, "10.2.0.9");
        assert_int_equal(punts(&r, S(second)), 1);
        packet(&r, "10.3.0.9");
        assert_int_equal(punts(&r, S(second)), 1);
        r.tsc += RIG_HZ;
    }
    rig_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_packets_wait_and_arrive_with_the_sa),
        cmocka_unit_test(a_dscp_waits_for_its_own_sa_beside_another),
        cmocka_unit_test(few_wait_and_control_is_told_once_a_second),
        cmocka_unit_test(what_waits_too_long_or_for_nothing_is_dropped),
        cmocka_unit_test(other_policies_judge_what_waits_anew),
        cmocka_unit_test(a_scan_over_a_policy_costs_control_no_more_than_its_share),
        cmocka_unit_test(a_flood_for_one_sa_leaves_the_others_their_calls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
