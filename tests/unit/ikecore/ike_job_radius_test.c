/* SPDX-License-Identifier: BSD-3-Clause */
/* What waits for a RADIUS server: whose the conversation is, and what is freed. */
#include <errno.h>
#include "eap_login.h"
#include "ike_job_eap.h"
#include "ike_job_radius.h"
#include "null_crypt.h"

static struct eap *login(void)
{
    const struct eap_setup s = {.ops = &ossl_eap_ops, .is_server = true};
    struct eap *e = eap_new(&s);
    assert_non_null(e);
    return e;
}

static void a_login_is_kept_until_it_is_taken_out(void **state)
{
    (void)state;
    struct ike_conf *conf = ike_conf_new();
    const struct ike_path path = {.natt = true};
    struct eap *e = login();
    struct ike_job_radius *j = ike_job_radius_new(conf, &path, e, base_span("abc", 3));
    assert_true(ike_job_is_radius(&j->job));
    assert_false(j->is_account);
    assert_int_equal(j->packet_len, 3);
    /* Run here it says that nobody asked a server. */
    ike_job_run(&null_ike_ops, &j->job);
    assert_int_equal(j->job.status, -ENOTCONN);
    assert_ptr_equal(ike_job_radius_take(j), e);
    assert_null(ike_job_radius_take(j));
    ike_job_free(&null_ike_ops, &j->job);
    struct ike_job_eap *other = ike_job_eap_new(e, BASE_SPAN_NONE);
    assert_false(ike_job_is_radius(&other->job));
    ike_job_free(&null_ike_ops, &other->job);
    ike_conf_put(conf);
}

static void an_account_has_its_session(void **state)
{
    (void)state;
    struct ike_conf *conf = ike_conf_new();
    const struct ike_path path = {.natt = true};
    const struct eap_radius_session s = {.id = "x", .seconds = 4};
    struct ike_job_radius *j = ike_job_radius_account(conf, &path, &s);
    assert_true(j->is_account);
    assert_string_equal(j->session.id, "x");
    assert_null(ike_job_radius_take(j));
    ike_job_free(&null_ike_ops, &j->job);
    j = ike_job_radius_new(conf, &path, login(), BASE_SPAN_NONE);
    ike_job_free(&null_ike_ops, &j->job); /* with the conversation: the leak check sees the rest */
    ike_conf_put(conf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_login_is_kept_until_it_is_taken_out),
        cmocka_unit_test(an_account_has_its_session),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
