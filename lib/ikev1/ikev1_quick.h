/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What is kept of quick mode until its child is installed. Of base_secret_new(). */
#include <stdbool.h>
#include <stdint.h>
#include "base_ts.h"
#include "esp_pair.h"
#include "ike_blob.h"
#include "ike_nonce.h"
#include "ikev1_select.h"

struct ike;
struct ike_job_dh;

struct ikev1_quick {
    struct ike_nonce ni, nr;
    size_t child_index;
    uint32_t old_spi;   /* spi_in of the child that it is to replace; 0: none */
    uint32_t spi_in;    /* reserved; 0: it is the child's now */
    uint32_t child_spi; /* of the child that was installed; 0: none yet */
    struct ikev1_choice algs;
    struct base_ts local, remote;
    enum esp_mode mode;
    struct esp_ends ends_in, ids;   /* in transport mode: as of struct ikev1_child */
    bool sums_anew;                 /* likewise */
    struct ike_blob sa, id_i, id_r; /* bodies of payloads of message 1: the answer has them again */
    enum crypt_dh group;            /* of PFS; NONE: there is none */
    struct crypt_dh_key *dh;        /* owned */
    uint16_t public_len, peer_public_len, secret_len;
    uint8_t public_value[CRYPT_DH_MAX], peer_public[CRYPT_DH_MAX], secret[CRYPT_DH_MAX];
};

struct ikev1_quick *ikev1_quick_new(void);
/* Wipes and frees, with a reserved SPI. NULL is fine. */
void ikev1_quick_free(struct ike *ike, struct ikev1_quick *q);

/* The body of the peer's KE payload; empty: it sent none. False: it is not as long as the group has it. */
bool ikev1_quick_take_ke(struct ikev1_quick *q, struct base_span ke);
/* What a key exchange has made; a key pair is q's then. */
void ikev1_quick_take_dh(struct ikev1_quick *q, struct ike_job_dh *d);
