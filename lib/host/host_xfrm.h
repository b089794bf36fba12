/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The kernel's own IPsec. Thread: control. */
#include <stddef.h>

/* How many policies it has in this network namespace. 0, or -errno: -EPERM without CAP_NET_ADMIN; another one
 * where the kernel has no IPsec. */
int host_xfrm_policies(size_t *count);
