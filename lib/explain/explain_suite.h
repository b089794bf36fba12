/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* One set of algorithms of a list of proposals, in a vendor's words. Pure. Thread: any. */
#include <stdbool.h>
#include <stddef.h>
#include "crypt_proposal.h"

/* A vendor's word for an algorithm; key_bits as in crypt_alg.h. A row of ENCR for IKE alone or ESP alone says
 * so. */
struct explain_word {
    uint8_t type; /* enum crypt_type */
    uint16_t id, key_bits;
    const char *word;
    enum { EXPLAIN_FOR_BOTH, EXPLAIN_FOR_IKE, EXPLAIN_FOR_ESP } use;
};

struct explain_suite {
    const char *encr, *integ, *prf, *dh; /* integ: NULL with an AEAD; prf and dh: NULL for none */
    bool is_aead;
};

/*
 * The first proposal that has a word for an algorithm of every type it needs, and of these the first. IKE
 * needs a group; of ESP dh is NULL when the child may do without (no PFS). False: this vendor has none of
 * them.
 */
bool explain_suite(const struct crypt_proposal *list, size_t n, const struct explain_word *words,
                   size_t n_words, struct explain_suite *out);
