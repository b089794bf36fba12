/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Files of keys and SPIs, and what is made of a key.
 */
#include "gen_key.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base_span.h"
#include "ossl_ops.h"

uint32_t gen_key_read(const char *file, uint8_t keymat[36])
{
    uint32_t digits = 0;
    int c = 0;
    FILE *f = fopen(file, "r");
    memset(keymat, 0, 36);
    while (f && (c = fgetc(f)) != EOF) {
        if (isspace(c))
            continue;
        if (digits == 1 && !keymat[0] && (c == 'x' || c == 'X')) {
            digits = 0; /* "0x", as other key files may begin */
            continue;
        }
        if (!isxdigit(c) || digits == 72)
            break;
        uint8_t v = (uint8_t)(isdigit(c) ? c - '0' : tolower(c) - 'a' + 10);
        keymat[digits / 2] |= (uint8_t)(digits % 2 ? v : v << 4);
        digits++;
    }
    if (f)
        fclose(f);
    if (f && c == EOF && (digits == 40 || digits == 72))
        return digits / 2;
    if (f)
        fprintf(stderr,
                "culvert-bench: %s: key and salt are 40 or 72 hexadecimal digits: 16 or 32 bytes, and 4\n",
                file);
    else
        fprintf(stderr, "culvert-bench: %s: %s\n", file, strerror(errno));
    return 0;
}

/* Reads a line. False: it is no SPI. *spi stays 0 of an empty one. */
static bool spi_read(char *line, uint32_t *spi)
{
    char *end;
    line[strcspn(line, "#\r\n")] = 0;
    unsigned long v = strtoul(line, &end, 0);
    while (isspace((unsigned char)*end))
        end++;
    *spi = (uint32_t)v;
    return !*end && (end == line || !line[strspn(line, " \t")] || (v > 255 && v <= UINT32_MAX));
}

uint32_t *gen_key_spis(const char *file, uint32_t *count)
{
    char line[128];
    uint32_t at = 0, cap = 0, spi, *spis = NULL;
    FILE *f = fopen(file, "r");
    *count = 0;
    while (f && fgets(line, sizeof(line), f)) {
        at++;
        if (!spi_read(line, &spi)) {
            fprintf(stderr, "culvert-bench: %s: line %u is no SPI (256 to 0xffffffff)\n", file, at);
            break;
        }
        if (spi && *count == cap) {
            cap = cap ? 2 * cap : 1024;
            uint32_t *more = realloc(spis, cap * sizeof(*spis));
            if (!more)
                break;
            spis = more;
        }
        if (spi)
            spis[(*count)++] = spi;
    }
    if (!f)
        fprintf(stderr, "culvert-bench: %s: %s\n", file, strerror(errno));
    else if (feof(f) && !*count)
        fprintf(stderr, "culvert-bench: %s: no SPI in it; one a line\n", file);
    bool is_whole = f && feof(f) && *count;
    if (f)
        fclose(f);
    if (!is_whole) {
        free(spis);
        return NULL;
    }
    return spis;
}

bool gen_key_nonce(const char *hex, uint8_t nonce[GEN_NONCE_BYTES])
{
    for (uint32_t i = 0; i < GEN_NONCE_BYTES; i++) {
        char pair[3] = {hex[2 * i], hex[2 * i] ? hex[2 * i + 1] : 0, 0};
        if (!isxdigit((unsigned char)pair[0]) || !isxdigit((unsigned char)pair[1]))
            return false;
        nonce[i] = (uint8_t)strtoul(pair, NULL, 16);
    }
    return !hex[2 * GEN_NONCE_BYTES];
}

bool gen_key_out(const uint8_t *keymat, uint32_t bytes, const uint8_t nonce[GEN_NONCE_BYTES], uint8_t out[36])
{
    static const char info[] = "culvert manual out";
    return ossl_hkdf(base_span(keymat, bytes), base_span(nonce, GEN_NONCE_BYTES),
                     base_span(info, strlen(info)), out, bytes) == 0;
}

/* The file beside that of the SPIs that keeps the next number, and of which SPIs that is. */
static void next_name(const char *spis_file, char *name, size_t size)
{
    snprintf(name, size, "%s.next", spis_file);
}

/* The SPIs as one number (FNV-1a), to tell whether they are the same ones. */
static uint64_t spis_hash(const uint32_t *spis, uint32_t count)
{
    uint64_t hash = 0xcbf29ce484222325ull;
    for (uint32_t i = 0; i < 4 * count; i++)
        hash = (hash ^ (spis[i / 4] >> 8 * (i % 4) & 255)) * 0x100000001b3ull;
    return hash;
}

uint64_t gen_key_next(const char *spis_file, const uint32_t *spis, uint32_t count)
{
    char name[1024];
    unsigned long next = 1, hash = 0;
    next_name(spis_file, name, sizeof(name));
    FILE *f = fopen(name, "r");
    const bool is_whole = f && fscanf(f, "%lu %lx", &next, &hash) == 2;
    if (f)
        fclose(f);
    return is_whole && hash == spis_hash(spis, count) ? next : 1;
}

void gen_key_next_keep(const char *spis_file, const uint32_t *spis, uint32_t count, uint64_t next)
{
    char name[1024];
    const uint64_t kept = gen_key_next(spis_file, spis, count);
    const uint64_t most = next > kept ? next : kept;
    next_name(spis_file, name, sizeof(name));
    FILE *f = fopen(name, "w");
    const bool is_written = f && fprintf(f, "%lu %lx\n", most, spis_hash(spis, count)) > 0;
    if (f && !fclose(f) && is_written)
        return;
    fprintf(stderr, "culvert-bench traffic: %s: %s; the next run takes --seq %lu\n", name, strerror(errno),
            most);
}
