/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The writers of all dialects, and what they share. */
#include "explain_export.h"
#include "explain_suite.h"

explain_export_fn explain_export_culvert;                              /* explain_export_culvert.c */
explain_export_fn explain_export_strongswan, explain_export_libreswan; /* explain_export_swan.c */
explain_export_fn explain_export_vyos, explain_export_mikrotik,
    explain_export_fortigate; /* explain_export_router.c */
explain_export_fn explain_export_windows, explain_export_ios,
    explain_export_android;           /* explain_export_client.c */
explain_export_fn explain_export_aws; /* explain_export_cloud.c */

#define EXPLAIN_WORDS(table) (table), sizeof(table) / sizeof *(table)

/* Rows of words: groups by their numbers, for vendors that call them so. */
#define EXPLAIN_GROUP(group, number)                                 \
    {                                                                \
        CRYPT_TYPE_DH, CRYPT_DH_##group, 0, number, EXPLAIN_FOR_BOTH \
    }
#define EXPLAIN_GROUP_NUMBERS                                                                       \
    EXPLAIN_GROUP(MODP_2048, "14"), EXPLAIN_GROUP(MODP_3072, "15"), EXPLAIN_GROUP(MODP_4096, "16"), \
        EXPLAIN_GROUP(ECP_256, "19"), EXPLAIN_GROUP(ECP_384, "20"), EXPLAIN_GROUP(ECP_521, "21")

/*
 * Lines that every dialect begins with, each behind `mark` ("# "): what it is, and what of the connection it
 * lacks.
 */
void explain_export_head(struct base_text *t, const struct explain_site *s, const char *mark,
                         const char *what);

/* A comment for algorithms that the vendor has not. */
void explain_export_no_suite(struct base_text *t, const struct explain_site *s, const char *mark, bool is_ike,
                             const char *advice);

/* "10.1.0.0 255.255.255.0" for a network of IPv4. */
void explain_add_masked(struct base_text *t, const struct base_prefix *p);

/* Adds a text between single quotes, of which a shell takes back what it is, whatever is in it. */
void explain_add_shell(struct base_text *t, const char *text);

/* A name of letters, digits, "-" and "_" that is like this one. */
const char *explain_plain_name(const char *name, char out[IKE_NAME_MAX]);

/* The identity as an address, or "" when it is none. */
const char *explain_id_addr(const struct ike_id *id, char out[BASE_ADDR_TEXT_MAX]);

/* The identity without the "@" in front of a name without dots. */
const char *explain_id_bare(const struct ike_id *id, const struct crypt_ike_ops *crypto,
                            char out[IKE_ID_TEXT_MAX]);
