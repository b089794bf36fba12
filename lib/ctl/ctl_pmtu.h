/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Path MTU of tunnels, learned from ICMP errors about our own ESP packets (RFC 4301 8.2). Thread: control. */
#include "ctl.h"

/*
 * An ICMP or ICMPv6 error that came to an own address. Lowers the MTU of the SA whose packet it quotes; what
 * quotes no live SPI between these two addresses could come from anybody and changes nothing.
 */
void ctl_pmtu_error(struct ctl *ctl, base_time now, const struct dp_punt *punt);

/* Tries the full MTU again, ten minutes after the last error (RFC 1191 6.3). */
void ctl_pmtu_tick(struct ctl *ctl, base_time now);
