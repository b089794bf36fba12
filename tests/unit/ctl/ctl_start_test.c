/* SPDX-License-Identifier: BSD-3-Clause */
/* The order of a start, and that whatever fails, all before it is undone. All parts are replaced by their
 * names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>
#include <cmocka.h>
#include "base_text.h"
#include "ctl.h"
#include "ctl_api.h"
#include "ctl_harden.h"
#include "ctl_ike.h"
#include "ctl_job.h"
#include "ctl_radius.h"
#include "ctl_node.h"
#include "ctl_notify.h"
#include "host_log.h"
#include "node_view.h"

static struct ctl ctl;
static struct ike_conf ike_conf = {.n_conns = 3};
static char called[512], why[256];
static struct base_text text;
static const char *failing; /* the step that fails */
static int descriptors[2];
static char object;

static bool step(const char *name)
{
    base_text_add(&text, "%s ", name);
    return !failing || strcmp(failing, name) != 0;
}

/* As those that write a sentence. */
static bool step_or_why(const char *name, char *w, size_t size)
{
    const bool is_good = step(name);
    if (!is_good)
        snprintf(w, size, "no %s", name);
    return is_good;
}

void ctl_node_params(const struct conf *conf, struct node_params *out)
{
    memset(out, 0, sizeof *out);
}

void ctl_harden_begin(struct ctl *c)
{
    step("begin");
}

int ctl_harden(struct ctl *c, char *w, size_t size)
{
    return step_or_why("harden", w, size) ? 0 : -1;
}

void ctl_places_start(struct ctl *c)
{
    step("places");
}

int ctl_node_apply(struct ctl *c, const struct conf *conf)
{
    return step("apply") ? 0 : -ENOMEM;
}

struct node *node_start(const struct node_params *params, char *w, size_t size)
{
    return step_or_why("node_start", w, size) ? (struct node *)&object : NULL;
}

int node_run(struct node *node, char *w, size_t size)
{
    return step_or_why("node_run", w, size) ? 0 : -1;
}

void node_stop(struct node *node)
{
    if (node)
        step("node_stop");
}

bool node_is_behind(const struct node *node)
{
    (void)node;
    return false;
}

int node_fd(const struct node *node)
{
    return descriptors[0];
}

void node_view(const struct node *node, struct node_view *out)
{
    *out = (struct node_view){.n_workers = 2, .n_cpus = 4};
    CPU_SET(1, &out->spare_cpus);
}

uint32_t ctl_jobs_threads(uint32_t configured, uint32_t cores, uint32_t spare_cores)
{
    assert_int_equal(cores, 4);
    assert_int_equal(spare_cores, 1);
    return 5;
}

struct ctl_radius *ctl_radius_new(struct ctl_jobs *jobs)
{
    return (struct ctl_radius *)jobs;
}

void ctl_radius_free(struct ctl_radius *r)
{
}

void ctl_radius_submit(struct ctl_radius *r, struct ike_job *job)
{
}

struct ctl_jobs *ctl_jobs_new(const struct crypt_ike_ops *ops, uint32_t threads, const cpu_set_t *cores)
{
    assert_int_equal(threads, 5);
    return step("jobs") ? (struct ctl_jobs *)&object : NULL;
}

void ctl_jobs_share(struct ctl_jobs *jobs)
{
    assert_ptr_equal(jobs, &object);
    step("share");
}

void ctl_jobs_free(struct ctl_jobs *jobs)
{
    if (jobs)
        step("jobs_free");
}

int ctl_jobs_fd(const struct ctl_jobs *jobs)
{
    return descriptors[1];
}

struct ctl_api *ctl_api_open(struct ctl *c, const char *path, char *w, size_t size)
{
    return step_or_why("api", w, size) ? (struct ctl_api *)&object : NULL;
}

int ctl_api_fd(const struct ctl_api *api)
{
    return ctl.loop.signal_fd;
}

void ctl_api_close(struct ctl_api *api)
{
    if (api)
        step("api_close");
}

int ctl_ike_start(struct ctl *c)
{
    if (!step("ike"))
        return -ENOMEM;
    c->ike = (struct ike *)&object;
    return 0;
}

int ctl_manual_start(struct ctl *c, char *w, size_t size)
{
    assert_ptr_equal(c->ike, &object);
    return step_or_why("manual", w, size) ? 0 : -1;
}

void ctl_manual_close(struct ctl *c)
{
}

void ike_free(struct ike *ike)
{
    step("ike_free");
}

static int notify_opened, notify_closed;

void ctl_notify_open(struct ctl_notify *n)
{
    notify_opened++;
}

void ctl_notify_close(struct ctl_notify *n)
{
    notify_closed++;
}

void conf_free(struct conf *conf)
{
    step("conf_free");
    free(conf);
}

static bool shares; /* key pairs, as configured */

static int try_start(const char *fails)
{
    struct conf *conf = calloc(1, sizeof *conf);
    assert_non_null(conf);
    conf->ike = &ike_conf;
    conf->n_ports = 1;
    conf->n_routes = 1;
    conf->workers.shared_key_pairs = shares;
    failing = fails;
    text = base_text(called, sizeof called);
    return ctl_start(&ctl, "file", conf, why, sizeof why);
}

static int setup(void **state)
{
    host_log_set_level(HOST_ERR);
    return pipe(descriptors);
}

static int teardown(void **state)
{
    close(descriptors[0]);
    close(descriptors[1]);
    return 0;
}

static void packets_flow_only_when_all_else_is_there(void **state)
{
    assert_int_equal(try_start(NULL), 0);
    assert_string_equal(called, "begin node_start places apply harden jobs api ike manual node_run ");
    assert_int_equal(ctl.job_threads, 5);
    assert_int_equal(ctl.in_force.n_ports, 1);
    assert_int_equal(ctl.in_force.n_routes, 0); /* these change without a restart */
    const int fds[] = {ctl.loop.epoll_fd, ctl.loop.signal_fd};
    text = base_text(called, sizeof called);
    ctl_stop(&ctl);
    assert_string_equal(called, "api_close ike_free jobs_free node_stop conf_free ");
    assert_int_equal(fcntl(fds[0], F_GETFD), -1);
    assert_int_equal(fcntl(fds[1], F_GETFD), -1);
}

static void key_pairs_are_shared_where_the_configuration_says_so(void **state)
{
    shares = true;
    assert_int_equal(try_start(NULL), 0);
    shares = false;
    assert_string_equal(called, "begin node_start places apply harden jobs share api ike manual node_run ");
    ctl_stop(&ctl);
}

static void signals_are_for_the_loop_alone(void **state)
{
    sigset_t blocked;
    assert_int_equal(try_start(NULL), 0);
    sigprocmask(SIG_BLOCK, NULL, &blocked);
    assert_true(sigismember(&blocked, SIGTERM) && sigismember(&blocked, SIGINT) &&
                sigismember(&blocked, SIGHUP));
    ctl_stop(&ctl);
}

static void whatever_fails_all_before_it_is_undone(void **state)
{
    static const struct {
        const char *step, *called, *why;
    } rows[] = {
        {"node_start", "begin node_start conf_free ", "no node_start"},
        {"apply", "begin node_start places apply node_stop conf_free ", "no memory for routes and policies"},
        {"harden", "begin node_start places apply harden node_stop conf_free ", "no harden"},
        {"jobs", "begin node_start places apply harden jobs node_stop conf_free ",
         "the control loop does not start"},
        {"api", "begin node_start places apply harden jobs api jobs_free node_stop conf_free ", "no api"},
        {"ike", "begin node_start places apply harden jobs api ike api_close jobs_free node_stop conf_free ",
         "no memory for the IKE"},
        {"manual",
         "begin node_start places apply harden jobs api ike manual api_close ike_free jobs_free node_stop "
         "conf_free ",
         "no manual"},
        {"node_run",
         "begin node_start places apply harden jobs api ike manual node_run api_close ike_free jobs_free "
         "node_stop "
         "conf_free ",
         "no node_run"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(try_start(rows[i].step), -1);
        assert_string_equal(called, rows[i].called);
        assert_non_null(strstr(why, rows[i].why));
        assert_int_equal(notify_closed, notify_opened);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(packets_flow_only_when_all_else_is_there),
        TEST(key_pairs_are_shared_where_the_configuration_says_so),
        TEST(signals_are_for_the_loop_alone),
        TEST(whatever_fails_all_before_it_is_undone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
