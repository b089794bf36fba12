/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The interval tree: a treap ordered by lower end, each node knowing the highest upper end below it, and
 * whether all below it are of its kind.
 * Recursion is as deep as the tree, which random priorities keep at a few dozen levels.
 */
#include "ike_overlap.h"

#include "base_addr.h"

/*
 * Of equal lower ends, of which one identity may have hundreds, the place in memory decides: by priority,
 * which decides who is above whom, they would make one branch as long as they are many.
 */
static int spans_order(const struct ike_span_node *a, const struct ike_span_node *b)
{
    const int c = base_addr_compare(&a->lo, &b->lo);
    return c ? c : (uintptr_t)a < (uintptr_t)b ? -1 : (uintptr_t)a > (uintptr_t)b;
}

static bool spans_are(const struct ike_span_node *t, const void *kind)
{
    return !t || (t->is_uniform && t->kind == kind);
}

static void spans_update(struct ike_span_node *n)
{
    n->is_uniform = spans_are(n->left, n->kind) && spans_are(n->right, n->kind);
    n->max_hi = n->hi;
    if (n->left && base_addr_compare(&n->left->max_hi, &n->max_hi) > 0)
        n->max_hi = n->left->max_hi;
    if (n->right && base_addr_compare(&n->right->max_hi, &n->max_hi) > 0)
        n->max_hi = n->right->max_hi;
}

/* Splits into nodes before and behind `at`. */
static void spans_split(struct ike_span_node *t, const struct ike_span_node *at,
                        struct ike_span_node **before, struct ike_span_node **behind)
{
    if (!t) {
        *before = *behind = NULL;
        return;
    }
    if (spans_order(t, at) < 0) {
        spans_split(t->right, at, &t->right, behind);
        *before = t;
    } else {
        spans_split(t->left, at, before, &t->left);
        *behind = t;
    }
    spans_update(t);
}

static struct ike_span_node *spans_join(struct ike_span_node *before, struct ike_span_node *behind)
{
    if (!before || !behind)
        return before ? before : behind;
    struct ike_span_node *top;
    if (before->priority > behind->priority) {
        top = before;
        top->right = spans_join(before->right, behind);
    } else {
        top = behind;
        top->left = spans_join(before, behind->left);
    }
    spans_update(top);
    return top;
}

static struct ike_span_node *spans_insert(struct ike_span_node *t, struct ike_span_node *n)
{
    if (!t || n->priority > t->priority) {
        spans_split(t, n, &n->left, &n->right);
        spans_update(n);
        return n;
    }
    if (spans_order(n, t) < 0)
        t->left = spans_insert(t->left, n);
    else
        t->right = spans_insert(t->right, n);
    spans_update(t);
    return t;
}

void ike_spans_add(struct ike_spans *s, struct ike_span_node *n)
{
    n->left = n->right = NULL;
    s->root = spans_insert(s->root, n);
}

static struct ike_span_node *take_out(struct ike_span_node *t, struct ike_span_node *n)
{
    if (!t)
        return NULL;
    if (t == n)
        return spans_join(t->left, t->right);
    if (spans_order(n, t) < 0)
        t->left = take_out(t->left, n);
    else
        t->right = take_out(t->right, n);
    spans_update(t);
    return t;
}

void ike_spans_remove(struct ike_spans *s, struct ike_span_node *n)
{
    s->root = take_out(s->root, n);
}

struct spans_query {
    const struct base_addr *lo, *hi;
    const void *but;
    bool (*visit)(void *owner, void *ctx);
    void *ctx;
};

static bool spans_search(const struct ike_span_node *t, const struct spans_query *q)
{
    if (!t || base_addr_compare(&t->max_hi, q->lo) < 0 || (q->but && spans_are(t, q->but)))
        return false;
    if (spans_search(t->left, q))
        return true;
    if (base_addr_compare(&t->lo, q->hi) > 0)
        return false;
    if (base_addr_compare(&t->hi, q->lo) >= 0 && q->visit(t->owner, q->ctx))
        return true;
    return spans_search(t->right, q);
}

bool ike_spans_any(const struct ike_spans *s, const struct base_addr *lo, const struct base_addr *hi,
                   const void *but, bool (*visit)(void *owner, void *ctx), void *ctx)
{
    return spans_search(s->root, &(struct spans_query){lo, hi, but, visit, ctx});
}
