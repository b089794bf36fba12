/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The kernel's own packet filter, as far as it can be told without reading its rules. Thread: control. */
#include <stddef.h>

#define HOST_FIREWALL_TEXT 160

struct host_firewall {
    size_t n_input; /* nftables' chains (iptables-nft's among them) that see what the host gets */
    size_t n_drop;  /* of those, how many drop what no rule accepts */
    char drops[HOST_FIREWALL_TEXT]; /* the tables of those, "inet filter, ip guard" */
};

/* 0, or -errno: -EPERM without CAP_NET_ADMIN; another one where the kernel has no nftables. */
int host_firewall_look(struct host_firewall *out);
