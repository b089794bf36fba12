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

#define PEERS 2000

/* Like one that is up, to whose peer nothing gets. */
static void make_like(struct ike *ike, const struct ikev2_sa *one)
{
    struct ikev2_sa *sa = ikev2_sa_new(ike, &one->path, false);
    sa->spi_i = ikev2_sa_new_spi(ike);
    sa->spi_r = ikev2_sa_new_spi(ike);
    sa->algs = one->algs;
    sa->keys = one->keys;
    assert_true(ikev2_sa_set_remote(ike, sa, one->remote_id));
    sa->quiet = true;
    ikev2_sa_link(ike, sa);
    ikev2_sa_set_conn(ike, sa, one->conn);
    ikev2_sa_set_state(ike, sa, IKEV2_ST_UP);
}

static size_t told(const struct ike *ike)
{
    size_t n = 0;
    for (const struct ikev2_sa *sa = ike->v2->first; sa; sa = sa->link.next)
        n += sa->state == IKEV2_ST_CLOSING;
    return n;
}

static int stop(struct pair *p, size_t times)
{
    int more = 0;
    while (times--)
        more = pair_event(p, 1, (struct ike_event){.type = IKE_EV_SHUTDOWN});
    return more;
}

/* Or the last ones would be told, and told again, by what overflows on the way. */
static void a_stop_tells_as_many_more_as_have_answered(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike *ike = p->h[1].ike;
    const struct ikev2_sa *one = ike->v2->first;
    p->drop_udp = true;
    for (size_t i = 1; i < PEERS; i++)
        make_like(ike, one);
    ikev2_settle(ike);
    assert_int_equal(stop(p, 1), 1);
    assert_int_equal(told(ike), 128);
    assert_int_equal(stop(p, 40), 1);
    const size_t out = told(ike);
    assert_true(out < PEERS);
    for (size_t i = 0; i < 100; i++) /* so many answer */
        ikev2_sa_kill(ike, ike->v2->first);
    ikev2_settle(ike);
    assert_int_equal(told(ike), out - 100);
    assert_int_equal(stop(p, 1), 1);
    assert_int_equal(told(ike), out);
    assert_int_equal(stop(p, 40), 1);
    assert_int_equal(told(ike), out);
    p->now = base_time_add(p->now, 6 * BASE_NS_PER_S); /* nobody else does: all are told by then */
    assert_int_equal(stop(p, 40), 0);
    assert_int_equal(told(ike), PEERS - 100);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(repeated_and_forged_messages_move_nothing),
        cmocka_unit_test(what_is_due_of_many_is_done_some_at_a_time),
        cmocka_unit_test(a_stop_tells_as_many_more_as_have_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
