/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* IP addresses and UDP endpoints as values, network byte order inside, with their text forms. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum base_family { BASE_AF_NONE = 0, BASE_AF_IP4 = 4, BASE_AF_IP6 = 6 };

/* An address, or "any" when family is BASE_AF_NONE. Unused bytes are zero, so memcmp compares. */
struct base_addr {
    uint8_t family; /* enum base_family */
    uint8_t pad[3]; /* zero */
    uint8_t bytes[16];
};

/* Address and UDP port (host order). */
struct base_endpoint {
    struct base_addr addr;
    uint16_t port;
};

/* A prefix; len in bits, host bits of addr are zero. */
struct base_prefix {
    struct base_addr addr;
    uint8_t len;
};

#define BASE_ADDR_TEXT_MAX     48 /* with NUL */
#define BASE_ENDPOINT_TEXT_MAX 56 /* "[v6]:port" or "v4:port", with NUL */
#define BASE_PREFIX_TEXT_MAX   52

struct base_addr base_addr_ip4(uint32_t host_order);
struct base_addr base_addr_from_bytes(enum base_family family, const void *bytes);

/* Bytes of an address of this family: 4, 16, or 0. */
size_t base_addr_size(enum base_family family);

bool base_addr_equal(const struct base_addr *a, const struct base_addr *b);
bool base_endpoint_equal(const struct base_endpoint *a, const struct base_endpoint *b);

/* Orders as unsigned big-endian numbers; families first. <0, 0, >0. */
int base_addr_compare(const struct base_addr *a, const struct base_addr *b);

/* RFC 1918, RFC 6598, link-local, unique-local: an address that the Internet does not route. */
bool base_addr_is_private(const struct base_addr *a);

/* Parses "192.0.2.1" or "2001:db8::1". 0, or -EINVAL and *out untouched. */
int base_addr_parse(const char *text, struct base_addr *out);

/* Parses "10.0.0.0/8" or a bare address (full length). Host bits set give -ERANGE; other faults -EINVAL. */
int base_prefix_parse(const char *text, struct base_prefix *out);

/* As base_prefix_parse(), but keeps host bits: the form of an interface address. */
int base_prefix_parse_host(const char *text, struct base_prefix *out);

/* First and last address of a prefix. */
void base_prefix_range(const struct base_prefix *p, struct base_addr *lo, struct base_addr *hi);

/*
 * The prefixes that make up the addresses from lo to hi >= lo, in their order: how many were written, max at
 * the most. *rest: where to go on, or of family none: they are all.
 */
size_t base_prefixes_of(const struct base_addr *lo, const struct base_addr *hi, struct base_prefix *out,
                        size_t max, struct base_addr *rest);
bool base_prefix_contains(const struct base_prefix *p, const struct base_addr *a);
/* Same address, host bits and all, and same length. */
bool base_prefix_equal(const struct base_prefix *a, const struct base_prefix *b);
/* Whether one of a list is equal to it. */
bool base_prefix_is_among(const struct base_prefix *p, const struct base_prefix *list, size_t n);

/* Writes text with NUL into out (sizes above) and returns out. "any" for BASE_AF_NONE. */
const char *base_addr_text(const struct base_addr *a, char out[BASE_ADDR_TEXT_MAX]);
const char *base_endpoint_text(const struct base_endpoint *e, char out[BASE_ENDPOINT_TEXT_MAX]);
const char *base_prefix_text(const struct base_prefix *p, char out[BASE_PREFIX_TEXT_MAX]);
