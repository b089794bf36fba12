/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Who in the kernel has an address. Needs no right. Thread: any. */
#include <net/if.h>
#include <stdbool.h>
#include "base_addr.h"

/*
 * The interface of this network namespace that has the address, into name; those that `is_ours` (with arg)
 * says yes to do not count. False: none has it, or the kernel does not tell.
 */
bool host_owner(const struct base_addr *addr, bool (*is_ours)(const void *arg, const char *name),
                const void *arg, char name[IF_NAMESIZE]);
