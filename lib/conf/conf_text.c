/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Values that are more than a word: identities, subnets with protocol and ports, and DSCPs. Identities but
 * for distinguished names are the engine's own notation (ike_id_parse).
 */
#include "conf_int.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "base_dscp.h"
#include "ike_pattern.h"
#include "ossl_ops.h"

/* A DN begins with an attribute type and "="; key-ids and e-mail addresses are told apart by what precedes
 * it. */
static bool looks_like_dn(const char *text)
{
    const size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789. ");
    return n > 0 && text[n] == '=';
}

static int dn_parse(const char *text, struct ike_id *out, char *why, size_t why_size)
{
    struct ike_id id = {.type = WIRE_IKE_ID_DN};
    size_t len = 0;
    const int rc = ossl_dn_parse(text, id.bytes, sizeof id.bytes, &len);
    if (rc < 0) {
        snprintf(why, why_size, "\"%.128s\" is %s; write it as \"C=NZ, O=Example, CN=gw\"", text,
                 rc == -ENOSPC ? "too long for an identity (255 bytes)" : "no distinguished name");
        return -EINVAL;
    }
    id.len = (uint8_t)len;
    *out = id;
    return 0;
}

/* What nobody means as a part of an identity, and would be compared as one. True: why says so. */
static bool id_has_slip(const char *text, char *why, size_t why_size)
{
    static const char *const types[] = {
        "email:", "rfc822:", "userfqdn:", "fqdn:", "dns:", "asn1dn:", "ipv4:", "ipv6:", "xmppaddr:"};
    const size_t len = strlen(text);
    if (len && (isspace((unsigned char)text[0]) || isspace((unsigned char)text[len - 1]))) {
        snprintf(why, why_size,
                 "\"%.128s\" begins or ends with a blank, which would be a part of it; take it out", text);
        return true;
    }
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strncasecmp(text, types[i], strlen(types[i])) == 0) {
            snprintf(why, why_size,
                     "\"%.128s\" has its type in front; leave \"%s\" out: user@host, @name, an address and "
                     "C=NZ, O=Example tell that by themselves",
                     text, types[i]);
            return true;
        }
    return false;
}

int conf_peer_id_parse(const char *text, struct ike_id *out, char *why, size_t why_size)
{
    if (id_has_slip(text, why, why_size))
        return -EINVAL;
    const int rc = looks_like_dn(text) ? dn_parse(text, out, why, why_size)
                                       : ike_pattern_parse(text, out, why, why_size);
    if (rc == 0)
        ike_pattern_settle(out);
    return rc;
}

int conf_id_parse(const char *text, struct ike_id *out, char *why, size_t why_size)
{
    struct ike_id id;
    const int rc = conf_peer_id_parse(text, &id, why, why_size);
    if (rc < 0)
        return rc;
    if (id.pattern) {
        snprintf(why, why_size,
                 "an identity must be exact here, and \"%.128s\" stands for many; write one, such as "
                 "\"@branch.example.org\"",
                 text);
        return -EINVAL;
    }
    *out = id;
    return 0;
}

static const struct {
    const char *name;
    uint8_t number;
    bool has_ports;
} protocols[] = {{"icmp", 1, false}, {"ipip", 4, false},    {"tcp", 6, true},   {"udp", 17, true},
                 {"gre", 47, false}, {"icmpv6", 58, false}, {"sctp", 132, true}};

/* Reads digits up to `max` and moves *text behind them. -1: there are none, or too much. */
static long number_take(const char **text, long max)
{
    if (!isdigit((unsigned char)**text))
        return -1;
    char *end;
    const long v = strtol(*text, &end, 10);
    *text = end;
    return v > max ? -1 : v;
}

static int protocol_take(const char **text, struct base_ts *ts, bool *has_ports)
{
    if (isdigit((unsigned char)**text)) {
        const long v = number_take(text, 255);
        ts->protocol = (uint8_t)v;
        *has_ports = v == 6 || v == 17 || v == 132;
        return v < 1 ? -EINVAL : 0;
    }
    const size_t len = strcspn(*text, "/]");
    for (size_t i = 0; i < sizeof protocols / sizeof *protocols; i++) {
        if (strlen(protocols[i].name) != len || strncasecmp(*text, protocols[i].name, len) != 0)
            continue;
        ts->protocol = protocols[i].number;
        *has_ports = protocols[i].has_ports;
        *text += len;
        return 0;
    }
    return -EINVAL;
}

/* "tcp/443]", "udp/1000-2000]", "gre]": what stands behind the bracket. */
static int narrow_parse(const char *text, struct base_ts *ts)
{
    bool has_ports = false;
    if (protocol_take(&text, ts, &has_ports) < 0)
        return -EINVAL;
    if (*text == '/') {
        text++;
        const long lo = number_take(&text, 65535);
        long hi = lo;
        if (*text == '-') {
            text++;
            hi = number_take(&text, 65535);
        }
        if (!has_ports || lo < 0 || hi < lo)
            return -EINVAL;
        ts->port_lo = (uint16_t)lo;
        ts->port_hi = (uint16_t)hi;
    }
    return strcmp(text, "]") == 0 ? 0 : -EINVAL;
}

/* The addresses that a text stands for, up to `len`. 0, or -EINVAL with why. */
static int addresses_parse(const char *text, size_t len, struct base_ts *ts, char *why, size_t why_size)
{
    char net[BASE_PREFIX_TEXT_MAX];
    struct base_prefix prefix;
    int rc = -EINVAL;
    if (len < sizeof net) {
        memcpy(net, text, len);
        net[len] = '\0';
        if (strcmp(net, "dynamic") == 0)
            return 0;
        rc = base_prefix_parse(net, &prefix);
    }
    if (rc == -ERANGE)
        snprintf(why, why_size,
                 "\"%s\" has bits set behind its prefix length; write the network's first address", net);
    else if (rc < 0)
        snprintf(why, why_size, "\"%s\" is no network; write it as \"10.1.0.0/16\" or \"2001:db8::/32\"",
                 text);
    if (rc < 0)
        return -EINVAL;
    base_prefix_range(&prefix, &ts->lo, &ts->hi);
    return 0;
}

int conf_subnet_parse(const char *text, struct base_ts *out, char *why, size_t why_size)
{
    struct base_ts ts = {.port_lo = 0, .port_hi = 65535};
    const size_t len = strcspn(text, "[");
    const bool is_narrow = text[len] == '[';
    if (addresses_parse(text, len, &ts, why, why_size) < 0)
        return -EINVAL;
    if (is_narrow && narrow_parse(text + len + 1, &ts) < 0) {
        snprintf(why, why_size,
                 "cannot read the part in brackets of \"%s\"; write [tcp], [tcp/443], [udp/1000-2000] or a "
                 "protocol number [47]",
                 text);
        return -EINVAL;
    }
    *out = ts;
    return 0;
}

/* A network's own address is no host's: of IPv4 that of routers' broadcasts is not either. */
static void range_of_network(const struct base_prefix *p, struct base_ts *ts)
{
    const size_t size = base_addr_size(p->addr.family);
    base_prefix_range(p, &ts->lo, &ts->hi);
    if (p->len + 1u >= 8 * size)
        return;
    ts->lo.bytes[size - 1] |= 1;
    if (p->addr.family == BASE_AF_IP4)
        ts->hi.bytes[size - 1] &= 0xfe;
}

int conf_range_parse(const char *text, struct base_ts *out, char *why, size_t why_size)
{
    char first[BASE_ADDR_TEXT_MAX];
    struct base_ts ts = {.port_lo = 0, .port_hi = 65535};
    struct base_prefix prefix;
    const size_t len = strcspn(text, "-");
    int rc = -EINVAL;
    if (!text[len]) {
        rc = base_prefix_parse(text, &prefix);
        if (rc == 0)
            range_of_network(&prefix, &ts);
    } else if (len < sizeof first) {
        memcpy(first, text, len);
        first[len] = '\0';
        if (base_addr_parse(first, &ts.lo) == 0 && base_addr_parse(text + len + 1, &ts.hi) == 0 &&
            ts.lo.family == ts.hi.family && base_addr_compare(&ts.lo, &ts.hi) <= 0)
            rc = 0;
    }
    if (rc == -ERANGE)
        snprintf(why, why_size,
                 "\"%s\" has bits set behind its prefix length; write the network's first address", text);
    else if (rc < 0)
        snprintf(why, why_size,
                 "\"%s\" are no addresses; write \"10.9.0.0/24\", \"2001:db8:9::/64\" or "
                 "\"10.9.0.10-10.9.0.99\"",
                 text);
    *out = ts;
    return rc < 0 ? -EINVAL : 0;
}

static int hex_value(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool conf_hex_parse(struct base_span text, uint8_t *out, size_t max, size_t *len)
{
    const size_t skip = text.len >= 2 && text.ptr[0] == '0' && (text.ptr[1] | 0x20) == 'x' ? 2 : 0;
    const size_t n = (text.len - skip) / 2;
    bool ok = text.len % 2 == 0 && n > 0 && n <= max;
    for (size_t i = 0; ok && i < n; i++) {
        const int hi = hex_value(text.ptr[skip + 2 * i]), lo = hex_value(text.ptr[skip + 2 * i + 1]);
        ok = hi >= 0 && lo >= 0;
        out[i] = ok ? (uint8_t)(hi << 4 | lo) : 0;
    }
    *len = ok ? n : 0;
    return ok;
}

int conf_dscp_parse(const json_t *value, char *why, size_t why_size)
{
    static const char words[] = "write a number from 0 to 63, or be, le, ef, va, cs1 to cs7, af11 to af43";
    const char *name = json_string_value(value);
    const json_int_t n = json_is_integer(value) ? json_integer_value(value)
                         : name                 ? base_dscp_find(name)
                                                : -1;
    if (n >= 0 && n < BASE_DSCPS)
        return (int)n;
    if (json_is_integer(value))
        snprintf(why, why_size, "%lld is no DSCP; %s", (long long)json_integer_value(value), words);
    else if (name)
        snprintf(why, why_size, "\"%.64s\" is no DSCP; %s", name, words);
    else
        snprintf(why, why_size, "is no DSCP; %s", words);
    return -EINVAL;
}
