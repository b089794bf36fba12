/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The engine's doors: packets, events and time in, to the version of IKE that they concern; actions out. Each
 * door ends with one settle step, in which what was marked is done.
 */
#include "ike.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include "base_span.h"
#include "base_time.h"
#include "base_wipe.h"
#include "explain.h"
#include "ike_act.h"
#include "ike_action.h"
#include "ike_calls.h"
#include "ike_claim.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ike_env.h"
#include "ike_path.h"
#include "ike_pools.h"
#include "ike_run.h"
#include "ike_share.h"
#include "ike_swap.h"
#include "ike_timer.h"
#include "ike_version.h"
#include "ike_view.h"
#include "ike_wait.h"
#include "ikev2.h"
#include "pool_book.h"
#include "wire_ike.h"

#define GOODBYES_AT_ONCE 128
#define GOODBYES_OUT     1024                /* told and not answered yet, */
#define GOODBYES_NS      (6 * BASE_NS_PER_S) /* unless it takes longer than that for all */
#define TIMERS_AT_ONCE   256                 /* each of a few datagrams at most */
#define SWAPS_AT_ONCE    256                 /* connections of another configuration, and SAs of them */
#define VERSION_AT       17 /* of the byte with both halves of the version, in every version's header */

static void engine_settle(struct ike *ike)
{
    const struct ike_version *v;
    for (size_t i = 0; (v = ike_version_at(i)) != NULL; i++)
        v->settle(ike);
    ike_swap_settle(ike);
    if (ike->swap.is_over)
        ike_swap_end(ike);
}

/* ---- packets ---- */

/* A first message of IKEv1 is told of; nothing of it is answered. */
static void engine_on_earlier_version(struct ike *ike, const struct ike_path *path, struct base_span bytes)
{
    struct wire_ike_hdr hdr;
    ike->stats.dropped_unexpected++;
    wire_ike_hdr_parse(bytes, &hdr);
    if (hdr.version >> 4 == WIRE_IKE_V1_MAJOR && hdr.spi_i && !hdr.spi_r &&
        (hdr.exchange == WIRE_IKE_V1_MAIN || hdr.exchange == WIRE_IKE_V1_AGGRESSIVE))
        explain_ikev1(ike, path);
}

static void engine_on_packet(struct ike *ike, const struct ike_path *path, struct base_span bytes)
{
    struct base_reader r = base_reader(bytes);
    base_read_span(&r, VERSION_AT);
    const uint8_t major = base_read_u8(&r) >> 4;
    ike->stats.packets_in++;
    const struct ike_version *v = ike_version_of(major);
    if (v && (!v->is_spoken || v->is_spoken(ike)))
        v->on_packet(ike, path, bytes);
    else if (bytes.len < WIRE_IKE_HDR_BYTES || bytes.len > WIRE_IKE_MSG_MAX)
        ike->stats.dropped_malformed++;
    else if (major > WIRE_IKE_MAJOR)
        ikev2_on_later_version(ike, path, bytes);
    else
        engine_on_earlier_version(ike, path, bytes);
}

void ike_on_packet(struct ike *ike, base_time now, const struct ike_path *path, struct base_span bytes)
{
    ike->now = now;
    engine_on_packet(ike, path, bytes);
    engine_settle(ike);
}

/* ---- events ---- */

static struct ike_run *run_by_name(struct ike *ike, const char *name)
{
    const struct ike_conn_conf *c = name ? ike_conf_conn(ike->conf, name) : NULL;
    struct ike_run *run = c ? ike_run_of(ike, c) : NULL;
    ike_swap_finish(ike, run);
    return run;
}

static int engine_terminate(struct ike *ike, struct ike_run *run)
{
    if (!run)
        return -ENOENT;
    run->held = true;
    ike_timer_clear(&ike->timers, &run->timer);
    return ike_version_run(run)->terminate(ike, run, GOODBYES_AT_ONCE);
}

/* The rest of a swap at once. */
static void engine_end_swap(struct ike *ike)
{
    ike_swap_more(ike, SIZE_MAX);
    engine_settle(ike);
}

static void engine_begin_to_shut_down(struct ike *ike)
{
    for (size_t i = 0; i < ike->conf->n_conns; i++)
        ike_timer_clear(&ike->timers, &ike->runs[i].timer);
    ike->shutting_down = true;
    ike->goodbye = (struct ike_goodbye){.began_at = ike->now, .sas = ike->stats.ike_sas};
}

/*
 * How many are told now. As many as answer make room for the next ones, or what they are told, and told
 * again, and their answers overflow queues on the way; who does not answer does not hold up the others for
 * long.
 */
static size_t goodbyes_now(const struct ike *ike)
{
    const struct ike_goodbye *g = &ike->goodbye;
    const uint64_t ended = g->sas > ike->stats.ike_sas ? g->sas - ike->stats.ike_sas : 0;
    const uint64_t out = g->told > ended ? g->told - ended : 0;
    const uint64_t ms = base_time_since(ike->now, g->began_at) / BASE_NS_PER_MS;
    const uint64_t due = g->sas * ms / (GOODBYES_NS / BASE_NS_PER_MS);
    uint64_t most = out < GOODBYES_OUT ? GOODBYES_OUT - out : 0;
    if (due > g->told && due - g->told > most)
        most = due - g->told;
    return most < GOODBYES_AT_ONCE ? (size_t)most : GOODBYES_AT_ONCE;
}

static int engine_shut_down(struct ike *ike)
{
    if (ike->swap.heirs)
        engine_end_swap(ike);
    if (!ike->shutting_down)
        engine_begin_to_shut_down(ike);
    const size_t most = goodbyes_now(ike);
    size_t left = 0;
    const struct ike_version *v;
    for (size_t i = 0; (v = ike_version_at(i)) != NULL; i++)
        left += v->shut_down(ike, most);
    ike->goodbye.told += most;
    return left ? 1 : 0;
}

static void engine_tell_all(struct ike *ike, const struct ike_event *ev)
{
    const struct ike_version *v;
    for (size_t i = 0; (v = ike_version_at(i)) != NULL; i++)
        v->on_event(ike, ev);
}

static int engine_swap(struct ike *ike, const struct ike_event *ev)
{
    engine_end_swap(ike);
    const int rc = ike_swap_begin(ike, ev->conf, ev->heirs);
    engine_tell_all(ike, ev);
    const int pools_rc = rc < 0 ? rc : ike_pools_apply(ike);
    return pools_rc < 0 ? pools_rc : ike_swap_more(ike, SWAPS_AT_ONCE);
}

static int engine_on_event(struct ike *ike, const struct ike_event *ev)
{
    struct ike_run *run;
    switch (ev->type) {
    case IKE_EV_INITIATE:
        run = run_by_name(ike, ev->name);
        return run && !ike->shutting_down ? ike_run_initiate(ike, run, ev->child) : -ENOENT;
    case IKE_EV_RESOLVED:
        run = run_by_name(ike, ev->name);
        if (run)
            ike_run_resolved(ike, run, ev);
        return 0;
    case IKE_EV_TRAP:
        run = run_by_name(ike, ev->name);
        return run && ev->child ? ike_run_trap(ike, run, ev->child) : -ENOENT;
    case IKE_EV_TERMINATE:
        run = run_by_name(ike, ev->name);
        return run && ev->child ? ike_version_run(run)->terminate_child(ike, run, ev->child)
                                : engine_terminate(ike, run);
    case IKE_EV_REDIRECT:
        run = run_by_name(ike, ev->name);
        return ev->name && !run ? -ENOENT : ikev2_redirect_clients(ike, run, ev->host);
    case IKE_EV_REKEY:
        run = run_by_name(ike, ev->name);
        return run ? ike_version_run(run)->rekey(ike, run, ev) : -ENOENT;
    case IKE_EV_REAUTH:
        run = run_by_name(ike, ev->name);
        return run ? ike_version_run(run)->reauthenticate(ike, run) : -ENOENT;
    case IKE_EV_CONF_SWAP:
        return engine_swap(ike, ev);
    case IKE_EV_CONF_MORE:
        return ike_swap_more(ike, SWAPS_AT_ONCE);
    case IKE_EV_SHUTDOWN:
        return engine_shut_down(ike);
    case IKE_EV_JOB_DONE:
        ike_wait_over(ike, ev->job);
        return 0;
    case IKE_EV_SA_SOFT:
    case IKE_EV_SA_HARD:
    case IKE_EV_SA_WANTED:
    case IKE_EV_SA_FAILED:
    case IKE_EV_PEER_MOVED:
    case IKE_EV_PATH_MTU:
    case IKE_EV_TRAFFIC:
    case IKE_EV_STREAM_ENDED:
    case IKE_EV_UNKNOWN_SPI:
    case IKE_EV_PLACES:
    case IKE_EV_ADDRS:
        engine_tell_all(ike, ev);
        return 0;
    }
    return 0;
}

int ike_on_event(struct ike *ike, base_time now, const struct ike_event *ev)
{
    ike->now = now;
    const int rc = engine_on_event(ike, ev);
    engine_settle(ike);
    return rc;
}

/* ---- time ---- */

/* A former one's call is planned anew by its heir. */
static void engine_on_run_timer(struct ike *ike, struct ike_run *run)
{
    if (ike_swap_heir(ike, run) != run)
        return;
    ike_swap_finish(ike, run);
    ike_run_on_timer(ike, run);
}

static void engine_on_sa_timer(struct ike *ike, struct ike_timer *t)
{
    const struct ike_version *v;
    for (size_t i = 0; (v = ike_version_at(i)) != NULL; i++)
        if (v->timers == t->owner)
            v->on_timer(ike, t);
}

void ike_on_timer(struct ike *ike, base_time now)
{
    struct ike_timer *t;
    ike->now = now;
    for (size_t i = 0; i < TIMERS_AT_ONCE; i++) {
        t = ike_timer_first(&ike->timers);
        if (!t || !base_time_reached(t->at, now))
            break;
        ike_timer_clear(&ike->timers, t); /* the settle step sets it anew */
        if (t->owner == IKE_TIMER_RUN)
            engine_on_run_timer(ike, (struct ike_run *)((char *)t - offsetof(struct ike_run, timer)));
        else
            engine_on_sa_timer(ike, t);
    }
    engine_settle(ike);
}

base_time ike_deadline(const struct ike *ike)
{
    const struct ike_timer *t = ike_timer_first(&ike->timers);
    return t ? t->at : BASE_TIME_NEVER;
}

/* ---- actions ---- */

bool ike_next_action(struct ike *ike, struct ike_action *out)
{
    return ike_act_take(ike, out);
}

/* ---- life ---- */

static int engine_start_versions(struct ike *ike, const struct ike_conf *conf)
{
    const struct ike_version *v;
    int rc = 0;
    for (size_t i = 0; rc == 0 && (v = ike_version_at(i)) != NULL; i++)
        rc = v->start(ike, conf);
    return rc;
}

struct ike *ike_new(const struct ike_env *env, const struct ike_conf *conf, base_time now)
{
    struct ike *ike = calloc(1, sizeof *ike);
    if (!ike)
        return NULL;
    ike->env = *env;
    ike->now = now;
    ike->fail.refill = now;
    env->rng(env->ctx, IKE_RNG_HASH_SEED, &ike->hash_seed, sizeof ike->hash_seed);
    ike->pools = pool_book_new(ike->hash_seed);
    if (!ike->pools || ike_wait_init(ike, conf) < 0 || ike_share_init(ike, ike_slots(conf)) < 0 ||
        ike_ids_init(ike, ike_slots(conf)) < 0 || ike_claim_init(ike, ike_slots(conf)) < 0 ||
        engine_start_versions(ike, conf) < 0 || ike_run_init(ike, conf) < 0 || ike_pools_apply(ike) < 0) {
        ike_free(ike);
        return NULL;
    }
    ike_run_number(ike);
    for (size_t i = 0; i < conf->n_conns; i++)
        if (ike_run_wants(&ike->runs[i]))
            ike_timer_set(&ike->timers, &ike->runs[i].timer, now);
    return ike;
}

void ike_free(struct ike *ike)
{
    if (!ike)
        return;
    ike->shutting_down = true;
    const struct ike_version *v;
    for (size_t i = 0; (v = ike_version_at(i)) != NULL; i++)
        v->stop(ike);
    ike_wait_fini(ike);
    ike_share_fini(ike);
    ike_claim_fini(ike);
    ike_ids_fini(ike);
    ike_act_fini(ike);
    ike_swap_end(ike);
    ike_run_fini(ike);
    ike_timer_fini(&ike->timers);
    pool_book_free(ike->pools);
    ike_mappings_free(&ike->mappings);
    base_wipe(ike, sizeof *ike);
    free(ike);
}
