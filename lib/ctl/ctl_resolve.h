/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Asks the machine's resolver for host names of peers, on a thread of its own: a name server that does not
 * answer holds up neither the control core nor a handshake. Thread: control, for all functions.
 */
#include <stdbool.h>
#include <stddef.h>
#include "base_addr.h"
#include "ike_conf.h"

#define CTL_RESOLVE_WAITING_MAX 1024 /* questions; more are refused */
#define CTL_RESOLVE_ADDRS_MAX   8    /* of one name that are looked at */

struct ctl_resolve;

struct ctl_resolved {
    char conn[IKE_NAME_MAX];
    char host[IKE_HOST_MAX];
    size_t n_addrs; /* 0: why tells */
    struct base_addr addrs[CTL_RESOLVE_ADDRS_MAX];
    char why[128]; /* a sentence without its end */
};

/* NULL with errno: the thread cannot be had. */
struct ctl_resolve *ctl_resolve_new(void);

/* What is not answered yet is dropped. A question that the resolver has is left to end by itself. NULL is
 * fine.
 */
void ctl_resolve_free(struct ctl_resolve *r);

/* Asks for a host name on behalf of a connection. 0, or -EAGAIN: too many wait, or no memory. */
int ctl_resolve_ask(struct ctl_resolve *r, const char *conn, const char *host);

/* Takes the oldest answer. False: there is none; that costs no lock. */
bool ctl_resolve_pop(struct ctl_resolve *r, struct ctl_resolved *out);
