/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * A connection that its peer has sent to another gateway (RFC 5685): whom to call next, and how often that
 * may go on. The configured address is called again once the other gateway does not answer, or its SA is
 * lost. Thread: control.
 */
#include <stdbool.h>
#include <stdint.h>
#include "base_time.h"
#include "ike_conf.h"

struct ike;
struct ike_run;

#define IKE_REDIRECTS_MAX 5   /* MAX_REDIRECTS, */
#define IKE_REDIRECTS_S   300 /* within REDIRECT_LOOP_DETECT_PERIOD (RFC 5685 7) */

struct ike_redirect {
    char to[IKE_HOST_MAX];   /* address or host name to call instead; empty: as configured */
    char from[IKE_HOST_MAX]; /* the address of the gateway that sent us there */
    uint32_t times;          /* redirects since: */
    base_time since;
};

/* The next call of the connection goes to `to`, at once. False: no memory, or it was sent around too often.
 */
bool ike_redirect_take(struct ike *ike, struct ike_run *run, const char *to, const struct base_addr *from);

/* It is there, or does not answer there: the configured address counts again. */
void ike_redirect_over(struct ike_run *run);

/* The host to call instead of the configured one; NULL: none. */
const char *ike_redirect_host(const struct ike_run *run);
