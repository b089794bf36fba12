/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The certificates that an authentication rests on, by their marks: an SA keeps them as long as it lives, and
 * ends when a revocation list names one. Thread: control.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "crypt_pki_ops.h"
#include "ike_conf.h"

/* Places of them: the peer's proof in each round (from 0), and behind these our login by TLS. */
#define IKEV2_SHOWN_LOGIN  IKE_ROUNDS_MAX
#define IKEV2_SHOWN_PLACES (IKE_ROUNDS_MAX + 1)

/* No more of them than there are. */
struct ikev2_shown {
    uint8_t login; /* the round of ours in which we logged in */
    uint8_t n[IKEV2_SHOWN_PLACES];
    uint64_t at[]; /* of one place behind those of the other */
};

/* Adds those of a place behind all that have some; *to is NULL, and stays so, where there are none. False: no
 * memory. */
bool ikev2_shown_add(struct ikev2_shown **to, size_t place, const struct crypt_marks *marks);
/* Those of a place; n is 0 where there are none. */
struct crypt_marks ikev2_shown_of(const struct ikev2_shown *s, size_t place);
/* A copy, owned; of NULL it is NULL. False: no memory. */
bool ikev2_shown_copy(struct ikev2_shown **to, const struct ikev2_shown *from);
