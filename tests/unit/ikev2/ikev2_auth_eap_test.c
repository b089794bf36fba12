/* SPDX-License-Identifier: BSD-3-Clause */
/* A login by EAP between two engines: rounds, keys, identities, what is refused and told. */
#include "ikev2_eap_pair.h"
#include "ike_cred.h"
#include "ike_pattern.h"
#include "tls_login.h"

static void a_user_logs_in_and_is_known_by_name(void **state)
{
    (void)state;
    struct pair *p = pair_login("CORP\\ann", "secret");
    pair_connect(p);
    pair_check_one(p);
    assert_int_equal(p->h[0].sends, 6); /* SA_INIT, no AUTH, identity, response, success, AUTH */
    const struct ike_id ann = pair_id("keyid:ann");
    assert_true(ike_id_equal(p->h[1].ike->v2->first->remote_id, &ann));
    assert_true(ike_id_equal(&p->h[1].children[0].i.remote_id, &ann));
    pair_free(p);
}

static void a_name_with_a_domain_behind_it_is_an_address_of_mail(void **state)
{
    (void)state;
    struct pair *p = pair_login("ann@example.org", "secret");
    eap_users_put(p->h[1].conf->users);
    p->h[1].conf->users = login_users("ann@example.org", "secret");
    pair_connect(p);
    pair_check_one(p);
    const struct ike_id ann = pair_id("ann@example.org");
    assert_true(ike_id_equal(p->h[1].ike->v2->first->remote_id, &ann));
    pair_free(p);
}

static void assert_refused(struct pair *p, const char *here, const char *there)
{
    pair_connect(p);
    const struct ike_audit *b = pair_audit(&p->h[1], IKE_AUDIT_FAIL_LOGIN);
    const struct ike_audit *a = pair_audit(&p->h[0], IKE_AUDIT_FAIL_LOGIN);
    assert_non_null(b);
    assert_non_null(a);
    assert_non_null(strstr(b->why, here));
    assert_non_null(strstr(a->why, there));
    assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_FAIL_REFUSED), 0); /* told already */
    assert_int_equal(p->h[0].n_children + p->h[1].n_children, 0);
    assert_int_equal(pair_stats(p, 1).failed, 1);
    pair_run(p, 10);
    assert_int_equal(pair_stats(p, 1).ike_sas, 0);
    pair_free(p);
}

static void who_may_not_log_in_is_refused_and_both_are_told(void **state)
{
    (void)state;
    assert_refused(pair_login("ann", "wrong"), "The password of user \"ann\" is wrong", "(E=691)");
    assert_refused(pair_login("eve", "secret"), "There is no user \"eve\" here", "(E=691)");
}

static void who_is_in_no_group_of_the_connection_is_refused(void **state)
{
    (void)state;
    struct pair *p = pair_login("ann", "secret");
    struct ike_conn_conf *b = &p->h[1].conf->conns[0];
    b->n_groups = 1;
    strcpy(b->groups[0], "staff");
    pair_connect(p);
    const struct ike_audit *told = pair_audit(&p->h[1], IKE_AUDIT_FAIL_LOGIN);
    assert_non_null(told);
    assert_non_null(strstr(told->why, "names no group of this connection"));
    assert_int_equal(p->h[0].n_children + p->h[1].n_children, 0);
    assert_int_equal(pair_stats(p, 1).established, 0);
    pair_run(p, 10);
    assert_int_equal(pair_stats(p, 0).ike_sas + pair_stats(p, 1).ike_sas, 0);
    pair_free(p);
}

/* Those for the same peers that have a group of it come first, in the order of the configuration. */
static void a_login_takes_the_first_connection_that_has_its_group(void **state)
{
    (void)state;
    for (int n = 0; n < 2; n++) {
        struct pair *p = pair_login_new("ann", "secret");
        struct ike_conf *conf = p->h[1].conf;
        struct ike_conn_conf *b = conf->conns = realloc(conf->conns, 3 * sizeof *b);
        for (conf->n_conns = 1; conf->n_conns < 3; conf->n_conns++) {
            pair_conn_copy(&b[conf->n_conns], &b[0]);
            b[conf->n_conns].children = calloc(1, sizeof *b->children);
            snprintf(b[conf->n_conns].name, sizeof b->name, "%c", "abc"[conf->n_conns]);
        }
        for (int i = 0; i < 2; i++) {
            b[i].n_groups = 1;
            strcpy(b[i].groups[0], i ? "night" : "staff");
        }
        if (n) /* who we are was proved before: another identity cannot take over */
            b[2].local_id = pair_id("@other");
        pair_start(p);
        pair_connect(p);
        assert_int_equal(pair_stats(p, 1).established, !n);
        if (!n)
            assert_string_equal(p->h[1].ike->v2->first->conn->name, "c");
        else
            assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_FAIL_LOGIN), 1);
        pair_free(p);
    }
}

/* The responder proves itself before anything of the login is sent (RFC 7296 2.16). */
static void nobody_learns_a_name_who_does_not_prove_itself(void **state)
{
    (void)state;
    struct pair *p = pair_login("ann", "secret");
    p->h[1].conf->secrets[0].psk[0] ^= 1;
    pair_connect(p);
    assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_FAIL_WRONG_KEY), 1);
    assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_FAIL_LOGIN), 0);
    assert_int_equal(p->h[0].sends, 3); /* SA_INIT, no AUTH, goodbye */
    pair_free(p);
}

static void a_caller_without_auth_is_refused_where_a_key_is_wanted(void **state)
{
    (void)state;
    struct pair *p = pair_login("ann", "secret");
    p->h[1].conf->conns[0].remote_auth = IKE_AUTH_PSK;
    pair_connect(p);
    assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_FAIL_EAP), 1);
    assert_int_equal(p->h[0].n_children + p->h[1].n_children, 0);
    pair_free(p);
}

/* Who logs in calls (RFC 7296 2.16): called, it has nothing to prove itself by. */
static void who_logs_in_cannot_be_called(void **state)
{
    (void)state;
    struct pair *p = pair_login_new("ann", "secret");
    p->h[1].conf->conns[0].remote_auth = IKE_AUTH_PSK;
    pair_start(p);
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_INITIATE, .name = "a"});
    pair_settle(p);
    assert_int_equal(pair_live(&p->h[0]) + pair_live(&p->h[1]), 0);
    const struct ike_audit *told = pair_audit(&p->h[0], IKE_AUDIT_FAIL_LOGIN);
    assert_non_null(told);
    assert_string_equal(told->why, "This connection logs in by EAP, and who logs in calls (RFC 7296 2.16).");
    pair_free(p);
}

static void a_login_that_is_given_up_leaves_nothing(void **state)
{
    (void)state;
    struct pair *p = pair_login("ann", "secret");
    p->hold = true;
    pair_connect(p);
    for (int i = 0; i < 5; i++)
        pair_deliver_one(p); /* SA_INIT, IKE_AUTH, and the identity on its way */
    assert_int_equal(p->h[1].ike->v2->first->state, IKEV2_ST_R_ROUND);
    p->head = p->tail = 0;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "b"});
    p->hold = false;
    pair_run(p, 40);
    assert_int_equal(pair_stats(p, 0).ike_sas + pair_stats(p, 1).ike_sas, 0);
    assert_int_equal(pair_live(&p->h[0]) + pair_live(&p->h[1]), 0);
    pair_free(p);
}

static void the_conversation_dies_with_the_sa_while_a_job_has_it(void **state)
{
    (void)state;
    struct pair *p = pair_login("ann", "secret");
    p->hold = true;
    pair_connect(p);
    for (int i = 0; i < 4; i++)
        pair_deliver_one(p);
    p->h[1].hold_jobs = true;
    pair_deliver_one(p);
    assert_int_equal(p->h[1].n_jobs, 1);
    assert_null(p->h[1].ike->v2->first->init->auth.eap);
    struct ike_job *job = p->h[1].jobs[0];
    p->h[1].n_jobs = 0;
    p->head = p->tail = 0;
    pair_run(p, 60);
    assert_null(p->h[1].ike->v2->first);
    pair_job(p, 1, job);
    pair_free(p);
}

static void eap_alone_proves_both_where_both_agree(void **state)
{
    (void)state;
    for (int agreed = 0; agreed < 4; agreed++) {
        struct pair *p = pair_login("ann", "secret");
        p->h[0].conf->conns[0].eap_only = agreed & 1;
        p->h[1].conf->conns[0].eap_only = agreed & 2;
        /* A gateway that needs its key for more than that has none. */
        p->h[1].conf->secrets[0].psk[0] ^= 1;
        pair_connect(p);
        assert_int_equal(p->h[1].n_children, agreed == 3);
        pair_free(p);
    }
}

static void a_gateway_that_does_not_know_the_password_is_no_gateway(void **state)
{
    (void)state;
    struct pair *p = pair_login("ann", "secret");
    p->h[0].conf->conns[0].eap_only = p->h[1].conf->conns[0].eap_only = true;
    eap_users_put(p->h[1].conf->users);
    p->h[1].conf->users = login_users("ann", "guessed");
    pair_connect(p);
    assert_int_equal(p->h[0].n_children + p->h[1].n_children, 0);
    assert_int_equal(pair_stats(p, 0).established, 0);
    pair_free(p);
}

static void lost_messages_are_sent_again(void **state)
{
    (void)state;
    struct pair *p = pair_login("ann", "secret");
    p->hold = true;
    pair_connect(p);
    for (int exchange = 0; exchange < 6; exchange++)
        for (int way = 0; way < 2; way++) {
            assert_int_equal(p->tail - p->head, 1);
            p->head = p->tail = 0;
            for (int i = 0; i < 10 && p->head == p->tail; i++) {
                p->now = base_time_add(p->now, BASE_NS_PER_S);
                ike_on_timer(p->h[0].ike, p->now);
                pair_drain(p);
            }
            pair_deliver_one(p);
            if (way)
                pair_deliver_one(p);
        }
    pair_check_one(p);
    pair_free(p);
}

/* ---- by TLS ---- */

/* A user calls as `id` whom b knows as `wanted`; b is known as gw.example.org and shows `gw`. It takes the
 * pinned certificate alone, or, NULL, any of the CA. */
static struct pair *pair_tls_pinned(const char *id, const char *wanted, const char *gw, const char *pinned)
{
    struct pair *p = pair_eap();
    struct ike_conn_conf *a = &p->h[0].conf->conns[0], *b = &p->h[1].conf->conns[0];
    char crt[64], key[64], why[128];
    snprintf(crt, sizeof crt, "%s.crt", gw);
    snprintf(key, sizeof key, "%s.key", gw);
    tls_show(p->h[0].conf, "user.crt", "user.key");
    tls_show(p->h[1].conf, crt, key);
    if (pinned)
        p->h[1].conf->anchors->pinned[p->h[1].conf->anchors->n_pinned++] = pki_cert(pinned);
    a->local_id = pair_id(id);
    a->remote_id = b->local_id = pair_id("@gw.example.org");
    assert_int_equal(ike_pattern_parse(wanted, &b->remote_id, why, sizeof why), 0);
    a->local_auth = b->remote_auth = IKE_AUTH_EAP_TLS;
    a->remote_auth = b->local_auth = IKE_AUTH_SIG;
    a->eap_only = b->eap_only = true; /* so that TLS alone says who the gateway is */
    pair_start(p);
    for (int i = 0; i < 2; i++)
        p->h[i].ike->env.calendar = tls_calendar;
    pair_connect(p);
    return p;
}

static struct pair *pair_tls(const char *id, const char *wanted, const char *gw)
{
    return pair_tls_pinned(id, wanted, gw, NULL);
}

static void a_user_with_a_certificate_is_whom_it_names(void **state)
{
    static const char *const good[][2] = {
        {"user@example.org", "user@example.org"},
        {"user@example.org", "*@example.org"},
        {"keyid:phone", "any"}, /* what an identity is that the certificate does not know does not count */
    };
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct pair *p = pair_tls(good[i][0], good[i][1], "gw");
        pair_check_one(p);
        const struct ike_id user = pair_id("user@example.org");
        assert_true(ike_id_equal(&p->h[1].children[0].i.remote_id, &user));
        pair_free(p);
    }
}

static void a_certificate_of_another_user_is_refused(void **state)
{
    (void)state;
    struct pair *p = pair_tls("ann@example.org", "ann@example.org", "gw");
    const struct ike_audit *b = pair_audit(&p->h[1], IKE_AUDIT_FAIL_LOGIN);
    assert_non_null(b);
    assert_non_null(strstr(b->why, "does not name the peer"));
    assert_non_null(strstr(b->why, "user@example.org"));
    assert_int_equal(pair_live(&p->h[0]) + pair_live(&p->h[1]), 0);
    pair_free(p);
}

static void a_certificate_that_is_pinned_is_the_only_one(void **state)
{
    (void)state;
    struct pair *p = pair_tls_pinned("user@example.org", "*@example.org", "gw", "user.crt");
    pair_check_one(p);
    pair_free(p);
    p = pair_tls_pinned("user@example.org", "*@example.org", "gw", "ike.crt");
    const struct ike_audit *b = pair_audit(&p->h[1], IKE_AUDIT_FAIL_LOGIN);
    assert_non_null(b);
    assert_non_null(strstr(b->why, "none of the keys"));
    assert_int_equal(pair_live(&p->h[0]) + pair_live(&p->h[1]), 0);
    pair_free(p);
}

static void a_gateway_with_a_certificate_of_another_is_refused(void **state)
{
    (void)state;
    struct pair *p = pair_tls("user@example.org", "user@example.org", "ike"); /* ike.example.org */
    const struct ike_audit *a = pair_audit(&p->h[0], IKE_AUDIT_FAIL_LOGIN);
    assert_non_null(a);
    assert_non_null(strstr(a->why, "does not name the peer"));
    assert_int_equal(pair_live(&p->h[0]), 0);
    pair_free(p);
}

static void a_certificate_that_is_no_good_is_told_to_both(void **state)
{
    (void)state;
    struct pair *p = pair_tls("user@example.org", "user@example.org", "of-stranger");
    const struct ike_audit *a = pair_audit(&p->h[0], IKE_AUDIT_FAIL_LOGIN);
    const struct ike_audit *b = pair_audit(&p->h[1], IKE_AUDIT_FAIL_LOGIN);
    assert_non_null(a);
    assert_non_null(b);
    assert_non_null(strstr(a->why, "stranger"));
    assert_non_null(strstr(b->why, "unknown CA"));
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_user_logs_in_and_is_known_by_name),
        cmocka_unit_test(a_name_with_a_domain_behind_it_is_an_address_of_mail),
        cmocka_unit_test(who_may_not_log_in_is_refused_and_both_are_told),
        cmocka_unit_test(who_is_in_no_group_of_the_connection_is_refused),
        cmocka_unit_test(a_login_takes_the_first_connection_that_has_its_group),
        cmocka_unit_test(nobody_learns_a_name_who_does_not_prove_itself),
        cmocka_unit_test(a_caller_without_auth_is_refused_where_a_key_is_wanted),
        cmocka_unit_test(who_logs_in_cannot_be_called),
        cmocka_unit_test(a_login_that_is_given_up_leaves_nothing),
        cmocka_unit_test(the_conversation_dies_with_the_sa_while_a_job_has_it),
        cmocka_unit_test(eap_alone_proves_both_where_both_agree),
        cmocka_unit_test(a_gateway_that_does_not_know_the_password_is_no_gateway),
        cmocka_unit_test(lost_messages_are_sent_again),
        cmocka_unit_test(a_user_with_a_certificate_is_whom_it_names),
        cmocka_unit_test(a_certificate_of_another_user_is_refused),
        cmocka_unit_test(a_certificate_that_is_pinned_is_the_only_one),
        cmocka_unit_test(a_gateway_with_a_certificate_of_another_is_refused),
        cmocka_unit_test(a_certificate_that_is_no_good_is_told_to_both),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
