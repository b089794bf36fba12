/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Certificates of the callers of ike_load: one for each name, and the authority that all are held against. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "ike_conf.h"
#include "ike_cred.h"

struct load_pki {
    const struct ike_anchor *anchor;
    const struct ike_creds **creds; /* of each name */
};

/*
 * Reads FOLDER/ca.crt, ca.crl and, of n names, NAME.crt and NAME.key into lists of conf, which owns them.
 * False: it said why.
 */
bool load_pki_read(struct load_pki *out, struct ike_conf *conf, const char *folder, uint32_t n,
                   void (*name)(uint32_t i, char *out, size_t size));
