/* SPDX-License-Identifier: BSD-3-Clause */
/* The search: which sizes are asked for, in which order, and what is in force meanwhile. */
#include "ike_core.h"
#include "ike_pair.h"
#include "ikev2_pmtu.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

static struct pair *pair;
static struct ikev2_sa *sa;

/* A pair whose paths are probed by hand. */
static void begin(const char *peer, uint16_t port_mtu)
{
    pair = pair_up();
    sa = pair->h[0].ike->v2->first;
    pair->h[0].port_mtu = port_mtu;
    pair->h[0].n_audits = 0;
    sa->path.remote.addr = pair_addr(peer);
    ikev2_pmtu_begin(pair->h[0].ike, sa);
}

static void end(void)
{
    pair_free(pair);
}

static const struct ike_audit *told(enum ike_audit_kind kind)
{
    pair_drain(pair);
    return pair_audit(&pair->h[0], kind);
}

static uint16_t child_mtu(void)
{
    pair_drain(pair);
    return pair->h[0].children[0].mtu;
}

/* Lets the search run on a path that carries packets of up to `carries` bytes; returns how many were asked
 * for. */
static size_t search(uint16_t carries, uint16_t *asked)
{
    struct ike *ike = pair->h[0].ike;
    size_t n = 0;
    while (ikev2_pmtu_is_due(ike, sa)) {
        const uint16_t size = ikev2_pmtu_take(ike, sa);
        assert_true(n < 20 && size);
        asked[n++] = size;
        assert_true(base_time_is_never(ikev2_pmtu_at(sa)));
        if (size <= carries)
            ikev2_pmtu_confirmed(ike, sa);
        else
            ikev2_pmtu_lost(ike, sa);
    }
    return n;
}

static void a_path_that_carries_what_the_port_has_is_asked_once(void **state)
{
    uint16_t asked[20];
    begin("198.51.100.1", 1500);
    assert_int_equal(search(1500, asked), 1);
    assert_int_equal(asked[0], 1500);
    assert_int_equal(sa->pmtu.size, 0);
    assert_int_equal(sa->pmtu.by, IKE_MTU_BY_PROBE);
    assert_null(told(IKE_AUDIT_PATH_MTU));
    const uint64_t pause = base_time_since(ikev2_pmtu_at(sa), pair->now) / BASE_NS_PER_S;
    assert_true(pause >= 600 && pause <= 660);
    end();
    (void)state;
}

static void the_largest_usual_size_that_passes_is_found_in_a_few_steps(void **state)
{
    static const struct {
        uint16_t port, carries, found;
    } cases[] = {{1500, 1499, 1492}, {1500, 1492, 1492}, {1500, 1400, 1400}, {1500, 1390, 1380},
                 {1500, 1280, 1280}, {1500, 1279, 1240}, {1500, 576, 576},   {9001, 1500, 1500},
                 {9001, 1400, 1400}, {9001, 8000, 7936}, {1420, 1300, 1300}, {1280, 1200, 1200}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint16_t asked[20];
        begin("198.51.100.1", cases[i].port);
        const size_t n = search(cases[i].carries, asked);
        if (sa->pmtu.size != cases[i].found || n > 9)
            fail_msg("case %zu: %u in %zu steps", i, sa->pmtu.size, n);
        assert_int_equal(child_mtu(), cases[i].found);
        const struct ike_audit *a = told(IKE_AUDIT_PATH_MTU);
        assert_non_null(a);
        assert_int_equal(a->mtu, cases[i].found);
        assert_int_equal(a->mtu_before, cases[i].port);
        assert_int_equal(a->mtu_by, IKE_MTU_BY_PROBE);
        assert_int_equal(pair_count(&pair->h[0], IKE_AUDIT_PATH_MTU), 1);
        assert_non_null(told(IKE_AUDIT_FAIL_BLACK_HOLE));
        end();
    }
    (void)state;
}

static void the_first_that_passes_is_in_force_at_once(void **state)
{
    struct ike *ike;
    begin("198.51.100.1", 1500);
    ike = pair->h[0].ike;
    assert_int_equal(ikev2_pmtu_take(ike, sa), 1500);
    ikev2_pmtu_lost(ike, sa);
    assert_int_equal(sa->pmtu.size, 0); /* nothing is known that is better */
    assert_int_equal(ikev2_pmtu_take(ike, sa), 1280);
    ikev2_pmtu_confirmed(ike, sa);
    assert_int_equal(child_mtu(), 1280);
    end();
    (void)state;
}

static void over_ip6_nothing_below_1280_is_asked_for(void **state)
{
    uint16_t asked[20];
    begin("2001:db8::1", 1500);
    assert_int_equal(search(1000, asked), 2);
    assert_int_equal(asked[1], 1280);
    assert_int_equal(sa->pmtu.size, 0);
    assert_null(told(IKE_AUDIT_FAIL_BLACK_HOLE));
    end();
    (void)state;
}

static void after_ten_minutes_the_port_and_the_next_size_are_tried(void **state)
{
    uint16_t asked[20];
    begin("198.51.100.1", 1500);
    search(1400, asked);
    pair->h[0].ike->now = ikev2_pmtu_at(sa);
    assert_int_equal(search(1400, asked), 3);
    assert_int_equal(asked[0], 1500);
    assert_int_equal(asked[1], 1400);
    assert_int_equal(asked[2], 1420);
    assert_int_equal(sa->pmtu.size, 1400);
    assert_non_null(told(IKE_AUDIT_PATH_MTU));
    assert_int_equal(pair_count(&pair->h[0], IKE_AUDIT_PATH_MTU), 1);
    pair->h[0].ike->now = ikev2_pmtu_at(sa);
    search(1320, asked); /* it has become narrower */
    assert_int_equal(child_mtu(), 1320);
    pair->h[0].ike->now = ikev2_pmtu_at(sa);
    assert_int_equal(search(1500, asked), 1); /* and wide again */
    assert_int_equal(child_mtu(), 0);
    assert_int_equal(told(IKE_AUDIT_PATH_MTU)->mtu, 1500);
    end();
    (void)state;
}

static void icmp_lowers_at_once_and_a_probe_confirms_or_refutes(void **state)
{
    uint16_t asked[20];
    begin("198.51.100.1", 1500);
    struct ike *ike = pair->h[0].ike;
    search(1500, asked);
    assert_false(ikev2_pmtu_told(ike, sa, 1390, true));
    assert_int_equal(child_mtu(), 1390);
    assert_int_equal(told(IKE_AUDIT_PATH_MTU)->mtu_by, IKE_MTU_BY_ICMP);
    assert_int_equal(search(1390, asked), 3);
    assert_int_equal(asked[1], 1390);
    assert_int_equal(child_mtu(), 1390);
    assert_int_equal(sa->pmtu.by, IKE_MTU_BY_PROBE);
    assert_null(told(IKE_AUDIT_FAIL_BLACK_HOLE)); /* routers talk */
    /* forged: never below the floor, and gone with the next probe */
    ike->now = base_time_add(ike->now, 60 * BASE_NS_PER_S);
    ikev2_pmtu_told(ike, sa, 68, true);
    assert_int_equal(child_mtu(), 576);
    assert_int_equal(search(1500, asked), 1);
    assert_int_equal(child_mtu(), 0);
    /* and all the time: what follows waits */
    ikev2_pmtu_told(ike, sa, 600, true);
    assert_int_equal(child_mtu(), 600);
    assert_int_equal(search(1500, asked), 0);
    assert_true(base_time_since(ikev2_pmtu_at(sa), ike->now) <= 30 * BASE_NS_PER_S);
    end();
    (void)state;
}

static void a_doubtful_error_only_ends_the_probe_that_it_may_be_about(void **state)
{
    begin("198.51.100.1", 1500);
    struct ike *ike = pair->h[0].ike;
    assert_false(ikev2_pmtu_told(ike, sa, 1400, false));
    assert_int_equal(sa->pmtu.size, 0);
    assert_int_equal(ikev2_pmtu_take(ike, sa), 1500);
    assert_true(ikev2_pmtu_told(ike, sa, 1400, false));
    assert_int_equal(sa->pmtu.size, 0);
    assert_int_equal(ikev2_pmtu_take(ike, sa), 1400);
    assert_false(ikev2_pmtu_told(ike, sa, 1400, false));
    ikev2_pmtu_confirmed(ike, sa);
    assert_int_equal(sa->pmtu.size, 1400);
    assert_null(told(IKE_AUDIT_FAIL_BLACK_HOLE));
    end();
    (void)state;
}

static void without_probing_what_icmp_said_is_forgotten_after_ten_minutes(void **state)
{
    begin("198.51.100.1", 1500);
    struct ike *ike = pair->h[0].ike;
    sa->frag.is_agreed = false;
    ikev2_pmtu_begin(ike, sa);
    assert_false(ikev2_pmtu_can_probe(ike, sa));
    assert_true(base_time_is_never(ikev2_pmtu_at(sa)));
    ikev2_pmtu_told(ike, sa, 1400, true);
    assert_int_equal(child_mtu(), 1400);
    assert_int_equal(base_time_since(ikev2_pmtu_at(sa), ike->now), IKEV2_PMTU_RAISE_S * BASE_NS_PER_S);
    assert_false(ikev2_pmtu_is_due(ike, sa));
    ike->now = ikev2_pmtu_at(sa);
    assert_false(ikev2_pmtu_is_due(ike, sa));
    assert_int_equal(child_mtu(), 0);
    end();
    (void)state;
}

static void a_put_off_size_is_asked_for_again(void **state)
{
    begin("198.51.100.1", 1500);
    struct ike *ike = pair->h[0].ike;
    assert_int_equal(ikev2_pmtu_take(ike, sa), 1500);
    ikev2_pmtu_put_off(ike, sa);
    ikev2_pmtu_confirmed(ike, sa); /* too late */
    assert_int_equal(sa->pmtu.good, 0);
    assert_false(ikev2_pmtu_is_due(ike, sa));
    ike->now = ikev2_pmtu_at(sa);
    assert_int_equal(ikev2_pmtu_take(ike, sa), 1500);
    end();
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_that_carries_what_the_port_has_is_asked_once),
        cmocka_unit_test(the_largest_usual_size_that_passes_is_found_in_a_few_steps),
        cmocka_unit_test(the_first_that_passes_is_in_force_at_once),
        cmocka_unit_test(over_ip6_nothing_below_1280_is_asked_for),
        cmocka_unit_test(after_ten_minutes_the_port_and_the_next_size_are_tried),
        cmocka_unit_test(icmp_lowers_at_once_and_a_probe_confirms_or_refutes),
        cmocka_unit_test(a_doubtful_error_only_ends_the_probe_that_it_may_be_about),
        cmocka_unit_test(without_probing_what_icmp_said_is_forgotten_after_ten_minutes),
        cmocka_unit_test(a_put_off_size_is_asked_for_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
