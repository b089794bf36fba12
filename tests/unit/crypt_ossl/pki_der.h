/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Test certificates as a peer sends them. Include it behind pki_files.h. */
#include <openssl/pem.h>

/* The first PEM block of a file, decoded; nothing judges it. Stays until the program ends. */
static struct base_span pki_der(const char *name)
{
    static struct {
        char name[64];
        unsigned char *der;
        long len;
    } cache[256];
    char *label, *header;
    size_t i = 0;
    while (cache[i].name[0] && strcmp(cache[i].name, name) != 0)
        i++;
    assert_true(i + 1 < sizeof cache / sizeof cache[0]);
    if (!cache[i].name[0]) {
        const struct base_span pem = pki_bytes(name);
        BIO *bio = BIO_new_mem_buf(pem.ptr, (int)pem.len);
        assert_int_equal(PEM_read_bio(bio, &label, &header, &cache[i].der, &cache[i].len), 1);
        OPENSSL_free(label);
        OPENSSL_free(header);
        BIO_free(bio);
        snprintf(cache[i].name, sizeof cache[i].name, "%s", name);
    }
    return base_span(cache[i].der, (size_t)cache[i].len);
}
