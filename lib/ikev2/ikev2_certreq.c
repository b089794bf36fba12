/* SPDX-License-Identifier: BSD-3-Clause */
/* CERTREQ payloads, read and written. */
#include "ikev2_certreq.h"

#include "base_span.h"
#include "ikev2_msg.h"
#include "wire_ike.h"

static uint8_t certreq_bits(const struct wire_ike_cert *c, const struct ike_creds *creds)
{
    uint8_t bits = 0;
    for (size_t i = 0; i < creds->n; i++) {
        const struct ike_cred *cred = &creds->list[i];
        bool is_wanted = cred->is_raw && c->encoding == WIRE_IKE_CERT_RAW_KEY;
        for (size_t j = 0; j < wire_ike_certreq_count(c) && !is_wanted; j++)
            is_wanted = ike_cred_is_of(cred, wire_ike_certreq_hash(c, j));
        bits |= is_wanted ? (uint8_t)(1u << i) : 0;
    }
    return bits;
}

uint8_t ikev2_certreq_wants(const struct ikev2_msg *msg, const struct ike_creds *creds)
{
    const struct wire_ike_pld *p;
    struct wire_ike_cert c;
    uint8_t bits = 0;
    for (size_t i = 0; creds && (p = wire_ike_plds_find(&msg->plds, WIRE_IKE_P_CERTREQ, i)) != NULL; i++)
        if (wire_ike_cert_parse(p->body, &c) == WIRE_IKE_OK)
            bits |= certreq_bits(&c, creds);
    return bits;
}

void ikev2_certreq_put(struct wire_ike_builder *b, const struct ike_cas *cas)
{
    const struct wire_ike_cert c = {WIRE_IKE_CERT_X509, base_span(cas->hashes, cas->n * CRYPT_CA_HASH_BYTES)};
    wire_ike_put_cert(b, WIRE_IKE_P_CERTREQ, &c);
}

size_t ikev2_certreq_bytes(const struct ike_cas *cas)
{
    return 4 + 1 + cas->n * CRYPT_CA_HASH_BYTES;
}
