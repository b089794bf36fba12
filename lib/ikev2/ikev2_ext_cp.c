/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Configuration payloads in IKE_AUTH (RFC 7296 2.19, 3.15; RFC 8598): as responder an address of each family
 * that is asked for, out of the connection's pools, and what the pools tell beside; as initiator the request
 * for ours.
 */
#include <errno.h>
#include <string.h>
#include "base_span.h"
#include "base_ts.h"
#include "eap.h"
#include "explain.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ike_grant.h"
#include "ikev2_close.h"
#include "ikev2_ext_rows.h"
#include "ikev2_init.h"
#include "ikev2_inner.h"
#include "ikev2_msg.h"
#include "ikev2_sa.h"
#include "pool_book.h"
#include "wire_ike_cp.h"

/* Attributes that are answered when they are asked for, as bits of ikev2_inner.asked. */
static const uint16_t cp_told[] = {
    WIRE_IKE_CFG_IP4_DNS,    WIRE_IKE_CFG_IP6_DNS,    WIRE_IKE_CFG_IP4_NBNS,   WIRE_IKE_CFG_IP4_SUBNET,
    WIRE_IKE_CFG_IP6_SUBNET, WIRE_IKE_CFG_DNS_DOMAIN, WIRE_IKE_CFG_IP4_SERVER, WIRE_IKE_CFG_IP6_SERVER,
};
#define CP_TOLD (sizeof cp_told / sizeof *cp_told)

/* ---- responder ---- */

/* The request of a message. 1: here it is; 0: there is none; -1: it is malformed. */
static int cp_request_of(const struct ikev2_msg *msg, struct wire_ike_cfg *out)
{
    const struct wire_ike_pld *p;
    for (size_t i = 0; (p = wire_ike_plds_find(&msg->plds, WIRE_IKE_P_CP, i)) != NULL; i++) {
        if (wire_ike_cfg_parse(p->body, out) != WIRE_IKE_OK)
            return -1;
        if (out->kind == WIRE_IKE_CFG_REQUEST)
            return 1;
    }
    return 0;
}

/* The latest SA with addresses that the peer has from the very place that this one comes from; or NULL. */
static const struct ikev2_sa *cp_older_here(struct ike *ike, const struct ikev2_sa *sa)
{
    const struct ikev2_sa *o = NULL;
    while ((o = ikev2_sa_of_peer(ike, sa->run, sa->remote_id, o)) != NULL)
        if (o != sa && o->inner && o->inner->is_ours &&
            base_endpoint_equal(&o->path.remote, &sa->path.remote))
            break;
    return o;
}

/*
 * A new SA of a peer gets an older one's address, where it takes its place: the peer says that it started
 * anew; or it asks from the same place for the address that it has there (reauthentication, RFC 7296 2.8.3).
 * Where newcomers replace, it gets it from the same place for any, too (as strongSwan's unique = replace,
 * whose clients ask for 0.0.0.0 again), and its one fixed address from anywhere. What SAs at other places
 * have stays theirs: they are other devices of the same name.
 */
static void cp_take_over(struct ike *ike, const struct ikev2_sa *sa, const struct ikev2_msg *msg,
                         bool is_fixed, struct pool_want *want)
{
    const bool replaces = sa->conn->unique == IKE_UNIQUE_REPLACE;
    const uint64_t holder =
        want->asked.family != BASE_AF_NONE ? pool_holder(ike->pools, &want->asked, sa->remote_id) : 0;
    const struct ikev2_sa *old = holder ? ikev2_sa_by_id(ike, holder) : NULL;
    if (old && !base_endpoint_equal(&old->path.remote, &sa->path.remote))
        old = NULL;
    if (!old && replaces)
        old = cp_older_here(ike, sa);
    const bool is_any = replaces && (is_fixed || ikev2_msg_has(msg, WIRE_IKE_N_INITIAL_CONTACT));
    want->takes_over = is_any || old;
    want->former = is_any ? 0 : old ? old->id : 0;
}

/* The pools that a peer has, by their numbers in the configuration of its SA. */
struct cp_pools {
    size_t n;
    const uint16_t *numbers;
};

static struct cp_pools cp_pools_of(const struct ikev2_sa *sa)
{
    const struct ike_grant *row = ike_grant_of(sa->conn, sa->remote_id);
    return row && row->n_pools ? (struct cp_pools){row->n_pools, row->pools}
                               : (struct cp_pools){sa->conn->n_pools, sa->conn->pool_numbers};
}

/* A pool of the configuration that is in force. NULL: one of a former that is not there any more. */
static const struct ike_pool_conf *cp_pool(const struct ike *ike, const struct ikev2_sa *sa, uint16_t number)
{
    const struct ike_conf *own = sa->conn->conf;
    const size_t now = own == ike->conf || number >= own->n_pools
                           ? number
                           : ike_conf_pool(ike->conf, own->pools[number].name);
    return now < ike->conf->n_pools ? &ike->conf->pools[now] : NULL;
}

/* 0 with an address from the first pool of its family that has one, else the errno of the last. */
static int cp_take(struct ike *ike, const struct ikev2_sa *sa, const struct pool_want *want,
                   enum base_family family, struct base_addr *out)
{
    const struct cp_pools all = cp_pools_of(sa);
    int rc = -ENOENT;
    for (size_t i = 0; i < all.n && rc < 0; i++) {
        const struct ike_pool_conf *pool = cp_pool(ike, sa, all.numbers[i]);
        if (pool && base_ts_count(pool->ranges) && pool->ranges->list[0].lo.family == family)
            rc = pool_take(ike->pools, (size_t)(pool - ike->conf->pools), want, out);
    }
    return rc;
}

/* The one that is this peer's by its row, else by the RADIUS server of this login; of no family: none. */
static struct base_addr cp_granted(const struct ikev2_sa *sa, enum base_family family)
{
    const struct ike_grant *row = ike_grant_of(sa->conn, sa->remote_id);
    for (size_t i = 0; row && i < row->n_addrs; i++)
        if (row->addrs[i].family == family)
            return row->addrs[i];
    const struct eap *e = sa->init ? sa->init->auth.eap : NULL;
    if (!e || !e->grant.ip4 || family != BASE_AF_IP4)
        return (struct base_addr){0};
    uint8_t bytes[4];
    struct base_writer w = base_writer(bytes, sizeof bytes);
    base_write_u32(&w, e->grant.ip4);
    return base_addr_from_bytes(BASE_AF_IP4, bytes);
}

/*
 * Another device of this identity that had the address would go on without an answer to its packets: its SA
 * is closed, so that it hears of that. At the place of this one it is this device, which ends it by itself.
 */
static int cp_take_fixed(struct ike *ike, const struct ikev2_sa *sa, const struct pool_want *want,
                         struct base_addr *out)
{
    const uint64_t holder = pool_holder(ike->pools, &want->asked, want->id);
    const int rc = pool_take_fixed(ike->pools, want);
    struct ikev2_sa *old = rc == 0 && holder != sa->id ? ikev2_sa_by_id(ike, holder) : NULL;
    *out = want->asked;
    if (old && !base_endpoint_equal(&old->path.remote, &sa->path.remote))
        ikev2_close(ike, old, "another SA of its identity, from elsewhere, has its inner address now");
    return rc;
}

/* An address of the family that an attribute asks for; *worst becomes the error that is worth a word. */
static void cp_give(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg,
                    const struct wire_ike_cfg_attr *a, enum base_family family, int *worst)
{
    static const uint8_t any[16];
    struct ikev2_inner *in = sa->inner;
    struct pool_want want = {.id = sa->remote_id, .holder = sa->id, .now = ike->now};
    if (memcmp(a->addr.bytes, any, sizeof any) != 0)
        want.asked = a->addr;
    const struct base_addr fixed = cp_granted(sa, family);
    if (fixed.family != BASE_AF_NONE)
        want.asked = fixed;
    const bool is_fixed = fixed.family != BASE_AF_NONE;
    cp_take_over(ike, sa, msg, is_fixed, &want);
    const int rc = is_fixed ? cp_take_fixed(ike, sa, &want, &in->addrs[in->n])
                            : cp_take(ike, sa, &want, family, &in->addrs[in->n]);
    in->n += rc == 0;
    if (rc < 0 && (*worst == 0 || rc != -ENOENT))
        *worst = rc;
}

static enum explain_address cp_why(int error)
{
    return error == -ENOENT  ? EXPLAIN_ADDRESS_FAMILY
           : error == -EBUSY ? EXPLAIN_ADDRESS_BUSY
                             : EXPLAIN_ADDRESS_FULL;
}

/* What the peer asks for is given now, before its child is made. */
static uint16_t cp_asked(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg)
{
    struct wire_ike_cfg c;
    int worst = 0;
    const int found = cp_request_of(msg, &c);
    if (found < 0) {
        explain_malformed(ike, ikev2_sa_about(sa), "a configuration payload");
        return WIRE_IKE_N_INVALID_SYNTAX;
    }
    if (!cp_pools_of(sa).n && !cp_granted(sa, BASE_AF_IP4).family)
        return 0;
    const struct wire_ike_cfg_attr *a4 = found ? wire_ike_cfg_find(&c, WIRE_IKE_CFG_IP4_ADDRESS, 0) : NULL;
    const struct wire_ike_cfg_attr *a6 = found ? wire_ike_cfg_find(&c, WIRE_IKE_CFG_IP6_ADDRESS, 0) : NULL;
    if (!a4 && !a6) {
        explain_address(ike, ikev2_sa_about(sa), EXPLAIN_ADDRESS_UNASKED);
        return sa->conn->address_required ? WIRE_IKE_N_FAILED_CP_REQUIRED : 0;
    }
    struct ikev2_inner *in = ikev2_inner_new(ike, sa);
    if (!in)
        return WIRE_IKE_N_INTERNAL_ADDRESS_FAILURE;
    in->is_ours = true;
    if (a4)
        cp_give(ike, sa, msg, a4, BASE_AF_IP4, &worst);
    if (a6)
        cp_give(ike, sa, msg, a6, BASE_AF_IP6, &worst);
    for (size_t i = 0; i < CP_TOLD; i++)
        in->asked |= wire_ike_cfg_find(&c, cp_told[i], 0) ? 1u << i : 0;
    if (worst && (worst != -ENOENT || !in->n))
        explain_address(ike, ikev2_sa_about(sa), cp_why(worst));
    return in->n ? 0 : WIRE_IKE_N_INTERNAL_ADDRESS_FAILURE;
}

static bool cp_has(const struct wire_ike_cfg *c, const struct wire_ike_cfg_attr *a)
{
    const struct wire_ike_cfg_attr *o;
    for (size_t i = 0; (o = wire_ike_cfg_find(c, a->type, i)) != NULL; i++)
        if (o->len == a->len && base_addr_equal(&o->addr, &a->addr) && base_span_equal(o->text, a->text))
            return true;
    return false;
}

/* Adds what was asked for, and stands there not yet. */
static void cp_tell(const struct ikev2_inner *in, struct wire_ike_cfg *c, uint16_t type,
                    const struct wire_ike_cfg_attr *value)
{
    struct wire_ike_cfg_attr a = *value;
    a.type = type;
    for (size_t i = 0; i < CP_TOLD; i++)
        if (cp_told[i] == type && (in->asked & 1u << i) && !cp_has(c, &a))
            wire_ike_cfg_add(c, &a);
}

static void cp_tell_addr(const struct ikev2_inner *in, struct wire_ike_cfg *c, uint16_t type4, uint16_t type6,
                         const struct base_addr *addr)
{
    const struct wire_ike_cfg_attr a = {.addr = *addr};
    if (addr->family != BASE_AF_NONE)
        cp_tell(in, c, addr->family == BASE_AF_IP4 ? type4 : type6, &a);
}

/* A network that is written as one, so that it is a prefix here, too. */
static void cp_tell_subnet(const struct ikev2_inner *in, struct wire_ike_cfg *c, const struct base_ts *ts)
{
    struct wire_ike_cfg_attr a = {.addr = ts->lo};
    for (size_t i = 0; i < base_addr_size(ts->lo.family); i++)
        a.len += (uint8_t)(8 - __builtin_popcount(ts->lo.bytes[i] ^ ts->hi.bytes[i]));
    cp_tell(in, c, ts->lo.family == BASE_AF_IP4 ? WIRE_IKE_CFG_IP4_SUBNET : WIRE_IKE_CFG_IP6_SUBNET, &a);
}

static void cp_tell_pool(const struct ikev2_inner *in, struct wire_ike_cfg *c, const struct ike_pool_conf *p)
{
    for (size_t i = 0; i < p->n_dns; i++)
        cp_tell_addr(in, c, WIRE_IKE_CFG_IP4_DNS, WIRE_IKE_CFG_IP6_DNS, &p->dns[i]);
    for (size_t i = 0; i < p->n_nbns; i++)
        cp_tell_addr(in, c, WIRE_IKE_CFG_IP4_NBNS, WIRE_IKE_CFG_IP4_NBNS, &p->nbns[i]);
    cp_tell_addr(in, c, WIRE_IKE_CFG_IP4_SERVER, WIRE_IKE_CFG_IP6_SERVER, &p->server);
    for (size_t i = 0; i < base_ts_count(p->subnets); i++)
        cp_tell_subnet(in, c, &p->subnets->list[i]);
    for (size_t i = 0; i < p->n_domains; i++)
        cp_tell(in, c, WIRE_IKE_CFG_DNS_DOMAIN,
                &(struct wire_ike_cfg_attr){.text = base_span(p->domains[i], strlen(p->domains[i]))});
}

static void cp_answer(struct ike *ike, struct ikev2_sa *sa, struct wire_ike_builder *b)
{
    struct wire_ike_cfg c = {.kind = WIRE_IKE_CFG_REPLY};
    struct ikev2_inner *in = sa->inner;
    if (!in || !in->is_ours || !in->n)
        return;
    for (size_t i = 0; i < in->n; i++)
        wire_ike_cfg_add(&c, &(struct wire_ike_cfg_attr){.type = in->addrs[i].family == BASE_AF_IP4
                                                                     ? WIRE_IKE_CFG_IP4_ADDRESS
                                                                     : WIRE_IKE_CFG_IP6_ADDRESS,
                                                         .len = 128,
                                                         .addr = in->addrs[i]});
    const struct cp_pools all = cp_pools_of(sa);
    for (size_t i = 0; i < all.n; i++) {
        const struct ike_pool_conf *pool = cp_pool(ike, sa, all.numbers[i]);
        if (pool)
            cp_tell_pool(in, &c, pool);
    }
    in->asked = 0;
    wire_ike_put_cfg(b, &c);
}

/* ---- initiator ---- */

/* What we ask for: the address that we have by the SA that this one is to replace, else as configured. */
static struct base_addr cp_wanted(struct ike *ike, const struct ikev2_sa *sa, const struct base_addr *conf)
{
    const struct ikev2_sa *old = sa->again.of ? ikev2_sa_by_id(ike, sa->again.of) : NULL;
    const struct ikev2_inner *in = old ? old->inner : NULL;
    for (size_t i = 0; in && !in->is_ours && i < in->n; i++)
        if (in->addrs[i].family == conf->family)
            return in->addrs[i];
    return *conf;
}

static void cp_ask(struct ike *ike, struct ikev2_sa *sa, struct wire_ike_builder *b)
{
    static const uint16_t with4[] = {WIRE_IKE_CFG_IP4_DNS, WIRE_IKE_CFG_IP4_SUBNET},
                          with6[] = {WIRE_IKE_CFG_IP6_DNS, WIRE_IKE_CFG_IP6_SUBNET};
    struct wire_ike_cfg c = {.kind = WIRE_IKE_CFG_REQUEST};
    static const uint8_t any[16];
    for (size_t i = 0; i < sa->conn->n_virtual_addrs; i++) {
        const struct base_addr want = cp_wanted(ike, sa, &sa->conn->virtual_addrs[i]);
        const bool is_4 = want.family == BASE_AF_IP4;
        struct wire_ike_cfg_attr a = {.type = is_4 ? WIRE_IKE_CFG_IP4_ADDRESS : WIRE_IKE_CFG_IP6_ADDRESS,
                                      .len = 128};
        if (memcmp(want.bytes, any, sizeof any) != 0)
            a.addr = want;
        wire_ike_cfg_add(&c, &a);
        for (size_t k = 0; k < 2; k++)
            wire_ike_cfg_add(&c, &(struct wire_ike_cfg_attr){.type = is_4 ? with4[k] : with6[k]});
    }
    if (c.count)
        wire_ike_put_cfg(b, &c);
}

static bool cp_wants(const struct ike_conn_conf *conn, enum base_family family)
{
    for (size_t i = 0; i < conn->n_virtual_addrs; i++)
        if (conn->virtual_addrs[i].family == family)
            return true;
    return false;
}

/* One of each family that was asked for; what a peer gives unasked is not taken. */
static void cp_take_addr(const struct ikev2_sa *sa, struct ikev2_inner *in, const struct base_addr *addr)
{
    for (size_t i = 0; i < in->n; i++)
        if (in->addrs[i].family == addr->family)
            return;
    if (in->n < IKEV2_INNER_MAX && cp_wants(sa->conn, (enum base_family)addr->family))
        in->addrs[in->n++] = *addr;
}

static void cp_take_reply(const struct ikev2_sa *sa, struct ikev2_inner *in, const struct wire_ike_cfg *c)
{
    struct base_ts_list subnets = {.count = 0};
    for (size_t i = 0; i < c->count; i++) {
        const struct wire_ike_cfg_attr *a = &c->list[i];
        const bool is_addr = a->type == WIRE_IKE_CFG_IP4_ADDRESS || a->type == WIRE_IKE_CFG_IP6_ADDRESS;
        const bool is_dns = a->type == WIRE_IKE_CFG_IP4_DNS || a->type == WIRE_IKE_CFG_IP6_DNS;
        const bool is_net = a->type == WIRE_IKE_CFG_IP4_SUBNET || a->type == WIRE_IKE_CFG_IP6_SUBNET;
        if (a->addr.family == BASE_AF_NONE)
            continue;
        if (is_addr)
            cp_take_addr(sa, in, &a->addr);
        else if (is_dns && in->n_dns < IKEV2_INNER_DNS)
            in->dns[in->n_dns++] = a->addr;
        else if (is_net) {
            struct base_ts *t = &subnets.list[subnets.count++];
            *t = (struct base_ts){.port_hi = UINT16_MAX};
            base_prefix_range(&(struct base_prefix){a->addr, a->len}, &t->lo, &t->hi);
        }
    }
    (void)base_ts_set(&in->subnets, subnets.count ? &subnets : NULL);
}

static uint16_t cp_answered(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg)
{
    const struct wire_ike_pld *p = wire_ike_plds_find(&msg->plds, WIRE_IKE_P_CP, 0);
    struct wire_ike_cfg c;
    if (!sa->conn->n_virtual_addrs)
        return 0;
    struct ikev2_inner *in = ikev2_inner_new(ike, sa);
    if (!in)
        return WIRE_IKE_N_TS_UNACCEPTABLE;
    if (p && wire_ike_cfg_parse(p->body, &c) != WIRE_IKE_OK)
        explain_malformed(ike, ikev2_sa_about(sa), "a configuration payload");
    else if (p && c.kind == WIRE_IKE_CFG_REPLY)
        cp_take_reply(sa, in, &c);
    /* An error notify instead says it in its own words. */
    if (!in->n && !ikev2_msg_error(msg, NULL))
        explain_address(ike, ikev2_sa_about(sa), EXPLAIN_ADDRESS_NOT_GIVEN);
    return 0;
}

const struct ikev2_ext ikev2_ext_cp = {
    .name = "addresses",
    .rfc = "RFC 7296 2.19",
    .put = {[IKEV2_EXT_AUTH_ASK] = cp_ask, [IKEV2_EXT_AUTH_ANSWER] = cp_answer},
    .take = {[IKEV2_EXT_AUTH_ASK] = cp_asked, [IKEV2_EXT_AUTH_ANSWER] = cp_answered},
};
