/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * NAT detection and what follows from it (RFC 7296 2.23): which side is
 * behind a NAT, which public address the peer dialled, and following a peer whose mapping changed. Whether
 * a NAT is acceptable is decided by the exchanges.
 */
#include "ikev2_natd.h"

#include "base_addr.h"
#include "base_ration.h"
#include "base_span.h"
#include "base_time.h"
#include "ike_core.h"
#include "ike_natd.h"
#include "ike_path.h"
#include "ikev2_move.h"
#include "ikev2_msg.h"
#include "ikev2_request.h"
#include "ikev2_sa.h"
#include "wire_ike.h"

#define MOVES_AT_ONCE 4 /* then one a second: a NAT that reboots may move its peers twice in a moment */
#define ASK_PAUSE_NS  (10 * BASE_NS_PER_S) /* between liveness checks where copies of packets came from */

void ikev2_natd_put(struct ike *ike, struct wire_ike_builder *b, uint64_t spi_i, uint64_t spi_r,
                    const struct ike_path *path, bool fake)
{
    uint8_t h[IKE_NATD_HASH_BYTES];
    if (!ike_natd_hash(ike, spi_i, spi_r, &path->local.addr, path->local.port, h))
        return;
    /* What is never equal, and the same in each copy of a request, with a cookie and without (RFC 7296 2.6).
     */
    for (size_t i = 0; fake && i < sizeof h; i++)
        h[i] ^= 0xff;
    ikev2_msg_put_notify(b, WIRE_IKE_N_NAT_DETECTION_SOURCE_IP, base_span(h, sizeof h));
    if (ike_natd_hash(ike, spi_i, spi_r, &path->remote.addr, path->remote.port, h))
        ikev2_msg_put_notify(b, WIRE_IKE_N_NAT_DETECTION_DESTINATION_IP, base_span(h, sizeof h));
}

/* Whether one of the message's notifies of this type carries this hash; *seen: there was one at all. */
static bool natd_carries(const struct ikev2_msg *msg, uint16_t type, const uint8_t h[IKE_NATD_HASH_BYTES],
                         bool *seen)
{
    const struct wire_ike_pld *p;
    struct wire_ike_notification n;
    for (size_t i = 0; (p = wire_ike_plds_find(&msg->plds, WIRE_IKE_P_NOTIFY, i)) != NULL; i++) {
        if (wire_ike_notify_parse(p->body, &n) != WIRE_IKE_OK || n.type != type)
            continue;
        *seen = true;
        if (base_span_equal(n.data, base_span(h, IKE_NATD_HASH_BYTES)))
            return true;
    }
    return false;
}

/* The candidate that the peer's destination hash covers: what it dialled, seen through its eyes. */
static struct base_addr natd_dialled(struct ike *ike, const struct ikev2_msg *msg)
{
    const uint16_t ports[] = {msg->path->local.port, IKE_PORT_NATT, IKE_PORT};
    uint8_t h[IKE_NATD_HASH_BYTES];
    bool seen = false;
    for (size_t i = 0; i < ike->conf->n_public_addrs; i++)
        for (size_t j = 0; j < sizeof ports / sizeof *ports; j++)
            if (ike_natd_hash(ike, msg->hdr.spi_i, msg->hdr.spi_r, &ike->conf->public_addrs[i], ports[j],
                              h) &&
                natd_carries(msg, WIRE_IKE_N_NAT_DETECTION_DESTINATION_IP, h, &seen))
                return ike->conf->public_addrs[i];
    return (struct base_addr){0};
}

void ikev2_natd_check(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg)
{
    uint8_t h[IKE_NATD_HASH_BYTES];
    bool source_seen = false, dest_seen = false;
    struct ike_natd n = {.faked = sa->natd.faked};
    if (ike_natd_hash(ike, msg->hdr.spi_i, msg->hdr.spi_r, &msg->path->remote.addr, msg->path->remote.port,
                      h))
        n.remote_nat = !natd_carries(msg, WIRE_IKE_N_NAT_DETECTION_SOURCE_IP, h, &source_seen) && source_seen;
    if (ike_natd_hash(ike, msg->hdr.spi_i, msg->hdr.spi_r, &msg->path->local.addr, msg->path->local.port, h))
        n.local_nat = !natd_carries(msg, WIRE_IKE_N_NAT_DETECTION_DESTINATION_IP, h, &dest_seen) && dest_seen;
    n.seen = source_seen && dest_seen;
    if (n.local_nat)
        n.public_addr = natd_dialled(ike, msg);
    sa->natd = n;
}

static void natd_move(struct ike *ike, struct ikev2_sa *sa, const struct ike_path *to)
{
    if (!sa->stream.is_lost &&
        !base_ration_take(&sa->moved.ration, ike->now.ns, BASE_NS_PER_S, MOVES_AT_ONCE))
        return;
    if (sa->natd.remote_nat && !base_addr_equal(&sa->path.remote.addr, &to->remote.addr))
        sa->moved.has_addresses = true;
    ikev2_move_ike(ike, sa, to, false);
    ikev2_move_children(ike, sa);
    /* What was out went with the connection of before (RFC 9329 6.2). */
    if (to->tcp && sa->req.dgrams.count)
        ikev2_request_repeat(ike, sa);
}

/*
 * A peer behind a NAT moves without knowing it, and is followed at once. One that is not does so seldom,
 * while whoever sees its packets can send a copy from anywhere: it is asked there first (RFC 7296 2.4, 2.23).
 */
static void natd_go(struct ike *ike, struct ikev2_sa *sa, const struct ike_path *to)
{
    if (sa->natd.remote_nat || to->tcp) { /* who speaks TCP receives there */
        natd_move(ike, sa, to);
        return;
    }
    if (sa->state != IKEV2_ST_UP || sa->want.ask ||
        (sa->moved.asked_at.ns && base_time_since(ike->now, sa->moved.asked_at) < ASK_PAUSE_NS))
        return;
    sa->moved.to = *to;
    sa->moved.asked_at = ike->now;
    sa->want.ask = true;
    if (sa->req.dgrams.count && !sa->req.is_probe && !sa->req.is_elsewhere)
        sa->req.at = ike->now; /* what is out may have gone where nobody is any more */
    ikev2_sa_touch(ike, sa);
}

void ikev2_natd_answered(struct ike *ike, struct ikev2_sa *sa, const struct ike_path *path)
{
    if (sa->state == IKEV2_ST_UP && !ike_path_equal(&sa->path, path))
        natd_move(ike, sa, path);
}

void ikev2_natd_follow(struct ike *ike, struct ikev2_sa *sa, const struct ike_path *path)
{
    if (ike_path_equal(&sa->path, path) || (sa->state != IKEV2_ST_UP && sa->state != IKEV2_ST_REKEYED))
        return;
    /* Between UDP and TCP only MOBIKE leads (RFC 9329 5). */
    if (sa->path.tcp != path->tcp)
        return;
    /* With MOBIKE such messages may be tries of a path (RFC 4555 3.8). Not those by a connection of TCP,
     * which is opened in the place of the one before (RFC 9329 6.1). */
    if (sa->mobike.is_agreed && !path->tcp)
        return;
    /* From port 4500 there is no way back to 500: ESP in UDP lives there (RFC 7296 2.23). */
    if (sa->path.natt && !path->natt)
        return;
    natd_go(ike, sa, path);
}

void ikev2_natd_follow_esp(struct ike *ike, struct ikev2_sa *sa, const struct base_endpoint *remote)
{
    struct ike_path to = sa->path;
    if (base_endpoint_equal(&sa->path.remote, remote) || sa->state != IKEV2_ST_UP || sa->path.tcp)
        return;
    if (sa->mobike.is_agreed && (!sa->natd.remote_nat || sa->mobike.is_unproved))
        return;
    to.remote = *remote;
    /* Plain ESP has no port: only the address can have changed. */
    if (sa->way == ESP_WAY_ESP || remote->port == 0)
        to.remote.port = sa->path.remote.port;
    if (!ike_path_equal(&to, &sa->path))
        natd_go(ike, sa, &to);
}

void ikev2_natd_follow_stream(struct ike *ike, struct ikev2_sa *sa, const struct ike_path *from)
{
    struct ike_path to = *from;
    to.local.addr = sa->path.local.addr;
    if (sa->path.tcp && sa->state == IKEV2_ST_UP && !ike_path_equal(&sa->path, &to))
        natd_go(ike, sa, &to);
}
