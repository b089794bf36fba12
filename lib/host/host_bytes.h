/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Bytes that grow as they come, up to a limit. Owned; zeroed: none. Thread: control. */
#include <stddef.h>
#include <stdint.h>
#include "base_span.h"

struct host_bytes {
    uint8_t *ptr;
    size_t len, room;
};

/* Puts more behind what is there, as far as `most` bytes in all. Borrows. 0, or -ENOBUFS: nothing has
 * changed. */
int host_bytes_add(struct host_bytes *b, struct base_span more, size_t most);

void host_bytes_free(struct host_bytes *b);
