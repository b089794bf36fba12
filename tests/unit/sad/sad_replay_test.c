/* SPDX-License-Identifier: BSD-3-Clause */
/* The replay window against exact cases and against a slow model, and the inference of the high half with
 * ESN. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "sad_replay.h"

static struct sad_in *in_make(uint32_t window, uint64_t top, bool esn)
{
    struct sad_in *in = aligned_alloc(64, sizeof *in);
    memset(in, 0, sizeof *in);
    uint32_t bits = 64;
    while (bits < window)
        bits *= 2;
    in->window = aligned_alloc(64, bits / 8 < 64 ? 64 : bits / 8);
    memset(in->window, 0, bits / 8);
    in->window_pkts = window;
    in->word_mask = bits / 64 - 1;
    in->top = top;
    in->flags = esn ? SAD_F_ESN : 0;
    return in;
}

static void in_free(struct sad_in *in)
{
    free(in->window);
    free(in);
}

static bool take(struct sad_in *in, uint64_t seq)
{
    bool is_newest;
    return sad_replay_check(in, seq) && sad_replay_commit(in, seq, &is_newest);
}

static void zero_is_never_accepted(void **state)
{
    struct sad_in *in = in_make(64, 0, false);
    assert_false(take(in, 0));
    assert_true(take(in, 1));
    assert_false(take(in, 0));
    in_free(in);
}

static void each_number_is_accepted_once_within_the_window(void **state)
{
    struct sad_in *in = in_make(64, 0, false);
    assert_true(take(in, 100));
    assert_false(take(in, 100));
    assert_true(take(in, 37)); /* 100 - 63: the oldest one inside */
    assert_false(take(in, 37));
    assert_false(take(in, 36)); /* just outside */
    assert_true(take(in, 99));
    assert_true(take(in, 101));
    assert_false(take(in, 37));
    in_free(in);
}

static void a_check_alone_changes_nothing(void **state)
{
    struct sad_in *in = in_make(1024, 5000, false);
    assert_true(sad_replay_check(in, 9000));
    assert_true(sad_replay_check(in, 9000));
    assert_int_equal(in->top, 5000);
    assert_true(take(in, 5001));
    in_free(in);
}

static void a_jump_over_the_whole_window_forgets_all(void **state)
{
    struct sad_in *in = in_make(1024, 0, false);
    for (uint64_t s = 1; s <= 2000; s++)
        assert_true(take(in, s));
    assert_true(take(in, 1000000));
    for (uint64_t s = 1000000 - 1023; s < 1000000; s++)
        assert_true(take(in, s));
    assert_false(take(in, 1000000 - 1024));
    in_free(in);
}

/* Remembers everything that was accepted. */
static void model_run(uint32_t window, uint32_t span, unsigned seed)
{
    struct sad_in *in = in_make(window, 0, false);
    size_t count = 200000;
    uint8_t *seen = calloc(count * 8 + 1, 1);
    uint64_t top = 0, at = 1;
    srandom(seed);
    for (size_t i = 0; i < count; i++) {
        uint64_t s = at + (uint64_t)random() % span;
        s = s > span / 2 ? s - span / 2 : 1;
        bool want = s > top || (top - s < window && !seen[s]);
        assert_int_equal(take(in, s), want);
        seen[s] |= want;
        top = want && s > top ? s : top;
        at += (uint64_t)random() % 3;
        if (random() % 1000 == 0)
            at += (uint64_t)random() % 2000;
        if (at > count * 7)
            break;
    }
    free(seen);
    in_free(in);
}

static void windows_of_all_sizes_behave_as_the_model(void **state)
{
    const uint32_t windows[] = {32, 33, 63, 64, 65, 100, 1000, 1024, 4096, 65536};
    for (size_t i = 0; i < sizeof windows / sizeof windows[0]; i++)
        model_run(windows[i], windows[i] * 2 + 10, (unsigned)i + 1);
}

static void esn_case_a_window_in_one_subspace(void **state)
{
    struct sad_in *in = in_make(64, 0x500000100, true); /* bottom 0xc1 */
    assert_int_equal(sad_seq_infer(in, 0x101), 0x500000101);
    assert_int_equal(sad_seq_infer(in, 0xc1), 0x5000000c1);
    assert_int_equal(sad_seq_infer(in, 0xc0), 0x6000000c0);
    assert_int_equal(sad_seq_infer(in, 0xffffffff), 0x5ffffffff);
    in_free(in);
}

static void esn_case_b_window_over_two_subspaces(void **state)
{
    struct sad_in *in = in_make(64, 0x50000000a, true); /* bottom 0xffffffcb of subspace 4 */
    assert_int_equal(sad_seq_infer(in, 0xffffffcb), 0x4ffffffcb);
    assert_int_equal(sad_seq_infer(in, 0xffffffff), 0x4ffffffff);
    assert_int_equal(sad_seq_infer(in, 0xffffffca), 0x5ffffffca);
    assert_int_equal(sad_seq_infer(in, 0), 0x500000000);
    assert_int_equal(sad_seq_infer(in, 0xb), 0x50000000b);
    in_free(in);
}

static void esn_starts_without_a_subspace_below(void **state)
{
    struct sad_in *in = in_make(1024, 0, true);
    assert_int_equal(sad_seq_infer(in, 1), 1);
    assert_int_equal(sad_seq_infer(in, 0xfffffff0), 0xfffffff0);
    in_free(in);
}

static void esn_counts_across_the_boundary_in_order_and_out_of_order(void **state)
{
    struct sad_in *in = in_make(1024, 0xfffffff0, true);
    for (uint64_t s = 0xfffffff1; s < 0x100000010; s += 2)
        assert_true(take(in, sad_seq_infer(in, (uint32_t)s)));
    assert_int_equal(in->top, 0x10000000f);
    for (uint64_t s = 0xfffffff2; s < 0x10000000f; s += 2) {
        assert_int_equal(sad_seq_infer(in, (uint32_t)s), s);
        assert_true(take(in, s));
        assert_false(take(in, s));
    }
    in_free(in);
}

static void without_esn_the_high_half_stays_zero(void **state)
{
    struct sad_in *in = in_make(64, 0xffffffff, false);
    assert_int_equal(sad_seq_infer(in, 0), 0);
    assert_false(take(in, sad_seq_infer(in, 0)));
    in_free(in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zero_is_never_accepted),
        cmocka_unit_test(each_number_is_accepted_once_within_the_window),
        cmocka_unit_test(a_check_alone_changes_nothing),
        cmocka_unit_test(a_jump_over_the_whole_window_forgets_all),
        cmocka_unit_test(windows_of_all_sizes_behave_as_the_model),
        cmocka_unit_test(esn_case_a_window_in_one_subspace),
        cmocka_unit_test(esn_case_b_window_over_two_subspaces),
        cmocka_unit_test(esn_starts_without_a_subspace_below),
        cmocka_unit_test(esn_counts_across_the_boundary_in_order_and_out_of_order),
        cmocka_unit_test(without_esn_the_high_half_stays_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
