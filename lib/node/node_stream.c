/* SPDX-License-Identifier: BSD-3-Clause */
/* What the kernel's TCP carries for us, and for whom. The workers make no system call for it: they leave what
 * they sealed in a ring, from which it goes into the streams here. */
#include "node_stream.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>

#include <rte_mbuf.h>

#include "host_log.h"
#include "host_streams.h"
#include "node_event.h"
#include "node_int.h"
#include "node_request.h"

#define OUT_PER_TURN  512
#define TOLD_PAUSE_NS (10 * BASE_NS_PER_S) /* between lines about strangers */

static int stream_listen(struct node *node, const struct node_port_params *port, const struct base_addr *addr,
                         char *why, size_t why_size)
{
    char at[BASE_ENDPOINT_TEXT_MAX];
    for (size_t i = 0; i < node->params.n_tcp_listen; i++) {
        const struct base_endpoint e = {*addr, node->params.tcp_listen[i]};
        const int rc = host_streams_listen(node->streams.table, &e);
        if (rc < 0) {
            snprintf(why, why_size, "tcp.listen: %s, of port %s, takes no connections: %s%s",
                     base_endpoint_text(&e, at), port->name, strerror(-rc),
                     rc == -EADDRINUSE ? "; end what listens there (`ss -ltnp`), or choose another port"
                                       : "");
            return -1;
        }
        dp_stream_port(node->dp, e.port, true);
        host_log(HOST_NOTICE, "event=tcp_listening at=%s", base_endpoint_text(&e, at));
    }
    return 0;
}

int node_stream_start(struct node *node, char *why, size_t why_size)
{
    const struct host_streams_params params = {node->params.tcp_connections,
                                               node->params.tcp_connections_per_address};
    struct epoll_event ev = {.events = EPOLLIN};
    if (!params.max)
        return 0;
    node->streams.table = host_streams_new(&params);
    if (!node->streams.table) {
        snprintf(why, why_size, "no memory for TCP connections");
        return -1;
    }
    ev.data.fd = host_streams_fd(node->streams.table);
    if (epoll_ctl(node->epoll_fd, EPOLL_CTL_ADD, ev.data.fd, &ev) < 0) {
        snprintf(why, why_size, "TCP connections cannot be watched: %s", strerror(errno));
        return -1;
    }
    for (size_t i = 0; i < node->n_ports; i++) {
        const struct node_port_params *port = &node->params.ports[i];
        for (size_t a = 0; port->host[0] && port->role != NODE_ROLE_INSIDE && a < port->n_addrs; a++)
            if (stream_listen(node, port, &port->addrs[a].addr, why, why_size) < 0)
                return -1;
    }
    return 0;
}

void node_stream_stop(struct node *node)
{
    host_streams_free(node->streams.table);
    node->streams.table = NULL;
}

/* ---- out ---- */

static bool stream_out_one(struct node *node)
{
    struct dp_stream_packet packet;
    struct rte_mbuf *m = dp_stream_pop(node->dp, &packet);
    if (!m)
        return false;
    const struct host_ends ends = {packet.local, packet.remote};
    const int rc =
        node->streams.table ? host_streams_send(node->streams.table, &ends, false, packet.esp) : -ENOTCONN;
    if (rc < 0)
        dp_stream_lost(node->dp, rc != -ENOTCONN);
    rte_pktmbuf_free(m);
    return true;
}

static void stream_count(struct node *node)
{
    const struct host_streams_count c = host_streams_count(node->streams.table);
    node->own.tcp_connections = c.now;
    node->own.tcp_accepted = c.accepted;
    node->own.tcp_opened = c.opened;
    node->own.tcp_over_limit = c.over_limit;
    node->own.tcp_broken_off = c.broken_off;
    node->own.tcp_refused = c.bad;
}

bool node_stream_turn(struct node *node)
{
    int n = 0;
    while (n < OUT_PER_TURN && stream_out_one(node))
        n++;
    if (!node->streams.table)
        return n > 0;
    host_streams_flush(node->streams.table);
    host_streams_turn(node->streams.table, node->now);
    stream_count(node);
    return n > 0;
}

int node_stream_send(struct node *node, const struct node_send *send, const uint8_t *bytes)
{
    const struct host_ends ends = {send->local, send->remote};
    if (!node->streams.table)
        return -ENOTCONN;
    const int rc = host_streams_send(node->streams.table, &ends, true, base_span(bytes, send->len));
    host_streams_flush(node->streams.table);
    return rc;
}

int node_stream_do(struct node *node, struct node_request *r)
{
    struct host_ends ends = {r->stream.local, r->stream.remote};
    if (!node->streams.table)
        return -ENOTSUP;
    if (r->type == NODE_STREAM_HOLD) {
        host_streams_hold(node->streams.table, &ends);
        return 0;
    }
    if (r->type == NODE_STREAM_LEAVE) {
        host_streams_leave(node->streams.table, &ends);
        return 0;
    }
    const int rc = host_streams_open(node->streams.table, &ends);
    r->stream.local = ends.local;
    if (rc == 0)
        dp_stream_port(node->dp, ends.local.port, true);
    return rc;
}

/* ---- in ---- */

static void stream_log(struct node *node, const struct host_stream_item *item)
{
    char local[BASE_ENDPOINT_TEXT_MAX], remote[BASE_ENDPOINT_TEXT_MAX];
    base_endpoint_text(&item->ends.local, local);
    base_endpoint_text(&item->ends.remote, remote);
    if (item->what == HOST_STREAM_UP) {
        host_log(HOST_NOTICE, "event=tcp_up peer=%s local=%s", remote, local);
        return;
    }
    const bool is_stranger = !item->is_ours && !item->is_held;
    if (is_stranger && base_time_since(node->now, node->streams.told_at) < TOLD_PAUSE_NS)
        return;
    if (is_stranger)
        node->streams.told_at = node->now;
    host_log(HOST_NOTICE, "event=tcp_down peer=%s local=%s opened_by=%s reason=\"%s\"", remote, local,
             item->is_ours ? "us" : "peer", item->why);
}

bool node_stream_event(struct node *node, struct node_event *out, uint8_t *bytes)
{
    struct host_stream_item item;
    while (node->streams.table && host_streams_next(node->streams.table, &item)) {
        switch (item.what) {
        case HOST_STREAM_ESP:
            dp_stream_give(node->dp, &item.ends.local, &item.ends.remote, item.bytes);
            break;
        case HOST_STREAM_IKE:
            out->type = NODE_EV_DATAGRAM;
            out->datagram = (struct node_datagram){.local = item.ends.local,
                                                   .remote = item.ends.remote,
                                                   .natt = true,
                                                   .tcp = true,
                                                   .len = (uint16_t)item.bytes.len};
            memcpy(bytes, item.bytes.ptr, item.bytes.len);
            return true;
        case HOST_STREAM_UP:
            stream_log(node, &item);
            break;
        case HOST_STREAM_ENDED:
            stream_log(node, &item);
            if (item.is_ours)
                dp_stream_port(node->dp, item.ends.local.port, false);
            out->type = NODE_EV_STREAM_ENDED;
            out->ended = (struct node_stream_ended){.local = item.ends.local,
                                                    .remote = item.ends.remote,
                                                    .is_ours = item.is_ours,
                                                    .is_held = item.is_held,
                                                    .is_refused = item.is_refused,
                                                    .error = item.error};
            snprintf(out->ended.why, sizeof out->ended.why, "%s", item.why);
            return true;
        }
    }
    return false;
}
