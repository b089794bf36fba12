/* SPDX-License-Identifier: BSD-3-Clause */
/* Sets of policies: one replaces another as a whole, and what both protect is never open in between. */
#include "sad_rig.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>

#define policy(local, remote) ((struct sad_policy){RIG_TS(local), RIG_TS(remote), 0, false})

/* As many selectors as a list has room for: 256 addresses each, from a.b.0.0 on. */
static void fill(struct base_ts_list *l, unsigned a, unsigned b)
{
    *l = (struct base_ts_list){.count = BASE_TS_MAX};
    for (unsigned i = 0; i < BASE_TS_MAX; i++) {
        const uint32_t lo = a << 24 | b << 16 | i << 8;
        l->list[i] =
            (struct base_ts){.port_hi = 0xffff, .lo = base_addr_ip4(lo), .hi = base_addr_ip4(lo + 255)};
    }
}

static void a_new_set_takes_the_place_of_the_old_one(void **state)
{
    struct sad *sad = rig_sad(16, 1);
    const struct sad_policy first[] = {policy("10.1.0.0/16", "10.2.0.0/16"),
                                       policy("10.1.0.0/16", "10.3.0.0/16")};
    const struct sad_policy second[] = {policy("10.1.0.0/16", "10.3.0.0/16"),
                                        policy("2001:db8:1::/48", "2001:db8:2::/48")};
    assert_int_equal(sad_policies_set(sad, first, 2), 0);
    assert_int_equal(rig_find(sad, "10.1.0.1", "10.2.0.1"), SAD_SPD_NO_SA);
    assert_int_equal(rig_find(sad, "10.1.0.1", "10.3.0.1"), SAD_SPD_NO_SA);
    assert_int_equal(rig_find(sad, "10.9.0.1", "10.3.0.1"), SAD_SPD_NONE);
    assert_int_equal(rig_find(sad, "2001:db8:1::1", "2001:db8:2::1"), SAD_SPD_NONE);
    assert_int_equal(sad_policies_set(sad, second, 2), 0);
    assert_int_equal(rig_find(sad, "10.1.0.1", "10.2.0.1"), SAD_SPD_NONE);
    assert_int_equal(rig_find(sad, "10.1.0.1", "10.3.0.1"), SAD_SPD_NO_SA);
    assert_int_equal(rig_find(sad, "2001:db8:1::1", "2001:db8:2::1"), SAD_SPD_NO_SA);
    assert_int_equal(sad_policies_set(sad, NULL, 0), 0);
    assert_int_equal(rig_find(sad, "10.1.0.1", "10.3.0.1"), SAD_SPD_NONE);
    assert_int_equal(rig_find(sad, "2001:db8:1::1", "2001:db8:2::1"), SAD_SPD_NONE);
    assert_int_equal(sad_reclaim(sad), 0);
    sad_free(sad);
}

static void in_parts_nothing_of_both_is_open_and_the_old_ones_go_last(void **state)
{
    struct sad *sad = rig_sad(16, 1);
    const struct sad_policy first[] = {policy("10.1.0.0/16", "10.2.0.0/16"),
                                       policy("10.1.0.0/16", "10.3.0.0/16"),
                                       policy("10.1.0.0/16", "10.4.0.0/16")};
    const struct sad_policy second[] = {policy("10.1.0.0/16", "10.3.0.0/16"),
                                        policy("10.1.0.0/16", "10.5.0.0/16")};
    int parts = 1;
    assert_int_equal(sad_policies_step(sad, first, 3, 10), 0); /* all at once */
    assert_int_equal(sad_policies_step(sad, second, 2, 1), 1);
    assert_int_equal(rig_find(sad, "10.1.0.1", "10.2.0.1"), SAD_SPD_NO_SA);
    assert_int_equal(rig_find(sad, "10.1.0.1", "10.5.0.1"), SAD_SPD_NONE);
    while (sad_policies_step(sad, second, 2, 1) > 0) {
        assert_int_equal(rig_find(sad, "10.1.0.1", "10.3.0.1"), SAD_SPD_NO_SA);
        parts++;
    }
    assert_int_equal(parts, 3); /* with the first of the old ones in the part of the last new one */
    assert_int_equal(rig_find(sad, "10.1.0.1", "10.2.0.1"), SAD_SPD_NONE);
    assert_int_equal(rig_find(sad, "10.1.0.1", "10.4.0.1"), SAD_SPD_NONE);
    assert_int_equal(rig_find(sad, "10.1.0.1", "10.5.0.1"), SAD_SPD_NO_SA);
    assert_int_equal(sad_policies_step(sad, first, 3, 1), 1);
    assert_int_equal(sad_policies_set(sad, first, 1), 0); /* instead of what was begun */
    assert_int_equal(rig_find(sad, "10.1.0.1", "10.3.0.1"), SAD_SPD_NONE);
    assert_int_equal(sad_policies_step(sad, second, 2, 1), 1);
    sad_free(sad); /* amid it */
}

static void packets_that_call_for_an_sa_are_told_apart(void **state)
{
    struct sad *sad = rig_sad(16, 1);
    struct sad_policy set[] = {policy("10.1.0.0/16", "10.0.0.0/8"), policy("10.1.0.0/16", "10.2.0.0/16"),
                               policy("10.1.0.0/16", "10.0.0.0/8")};
    set[1].trap = 5;
    set[2].trap = SAD_TRAP_MAX;
    assert_int_equal(sad_policies_set(sad, set, 2), 0);
    assert_int_equal(rig_find(sad, "10.1.0.1", "10.3.0.1"), SAD_SPD_NO_SA);
    assert_int_equal(sad_spd_trap(SAD_SPD_NO_SA) + sad_spd_trap(SAD_SPD_NONE), 0);
    const uint32_t found = rig_find(sad, "10.1.0.1", "10.2.0.1");
    assert_false(sad_spd_is_sa(found));
    assert_int_equal(sad_spd_trap(found), 5);
    assert_int_equal(sad_policies_set(sad, set, 3), 0);
    assert_int_equal(sad_spd_trap(rig_find(sad, "10.1.0.1", "10.3.0.1")), SAD_TRAP_MAX);
    assert_int_equal(sad_spd_trap(rig_find(sad, "10.1.0.1", "10.2.0.1")), 5); /* the one that covers fewer */
    set[0].trap = SAD_TRAP_MAX + 1;
    assert_int_equal(sad_policies_set(sad, set, 1), -EINVAL);
    assert_int_equal(sad_spd_trap(rig_find(sad, "10.1.0.1", "10.2.0.1")), 5);
    sad_free(sad);
}

static void a_set_that_does_not_fit_leaves_the_old_set(void **state)
{
    enum { LISTS = 600000 / BASE_TS_MAX }; /* prefixes: more than the tables have room for */
    struct sad *sad = rig_sad(16, 1);
    const struct sad_policy old = policy("10.1.0.0/16", "10.2.0.0/16");
    const struct base_ts_list local = rig_ts("10.1.0.0/16");
    struct sad_policy *list = calloc(LISTS, sizeof *list);
    struct base_ts_list *remote = calloc(LISTS, sizeof *remote);
    assert_int_equal(sad_policies_set(sad, &old, 1), 0);
    for (unsigned i = 0; i < LISTS; i++) {
        fill(&remote[i], 20 + i / 256, i % 256);
        list[i] = (struct sad_policy){&local, &remote[i], 0};
    }
    assert_int_equal(sad_policies_set(sad, list, LISTS), -ENOMEM);
    assert_int_equal(rig_find(sad, "10.1.0.1", "10.2.0.1"), SAD_SPD_NO_SA);
    assert_int_equal(rig_find(sad, "10.1.0.1", "20.0.0.1"), SAD_SPD_NONE);
    assert_int_equal(sad_reclaim(sad), 0);
    assert_int_equal(sad_policies_set(sad, list, 100), 0);
    assert_int_equal(rig_find(sad, "10.1.0.1", "20.0.0.1"), SAD_SPD_NO_SA);
    free(list);
    free(remote);
    sad_free(sad);
}

static void all_selectors_that_two_payloads_carry_are_one_policy(void **state)
{
    struct sad *sad = rig_sad(16, 1);
    struct base_ts_list local, remote;
    const struct sad_policy p = {&local, &remote, 0};
    fill(&local, 10, 1);
    fill(&remote, 10, 7);
    assert_int_equal(sad_policies_set(sad, &p, 1), 0);
    for (unsigned i = 0; i < BASE_TS_MAX; i++) {
        assert_int_equal(rig_find(sad, rig_text("10.1.%u.1", i), "10.7.0.1"), SAD_SPD_NO_SA);
        assert_int_equal(rig_find(sad, "10.1.0.1", rig_text("10.7.%u.1", i)), SAD_SPD_NO_SA);
    }
    assert_int_equal(rig_find(sad, "10.1.255.1", "10.7.0.1"), SAD_SPD_NONE);
    assert_int_equal(rig_find(sad, "10.1.0.1", "10.7.255.1"), SAD_SPD_NONE);
    assert_int_equal(sad_policies_set(sad, NULL, 0), 0);
    assert_int_equal(rig_find(sad, "10.1.0.1", "10.7.0.1"), SAD_SPD_NONE);
    assert_int_equal(sad_reclaim(sad), 0);
    sad_free(sad);
}

static void pairs_serve_their_policy_whenever_the_set_changes(void **state)
{
    struct sad *sad = rig_sad(16, 1);
    const struct sad_policy same = policy("10.1.0.0/16", "10.2.0.0/16");
    const struct sad_policy wide = policy("10.1.0.0/16", "10.0.0.0/8");
    uint32_t spi = rig_install(sad, "10.1.0.0/16", "10.2.0.0/16");
    const struct sad_policy *const sets[] = {&same, &wide, &same, &same, NULL, &wide};
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        assert_int_equal(sad_policies_set(sad, sets[i], sets[i] != NULL), 0);
        assert_int_equal(rig_find(sad, "10.1.0.1", "10.2.0.1"), rig_slot(sad, spi));
    }
    assert_int_equal(sad_remove(sad, spi), 0);
    assert_int_equal(rig_find(sad, "10.1.0.1", "10.2.0.1"), SAD_SPD_NO_SA);
    assert_int_equal(sad_policies_set(sad, NULL, 0), 0);
    assert_int_equal(rig_find(sad, "10.1.0.1", "10.2.0.1"), SAD_SPD_NONE);
    sad_free(sad);
}

static void sets_may_change_without_end(void **state)
{
    struct sad *sad = rig_sad(1, 1);
    const struct base_ts_list local = rig_ts("10.1.0.0/16");
    struct base_ts_list remote[64];
    struct sad_policy list[64];
    for (int round = 0; round < 3000; round++) {
        for (int i = 0; i < 64; i++) {
            remote[i] = rig_ts("10.2.0.0/16");
            remote[i].list[0].lo.bytes[2] = remote[i].list[0].hi.bytes[2] = (uint8_t)(round + i);
            list[i] = (struct sad_policy){&local, &remote[i], 0};
        }
        assert_int_equal(sad_policies_set(sad, list, 64),
                         0); /* candidates are reused, or they would run out */
        assert_int_equal(sad_reclaim(sad), 0);
    }
    sad_free(sad);
}

#define bypass(local, remote) ((struct sad_policy){RIG_TS(local), RIG_TS(remote), .is_bypass = true})

/* How the first candidate for a destination is looked at. */
static uint8_t look_of(struct sad *sad, const char *remote)
{
    const struct base_addr to = rig_ip(remote);
    const uint32_t head = sad_spd_head(sad_tables(sad), to.family == BASE_AF_IP6, to.bytes);
    return atomic_load(&sad_tables(sad)->cands[head].look);
}

static void a_bypass_goes_before_sas_and_policies_of_any_prefix_both_ways(void **state)
{
    static const char *const nets[] = {"10.9.0.128/25", "10.9.0.200/32", "10.9.0.0/24", "10.0.0.0/8",
                                       "0.0.0.0/0"};
    for (size_t i = 0; i < sizeof nets / sizeof nets[0]; i++) {
        struct sad *sad = rig_sad(16, 1);
        struct sad_policy set[] = {policy("10.1.0.0/16", nets[i]), bypass("10.1.0.0/24", "10.9.0.0/24"),
                                   policy("0.0.0.0/0", "10.1.0.0/25")};
        set[0].trap = 7;
        const uint32_t before = rig_install(sad, "10.1.0.0/16", nets[i]);
        assert_int_equal(sad_policies_set(sad, set, 3), 0);
        assert_int_equal(rig_find(sad, "10.1.0.9", "10.9.0.200"), SAD_SPD_BYPASS);
        const uint32_t after = rig_install(sad, "10.1.0.0/16", nets[i]);
        assert_int_equal(rig_find(sad, "10.1.0.9", "10.9.0.200"), SAD_SPD_BYPASS);
        assert_int_equal(rig_find(sad, "10.9.0.200", "10.1.0.9"), SAD_SPD_BYPASS_BACK);
        assert_false(sad_spd_is_sa(SAD_SPD_BYPASS) || sad_spd_is_sa(SAD_SPD_BYPASS_BACK));
        assert_int_equal(sad_spd_trap(SAD_SPD_BYPASS) + sad_spd_trap(SAD_SPD_BYPASS_BACK), 0);
        /* What is beside it on either side goes as ever. */
        assert_int_equal(rig_find(sad, "10.1.1.9", "10.9.0.200"), rig_slot(sad, after));
        assert_int_equal(rig_find(sad, "10.9.1.200", "10.1.0.9"), SAD_SPD_NO_SA);
        assert_int_equal(sad_remove(sad, before) + sad_remove(sad, after), 0);
        assert_int_equal(rig_find(sad, "10.1.0.9", "10.9.0.200"), SAD_SPD_BYPASS);
        assert_int_equal(sad_spd_trap(rig_find(sad, "10.1.1.9", "10.9.0.200")), 7);
        assert_int_equal(sad_policies_set(sad, set, 1), 0);
        assert_int_equal(sad_spd_trap(rig_find(sad, "10.1.0.9", "10.9.0.200")), 7);
        assert_int_equal(rig_find(sad, "10.9.0.200", "10.1.0.9"), SAD_SPD_NONE);
        sad_free(sad);
    }
}

/* Of rows that overlap the one of the longest prefix has a packet, and one for packets back before that. */
static void a_bypass_is_found_with_its_row(void **state)
{
    struct sad *sad = rig_sad(16, 1);
    struct sad_policy set[] = {bypass("10.1.0.0/24", "10.9.0.0/24"), bypass("10.1.0.0/24", "10.9.0.128/25"),
                               bypass("10.9.0.200/32", "10.1.0.9/32"), policy("10.1.0.0/24", "0.0.0.0/0")};
    set[0].row = 3;
    set[1].row = SAD_ROWS_MAX - 1;
    set[2].row = 4;
    set[3].trap = SAD_TRAP_MAX;
    assert_int_equal(sad_policies_set(sad, set, 4), 0);
    assert_int_equal(rig_find(sad, "10.1.0.7", "10.9.0.7"), SAD_SPD_BYPASS + 2 * 3);
    assert_int_equal(rig_find(sad, "10.9.0.7", "10.1.0.7"), SAD_SPD_BYPASS_BACK + 2 * 3);
    const uint32_t last = rig_find(sad, "10.1.0.7", "10.9.0.201");
    assert_true(sad_spd_is_bypass(last) && !sad_spd_is_back(last) && !sad_spd_is_sa(last));
    assert_int_equal(sad_spd_row(last), SAD_ROWS_MAX - 1);
    assert_int_equal(sad_spd_trap(last), 0);
    const uint32_t back = rig_find(sad, "10.1.0.9", "10.9.0.200");
    assert_true(sad_spd_is_back(back));
    assert_int_equal(sad_spd_row(back), 4);
    assert_int_equal(sad_spd_trap(rig_find(sad, "10.1.0.7", "10.8.0.7")), SAD_TRAP_MAX);
    assert_false(sad_spd_is_bypass(SAD_SPD_NONE) || sad_spd_is_bypass(SAD_SPD_NO_SA));
    assert_false(sad_spd_is_back(SAD_SPD_TRAP + SAD_TRAP_MAX));
    set[0].row = SAD_ROWS_MAX;
    assert_int_equal(sad_policies_set(sad, set, 4), -EINVAL);
    sad_free(sad);
}

/* What is under a bypass, and only that, is not taken at sight, whichever came first. */
static void only_sas_under_a_bypass_are_looked_at_in_full(void **state)
{
    struct sad *sad = rig_sad(16, 1);
    const struct sad_policy row = bypass("10.1.0.0/24", "10.9.0.0/24");
    rig_install(sad, "10.1.0.0/16", "0.0.0.0/0");
    rig_install(sad, "10.1.0.0/16", "10.9.0.128/25");
    rig_install(sad, "10.1.0.0/16", "10.8.0.0/24");
    assert_int_equal(look_of(sad, "10.9.0.200"), SAD_LOOK_SIMPLE);
    assert_int_equal(sad_policies_set(sad, &row, 1), 0);
    rig_install(sad, "10.1.0.0/16", "10.9.0.16/28");
    assert_int_equal(look_of(sad, "10.9.0.200"), SAD_LOOK_BEYOND);
    assert_int_equal(look_of(sad, "10.9.0.17"), SAD_LOOK_BEYOND);
    assert_int_equal(look_of(sad, "10.9.0.9"), SAD_LOOK_FULL); /* the bypass itself */
    assert_int_equal(look_of(sad, "10.8.0.9"), SAD_LOOK_SIMPLE);
    assert_int_equal(look_of(sad, "192.0.2.9"), SAD_LOOK_SIMPLE);
    assert_int_equal(sad_policies_set(sad, NULL, 0), 0);
    assert_int_equal(look_of(sad, "10.9.0.200"), SAD_LOOK_SIMPLE);
    assert_int_equal(look_of(sad, "10.9.0.17"), SAD_LOOK_SIMPLE);
    assert_int_equal(look_of(sad, "10.9.0.9"), SAD_LOOK_SIMPLE);
    /* A remote side of all: everything is under it. */
    const struct sad_policy all = bypass("10.1.0.7/32", "0.0.0.0/0");
    assert_int_equal(sad_policies_set(sad, &all, 1), 0);
    assert_int_equal(look_of(sad, "10.8.0.9"), SAD_LOOK_BEYOND);
    assert_int_equal(rig_find(sad, "10.1.0.7", "10.8.0.9"), SAD_SPD_BYPASS);
    assert_true(sad_spd_is_sa(rig_find(sad, "10.1.0.8", "10.8.0.9")));
    sad_free(sad);
}

static void looks_are_changed_in_parts(void **state)
{
    struct sad *sad = rig_sad(64, 1);
    const struct sad_policy row = bypass("10.1.0.0/24", "10.9.0.0/16");
    char net[BASE_ADDR_TEXT_MAX];
    for (unsigned i = 0; i < 32; i++) {
        snprintf(net, sizeof net, "10.9.%u.0/24", i);
        rig_install(sad, "10.1.0.0/16", net);
    }
    for (size_t count = 1; count != SIZE_MAX; count--) {
        int turns = 0, rc;
        while ((rc = sad_policies_step(sad, count ? &row : NULL, count, 8)) == 1)
            turns++;
        assert_int_equal(rc, 0);
        assert_in_range(turns, 4, 8);
        for (unsigned i = 0; i < 32; i++) {
            snprintf(net, sizeof net, "10.9.%u.9", i);
            assert_int_equal(look_of(sad, net), count ? SAD_LOOK_BEYOND : SAD_LOOK_SIMPLE);
        }
    }
    sad_free(sad);
}

static void a_bypass_is_for_the_ports_that_it_names(void **state)
{
    struct sad *sad = rig_sad(16, 1);
    struct base_ts_list printers = rig_ts("10.9.0.0/24"), ours = rig_ts("10.1.0.0/24");
    struct sad_policy set[] = {policy("10.1.0.0/16", "0.0.0.0/0"), {&ours, &printers, .is_bypass = true}};
    printers.list[0].protocol = 17;
    printers.list[0].port_lo = printers.list[0].port_hi = 2000; /* as that of rig_find() */
    assert_int_equal(sad_policies_set(sad, set, 2), 0);
    assert_int_equal(rig_find(sad, "10.1.0.9", "10.9.0.9"), SAD_SPD_BYPASS);
    assert_int_equal(rig_find(sad, "10.9.0.9", "10.1.0.9"), SAD_SPD_NONE); /* from port 1000 */
    printers.list[0].port_lo = printers.list[0].port_hi = 1000;
    assert_int_equal(sad_policies_set(sad, set, 2), 0);
    assert_int_equal(rig_find(sad, "10.1.0.9", "10.9.0.9"), SAD_SPD_NO_SA);
    assert_int_equal(rig_find(sad, "10.9.0.9", "10.1.0.9"), SAD_SPD_BYPASS_BACK);
    set[1].trap = 1;
    assert_int_equal(sad_policies_set(sad, set, 2), -EINVAL);
    sad_free(sad);
}

/* Two rows that each say the other's way back: what comes back is told as such. */
static void of_two_bypasses_the_one_for_packets_back_is_told(void **state)
{
    struct sad *sad = rig_sad(16, 1);
    const struct sad_policy set[] = {bypass("10.1.0.0/24", "10.9.0.0/25"),
                                     bypass("10.9.0.0/24", "10.1.0.0/16"),
                                     bypass("fd00:1::/64", "fd00:9::/64")};
    assert_int_equal(sad_policies_set(sad, set, 3), 0);
    assert_int_equal(rig_find(sad, "10.9.0.9", "10.1.0.9"), SAD_SPD_BYPASS_BACK);
    assert_int_equal(rig_find(sad, "10.1.0.9", "10.9.0.9"), SAD_SPD_BYPASS_BACK);
    assert_int_equal(rig_find(sad, "10.9.0.200", "10.1.0.9"), SAD_SPD_BYPASS);
    assert_int_equal(rig_find(sad, "fd00:1::9", "fd00:9::9"), SAD_SPD_BYPASS);
    assert_int_equal(rig_find(sad, "fd00:9::9", "fd00:1::9"), SAD_SPD_BYPASS_BACK);
    assert_false(
        sad_spd_protects(sad_tables(sad), sad_spd_head(sad_tables(sad), false, (uint8_t[]){10, 9, 0, 9})));
    rig_install(sad, "10.1.0.0/24", "10.0.0.0/8");
    assert_true(
        sad_spd_protects(sad_tables(sad), sad_spd_head(sad_tables(sad), false, (uint8_t[]){10, 9, 0, 9})));
    sad_free(sad);
}

/* A pair that sends stands by for nobody, whatever a bypass with the same selectors takes from it. */
static void a_bypass_is_no_pair_that_another_stands_by_for(void **state)
{
    struct sad *sad = rig_sad(16, 1);
    const struct sad_policy row = bypass("10.1.0.0/24", "10.9.0.0/24");
    struct esp_pair p = rig_params(sad, "10.1.0.0/24", "10.9.0.0/24");
    p.priority = 1;
    assert_int_equal(sad_policies_set(sad, &row, 1), 0);
    assert_int_equal(sad_install(sad, &p), 0);
    assert_false(rig_stats(sad, p.spi_in).standby);
    assert_int_equal(rig_find(sad, "10.1.0.9", "10.9.0.9"), SAD_SPD_BYPASS);
    sad_free(sad);
}

/* A worker that looks the same packet up for as long as it is told to. */
struct looker {
    struct sad *sad;
    _Atomic bool is_over;
    _Atomic uint64_t looks;
    _Atomic uint64_t open; /* how often nothing said that the packet must be protected */
};

static void *look(void *arg)
{
    struct looker *l = arg;
    struct rte_rcu_qsbr *qsbr = sad_qsbr(l->sad);
    struct sad_flow f = {.family = BASE_AF_IP4,
                         .proto = 17,
                         .has_ports = true,
                         .local = {10, 1, 0, 1},
                         .remote = {10, 2, 3, 4}};
    rte_rcu_qsbr_thread_online(qsbr, 0);
    while (!l->is_over) {
        l->open += sad_spd_lookup(sad_tables(l->sad), &f) != SAD_SPD_NO_SA;
        l->looks++;
        rte_rcu_qsbr_quiescent(qsbr, 0);
    }
    rte_rcu_qsbr_thread_offline(qsbr, 0);
    return NULL;
}

static void what_is_in_both_sets_is_protected_throughout(void **state)
{
    /* Changes while which the worker looked are the ones that count; how many come about is the scheduler's.
     */
    enum { ENOUGH = 1000, CHANGES_MAX = 200000 };
    struct looker l = {.sad = rig_sad(16, 1)};
    pthread_t worker;
    const struct sad_policy a[] = {policy("10.1.0.0/16", "10.2.0.0/16"), policy("10.1.0.0/16", "0.0.0.0/0")};
    const struct sad_policy b[] = {policy("10.1.0.0/16", "10.2.3.0/24"), policy("10.0.0.0/8", "10.2.0.0/16")};
    const struct sad_policy c[] = {policy("10.1.0.0/16", "10.0.0.0/8"), policy("10.1.0.0/16", "10.2.3.4/32")};
    const struct sad_policy *const sets[] = {a, b, c, a, c, b};
    assert_int_equal(sad_policies_set(l.sad, a, 2), 0);
    assert_int_equal(rte_rcu_qsbr_thread_register(sad_qsbr(l.sad), 0), 0);
    assert_int_equal(pthread_create(&worker, NULL, look, &l), 0);
    int err = 0;
    while (!l.looks)
        ;
    for (unsigned i = 0, seen = 0; i < CHANGES_MAX && seen < ENOUGH && !err; i++) {
        uint64_t looks = l.looks;
        err = sad_policies_set(l.sad, sets[i % 6], 2);
        seen += l.looks != looks;
        while (sad_reclaim(l.sad) > 1000)
            ;
    }
    l.is_over = true;
    assert_int_equal(pthread_join(worker, NULL), 0);
    assert_int_equal(err, 0);
    assert_int_equal(l.open, 0);
    assert_int_equal(rte_rcu_qsbr_thread_unregister(sad_qsbr(l.sad), 0), 0);
    sad_free(l.sad);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_set_takes_the_place_of_the_old_one),
        cmocka_unit_test(in_parts_nothing_of_both_is_open_and_the_old_ones_go_last),
        cmocka_unit_test(packets_that_call_for_an_sa_are_told_apart),
        cmocka_unit_test(a_set_that_does_not_fit_leaves_the_old_set),
        cmocka_unit_test(all_selectors_that_two_payloads_carry_are_one_policy),
        cmocka_unit_test(a_bypass_goes_before_sas_and_policies_of_any_prefix_both_ways),
        cmocka_unit_test(a_bypass_is_found_with_its_row),
        cmocka_unit_test(only_sas_under_a_bypass_are_looked_at_in_full),
        cmocka_unit_test(looks_are_changed_in_parts),
        cmocka_unit_test(a_bypass_is_for_the_ports_that_it_names),
        cmocka_unit_test(of_two_bypasses_the_one_for_packets_back_is_told),
        cmocka_unit_test(a_bypass_is_no_pair_that_another_stands_by_for),
        cmocka_unit_test(pairs_serve_their_policy_whenever_the_set_changes),
        cmocka_unit_test(sets_may_change_without_end),
        cmocka_unit_test(what_is_in_both_sets_is_protected_throughout),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
