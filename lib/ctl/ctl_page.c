/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Pages. A row costs some ten microseconds as JSON and about one to look at, so a full page holds the loop a
 * millisecond or two.
 */
#include "ctl_page.h"

#include "api.h"
#include "ctl_json.h"

#define COST_ROW  10 /* of a row that is told, */
#define COST_LOOK 2  /* and of one that a filter leaves out */
#define PAGE_COST 1000

bool ctl_page_begin(struct ctl_page *page, const json_t *args, struct ctl_refusal *refusal)
{
    const json_t *after = json_object_get(args, "after");
    *page = (struct ctl_page){0};
    if (after && (!json_is_integer(after) || json_integer_value(after) < 0)) {
        ctl_refuse(refusal, API_ERR_BAD_ARGUMENT, "\"after\" must be the \"next\" of an earlier answer");
        return false;
    }
    page->after = (uint64_t)json_integer_value(after);
    return true;
}

void ctl_page_count(struct ctl_page *page, size_t rows)
{
    page->cost += rows ? COST_ROW * (uint32_t)rows : COST_LOOK;
}

bool ctl_page_is_full(struct ctl_page *page)
{
    page->is_full = page->cost >= PAGE_COST;
    return page->is_full;
}

bool ctl_page_next(const struct ctl *ctl, struct ctl_page *page, const struct ctl_filter *filter,
                   struct ike_sa_view *view)
{
    while (ike_show_next(ctl->ike, page->after, view) && !ctl_page_is_full(page)) {
        const bool passes = ctl_filter_sa(filter, ctl->ike, view);
        ctl_page_count(page, passes ? 1 + view->n_children : 0);
        page->after = view->id;
        if (passes)
            return true;
    }
    return false;
}

void ctl_page_end(const struct ctl_page *page, json_t *document)
{
    if (page->is_full)
        ctl_json_num(document, "next", page->after);
}
