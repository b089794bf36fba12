/* SPDX-License-Identifier: BSD-3-Clause */
/* The table of what can be done with keys and certificates. The work is in the files by noun. */
#include "ossl_pki.h"
#include "ossl_revoked.h"

#include "ossl_cert.h"
#include "ossl_certs.h"
#include "ossl_names.h"
#include "ossl_ops.h"
#include "ossl_tls.h"

const struct crypt_pki_ops ossl_pki_ops = {
    .key_load = ossl_key_load,
    .key_read = ossl_key_read,
    .key_get = ossl_key_get,
    .key_put = ossl_key_put,
    .key_text = ossl_key_text,
    .key_public = ossl_key_public,
    .key_fits = ossl_key_fits,
    .key_schemes = ossl_key_schemes,
    .sign = ossl_sign,
    .verify = ossl_verify,
    .certs_load = ossl_certs_load,
    .certs_read = ossl_certs_read,
    .certs_extend = ossl_certs_extend,
    .certs_put = ossl_certs_put,
    .cert_parse = ossl_cert_parse,
    .cert_get = ossl_cert_get,
    .cert_put = ossl_cert_put,
    .cert_der = ossl_cert_der,
    .cert_subject = ossl_cert_subject,
    .cert_same_key = ossl_cert_same_key,
    .cert_mark = ossl_cert_mark,
    .cert_info = ossl_cert_info,
    .cert_names = ossl_cert_names,
    .trust_new = ossl_trust_new,
    .trust_add_cas = ossl_trust_add_cas,
    .trust_add_crls = ossl_trust_add_crls,
    .trust_read_cas = ossl_trust_read_cas,
    .trust_read_crls = ossl_trust_read_crls,
    .trust_get = ossl_trust_get,
    .trust_put = ossl_trust_put,
    .trust_count = ossl_trust_count,
    .trust_ca = ossl_trust_ca,
    .trust_lists = ossl_trust_lists,
    .chain_verify = ossl_chain_verify,
    .trust_hashes = ossl_trust_hashes,
    .certs_hashes = ossl_certs_hashes,
    .tls = &ossl_tls_ops,
};
