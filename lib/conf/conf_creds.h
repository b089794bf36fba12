/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Inside conf: keys, certificates and authorities of connections, from their files. Not for other rooms. */
#include "conf_int.h"
#include "ike_cred.h"

/* What was loaded so far: connections that name the same files share it. */
struct conf_creds {
    struct ike_conf *ike;
    struct conf_reader *r;
    const json_t *authorities; /* of the root, checked; NULL: none */
    const char *folder;        /* of their files */
    struct crypt_trust *all;   /* all of them, once it was asked for */
    /* What connections ask for, as text, to where it is loaded, as a number; 0: it failed. */
    json_t *ours, *theirs;
    json_t *named; /* authorities that a connection names */
};

/*
 * Loads what the connections of a list say of keys, certificates and authorities, and gives it to those of
 * them that were built, whose methods are known. Without local.id the subject of the first certificate is the
 * identity. The reader stands at the root, where faults are noted.
 */
void conf_creds_build(struct conf_reader *r, const json_t *root, struct ike_conf *ike);

/* Whether a side with this method shows certificates or keys. */
bool conf_creds_is_used(enum ike_auth_kind kind);
/* Whether one of the rounds of a side does. */
bool conf_creds_are_used(const struct ike_conn_conf *c, bool is_ours);

/* ---- conf_authority.c ---- */

/* What a peer's proof is held against, by `remote` of a connection, where the reader stands. */
void conf_authority_remote(struct conf_creds *x, const json_t *remote, struct ike_conn_conf *conn);
/* All authorities, borrowed. NULL: there are none. */
const struct crypt_trust *conf_authority_all(struct conf_creds *x);
/* Checks the entries of "authorities". False: there are faults, or none. */
bool conf_authority_read(struct conf_creds *x, const json_t *root);
/* Warns of authorities that no connection names. */
void conf_authority_unused(struct conf_creds *x);

/* ---- files ---- */

/* A list's n-th value, or the one value that stands alone. NULL: there are not so many. */
const char *conf_value_at(const json_t *value, size_t n);
/* Where a file of the configuration is; what has a scheme of its own ("pkcs11:") stays as it is. */
const char *conf_where(const char *folder, const char *name, char out[CONF_PATH_MAX]);
