/* SPDX-License-Identifier: BSD-3-Clause */
/* Fragments under selectors with ports: they go by the SA of the packet that they are pieces of. */
#include "dp_first.h"

#include "dp_way.h"
#include "dp_worker.h"

/* A tunnel whose selectors name UDP port 2000 behind B, on both sides. */
static struct rig rig_of_port(bool is6, bool outer6, uint16_t workers)
{
    struct rig r = {.tsc = RIG_HZ};
    rig_eal();
    r.a = rig_gateway_make(1, 1500, workers);
    r.b = rig_gateway_make(2, 1500, 1);
    struct esp_pair a = rig_pair(1, &rig_gcm128, NULL, true, true);
    struct esp_pair b = rig_pair(2, &rig_gcm128, NULL, true, true);
    if (is6) {
        a.local_ts = b.remote_ts = rig_ts("fd00:1::/64");
        a.remote_ts = b.local_ts = rig_ts("fd00:2::/64");
    }
    if (outer6) {
        a.path.local.addr = b.path.remote.addr = rig_ip("2001:db8::1");
        a.path.remote.addr = b.path.local.addr = rig_ip("2001:db8::2");
    }
    a.local_ts.list[0].protocol = b.remote_ts.list[0].protocol = 17;
    a.remote_ts.list[0].protocol = b.local_ts.list[0].protocol = 17;
    a.remote_ts.list[0].port_lo = a.remote_ts.list[0].port_hi = 2000;
    b.local_ts.list[0].port_lo = b.local_ts.list[0].port_hi = 2000;
    rig_connect(&r, &a, &b);
    return r;
}

/* A fragment of packet id from behind A to behind B: 56 bytes from `at` on, with a UDP header where at is 0.
 */
static struct rte_mbuf *fragment(bool is6, uint32_t id, uint32_t at, bool has_more, uint16_t port)
{
    const uint32_t hdr = is6 ? 48 : 20;
    struct rte_mbuf *m = is6 ? rig_frame6(0x11, "fd00:1::9", "fd00:2::9", hdr + 56)
                             : rig_frame(0x11, "10.1.0.9", "10.2.0.9", hdr + 56);
    uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *) + 14;
    memset(ip + hdr, (int)id, 56);
    if (at == 0) {
        dp_put16(ip + hdr, 1000);
        dp_put16(ip + hdr + 2, port);
    }
    if (is6) {
        ip[6] = WIRE_IP6_FRAGMENT;
        ip[40] = 17;
        ip[41] = 0;
        dp_put16(ip + 42, (uint16_t)(at | has_more));
        dp_put32(ip + 44, id);
    } else {
        dp_put16(ip + 4, (uint16_t)id);
        dp_put16(ip + 6, (uint16_t)((has_more ? 0x2000 : 0) | at / 8));
        rig_ip4_fix(m);
    }
    return m;
}

/* That it goes through the tunnel as it is, with its place. */
static void assert_passes(struct rig *r, struct rte_mbuf *m, bool is6)
{
    const uint32_t place_at = is6 ? 42 : 6;
    const uint16_t place = dp_get16(rte_pktmbuf_mtod(m, const uint8_t *) + 14 + place_at);
    rig_in(r, &r->a, RIG_INSIDE, m);
    m = rig_out(&r->a, RIG_OUTSIDE);
    assert_non_null(m);
    rig_in(r, &r->b, RIG_OUTSIDE, m);
    m = rig_out(&r->b, RIG_INSIDE);
    assert_non_null(m);
    assert_int_equal(dp_get16(rte_pktmbuf_mtod(m, const uint8_t *) + 14 + place_at), place);
    rte_pktmbuf_free(m);
}

static void what_we_cut_before_sealing_keeps_its_sa(void **state)
{
    for (int outer6 = 0; outer6 < 2; outer6++) {
        struct rig r = rig_of_port(false, outer6, 1);
        struct rte_mbuf *m = rig_frame(0x11, "10.1.0.9", "10.2.0.9", 4000);
        uint32_t seen = 0;
        dp_put16(rte_pktmbuf_mtod(m, uint8_t *) + 14 + 6, 0);
        rig_ip4_fix(m);
        rig_in(&r, &r.a, RIG_INSIDE, m);
        while ((m = rig_out(&r.a, RIG_OUTSIDE))) {
            rig_in(&r, &r.b, RIG_OUTSIDE, m);
            m = rig_out(&r.b, RIG_INSIDE);
            assert_non_null(m);
            const uint8_t *ip = rte_pktmbuf_mtod(m, const uint8_t *) + 14;
            assert_int_equal((dp_get16(ip + 6) & 0x1fffu) * 8, seen);
            seen += dp_get16(ip + 2) - 20u;
            rte_pktmbuf_free(m);
        }
        assert_int_equal(seen, 3980);
        rig_free(&r);
    }
}

/* The first fragment is too large for the tunnel, and the second one, which fits, comes in the same burst. */
static void a_fragment_does_not_overtake_the_pieces_of_the_first_one(void **state)
{
    struct rig r = rig_of_port(false, false, 1);
    struct rte_mbuf *burst[2] = {rig_frame(0x11, "10.1.0.9", "10.2.0.9", 1500),
                                 fragment(false, 7, 1480, false, 0)};
    struct rte_mbuf *m;
    uint8_t *ip = rte_pktmbuf_mtod(burst[0], uint8_t *) + 14;
    uint32_t next = 0;
    dp_put16(ip + 4, 7);
    dp_put16(ip + 6, 0x2000);
    rig_ip4_fix(burst[0]);
    dp_process(r.a.w, RIG_INSIDE, burst, 2, r.tsc += 1000);
    while ((m = rig_out(&r.a, RIG_OUTSIDE))) {
        rig_in(&r, &r.b, RIG_OUTSIDE, m);
        m = rig_out(&r.b, RIG_INSIDE);
        assert_non_null(m);
        ip = rte_pktmbuf_mtod(m, uint8_t *) + 14;
        assert_int_equal(ip[8], 62);
        assert_int_equal((dp_get16(ip + 6) & 0x1fffu) * 8, next);
        next += dp_get16(ip + 2) - 20u;
        rte_pktmbuf_free(m);
    }
    assert_int_equal(next, 1480 + 56);
    rig_free(&r);
}

static void what_was_cut_elsewhere_goes_where_its_first_piece_went(void **state)
{
    for (int is6 = 0; is6 < 2; is6++) {
        struct rig r = rig_of_port(is6, false, 1);
        rig_assert_dropped(&r, &r.a, RIG_INSIDE, fragment(is6, 7, 56, true, 0), DP_DROP_fragment_ports);
        assert_passes(&r, fragment(is6, 7, 0, true, 2000), is6);
        assert_passes(&r, fragment(is6, 7, 56, true, 0), is6);
        rig_assert_dropped(&r, &r.a, RIG_INSIDE, fragment(is6, 8, 56, true, 0), DP_DROP_fragment_ports);
        assert_passes(&r, fragment(is6, 7, 112, false, 0), is6);
        /* Of a packet for another port nothing passes. */
        rig_assert_dropped(&r, &r.a, RIG_INSIDE, fragment(is6, 9, 0, true, 2001), DP_DROP_no_policy);
        rig_assert_dropped(&r, &r.a, RIG_INSIDE, fragment(is6, 9, 56, false, 0), DP_DROP_fragment_ports);
        r.tsc += 6 * RIG_HZ;
        rig_assert_dropped(&r, &r.a, RIG_INSIDE, fragment(is6, 7, 56, true, 0), DP_DROP_fragment_ports);
        rig_free(&r);
    }
}

/* The first fragment's SA is gone, and then another one serves the addresses with any port. */
static void what_outlives_its_sa_is_judged_by_itself(void **state)
{
    struct rig r = rig_of_port(false, false, 1);
    struct rte_mbuf *m;
    assert_passes(&r, fragment(false, 7, 0, true, 2000), false);
    assert_int_equal(sad_remove(r.a.sad, r.spi_a), 0);
    rig_assert_dropped(&r, &r.a, RIG_INSIDE, fragment(false, 7, 56, true, 0), DP_DROP_no_policy);
    struct esp_pair wide = rig_pair(1, &rig_gcm128, NULL, true, true);
    wide.spi_out = 0x1234567;
    assert_int_equal(sad_spi_alloc(r.a.sad, &wide.spi_in), 0);
    assert_int_equal(sad_install(r.a.sad, &wide), 0);
    rig_in(&r, &r.a, RIG_INSIDE, fragment(false, 7, 56, true, 0));
    m = rig_out(&r.a, RIG_OUTSIDE);
    assert_non_null(m);
    assert_int_equal(dp_get32(rte_pktmbuf_mtod(m, const uint8_t *) + 42), 0x1234567);
    rte_pktmbuf_free(m);
    rig_free(&r);
}

/* Worker 1 sees the fragments, worker 0 owns the SA: it is told by which SA they go. */
static void what_is_handed_over_keeps_its_sa(void **state)
{
    struct rig r = rig_of_port(false, false, 2);
    struct sad_stats s;
    assert_int_equal(sad_stats(r.a.sad, r.spi_a, &s), 0);
    struct dp_worker *owner = dp_worker(r.a.dp, s.owner_out), *other = dp_worker(r.a.dp, 1u - s.owner_out);
    for (uint32_t at = 0; at < 112; at += 56) {
        struct rte_mbuf *m = fragment(false, 7, at, at == 0, 2000);
        void *handed = NULL;
        dp_process(other, RIG_INSIDE, &m, 1, r.tsc += 1000);
        assert_int_equal(rte_ring_dequeue(owner->handed, &handed), 0);
        m = handed;
        dp_handed(owner, &m, 1);
        assert_int_equal(dp_sink_take(owner, RIG_OUTSIDE, &m, 1), 1);
        rte_pktmbuf_free(m);
    }
    rig_free(&r);
}

/* The first fragment came to B by one SA; the others, sealed by another one for another port, are not its. */
static void each_tunnel_has_first_fragments_of_its_own(void **state)
{
    struct rig r = rig_of_port(false, false, 1);
    struct esp_pair a = rig_pair(1, &rig_gcm128, NULL, true, true);
    struct esp_pair b = rig_pair(2, &rig_gcm128, NULL, true, true);
    const uint32_t old = r.spi_a;
    b.local_ts.list[0].protocol = b.remote_ts.list[0].protocol = 17;
    b.local_ts.list[0].port_lo = b.local_ts.list[0].port_hi = 2001;
    assert_passes(&r, fragment(false, 7, 0, true, 2000), false);
    rig_connect(&r, &a, &b);
    assert_int_equal(sad_remove(r.a.sad, old), 0);
    rig_in(&r, &r.a, RIG_INSIDE, fragment(false, 7, 56, false, 0));
    rig_assert_dropped(&r, &r.b, RIG_OUTSIDE, rig_out(&r.a, RIG_OUTSIDE), DP_DROP_fragment_ports);
    assert_passes(&r, fragment(false, 9, 0, true, 2001), false);
    assert_passes(&r, fragment(false, 9, 56, false, 0), false);
    rig_free(&r);
}

static struct sad_flow flow_of(uint8_t family, uint8_t last)
{
    struct sad_flow flow = {.family = family, .proto = 17};
    flow.local[3] = last;
    return flow;
}

static void what_would_overwrite_the_ports_is_not_admitted(void **state)
{
    struct dp_firsts *t = dp_firsts_create(RIG_HZ, 1);
    struct sad_flow flow = flow_of(BASE_AF_IP6, 1);
    /* Eight bytes of options before the upper header. */
    const struct dp_fragment first = {.id = 5, .ports_end = 12, .has_more = true};
    struct dp_fragment later = {.id = 5, .at = 8};
    dp_first_note(t, 0, &flow, &first, 0x1000, 10);
    assert_int_equal(dp_first_find(t, 0, &flow, &later, 11), 0);
    later.at = 16;
    assert_int_equal(dp_first_find(t, 0, &flow, &later, 11), 0x1000);
    assert_int_equal(dp_first_find(t, 0x2000, &flow, &later, 11), 0);
    dp_firsts_free(t);
}

/* Its protocol, too: later fragments of IPv6 may say another one. */
static void of_what_went_in_clear_the_ports_are_known(void **state)
{
    struct dp_firsts *t = dp_firsts_create(RIG_HZ, 1);
    const struct dp_fragment first = {.id = 5, .ports_end = 12, .has_more = true};
    struct dp_fragment later = {.id = 5, .at = 8};
    struct sad_flow flow = flow_of(BASE_AF_IP6, 1);
    flow.has_ports = true;
    flow.local_port = 1000;
    flow.remote_port = 2000;
    dp_first_note_clear(t, 0, &flow, &first, 10);
    struct sad_flow seen = flow_of(BASE_AF_IP6, 1);
    seen.is_later = true;
    seen.proto = WIRE_PROTO_TCP;
    const struct sad_flow before = seen;
    assert_int_equal(dp_first_find(t, 0, &seen, &later, 11), 0);
    later.at = 16;
    assert_int_equal(dp_first_find(t, DP_FIRST_OUTSIDE, &seen, &later, 11), 0);
    assert_int_equal(dp_first_find(t, 0, &seen, &later, 11 + 5 * RIG_HZ), 0);
    assert_memory_equal(&seen, &before, sizeof seen);
    assert_int_equal(dp_first_find(t, 0, &seen, &later, 11), 0);
    assert_memory_equal(&seen, &flow, sizeof seen);
    /* The next packet of this number has an SA. */
    seen = before;
    dp_first_note(t, 0, &flow, &first, 0x1000, 12);
    assert_int_equal(dp_first_find(t, 0, &seen, &later, 13), 0x1000);
    assert_memory_equal(&seen, &before, sizeof seen);
    dp_firsts_free(t);
}

static void a_table_that_is_full_forgets_the_oldest(void **state)
{
    struct dp_firsts *t = dp_firsts_create(RIG_HZ, 1);
    const struct dp_fragment later = {.at = 8};
    uint32_t known = 0;
    for (uint32_t i = 0; i < 4096; i++) {
        struct sad_flow flow = flow_of(BASE_AF_IP4, 0);
        memcpy(flow.remote, &i, sizeof i);
        dp_first_note(t, 0, &flow, &(struct dp_fragment){.has_more = true, .ports_end = 4}, 0x1000 + i,
                      i + 1);
        assert_int_equal(dp_first_find(t, 0, &flow, &later, i + 1), 0x1000 + i);
    }
    for (uint32_t i = 0; i < 4096; i++) {
        struct sad_flow flow = flow_of(BASE_AF_IP4, 0);
        memcpy(flow.remote, &i, sizeof i);
        const uint32_t spi = dp_first_find(t, 0, &flow, &later, 4097);
        assert_true(spi == 0 || spi == 0x1000 + i);
        known += spi != 0;
        if (i < 1024)
            assert_int_equal(spi, 0);
    }
    assert_true(known <= 1024);
    assert_true(known > 1000);
    dp_firsts_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_we_cut_before_sealing_keeps_its_sa),
        cmocka_unit_test(a_fragment_does_not_overtake_the_pieces_of_the_first_one),
        cmocka_unit_test(what_was_cut_elsewhere_goes_where_its_first_piece_went),
        cmocka_unit_test(what_outlives_its_sa_is_judged_by_itself),
        cmocka_unit_test(what_is_handed_over_keeps_its_sa),
        cmocka_unit_test(each_tunnel_has_first_fragments_of_its_own),
        cmocka_unit_test(what_would_overwrite_the_ports_is_not_admitted),
        cmocka_unit_test(of_what_went_in_clear_the_ports_are_known),
        cmocka_unit_test(a_table_that_is_full_forgets_the_oldest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
