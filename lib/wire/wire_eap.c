/* SPDX-License-Identifier: BSD-3-Clause */
/* EAP packets. Knows no state: which packet may come when is eap's. */
#include "wire_eap.h"

#include <stddef.h>

#define LENGTH_AT 2

bool wire_eap_parse(struct base_span packet, struct wire_eap *out)
{
    struct base_reader r = base_reader(packet);
    *out = (struct wire_eap){.code = base_read_u8(&r), .id = base_read_u8(&r)};
    const uint16_t len = base_read_u16(&r);
    if (r.failed || len < WIRE_EAP_HDR_BYTES || len > packet.len)
        return false;
    if (out->code == WIRE_EAP_SUCCESS || out->code == WIRE_EAP_FAILURE)
        return len == WIRE_EAP_HDR_BYTES;
    struct base_reader body = base_reader(base_read_span(&r, len - WIRE_EAP_HDR_BYTES));
    out->type = base_read_u8(&body);
    out->data = base_read_rest(&body);
    return !body.failed && (out->code == WIRE_EAP_REQUEST || out->code == WIRE_EAP_RESPONSE);
}

const char *wire_eap_type_name(uint8_t type)
{
    static const struct {
        uint8_t type;
        const char *name;
    } names[] = {
        {WIRE_EAP_IDENTITY, "Identity"}, {WIRE_EAP_NOTIFICATION, "Notification"},
        {WIRE_EAP_NAK, "Nak"},           {WIRE_EAP_MD5, "MD5"},
        {WIRE_EAP_GTC, "GTC"},           {WIRE_EAP_TLS, "TLS"},
        {WIRE_EAP_TTLS, "TTLS"},         {WIRE_EAP_PEAP, "PEAP"},
        {WIRE_EAP_MSCHAPV2, "MSCHAPv2"}, {WIRE_EAP_EXPANDED, "expanded"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].type == type)
            return names[i].name;
    return NULL;
}

void wire_eap_begin(struct base_writer *w, uint8_t code, uint8_t id, uint8_t type)
{
    base_write_u8(w, code);
    base_write_u8(w, id);
    base_write_u16(w, 0);
    if (type)
        base_write_u8(w, type);
}

void wire_eap_end(struct base_writer *w)
{
    if (w->pos > UINT16_MAX)
        w->failed = true;
    base_patch_u16(w, LENGTH_AT, (uint16_t)w->pos);
}
