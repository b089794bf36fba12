/* SPDX-License-Identifier: BSD-3-Clause */
/* Paths: compared, and found for a connection that is called. */
#include "ike_path.h"

#include <errno.h>
#include "base_addr.h"
#include "ike_conf.h"
#include "ike_core.h"

#define IP4_BYTES    20
#define IP6_BYTES    40
#define UDP_BYTES    8
#define MARKER_BYTES 4 /* RFC 3948 2.2 */

bool ike_path_equal(const struct ike_path *a, const struct ike_path *b)
{
    return a->tcp == b->tcp && base_endpoint_equal(&a->local, &b->local) &&
           base_endpoint_equal(&a->remote, &b->remote);
}

size_t ike_path_header_bytes(const struct ike_path *path)
{
    const size_t ip = path->remote.addr.family == BASE_AF_IP6 ? IP6_BYTES : IP4_BYTES;
    return ip + UDP_BYTES + (path->natt ? MARKER_BYTES : 0);
}

int ike_path_to_peer(struct ike *ike, const struct ike_conn_conf *c, const struct base_addr *addr,
                     struct ike_path *out)
{
    *out = (struct ike_path){.remote = {*addr, c->remote_port ? c->remote_port : IKE_PORT}};
    out->natt = out->remote.port == IKE_PORT_NATT;
    out->local.port = out->natt ? IKE_PORT_NATT : IKE_PORT;
    for (size_t i = 0; i < c->n_local_addrs; i++) {
        if (c->local_addrs[i].family != addr->family)
            continue;
        out->local.addr = c->local_addrs[i];
        return 0;
    }
    return ike->env.local_for(ike->env.ctx, addr, &out->local.addr) == 0 ? 0 : -EHOSTUNREACH;
}
