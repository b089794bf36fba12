/* SPDX-License-Identifier: BSD-3-Clause */
/* What statistics say: every counter in its own place, and a walk that meets each live pair once. */
#include <rte_cycles.h>
#include "sad_rig.h"

#include <errno.h>

#define LOCAL  "10.1.0.0/16"
#define REMOTE "10.2.0.0/16"

static void a_fresh_pair_shows_what_it_was_installed_with(void **state)
{
    struct sad *sad = rig_sad(16, 1);
    struct esp_pair p = rig_params(sad, LOCAL, REMOTE);
    rig_use_cbc(&p);
    p.ike_id = UINT64_C(0x1122334455667788);
    p.conn = 77;
    p.esn = true;
    p.spi_out = 0xdeadbeef;
    p.outer_mtu = 1400;
    p.path.remote.port = 61000;
    assert_int_equal(sad_install(sad, &p), 0);
    struct sad_stats s = rig_stats(sad, p.spi_in);
    assert_int_equal(s.spi_in, p.spi_in);
    assert_int_equal(s.spi_out, p.spi_out);
    assert_int_equal(s.ike_id, p.ike_id);
    assert_int_equal(s.conn, 77);
    assert_true(s.active);
    assert_true(s.esn && s.encap);
    assert_ptr_equal(s.encr, crypt_alg_find(CRYPT_TYPE_ENCR, p.encr, p.encr_bits));
    assert_ptr_equal(s.integ, crypt_alg_find(CRYPT_TYPE_INTEG, p.integ, 0));
    assert_true(base_endpoint_equal(&s.path.local, &p.path.local));
    assert_true(base_endpoint_equal(&s.path.remote, &p.path.remote));
    assert_int_equal(s.outer_mtu, 1400);
    assert_int_equal(s.in.pkts | s.in.bytes | s.in.seq | s.in.last_tsc, 0);
    assert_int_equal(s.out.pkts | s.out.bytes | s.out.seq | s.out.last_tsc, 0);
    p = rig_params(sad, LOCAL, REMOTE);
    p.active = false;
    assert_int_equal(sad_install(sad, &p), 0);
    s = rig_stats(sad, p.spi_in);
    assert_false(s.active);
    assert_false(s.esn);
    assert_null(s.integ);
    sad_free(sad);
}

static void each_counter_is_shown_in_its_own_place(void **state)
{
    struct sad *sad = rig_sad(16, 1);
    uint32_t spi = rig_install(sad, LOCAL, REMOTE);
    struct sad_in *in = rig_in(sad, spi);
    struct sad_out *out = rig_out(sad, spi);
    in->pkts = 1;
    in->bytes = 20;
    in->top = 300;
    in->last_tsc = 4000;
    in->replay_drops = 5;
    in->bad_icv = 6;
    in->bad_trailer = 7;
    in->policy_drops = 8;
    in->limit_drops = 9;
    out->limit_drops = 100;
    out->seq = UINT64_C(1) << 40;
    out->bytes = 11;
    out->last = (uint32_t)(rte_rdtsc() >> SAD_LAST_SHIFT) - 100;
    const uint64_t then = (uint64_t)100 << SAD_LAST_SHIFT;
    struct sad_stats s = rig_stats(sad, spi);
    assert_int_equal(s.in.pkts, 1);
    assert_int_equal(s.in.bytes, 20);
    assert_int_equal(s.in.seq, 300);
    assert_int_equal(s.in.last_tsc, 4000);
    assert_int_equal(s.replay_drops, 5);
    assert_int_equal(s.bad_icv, 6);
    assert_int_equal(s.bad_trailer, 7);
    assert_int_equal(s.policy_drops, 8);
    assert_int_equal(s.limit_drops, 109); /* both directions */
    assert_int_equal(s.out.pkts, UINT64_C(1) << 40);
    assert_int_equal(s.out.seq, UINT64_C(1) << 40);
    assert_int_equal(s.out.bytes, 11);
    assert_in_range(rte_rdtsc() - s.out.last_tsc, then, then * 2);
    sad_free(sad);
}

static void owners_and_strays_are_shown_for_each_direction(void **state)
{
    struct sad *sad = rig_sad(16, 3);
    for (uint32_t i = 0; i < 6; i++) {
        uint32_t spi = rig_install(sad, LOCAL, REMOTE);
        struct sad_stats s = rig_stats(sad, spi);
        assert_int_equal(s.owner_in, rig_slot(sad, spi) % 3);
        assert_int_equal(s.owner_out, rig_slot(sad, spi) % 3);
        rig_in(sad, spi)->owner = 2 | SAD_OWNER_MOVING; /* flags are not part of the number */
        rig_out(sad, spi)->owner = 1 | SAD_OWNER_GIVEN;
        sad_handoff_note(&rig_in(sad, spi)->handoff, 1);
        sad_handoff_note(&rig_in(sad, spi)->handoff, 2);
        sad_handoff_note(&rig_out(sad, spi)->handoff, 2);
        s = rig_stats(sad, spi);
        assert_int_equal(s.owner_in, 2);
        assert_int_equal(s.owner_out, 1);
        assert_int_equal(s.handoffs_in, 2);
        assert_int_equal(s.handoffs_out, 1);
    }
    sad_free(sad);
}

static void what_is_not_installed_is_not_shown(void **state)
{
    struct sad *sad = rig_sad(16, 1);
    struct sad_stats s;
    struct esp_pair p = rig_params(sad, LOCAL, REMOTE);
    assert_int_equal(sad_stats(sad, p.spi_in, &s), -ENOENT); /* only reserved */
    assert_int_equal(sad_install(sad, &p), 0);
    assert_int_equal(sad_stats(sad, p.spi_in, &s), 0);
    assert_int_equal(sad_stats(sad, p.spi_in ^ 0x80000000, &s), -ENOENT); /* the slot, another SPI */
    assert_int_equal(sad_stats(sad, p.spi_in ^ 1, &s), -ENOENT);
    assert_int_equal(sad_remove(sad, p.spi_in), 0);
    assert_int_equal(sad_stats(sad, p.spi_in, &s), -ENOENT); /* waits for its grace period */
    assert_int_equal(sad_reclaim(sad), 0);
    assert_int_equal(sad_stats(sad, p.spi_in, &s), -ENOENT);
    sad_free(sad);
}

/* The SPIs that a walk tells, in its order. */
static uint32_t walk(const struct sad *sad, uint32_t *spis, uint32_t max)
{
    struct sad_stats s;
    uint32_t cursor = 0, n = 0;
    while (sad_next(sad, &cursor, &s)) {
        assert_true(n < max);
        spis[n++] = s.spi_in;
    }
    assert_false(sad_next(sad, &cursor, &s)); /* and it stays at the end */
    return n;
}

static void a_walk_meets_each_live_pair_once_and_steps_over_holes(void **state)
{
    enum { N = 32 };
    struct sad *sad = rig_sad(N, 1);
    uint32_t spi[N], seen[N], want = 0;
    assert_int_equal(walk(sad, seen, N), 0);
    for (int i = 0; i < N; i++)
        spi[i] = rig_install(sad, LOCAL, REMOTE);
    assert_int_equal(walk(sad, seen, N), N);
    assert_memory_equal(seen, spi, sizeof spi);
    for (int i = 0; i < N; i++)
        if (i == 0 || i == N - 1 || i % 3 == 1)
            assert_int_equal(sad_remove(sad, spi[i]), 0);
        else
            spi[want++] = spi[i];
    for (int i = 0; i < 2; i++) {
        assert_int_equal(walk(sad, seen, N), want);
        assert_int_equal(sad_count(sad), want);
        assert_memory_equal(seen, spi, want * sizeof *spi);
        assert_int_equal(sad_reclaim(sad), 0);
    }
    assert_int_equal(want, 20);
    sad_free(sad);
}

static void pairs_that_are_only_reserved_are_holes(void **state)
{
    struct sad *sad = rig_sad(8, 1);
    uint32_t seen[8], reserved;
    assert_int_equal(sad_spi_alloc(sad, &reserved), 0);
    uint32_t spi = rig_install(sad, LOCAL, REMOTE);
    assert_int_equal(sad_spi_alloc(sad, &reserved), 0);
    assert_int_equal(walk(sad, seen, 8), 1);
    assert_int_equal(seen[0], spi);
    sad_free(sad);
}

static void a_walk_goes_on_when_the_pair_it_told_last_is_removed(void **state)
{
    struct sad *sad = rig_sad(8, 1);
    struct sad_stats s;
    uint32_t cursor = 0, n = 0;
    for (int i = 0; i < 8; i++)
        rig_install(sad, LOCAL, REMOTE);
    while (sad_next(sad, &cursor, &s)) {
        assert_int_equal(sad_remove(sad, s.spi_in), 0);
        n++;
    }
    assert_int_equal(n, 8);
    assert_int_equal(sad_count(sad), 0);
    sad_free(sad);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fresh_pair_shows_what_it_was_installed_with),
        cmocka_unit_test(each_counter_is_shown_in_its_own_place),
        cmocka_unit_test(owners_and_strays_are_shown_for_each_direction),
        cmocka_unit_test(what_is_not_installed_is_not_shown),
        cmocka_unit_test(a_walk_meets_each_live_pair_once_and_steps_over_holes),
        cmocka_unit_test(pairs_that_are_only_reserved_are_holes),
        cmocka_unit_test(a_walk_goes_on_when_the_pair_it_told_last_is_removed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
