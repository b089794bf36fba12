/* SPDX-License-Identifier: BSD-3-Clause */
/* Lines of leases: written by a format, read back field by field, with a sum behind them (FNV-1a). */
#include "pool_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SUM_CHARS 10 /* " *89abcdef" without its blank: '*' and eight digits, and the blank */

static const char *const kinds[] = {
    [POOL_RECORD_HELD] = "held", [POOL_RECORD_IDLE] = "idle", [POOL_RECORD_GONE] = "gone"};

static uint32_t text_sum(const char *text, size_t len)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < len; i++)
        h = (h ^ (uint8_t)text[i]) * 16777619u;
    return h;
}

size_t pool_text_write(const struct pool_record *record, int64_t since_s, char out[POOL_TEXT_MAX])
{
    char addr[BASE_ADDR_TEXT_MAX], id[2 * (IKE_ID_MAX + 1) + 1];
    snprintf(id, sizeof id, "%02x", record->id.type);
    for (size_t i = 0; i < record->id.len; i++)
        snprintf(id + 2 + 2 * i, 3, "%02x", record->id.bytes[i]);
    const int n = snprintf(out, POOL_TEXT_MAX - SUM_CHARS - 1, "%s %s %s %" PRId64, kinds[record->kind],
                           base_addr_text(&record->addr, addr), id, since_s);
    const int sum = snprintf(out + n, POOL_TEXT_MAX - (size_t)n, " *%08x\n", text_sum(out, (size_t)n));
    return (size_t)(n + sum);
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool id_read(const char *hex, struct ike_id *out)
{
    const size_t n = strlen(hex) / 2;
    *out = (struct ike_id){0};
    if (strlen(hex) % 2 || n == 0 || n > IKE_ID_MAX + 1)
        return false;
    for (size_t i = 0; i < n; i++) {
        const int hi = hex_digit(hex[2 * i]), lo = hex_digit(hex[2 * i + 1]);
        if (hi < 0 || lo < 0)
            return false;
        if (i == 0)
            out->type = (uint8_t)(hi << 4 | lo);
        else
            out->bytes[i - 1] = (uint8_t)(hi << 4 | lo);
    }
    out->len = (uint8_t)(n - 1);
    return true;
}

static bool kind_read(const char *word, enum pool_record_kind *out)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(word, kinds[i]) != 0)
            continue;
        *out = (enum pool_record_kind)i;
        return true;
    }
    return false;
}

bool pool_text_read(const char *line, size_t len, struct pool_record *out, int64_t *since_s)
{
    char text[POOL_TEXT_MAX], kind[8], addr[BASE_ADDR_TEXT_MAX], id[2 * (IKE_ID_MAX + 1) + 1], sum[16];
    if (len >= sizeof text || len <= SUM_CHARS || memchr(line, '\0', len))
        return false;
    memcpy(text, line, len);
    text[len] = '\0';
    snprintf(sum, sizeof sum, " *%08x", text_sum(text, len - SUM_CHARS));
    if (strcmp(text + len - SUM_CHARS, sum) != 0 ||
        sscanf(text, "%7s %47s %512s %" SCNd64, kind, addr, id, since_s) != 4)
        return false;
    return kind_read(kind, &out->kind) && base_addr_parse(addr, &out->addr) == 0 && id_read(id, &out->id) &&
           (out->kind == POOL_RECORD_GONE || out->id.type);
}
