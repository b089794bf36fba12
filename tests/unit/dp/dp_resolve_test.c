/* SPDX-License-Identifier: BSD-3-Clause */
/* Next hops that are not known: asked for, waited for within limits, learned, forgotten. */
#include "dp_way.h"

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

/* Hands the oldest punted packet of B to resolution. */
static void punt_resolve(struct rig *r, base_time now)
{
    struct dp_punt punt;
    assert_true(dp_punt_pop(r->b.dp, &punt));
    dp_resolve_punt(r->b.dp, now, &punt);
    dp_turn(r->b.w);
}

/* A packet through the tunnel to a host behind B that nobody knows. */
static void unknown_send(struct rig *r, base_time now)
{
    rig_in(r, &r->a, RIG_INSIDE, rig_frame(0x11, "10.1.0.9", "10.2.0.77", 60));
    rig_in(r, &r->b, RIG_OUTSIDE, rig_out(&r->a, RIG_OUTSIDE));
    punt_resolve(r, now);
}

static unsigned inside_frames(struct rig *r)
{
    struct rte_mbuf *m;
    unsigned n = 0;
    while ((m = rig_out(&r->b, RIG_INSIDE))) {
        rte_pktmbuf_free(m);
        n++;
    }
    return n;
}

/* An ARP packet from 10.2.0.77 to B's inside. */
static struct rte_mbuf *arp_frame(uint16_t op, const char *sender, const char *target)
{
    struct rte_mbuf *m = rte_pktmbuf_alloc(rig_pool);
    uint8_t *p = (uint8_t *)rte_pktmbuf_append(m, 60);
    if (!p)
        abort();
    const struct base_addr from = rig_ip(sender), to = rig_ip(target);
    memset(p, 0, 60);
    memset(p, 0xff, 6);
    rig_mac(p + 6, 0x77);
    dp_put16(p + 12, 0x0806);
    dp_put16(p + 14, 1);
    dp_put16(p + 16, 0x0800);
    dp_put16(p + 18, 0x0604);
    dp_put16(p + 20, op);
    rig_mac(p + 22, 0x77);
    memcpy(p + 28, from.bytes, 4);
    memcpy(p + 38, to.bytes, 4);
    return m;
}

static void three_packets_wait_for_a_hop_and_it_is_asked_once(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    const base_time now = {1};
    for (int i = 0; i < 5; i++)
        unknown_send(&r, now);
    assert_int_equal(inside_frames(&r), 1);
    rig_in(&r, &r.b, RIG_INSIDE, arp_frame(2, "10.2.0.77", "10.2.0.1"));
    punt_resolve(&r, now);
    assert_int_equal(inside_frames(&r), 3);
    rig_free(&r);
}

static void a_silent_hop_is_asked_three_times_and_then_forgotten(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    base_time now = {1};
    unsigned asked = 0;
    assert_true(base_time_reached(dp_resolve_deadline(r.b.dp), now) == false);
    unknown_send(&r, now);
    asked += inside_frames(&r);
    for (int i = 0; i < 10; i++) {
        now = base_time_add(now, BASE_NS_PER_S);
        dp_resolve_tick(r.b.dp, now);
        dp_turn(r.b.w);
        asked += inside_frames(&r);
    }
    assert_int_equal(asked, 3);
    assert_int_equal(dp_resolve_deadline(r.b.dp).ns, BASE_TIME_NEVER.ns);
    /* What waited is freed, and the next packet begins anew. */
    unknown_send(&r, now);
    assert_int_equal(inside_frames(&r), 1);
    rig_free(&r);
}

static void what_is_known_is_asked_again_after_a_minute_and_directly(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    base_time now = {1};
    unknown_send(&r, now);
    rig_in(&r, &r.b, RIG_INSIDE, arp_frame(2, "10.2.0.77", "10.2.0.1"));
    punt_resolve(&r, now);
    assert_int_equal(inside_frames(&r), 2);
    now = base_time_add(now, 60 * BASE_NS_PER_S - 1);
    dp_resolve_tick(r.b.dp, now);
    dp_turn(r.b.w);
    assert_int_equal(inside_frames(&r), 0);
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
    rig_in(&r, &r.b, RIG_INSIDE, arp_frame(1, "10.2.0.77", "10.2.0.1"));
    punt_resolve(&r, now);
    struct rte_mbuf *m = rig_out(&r.b, RIG_INSIDE);
    assert_non_null(m);
    const uint8_t *p = rte_pktmbuf_mtod(m, const uint8_t *);
    assert_int_equal(p[5], 0x77);
    assert_int_equal(dp_get16(p + 20), 2);
    assert_int_equal(p[27], 0x12); /* our MAC address */
    rte_pktmbuf_free(m);
    rig_in(&r, &r.a, RIG_INSIDE, rig_frame(0x11, "10.1.0.9", "10.2.0.77", 60));
    rig_in(&r, &r.b, RIG_OUTSIDE, rig_out(&r.a, RIG_OUTSIDE));
    assert_int_equal(inside_frames(&r), 1);
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
        rig_in(&r, &r.b, RIG_INSIDE, arp_frame(all[i].op, all[i].sender, all[i].target));
        punt_resolve(&r, now);
    }
    while (dp_neigh_next(r.b.dp, &cursor, &view)) {
        const struct base_addr unknown = rig_ip("10.2.0.77");
        assert_false(base_addr_equal(&view.addr, &unknown));
        known++;
    }
    assert_int_equal(known, 4); /* those of the rig */
    inside_frames(&r);
    rig_free(&r);
}

static void own_addresses_are_announced(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    dp_resolve_announce(r.b.dp);
    dp_turn(r.b.w);
    struct rte_mbuf *m = rig_out(&r.b, RIG_INSIDE);
    const struct base_addr us = rig_ip("10.2.0.1");
    assert_non_null(m);
    const uint8_t *p = rte_pktmbuf_mtod(m, const uint8_t *);
    assert_int_equal(p[0], 0xff);
    assert_memory_equal(p + 28, us.bytes, 4);
    assert_memory_equal(p + 38, us.bytes, 4);
    rte_pktmbuf_free(m);
    m = rig_out(&r.b, RIG_OUTSIDE);
    assert_non_null(m);
    rte_pktmbuf_free(m);
    assert_null(rig_out(&r.b, RIG_INSIDE));
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
        cmocka_unit_test(own_addresses_are_announced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
