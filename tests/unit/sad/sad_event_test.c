/* SPDX-License-Identifier: BSD-3-Clause */
/* Limits of both directions, the end of the sequence space, and events: which, how often, and of whom. */
#include "sad_rig.h"

struct limits {
    uint64_t soft_pkts, hard_pkts, soft_bytes, hard_bytes;
};

static uint32_t install(struct sad *sad, const struct limits *l, bool esn)
{
    struct esp_pair p = rig_params(sad, "10.1.0.0/16", "10.2.0.0/16");
    p.soft_pkts = l->soft_pkts;
    p.hard_pkts = l->hard_pkts;
    p.soft_bytes = l->soft_bytes;
    p.hard_bytes = l->hard_bytes;
    p.esn = esn;
    assert_int_equal(sad_install(sad, &p), 0);
    return p.spi_in;
}

static struct sad_out *out_of(struct sad *sad, uint32_t spi)
{
    return sad_out_at(sad_tables(sad), sad_slot_find(sad_tables(sad), spi));
}

/* What a worker does with a packet of 100 bytes. */
static bool send_one(struct sad *sad, struct sad_out *out)
{
    if ((out->seq >= out->stop_seq || out->bytes >= out->stop_bytes) && !sad_out_limit(sad, out))
        return false;
    out->seq++;
    out->bytes += 100;
    return true;
}

static bool take_one(struct sad *sad, struct sad_in *in)
{
    if ((in->pkts >= in->stop_pkts || in->bytes >= in->stop_bytes) && !sad_in_limit(sad, in))
        return false;
    in->pkts++;
    in->bytes += 100;
    return true;
}

static unsigned events_of(struct sad *sad, uint32_t spi)
{
    struct sad_event ev;
    unsigned seen = 0;
    while (sad_event_pop(sad, &ev)) {
        assert_int_equal(ev.spi_in, spi);
        assert_false(seen & 1u << ev.type);
        seen |= 1u << ev.type;
    }
    return seen;
}

static void near_is_where_a_burst_of_the_largest_packets_could_reach_a_stop(void **state)
{
    const uint64_t no = UINT64_MAX;
    assert_int_equal(sad_near(0, no, 0, no), no / UINT16_MAX - 64); /* so many bytes nobody counts */
    assert_int_equal(sad_near(100, 1000, 0, no), 936);
    assert_int_equal(sad_near(935, 1000, 0, no), 936);
    assert_int_equal(sad_near(936, 1000, 0, no), 0);
    assert_int_equal(sad_near(1000, 1000, 0, no), 0);
    assert_int_equal(sad_near(no - 10, no, 0, no), 0);
    assert_int_equal(sad_near(100, 1000, 0, 65535 * 200), 236);
    assert_int_equal(sad_near(100, 1000, 65535, 65535 * 200), 235);
    assert_int_equal(sad_near(100, 1000, 0, 65535 * 64), 0);
    assert_int_equal(sad_near(100, 1000, 1, 0), 0);
}

static void every_mix_of_limits_stops_at_the_hard_one(void **state)
{
    const unsigned soft = 1u << SAD_EV_SOFT, hard = 1u << SAD_EV_HARD;
    const struct {
        struct limits limits;
        unsigned passed, events;
    } cases[] = {
        {{3, 5, 0, 0}, 5, soft | hard},
        {{3, 0, 0, 0}, 20, soft},
        {{0, 5, 0, 0}, 5, hard},
        {{9, 5, 0, 0}, 5, hard},
        {{0, 0, 300, 500}, 5, soft | hard},
        {{0, 0, 300, 0}, 20, soft},
        {{0, 0, 0, 500}, 5, hard},
        {{0, 0, 900, 500}, 5, hard},
        {{3, 0, 0, 500}, 5, soft | hard},
        {{0, 5, 300, 0}, 5, soft | hard},
        {{0, 0, 0, 0}, 20, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sad *sad = rig_sad(4, 1);
        uint32_t spi = install(sad, &cases[i].limits, i % 2);
        unsigned sent = 0, taken = 0;
        for (int n = 0; n < 20; n++)
            sent += send_one(sad, out_of(sad, spi));
        assert_int_equal(sent, cases[i].passed);
        assert_int_equal(events_of(sad, spi), cases[i].events);
        for (int n = 0; n < 20; n++)
            taken += take_one(sad, sad_in_find(sad_tables(sad), spi));
        assert_int_equal(taken, cases[i].passed);
        assert_int_equal(events_of(sad, spi), cases[i].events);
        sad_free(sad);
    }
}

static void without_esn_the_last_number_is_the_last(void **state)
{
    struct sad *sad = rig_sad(4, 1);
    uint32_t spi = install(sad, &(struct limits){0}, false);
    struct sad_out *out = out_of(sad, spi);
    out->seq = UINT64_C(3) << 30;
    assert_true(send_one(sad, out));
    assert_int_equal(events_of(sad, spi), 1u << SAD_EV_SOFT);
    out->seq = UINT32_MAX - 1;
    assert_true(send_one(sad, out));
    assert_int_equal(out->seq, UINT32_MAX);
    for (int i = 0; i < 3; i++)
        assert_false(send_one(sad, out));
    assert_int_equal(out->seq, UINT32_MAX);
    assert_int_equal(events_of(sad, spi), 1u << SAD_EV_SEQ_END);
    sad_free(sad);
}

static void with_esn_numbers_go_on(void **state)
{
    struct sad *sad = rig_sad(4, 1);
    uint32_t spi = install(sad, &(struct limits){0}, true);
    struct sad_out *out = out_of(sad, spi);
    out->seq = UINT32_MAX;
    assert_true(send_one(sad, out));
    assert_int_equal(out->seq, UINT64_C(1) << 32);
    assert_int_equal(events_of(sad, spi), 0);
    out->seq = UINT64_MAX;
    assert_false(send_one(sad, out));
    assert_int_equal(events_of(sad, spi), 1u << SAD_EV_SEQ_END);
    sad_free(sad);
}

static void an_event_of_a_pair_that_is_gone_is_not_told(void **state)
{
    struct sad *sad = rig_sad(4, 1);
    struct sad_event ev;
    uint32_t spi = install(sad, &(struct limits){.soft_pkts = 1}, true);
    for (int i = 0; i < 3; i++)
        assert_true(send_one(sad, out_of(sad, spi)));
    assert_int_equal(sad_remove(sad, spi), 0);
    assert_false(sad_event_pop(sad, &ev));
    sad_free(sad);
}

static void a_move_to_one_place_is_told_once_a_second(void **state)
{
    struct sad *sad = rig_sad(4, 1);
    struct sad_event ev;
    uint32_t spi = install(sad, &(struct limits){0}, true);
    struct sad_in *in = sad_in_find(sad_tables(sad), spi);
    struct sad_moved from = {.remote.port = 777};
    assert_int_equal(base_addr_parse("203.0.113.9", &from.remote.addr), 0);
    for (uint64_t tsc = 5000; tsc < 6000; tsc += 100)
        sad_in_moved(sad, in, &from, tsc);
    assert_true(sad_event_pop(sad, &ev));
    assert_int_equal(ev.type, SAD_EV_PEER_MOVED);
    assert_true(base_endpoint_equal(&ev.moved.remote, &from.remote));
    assert_false(sad_event_pop(sad, &ev));
    sad_in_moved(sad, in, &from, 5999);
    assert_false(sad_event_pop(sad, &ev));
    sad_in_moved(sad, in, &from, 6000);
    assert_true(sad_event_pop(sad, &ev));
    sad_free(sad);
}

/* A NAT that reboots, or two in a row that do, move a peer more than once in a moment. */
static void four_moves_in_a_row_are_told_at_once_then_one_a_second(void **state)
{
    struct sad *sad = rig_sad(4, 1);
    struct sad_event ev;
    uint32_t spi = install(sad, &(struct limits){0}, true);
    struct sad_in *in = sad_in_find(sad_tables(sad), spi);
    struct sad_moved from = {.remote.port = 1000};
    uint32_t told = 0;
    assert_int_equal(base_addr_parse("203.0.113.9", &from.remote.addr), 0);
    for (uint64_t tsc = 5000; tsc < 8000; tsc += 10) {
        from.remote.port++;
        sad_in_moved(sad, in, &from, tsc);
        if (sad_event_pop(sad, &ev)) {
            told++;
            assert_true(sad_moved_equal(&ev.moved, &from));
        }
        assert_int_equal(told, tsc < 5030 ? (tsc - 5000) / 10 + 1 : 4 + (tsc - 5000) / 1000);
    }
    sad_free(sad);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(near_is_where_a_burst_of_the_largest_packets_could_reach_a_stop),
        cmocka_unit_test(every_mix_of_limits_stops_at_the_hard_one),
        cmocka_unit_test(without_esn_the_last_number_is_the_last),
        cmocka_unit_test(with_esn_numbers_go_on),
        cmocka_unit_test(an_event_of_a_pair_that_is_gone_is_not_told),
        cmocka_unit_test(a_move_to_one_place_is_told_once_a_second),
        cmocka_unit_test(four_moves_in_a_row_are_told_at_once_then_one_a_second),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
