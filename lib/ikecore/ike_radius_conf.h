/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * RADIUS servers as they are configured: who is asked about logins, and told who came and went. Part of an
 * ike_conf, in memory for secrets, and never changed once that is sealed.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_addr.h"

#define IKE_RADIUS_SERVERS_MAX 4
#define IKE_RADIUS_SECRET_MAX  128
#define IKE_RADIUS_NAS_MAX     64 /* with NUL */
#define IKE_RADIUS_INTERIM_MIN 60 /* seconds, RFC 2869 5.16 */

struct ike_radius_server {
    struct base_addr address;
    uint16_t port, acct_port; /* acct_port 0: it is told nothing */
    uint16_t secret_len;
    uint8_t secret[IKE_RADIUS_SECRET_MAX];
};

struct ike_radius_conf {
    size_t n_servers; /* asked in this order, those that did not answer of late last */
    struct ike_radius_server servers[IKE_RADIUS_SERVERS_MAX];
    uint32_t timeout_ms; /* before a request is sent again */
    uint32_t tries;      /* of each server */
    uint32_t interim_s;  /* between accounting records, where a login's answer says none; 0: none */
    char nas_id[IKE_RADIUS_NAS_MAX]; /* who we are to them */
};
