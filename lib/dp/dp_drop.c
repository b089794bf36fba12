/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Drop reasons: their names, help texts and the counting. The rows are in dp_drop.def.
 */
#include "dp_int.h"

static const struct {
    const char *name;
    const char *help;
} rows[DP_DROPS] = {
#define DP_DROP(name, help) [DP_DROP_##name] = {#name, help},
#include "dp_drop.def"
#undef DP_DROP
};

const char *dp_drop_name(enum dp_drop d)
{
    return d < DP_DROPS ? rows[d].name : "unknown";
}

const char *dp_drop_help(enum dp_drop d)
{
    return d < DP_DROPS ? rows[d].help : "unknown";
}

__attribute__((cold)) void dp_drop_mbuf(struct dp_worker *w, struct rte_mbuf *m, enum dp_drop why)
{
    w->count.drops[why]++;
    rte_pktmbuf_free(m);
}
