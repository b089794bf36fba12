/* SPDX-License-Identifier: BSD-3-Clause */
/* SPIs: random in all bits, found while the table grows below them, and none comes back at once. */
#include "sad_rig.h"

/* A generator of which each word is another number, with all bits in play. */
static void mixed_rng(void *ctx, void *buf, size_t len)
{
    for (size_t at = 0; at < len; at += 4) {
        uint64_t *n = ctx, h = ++*n * 0x9e3779b97f4a7c15u;
        h = (h ^ h >> 31) * 0xbf58476d1ce4e5b9u;
        h ^= h >> 29;
        memcpy((uint8_t *)buf + at, &h, 4);
    }
}

static struct sad *sad_of(uint32_t max, uint64_t *seed, uint8_t node_bits)
{
    struct sad_params p = {.max_sas = max,
                           .workers = 1,
                           .socket = -1,
                           .tsc_hz = 1000,
                           .esp = &imb_esp_ops,
                           .rng = mixed_rng,
                           .rng_ctx = seed,
                           .spi_node_bits = node_bits,
                           .spi_node = node_bits ? 1 : 0};
    struct sad *sad = sad_create(&p);
    assert_non_null(sad);
    return sad;
}

/* In tables for a million, where 12 bits of an SPI were random and 20 counted slots. */
static void every_bit_of_an_spi_is_random(void **state)
{
    enum { N = 4000 };
    uint64_t seed = 1;
    struct sad *sad = sad_of(SAD_SAS_MAX, &seed, 0);
    uint32_t ones[32] = {0}, alike = 0, last = 0;
    for (int i = 0; i < N; i++) {
        uint32_t spi;
        assert_int_equal(sad_spi_alloc(sad, &spi), 0);
        for (int bit = 0; bit < 32; bit++)
            ones[bit] += spi >> bit & 1;
        alike += (spi & 0xfffff) == ((last + 1) & 0xfffff);
        last = spi;
    }
    for (int bit = 0; bit < 32; bit++)
        assert_in_range(ones[bit], N * 45 / 100, N * 55 / 100);
    assert_true(alike < 3);
    sad_free(sad);
}

static void what_was_given_out_is_found_while_the_table_grows(void **state)
{
    enum { N = 20000 };
    uint64_t seed = 7;
    struct sad *sad = sad_of(N, &seed, 4);
    uint32_t *spi = calloc(N, sizeof *spi), none;
    assert_non_null(spi);
    for (uint32_t i = 0; i < N; i++) {
        assert_int_equal(sad_spi_alloc(sad, &spi[i]), 0);
        assert_int_equal(spi[i] >> 28, 1);
        assert_false(sad_spi_is_of_other_node(sad, spi[i]));
        assert_true(sad_spi_is_of_other_node(sad, spi[i] ^ 1u << 29));
        assert_int_equal(rig_slot(sad, spi[i]), i);
    }
    assert_int_equal(sad_spi_alloc(sad, &none), -ENOSPC);
    for (uint32_t i = 0; i < N; i++)
        assert_int_equal(rig_slot(sad, spi[i]), i);
    assert_true(atomic_load(&sad_tables(sad)->spis)->mask + 1 >= 2 * N);
    /* Those that come in place of others are found among them. */
    for (uint32_t i = 0; i < N; i += 3)
        sad_spi_free(sad, spi[i]);
    for (uint32_t i = 0; i < N; i += 3)
        assert_int_equal(sad_spi_alloc(sad, &spi[i]), 0);
    for (uint32_t i = 0; i < N; i++)
        for (uint32_t j = i + 1; j < N && j < i + 4; j++)
            assert_int_not_equal(rig_slot(sad, spi[i]), rig_slot(sad, spi[j]));
    free(spi);
    sad_free(sad);
}

/* A worker may look at the smaller table until it was quiescent. */
static void a_table_that_was_replaced_lives_for_a_grace_period(void **state)
{
    uint64_t seed = 3;
    struct sad *sad = sad_of(4096, &seed, 0);
    struct rte_rcu_qsbr *qsbr = sad_qsbr(sad);
    const struct sad_spis *first = atomic_load(&sad_tables(sad)->spis);
    uint32_t spi, kept;
    rte_rcu_qsbr_thread_register(qsbr, 0);
    rte_rcu_qsbr_thread_online(qsbr, 0);
    assert_int_equal(sad_spi_alloc(sad, &kept), 0);
    while (atomic_load(&sad_tables(sad)->spis) == first)
        assert_int_equal(sad_spi_alloc(sad, &spi), 0);
    assert_int_equal(sad_reclaim(sad), 1);
    assert_ptr_equal(sad_in_of(sad_tables(sad)->in, first, first->mask, kept), rig_in(sad, kept));
    rte_rcu_qsbr_quiescent(qsbr, 0);
    assert_int_equal(sad_reclaim(sad), 0);
    rte_rcu_qsbr_thread_offline(qsbr, 0);
    rte_rcu_qsbr_thread_unregister(qsbr, 0);
    sad_free(sad);
}

static void constant_rng(void *ctx, void *buf, size_t len)
{
    memset(buf, 0x42, len);
}

static void a_generator_that_repeats_itself_gives_no_spi_twice(void **state)
{
    struct sad_params p = {.max_sas = 600, .workers = 1, .esp = &imb_esp_ops, .rng = constant_rng};
    struct sad *sad = sad_create(&p);
    uint32_t spi[600], again;
    for (int i = 0; i < 600; i++) {
        assert_int_equal(sad_spi_alloc(sad, &spi[i]), 0);
        assert_int_equal(spi[i], 0x42424242 + i);
    }
    sad_spi_free(sad, spi[5]);
    assert_int_equal(sad_spi_alloc(sad, &again), 0);
    assert_int_not_equal(again, spi[5]);
    sad_free(sad);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_bit_of_an_spi_is_random),
        cmocka_unit_test(what_was_given_out_is_found_while_the_table_grows),
        cmocka_unit_test(a_table_that_was_replaced_lives_for_a_grace_period),
        cmocka_unit_test(a_generator_that_repeats_itself_gives_no_spi_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
