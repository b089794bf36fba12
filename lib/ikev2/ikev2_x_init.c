/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IKE_SA_INIT (RFC 7296 1.2): algorithms, key exchange, nonces and NAT detection, in clear. Nothing in it is
 * authenticated, so it may only make a half-open SA, within the caps; IKE_AUTH proves it afterwards. The
 * rows; each side has a file of its own.
 */
#include "ikev2_x_init.h"

#include "ikev2_rows.h"
#include "ikev2_sa.h"
#include "ikev2_step.h"
#include "wire_ike.h"

static const struct ikev2_row init_rows[] = {
    {{"init_request", IKEV2_IN(IKEV2_ST_NONE), {0}},
     WIRE_IKE_SA_INIT,
     false,
     false,
     IKEV2_PLD(WIRE_IKE_P_SA) | IKEV2_PLD(WIRE_IKE_P_KE) | IKEV2_PLD(WIRE_IKE_P_NONCE),
     IKEV2_PLD(WIRE_IKE_P_NOTIFY),
     ikev2_init_on_request,
     "RFC 7296 1.2"},
    {{"init_response",
      IKEV2_IN(IKEV2_ST_I_INIT) | IKEV2_IN(IKEV2_ST_I_DH),
      {[IKEV2_GOES] = IKEV2_ST_I_DERIVE, [IKEV2_TURNS] = IKEV2_ST_DEAD}},
     WIRE_IKE_SA_INIT,
     true,
     false,
     IKEV2_PLD(WIRE_IKE_P_SA) | IKEV2_PLD(WIRE_IKE_P_KE) | IKEV2_PLD(WIRE_IKE_P_NONCE),
     IKEV2_PLD(WIRE_IKE_P_NOTIFY),
     ikev2_init_on_response,
     "RFC 7296 1.2, 2.4"},
    {{"init_refusal",
      IKEV2_IN(IKEV2_ST_I_INIT),
      {[IKEV2_GOES] = IKEV2_ST_I_DH, [IKEV2_TURNS] = IKEV2_ST_I_INIT}},
     WIRE_IKE_SA_INIT,
     true,
     false,
     IKEV2_PLD(WIRE_IKE_P_NOTIFY),
     0,
     ikev2_init_on_refused,
     "RFC 7296 2.6, 2.21.1"},
};

const struct ikev2_row *ikev2_init_rows(size_t *count)
{
    *count = sizeof init_rows / sizeof *init_rows;
    return init_rows;
}
