/* SPDX-License-Identifier: BSD-3-Clause */
/* Explanations of limits and of handshakes that nobody finishes. */
#include "ike_pair.h"
#include "explain.h"
#include "ike_core.h"

static void a_limit_is_named_by_its_key_and_full_tables_are_not_blamed_on_one(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike_path path = {.local = {p->h[1].addr, 500}, .remote = {pair_addr("203.0.113.5"), 500}};
    explain_limit(p->h[1].ike, (struct explain_about){.path = &path}, "sas");
    pair_drain(p);
    const struct ike_audit *a = pair_audit(&p->h[1], IKE_AUDIT_FAIL_LIMIT);
    assert_string_equal(a->what, "203.0.113.5:500 wants more than the limit \"sas\" allows");
    assert_string_equal(a->fix_here, "limits.sas: a higher number, if these are honest peers");
    path.remote.port = 501;
    explain_full(p->h[1].ike, (struct explain_about){.path = &path});
    pair_drain(p);
    a = pair_audit(&p->h[1], IKE_AUDIT_FAIL_LIMIT);
    assert_string_equal(a->what, "no inbound SPI is left for a child SA with 203.0.113.5:501");
    assert_null(strstr(a->fix_here, "limits."));
    pair_free(p);
}

/* b asks for a cookie or not; a calls, and from then on nothing of a's arrives. */
static struct pair *pair_abandoned(bool with_cookie)
{
    struct pair *p = pair_new();
    p->h[1].conf->cookie_threshold = with_cookie ? 0 : 1000;
    p->h[1].conf->half_open_timeout_s = 3;
    pair_start(p);
    p->hold = true;
    pair_connect(p);
    for (int i = 0; i < (with_cookie ? 3 : 1); i++)
        pair_deliver_one(p);
    assert_int_equal(pair_stats(p, 1).half_open, 1);
    return p;
}

/* Time passes at b alone. */
static void b_waits(struct pair *p, uint64_t seconds)
{
    p->now = base_time_add(p->now, seconds * BASE_NS_PER_S);
    ike_on_timer(p->h[1].ike, p->now);
    pair_drain(p);
}

static void a_caller_that_proved_its_address_and_left_is_told(void **state)
{
    (void)state;
    struct pair *p = pair_abandoned(true);
    b_waits(p, 4);
    assert_int_equal(pair_stats(p, 1).half_open, 0);
    assert_int_equal(pair_stats(p, 1).half_open_expired, 1);
    const struct ike_audit *a = pair_audit(&p->h[1], IKE_AUDIT_FAIL_UNFINISHED);
    assert_non_null(a);
    assert_string_equal(a->what, "192.0.2.1:500 called and was answered, and no IKE_AUTH came");
    assert_non_null(strstr(a->why, "Is UDP 4500 blocked?"));
    pair_free(p);
}

static void one_that_proved_nothing_is_counted_only(void **state)
{
    (void)state;
    struct pair *p = pair_abandoned(false);
    b_waits(p, 4);
    assert_int_equal(pair_stats(p, 1).half_open_expired, 1);
    assert_null(pair_audit(&p->h[1], IKE_AUDIT_FAIL_UNFINISHED));
    pair_free(p);
}

static void one_that_asks_again_does_not_hear_us(void **state)
{
    (void)state;
    struct pair *p = pair_abandoned(false);
    const struct pair_packet call = p->last;
    for (int i = 0; i < 2; i++)
        ike_on_packet(p->h[1].ike, p->now, &call.path, base_span(call.bytes, call.len));
    b_waits(p, 4);
    const struct ike_audit *a = pair_audit(&p->h[1], IKE_AUDIT_FAIL_UNFINISHED);
    assert_non_null(a);
    assert_non_null(strstr(a->why, "sent its call 2 times more, so our answers do not reach it"));
    pair_free(p);
}

static void a_flood_of_them_is_a_record_for_a_prefix_and_one_a_second(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike_path path = {.local = {p->h[1].addr, 500}, .remote = {pair_addr("203.0.113.5"), 500}};
    for (unsigned i = 0; i < 3000; i++) {
        path.remote = (struct base_endpoint){base_addr_ip4(0xcb007100u + i % 256), (uint16_t)(1024 + i)};
        explain_unfinished(p->h[1].ike, (struct explain_about){.path = &path}, 0);
        if (i % 100 == 99)
            b_waits(p, 1);
    }
    assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_FAIL_UNFINISHED), 3); /* in 30 seconds, of one prefix */
    for (unsigned i = 0; i < 3000; i++) {
        path.remote.addr = base_addr_ip4(0x0a000000u + (i << 8));
        explain_unfinished(p->h[1].ike, (struct explain_about){.path = &path}, 0);
        if (i % 100 == 99)
            b_waits(p, 1);
    }
    assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_FAIL_UNFINISHED), 33); /* of many */
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_limit_is_named_by_its_key_and_full_tables_are_not_blamed_on_one),
        cmocka_unit_test(a_caller_that_proved_its_address_and_left_is_told),
        cmocka_unit_test(one_that_proved_nothing_is_counted_only),
        cmocka_unit_test(one_that_asks_again_does_not_hear_us),
        cmocka_unit_test(a_flood_of_them_is_a_record_for_a_prefix_and_one_a_second),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
