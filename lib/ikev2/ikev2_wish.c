/* SPDX-License-Identifier: BSD-3-Clause */
/* Wishes for children: counted, never queued, and never more places than the connection has children. */
#include "ikev2_wish.h"

#include <stdlib.h>
#include <string.h>
#include "ikev2_sa.h"

/* The place of a child, made when it is not there. NULL: no memory. */
static uint16_t *wish_place(struct ikev2_wishes *w, size_t child)
{
    if (child >= w->n) {
        uint16_t *count = reallocarray(w->count, child + 1, sizeof *count);
        bool *is_now = count ? reallocarray(w->is_now, child + 1, sizeof *is_now) : NULL;
        if (count)
            w->count = count;
        if (!is_now)
            return NULL;
        w->is_now = is_now;
        memset(count + w->n, 0, (child + 1 - w->n) * sizeof *count);
        memset(is_now + w->n, 0, (child + 1 - w->n) * sizeof *is_now);
        w->n = child + 1;
    }
    return &w->count[child];
}

static uint16_t wish_count(const struct ikev2_wishes *w, size_t child)
{
    return child < w->n ? w->count[child] : 0;
}

/* As many as that, at least. */
static void wish_raise(struct ikev2_wishes *w, size_t child, uint16_t n)
{
    uint16_t *place = n > wish_count(w, child) ? wish_place(w, child) : NULL;
    if (place)
        *place = n;
}

void ikev2_wish_one(struct ikev2_sa *sa, size_t child)
{
    wish_raise(&sa->want.children, child, 1);
}

void ikev2_wish_now(struct ikev2_sa *sa, size_t child)
{
    ikev2_wish_one(sa, child);
    if (child < sa->want.children.n)
        sa->want.children.is_now[child] = true;
}

void ikev2_wish_begun(struct ikev2_sa *sa, size_t child)
{
    if (child < sa->want.children.n)
        sa->want.children.is_now[child] = false;
}

void ikev2_wish_drop(struct ikev2_sa *sa, size_t child)
{
    if (ikev2_wish_has(sa, child))
        sa->want.children.count[child]--;
}

void ikev2_wish_none(struct ikev2_sa *sa, size_t child)
{
    if (ikev2_wish_has(sa, child))
        sa->want.children.count[child] = 0;
}

bool ikev2_wish_has(const struct ikev2_sa *sa, size_t child)
{
    return wish_count(&sa->want.children, child) > 0;
}

bool ikev2_wish_is_now(const struct ikev2_sa *sa, size_t child)
{
    return ikev2_wish_has(sa, child) && sa->want.children.is_now[child];
}

bool ikev2_wish_any(const struct ikev2_sa *sa)
{
    for (size_t i = 0; i < sa->want.children.n; i++)
        if (ikev2_wish_has(sa, i))
            return true;
    return false;
}

void ikev2_wish_carry(struct ikev2_sa *sa, size_t child, const struct ikev2_wishes *old, size_t was)
{
    wish_raise(&sa->want.children, child, wish_count(old, was));
}

void ikev2_wish_move(struct ikev2_sa *from, struct ikev2_sa *to)
{
    for (size_t i = 0; i < from->want.children.n; i++) {
        ikev2_wish_carry(to, i, &from->want.children, i);
        if (ikev2_wish_is_now(from, i))
            ikev2_wish_now(to, i);
    }
    ikev2_wishes_free(&from->want.children);
}

void ikev2_wishes_free(struct ikev2_wishes *w)
{
    free(w->count);
    free(w->is_now);
    *w = (struct ikev2_wishes){0};
}
