/* SPDX-License-Identifier: BSD-3-Clause */
/* Which way of NAT traversal, what it finds, and the ports after it. */
#include "ikev1_natt.h"

#include "base_addr.h"
#include "base_span.h"
#include "ike_core.h"
#include "ike_path.h"
#include "ikev1_msg.h"
#include "ikev1_sa.h"
#include "wire_v1.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The best first. */
static const enum wire_v1_vendor natt_ways[] = {WIRE_V1_V_NATT_RFC, WIRE_V1_V_NATT_03, WIRE_V1_V_NATT_02N,
                                                WIRE_V1_V_NATT_02};

void ikev1_natt_put_vendors(const struct ike *ike, const struct ikev1_sa *sa, struct wire_ike_builder *b)
{
    for (size_t i = 0; i < COUNT(natt_ways); i++)
        if (sa->is_initiator || sa->natt == natt_ways[i])
            wire_v1_put_vendor(b, natt_ways[i]);
    if (sa->is_initiator || ikev1_sa_knows(sa, WIRE_V1_V_DPD))
        wire_v1_put_vendor(b, WIRE_V1_V_DPD);
    if (ike->conf->fragment_bytes && (sa->is_initiator || ikev1_sa_knows(sa, WIRE_V1_V_FRAGMENTATION)))
        wire_v1_put_vendor(b, WIRE_V1_V_FRAGMENTATION);
    if (sa->is_initiator ? sa->conn->xauth != IKE_XAUTH_NO : ikev1_sa_knows(sa, WIRE_V1_V_XAUTH))
        wire_v1_put_vendor(b, WIRE_V1_V_XAUTH);
}

void ikev1_natt_take_vendors(struct ikev1_sa *sa, const struct ikev1_msg *msg)
{
    const struct wire_v1_pld *p;
    for (size_t i = 0; (p = wire_v1_plds_find(&msg->plds, WIRE_V1_P_VENDOR, i)) != NULL; i++)
        sa->vendors |= 1u << wire_v1_vendor_find(p->body);
    for (size_t i = 0; sa->natt == WIRE_V1_V_NONE && i < COUNT(natt_ways); i++)
        if (ikev1_sa_knows(sa, natt_ways[i]))
            sa->natt = natt_ways[i];
}

static bool natt_is_draft(const struct ikev1_sa *sa)
{
    return sa->natt != WIRE_V1_V_NATT_RFC;
}

/* HASH(CKY-I | CKY-R | IP | port) (RFC 3947 3.2). Empty: the library failed. */
static struct base_span natt_hash(struct ike *ike, const struct ikev1_sa *sa, const struct base_endpoint *e,
                                  uint8_t out[CRYPT_PRF_MAX])
{
    uint8_t buf[16 + 16 + 2];
    struct base_writer w = base_writer(buf, sizeof buf);
    base_write_u64(&w, sa->spi_i);
    base_write_u64(&w, sa->spi_r);
    base_write(&w, e->addr.bytes, base_addr_size((enum base_family)e->addr.family));
    base_write_u16(&w, e->port);
    const struct base_span all = base_writer_span(&w);
    return ike->env.crypto->hash((enum crypt_prf)sa->algs.prf->id, &all, 1, out) == 0
               ? base_span(out, sa->algs.prf->out_bytes)
               : BASE_SPAN_NONE;
}

void ikev1_natt_put(struct ike *ike, const struct ikev1_sa *sa, bool fake, struct wire_ike_builder *b)
{
    const uint8_t type = natt_is_draft(sa) ? WIRE_V1_P_NATD_DRAFT : WIRE_V1_P_NATD;
    uint8_t h[CRYPT_PRF_MAX];
    if (sa->natt == WIRE_V1_V_NONE)
        return;
    wire_ike_put_raw(b, type, natt_hash(ike, sa, &sa->path.remote, h));
    const struct base_span own = natt_hash(ike, sa, &sa->path.local, h);
    for (size_t i = 0; fake && i < own.len; i++)
        h[i] ^= 0xff;
    wire_ike_put_raw(b, type, own);
}

/* The address that the peer dialled, of those that a 1:1 NAT may map to us. */
static struct base_addr natt_dialled(struct ike *ike, const struct ikev1_sa *sa, struct base_span said)
{
    const uint16_t ports[] = {sa->path.local.port, IKE_PORT_NATT, IKE_PORT};
    uint8_t h[CRYPT_PRF_MAX];
    for (size_t i = 0; i < ike->conf->n_public_addrs; i++)
        for (size_t j = 0; j < COUNT(ports); j++) {
            const struct base_endpoint e = {ike->conf->public_addrs[i], ports[j]};
            if (base_span_equal(natt_hash(ike, sa, &e, h), said))
                return e.addr;
        }
    return (struct base_addr){0};
}

/* Whether a NAT is on the way, real or played. */
static bool natt_has_nat(const struct ikev1_sa *sa)
{
    return sa->natd.local_nat || sa->natd.remote_nat || sa->natd.faked;
}

void ikev1_natt_check(struct ike *ike, struct ikev1_sa *sa, const struct ikev1_msg *msg, bool faked)
{
    const uint8_t type = natt_is_draft(sa) ? WIRE_V1_P_NATD_DRAFT : WIRE_V1_P_NATD;
    const struct base_span first = ikev1_msg_body(msg, type, 0);
    const struct wire_v1_pld *p;
    struct ike_natd n = {.faked = faked};
    uint8_t h[CRYPT_PRF_MAX];
    if (sa->natt == WIRE_V1_V_NONE || !first.len)
        return;
    n.local_nat = !base_span_equal(natt_hash(ike, sa, &msg->path->local, h), first);
    if (n.local_nat)
        n.public_addr = natt_dialled(ike, sa, first);
    const struct base_span remote = natt_hash(ike, sa, &msg->path->remote, h);
    n.remote_nat = true;
    for (size_t i = 1; (p = wire_v1_plds_find(&msg->plds, type, i)) != NULL; i++) {
        n.seen = true;
        if (base_span_equal(p->body, remote))
            n.remote_nat = false;
    }
    if (!n.seen)
        return;
    sa->natd = n;
    sa->way = natt_has_nat(sa) ? ESP_WAY_UDP : ESP_WAY_ESP;
}

void ikev1_natt_float(struct ikev1_sa *sa)
{
    if (sa->path.natt || !natt_has_nat(sa))
        return;
    sa->path.local.port = sa->path.remote.port = IKE_PORT_NATT;
    sa->path.natt = true;
}

uint8_t ikev1_natt_oa(const struct ikev1_sa *sa)
{
    return natt_is_draft(sa) ? WIRE_V1_P_NATOA_DRAFT : WIRE_V1_P_NATOA;
}

uint16_t ikev1_natt_encap(const struct ikev1_sa *sa, bool is_transport)
{
    if (sa->way != ESP_WAY_UDP)
        return is_transport ? WIRE_V1_ENCAP_TRANSPORT : WIRE_V1_ENCAP_TUNNEL;
    if (natt_is_draft(sa))
        return is_transport ? WIRE_V1_ENCAP_UDP_TRANSPORT_DRAFT : WIRE_V1_ENCAP_UDP_TUNNEL_DRAFT;
    return is_transport ? WIRE_V1_ENCAP_UDP_TRANSPORT : WIRE_V1_ENCAP_UDP_TUNNEL;
}
