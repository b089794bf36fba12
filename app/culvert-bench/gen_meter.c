/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Classifies by the bytes alone. It shares no code with the gateway that it measures.
 */
#include "gen_meter.h"

#include <netinet/in.h>
#include <string.h>

#include "gen_stamp.h"

#define ETH_BYTES   14
#define IP4_BYTES   20
#define UDP_BYTES   8
#define IKE_PORT    500
#define NATT_PORT   4500
#define FRAME_LEAST (ETH_BYTES + IP4_BYTES + UDP_BYTES)

static uint32_t meter_get16(const uint8_t *p)
{
    return (uint32_t)p[0] << 8 | p[1];
}

static uint32_t meter_get32(const uint8_t *p)
{
    return meter_get16(p) << 16 | meter_get16(p + 2);
}

int gen_meter_init(struct gen_meter *m, uint32_t sas)
{
    memset(m, 0, sizeof(*m));
    return gen_seq_init(&m->seq, sas);
}

void gen_meter_fini(struct gen_meter *m)
{
    gen_seq_fini(&m->seq);
}

void gen_meter_begin(struct gen_meter *m, const struct gen_expect *expect)
{
    struct gen_seq seq = m->seq;
    memset(m, 0, sizeof(*m));
    m->seq = seq;
    gen_seq_clear(&m->seq);
    m->expect = *expect;
}

static void meter_gap(struct gen_meter *m, uint64_t now)
{
    if (m->last && now - m->last > m->gap)
        m->gap = now - m->last;
    m->last = now;
}

/* The UDP payload of an IPv4 packet that holds `bytes`; NULL: it is another packet. */
static const uint8_t *meter_payload(const uint8_t *ip, uint32_t bytes, uint32_t *payload)
{
    if (bytes < IP4_BYTES + UDP_BYTES || ip[0] != 0x45 || ip[9] != IPPROTO_UDP)
        return NULL;
    uint32_t whole = meter_get16(ip + 2);
    if (whole > bytes || whole < IP4_BYTES + UDP_BYTES || meter_get16(ip + 24) != whole - IP4_BYTES)
        return NULL;
    *payload = whole - IP4_BYTES - UDP_BYTES;
    return ip + IP4_BYTES + UDP_BYTES;
}

/* A stamped packet, in clear or opened. False: it has no stamp. */
static bool meter_stamped(struct gen_meter *m, const uint8_t *ip, uint32_t bytes, uint64_t now,
                          bool is_opened)
{
    struct gen_stamp stamp;
    uint32_t payload;
    const uint8_t *p = meter_payload(ip, bytes, &payload);
    if (!p || !gen_stamp_read(&stamp, p, payload))
        return false;
    if (stamp.trial != m->expect.trial || stamp.stream != m->expect.stream) {
        m->stale++;
        return true;
    }
    if (payload > GEN_STAMP_BYTES && p[payload - 1] != METER_FILL) {
        m->damaged++;
        return true;
    }
    gen_hist_add(&m->latency, now > stamp.tsc ? now - stamp.tsc : 0);
    if (is_opened)
        return true;
    uint32_t addr = meter_get32(ip + (m->expect.is_sa_src ? 12 : 16));
    gen_seq_take(&m->seq, stamp.number, addr - m->expect.sa_base);
    m->clear++;
    m->clear_bytes += bytes + ETH_BYTES;
    meter_gap(m, now);
    return true;
}

/* Opens one of some ESP packets. False: it is stale. */
static bool meter_sample(struct gen_meter *m, const uint8_t *esp, uint32_t bytes, uint64_t now)
{
    uint8_t clear[METER_PKT_MAX];
    const uint64_t stale = m->stale;
    if (!m->expect.key || m->sealed % GEN_OPEN_EVERY)
        return true;
    uint32_t inner = meter_flow_open(m->expect.key, esp, bytes, clear);
    if (inner && meter_stamped(m, clear, inner, now, true))
        m->opened++;
    else
        m->unopened++;
    return m->stale == stale;
}

/* An ESP packet in a frame of so many bytes. */
static void meter_sealed(struct gen_meter *m, const uint8_t *esp, uint32_t esp_bytes, uint32_t bytes,
                         uint64_t now)
{
    if (!m->expect.is_sealed) {
        m->other++;
        return;
    }
    if (!meter_sample(m, esp, esp_bytes, now))
        return;
    m->sealed++;
    m->sealed_bytes += bytes;
    meter_gap(m, now);
}

static void meter_rest(struct gen_meter *m, const uint8_t *ip, uint32_t bytes)
{
    uint32_t payload;
    if (meter_get16(ip - 2) != 0x0800) {
        m->other++;
    } else if (meter_payload(ip, bytes, &payload) &&
               (meter_get16(ip + IP4_BYTES) == IKE_PORT || meter_get16(ip + IP4_BYTES) == NATT_PORT)) {
        m->ike++;
    } else if (ip[9] == IPPROTO_ICMP) {
        m->icmp++;
        m->icmp_type = ip[IP4_BYTES];
        m->icmp_code = ip[IP4_BYTES + 1];
    } else {
        m->other++;
    }
}

void gen_meter_take(struct gen_meter *m, const uint8_t *data, uint32_t bytes, uint64_t now)
{
    uint32_t esp_bytes;
    if (bytes < FRAME_LEAST) {
        m->other++;
        return;
    }
    const uint8_t *ip = data + ETH_BYTES, *esp = meter_flow_esp(data, bytes, &esp_bytes);
    if (esp) {
        meter_sealed(m, esp, esp_bytes, bytes, now);
    } else if (meter_get16(data + 12) != 0x0800 || !meter_stamped(m, ip, bytes - ETH_BYTES, now, false)) {
        meter_rest(m, ip, bytes - ETH_BYTES);
    }
}

uint64_t gen_meter_received(const struct gen_meter *m)
{
    return m->seq.received + m->sealed;
}
