/* SPDX-License-Identifier: BSD-3-Clause */
/* Lists of certificates of several rounds in the room that they take. */
#include "ikev2_shown.h"

#include <stdlib.h>
#include <string.h>

/* How many stand before those of a place. */
static size_t shown_before(const struct ikev2_shown *s, size_t place)
{
    size_t n = 0;
    for (size_t i = 0; i < place; i++)
        n += s->n[i];
    return n;
}

bool ikev2_shown_add(struct ikev2_shown **to, size_t place, const struct crypt_marks *marks)
{
    const size_t all = *to ? shown_before(*to, IKEV2_SHOWN_PLACES) : 0;
    if (!marks->n)
        return true;
    struct ikev2_shown *s = realloc(*to, sizeof *s + (all + marks->n) * sizeof *s->at);
    if (!s)
        return false;
    if (!*to)
        *s = (struct ikev2_shown){0};
    *to = s;
    uint64_t *at = s->at + shown_before(s, place + 1);
    memmove(at + marks->n, at, (all - (size_t)(at - s->at)) * sizeof *at);
    memcpy(at, marks->at, marks->n * sizeof *at);
    s->n[place] = (uint8_t)(s->n[place] + marks->n);
    return true;
}

struct crypt_marks ikev2_shown_of(const struct ikev2_shown *s, size_t place)
{
    struct crypt_marks marks = {0};
    if (!s)
        return marks;
    marks.n = s->n[place];
    memcpy(marks.at, s->at + shown_before(s, place), marks.n * sizeof *marks.at);
    return marks;
}

bool ikev2_shown_copy(struct ikev2_shown **to, const struct ikev2_shown *from)
{
    *to = NULL;
    if (!from)
        return true;
    const size_t bytes = sizeof *from + shown_before(from, IKEV2_SHOWN_PLACES) * sizeof *from->at;
    *to = malloc(bytes);
    if (*to)
        memcpy(*to, from, bytes);
    return *to != NULL;
}
