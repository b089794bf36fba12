/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ARP and neighbour discovery: what neighbours and strangers on a link say, questions of the gateway's own by
 * packets to addresses that it does not know, and time. An input is a list of records: flags, kind, seconds,
 * bytes. No word of others changes what an address of the gateway's own leads to, and no more is known than
 * there is room for.
 */
#include "fuzz_gate.h"
#include "wire_csum.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum kind { KIND_ARP, KIND_ND, KIND_ASK, KIND_RAW_ARP, KIND_RAW_ND, KINDS };

#define BODY       24
#define NEIGHS_MAX 100000

/* An ARP packet whose addresses are of the input's choice, near to those that matter. */
static size_t arp_write(uint8_t *p, struct base_span body)
{
    static const uint8_t head[] = {0, 1, 8, 0, 6, 4, 0};
    const uint8_t *b = body.ptr;
    memcpy(p, head, sizeof head);
    p[7] = 1 + b[0] % 2;
    rig_mac(p + 8, b[1]);
    memcpy(p + 14, (const uint8_t[]){192, 0, b[2] % 8 ? 2 : b[2], b[3]}, 4);
    rig_mac(p + 18, b[4]);
    memcpy(p + 24, (const uint8_t[]){192, 0, 2, b[5] % 2 ? 2 : b[6]}, 4);
    return 28;
}

/* Neighbour solicitation or advertisement with options, and the checksum that it needs. */
static size_t nd_write(uint8_t *p, struct base_span body)
{
    const uint8_t *b = body.ptr;
    const struct base_addr from = rig_ip(b[0] % 4 ? rig_text("2001:db8::%u", b[1]) : "::");
    const struct base_addr to = rig_ip(b[2] % 2 ? "2001:db8::2" : "ff02::1:ff00:2");
    const struct base_addr target = rig_ip(rig_text("2001:db8::%u", b[3] % 2 ? 2 : b[4]));
    const size_t options = 8u * (b[5] % 3), len = 24 + options;
    memset(p, 0, 40 + len);
    p[0] = 0x60;
    dp_put16(p + 4, (uint16_t)len);
    p[6] = 58;
    p[7] = b[6] % 8 ? 255 : 64;
    memcpy(p + 8, from.bytes, 16);
    memcpy(p + 24, to.bytes, 16);
    p[40] = 135 + b[7] % 2;
    p[44] = b[8];
    memcpy(p + 48, target.bytes, 16);
    memcpy(p + 64, b + 9, options < 15 ? options : 15);
    const uint64_t pseudo = (uint64_t)__builtin_bswap16((uint16_t)len) + __builtin_bswap16(58);
    uint64_t sum = wire_csum_add(pseudo, base_span(p + 8, 32));
    sum = wire_csum_add(sum, base_span(p + 40, len));
    dp_store16(p + 42, (uint16_t)~dp_cksum_fold(sum));
    return 40 + len;
}

static void record_run(struct rig *r, enum kind kind, uint16_t port, struct base_span body)
{
    static uint8_t p[128];
    struct rte_mbuf *m = NULL;
    switch (kind) {
    case KIND_ARP:
        m = gate_frame(gate_mac(port), 0x0806, base_span(p, arp_write(p, body)));
        break;
    case KIND_ND:
        m = gate_frame(gate_mac(port), 0x86dd, base_span(p, nd_write(p, body)));
        break;
    case KIND_ASK:
        m = rig_frame(0x12, "10.2.0.9", rig_text("10.2.0.%u", body.ptr[0]), 40);
        port = RIG_INSIDE;
        break;
    case KIND_RAW_ARP:
        m = gate_frame(gate_mac(port), 0x0806, body);
        break;
    default:
        m = gate_frame(gate_mac(port), 0x86dd, body);
        break;
    }
    if (m)
        rig_in(r, &r->b, port, m);
}

static void neighbours_check(const struct rig *r)
{
    struct dp_neigh_view v;
    uint32_t cursor = 0, n = 0;
    while (dp_neigh_next(r->b.dp, &cursor, &v)) {
        gate_require(!dp_addr_is_own(r->b.dp, &v.addr) || !v.is_resolved);
        n++;
    }
    gate_require(n <= NEIGHS_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct base_reader in = base_reader(base_span(data, size));
    struct rig r = gate_make();
    base_time now = {BASE_NS_PER_S};
    for (unsigned n = 0; n < 128 && base_reader_left(&in) >= 3 + BODY; n++) {
        const uint8_t flags = base_read_u8(&in), kind = base_read_u8(&in), wait = base_read_u8(&in);
        const struct base_span body = base_read_span(&in, BODY);
        record_run(&r, kind % KINDS, flags & 1 ? RIG_OUTSIDE : RIG_INSIDE, body);
        now.ns += wait * (flags & 2 ? BASE_NS_PER_S : BASE_NS_PER_S / 1000);
        gate_control(&r, now);
        gate_drain(&r, NULL);
        neighbours_check(&r);
    }
    rig_free(&r);
    return 0;
}
