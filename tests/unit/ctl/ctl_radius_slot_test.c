/* SPDX-License-Identifier: BSD-3-Clause */
/* One request to RADIUS servers: tries, the next server, and whose answer counts. */
#include "radius_server.h"

#include <errno.h>
#include <stdlib.h>
#include "base_secret.h"
#include "ctl_radius_slot.h"
#include "ossl_ops.h"

static struct ike_conf *conf;
static struct ctl_radius_slot slot;
static struct base_endpoint to;
static struct ctl_radius_silent silent;

static base_time at_s(uint64_t s)
{
    return (base_time){s * BASE_NS_PER_S};
}

static int start(void **state)
{
    (void)state;
    conf = ike_conf_new();
    silent = (struct ctl_radius_silent){0};
    conf->radius = base_secret_new(sizeof *conf->radius);
    conf->radius->n_servers = 2;
    conf->radius->timeout_ms = 1000;
    conf->radius->tries = 2;
    for (size_t i = 0; i < 2; i++) {
        struct ike_radius_server *s = &conf->radius->servers[i];
        assert_int_equal(base_addr_parse(i ? "192.0.2.2" : "192.0.2.1", &s->address), 0);
        s->port = 1812;
        s->acct_port = i ? 1813 : 0;
        s->secret_len = strlen(RADIUS_SECRET);
        memcpy(s->secret, RADIUS_SECRET, s->secret_len);
    }
    const struct eap_setup setup = {.ops = &ossl_eap_ops, .is_server = true};
    const struct ike_path path = {.natt = true};
    struct eap *e = eap_new(&setup);
    eap_begin(e);
    const uint8_t identity[] = {WIRE_EAP_RESPONSE, e->id, 0, 6, WIRE_EAP_IDENTITY, 'x'};
    ctl_radius_slot_begin(&slot, ike_job_radius_new(conf, &path, e, base_span(identity, sizeof identity)), 9,
                          &silent, at_s(1));
    return 0;
}

static int end(void **state)
{
    (void)state;
    ike_job_free(&ossl_ike_ops, &slot.job->job);
    ike_conf_put(conf);
    return 0;
}

static size_t answer(uint8_t out[WIRE_RADIUS_MAX])
{
    static const uint8_t success[] = {WIRE_EAP_SUCCESS, 9, 0, 4};
    const struct radius_answer a = {WIRE_RADIUS_ACCEPT, base_span(success, 4)};
    return radius_answer(&a, slot.bytes, out);
}

static void a_server_is_asked_again_and_then_the_next(void **state)
{
    (void)state;
    uint8_t first[20];
    assert_true(ctl_radius_slot_due(&slot, at_s(1), &to));
    memcpy(first, slot.bytes, 20);
    assert_int_equal(to.addr.bytes[3], 1);
    assert_int_equal(to.port, 1812);
    assert_false(ctl_radius_slot_due(&slot, at_s(1), &to)); /* its second is not over */
    assert_true(ctl_radius_slot_due(&slot, at_s(2), &to));
    assert_memory_equal(slot.bytes, first, 20); /* the same bytes */
    assert_true(ctl_radius_slot_due(&slot, at_s(3), &to));
    assert_int_equal(to.addr.bytes[3], 2);
    assert_memory_not_equal(slot.bytes, first, 20); /* another server gets another authenticator */
    assert_true(ctl_radius_slot_due(&slot, at_s(4), &to));
    assert_false(ctl_radius_slot_due(&slot, at_s(5), &to));
    assert_true(slot.is_failed);
    assert_int_equal(slot.job->job.status, -ETIMEDOUT);
}

static void only_the_server_that_was_asked_answers(void **state)
{
    (void)state;
    uint8_t bytes[WIRE_RADIUS_MAX];
    assert_true(ctl_radius_slot_due(&slot, at_s(1), &to));
    const size_t len = answer(bytes);
    struct base_endpoint other = to;
    other.addr.bytes[3] = 2;
    assert_false(ctl_radius_slot_take(&slot, &other, base_span(bytes, len)));
    other = to;
    other.port++;
    assert_false(ctl_radius_slot_take(&slot, &other, base_span(bytes, len)));
    bytes[len - 1] ^= 1;
    assert_false(ctl_radius_slot_take(&slot, &to, base_span(bytes, len)));
    bytes[len - 1] ^= 1;
    assert_true(ctl_radius_slot_take(&slot, &to, base_span(bytes, len)));
    assert_int_equal(slot.job->job.status, 0);
    assert_int_equal(slot.job->step, EAP_SUCCEEDS);
}

static void who_answered_is_asked_first_the_next_time(void **state)
{
    (void)state;
    uint8_t bytes[WIRE_RADIUS_MAX];
    for (uint64_t s = 1; s <= 3; s++)
        assert_true(ctl_radius_slot_due(&slot, at_s(s), &to));
    assert_true(ctl_radius_slot_take(&slot, &to, base_span(bytes, answer(bytes))));
    assert_int_equal(slot.job->eap->radius_server, 1);
}

/* The first login waits for a server that is down; the others find the next one at once. */
static void who_did_not_answer_is_asked_last_for_a_while(void **state)
{
    (void)state;
    const struct ike_path path = {.natt = true};
    struct ctl_radius_slot *next = calloc(1, sizeof *next);
    for (uint64_t s = 1; s <= 4; s++)
        assert_true(ctl_radius_slot_due(&slot, at_s(s), &to));
    for (uint64_t now = 5; now <= 65; now += 60) {
        const struct eap_setup setup = {.ops = &ossl_eap_ops, .is_server = true};
        struct eap *e = eap_new(&setup);
        eap_begin(e);
        const uint8_t identity[] = {WIRE_EAP_RESPONSE, e->id, 0, 6, WIRE_EAP_IDENTITY, 'x'};
        ctl_radius_slot_begin(next, ike_job_radius_new(conf, &path, e, base_span(identity, 6)), 3, &silent,
                              at_s(now));
        assert_true(ctl_radius_slot_due(next, at_s(now), &to));
        assert_int_equal(to.addr.bytes[3], now == 5 ? 2 : 1);
        if (now == 5) { /* behind the others it has its turn all the same */
            assert_true(ctl_radius_slot_due(next, at_s(now + 1), &to));
            assert_true(ctl_radius_slot_due(next, at_s(now + 2), &to));
            assert_int_equal(to.addr.bytes[3], 1);
        }
        ike_job_free(&ossl_ike_ops, &next->job->job);
    }
    free(next);
}

/* Another server knows nothing of it. */
static void a_login_that_is_begun_stays_with_its_server(void **state)
{
    (void)state;
    const struct ike_path path = {.natt = true};
    const struct eap_setup setup = {.ops = &ossl_eap_ops, .is_server = true};
    struct ctl_radius_slot *next = calloc(1, sizeof *next);
    struct eap *e = eap_new(&setup);
    eap_begin(e);
    e->at = EAP_AT_METHOD;
    e->radius_server = 1;
    const uint8_t response[] = {WIRE_EAP_RESPONSE, e->id, 0, 6, WIRE_EAP_MSCHAPV2, 'x'};
    ctl_radius_slot_begin(next, ike_job_radius_new(conf, &path, e, base_span(response, 6)), 3, &silent,
                          at_s(1));
    for (uint64_t s = 1; s <= 2; s++) {
        assert_true(ctl_radius_slot_due(next, at_s(s), &to));
        assert_int_equal(to.addr.bytes[3], 2);
    }
    assert_false(ctl_radius_slot_due(next, at_s(3), &to));
    assert_int_equal(next->job->job.status, -ETIMEDOUT);
    ike_job_free(&ossl_ike_ops, &next->job->job);
    free(next);
}

static void a_server_without_accounting_is_passed_over(void **state)
{
    (void)state;
    const struct ike_path path = {.natt = true};
    const struct eap_radius_session s = {.id = "1"};
    struct ctl_radius_slot *account = calloc(1, sizeof *account);
    ctl_radius_slot_begin(account, ike_job_radius_account(conf, &path, &s), 3, &silent, at_s(1));
    assert_true(ctl_radius_slot_due(account, at_s(1), &to));
    assert_int_equal(to.addr.bytes[3], 2);
    assert_int_equal(to.port, 1813);
    uint8_t bytes[WIRE_RADIUS_MAX];
    const struct radius_answer a = {WIRE_RADIUS_ACCT_RESPONSE, .lacks_authenticator = true};
    const size_t len = radius_answer(&a, account->bytes, bytes);
    assert_true(ctl_radius_slot_take(account, &to, base_span(bytes, len)));
    ike_job_free(&ossl_ike_ops, &account->job->job);
    free(account);
}

static void a_packet_that_may_not_come_fails_at_once(void **state)
{
    (void)state;
    const struct ike_path path = {.natt = true};
    const struct eap_setup setup = {.ops = &ossl_eap_ops, .is_server = true};
    struct ctl_radius_slot *bad = calloc(1, sizeof *bad);
    ctl_radius_slot_begin(bad, ike_job_radius_new(conf, &path, eap_new(&setup), base_span("xx", 2)), 3,
                          &silent, at_s(1));
    assert_true(bad->is_failed);
    assert_int_equal(bad->job->job.status, -EINVAL);
    assert_false(ctl_radius_slot_due(bad, at_s(1), &to));
    ike_job_free(&ossl_ike_ops, &bad->job->job);
    free(bad);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_server_is_asked_again_and_then_the_next, start, end),
        cmocka_unit_test_setup_teardown(only_the_server_that_was_asked_answers, start, end),
        cmocka_unit_test_setup_teardown(who_answered_is_asked_first_the_next_time, start, end),
        cmocka_unit_test_setup_teardown(who_did_not_answer_is_asked_last_for_a_while, start, end),
        cmocka_unit_test_setup_teardown(a_login_that_is_begun_stays_with_its_server, start, end),
        cmocka_unit_test_setup_teardown(a_server_without_accounting_is_passed_over, start, end),
        cmocka_unit_test_setup_teardown(a_packet_that_may_not_come_fails_at_once, start, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
