/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Users who log in with a password: a file with a row for each, and a table that finds one by name. A row is
 *   name:HASH
 * where HASH is the NT hash of the password in 32 hexadecimal digits; lines that are empty or begin with '#'
 * are passed over. A name has no ':', no control character and no blank at its ends. A table never changes
 * and is shared by reference count.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_span.h"

#define EAP_USERS_MAX      100000
#define EAP_USERS_FILE_MAX (32u << 20) /* bytes */
#define EAP_NAME_MAX       253         /* bytes of a name (RFC 7542 2.3) */

struct eap_user {
    const char *name; /* not terminated; the table's */
    uint8_t len;
    uint8_t hash[16];
};

struct eap_users;

/* A row as text, with its end of line: what eap_users_load() reads. */
#define EAP_USER_ROW_MAX (EAP_NAME_MAX + 1 + 32 + 2)
size_t eap_user_print(struct base_span name, const uint8_t hash[16], char out[EAP_USER_ROW_MAX]);

/* Whether a row may have this name; else why is a sentence's end, static. Thread: any. */
bool eap_user_is_name(struct base_span name, const char **why);

/* One row. out->name borrows from it. 1; 0: no user (empty, a comment); -EINVAL: why, static. */
int eap_user_parse(struct base_span line, struct eap_user *out, const char **why);

/*
 * A table of the file's text, with one reference. NULL: no memory (*line 0), or what is wrong in which line,
 * counted from 1: why, static. Thread: any.
 */
struct eap_users *eap_users_load(struct base_span text, size_t *line, const char **why);

struct eap_users *eap_users_get(struct eap_users *users);
/* Drops a reference; the last one wipes and frees. NULL is fine. */
void eap_users_put(struct eap_users *users);

size_t eap_users_count(const struct eap_users *users);

/*
 * The user of this name, or of what stands behind "DOMAIN\" in it; NULL: none. users NULL: nobody is known.
 */
const struct eap_user *eap_users_find(const struct eap_users *users, struct base_span name);

/* How many users of one are not in the other; NULL is an empty one. */
size_t eap_users_removed(const struct eap_users *from, const struct eap_users *to);
/* How many of one have another password in the other. */
size_t eap_users_renewed(const struct eap_users *from, const struct eap_users *to);

/* Whether both have the same rows; NULL is an empty one. */
bool eap_users_equal(const struct eap_users *a, const struct eap_users *b);
