/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Certificates of callers: one for each name, and the authority that the gateway is held against. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "ike_conf.h"
#include "ike_cred.h"
#include "load_args.h"

struct load_pki {
    const struct ike_anchor *anchor;
    const struct ike_creds **creds; /* of each name; NULL: callers have none */
};

/*
 * Reads FOLDER/ca.crt, ca.crl where it is there, and, unless callers log in with a password, NAME.crt and
 * NAME.key of each name, into lists of conf, which owns them. A key of another kind than `--auth` names is
 * refused. False: it said why. creds stay for the life of the process.
 */
bool load_pki_read(struct load_pki *out, struct ike_conf *conf, const struct load_args *a);
