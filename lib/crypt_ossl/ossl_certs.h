/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Inside the room: lists of certificates of one side, in the order of issue. */
#include "crypt_pki_ops.h"

#define OSSL_FILE_MAX (1u << 20) /* bytes of a file with keys or certificates of ours */

/* Puts all and empties the list. */
void ossl_certs_put(struct crypt_certs *certs);

/*
 * Brings what stands behind the first into the order of issue. 0; -EINVAL: one does not belong to the chain,
 * and why names it, after the name of the file.
 */
int ossl_certs_order(const char *name, struct crypt_certs *certs, struct base_text *why);

/*
 * Appends what a file holds of this kind, in its order. name: for the sentences. 0, or -EINVAL and why: one
 * is malformed, its key is of no use, or there are more than fit.
 */
int ossl_certs_take(const char *name, struct base_span bytes, enum crypt_cert_form form,
                    struct crypt_certs *certs, struct base_text *why);

/* Moves those of `from` that issued the last of certs, and each other, behind it, as far as there is room.
 * Returns how many. */
size_t ossl_certs_append(struct crypt_certs *certs, struct crypt_certs *from);
