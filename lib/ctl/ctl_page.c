/* SPDX-License-Identifier: BSD-3-Clause */
/* Pages of SAs. A row costs some ten microseconds as JSON, so a full page holds the loop a millisecond or
 * two. */
#include "ctl_page.h"

#include "api.h"
#include "ctl_json.h"

#define PAGE_ROWS 100

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

bool ctl_page_next(const struct ctl *ctl, struct ctl_page *page, struct ike_sa_view *view)
{
    if (!ike_show_next(ctl->ike, page->after, view))
        return false;
    page->is_full = page->rows >= PAGE_ROWS;
    if (page->is_full)
        return false;
    page->rows += 1 + (uint32_t)view->n_children;
    page->after = view->id;
    return true;
}

void ctl_page_end(const struct ctl_page *page, json_t *document)
{
    if (page->is_full)
        ctl_json_num(document, "next", page->after);
}
