/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Taking an interface out of the kernel's hands, for AF_PACKET and AF_XDP alike, and giving it back as it
 * was.
 *
 * While it is taken nothing that arrives on it reaches the kernel's stack, whatever rp_filter is and whoever
 * puts an address on it: an nftables table of ours (family netdev, owned by this process, so that no "flush
 * ruleset" removes it and it ends with us) drops all behind the place where packet sockets listen; where the
 * kernel has no such tables, a classifier of tc does. Its addresses and routes are away, IPv6 is off, the
 * kernel coalesces nothing that it receives, it is up, and its MTU is large enough. Not stopped is what the
 * kernel itself sends there when somebody gives it an IPv4 address again. It must keep its name: from
 * Linux 6.16 on the table's hook goes by that.
 *
 * What was before is in a file (RUN_DIR/<network namespace>-<interface>.json, mode 0600) before anything
 * changes, and the file is locked for as long as its owner lives. host_release() gives back what a killed
 * owner left.
 *
 * Given back: up or down, promiscuous mode, MTU, offloads, addresses in their order, routes of all tables
 * (also those shared with other interfaces), the way IPv6 makes addresses, disable_ipv6; and an XDP program
 * that was attached meanwhile goes. Not saved, since a take does not touch them: rules (`ip rule`), qdiscs,
 * queues, MAC address, other sysctls. Not saved although they are lost: neighbours, temporary IPv6 addresses
 * (the kernel makes new ones), memberships in IPv6 multicast groups that no socket holds, and whether an IPv6
 * address is of the "stable privacy" kind. Lifetimes go on as time does; an address whose life ended is left
 * out.
 *
 * Thread: control. Rights: CAP_NET_ADMIN.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "host_iface.h"

#define HOST_TAKE_RUN_DIR "/run/culvert"

/* Is told one sentence that begins with an interface's name; borrows it until it returns. */
typedef void host_take_tell(void *arg, const char *sentence);

struct host_take_params {
    const char *name;     /* of the interface */
    const char *run_dir;  /* NULL: HOST_TAKE_RUN_DIR; made with mode 0700 when it is not there */
    uint32_t mtu;         /* at least this; 0: leave it */
    bool is_xdp;          /* for AF_XDP: offloads that hide parts of a frame from it go, too */
    host_take_tell *tell; /* what an operator should know of a take that succeeds; NULL: nobody asks */
    void *arg;            /* of tell */
};

struct host_take; /* an interface that is taken */

/*
 * What a take would change, without any change: one sentence into `changes`. 0, or -errno as host_take()
 * would fail, with why.
 */
int host_take_plan(const struct host_take_params *params, char *changes, size_t changes_size, char *why,
                   size_t size);

/*
 * Takes the interface; gives back first what a killed owner left of it. The caller ends it by
 * host_give_back(). NULL: it could not, nothing is changed, and why says in one sentence that begins with the
 * interface's name what is in the way: it is not there, not ours to have, another process has it, a right is
 * missing, the MTU is beyond the device's limit.
 */
struct host_take *host_take(const struct host_take_params *params, char *why, size_t size);

/* Restores all, frees the take. What could not be restored is told in a sentence each (tell may be NULL). */
void host_give_back(struct host_take *take, host_take_tell *tell, void *arg);

/*
 * Gives back what owners that are gone left in this network namespace: the interface `name`, or all when
 * NULL. A sentence for each that is repaired, and for each that a live process has, which is left alone.
 * Returns how many were repaired, or -errno when run_dir (NULL: HOST_TAKE_RUN_DIR) cannot be read, which a
 * sentence says, too; a folder that is not there holds nothing.
 */
int host_release(const char *run_dir, const char *name, host_take_tell *tell, void *arg);
