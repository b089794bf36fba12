/* SPDX-License-Identifier: BSD-3-Clause */
/* Accounts of logins: told when they begin and end, and gone with nobody who would be told. */
#include "ikev2_eap_pair.h"
#include "ike_job_radius.h"
#include "ike_radius_conf.h"
#include "ikev2_account.h"

static struct pair *pair_accounting(uint16_t acct_port)
{
    struct pair *p = pair_login("ann", "secret");
    struct ike_radius_conf *r = p->h[1].conf->radius = base_secret_new(sizeof *r);
    r->n_servers = 1;
    r->servers[0].acct_port = acct_port;
    pair_connect(p);
    pair_check_one(p);
    p->h[1].hold_jobs = true;
    return p;
}

static struct ike_job_radius *told(struct pair *p)
{
    pair_drain(p);
    assert_int_equal(p->h[1].n_jobs, 1);
    p->h[1].n_jobs = 0;
    assert_true(ike_job_is_radius(p->h[1].jobs[0]));
    return (struct ike_job_radius *)p->h[1].jobs[0];
}

static void a_session_begins_moves_and_ends(void **state)
{
    (void)state;
    struct pair *p = pair_accounting(1813);
    struct ike *ike = p->h[1].ike;
    struct ikev2_sa *sa = ike->v2->first, heir = {.account = NULL};
    struct eap_name user;
    const struct eap_grant grant = {.ip4 = 5};
    eap_name_set(&user, base_span("ann", 3));
    ikev2_account_start(ike, sa, &user, &grant);
    struct ike_job_radius *begin = told(p);
    assert_false(begin->session.is_stop);
    assert_int_equal(begin->session.grant.ip4, 5);
    ikev2_account_move(sa, &heir);
    assert_null(sa->account);
    ikev2_account_move(&heir, sa);
    ike->now = base_time_add(ike->now, 7 * BASE_NS_PER_S);
    ikev2_account_stop(ike, sa);
    assert_null(sa->account);
    struct ike_job_radius *stop = told(p);
    assert_true(stop->session.is_stop);
    assert_int_equal(stop->session.seconds, 7);
    assert_string_equal(stop->session.id, begin->session.id);
    ikev2_account_stop(ike, sa); /* there is none any more */
    pair_drain(p);
    assert_int_equal(p->h[1].n_jobs, 0);
    pair_job(p, 1, &begin->job);
    pair_job(p, 1, &stop->job);
    pair_free(p);
}

static void without_a_server_for_it_there_is_no_account(void **state)
{
    (void)state;
    struct pair *p = pair_accounting(0);
    struct ikev2_sa *sa = p->h[1].ike->v2->first;
    const struct eap_name user = {0};
    const struct eap_grant grant = {0};
    ikev2_account_start(p->h[1].ike, sa, &user, &grant);
    assert_null(sa->account);
    pair_drain(p);
    assert_int_equal(p->h[1].n_jobs, 0);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_begins_moves_and_ends),
        cmocka_unit_test(without_a_server_for_it_there_is_no_account),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
