/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Finds connections that one caller could mean and whose IKE proposals exclude each other. Algorithms are
 * agreed on before it is known which one is meant, so a caller that offers both may get the wrong ones: a
 * warning.
 */
#include "conf_int.h"

#include "ike_sets.h"

#define PAIRS_MAX 100000 /* that are looked at for two sets */

static bool addresses_meet(const struct ike_conn_conf *a, const struct ike_conn_conf *b)
{
    bool local = !a->n_local_addrs || !b->n_local_addrs, remote = !a->n_remote_from || !b->n_remote_from;
    for (size_t i = 0; i < a->n_local_addrs; i++)
        for (size_t j = 0; j < b->n_local_addrs; j++)
            local = local || base_addr_equal(&a->local_addrs[i], &b->local_addrs[j]);
    for (size_t i = 0; i < a->n_remote_from; i++)
        for (size_t j = 0; j < b->n_remote_from; j++)
            remote = remote || base_prefix_contains(&a->remote_from[i], &b->remote_from[j].addr) ||
                     base_prefix_contains(&b->remote_from[j], &a->remote_from[i].addr);
    return local && remote;
}

static void warn_of_pair(struct conf_reader *r, const struct ike_conn_conf *a, const struct ike_conn_conf *b)
{
    const size_t at = conf_enter(r, b->name);
    conf_warn(
        r,
        "its ike_proposals exclude those of connection \"%s\", which the same addresses may call; algorithms "
        "are "
        "agreed on before a peer says who it is, so one that offers both sets may be refused. Give both a "
        "proposal in common, or tell them apart by remote.from or local.address",
        a->name);
    conf_leave(r, at);
}

/* The first two connections of these sets that one caller could mean, if any. */
static void check_two_sets(struct conf_reader *r, const struct ike_conf *ike, size_t x, size_t y)
{
    size_t seen = 0;
    for (size_t i = 0; i < ike->n_conns; i++) {
        if (ike->conns[i].set != x)
            continue;
        for (size_t j = 0; j < ike->n_conns && seen < PAIRS_MAX; j++) {
            if (ike->conns[j].set != y)
                continue;
            seen++;
            const struct ike_conn_conf *a = &ike->conns[i < j ? i : j], *b = &ike->conns[i < j ? j : i];
            if (addresses_meet(a, b)) {
                warn_of_pair(r, a, b);
                return;
            }
        }
    }
}

void conf_check_sets(struct conf_reader *r, const struct ike_conf *ike)
{
    const struct ike_conn_conf *first[IKE_SETS_MAX] = {NULL};
    for (size_t i = ike->n_conns; i-- > 0;)
        first[ike->conns[i].set] = &ike->conns[i];
    const size_t mark = conf_enter(r, "connections");
    for (size_t x = 0; x < IKE_SETS_MAX && first[x]; x++)
        for (size_t y = x + 1; y < IKE_SETS_MAX && first[y]; y++)
            if (!crypt_proposals_meet(first[x]->proposals, first[x]->n_proposals, first[y]->proposals,
                                      first[y]->n_proposals))
                check_two_sets(r, ike, x, y);
    conf_leave(r, mark);
}
