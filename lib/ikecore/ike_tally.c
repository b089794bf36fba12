/* SPDX-License-Identifier: BSD-3-Clause */
/* Counts of what a connection has. */
#include "ike_tally.h"

#include <stdlib.h>
#include <string.h>

void ike_tally_sa(struct ike_tally *tally, uint8_t *mark, uint8_t as)
{
    if (*mark == as)
        return;
    if (*mark != IKE_TALLY_NOT)
        tally->sas[*mark - 1]--;
    if (as != IKE_TALLY_NOT)
        tally->sas[as - 1]++;
    *mark = as;
}

/* Room for so many. */
static bool tally_reach(struct ike_tally *tally, size_t n)
{
    if (n <= tally->n_children)
        return true;
    uint32_t *children = realloc(tally->children, n * sizeof *children);
    if (!children)
        return false;
    memset(children + tally->n_children, 0, (n - tally->n_children) * sizeof *children);
    tally->children = children;
    tally->n_children = n;
    return true;
}

void ike_tally_child(struct ike_tally *tally, size_t n, uint16_t *mark, uint16_t as)
{
    _Static_assert(IKE_CHILDREN_MAX < UINT16_MAX, "a mark holds a number and 1");
    if (*mark == as)
        return;
    if (as != IKE_TALLY_NOT && (!tally_reach(tally, n) || as > tally->n_children))
        return;
    if (*mark != IKE_TALLY_NOT)
        tally->children[*mark - 1]--;
    if (as != IKE_TALLY_NOT)
        tally->children[as - 1]++;
    *mark = as;
}

void ike_tally_show(const struct ike_tally *tally, struct ike_presence *out)
{
    for (size_t i = 0; i < IKE_VIEW_STATES; i++)
        out->sas += tally->sas[i];
    out->connecting += tally->sas[IKE_VIEW_CONNECTING];
    out->up += tally->sas[IKE_VIEW_ESTABLISHED];
    out->closing += tally->sas[IKE_VIEW_CLOSING];
    for (size_t i = 0; i < tally->n_children; i++)
        out->children[i] += tally->children[i];
}

void ike_tally_fini(struct ike_tally *tally)
{
    free(tally->children);
    tally->children = NULL;
    tally->n_children = 0;
}
