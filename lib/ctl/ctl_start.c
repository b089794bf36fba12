/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Start and stop of the daemon, in order: node, its policies and routes, hardening, engine and control
 * socket, and only then packets. ctl_stop() undoes whatever was done, so a failed start uses it too.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "ctl.h"
#include "ctl_api.h"
#include "ctl_aside.h"
#include "ctl_former.h"
#include "ctl_harden.h"
#include "ctl_ike.h"
#include "ctl_job.h"
#include "ctl_leases.h"
#include "ctl_notify.h"
#include "ctl_radius.h"
#include "ctl_resolve.h"
#include "host_log.h"
#include "node_view.h"
#include "ctl_node.h"
#include "ossl_ops.h"

static int start_node(struct ctl *ctl, char *why, size_t why_size)
{
    struct node_params *params = malloc(sizeof *params);
    if (!params) {
        snprintf(why, why_size, "no memory");
        return -1;
    }
    ctl_node_params(ctl->conf, params);
    ctl->node = node_start(params, why, why_size);
    free(params);
    if (!ctl->node)
        return -1;
    ctl_places_start(ctl);
    if (ctl_node_apply(ctl, ctl->conf) == 0)
        return 0;
    snprintf(why, why_size, "no memory for routes and policies: raise eal.memory_mb");
    return -1;
}

static int start_watching(struct ctl *ctl, int fd)
{
    struct epoll_event ev = {.events = EPOLLIN, .data.fd = fd};
    return epoll_ctl(ctl->loop.epoll_fd, EPOLL_CTL_ADD, fd, &ev);
}

/* Before the node makes its threads: they inherit the mask, so that signals reach the control loop alone. */
static void start_signals(struct ctl *ctl)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    ctl->loop.signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static int start_control(struct ctl *ctl, char *why, size_t why_size)
{
    struct node_view view;
    node_view(ctl->node, &view);
    ctl->loop.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    ctl->job_threads = ctl_jobs_threads(ctl->conf->workers.crypto_threads, view.n_cpus,
                                        (uint32_t)CPU_COUNT(&view.spare_cpus));
    ctl->jobs = ctl_jobs_new(&ossl_ike_ops, ctl->job_threads, &view.spare_cpus);
    if (ctl->jobs && ctl->conf->workers.shared_key_pairs)
        ctl_jobs_share(ctl->jobs);
    ctl->names = ctl_resolve_new();
    ctl->radius = ctl->jobs ? ctl_radius_new(ctl->jobs) : NULL;
    ctl->aside = ctl_aside_new();
    if (ctl->loop.signal_fd < 0 || ctl->loop.epoll_fd < 0 || !ctl->jobs || !ctl->names || !ctl->aside ||
        !ctl->radius) {
        snprintf(why, why_size, "the control loop does not start: %s", strerror(errno));
        return -1;
    }
    ctl->api = ctl_api_open(ctl, ctl->conf->control.socket, why, why_size);
    if (!ctl->api)
        return -1;
    start_watching(ctl, ctl->loop.signal_fd);
    start_watching(ctl, ctl_jobs_fd(ctl->jobs));
    start_watching(ctl, ctl_api_fd(ctl->api));
    start_watching(ctl, node_fd(ctl->node));
    if (ctl_ike_start(ctl) < 0) {
        snprintf(why, why_size, "no memory for the IKE engine");
        return -1;
    }
    if (!ctl->conf->control.state[0])
        return 0;
    ctl->leases = ctl_leases_open(ctl->conf->control.state, ike_pools(ctl->ike), ctl_now(), why, why_size);
    return ctl->leases ? 0 : -1;
}

static void start_log(const struct ctl *ctl)
{
    struct node_view view;
    node_view(ctl->node, &view);
    host_log(HOST_NOTICE, "event=started version=%s connections=%zu workers=%zu socket=%s", CULVERT_VERSION,
             ctl->conf->ike->n_conns, view.n_workers, ctl->conf->control.socket);
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
    ctl->in_force.texts = NULL;
    ctl->in_force.manuals = NULL;
    ctl->in_force.n_manuals = 0;
    ctl->loop.signal_fd = ctl->loop.epoll_fd = -1;
    ctl->tally.started_at = ctl_now();
    ctl_notify_open(&ctl->notify);
    ctl_harden_begin(ctl);
    start_signals(ctl);
    if (start_node(ctl, why, why_size) == 0 && ctl_harden(ctl, why, why_size) == 0 &&
        start_control(ctl, why, why_size) == 0 && ctl_manual_start(ctl, why, why_size) == 0 &&
        node_run(ctl->node, why, why_size) == 0) {
        start_log(ctl);
        return 0;
    }
    ctl_stop(ctl);
    return -1;
}

void ctl_stop(struct ctl *ctl)
{
    const bool is_up = ctl->node != NULL;
    ctl_api_close(ctl->api);
    ctl_resolve_free(ctl->names);
    ctl_aside_free(ctl->aside);
    ctl->aside = NULL;
    ctl_leases_close(ctl->leases, ctl_now());
    /* The engine still names the jobs that are out. */
    if (ctl->ike)
        ike_free(ctl->ike);
    ctl_radius_free(ctl->radius);
    ctl_jobs_free(ctl->jobs);
    node_stop(ctl->node);
    if (ctl->loop.epoll_fd >= 0)
        close(ctl->loop.epoll_fd);
    if (ctl->loop.signal_fd >= 0)
        close(ctl->loop.signal_fd);
    ctl_notify_close(&ctl->notify);
    ctl_former_close(ctl);
    ctl_manual_close(ctl);
    conf_free(ctl->conf);
    free(ctl->traps.list);
    if (is_up)
        host_log(HOST_NOTICE, "event=stopped");
}
