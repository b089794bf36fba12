/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The way between the two sides: what each NAT did, proved by the hashes of NAT detection (RFC 7296 2.23),
 * how long its mapping lives, what ports let through and how large packets may be.
 */
#include "doctor_row.h"

#include <inttypes.h>

#define MAPPING_LIFE_S    30 /* after which many NATs forget a UDP mapping without traffic */
#define MAPPING_MOVES_MIN 2  /* one may be a reboot */

static bool has_natd(const struct ike_sa_view *v)
{
    return v->local_nat || v->remote_nat || v->local_hash_matches || v->remote_hash_matches;
}

static void nat_ours(const struct ike_sa_view *v, struct doctor_finding *d)
{
    char at[BASE_ENDPOINT_TEXT_MAX], dialled[BASE_ADDR_TEXT_MAX];
    base_endpoint_text(&v->path.local, at);
    if (!v->local_nat)
        doctor_say(d, DOCTOR_SEEN, "no NAT is in front of us: the peer's hash covers our own %s. ", at);
    else if (v->public_addr.family != BASE_AF_NONE)
        doctor_say(
            d, DOCTOR_SEEN,
            "a NAT is in front of us: the peer's hash covers %s, which it dialled and which arrived at %s. ",
            base_addr_text(&v->public_addr, dialled), at);
    else
        doctor_say(
            d, DOCTOR_SEEN,
            "a NAT is in front of us: the peer's hash covers another address than %s (or the peer forces "
            "encapsulation). ",
            at);
}

void doctor_path_nat(const struct doctor_conn *f, struct doctor_report *report)
{
    char seen[BASE_ENDPOINT_TEXT_MAX];
    const struct ike_sa_view *v = f->sa;
    if (!v || !has_natd(v))
        return;
    const bool is_unknown = v->local_nat && v->public_addr.family == BASE_AF_NONE && !f->conf->n_public_addrs;
    struct doctor_finding *d = doctor_add(report, "nat", is_unknown ? DOCTOR_NOTE : DOCTOR_OK);
    nat_ours(v, d);
    base_endpoint_text(&v->path.remote, seen);
    doctor_say(d, DOCTOR_SEEN,
               v->remote_nat
                   ? "A NAT is in front of the peer (or it forces encapsulation): it calls itself something "
                     "else than %s."
                   : "No NAT is in front of the peer: its hash covers %s.",
               seen);
    doctor_say(d, DOCTOR_MEANS, "ESP goes by %s.", esp_way_name(v->way));
    if (is_unknown)
        doctor_say(d, DOCTOR_HERE,
                   "nat.public_addresses: list our public addresses, to learn which one was dialled");
}

void doctor_path_mapping(const struct doctor_conn *f, struct doctor_report *report)
{
    char at[BASE_ENDPOINT_TEXT_MAX];
    const struct ike_sa_view *v = f->sa;
    if (!v || !v->remote_nat || v->moves < MAPPING_MOVES_MIN || v->n_places > 0)
        return;
    const uint64_t age = base_time_since(f->now, v->established_at) / BASE_NS_PER_S;
    if (age / v->moves > 30 * 60)
        return; /* as often as providers renew addresses */
    struct doctor_finding *d = doctor_add(report, "mapping-forgotten", DOCTOR_WARNING);
    doctor_say(d, DOCTOR_SEEN,
               "the peer came back from another port or address %" PRIu32 " times in %" PRIu64
               " s; now it is at %s",
               v->moves, age, base_endpoint_text(&v->path.remote, at));
    doctor_say(
        d, DOCTOR_MEANS,
        "The NAT in front of it forgets its mapping sooner than the peer's keepalive comes. Each time, what "
        "we send is lost until the peer speaks again.");
    doctor_say(d, DOCTOR_PEER,
               "a keepalive that is shorter than the NAT's timeout (strongSwan: charon.keep_alive = 10s), or "
               "a longer "
               "timeout for UDP in that NAT");
}

void doctor_path_keepalive(const struct doctor_conn *f, struct doctor_report *report)
{
    const struct ike_sa_view *v = f->sa;
    const uint32_t s = f->conn->keepalive_s;
    const bool is_natted = v ? v->local_nat : f->conf->n_public_addrs > 0;
    if (!is_natted || (v && v->path.tcp) || (s != 0 && s < MAPPING_LIFE_S))
        return;
    struct doctor_finding *d = doctor_add(report, "keepalive-too-slow", DOCTOR_WARNING);
    if (s == 0)
        doctor_say(d, DOCTOR_SEEN, "we are behind a NAT, and connections.%s.keepalive_s is 0", f->conn->name);
    else
        doctor_say(d, DOCTOR_SEEN, "we are behind a NAT, and send a keepalive every %" PRIu32 " s only", s);
    doctor_say(d, DOCTOR_MEANS,
               "Many NATs forget a UDP mapping after %u s without traffic; then what the peer sends is lost "
               "until we "
               "speak again.",
               MAPPING_LIFE_S);
    doctor_say(d, DOCTOR_HERE, "connections.%s.keepalive_s: 20", f->conn->name);
}

static const char *const asks[DOCTOR_ASKS] = {
    [DOCTOR_UDP_500] = "UDP 500", [DOCTOR_UDP_4500] = "UDP 4500", [DOCTOR_TCP_4500] = "TCP 4500"};

/* One port of two gives no answer while the other one does: that port, and not the peer, is the trouble. */
static struct doctor_finding *heard_one(const struct doctor_conn *f, struct doctor_report *report,
                                        enum doctor_ask other, enum doctor_ask mute)
{
    struct doctor_finding *d =
        doctor_add(report, mute == DOCTOR_UDP_500 ? "udp-500-blocked" : "udp-4500-blocked", DOCTOR_FAULT);
    doctor_say(d, DOCTOR_SEEN, "the peer answers on %s and not on %s", asks[other], asks[mute]);
    if (f->heard[mute] == DOCTOR_REFUSED)
        doctor_say(d, DOCTOR_MEANS, "Something at its address says that nobody takes %s there.", asks[mute]);
    else
        doctor_say(d, DOCTOR_MEANS, "It is there, and a firewall or NAT on the way drops %s.", asks[mute]);
    if (mute == DOCTOR_UDP_4500)
        doctor_say(d, DOCTOR_MEANS, " IKE and ESP go there as soon as there is a NAT.");
    return d;
}

/* A connection that goes by TCP, always or where nobody answers by UDP. */
static void heard_tcp(const struct doctor_conn *f, struct doctor_report *report, bool is_udp_mute)
{
    const enum doctor_heard t = f->heard[DOCTOR_TCP_4500];
    const bool is_needed =
        f->conn->tcp == IKE_TCP_ALWAYS || (f->conn->tcp == IKE_TCP_FALLBACK && is_udp_mute);
    if (!is_needed || f->conn->tcp_port != IKE_PORT_NATT || t == DOCTOR_ANSWERED || t == DOCTOR_NOT_ASKED)
        return;
    struct doctor_finding *d = doctor_add(report, "tcp-4500-blocked", DOCTOR_FAULT);
    doctor_say(d, DOCTOR_SEEN, "the connection goes by TCP, and the peer's TCP 4500 is %s",
               doctor_heard_name(t));
    doctor_say(d, DOCTOR_MEANS, "%s",
               t == DOCTOR_REFUSED ? "Somebody is there and does not listen for IKE over TCP (RFC 9329)."
                                   : "A firewall or NAT on the way drops it, or the peer is down.");
    doctor_say(d, DOCTOR_HERE, "connections.%s.remote.tcp_port, as the peer has it", f->conn->name);
    doctor_say(d, DOCTOR_PEER,
               "let it listen (Culvert: \"tcp\": { \"listen\": [4500] }) and let TCP 4500 in");
}

void doctor_path_heard(const struct doctor_conn *f, struct doctor_report *report)
{
    const enum doctor_heard a = f->heard[DOCTOR_UDP_500], b = f->heard[DOCTOR_UDP_4500],
                            t = f->heard[DOCTOR_TCP_4500];
    if (a == DOCTOR_NOT_ASKED && b == DOCTOR_NOT_ASKED)
        return;
    struct doctor_finding *d = doctor_add(report, "ports", DOCTOR_OK);
    doctor_say(d, DOCTOR_SEEN, "asked just now from here: UDP 500 %s, UDP 4500 %s, TCP 4500 %s",
               doctor_heard_name(a), doctor_heard_name(b), doctor_heard_name(t));
    if (a != DOCTOR_ANSWERED && b != DOCTOR_ANSWERED) {
        d->level = DOCTOR_NOTE;
        doctor_say(d, DOCTOR_MEANS,
                   "Nothing of IKE answered: the peer is down, the address is wrong, a firewall drops both "
                   "ports, or "
                   "it does not answer strangers.");
    }
    heard_tcp(f, report, a != DOCTOR_ANSWERED && b != DOCTOR_ANSWERED);
    if (a == DOCTOR_ANSWERED && b != DOCTOR_ANSWERED) {
        d = heard_one(f, report, DOCTOR_UDP_500, DOCTOR_UDP_4500);
        doctor_say(d, DOCTOR_PEER, "let UDP 4500 in as well, and through its NAT");
    } else if (b == DOCTOR_ANSWERED && a != DOCTOR_ANSWERED && f->conn->remote_port != IKE_PORT_NATT) {
        d = heard_one(f, report, DOCTOR_UDP_4500, DOCTOR_UDP_500);
        doctor_say(d, DOCTOR_HERE, "connections.%s.remote.port: 4500, which begins there", f->conn->name);
        doctor_say(d, DOCTOR_PEER, "or let UDP 500 in, and through its NAT");
    }
}

void doctor_path_mtu(const struct doctor_conn *f, struct doctor_report *report)
{
    const struct ike_sa_view *v = f->sa;
    if (!v || v->path_mtu == 0)
        return;
    struct doctor_finding *d = doctor_add(report, "path-mtu", DOCTOR_OK);
    doctor_say(d, DOCTOR_SEEN, "the path to the peer carries packets of %u bytes, as known by %s",
               v->path_mtu, ike_mtu_by_name(v->mtu_by));
}
