/* SPDX-License-Identifier: BSD-3-Clause */
/* Datagrams of one message, one behind the other in one block. */
#include "ike_dgrams.h"

#include <errno.h>
#include <stdlib.h>

#define LEN_BYTES 2u

int ike_dgrams_add(struct ike_dgrams *l, struct base_span datagram)
{
    if (datagram.len == 0 || datagram.len > UINT16_MAX || l->count == IKE_DGRAMS_MAX ||
        l->len + LEN_BYTES + datagram.len > IKE_DGRAMS_BYTES_MAX)
        return -EMSGSIZE;
    uint8_t *bytes = realloc(l->bytes, l->len + LEN_BYTES + datagram.len);
    if (!bytes)
        return -ENOMEM;
    struct base_writer w = base_writer(bytes + l->len, LEN_BYTES + datagram.len);
    base_write_u16(&w, (uint16_t)datagram.len);
    base_write(&w, datagram.ptr, datagram.len);
    l->bytes = bytes;
    l->len += LEN_BYTES + datagram.len;
    l->count++;
    return 0;
}

bool ike_dgrams_next(const struct ike_dgrams *l, size_t *at, struct base_span *out)
{
    if (*at >= l->len)
        return false;
    struct base_reader r = base_reader(base_span(l->bytes + *at, l->len - *at));
    const size_t len = base_read_u16(&r);
    *out = base_read_span(&r, len);
    *at += LEN_BYTES + len;
    return true;
}

void ike_dgrams_free(struct ike_dgrams *l)
{
    free(l->bytes);
    *l = (struct ike_dgrams){0};
}
