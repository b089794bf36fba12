/* SPDX-License-Identifier: BSD-3-Clause */
/* The thread that asks RADIUS servers: an answer over loopback, silence, and an end with work under way. */
#include "radius_server.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base_secret.h"
#include "ctl_radius.h"
#include "ike_job_radius.h"
#include "ike_radius_conf.h"
#include "ossl_ops.h"

static struct ctl_jobs *jobs;
static struct ctl_radius *radius;
static struct ike_conf *conf;
static int server; /* a socket of ours, on loopback */

static int start(void **state)
{
    (void)state;
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof a;
    server = socket(AF_INET, SOCK_DGRAM, 0);
    assert_int_equal(bind(server, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(getsockname(server, (struct sockaddr *)&a, &len), 0);
    conf = ike_conf_new();
    conf->radius = base_secret_new(sizeof *conf->radius);
    struct ike_radius_server *s = &conf->radius->servers[0];
    conf->radius->n_servers = 1;
    conf->radius->timeout_ms = 50;
    conf->radius->tries = 2;
    assert_int_equal(base_addr_parse("127.0.0.1", &s->address), 0);
    s->port = ntohs(a.sin_port);
    s->secret_len = strlen(RADIUS_SECRET);
    memcpy(s->secret, RADIUS_SECRET, s->secret_len);
    jobs = ctl_jobs_new(&ossl_ike_ops, 1, NULL);
    radius = ctl_radius_new(jobs);
    assert_non_null(radius);
    return 0;
}

static int end(void **state)
{
    (void)state;
    ctl_radius_free(radius);
    ctl_jobs_free(jobs);
    ike_conf_put(conf);
    return close(server);
}

static void submit(void)
{
    const struct eap_setup setup = {.ops = &ossl_eap_ops, .is_server = true};
    const struct ike_path path = {.natt = true};
    struct eap *e = eap_new(&setup);
    eap_begin(e);
    const uint8_t identity[] = {WIRE_EAP_RESPONSE, e->id, 0, 6, WIRE_EAP_IDENTITY, 'x'};
    ctl_radius_submit(radius, &ike_job_radius_new(conf, &path, e, base_span(identity, sizeof identity))->job);
}

static struct ike_job_radius *wait_for_job(void)
{
    struct pollfd p = {.fd = ctl_jobs_fd(jobs), .events = POLLIN};
    assert_int_equal(poll(&p, 1, 10000), 1);
    struct ike_job *job = ctl_jobs_pop(jobs);
    assert_non_null(job);
    return (struct ike_job_radius *)job;
}

static void an_answer_comes_back_as_a_job_that_is_done(void **state)
{
    (void)state;
    uint8_t request[WIRE_RADIUS_MAX], out[WIRE_RADIUS_MAX];
    static const uint8_t success[] = {WIRE_EAP_SUCCESS, 9, 0, 4};
    const struct radius_answer a = {WIRE_RADIUS_ACCEPT, base_span(success, 4)};
    struct sockaddr_in from;
    socklen_t len = sizeof from;
    submit();
    assert_true(recvfrom(server, request, sizeof request, 0, (struct sockaddr *)&from, &len) > 20);
    const size_t n = radius_answer(&a, request, out);
    out[5] ^= 1; /* a forged one first */
    assert_int_equal(sendto(server, out, n, 0, (struct sockaddr *)&from, len), n);
    out[5] ^= 1;
    assert_int_equal(sendto(server, out, n, 0, (struct sockaddr *)&from, len), n);
    struct ike_job_radius *j = wait_for_job();
    assert_int_equal(j->job.status, 0);
    assert_int_equal(j->step, EAP_SUCCEEDS);
    ike_job_free(&ossl_ike_ops, &j->job);
}

static void silence_ends_after_the_last_try(void **state)
{
    (void)state;
    submit();
    struct ike_job_radius *j = wait_for_job();
    assert_int_equal(j->job.status, -ETIMEDOUT);
    ike_job_free(&ossl_ike_ops, &j->job);
}

static void what_is_under_way_is_freed_at_the_end(void **state)
{
    (void)state;
    conf->radius->timeout_ms = 10000;
    for (int i = 0; i < 3; i++)
        submit();
    /* The leak check sees the rest. */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_answer_comes_back_as_a_job_that_is_done, start, end),
        cmocka_unit_test_setup_teardown(silence_ends_after_the_last_try, start, end),
        cmocka_unit_test_setup_teardown(what_is_under_way_is_freed_at_the_end, start, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
