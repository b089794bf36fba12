/* SPDX-License-Identifier: BSD-3-Clause */
/* A buffer that doubles. */
#include "host_bytes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ROOM_FIRST 4096

int host_bytes_add(struct host_bytes *b, struct base_span more, size_t most)
{
    if (more.len > most || b->len > most - more.len)
        return -ENOBUFS;
    if (b->len + more.len > b->room) {
        size_t room = b->room ? b->room : ROOM_FIRST;
        while (room < b->len + more.len)
            room *= 2;
        uint8_t *ptr = realloc(b->ptr, room);
        if (!ptr)
            return -ENOBUFS;
        b->ptr = ptr;
        b->room = room;
    }
    if (more.len)
        memcpy(b->ptr + b->len, more.ptr, more.len);
    b->len += more.len;
    return 0;
}

void host_bytes_free(struct host_bytes *b)
{
    free(b->ptr);
    *b = (struct host_bytes){0};
}
