/* SPDX-License-Identifier: BSD-3-Clause */
/* Pages over SAs that come and go between them. The engine is replaced by a list of ids. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "ctl_page.h"

#define IDS_MAX 2000

static struct ctl ctl;
static struct ctl_filter filter;
static bool lives[IDS_MAX]; /* by id */
static size_t children[IDS_MAX];
static unsigned seen[IDS_MAX];
static uint64_t top; /* the largest id that was given */

bool ike_show_next(const struct ike *ike, uint64_t after_id, struct ike_sa_view *out)
{
    for (uint64_t id = after_id + 1; id < IDS_MAX; id++) {
        if (!lives[id])
            continue;
        out->id = id;
        out->spi_i = id;
        out->n_children = children[id];
        return true;
    }
    return false;
}

bool ike_show_child(const struct ike *ike, uint64_t id, size_t n, struct ike_child_view *out)
{
    return false;
}

bool ike_show_conn(const struct ike *ike, const char *name, struct ike_conn_view *out)
{
    return false;
}

void ike_stats(const struct ike *ike, struct ike_stats *out)
{
    *out = (struct ike_stats){0};
}

static void make_sas(size_t n, size_t n_children)
{
    for (size_t i = 0; i < n; i++) {
        lives[++top] = true;
        children[top] = n_children;
    }
}

static int reset(void **state)
{
    memset(lives, 0, sizeof lives);
    memset(seen, 0, sizeof seen);
    top = 0;
    filter = (struct ctl_filter){0};
    return 0;
}

/* One page from `after` on; where the next one begins, 0: that was all. *rows: SAs and children in it. */
static json_int_t get(json_int_t after, size_t *rows)
{
    static struct ike_sa_view view;
    struct ctl_refusal refusal;
    struct ctl_page page;
    json_t *args = json_pack("{s:I}", "after", after), *document = json_object();
    uint64_t last = (uint64_t)after;
    assert_true(ctl_page_begin(&page, args, &refusal));
    for (*rows = 0; ctl_page_next(&ctl, &page, &filter, &view); last = view.id) {
        assert_true(view.id > last);
        seen[view.id]++;
        *rows += 1 + view.n_children;
    }
    ctl_page_end(&page, document);
    const json_int_t next = json_integer_value(json_object_get(document, "next"));
    assert_true(next == 0 || next > after);
    json_decref(args);
    json_decref(document);
    return next;
}

static void all_are_told_once_in_pages_of_bounded_size(void **state)
{
    size_t rows, pages = 0;
    make_sas(500, 1);
    make_sas(100, 16);
    json_int_t next = 0;
    do {
        next = get(next, &rows);
        assert_in_range(rows, 1, 120);
        pages++;
    } while (next);
    assert_true(pages >= 2700 / 120);
    for (uint64_t id = 1; id <= top; id++)
        assert_int_equal(seen[id], 1);
}

static void what_fits_one_page_has_no_next(void **state)
{
    size_t rows;
    assert_int_equal(get(0, &rows), 0);
    assert_int_equal(rows, 0);
    make_sas(50, 1); /* just full, and nothing behind it */
    assert_int_equal(get(0, &rows), 0);
    assert_int_equal(rows, 100);
    make_sas(1, 0);
    assert_int_equal(get(0, &rows), 50);
}

static void sas_that_come_and_go_between_pages_are_not_repeated(void **state)
{
    size_t rows;
    make_sas(400, 1);
    for (json_int_t next = get(0, &rows); next; next = get(next, &rows)) {
        lives[next] = false; /* the one that the next page goes on from */
        lives[next + 1] = false;
        lives[next - 1] = false;
        if (top < 450)
            make_sas(10, 1);
    }
    for (uint64_t id = 1; id <= top; id++) {
        assert_true(seen[id] <= 1);
        assert_true(seen[id] == 1 || !lives[id]); /* who lives throughout, or came, is told */
    }
}

static void what_a_filter_leaves_out_fills_pages_too(void **state)
{
    size_t rows, pages = 1, told = 0;
    make_sas(1500, 1);
    filter.has_spi = true;
    filter.spi = 1400;
    json_int_t next = get(0, &rows);
    assert_true(next > 0 && next < 1400); /* it was not looked for any longer */
    assert_int_equal(rows, 0);
    for (; next; pages++) {
        next = get(next, &rows);
        told += rows;
    }
    assert_int_equal(told, 2);
    assert_int_equal(seen[1400], 1);
    assert_in_range(pages, 2, 20);
}

static void a_page_that_never_was_is_refused(void **state)
{
    struct ctl_page page;
    struct ctl_refusal refusal = {0};
    json_t *args = json_pack("{s:i}", "after", -3);
    assert_false(ctl_page_begin(&page, args, &refusal));
    assert_string_equal(refusal.code, "bad_argument");
    json_decref(args);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(all_are_told_once_in_pages_of_bounded_size, reset),
        cmocka_unit_test_setup(what_fits_one_page_has_no_next, reset),
        cmocka_unit_test_setup(sas_that_come_and_go_between_pages_are_not_repeated, reset),
        cmocka_unit_test_setup(what_a_filter_leaves_out_fills_pages_too, reset),
        cmocka_unit_test_setup(a_page_that_never_was_is_refused, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
