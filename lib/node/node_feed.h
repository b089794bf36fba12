/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The host's own programs on a port's addresses (ports.NAME.host): IP packets carried between the interface
 * that is made for them (host_tun.h) and the data path. Thread: control.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "node_rows.h"

struct node;
struct node_addrs;
struct dp_punt;

/* One per port; its addresses are those of the port. */
struct node_feed {
    bool is_open; /* fd is valid */
    int fd;       /* the TUN; the interface goes when it is closed */
    unsigned ifindex;
    struct node_host_counters count;
};

/*
 * Makes and sets up the interfaces of all ports that ask for one, and has node->epoll_fd watch them. 0, or -1
 * with a sentence in why; node_feed_stop() takes back what was done.
 */
int node_feed_start(struct node *node, char *why, size_t why_size);

/* The port's addresses, in place of the former ones, are on its interface from now on. What the kernel
 * refuses is told in the log. */
void node_feed_readdress(struct node *node, size_t index, const struct node_addrs *former);

/* The index of a port's interface; 0: it has none. */
unsigned node_feed_ifindex(const struct node *node, size_t index);

/* Takes the interfaces away, and the rules that point to them. */
void node_feed_stop(struct node *node);

/* Takes what the host has sent on this descriptor. False: it is not one of a host's. */
bool node_feed_ready(struct node *node, int fd);

/* Gives the host what workers have for it, within a turn's share. True when there was something. */
bool node_feed_turn(struct node *node);

/* An ICMP error: the host gets it too when it is for one of its addresses. Borrows the mbuf, which it cuts.
 */
void node_feed_error(struct node *node, struct dp_punt *punt);
