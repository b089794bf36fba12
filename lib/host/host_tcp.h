/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Sockets of TCP on the addresses of ports, which the host has by their interfaces (host_tun.h). They do not
 * block. Thread: control. */
#include "base_addr.h"

/* The two ends of a connection. */
struct host_ends {
    struct base_endpoint local, remote;
};

/* Listens at an address that the host may get later. A descriptor, or -errno. */
int host_tcp_listen(const struct base_endpoint *at);

/* Takes the next connection and fills *ends. A descriptor; -EAGAIN: there is none; or another -errno. */
int host_tcp_accept(int listener, struct host_ends *ends);

/* Begins to connect from ends->local.addr, by a port that the host chooses and fills in. A descriptor, which
 * polls writable when it is decided, or -errno. */
int host_tcp_connect(struct host_ends *ends);

/* What became of a connect: 0, or -errno. */
int host_tcp_result(int fd);
