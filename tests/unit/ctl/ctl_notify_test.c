/* SPDX-License-Identifier: BSD-3-Clause */
/* What a service manager hears over the daemon's life, on a socket of the test's own; node and engine are
 * numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "ctl.h"
#include "ctl_notify.h"
#include "host_log.h"

#define WATCHDOG_MS 10000

static struct ctl ctl;
static struct conf conf;
static struct ike_conf ike_conf;
static struct ike_stats stats;
static int manager;
static char heard[512];

void ike_stats(const struct ike *ike, struct ike_stats *out)
{
    *out = stats;
}

bool ike_show_child(const struct ike *ike, uint64_t id, size_t n, struct ike_child_view *out)
{
    return false;
}

bool ike_show_conn(const struct ike *ike, const char *name, struct ike_conn_view *out)
{
    return false;
}

bool ike_show_next(const struct ike *ike, uint64_t after_id, struct ike_sa_view *out)
{
    return false;
}

static base_time at(uint64_t ms)
{
    return (base_time){(1000000 + ms) * BASE_NS_PER_MS};
}

static int setup(void **state)
{
    char name[64];
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    const int len = snprintf(name, sizeof name, "@culvert-ctl-notify-%d", (int)getpid());
    memcpy(addr.sun_path + 1, name + 1, (size_t)len - 1);
    manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    if (bind(manager, (const struct sockaddr *)&addr,
             (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (size_t)len)) < 0)
        return -1;
    setenv("NOTIFY_SOCKET", name, 1);
    setenv("WATCHDOG_USEC", "10000000", 1);
    host_log_set_level(HOST_ERR);
    conf.ike = &ike_conf;
    ike_conf.n_conns = 4;
    stats = (struct ike_stats){.ike_sas = 3, .half_open = 1, .children = 5};
    ctl = (struct ctl){.conf = &conf};
    ctl_notify_open(&ctl.notify);
    return 0;
}

static int teardown(void **state)
{
    ctl_notify_close(&ctl.notify);
    close(manager);
    return 0;
}

static const char *next(void)
{
    const ssize_t len = recv(manager, heard, sizeof heard - 1, 0);
    heard[len > 0 ? len : 0] = '\0';
    return heard;
}

static void ready_comes_with_a_status(void **state)
{
    ctl_notify_ready(&ctl, at(0));
    assert_string_equal(next(), "READY=1\nSTATUS=4 connections, 3 IKE SAs (1 half open), 5 child SAs");
    assert_string_equal(next(), "");
}

/* Turns of the loop from one time to another; how often the sign of life was heard. */
static int signs(uint64_t from_ms, uint64_t to_ms, bool worker_moves)
{
    int n = 0;
    for (uint64_t ms = from_ms; ms < to_ms; ms += 4) {
        ctl.watch.n_stuck = !worker_moves;
        ctl_notify_turn(&ctl, at(ms));
        while (strcmp(next(), "") != 0)
            n += strcmp(heard, "WATCHDOG=1") == 0;
    }
    return n;
}

static void the_sign_of_life_comes_at_half_of_its_time(void **state)
{
    ctl_notify_ready(&ctl, at(0));
    next();
    assert_int_equal(signs(0, WATCHDOG_MS / 2 - 4, true), 0);
    assert_int_equal(signs(WATCHDOG_MS / 2 - 4, WATCHDOG_MS * 10 + 4, true), 20);
}

static void a_worker_that_hangs_silences_it_until_it_moves(void **state)
{
    ctl_notify_ready(&ctl, at(0));
    next();
    assert_int_equal(signs(0, WATCHDOG_MS, true), 1);
    assert_int_equal(signs(WATCHDOG_MS, WATCHDOG_MS * 3, false), 0);
    assert_int_equal(signs(WATCHDOG_MS * 3, WATCHDOG_MS * 4, true), 2);
}

static void without_a_watchdog_there_is_no_sign_of_life(void **state)
{
    ctl.notify.to.watchdog_ns = 0;
    ctl_notify_ready(&ctl, at(0));
    next();
    assert_int_equal(signs(0, WATCHDOG_MS, true), 0);
}

static void the_status_is_told_when_it_changed_once_a_second(void **state)
{
    int n = 0;
    ctl.notify.to.watchdog_ns = 0;
    ctl_notify_ready(&ctl, at(0));
    next();
    for (uint64_t ms = 4; ms < 3000; ms += 4) {
        stats.children = 5 + ms / 1500;
        ctl_notify_turn(&ctl, at(ms));
        if (strcmp(next(), "") != 0) {
            assert_string_equal(heard, "STATUS=4 connections, 3 IKE SAs (1 half open), 6 child SAs");
            assert_int_equal(ms, 2000);
            n++;
        }
    }
    assert_int_equal(n, 1);
}

static void a_reload_says_when_it_begins_and_whether_it_was_taken(void **state)
{
    ctl_notify_reloading(&ctl, at(0));
    assert_string_equal(next(), "RELOADING=1\nMONOTONIC_USEC=1000000000");
    ctl_notify_reloaded(&ctl, 2);
    assert_non_null(strstr(next(), "READY=1\nSTATUS="));
    assert_non_null(strstr(heard, "; the last reload was refused: 2 errors"));
    ctl_notify_reloaded(&ctl, 1);
    assert_non_null(strstr(next(), "; the last reload was refused: 1 error"));
    ctl_notify_reloaded(&ctl, 0);
    assert_null(strstr(next(), "refused"));
    assert_non_null(strstr(heard, "READY=1"));
}

static void goodbye_is_announced_and_the_status_stays_that(void **state)
{
    ctl_notify_stopping(&ctl);
    assert_non_null(strstr(next(), "STOPPING=1\nSTATUS="));
    ctl.loop.is_stopping = true;
    ctl.notify.to.watchdog_ns = 0;
    ctl_notify_turn(&ctl, at(5000));
    assert_string_equal(next(), "");
}

static void without_a_manager_nothing_is_asked(void **state)
{
    ctl_notify_close(&ctl.notify);
    ctl.notify.status_at = (base_time){0};
    ctl_notify_ready(&ctl, at(0));
    ctl_notify_turn(&ctl, at(5000));
    ctl_notify_reloaded(&ctl, 1);
    assert_string_equal(next(), "");
    assert_string_equal(ctl.notify.status, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(ready_comes_with_a_status),
        TEST(the_sign_of_life_comes_at_half_of_its_time),
        TEST(a_worker_that_hangs_silences_it_until_it_moves),
        TEST(without_a_watchdog_there_is_no_sign_of_life),
        TEST(the_status_is_told_when_it_changed_once_a_second),
        TEST(a_reload_says_when_it_begins_and_whether_it_was_taken),
        TEST(goodbye_is_announced_and_the_status_stays_that),
        TEST(without_a_manager_nothing_is_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
