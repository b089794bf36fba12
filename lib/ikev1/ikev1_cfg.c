/* SPDX-License-Identifier: BSD-3-Clause */
/* Inner addresses: leases for peers, attributes that tell them, and what a peer tells us. Sends nothing. */
#include "ikev1_cfg.h"

#include <errno.h>
#include <string.h>
#include "base_ts.h"
#include "explain.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ikev1_login.h"
#include "ikev1_sa.h"
#include "pool_book.h"
#include "wire_ike_cp.h"

#define CFG_INNER_MAX 2

static const uint8_t cfg_any[16];

/* ---- for a peer ---- */

static bool cfg_has(const struct ikev1_sa *sa, uint8_t family)
{
    for (uint32_t i = 0; i < sa->n_inner; i++)
        if (sa->inner[i].family == family)
            return true;
    return false;
}

/* The older SA that the peer has from the very place of this one, whose address goes over; or NULL. */
static const struct ikev1_sa *cfg_older(struct ike *ike, const struct ikev1_sa *sa)
{
    const struct ikev1_sa *o = NULL;
    while ((o = ikev1_sa_of_run(ike, sa->run, o)) != NULL)
        if (o != sa && o->n_inner > 0 && !o->inner_is_ours &&
            base_endpoint_equal(&o->path.remote, &sa->path.remote) &&
            ike_id_equal(ikev1_login_who(o), ikev1_login_who(sa)))
            break;
    return o;
}

/* Whoever asks for any means that one: another device of the same user, at another place, has others. */
static void cfg_take_over(const struct ikev1_sa *older, uint8_t family, struct pool_want *want)
{
    const bool is_any = want->asked.family == BASE_AF_NONE;
    want->takes_over = older != NULL;
    want->former = older ? older->id : 0;
    for (uint32_t i = 0; older && is_any && i < older->n_inner; i++)
        if (older->inner[i].family == family)
            want->asked = older->inner[i];
}

/* A pool of the configuration that is in force. NULL: one of a former that is not there any more. */
static const struct ike_pool_conf *cfg_pool(const struct ike *ike, const struct ikev1_sa *sa, size_t i)
{
    const size_t number = ike_conf_pool(ike->conf, sa->conn->pools[i]);
    return number < ike->conf->n_pools ? &ike->conf->pools[number] : NULL;
}

static int cfg_take_lease(struct ike *ike, const struct ikev1_sa *sa, uint8_t family,
                          const struct base_addr *asked, struct base_addr *out)
{
    struct pool_want want = {.id = ikev1_login_who(sa), .holder = sa->id, .now = ike->now};
    int rc = -ENOENT;
    if (memcmp(asked->bytes, cfg_any, sizeof cfg_any) != 0)
        want.asked = *asked;
    cfg_take_over(cfg_older(ike, sa), family, &want);
    for (size_t i = 0; i < sa->conn->n_pools && rc < 0; i++) {
        const struct ike_pool_conf *pool = cfg_pool(ike, sa, i);
        if (pool && base_ts_count(pool->ranges) && pool->ranges->list[0].lo.family == family)
            rc = pool_take(ike->pools, (size_t)(pool - ike->conf->pools), &want, out);
    }
    return rc;
}

bool ikev1_cfg_give(struct ike *ike, struct ikev1_sa *sa, const struct wire_v1_attrs *asked)
{
    static const struct {
        uint16_t type;
        uint8_t family;
    } kinds[CFG_INNER_MAX] = {{WIRE_IKE_CFG_IP4_ADDRESS, BASE_AF_IP4},
                              {WIRE_IKE_CFG_IP6_ADDRESS, BASE_AF_IP6}};
    struct wire_ike_cfg c = {.count = 0};
    int worst = -ENOENT;
    if (asked)
        wire_v1_attrs_to_cfg(asked, &c);
    for (size_t i = 0; i < CFG_INNER_MAX; i++) {
        const struct wire_ike_cfg_attr *a = wire_ike_cfg_find(&c, kinds[i].type, 0);
        const struct base_addr addr = a ? a->addr : (struct base_addr){0};
        if ((asked && !a) || cfg_has(sa, kinds[i].family) || sa->n_inner == CFG_INNER_MAX)
            continue;
        const int rc = cfg_take_lease(ike, sa, kinds[i].family, &addr, &sa->inner[sa->n_inner]);
        sa->n_inner += rc == 0;
        worst = rc < 0 && rc != -ENOENT ? rc : worst;
    }
    if (!sa->n_inner)
        explain_address(ike, ikev1_sa_about(sa),
                        worst == -ENOENT ? EXPLAIN_ADDRESS_FAMILY : EXPLAIN_ADDRESS_FULL);
    return sa->n_inner > 0;
}

static bool cfg_is_asked(const struct wire_v1_attrs *asked, uint16_t type)
{
    return !asked || wire_v1_attrs_find(asked, type);
}

static void cfg_tell_addr(struct ikev1_cfg *out, const struct wire_v1_attrs *asked, uint16_t type,
                          const struct base_addr *addr)
{
    if (cfg_is_asked(asked, type))
        wire_v1_attrs_add_long(&out->attrs, type, base_span(addr->bytes, base_addr_size(addr->family)));
}

/* Cisco's list of networks, IPv4 only, for clients that ask for it. */
static void cfg_tell_splits(struct base_writer *w, const struct ike_pool_conf *p)
{
    for (size_t i = 0; i < base_ts_count(p->subnets); i++) {
        const struct base_ts *ts = &p->subnets->list[i];
        if (ts->lo.family != BASE_AF_IP4 || w->cap - w->pos < WIRE_V1_SPLIT_BYTES)
            continue;
        base_write(w, ts->lo.bytes, 4);
        for (size_t k = 0; k < 4; k++)
            base_write_u8(w, (uint8_t) ~(ts->lo.bytes[k] ^ ts->hi.bytes[k]));
        base_write(w, cfg_any, WIRE_V1_SPLIT_BYTES - 8);
    }
}

static void cfg_tell_pool(struct ikev1_cfg *out, const struct wire_v1_attrs *asked,
                          const struct ike_pool_conf *p)
{
    for (size_t i = 0; i < p->n_dns; i++)
        cfg_tell_addr(out, asked,
                      p->dns[i].family == BASE_AF_IP4 ? WIRE_IKE_CFG_IP4_DNS : WIRE_IKE_CFG_IP6_DNS,
                      &p->dns[i]);
    for (size_t i = 0; i < p->n_nbns; i++)
        cfg_tell_addr(out, asked, WIRE_IKE_CFG_IP4_NBNS, &p->nbns[i]);
    if (p->n_domains && asked && cfg_is_asked(asked, WIRE_V1_ATTR_UNITY_DEF_DOMAIN))
        wire_v1_attrs_add_long(&out->attrs, WIRE_V1_ATTR_UNITY_DEF_DOMAIN,
                               base_span(p->domains[0], strlen(p->domains[0])));
}

void ikev1_cfg_tell(struct ike *ike, const struct ikev1_sa *sa, const struct wire_v1_attrs *asked,
                    struct ikev1_cfg *out)
{
    static const uint8_t mask[4] = {255, 255, 255, 255};
    struct base_writer w = base_writer(out->splits, sizeof out->splits);
    for (uint32_t i = 0; i < sa->n_inner; i++)
        cfg_tell_addr(out, NULL,
                      sa->inner[i].family == BASE_AF_IP4 ? WIRE_IKE_CFG_IP4_ADDRESS
                                                         : WIRE_IKE_CFG_IP6_ADDRESS,
                      &sa->inner[i]);
    if (cfg_has(sa, BASE_AF_IP4) && asked && cfg_is_asked(asked, WIRE_IKE_CFG_IP4_NETMASK))
        wire_v1_attrs_add_long(&out->attrs, WIRE_IKE_CFG_IP4_NETMASK, base_span(mask, sizeof mask));
    for (size_t i = 0; i < sa->conn->n_pools; i++) {
        const struct ike_pool_conf *pool = cfg_pool(ike, sa, i);
        if (!pool)
            continue;
        cfg_tell_pool(out, asked, pool);
        if (asked && cfg_is_asked(asked, WIRE_V1_ATTR_UNITY_SPLIT_INCLUDE))
            cfg_tell_splits(&w, pool);
    }
    if (w.pos)
        wire_v1_attrs_add_long(&out->attrs, WIRE_V1_ATTR_UNITY_SPLIT_INCLUDE, base_writer_span(&w));
}

/* ---- for us ---- */

void ikev1_cfg_want(const struct ikev1_sa *sa, struct wire_v1_attrs *out)
{
    for (size_t i = 0; i < sa->conn->n_virtual_addrs; i++) {
        const struct base_addr *want = &sa->conn->virtual_addrs[i];
        const bool is_4 = want->family == BASE_AF_IP4;
        const size_t size = memcmp(want->bytes, cfg_any, sizeof cfg_any) ? base_addr_size(want->family) : 0;
        wire_v1_attrs_add_long(out, is_4 ? WIRE_IKE_CFG_IP4_ADDRESS : WIRE_IKE_CFG_IP6_ADDRESS,
                               base_span(want->bytes, size));
        wire_v1_attrs_add_long(out, is_4 ? WIRE_IKE_CFG_IP4_DNS : WIRE_IKE_CFG_IP6_DNS, BASE_SPAN_NONE);
    }
}

static bool cfg_wants(const struct ike_conn_conf *conn, uint8_t family)
{
    for (size_t i = 0; i < conn->n_virtual_addrs; i++)
        if (conn->virtual_addrs[i].family == family)
            return true;
    return false;
}

bool ikev1_cfg_take(struct ike *ike, struct ikev1_sa *sa, const struct wire_v1_attrs *told)
{
    struct wire_ike_cfg c;
    wire_v1_attrs_to_cfg(told, &c);
    for (size_t i = 0; i < c.count; i++) {
        const struct wire_ike_cfg_attr *a = &c.list[i];
        const bool is_addr = a->type == WIRE_IKE_CFG_IP4_ADDRESS || a->type == WIRE_IKE_CFG_IP6_ADDRESS;
        if (is_addr && a->addr.family != BASE_AF_NONE && memcmp(a->addr.bytes, cfg_any, sizeof cfg_any) &&
            cfg_wants(sa->conn, a->addr.family) && !cfg_has(sa, a->addr.family) &&
            sa->n_inner < CFG_INNER_MAX) {
            sa->inner[sa->n_inner++] = a->addr;
            sa->inner_is_ours = true;
        }
    }
    if (!sa->n_inner)
        explain_address(ike, ikev1_sa_about(sa), EXPLAIN_ADDRESS_NOT_GIVEN);
    return sa->n_inner > 0;
}
