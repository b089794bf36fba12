/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The engine's configuration for callers: a connection for each call. */
#include <stdint.h>
#include "ike_conf.h"
#include "load_args.h"

#define LOAD_FAKE_NET 0xf0000000u /* 240.0.0.0: local addresses of callers; reserved for ever */

/* What the connection of a call is called. Returns out. */
const char *load_conf_name(uint32_t call, char out[IKE_NAME_MAX]);

/* The call whose local address this is. */
uint32_t load_conf_call(const struct base_addr *local);

/* Sealed, with one reference. NULL: it said why. */
struct ike_conf *load_conf_make(const struct load_args *a);
