/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* TLS over OpenSSL's libssl, in the library context for keys and certificates (ossl_lib.h). */
#include "crypt_tls_ops.h"

extern const struct crypt_tls_ops ossl_tls_ops;
