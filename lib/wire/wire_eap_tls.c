/* SPDX-License-Identifier: BSD-3-Clause */
/* The framing of EAP-TLS (RFC 5216 3.1, 3.2). */
#include "wire_eap.h"

#define FLAG_LENGTH 0x80
#define FLAG_MORE   0x40
#define FLAG_START  0x20

bool wire_eap_tls_parse(struct base_span data, struct wire_eap_tls *out)
{
    struct base_reader r = base_reader(data);
    const uint8_t flags = base_read_u8(&r);
    *out = (struct wire_eap_tls){
        .is_start = flags & FLAG_START, .has_more = flags & FLAG_MORE, .has_total = flags & FLAG_LENGTH};
    if (out->has_total)
        out->total = base_read_u32(&r);
    out->data = base_read_rest(&r);
    return !r.failed;
}

void wire_eap_tls_put(struct base_writer *w, const struct wire_eap_tls *p)
{
    base_write_u8(w, (uint8_t)((p->has_total ? FLAG_LENGTH : 0) | (p->has_more ? FLAG_MORE : 0) |
                               (p->is_start ? FLAG_START : 0)));
    if (p->has_total)
        base_write_u32(w, p->total);
    base_write_span(w, p->data);
}
