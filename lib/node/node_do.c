/* SPDX-License-Identifier: BSD-3-Clause */
/* Requests, each to the table that it is about. */
#include "node_request.h"

#include <errno.h>

#include "node_addrs.h"
#include "node_inner.h"
#include "node_int.h"
#include "node_telemetry.h"
#include "sad_conn.h"
#include "wire_ip4.h"
#include "wire_ip6.h"

#define DEFAULT_MTU      1500
#define POLICIES_AT_ONCE 512

/*
 * MTU of the way to a peer, of which `wanted` is known (0: nothing); without a route the SA is installed all
 * the same and its packets are counted.
 */
static uint16_t do_outer_mtu(const struct node *node, const struct base_addr *remote, uint16_t wanted)
{
    const uint16_t floor = remote->family == BASE_AF_IP6 ? WIRE_IP6_MIN_MTU : WIRE_IP4_MIN_MTU;
    struct base_addr local;
    uint16_t mtu;
    if (dp_route_find(node->dp, remote, &local, &mtu) < 0)
        mtu = DEFAULT_MTU;
    if (wanted && wanted < floor)
        wanted = floor;
    return wanted && wanted < mtu ? wanted : mtu;
}

static int do_install(struct node *node, struct esp_pair *pair)
{
    pair->outer_mtu = do_outer_mtu(node, &pair->path.remote.addr, pair->outer_mtu);
    const int rc = sad_install(node->sad, pair);
    if (rc == 0 && pair->active)
        dp_trap_release(node->dp);
    if (rc == 0)
        node_inner_install(node, pair);
    return rc;
}

static int do_activate(struct node *node, uint32_t spi_in)
{
    const int rc = sad_activate(node->sad, spi_in);
    dp_trap_release(node->dp);
    return rc;
}

static int do_move(struct node *node, const struct node_move *move)
{
    return sad_repath(node->sad, move->spi_in, &move->path, move->way,
                      do_outer_mtu(node, &move->path.remote.addr, 0));
}

static int do_mtu(struct node *node, const struct node_mtu *mtu)
{
    struct sad_stats sa;
    const int rc = sad_stats(node->sad, mtu->spi_in, &sa);
    return rc < 0 ? rc
                  : sad_set_mtu(node->sad, mtu->spi_in,
                                do_outer_mtu(node, &sa.path.remote.addr, mtu->outer_mtu));
}

/* One that could not be installed is reserved still. */
static int do_remove(struct node *node, uint32_t spi_in)
{
    const int rc = sad_remove(node->sad, spi_in);
    node_inner_remove(node, spi_in);
    if (rc == -ENOENT)
        sad_spi_free(node->sad, spi_in);
    return rc;
}

static int do_open(struct node *node, uint32_t *conn)
{
    *conn = sad_conn_open(node->sad);
    return *conn == SAD_CONN_NONE ? -ENOMEM : 0;
}

static int do_commit_routes(struct node *node)
{
    const int rc = node_addrs_commit(node);
    node_stage_clear_routes(&node->stage);
    return rc;
}

/*
 * A step a request. When all are in force, the list goes in steps as well: freeing 100,000 takes
 * milliseconds. Packets that wait are judged anew in the last one: before, control may know no number of the
 * new set.
 */
static int do_commit_policies(struct node *node)
{
    struct node_stage *stage = &node->stage;
    const struct node_list *list = &stage->policies;
    const int rc =
        stage->has_served ? 0 : sad_policies_step(node->sad, list->items, list->count, POLICIES_AT_ONCE);
    if (rc < 0)
        node_stage_clear_policies(stage);
    if (rc != 0)
        return rc;
    stage->has_served = true;
    if (node_stage_drop_policies(stage, POLICIES_AT_ONCE))
        return 1;
    dp_trap_rejudge(node->dp);
    return 0;
}

static int do_tables(struct node *node, const struct node_request *r)
{
    switch (r->type) {
    case NODE_TABLES_BEGIN:
        node_stage_clear_routes(&node->stage);
        node_stage_clear_policies(&node->stage);
        return 0;
    case NODE_ADDR_ADD:
        return node_stage_add_addr(&node->stage, &r->addr);
    case NODE_ROUTE_ADD:
        return node_stage_add_route(&node->stage, &r->route);
    case NODE_POLICY_ADD:
        return node_stage_add_policy(&node->stage, &r->policy);
    case NODE_BYPASS_ADD:
        return node_stage_add_bypass(&node->stage, &r->policy);
    case NODE_ROUTES_COMMIT:
        return do_commit_routes(node);
    case NODE_POLICIES_COMMIT:
        return do_commit_policies(node);
    case NODE_TRAP_REFUSE:
        dp_trap_refuse(node->dp, r->trap);
        return 0;
    default:
        return -EINVAL;
    }
}

int node_do(struct node *node, struct node_request *r)
{
    switch (r->type) {
    case NODE_SPI_RESERVE:
        return sad_spi_alloc(node->sad, &r->spi_in);
    case NODE_SPI_RELEASE:
        sad_spi_free(node->sad, r->spi_in);
        return 0;
    case NODE_CONN_OPEN:
        return do_open(node, &r->conn);
    case NODE_CONN_CLOSE:
        sad_conn_close(node->sad, r->conn);
        return 0;
    case NODE_PAIR_INSTALL:
        return do_install(node, &r->pair);
    case NODE_PAIR_ACTIVATE:
        return do_activate(node, r->spi_in);
    case NODE_PAIR_DEACTIVATE:
        return sad_deactivate(node->sad, r->spi_in);
    case NODE_PAIR_MOVE:
        return do_move(node, &r->move);
    case NODE_PAIR_MTU:
        return do_mtu(node, &r->mtu);
    case NODE_PAIR_REMOVE:
        return do_remove(node, r->spi_in);
    case NODE_IKE_KNOW:
        return dp_know(node->dp, r->known.ike_spi, r->known.is_known);
    case NODE_STREAM_OPEN:
    case NODE_STREAM_HOLD:
    case NODE_STREAM_LEAVE:
        return node_stream_do(node, r);
    case NODE_COUNTERS_TELL:
        return node_telemetry_tell(&r->told);
    default:
        return do_tables(node, r);
    }
}

int node_send(struct node *node, const struct node_send *send, const uint8_t *bytes)
{
    if (send->tcp)
        return node_stream_send(node, send, bytes);
    return dp_udp_send(node->dp, &send->local, &send->remote, send->marker, send->whole,
                       base_span(bytes, send->len));
}
