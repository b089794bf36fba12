/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IP fragments of ESP in UDP, as they come by the outside: an input is a list of records of eight bytes, a
 * fragment each, of one of two versions of IP. Pieces of one datagram agree in nothing but what the input
 * says.
 */
#include "fuzz_gate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { F_MORE = 1, F_IP6 = 2, F_OTHER_SOURCE = 4, F_ESP = 8, F_LATER = 16, F_RAW_SUM = 32 };

#define RECORD_BYTES 8
#define PIECE_MAX    1480

struct fragment {
    uint8_t flags, id;
    uint16_t at, len;
    uint8_t fill;
};

static struct fragment fragment_read(struct base_reader *r)
{
    struct fragment f = {.flags = base_read_u8(r), .id = base_read_u8(r) % 4};
    f.at = (uint16_t)(base_read_u16(r) & 0x1fff);
    f.len = (uint16_t)(base_read_u16(r) % PIECE_MAX);
    f.fill = base_read_u8(r);
    base_read_u8(r);
    return f;
}

/* UDP to 4500 with an SPI at the front of the datagram, bytes of the input's choice behind. */
static void payload_fill(uint8_t *p, const struct fragment *f, uint32_t spi)
{
    memset(p, f->fill, f->len);
    if (f->at == 0 && f->len >= 16 && !(f->flags & F_ESP)) {
        dp_put16(p, 4500);
        dp_put16(p + 2, 4500);
        dp_put32(p + 8, spi);
    } else if (f->at == 0 && f->len >= 8) {
        dp_put32(p, spi);
    }
}

static size_t head4_write(uint8_t *ip, const struct fragment *f)
{
    const uint8_t from_to[8] = {192, 0, 2, f->flags & F_OTHER_SOURCE ? 77 : 1, 192, 0, 2, 2};
    memset(ip, 0, 20);
    ip[0] = 0x45;
    dp_put16(ip + 2, (uint16_t)(20 + f->len));
    dp_put16(ip + 4, f->id);
    dp_put16(ip + 6, (uint16_t)((f->flags & F_MORE ? 0x2000 : 0) | f->at));
    ip[8] = 64;
    ip[9] = f->flags & F_ESP ? 50 : 17;
    memcpy(ip + 12, from_to, sizeof from_to);
    if (!(f->flags & F_RAW_SUM))
        dp_store16(ip + 10, (uint16_t)~dp_cksum_fold(dp_ip4_sum20(ip)));
    return 20;
}

static size_t head6_write(uint8_t *ip, const struct fragment *f)
{
    const struct base_addr from = rig_ip(f->flags & F_OTHER_SOURCE ? "2001:db8::77" : "2001:db8::1");
    const struct base_addr to = rig_ip("2001:db8::2");
    memset(ip, 0, 48);
    ip[0] = 0x60;
    dp_put16(ip + 4, (uint16_t)(8 + f->len));
    ip[6] = 44;
    ip[7] = 64;
    memcpy(ip + 8, from.bytes, 16);
    memcpy(ip + 24, to.bytes, 16);
    ip[40] = f->flags & F_ESP ? 50 : 17;
    dp_put16(ip + 42, (uint16_t)(f->at << 3 | (f->flags & F_MORE ? 1 : 0)));
    dp_put32(ip + 44, f->id);
    return 48;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t ip[48 + PIECE_MAX];
    struct base_reader in = base_reader(base_span(data, size));
    struct rig r = gate_make();
    for (unsigned n = 0; n < 256 && base_reader_left(&in) >= RECORD_BYTES; n++) {
        const struct fragment f = fragment_read(&in);
        const size_t head = f.flags & F_IP6 ? head6_write(ip, &f) : head4_write(ip, &f);
        payload_fill(ip + head, &f, r.spi_b);
        rig_in(&r, &r.b, RIG_OUTSIDE,
               gate_frame(gate_mac(RIG_OUTSIDE), f.flags & F_IP6 ? 0x86dd : 0x0800,
                          base_span(ip, head + f.len)));
        if (f.flags & F_LATER)
            r.tsc += RIG_HZ;
        gate_drain(&r, NULL);
    }
    gate_control(&r, (base_time){BASE_NS_PER_S});
    gate_drain(&r, NULL);
    rig_free(&r);
    return 0;
}
