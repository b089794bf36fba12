/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads arguments of metering ports as DPDK reads those of vdevs; a value that makes no sense is named. */
#include "meter_args.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <rte_kvargs.h>

#include "bench_stat.h"

static const char *const key_list[] = {
    "flow",       "size",   "sas",       "inner_src", "inner_dst", "vary",   "outer_src", "outer_dst",
    "outer_port", "spi",    "spi_shift", "key",       "esn",       "result", "label",     "packets",
    "runs",       "ptypes", "offload",   "relay",     "start",     "hold",   NULL};

/* The values under their keys, and the first key whose value makes no sense. */
struct args_read {
    struct rte_kvargs *values;
    const char *wrong;
};

bool meter_args_find(const char *entries, const char *device, char *text)
{
    const size_t n = strlen(device);
    while (entries && *entries) {
        const size_t bytes = strcspn(entries, ";");
        if (!strncmp(entries, device, n) && (entries[n] == ',' || bytes == n)) {
            const size_t begin = bytes == n ? n : n + 1;
            if (bytes - begin >= METER_TEXT_MAX)
                return false;
            memcpy(text, entries + begin, bytes - begin);
            text[bytes - begin] = 0;
            return true;
        }
        entries += bytes + (entries[bytes] == ';');
    }
    return false;
}

bool meter_args_start(const char *entries, char *start)
{
    static const char key[] = ",start=";
    const char *at = entries ? strstr(entries, key) : NULL;
    if (!at)
        return false;
    at += strlen(key);
    const size_t bytes = strcspn(at, ",;");
    if (bytes >= METER_PATH_MAX)
        return false;
    memcpy(start, at, bytes);
    start[bytes] = 0;
    return bytes > 0;
}

static const char *args_text(const struct args_read *r, const char *key, const char *otherwise)
{
    const char *v = rte_kvargs_get(r->values, key);
    return v ? v : otherwise;
}

static void args_copy(struct args_read *r, const char *key, const char *otherwise, char *out, size_t size)
{
    if (snprintf(out, size, "%s", args_text(r, key, otherwise)) >= (int)size && !r->wrong)
        r->wrong = key;
}

/* A number of at most `max`, written as C writes numbers. */
static uint64_t args_number(struct args_read *r, const char *key, const char *otherwise, uint64_t max)
{
    const char *text = args_text(r, key, otherwise);
    char *end;
    errno = 0;
    const uint64_t v = strtoull(text, &end, 0);
    if ((errno || *end || text[0] < '0' || text[0] > '9' || v > max) && !r->wrong)
        r->wrong = key;
    return v;
}

static uint32_t args_address(struct args_read *r, const char *key, const char *otherwise)
{
    struct in_addr a = {0};
    if (inet_pton(AF_INET, args_text(r, key, otherwise), &a) != 1 && !r->wrong)
        r->wrong = key;
    return ntohl(a.s_addr);
}

/* Bytes written to out, 0: not hexadecimal digits in pairs, or more than `cap` bytes. */
static uint32_t args_key(const char *text, uint8_t *out, uint32_t cap)
{
    const size_t digits = strlen(text);
    if (digits % 2 || digits / 2 > cap || strspn(text, "0123456789abcdefABCDEF") != digits)
        return 0;
    for (uint32_t i = 0; i < digits / 2; i++) {
        const char byte[3] = {text[2 * i], text[2 * i + 1], 0};
        out[i] = (uint8_t)strtoul(byte, NULL, 16);
    }
    return (uint32_t)digits / 2;
}

static void args_kind(struct args_read *r, struct meter_flow *f)
{
    static const char *const kinds[] = {"sink", "plain", "esp", "natt"};
    const char *kind = args_text(r, "flow", "sink");
    const char *vary = args_text(r, "vary", "");
    while (f->kind <= METER_NATT && strcmp(kind, kinds[f->kind]))
        f->kind++;
    if (f->kind > METER_NATT)
        r->wrong = "flow";
    if (*vary && strcmp(vary, "src") && strcmp(vary, "dst"))
        r->wrong = "vary";
    f->is_src_varied = *vary ? !strcmp(vary, "src") : f->kind > METER_PLAIN;
}

static void args_flow(struct args_read *r, struct meter_flow *f)
{
    const bool is_imix = !strcmp(args_text(r, "size", ""), "imix");
    args_kind(r, f);
    f->size = is_imix ? 0 : (uint32_t)args_number(r, "size", "64", 1500);
    f->sas = (uint32_t)args_number(r, "sas", "1", UINT32_MAX);
    f->inner_src = args_address(r, "inner_src", "10.1.0.1");
    f->inner_dst = args_address(r, "inner_dst", "10.2.0.1");
    f->outer_src = args_address(r, "outer_src", "192.0.2.2");
    f->outer_dst = args_address(r, "outer_dst", "192.0.2.1");
    f->outer_port = (uint16_t)args_number(r, "outer_port", "4500", UINT16_MAX);
    f->spi = (uint32_t)args_number(r, "spi", "1000", UINT32_MAX);
    f->spi_shift = (uint32_t)args_number(r, "spi_shift", "0", 31);
    f->is_esn = args_number(r, "esn", "0", 1);
    if (!f->sas)
        r->wrong = "sas";
    if (!is_imix && f->size < 64)
        r->wrong = "size";
}

static void args_rest(struct args_read *r, struct meter_args *a)
{
    a->has_ptypes = args_number(r, "ptypes", "0", 1);
    a->has_offload = args_number(r, "offload", "0", 1);
    args_copy(r, "relay", "", a->relay, sizeof(a->relay));
    args_copy(r, "result", "", a->result, sizeof(a->result));
    args_copy(r, "label", "meter", a->label, sizeof(a->label));
    a->packets = args_number(r, "packets", "4000000", UINT64_MAX);
    a->runs = (uint32_t)args_number(r, "runs", "8", BENCH_RUNS_MAX);
    a->hold = (uint32_t)args_number(r, "hold", "0", UINT32_MAX);
    if (!a->runs)
        r->wrong = "runs";
}

/* A key alone is no argument, though rte_kvargs takes it for one. */
static void args_all(struct args_read *r, struct meter_args *a)
{
    args_flow(r, &a->flow);
    args_rest(r, a);
    for (unsigned i = 0; i < r->values->count; i++)
        if (!r->values->pairs[i].value)
            r->wrong = r->values->pairs[i].key;
}

int meter_args_parse(struct meter_args *a, const char *device, const char *text)
{
    uint8_t keymat[36];
    struct args_read r = {.values = rte_kvargs_parse(text, key_list)};
    memset(a, 0, sizeof(*a));
    if (!r.values) {
        fprintf(stderr, "meter: %s: \"%s\" is no list of KEY=VALUE with keys that meter_args.h names\n",
                device, text);
        return -EINVAL;
    }
    args_all(&r, a);
    const uint32_t key_bytes = args_key(args_text(&r, "key", ""), keymat, sizeof(keymat));
    if (!key_bytes && *args_text(&r, "key", ""))
        r.wrong = "key";
    int rc = r.wrong ? -EINVAL : meter_flow_init(&a->flow, keymat, key_bytes);
    if (r.wrong)
        fprintf(stderr, "meter: %s: %s=%s makes no sense, see meter_args.h\n", device, r.wrong,
                args_text(&r, r.wrong, ""));
    else if (rc)
        fprintf(stderr, "meter: %s: %s\n", device,
                rc == -EINVAL ? "ESP needs key= of 20 or 36 bytes" : strerror(-rc));
    rte_kvargs_free(r.values);
    return rc;
}
