/* SPDX-License-Identifier: BSD-3-Clause */
/* Selectors of hosts that talk to each other themselves, and what a NAT between them does to those. */
#include "ikev2_transport.h"

#include "base_span.h"
#include "ike_conf.h"
#include "ike_host_ts.h"
#include "ikev2_inner.h"
#include "ikev2_msg.h"
#include "ikev2_sa.h"
#include "wire_ike.h"

const struct base_ts_list *ikev2_transport_ts(const struct ikev2_sa *sa, const struct ike_child_conf *c,
                                              bool is_local, struct base_ts_list *out)
{
    const struct base_ts_list *l = is_local ? c->local_ts : c->remote_ts;
    const struct base_addr *addr = is_local ? &sa->path.local.addr : &sa->path.remote.addr;
    if (c->mode == ESP_MODE_TUNNEL)
        return ikev2_inner_ts(sa, l, is_local, out);
    ike_host_ts(l, addr, out);
    return out;
}

void ikev2_transport_put(enum esp_mode mode, struct wire_ike_builder *b)
{
    if (mode == ESP_MODE_TRANSPORT)
        ikev2_msg_put_notify(b, WIRE_IKE_N_USE_TRANSPORT_MODE, BASE_SPAN_NONE);
}

bool ikev2_transport_take(const struct ikev2_sa *sa, struct base_ts_list *local, struct base_ts_list *remote,
                          struct esp_ends *said)
{
    const struct base_addr *own = base_ts_host(local), *peer = base_ts_host(remote);
    const uint8_t family = sa->path.local.addr.family;
    if (!own || !peer || own->family != family || peer->family != family)
        return false;
    *said = (struct esp_ends){*own, *peer};
    if (sa->natd.local_nat)
        base_ts_set_host(local, &sa->path.local.addr);
    if (sa->natd.remote_nat)
        base_ts_set_host(remote, &sa->path.remote.addr);
    return true;
}
