/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Lists of SAs come in pages, so that the loop serves IKE between them: a request names where to go on
 * ("after"), an answer where the next page begins ("next"; absent: that was all). Between two pages nothing
 * is kept. SAs are walked by ascending id, and no id is ever used twice: what ends in between is left out,
 * what begins comes at the end, and nothing comes twice.
 */
#include <jansson.h>
#include "ctl.h"
#include "ctl_filter.h"
#include "ctl_refuse.h"

struct ctl_page {
    uint64_t after; /* the last one that was looked at */
    uint32_t cost;  /* of what was looked at and of what is told */
    bool is_full;
};

/* Reads the argument "after". False: *refusal is filled. */
bool ctl_page_begin(struct ctl_page *page, const json_t *args, struct ctl_refusal *refusal);

/* One that passes the filter (rows > 0: it, its children and so on), or that was looked at only (0). */
void ctl_page_count(struct ctl_page *page, size_t rows);

/* Whether no more fits; ask before looking at one more. It is remembered for ctl_page_end(). */
bool ctl_page_is_full(struct ctl_page *page);

/* The next SA of this page that passes. False: the page is full, or there are no more SAs. */
bool ctl_page_next(const struct ctl *ctl, struct ctl_page *page, const struct ctl_filter *filter,
                   struct ike_sa_view *view);

/* Adds "next" to the document when there is more. */
void ctl_page_end(const struct ctl_page *page, json_t *document);
