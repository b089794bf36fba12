/* SPDX-License-Identifier: BSD-3-Clause */
/* IKE and ESP between a peer's socket and what control and workers see of it, over the loopback interface. */
#include "node_rig.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include "host_streams.h"
#include "node_stream.h"

static int peer; /* its end of the connection */
static struct node_stream ends;

static const struct base_endpoint *loopback(uint16_t port)
{
    static struct base_endpoint e;
    e = (struct base_endpoint){base_addr_ip4(0x7f000001), port};
    return &e;
}

/* A listener of the peer's at a free port. */
static int peer_listens(uint16_t *port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000001)};
    socklen_t len = sizeof a;
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(listen(fd, 4), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
    *port = ntohs(a.sin_port);
    return fd;
}

/* The event of this type, waited for. */
static struct node_event wait_for(enum node_event_type wanted)
{
    struct node_event ev;
    for (int i = 0; i < 50; i++) {
        struct pollfd p = {.fd = host_streams_fd(rig_node->streams.table), .events = POLLIN};
        node_turn(rig_node, rig_now);
        while (rig_next(&ev))
            if (ev.type == wanted)
                return ev;
        poll(&p, 1, 20);
    }
    fail_msg("no event %d", wanted);
    return ev;
}

static size_t peer_reads(void *bytes, size_t len)
{
    size_t n = 0;
    while (n < len) {
        const ssize_t got = recv(peer, (char *)bytes + n, len - n, 0);
        assert_true(got > 0);
        n += (size_t)got;
    }
    return n;
}

static void connect_to_peer(void)
{
    struct node_request r = {.type = NODE_STREAM_OPEN, .stream.local.addr = loopback(0)->addr};
    char prefix[6];
    const int listener = peer_listens(&r.stream.remote.port);
    r.stream.remote.addr = loopback(0)->addr;
    assert_int_equal(rig_ask(&r), 0);
    ends = r.stream;
    assert_true(ends.local.port != 0);
    r.type = NODE_STREAM_HOLD;
    assert_int_equal(rig_ask(&r), 0);
    peer = accept(listener, NULL, NULL);
    assert_true(peer >= 0);
    close(listener);
    (void)rig_turn(NODE_EV_TRAFFIC);
    (void)rig_turn(NODE_EV_TRAFFIC);
    peer_reads(prefix, sizeof prefix);
    assert_memory_equal(prefix, "IKETCP", 6);
}

static void ike_goes_both_ways_and_the_end_is_told(void **state)
{
    static const uint8_t answer[] = {0, 9, 0, 0, 0, 0, 'y', 'e', 's'};
    uint8_t bytes[10];
    connect_to_peer();
    const struct node_send send = {
        .local = ends.local, .remote = ends.remote, .tcp = true, .marker = true, .len = 4};
    assert_int_equal(node_send(rig_node, &send, (const uint8_t *)"what"), 0);
    peer_reads(bytes, sizeof bytes);
    assert_memory_equal(bytes, "\0\12\0\0\0\0what", 10);
    assert_int_equal(write(peer, answer, sizeof answer), (ssize_t)sizeof answer);
    struct node_event ev = wait_for(NODE_EV_DATAGRAM);
    assert_true(ev.datagram.tcp && ev.datagram.natt);
    assert_true(base_endpoint_equal(&ev.datagram.local, &ends.local));
    assert_int_equal(ev.datagram.len, 3);
    assert_memory_equal(rig_bytes, "yes", 3);
    close(peer);
    ev = wait_for(NODE_EV_STREAM_ENDED);
    assert_true(ev.ended.is_ours && ev.ended.is_held && !ev.ended.is_refused);
    assert_string_equal(ev.ended.why, "the peer closed it");
    assert_int_equal(node_send(rig_node, &send, (const uint8_t *)"what"), -ENOTCONN);
}

static void esp_of_a_worker_goes_into_the_stream_and_comes_back_to_it(void **state)
{
    struct node_request r = {.type = NODE_PAIR_INSTALL, .pair = rig_pair_of(rig_reserve())};
    uint8_t head[2], esp[256];
    connect_to_peer();
    const uint32_t spi = r.pair.spi_in;
    r.pair.way = ESP_WAY_TCP;
    r.pair.active = true;
    r.pair.path = (struct esp_path){ends.local, ends.remote};
    assert_int_equal(rig_ask(&r), 0);
    rig_host_sends();
    assert_null(rig_went_out(RIG_OUTSIDE));
    (void)rig_turn(NODE_EV_TRAFFIC);
    peer_reads(head, 2);
    const size_t len = (size_t)(head[0] << 8 | head[1]) - 2;
    assert_true(len > RIG_INNER && len <= sizeof esp);
    peer_reads(esp, len);
    assert_int_equal(write(peer, head, 2), 2);
    assert_int_equal(write(peer, esp, len), (ssize_t)len);
    for (int i = 0; i < 50 && rig_pair_view(spi).in.pkts == 0; i++) {
        struct pollfd p = {.fd = host_streams_fd(rig_node->streams.table), .events = POLLIN};
        poll(&p, 1, 20);
        (void)rig_turn(NODE_EV_TRAFFIC);
        dp_turn(rig_worker);
    }
    assert_int_equal(rig_pair_view(spi).in.pkts, 1);
    assert_int_equal(rig_ask_of_spi(NODE_PAIR_REMOVE, spi), 0);
    close(peer);
    (void)wait_for(NODE_EV_STREAM_ENDED);
}

static void esp_for_a_connection_that_is_no_more_is_counted(void **state)
{
    struct node_request r = {.type = NODE_PAIR_INSTALL, .pair = rig_pair_of(rig_reserve())};
    const uint32_t spi = r.pair.spi_in;
    const uint64_t before = rig_drops("stream_gone");
    r.pair.way = ESP_WAY_TCP;
    r.pair.active = true;
    assert_int_equal(rig_ask(&r), 0);
    rig_host_sends();
    (void)rig_turn(NODE_EV_TRAFFIC);
    assert_int_equal(rig_drops("stream_gone"), before + 1);
    assert_int_equal(rig_ask_of_spi(NODE_PAIR_REMOVE, spi), 0);
}

static void what_nobody_needs_is_closed(void **state)
{
    char byte;
    connect_to_peer();
    struct node_request r = {.type = NODE_STREAM_LEAVE, .stream = ends};
    assert_int_equal(rig_ask(&r), 0);
    const struct node_event ev = rig_turn(NODE_EV_STREAM_ENDED);
    assert_true(ev.type == NODE_EV_STREAM_ENDED && !ev.ended.is_held);
    assert_int_equal(recv(peer, &byte, 1, 0), 0);
    close(peer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ike_goes_both_ways_and_the_end_is_told),
        cmocka_unit_test(esp_of_a_worker_goes_into_the_stream_and_comes_back_to_it),
        cmocka_unit_test(esp_for_a_connection_that_is_no_more_is_counted),
        cmocka_unit_test(what_nobody_needs_is_closed),
    };
    return cmocka_run_group_tests(tests, rig_start, rig_stop);
}
