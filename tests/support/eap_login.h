/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Users and logins of EAP for configurations of tests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "base_secret.h"
#include "eap.h"
#include "eap_mschap.h"
#include "eap_users.h"
#include "ossl_eap.h"

/* A table with one user, who has this password. */
static inline struct eap_users *login_users(const char *name, const char *password)
{
    uint8_t hash[16];
    char row[EAP_USER_ROW_MAX];
    size_t line;
    const char *why;
    assert_int_equal(eap_mschap_hash(&ossl_eap_ops, base_span(password, strlen(password)), hash), 0);
    const size_t len = eap_user_print(base_span(name, strlen(name)), hash, row);
    struct eap_users *u = eap_users_load(base_span(row, len), &line, &why);
    assert_non_null(u);
    return u;
}

/* What a client logs in by. */
static inline struct eap_login *login_of(const char *identity, const char *name, const char *password)
{
    struct eap_login *l = base_secret_new(sizeof *l);
    assert_non_null(l);
    eap_name_set(&l->identity, base_span(identity, strlen(identity)));
    eap_name_set(&l->name, base_span(name, strlen(name)));
    assert_int_equal(eap_mschap_hash(&ossl_eap_ops, base_span(password, strlen(password)), l->hash), 0);
    return l;
}
