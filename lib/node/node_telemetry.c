/* SPDX-License-Identifier: BSD-3-Clause */
/* Commands of DPDK's telemetry, made of rows. */
#include "node_telemetry.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_telemetry.h>
#include <rte_version.h>

#include "node_int.h"

#if RTE_VERSION < RTE_VERSION_NUM(23, 3, 0, 0)
#define rte_tel_data_add_dict_uint rte_tel_data_add_dict_u64 /* its name there */
#endif

#define GROUPS_MAX 4

/* DPDK gives its callbacks no context, and commands cannot be taken back. */
static struct {
    pthread_mutex_t lock;    /* held while an answer is made, and while what it is made of changes */
    const struct node *node; /* NULL: not open */
    size_t n_told;
    struct node_told told[GROUPS_MAX]; /* by control */
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

static void told_add(struct rte_tel_data *d, const struct node_told *told)
{
    for (uint32_t i = 0; i < told->count; i++) {
        char name[64];
        snprintf(name, sizeof name, "%s/%s", told->group, told->rows[i].name);
        rte_tel_data_add_dict_uint(d, name, told->rows[i].value);
    }
}

/* The worker that is asked for, -1 for all. -EINVAL: there is none of this number. */
static int worker_parse(const struct node *node, const char *params, int *worker)
{
    char *end;
    *worker = -1;
    if (!params || !params[0])
        return 0;
    const unsigned long n = strtoul(params, &end, 10);
    if (params[0] < '0' || params[0] > '9' || *end || n >= node->cores.n_workers)
        return -EINVAL;
    *worker = (int)n;
    return 0;
}

static void counters_tell(const struct node *node, int worker, struct rte_tel_data *d)
{
    struct dp_counters c;
    dp_counters(node->dp, worker, &c);
    dict_add(d, "data_path", &dp_worker_rows, &c);
    if (worker >= 0)
        return;
    dict_add(d, "node", node_rows(NODE_ROWS_OWN), &node->own);
    for (size_t i = 0; i < served.n_told; i++)
        told_add(d, &served.told[i]);
}

static void drops_tell(const struct node *node, int worker, struct rte_tel_data *d)
{
    struct dp_counters c;
    dp_counters(node->dp, worker, &c);
    dict_add(d, "", &dp_drop_rows, &c);
}

typedef void tell_fn(const struct node *node, int worker, struct rte_tel_data *d);

static int answer(const char *params, struct rte_tel_data *d, tell_fn *tell)
{
    int worker, rc = -ENOENT;
    pthread_mutex_lock(&served.lock);
    if (served.node)
        rc = worker_parse(served.node, params, &worker);
    if (rc == 0) {
        rte_tel_data_start_dict(d);
        tell(served.node, worker, d);
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

int node_telemetry_open(const struct node *node)
{
    pthread_mutex_lock(&served.lock);
    served.node = node;
    pthread_mutex_unlock(&served.lock);
    const int rc = rte_telemetry_register_cmd(
        "/culvert/counters", on_counters,
        "Returns culvertd's counters. Parameters: int worker (optional, its own alone)");
    return rc ? rc
              : rte_telemetry_register_cmd(
                    "/culvert/drops", on_drops,
                    "Returns dropped packets by reason. Parameters: int worker (optional, its own alone)");
}

void node_telemetry_close(void)
{
    pthread_mutex_lock(&served.lock);
    served.node = NULL;
    served.n_told = 0;
    pthread_mutex_unlock(&served.lock);
}

static bool is_text(const char *text, size_t size)
{
    const size_t len = strnlen(text, size);
    return len > 0 && len < size && strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_") == len;
}

static bool told_is_sane(const struct node_told *told)
{
    bool is_sane = is_text(told->group, sizeof told->group) && told->count <= NODE_TOLD_MAX;
    for (uint32_t i = 0; is_sane && i < told->count; i++)
        is_sane = is_text(told->rows[i].name, sizeof told->rows[i].name);
    return is_sane;
}

int node_telemetry_tell(const struct node_told *told)
{
    size_t at = 0;
    if (!told_is_sane(told))
        return -EINVAL;
    pthread_mutex_lock(&served.lock);
    while (at < served.n_told && strcmp(served.told[at].group, told->group) != 0)
        at++;
    const bool has_room = at < GROUPS_MAX;
    if (has_room) {
        served.told[at] = *told;
        served.n_told += at == served.n_told;
    }
    pthread_mutex_unlock(&served.lock);
    return has_room ? 0 : -ENOSPC;
}
