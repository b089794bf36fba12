/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What calls came to: how long they took, and of those that went wrong, why. */
#include <stddef.h>
#include <stdint.h>

#define LOAD_REASONS     16
#define LOAD_REASON_TEXT 80   /* of a reason, with NUL */
#define LOAD_WORDS_MAX   1024 /* of a sentence, with NUL */

/* Sorts in place. */
void load_tally_sort(uint64_t *ns, size_t n);

/* The least value that so many thousandths of all do not exceed (nearest rank); sorted, n > 0,
 * per_mille 1..1000. */
uint64_t load_tally_percentile(const uint64_t *sorted, size_t n, uint32_t per_mille);

/* Reasons, and how often each was heard. */
struct load_tally {
    struct load_reason {
        char text[LOAD_REASON_TEXT];
        uint32_t count;
    } reasons[LOAD_REASONS];
    uint32_t others; /* beyond LOAD_REASONS different ones */
};

/* Counts a reason: words that stand behind a number of calls. */
void load_tally_add(struct load_tally *t, const char *reason);

/*
 * "NO_PROPOSAL_CHOSEN in clear 12, no answer 3": the most frequent first. Of `failed` those that no reason is
 * known of are told at the end. Returns out.
 */
const char *load_tally_words(const struct load_tally *t, uint32_t failed, char out[LOAD_WORDS_MAX]);
