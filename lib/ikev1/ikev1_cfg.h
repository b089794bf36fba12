/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Inner addresses by mode-config (draft-ietf-ipsec-isakmp-mode-cfg-05 4): out of the connection's pools for a
 * peer, or what a peer gives us; and what else is told with them.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "wire_v1_attrs.h"

struct ike;
struct ikev1_sa;

#define IKEV1_CFG_SPLITS 16 /* networks that are told */

/* Attributes with room for the values that stand nowhere else. */
struct ikev1_cfg {
    struct wire_v1_attrs attrs;
    uint8_t splits[IKEV1_CFG_SPLITS * WIRE_V1_SPLIT_BYTES];
};

/*
 * Takes addresses for the peer, as far as it has none: of the families that `asked` has, or with NULL of
 * those that the pools have. False: there is none; that is told.
 */
bool ikev1_cfg_give(struct ike *ike, struct ikev1_sa *sa, const struct wire_v1_attrs *asked);
/* What the peer gets, with what it asks for beside (NULL: everything). Spans are of the SA and its conf. */
void ikev1_cfg_tell(struct ike *ike, const struct ikev1_sa *sa, const struct wire_v1_attrs *asked,
                    struct ikev1_cfg *out);

/* What we ask for. */
void ikev1_cfg_want(const struct ikev1_sa *sa, struct wire_v1_attrs *out);
/* Takes one address of each family that we ask for. False: there is none; that is told. */
bool ikev1_cfg_take(struct ike *ike, struct ikev1_sa *sa, const struct wire_v1_attrs *told);
