/* SPDX-License-Identifier: BSD-3-Clause */
/* Sockets of TCP on the loopback interface. */
#include "host_tcp.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

static struct base_endpoint loopback(uint16_t port)
{
    return (struct base_endpoint){base_addr_ip4(0x7f000001), port};
}

/* A listener at a port that is free, which is found by asking for one. */
static int listen_somewhere(struct base_endpoint *at)
{
    struct host_ends probe = {.local = loopback(0), .remote = loopback(9)};
    const int fd = host_tcp_connect(&probe);
    assert_true(fd >= 0);
    close(fd);
    *at = probe.local;
    const int listener = host_tcp_listen(at);
    assert_true(listener >= 0);
    return listener;
}

static void both_ends_of_a_connection_know_each_other(void **state)
{
    struct base_endpoint at;
    const int listener = listen_somewhere(&at);
    struct host_ends near = {.local = loopback(0), .remote = at}, far;
    const int fd = host_tcp_connect(&near);
    struct pollfd p = {.fd = fd, .events = POLLOUT};
    assert_true(fd >= 0);
    assert_int_equal(poll(&p, 1, 1000), 1);
    assert_int_equal(host_tcp_result(fd), 0);
    const int other = host_tcp_accept(listener, &far);
    assert_true(other >= 0);
    assert_true(near.local.port != 0);
    assert_true(base_endpoint_equal(&near.local, &far.remote));
    assert_true(base_endpoint_equal(&near.remote, &far.local));
    assert_int_equal(host_tcp_accept(listener, &far), -EAGAIN);
    close(other);
    close(fd);
    close(listener);
}

static void nobody_at_the_port_is_told(void **state)
{
    struct base_endpoint at;
    close(listen_somewhere(&at));
    struct host_ends near = {.local = loopback(0), .remote = at};
    const int fd = host_tcp_connect(&near);
    if (fd >= 0) {
        struct pollfd p = {.fd = fd, .events = POLLOUT};
        assert_int_equal(poll(&p, 1, 1000), 1);
        assert_int_equal(host_tcp_result(fd), -ECONNREFUSED);
        close(fd);
    } else {
        assert_int_equal(fd, -ECONNREFUSED);
    }
}

static void an_address_may_be_listened_at_before_the_host_has_it(void **state)
{
    const struct base_endpoint at = {base_addr_ip4(0xc6336401), 4500};
    const int fd = host_tcp_listen(&at);
    assert_true(fd >= 0);
    close(fd);
    struct host_ends from = {.local = at, .remote = loopback(9)};
    assert_int_equal(host_tcp_connect(&from), -EADDRNOTAVAIL);
}

static void a_port_is_listened_at_once(void **state)
{
    struct base_endpoint at;
    const int listener = listen_somewhere(&at);
    assert_int_equal(host_tcp_listen(&at), -EADDRINUSE);
    close(listener);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ends_of_a_connection_know_each_other),
        cmocka_unit_test(nobody_at_the_port_is_told),
        cmocka_unit_test(an_address_may_be_listened_at_before_the_host_has_it),
        cmocka_unit_test(a_port_is_listened_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
