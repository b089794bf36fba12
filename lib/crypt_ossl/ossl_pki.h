/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Inside the room: the functions of ossl_pki_ops that no other file of it needs. Contracts: crypt_pki_ops.h.
 */
#include "crypt_pki_ops.h"

void ossl_cert_info(const struct crypt_cert *cert, struct crypt_cert_info *out);

int ossl_certs_load(const char *where, const char *passphrase, struct crypt_certs *out,
                    struct base_text *why);
int ossl_certs_extend(const char *where, struct crypt_certs *certs, size_t *took, struct base_text *why);
int ossl_certs_read(const char *name, struct base_span bytes, const char *passphrase, struct crypt_certs *out,
                    struct base_text *why);

int ossl_key_load(const char *where, const char *passphrase, struct crypt_key **out,
                  struct crypt_certs *certs, struct base_text *why);
int ossl_key_read(const char *name, struct base_span bytes, const char *passphrase, struct crypt_key **out,
                  struct crypt_certs *certs, struct base_text *why);
struct crypt_key *ossl_key_get(struct crypt_key *key);
void ossl_key_put(struct crypt_key *key);
void ossl_key_text(const struct crypt_key *key, struct base_text *out);
struct crypt_cert *ossl_key_public(const struct crypt_key *key);
bool ossl_key_fits(const struct crypt_key *key, const struct crypt_cert *cert, struct base_text *why);

size_t ossl_key_schemes(const struct crypt_key *key, uint32_t hashes, bool prefers_pss,
                        enum crypt_sig out[CRYPT_SIGS]);
int ossl_sign(const struct crypt_key *key, enum crypt_sig sig, struct base_span octets, uint8_t *out,
              size_t *len);
int ossl_verify(const struct crypt_cert *cert, enum crypt_sig sig, struct base_span octets,
                struct base_span signature);

struct crypt_trust *ossl_trust_new(const struct crypt_trust_rules *rules);
int ossl_trust_add_cas(struct crypt_trust *trust, const char *where, struct base_text *why);
int ossl_trust_add_crls(struct crypt_trust *trust, const char *where, struct base_text *why);
int ossl_trust_read_cas(struct crypt_trust *trust, const char *name, struct base_span bytes,
                        struct base_text *why);
int ossl_trust_read_crls(struct crypt_trust *trust, const char *name, struct base_span bytes,
                         struct base_text *why);
struct crypt_trust *ossl_trust_get(struct crypt_trust *trust);
void ossl_trust_put(struct crypt_trust *trust);
size_t ossl_trust_count(const struct crypt_trust *trust);
const struct crypt_cert *ossl_trust_ca(const struct crypt_trust *trust, size_t n);
size_t ossl_trust_hashes(const struct crypt_trust *trust, uint8_t *out, size_t max);
size_t ossl_certs_hashes(const struct crypt_certs *certs, const struct crypt_trust *trust, uint8_t *out,
                         size_t max);

enum crypt_fault ossl_chain_verify(const struct crypt_trust *trust, const struct crypt_peer_chain *peer,
                                   enum crypt_purpose purpose, int64_t now, struct crypt_verdict *verdict,
                                   struct crypt_cert **leaf);
