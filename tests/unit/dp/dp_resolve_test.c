/* SPDX-License-Identifier: BSD-3-Clause */
/* Next hops that are not known: asked for, waited for within limits, learned, forgotten. */
#include "dp_link.h"

static void unknown_next_hop_is_asked_for_and_the_packet_follows(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    struct dp_punt punt;
    base_time now = {1};
    rig_in(&r, &r.a, RIG_INSIDE, rig_frame(0x11, "10.1.0.9", "10.2.0.77", 60));
    rig_in(&r, &r.b, RIG_OUTSIDE, rig_out(&r.a, RIG_OUTSIDE));
    assert_null(rig_out(&r.b, RIG_INSIDE));
    assert_true(dp_punt_pop(r.b.dp, &punt));
    assert_int_equal(punt.reason, DP_PUNT_RESOLVE);
    dp_resolve_punt(r.b.dp, now, &punt);
    dp_turn(r.b.w);
    struct rte_mbuf *question = rig_out(&r.b, RIG_INSIDE);
    assert_non_null(question);
    /* The answer, made out of the question. */
    uint8_t *p = rte_pktmbuf_mtod(question, uint8_t *);
    assert_int_equal(dp_get16(p + 12), 0x0806);
    uint8_t target[4];
    memcpy(target, p + 38, 4);
    memcpy(p, p + 6, 6);
    p[21] = 2;
    memcpy(p + 32, p + 22, 10);
    rig_mac(p + 22, 0x55);
    memcpy(p + 28, target, 4);
    rig_in(&r, &r.b, RIG_INSIDE, question);
    assert_true(dp_punt_pop(r.b.dp, &punt));
    dp_resolve_punt(r.b.dp, now, &punt);
    dp_turn(r.b.w);
    struct rte_mbuf *m = rig_out(&r.b, RIG_INSIDE);
    assert_non_null(m);
    assert_int_equal(rte_pktmbuf_mtod(m, uint8_t *)[5], 0x55);
    rte_pktmbuf_free(m);
    rig_free(&r);
}

static void three_packets_wait_for_a_hop_and_it_is_asked_once(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    const base_time now = {1};
    for (int i = 0; i < 5; i++)
        link_unknown_send(&r, now);
    assert_int_equal(link_frames(&r), 1);
    rig_in(&r, &r.b, RIG_INSIDE, link_arp(2, "10.2.0.77", "10.2.0.1"));
    link_resolve(&r, now);
    assert_int_equal(link_frames(&r), 3);
    assert_int_equal(rig_drops(&r.b, DP_DROP_no_neighbour), 2);
    rig_free(&r);
}

static void a_silent_hop_is_asked_three_times_and_then_forgotten(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    base_time now = {1};
    unsigned asked = 0;
    assert_true(base_time_reached(dp_resolve_deadline(r.b.dp), now) == false);
    link_unknown_send(&r, now);
    asked += link_frames(&r);
    for (int i = 0; i < 10; i++) {
        now = base_time_add(now, BASE_NS_PER_S);
        dp_resolve_tick(r.b.dp, now);
        dp_turn(r.b.w);
        asked += link_frames(&r);
    }
    assert_int_equal(asked, 3);
    assert_int_equal(dp_resolve_deadline(r.b.dp).ns, BASE_TIME_NEVER.ns);
    assert_int_equal(rig_drops(&r.b, DP_DROP_neighbour_silent), 1);
    /* What waited is freed, and the next packet begins anew. */
    link_unknown_send(&r, now);
    assert_int_equal(link_frames(&r), 1);
    rig_free(&r);
}

static void what_is_known_is_asked_again_after_a_minute_and_directly(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    base_time now = {1};
    link_unknown_send(&r, now);
    rig_in(&r, &r.b, RIG_INSIDE, link_arp(2, "10.2.0.77", "10.2.0.1"));
    link_resolve(&r, now);
    assert_int_equal(link_frames(&r), 2);
    now = base_time_add(now, 60 * BASE_NS_PER_S - 1);
    dp_resolve_tick(r.b.dp, now);
    dp_turn(r.b.w);
    assert_int_equal(link_frames(&r), 0);
    now = base_time_add(now, 1);
    dp_resolve_tick(r.b.dp, now);
    dp_turn(r.b.w);
    struct rte_mbuf *m = rig_out(&r.b, RIG_INSIDE);
    assert_non_null(m);
    assert_int_equal(rte_pktmbuf_mtod(m, const uint8_t *)[0], 2); /* not to everybody */
    assert_int_equal(rte_pktmbuf_mtod(m, const uint8_t *)[5], 0x77);
    rte_pktmbuf_free(m);
    rig_free(&r);
}

static void a_question_for_our_address_is_answered_and_teaches_the_asker(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    const base_time now = {1};
    rig_in(&r, &r.b, RIG_INSIDE, link_arp(1, "10.2.0.77", "10.2.0.1"));
    link_resolve(&r, now);
    struct rte_mbuf *m = rig_out(&r.b, RIG_INSIDE);
    assert_non_null(m);
    const uint8_t *p = rte_pktmbuf_mtod(m, const uint8_t *);
    assert_int_equal(p[5], 0x77);
    assert_int_equal(dp_get16(p + 20), 2);
    assert_int_equal(p[27], 0x12); /* our MAC address */
    rte_pktmbuf_free(m);
    rig_in(&r, &r.a, RIG_INSIDE, rig_frame(0x11, "10.1.0.9", "10.2.0.77", 60));
    rig_in(&r, &r.b, RIG_OUTSIDE, rig_out(&r.a, RIG_OUTSIDE));
    assert_int_equal(link_frames(&r), 1);
    rig_free(&r);
}

static void what_nobody_asked_for_makes_no_entry(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    const base_time now = {1};
    static const struct {
        uint16_t op;
        const char *sender, *target;
    } all[] = {{2, "10.2.0.77", "10.2.0.1"},  /* an answer to no question */
               {1, "10.2.0.77", "10.2.0.5"},  /* a question for somebody else */
               {1, "10.2.0.77", "10.2.0.77"}, /* an announcement */
               {1, "10.2.0.1", "10.2.0.1"}};  /* one that claims to be us */
    uint32_t cursor = 0, known = 0;
    struct dp_neigh_view view;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        rig_in(&r, &r.b, RIG_INSIDE, link_arp(all[i].op, all[i].sender, all[i].target));
        link_resolve(&r, now);
    }
    while (dp_neigh_next(r.b.dp, &cursor, &view)) {
        const struct base_addr unknown = rig_ip("10.2.0.77");
        assert_false(base_addr_equal(&view.addr, &unknown));
        known++;
    }
    assert_int_equal(known, 4); /* those of the rig */
    link_frames(&r);
    assert_int_equal(rig_drops(&r.b, DP_DROP_arp_ignored), 3);
    assert_int_equal(rig_drops(&r.b, DP_DROP_address_conflict), 1);
    rig_free(&r);
}

/* Gives B's inside these addresses instead of its own. */
static void addresses_set(struct rig *r, size_t count, const char *const *list)
{
    struct base_prefix addrs[DP_PORT_ADDRS_MAX];
    for (size_t i = 0; i < count; i++)
        assert_int_equal(base_prefix_parse_host(list[i], &addrs[i]), 0);
    assert_int_equal(dp_addrs_set(r->b.dp, RIG_INSIDE, count, addrs), 0);
}

/* The only frame that B's inside sends speaks for this address: ARP or neighbour discovery. */
static void spoken_for(struct rig *r, const char *text, bool is_arp)
{
    struct rte_mbuf *m = rig_out(&r->b, RIG_INSIDE);
    const struct base_addr us = rig_ip(text);
    if (!m)
        fail_msg("nothing about %s", text);
    const uint8_t *p = rte_pktmbuf_mtod(m, const uint8_t *);
    const uint8_t *said = is_arp ? p + 28 : p + 14 + 40 + 8, *mac = is_arp ? p + 22 : said + 18;
    assert_int_equal(dp_get16(p + 12), is_arp ? 0x0806 : 0x86dd);
    assert_memory_equal(said, us.bytes, is_arp ? 4 : 16);
    assert_int_equal(mac[5], 0x12);
    if (!is_arp) {
        assert_int_equal(p[14 + 40], 136);
        assert_memory_equal(p + 14 + 8, us.bytes, 16);
    }
    rte_pktmbuf_free(m);
}

static const char *const many[] = {"10.2.0.1/24",  "10.2.0.2/24",  "10.2.0.3/32", "10.9.0.1/16",
                                   "fd00:2::1/64", "fd00:2::2/64", "fd00:9::1/64"};
#define MANY  (sizeof many / sizeof *many)
#define MANY4 4

static const char *without_length(const char *prefix)
{
    static char text[32];
    snprintf(text, sizeof text, "%.*s", (int)strcspn(prefix, "/"), prefix);
    return text;
}

static void every_address_of_a_port_is_answered_for_in_any_order(void **state)
{
    for (size_t turned = 0; turned < MANY4; turned++) {
        struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
        const char *list[MANY];
        for (size_t i = 0; i < MANY; i++)
            list[i] = i < MANY4 ? many[(i + turned) % MANY4] : many[MANY - 1 - (i - MANY4 + turned) % 3];
        addresses_set(&r, MANY, list);
        for (size_t i = 0; i < MANY; i++) {
            const char *us = without_length(many[i]);
            rig_in(&r, &r.b, RIG_INSIDE, i < MANY4 ? link_arp(1, "10.2.0.77", us) : link_ns(us));
            link_resolve(&r, (base_time){1});
            spoken_for(&r, us, i < MANY4);
        }
        rig_in(&r, &r.b, RIG_INSIDE, link_arp(1, "10.2.0.77", "192.0.2.2")); /* another port's */
        link_resolve(&r, (base_time){1});
        assert_null(rig_out(&r.b, RIG_INSIDE));
        rig_free(&r);
    }
}

static void what_is_none_of_our_business_has_a_name(void **state)
{
    static const struct {
        uint8_t type, mac;
        const char *target;
        enum dp_drop why;
    } all[] = {{133, 0x77, "fd00:2::1", DP_DROP_nd_ignored},        /* router solicitation */
               {134, 0x77, "fd00:2::1", DP_DROP_nd_ignored},        /* router advertisement */
               {137, 0x77, "fd00:2::1", DP_DROP_nd_ignored},        /* redirect */
               {135, 0x77, "fd00:2::5", DP_DROP_nd_ignored},        /* a question for somebody else */
               {136, 0x77, "fd00:2::77", DP_DROP_nd_ignored},       /* an answer to no question */
               {136, 0x12, "fd00:2::1", DP_DROP_nd_ignored},        /* what we said ourselves */
               {136, 0x77, "fd00:2::1", DP_DROP_address_conflict}}; /* and what a rival says */
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        const uint64_t before = rig_drops(&r.b, all[i].why);
        rig_in(&r, &r.b, RIG_INSIDE, link_nd(all[i].type, all[i].target, all[i].mac));
        link_resolve(&r, (base_time){1});
        assert_int_equal(rig_drops(&r.b, all[i].why), before + 1);
    }
    struct rte_mbuf *m = link_nd(135, "fd00:2::1", 0x77);
    rte_pktmbuf_mtod(m, uint8_t *)[14 + 7] = 254; /* not from this link */
    rig_in(&r, &r.b, RIG_INSIDE, m);
    link_resolve(&r, (base_time){1});
    m = link_arp(1, "10.2.0.77", "10.2.0.1");
    rte_pktmbuf_mtod(m, uint8_t *)[19] = 5; /* of a hardware address that is none */
    rig_in(&r, &r.b, RIG_INSIDE, m);
    link_resolve(&r, (base_time){1});
    assert_int_equal(rig_drops(&r.b, DP_DROP_malformed), 2);
    assert_int_equal(link_frames(&r), 0);
    rig_free(&r);
}

static void asked_directly(struct rig *r, uint8_t mac)
{
    struct rte_mbuf *m = rig_out(&r->b, RIG_INSIDE);
    assert_non_null(m);
    assert_int_equal(rte_pktmbuf_mtod(m, const uint8_t *)[0], 2);
    assert_int_equal(rte_pktmbuf_mtod(m, const uint8_t *)[5], mac);
    rte_pktmbuf_free(m);
    assert_null(rig_out(&r->b, RIG_INSIDE));
}

static void who_is_not_of_the_link_is_answered_and_not_learned(void **state)
{
    static const char *const strangers[] = {"198.18.0.9", "10.3.0.77", "10.2.0.255"};
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    for (size_t i = 0; i < 3; i++) {
        link_arrives(&r, link_arp_from(1, strangers[i], 0x77), (base_time){1});
        assert_int_equal(link_frames(&r), 1);
        assert_int_equal(link_known_mac(&r, strangers[i]), -1);
    }
    rig_free(&r);
}

static void a_claim_against_a_known_neighbour_is_asked_of_it_first(void **state)
{
    base_time now = {1};
    struct rig r = link_with_neighbour(now);
    for (int i = 0; i < 3; i++) {
        struct rte_mbuf *m = link_arp_from(i == 0 ? 2 : 1, "10.2.0.77", 0x66);
        if (i == 1)
            memcpy(rte_pktmbuf_mtod(m, uint8_t *) + 38, rte_pktmbuf_mtod(m, uint8_t *) + 28, 4);
        link_time_passes(&r, &now, 2 * BASE_NS_PER_S);
        link_arrives(&r, m, now);
        link_frames(&r); /* the answer to the question */
        assert_int_equal(rig_drops(&r.b, DP_DROP_neighbour_claimed), 3 * i + 1);
        link_time_passes(&r, &now, 1);
        asked_directly(&r, 0x77);
        link_arrives(&r, link_arp_from(2, "10.2.0.77", 0x66), now); /* while it is asked */
        assert_int_equal(link_known_mac(&r, "10.2.0.77"), 0x77);
        link_arrives(&r, link_arp_from(2, "10.2.0.77", 0x77), now);
        link_time_passes(&r, &now, BASE_NS_PER_S / 2);
        link_arrives(&r, link_arp_from(2, "10.2.0.77", 0x66), now); /* it has just answered */
        link_time_passes(&r, &now, BASE_NS_PER_S / 4);
        assert_int_equal(link_frames(&r), 0);
        assert_int_equal(link_known_mac(&r, "10.2.0.77"), 0x77);
    }
    rig_free(&r);
}

static void a_claim_against_one_that_is_silent_is_believed(void **state)
{
    base_time now = {1};
    struct rig r = link_with_neighbour(now);
    link_arrives(&r, link_arp_from(2, "10.2.0.77", 0x66), now);
    for (int i = 0; i < 3; i++) {
        link_time_passes(&r, &now, BASE_NS_PER_S / 5);
        asked_directly(&r, 0x77);
        assert_int_equal(link_known_mac(&r, "10.2.0.77"), 0x77);
    }
    link_time_passes(&r, &now, BASE_NS_PER_S / 5);
    assert_int_equal(link_known_mac(&r, "10.2.0.77"), 0x66);
    assert_int_equal(link_frames(&r), 0);
    link_time_passes(&r, &now, 60 * BASE_NS_PER_S);
    link_time_passes(&r, &now, BASE_NS_PER_S);
    link_frames(&r);
    link_arrives(&r, link_arp_from(2, "10.2.0.77", 0x77), now);
    assert_int_equal(link_known_mac(&r, "10.2.0.77"), 0x77);
    rig_free(&r);
}

static void neighbour_discovery_is_as_careful(void **state)
{
    base_time now = {1};
    struct rig r = link_with_neighbour(now);
    link_arrives(&r, link_advert(0x66, false, true), now); /* no override: it replaces nothing */
    assert_int_equal(rig_drops(&r.b, DP_DROP_nd_ignored), 1);
    link_time_passes(&r, &now, 1);
    assert_int_equal(link_frames(&r), 0);
    link_arrives(&r, link_advert(0x66, true, true), now);
    assert_int_equal(rig_drops(&r.b, DP_DROP_neighbour_claimed), 1);
    link_time_passes(&r, &now, 1);
    asked_directly(&r, 0x77);
    link_arrives(&r, link_advert(0x66, true, false),
                 now); /* an answer without an address, from another one */
    assert_int_equal(rig_drops(&r.b, DP_DROP_nd_ignored), 2);
    link_arrives(&r, link_advert(0x77, true, false), now);
    link_time_passes(&r, &now, BASE_NS_PER_S);
    assert_int_equal(link_frames(&r), 0);
    assert_int_equal(link_known_mac(&r, "fd00:2::77"), 0x77);
    rig_free(&r);
}

static unsigned neighbours(struct rig *r)
{
    struct dp_neigh_view view;
    unsigned n = 0;
    for (uint32_t cursor = 0; dp_neigh_next(r->b.dp, &cursor, &view);)
        n++;
    return n;
}

static void a_flood_of_askers_fills_no_table_and_costs_few_questions_later(void **state)
{
    static const char *const wide[] = {"10.2.0.1/8"};
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    base_time now = {1};
    char sender[32];
    addresses_set(&r, 1, wide);
    for (unsigned i = 0; i < 5000; i++) {
        snprintf(sender, sizeof sender, "10.100.%u.%u", i / 250, i % 250 + 1);
        struct dp_punt punt = {
            .reason = DP_PUNT_ARP, .port = RIG_INSIDE, .mbuf = link_arp_from(1, sender, 0x66)};
        punt.mbuf->hash.fdir.hi = 14;
        dp_resolve_punt(r.b.dp, now, &punt);
        dp_turn(r.b.w);
        assert_int_equal(link_frames(&r), 1);
    }
    assert_true(neighbours(&r) <= 1024 + 4);
    now = base_time_add(now, 60 * BASE_NS_PER_S);
    unsigned asked = 0, most = 0;
    for (int s = 0; s < 20; s++) {
        unsigned here = 0;
        for (int i = 0; i < 10; i++) {
            link_time_passes(&r, &now, BASE_NS_PER_S / 10);
            here += link_frames(&r);
        }
        most = here > most ? here : most;
        asked += here;
    }
    assert_true(most <= 1100);
    assert_in_range(asked, 1024, 3 * 1024);
    link_worker_rests(&r);
    assert_int_equal(neighbours(&r), 4);
    rig_free(&r);
}

static void a_scan_asks_within_bounds_and_a_new_neighbour_is_found_beside_it(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    base_time now = {1};
    struct dp_punt punt = {.reason = DP_PUNT_RESOLVE, .port = RIG_INSIDE};
    unsigned asked = 0;
    for (unsigned i = 0; i < 5000; i++) {
        char target[32];
        snprintf(target, sizeof target, "10.100.%u.%u", i / 250, i % 250 + 1);
        punt.next_hop = rig_ip(target);
        punt.mbuf = rig_frame(0x11, "10.1.0.9", target, 60);
        dp_resolve_punt(r.b.dp, now, &punt);
        if (i % 50 == 49) {
            link_time_passes(&r, &now, BASE_NS_PER_S / 100);
            asked += link_frames(&r);
        }
    }
    assert_true(asked <= 1100);
    link_worker_rests(&r);
    assert_in_range(neighbours(&r), 4, 1024 + 4);
    link_unknown_send(&r, now);
    for (int i = 0; i < 20; i++)
        link_time_passes(&r, &now, BASE_NS_PER_S / 20);
    link_frames(&r);
    link_arrives(&r, link_arp(2, "10.2.0.77", "10.2.0.1"), now);
    assert_int_equal(link_known_mac(&r, "10.2.0.77"), 0x77);
    rig_free(&r);
}

static void all_own_addresses_are_announced(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    addresses_set(&r, MANY, many);
    dp_resolve_announce(r.b.dp);
    dp_turn(r.b.w);
    for (size_t i = 0; i < MANY; i++)
        spoken_for(&r, without_length(many[i]), i < MANY4);
    assert_null(rig_out(&r.b, RIG_INSIDE));
    for (int i = 0; i < 2; i++) {
        struct rte_mbuf *m = rig_out(&r.b, RIG_OUTSIDE);
        assert_non_null(m);
        rte_pktmbuf_free(m);
    }
    assert_null(rig_out(&r.b, RIG_OUTSIDE));
    rig_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unknown_next_hop_is_asked_for_and_the_packet_follows),
        cmocka_unit_test(three_packets_wait_for_a_hop_and_it_is_asked_once),
        cmocka_unit_test(a_silent_hop_is_asked_three_times_and_then_forgotten),
        cmocka_unit_test(what_is_known_is_asked_again_after_a_minute_and_directly),
        cmocka_unit_test(a_question_for_our_address_is_answered_and_teaches_the_asker),
        cmocka_unit_test(what_nobody_asked_for_makes_no_entry),
        cmocka_unit_test(every_address_of_a_port_is_answered_for_in_any_order),
        cmocka_unit_test(what_is_none_of_our_business_has_a_name),
        cmocka_unit_test(who_is_not_of_the_link_is_answered_and_not_learned),
        cmocka_unit_test(a_claim_against_a_known_neighbour_is_asked_of_it_first),
        cmocka_unit_test(a_claim_against_one_that_is_silent_is_believed),
        cmocka_unit_test(neighbour_discovery_is_as_careful),
        cmocka_unit_test(a_flood_of_askers_fills_no_table_and_costs_few_questions_later),
        cmocka_unit_test(a_scan_asks_within_bounds_and_a_new_neighbour_is_found_beside_it),
        cmocka_unit_test(all_own_addresses_are_announced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
