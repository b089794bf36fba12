/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The host's own programs on a port's addresses (ports.NAME.host): a TUN interface of that name with these
 * addresses, and IP packets carried between it and the data path. Thread: control.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "telem.h"

struct ctl;
struct dp_punt;

/* One per port; its addresses are those of the port's configuration. */
struct ctl_host {
    bool is_open; /* fd is valid */
    int fd;       /* the TUN; the interface goes when it is closed */
#define TELEM TELEM_FIELD
#include "ctl_host.def"
#undef TELEM
};

/*
 * Makes and sets up the interfaces of all ports that ask for one, and has ctl->epoll_fd watch them. 0, or -1
 * with a sentence in why; ctl_host_stop() takes back what was done.
 */
int ctl_host_start(struct ctl *ctl, char *why, size_t why_size);

/* Takes the interfaces away, and the rules that point to them. */
void ctl_host_stop(struct ctl *ctl);

/* Takes what the host has sent on this descriptor. False: it is not one of a host's. */
bool ctl_host_ready(struct ctl *ctl, int fd);

/* Gives the host what workers have for it, within a turn's share. True when there was something. */
bool ctl_host_feed(struct ctl *ctl);

/* An ICMP error: the host gets it too when it is for one of its addresses. Borrows the mbuf, which it cuts.
 */
void ctl_host_error(struct ctl *ctl, struct dp_punt *punt);
