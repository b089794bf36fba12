/* SPDX-License-Identifier: BSD-3-Clause */
/* The steps of a move from one worker to another: who may take packets when, and that none of them is
 * skipped. */
#include "sad_rig.h"

#include <errno.h>
#include <rte_rcu_qsbr.h>

static struct {
    bool is_full;
    unsigned n;
    uint16_t worker;
    uint64_t mark;
} ring;

static bool mark_take(void *ctx, uint16_t worker, uint64_t mark)
{
    assert_ptr_equal(ctx, &ring);
    assert_true(mark & 1);
    if (ring.is_full)
        return false;
    ring.n++;
    ring.worker = worker;
    ring.mark = mark;
    return true;
}

/* Tables of three workers of which one is slow to become quiescent. */
static struct sad *home_make(uint32_t *spi)
{
    struct sad *sad = rig_sad(16, 3);
    memset(&ring, 0, sizeof ring);
    sad_mark_by(sad, mark_take, &ring);
    rte_rcu_qsbr_thread_register(sad_qsbr(sad), 0);
    rte_rcu_qsbr_thread_online(sad_qsbr(sad), 0);
    *spi = rig_install(sad, "10.1.0.0/16", "10.2.0.0/16");
    return sad;
}

static void home_free(struct sad *sad)
{
    rte_rcu_qsbr_thread_offline(sad_qsbr(sad), 0);
    rte_rcu_qsbr_thread_unregister(sad_qsbr(sad), 0);
    sad_free(sad);
}

static void grace(struct sad *sad)
{
    rte_rcu_qsbr_quiescent(sad_qsbr(sad), 0);
    sad_reclaim(sad);
}

static void the_mark_is_sent_after_a_grace_period_and_the_owner_gives_away(void **state)
{
    uint32_t spi;
    struct sad *sad = home_make(&spi);
    const struct sad_tables *t = sad_tables(sad);
    struct sad_in *in = sad_in_find(t, spi);
    uint16_t from = in->owner, to = (uint16_t)((from + 1) % 3);
    struct sad_stats s;
    assert_int_equal(sad_owner_set(sad, spi, to, from), 0);
    assert_int_equal(in->owner, from | SAD_OWNER_MOVING);
    sad_reclaim(sad);
    assert_int_equal(ring.n, 0); /* somebody may still be handing packets to the owner */
    assert_int_equal(sad_owner_set(sad, spi, from, to), -EBUSY);
    grace(sad);
    assert_int_equal(ring.n, 1); /* of the one direction that moves */
    assert_int_equal(ring.worker, from);
    assert_int_equal(in->owner, from | SAD_OWNER_MOVING);
    sad_mark_obey(t, ring.mark);
    assert_int_equal(in->owner, to | SAD_OWNER_GIVEN);
    assert_int_equal(sad_stats(sad, spi, &s), 0);
    assert_int_equal(s.owner_in, to);
    assert_int_equal(s.owner_out, from);
    home_free(sad);
}

static void a_direction_that_was_given_may_move_on(void **state)
{
    uint32_t spi;
    struct sad *sad = home_make(&spi);
    const struct sad_tables *t = sad_tables(sad);
    struct sad_in *in = sad_in_find(t, spi);
    uint16_t first = in->owner, second = (uint16_t)((first + 1) % 3), third = (uint16_t)((first + 2) % 3);
    assert_int_equal(sad_owner_set(sad, spi, second, first), 0);
    grace(sad);
    sad_mark_obey(t, ring.mark);
    assert_int_equal(sad_owner_set(sad, spi, third, first), 0);
    assert_int_equal(in->owner, second | SAD_OWNER_MOVING);
    grace(sad);
    assert_int_equal(ring.worker, second);
    sad_mark_obey(t, ring.mark);
    assert_int_equal(in->owner, third | SAD_OWNER_GIVEN);
    home_free(sad);
}

static void a_full_ring_is_tried_again_after_the_next_grace_period(void **state)
{
    uint32_t spi;
    struct sad *sad = home_make(&spi);
    uint16_t from = sad_in_find(sad_tables(sad), spi)->owner;
    ring.is_full = true;
    assert_int_equal(sad_owner_set(sad, spi, (uint16_t)((from + 1) % 3), from), 0);
    grace(sad);
    grace(sad);
    ring.is_full = false;
    assert_int_equal(ring.n, 0);
    assert_int_not_equal(sad_reclaim(sad), 0);
    grace(sad);
    assert_int_equal(ring.n, 1);
    assert_int_equal(sad_reclaim(sad), 0);
    home_free(sad);
}

static void a_mark_for_a_pair_that_is_gone_changes_nothing(void **state)
{
    uint32_t spi;
    struct sad *sad = home_make(&spi);
    const struct sad_tables *t = sad_tables(sad);
    struct sad_out *out = sad_out_at(t, sad_slot_find(t, spi));
    uint16_t from = out->owner;
    assert_int_equal(sad_owner_set(sad, spi, from, (uint16_t)((from + 1) % 3)), 0);
    grace(sad);
    assert_int_equal(ring.n, 1);
    assert_int_equal(sad_remove(sad, spi), 0);
    sad_mark_obey(t, ring.mark);
    assert_int_equal(out->owner, SAD_OWNER_NONE);
    home_free(sad);
}

static void what_is_wrong_is_refused_and_staying_needs_no_move(void **state)
{
    uint32_t spi;
    struct sad *sad = home_make(&spi);
    uint16_t from = sad_in_find(sad_tables(sad), spi)->owner;
    assert_int_equal(sad_owner_set(sad, spi ^ 0x100000, 0, 0), -ENOENT);
    assert_int_equal(sad_owner_set(sad, spi, 3, 0), -EINVAL);
    assert_int_equal(sad_owner_set(sad, spi, 0, 3), -EINVAL);
    assert_int_equal(sad_owner_set(sad, spi, from, from), 0);
    assert_int_equal(sad_in_find(sad_tables(sad), spi)->owner, from);
    grace(sad);
    assert_int_equal(ring.n, 0);
    home_free(sad);
}

static void handoffs_tell_which_worker_they_came_to_since_the_last_look(void **state)
{
    uint32_t spi;
    struct sad *sad = home_make(&spi);
    struct sad_in *in = sad_in_find(sad_tables(sad), spi);
    struct sad_handoffs a, b;
    for (unsigned i = 0; i < 100; i++)
        sad_handoff_note(&in->handoff, i % 10 ? 2 : 1);
    in->pkts = 300;
    assert_int_equal(sad_handoffs_take(sad, spi, &a, &b), 0);
    assert_int_equal(a.handoffs, 100);
    assert_int_equal(a.pkts, 300);
    assert_int_equal(a.worker, 2);
    assert_in_range(a.lead, 80, 81);
    assert_int_equal(b.handoffs, 0);
    in->pkts = 310;
    sad_handoff_note(&in->handoff, 1);
    assert_int_equal(sad_handoffs_take(sad, spi, &a, &b), 0);
    assert_int_equal(a.handoffs, 1);
    assert_int_equal(a.pkts, 10);
    assert_int_equal(a.worker, 1);
    assert_int_equal(sad_handoffs_take(sad, spi ^ 0x100000, &a, &b), -ENOENT);
    home_free(sad);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_mark_is_sent_after_a_grace_period_and_the_owner_gives_away),
        cmocka_unit_test(a_direction_that_was_given_may_move_on),
        cmocka_unit_test(a_full_ring_is_tried_again_after_the_next_grace_period),
        cmocka_unit_test(a_mark_for_a_pair_that_is_gone_changes_nothing),
        cmocka_unit_test(what_is_wrong_is_refused_and_staying_needs_no_move),
        cmocka_unit_test(handoffs_tell_which_worker_they_came_to_since_the_last_look),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
