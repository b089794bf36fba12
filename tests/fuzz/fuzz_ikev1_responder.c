/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fuzz_ike_responder with a connection of IKEv1 that answers main and aggressive mode: HASH of zeros is
 * right, so what is inside phase 2 reaches its handlers, too.
 */
#include "wire_v1.h"

#define FUZZ_V1              1
#define FUZZ_IS_V1(msg, hdr) (wire_v1_hdr_parse(msg, hdr) == WIRE_IKE_OK)

#include "fuzz_ike_responder.c"
