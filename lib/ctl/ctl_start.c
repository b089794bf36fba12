/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Start and stop of the daemon, in order: EAL, buffers, ports, SA tables, data path, workers, engine, control
 * socket. ctl_stop() undoes whatever was done, so a failed start uses it too.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_ethdev.h>
#include <rte_launch.h>
#include <rte_lcore.h>

#include "ctl.h"
#include "ctl_api.h"
#include "ctl_ike.h"
#include "ctl_job.h"
#include "host_log.h"
#include "ctl_tables.h"
#include "ctl_telemetry.h"
#include "ossl_ops.h"

static void table_rng(void *ctx, void *buf, size_t len)
{
    if (ossl_random(buf, len) < 0) {
        host_log(HOST_ERR, "event=no_randomness effect=\"the daemon ends\"");
        abort();
    }
}

static enum dp_poll choose_poll(const struct conf *conf)
{
    bool all_pci = true;
    for (size_t i = 0; i < conf->n_ports; i++)
        all_pci &= conf->ports[i].is_pci;
    if (conf->workers.poll == CONF_POLL_AUTO)
        return all_pci ? DP_POLL_BUSY : DP_POLL_ADAPTIVE;
    return conf->workers.poll == CONF_POLL_BUSY ? DP_POLL_BUSY : DP_POLL_ADAPTIVE;
}

static int start_ports(struct ctl *ctl, char *why, size_t why_size)
{
    const struct conf *conf = ctl->conf;
    ctl->pool = ctl_port_pool(conf, ctl->cores.n_workers, why, why_size);
    if (!ctl->pool)
        return -1;
    for (size_t i = 0; i < conf->n_ports; i++) {
        if (ctl_port_start(&conf->ports[i], ctl->cores.n_workers, ctl->pool, &ctl->ports[i], why, why_size) <
            0)
            return -1;
        ctl->n_ports++;
    }
    return 0;
}

static enum dp_role role_of(enum conf_role role)
{
    return role == CONF_ROLE_OUTSIDE  ? DP_ROLE_OUTSIDE
           : role == CONF_ROLE_INSIDE ? DP_ROLE_INSIDE
                                      : DP_ROLE_BOTH;
}

static struct dp_port_params port_params(const struct conf_port *conf, const struct ctl_port *port)
{
    struct dp_port_params p = {
        .port_id = port->id,
        .role = role_of(conf->role),
        .mtu = port->mtu,
        .vlan = conf->vlan,
        .rx_queues = port->n_rxq,
        .tx_queues = port->n_txq,
        .rx_ip4_cksum = (port->rx_offloads & RTE_ETH_RX_OFFLOAD_IPV4_CKSUM) != 0,
        .tx_udp_cksum = (port->tx_offloads & RTE_ETH_TX_OFFLOAD_UDP_CKSUM) != 0,
        .has_host = conf->host[0] != '\0',
        .n_addrs = conf->n_addresses,
    };
    snprintf(p.name, sizeof p.name, "%s", conf->name);
    memcpy(p.mac, port->mac.addr_bytes, sizeof p.mac);
    memcpy(p.addrs, conf->addresses, conf->n_addresses * sizeof conf->addresses[0]);
    return p;
}

static int start_tables(struct ctl *ctl, char *why, size_t why_size)
{
    const struct sad_params params = {
        .max_sas = SAD_SAS_MAX,
        .workers = (uint16_t)ctl->cores.n_workers,
        .socket = -1,
        .tsc_hz = ctl->tsc_hz,
        .rng = table_rng,
    };
    ctl->sad = sad_create(&params);
    if (ctl->sad && ctl_tables_policies(ctl, ctl->conf) == 0)
        return 0;
    snprintf(why, why_size, "no memory for the SA tables: raise eal.memory_mb");
    return -1;
}

static int start_data_path(struct ctl *ctl, char *why, size_t why_size)
{
    struct dp_route *routes = NULL;
    struct dp_params *p = calloc(1, sizeof *p);
    if (!p || ctl_tables_routes(ctl->conf, &routes, &p->n_routes) < 0) {
        free(p);
        snprintf(why, why_size, "no memory for the routes");
        return -1;
    }
    p->n_ports = ctl->n_ports;
    for (size_t i = 0; i < ctl->n_ports; i++)
        p->ports[i] = port_params(&ctl->conf->ports[i], &ctl->ports[i]);
    p->routes = routes;
    p->workers = (uint16_t)ctl->cores.n_workers;
    p->poll = ctl->poll = choose_poll(ctl->conf);
    p->sad = ctl->sad;
    p->pool = ctl->pool;
    p->tsc_hz = ctl->tsc_hz;
    p->mss_clamp = ctl->conf->tunnel.mss_clamp;
    p->copy_df = ctl->conf->tunnel.copy_df;
    table_rng(NULL, &p->frag_seed, sizeof p->frag_seed);
    ctl->dp = dp_create(p, why, why_size);
    free(routes);
    free(p);
    return ctl->dp ? 0 : -1;
}

static int start_workers(struct ctl *ctl, char *why, size_t why_size)
{
    for (uint16_t w = 0; w < ctl->cores.n_workers; w++) {
        const int rc = rte_eal_remote_launch(dp_worker_run, dp_worker(ctl->dp, w), w + 1u);
        if (rc < 0) {
            snprintf(why, why_size, "worker %u does not start: %s", w, strerror(-rc));
            return -1;
        }
        host_log(HOST_NOTICE, "event=worker_up worker=%u cpu=%u poll=%s", w, ctl->cores.worker_cpu[w],
                 ctl->poll == DP_POLL_BUSY ? "busy" : "adaptive");
    }
    return 0;
}

static int watch(struct ctl *ctl, int fd)
{
    struct epoll_event ev = {.events = EPOLLIN, .data.fd = fd};
    return epoll_ctl(ctl->epoll_fd, EPOLL_CTL_ADD, fd, &ev);
}

/* Before EAL makes its threads: they inherit the mask, so that signals reach the control loop alone. */
static void start_signals(struct ctl *ctl)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    ctl->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static int start_control(struct ctl *ctl, char *why, size_t why_size)
{
    ctl->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    ctl->job_threads = ctl_jobs_threads(ctl->conf->workers.crypto_threads, ctl->cores.n_cpus,
                                        (uint32_t)CPU_COUNT(&ctl->cores.spare));
    ctl->jobs = ctl_jobs_new(&ossl_ike_ops, ctl->job_threads, &ctl->cores.spare);
    if (ctl->signal_fd < 0 || ctl->epoll_fd < 0 || !ctl->jobs) {
        snprintf(why, why_size, "the control loop does not start: %s", strerror(errno));
        return -1;
    }
    ctl->api = ctl_api_open(ctl, ctl->conf->control.socket, why, why_size);
    if (!ctl->api)
        return -1;
    watch(ctl, ctl->signal_fd);
    watch(ctl, ctl_jobs_fd(ctl->jobs));
    watch(ctl, ctl_api_fd(ctl->api));
    if (ctl_ike_start(ctl) == 0)
        return 0;
    snprintf(why, why_size, "no memory for the IKE engine");
    return -1;
}

int ctl_start(struct ctl *ctl, const char *conf_file, struct conf *conf, char *why, size_t why_size)
{
    memset(ctl, 0, sizeof *ctl);
    ctl->conf_file = conf_file;
    ctl->conf = conf;
    memcpy(&ctl->in_force, conf, sizeof ctl->in_force); /* with its padding: it is compared as bytes */
    ctl->in_force.routes = NULL;
    ctl->in_force.n_routes = 0;
    ctl->in_force.ike = NULL;
    ctl->signal_fd = ctl->epoll_fd = -1;
    ctl->started_at = ctl_now();
    start_signals(ctl);
    if (ctl_eal_start(conf, &ctl->cores, why, why_size) < 0) {
        conf_free(conf);
        return -1;
    }
    ctl->tsc_hz = rte_get_tsc_hz();
    ctl->hugepages = rte_eal_has_hugepages() != 0;
    ctl->traffic_tsc = rte_rdtsc();
    ctl->pmtu_restore_at = BASE_TIME_NEVER;
    if (start_ports(ctl, why, why_size) == 0 && start_tables(ctl, why, why_size) == 0 &&
        start_data_path(ctl, why, why_size) == 0 && start_workers(ctl, why, why_size) == 0 &&
        start_control(ctl, why, why_size) == 0 && ctl_host_start(ctl, why, why_size) == 0) {
        dp_resolve_announce(ctl->dp);
        if (conf->control.telemetry && ctl_telemetry_open(ctl) < 0)
            host_log(HOST_WARN, "event=telemetry_failed effect=\"no /culvert commands on DPDK's socket\"");
        host_log(HOST_NOTICE, "event=started version=%s connections=%zu workers=%zu socket=%s",
                 CULVERT_VERSION, conf->ike->n_conns, ctl->cores.n_workers, conf->control.socket);
        return 0;
    }
    ctl_stop(ctl);
    return -1;
}

void ctl_stop(struct ctl *ctl)
{
    ctl_telemetry_close();
    ctl_api_close(ctl->api);
    ctl_host_stop(ctl);
    if (ctl->dp)
        dp_stop(ctl->dp);
    rte_eal_mp_wait_lcore();
    ctl_jobs_free(ctl->jobs);
    if (ctl->ike)
        ike_free(ctl->ike);
    dp_free(ctl->dp);
    for (size_t i = 0; i < ctl->n_ports; i++)
        ctl_port_stop(&ctl->ports[i]);
    sad_free(ctl->sad);
    rte_mempool_free(ctl->pool);
    if (ctl->epoll_fd >= 0)
        close(ctl->epoll_fd);
    if (ctl->signal_fd >= 0)
        close(ctl->signal_fd);
    conf_free(ctl->conf);
    ctl_eal_stop();
    host_log(HOST_NOTICE, "event=stopped");
}
