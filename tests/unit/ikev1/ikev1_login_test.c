/* SPDX-License-Identifier: BSD-3-Clause */
/* What comes between phase 1 and the first child, between two engines: XAUTH, mode-config, and what is
 * refused. */
#include "ikev1_pair.h"

#include "eap_login.h"
#include "ike_core.h"
#include "ikev1_login.h"
#include "ikev1_sa.h"
#include "ikev1_tables.h"
#include "pool_book.h"
#include "pool_pair.h"

static struct crypt_ike_ops login_ops;

/* a logs in at b, which knows ann with the password "secret". Not started. */
static struct pair *pair_v1_login(const char *user, const char *password)
{
    struct pair *p = pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP);
    struct ike_conn_conf *a = &p->h[0].conf->conns[0], *b = &p->h[1].conf->conns[0];
    login_ops = *p->ops;
    login_ops.eap = &ossl_eap_ops;
    p->ops = &login_ops;
    a->xauth = IKE_XAUTH_CLIENT;
    b->xauth = IKE_XAUTH_SERVER;
    struct ike_xauth_login *x = a->xauth_login = base_secret_new(sizeof *x);
    assert_non_null(x);
    x->user_len = (uint8_t)strlen(user);
    memcpy(x->user, user, x->user_len);
    x->password_len = (uint16_t)strlen(password);
    memcpy(x->password, password, x->password_len);
    p->h[1].conf->users = login_users("ann", "secret");
    return p;
}

/* b has a pool, out of which a gets its only address of the child. */
static void with_pool(struct pair *p, bool push)
{
    struct ike_conn_conf *a = &p->h[0].conf->conns[0], *b = &p->h[1].conf->conns[0];
    pair_pool(p->h[1].conf, "four", "10.9.0.1", "10.9.0.2");
    snprintf(b->pools[b->n_pools++], sizeof b->pools[0], "four");
    pair_dynamic(&b->children[0].remote_ts);
    a->n_virtual_addrs = 1;
    a->virtual_addrs[0] = pair_addr("0.0.0.0");
    pair_dynamic(&a->children[0].local_ts);
    a->cfg_push = b->cfg_push = push;
}

static struct ikev1_sa *sa_of(struct pair *p, int i)
{
    assert_non_null(p->h[i].ike->v1->first);
    return p->h[i].ike->v1->first;
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

static void who_may_not_log_in_is_refused_and_both_are_told(void **state)
{
    (void)state;
    expect_refused(pair_v1_login("ann", "wrong"), "The password of user \"ann\" is wrong.");
    expect_refused(pair_v1_login("eve", "secret"), "There is no user \"eve\" here.");
    expect_refused(pair_v1_login("ann", ""), "The password of user \"ann\" is wrong.");
}

/* Old Androids put a NUL behind both. */
static void a_nul_at_the_end_is_none_of_a_password(void **state)
{
    (void)state;
    struct pair *p = pair_v1_login("ann", "secret");
    struct ike_xauth_login *x = p->h[0].conf->conns[0].xauth_login;
    x->user_len++;
    x->password_len++;
    pair_start(p);
    pair_connect(p);
    pair_check_one(p);
    pair_free(p);
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
    p->head = p->tail; /* nobody is asked, */
    p->drop[1] = true;
    ikev1_sa_set_state(p->h[0].ike, sa_of(p, 0), IKEV1_ST_UP); /* and goes on without it */
    ikev1_sa_wish(sa_of(p, 0), 0, true);
    ikev1_sa_touch(p->h[0].ike, sa_of(p, 0));
    ike_on_timer(p->h[0].ike, p->now);
    const uint64_t before = pair_stats(p, 1).dropped_unexpected;
    p->hold = false;
    pair_run(p, 5);
    assert_true(pair_stats(p, 1).dropped_unexpected > before);
    assert_int_equal(p->h[1].n_children, 0);
    pair_run(p, 120); /* nobody logged in: it ends */
    assert_int_equal(pair_stats(p, 1).ike_sas, 0);
    pair_free(p);
}

static void expect_address(struct pair *p)
{
    const struct base_addr want = pair_addr("10.9.0.1");
    pair_start(p);
    pair_connect(p);
    pair_check_one(p);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(sa_of(p, i)->n_inner, 1);
        assert_true(base_addr_equal(&sa_of(p, i)->inner[0], &want));
        const struct base_ts_list *l =
            i ? &p->h[i].children[0].i.pair.remote_ts : &p->h[i].children[0].i.pair.local_ts;
        assert_int_equal(l->count, 1);
        assert_true(base_addr_equal(&l->list[0].lo, &want) && base_addr_equal(&l->list[0].hi, &want));
    }
    assert_true(base_addr_equal(&p->h[0].children[0].i.pair.inner[0], &want));
    pair_free(p);
}

static void an_address_is_asked_for_or_told_unasked(void **state)
{
    (void)state;
    for (int push = 0; push < 2; push++) {
        struct pair *p = pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP);
        with_pool(p, push);
        expect_address(p);
        p = pair_v1_login("ann", "secret");
        with_pool(p, push);
        expect_address(p);
    }
}

static void a_lease_is_the_users_and_ends_with_its_sa(void **state)
{
    (void)state;
    struct pair *p = pair_v1_login("ann", "secret");
    const struct ike_id ann = pair_id("keyid:ann");
    const struct base_addr addr = pair_addr("10.9.0.1");
    with_pool(p, false);
    pair_start(p);
    pair_connect(p);
    assert_int_equal(pool_holder(p->h[1].ike->pools, &addr, &ann), sa_of(p, 1)->id);
    assert_int_equal(pair_event(p, 0, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "b"}), 0);
    pair_run(p, 2);
    assert_int_equal(pool_holder(p->h[1].ike->pools, &addr, &ann), 0);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_user_logs_in_before_the_first_child),
        cmocka_unit_test(who_may_not_log_in_is_refused_and_both_are_told),
        cmocka_unit_test(a_nul_at_the_end_is_none_of_a_password),
        cmocka_unit_test(nothing_goes_before_the_login),
        cmocka_unit_test(an_address_is_asked_for_or_told_unasked),
        cmocka_unit_test(a_lease_is_the_users_and_ends_with_its_sa),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
