/* SPDX-License-Identifier: BSD-3-Clause */
/* A server and a client of EAP get packets of a stranger: the first byte says which, then lengths and
 * packets. */
#include <stdlib.h>
#include <string.h>
#include "eap.h"
#include "eap_mschap.h"
#include "ossl_eap.h"
#include "wire_eap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct base_reader r = base_reader(base_span(data, size));
    const uint8_t how = base_read_u8(&r);
    struct eap_setup s = {.ops = &ossl_eap_ops, .is_server = how & 1, .types = {WIRE_EAP_MSCHAPV2}};
    struct eap *e = eap_new(&s);
    if (!e)
        abort();
    if (how & 1)
        eap_begin(e);
    while (base_reader_left(&r)) {
        uint8_t packet[256];
        const struct base_span from = base_read_span(&r, base_read_u8(&r));
        if (r.failed)
            break;
        if (from.len)
            memcpy(packet, from.ptr, from.len);
        if (from.len > 1 && how & 2)
            packet[1] = e->id; /* ids that are due get further */
        if (eap_take(e, base_span(packet, from.len)) != EAP_SENDS)
            break;
    }
    if (e->has_msk && how & 1)
        abort(); /* nobody is a user here */
    eap_free(e);
    return 0;
}
