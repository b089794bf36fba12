/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IKE_AUTH (RFC 7296 1.2, 2.15, 2.16): both sides prove their identities and make the first child. The rows;
 * each side has a file of its own.
 */
#include "ikev2_x_auth.h"

#include "ikev2_rows.h"
#include "ikev2_sa.h"
#include "wire_ike.h"
#include "ikev2_step.h"

static const struct ikev2_row rows[] = {
    {{"auth_request",
      IKEV2_IN(IKEV2_ST_R_INIT),
      {[IKEV2_CHECKS] = IKEV2_ST_R_CHECK,
       [IKEV2_PROVES] = IKEV2_ST_R_PROVE,
       [IKEV2_ROUNDS] = IKEV2_ST_R_ROUND,
       [IKEV2_TURNS] = IKEV2_ST_DEAD}},
     WIRE_IKE_AUTH,
     false,
     true,
     IKEV2_PLD(WIRE_IKE_P_IDI),
     IKEV2_PLD(WIRE_IKE_P_SA) | IKEV2_PLD(WIRE_IKE_P_TSI) | IKEV2_PLD(WIRE_IKE_P_TSR) |
         IKEV2_PLD(WIRE_IKE_P_IDR) | IKEV2_PLD(WIRE_IKE_P_AUTH) | IKEV2_PLD(WIRE_IKE_P_NOTIFY) |
         IKEV2_PLD(WIRE_IKE_P_CP),
     ikev2_auth_on_request,
     "RFC 7296 1.2, 2.16, RFC 6023 3"},
    {{"auth_round_request",
      IKEV2_IN(IKEV2_ST_R_ROUND),
      {[IKEV2_CHECKS] = IKEV2_ST_R_CHECK,
       [IKEV2_PROVES] = IKEV2_ST_R_PROVE,
       [IKEV2_ROUNDS] = IKEV2_ST_R_ROUND,
       [IKEV2_TURNS] = IKEV2_ST_DEAD}},
     WIRE_IKE_AUTH,
     false,
     true,
     0,
     IKEV2_PLD(WIRE_IKE_P_EAP) | IKEV2_PLD(WIRE_IKE_P_AUTH) | IKEV2_PLD(WIRE_IKE_P_IDI) |
         IKEV2_PLD(WIRE_IKE_P_NOTIFY),
     ikev2_auth_on_round_request,
     "RFC 7296 2.16, RFC 4739 2"},
    {{"auth_given_up", IKEV2_IN(IKEV2_ST_R_ROUND), {[IKEV2_GOES] = IKEV2_ST_DEAD}},
     WIRE_IKE_INFORMATIONAL,
     false,
     true,
     0,
     0,
     ikev2_auth_on_given_up,
     "RFC 7296 1.4, 2.16"},
    {{"auth_response", IKEV2_IN(IKEV2_ST_I_AUTH), {[IKEV2_CHECKS] = IKEV2_ST_I_CHECK}},
     WIRE_IKE_AUTH,
     true,
     true,
     IKEV2_PLD(WIRE_IKE_P_IDR) | IKEV2_PLD(WIRE_IKE_P_AUTH),
     IKEV2_PLD(WIRE_IKE_P_SA) | IKEV2_PLD(WIRE_IKE_P_TSI) | IKEV2_PLD(WIRE_IKE_P_TSR) |
         IKEV2_PLD(WIRE_IKE_P_NOTIFY) | IKEV2_PLD(WIRE_IKE_P_EAP) | IKEV2_PLD(WIRE_IKE_P_CP),
     ikev2_auth_on_response,
     "RFC 7296 1.2, 2.16"},
    {{"auth_refusal",
      IKEV2_IN(IKEV2_ST_I_AUTH),
      {[IKEV2_GOES] = IKEV2_ST_UP,
       [IKEV2_TURNS] = IKEV2_ST_DEAD,
       [IKEV2_PROVES] = IKEV2_ST_I_PROVE,
       [IKEV2_CHECKS] = IKEV2_ST_I_CHECK,
       [IKEV2_ROUNDS] = IKEV2_ST_I_AUTH}},
     WIRE_IKE_AUTH,
     true,
     true,
     IKEV2_PLD(WIRE_IKE_P_NOTIFY),
     0,
     ikev2_auth_on_refused,
     "RFC 7296 2.21.2"},
    {{"auth_round_response",
      IKEV2_IN(IKEV2_ST_I_AUTH),
      {[IKEV2_GOES] = IKEV2_ST_UP,
       [IKEV2_PROVES] = IKEV2_ST_I_PROVE,
       [IKEV2_CHECKS] = IKEV2_ST_I_CHECK,
       [IKEV2_ROUNDS] = IKEV2_ST_I_AUTH}},
     WIRE_IKE_AUTH,
     true,
     true,
     0,
     IKEV2_PLD(WIRE_IKE_P_EAP) | IKEV2_PLD(WIRE_IKE_P_AUTH) | IKEV2_PLD(WIRE_IKE_P_SA) |
         IKEV2_PLD(WIRE_IKE_P_TSI) | IKEV2_PLD(WIRE_IKE_P_TSR),
     ikev2_auth_on_round_response,
     "RFC 7296 2.16, RFC 4739 2"},
};

const struct ikev2_row *ikev2_auth_rows(size_t *count)
{
    *count = sizeof rows / sizeof *rows;
    return rows;
}
