/* SPDX-License-Identifier: BSD-3-Clause */
/* The search for the connection that was meant: what it finds, and what it may cost. */
#include "ike_pair.h"
#include "explain.h"
#include "ike_core.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

#define N 5000

static unsigned compared; /* names, by the cryptographic library */

static int counting_dn_equal(struct base_span a, struct base_span b)
{
    compared++;
    return base_span_equal(a, b);
}

/* CN=text in DER. */
static struct ike_id dn(const char *text)
{
    struct ike_id id = {.type = WIRE_IKE_ID_DN};
    const uint8_t n = (uint8_t)strlen(text);
    const uint8_t head[] = {0x30, (uint8_t)(n + 11),
                            0x31, (uint8_t)(n + 9),
                            0x30, (uint8_t)(n + 7),
                            0x06, 0x03,
                            0x55, 0x04,
                            0x03, 0x0c,
                            n};
    memcpy(id.bytes, head, sizeof head);
    memcpy(id.bytes + sizeof head, text, n);
    id.len = (uint8_t)(sizeof head + n);
    return id;
}

static void add_conns(struct ike_conf *c, size_t n)
{
    c->conns = realloc(c->conns, (n + 1) * sizeof *c->conns);
    c->n_conns = n + 1;
    for (size_t i = 1; i <= n; i++) {
        char text[40];
        pair_conn_copy(&c->conns[i], &c->conns[0]);
        snprintf(c->conns[i].name, IKE_NAME_MAX, "c%zu", i);
        snprintf(text, sizeof text, "branch-%zu.example.org", i);
        c->conns[i].remote_id = dn(text);
    }
}

static struct pair *pair_of_many(size_t n, struct crypt_ike_ops *ops)
{
    struct pair *p = pair_new();
    *ops = null_ike_ops;
    ops->dn_equal = counting_dn_equal;
    p->ops = ops;
    add_conns(p->h[1].conf, n);
    pair_start(p);
    compared = 0;
    return p;
}

static void a_stranger_costs_the_control_core_no_comparison_with_each_connection(void **state)
{
    (void)state;
    struct crypt_ike_ops ops;
    struct pair *p = pair_of_many(N, &ops);
    p->h[0].conf->conns[0].local_id = p->h[0].conf->secrets[0].local = dn("stranger.example.org");
    ike_conf_seal(p->h[0].conf);
    pair_connect(p);
    assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_FAIL_UNKNOWN_ID), 1);
    assert_true(compared < 10);
    pair_free(p);
}

static void a_search_is_a_job_and_only_for_what_is_told(void **state)
{
    (void)state;
    struct crypt_ike_ops ops;
    struct pair *p = pair_of_many(3, &ops);
    struct ike *ike = p->h[1].ike;
    struct ike_path path = {.local = {p->h[1].addr, 500}, .remote = {pair_addr("203.0.113.5"), 500}};
    const struct ike_id who = pair_id("@nobody"), none = {0};
    p->h[1].hold_jobs = true;
    for (unsigned i = 0; i < 100; i++)
        explain_unknown_id(ike, (struct explain_about){.path = &path}, &who, &none);
    pair_drain(p);
    assert_int_equal(p->h[1].n_jobs, 1); /* the same one a hundred times */
    assert_int_equal(p->h[1].jobs[0]->urgency, IKE_JOB_WORDS);
    for (unsigned i = 0; i < 1000; i++) {
        path.remote.port = (uint16_t)(1000 + i);
        explain_unknown_id(ike, (struct explain_about){.path = &path}, &who, &none);
    }
    pair_drain(p);
    assert_int_equal(p->h[1].n_jobs, 16); /* a thousand at once: no more than that many are searched for */
    assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_FAIL_UNKNOWN_ID), 0);
    p->h[1].hold_jobs = false;
    for (size_t i = 0; i < 16; i++)
        pair_job(p, 1, p->h[1].jobs[i]);
    p->h[1].n_jobs = 0;
    pair_drain(p);
    assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_FAIL_UNKNOWN_ID), 16);
    pair_free(p);
}

static void a_configuration_may_go_while_it_is_searched(void **state)
{
    (void)state;
    struct crypt_ike_ops ops;
    struct pair *p = pair_of_many(3, &ops);
    const struct ike_path path = {.local = {p->h[1].addr, 500}, .remote = {pair_addr("203.0.113.5"), 500}};
    const struct ike_id who = dn("branhc-2.example.org"), none = {0};
    p->h[1].hold_jobs = true;
    explain_unknown_id(p->h[1].ike, (struct explain_about){.path = &path}, &who, &none);
    pair_drain(p);
    struct ike_conf *next = pair_conf("z", "@b", "@z", "secret", "10.2.0.0/16", "10.1.0.0/16");
    ike_conf_seal(next);
    assert_int_equal(pair_event(p, 1, (struct ike_event){.type = IKE_EV_CONF_SWAP, .conf = next}), 0);
    ike_conf_put(p->h[1].conf);
    p->h[1].conf = next;
    pair_job(p, 1, p->h[1].jobs[0]);
    p->h[1].n_jobs = 0;
    pair_drain(p);
    assert_string_equal(pair_audit(&p->h[1], IKE_AUDIT_FAIL_UNKNOWN_ID)->conn, "c2");
    pair_free(p);
}

static void a_slip_of_the_pen_is_found_among_few_and_among_many(void **state)
{
    (void)state;
    for (size_t n = 10; n <= N; n *= 500) {
        struct crypt_ike_ops ops;
        struct pair *p = pair_of_many(n, &ops);
        struct ike_path path = {.local = {p->h[1].addr, 500}, .remote = {pair_addr("203.0.113.5"), 500}};
        const struct ike_id slips[] = {dn("brunch-7.example.org"), dn("branch-7.exampel.org")};
        const struct ike_id none = {0};
        for (size_t i = 0; i < 2; i++) {
            path.remote.port++;
            explain_unknown_id(p->h[1].ike, (struct explain_about){.path = &path}, &slips[i], &none);
            pair_drain(p);
            assert_string_equal(pair_audit(&p->h[1], IKE_AUDIT_FAIL_UNKNOWN_ID)->conn, "c7");
        }
        pair_free(p);
    }
}

/* Looks at connections that n strangers cause, a millisecond apart. */
static size_t looks_of(size_t n_conns, unsigned strangers)
{
    struct crypt_ike_ops ops;
    struct pair *p = pair_of_many(n_conns - 1, &ops);
    struct ike_path path = {.local = {p->h[1].addr, 500}, .remote = {pair_addr("203.0.113.5"), 500}};
    const struct ike_id who = pair_id("@nobody"), none = {0};
    for (unsigned i = 0; i < strangers; i++) {
        path.remote.port++;
        p->now = base_time_add(p->now, BASE_NS_PER_MS);
        pair_event(p, 1, (struct ike_event){.type = IKE_EV_TRAFFIC}); /* tells the time */
        explain_unknown_id(p->h[1].ike, (struct explain_about){.path = &path}, &who, &none);
        pair_drain(p);
    }
    const size_t told = pair_count(&p->h[1], IKE_AUDIT_FAIL_UNKNOWN_ID);
    assert_true(told > 0);
    pair_free(p);
    return told * n_conns;
}

static void what_strangers_cost_does_not_grow_with_the_connections(void **state)
{
    (void)state;
    assert_in_range(looks_of(10, 300), 500, 560); /* the limit of records */
    assert_in_range(looks_of(5000, 300), 40000, 60000);
    assert_in_range(looks_of(20000, 300), 40000, 80000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stranger_costs_the_control_core_no_comparison_with_each_connection),
        cmocka_unit_test(a_search_is_a_job_and_only_for_what_is_told),
        cmocka_unit_test(what_strangers_cost_does_not_grow_with_the_connections),
        cmocka_unit_test(a_configuration_may_go_while_it_is_searched),
        cmocka_unit_test(a_slip_of_the_pen_is_found_among_few_and_among_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
