/* SPDX-License-Identifier: BSD-3-Clause */
/* Figures of calls. A reason is found by its text: there are a handful of them. */
#include "load_tally.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base_text.h"

static int ns_compare(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

void load_tally_sort(uint64_t *ns, size_t n)
{
    if (n)
        qsort(ns, n, sizeof(*ns), ns_compare);
}

uint64_t load_tally_percentile(const uint64_t *sorted, size_t n, uint32_t per_mille)
{
    return sorted[((uint64_t)n * per_mille + 999) / 1000 - 1];
}

void load_tally_add(struct load_tally *t, const char *reason)
{
    struct load_reason *r = t->reasons;
    while (r < t->reasons + LOAD_REASONS && r->count && strncmp(r->text, reason, sizeof(r->text) - 1) != 0)
        r++;
    if (r == t->reasons + LOAD_REASONS) {
        t->others++;
        return;
    }
    if (!r->count)
        snprintf(r->text, sizeof(r->text), "%s", reason);
    r->count++;
}

static int reason_compare(const void *a, const void *b)
{
    const struct load_reason *x = a, *y = b;
    return (x->count < y->count) - (x->count > y->count);
}

const char *load_tally_words(const struct load_tally *t, uint32_t failed, char out[LOAD_WORDS_MAX])
{
    struct load_tally sorted = *t;
    struct base_text text = base_text(out, LOAD_WORDS_MAX);
    uint32_t told = t->others;
    qsort(sorted.reasons, LOAD_REASONS, sizeof(*sorted.reasons), reason_compare);
    for (size_t i = 0; i < LOAD_REASONS && sorted.reasons[i].count; i++) {
        const struct load_reason *r = &sorted.reasons[i];
        base_text_add(&text, "%s%s %u", i ? ", " : "", r->text, r->count);
        told += r->count;
    }
    if (t->others)
        base_text_add(&text, ", other reasons %u", t->others);
    if (failed > told)
        base_text_add(&text, "%sno reason told %u", told ? ", " : "", failed - told);
    return out;
}
