/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The file of users (eap_users.h) as culvertctl changes it: whoever else does so waits, and a reader sees the
 * old or the new one and nothing between. All say in why what went wrong, in a sentence. Thread: one.
 */
#include <stddef.h>
#include <stdint.h>
#include "base_span.h"

#define CLI_USERS_FILE "/etc/culvert/users.txt"
#define CLI_WHY_MAX    320

/*
 * Writes the file anew with this user's row, which takes the place of an older one; hash NULL: without it. A
 * file that is not there is made, mode 0600; of a symbolic link, the file that it leads to is written. 1:
 * there was such a row; 0: there was none; -1: why.
 */
int cli_users_set(const char *file, struct base_span name, const uint8_t *hash, char why[CLI_WHY_MAX]);

/*
 * The whole file. The caller's, of base_secret_new(). NULL: why. *len 0 and no file: it is not there yet.
 */
char *cli_users_read(const char *file, size_t *len, char why[CLI_WHY_MAX]);
