/* SPDX-License-Identifier: BSD-3-Clause */
/* SPIs, installation and removal, and that nothing is taken away from a worker that may still look at it. */
#include "sad_rig.h"

#include <rte_rcu_qsbr.h>

static void each_spi_has_a_slot_of_its_own_and_is_no_reserved_number(void **state)
{
    struct sad *sad = rig_sad(16, 1);
    uint32_t spi[16], none;
    for (int i = 0; i < 16; i++) {
        assert_int_equal(sad_spi_alloc(sad, &spi[i]), 0);
        assert_true(spi[i] > 255);
        for (int j = 0; j < i; j++)
            assert_int_not_equal(rig_slot(sad, spi[i]), rig_slot(sad, spi[j]));
    }
    assert_int_not_equal(sad_spi_alloc(sad, &none), 0);
    sad_free(sad);
}

static void a_slot_never_gets_the_same_spi_twice_in_a_row(void **state)
{
    uint8_t zero[4] = {0};
    struct sad_params p = {.max_sas = 1, .workers = 1, .esp = &imb_esp_ops, .rng = rig_rng, .rng_ctx = zero};
    struct sad *sad = sad_create(&p);
    uint32_t last = 0;
    for (int i = 0; i < 10; i++) {
        uint32_t spi;
        assert_int_equal(sad_spi_alloc(sad, &spi), 0);
        assert_true(spi > 255);
        assert_int_not_equal(spi, last);
        last = spi;
        sad_spi_free(sad, spi);
    }
    sad_free(sad);
}

static void spis_carry_the_node_tag(void **state)
{
    struct sad_params p = {.max_sas = 1024,
                           .workers = 1,
                           .esp = &imb_esp_ops,
                           .rng = rig_rng,
                           .spi_node_bits = 5,
                           .spi_node = 19};
    struct sad *sad = sad_create(&p);
    for (int i = 0; i < 100; i++) {
        uint32_t spi;
        assert_int_equal(sad_spi_alloc(sad, &spi), 0);
        assert_int_equal(spi >> 27, 19);
    }
    sad_free(sad);
}

static void what_is_wrong_is_refused_and_leaves_nothing(void **state)
{
    struct sad *sad = rig_sad(16, 1);
    struct esp_pair good = rig_params(sad, "10.1.0.0/16", "10.2.0.0/16"), bad = good;
    bad.keys_in.encr_len = 16;
    assert_int_not_equal(sad_install(sad, &bad), 0);
    bad = good;
    bad.spi_in ^= 1;
    assert_int_not_equal(sad_install(sad, &bad), 0);
    bad = good;
    bad.replay_window = 65537;
    assert_int_not_equal(sad_install(sad, &bad), 0);
    bad = good;
    bad.path.remote.addr.family = BASE_AF_IP6;
    assert_int_not_equal(sad_install(sad, &bad), 0);
    bad = good;
    bad.remote_ts.count = 0;
    assert_int_not_equal(sad_install(sad, &bad), 0);
    assert_int_equal(sad_count(sad), 0);
    assert_int_equal(sad_install(sad, &good), 0);
    assert_int_not_equal(sad_install(sad, &good), 0);
    assert_int_equal(sad_count(sad), 1);
    sad_free(sad);
}

static void keys_stay_until_every_worker_was_quiescent(void **state)
{
    struct sad *sad = rig_sad(16, 2);
    struct rte_rcu_qsbr *qsbr = sad_qsbr(sad);
    for (unsigned w = 0; w < 2; w++) {
        rte_rcu_qsbr_thread_register(qsbr, w);
        rte_rcu_qsbr_thread_online(qsbr, w);
    }
    uint32_t spi = rig_install(sad, "10.1.0.0/16", "10.2.0.0/16");
    const struct sad_in *in = sad_in_find(sad_tables(sad), spi);
    const struct rig_key before = rig_key(sad_in_key(in));
    assert_int_equal(in->spi, spi);
    assert_int_equal(sad_remove(sad, spi), 0);
    assert_int_equal(in->spi, 0); /* unpublished at once */
    rte_rcu_qsbr_quiescent(qsbr, 0);
    assert_int_not_equal(sad_reclaim(sad), 0);
    rig_key_is(sad_in_key(in), before);
    rte_rcu_qsbr_quiescent(qsbr, 1);
    assert_int_equal(sad_reclaim(sad), 0);
    rig_key_is(sad_in_key(in), rig_key(NULL)); /* wiped */
    for (unsigned w = 0; w < 2; w++) {
        rte_rcu_qsbr_thread_offline(qsbr, w);
        rte_rcu_qsbr_thread_unregister(qsbr, w);
    }
    sad_free(sad);
}

static void a_removed_slot_is_free_again_only_after_the_grace_period(void **state)
{
    struct sad *sad = rig_sad(1, 1);
    struct rte_rcu_qsbr *qsbr = sad_qsbr(sad);
    rte_rcu_qsbr_thread_register(qsbr, 0);
    rte_rcu_qsbr_thread_online(qsbr, 0);
    uint32_t spi = rig_install(sad, "10.1.0.0/16", "10.2.0.0/16"), again;
    assert_int_equal(sad_remove(sad, spi), 0);
    assert_int_equal(sad_remove(sad, spi), -2); /* ENOENT */
    sad_reclaim(sad);
    assert_int_not_equal(sad_spi_alloc(sad, &again), 0);
    rte_rcu_qsbr_quiescent(qsbr, 0);
    sad_reclaim(sad);
    assert_int_equal(sad_spi_alloc(sad, &again), 0);
    assert_int_not_equal(again, spi);
    rte_rcu_qsbr_thread_offline(qsbr, 0);
    rte_rcu_qsbr_thread_unregister(qsbr, 0);
    sad_free(sad);
}

/* What lives is what takes memory, not what once lived: a hundred tunnels that are rekeyed for ever. */
static void slots_follow_the_pairs_that_live(void **state)
{
    enum { TUNNELS = 100, ROUNDS = 100 };
    struct sad *sad = rig_sad(1u << 20, 1);
    uint32_t spi[TUNNELS], highest = 0;
    for (int i = 0; i < TUNNELS; i++)
        spi[i] = rig_install(sad, "10.1.0.0/16", rig_text("10.2.%d.0/24", i));
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < TUNNELS; i++) {
            const uint32_t old = spi[i];
            spi[i] = rig_install(sad, "10.1.0.0/16", rig_text("10.2.%d.0/24", i));
            assert_int_equal(sad_remove(sad, old), 0);
            assert_int_equal(sad_reclaim(sad), 0);
            highest = rig_slot(sad, spi[i]) > highest ? rig_slot(sad, spi[i]) : highest;
        }
    }
    assert_true(highest < TUNNELS + 300);
    sad_free(sad);
}

static void thousands_of_pairs_come_and_go_within_four_kib_each(void **state)
{
    enum { N = 4096 };
    struct sad *sad = rig_sad(N, 1);
    uint32_t *spi = calloc(N, sizeof *spi), cursor = 0, seen = 0;
    struct sad_stats s;
    for (int round = 0; round < 3; round++) {
        for (uint32_t i = 0; i < N; i++) {
            char remote[24];
            snprintf(remote, sizeof remote, "10.2.%u.%u/32", i >> 8, i & 255);
            spi[i] = rig_install(sad, "10.1.0.0/16", remote);
        }
        assert_int_equal(sad_count(sad), N);
        for (uint32_t i = 0; i < N; i++)
            assert_int_equal(sad_remove(sad, spi[(i * 7) % N]), 0);
        sad_reclaim(sad);
        assert_int_equal(sad_count(sad), 0);
    }
    assert_false(sad_next(sad, &cursor, &s));
    rig_install(sad, "10.1.0.0/16", "10.2.0.0/16");
    for (cursor = 0; sad_next(sad, &cursor, &s);)
        seen++;
    assert_int_equal(seen, 1);
    const struct sad_tables *t = sad_tables(sad);
    assert_true(t->in_bytes + t->out_bytes - 2 * esp_key_bytes(&t->key) < 3000 - 2 * 1024);
    free(spi);
    sad_free(sad);
}

static void inner_mtu_is_exact(void **state)
{
    struct sad *sad = rig_sad(4, 1);
    uint32_t spi = rig_install(sad, "10.1.0.0/16", "10.2.0.0/16");
    struct sad_stats s;
    assert_int_equal(sad_stats(sad, spi, &s), 0);
    /* 1500 - 20 - 8 (UDP) - 8 (ESP) - 8 (IV) - 16 (ICV) = 1440, a multiple of 4; trailer 2. */
    assert_int_equal(s.inner_mtu, 1438);
    assert_int_equal(sad_set_mtu(sad, spi, 1499), 0);
    assert_int_equal(sad_stats(sad, spi, &s), 0);
    assert_int_equal(s.inner_mtu, 1434);
    assert_int_not_equal(sad_set_mtu(sad, spi, 500), 0);
    sad_free(sad);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_spi_has_a_slot_of_its_own_and_is_no_reserved_number),
        cmocka_unit_test(a_slot_never_gets_the_same_spi_twice_in_a_row),
        cmocka_unit_test(spis_carry_the_node_tag),
        cmocka_unit_test(what_is_wrong_is_refused_and_leaves_nothing),
        cmocka_unit_test(keys_stay_until_every_worker_was_quiescent),
        cmocka_unit_test(a_removed_slot_is_free_again_only_after_the_grace_period),
        cmocka_unit_test(slots_follow_the_pairs_that_live),
        cmocka_unit_test(thousands_of_pairs_come_and_go_within_four_kib_each),
        cmocka_unit_test(inner_mtu_is_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
