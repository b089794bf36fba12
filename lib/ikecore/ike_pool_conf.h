/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * An address pool as it is configured: the addresses that peers get, and what they are told beside. Part of
 * an ike_conf, and like that never changed once it is sealed.
 */
#include <stddef.h>
#include <stdint.h>
#include "base_addr.h"
#include "base_ts.h"

#define IKE_POOL_NAME_MAX    64 /* with NUL */
#define IKE_POOL_RANGES_MAX  64
#define IKE_POOL_SERVERS_MAX 8
#define IKE_POOL_DOMAINS_MAX 16
#define IKE_POOL_DOMAIN_MAX  254 /* with NUL */
#define IKE_POOLS_MAX        1024
#define IKE_CONN_POOLS_MAX   4 /* of one connection */

struct ike_pool_conf {
    char name[IKE_POOL_NAME_MAX];
    struct base_ts_list *ranges; /* of one family, disjoint; kept, owned by the ike_conf */
    uint32_t lease_s;            /* that an address is kept for who had it, once it is given back */
    size_t n_dns, n_nbns;
    struct base_addr dns[IKE_POOL_SERVERS_MAX], nbns[IKE_POOL_SERVERS_MAX]; /* nbns: IPv4 only */
    struct base_addr server; /* our own address inside, told to those who ask (Windows); none: not told */
    size_t n_domains;
    char domains[IKE_POOL_DOMAINS_MAX][IKE_POOL_DOMAIN_MAX];
    struct base_ts_list *subnets; /* prefixes that are reached through us; kept, owned. NULL: not told */
};
