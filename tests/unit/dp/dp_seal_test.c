/* SPDX-License-Identifier: BSD-3-Clause */
/* The cipher of the outbound way: bursts of one class and of several, and a packet that the cipher refuses.
 */
#include "dp_way.h"

#include "sad_fast.h"

#define TUNNELS 2 /* to 10.2.0.20 with GCM, to 10.2.0.21 with CBC and HMAC */

static struct rig tunnels_make(uint32_t spi_a[TUNNELS])
{
    const struct crypt_alg *encr[] = {&rig_gcm128, crypt_alg_by_keyword("aes128")};
    const struct crypt_alg *integ[] = {NULL, crypt_alg_by_keyword("sha256")};
    struct rig r = rig_apart();
    for (unsigned i = 0; i < TUNNELS; i++) {
        struct esp_pair a = rig_pair(1, encr[i], integ[i], true, true);
        struct esp_pair b = rig_pair(2, encr[i], integ[i], true, true);
        a.remote_ts = b.local_ts = rig_ts(rig_text("10.2.0.%u/32", 20 + i));
        rig_neighbour(r.b.dp, RIG_INSIDE, rig_text("10.2.0.%u", 20 + i), 0x40 + i);
        rig_connect(&r, &a, &b);
        spi_a[i] = r.spi_a;
    }
    return r;
}

/* A burst whose packet i goes by tunnel which[i] and has 100 + i bytes; returns how many A sent, into out. */
static uint16_t burst_seal(struct rig *r, const char *which, struct rte_mbuf **out)
{
    uint16_t n = 0;
    for (; which[n]; n++)
        out[n] =
            rig_frame(0x11, "10.1.0.9", rig_text("10.2.0.%u", 20 + (unsigned)(which[n] == 'h')), 100u + n);
    dp_process(r->a.w, RIG_INSIDE, out, n, r->tsc);
    return dp_sink_take(r->a.w, RIG_OUTSIDE, out, DP_BURST_MAX);
}

static void whatever_the_order_of_classes_each_packet_opens_in_its_place(void **state)
{
    static const char *const orders[] = {
        "g", "h", "gg", "hh", "gh", "hg", "gghhgg", "ghghghgh", "hhhhhhhhhhhhg", "ghhhhhhhhhhhh"};
    uint32_t spi_a[TUNNELS];
    struct rig r = tunnels_make(spi_a);
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        struct rte_mbuf *burst[DP_BURST_MAX];
        const uint16_t n = burst_seal(&r, orders[i], burst);
        assert_int_equal(n, strlen(orders[i]));
        dp_process(r.b.w, RIG_OUTSIDE, burst, n, ++r.tsc);
        for (uint32_t k = 0; k < n; k++) {
            struct rte_mbuf *m = rig_out(&r.b, RIG_INSIDE);
            assert_non_null(m);
            assert_int_equal(m->pkt_len, 14 + 100 + k);
            rte_pktmbuf_free(m);
        }
    }
    rig_free(&r);
}

/* A key that the library does not take: what is under it must not leave as it is. */
static void what_the_cipher_refuses_is_dropped_and_the_others_go(void **state)
{
    uint32_t spi_a[TUNNELS];
    struct rig r = tunnels_make(spi_a);
    struct rte_mbuf *burst[DP_BURST_MAX];
    const struct sad_tables *tables = sad_tables(r.a.sad);
    struct sad_out *out = sad_out_at(tables, sad_slot_find(tables, spi_a[1]));
    memset(sad_out_key(out), 0, tables->key.end);
    assert_int_equal(burst_seal(&r, "ghhgh", burst), 2);
    assert_int_equal(rig_drops(&r.a, DP_DROP_crypto), 3);
    dp_process(r.b.w, RIG_OUTSIDE, burst, 2, ++r.tsc);
    for (uint32_t k = 0; k < 2; k++) {
        struct rte_mbuf *m = rig_out(&r.b, RIG_INSIDE);
        assert_non_null(m);
        assert_int_equal(m->pkt_len, 14 + 100 + 3 * k);
        rte_pktmbuf_free(m);
    }
    rig_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_the_order_of_classes_each_packet_opens_in_its_place),
        cmocka_unit_test(what_the_cipher_refuses_is_dropped_and_the_others_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
