/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Finds remote subnets that two connections claim. Only one can have a flow; which, is decided when SAs are
 * made (overlap of another identity's live selectors is refused), so this is a warning and not an error. None
 * is due where both children have a priority, unless it is the same, or are for different DSCPs.
 */
#include "conf_int.h"

#include <stdlib.h>
#include "ike_grant.h"

struct claim {
    const struct base_ts *ts;
    const struct ike_conn_conf *conn;
    const struct ike_child_conf *child;
    const struct ike_grant *row; /* NULL: the child's own */
};

static int claim_order(const void *a, const void *b)
{
    const struct claim *x = a, *y = b;
    return base_addr_compare(&x->ts->lo, &y->ts->lo);
}

static bool flows_meet(const struct base_ts *a, const struct base_ts *b)
{
    if (a->protocol && b->protocol && a->protocol != b->protocol)
        return false;
    return a->port_lo <= b->port_hi && b->port_lo <= a->port_hi;
}

static size_t claims_of_row(const struct ike_conn_conf *conn, const struct ike_grant *row, struct claim *out)
{
    size_t n = 0;
    for (size_t i = 0; i < base_ts_count(row->remote_ts) && conn->n_children; i++) {
        if (base_ts_is_dynamic(&row->remote_ts->list[i]))
            continue;
        if (out)
            out[n] = (struct claim){&row->remote_ts->list[i], conn, conn->children, row};
        n++;
    }
    return n;
}

static size_t claims_fill(const struct ike_conf *ike, struct claim *out)
{
    size_t n = 0;
    for (size_t i = 0; i < ike->n_conns; i++)
        for (size_t j = 0; j < ike->conns[i].n_children; j++)
            for (size_t k = 0; k < base_ts_count(ike->conns[i].children[j].remote_ts); k++) {
                const struct base_ts *ts = &ike->conns[i].children[j].remote_ts->list[k];
                if (base_ts_is_dynamic(ts)) /* one of a pool, which conf_check_pool.c looks at */
                    continue;
                if (out)
                    out[n] = (struct claim){ts, &ike->conns[i], &ike->conns[i].children[j], NULL};
                n++;
            }
    for (size_t i = 0; i < ike->n_conns; i++)
        for (uint32_t j = 0; j < ike->conns[i].n_grants; j++)
            n += claims_of_row(&ike->conns[i], &ike->grants->list[ike->conns[i].first_grant + j],
                               out ? out + n : NULL);
    return n;
}

static bool is_settled(const struct claim *a, const struct claim *b)
{
    return (a->child->priority && b->child->priority && a->child->priority != b->child->priority) ||
           ike_child_conf_differs_in_dscp(a->child, b->child);
}

static void warn_of(struct conf_reader *r, const struct claim *a, const struct claim *b)
{
    char a_lo[BASE_ADDR_TEXT_MAX], a_hi[BASE_ADDR_TEXT_MAX], b_lo[BASE_ADDR_TEXT_MAX],
        b_hi[BASE_ADDR_TEXT_MAX];
    const size_t mark = conf_enter(r, "connections"), at = conf_enter(r, b->conn->name);
    conf_warn(
        r, "remote subnet %s-%s overlaps %s-%s of connection \"%s\"; %s", base_addr_text(&b->ts->lo, b_lo),
        base_addr_text(&b->ts->hi, b_hi), base_addr_text(&a->ts->lo, a_lo), base_addr_text(&a->ts->hi, a_hi),
        a->conn->name,
        a->child->priority && b->child->priority
            ? "both have the same child.priority, so the one that came last sends. Give them different ones"
            : "whoever comes second will be refused. Make the subnets disjoint, renumber one site, or give "
              "the "
              "child of each a priority where both lead to the same network");
    conf_leave(r, at);
    conf_leave(r, mark);
}

/*
 * Sorted by first address, a claim can only overlap ones before it that reach far enough; remembering the
 * farthest of them finds each claim's one such neighbour in a single pass.
 */
void conf_check_overlap(struct conf_reader *r, const struct ike_conf *ike)
{
    const size_t n = claims_fill(ike, NULL);
    if (n > CONF_NETWORKS_MAX) {
        const size_t mark = conf_enter(r, "connections");
        conf_fail(
            r, "%zu remote networks in all, and the tables hold %u; join neighbouring ones, or take some out",
            n, CONF_NETWORKS_MAX);
        conf_leave(r, mark);
    }
    struct claim *claims = n ? calloc(n, sizeof *claims) : NULL;
    if (!claims)
        return;
    claims_fill(ike, claims);
    qsort(claims, n, sizeof *claims, claim_order);
    const struct claim *far = &claims[0];
    for (size_t i = 1; i < n; i++) {
        const struct claim *c = &claims[i];
        if ((c->conn != far->conn || (c->row != far->row && c->row && far->row)) &&
            base_addr_compare(&c->ts->lo, &far->ts->hi) <= 0 && flows_meet(c->ts, far->ts) &&
            !is_settled(far, c))
            warn_of(r, far, c);
        if (base_addr_compare(&c->ts->hi, &far->ts->hi) > 0)
            far = c;
    }
    free(claims);
}
