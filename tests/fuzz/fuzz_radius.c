/* SPDX-License-Identifier: BSD-3-Clause */
/* Answers of a RADIUS server: as they are, and, with another first byte, rightly signed. */
#include <stdlib.h>
#include <string.h>
#include "eap_radius.h"
#include "ossl_eap.h"
#include "wire_eap.h"

static const uint8_t zeros[16];

/* Attributes of a stranger in an answer that whoever knows the secret has signed. */
static size_t sign(const struct eap_radius_ask *ask, uint8_t code, struct base_span attributes,
                   uint8_t out[WIRE_RADIUS_MAX])
{
    struct base_writer w = base_writer(out, WIRE_RADIUS_MAX);
    wire_radius_begin(&w, code, ask->id, ask->authenticator);
    wire_radius_put(&w, WIRE_RADIUS_MESSAGE_AUTHENTICATOR, base_span(zeros, 16));
    base_write_span(&w, attributes);
    wire_radius_end(&w);
    if (w.failed)
        return 0;
    const struct base_span all = base_writer_span(&w);
    const struct base_span parts[] = {all, ask->secret};
    uint8_t mac[16];
    ask->ops->hmac_md5(ask->secret, &all, 1, mac);
    memcpy(out + 22, mac, 16);
    ask->ops->md5(parts, 2, mac);
    memcpy(out + 4, mac, 16);
    return w.pos;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t codes[] = {WIRE_RADIUS_ACCEPT, WIRE_RADIUS_REJECT, WIRE_RADIUS_CHALLENGE};
    static uint8_t out[WIRE_RADIUS_MAX];
    const struct eap_setup s = {.ops = &ossl_eap_ops, .is_server = true};
    const struct eap_radius_ask ask = {.ops = &ossl_eap_ops, .secret = base_span("secret", 6), .id = 7};
    struct eap *e = eap_new(&s);
    enum eap_step step;
    if (!e)
        abort();
    if (size == 0 || data[0] < 0x80) {
        if (eap_radius_take(e, base_span(data, size), &ask, &step) == 0)
            abort(); /* an HMAC by chance */
    } else {
        const size_t len = sign(&ask, codes[data[0] % 3], base_span(data + 1, size - 1), out);
        if (len)
            (void)eap_radius_take(e, base_span(out, len), &ask, &step);
    }
    eap_free(e);
    return 0;
}
