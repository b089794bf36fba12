/* SPDX-License-Identifier: BSD-3-Clause */
/* Which packets are to be protected, and that nothing goes in clear that should not. */
#include "dp_way.h"
#include "dp_worker.h"

static void clear_text_passes_in_neither_direction(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    /* From outside, as if it came from the peer's hosts. */
    rig_in(&r, &r.b, RIG_OUTSIDE, rig_frame(0x22, "10.1.0.9", "10.2.0.9", 60));
    assert_null(rig_out(&r.b, RIG_INSIDE));
    assert_int_equal(rig_drops(&r.b, DP_DROP_clear_text), 1);
    /* From outside, as if it came from our own hosts: must not be sealed. */
    rig_in(&r, &r.b, RIG_OUTSIDE, rig_frame(0x22, "10.2.0.9", "10.1.0.9", 60));
    assert_null(rig_out(&r.b, RIG_OUTSIDE));
    /* From inside, with no SA but a policy. */
    struct sad_policy policy = {RIG_TS("10.1.0.0/24"), RIG_TS("10.2.0.0/24"), 0};
    assert_int_equal(sad_policies_set(r.a.sad, &policy, 1), 0);
    assert_int_equal(sad_remove(r.a.sad, r.spi_a), 0);
    assert_null(rig_sealed(&r, 60));
    assert_int_equal(rig_drops(&r.a, DP_DROP_no_sa), 1);
    /* From inside, to nobody's policy. */
    rig_in(&r, &r.a, RIG_INSIDE, rig_frame(0x11, "10.1.0.9", "192.0.2.2", 60));
    assert_null(rig_out(&r.a, RIG_OUTSIDE));
    assert_int_equal(rig_drops(&r.a, DP_DROP_no_policy), 1);
    rig_free(&r);
}

#define EF (UINT64_C(1) << 46)

/* A pair at A for the same networks as the one there, for packets with DSCP EF. */
static uint32_t ef_pair(struct rig *r)
{
    struct esp_pair p = rig_pair(1, &rig_gcm128, NULL, true, true);
    p.dscp = EF;
    p.spi_out = 0xef;
    assert_int_equal(sad_spi_alloc(r->a.sad, &p.spi_in), 0);
    assert_int_equal(sad_install(r->a.sad, &p), 0);
    return p.spi_in;
}

static struct rte_mbuf *of_dscp(unsigned dscp)
{
    struct rte_mbuf *m = rig_frame(0x11, "10.1.0.9", "10.2.0.9", 60);
    rte_pktmbuf_mtod(m, uint8_t *)[14 + 1] = (uint8_t)(dscp << 2);
    rig_ip4_fix(m);
    return m;
}

/* Sends a burst of packets with these DSCPs between two hosts, and says by which SPI each one left. */
static void sealed_by(struct rig *r, const unsigned *dscps, uint16_t n, uint32_t *spis)
{
    struct rte_mbuf *m[8];
    for (uint16_t i = 0; i < n; i++)
        m[i] = of_dscp(dscps[i]);
    r->tsc += 1000;
    dp_process(r->a.w, RIG_INSIDE, m, n, r->tsc);
    assert_int_equal(dp_sink_take(r->a.w, RIG_OUTSIDE, m, 8), n);
    for (uint16_t i = 0; i < n; i++) {
        const uint8_t *ip = rte_pktmbuf_mtod(m[i], const uint8_t *) + 14;
        for (uint16_t k = 0; k < n; k++)
            if (ip[1] == dscps[k] << 2) /* they may leave in another order */
                spis[k] = dp_get32(ip + 28);
        rte_pktmbuf_free(m[i]);
    }
}

static void packets_of_one_burst_go_by_the_sa_for_their_dscp(void **state)
{
    static const unsigned dscps[] = {0, 46, 10, 47, 45};
    uint32_t spis[5] = {0};
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    const uint32_t ef = ef_pair(&r);
    sealed_by(&r, dscps, 5, spis);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(spis[i], dscps[i] == 46 ? 0xef : r.spi_b);
    /* Without its SA what a policy names leaves by no other. */
    const struct sad_policy policy = {RIG_TS("10.1.0.0/24"), RIG_TS("10.2.0.0/24"), 0, EF};
    assert_int_equal(sad_policies_set(r.a.sad, &policy, 1), 0);
    assert_int_equal(sad_deactivate(r.a.sad, ef), 0);
    rig_assert_dropped(&r, &r.a, RIG_INSIDE, of_dscp(46), DP_DROP_no_sa);
    sealed_by(&r, dscps, 1, spis);
    assert_int_equal(spis[0], r.spi_b);
    /* Packets that nobody takes are no clear text. */
    assert_int_equal(sad_remove(r.a.sad, r.spi_a), 0);
    rig_assert_dropped(&r, &r.a, RIG_INSIDE, of_dscp(0), DP_DROP_no_policy);
    rig_free(&r);
}

static void what_arrives_is_not_held_against_its_dscp(void **state)
{
    struct rig r = rig_apart();
    struct esp_pair a = rig_pair(1, &rig_gcm128, NULL, true, true);
    struct esp_pair b = rig_pair(2, &rig_gcm128, NULL, true, true);
    b.dscp = EF;
    rig_connect(&r, &a, &b);
    rig_in(&r, &r.a, RIG_INSIDE, of_dscp(0));
    rig_in(&r, &r.b, RIG_OUTSIDE, rig_out(&r.a, RIG_OUTSIDE));
    rig_assert_arrived(rig_out(&r.b, RIG_INSIDE), 60);
    /* In clear it is refused, whatever it has. */
    struct rte_mbuf *m = rig_frame(0x22, "10.1.0.9", "10.2.0.9", 60);
    rig_assert_dropped(&r, &r.b, RIG_OUTSIDE, m, DP_DROP_clear_text);
    rig_free(&r);
}

/* The first policy whose selectors fit decides, and a packet beside all of them is nobody's. */
static void ports_of_a_selector_decide(void **state)
{
    struct rig r = rig_apart();
    struct esp_pair a = rig_pair(1, &rig_gcm128, NULL, true, true);
    struct esp_pair b = rig_pair(2, &rig_gcm128, NULL, true, true);
    a.remote_ts.list[0].protocol = 17;
    a.remote_ts.list[0].port_lo = a.remote_ts.list[0].port_hi = 2000;
    a.local_ts.list[0].protocol = 17;
    rig_connect(&r, &a, &b);
    struct rte_mbuf *m = rig_sealed(&r, 60); /* from port 1000 to port 2000 */
    assert_non_null(m);
    rte_pktmbuf_free(m);
    m = rig_frame(0x11, "10.1.0.9", "10.2.0.9", 60);
    dp_put16(rte_pktmbuf_mtod(m, uint8_t *) + 14 + 22, 2001);
    rig_assert_dropped(&r, &r.a, RIG_INSIDE, m, DP_DROP_no_policy);
    m = rig_frame(0x11, "10.1.0.9", "10.2.0.9", 60);
    rte_pktmbuf_mtod(m, uint8_t *)[14 + 9] = 6;
    rig_ip4_fix(m);
    rig_assert_dropped(&r, &r.a, RIG_INSIDE, m, DP_DROP_no_policy);
    rig_free(&r);
}

/* A pair whose remote side is UDP port 2000 alone, of IPv4 or IPv6. */
static struct rig rig_of_port(bool is6)
{
    struct rig r = rig_apart();
    struct esp_pair a = rig_pair(1, &rig_gcm128, NULL, true, true);
    struct esp_pair b = rig_pair(2, &rig_gcm128, NULL, true, true);
    if (is6) {
        a.local_ts = b.remote_ts = rig_ts("fd00:1::/64");
        a.remote_ts = b.local_ts = rig_ts("fd00:2::/64");
    }
    a.remote_ts.list[0].protocol = a.local_ts.list[0].protocol = 17;
    a.remote_ts.list[0].port_lo = a.remote_ts.list[0].port_hi = 2000;
    rig_connect(&r, &a, &b);
    return r;
}

/* A frame whose packet is a fragment at this offset, in units of 8 bytes. */
static struct rte_mbuf *piece(uint8_t mac, bool is6, bool is_back, uint16_t place, uint8_t proto)
{
    const char *ends[2] = {is6 ? "fd00:1::9" : "10.1.0.9", is6 ? "fd00:2::9" : "10.2.0.9"};
    struct rte_mbuf *m = (is6 ? rig_frame6 : rig_frame)(mac, ends[is_back], ends[!is_back], 100);
    uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *) + 14;
    if (is6) {
        ip[6] = WIRE_IP6_FRAGMENT;
        ip[40] = proto;
        dp_put16(ip + 42, (uint16_t)(place * 8));
    } else {
        ip[9] = proto;
        dp_put16(ip + 6, place);
        rig_ip4_fix(m);
    }
    return m;
}

static void a_later_fragment_under_a_port_selector_is_told_so(void **state)
{
    for (int is6 = 0; is6 < 2; is6++) {
        struct rig r = rig_of_port(is6);
        rig_assert_dropped(&r, &r.a, RIG_INSIDE, piece(0x11, is6, false, 2, 17), DP_DROP_fragment_ports);
        rig_assert_dropped(&r, &r.a, RIG_INSIDE, piece(0x11, is6, false, 2, 6), DP_DROP_no_policy);
        /* In clear from outside it is one that should have come protected. */
        rig_assert_dropped(&r, &r.a, RIG_OUTSIDE, piece(0x21, is6, true, 2, 17), DP_DROP_fragment_ports);
        rig_assert_dropped(&r, &r.a, RIG_OUTSIDE, piece(0x21, is6, true, 2, 6), DP_DROP_no_policy);
        /* With a policy for all ports, but an SA for one. */
        struct sad_policy all = {RIG_TS(is6 ? "fd00:1::/64" : "10.1.0.0/24"),
                                 RIG_TS(is6 ? "fd00:2::/64" : "10.2.0.0/24"), 0};
        assert_int_equal(sad_policies_set(r.a.sad, &all, 1), 0);
        rig_assert_dropped(&r, &r.a, RIG_INSIDE, piece(0x11, is6, false, 2, 17), DP_DROP_fragment_ports);
        rig_assert_dropped(&r, &r.a, RIG_INSIDE, piece(0x11, is6, false, 2, 6), DP_DROP_no_sa);
        rig_free(&r);
    }
}

static void an_address_beside_the_selectors_is_nobodys(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    rig_assert_dropped(&r, &r.a, RIG_INSIDE, rig_frame(0x11, "10.1.1.9", "10.2.0.9", 60), DP_DROP_no_policy);
    rig_assert_dropped(&r, &r.a, RIG_INSIDE, rig_frame(0x11, "10.1.0.9", "10.2.1.0", 60), DP_DROP_no_policy);
    rig_assert_dropped(&r, &r.a, RIG_INSIDE, rig_frame6(0x11, "fd00:1::9", "fd00:2::9", 80),
                       DP_DROP_no_policy);
    rig_free(&r);
}

static void a_pair_that_is_not_active_yet_sends_nothing(void **state)
{
    struct rig r = rig_apart();
    struct esp_pair a = rig_pair(1, &rig_gcm128, NULL, true, true);
    struct esp_pair b = rig_pair(2, &rig_gcm128, NULL, true, true);
    const struct sad_policy policy = {RIG_TS("10.1.0.0/24"), RIG_TS("10.2.0.0/24"), 0};
    a.active = false;
    rig_connect(&r, &a, &b);
    assert_int_equal(sad_policies_set(r.a.sad, &policy, 1), 0);
    rig_assert_dropped(&r, &r.a, RIG_INSIDE, rig_frame(0x11, "10.1.0.9", "10.2.0.9", 60), DP_DROP_no_sa);
    assert_int_equal(sad_activate(r.a.sad, r.spi_a), 0);
    rig_in(&r, &r.b, RIG_OUTSIDE, rig_sealed(&r, 60));
    rig_assert_arrived(rig_out(&r.b, RIG_INSIDE), 60);
    rig_free(&r);
}

/* An echo request of `len` bytes behind the IP header to A's inside address, in two pieces. */
static void echo_in_pieces(struct rig *r, bool is6, uint32_t len)
{
    const uint32_t hdr = is6 ? 48 : 20, first = len / 16 * 8;
    for (uint32_t at = 0; at < len; at += at ? len : first) {
        const uint32_t n = at ? len - at : first;
        struct rte_mbuf *m = is6 ? rig_frame6(0x11, "fd00:1::9", "fd00:1::1", hdr + n)
                                 : rig_frame(0x11, "10.1.0.9", "10.1.0.1", hdr + n);
        uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *) + 14;
        memset(ip + hdr, at ? 0x55 : 0xaa, n);
        if (at == 0)
            dp_put16(ip + hdr, is6 ? 128 << 8 : 8 << 8);
        if (is6) {
            ip[6] = 44;
            ip[40] = 58;
            ip[41] = 0;
            dp_put16(ip + 42, (uint16_t)(at | (at == 0)));
            dp_put32(ip + 44, len);
        } else {
            ip[9] = 1;
            dp_put16(ip + 4, (uint16_t)len);
            dp_put16(ip + 6, (uint16_t)((at == 0 ? 0x2000 : 0) | at / 8));
            rig_ip4_fix(m);
        }
        rig_in(r, &r->a, RIG_INSIDE, m);
    }
}

/* The inside carries 9000 bytes. */
static void our_own_large_answers_are_cut_for_their_link(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    for (uint32_t is6 = 0; is6 < 2; is6++) {
        const uint32_t hdr = is6 ? 48 : 20;
        for (uint32_t len = 8900; len < 18000; len += 77) {
            struct rte_mbuf *m;
            uint32_t at = 0, pieces = 0;
            echo_in_pieces(&r, is6, len);
            for (; (m = rig_out(&r.a, RIG_INSIDE)); pieces++) {
                const uint8_t *ip = rte_pktmbuf_mtod(m, const uint8_t *) + 14;
                const bool is_cut = is6 ? ip[6] == 44 : dp_get16(ip + 6) & 0x3fff;
                const uint32_t head = is6 && !is_cut ? 40 : hdr;
                const uint32_t place = !is_cut ? 0
                                       : is6   ? dp_get16(ip + 42) & ~7u
                                               : (dp_get16(ip + 6) & 0x1fffu) * 8;
                assert_true(m->data_len - 14 <= 9000);
                assert_int_equal(place, at);
                assert_int_equal(at == 0 ? ip[head] : 0, at == 0 ? (is6 ? 129 : 0) : 0);
                at += m->data_len - 14u - head;
                rte_pktmbuf_free(m);
            }
            assert_int_equal(at, len);
            assert_int_equal(pieces, len <= (is6 ? 8960u : 8980u)           ? 1
                                     : len <= (is6 ? 2u * 8952 : 2u * 8976) ? 2
                                                                            : 3);
        }
    }
    rig_free(&r);
}

/* A pair that workers share out, with keys of its own; beside 0: the first. */
static uint32_t connect_shared(struct rig *r, uint32_t beside_a, uint32_t beside_b, int key)
{
    struct esp_pair a = rig_pair(1, &rig_gcm128, NULL, true, true);
    struct esp_pair b = rig_pair(2, &rig_gcm128, NULL, true, true);
    a.is_shared = b.is_shared = true;
    a.beside_in = beside_a;
    b.beside_in = beside_b;
    memset(a.keys_out.encr, key, a.keys_out.encr_len);
    memset(b.keys_in.encr, key, b.keys_in.encr_len);
    rig_connect(r, &a, &b);
    return a.spi_in;
}

/* What came to a worker from inside leaves by it, sealed; else by the other one, which got it. */
static bool leaves_itself(struct rig *r, uint16_t worker, bool is_fragment)
{
    struct dp_worker *w = dp_worker(r->a.dp, worker), *other = dp_worker(r->a.dp, 1u - worker);
    struct rte_mbuf *m = rig_frame(0x11, "10.1.0.9", "10.2.0.9", 100);
    void *handed = NULL;
    if (is_fragment) {
        dp_put16(rte_pktmbuf_mtod(m, uint8_t *) + 14 + 6, 0x2000); /* more of them follow */
        rig_ip4_fix(m);
    }
    dp_process(w, RIG_INSIDE, &m, 1, r->tsc += 1000);
    const bool is_itself = rte_ring_dequeue(other->handed, &handed) != 0;
    if (!is_itself) {
        m = handed;
        dp_handed(other, &m, 1);
    }
    assert_int_equal(dp_sink_take(is_itself ? w : other, RIG_OUTSIDE, &m, 1), 1);
    rig_in(r, &r->b, RIG_OUTSIDE, m);
    m = rig_out(&r->b, RIG_INSIDE);
    assert_non_null(m);
    rte_pktmbuf_free(m);
    return is_itself;
}

/* RFC 9611: until a worker has a pair of its own the other one seals for it, and control is told once. */
static void each_worker_seals_with_its_own_pair(void **state)
{
    struct rig r = {.tsc = RIG_HZ};
    rig_eal();
    r.a = rig_gateway_make(1, 1500, 2);
    r.b = rig_gateway_make(2, 1500, 1);
    const uint32_t first = connect_shared(&r, 0, 0, 7), first_b = r.spi_b;
    struct sad_stats s;
    struct sad_event ev;
    assert_int_equal(sad_stats(r.a.sad, first, &s), 0);
    const uint16_t home = s.owner_out, other = (uint16_t)(1 - home);
    assert_true(leaves_itself(&r, home, false));
    assert_false(sad_event_pop(r.a.sad, &ev));
    for (int i = 0; i < 4; i++)
        assert_false(leaves_itself(&r, other, i & 1));
    assert_true(sad_event_pop(r.a.sad, &ev));
    assert_int_equal(ev.type, SAD_EV_WANTED);
    assert_int_equal(ev.spi_in, first);
    assert_false(sad_event_pop(r.a.sad, &ev));
    const uint32_t second = connect_shared(&r, first, first_b, 8);
    for (int i = 0; i < 4; i++) {
        assert_true(leaves_itself(&r, home, i & 1));
        assert_true(leaves_itself(&r, other, i & 1));
    }
    assert_int_equal(sad_stats(r.a.sad, second, &s), 0);
    assert_int_equal(s.out.pkts, 4);
    assert_int_equal(s.owner_out, other);
    assert_int_equal(sad_stats(r.a.sad, first, &s), 0);
    assert_int_equal(s.out.pkts, 9);
    assert_int_equal(sad_remove(r.a.sad, first), 0);
    assert_false(leaves_itself(&r, home, false));
    rig_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clear_text_passes_in_neither_direction),
        cmocka_unit_test(packets_of_one_burst_go_by_the_sa_for_their_dscp),
        cmocka_unit_test(what_arrives_is_not_held_against_its_dscp),
        cmocka_unit_test(ports_of_a_selector_decide),
        cmocka_unit_test(a_later_fragment_under_a_port_selector_is_told_so),
        cmocka_unit_test(an_address_beside_the_selectors_is_nobodys),
        cmocka_unit_test(a_pair_that_is_not_active_yet_sends_nothing),
        cmocka_unit_test(our_own_large_answers_are_cut_for_their_link),
        cmocka_unit_test(each_worker_seals_with_its_own_pair),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
