/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The search for the highest rate that is good: by halves, each rate tried `repeats` times until one trial is
 * bad (RFC 2544 26.1). What it found is confirmed by a longer trial, and lowered by the resolution until one
 * confirms it. It sends nothing: who uses it makes each trial that it asks for and tells how that went.
 * Thread: one. Unit of rates: the caller's. */
#include <stdbool.h>
#include <stdint.h>

struct gen_search {
    double top, resolution;
    uint32_t repeats;
    double low, high; /* known to be good, and known to be bad (or top + resolution) */
    double rate;      /* of the trial that is asked for */
    uint32_t good;    /* trials of that rate that were */
    bool is_confirming;
    bool is_over;
    double found; /* when over; 0: no rate is good */
    uint32_t trials;
};

/* From `top` down, until good and bad are `resolution` apart (above 0). */
void gen_search_begin(struct gen_search *s, double top, double resolution, uint32_t repeats);

/* The trial that is to be made next: its rate, and whether it is the long one. False: it is over. */
bool gen_search_next(const struct gen_search *s, double *rate, bool *is_long);

/* How that trial went. */
void gen_search_tell(struct gen_search *s, bool is_good);
