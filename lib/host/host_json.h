/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What an interface was like, as JSON text and back. Thread: control. */
#include "host_before.h"

#define HOST_JSON_BOOT 40 /* the text that names a boot, with NUL */

/* Text for the caller to free; NULL: no memory. */
char *host_json_write(const struct host_before *before, int pid, const char *boot);

/* Reads what host_json_write() wrote; host_before_free() frees it. -EINVAL: it is not that, and *before is
 * empty. */
int host_json_read(const char *text, struct host_before *before, int *pid, char boot[HOST_JSON_BOOT]);
