/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Frames from strangers and from inside: classified, forwarded, answered with ICMP, cut, sealed, dropped. An
 * input is a list of records: flags, length, bytes. What a gateway sends has a header of its own port, and no
 * packet leaves by the outside that is neither ESP nor from an address of the gateway.
 */
#include "fuzz_gate.h"
#include "wire_csum.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { F_OUTSIDE = 1, F_RAW = 2, F_IP_SUM = 4, F_ICMP_SUM = 8, F_CONTROL = 16 };

/* What strangers cannot be expected to guess: sums over what they sent. */
static void sums_fix(uint8_t *ip, size_t len, uint8_t flags)
{
    const size_t head = len >= 20 && ip[0] >> 4 == 4 ? 4u * (ip[0] & 15) : 0;
    if (head < 20 || head > len)
        return;
    if (flags & F_IP_SUM) {
        dp_put16(ip + 10, 0);
        dp_store16(ip + 10, (uint16_t)~dp_cksum_fold(wire_csum_add(0, base_span(ip, head))));
    }
    if (flags & F_ICMP_SUM && ip[9] == 1 && len >= head + 8) {
        dp_put16(ip + head + 2, 0);
        dp_store16(ip + head + 2,
                   (uint16_t)~dp_cksum_fold(wire_csum_add(0, base_span(ip + head, len - head))));
    }
}

static struct rte_mbuf *record_frame(struct base_reader *r, uint8_t flags, uint16_t port)
{
    static uint8_t bytes[UINT16_MAX];
    const size_t want = base_read_u16(r), left = base_reader_left(r);
    const struct base_span in = base_read_span(r, want < left ? want : left);
    if (in.len)
        memcpy(bytes, in.ptr, in.len);
    if (flags & F_RAW && in.len >= 14) {
        sums_fix(bytes + 14, in.len - 14, flags);
        struct rte_mbuf *m = gate_frame(gate_mac(port), 0, base_span(bytes + 14, in.len - 14));
        if (m)
            memcpy(rte_pktmbuf_mtod(m, uint8_t *), bytes, 14);
        return m;
    }
    sums_fix(bytes, in.len, flags);
    return gate_frame(gate_mac(port), in.len && bytes[0] >> 4 == 6 ? 0x86dd : 0x0800,
                      base_span(bytes, in.len));
}

static void look(uint16_t port, const struct rte_mbuf *m)
{
    static const uint8_t own[4] = {192, 0, 2, 2};
    const uint8_t *p = rte_pktmbuf_mtod(m, const uint8_t *);
    uint8_t mac[6];
    rig_mac(mac, gate_mac(port));
    gate_require(m->data_len >= 14 && memcmp(p + 6, mac, 6) == 0);
    if (port == RIG_OUTSIDE && dp_get16(p + 12) == 0x0800)
        gate_require(m->data_len >= 34 && memcmp(p + 14 + 12, own, 4) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct base_reader in = base_reader(base_span(data, size));
    struct rig r = gate_make();
    for (unsigned n = 0; n < 64 && base_reader_left(&in) >= 4; n++) {
        const uint8_t flags = base_read_u8(&in);
        const uint16_t port = flags & F_OUTSIDE ? RIG_OUTSIDE : RIG_INSIDE;
        struct rte_mbuf *m = record_frame(&in, flags, port);
        if (m)
            rig_in(&r, &r.b, port, m);
        gate_drain(&r, look);
        if (flags & F_CONTROL)
            gate_control(&r, (base_time){BASE_NS_PER_S * (n + 1)});
    }
    gate_control(&r, (base_time){BASE_NS_PER_S * 100});
    gate_drain(&r, look);
    rig_free(&r);
    return 0;
}
