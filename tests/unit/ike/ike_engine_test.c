/* SPDX-License-Identifier: BSD-3-Clause */
/* The doors of the engine: repeated, forged and malformed packets. */
#include "ike_pair.h"
#include "ike_core.h"
#include "ikev2.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

static void repeated_and_forged_messages_move_nothing(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike_path elsewhere = p->last.path;
    const int to = p->last.to;
    elsewhere.remote.addr = pair_addr("203.0.113.66");
    /* the last message once more, from elsewhere, and one with a bit flipped */
    ike_on_packet(p->h[to].ike, p->now, &elsewhere, base_span(p->last.bytes, p->last.len));
    p->last.bytes[p->last.len - 1] ^= 1;
    ike_on_packet(p->h[to].ike, p->now, &elsewhere, base_span(p->last.bytes, p->last.len));
    pair_drain(p);
    assert_int_equal(pair_stats(p, to).moves, 0);
    pair_free(p);
}

/* After a stall: their datagrams are to find room in a send queue. */
static void what_is_due_of_many_is_done_some_at_a_time(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    pair_start(p);
    struct ike *ike = p->h[1].ike;
    const struct ike_path path = {{p->h[1].addr, 500}, {p->h[0].addr, 500}, false};
    for (size_t i = 0; i < 300; i++) {
        struct ikev2_sa *sa = ikev2_sa_new(ike, &path, false);
        sa->spi_i = i + 1;
        sa->spi_r = ikev2_sa_new_spi(ike);
        ikev2_sa_link(ike, sa);
        ikev2_sa_set_state(ike, sa, IKEV2_ST_R_INIT);
        sa->life.give_up_at = base_time_add(p->now, i);
    }
    ikev2_settle(ike);
    const base_time later = base_time_add(p->now, BASE_NS_PER_S);
    ike_on_timer(ike, later);
    assert_int_equal(pair_stats(p, 1).ike_sas, 44);
    assert_true(base_time_reached(ike_deadline(ike), later));
    ike_on_timer(ike, later);
    assert_int_equal(pair_stats(p, 1).ike_sas, 0);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(repeated_and_forged_messages_move_nothing),
        cmocka_unit_test(what_is_due_of_many_is_done_some_at_a_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
