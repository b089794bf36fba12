/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Inside the room: identities that a certificate names. Contracts: crypt_pki_ops.h. */
#include "crypt_pki_ops.h"

bool ossl_cert_names(const struct crypt_cert *cert, uint8_t id_type, struct base_span id, bool takes_cn);

/* "DNS:a.b, email:c@d, IP:192.0.2.1": all alternative names, escaped. Nothing for a certificate without. */
void ossl_names_text(const struct crypt_cert *cert, struct base_text *out);
