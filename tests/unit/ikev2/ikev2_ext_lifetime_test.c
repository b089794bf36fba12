/* SPDX-License-Identifier: BSD-3-Clause */
/* AUTH_LIFETIME: the caller authenticates again before the time that the called side says. */
#include "ike_pair.h"
#include "ikev2_ext_rows.h"
#include "ikev2_msg.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

static void a_caller_obeys_with_a_margin(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->h[1].conf->conns[0].reauth_s = 100;
    pair_start(p);
    pair_connect(p);
    const struct ikev2_sa *sa = p->h[0].ike->v2->first;
    assert_in_range(sa->life.reauth_at.ns, p->now.ns + 80 * BASE_NS_PER_S, p->now.ns + 90 * BASE_NS_PER_S);
    assert_true(base_time_is_never(sa->life.auth_ends_at)); /* its own policy has no end */
    pair_run(p, 91);
    assert_int_equal(pair_stats(p, 0).reauthenticated, 1);
    assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_IKE_DOWN), 1); /* by the peer's DELETE */
    pair_run(p, 10);
    pair_check_one(p);
    pair_free(p);
}

static void its_own_policy_may_be_stricter(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->h[0].conf->conns[0].reauth_s = 50;
    p->h[1].conf->conns[0].reauth_s = 100;
    pair_start(p);
    pair_connect(p);
    const struct ikev2_sa *sa = p->h[0].ike->v2->first;
    assert_in_range(sa->life.reauth_at.ns, p->now.ns + 45 * BASE_NS_PER_S, p->now.ns + 50 * BASE_NS_PER_S);
    pair_free(p);
}

/* What the row takes from a notify with these bytes: when a's SA is to be replaced, in seconds from now. */
static uint64_t told(struct pair *p, struct ikev2_sa *sa, const uint8_t *bytes, size_t len)
{
    struct ike *ike = p->h[sa == p->h[1].ike->v2->first].ike;
    struct ikev2_msg *msg = calloc(1, sizeof *msg);
    struct wire_ike_notification n = {.type = WIRE_IKE_N_AUTH_LIFETIME, .data = base_span(bytes, len)};
    uint8_t body[32];
    struct base_writer w = base_writer(body, sizeof body);
    base_write_u16(&w, 0);
    base_write_u16(&w, n.type);
    base_write_span(&w, n.data);
    msg->plds.count = 1;
    msg->plds.list[0] = (struct wire_ike_pld){.type = WIRE_IKE_P_NOTIFY, .body = base_writer_span(&w)};
    sa->life.reauth_at = BASE_TIME_NEVER;
    assert_int_equal(ikev2_ext_lifetime.take[IKEV2_EXT_AUTH_ANSWER](ike, sa, msg), 0);
    free(msg);
    return base_time_is_never(sa->life.reauth_at)
               ? UINT64_MAX
               : base_time_since(sa->life.reauth_at, p->now) / BASE_NS_PER_S;
}

static void zero_means_soon_and_nonsense_nothing(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ikev2_sa *sa = p->h[0].ike->v2->first;
    const uint8_t zero[4] = {0}, day[4] = {0, 1, 0x51, 0x80}, most[4] = {255, 255, 255, 255};
    assert_int_equal(told(p, sa, zero, 4), 5);
    assert_in_range(told(p, sa, day, 4), 86400 * 8 / 10, 86400 * 9 / 10);
    assert_in_range(told(p, sa, most, 4), UINT32_MAX / 10 * 8, UINT32_MAX / 10 * 9 + 9);
    assert_int_equal(told(p, sa, day, 3), UINT64_MAX);
    assert_int_equal(told(p, sa, day, 0), UINT64_MAX);
    assert_int_equal(told(p, p->h[1].ike->v2->first, day, 4), UINT64_MAX); /* who was called is not told */
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_caller_obeys_with_a_margin),
        cmocka_unit_test(its_own_policy_may_be_stricter),
        cmocka_unit_test(zero_means_soon_and_nonsense_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
