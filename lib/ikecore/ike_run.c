/* SPDX-License-Identifier: BSD-3-Clause */
/* Runtimes of a configuration's connections, and what each of their children waits for. */
#include "ike_run.h"

#include <stdlib.h>
#include "base_large.h"
#include "ike_conf.h"
#include "ike_timer.h"

uint8_t *ike_run_child(struct ike_run *run, size_t child)
{
    return run->many ? &run->many[child] : &run->few[child];
}

bool ike_run_wants(struct ike_run *run)
{
    for (size_t i = 0; i < run->conn->n_children; i++)
        if (*ike_run_child(run, i) & IKE_RUN_WANTED)
            return true;
    return false;
}

void ike_run_child_ended(struct ike_run *run, size_t child, enum ike_start after)
{
    *ike_run_child(run, child) = after == IKE_START_START  ? IKE_RUN_WANTED
                                 : after == IKE_START_TRAP ? IKE_RUN_TRAPPED
                                                           : 0;
}

/* False: no memory. */
static bool run_make(struct ike_run *run, const struct ike_conn_conf *conn)
{
    run->conn = conn;
    run->timer.owner = IKE_TIMER_RUN;
    if (conn->n_children > IKE_RUN_FEW && !(run->many = calloc(conn->n_children, 1)))
        return false;
    for (size_t i = 0; i < conn->n_children; i++)
        if (ike_child_conf_start(conn, &conn->children[i]) == IKE_START_START)
            *ike_run_child(run, i) = IKE_RUN_WANTED;
    return true;
}

struct ike_run *ike_runs_new(const struct ike_conf *conf)
{
    struct ike_run *runs = base_large_new(conf->n_conns ? conf->n_conns : 1, sizeof *runs);
    for (size_t i = 0; runs && i < conf->n_conns; i++) {
        if (run_make(&runs[i], &conf->conns[i]))
            continue;
        ike_runs_free(runs, conf->n_conns);
        return NULL;
    }
    return runs;
}

void ike_runs_free(struct ike_run *runs, size_t n)
{
    for (size_t i = 0; runs && i < n; i++) {
        free(runs[i].many);
        free(runs[i].redirect);
        ike_tally_fini(&runs[i].tally);
    }
    free(runs);
}
