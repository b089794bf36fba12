/* SPDX-License-Identifier: BSD-3-Clause */
/* Pairs that workers share out: whose packets go by which, who asks for one, and what is left when one goes.
 */
#include "sad_rig.h"

#define LOCAL  "10.1.0.0/16"
#define REMOTE "10.2.0.0/16"

/* A pair that others may stand beside; beside 0: the first. */
static struct esp_pair group_params(struct sad *sad, uint32_t beside)
{
    struct esp_pair p = rig_params(sad, LOCAL, REMOTE);
    p.is_shared = true;
    p.beside_in = beside;
    return p;
}

static uint32_t group_install(struct sad *sad, uint32_t beside)
{
    const struct esp_pair p = group_params(sad, beside);
    assert_int_equal(sad_install(sad, &p), 0);
    return p.spi_in;
}

/* The inbound SPI of the pair that a worker seals a packet with; 0: none. */
static uint32_t group_serves(struct sad *sad, uint16_t worker)
{
    uint32_t slot = rig_find(sad, "10.1.0.1", "10.2.0.1");
    if (sad_spd_is_sa(slot))
        slot = sad_group_slot(sad, slot, worker);
    return sad_spd_is_sa(slot) ? sad_in_at(sad_tables(sad), slot)->spi : 0;
}

/* The pair that the next event wants another one beside; 0: no event. */
static uint32_t group_wanted(struct sad *sad)
{
    struct sad_event ev;
    if (!sad_event_pop(sad, &ev))
        return 0;
    assert_int_equal(ev.type, SAD_EV_WANTED);
    return ev.spi_in;
}

static void each_worker_seals_with_a_pair_of_its_own(void **state)
{
    struct sad *sad = rig_sad(16, 2);
    const uint32_t first = group_install(sad, 0), second = group_install(sad, first);
    const struct sad_stats a = rig_stats(sad, first), b = rig_stats(sad, second);
    assert_int_equal(a.owner_out + b.owner_out, 1);
    assert_int_equal(a.owner_in, a.owner_out);
    assert_int_equal(b.owner_in, b.owner_out);
    assert_int_equal(a.shared, 2);
    assert_int_equal(group_serves(sad, a.owner_out), first);
    assert_int_equal(group_serves(sad, b.owner_out), second);
    assert_int_equal(group_wanted(sad), 0);
    sad_free(sad);
}

static void a_worker_without_one_borrows_it_and_asks_once(void **state)
{
    struct sad *sad = rig_sad(16, 3);
    const uint32_t first = group_install(sad, 0);
    const uint16_t home = rig_stats(sad, first).owner_out, other = (uint16_t)((home + 2) % 3);
    assert_int_equal(group_serves(sad, home), first);
    assert_int_equal(group_wanted(sad), 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(group_serves(sad, other), first);
    assert_int_equal(group_wanted(sad), first);
    assert_int_equal(group_wanted(sad), 0);
    /* It is made for the worker that asked, though another one has none either; that asks for itself. */
    const uint32_t second = group_install(sad, first);
    assert_int_equal(rig_stats(sad, second).owner_out, other);
    assert_int_equal(group_serves(sad, other), second);
    assert_int_equal(group_wanted(sad), 0);
    assert_true(group_serves(sad, (uint16_t)((home + 1) % 3)) != 0);
    assert_int_not_equal(group_wanted(sad), 0);
    sad_free(sad);
}

/* A peer may make more of them than there are workers. */
static void further_ones_go_where_there_are_fewest(void **state)
{
    struct sad *sad = rig_sad(16, 2);
    uint32_t n[2] = {0}, first = 0;
    for (int i = 0; i < 6; i++) {
        const uint32_t spi = group_install(sad, first);
        const struct sad_stats s = rig_stats(sad, spi);
        first = first ? first : spi;
        n[s.owner_in]++;
        assert_int_equal(s.owner_in, s.owner_out);
    }
    assert_int_equal(n[0], 3);
    assert_int_equal(n[1], 3);
    sad_free(sad);
}

static void a_pair_that_replaces_another_has_its_worker(void **state)
{
    struct sad *sad = rig_sad(16, 2);
    const uint32_t first = group_install(sad, 0), second = group_install(sad, first);
    for (int i = 0; i < 3; i++) {
        const uint32_t old = i % 2 ? second : first;
        struct esp_pair p = group_params(sad, second);
        p.replaces_in = old;
        p.active = false;
        assert_int_equal(sad_install(sad, &p), 0);
        const uint16_t home = rig_stats(sad, old).owner_out;
        assert_int_equal(rig_stats(sad, p.spi_in).owner_out, home);
        assert_int_equal(group_serves(sad, home), old); /* the peer may not have it yet */
        assert_int_equal(rig_stats(sad, p.spi_in).shared, 2);
        assert_int_equal(sad_activate(sad, p.spi_in), 0);
        assert_int_equal(rig_stats(sad, p.spi_in).shared, 3);
        assert_int_equal(group_serves(sad, home), p.spi_in);
        assert_int_equal(sad_remove(sad, p.spi_in), 0);
        assert_int_equal(group_serves(sad, home), old);
    }
    sad_free(sad);
}

static void what_goes_is_made_up_for_by_others(void **state)
{
    struct sad *sad = rig_sad(16, 2);
    const uint32_t first = group_install(sad, 0), second = group_install(sad, first);
    const uint16_t home = rig_stats(sad, first).owner_out, other = (uint16_t)(1 - home);
    assert_int_equal(sad_remove(sad, first), 0); /* the first is no better than others */
    assert_int_equal(group_serves(sad, home), second);
    assert_int_equal(group_wanted(sad), second);
    assert_int_equal(group_serves(sad, other), second);
    assert_int_equal(sad_deactivate(sad, second), 0);
    assert_int_equal(group_serves(sad, other), 0);
    assert_int_equal(sad_activate(sad, second), 0);
    assert_int_equal(group_serves(sad, other), second);
    assert_int_equal(sad_remove(sad, second), 0);
    assert_int_equal(rig_find(sad, "10.1.0.1", "10.2.0.1"), SAD_SPD_NONE);
    sad_reclaim(sad);
    assert_int_equal(sad_reclaim(sad), 0);
    /* Another one begins anew. */
    const uint32_t third = group_install(sad, second);
    assert_int_equal(rig_stats(sad, third).shared, 1);
    assert_int_equal(group_serves(sad, home), third);
    sad_free(sad);
}

static void groups_end_with_their_last_pair(void **state)
{
    struct sad *sad = rig_sad(4, 2); /* as many groups as pairs */
    for (int i = 0; i < 100; i++) {
        const uint32_t first = group_install(sad, 0), second = group_install(sad, first);
        assert_int_equal(sad_remove(sad, second), 0);
        assert_int_equal(sad_remove(sad, first), 0);
        sad_reclaim(sad);
    }
    sad_free(sad);
}

static void other_selectors_and_pairs_that_are_not_shared_stand_alone(void **state)
{
    struct sad *sad = rig_sad(16, 2);
    const uint32_t first = group_install(sad, 0);
    struct esp_pair p = rig_params(sad, "10.3.0.0/16", REMOTE);
    p.is_shared = true;
    p.beside_in = first;
    assert_int_equal(sad_install(sad, &p), 0);
    assert_int_equal(rig_stats(sad, p.spi_in).shared, 1);
    assert_int_equal(rig_stats(sad, first).shared, 1);
    struct esp_pair alone = rig_params(sad, LOCAL, REMOTE);
    alone.beside_in = first;
    assert_int_equal(sad_install(sad, &alone), 0);
    assert_int_equal(rig_stats(sad, alone.spi_in).shared, 0);
    for (uint16_t w = 0; w < 2; w++)
        assert_int_equal(group_serves(sad, w), alone.spi_in); /* the newest */
    assert_int_equal(group_wanted(sad), 0);
    assert_int_equal(sad_remove(sad, alone.spi_in), 0);
    assert_int_equal(group_serves(sad, 0), first);
    sad_free(sad);
}

/* One that the peer wants no other beside may go to where its packets come to. */
static void a_pair_that_moved_is_the_other_worker_s_own(void **state)
{
    struct sad *sad = rig_sad(16, 2);
    const uint32_t first = group_install(sad, 0);
    const uint16_t home = rig_stats(sad, first).owner_out, other = (uint16_t)(1 - home);
    assert_int_equal(sad_owner_set(sad, first, other, other), 0);
    assert_int_equal(group_serves(sad, other), first);
    assert_int_equal(group_wanted(sad), 0);
    assert_int_equal(rig_stats(sad, group_install(sad, first)).owner_out, home);
    sad_free(sad);
}

static void an_event_that_finds_no_room_is_raised_again(void **state)
{
    struct sad *sad = rig_sad(8192, 2);
    uint32_t spi[5000], n = 0;
    for (unsigned i = 0; i < 5000; i++) {
        char remote[24];
        snprintf(remote, sizeof remote, "10.%u.%u.0/24", 100 + i / 250, i % 250);
        struct esp_pair p = rig_params(sad, LOCAL, remote);
        p.is_shared = true;
        assert_int_equal(sad_install(sad, &p), 0);
        spi[i] = p.spi_in;
    }
    for (int round = 0; round < 2; round++) {
        for (unsigned i = 0; i < 5000; i++) {
            char remote[24];
            snprintf(remote, sizeof remote, "10.%u.%u.1", 100 + i / 250, i % 250);
            const uint16_t other = (uint16_t)(1 - rig_stats(sad, spi[i]).owner_out);
            (void)sad_group_slot(sad, rig_find(sad, "10.1.0.1", remote), other);
        }
        while (group_wanted(sad))
            n++;
    }
    assert_int_equal(n, 5000);
    sad_free(sad);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_worker_seals_with_a_pair_of_its_own),
        cmocka_unit_test(a_worker_without_one_borrows_it_and_asks_once),
        cmocka_unit_test(further_ones_go_where_there_are_fewest),
        cmocka_unit_test(a_pair_that_replaces_another_has_its_worker),
        cmocka_unit_test(what_goes_is_made_up_for_by_others),
        cmocka_unit_test(groups_end_with_their_last_pair),
        cmocka_unit_test(other_selectors_and_pairs_that_are_not_shared_stand_alone),
        cmocka_unit_test(a_pair_that_moved_is_the_other_worker_s_own),
        cmocka_unit_test(an_event_that_finds_no_room_is_raised_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
