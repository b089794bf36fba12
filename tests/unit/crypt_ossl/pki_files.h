/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The test certificates that tests/lib/pki.sh makes, by name. The folder is in CULVERT_PKI. Include it behind
 * cmocka.h. What is read stays until the program ends.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base_file.h"
#include "ossl_ops.h"

#define PKI_NOW   1767225600 /* 2026-01-01 */
#define PKI_BEGIN 1577836800 /* 2020-01-01: all are valid from then on */
#define PKI_OLD   1609459200 /* 2021-01-01: those that are expired were until then */
#define PKI_END   2208988800 /* 2040-01-01: until then */

__attribute__((unused)) static char pki_sentence[CRYPT_WORDS_MAX];

__attribute__((unused)) static struct base_text pki_why(void)
{
    return base_text(pki_sentence, sizeof pki_sentence);
}

__attribute__((unused)) static const char *pki_path(const char *name)
{
    static char paths[4][512];
    static unsigned at;
    const char *folder = getenv("CULVERT_PKI");
    if (!folder)
        fail_msg("CULVERT_PKI is not set: run this by meson test");
    char *path = paths[at++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

/* The whole file, from a small cache. */
__attribute__((unused)) static struct base_span pki_bytes(const char *name)
{
    static struct {
        char name[64];
        struct base_file file;
    } cache[256];
    struct base_text why = pki_why();
    size_t i = 0;
    while (cache[i].name[0] && strcmp(cache[i].name, name) != 0)
        i++;
    assert_true(i + 1 < sizeof cache / sizeof cache[0]);
    if (!cache[i].name[0] && base_file_read(pki_path(name), 1u << 20, false, &cache[i].file, &why) < 0)
        fail_msg("%s", pki_sentence);
    snprintf(cache[i].name, sizeof cache[i].name, "%s", name);
    return base_file_span(&cache[i].file);
}

/* The first certificate or raw key of a file, a reference. */
__attribute__((unused)) static struct crypt_cert *pki_cert(const char *name)
{
    struct crypt_certs certs;
    struct base_text why = pki_why();
    if (ossl_pki_ops.certs_read(name, pki_bytes(name), "secret", &certs, &why) < 0)
        fail_msg("%s", pki_sentence);
    struct crypt_cert *cert = ossl_pki_ops.cert_get(certs.at[0]);
    ossl_pki_ops.certs_put(&certs);
    return cert;
}

__attribute__((unused)) static struct crypt_key *pki_key(const char *name)
{
    struct crypt_key *key;
    struct base_text why = pki_why();
    if (ossl_pki_ops.key_read(name, pki_bytes(name), "secret", &key, NULL, &why) < 0)
        fail_msg("%s", pki_sentence);
    return key;
}
