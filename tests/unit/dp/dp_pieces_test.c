/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Datagrams of every size from pieces of every size in any order; what contradicts itself spoils one datagram
 * and no other; what is held is bounded in number, per source and in time, and each piece is accounted for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "dp_pieces.h"

#define HZ        UINT64_C(1000000000)
#define HEAD      34
#define DATAGRAMS 256 /* that a table holds */
#define SHARE     64  /* of one source */
#define PIECES    256 /* of one datagram */
#define WAIT      (5 * HZ)

static struct dp_pieces *table;
static uint64_t now, given;
static uint8_t noise[DP_PIECES_DATA_MAX + 8], head[HEAD];

static int table_make(void **state)
{
    srandom(791);
    for (size_t i = 0; i < sizeof noise; i++)
        noise[i] = (uint8_t)random();
    memset(head, 0x5a, sizeof head);
    now = HZ;
    given = 0;
    table = dp_pieces_create(HZ, 815);
    return table ? 0 : -1;
}

static int table_free(void **state)
{
    dp_pieces_free(table);
    dp_pieces_free(NULL);
    return 0;
}

static bool give_as(uint64_t id, uint64_t source, const uint8_t *data, uint32_t at, uint32_t len,
                    bool has_more, struct dp_whole *out)
{
    const struct dp_piece p = {
        .key = {{source, id, 0, 0, 0}},
        .source = source,
        .head = head,
        .head_len = HEAD,
        .data = data + at,
        .at = at,
        .len = len,
        .has_more = has_more,
    };
    given++;
    return dp_pieces_put(table, &p, now, out);
}

static bool give(uint64_t id, uint32_t at, uint32_t len, bool has_more)
{
    struct dp_whole whole;
    return give_as(id, 1, noise, at, len, has_more, &whole);
}

static struct dp_pieces_lost lost(void)
{
    return dp_pieces_lost_take(table);
}

static void assert_lost(uint64_t refused, uint64_t capped)
{
    const struct dp_pieces_lost l = lost();
    assert_int_equal(l.refused, refused);
    assert_int_equal(l.capped, capped);
}

enum order { FORWARDS, BACKWARDS, SHUFFLED, ORDERS };

static void order_make(uint32_t *list, uint32_t n, enum order order)
{
    for (uint32_t i = 0; i < n; i++)
        list[i] = order == BACKWARDS ? n - 1 - i : i;
    for (uint32_t i = n; order == SHUFFLED && i > 1; i--) {
        const uint32_t k = (uint32_t)random() % i, other = list[k];
        list[k] = list[i - 1];
        list[i - 1] = other;
    }
}

/* A datagram of `total` bytes in pieces of `each`. */
static void datagram_arrives(uint32_t total, uint32_t each, enum order order)
{
    static uint64_t id = 1000;
    uint32_t list[PIECES], n = (total + each - 1) / each;
    struct dp_whole whole;
    order_make(list, n, order);
    id++;
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t at = list[i] * each, len = total - at < each ? total - at : each;
        assert_int_equal(give_as(id, 1, noise, at, len, at + len < total, &whole), i == n - 1);
    }
    assert_int_equal(whole.len, total);
    assert_int_equal(whole.head_len, HEAD);
    assert_memory_equal(whole.head, head, HEAD);
    assert_memory_equal(whole.head + HEAD, noise, total);
}

static void every_size_comes_from_pieces_of_every_size_in_any_order(void **state)
{
    static const uint32_t cuts[] = {8, 16, 48, 256, 552, 1256, 1448, 1480, 8952, 32768, 65528};
    for (uint32_t total = 1; total <= DP_PIECES_DATA_MAX; total += total < 3000 || total > 65400 ? 1 : 61)
        for (size_t c = 0; c < sizeof cuts / sizeof *cuts; c++)
            if ((total + cuts[c] - 1) / cuts[c] <= PIECES)
                datagram_arrives(total, cuts[c], (enum order)((total + c) % ORDERS));
    assert_lost(0, 0);
}

static void pieces_of_unequal_sizes_fit_together(void **state)
{
    struct dp_whole whole;
    for (uint64_t id = 0; id < 300; id++) {
        uint32_t at[PIECES + 1] = {0}, list[PIECES], n = 0;
        const uint32_t total = 1 + (uint32_t)random() % DP_PIECES_DATA_MAX;
        while (at[n] < total) {
            at[n + 1] = at[n] + 8 * (1 + (uint32_t)random() % 187);
            if (++n == PIECES - 1 || at[n] > total)
                at[n] = total;
        }
        order_make(list, n, SHUFFLED);
        for (uint32_t i = 0; i < n; i++) {
            const uint32_t k = list[i];
            assert_int_equal(give_as(id, 2, noise, at[k], at[k + 1] - at[k], k < n - 1, &whole), i == n - 1);
        }
        assert_memory_equal(whole.head + HEAD, noise, total);
    }
    assert_lost(0, 0);
}

static void copies_do_no_harm(void **state)
{
    struct dp_whole whole;
    for (int i = 0; i < 3; i++)
        assert_false(give(7, 16, 16, true));
    assert_false(give(7, 32, 5, false));
    assert_false(give(7, 32, 5, false));
    assert_false(give(7, 16, 8, true)); /* a part of what is there, and the same */
    assert_false(give(7, 32, 5, false));
    assert_true(give_as(7, 1, noise, 0, 16, true, &whole));
    assert_memory_equal(whole.head + HEAD, noise, 37);
    assert_lost(5, 0);
}

/* Two pieces of a datagram, then one that contradicts them: all are refused, and those that come later. */
static void spoils(uint64_t id, const uint8_t *data, uint32_t at, uint32_t len, bool has_more)
{
    struct dp_whole whole;
    assert_false(give(id, 0, 32, true));
    assert_false(give(id, 64, 13, false));
    assert_lost(0, 0);
    assert_false(give_as(id, 1, data, at, len, has_more, &whole));
    assert_lost(3, 0);
    assert_false(give(id, 32, 32, true));
    assert_false(give(id, 0, 32, true));
    assert_false(give(id, 64, 13, false));
    assert_lost(3, 0);
}

static void what_overlaps_or_contradicts_spoils_its_datagram_and_no_other(void **state)
{
    static uint8_t other[128];
    assert_false(give(50, 0, 64, true));
    spoils(1, noise, 24, 16, true);  /* from one into the gap */
    spoils(2, noise, 16, 56, true);  /* over the gap */
    spoils(3, other, 0, 32, true);   /* a copy that is none */
    spoils(4, other, 8, 8, true);    /* inside of one, and different */
    spoils(5, noise, 64, 16, true);  /* beyond the end */
    spoils(6, noise, 80, 16, true);  /* behind the end */
    spoils(7, noise, 64, 14, false); /* another end */
    spoils(8, noise, 32, 8, false);  /* an end before the end */
    spoils(9, other, 64, 13, false); /* the end again, and different */
    assert_true(give(50, 64, 1, false));
}

static void an_end_before_what_is_there_spoils(void **state)
{
    assert_false(give(1, 80, 16, true));
    assert_false(give(1, 40, 3, false));
    assert_lost(2, 0);
    assert_false(give(1, 0, 40, true));
    assert_lost(1, 0);
}

static void nothing_is_beyond_the_largest_datagram(void **state)
{
    assert_false(give(1, 65528, 8, false)); /* one byte more than there are */
    assert_lost(1, 0);
    assert_false(give(2, 65528, 7, false));
    assert_lost(0, 0);
}

static void a_datagram_has_no_more_than_so_many_pieces(void **state)
{
    for (uint32_t i = 0; i < PIECES; i++)
        assert_false(give(1, 8 * i, 8, true));
    assert_lost(0, 0);
    assert_false(give(1, 8 * PIECES, 8, true));
    assert_lost(PIECES + 1, 0);
}

static void a_mark_on_any_piece_marks_the_whole(void **state)
{
    for (uint32_t marked = 0; marked < 4; marked++) {
        struct dp_whole whole = {0};
        for (uint32_t i = 0; i < 3; i++) {
            const struct dp_piece p = {.key = {{marked}},
                                       .head = head,
                                       .head_len = HEAD,
                                       .data = noise,
                                       .at = 8 * i,
                                       .len = 8,
                                       .has_more = i < 2,
                                       .is_marked = i == marked};
            assert_int_equal(dp_pieces_put(table, &p, now, &whole), i == 2);
        }
        assert_int_equal(whole.is_marked, marked < 3);
    }
}

static void a_source_has_its_share_and_loses_its_own_oldest(void **state)
{
    struct dp_whole whole;
    assert_false(give_as(1, 99, noise, 0, 8, true, &whole)); /* somebody else's, the oldest of all */
    for (uint64_t id = 0; id < 10 * SHARE; id++)
        assert_false(give(id, 0, 8, true));
    assert_lost(0, 9 * SHARE);
    for (uint64_t id = 9 * SHARE; id < 10 * SHARE; id++)
        assert_true(give(id, 8, 8, false));
    assert_true(give_as(1, 99, noise, 8, 8, false, &whole));
    assert_lost(0, 0);
}

static void a_full_table_loses_what_waited_longest_for_a_piece(void **state)
{
    struct dp_whole whole;
    /* One that goes on all the while, beside others under invented addresses. */
    for (uint64_t id = 0; id < 20 * DATAGRAMS; id++) {
        now += HZ / 100000;
        assert_false(give_as(id, 1000 + id, noise, 0, 1480, true, &whole));
        if (id % (DATAGRAMS / 2) == 0 && id / (DATAGRAMS / 2) < 39)
            assert_false(give_as(1, 7, noise, (uint32_t)(id / (DATAGRAMS / 2)) * 1480, 1480, true, &whole));
    }
    assert_true(give_as(1, 7, noise, 39 * 1480, 100, false, &whole));
    assert_memory_equal(whole.head + HEAD, noise, 39 * 1480 + 100);
    assert_lost(0, 19 * DATAGRAMS + 1);
}

static void what_waits_too_long_is_forgotten(void **state)
{
    assert_false(give(1, 0, 8, true));
    assert_false(give(2, 0, 8, true));
    now += WAIT;
    assert_true(give(2, 8, 8, false));
    now += 1;
    assert_false(give(1, 8, 8, false));
    assert_lost(0, 1);
    /* So long from the first piece on, however often others come. */
    assert_false(give(3, 0, 8, true));
    for (uint32_t i = 1; i < 6; i++) {
        now += HZ;
        assert_false(give(3, 8 * i, 8, true));
    }
    now += 1;
    assert_false(give(3, 48, 8, false));
    assert_lost(0, 6 + 1);
    now += 2 * WAIT;
    assert_true(give(4, 0, 8, false));
    assert_lost(0, 1);
}

static void no_piece_is_unaccounted_for(void **state)
{
    uint64_t whole_pieces = 0, lost_pieces = 0;
    struct dp_whole whole;
    given = 0;
    for (uint32_t i = 0; i < 300000; i++) {
        const uint64_t source = (uint64_t)random() % 7, id = (uint64_t)random() % 120;
        const uint32_t at = 8 * ((uint32_t)random() % 3);
        now += (uint64_t)random() % (HZ / 500);
        if (give_as(id, source, noise, at, at == 16 ? 5 : 8, at < 16, &whole))
            whole_pieces += 3;
        const struct dp_pieces_lost l = lost();
        lost_pieces += l.refused + l.capped;
        assert_in_range(given - whole_pieces - lost_pieces, 0, 2 * DATAGRAMS);
    }
    assert_true(whole_pieces > 1000);
    now += 2 * WAIT;
    assert_true(give(1, 0, 8, false));
    lost_pieces += lost().capped;
    assert_int_equal(given - 1, whole_pieces + lost_pieces);
}

/* What of a peer's datagrams in three pieces, 20 ms apart, becomes whole in two seconds of 30,000 pieces a
 * second that never do: from invented addresses, each piece another one. */
static void a_peers_datagrams_become_whole_under_a_flood_from_everywhere(void **state)
{
    enum { PEER = 7, GAP = 600 };
    struct dp_whole whole;
    unsigned sent = 0, got = 0;
    assert_false(give_as(1, PEER, noise, 0, 8, true, &whole));
    assert_true(give_as(1, PEER, noise, 8, 8, false, &whole));
    for (uint64_t i = 0; i < 60000; i++) {
        (void)give_as(i, 1000 + i, noise, 0, 1480, true, &whole);
        now += HZ / 30000;
        if (i % GAP != 0 || i < 3 * GAP)
            continue;
        const uint32_t at = (uint32_t)(i / GAP % 3) * 1480;
        sent += at == 0;
        got += give_as(100000 + i / GAP / 3, PEER, noise, at, 1480, at != 2960, &whole);
    }
    assert_int_equal(sent, 33);
    assert_true(got + 1 >= sent); /* the last one may not have all its pieces yet */
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, table_make, table_free)
    const struct CMUnitTest tests[] = {
        EACH(every_size_comes_from_pieces_of_every_size_in_any_order),
        EACH(pieces_of_unequal_sizes_fit_together),
        EACH(copies_do_no_harm),
        EACH(what_overlaps_or_contradicts_spoils_its_datagram_and_no_other),
        EACH(an_end_before_what_is_there_spoils),
        EACH(nothing_is_beyond_the_largest_datagram),
        EACH(a_datagram_has_no_more_than_so_many_pieces),
        EACH(a_mark_on_any_piece_marks_the_whole),
        EACH(a_source_has_its_share_and_loses_its_own_oldest),
        EACH(a_full_table_loses_what_waited_longest_for_a_piece),
        EACH(what_waits_too_long_is_forgotten),
        EACH(no_piece_is_unaccounted_for),
        cmocka_unit_test_setup_teardown(a_peers_datagrams_become_whole_under_a_flood_from_everywhere,
                                        table_make, table_free),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
