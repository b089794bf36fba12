/* SPDX-License-Identifier: BSD-3-Clause */
/* IKE_AUTH of the responder while its jobs are out: what arrives, ends or changes meanwhile. */
#include "ike_grant.h"
#include "ike_pair.h"
#include "ikev2_auth.h"
#include "ikev2_init.h"
#include "ikev2_keymat.h"
#include "ikev2_msg.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"
#include "ikev2_task.h"
#include "ikev2_x_child.h"

/* b has the request and its check is out. */
static struct pair *pair_checking(void)
{
    struct pair *p = pair_new();
    pair_start(p);
    p->h[1].hold_jobs = true;
    pair_connect(p);
    p->h[1].n_jobs = 0;
    pair_job(p, 1, p->h[1].jobs[0]); /* the key exchange */
    pair_settle(p);
    assert_int_equal(p->h[1].n_jobs, 1);
    assert_int_equal(p->h[1].ike->v2->first->state, IKEV2_ST_R_CHECK);
    return p;
}

static void run_held(struct pair *p)
{
    assert_int_equal(p->h[1].n_jobs, 1);
    p->h[1].n_jobs = 0;
    pair_job(p, 1, p->h[1].jobs[0]);
    pair_settle(p);
}

static void a_repeated_request_is_dropped_while_it_is_worked_on(void **state)
{
    (void)state;
    struct pair *p = pair_checking();
    const uint64_t dropped = pair_stats(p, 1).dropped_unexpected;
    pair_run(p, 2); /* a repeats it */
    assert_int_equal(pair_stats(p, 1).dropped_unexpected, dropped + 1);
    assert_int_equal(pair_stats(p, 1).half_open, 1);
    run_held(p);
    assert_int_equal(p->h[1].ike->v2->first->state, IKEV2_ST_R_PROVE);
    assert_int_equal(pair_stats(p, 1).established, 0);
    run_held(p);
    pair_check_one(p);
    assert_int_equal(pair_stats(p, 1).half_open, 0);
    pair_free(p);
}

/* The peer's first packets may be right behind the answer. */
static void the_pair_is_installed_before_the_answer_goes(void **state)
{
    (void)state;
    struct pair *p = pair_checking();
    struct ike_action *a = malloc(sizeof *a);
    run_held(p);
    const unsigned sends = p->h[1].sends;
    p->h[1].n_jobs = 0;
    pair_job(p, 1, p->h[1].jobs[0]);
    while (p->h[1].sends == sends) {
        assert_true(ike_next_action(p->h[1].ike, a));
        pair_act(p, 1, a);
    }
    assert_int_equal(p->h[1].n_children, 1);
    assert_true(p->h[1].children[0].is_active);
    free(a);
    pair_settle(p);
    pair_check_one(p);
    pair_free(p);
}

static void a_job_that_comes_after_the_timeout_harms_nothing(void **state)
{
    (void)state;
    for (int proving = 0; proving < 2; proving++) {
        struct pair *p = pair_checking();
        if (proving)
            run_held(p);
        pair_run(p, 60);
        assert_int_equal(pair_stats(p, 1).ike_sas, 0);
        assert_int_equal(pair_stats(p, 1).jobs, 1);
        run_held(p);
        assert_int_equal(pair_stats(p, 1).jobs, 0);
        assert_int_equal(pair_stats(p, 1).established, 0);
        pair_free(p);
    }
}

static void a_check_that_fails_to_run_is_no_yes(void **state)
{
    (void)state;
    struct pair *p = pair_checking();
    p->h[1].n_jobs = 0;
    struct ike_job *job = p->h[1].jobs[0];
    ike_job_auth_of(job)->verified = 1;
    job->status = -EIO;
    const struct ike_event ev = {.type = IKE_EV_JOB_DONE, .job = job};
    pair_event(p, 1, ev);
    assert_int_equal(p->h[1].n_children, 0);
    assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_FAIL_WRONG_KEY), 0);
    assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_FAIL_UNCHECKED), 1);
    assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_FAIL_REFUSED), 1);
    assert_int_equal(pair_audit(&p->h[0], IKE_AUDIT_FAIL_REFUSED)->notify, WIRE_IKE_N_AUTHENTICATION_FAILED);
    assert_int_equal(pair_stats(p, 1).established, 0);
    assert_int_equal(pair_stats(p, 1).failed, 1);
    pair_free(p);
}

/* Swaps b's configuration while the job is out: one with this key. */
static void swap(struct pair *p, const char *psk)
{
    struct ike_conf *conf = pair_conf("a", "@b", "@a", psk, "10.2.0.0/16", "10.1.0.0/16");
    conf->conns[0].remote_addr = p->h[0].addr;
    ike_conf_seal(conf);
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_CONF_SWAP, .conf = conf});
    ike_conf_put(p->h[1].conf);
    p->h[1].conf = conf;
}

static void a_new_configuration_with_the_same_connection_changes_nothing(void **state)
{
    (void)state;
    struct pair *p = pair_checking();
    swap(p, "secret");
    run_held(p);
    swap(p, "secret");
    run_held(p);
    pair_check_one(p);
    pair_free(p);
}

static void a_connection_that_changes_meanwhile_is_refused(void **state)
{
    (void)state;
    for (int proving = 0; proving < 2; proving++) {
        struct pair *p = pair_checking();
        if (proving)
            run_held(p);
        swap(p, "another secret");
        run_held(p);
        assert_int_equal(p->h[1].n_children, 0);
        assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_FAIL_REFUSED), 1);
        pair_run(p, 6);
        assert_int_equal(pair_stats(p, 1).ike_sas, 0);
        pair_free(p);
    }
}

static void a_shutdown_meanwhile_lets_nobody_in(void **state)
{
    (void)state;
    struct pair *p = pair_checking();
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_SHUTDOWN});
    run_held(p);
    assert_int_equal(p->h[1].n_children, 0);
    assert_int_equal(pair_stats(p, 1).established, 0);
    pair_free(p);
}

/* a has its keys, and its proof is not made: what it sends now is the test's. */
static struct pair *pair_proving(void)
{
    struct pair *p = pair_new();
    pair_start(p);
    p->h[0].hold_jobs = true;
    pair_connect(p);
    for (int i = 0; i < 2; i++) { /* key pair and secret */
        p->h[0].n_jobs = 0;
        pair_job(p, 0, p->h[0].jobs[0]);
        pair_settle(p);
    }
    assert_int_equal(p->h[0].ike->v2->first->state, IKEV2_ST_I_PROVE);
    assert_int_equal(p->h[0].n_jobs, 1);
    return p;
}

/* IKE_AUTH of a's with this identity payload; auth NULL: without AUTH. */
static void send_auth(struct pair *p, const struct wire_ike_id *id, const struct ike_job_auth *auth)
{
    struct ike *ike = p->h[0].ike;
    struct ikev2_sa *sa = ike->v2->first;
    struct wire_ike_builder b = ikev2_msg_begin(ike);
    wire_ike_put_id(&b, WIRE_IKE_P_IDI, id);
    if (auth)
        wire_ike_put_auth(&b, WIRE_IKE_AUTH_PSK, ike_job_auth_data(auth));
    ikev2_child_offer(ike, sa, &b, IKEV2_DH_IGNORE, sa->task);
    ikev2_msg_request(ike, sa, WIRE_IKE_AUTH, &b);
    pair_settle(p);
}

/* RFC 7296 2.15: AUTH covers the body of the ID payload as it was sent. */
static void auth_covers_the_reserved_bytes_of_the_identity_as_they_came(void **state)
{
    (void)state;
    for (int lies = 0; lies < 2; lies++) {
        struct pair *p = pair_proving();
        struct ikev2_sa *sa = p->h[0].ike->v2->first;
        struct ike_job_auth *proof = ike_job_auth_of(p->h[0].jobs[0]);
        const struct wire_ike_id id = {WIRE_IKE_ID_FQDN, base_span("a", 1), {1, 2, (uint8_t)(3 + lies)}};
        const uint8_t body[] = {WIRE_IKE_ID_FQDN, 1, 2, 3, 'a'};
        const size_t len = sa->algs.prf->out_bytes;
        uint8_t maced[CRYPT_PRF_MAX];
        assert_int_equal(ikev2_keymat_maced_id(p->ops, proof->prf, ikev2_init_sk_p(sa, true),
                                               base_span(body, sizeof body), maced),
                         0);
        memcpy(proof->octets + proof->octets_len - len, maced, len);
        ike_job_run(p->ops, &proof->job);
        send_auth(p, &id, proof);
        assert_int_equal(pair_stats(p, 1).established, !lies);
        assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_FAIL_WRONG_KEY), lies);
        pair_free(p);
    }
}

/* RFC 7296 2.16: no AUTH in the first message asks for EAP. */
static void a_caller_that_wants_eap_is_told_so(void **state)
{
    (void)state;
    struct pair *p = pair_proving();
    const struct wire_ike_id id = {.type = WIRE_IKE_ID_FQDN, .data = base_span("a", 1)};
    send_auth(p, &id, NULL);
    const struct ike_audit *e = pair_audit(&p->h[1], IKE_AUDIT_FAIL_EAP);
    assert_non_null(e);
    assert_string_equal(e->what, "@a wants to authenticate itself by EAP: its IKE_AUTH has no AUTH payload");
    assert_string_equal(e->conn, "a");
    assert_int_equal(e->notify, WIRE_IKE_N_AUTHENTICATION_FAILED);
    assert_null(pair_audit(&p->h[1], IKE_AUDIT_FAIL_MALFORMED));
    pair_free(p);
}

/* Our own proof: the caller is refused, and the record blames nobody else. */
static void a_proof_that_cannot_be_made_is_told_and_refuses_the_caller(void **state)
{
    (void)state;
    struct pair *p = pair_checking();
    run_held(p);
    assert_int_equal(p->h[1].ike->v2->first->state, IKEV2_ST_R_PROVE);
    p->h[1].n_jobs = 0;
    p->h[1].jobs[0]->status = -EIO;
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_JOB_DONE, .job = p->h[1].jobs[0]});
    const struct ike_audit *e = pair_audit(&p->h[1], IKE_AUDIT_FAIL_UNPROVED);
    assert_non_null(e);
    assert_string_equal(e->what, "we were to prove that we are @b");
    assert_int_equal(pair_audit(&p->h[0], IKE_AUDIT_FAIL_REFUSED)->notify, WIRE_IKE_N_AUTHENTICATION_FAILED);
    assert_int_equal(pair_stats(p, 1).established, 0);
    assert_int_equal(pair_stats(p, 1).failed, 1);
    pair_free(p);
}

static void only_who_has_a_row_is_let_in(void **state)
{
    (void)state;
    for (int n = 0; n < 3; n++) { /* no row, a row of somebody else, its own */
        struct pair *p = pair_new();
        struct ike_conf *conf = p->h[1].conf;
        conf->conns[0].peers_only = true;
        if (n)
            ike_grant_add(conf, &conf->conns[0])->id = n == 1 ? pair_id("@other") : conf->conns[0].remote_id;
        pair_start(p);
        pair_connect(p);
        assert_int_equal(pair_live(&p->h[0]) + pair_live(&p->h[1]), n == 2 ? 2 : 0);
        assert_int_equal(pair_stats(p, 1).established, n == 2);
        assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_FAIL_UNKNOWN_ID), n < 2);
        if (n < 2)
            assert_non_null(
                strstr(pair_audit(&p->h[1], IKE_AUDIT_FAIL_UNKNOWN_ID)->why, "peers_only is true"));
        pair_free(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_who_has_a_row_is_let_in),
        cmocka_unit_test(a_repeated_request_is_dropped_while_it_is_worked_on),
        cmocka_unit_test(the_pair_is_installed_before_the_answer_goes),
        cmocka_unit_test(a_job_that_comes_after_the_timeout_harms_nothing),
        cmocka_unit_test(a_check_that_fails_to_run_is_no_yes),
        cmocka_unit_test(a_new_configuration_with_the_same_connection_changes_nothing),
        cmocka_unit_test(a_connection_that_changes_meanwhile_is_refused),
        cmocka_unit_test(a_shutdown_meanwhile_lets_nobody_in),
        cmocka_unit_test(auth_covers_the_reserved_bytes_of_the_identity_as_they_came),
        cmocka_unit_test(a_caller_that_wants_eap_is_told_so),
        cmocka_unit_test(a_proof_that_cannot_be_made_is_told_and_refuses_the_caller),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
