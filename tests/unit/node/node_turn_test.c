/* SPDX-License-Identifier: BSD-3-Clause */
/* What a turn takes care of, and when. The parts are replaced by what counts their calls. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>
#include <cmocka.h>
#include "node_addrs.h"
#include "node_int.h"

static struct node node;
static int feeds, ticks, traps, owners, reclaims, ready_fd;
static bool has_packets, has_streams;
static int streams;
static base_time deadline;

bool node_feed_turn(struct node *n)
{
    feeds++;
    return has_packets;
}

bool node_stream_turn(struct node *n)
{
    streams++;
    return has_streams;
}

bool node_addrs_heard(struct node *n, int fd)
{
    return false;
}

bool node_feed_ready(struct node *n, int fd)
{
    ready_fd = fd;
    return true;
}

void node_owner_look(struct node *n)
{
    owners++;
}

size_t sad_reclaim(struct sad *sad)
{
    reclaims++;
    return 0;
}

base_time dp_resolve_deadline(const struct dp *dp)
{
    return deadline;
}

void dp_resolve_tick(struct dp *dp, base_time now)
{
    assert_true(base_time_reached(deadline, now));
    ticks++;
}

base_time dp_trap_deadline(const struct dp *dp)
{
    return deadline;
}

void dp_trap_tick(struct dp *dp, base_time now)
{
    assert_true(base_time_reached(deadline, now));
    traps++;
}

static void each_turn_feeds_the_host_and_wipes_what_was_removed(void **state)
{
    deadline = (base_time){2000};
    node.punts_left = 3;
    assert_false(node_turn(&node, (base_time){1000}));
    assert_int_equal(node.now.ns, 1000);
    assert_int_equal(node.punts_left, 256);
    assert_true(node.now_tsc != 0);
    has_packets = true;
    assert_true(node_turn(&node, (base_time){2000}));
    has_packets = false;
    has_streams = true;
    assert_true(node_turn(&node, (base_time){1999}));
    assert_int_equal(streams, 3);
    assert_int_equal(feeds, 3);
    assert_int_equal(owners, 3);
    assert_int_equal(reclaims, 3);
    assert_int_equal(ticks, 1); /* when it was due */
    assert_int_equal(traps, 1);
}

static void what_the_host_sent_is_taken_by_its_descriptor(void **state)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    node.epoll_fd = epoll_create1(0);
    struct epoll_event ev = {.events = EPOLLIN, .data.fd = ends[0]};
    assert_int_equal(epoll_ctl(node.epoll_fd, EPOLL_CTL_ADD, ends[0], &ev), 0);
    assert_int_equal(node_fd(&node), node.epoll_fd);
    node_ready(&node);
    assert_int_equal(ready_fd, 0);
    assert_int_equal(write(ends[1], "x", 1), 1);
    node_ready(&node);
    assert_int_equal(ready_fd, ends[0]);
    close(ends[0]);
    close(ends[1]);
    close(node.epoll_fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_turn_feeds_the_host_and_wipes_what_was_removed),
        cmocka_unit_test(what_the_host_sent_is_taken_by_its_descriptor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
