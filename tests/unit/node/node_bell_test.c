/* SPDX-License-Identifier: BSD-3-Clause */
/* The bell makes the node's descriptor readable until it was heard. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>
#include <cmocka.h>
#include "node_bell.h"
#include "node_int.h"

static struct node node;
static bool has_more, is_armed;

bool dp_bell_arm(struct dp *dp)
{
    is_armed = !has_more;
    return is_armed;
}

void dp_bell_disarm(struct dp *dp)
{
    is_armed = false;
}

static bool is_readable(void)
{
    struct pollfd p = {.fd = node.epoll_fd, .events = POLLIN};
    return poll(&p, 1, 0) == 1;
}

static void a_ring_is_heard_once(void **state)
{
    char why[100] = "";
    node.epoll_fd = epoll_create1(0);
    assert_int_equal(node_bell_start(&node, why, sizeof why), 0);
    assert_false(is_readable());
    node_bell_ring(&node);
    node_bell_ring(&node);
    assert_true(is_readable());
    assert_false(node_bell_heard(&node, node.bell_fd + 1));
    assert_true(is_readable());
    assert_true(node_bell_heard(&node, node.bell_fd));
    assert_false(is_readable());
    node_bell_stop(&node);
    node_bell_stop(&node);
    close(node.epoll_fd);
}

static void without_a_set_to_be_in_there_is_a_sentence(void **state)
{
    char why[100] = "";
    node.epoll_fd = -1;
    assert_int_equal(node_bell_start(&node, why, sizeof why), -1);
    assert_string_equal(why, "no descriptor for workers to wake control by: Bad file descriptor");
    node_bell_stop(&node);
}

static void sleep_is_for_the_data_path_to_allow(void **state)
{
    has_more = true;
    assert_false(node_may_sleep(&node));
    has_more = false;
    assert_true(node_may_sleep(&node));
    assert_true(is_armed);
    node_awake(&node);
    assert_false(is_armed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ring_is_heard_once),
        cmocka_unit_test(without_a_set_to_be_in_there_is_a_sentence),
        cmocka_unit_test(sleep_is_for_the_data_path_to_allow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
