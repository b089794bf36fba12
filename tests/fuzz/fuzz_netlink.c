/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A kernel that says anything, at the other end of a socket pair: lists of addresses, routes and links are
 * read, shown, and given back. An input is what it says, in datagrams that begin with their length.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base_span.h"
#include "host_addrs.h"
#include "host_link.h"
#include "host_routes.h"
#include "host_xdp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INDEX 7
#define TURNS 3 /* what is asked for: addresses, routes, links */

static void require(bool is_so)
{
    if (!is_so)
        abort();
}

static void kernel_says(int fd, const uint8_t *data, size_t size)
{
    struct base_reader r = base_reader(base_span(data, size));
    for (unsigned n = 0; n < 16 && base_reader_left(&r) > 2; n++) {
        const size_t want = base_read_u16(&r), left = base_reader_left(&r);
        const struct base_span part = base_read_span(&r, want < left ? want : left);
        if (part.len && send(fd, part.ptr, part.len, 0) < 0)
            return;
    }
}

static void addrs_use(int fd, const struct host_netlink_list *all)
{
    struct base_prefix prefix;
    for (size_t i = 0; i < all->n; i++) {
        host_addrs_prefix(host_addrs_in_order(all, i), &prefix);
        host_addrs_add(fd, all->msgs[i], "eth0", (uint32_t)i);
    }
}

static void routes_use(int fd, const struct host_netlink_list *all)
{
    char text[HOST_ROUTES_TEXT];
    for (size_t i = 0; i < all->n; i++) {
        require(strlen(host_routes_text(all->msgs[i], text)) < sizeof text);
        if (!host_routes_is_local(all->msgs[i]) && host_routes_is_default(all->msgs[i]))
            host_routes_add(fd, all->msgs[i], INDEX, (uint32_t)i);
        else
            host_routes_add(fd, all->msgs[i], INDEX, 0);
    }
}

static void links_use(int fd, const struct host_netlink_list *all)
{
    char text[64];
    for (size_t i = 0; i < all->n; i++) {
        host_link_text(text, sizeof text, host_link_attr(all->msgs[i], 3, 1));
        host_link_gen_mode(all->msgs[i]);
        host_link_ip6_off(all->msgs[i]);
        host_xdp_prog(all->msgs[i]);
    }
    host_link_names(fd, text, sizeof text);
    host_link_uppers(fd, INDEX, text, sizeof text);
}

static void turn_run(unsigned turn, const uint8_t *data, size_t size)
{
    struct host_netlink_list all = {0};
    size_t left;
    int ends[2];
    require(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0);
    kernel_says(ends[1], data, size);
    if (turn == 0 && host_addrs_list(ends[0], INDEX, &all) == 0)
        addrs_use(ends[0], &all);
    else if (turn == 1 && host_routes_list(ends[0], INDEX, &all) == 0)
        routes_use(ends[0], &all);
    else if (turn == 2 && host_link_get(ends[0], "eth0", 0, &all) == 0)
        links_use(ends[0], &all);
    host_netlink_free(&all);
    kernel_says(ends[1], data, size);
    if (turn == 0)
        host_addrs_remove(ends[0], INDEX);
    else if (turn == 1)
        host_routes_remove(ends[0], INDEX, &left);
    close(ends[0]);
    close(ends[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (unsigned turn = 0; turn < TURNS; turn++)
        turn_run(turn, data, size);
    return 0;
}
