/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The first trial is that of the top rate: where that is good, nothing is to be searched.
 */
#include "gen_search.h"

void gen_search_begin(struct gen_search *s, double top, double resolution, uint32_t repeats)
{
    *s = (struct gen_search){.top = top,
                             .resolution = resolution,
                             .repeats = repeats ? repeats : 1,
                             .high = top + resolution,
                             .rate = top};
}

bool gen_search_next(const struct gen_search *s, double *rate, bool *is_long)
{
    *rate = s->rate;
    *is_long = s->is_confirming;
    return !s->is_over;
}

static void search_end(struct gen_search *s, double found)
{
    s->is_over = true;
    s->found = found;
}

/* The rate to try after low or high has changed. */
static void search_step(struct gen_search *s)
{
    s->good = 0;
    if (s->low < s->top && s->high - s->low > s->resolution) {
        s->rate = (s->low + s->high) / 2;
        return;
    }
    if (s->low <= 0) {
        search_end(s, 0);
        return;
    }
    s->is_confirming = true;
    s->rate = s->low;
}

void gen_search_tell(struct gen_search *s, bool is_good)
{
    s->trials++;
    if (s->is_confirming && is_good) {
        search_end(s, s->rate);
    } else if (s->is_confirming) {
        s->rate -= s->resolution;
        if (s->rate < s->resolution)
            search_end(s, 0);
    } else if (!is_good) {
        s->high = s->rate;
        search_step(s);
    } else if (++s->good >= s->repeats) {
        s->low = s->rate;
        search_step(s);
    }
}
