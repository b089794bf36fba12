/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The other side of RADIUS for tests: answers, rightly signed or with a fault. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "ossl_eap.h"
#include "wire_eap.h"
#include "wire_radius.h"

#define RADIUS_SECRET "a secret of the tests"

struct radius_answer {
    uint8_t code;
    struct base_span eap; /* none: no attribute */
    void (*more)(struct base_writer *w, const uint8_t request_authenticator[16]);
    bool lacks_authenticator, has_two, is_wrong;
    const char *secret; /* NULL: RADIUS_SECRET */
};

/* A key under the secret of the tests, at most 47 bytes, as Microsoft's attribute of this type (RFC
 * 2548 2.4.2). */
static inline void radius_put_key(struct base_writer *w, uint8_t type, struct base_span key,
                                  const uint8_t authenticator[16])
{
    const struct base_span secret = base_span(RADIUS_SECRET, sizeof RADIUS_SECRET - 1);
    const uint8_t len = (uint8_t)((1 + key.len + 15) / 16 * 16);
    uint8_t plain[48] = {(uint8_t)key.len}, mask[16];
    uint8_t value[4 + 2 + 2 + 48] = {0, 0, 1, 0x37, type, (uint8_t)(4 + len), 0x80, type};
    assert_true(key.len < sizeof plain);
    memcpy(plain + 1, key.ptr, key.len);
    for (size_t at = 0; at < len; at += 16) {
        const struct base_span first[] = {secret, base_span(authenticator, 16), base_span(value + 6, 2)};
        const struct base_span then[] = {secret, base_span(value + 8 + at - 16, 16)};
        assert_int_equal(ossl_eap_ops.md5(at ? then : first, at ? 2 : 3, mask), 0);
        for (size_t i = 0; i < 16; i++)
            value[8 + at + i] = plain[at + i] ^ mask[i];
    }
    wire_radius_put(w, WIRE_RADIUS_VENDOR, base_span(value, 8u + len));
}

/* Signs what a server says to a request (RFC 2865 3, RFC 3579 3.2). Bytes in out. */
static inline size_t radius_answer(const struct radius_answer *a, const uint8_t *request,
                                   uint8_t out[WIRE_RADIUS_MAX])
{
    static const uint8_t zeros[16];
    const char *secret = a->secret ? a->secret : RADIUS_SECRET;
    const struct base_span key = base_span(secret, strlen(secret));
    struct base_writer w = base_writer(out, WIRE_RADIUS_MAX);
    size_t at = 0;
    wire_radius_begin(&w, a->code, request[1], request + 4); /* for the HMAC */
    if (a->eap.len)
        wire_radius_put(&w, WIRE_RADIUS_EAP_MESSAGE, a->eap);
    if (a->more)
        a->more(&w, request + 4);
    for (int i = 0; !a->lacks_authenticator && i < 1 + a->has_two; i++) {
        wire_radius_put(&w, WIRE_RADIUS_MESSAGE_AUTHENTICATOR, base_span(zeros, 16));
        at = w.pos - 16;
    }
    wire_radius_end(&w);
    assert_false(w.failed);
    const struct base_span all = base_writer_span(&w);
    if (at) {
        uint8_t mac[16];
        assert_int_equal(ossl_eap_ops.hmac_md5(key, &all, 1, mac), 0);
        mac[3] ^= a->is_wrong;
        memcpy(out + at, mac, 16);
    }
    const struct base_span parts[] = {all, key};
    uint8_t digest[16];
    assert_int_equal(ossl_eap_ops.md5(parts, 2, digest), 0);
    memcpy(out + 4, digest, 16);
    return w.pos;
}
