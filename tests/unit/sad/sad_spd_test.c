/* SPDX-License-Identifier: BSD-3-Clause */
/* Which SA a packet belongs to: specific before general, new before old, and exact in addresses, ports,
 * ranges. */
#include "sad_rig.h"

static struct sad_flow flow_make(const char *local, const char *remote, uint8_t proto, uint16_t local_port,
                                 uint16_t remote_port)
{
    struct sad_flow f = {
        .proto = proto, .has_ports = true, .local_port = local_port, .remote_port = remote_port};
    struct base_addr l, r;
    assert_int_equal(base_addr_parse(local, &l), 0);
    assert_int_equal(base_addr_parse(remote, &r), 0);
    f.family = l.family;
    memcpy(f.local, l.bytes, 16);
    memcpy(f.remote, r.bytes, 16);
    return f;
}

static uint32_t find(struct sad *sad, const char *local, const char *remote)
{
    struct sad_flow f = flow_make(local, remote, 17, 1000, 2000);
    return sad_spd_lookup(sad_tables(sad), &f);
}

static void longer_prefixes_win_whatever_came_first(void **state)
{
    struct sad *sad = rig_sad(64, 1);
    uint32_t all = rig_install(sad, "10.1.0.0/16", "0.0.0.0/0");
    uint32_t host = rig_install(sad, "10.1.0.0/16", "10.2.3.4/32");
    uint32_t net = rig_install(sad, "10.1.0.0/16", "10.2.0.0/16");
    assert_int_equal(find(sad, "10.1.0.9", "10.2.3.4"), rig_slot(sad, host));
    assert_int_equal(find(sad, "10.1.0.9", "10.2.3.5"), rig_slot(sad, net));
    assert_int_equal(find(sad, "10.1.0.9", "8.8.8.8"), rig_slot(sad, all));
    assert_int_equal(find(sad, "10.9.0.9", "8.8.8.8"), SAD_SPD_NONE);
    assert_int_equal(sad_remove(sad, net), 0);
    assert_int_equal(find(sad, "10.1.0.9", "10.2.3.5"), rig_slot(sad, all));
    assert_int_equal(find(sad, "10.1.0.9", "10.2.3.4"), rig_slot(sad, host));
    assert_int_equal(sad_remove(sad, all), 0);
    assert_int_equal(find(sad, "10.1.0.9", "10.2.3.5"), SAD_SPD_NONE);
    assert_int_equal(find(sad, "10.1.0.9", "10.2.3.4"), rig_slot(sad, host));
    sad_free(sad);
}

static void what_a_specific_list_does_not_match_falls_through_to_the_general_one(void **state)
{
    struct sad *sad = rig_sad(64, 1);
    struct esp_pair p = rig_params(sad, "10.1.0.0/16", "10.2.0.0/16");
    p.remote_ts.list[0].protocol = 6;
    p.remote_ts.list[0].port_lo = p.remote_ts.list[0].port_hi = 443;
    assert_int_equal(sad_install(sad, &p), 0);
    uint32_t all = rig_install(sad, "10.1.0.0/16", "10.0.0.0/8");
    struct sad_flow web = flow_make("10.1.0.9", "10.2.0.9", 6, 5000, 443);
    struct sad_flow other = flow_make("10.1.0.9", "10.2.0.9", 6, 5000, 80);
    struct sad_flow later = web;
    later.has_ports = false;
    assert_int_equal(sad_spd_lookup(sad_tables(sad), &web), rig_slot(sad, p.spi_in));
    assert_int_equal(sad_spd_lookup(sad_tables(sad), &other), rig_slot(sad, all));
    assert_int_equal(sad_spd_lookup(sad_tables(sad), &later), rig_slot(sad, all));
    later.any_ports = true;
    assert_int_equal(sad_spd_lookup(sad_tables(sad), &later), rig_slot(sad, p.spi_in));
    later.proto = 17;
    assert_int_equal(sad_spd_lookup(sad_tables(sad), &later), rig_slot(sad, all));
    sad_free(sad);
}

static void a_prefix_that_comes_in_between_is_seen_from_below(void **state)
{
    struct sad *sad = rig_sad(64, 1);
    uint32_t wide = rig_install(sad, "10.1.0.0/16", "10.0.0.0/8");
    rig_install(sad, "10.7.0.0/16", "10.2.3.0/24");
    uint32_t middle = rig_install(sad, "10.1.0.0/16", "10.2.0.0/16");
    assert_int_equal(find(sad, "10.1.0.9", "10.2.3.4"), rig_slot(sad, middle));
    assert_int_equal(sad_remove(sad, middle), 0);
    assert_int_equal(find(sad, "10.1.0.9", "10.2.3.4"), rig_slot(sad, wide));
    assert_int_equal(sad_remove(sad, wide), 0);
    uint32_t all = rig_install(sad, "10.1.0.0/16", "0.0.0.0/0");
    assert_int_equal(find(sad, "10.1.0.9", "10.2.3.4"), rig_slot(sad, all));
    sad_free(sad);
}

static void ranges_that_are_no_prefix_are_exact(void **state)
{
    struct sad *sad = rig_sad(64, 1);
    struct esp_pair p = rig_params(sad, "10.1.0.0/16", "10.2.0.0/24");
    assert_int_equal(base_addr_parse("10.2.0.200", &p.remote_ts.list[0].lo), 0);
    assert_int_equal(base_addr_parse("10.2.1.5", &p.remote_ts.list[0].hi), 0);
    assert_int_equal(sad_install(sad, &p), 0);
    assert_int_equal(find(sad, "10.1.0.9", "10.2.0.199"), SAD_SPD_NONE);
    assert_int_equal(find(sad, "10.1.0.9", "10.2.0.200"), rig_slot(sad, p.spi_in));
    assert_int_equal(find(sad, "10.1.0.9", "10.2.1.5"), rig_slot(sad, p.spi_in));
    assert_int_equal(find(sad, "10.1.0.9", "10.2.1.6"), SAD_SPD_NONE);
    sad_free(sad);
}

static void a_rekeyed_pair_takes_over_when_it_is_activated(void **state)
{
    struct sad *sad = rig_sad(64, 1);
    uint32_t old = rig_install(sad, "10.1.0.0/16", "10.2.0.0/16");
    struct esp_pair p = rig_params(sad, "10.1.0.0/16", "10.2.0.0/16");
    p.active = false;
    p.replaces_in = old;
    assert_int_equal(sad_install(sad, &p), 0);
    assert_int_equal(find(sad, "10.1.0.9", "10.2.0.9"), rig_slot(sad, old));
    assert_int_equal(sad_activate(sad, p.spi_in), 0);
    assert_int_equal(find(sad, "10.1.0.9", "10.2.0.9"), rig_slot(sad, p.spi_in));
    assert_int_equal(sad_remove(sad, old), 0);
    assert_int_equal(find(sad, "10.1.0.9", "10.2.0.9"), rig_slot(sad, p.spi_in));
    sad_free(sad);
}

static void of_pairs_for_the_same_traffic_the_newest_sends_and_the_older_stands_by(void **state)
{
    struct sad *sad = rig_sad(64, 1);
    const uint32_t first = rig_install(sad, "10.1.0.0/16", "10.2.0.0/16");
    const uint32_t second = rig_install(sad, "10.1.0.0/16", "10.2.0.0/16");
    assert_int_equal(find(sad, "10.1.0.9", "10.2.0.9"), rig_slot(sad, second));
    assert_int_equal(sad_remove(sad, second), 0);
    assert_int_equal(find(sad, "10.1.0.9", "10.2.0.9"), rig_slot(sad, first));
    const uint32_t third = rig_install(sad, "10.1.0.0/16", "10.2.0.0/16");
    struct esp_pair heir = rig_params(sad, "10.1.0.0/16", "10.2.0.0/16");
    heir.active = false;
    heir.replaces_in = first;
    assert_int_equal(sad_install(sad, &heir), 0);
    assert_int_equal(find(sad, "10.1.0.9", "10.2.0.9"), rig_slot(sad, third));
    assert_int_equal(sad_activate(sad, heir.spi_in), 0);
    assert_int_equal(sad_remove(sad, first), 0);
    assert_int_equal(find(sad, "10.1.0.9", "10.2.0.9"), rig_slot(sad, heir.spi_in));
    assert_int_equal(sad_remove(sad, heir.spi_in), 0);
    assert_int_equal(find(sad, "10.1.0.9", "10.2.0.9"), rig_slot(sad, third));
    assert_int_equal(sad_remove(sad, third), 0);
    assert_int_equal(find(sad, "10.1.0.9", "10.2.0.9"), SAD_SPD_NONE);
    sad_free(sad);
    (void)state;
}

static uint32_t install_at(struct sad *sad, uint8_t priority, const char *remote)
{
    struct esp_pair p = rig_params(sad, "10.1.0.0/16", remote);
    p.priority = priority;
    assert_int_equal(sad_install(sad, &p), 0);
    return p.spi_in;
}

static bool is_standby(struct sad *sad, uint32_t spi)
{
    struct sad_stats s;
    assert_int_equal(sad_stats(sad, spi, &s), 0);
    return s.standby;
}

static void of_priorities_the_best_that_lives_sends(void **state)
{
    struct sad *sad = rig_sad(64, 1);
    const struct sad_policy policy = {RIG_TS("10.1.0.0/16"), RIG_TS("10.2.0.0/16"), 0};
    const uint32_t third = install_at(sad, 3, "10.2.0.0/16");
    assert_int_equal(sad_policies_set(sad, &policy, 1), 0);
    uint32_t first = install_at(sad, 1, "10.2.0.0/16");
    const uint32_t second = install_at(sad, 2, "10.2.0.0/16");
    assert_int_equal(find(sad, "10.1.0.9", "10.2.0.9"), rig_slot(sad, first));
    assert_false(is_standby(sad, first));
    assert_true(is_standby(sad, second) && is_standby(sad, third));
    /* Of one that is rekeyed the heir sends. */
    const uint32_t heir = install_at(sad, 1, "10.2.0.0/16");
    assert_int_equal(find(sad, "10.1.0.9", "10.2.0.9"), rig_slot(sad, heir));
    assert_int_equal(sad_remove(sad, first), 0);
    assert_int_equal(sad_remove(sad, heir), 0);
    assert_int_equal(find(sad, "10.1.0.9", "10.2.0.9"), rig_slot(sad, second));
    assert_false(is_standby(sad, second));
    assert_int_equal(sad_deactivate(sad, second), 0);
    assert_int_equal(find(sad, "10.1.0.9", "10.2.0.9"), rig_slot(sad, third));
    assert_int_equal(sad_activate(sad, second), 0);
    assert_int_equal(find(sad, "10.1.0.9", "10.2.0.9"), rig_slot(sad, second));
    first = install_at(sad, 1, "10.2.0.0/16");
    assert_int_equal(find(sad, "10.1.0.9", "10.2.0.9"), rig_slot(sad, first));
    /* A longer prefix goes before any priority, and then nobody stands by for it. */
    const uint32_t narrow = install_at(sad, 9, "10.2.0.0/24");
    assert_int_equal(find(sad, "10.1.0.9", "10.2.0.9"), rig_slot(sad, narrow));
    assert_false(is_standby(sad, narrow));
    assert_int_equal(sad_remove(sad, narrow), 0);
    assert_int_equal(sad_remove(sad, first), 0);
    assert_int_equal(sad_remove(sad, second), 0);
    assert_int_equal(sad_remove(sad, third), 0);
    assert_int_equal(find(sad, "10.1.0.9", "10.2.0.9"), SAD_SPD_NO_SA);
    sad_free(sad);
}

static void a_policy_without_sa_says_so_and_an_sa_goes_before_it(void **state)
{
    struct sad *sad = rig_sad(64, 1);
    struct sad_policy policy[2] = {{RIG_TS("10.1.0.0/16"), RIG_TS("10.2.0.0/16"), 0},
                                   {RIG_TS("10.1.0.0/16"), RIG_TS("10.3.0.0/16"), 0}};
    assert_int_equal(sad_policies_set(sad, policy, 2), 0);
    assert_int_equal(find(sad, "10.1.0.9", "10.2.0.9"), SAD_SPD_NO_SA);
    uint32_t spi = rig_install(sad, "10.1.0.0/16", "10.2.0.0/16");
    assert_int_equal(find(sad, "10.1.0.9", "10.2.0.9"), rig_slot(sad, spi));
    assert_int_equal(sad_policies_set(sad, policy + 1, 1), 0);
    assert_int_equal(sad_remove(sad, spi), 0);
    assert_int_equal(find(sad, "10.1.0.9", "10.2.0.9"), SAD_SPD_NONE);
    assert_int_equal(find(sad, "10.1.0.9", "10.3.0.9"), SAD_SPD_NO_SA);
    /* An SA for a wider range serves a narrower policy's traffic. */
    spi = rig_install(sad, "10.1.0.0/16", "10.0.0.0/8");
    assert_int_equal(find(sad, "10.1.0.9", "10.3.0.9"), rig_slot(sad, spi));
    sad_free(sad);
}

#define DSCP(n) (UINT64_C(1) << (n))
#define BE      0
#define EF      46
#define AF41    34

static uint32_t install_for(struct sad *sad, uint64_t dscp, uint8_t priority)
{
    struct esp_pair p = rig_params(sad, "10.1.0.0/16", "10.2.0.0/16");
    p.dscp = dscp;
    p.priority = priority;
    assert_int_equal(sad_install(sad, &p), 0);
    return p.spi_in;
}

/* What is found for a packet with this DSCP. */
static uint32_t find_dscp(struct sad *sad, unsigned dscp)
{
    struct sad_flow f = flow_make("10.1.0.9", "10.2.0.9", 17, 1000, 2000);
    f.dscp = DSCP(dscp);
    return sad_spd_lookup(sad_tables(sad), &f);
}

static void a_bypass_goes_before_what_names_dscps(void **state)
{
    static const char *const nets[] = {"10.2.0.0/16", "10.2.0.0/24", "10.2.0.9/32"};
    for (size_t i = 0; i < 3; i++) {
        struct sad *sad = rig_sad(64, 1);
        const struct sad_policy set[] = {{RIG_TS("10.1.0.0/16"), RIG_TS("10.2.0.0/24"), .dscp = DSCP(EF)},
                                         {RIG_TS("10.1.0.0/16"), RIG_TS(nets[i]), .is_bypass = true}};
        assert_int_equal(sad_policies_set(sad, set, 1), 0);
        assert_int_equal(find_dscp(sad, EF), SAD_SPD_NO_SA);
        assert_int_equal(sad_policies_set(sad, set, 2), 0);
        assert_int_equal(find_dscp(sad, EF), SAD_SPD_BYPASS);
        install_for(sad, DSCP(EF), 0);
        install_for(sad, 0, 0);
        assert_int_equal(find_dscp(sad, EF), SAD_SPD_BYPASS);
        assert_int_equal(find_dscp(sad, AF41), SAD_SPD_BYPASS);
        sad_free(sad);
    }
}

static void a_pair_has_the_dscps_that_it_names_and_the_others_go_elsewhere(void **state)
{
    for (int is_late = 0; is_late < 2; is_late++) {
        struct sad *sad = rig_sad(64, 1);
        const uint32_t early = is_late ? install_for(sad, 0, 0) : 0;
        const uint32_t named = install_for(sad, DSCP(EF) | DSCP(AF41), 9);
        const uint32_t all = is_late ? early : install_for(sad, 0, 0); /* whichever came last */
        const uint32_t head = sad_spd_head(sad_tables(sad), false, rig_ip("10.2.0.9").bytes);
        assert_int_equal(find_dscp(sad, EF), rig_slot(sad, named));
        assert_int_equal(find_dscp(sad, AF41), rig_slot(sad, named));
        for (unsigned dscp = 0; dscp < 64; dscp++)
            if (dscp != EF && dscp != AF41)
                assert_int_equal(find_dscp(sad, dscp), rig_slot(sad, all));
        assert_false(is_standby(sad, named) || is_standby(sad, all));
        /* Who looks at nothing but addresses does not take the first one for all packets. */
        assert_false(sad_tables(sad)->cands[head].look == SAD_LOOK_SIMPLE);
        assert_int_equal(sad_remove(sad, named), 0);
        assert_int_equal(find_dscp(sad, EF), rig_slot(sad, all));
        assert_true(
            sad_tables(sad)->cands[sad_spd_head(sad_tables(sad), false, rig_ip("10.2.0.9").bytes)].look ==
            SAD_LOOK_SIMPLE);
        sad_free(sad);
    }
}

static void without_its_sa_a_dscp_that_a_policy_names_is_served_by_no_other(void **state)
{
    struct sad_policy policies[] = {{RIG_TS("10.1.0.0/16"), RIG_TS("10.2.0.0/16"), 7},
                                    {RIG_TS("10.1.0.0/16"), RIG_TS("10.2.0.0/16"), 8, DSCP(EF)},
                                    {RIG_TS("10.0.0.0/8"), RIG_TS("10.0.0.0/8"), 0}};
    for (size_t n = 2; n <= 3; n++) {
        struct sad *sad = rig_sad(64, 1);
        struct sad_flow any = flow_make("10.1.0.9", "10.2.0.9", 17, 1000, 2000);
        assert_int_equal(sad_policies_set(sad, policies, n), 0);
        assert_int_equal(sad_spd_trap(find_dscp(sad, EF)), 8);
        assert_int_equal(sad_spd_trap(find_dscp(sad, BE)), 7);
        const uint32_t all = install_for(sad, 0, 0);
        const uint32_t wider = rig_install(sad, "10.1.0.0/16", "10.0.0.0/8");
        assert_int_equal(sad_spd_trap(find_dscp(sad, EF)), 8);
        assert_int_equal(find_dscp(sad, BE), rig_slot(sad, all));
        /* Whatever it has: as when a packet came in, or is to go in clear. */
        assert_int_equal(sad_spd_lookup(sad_tables(sad), &any), rig_slot(sad, all));
        const uint32_t named = install_for(sad, DSCP(EF), 0);
        assert_int_equal(find_dscp(sad, EF), rig_slot(sad, named));
        assert_int_equal(sad_deactivate(sad, named), 0);
        assert_int_equal(sad_spd_trap(find_dscp(sad, EF)), 8);
        policies[1].trap = 0;
        assert_int_equal(sad_policies_set(sad, policies, n), 0);
        assert_int_equal(find_dscp(sad, EF), SAD_SPD_NO_SA);
        policies[1].trap = 8;
        assert_int_equal(sad_remove(sad, all), 0);
        assert_int_equal(find_dscp(sad, BE), rig_slot(sad, wider));
        sad_free(sad);
    }
}

static void priorities_are_among_pairs_for_the_same_dscps(void **state)
{
    struct sad *sad = rig_sad(64, 1);
    const uint32_t second = install_for(sad, DSCP(EF), 2), first = install_for(sad, DSCP(EF), 1),
                   all = install_for(sad, 0, 1);
    assert_int_equal(find_dscp(sad, EF), rig_slot(sad, first));
    assert_int_equal(find_dscp(sad, BE), rig_slot(sad, all));
    assert_true(is_standby(sad, second));
    assert_false(is_standby(sad, first) || is_standby(sad, all));
    assert_int_equal(sad_remove(sad, first), 0);
    assert_int_equal(find_dscp(sad, EF), rig_slot(sad, second));
    assert_false(is_standby(sad, second));
    struct esp_pair p = rig_params(sad, "10.1.0.0/16", "10.2.0.0/16");
    p.dscp = DSCP(EF);
    p.is_shared = true;
    assert_int_equal(sad_install(sad, &p), -EINVAL);
    sad_free(sad);
}

static void ipv6_is_selected_like_ipv4(void **state)
{
    struct sad *sad = rig_sad(64, 1);
    struct esp_pair p = rig_params(sad, "10.1.0.0/16", "10.2.0.0/16");
    p.local_ts = rig_ts("2001:db8:1::/48");
    p.remote_ts = rig_ts("2001:db8:2::/48");
    assert_int_equal(sad_install(sad, &p), 0);
    assert_int_equal(find(sad, "2001:db8:1::9", "2001:db8:2::9"), rig_slot(sad, p.spi_in));
    assert_int_equal(find(sad, "2001:db8:1::9", "2001:db8:3::9"), SAD_SPD_NONE);
    assert_int_equal(find(sad, "2001:db8:3::9", "2001:db8:2::9"), SAD_SPD_NONE);
    sad_free(sad);
}

/* As many local selectors as share one candidate, and as have one each: of both families, with ports. */
static void many_local_selectors_are_all_served(void **state)
{
    for (unsigned n = 1; n <= 9; n += 2) {
        struct sad *sad = rig_sad(16, 1);
        struct esp_pair p = rig_params(sad, "10.1.0.0/24", "10.2.0.0/24");
        const struct base_ts_list v6 = rig_ts("2001:db8:1::/64"), v6_remote = rig_ts("2001:db8:2::/64");
        for (unsigned i = 1; i < n; i++) {
            const struct base_ts_list one = rig_ts(rig_text("10.1.%u.0/24", i));
            p.local_ts.list[p.local_ts.count++] = one.list[0];
        }
        p.local_ts.list[n - 1].protocol = 17;
        p.local_ts.list[p.local_ts.count++] = v6.list[0];
        p.remote_ts.list[p.remote_ts.count++] = v6_remote.list[0];
        assert_int_equal(sad_install(sad, &p), 0);
        const uint32_t slot = rig_slot(sad, p.spi_in);
        for (unsigned i = 0; i < n; i++)
            assert_int_equal(rig_find(sad, rig_text("10.1.%u.9", i), "10.2.0.1"), slot);
        assert_int_equal(rig_find(sad, rig_text("10.1.%u.9", n), "10.2.0.1"), SAD_SPD_NONE);
        assert_int_equal(rig_find(sad, "2001:db8:1::1", "2001:db8:2::1"), slot);
        assert_int_equal(rig_find(sad, "2001:db8:3::1", "2001:db8:2::1"), SAD_SPD_NONE);
        assert_int_equal(sad_deactivate(sad, p.spi_in), 0);
        assert_int_equal(rig_find(sad, "10.1.0.9", "10.2.0.1"), SAD_SPD_NONE);
        assert_int_equal(sad_activate(sad, p.spi_in), 0);
        assert_int_equal(rig_find(sad, "10.1.0.9", "10.2.0.1"), slot);
        sad_free(sad);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(longer_prefixes_win_whatever_came_first),
        cmocka_unit_test(what_a_specific_list_does_not_match_falls_through_to_the_general_one),
        cmocka_unit_test(a_prefix_that_comes_in_between_is_seen_from_below),
        cmocka_unit_test(ranges_that_are_no_prefix_are_exact),
        cmocka_unit_test(a_rekeyed_pair_takes_over_when_it_is_activated),
        cmocka_unit_test(of_pairs_for_the_same_traffic_the_newest_sends_and_the_older_stands_by),
        cmocka_unit_test(of_priorities_the_best_that_lives_sends),
        cmocka_unit_test(a_policy_without_sa_says_so_and_an_sa_goes_before_it),
        cmocka_unit_test(a_pair_has_the_dscps_that_it_names_and_the_others_go_elsewhere),
        cmocka_unit_test(a_bypass_goes_before_what_names_dscps),
        cmocka_unit_test(without_its_sa_a_dscp_that_a_policy_names_is_served_by_no_other),
        cmocka_unit_test(priorities_are_among_pairs_for_the_same_dscps),
        cmocka_unit_test(ipv6_is_selected_like_ipv4),
        cmocka_unit_test(many_local_selectors_are_all_served),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
