/* SPDX-License-Identifier: BSD-3-Clause */
/* Accounts of logins: told when they begin and end, and gone with nobody who would be told. */
#include "ikev2_eap_pair.h"
#include "ike_job_radius.h"
#include "ike_radius_conf.h"
#include "ikev2_account.h"
#include "ikev2_children.h"
#include "ikev2_inner.h"
#include "ikev2_sa.h"

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
    assert_int_equal(begin->session.status, EAP_RADIUS_START);
    assert_int_equal(begin->session.grant.ip4, 5);
    ikev2_account_move(sa, &heir);
    assert_null(sa->account);
    ikev2_account_move(&heir, sa);
    ike->now = base_time_add(ike->now, 7 * BASE_NS_PER_S);
    ikev2_account_stop(ike, sa);
    assert_null(sa->account);
    struct ike_job_radius *stop = told(p);
    assert_int_equal(stop->session.status, EAP_RADIUS_STOP);
    assert_int_equal(stop->session.seconds, 7);
    assert_string_equal(stop->session.id, begin->session.id);
    ikev2_account_stop(ike, sa); /* there is none any more */
    pair_drain(p);
    assert_int_equal(p->h[1].n_jobs, 0);
    pair_job(p, 1, &begin->job);
    pair_job(p, 1, &stop->job);
    pair_free(p);
}

/* Sessions that begin together do not tell together, and none sooner than was asked. */
static void records_on_the_way_are_spread(void **state)
{
    (void)state;
    struct pair *p = pair_accounting(1813);
    struct ike *ike = p->h[1].ike;
    struct ikev2_sa *sa = ike->v2->first;
    const struct eap_name user = {.len = 1, .text = "x"};
    const struct eap_grant grant = {.interim_s = 600};
    uint64_t first = 0;
    bool differ = false;
    for (int i = 0; i < 20; i++) {
        ikev2_account_start(ike, sa, &user, &grant);
        pair_job(p, 1, &told(p)->job);
        const uint64_t ns = ikev2_account_at(sa).ns - ike->now.ns;
        assert_in_range(ns, 600 * BASE_NS_PER_S, 660 * BASE_NS_PER_S);
        differ = differ || (first && ns != first);
        first = ns;
        ikev2_account_stop(ike, sa);
        pair_job(p, 1, &told(p)->job);
    }
    assert_true(differ);
    pair_free(p);
}

/* Also when a pool, or a row, says which, and not the server. */
static void the_address_that_is_told_is_the_one_that_was_given(void **state)
{
    (void)state;
    struct pair *p = pair_accounting(1813);
    struct ike *ike = p->h[1].ike;
    struct ikev2_sa *sa = ike->v2->first;
    const struct eap_name user = {.len = 1, .text = "x"};
    const struct eap_grant grant = {.ip4 = 5};
    struct ikev2_inner *in = ikev2_inner_new(ike, sa);
    assert_non_null(in);
    in->is_ours = true;
    in->addrs[in->n++] = base_addr_ip4(0x0a090007);
    ikev2_account_start(ike, sa, &user, &grant);
    struct ike_job_radius *begin = told(p);
    assert_int_equal(begin->session.grant.ip4, 0x0a090007);
    pair_job(p, 1, &begin->job);
    pair_free(p);
}

static struct ike_traffic carried[2]; /* of the child, and of any other */
static uint32_t counted_spi;

static struct ike_traffic count(void *ctx, uint32_t spi_in)
{
    (void)ctx;
    return carried[spi_in != counted_spi];
}

static struct ike_job_radius *told_later(struct pair *p, uint64_t seconds, enum eap_radius_status status)
{
    pair_run(p, seconds);
    struct ike_job_radius *j = told(p);
    assert_int_equal(j->session.status, status);
    return j;
}

static void a_session_tells_on_its_way_what_its_children_carried(void **state)
{
    (void)state;
    struct pair *p = pair_accounting(1813);
    struct ike *ike = p->h[1].ike;
    struct ikev2_sa *sa = ike->v2->first;
    const struct eap_name user = {.len = 1, .text = "x"};
    const struct eap_grant grant = {.interim_s = 1}; /* less than may be */
    ike->env.traffic = count;
    counted_spi = sa->children->spi_in;
    ikev2_account_start(ike, sa, &user, &grant);
    ikev2_sa_touch(ike, sa);
    ike_on_timer(ike, p->now);
    pair_job(p, 1, &told_later(p, 1, EAP_RADIUS_START)->job);
    carried[0] = (struct ike_traffic){1, 100, 2, 0x100000200};
    pair_run(p, 57);
    pair_drain(p);
    assert_int_equal(p->h[1].n_jobs, 0);
    struct ike_job_radius *j = told_later(p, 9, EAP_RADIUS_INTERIM); /* up to a tenth later */
    assert_in_range(j->session.seconds, 60, 66);
    assert_int_equal(j->session.in.pkts, 1);
    assert_int_equal(j->session.in.bytes, 100);
    assert_int_equal(j->session.out.pkts, 2);
    assert_int_equal(j->session.out.bytes, 0x100000200);
    pair_job(p, 1, &j->job);
    pair_job(p, 1, &told_later(p, 66, EAP_RADIUS_INTERIM)->job);
    pair_free(p);
}

static void what_a_child_carried_stays_when_it_goes(void **state)
{
    (void)state;
    struct pair *p = pair_accounting(1813);
    struct ike *ike = p->h[1].ike;
    struct ikev2_sa *sa = ike->v2->first, other = {.account = NULL};
    const struct eap_name user = {.len = 1, .text = "x"};
    const struct eap_grant grant = {0};
    ike->env.traffic = count;
    counted_spi = sa->children->spi_in;
    ikev2_account_start(ike, sa, &user, &grant);
    struct ike_job_radius *begin = told(p);
    other.conf = sa->conf;
    other.path = sa->path;
    ikev2_account_start(ike, &other, &user, &grant);
    struct ike_job_radius *second = told(p);
    /* One that goes over to another SA counts there from then on. */
    carried[0] = (struct ike_traffic){1, 10, 2, 20};
    ikev2_account_child_moves(ike, sa->children, &other);
    assert_int_equal(sa->account->gone.in_bytes, 10);
    sa->account->gone = (struct ike_traffic){0};
    struct ikev2_child moved = *sa->children;
    moved.sa = &other;
    carried[0] = (struct ike_traffic){4, 40, 5, 50};
    ikev2_account_child_ends(ike, &moved);
    ikev2_account_stop(ike, &other);
    struct ike_job_radius *stop = told(p);
    assert_int_equal(stop->session.in.pkts, 3);
    assert_int_equal(stop->session.in.bytes, 30);
    assert_int_equal(stop->session.out.pkts, 3);
    assert_int_equal(stop->session.out.bytes, 30);
    /* The end of an SA comes after that of its children. */
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "a"});
    pair_run(p, 1);
    struct ike_job_radius *end = told(p);
    assert_int_equal(end->session.status, EAP_RADIUS_STOP);
    assert_int_equal(end->session.in.bytes, 40);
    pair_job(p, 1, &begin->job);
    pair_job(p, 1, &second->job);
    pair_job(p, 1, &stop->job);
    pair_job(p, 1, &end->job);
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
        cmocka_unit_test(records_on_the_way_are_spread),
        cmocka_unit_test(the_address_that_is_told_is_the_one_that_was_given),
        cmocka_unit_test(a_session_begins_moves_and_ends),
        cmocka_unit_test(a_session_tells_on_its_way_what_its_children_carried),
        cmocka_unit_test(what_a_child_carried_stays_when_it_goes),
        cmocka_unit_test(without_a_server_for_it_there_is_no_account),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
