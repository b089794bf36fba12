/* SPDX-License-Identifier: BSD-3-Clause */
/* Who is called when which descriptor wakes the loop, and how it ends. The clock is the test's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cmocka.h>
#include "ctl.h"
#include "ctl_api.h"
#include "ctl_former.h"
#include "ctl_ike.h"
#include "ctl_job.h"
#include "ctl_notify.h"
#include "ctl_harden.h"
#include "ctl_tell.h"
#include "host_log.h"
#include "node.h"

enum { SIGNALS, JOBS, NODE, API, PIPES };

static struct ctl ctl;
static int pipes[PIPES][2];
static uint64_t now_ms, step_ms;
static uint32_t sas;
static int jobs, readies, apis, turns, tells, events, timers, reloads, shutdowns, actions, ready, stopping,
    signs, looks, sleeps, links;
static bool has_more;
static int own_jobs, own_turns, most_sleep_ms, least_sleep_ms;
static uint64_t deadline_in_ms;
static int formers;
static int deep; /* turns in a command */
static int reload_rc;
static int goodbyes; /* events that it takes to tell all peers */
static uint64_t behind_until_ms;
static uint64_t answers_ms, answered_at_ms; /* between two answers; 0: none comes */

base_time ctl_now(void)
{
    now_ms += step_ms;
    return (base_time){now_ms * BASE_NS_PER_MS};
}

static void drain(int which)
{
    char bytes[8];
    (void)!read(pipes[which][0], bytes, sizeof bytes);
}

int ctl_jobs_fd(const struct ctl_jobs *j)
{
    return pipes[JOBS][0];
}

bool ctl_ike_jobs(struct ctl *c)
{
    jobs++;
    drain(JOBS);
    return true;
}

bool ctl_jobs_has_own(const struct ctl_jobs *j)
{
    return own_jobs > 0;
}

bool ctl_ike_own_jobs(struct ctl *c)
{
    own_turns++;
    own_jobs -= own_jobs > 0;
    return false;
}

base_time ike_deadline(const struct ike *ike)
{
    return (base_time){(now_ms + deadline_in_ms) * BASE_NS_PER_MS};
}

/* In the place of the C library's: how long the loop would sleep. */
int epoll_wait(int fd, struct epoll_event *list, int most, int timeout)
{
    most_sleep_ms = timeout > most_sleep_ms ? timeout : most_sleep_ms;
    least_sleep_ms = timeout < least_sleep_ms ? timeout : least_sleep_ms;
    return (int)syscall(SYS_epoll_pwait, fd, list, most, timeout, NULL, 0);
}

int node_fd(const struct node *node)
{
    return pipes[NODE][0];
}

void node_ready(struct node *node)
{
    readies++;
    drain(NODE);
}

int ctl_api_fd(const struct ctl_api *api)
{
    return pipes[API][0];
}

/* A command that takes long has turns of its own. */
void ctl_api_ready(struct ctl_api *api)
{
    apis++;
    drain(API);
    for (int i = 0; i < deep; i++)
        ctl.loop.turn(&ctl, true);
}

void ctl_former_turn(struct ctl *c)
{
    formers++;
}

bool node_may_sleep(struct node *node)
{
    return !has_more;
}

bool node_is_behind(const struct node *node)
{
    return now_ms < behind_until_ms;
}

void node_awake(struct node *node)
{
    sleeps++;
}

static void signal_sent(uint32_t number)
{
    const struct signalfd_siginfo si = {.ssi_signo = number};
    assert_int_equal(write(pipes[SIGNALS][1], &si, sizeof si), sizeof si);
}

/* The tenth turn is the last one of a test. */
bool node_turn(struct node *node, base_time now)
{
    if (++turns == 10)
        signal_sent(SIGTERM);
    return false;
}

bool ctl_ike_names(struct ctl *c)
{
    return false;
}

bool ctl_ike_events(struct ctl *c)
{
    events++;
    return false;
}

void ctl_ike_timer(struct ctl *c, base_time now)
{
    timers++;
}

void ctl_harden_turn(struct ctl *c)
{
}

void ctl_tell(struct ctl *c, base_time now)
{
    tells++;
}

void ctl_notify_open(struct ctl_notify *n)
{
}

void ctl_notify_close(struct ctl_notify *n)
{
}

void ctl_notify_reloading(struct ctl *c, base_time now)
{
}

void ctl_notify_reloaded(struct ctl *c, size_t errors)
{
}

void ctl_notify_ready(struct ctl *c, base_time now)
{
    assert_int_equal(turns, 0);
    assert_int_equal(actions, 1);
    ready++;
}

void ctl_notify_stopping(struct ctl *c)
{
    assert_int_equal(shutdowns, 0); /* before the peers are called */
    stopping++;
}

void ctl_notify_turn(struct ctl *c, base_time now)
{
    signs++;
}

void ctl_watch_turn(struct ctl *c, base_time now)
{
    looks++;
}

void ctl_places_turn(struct ctl *c, base_time now)
{
    links++;
}

void ctl_ike_actions(struct ctl *c)
{
    actions++;
}

int ctl_event(struct ctl *c, const struct ike_event *ev)
{
    assert_int_equal(ev->type, IKE_EV_SHUTDOWN);
    shutdowns++;
    return shutdowns < goodbyes;
}

int ctl_reload(struct ctl *c, struct conf_report *report, struct conf_diff *diff)
{
    reloads++;
    *diff = (struct conf_diff){0};
    return reload_rc;
}

void ike_stats(const struct ike *ike, struct ike_stats *out)
{
    if (answers_ms && sas && now_ms - answered_at_ms >= answers_ms) {
        sas--;
        answered_at_ms = now_ms;
    }
    *out = (struct ike_stats){.ike_sas = sas};
}

static int start(void **state)
{
    host_log_set_level(HOST_ERR);
    ctl = (struct ctl){0};
    ctl.loop.epoll_fd = epoll_create1(0);
    for (int i = 0; i < PIPES; i++) {
        assert_int_equal(pipe2(pipes[i], O_NONBLOCK), 0);
        struct epoll_event ev = {.events = EPOLLIN, .data.fd = pipes[i][0]};
        assert_int_equal(epoll_ctl(ctl.loop.epoll_fd, EPOLL_CTL_ADD, pipes[i][0], &ev), 0);
    }
    ctl.loop.signal_fd = pipes[SIGNALS][0];
    jobs = readies = apis = turns = tells = events = timers = reloads = shutdowns = actions = ready =
        stopping = signs = looks = sleeps = links = own_jobs = own_turns = most_sleep_ms = 0;
    deadline_in_ms = 1000000;
    least_sleep_ms = INT_MAX;
    has_more = false;
    formers = deep = 0;
    reload_rc = -EINVAL;
    goodbyes = 1;
    behind_until_ms = answers_ms = 0;
    sas = 0;
    step_ms = 1;
    return 0;
}

static int stop(void **state)
{
    for (int i = 0; i < PIPES; i++) {
        close(pipes[i][0]);
        close(pipes[i][1]);
    }
    close(ctl.loop.epoll_fd);
    return 0;
}

static void each_descriptor_wakes_its_owner(void **state)
{
    for (int i = JOBS; i < PIPES; i++)
        assert_int_equal(write(pipes[i][1], "x", 1), 1);
    ctl_run(&ctl);
    assert_int_equal(jobs, 1);
    assert_int_equal(readies, 1);
    assert_int_equal(apis, 1);
}

static void each_turn_serves_everybody(void **state)
{
    ctl_run(&ctl);
    assert_true(turns >= 10);
    assert_int_equal(events, turns);
    assert_int_equal(timers, turns);
    assert_int_equal(tells, turns);
    assert_int_equal(signs, turns);
    assert_int_equal(looks, turns);
    assert_int_equal(links, turns);
    assert_int_equal(formers, turns);
    assert_int_equal(ready, 1);
    assert_int_equal(actions, 1); /* what waited before the first turn */
}

static void the_loop_sleeps_when_nothing_waits(void **state)
{
    ctl_run(&ctl);
    assert_int_equal(sleeps, turns);
}

static void a_loop_that_had_work_sleeps_shortly(void **state)
{
    ctl_run(&ctl);
    assert_in_range(most_sleep_ms, 1, 5);
}

static void a_loop_that_had_nothing_to_do_sleeps_longer(void **state)
{
    step_ms = 3000;
    ctl_run(&ctl);
    assert_in_range(most_sleep_ms, 10, 50);
}

static void an_idle_loop_sleeps_to_the_deadline_of_the_engine(void **state)
{
    step_ms = 3000;
    deadline_in_ms = 7;
    ctl_run(&ctl);
    assert_in_range(most_sleep_ms, 7, 9);
}

static void deadlines_do_not_wake_a_loop_that_has_work(void **state)
{
    deadline_in_ms = 0;
    ctl_run(&ctl);
    assert_int_equal(least_sleep_ms, most_sleep_ms);
    assert_in_range(least_sleep_ms, 1, 5);
}

static void jobs_of_its_own_keep_the_loop_awake(void **state)
{
    own_jobs = 5;
    ctl_run(&ctl);
    assert_int_equal(own_turns, turns);
    assert_int_equal(sleeps, turns - 5);
}

static void a_turn_that_left_something_is_followed_by_the_next_one(void **state)
{
    has_more = true;
    ctl_run(&ctl);
    assert_true(turns >= 10);
    assert_int_equal(sleeps, 0);
}

static void all_that_waits(void)
{
    ctl_run(&ctl);
    turns = jobs = readies = apis = sleeps = timers = stopping = shutdowns = 0;
    ctl.loop.is_stopping = false;
    for (int i = JOBS; i < PIPES; i++)
        assert_int_equal(write(pipes[i][1], "x", 1), 1);
    signal_sent(SIGHUP);
}

static void whoever_works_in_slices_has_turns_in_which_commands_and_signals_wait(void **state)
{
    all_that_waits();
    ctl.loop.turn(&ctl, false);
    assert_int_equal(jobs, 1);
    assert_int_equal(readies, 1);
    assert_int_equal(sleeps, 0);
    assert_int_equal(turns, 1);
    assert_int_equal(timers, 1);
    assert_int_equal(apis + reloads, 0);
}

static void whoever_waits_for_a_thread_has_turns_with_commands_and_signals(void **state)
{
    all_that_waits();
    signal_sent(SIGTERM);
    ctl.loop.turn(&ctl, true);
    assert_int_equal(jobs, 1);
    assert_int_equal(readies, 1);
    assert_int_equal(apis, 1);
    assert_int_equal(reloads, 1);
    assert_int_equal(sleeps, 1);
    assert_int_equal(turns, 1);
    assert_int_equal(shutdowns, 1); /* all peers are told at once */
    assert_true(ctl.loop.is_stopping);
}

static void a_command_within_a_command_has_turns_without(void **state)
{
    all_that_waits();
    deep = 3;
    assert_int_equal(write(pipes[API][1], "xxxxxxxxxx", 10), 10); /* more is there to be read */
    ctl.loop.turn(&ctl, true);
    assert_int_equal(apis, 1);
    assert_int_equal(turns, 4);
    assert_int_equal(ctl.loop.depth, 0);
    ctl.loop.turn(&ctl, true);
    assert_int_equal(apis, 2);
}

static void a_hangup_while_the_file_is_read_reads_it_again_afterwards(void **state)
{
    reload_rc = -EALREADY;
    all_that_waits();
    ctl.loop.turn(&ctl, true);
    assert_int_equal(reloads, 1);
    reload_rc = turns = actions = 0;
    ctl_run(&ctl);
    assert_int_equal(reloads, 2);
    assert_false(ctl.loop.wants_reload);
}

static void the_first_signal_says_goodbye_and_the_next_ones_change_nothing(void **state)
{
    signal_sent(SIGTERM);
    signal_sent(SIGINT);
    ctl_run(&ctl);
    assert_int_equal(shutdowns, 1);
    assert_int_equal(stopping, 1);
    assert_true(ctl.loop.is_stopping);
    assert_int_equal(turns, 1); /* there was nobody to wait for */
}

static void peers_that_do_not_answer_are_waited_for_two_seconds(void **state)
{
    sas = 1;
    step_ms = 100;
    signal_sent(SIGTERM);
    const uint64_t begin = now_ms;
    ctl_run(&ctl);
    assert_true(now_ms - begin >= 2000 && now_ms - begin <= 2400);
}

static void many_peers_are_told_one_part_in_a_millisecond(void **state)
{
    goodbyes = 50;
    signal_sent(SIGTERM);
    const uint64_t begin = now_ms;
    ctl_run(&ctl);
    assert_int_equal(shutdowns, 50); /* though no SA was left before */
    assert_true(now_ms - begin >= 50);
    assert_false(ctl.loop.is_telling);
}

/* The worker that is to send waits for a core: what it has no room for would be lost. */
static void peers_are_told_when_what_was_sent_before_has_gone(void **state)
{
    step_ms = 100;
    sas = 1;
    goodbyes = 3;
    signal_sent(SIGTERM);
    const uint64_t begin = now_ms;
    behind_until_ms = begin + 3000;
    ctl_run(&ctl);
    assert_int_equal(shutdowns, 3);
    assert_true(now_ms - begin >= 5000 && now_ms - begin <= 5600);
}

static void the_last_answers_are_waited_for_but_not_for_ever(void **state)
{
    sas = 1;
    step_ms = 100;
    goodbyes = 30;
    signal_sent(SIGTERM);
    uint64_t begin = now_ms;
    ctl_run(&ctl);
    assert_true(now_ms - begin >= 4900 && now_ms - begin <= 5300); /* two seconds behind the last one */
    goodbyes = 1000000;
    shutdowns = 0;
    ctl.loop.is_stopping = false;
    ready = turns = actions = stopping = 0;
    signal_sent(SIGTERM);
    begin = now_ms;
    ctl_run(&ctl);
    assert_true(now_ms - begin >= 12000 && now_ms - begin <= 12400);
}

/* Peers behind a slow path, or on a machine that has much to do. */
static void a_stop_goes_on_as_long_as_answers_come(void **state)
{
    sas = 5;
    step_ms = 100;
    answers_ms = 1500;
    signal_sent(SIGTERM);
    uint64_t begin = answered_at_ms = now_ms;
    ctl_run(&ctl);
    assert_int_equal(sas, 0);
    assert_true(now_ms - begin >= 7500 && now_ms - begin <= 8500);
    sas = 100;
    ctl.loop.is_stopping = false;
    ready = turns = actions = stopping = shutdowns = 0;
    signal_sent(SIGTERM);
    begin = answered_at_ms = now_ms;
    ctl_run(&ctl);
    assert_true(now_ms - begin >= 12000 && now_ms - begin <= 12400);
}

static void a_hangup_reloads_and_the_loop_goes_on(void **state)
{
    signal_sent(SIGHUP);
    ctl_run(&ctl);
    assert_int_equal(reloads, 1);
    assert_true(turns >= 10);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_descriptor_wakes_its_owner),
        TEST(each_turn_serves_everybody),
        TEST(the_loop_sleeps_when_nothing_waits),
        TEST(a_loop_that_had_work_sleeps_shortly),
        TEST(a_loop_that_had_nothing_to_do_sleeps_longer),
        TEST(an_idle_loop_sleeps_to_the_deadline_of_the_engine),
        TEST(deadlines_do_not_wake_a_loop_that_has_work),
        TEST(jobs_of_its_own_keep_the_loop_awake),
        TEST(a_turn_that_left_something_is_followed_by_the_next_one),
        TEST(whoever_works_in_slices_has_turns_in_which_commands_and_signals_wait),
        TEST(whoever_waits_for_a_thread_has_turns_with_commands_and_signals),
        TEST(a_command_within_a_command_has_turns_without),
        TEST(a_hangup_while_the_file_is_read_reads_it_again_afterwards),
        TEST(the_first_signal_says_goodbye_and_the_next_ones_change_nothing),
        TEST(peers_that_do_not_answer_are_waited_for_two_seconds),
        TEST(many_peers_are_told_one_part_in_a_millisecond),
        TEST(peers_are_told_when_what_was_sent_before_has_gone),
        TEST(the_last_answers_are_waited_for_but_not_for_ever),
        TEST(a_stop_goes_on_as_long_as_answers_come),
        TEST(a_hangup_reloads_and_the_loop_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
