/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Totals of a connection are what its pairs counted, those that are gone too, and never go back: whatever is
 * installed, counted, removed and reclaimed between two looks, in whatever order.
 */
#include "sad_rig.h"

#include <errno.h>
#include <stdlib.h>
#include "sad_conn.h"

#define LOCAL  "10.1.0.0/16"
#define REMOTE "10.2.0.0/16"

static uint32_t install_for(struct sad *sad, uint32_t conn)
{
    struct esp_pair p = rig_params(sad, LOCAL, REMOTE);
    p.conn = conn;
    assert_int_equal(sad_install(sad, &p), 0);
    return p.spi_in;
}

/* As the owners of both directions do. */
static void count(struct sad *sad, uint32_t spi, uint64_t pkts)
{
    rig_in(sad, spi)->pkts += pkts;
    rig_in(sad, spi)->bytes += 100 * pkts;
    rig_out(sad, spi)->seq += 2 * pkts;
    rig_out(sad, spi)->bytes += 200 * pkts;
}

static struct sad_counters totals(struct sad *sad, uint32_t conn)
{
    struct sad_counters c;
    assert_int_equal(sad_conn_counters(sad, conn, UINT32_MAX, &c), 0);
    return c;
}

static void expect(struct sad *sad, uint32_t conn, uint64_t pkts)
{
    const struct sad_counters c = totals(sad, conn);
    assert_int_equal(c.in_pkts, pkts);
    assert_int_equal(c.in_bytes, 100 * pkts);
    assert_int_equal(c.out_pkts, 2 * pkts);
    assert_int_equal(c.out_bytes, 200 * pkts);
}

static void totals_survive_a_rekey(void **state)
{
    struct sad *sad = rig_sad(16, 1);
    const uint32_t conn = sad_conn_open(sad);
    assert_int_not_equal(conn, SAD_CONN_NONE);
    expect(sad, conn, 0);
    rig_worker_on(sad_qsbr(sad), 0);
    const uint32_t old = install_for(sad, conn);
    count(sad, old, 10);
    const uint32_t heir = install_for(sad, conn);
    count(sad, heir, 1);
    expect(sad, conn, 11); /* both live */
    assert_int_equal(sad_remove(sad, old), 0);
    expect(sad, conn, 11); /* one lingers */
    count(sad, old, 5);    /* a worker that is still at its burst */
    expect(sad, conn, 16);
    assert_int_not_equal(sad_reclaim(sad), 0); /* not yet */
    expect(sad, conn, 16);
    rte_rcu_qsbr_quiescent(sad_qsbr(sad), 0);
    assert_int_equal(sad_reclaim(sad), 0);
    expect(sad, conn, 16); /* gone, and its last counts were taken */
    count(sad, heir, 4);
    expect(sad, conn, 20);
    rig_worker_off(sad_qsbr(sad), 0);
    sad_free(sad);
}

/* What ends, comes and counts between two parts of a sum is in it once, or in the next one. */
static void a_sum_is_made_in_parts(void **state)
{
    struct sad *sad = rig_sad(16, 1);
    const uint32_t conn = sad_conn_open(sad), other = sad_conn_open(sad);
    struct sad_counters c;
    uint32_t spi[6];
    for (size_t i = 0; i < 6; i++) {
        spi[i] = install_for(sad, conn);
        count(sad, spi[i], 1u << (4 * i));
    }
    assert_int_equal(sad_conn_counters(sad, conn, 2, &c), 1); /* 5 and 4, the newest first */
    assert_int_equal(sad_remove(sad, spi[5]), 0);             /* one that is in the sum, */
    assert_int_equal(sad_remove(sad, spi[3]), 0);             /* the one that comes next, */
    assert_int_equal(sad_remove(sad, spi[1]), 0);             /* and one behind it */
    assert_int_equal(sad_reclaim(sad), 0);
    count(sad, install_for(sad, conn), 7);
    count(sad, spi[4], 2);
    count(sad, spi[2], 3);
    assert_int_equal(sad_conn_counters(sad, conn, 1, &c), 1);
    assert_int_equal(sad_conn_counters(sad, conn, 2, &c), 0);
    assert_int_equal(c.in_pkts, 0x111111 + 3);
    expect(sad, conn, 0x111111 + 3 + 2 + 7);
    /* another one, or its end, begins anew */
    assert_int_equal(sad_conn_counters(sad, conn, 1, &c), 1);
    assert_int_equal(sad_conn_counters(sad, other, 1, &c), 0);
    assert_int_equal(sad_conn_counters(sad, conn, 1, &c), 1);
    sad_conn_close(sad, conn);
    assert_int_equal(sad_conn_counters(sad, conn, 1, &c), -ENOENT);
    sad_free(sad);
}

static void drops_are_summed_up_too(void **state)
{
    struct sad *sad = rig_sad(16, 1);
    const uint32_t conn = sad_conn_open(sad), spi = install_for(sad, conn);
    rig_in(sad, spi)->replay_drops = 1;
    rig_in(sad, spi)->bad_icv = 2;
    rig_in(sad, spi)->bad_trailer = 3;
    rig_in(sad, spi)->policy_drops = 4;
    rig_in(sad, spi)->limit_drops = 5;
    rig_out(sad, spi)->limit_drops = 10;
    for (int i = 0; i < 2; i++) {
        const struct sad_counters c = totals(sad, conn);
        assert_int_equal(c.replay, 1);
        assert_int_equal(c.bad_icv, 2);
        assert_int_equal(c.bad_trailer, 3);
        assert_int_equal(c.policy, 4);
        assert_int_equal(c.limit, 15);
        sad_remove(sad, spi);
        sad_reclaim(sad);
    }
    sad_free(sad);
}

static void each_connection_has_its_own(void **state)
{
    struct sad *sad = rig_sad(16, 1);
    const uint32_t a = sad_conn_open(sad), b = sad_conn_open(sad);
    struct sad_counters c;
    assert_int_not_equal(a, b);
    count(sad, install_for(sad, a), 3);
    count(sad, install_for(sad, b), 40);
    count(sad, install_for(sad, SAD_CONN_NONE), 500);
    count(sad, install_for(sad, UINT32_MAX), 6000); /* a number that was never open */
    expect(sad, a, 3);
    expect(sad, b, 40);
    assert_int_equal(sad_conn_counters(sad, SAD_CONN_NONE, 1, &c), -ENOENT);
    assert_int_equal(sad_conn_counters(sad, UINT32_MAX, 1, &c), -ENOENT);
    assert_int_equal(sad_conn_counters(sad, b + 1, 1, &c), -ENOENT);
    sad_free(sad);
}

static void a_number_is_given_out_again_when_nothing_counts_under_it(void **state)
{
    struct sad *sad = rig_sad(16, 1);
    const uint32_t a = sad_conn_open(sad);
    struct sad_counters c;
    const uint32_t spi = install_for(sad, a);
    count(sad, spi, 3);
    sad_conn_close(sad, a);
    sad_conn_close(sad, a); /* once is enough */
    sad_conn_close(sad, SAD_CONN_NONE);
    sad_conn_close(sad, UINT32_MAX);
    assert_int_equal(sad_conn_counters(sad, a, 1, &c), -ENOENT);
    const uint32_t b = sad_conn_open(sad);
    assert_int_not_equal(b, a); /* its pair still lives */
    count(sad, install_for(sad, a), 7);
    expect(sad, b, 0);
    sad_remove(sad, spi);
    sad_reclaim(sad);
    assert_int_equal(sad_conn_open(sad), a);
    expect(sad, a, 0); /* what counted under the number before is not its own */
    for (int i = 0; i < 1000; i++)
        assert_int_not_equal(sad_conn_open(sad), a);
    expect(sad, b, 0);
    sad_free(sad);
}

static void what_cannot_be_installed_counts_for_nobody(void **state)
{
    struct sad *sad = rig_sad(16, 1);
    const uint32_t conn = sad_conn_open(sad);
    struct esp_pair p = rig_params(sad, LOCAL, REMOTE);
    p.conn = conn;
    p.keys_in.encr_len = 3;
    assert_int_equal(sad_install(sad, &p), -EINVAL);
    expect(sad, conn, 0);
    p.keys_in.encr_len = 20;
    assert_int_equal(sad_install(sad, &p), 0);
    count(sad, p.spi_in, 1);
    expect(sad, conn, 1);
    sad_free(sad);
}

enum { CONNS = 3, PAIRS = 24, STEPS = 20000 };

static void check_growth(struct sad *sad, const uint32_t *conns, struct sad_counters *seen,
                         const uint64_t *counted)
{
    for (size_t i = 0; i < CONNS; i++) {
        const struct sad_counters now = totals(sad, conns[i]);
        for (size_t k = 0; k < sad_rows.count; k++)
            assert_true(telem_value(&sad_rows.list[k], &now) >= telem_value(&sad_rows.list[k], &seen[i]));
        assert_int_equal(now.in_pkts, counted[i]);
        seen[i] = now;
    }
}

/* Any order of installing, counting (also on what was removed and not reclaimed yet), removing and
 * reclaiming. */
static void totals_never_go_back(void **state)
{
    struct sad *sad = rig_sad(64, 1);
    uint32_t conns[CONNS], spis[PAIRS] = {0};
    size_t of[PAIRS];
    bool is_removed[PAIRS];
    struct sad_counters seen[CONNS] = {0};
    uint64_t counted[CONNS] = {0};
    for (size_t i = 0; i < CONNS; i++)
        conns[i] = sad_conn_open(sad);
    rig_worker_on(sad_qsbr(sad), 0);
    srandom(1);
    for (int step = 0; step < STEPS; step++) {
        const size_t at = (size_t)random() % PAIRS, what = (size_t)random() % 16;
        if (!spis[at]) {
            of[at] = (size_t)random() % CONNS;
            is_removed[at] = false;
            spis[at] = install_for(sad, conns[of[at]]);
        } else if (what == 0) {
            rte_rcu_qsbr_quiescent(sad_qsbr(sad), 0);
            assert_int_equal(sad_reclaim(sad), 0);
            for (size_t i = 0; i < PAIRS; i++)
                spis[i] = is_removed[i] ? 0 : spis[i];
        } else if (what == 1 && !is_removed[at]) {
            assert_int_equal(sad_remove(sad, spis[at]), 0);
            is_removed[at] = true;
        } else {
            count(sad, spis[at], what);
            counted[of[at]] += what;
        }
        check_growth(sad, conns, seen, counted);
    }
    rig_worker_off(sad_qsbr(sad), 0);
    sad_free(sad);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(totals_survive_a_rekey),
        cmocka_unit_test(a_sum_is_made_in_parts),
        cmocka_unit_test(drops_are_summed_up_too),
        cmocka_unit_test(each_connection_has_its_own),
        cmocka_unit_test(a_number_is_given_out_again_when_nothing_counts_under_it),
        cmocka_unit_test(what_cannot_be_installed_counts_for_nobody),
        cmocka_unit_test(totals_never_go_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
