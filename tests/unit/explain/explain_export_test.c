/* SPDX-License-Identifier: BSD-3-Clause */
/* The list of dialects: each is found by its word, writes something that ends, and names the networks of both
 * ends. */
#include "explain_pair.h"

static void each_dialect_writes_both_networks_or_says_where_they_go(void **state)
{
    (void)state;
    static struct explain_site ours;
    size_t n;
    const struct explain_dialect *all = explain_dialects(&n);
    assert_int_equal(n, 10);
    for (size_t i = 0; i < n; i++) {
        assert_ptr_equal(explain_dialect(all[i].word), &all[i]);
        pair_ours(&ours);
        const char *text = pair_written(all[i].word, &ours);
        assert_int_equal(text[strlen(text) - 1], '\n');
        assert_true(strlen(text) > 200);
        assert_true(strlen(all[i].what) > 4);
        expect_has(text, "203.0.113.1"); /* where it calls */
        expect_has(text, "very secret");
        ours.psk_len = 0;
        expect_has(pair_written(all[i].word, &ours), EXPLAIN_PSK_PLACE);
    }
    assert_null(explain_dialect("cisco"));
}

static void the_largest_connection_is_cut_and_not_more(void **state)
{
    (void)state;
    static struct explain_site ours;
    size_t n;
    const struct explain_dialect *all = explain_dialects(&n);
    pair_ours(&ours);
    ours.n_children = EXPLAIN_CHILDREN_MAX;
    for (size_t c = 0; c < EXPLAIN_CHILDREN_MAX; c++) {
        ours.children[c] = ours.children[0];
        ours.children[c].n_local = ours.children[c].n_remote = EXPLAIN_NETS_MAX;
        for (size_t i = 0; i < EXPLAIN_NETS_MAX; i++)
            ours.children[c].local[i] = ours.children[c].remote[i] = ours.children[0].local[0];
    }
    for (size_t i = 0; i < n; i++)
        assert_true(strlen(pair_written(all[i].word, &ours)) < EXPLAIN_EXPORT_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_dialect_writes_both_networks_or_says_where_they_go),
        cmocka_unit_test(the_largest_connection_is_cut_and_not_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
