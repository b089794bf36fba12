/* SPDX-License-Identifier: BSD-3-Clause */
/* Wishes for children: counted, never queued, so they cannot grow. */
#include "ikev2_wish.h"

#include "ikev2_sa.h"

void ikev2_wish_one(struct ikev2_sa *sa, size_t child)
{
    uint16_t *n = &sa->want.children.count[child];
    if (*n == 0)
        *n = 1;
}

void ikev2_wish_now(struct ikev2_sa *sa, size_t child)
{
    ikev2_wish_one(sa, child);
    sa->want.children.now[child / 8] |= (uint8_t)(1u << child % 8);
}

void ikev2_wish_begun(struct ikev2_sa *sa, size_t child)
{
    sa->want.children.now[child / 8] &= (uint8_t) ~(1u << child % 8);
}

void ikev2_wish_drop(struct ikev2_sa *sa, size_t child)
{
    uint16_t *n = &sa->want.children.count[child];
    if (*n > 0)
        --*n;
}

void ikev2_wish_none(struct ikev2_sa *sa, size_t child)
{
    sa->want.children.count[child] = 0;
}

bool ikev2_wish_has(const struct ikev2_sa *sa, size_t child)
{
    return sa->want.children.count[child] > 0;
}

bool ikev2_wish_is_now(const struct ikev2_sa *sa, size_t child)
{
    return ikev2_wish_has(sa, child) && sa->want.children.now[child / 8] & 1u << child % 8;
}

bool ikev2_wish_any(const struct ikev2_sa *sa)
{
    for (size_t i = 0; i < IKE_CHILDREN_MAX; i++)
        if (ikev2_wish_has(sa, i))
            return true;
    return false;
}

void ikev2_wish_move(struct ikev2_sa *from, struct ikev2_sa *to)
{
    for (size_t i = 0; i < IKE_CHILDREN_MAX; i++) {
        if (from->want.children.count[i] > to->want.children.count[i])
            to->want.children.count[i] = from->want.children.count[i];
        if (ikev2_wish_is_now(from, i))
            ikev2_wish_now(to, i);
        from->want.children.count[i] = 0;
        ikev2_wish_begun(from, i);
    }
}
