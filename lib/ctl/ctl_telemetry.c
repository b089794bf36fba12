/* SPDX-License-Identifier: BSD-3-Clause */
/* Commands of DPDK's telemetry, made of rows. */
#include "ctl_telemetry.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include <rte_telemetry.h>
#include <rte_version.h>

#include "ctl.h"
#include "ctl_rows.h"

#if RTE_VERSION < RTE_VERSION_NUM(23, 3, 0, 0)
#define rte_tel_data_add_dict_uint rte_tel_data_add_dict_u64 /* its name there */
#endif

/* DPDK gives its callbacks no context, and commands cannot be taken back. */
static struct {
    pthread_mutex_t lock;  /* held while an answer is made */
    const struct ctl *ctl; /* NULL: not open */
} served = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* Names are "group/name", or the name alone without a group. */
static void dict_add(struct rte_tel_data *d, const char *group, const struct telem_rows *rows,
                     const void *counters)
{
    for (size_t i = 0; i < rows->count; i++) {
        char name[64];
        snprintf(name, sizeof name, "%s%s%s", group, group[0] ? "/" : "", rows->list[i].name);
        rte_tel_data_add_dict_uint(d, name, telem_value(&rows->list[i], counters));
    }
}

/* The worker that is asked for, -1 for all. -EINVAL: there is none of this number. */
static int worker_parse(const struct ctl *ctl, const char *params, int *worker)
{
    char *end;
    *worker = -1;
    if (!params || !params[0])
        return 0;
    const unsigned long n = strtoul(params, &end, 10);
    if (params[0] < '0' || params[0] > '9' || *end || n >= ctl->cores.n_workers)
        return -EINVAL;
    *worker = (int)n;
    return 0;
}

static void counters_tell(const struct ctl *ctl, int worker, struct rte_tel_data *d)
{
    struct dp_counters c;
    struct ike_stats s;
    dp_counters(ctl->dp, worker, &c);
    dict_add(d, "data_path", &dp_worker_rows, &c);
    if (worker >= 0)
        return;
    ike_stats(ctl->ike, &s);
    dict_add(d, "ike", &ike_stats_rows, &s);
    dict_add(d, "control", &ctl_rows, ctl);
}

static void drops_tell(const struct ctl *ctl, int worker, struct rte_tel_data *d)
{
    struct dp_counters c;
    dp_counters(ctl->dp, worker, &c);
    dict_add(d, "", &dp_drop_rows, &c);
}

typedef void tell_fn(const struct ctl *ctl, int worker, struct rte_tel_data *d);

static int answer(const char *params, struct rte_tel_data *d, tell_fn *tell)
{
    int worker, rc = -ENOENT;
    pthread_mutex_lock(&served.lock);
    if (served.ctl)
        rc = worker_parse(served.ctl, params, &worker);
    if (rc == 0) {
        rte_tel_data_start_dict(d);
        tell(served.ctl, worker, d);
    }
    pthread_mutex_unlock(&served.lock);
    return rc;
}

static int on_counters(const char *cmd, const char *params, struct rte_tel_data *d)
{
    return answer(params, d, counters_tell);
}

static int on_drops(const char *cmd, const char *params, struct rte_tel_data *d)
{
    return answer(params, d, drops_tell);
}

int ctl_telemetry_open(const struct ctl *ctl)
{
    pthread_mutex_lock(&served.lock);
    served.ctl = ctl;
    pthread_mutex_unlock(&served.lock);
    const int rc = rte_telemetry_register_cmd(
        "/culvert/counters", on_counters,
        "Returns culvertd's counters. Parameters: int worker (optional, its own alone)");
    return rc ? rc
              : rte_telemetry_register_cmd(
                    "/culvert/drops", on_drops,
                    "Returns dropped packets by reason. Parameters: int worker (optional, its own alone)");
}

void ctl_telemetry_close(void)
{
    pthread_mutex_lock(&served.lock);
    served.ctl = NULL;
    pthread_mutex_unlock(&served.lock);
}
