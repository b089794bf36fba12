/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the IKE engine asks for becomes packets, SAs and log lines here, and what the data path saw becomes
 * events for the engine. Neither knows of the other.
 */
#include "ctl_ike.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_mbuf.h>

#include "base_text.h"
#include "ctl_home.h"
#include "ctl_job.h"
#include "host_log.h"
#include "ossl_ops.h"
#include "wire_natt.h"

#define TRAFFIC_LOOK_NS BASE_NS_PER_S
#define DEFAULT_MTU     1500

static void env_rng(void *ctx, enum ike_rng_purpose purpose, void *buf, size_t len)
{
    const bool secret = purpose == IKE_RNG_COOKIE || purpose == IKE_RNG_HASH_SEED;
    /* Without randomness no key is safe: nothing that the daemon could still do is better than to end. */
    if ((secret ? ossl_random_secret(buf, len) : ossl_random(buf, len)) < 0) {
        host_log(HOST_ERR, "event=no_randomness effect=\"the daemon ends\"");
        abort();
    }
}

static int env_spi_alloc(void *ctx, uint32_t *spi)
{
    struct ctl *ctl = ctx;
    return sad_spi_alloc(ctl->sad, spi);
}

static void env_spi_free(void *ctx, uint32_t spi)
{
    struct ctl *ctl = ctx;
    sad_spi_free(ctl->sad, spi);
}

static int env_local_for(void *ctx, const struct base_addr *remote, struct base_addr *local)
{
    struct ctl *ctl = ctx;
    uint16_t mtu;
    return dp_route_find(ctl->dp, remote, local, &mtu);
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
    };
    ctl->ike = ike_new(&env, ctl->conf->ike, ctl_now());
    return ctl->ike ? 0 : -ENOMEM;
}

/* MTU of the way to a peer; without a route the SA is installed all the same and its packets are counted. */
static uint16_t outer_mtu(const struct ctl *ctl, const struct base_addr *remote)
{
    struct base_addr local;
    uint16_t mtu;
    return dp_route_find(ctl->dp, remote, &local, &mtu) == 0 ? mtu : DEFAULT_MTU;
}

static void install(struct ctl *ctl, struct ike_install *in)
{
    struct esp_pair *pair = &in->pair;
    pair->outer_mtu = outer_mtu(ctl, &pair->path.remote.addr);
    const int rc = sad_install(ctl->sad, pair);
    if (rc == 0)
        return;
    ctl->install_failures++;
    host_log(
        HOST_ERR,
        "event=install_failed connection=%s child=%s spi_in=0x%08x error=\"%s\" effect=\"child is closed\"",
        in->conn, in->child, pair->spi_in, strerror(-rc));
    ctl_event(ctl, &(struct ike_event){.type = IKE_EV_SA_HARD, .spi_in = pair->spi_in});
}

static void repath(struct ctl *ctl, const struct ike_action *a)
{
    const struct esp_path path = {a->path.local, a->path.remote};
    const int rc = sad_repath(ctl->sad, a->spi_in, &path, outer_mtu(ctl, &a->path.remote.addr));
    if (rc < 0)
        host_log(HOST_WARN, "event=repath_failed spi_in=0x%08x error=\"%s\"", a->spi_in, strerror(-rc));
}

static void send_datagram(struct ctl *ctl, const struct ike_action *a)
{
    static const uint8_t keepalive = 0xff;
    char to[BASE_ENDPOINT_TEXT_MAX];
    const bool is_keepalive = a->type == IKE_ACT_KEEPALIVE;
    const int rc = dp_udp_send(ctl->dp, &a->path.local, &a->path.remote, a->path.natt && !is_keepalive,
                               is_keepalive ? base_span(&keepalive, 1) : a->bytes);
    if (rc < 0)
        host_log(HOST_WARN, "event=send_failed peer=%s error=\"%s\"%s",
                 base_endpoint_text(&a->path.remote, to), strerror(-rc),
                 rc == -ENETUNREACH ? " fix=\"give the outside port a gateway, or add a route\"" : "");
}

static void carry_out(struct ctl *ctl, struct ike_action *a)
{
    switch (a->type) {
    case IKE_ACT_SEND:
    case IKE_ACT_KEEPALIVE:
        send_datagram(ctl, a);
        return;
    case IKE_ACT_SA_INSTALL:
        install(ctl, &a->install);
        return;
    case IKE_ACT_SA_ACTIVATE:
        sad_activate(ctl->sad, a->spi_in);
        return;
    case IKE_ACT_SA_REPATH:
        repath(ctl, a);
        return;
    case IKE_ACT_SA_REMOVE:
        sad_remove(ctl->sad, a->spi_in);
        return;
    case IKE_ACT_JOB:
        ctl_jobs_submit(ctl->jobs, a->job);
        return;
    case IKE_ACT_AUDIT:
        ctl_audit(&ctl->failures, &a->audit);
        return;
    }
}

void ctl_ike_actions(struct ctl *ctl)
{
    struct ike_action a;
    while (ike_next_action(ctl->ike, &a)) {
        carry_out(ctl, &a);
        ike_action_wipe(&a);
    }
}

int ctl_event(struct ctl *ctl, const struct ike_event *ev)
{
    const int rc = ike_on_event(ctl->ike, ctl_now(), ev);
    ctl_ike_actions(ctl);
    return rc;
}

void ctl_ike_packet(struct ctl *ctl, const struct dp_punt *punt)
{
    const struct ike_path path = {.local = punt->dst, .remote = punt->src, .natt = punt->natt};
    ike_on_packet(ctl->ike, ctl_now(), &path, punt->payload);
    ctl_ike_actions(ctl);
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

void ctl_ike_timer(struct ctl *ctl, base_time now)
{
    if (!base_time_reached(ike_deadline(ctl->ike), now))
        return;
    ike_on_timer(ctl->ike, now);
    ctl_ike_actions(ctl);
}

/* Tells the engine which children carried packets since the last look: liveness and keepalives hang on it. */
static void look_for_traffic(struct ctl *ctl, base_time now)
{
    struct sad_stats s;
    uint32_t cursor = 0;
    const uint64_t since = ctl->traffic_tsc;
    if (!base_time_reached(ctl->traffic_at, now))
        return;
    ctl->traffic_tsc = rte_rdtsc();
    ctl->traffic_at = base_time_add(now, TRAFFIC_LOOK_NS);
    while (sad_next(ctl->sad, &cursor, &s)) {
        if (s.in.last_tsc < since && s.out.last_tsc < since)
            continue;
        ctl_event(ctl, &(struct ike_event){.type = IKE_EV_TRAFFIC,
                                           .spi_in = s.spi_in,
                                           .last_in = ctl_time_of_tsc(ctl, s.in.last_tsc),
                                           .last_out = ctl_time_of_tsc(ctl, s.out.last_tsc)});
    }
}

bool ctl_ike_sad_events(struct ctl *ctl, base_time now)
{
    static const enum ike_event_type types[] = {
        [SAD_EV_SOFT] = IKE_EV_SA_SOFT,
        [SAD_EV_HARD] = IKE_EV_SA_HARD,
        [SAD_EV_SEQ_END] = IKE_EV_SA_HARD,
        [SAD_EV_PEER_MOVED] = IKE_EV_PEER_MOVED,
    };
    struct sad_event ev;
    bool any = false;
    while (sad_event_pop(ctl->sad, &ev)) {
        ctl_event(ctl, &(struct ike_event){.type = types[ev.type], .spi_in = ev.spi_in, .remote = ev.remote});
        any = true;
    }
    look_for_traffic(ctl, now);
    ctl_home_look(ctl, now);
    return any;
}
