/* SPDX-License-Identifier: BSD-3-Clause */
/* Addresses and prefixes: values and text. No name resolution, no sockets. */
#include "base_addr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct base_addr base_addr_ip4(uint32_t host_order)
{
    const uint32_t be = htonl(host_order);
    return base_addr_from_bytes(BASE_AF_IP4, &be);
}

struct base_addr base_addr_from_bytes(enum base_family family, const void *bytes)
{
    struct base_addr a = {.family = (uint8_t)family};
    memcpy(a.bytes, bytes, base_addr_size(family));
    return a;
}

size_t base_addr_size(enum base_family family)
{
    return family == BASE_AF_IP4 ? 4 : family == BASE_AF_IP6 ? 16 : 0;
}

bool base_addr_equal(const struct base_addr *a, const struct base_addr *b)
{
    return base_addr_compare(a, b) == 0;
}

bool base_endpoint_equal(const struct base_endpoint *a, const struct base_endpoint *b)
{
    return a->port == b->port && base_addr_equal(&a->addr, &b->addr);
}

int base_addr_compare(const struct base_addr *a, const struct base_addr *b)
{
    if (a->family != b->family)
        return a->family < b->family ? -1 : 1;
    return memcmp(a->bytes, b->bytes, base_addr_size(a->family));
}

bool base_addr_is_private(const struct base_addr *a)
{
    static const char *const ranges[] = {"10.0.0.0/8",     "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10",
                                         "169.254.0.0/16", "fe80::/10",     "fc00::/7"};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        struct base_prefix p;
        if (base_prefix_parse(ranges[i], &p) == 0 && base_prefix_contains(&p, a))
            return true;
    }
    return false;
}

int base_addr_parse(const char *text, struct base_addr *out)
{
    struct base_addr a = {0};
    if (inet_pton(AF_INET, text, a.bytes) == 1)
        a.family = BASE_AF_IP4;
    else if (inet_pton(AF_INET6, text, a.bytes) == 1)
        a.family = BASE_AF_IP6;
    else
        return -EINVAL;
    *out = a;
    return 0;
}

/* A copy of `a` whose bits from `len` on are all zero, or all one. */
static struct base_addr fill_host_bits(const struct base_addr *a, unsigned len, bool ones)
{
    struct base_addr r = *a;
    const size_t size = base_addr_size(a->family);
    for (size_t i = 0; i < size; i++) {
        const unsigned before = (unsigned)i * 8;
        const uint8_t host = len >= before + 8 ? 0 : len <= before ? 0xff : (uint8_t)(0xff >> (len - before));
        r.bytes[i] = ones ? (uint8_t)(r.bytes[i] | host) : (uint8_t)(r.bytes[i] & ~host);
    }
    return r;
}

int base_prefix_parse_host(const char *text, struct base_prefix *out)
{
    char addr[BASE_ADDR_TEXT_MAX];
    const char *slash = strchr(text, '/');
    const size_t n = slash ? (size_t)(slash - text) : strlen(text);
    struct base_prefix p;
    if (n >= sizeof addr)
        return -EINVAL;
    memcpy(addr, text, n);
    addr[n] = '\0';
    if (base_addr_parse(addr, &p.addr) < 0)
        return -EINVAL;
    const unsigned max = (unsigned)base_addr_size(p.addr.family) * 8;
    unsigned long len = max;
    if (slash) {
        char *end;
        len = strtoul(slash + 1, &end, 10);
        if (slash[1] < '0' || slash[1] > '9' || *end != '\0' || len > max)
            return -EINVAL;
    }
    p.len = (uint8_t)len;
    *out = p;
    return 0;
}

int base_prefix_parse(const char *text, struct base_prefix *out)
{
    struct base_prefix p;
    const int rc = base_prefix_parse_host(text, &p);
    if (rc < 0)
        return rc;
    const struct base_addr net = fill_host_bits(&p.addr, p.len, false);
    if (!base_addr_equal(&net, &p.addr))
        return -ERANGE;
    *out = p;
    return 0;
}

void base_prefix_range(const struct base_prefix *p, struct base_addr *lo, struct base_addr *hi)
{
    *lo = fill_host_bits(&p->addr, p->len, false);
    *hi = fill_host_bits(&p->addr, p->len, true);
}

bool base_prefix_contains(const struct base_prefix *p, const struct base_addr *a)
{
    struct base_addr lo, hi;
    if (p->addr.family != a->family)
        return false;
    base_prefix_range(p, &lo, &hi);
    return base_addr_compare(&lo, a) <= 0 && base_addr_compare(a, &hi) <= 0;
}

bool base_prefix_equal(const struct base_prefix *a, const struct base_prefix *b)
{
    return a->len == b->len && base_addr_equal(&a->addr, &b->addr);
}

bool base_prefix_is_among(const struct base_prefix *p, const struct base_prefix *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (base_prefix_equal(p, &list[i]))
            return true;
    return false;
}

const char *base_addr_text(const struct base_addr *a, char out[BASE_ADDR_TEXT_MAX])
{
    if (a->family == BASE_AF_NONE)
        snprintf(out, BASE_ADDR_TEXT_MAX, "any");
    else
        inet_ntop(a->family == BASE_AF_IP4 ? AF_INET : AF_INET6, a->bytes, out, BASE_ADDR_TEXT_MAX);
    return out;
}

const char *base_endpoint_text(const struct base_endpoint *e, char out[BASE_ENDPOINT_TEXT_MAX])
{
    char addr[BASE_ADDR_TEXT_MAX];
    base_addr_text(&e->addr, addr);
    snprintf(out, BASE_ENDPOINT_TEXT_MAX, e->addr.family == BASE_AF_IP6 ? "[%s]:%u" : "%s:%u", addr, e->port);
    return out;
}

const char *base_prefix_text(const struct base_prefix *p, char out[BASE_PREFIX_TEXT_MAX])
{
    char addr[BASE_ADDR_TEXT_MAX];
    base_addr_text(&p->addr, addr);
    snprintf(out, BASE_PREFIX_TEXT_MAX, "%s/%u", addr, p->len);
    return out;
}

/* The address behind this one; of family none behind the last. */
static struct base_addr addr_next(struct base_addr a)
{
    size_t i = base_addr_size(a.family);
    while (i > 0 && ++a.bytes[i - 1] == 0)
        i--;
    return i ? a : (struct base_addr){0};
}

size_t base_prefixes_of(const struct base_addr *lo, const struct base_addr *hi, struct base_prefix *out,
                        size_t max, struct base_addr *rest)
{
    size_t n = 0;
    *rest = *lo;
    while (n < max && rest->family && base_addr_compare(rest, hi) <= 0) {
        struct base_prefix p = {.addr = *rest};
        struct base_addr first, last;
        base_prefix_range(&p, &first, &last);
        while (!base_addr_equal(&first, rest) || base_addr_compare(&last, hi) > 0) {
            p.len++;
            base_prefix_range(&p, &first, &last);
        }
        out[n++] = p;
        *rest = base_addr_equal(&last, hi) ? (struct base_addr){0} : addr_next(last);
    }
    return n;
}
