/* SPDX-License-Identifier: BSD-3-Clause */
/* An EAP step as a job: whose the conversation is when. */
#include "eap_login.h"
#include "ike_job_eap.h"
#include "null_crypt.h"
#include "wire_eap.h"

static struct eap *client(void)
{
    const struct eap_setup s = {.ops = &ossl_eap_ops, .types = {WIRE_EAP_MSCHAPV2}};
    struct eap *e = eap_new(&s);
    assert_non_null(e);
    return e;
}

static void a_job_takes_one_step(void **state)
{
    (void)state;
    uint8_t packet[] = {WIRE_EAP_REQUEST, 9, 0, 5, WIRE_EAP_IDENTITY};
    struct eap *e = client();
    struct ike_job_eap *j = ike_job_eap_new(e, base_span(packet, sizeof packet));
    memset(packet, 0xee, sizeof packet); /* it has a copy */
    ike_job_run(&null_ike_ops, &j->job);
    assert_int_equal(j->job.status, 0);
    assert_int_equal(j->step, EAP_SENDS);
    assert_ptr_equal(ike_job_eap_take(j), e);
    assert_null(ike_job_eap_take(j));
    ike_job_free(&null_ike_ops, &j->job);
    assert_int_equal(e->out[1], 9);
    eap_free(e);
}

static void a_job_that_nobody_waits_for_frees_the_conversation(void **state)
{
    (void)state;
    struct ike_job_eap *j = ike_job_eap_new(client(), BASE_SPAN_NONE);
    ike_job_free(&null_ike_ops, &j->job); /* the leak check sees the rest */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_job_takes_one_step),
        cmocka_unit_test(a_job_that_nobody_waits_for_frees_the_conversation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
