/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The part of a gateway around the engine: SPI reservation, SA table, jobs that take time, sending. Each
 * step is checked: a removal without an install, a send from an address that is not ours, and the like.
 */
#include "sim_act.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "null_crypt.h"
#include "sim_check.h"
#include "sim_world.h"
#include "wire_natt.h"

static void env_rng(void *ctx, enum ike_rng_purpose purpose, void *buf, size_t len)
{
    struct sim_host *h = ctx;
    seed_rng_fill(&h->world->rng, buf, len);
    if (purpose == IKE_RNG_SPI && len == 8)
        sim_script_spi(h->script, buf);
}

static struct sim_sa *sa_add(struct sim_host *h, uint32_t spi)
{
    if (h->n_sas == h->cap_sas) {
        h->cap_sas = h->cap_sas ? 2 * h->cap_sas : 8;
        h->sas = realloc(h->sas, h->cap_sas * sizeof *h->sas);
        if (!h->sas)
            abort();
    }
    struct sim_sa *sa = &h->sas[h->n_sas++];
    *sa = (struct sim_sa){.spi = spi, .state = SIM_SA_RESERVED};
    return sa;
}

static void sa_drop(struct sim_host *h, struct sim_sa *sa)
{
    *sa = h->sas[--h->n_sas];
}

static int env_spi_alloc(void *ctx, uint32_t *spi)
{
    struct sim_host *h = ctx;
    if (seed_rng_chance(&h->world->rng, h->spi_fail))
        return -ENOSPC;
    do
        *spi = (uint32_t)seed_rng_between(&h->world->rng, 256, UINT32_MAX);
    while (sim_host_sa(h, *spi));
    sa_add(h, *spi);
    return 0;
}

static void env_spi_free(void *ctx, uint32_t spi)
{
    struct sim_host *h = ctx;
    struct sim_sa *sa = sim_host_sa(h, spi);
    if (!sa || sa->state != SIM_SA_RESERVED)
        sim_fail(h->world, "%s: spi_free of %08x, which is %s", h->name, spi, sa ? "installed" : "unknown");
    else
        sa_drop(h, sa);
}

static int env_local_for(void *ctx, const struct base_addr *remote, struct base_addr *local)
{
    struct sim_host *h = ctx;
    *local = remote->family == h->addr6.family ? h->addr6 : h->addr;
    return remote->family == local->family ? 0 : -ENETUNREACH;
}

static uint16_t env_mtu_for(void *ctx, const struct base_addr *remote)
{
    return ((struct sim_host *)ctx)->port_mtu;
}

static bool env_is_usable(void *ctx, const struct base_addr *local, const struct base_addr *remote)
{
    return local->family == remote->family && sim_host_has(ctx, local);
}

static size_t env_own_addrs(void *ctx, struct base_addr *out, size_t max)
{
    const struct sim_host *h = ctx;
    size_t n = 0;
    if (h->addr.family != BASE_AF_NONE && n < max)
        out[n++] = h->addr;
    if (h->addr6.family != BASE_AF_NONE && n < max)
        out[n++] = h->addr6;
    return n;
}

struct ike_env sim_act_env(struct sim_host *h)
{
    return (struct ike_env){.ctx = h,
                            .rng = env_rng,
                            .crypto = h->crypto ? h->crypto : &null_ike_ops,
                            .calendar = h->calendar,
                            .spi_alloc = env_spi_alloc,
                            .spi_free = env_spi_free,
                            .local_for = env_local_for,
                            .mtu_for = env_mtu_for,
                            .is_usable = env_is_usable,
                            .own_addrs = env_own_addrs};
}

static void check_path(struct sim_host *h, const struct ike_path *path)
{
    struct sim_world *w = h->world;
    if (!sim_host_has(h, &path->local.addr))
        sim_fail(w, "%s: sends from an address that is not its own", h->name);
    if (path->local.port != (path->natt ? WIRE_NATT_PORT : WIRE_IKE_PORT))
        sim_fail(w, "%s: local port %u and natt %d do not fit", h->name, path->local.port, path->natt);
    if (!path->remote.port || path->remote.addr.family == BASE_AF_NONE)
        sim_fail(w, "%s: sends to nowhere", h->name);
}

/* Whoever is told an SPI of ours in an answer may send on it at once, so it is installed before that leaves.
 */
static void check_order(struct sim_host *h, struct base_span msg)
{
    if (!(msg.ptr[19] & WIRE_IKE_F_RESPONSE))
        return;
    for (size_t i = 0; i < h->n_sas; i++) {
        const uint32_t spi = h->sas[i].spi;
        const uint8_t wire[] = {(uint8_t)(spi >> 24), (uint8_t)(spi >> 16), (uint8_t)(spi >> 8),
                                (uint8_t)spi};
        if (h->sas[i].state == SIM_SA_RESERVED && memmem(msg.ptr, msg.len, wire, sizeof wire))
            sim_fail(h->world, "%s: an answer tells %08x, which is not installed yet", h->name, spi);
    }
}

static void act_send(struct sim_host *h, struct ike_action *a)
{
    check_path(h, &a->path);
    bool is_ike = a->type == IKE_ACT_SEND;
    if (is_ike) {
        char to[BASE_ENDPOINT_TEXT_MAX];
        sim_trace(h->world, h, "sends %s exchange %u flags %02x id %u, %zu bytes to %s%s",
                  a->bytes.len > 18 ? "ike" : "runt", a->bytes.ptr[18], a->bytes.ptr[19], a->bytes.ptr[23],
                  a->bytes.len, base_endpoint_text(&a->path.remote, to), a->path.natt ? " natt" : "");
        sim_watch_out(h, a->bytes);
        check_order(h, a->bytes);
        h->ike_out++;
        if (a->bytes.ptr[18] == WIRE_IKE_SA_INIT && !(a->bytes.ptr[19] & WIRE_IKE_F_RESPONSE))
            h->init_out++;
    } else {
        h->keepalives_out++;
        if (!a->path.natt)
            sim_fail(h->world, "%s: keepalive off the NAT-T port", h->name);
    }
    struct base_span bytes = is_ike ? a->bytes : BASE_SPAN_NONE;
    if (h->world->carries && bytes.len + ike_path_header_bytes(&a->path) > h->world->carries) {
        sim_trace(h->world, h, "is too long for the path");
        return;
    }
    sim_net_send(h->world, h,
                 sim_dgram_new(a->path.local, a->path.remote, is_ike ? SIM_IKE : SIM_KEEPALIVE, bytes));
}

static uint64_t seal_of(const struct esp_pair *pair, const struct esp_keymat *k, uint32_t spi)
{
    uint64_t hash = sim_hash(0, k->encr, k->encr_len);
    hash = sim_hash(hash, k->integ, k->integ_len);
    hash = sim_hash(hash, &pair->encr, sizeof pair->encr);
    hash = sim_hash(hash, &pair->encr_bits, sizeof pair->encr_bits);
    hash = sim_hash(hash, &pair->esn, sizeof pair->esn);
    return sim_hash(hash, &spi, sizeof spi);
}

static void act_mtu(struct sim_host *h, struct ike_action *a)
{
    struct sim_sa *sa = sim_host_sa(h, a->spi_in);
    sim_trace(h->world, h, "MTU of %08x is %u", a->spi_in, a->mtu);
    if (!sa || sa->state != SIM_SA_INSTALLED)
        sim_fail(h->world, "%s: MTU of %08x, which is not installed", h->name, a->spi_in);
    else
        sa->inst.pair.outer_mtu = a->mtu;
}

/* Workers without end: each pair that replaces none has one of its own. */
static void act_share(struct sim_host *h, struct sim_sa *sa)
{
    const struct esp_pair *pair = &sa->inst.pair;
    const struct sim_sa *beside = pair->beside_in ? sim_host_sa(h, pair->beside_in) : NULL;
    const struct sim_sa *old = pair->replaces_in ? sim_host_sa(h, pair->replaces_in) : NULL;
    if (beside && (beside->state != SIM_SA_INSTALLED || !beside->group))
        sim_fail(h->world, "%s: %08x is to stand beside %08x, which does not share", h->name, sa->spi,
                 beside->spi);
    sa->group = beside ? beside->group : sa->order;
    sa->home = old && old->group == sa->group ? old->home : ++h->homes;
}

static void act_install(struct sim_host *h, struct ike_action *a)
{
    const struct ike_install *inst = &a->install;
    const struct esp_pair *pair = &inst->pair;
    struct sim_sa *sa = sim_host_sa(h, pair->spi_in);
    sim_trace(h->world, h, "installs %08x/%08x of %s%s replacing %08x", pair->spi_in, pair->spi_out,
              inst->child, pair->active ? "" : " (inactive)", pair->replaces_in);
    if (!sa || sa->state != SIM_SA_RESERVED) {
        sim_fail(h->world, "%s: install of %08x, which is %s", h->name, pair->spi_in,
                 sa ? "installed already" : "not reserved");
        return;
    }
    check_path(h, &a->path);
    if (pair->way == ESP_WAY_UDP && !a->path.natt)
        sim_fail(h->world, "%s: ESP in UDP away from the NAT-T port", h->name);
    sa->state = SIM_SA_INSTALLED;
    sa->inst = *inst;
    snprintf(sa->conn, sizeof sa->conn, "%s", inst->conn);
    snprintf(sa->child, sizeof sa->child, "%s", inst->child);
    sa->inst.conn = sa->inst.child = NULL;
    sa->order = ++h->installs;
    sa->group = sa->home = 0;
    if (pair->is_shared)
        act_share(h, sa);
    sa->installed_at = h->world->now;
    sa->seal_in = seal_of(pair, &pair->keys_in, pair->spi_in);
    sa->seal_out = seal_of(pair, &pair->keys_out, pair->spi_out);
    sim_check_pair(h, sa);
    if (sim_host_count(h, SIM_SA_INSTALLED) > h->pairs_max)
        sim_fail(h->world, "%s: more than %zu pairs are installed at once", h->name, h->pairs_max);
}

static struct sim_sa *installed(struct sim_host *h, const struct ike_action *a, const char *what)
{
    struct sim_sa *sa = sim_host_sa(h, a->spi_in);
    if (sa && sa->state == SIM_SA_INSTALLED)
        return sa;
    sim_fail(h->world, "%s: %s of %08x, which is not installed", h->name, what, a->spi_in);
    return NULL;
}

static void act_repath(struct sim_host *h, struct ike_action *a)
{
    struct sim_sa *sa = installed(h, a, "repath");
    char to[BASE_ENDPOINT_TEXT_MAX];
    sim_trace(h->world, h, "repaths %08x to %s by %s", a->spi_in, base_endpoint_text(&a->path.remote, to),
              esp_way_name(a->way));
    if (!sa)
        return;
    check_path(h, &a->path);
    if (h->world->attacker.family && base_addr_equal(&a->path.remote.addr, &h->world->attacker))
        sim_fail(h->world, "%s: a replayed packet moved %08x to the attacker", h->name, a->spi_in);
    sa->inst.pair.path = (struct esp_path){a->path.local, a->path.remote};
    sa->inst.pair.way = a->way;
}

static void act_remove(struct sim_host *h, struct ike_action *a)
{
    struct sim_sa *sa = installed(h, a, "removal");
    sim_trace(h->world, h, "removes %08x", a->spi_in);
    if (!sa)
        return;
    h->removes++;
    sa_drop(h, sa);
}

/* The host's job with this number, taken from it. NULL: it was killed meanwhile. */
static struct ike_job *job_take(struct sim_host *h, uint64_t id)
{
    struct ike_job **p = &h->jobs;
    while (*p && (*p)->id != id)
        p = &(*p)->next;
    struct ike_job *job = *p;
    if (job)
        *p = job->next;
    return job;
}

/* What becomes of a job at the end of its time. */
struct running_job {
    struct sim_host *host;
    uint64_t life;
};

static void job_done(struct sim_world *w, void *arg, uint64_t num)
{
    struct running_job *r = arg;
    struct sim_host *h = r->host;
    struct ike_job *job = h->life == r->life ? job_take(h, num) : NULL;
    if (!job)
        return;
    h->jobs_running--;
    for (const struct ike_job *j = h->jobs; j; j = j->next)
        h->jobs_overtaken += j->id < job->id;
    if (seed_rng_chance(&w->rng, h->job_fail))
        job->status = -EIO;
    else
        ike_job_run(&null_ike_ops, job);
    sim_host_event(h, &(struct ike_event){.type = IKE_EV_JOB_DONE, .job = job});
}

static void act_job(struct sim_host *h, const struct ike_action *a)
{
    struct running_job *r = malloc(sizeof *r);
    if (!r)
        abort();
    *r = (struct running_job){h, h->life};
    a->job->next = h->jobs;
    h->jobs = a->job;
    h->jobs_running++;
    uint64_t us = seed_rng_between(&h->world->rng, h->job_min_us, h->job_max_us);
    sim_world_post(h->world, us * 1000, job_done, r, a->job->id, true);
}

static void act_audit(struct sim_host *h, const struct ike_action *a)
{
    sim_trace(h->world, h, "audit %s conn=%s child=%s notify=%u what=%s why=%s",
              ike_audit_kind_name(a->audit.kind), a->audit.conn, a->audit.child, a->audit.notify,
              a->audit.what, a->audit.why);
    h->audits[a->audit.kind]++;
    if (ike_audit_is_failure(a->audit.kind))
        h->last_failure = a->audit;
}

static void act(struct sim_host *h, struct ike_action *a)
{
    switch (a->type) {
    case IKE_ACT_SEND:
    case IKE_ACT_KEEPALIVE:
        act_send(h, a);
        break;
    case IKE_ACT_SA_INSTALL:
        act_install(h, a);
        break;
    case IKE_ACT_SA_ACTIVATE: {
        struct sim_sa *sa = installed(h, a, "activation");
        sim_trace(h->world, h, "activates %08x", a->spi_in);
        if (sa)
            sa->inst.pair.active = true;
        break;
    }
    case IKE_ACT_SA_DEACTIVATE: {
        struct sim_sa *sa = installed(h, a, "deactivation");
        sim_trace(h->world, h, "deactivates %08x", a->spi_in);
        if (sa)
            sa->inst.pair.active = false;
        break;
    }
    case IKE_ACT_SA_MTU:
        act_mtu(h, a);
        break;
    case IKE_ACT_SA_REPATH:
        act_repath(h, a);
        break;
    case IKE_ACT_SA_REMOVE:
        act_remove(h, a);
        break;
    case IKE_ACT_JOB:
        act_job(h, a);
        break;
    case IKE_ACT_AUDIT:
        act_audit(h, a);
        break;
    }
}

void sim_act_drain(struct sim_host *h)
{
    static struct ike_action a;
    while (ike_next_action(h->ike, &a)) {
        act(h, &a);
        ike_action_wipe(&a);
    }
    h->deadline = ike_deadline(h->ike);
}
