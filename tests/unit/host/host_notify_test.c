/* SPDX-License-Identifier: BSD-3-Clause */
/* What a service manager hears on a socket of the test's own, with a file and without one. */
#include "host_notify.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static struct host_notify n;
static int manager = -1;
static char name[64], heard[1200];

/* Listens as a manager would; first is what the name begins with. */
static void manager_listen(const char *first)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    snprintf(name, sizeof name, "%sculvert-notify-%d", first, (int)getpid());
    memcpy(addr.sun_path, name, strlen(name));
    if (name[0] == '@')
        addr.sun_path[0] = '\0';
    manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    const socklen_t len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name));
    assert_int_equal(bind(manager, (const struct sockaddr *)&addr, len), 0);
    setenv("NOTIFY_SOCKET", name, 1);
}

static const char *next(void)
{
    const ssize_t len = recv(manager, heard, sizeof heard - 1, 0);
    heard[len > 0 ? len : 0] = '\0';
    return heard;
}

static int teardown(void **state)
{
    host_notify_close(&n);
    if (manager >= 0)
        close(manager);
    if (name[0] == '/')
        unlink(name);
    manager = -1;
    name[0] = '\0';
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
    return 0;
}

static void a_manager_hears_each_message_as_one_datagram(void **state)
{
    static const char *const firsts[] = {"/tmp/", "@"};
    for (size_t i = 0; i < 2; i++) {
        manager_listen(firsts[i]);
        host_notify_open(&n);
        assert_true(host_notify(&n, "READY=1\nSTATUS=%d tunnels", 3));
        assert_true(host_notify(&n, "STOPPING=1"));
        assert_string_equal(next(), "READY=1\nSTATUS=3 tunnels");
        assert_string_equal(next(), "STOPPING=1");
        teardown(NULL);
    }
}

static void children_do_not_inherit_the_manager(void **state)
{
    manager_listen("@");
    setenv("WATCHDOG_USEC", "5000000", 1);
    host_notify_open(&n);
    assert_null(getenv("NOTIFY_SOCKET"));
    assert_null(getenv("WATCHDOG_USEC"));
}

static void without_a_manager_nothing_is_sent(void **state)
{
    static const char *const bad[] = {"", "/", "relative", "vsock:2:3"};
    host_notify_open(&n);
    assert_int_equal(n.addr_len, 0);
    assert_false(host_notify(&n, "READY=1"));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        setenv("NOTIFY_SOCKET", bad[i], 1);
        host_notify_open(&n);
        assert_int_equal(n.addr_len, 0);
    }
}

static void a_manager_that_went_away_does_no_harm(void **state)
{
    manager_listen("@");
    host_notify_open(&n);
    close(manager);
    manager = -1;
    assert_false(host_notify(&n, "WATCHDOG=1"));
}

static void a_manager_that_does_not_read_is_not_waited_for(void **state)
{
    manager_listen("@");
    host_notify_open(&n);
    int sent = 0;
    while (sent < 100000 && host_notify(&n, "WATCHDOG=1"))
        sent++;
    assert_in_range(sent, 1, 99999);
}

static void the_watchdog_is_ours_only_when_it_says_so(void **state)
{
    static const struct {
        const char *usec, *pid;
        uint64_t ns;
    } rows[] = {{"5000000", NULL, 5000000000u},
                {"5000000", "own", 5000000000u},
                {"5000000", "1", 0},
                {NULL, NULL, 0},
                {"", NULL, 0},
                {"-5", NULL, 0},
                {"5s", NULL, 0},
                {"18446744073709551615", NULL, 0}};
    char pid[16];
    snprintf(pid, sizeof pid, "%d", (int)getpid());
    manager_listen("@");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        setenv("NOTIFY_SOCKET", name, 1);
        if (rows[i].usec)
            setenv("WATCHDOG_USEC", rows[i].usec, 1);
        if (rows[i].pid)
            setenv("WATCHDOG_PID", strcmp(rows[i].pid, "own") == 0 ? pid : rows[i].pid, 1);
        host_notify_open(&n);
        assert_int_equal(n.watchdog_ns, rows[i].ns);
        host_notify_close(&n);
    }
    setenv("WATCHDOG_USEC", "5000000", 1); /* and nobody to tell */
    host_notify_open(&n);
    assert_int_equal(n.watchdog_ns, 0);
}

static void what_does_not_fit_is_not_sent_in_part(void **state)
{
    char text[2000];
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    manager_listen("@");
    host_notify_open(&n);
    assert_false(host_notify(&n, "STATUS=%s", text));
    assert_string_equal(next(), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_manager_hears_each_message_as_one_datagram, teardown),
        cmocka_unit_test_teardown(children_do_not_inherit_the_manager, teardown),
        cmocka_unit_test_teardown(without_a_manager_nothing_is_sent, teardown),
        cmocka_unit_test_teardown(a_manager_that_went_away_does_no_harm, teardown),
        cmocka_unit_test_teardown(a_manager_that_does_not_read_is_not_waited_for, teardown),
        cmocka_unit_test_teardown(the_watchdog_is_ours_only_when_it_says_so, teardown),
        cmocka_unit_test_teardown(what_does_not_fit_is_not_sent_in_part, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
