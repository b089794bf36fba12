/* SPDX-License-Identifier: BSD-3-Clause */
/* Who was asked is heard, however many others talk: each question lets one answer through. */
#include "dp_link.h"

/* What ARP and neighbour discovery may say in a moment is said, by somebody who is not of the link. */
static void limit_reached(struct rig *r, base_time now)
{
    const uint64_t before = rig_drops(&r->b, DP_DROP_punt_limit);
    struct dp_punt punt;
    for (unsigned i = 0; i < 1000; i++) {
        struct rte_mbuf *all[] = {link_arp_from(1, "198.18.0.9", 0x66), link_nd(135, "fd00:9::9", 0x66)};
        dp_process(r->b.w, RIG_INSIDE, all, 2, r->tsc);
        while (dp_punt_pop(r->b.dp, &punt))
            dp_resolve_punt(r->b.dp, now, &punt);
        dp_turn(r->b.w);
        link_frames(r);
    }
    assert_in_range(rig_drops(&r->b, DP_DROP_punt_limit) - before, 1000, 2000);
}

static bool is_punted(struct rig *r, struct rte_mbuf *m)
{
    struct dp_punt punt;
    dp_process(r->b.w, RIG_INSIDE, &m, 1, r->tsc);
    if (!dp_punt_pop(r->b.dp, &punt))
        return false;
    rte_pktmbuf_free(punt.mbuf);
    return true;
}

static void who_is_asked_is_heard_however_many_others_talk(void **state)
{
    base_time now = {1};
    struct rig r = link_with_neighbour(now);
    link_time_passes(&r, &now, 2 * BASE_NS_PER_S);
    link_arrives(&r, link_arp_from(2, "10.2.0.77", 0x66), now);
    link_arrives(&r, link_advert(0x66, true, true), now);
    limit_reached(&r, now);
    assert_false(is_punted(&r, link_arp_from(2, "10.2.0.77", 0x77))); /* nobody asked it yet */
    link_time_passes(&r, &now, 1);
    assert_int_equal(link_frames(&r), 2);
    assert_false(is_punted(&r, link_arp_from(2, "10.2.0.77", 0x66))); /* not what is known */
    assert_false(is_punted(&r, link_arp_from(1, "10.2.0.77", 0x77))); /* no answer */
    assert_false(is_punted(&r, link_arp_from(2, "10.2.0.78", 0x77)));
    assert_false(is_punted(&r, link_advert(0x66, true, true)));
    assert_false(is_punted(&r, link_advert(0x66, true, false)));
    link_arrives(&r, link_arp_from(2, "10.2.0.77", 0x77), now);
    link_arrives(&r, link_advert(0x77, true, false), now);
    assert_false(is_punted(&r, link_arp_from(2, "10.2.0.77", 0x77))); /* once for a question */
    assert_false(is_punted(&r, link_advert(0x77, true, true)));
    for (int i = 0; i < 4; i++)
        link_time_passes(&r, &now, BASE_NS_PER_S / 5);
    assert_int_equal(link_known_mac(&r, "10.2.0.77"), 0x77);
    assert_int_equal(link_known_mac(&r, "fd00:2::77"), 0x77);
    rig_free(&r);
}

static void who_is_asked_for_is_heard_however_many_others_talk(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    const base_time now = {1};
    limit_reached(&r, now);
    link_unknown_send(&r, now);
    assert_int_equal(link_frames(&r), 1);
    assert_false(is_punted(&r, link_arp_from(2, "10.2.0.78", 0x77)));
    link_arrives(&r, link_arp_from(2, "10.2.0.77", 0x77), now);
    assert_int_equal(link_known_mac(&r, "10.2.0.77"), 0x77);
    assert_int_equal(link_frames(&r), 1);
    rig_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_asked_is_heard_however_many_others_talk),
        cmocka_unit_test(who_is_asked_for_is_heard_however_many_others_talk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
