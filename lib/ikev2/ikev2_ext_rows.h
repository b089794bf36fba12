/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The rows of extensions, each in a file of its own. */
#include "ikev2_ext.h"

extern const struct ikev2_ext ikev2_ext_lifetime;  /* AUTH_LIFETIME, RFC 4478 */
extern const struct ikev2_ext ikev2_ext_cp;        /* inner addresses, RFC 7296 2.19 */
extern const struct ikev2_ext ikev2_ext_frag;      /* messages in fragments, RFC 7383 2.3 */
extern const struct ikev2_ext ikev2_ext_mobike;    /* moves, RFC 4555 3.3 */
extern const struct ikev2_ext ikev2_ext_mix;       /* IKE_INTERMEDIATE, RFC 9242 3.1 */
extern const struct ikev2_ext ikev2_ext_eap;       /* a login proves both sides, RFC 5998 */
extern const struct ikev2_ext ikev2_ext_rounds;    /* several authentications, RFC 4739 */
extern const struct ikev2_ext ikev2_ext_hash;      /* hashes of signatures, RFC 7427 4 */
extern const struct ikev2_ext ikev2_ext_certreq;   /* certificate requests, RFC 7296 3.7 */
extern const struct ikev2_ext ikev2_ext_childless; /* CHILDLESS_IKEV2_SUPPORTED, RFC 6023 */
extern const struct ikev2_ext ikev2_ext_redirect;  /* to other gateways, RFC 5685 */
extern const struct ikev2_ext ikev2_ext_ppk;       /* USE_PPK, RFC 8784 3 */
