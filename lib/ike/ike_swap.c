/* SPDX-License-Identifier: BSD-3-Clause */
/* Each connection is moved once, in its turn or when something is wanted of it. */
#include "ike_swap.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include "ike.h"
#include "ike_calls.h"
#include "ike_core.h"
#include "ike_heirs.h"
#include "ike_run.h"
#include "ike_version.h"

/* SAs that one connection's runtime takes at once, but for what a command or a deadline wants of it. */
#define SWAP_SAS_AT_ONCE 128

/* What a child waits for goes on under its name, unless it is begun in another way from now on. */
static void swap_pass_on_children(struct ike_run *former, struct ike_run *run)
{
    for (size_t i = 0; i < run->conn->n_children; i++) {
        const struct ike_child_conf *c = &run->conn->children[i],
                                    *was = ike_conn_conf_child(former->conn, c->name);
        if (!was || ike_child_conf_start(former->conn, was) != ike_child_conf_start(run->conn, c))
            continue;
        uint8_t *to = ike_run_child(run, i),
                *from = ike_run_child(former, (size_t)(was - former->conn->children));
        *to = (uint8_t)(*from | (former->is_moving ? *to : 0)); /* the heir has learned more since */
        *from = 0;
    }
}

/* When it begins, and again when it is over: what SAs that waited have left since. */
static void swap_pass_on(struct ike_run *former, struct ike_run *run, bool keeps)
{
    if (former->redirect) {
        free(run->redirect);
        run->redirect = former->redirect;
        former->redirect = NULL;
    }
    if (keeps)
        swap_pass_on_children(former, run);
}

/* A number and counts belong to the name, whatever else of the connection changes. */
static void swap_begins(struct ike_run *former, struct ike_run *run, bool keeps)
{
    run->number = former->number;
    run->stats = former->stats;
    former->stats = (struct ike_conn_stats){0};
    run->trap_at = former->trap_at;
    swap_pass_on(former, run, keeps);
    if (!keeps)
        return;
    run->held = former->held && former->conn->start == run->conn->start;
    run->failures = former->failures;
}

/* All SAs of a former runtime are with its heir, or closed. */
static void swap_moved(struct ike *ike, struct ike_run *former, struct ike_run *run, bool keeps)
{
    if (run) {
        telem_add(&ike_conn_rows, &run->stats, &former->stats); /* of SAs that waited */
        swap_pass_on(former, run, keeps);
    } else if (former->number && ike->env.conn_close) {
        ike->env.conn_close(ike->env.ctx, former->number);
    }
    if (keeps && former->is_torn)
        run->failures = 0; /* a call is made anew at once */
    former->is_moving = false;
    former->is_moved = true;
    ike_timer_clear(&ike->timers, &former->timer);
}

/* Moves up to *most SAs, which is less by their number then; those that wait go on under the former. True:
 * that were the last ones. */
static bool swap_move(struct ike *ike, size_t i, size_t *most)
{
    const struct ike_heir *heir = &ike->swap.heirs->list[i];
    struct ike_run *former = &ike->swap.runs[i];
    struct ike_run *run = heir->number == IKE_HEIR_NONE ? NULL : &ike->runs[heir->number];
    const bool keeps = run && heir->asks < IKE_ASKS_SA;
    if (former->is_moved)
        return false;
    if (!former->is_moving && run)
        swap_begins(former, run, keeps);
    former->is_moving = true;
    if (!ike_version_run(former)->hand_over(ike, former, keeps ? run->conn : NULL, most))
        former->is_torn = true;
    if (*most)
        swap_moved(ike, former, run, keeps);
    return *most > 0;
}

static void swap_ready(struct ike *ike, struct ike_run *run, size_t *most)
{
    run->is_ready = true; /* first of all: what follows asks for it */
    const bool is_whole = run->parent == IKE_HEIR_NONE || swap_move(ike, run->parent, most);
    if (!run->number && ike->env.conn_open)
        run->number = ike->env.conn_open(ike->env.ctx);
    if (is_whole)
        ike_run_plan(ike, run);
}

/* More of a former runtime, whose heir is ready, or has none. */
static void swap_go_on(struct ike *ike, size_t i, size_t *most)
{
    const uint32_t number = ike->swap.heirs->list[i].number;
    if (swap_move(ike, i, most) && number != IKE_HEIR_NONE)
        ike_run_plan(ike, &ike->runs[number]);
}

static void swap_make_ready(struct ike *ike, struct ike_run *run)
{
    size_t most = SWAP_SAS_AT_ONCE;
    swap_ready(ike, run, &most);
}

int ike_swap_begin(struct ike *ike, const struct ike_conf *conf, struct ike_heirs *heirs)
{
    const size_t timers = ike->stats.ike_sas + ike->conf->n_conns + conf->n_conns + 1;
    if (!heirs)
        heirs = ike_heirs_new(ike->conf, conf);
    if (!heirs || ike_timer_reserve(&ike->timers, timers) < 0) {
        ike_heirs_free(heirs);
        return -ENOMEM;
    }
    ike->swap = (struct ike_swap){.heirs = heirs, .runs = ike->runs, .make_ready = swap_make_ready};
    ike->runs = heirs->runs;
    heirs->runs = NULL;
    ike_conf_put(ike->conf); /* the heirs have one still */
    ike->conf = ike_conf_get(conf);
    return 0;
}

/* The turn of a former runtime, or the rest of it: it is over unless *most is 0 then. */
static void swap_turn(struct ike *ike, size_t i, size_t *most)
{
    const uint32_t number = ike->swap.heirs->list[i].number;
    if (number != IKE_HEIR_NONE && !ike->runs[number].is_ready)
        swap_ready(ike, &ike->runs[number], most);
    else
        swap_go_on(ike, i, most);
}

bool ike_swap_more(struct ike *ike, size_t most)
{
    struct ike_swap *s = &ike->swap;
    if (!s->heirs || s->is_over)
        return false;
    while (most && s->at < s->heirs->from->n_conns) {
        swap_turn(ike, s->at, &most);
        s->at += most > 0;
        most -= most > 0;
    }
    for (; most && s->fresh_at < ike->conf->n_conns; s->fresh_at++, most--)
        (void)ike_run_of(ike, &ike->conf->conns[s->fresh_at]);
    s->is_over = s->at == s->heirs->from->n_conns && s->fresh_at == ike->conf->n_conns;
    return !s->is_over;
}

void ike_swap_end(struct ike *ike)
{
    const struct ike_swap *s = &ike->swap;
    for (size_t i = 0; s->heirs && !s->is_over && i < s->heirs->from->n_conns; i++)
        ike_timer_clear(&ike->timers, &s->runs[i].timer);
    if (s->heirs)
        ike_runs_free(ike->swap.runs, s->heirs->from->n_conns);
    ike_heirs_free(ike->swap.heirs);
    ike->swap = (struct ike_swap){0};
}

struct ike_run *ike_swap_heir(struct ike *ike, struct ike_run *run)
{
    const struct ike_heirs *h = ike->swap.heirs;
    if (!h || run < ike->swap.runs || run >= ike->swap.runs + h->from->n_conns)
        return run;
    const struct ike_heir *heir = &h->list[run - ike->swap.runs];
    size_t most = SWAP_SAS_AT_ONCE;
    if (heir->number != IKE_HEIR_NONE)
        return ike_run_of(ike, &ike->conf->conns[heir->number]);
    swap_go_on(ike, (size_t)(run - ike->swap.runs), &most);
    return NULL;
}

void ike_swap_finish(struct ike *ike, const struct ike_run *run)
{
    size_t all = SIZE_MAX;
    if (run && ike_run_former(ike, run))
        swap_go_on(ike, run->parent, &all);
}

void ike_swap_settle(struct ike *ike)
{
    struct ike_run *run;
    while ((run = ike->lost) != NULL) {
        ike->lost = run->lost_next;
        run->is_lost = false;
        const bool was_up = run->was_up;
        run = ike_swap_heir(ike, run);
        if (run)
            ike_run_lost(ike, run, was_up);
    }
}

/* The runtime that has what a connection has now. */
static const struct ike_run *swap_show(const struct ike *ike, const struct ike_conn_conf *conn)
{
    const struct ike_run *run = &ike->runs[conn - ike->conf->conns];
    return ike->swap.heirs && !run->is_ready && run->parent != IKE_HEIR_NONE ? &ike->swap.runs[run->parent]
                                                                             : run;
}

bool ike_show_presence(const struct ike *ike, const char *name, struct ike_presence *out)
{
    const struct ike_conn_conf *conn = ike_conf_conn(ike->conf, name);
    if (conn)
        ike_version_run(swap_show(ike, conn))->show_presence(ike, swap_show(ike, conn), out);
    return conn != NULL;
}

bool ike_show_conn(const struct ike *ike, const char *name, struct ike_conn_view *out)
{
    const struct ike_conn_conf *conn = ike_conf_conn(ike->conf, name);
    if (!conn)
        return false;
    const struct ike_run *run = swap_show(ike, conn);
    *out = (struct ike_conn_view){run->number, run->stats};
    return true;
}
