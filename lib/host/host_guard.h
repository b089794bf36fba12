/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * What keeps all that arrives on an interface from the kernel's stack. Packet sockets and XDP programs see a
 * frame before it. Functions: 0 or -errno as the kernel says. Thread: control.
 */
#include <stdbool.h>

/*
 * With nftables: a table of family netdev whose chain has the policy "drop". It is owned by the socket that
 * this returns: nobody else can change or flush it, and it goes when the socket is closed or the process
 * ends. Linux 5.12 or later. -EPERM: another process has
 * one there already, or there is no CAP_NET_ADMIN. Other -errno: this kernel lacks something of it, so use
 * host_guard_tc().
 */
int host_guard_nft(const char *interface, unsigned ifindex);

/* Whether the interface has the qdisc already (clsact or ingress) on which host_guard_tc() puts its
 * classifier. */
int host_guard_tc_look(int route_fd, unsigned ifindex, bool *has_qdisc);

/*
 * With a classifier of one instruction on the way in. It outlives the process, so it must be taken away by
 * host_guard_tc_remove(), with has_qdisc as it was before; nothing there is no failure.
 */
int host_guard_tc(int route_fd, unsigned ifindex);
int host_guard_tc_remove(int route_fd, unsigned ifindex, bool has_qdisc);
