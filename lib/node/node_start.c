/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Start and stop of the node, in order: EAL, buffers, ports, SA tables, data path; then, when control has set
 * the policies, workers and the host's interfaces. node_stop() undoes whatever was done, so a failed start
 * uses it too.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_ethdev.h>
#include <rte_launch.h>
#include <rte_lcore.h>

#include "host_log.h"
#include "imb_esp.h"
#include "node_addrs.h"
#include "node_bell.h"
#include "node_inner.h"
#include "node_int.h"
#include "node_take.h"
#include "node_telemetry.h"

#define STOP_S       2 /* for the workers to end */
#define STOP_POLL_US 1000

static void node_rng(void *ctx, void *buf, size_t len)
{
    (void)ctx;
    if (getrandom(buf, len, 0) != (ssize_t)len) {
        host_log(HOST_ERR, "event=no_randomness effect=\"the daemon ends\"");
        abort();
    }
}

/* Where nothing speaks of a number, one worker. */
static size_t start_workers_asked(const struct node_params *params)
{
    return params->n_cores ? params->n_cores : 1;
}

static int start_choose(struct node *node, char *why, size_t why_size)
{
    const struct node_params *params = &node->params;
    uint16_t largest_mtu = 0;
    bool all_pci = true;
    for (size_t i = 0; i < params->n_ports; i++) {
        if (node_device_look(&params->ports[i], &node->devices[i], why, why_size) < 0)
            return -1;
        largest_mtu = RTE_MAX(largest_mtu, node->devices[i].mtu);
    }
    for (size_t i = 0; i < params->n_ports; i++) {
        if (node_device_choose(&params->ports[i], largest_mtu, start_workers_asked(params), &node->devices[i],
                               why, why_size) < 0)
            return -1;
        all_pci &= node->devices[i].is_pci;
    }
    node->is_busy_poll = params->poll == NODE_POLL_AUTO ? all_pci : params->poll == NODE_POLL_BUSY;
    return 0;
}

/* What was chosen by itself and does not come up makes way for packet sockets, which any interface has. */
static int start_port(struct node *node, size_t i, char *why, size_t why_size)
{
    const struct node_port_params *port = &node->params.ports[i];
    struct node_device *device = &node->devices[i];
    const size_t n_workers = node->cores.n_workers;
    if (node_port_start(port, device, n_workers, node->pool, &node->ports[i], why, why_size) == 0)
        return 0;
    if (port->kind != NODE_DEVICE_INTERFACE || port->driver != NODE_DRIVER_AUTO ||
        device->driver == NODE_DRIVER_AF_PACKET)
        return -1;
    host_log(HOST_NOTICE, "event=driver_fallback port=%s interface=%s driver=af_packet reason=\"%s\"",
             port->name, port->interface, why);
    node_device_fall_back(port, n_workers, why, device);
    return node_port_start(port, device, n_workers, node->pool, &node->ports[i], why, why_size);
}

static int start_ports(struct node *node, char *why, size_t why_size)
{
    const struct node_params *params = &node->params;
    node->pool = node_port_pool(params, node->devices, node->cores.n_workers, why, why_size);
    if (node->pool)
        node->large_pool = node_port_large_pool(params, node->cores.n_workers, why, why_size);
    if (!node->large_pool)
        return -1;
    for (size_t i = 0; i < params->n_ports; i++) {
        if (node_addrs_find(node, i, why, why_size) < 0 || node_take_start(node, i, why, why_size) < 0 ||
            start_port(node, i, why, why_size) < 0)
            return -1;
        node->n_ports++;
    }
    node_take_notice(node);
    return 0;
}

_Static_assert(NODE_PAIRS_MAX <= SAD_SAS_MAX, "the table of SAs has room for them");

static int start_tables(struct node *node, char *why, size_t why_size)
{
    const struct sad_params params = {
        .max_sas = NODE_PAIRS_MAX,
        .workers = (uint16_t)node->cores.n_workers,
        .socket = -1,
        .spi_node_bits = node->params.spi_node_bits,
        .spi_node = node->params.spi_node,
        .tsc_hz = node->tsc_hz,
        .esp = &imb_esp_ops,
        .rng = node_rng,
    };
    node->sad = sad_create(&params);
    if (node->sad)
        return 0;
    snprintf(why, why_size, "no memory for the SA tables: raise eal.memory_mb");
    return -1;
}

static enum dp_role start_role(uint8_t role)
{
    return role == NODE_ROLE_OUTSIDE  ? DP_ROLE_OUTSIDE
           : role == NODE_ROLE_INSIDE ? DP_ROLE_INSIDE
                                      : DP_ROLE_BOTH;
}

static struct dp_port_params start_dp_port(const struct node_port_params *params,
                                           const struct node_port *port)
{
    struct dp_port_params p = {
        .port_id = port->id,
        .io = port->io,
        .io_port = port->io_port,
        .role = start_role(params->role),
        .mtu = port->mtu,
        .vlan = params->vlan,
        .rx_queues = port->n_rxq,
        .tx_queues = port->n_txq,
        .rx_ip4_cksum = (port->rx_offloads & RTE_ETH_RX_OFFLOAD_IPV4_CKSUM) != 0,
        .tx_udp_cksum = (port->tx_offloads & RTE_ETH_TX_OFFLOAD_UDP_CKSUM) != 0,
        .has_host = params->host[0] != '\0',
        .n_addrs = params->n_addrs,
    };
    snprintf(p.name, sizeof p.name, "%s", params->name);
    memcpy(p.mac, port->mac.addr_bytes, sizeof p.mac);
    memcpy(p.addrs, params->addrs, params->n_addrs * sizeof params->addrs[0]);
    return p;
}

static int start_data_path(struct node *node, char *why, size_t why_size)
{
    struct dp_params *p = calloc(1, sizeof *p);
    if (!p) {
        snprintf(why, why_size, "no memory for the data path");
        return -1;
    }
    p->n_ports = node->n_ports;
    for (size_t i = 0; i < node->n_ports; i++)
        p->ports[i] = start_dp_port(&node->params.ports[i], &node->ports[i]);
    p->workers = (uint16_t)node->cores.n_workers;
    p->poll = node->is_busy_poll ? DP_POLL_BUSY : DP_POLL_ADAPTIVE;
    p->sad = node->sad;
    p->pool = node->pool;
    p->large_pool = node->large_pool;
    p->tsc_hz = node->tsc_hz;
    p->mss_clamp = node->params.mss_clamp;
    p->copy_df = node->params.copy_df;
    p->bell = node_bell_ring;
    p->bell_ctx = node;
    node_rng(NULL, &p->frag_seed, sizeof p->frag_seed);
    node->dp = dp_create(p, why, why_size);
    free(p);
    return node->dp ? 0 : -1;
}

struct node *node_start(const struct node_params *params, char *why, size_t why_size)
{
    struct node *node = calloc(1, sizeof *node);
    if (!node) {
        snprintf(why, why_size, "no memory");
        return NULL;
    }
    node->params = *params;
    node->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    node->bell_fd = node->watch_fd = -1;
    node_take_repair(node);
    if (node->epoll_fd < 0)
        snprintf(why, why_size, "no epoll descriptor: %s", strerror(errno));
    else if (node_bell_start(node, why, why_size) == 0 && start_choose(node, why, why_size) == 0 &&
             node_eal_start(params, node->devices, &node->cores, why, why_size) == 0)
        node->has_eal = true;
    if (node->has_eal) {
        node->tsc_hz = rte_get_tsc_hz();
        node->look.tsc = node->now_tsc = rte_rdtsc();
        if (start_ports(node, why, why_size) == 0 && start_tables(node, why, why_size) == 0 &&
            start_data_path(node, why, why_size) == 0 && node_stream_start(node, why, why_size) == 0)
            return node;
    }
    node_stop(node);
    return NULL;
}

static int start_workers(struct node *node, char *why, size_t why_size)
{
    for (uint16_t w = 0; w < node->cores.n_workers; w++) {
        const int rc = rte_eal_remote_launch(dp_worker_run, dp_worker(node->dp, w), w + 1u);
        if (rc < 0) {
            snprintf(why, why_size, "worker %u does not start: %s", w, strerror(-rc));
            return -1;
        }
        host_log(HOST_NOTICE, "event=worker_up worker=%u cpu=%u poll=%s", w, node->cores.worker_cpu[w],
                 node->is_busy_poll ? "busy" : "adaptive");
    }
    return 0;
}

int node_run(struct node *node, char *why, size_t why_size)
{
    node_addrs_watch(node);
    if (start_workers(node, why, why_size) < 0 || node_feed_start(node, why, why_size) < 0)
        return -1;
    dp_resolve_announce(node->dp);
    if (node->params.telemetry && node_telemetry_open(node) < 0)
        host_log(HOST_WARN, "event=telemetry_failed effect=\"no /culvert commands on DPDK's socket\"");
    return 0;
}

/* Whether all workers have ended, which takes one a turn. */
static bool stop_workers(struct node *node)
{
    const uint64_t until = rte_rdtsc() + STOP_S * node->tsc_hz;
    if (!node->dp)
        return true;
    dp_stop(node->dp);
    for (uint32_t w = 0; w < node->cores.n_workers; w++) {
        while (rte_eal_get_lcore_state(w + 1) == RUNNING && rte_rdtsc() < until)
            usleep(STOP_POLL_US);
        if (rte_eal_get_lcore_state(w + 1) != RUNNING)
            continue;
        host_log(HOST_ERR,
                 "event=worker_stuck worker=%" PRIu32 " core=%" PRIu32
                 " effect=\"it does not end: what it may still read goes with the process\"",
                 w, node->cores.worker_cpu[w]);
        return false;
    }
    rte_eal_mp_wait_lcore();
    return true;
}

void node_stop(struct node *node)
{
    if (!node)
        return;
    node_telemetry_close();
    node_stream_stop(node);
    node_inner_stop(node);
    node_feed_stop(node);
    node_addrs_stop(node);
    if (!stop_workers(node)) {
        node_take_stop(node);
        return;
    }
    dp_free(node->dp);
    for (size_t i = 0; i < node->n_ports; i++)
        node_port_stop(&node->ports[i]);
    node_take_stop(node);
    sad_free(node->sad);
    rte_mempool_free(node->large_pool);
    rte_mempool_free(node->pool);
    if (node->has_eal)
        node_eal_stop();
    node_stage_clear_routes(&node->stage);
    node_stage_clear_policies(&node->stage);
    node_bell_stop(node);
    if (node->epoll_fd >= 0)
        close(node->epoll_fd);
    free(node);
}
