/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* strongSwan's notation, for advice that can be copied into its swanctl.conf. */
#include "ike_conf.h"

/*
 * The identity as the value of `id` there, quoted where it must be. crypto reads names. Returns out. Thread:
 * any.
 */
const char *explain_swan_id(const struct ike_id *id, const struct crypt_ike_ops *crypto,
                            char out[IKE_ID_TEXT_MAX]);
