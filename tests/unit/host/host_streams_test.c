/* SPDX-License-Identifier: BSD-3-Clause */
/* Streams between two tables on the loopback interface, and what strangers send to one. */
#include "host_streams.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>
#include "wire_stream.h"

#define WAIT_MS 1000

static struct host_streams *near, *far;
static struct base_endpoint at; /* where far listens */
static base_time now = {5000 * BASE_NS_PER_S};

static int setup_with(uint32_t max, uint32_t max_per_address)
{
    const struct host_streams_params params = {max, max_per_address};
    struct host_ends probe = {.local = {.addr = base_addr_ip4(0x7f000001)},
                              .remote = {base_addr_ip4(0x7f000001), 9}};
    close(host_tcp_connect(&probe));
    at = probe.local;
    near = host_streams_new(&params);
    far = host_streams_new(&params);
    assert_true(near && far);
    assert_int_equal(host_streams_listen(far, &at), 0);
    host_streams_turn(near, now);
    host_streams_turn(far, now);
    return 0;
}

static int setup(void **state)
{
    return setup_with(8, 4);
}

static int teardown(void **state)
{
    host_streams_free(near);
    host_streams_free(far);
    return 0;
}

/* The next item, waited for. */
static struct host_stream_item next(struct host_streams *s)
{
    struct host_stream_item item = {0};
    for (int i = 0; i < 20; i++) {
        struct pollfd p = {.fd = host_streams_fd(s), .events = POLLIN};
        host_streams_turn(s, now);
        if (host_streams_next(s, &item))
            return item;
        poll(&p, 1, WAIT_MS / 20);
    }
    fail_msg("nothing came");
    return item;
}

/* What there is at this moment. */
static bool next_now(struct host_streams *s, struct host_stream_item *item)
{
    host_streams_turn(s, now);
    return host_streams_next(s, item);
}

static void pass(uint64_t seconds)
{
    now = base_time_add(now, seconds * BASE_NS_PER_S);
}

static struct host_ends open_near(void)
{
    struct host_ends ends = {.local = {.addr = at.addr}, .remote = at};
    assert_int_equal(host_streams_open(near, &ends), 0);
    assert_true(ends.local.port != 0);
    host_streams_hold(near, &ends);
    assert_int_equal(next(near).what, HOST_STREAM_UP);
    return ends;
}

static struct host_ends reversed(const struct host_ends *ends)
{
    return (struct host_ends){ends->remote, ends->local};
}

static void send_from(struct host_streams *s, const struct host_ends *ends, bool is_ike, const void *bytes,
                      size_t len)
{
    assert_int_equal(host_streams_send(s, ends, is_ike, base_span(bytes, len)), 0);
    host_streams_flush(s);
}

/* A stranger's socket. */
static int call_far(void)
{
    struct sockaddr_in a = {
        .sin_family = AF_INET, .sin_port = htons(at.port), .sin_addr.s_addr = htonl(0x7f000001)};
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
    return fd;
}

static void say(int fd, const void *bytes, size_t len)
{
    assert_int_equal(send(fd, bytes, len, MSG_NOSIGNAL), (ssize_t)len);
}

static void messages_go_both_ways_with_their_bounds(void **state)
{
    const struct host_ends ends = open_near(), back = reversed(&ends);
    send_from(near, &ends, true, "first", 5);
    send_from(near, &ends, false, "\1\2\3\4esp", 7);
    struct host_stream_item item = next(far);
    assert_int_equal(item.what, HOST_STREAM_IKE);
    assert_true(base_span_equal(item.bytes, base_span("first", 5)));
    assert_true(base_endpoint_equal(&item.ends.remote, &ends.local));
    host_streams_hold(far, &item.ends);
    item = next(far);
    assert_int_equal(item.what, HOST_STREAM_ESP);
    assert_true(base_span_equal(item.bytes, base_span("\1\2\3\4esp", 7)));
    send_from(far, &back, true, "answer", 6);
    item = next(near);
    assert_int_equal(item.what, HOST_STREAM_IKE);
    assert_true(base_span_equal(item.bytes, base_span("answer", 6)));
}

static void what_is_sent_before_it_is_up_goes_behind_the_prefix(void **state)
{
    struct host_ends ends = {.local = {.addr = at.addr}, .remote = at};
    assert_int_equal(host_streams_open(near, &ends), 0);
    send_from(near, &ends, true, "early", 5);
    assert_int_equal(next(near).what, HOST_STREAM_UP);
    assert_true(base_span_equal(next(far).bytes, base_span("early", 5)));
}

/* Each byte comes alone; far reads between any two. */
static void a_stream_in_single_bytes_is_the_same_stream(void **state)
{
    static const char bytes[] = "IKETCP\0\2\0\3\xff\0\x9\0\0\0\0abc\0\7\5\5\5\5x";
    const int fd = call_far();
    struct host_stream_item item = {0};
    unsigned n = 0;
    for (size_t i = 0; i < sizeof bytes - 1; i++) {
        struct pollfd p = {.fd = host_streams_fd(far), .events = POLLIN};
        say(fd, bytes + i, 1);
        poll(&p, 1, WAIT_MS);
        while (next_now(far, &item)) {
            n++;
            assert_int_equal(item.what, n == 1 ? HOST_STREAM_IKE : HOST_STREAM_ESP);
            assert_true(
                base_span_equal(item.bytes, n == 1 ? base_span("abc", 3) : base_span("\5\5\5\5x", 5)));
        }
        if (i == 0) /* the connection, and then its first byte */
            poll(&p, 1, WAIT_MS), (void)next_now(far, &item);
    }
    assert_int_equal(n, 2);
    close(fd);
    assert_string_equal(next(far).why, "the peer closed it");
}

static void whoever_speaks_otherwise_is_closed_and_told_why(void **state)
{
    static char junk[6 + 3 * (HOST_STREAM_JUNK_MAX + 1)];
    memcpy(junk, "IKETCP", 6);
    for (size_t i = 6; i < sizeof junk; i += 3)
        memcpy(junk + i, "\0\3x", 3);
    const struct {
        const char *bytes;
        size_t len;
        const char *word;
    } all[] = {{"GET / HTTP/1.1\r\n", 16, "does not begin"},
               {"IKETCP\0\1", 8, "0 or 1"},
               {"IKETCP\xff\xff", 8, "longer"},
               {junk, sizeof junk, "neither"}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        const int fd = call_far();
        say(fd, all[i].bytes, all[i].len);
        const struct host_stream_item item = next(far);
        assert_int_equal(item.what, HOST_STREAM_ENDED);
        assert_true(item.is_refused && !item.is_held && !item.is_ours);
        assert_non_null(strstr(item.why, all[i].word));
        close(fd);
    }
    assert_int_equal(host_streams_count(far).bad, 4);
    assert_int_equal(host_streams_count(far).now, 0);
}

static void a_stranger_has_little_time(void **state)
{
    const int mute = call_far(), idle = call_far();
    struct host_stream_item item;
    struct pollfd p = {.fd = host_streams_fd(far), .events = POLLIN};
    say(idle, "IKETCP", 6);
    while (host_streams_count(far).accepted < 2) {
        poll(&p, 1, WAIT_MS);
        assert_false(next_now(far, &item));
    }
    poll(&p, 1, WAIT_MS);
    assert_false(next_now(far, &item)); /* the prefix */
    pass(HOST_STREAM_PREFIX_S);
    item = next(far);
    assert_string_equal(item.why, "no prefix came in time");
    assert_false(next_now(far, &item));
    pass(HOST_STREAM_FIRST_S);
    assert_string_equal(next(far).why, "no IKE SA came of it in time");
    close(mute);
    close(idle);
}

static void what_is_held_stays_and_what_is_left_goes(void **state)
{
    const struct host_ends ends = open_near(), back = reversed(&ends);
    struct host_stream_item item;
    send_from(near, &ends, true, "x", 1);
    assert_int_equal(next(far).what, HOST_STREAM_IKE);
    host_streams_hold(far, &back);
    host_streams_hold(far, &back);
    pass(3600);
    assert_false(next_now(far, &item));
    host_streams_leave(far, &back);
    pass(3600);
    assert_false(next_now(far, &item));
    host_streams_leave(far, &back);
    pass(HOST_STREAM_LEFT_S - 1);
    assert_false(next_now(far, &item));
    host_streams_leave(near, &ends);
    send_from(near, &ends, true, "goodbye", 7); /* still goes */
    assert_int_equal(next(far).what, HOST_STREAM_IKE);
    pass(HOST_STREAM_OWN_LEFT_S);
    item = next(near);
    assert_true(item.what == HOST_STREAM_ENDED && item.is_ours && !item.is_held);
    item = next(far);
    assert_true(item.what == HOST_STREAM_ENDED && !item.is_held);
    assert_int_equal(host_streams_send(near, &ends, true, base_span("x", 1)), -ENOTCONN);
}

static void an_end_under_a_user_is_told_with_its_cause(void **state)
{
    struct base_endpoint closed = at;
    const struct host_ends ends = open_near(), back = reversed(&ends);
    send_from(near, &ends, true, "x", 1);
    assert_int_equal(next(far).what, HOST_STREAM_IKE);
    host_streams_hold(far, &back);
    host_streams_free(far);
    far = NULL;
    struct host_stream_item item = next(near);
    assert_true(item.what == HOST_STREAM_ENDED && item.is_held && item.was_up && !item.is_refused);
    struct host_ends again = {.local = {.addr = closed.addr}, .remote = closed};
    assert_int_equal(host_streams_open(near, &again), 0);
    item = next(near);
    assert_true(item.what == HOST_STREAM_ENDED && item.is_ours && !item.was_up);
    assert_int_equal(item.error, -ECONNREFUSED);
    assert_int_equal(host_streams_count(near).broken_off, 1);
}

static void more_than_the_limits_are_not_taken(void **state)
{
    int fds[5];
    struct host_stream_item item;
    char byte;
    for (size_t i = 0; i < 5; i++)
        fds[i] = call_far();
    while (host_streams_count(far).accepted + host_streams_count(far).over_limit < 5) {
        struct pollfd p = {.fd = host_streams_fd(far), .events = POLLIN};
        poll(&p, 1, WAIT_MS);
        assert_false(next_now(far, &item));
    }
    assert_int_equal(host_streams_count(far).accepted, 4);
    assert_int_equal(recv(fds[4], &byte, 1, 0), 0); /* closed at once */
    for (size_t i = 0; i < 5; i++)
        close(fds[i]);
    for (size_t i = 0; i < 8; i++) {
        struct host_ends ends = {.local = {.addr = at.addr}, .remote = at};
        assert_int_equal(host_streams_open(near, &ends), 0);
    }
    struct host_ends one_more = {.local = {.addr = at.addr}, .remote = at};
    assert_int_equal(host_streams_open(near, &one_more), -EMFILE);
}

static void a_stranger_makes_room_and_whoever_is_held_stays(void **state)
{
    struct host_stream_item item;
    char byte;
    teardown(state);
    setup_with(2, 8);
    const struct host_ends ends = open_near(), back = reversed(&ends);
    int fds[2];
    send_from(near, &ends, true, "x", 1);
    assert_int_equal(next(far).what, HOST_STREAM_IKE);
    host_streams_hold(far, &back);
    for (uint64_t i = 0; i < 2; i++) {
        fds[i] = call_far();
        while (host_streams_count(far).accepted < 2 + i)
            assert_false(next_now(far, &item));
    }
    assert_int_equal(recv(fds[0], &byte, 1, 0), 0); /* gone for the second */
    assert_int_equal(host_streams_count(far).now, 2);
    send_from(far, &back, true, "y", 1);
    assert_int_equal(next(near).what, HOST_STREAM_IKE);
    close(fds[0]);
    close(fds[1]);
}

/* Nobody reads: the kernel takes some, the stream some more, and IKE still finds room behind ESP. */
static void a_peer_that_does_not_read_costs_no_more_than_its_share(void **state)
{
    static uint8_t esp[1400] = {1};
    const struct host_ends ends = open_near();
    size_t sent = 0;
    int rc;
    while ((rc = host_streams_send(near, &ends, false, base_span(esp, sizeof esp))) == 0 && sent < 1u << 30) {
        sent += sizeof esp;
        host_streams_flush(near);
    }
    assert_int_equal(rc, -ENOBUFS);
    assert_int_equal(host_streams_send(near, &ends, true, base_span(esp, sizeof esp)), 0);
    for (rc = 0; rc == 0;)
        rc = host_streams_send(near, &ends, true, base_span(esp, sizeof esp));
    assert_int_equal(rc, -ENOBUFS);
    /* All of it arrives, in order and whole, when somebody does. */
    size_t came = 0, n_ike = 0;
    struct host_stream_item item;
    while (came < sent || n_ike == 0) {
        struct pollfd p = {.fd = host_streams_fd(far), .events = POLLIN};
        poll(&p, 1, 10);
        while (next_now(far, &item)) {
            came += item.what == HOST_STREAM_ESP ? item.bytes.len : 0;
            n_ike += item.what == HOST_STREAM_IKE;
        }
        host_streams_flush(near);
        while (next_now(near, &item))
            fail_msg("near: %s", item.why);
    }
    assert_int_equal(came, sent);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(messages_go_both_ways_with_their_bounds),
        TEST(what_is_sent_before_it_is_up_goes_behind_the_prefix),
        TEST(a_stream_in_single_bytes_is_the_same_stream),
        TEST(whoever_speaks_otherwise_is_closed_and_told_why),
        TEST(a_stranger_has_little_time),
        TEST(what_is_held_stays_and_what_is_left_goes),
        TEST(an_end_under_a_user_is_told_with_its_cause),
        TEST(more_than_the_limits_are_not_taken),
        TEST(a_stranger_makes_room_and_whoever_is_held_stays),
        TEST(a_peer_that_does_not_read_costs_no_more_than_its_share),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
