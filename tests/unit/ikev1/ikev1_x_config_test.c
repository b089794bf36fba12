/* SPDX-License-Identifier: BSD-3-Clause */
/* XAUTH between two engines: before the first child, refused in words, and never skipped. */
#include "ikev1_login_pair.h"

static void expect_refused(struct pair *p, const char *here)
{
    pair_start(p);
    pair_connect(p);
    const struct ike_audit *b = pair_audit(&p->h[1], IKE_AUDIT_FAIL_LOGIN);
    const struct ike_audit *a = pair_audit(&p->h[0], IKE_AUDIT_FAIL_LOGIN);
    assert_non_null(b);
    assert_non_null(strstr(b->why, here));
    assert_non_null(a);
    assert_non_null(strstr(a->why, "The gateway does not take the name"));
    assert_null(strstr(a->fix_here, "wrong"));
    assert_int_equal(p->h[0].n_children + p->h[1].n_children, 0);
    assert_int_equal(pair_stats(p, 1).ike_sas, 0);
    pair_free(p);
}

static void a_user_logs_in_before_the_first_child(void **state)
{
    (void)state;
    struct pair *p = pair_v1_login("ann", "secret");
    pair_start(p);
    pair_connect(p);
    pair_check_one(p);
    assert_int_equal(sa_of(p, 0)->algs.auth, WIRE_V1_AUTH_XAUTH_INIT_PSK);
    const struct ike_id ann = pair_id("keyid:ann");
    assert_true(ike_id_equal(ikev1_login_who(sa_of(p, 1)), &ann));
    assert_int_equal(sa_of(p, 1)->state, IKEV1_ST_UP);
    assert_int_equal(p->h[0].sends, 7); /* main mode 3, REPLY, ACK, quick mode 2 */
    pair_free(p);
}

static void who_may_not_log_in_is_refused_and_both_are_told(void **state)
{
    (void)state;
    expect_refused(pair_v1_login("ann", "wrong"), "The password of user \"ann\" is wrong.");
    expect_refused(pair_v1_login("eve", "secret"), "There is no user \"eve\" here.");
    expect_refused(pair_v1_login("ann", ""), "The password of user \"ann\" is wrong.");
}

/* A caller that skips the login gets no child, whatever it sends. */
static void nothing_goes_before_the_login(void **state)
{
    (void)state;
    struct pair *p = pair_v1_login("ann", "secret");
    pair_start(p);
    p->hold = true;
    pair_connect(p);
    while (!p->h[0].ike->v1->first || sa_of(p, 0)->state != IKEV1_ST_LOGIN)
        pair_deliver_one(p);
    assert_int_equal(sa_of(p, 1)->state, IKEV1_ST_LOGIN);
    p->head = p->tail;
    ikev1_login_end(p->h[0].ike, sa_of(p, 0));                 /* it answers no question, */
    ikev1_sa_set_state(p->h[0].ike, sa_of(p, 0), IKEV1_ST_UP); /* and goes on */
    ikev1_sa_wish(sa_of(p, 0), 0, true);
    ikev1_sa_touch(p->h[0].ike, sa_of(p, 0));
    ike_on_timer(p->h[0].ike, p->now);
    p->hold = false;
    pair_run(p, 5);
    assert_int_equal(p->h[1].n_children, 0);
    assert_true(pair_stats(p, 1).dropped_unexpected > 0);
    pair_run(p, 120); /* nobody logged in: it ends */
    assert_int_equal(pair_stats(p, 1).ike_sas, 0);
    pair_free(p);
}

static void a_wrong_password_is_not_tried_every_few_seconds(void **state)
{
    (void)state;
    struct pair *p = pair_v1_login("ann", "wrong");
    p->h[0].conf->conns[0].start = IKE_START_START;
    pair_start(p);
    pair_run(p, 240);
    assert_in_range(pair_count(&p->h[1], IKE_AUDIT_IKE_UP), 3, 9);
    pair_free(p);
}

static void a_login_that_fails_at_a_rekey_is_tried_again(void **state)
{
    (void)state;
    struct pair *p = pair_v1_login("ann", "secret");
    struct ike_xauth_login *x = p->h[0].conf->conns[0].xauth_login;
    pair_start(p);
    pair_connect(p);
    pair_run(p, 5);
    const uint64_t cookie = sa_of(p, 0)->spi_i;
    x->password[0] ^= 1;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b", .rekey_ike = true});
    x->password[0] ^= 1;
    pair_run(p, 20);
    pair_check_one(p);
    assert_true(sa_of(p, 0)->spi_i == cookie);
    pair_run(p, 60);
    pair_check_one(p);
    assert_true(sa_of(p, 0)->spi_i != cookie);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_user_logs_in_before_the_first_child),
        cmocka_unit_test(who_may_not_log_in_is_refused_and_both_are_told),
        cmocka_unit_test(a_wrong_password_is_not_tried_every_few_seconds),
        cmocka_unit_test(a_login_that_fails_at_a_rekey_is_tried_again),
        cmocka_unit_test(nothing_goes_before_the_login),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
