/* SPDX-License-Identifier: BSD-3-Clause */
/* What bypasses say of a packet, and whether the way that it came by allows it. It sends and drops nothing.
 */
#include "dp_bypass.h"

#include "dp_first.h"
#include "dp_flow.h"
#include "dp_inner.h"
#include "dp_nexthop.h"
#include "dp_own.h"
#include "dp_worker.h"

/* Whether a packet to this address would leave where peers are. */
static bool is_outside(const struct dp_worker *w, const uint8_t *addr, bool is6)
{
    return dp_leads_outside(w, &w->adjs[dp_fib_find(w->fib, is6, addr)]);
}

/* Whether it is to an address that the host has by an SA, and by that alone. */
static bool is_for_inner(const struct dp_worker *w, const uint8_t *ip, bool is6)
{
    return dp_inner_port(w->dp, ip + wire_ip_dst_at(is6), is6) != DP_PORT_NONE;
}

/* Whether only its ports make it one of a bypass, so that its later fragments are none by themselves. */
static bool is_by_ports(const struct dp_worker *w, const struct sad_flow *flow)
{
    struct sad_flow bare = *flow;
    bare.has_ports = false;
    return !sad_spd_is_bypass(sad_spd_lookup(w->tables, &bare));
}

uint32_t dp_bypass_find(const struct dp_worker *w, uint16_t port, const uint8_t *ip, uint32_t len, bool is6)
{
    struct sad_flow flow;
    struct dp_fragment fragment;
    dp_flow_fill_fragment(&flow, &fragment, ip, len, is6, false);
    if (flow.is_later)
        (void)dp_first_find(w->firsts, DP_FIRST_OUTSIDE, &flow, &fragment, w->now_tsc);
    uint32_t verdict = sad_spd_lookup(w->tables, &flow);
    if (!sad_spd_is_bypass(verdict) && dp_flow_fill_quoted(&flow, ip, len, is6, false))
        verdict = sad_spd_lookup(w->tables, &flow);
    if (!sad_spd_is_bypass(verdict) || is_for_inner(w, ip, is6))
        return SAD_SPD_NONE;
    if (!dp_is_outside(w->dp, port))
        return verdict;
    if (!sad_spd_is_back(verdict) || !is_outside(w, ip + wire_ip_src_at(is6), is6) ||
        !is_outside(w, flow.local, is6))
        return SAD_SPD_NONE;
    if (dp_fragment_is_first(&fragment) && is_by_ports(w, &flow))
        dp_first_note_clear(w->firsts, DP_FIRST_OUTSIDE, &flow, &fragment, w->now_tsc);
    return verdict;
}

void dp_bypass_count(struct dp_worker *w, uint32_t verdict, uint32_t len)
{
    struct dp_row_counters *row = &w->row_count[sad_spd_row(verdict)];
    row->pkts++;
    row->bytes += len;
    w->count.bypassed++;
}

bool dp_bypass_may_have(const struct dp_worker *w, const struct sad_flow *flow)
{
    if (!flow->is_later)
        return false;
    struct sad_flow wide = *flow;
    return dp_flow_widen(&wide) && sad_spd_is_bypass(sad_spd_lookup(w->tables, &wide));
}
