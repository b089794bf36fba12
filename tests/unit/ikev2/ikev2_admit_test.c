/* SPDX-License-Identifier: BSD-3-Clause */
/* Who is let in when the table of half-open SAs is full. */
#include "ike_pair.h"
#include "ike_core.h"
#include "ike_share.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

#define MOST 40

/* b with a small table, and the first request of a, held back. */
static struct pair *pair_called(struct pair_packet *request)
{
    struct pair *p = pair_new();
    p->h[1].conf->half_open_max = MOST;
    p->h[1].conf->cookie_threshold = 100000;
    p->h[1].conf->sas_max = 1000;
    pair_start(p);
    p->hold = true;
    pair_connect(p);
    *request = p->queue[p->head];
    return p;
}

/* Calls b from an address with an SPI of its own. Whether it was let in. */
static bool call(struct pair *p, const struct pair_packet *request, const char *from, uint64_t spi)
{
    struct pair_packet k = *request;
    const uint64_t before = pair_stats(p, 1).dropped_capped;
    memcpy(k.bytes, &spi, sizeof spi);
    k.path.remote = (struct base_endpoint){pair_addr(from), (uint16_t)(1024 + spi)};
    p->head = p->tail = 0;
    ike_on_packet(p->h[1].ike, p->now, &k.path, base_span(k.bytes, k.len));
    pair_drain(p);
    return pair_stats(p, 1).dropped_capped == before;
}

static struct ike_share_count held(struct pair *p, const char *addr)
{
    const struct base_addr a = pair_addr(addr);
    return ike_share_of(p->h[1].ike, &a);
}

static void one_that_fills_the_table_makes_room_for_all_others(void **state)
{
    (void)state;
    struct pair_packet request;
    struct pair *p = pair_called(&request);
    uint64_t spi = 1;
    while (spi <= MOST)
        assert_true(call(p, &request, "203.0.113.9", spi++));
    char from[40];
    for (unsigned i = 0; i < 20; i++) {
        snprintf(from, sizeof from, "192.0.%u.1", i);
        assert_true(call(p, &request, from, spi++));
        assert_int_equal(held(p, from).address, 1); /* and it stays */
    }
    for (unsigned i = 0; i < 20; i++) {
        snprintf(from, sizeof from, "192.0.%u.1", i);
        assert_int_equal(held(p, from).address, 1);
    }
    assert_int_equal(pair_stats(p, 1).half_open, MOST);
    assert_int_equal(pair_stats(p, 1).half_open_evicted, 20);
    assert_int_equal(held(p, "203.0.113.9").address, MOST - 20);
    assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_FAIL_GREEDY), 1);
    assert_non_null(strstr(pair_audit(&p->h[1], IKE_AUDIT_FAIL_GREEDY)->what, "203.0.113.9 has 40 of 40"));
    pair_free(p);
}

static void many_addresses_of_one_prefix_are_one(void **state)
{
    (void)state;
    struct pair_packet request;
    struct pair *p = pair_called(&request);
    char from[60];
    uint64_t spi = 1;
    while (spi <= MOST) {
        snprintf(from, sizeof from, "2001:db8:0:1:%x::1", (unsigned)spi);
        assert_true(call(p, &request, from, spi++));
    }
    assert_true(call(p, &request, "2001:db8:0:2::1", spi++));
    assert_true(call(p, &request, "2001:db8:0:3::1", spi++));
    assert_int_equal(held(p, "2001:db8:0:1::").prefix, MOST - 2);
    assert_int_equal(held(p, "2001:db8:0:2::1").address, 1);
    pair_free(p);
}

static void behind_the_same_address_as_a_flood_the_newest_are_let_in(void **state)
{
    (void)state;
    struct pair_packet request;
    struct pair *p = pair_called(&request);
    for (uint64_t spi = 1; spi <= 5 * MOST; spi++) {
        assert_true(call(p, &request, "203.0.113.9", spi));
        assert_true(held(p, "203.0.113.9").address <= MOST);
    }
    /* The newest goes when as many came behind it as the table has room for. */
    const uint64_t id = p->h[1].ike->v2->last->id;
    for (uint64_t spi = 1000; spi < 1000 + MOST - 1; spi++)
        assert_true(call(p, &request, "203.0.113.9", spi));
    assert_non_null(ikev2_sa_by_id(p->h[1].ike, id));
    assert_true(call(p, &request, "203.0.113.9", 2000));
    assert_null(ikev2_sa_by_id(p->h[1].ike, id));
    pair_free(p);
}

static void a_crowd_of_equals_does_not_thrash(void **state)
{
    (void)state;
    struct pair_packet request;
    struct pair *p = pair_called(&request);
    char from[40];
    for (unsigned i = 0; i < 3 * MOST; i++) {
        snprintf(from, sizeof from, "10.0.%u.1", i);
        assert_int_equal(call(p, &request, from, i + 1), i < MOST);
    }
    assert_int_equal(pair_stats(p, 1).half_open_evicted, 0);
    assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_FAIL_GREEDY), 0);
    p->now = base_time_add(p->now, 3 * BASE_NS_PER_S);
    assert_true(call(p, &request, "10.1.0.1", 1000));
    assert_int_equal(held(p, "10.0.0.1").address, 0); /* the oldest */
    pair_free(p);
}

static void work_for_those_who_went_is_not_done(void **state)
{
    (void)state;
    struct pair_packet request;
    struct pair *p = pair_called(&request);
    p->h[1].conf->half_open_max = 10;
    p->h[1].hold_jobs = true;
    for (uint64_t spi = 1; spi <= 10; spi++)
        assert_true(call(p, &request, "203.0.113.9", spi));
    assert_true(call(p, &request, "192.0.2.77", 11));
    assert_int_equal(p->h[1].n_jobs, 11);
    ike_job_run(p->ops, p->h[1].jobs[0]);
    ike_job_run(p->ops, p->h[1].jobs[1]);
    assert_int_equal(p->h[1].jobs[0]->status, -ECANCELED);
    assert_int_equal(p->h[1].jobs[1]->status, 0);
    p->h[1].hold_jobs = false;
    pair_free(p);
}

static void full_of_sas_the_half_open_make_room(void **state)
{
    (void)state;
    struct pair_packet request;
    struct pair *p = pair_called(&request);
    p->h[1].conf->sas_max = 8;
    for (uint64_t spi = 1; spi <= 8; spi++)
        assert_true(call(p, &request, "203.0.113.9", spi));
    assert_true(call(p, &request, "192.0.2.77", 9));
    assert_int_equal(pair_stats(p, 1).ike_sas, 8);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_that_fills_the_table_makes_room_for_all_others),
        cmocka_unit_test(many_addresses_of_one_prefix_are_one),
        cmocka_unit_test(behind_the_same_address_as_a_flood_the_newest_are_let_in),
        cmocka_unit_test(a_crowd_of_equals_does_not_thrash),
        cmocka_unit_test(work_for_those_who_went_is_not_done),
        cmocka_unit_test(full_of_sas_the_half_open_make_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
