/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the IKE engine asks for becomes requests to the node and log lines here, and what the node reports
 * becomes events for the engine. Neither knows of the other.
 */
#include "ctl_ike.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ctl_job.h"
#include "ctl_node.h"
#include "ctl_radius.h"
#include "ctl_resolve.h"
#include "ike_job_radius.h"
#include "host_log.h"
#include "node_event.h"
#include "node_request.h"
#include "node_view.h"
#include "ossl_ops.h"

#define OWN_JOBS_NS (2 * BASE_NS_PER_MS) /* in a turn: packets and commands wait meanwhile */

static void env_rng(void *ctx, enum ike_rng_purpose purpose, void *buf, size_t len)
{
    struct ctl *ctl = ctx;
    const bool secret = purpose == IKE_RNG_COOKIE || purpose == IKE_RNG_HASH_SEED;
    /* Without randomness no key is safe: nothing that the daemon could still do is better than to end. */
    if ((secret ? ossl_random_secret(buf, len) : ctl_random_take(&ctl->random, buf, len)) < 0) {
        host_log(HOST_ERR, "event=no_randomness effect=\"the daemon ends\"");
        abort();
    }
}

static int env_spi_alloc(void *ctx, uint32_t *spi)
{
    struct ctl *ctl = ctx;
    struct node_request r;
    r.type = NODE_SPI_RESERVE;
    const int rc = node_do(ctl->node, &r);
    if (rc == 0)
        *spi = r.spi_in;
    return rc;
}

static void env_spi_free(void *ctx, uint32_t spi)
{
    const struct ctl *ctl = ctx;
    node_do_spi(ctl->node, NODE_SPI_RELEASE, spi);
}

static uint32_t env_conn_open(void *ctx)
{
    struct ctl *ctl = ctx;
    struct node_request r;
    r.type = NODE_CONN_OPEN;
    return node_do(ctl->node, &r) == 0 ? r.conn : 0;
}

static void env_conn_close(void *ctx, uint32_t number)
{
    struct ctl *ctl = ctx;
    struct node_request r;
    r.type = NODE_CONN_CLOSE;
    r.conn = number;
    node_do(ctl->node, &r);
}

static int env_local_for(void *ctx, const struct base_addr *remote, struct base_addr *local)
{
    struct ctl *ctl = ctx;
    return node_view_local(ctl->node, remote, local);
}

static uint16_t env_mtu_for(void *ctx, const struct base_addr *remote)
{
    struct ctl *ctl = ctx;
    return node_view_mtu(ctl->node, remote);
}

static bool env_is_usable(void *ctx, const struct base_addr *local, const struct base_addr *remote)
{
    struct ctl *ctl = ctx;
    return node_view_is_usable(ctl->node, local, remote);
}

static size_t env_own_addrs(void *ctx, struct base_addr *out, size_t max)
{
    struct ctl *ctl = ctx;
    return node_view_outside(ctl->node, out, max);
}

static void env_spi_known(void *ctx, uint64_t ike_spi, bool is_known)
{
    struct ctl *ctl = ctx;
    struct node_request r;
    r.type = NODE_IKE_KNOW;
    r.known = (struct node_known){ike_spi, is_known};
    node_do(ctl->node, &r);
}

static int env_resolve(void *ctx, const char *conn, const char *host)
{
    struct ctl *ctl = ctx;
    return ctl_resolve_ask(ctl->names, conn, host);
}

static struct ike_traffic env_traffic(void *ctx, uint32_t spi_in)
{
    struct ctl *ctl = ctx;
    struct node_pair_view v;
    if (node_view_pair(ctl->node, spi_in, &v) < 0)
        return (struct ike_traffic){0};
    return (struct ike_traffic){v.in.pkts, v.in.bytes, v.out.pkts, v.out.bytes};
}

static int ask_of_stream(struct ctl *ctl, enum node_request_type type, struct ike_path *path)
{
    struct node_request r;
    r.type = type;
    r.stream = (struct node_stream){path->local, path->remote};
    const int rc = node_do(ctl->node, &r);
    path->local = r.stream.local;
    return rc;
}

static int env_stream_open(void *ctx, struct ike_path *path)
{
    return ask_of_stream(ctx, NODE_STREAM_OPEN, path);
}

static void env_stream_hold(void *ctx, const struct ike_path *path, bool holds)
{
    struct ike_path p = *path;
    ask_of_stream(ctx, holds ? NODE_STREAM_HOLD : NODE_STREAM_LEAVE, &p);
}

static int64_t env_calendar(void *ctx)
{
    (void)ctx;
    return ctl_calendar();
}

int ctl_ike_start(struct ctl *ctl)
{
    const struct ike_env env = {
        .ctx = ctl,
        .rng = env_rng,
        .crypto = &ossl_ike_ops,
        .spi_alloc = env_spi_alloc,
        .spi_free = env_spi_free,
        .local_for = env_local_for,
        .conn_open = env_conn_open,
        .conn_close = env_conn_close,
        .mtu_for = env_mtu_for,
        .spi_known = env_spi_known,
        .resolve = env_resolve,
        .is_usable = env_is_usable,
        .own_addrs = env_own_addrs,
        .traffic = env_traffic,
        .stream_open = env_stream_open,
        .stream_hold = env_stream_hold,
        .calendar = env_calendar,
    };
    ctl->ike = ike_new(&env, ctl->conf->ike, ctl_now());
    return ctl->ike ? 0 : -ENOMEM;
}

static void child_install(struct ctl *ctl, const struct ike_install *in)
{
    struct node_request r;
    r.type = NODE_PAIR_INSTALL;
    esp_pair_copy(&r.pair, &in->pair);
    const int rc = node_do(ctl->node, &r);
    esp_pair_wipe(&r.pair);
    if (rc == 0)
        return;
    ctl->tally.install_failures++;
    host_log(HOST_ERR,
             "event=install_failed connection=%s child=%s spi_in=0x%08x way=%s error=\"%s\" effect=\"child "
             "is closed\"",
             in->conn, in->child, in->pair.spi_in, esp_way_name(in->pair.way), strerror(-rc));
    ctl_event(ctl, &(struct ike_event){.type = IKE_EV_SA_FAILED, .spi_in = in->pair.spi_in, .error = rc});
}

static void child_move(struct ctl *ctl, const struct ike_action *a)
{
    struct node_request r;
    r.type = NODE_PAIR_MOVE;
    r.move = (struct node_move){a->spi_in, {a->path.local, a->path.remote}, a->way};
    const int rc = node_do(ctl->node, &r);
    if (rc < 0)
        host_log(HOST_WARN, "event=repath_failed spi_in=0x%08x error=\"%s\"", a->spi_in, strerror(-rc));
}

static void child_set_mtu(struct ctl *ctl, const struct ike_action *a)
{
    struct node_request r;
    r.type = NODE_PAIR_MTU;
    r.mtu = (struct node_mtu){a->spi_in, a->mtu};
    node_do(ctl->node, &r);
}

static int ask_to_send(struct ctl *ctl, const struct ike_path *path, bool marker, bool whole,
                       struct base_span bytes)
{
    const struct node_send send = {.local = path->local,
                                   .remote = path->remote,
                                   .tcp = path->tcp,
                                   .marker = marker,
                                   .whole = whole,
                                   .len = (uint16_t)bytes.len};
    return bytes.len > UINT16_MAX ? -EMSGSIZE : node_send(ctl->node, &send, bytes.ptr);
}

static void action_send(struct ctl *ctl, const struct ike_action *a)
{
    static const uint8_t keepalive = 0xff;
    char to[BASE_ENDPOINT_TEXT_MAX];
    const bool is_keepalive = a->type == IKE_ACT_KEEPALIVE;
    const int rc = ask_to_send(ctl, &a->path, a->path.natt && !is_keepalive, a->is_whole,
                               is_keepalive ? base_span(&keepalive, 1) : a->bytes);
    if (rc < 0)
        host_log(HOST_WARN, "event=send_failed peer=%s error=\"%s\"%s",
                 base_endpoint_text(&a->path.remote, to), strerror(-rc),
                 rc == -ENETUNREACH ? " fix=\"give the outside port a gateway, or add a route\"" : "");
}

static void action_carry_out(struct ctl *ctl, const struct ike_action *a)
{
    switch (a->type) {
    case IKE_ACT_SEND:
    case IKE_ACT_KEEPALIVE:
        action_send(ctl, a);
        return;
    case IKE_ACT_SA_INSTALL:
        child_install(ctl, &a->install);
        return;
    case IKE_ACT_SA_ACTIVATE:
        node_do_spi(ctl->node, NODE_PAIR_ACTIVATE, a->spi_in);
        return;
    case IKE_ACT_SA_DEACTIVATE:
        node_do_spi(ctl->node, NODE_PAIR_DEACTIVATE, a->spi_in);
        return;
    case IKE_ACT_SA_REPATH:
        child_move(ctl, a);
        return;
    case IKE_ACT_SA_MTU:
        child_set_mtu(ctl, a);
        return;
    case IKE_ACT_SA_REMOVE:
        node_do_spi(ctl->node, NODE_PAIR_REMOVE, a->spi_in);
        return;
    case IKE_ACT_JOB:
        if (ike_job_is_radius(a->job))
            ctl_radius_submit(ctl->radius, a->job);
        else
            ctl_jobs_submit(ctl->jobs, a->job);
        return;
    case IKE_ACT_AUDIT:
        ctl_audit(&ctl->failures, &a->audit);
        return;
    }
}

/* What the engine asks for then, it puts behind what waits already. */
static void job_do_now(struct ctl *ctl, struct ike_job *job)
{
    ctl_jobs_run_own(ctl->jobs, job);
    ike_on_event(ctl->ike, ctl_now(), &(struct ike_event){.type = IKE_EV_JOB_DONE, .job = job});
}

void ctl_ike_actions(struct ctl *ctl)
{
    struct ike_action a;
    while (ike_next_action(ctl->ike, &a)) {
        if (a.type == IKE_ACT_JOB && a.job->kind->is_quick)
            job_do_now(ctl, a.job);
        else
            action_carry_out(ctl, &a);
        ike_action_wipe(&a);
    }
}

int ctl_event(struct ctl *ctl, const struct ike_event *ev)
{
    const int rc = ike_on_event(ctl->ike, ctl_now(), ev);
    ctl_ike_actions(ctl);
    return rc;
}

bool ctl_ike_jobs(struct ctl *ctl)
{
    struct ike_job *job;
    bool any = false;
    while ((job = ctl_jobs_pop(ctl->jobs))) {
        ctl_event(ctl, &(struct ike_event){.type = IKE_EV_JOB_DONE, .job = job});
        any = true;
    }
    return any;
}

bool ctl_ike_own_jobs(struct ctl *ctl)
{
    const base_time until = base_time_add(ctl_now(), OWN_JOBS_NS);
    struct ike_job *job;
    bool any = false;
    while ((job = ctl_jobs_pop_own(ctl->jobs))) {
        job_do_now(ctl, job);
        ctl_ike_actions(ctl);
        any = true;
        if (base_time_reached(until, ctl_now()))
            break;
    }
    if (any)
        ctl_jobs_rest(ctl->jobs);
    return any;
}

bool ctl_ike_names(struct ctl *ctl)
{
    struct ctl_resolved r;
    bool any = false;
    while (ctl_resolve_pop(ctl->names, &r)) {
        ctl_event(ctl, &(struct ike_event){.type = IKE_EV_RESOLVED,
                                           .name = r.conn,
                                           .host = r.host,
                                           .addrs = r.addrs,
                                           .n_addrs = r.n_addrs,
                                           .why = r.why});
        any = true;
    }
    return any;
}

void ctl_ike_timer(struct ctl *ctl, base_time now)
{
    if (!base_time_reached(ike_deadline(ctl->ike), now) || node_is_behind(ctl->node))
        return;
    ike_on_timer(ctl->ike, now);
    ctl_ike_actions(ctl);
}

static void event_datagram(struct ctl *ctl, const struct node_datagram *d, const uint8_t *bytes)
{
    const struct ike_path path = {.local = d->local, .remote = d->remote, .natt = d->natt, .tcp = d->tcp};
    ike_on_packet(ctl->ike, ctl_now(), &path, base_span(bytes, d->len));
    ctl_ike_actions(ctl);
}

/* IKE to whoever sent ESP: the way that came in UDP, or from port to port of IKE. */
static void event_fill_stray(struct ike_event *to, const struct node_stray *stray)
{
    to->type = IKE_EV_UNKNOWN_SPI;
    to->len = stray->len;
    to->path = (struct ike_path){.local = stray->local, .remote = stray->remote, .natt = stray->natt};
    if (!stray->natt)
        to->path.local.port = to->path.remote.port = IKE_PORT;
}

static void event_fill_ended(struct ike_event *to, const struct node_stream_ended *ended)
{
    to->type = IKE_EV_STREAM_ENDED;
    to->path = (struct ike_path){.local = ended->local, .remote = ended->remote, .natt = true, .tcp = true};
    to->is_ours = ended->is_ours;
    to->is_refused = ended->is_refused;
    to->error = ended->error;
    to->why = ended->why;
}

/* Packets that nothing is made for now need not wait. */
static void event_trap(struct ctl *ctl, uint32_t trap)
{
    struct ike_event ev = {.type = IKE_EV_TRAP};
    struct node_request refuse;
    if (ctl_node_trap(ctl, trap, &ev.name, &ev.child) && ctl_event(ctl, &ev) >= 0)
        return;
    refuse.type = NODE_TRAP_REFUSE;
    refuse.trap = trap;
    node_do(ctl->node, &refuse);
}

static void event_to_engine(struct ctl *ctl, const struct node_event *ev, const uint8_t *bytes)
{
    struct ike_event to = {.spi_in = ev->spi_in};
    switch (ev->type) {
    case NODE_EV_DATAGRAM:
        event_datagram(ctl, &ev->datagram, bytes);
        return;
    case NODE_EV_TRAP:
        event_trap(ctl, ev->trap);
        return;
    case NODE_EV_HOST_ADDRS:
        ctl_places_heard(&ctl->places, ev->port, ctl_now());
        return;
    case NODE_EV_SOFT:
        to.type = IKE_EV_SA_SOFT;
        break;
    case NODE_EV_HARD:
        to.type = IKE_EV_SA_HARD;
        break;
    case NODE_EV_WANTED:
        to.type = IKE_EV_SA_WANTED;
        break;
    case NODE_EV_MOVED:
        to.type = IKE_EV_PEER_MOVED;
        to.remote = ev->moved.to;
        to.path = (struct ike_path){.local.port = ev->moved.local_port,
                                    .remote = ev->moved.to,
                                    .natt = ev->moved.is_stream,
                                    .tcp = ev->moved.is_stream};
        break;
    case NODE_EV_PATH_MTU:
        to.type = IKE_EV_PATH_MTU;
        to.mtu = ev->path_mtu.mtu;
        to.is_sure = ev->path_mtu.is_sure;
        break;
    case NODE_EV_TRAFFIC:
        to.type = IKE_EV_TRAFFIC;
        to.last_in = ev->traffic.last_in;
        to.last_out = ev->traffic.last_out;
        break;
    case NODE_EV_STREAM_ENDED:
        event_fill_ended(&to, &ev->ended);
        break;
    case NODE_EV_UNKNOWN_SPI:
        event_fill_stray(&to, &ev->stray);
        break;
    }
    ctl_event(ctl, &to);
}

bool ctl_ike_events(struct ctl *ctl)
{
    static uint8_t bytes[NODE_DATAGRAM_MAX]; /* of one datagram at a time */
    struct node_event ev;
    bool any = false;
    while (node_event_pop(ctl->node, &ev, bytes)) {
        if (!ctl_manual_event(ctl, &ev))
            event_to_engine(ctl, &ev, bytes);
        any |= ev.type != NODE_EV_TRAFFIC;
    }
    return any;
}
