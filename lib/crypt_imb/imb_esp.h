/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The back end over intel-ipsec-mb: AES-GCM, ChaCha20-Poly1305, AES-CBC or NULL with HMAC. With
 * is_one_of_many a context has a copy of the library (13 MB), if there can be one: the library's own
 * variables would else go from core to core.
 */
#include "esp_ops.h"

extern const struct esp_ops imb_esp_ops;
