/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The end of the sequence space, with 32 and with 64 bits, and soft limits: what is sent, what is refused,
 * and which events control hears, each once.
 */
#include "dp_rig.h"
#include "sad_fast.h"

static struct sad_out *out_of(const struct rig *r)
{
    return sad_out_at(sad_tables(r->a.sad), sad_slot_find(sad_tables(r->a.sad), r->spi_a));
}

/* As if A had sent, and B opened, this many. */
static void count_set(struct rig *r, uint64_t seq)
{
    out_of(r)->seq = seq;
    sad_in_find(sad_tables(r->b.sad), r->spi_b)->top = seq;
}

/* Whether a packet from A's side arrives on B's. */
static bool goes_through(struct rig *r)
{
    rig_in(r, &r->a, RIG_INSIDE, rig_frame(0x11, "10.1.0.9", "10.2.0.9", 100));
    struct rte_mbuf *m = rig_out(&r->a, RIG_OUTSIDE);
    if (!m)
        return false;
    rig_in(r, &r->b, RIG_OUTSIDE, m);
    m = rig_out(&r->b, RIG_INSIDE);
    assert_non_null(m);
    rte_pktmbuf_free(m);
    return true;
}

static unsigned events_of(struct rig *r, enum sad_event_type type)
{
    struct sad_event ev;
    unsigned n = 0;
    while (sad_event_pop(r->a.sad, &ev)) {
        assert_int_equal(ev.type, type);
        assert_int_equal(ev.spi_in, r->spi_a);
        n++;
    }
    return n;
}

static void without_esn_the_space_ends_at_32_bits_and_nothing_more_is_sent(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, false, true, 1500);
    struct sad_stats s;
    count_set(&r, UINT32_MAX - 3);
    for (unsigned i = 0; i < 3; i++)
        assert_true(goes_through(&r));
    assert_int_equal(events_of(&r, SAD_EV_SOFT), 1);
    for (unsigned i = 0; i < 5; i++)
        assert_false(goes_through(&r));
    assert_int_equal(events_of(&r, SAD_EV_SEQ_END), 1);
    assert_false(goes_through(&r));
    assert_int_equal(events_of(&r, SAD_EV_SEQ_END), 0);
    assert_int_equal(sad_stats(r.a.sad, r.spi_a, &s), 0);
    assert_int_equal(s.out.seq, UINT32_MAX);
    assert_int_equal(s.limit_drops, 6);
    assert_int_equal(rig_drops(&r.a, DP_DROP_seq_end), 6);
    rig_free(&r);
}

static void with_esn_the_32_bit_boundary_is_no_end(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    struct sad_stats s;
    count_set(&r, UINT32_MAX - 3);
    for (unsigned i = 0; i < 10; i++)
        assert_true(goes_through(&r));
    assert_int_equal(events_of(&r, SAD_EV_SOFT), 0);
    assert_int_equal(sad_stats(r.b.sad, r.spi_b, &s), 0);
    assert_int_equal(s.in.seq, UINT32_MAX + 7ull);
    rig_free(&r);
}

static void with_esn_the_space_ends_at_64_bits(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    count_set(&r, UINT64_MAX - 2);
    assert_true(goes_through(&r));
    assert_true(goes_through(&r));
    assert_int_equal(events_of(&r, SAD_EV_SOFT), 1);
    assert_false(goes_through(&r));
    assert_int_equal(events_of(&r, SAD_EV_SEQ_END), 1);
    assert_int_equal(out_of(&r)->seq, UINT64_MAX);
    rig_free(&r);
}

static void three_quarters_of_the_space_call_for_a_rekey(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, false, true, 1500);
    const uint64_t soft = UINT32_MAX - UINT32_MAX / 4;
    count_set(&r, soft - 2);
    assert_true(goes_through(&r));
    assert_true(goes_through(&r));
    assert_int_equal(events_of(&r, SAD_EV_SOFT), 0);
    assert_true(goes_through(&r));
    assert_true(goes_through(&r));
    assert_int_equal(events_of(&r, SAD_EV_SOFT), 1);
    rig_free(&r);
}

static struct rig limit_make(uint64_t soft_pkts, uint64_t soft_bytes, uint64_t hard_pkts, uint64_t hard_bytes)
{
    struct rig r = rig_apart();
    struct esp_pair a = rig_pair(1, &rig_gcm128, NULL, true, true);
    struct esp_pair b = rig_pair(2, &rig_gcm128, NULL, true, true);
    a.soft_pkts = soft_pkts;
    a.soft_bytes = soft_bytes;
    a.hard_pkts = b.hard_pkts = hard_pkts;
    a.hard_bytes = b.hard_bytes = hard_bytes;
    rig_connect(&r, &a, &b);
    return r;
}

static void a_soft_limit_is_told_once_and_stops_nothing(void **state)
{
    for (unsigned by_bytes = 0; by_bytes < 2; by_bytes++) {
        struct rig r = limit_make(by_bytes ? 0 : 5, by_bytes ? 500 : 0, 0, 0);
        for (unsigned i = 0; i < 5; i++)
            assert_true(goes_through(&r));
        assert_int_equal(events_of(&r, SAD_EV_SOFT), 0);
        for (unsigned i = 0; i < 20; i++)
            assert_true(goes_through(&r));
        assert_int_equal(events_of(&r, SAD_EV_SOFT), 1);
        rig_free(&r);
    }
}

/* How many of a burst of packets of 100 bytes get out of A. */
static uint64_t burst_send(struct rig *r, unsigned count)
{
    struct rte_mbuf *frames[DP_BURST_MAX], *m;
    uint64_t sent = 0;
    for (unsigned i = 0; i < count; i++)
        frames[i] = rig_frame(0x11, "10.1.0.9", "10.2.0.9", 100);
    dp_process(dp_worker(r->a.dp, 0), RIG_INSIDE, frames, (uint16_t)count, r->tsc);
    for (; (m = rig_out(&r->a, RIG_OUTSIDE)); sent++)
        rte_pktmbuf_free(m);
    return sent;
}

/* A burst is counted as a whole where no limit is near; where one is, it still ends at the very packet. */
static void hard_limits_cut_a_burst_at_the_very_packet(void **state)
{
    for (unsigned by_bytes = 0; by_bytes < 2; by_bytes++) {
        for (uint64_t limit = 1; limit < 400; limit += 37) {
            struct rig r = limit_make(0, 0, by_bytes ? 0 : limit, by_bytes ? limit * 100 : 0);
            uint64_t sent = 0;
            for (unsigned i = 0; i < 10; i++)
                sent += burst_send(&r, 50);
            assert_int_equal(sent, limit);
            assert_int_equal(out_of(&r)->seq, limit);
            assert_int_equal(rig_drops(&r.a, DP_DROP_limit), 500 - limit);
            assert_int_equal(events_of(&r, SAD_EV_HARD), 1);
            rig_free(&r);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_esn_the_space_ends_at_32_bits_and_nothing_more_is_sent),
        cmocka_unit_test(with_esn_the_32_bit_boundary_is_no_end),
        cmocka_unit_test(with_esn_the_space_ends_at_64_bits),
        cmocka_unit_test(three_quarters_of_the_space_call_for_a_rekey),
        cmocka_unit_test(a_soft_limit_is_told_once_and_stops_nothing),
        cmocka_unit_test(hard_limits_cut_a_burst_at_the_very_packet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
