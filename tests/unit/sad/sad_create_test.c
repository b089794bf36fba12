/* SPDX-License-Identifier: BSD-3-Clause */
/* Tables as a whole: which parameters they are made of, and that all goes with them. */
#include "sad_rig.h"

#include <errno.h>

static const struct sad_params good = {
    .max_sas = 5, .workers = 2, .socket = -1, .tsc_hz = 1000, .esp = &imb_esp_ops, .rng = rig_rng};

static bool is_made(const struct sad_params *p)
{
    struct sad *sad = sad_create(p);
    bool is = sad != NULL;
    sad_free(sad);
    return is;
}

static void parameters_out_of_range_make_no_tables(void **state)
{
    struct sad_params p = good;
    assert_true(is_made(&p));
    p.max_sas = 0;
    assert_false(is_made(&p));
    p.max_sas = SAD_SAS_MAX + 1;
    assert_false(is_made(&p));
    p = good;
    p.workers = 0;
    assert_false(is_made(&p));
    p.workers = SAD_WORKERS_MAX + 1;
    assert_false(is_made(&p));
    p = good;
    p.spi_node_bits = 9;
    assert_false(is_made(&p));
    p.spi_node_bits = 3;
    p.spi_node = 8;
    assert_false(is_made(&p));
    p.spi_node = 7;
    assert_true(is_made(&p));
    p.rng = NULL;
    assert_false(is_made(&p));
    p = good;
    p.esp = NULL;
    assert_false(is_made(&p));
}

static void tables_begin_empty_and_hold_as_many_pairs_as_they_were_made_for(void **state)
{
    struct sad *sad = sad_create(&good);
    struct sad_stats s;
    uint32_t spi, cursor = 0;
    assert_non_null(sad);
    assert_int_equal(sad_count(sad), 0);
    assert_false(sad_next(sad, &cursor, &s));
    assert_int_equal(sad_tables(sad)->slot_mask, 7);
    for (int i = 0; i < 5; i++)
        assert_int_equal(sad_spi_alloc(sad, &spi), 0);
    assert_int_equal(sad_spi_alloc(sad, &spi), -ENOSPC);
    sad_free(sad);
}

/* The sanitizers see what would be left. */
static void what_is_live_goes_with_the_tables(void **state)
{
    struct sad *sad = rig_sad(8, 1);
    struct sad_policy policy = {.local_ts = RIG_TS("10.1.0.0/16"), .remote_ts = RIG_TS("10.3.0.0/16")};
    assert_int_equal(sad_policies_set(sad, &policy, 1), 0);
    struct esp_pair p = rig_params(sad, "10.1.0.0/16", "10.2.0.0/16");
    p.replay_window = SAD_WINDOW_MAX;
    assert_int_equal(sad_install(sad, &p), 0);
    assert_int_equal(sad_count(sad), 1);
    sad_free(sad);
    sad_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parameters_out_of_range_make_no_tables),
        cmocka_unit_test(tables_begin_empty_and_hold_as_many_pairs_as_they_were_made_for),
        cmocka_unit_test(what_is_live_goes_with_the_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
