/* SPDX-License-Identifier: BSD-3-Clause */
/* Probes as exchanges of two engines: their sizes, how they end, and what they never hold up or break. */
#include "ike_core.h"
#include "ike_pair.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

static struct pair *pair_probing(uint16_t port_mtu, size_t carries)
{
    struct pair *p = pair_new();
    p->h[0].port_mtu = port_mtu;
    p->carries = carries;
    p->h[0].conf->conns[0].dpd_s = p->h[1].conf->conns[0].dpd_s = 0;
    pair_start(p);
    pair_connect(p);
    assert_int_equal(pair_live(&p->h[1]), 1);
    return p;
}

static struct ikev2_sa *sa_of(struct pair *p)
{
    return p->h[0].ike->v2->first;
}

static void a_probe_is_an_ip_packet_of_exactly_its_size(void **state)
{
    (void)state;
    for (int has_nat = 0; has_nat < 2; has_nat++) {
        struct pair *p = pair_new();
        p->h[0].port_mtu = 1500;
        p->has_nat = has_nat;
        pair_start(p);
        p->hold = true;
        pair_connect(p);
        while (p->h[0].ike->stats.probes_out == 0)
            pair_deliver_one(p);
        pair_drain(p);
        const struct pair_packet *k = &p->queue[p->tail - 1];
        assert_int_equal(k->len + ike_path_header_bytes(&sa_of(p)->path), 1500);
        assert_int_equal(k->bytes[16], WIRE_IKE_P_SK);
        p->hold = false;
        pair_settle(p);
        assert_int_equal(sa_of(p)->pmtu.by, IKE_MTU_BY_PROBE);
        assert_null(sa_of(p)->task);
        pair_check_one(p);
        pair_free(p);
    }
}

static void a_path_that_swallows_large_packets_is_found_out_in_seconds(void **state)
{
    (void)state;
    struct pair *p = pair_probing(1500, 1400);
    assert_int_equal(sa_of(p)->pmtu.size, 0);
    pair_run(p, 2);
    assert_int_equal(p->h[0].children[0].mtu, 0);
    pair_run(p, 2); /* three tries, a second apart */
    assert_true(p->h[0].children[0].mtu >= 1280);
    pair_run(p, 16);
    assert_int_equal(p->h[0].children[0].mtu, 1400);
    assert_true(pair_stats(p, 0).probes_out <= 6);
    assert_true(pair_stats(p, 0).probes_lost >= 2);
    /* nobody takes the peer for dead, or a probe for a request that is repeated */
    assert_int_equal(pair_stats(p, 0).retransmits_out, 0);
    assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_RETRANSMIT), 0);
    assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_FAIL_BLACK_HOLE), 1);
    pair_check_one(p);
    /* what is made later has it from the start */
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    assert_int_equal(p->h[0].children[1].i.pair.outer_mtu, 1400);
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b", .rekey_ike = true});
    pair_run(p, 40);
    assert_int_equal(p->h[0].ike->v2->last->pmtu.size, 1400);
    pair_check_one(p);
    pair_free(p);
}

static void a_lost_probe_ends_with_a_small_request(void **state)
{
    (void)state;
    struct pair *p = pair_probing(1500, 600);
    const struct ikev2_sa *sa = sa_of(p);
    const uint32_t own = sa->seq.own;
    pair_run(p, 3);
    assert_true(sa->seq.own > own);
    pair_run(p, 30);
    assert_int_equal(sa->pmtu.size, 576);
    pair_check_one(p);
    pair_free(p);
}

/* The probe arrives and its answers do not: a peer that knows repetitions by their bytes gets these as well.
 */
static void small_and_large_go_in_turns(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->h[0].port_mtu = 1500;
    pair_start(p);
    p->hold = true;
    pair_connect(p);
    while (p->h[0].ike->stats.probes_out == 0)
        pair_deliver_one(p);
    pair_drain(p);
    size_t sizes[8], n = 0;
    struct pair_packet first = p->queue[p->tail - 1];
    p->head = p->tail;
    while (n < 6) {
        p->now = base_time_add(p->now, BASE_NS_PER_S / 10);
        ike_on_timer(p->h[0].ike, p->now);
        pair_drain(p);
        for (; p->head < p->tail; p->head++) {
            const struct pair_packet *k = &p->queue[p->head];
            sizes[n++] = k->len;
            if (k->len > 100)
                assert_memory_equal(k->bytes, first.bytes, first.len);
            assert_memory_equal(k->bytes + 20, first.bytes + 20, 4); /* message id */
        }
    }
    assert_true(sizes[0] > 1400 && sizes[1] > 1400); /* three as a probe */
    assert_true(sizes[2] < 100 && sizes[3] > 1400 && sizes[4] < 100 && sizes[5] > 1400);
    p->hold = false;
    pair_free(p);
}

static void what_waits_ends_a_probe_at_once(void **state)
{
    (void)state;
    struct pair *p = pair_probing(1500, 1000);
    assert_true(sa_of(p)->req.is_probe);
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    assert_int_equal(pair_stats(p, 0).rekeyed_child, 1); /* in the same moment */
    pair_run(p, 6);
    assert_int_equal(sa_of(p)->pmtu.bad, 0); /* nothing is known of its size */
    pair_run(p, 30);
    assert_true(sa_of(p)->pmtu.size > 0);
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "b"});
    assert_int_equal(pair_stats(p, 0).ike_sas, 0);
    pair_free(p);
}

static void the_peer_may_rekey_while_a_probe_is_under_way(void **state)
{
    (void)state;
    struct pair *p = pair_probing(1500, 1000);
    assert_true(sa_of(p)->req.is_probe);
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_REKEY, .name = "a", .rekey_ike = true});
    assert_int_equal(pair_stats(p, 1).rekeyed_ike, 1);
    pair_run(p, 60);
    pair_check_one(p);
    assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_IKE_DOWN) + pair_count(&p->h[1], IKE_AUDIT_IKE_DOWN), 0);
    pair_free(p);
}

static void a_dead_peer_is_found_by_the_small_requests(void **state)
{
    (void)state;
    struct pair *p = pair_probing(1500, 0);
    p->h[0].ike->v2->first->pmtu.at = p->now; /* another probe is due */
    p->drop[0] = true;
    ike_on_timer(p->h[0].ike, p->now);
    pair_run(p, 700);
    assert_int_equal(pair_stats(p, 0).ike_sas, 0);
    assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_FAIL_TIMEOUT), 1);
    pair_free(p);
}

static void a_peer_that_cannot_join_fragments_is_not_probed(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    struct ike_sa_view v;
    p->h[0].port_mtu = 1500;
    p->h[1].conf->fragment_bytes = 0;
    pair_start(p);
    pair_connect(p);
    pair_run(p, 700);
    assert_int_equal(pair_stats(p, 0).probes_out, 0);
    assert_true(ike_show_next(p->h[0].ike, 0, &v));
    assert_false(v.is_probed);
    assert_int_equal(v.path_mtu, 1500);
    assert_int_equal(v.mtu_by, IKE_MTU_BY_PORT);
    pair_free(p);
}

static void a_peer_that_moves_is_probed_anew(void **state)
{
    (void)state;
    struct pair *p = pair_probing(1500, 1400);
    pair_run(p, 20);
    assert_int_equal(sa_of(p)->pmtu.size, 1400);
    p->carries = 0;
    struct base_endpoint there = sa_of(p)->path.remote;
    there.addr = pair_addr("198.51.100.77");
    const uint64_t before = pair_stats(p, 0).probes_out;
    pair_event(p, 0,
               (struct ike_event){
                   .type = IKE_EV_PEER_MOVED, .spi_in = p->h[0].children[0].i.pair.spi_in, .remote = there});
    assert_int_equal(pair_stats(p, 0).probes_out, before + 1);
    assert_int_equal(sa_of(p)->pmtu.size, 0);
    pair_free(p);
}

static void icmp_about_a_probe_saves_the_wait(void **state)
{
    (void)state;
    struct pair *p = pair_probing(1500, 1400);
    const uint32_t spi = p->h[0].children[0].i.pair.spi_in;
    assert_true(sa_of(p)->req.is_probe);
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_PATH_MTU, .spi_in = spi, .mtu = 1400});
    assert_int_equal(p->h[0].children[0].mtu, 1400);
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_PATH_MTU, .spi_in = spi, .mtu = 1400});
    pair_run(p, 1);
    assert_null(sa_of(p)->task);
    assert_int_equal(pair_stats(p, 0).probes_out, 3);
    assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_FAIL_BLACK_HOLE), 0);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_probe_is_an_ip_packet_of_exactly_its_size),
        cmocka_unit_test(a_path_that_swallows_large_packets_is_found_out_in_seconds),
        cmocka_unit_test(a_lost_probe_ends_with_a_small_request),
        cmocka_unit_test(small_and_large_go_in_turns),
        cmocka_unit_test(what_waits_ends_a_probe_at_once),
        cmocka_unit_test(the_peer_may_rekey_while_a_probe_is_under_way),
        cmocka_unit_test(a_dead_peer_is_found_by_the_small_requests),
        cmocka_unit_test(a_peer_that_cannot_join_fragments_is_not_probed),
        cmocka_unit_test(a_peer_that_moves_is_probed_anew),
        cmocka_unit_test(icmp_about_a_probe_saves_the_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
