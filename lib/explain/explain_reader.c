/* SPDX-License-Identifier: BSD-3-Clause */
/* Lines and words of other vendors' configurations, and the first fault in them. */
#include "explain_reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "base_text.h"

bool explain_reader_fault(struct explain_reader *r, const char *format, ...)
{
    va_list args;
    if (r->is_faulty)
        return false;
    r->is_faulty = true;
    const int n = r->line ? snprintf(r->why, r->why_size, "line %u: ", r->line) : 0;
    va_start(args, format);
    if (n >= 0 && (size_t)n < r->why_size)
        vsnprintf(r->why + n, r->why_size - (size_t)n, format, args);
    va_end(args);
    for (char *c = r->why; *c; c++)
        *c = *c >= ' ' && *c <= '~' ? *c : '?'; /* what it quotes is anybody's */
    return false;
}

static bool reader_is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\0';
}

struct base_span explain_trim(struct base_span s)
{
    while (s.len && reader_is_blank(s.ptr[0]))
        s = base_span(s.ptr + 1, s.len - 1);
    while (s.len && reader_is_blank(s.ptr[s.len - 1]))
        s.len--;
    return s;
}

struct base_span explain_unquote(struct base_span s)
{
    if (s.len >= 2 && (s.ptr[0] == '"' || s.ptr[0] == '\'') && s.ptr[s.len - 1] == s.ptr[0])
        return base_span(s.ptr + 1, s.len - 2);
    return s;
}

bool explain_reader_line(struct explain_reader *r, struct base_span *rest, struct base_span *line)
{
    if (rest->len == 0)
        return false;
    size_t n = 0;
    while (n < rest->len && rest->ptr[n] != '\n')
        n++;
    *line = explain_trim(base_span(rest->ptr, n));
    n += n < rest->len;
    *rest = base_span(rest->ptr + n, rest->len - n);
    r->line++;
    return true;
}

struct base_span explain_word(struct base_span *s)
{
    uint8_t quote = 0;
    size_t n = 0;
    *s = explain_trim(*s);
    while (n < s->len && (quote || !reader_is_blank(s->ptr[n]))) {
        const uint8_t c = s->ptr[n++];
        if (c == '"' || c == '\'')
            quote = quote == c ? 0 : quote ? quote : c;
    }
    const struct base_span word = base_span(s->ptr, n);
    *s = base_span(s->ptr + n, s->len - n);
    return explain_unquote(word);
}

bool explain_is(struct base_span s, const char *text)
{
    return s.len == strlen(text) && strncasecmp((const char *)s.ptr, text, s.len) == 0;
}

bool explain_begins(struct base_span s, const char *text)
{
    const size_t len = strlen(text);
    return s.len >= len && strncasecmp((const char *)s.ptr, text, len) == 0;
}

/* A value as a text, or a fault: too long, or with bytes that are none of a text's. */
static bool reader_text(struct explain_reader *r, struct base_span s, char out[EXPLAIN_VALUE_MAX])
{
    if (s.len >= EXPLAIN_VALUE_MAX)
        return explain_reader_fault(r, "a value of %zu characters is too long", s.len);
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] < ' ' || s.ptr[i] > '~')
            return explain_reader_fault(r, "a value with a byte that is no printable ASCII");
    memcpy(out, s.ptr, s.len);
    out[s.len] = '\0';
    return true;
}

static int reader_digit(uint8_t c)
{
    return c >= '0' && c <= '9'                     ? c - '0'
           : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10
                                                    : -1;
}

/* strongSwan's "fqdn:#HEX" and "email:#HEX", as identities that its parser could take for something else. */
static bool reader_hex_id(const char *text, struct ike_id *out)
{
    const bool is_email = strncmp(text, "email:#", 7) == 0;
    const char *hex = strchr(text, '#');
    if (!is_email && strncmp(text, "fqdn:#", 6) != 0)
        return false;
    *out = (struct ike_id){.type = is_email ? WIRE_IKE_ID_EMAIL : WIRE_IKE_ID_FQDN};
    for (hex++; hex[0] && hex[1] && out->len < IKE_ID_MAX; hex += 2) {
        const int high = reader_digit((uint8_t)hex[0]), low = reader_digit((uint8_t)hex[1]);
        if (high < 0 || low < 0)
            return false;
        out->bytes[out->len++] = (uint8_t)(high << 4 | low);
    }
    return out->len > 0 && !hex[0];
}

bool explain_read_id(struct explain_reader *r, struct base_span s, struct ike_id *out)
{
    char text[EXPLAIN_VALUE_MAX], why[160];
    struct base_addr addr;
    if (!reader_text(r, explain_unquote(s), text))
        return false;
    if (reader_hex_id(text, out))
        return true;
    if (strncmp(text, "asn1dn:#", 8) == 0)
        memmove(text, "dn:", 3), memmove(text + 3, text + 8, strlen(text + 8) + 1);
    if (strchr(text, '=') && text[0] != '@')
        return explain_reader_fault(
            r,
            "\"%.100s\" is a distinguished name, which is not read here: write it into the "
            "JSON by hand",
            text);
    /* "@192.0.2.1" is how ipsec.conf marks what is not to be looked up: a name, here as well. A bare word is
     * one, too. */
    if (text[0] != '@' && !strchr(text, '.') && !strchr(text, ':') && !strchr(text, '@') &&
        base_addr_parse(text, &addr) < 0 && strlen(text) + 2 < sizeof text) {
        memmove(text + 1, text, strlen(text) + 1);
        text[0] = '@';
    }
    if (ike_id_parse(text, out, why, sizeof why) < 0)
        return explain_reader_fault(r, "\"%.100s\" is no identity: %s", text, why);
    return true;
}

bool explain_read_host(struct explain_reader *r, struct base_span s, char out[IKE_HOST_MAX])
{
    char text[EXPLAIN_VALUE_MAX];
    s = explain_unquote(explain_trim(s));
    out[0] = '\0';
    if (s.len == 0 || s.ptr[0] == '%' || explain_is(s, "any") || explain_is(s, "0.0.0.0") ||
        explain_is(s, "0.0.0.0/0"))
        return true;
    if (!reader_text(r, s, text))
        return false;
    if (strlen(text) >= IKE_HOST_MAX ||
        strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.:-_") != strlen(text))
        return explain_reader_fault(r, "\"%.100s\" is neither an address nor a host name", text);
    memcpy(out, text, strlen(text) + 1);
    return true;
}

struct explain_child *explain_first_child(struct explain_site *site)
{
    if (site->n_children == 0) {
        site->n_children = 1;
        snprintf(site->children[0].name, IKE_NAME_MAX, "%s", site->name[0] ? site->name : "net");
    }
    return &site->children[0];
}

static bool reader_net(struct explain_reader *r, const char *text, struct base_prefix out[EXPLAIN_NETS_MAX],
                       size_t *n)
{
    struct base_prefix p;
    if (base_prefix_parse(text, &p) < 0)
        return explain_reader_fault(
            r, "\"%.100s\" is no network, as 10.1.0.0/16 is one; host bits must be zero", text);
    if (base_prefix_is_among(&p, out, *n))
        return true;
    if (*n == EXPLAIN_NETS_MAX)
        r->site->n_lost++;
    else
        out[(*n)++] = p;
    return true;
}

bool explain_read_nets(struct explain_reader *r, struct base_span s, struct base_prefix out[EXPLAIN_NETS_MAX],
                       size_t *n)
{
    char text[EXPLAIN_VALUE_MAX];
    if (!reader_text(r, explain_unquote(s), text))
        return false;
    bool ok = true;
    for (char *at = text; ok && *at;) {
        at += strspn(at, " ,{}\t");
        const size_t len = strcspn(at, " ,{}\t");
        const bool is_last = at[len] == '\0';
        at[len] = '\0';
        if (len && strcmp(at, "dynamic") != 0)
            ok = reader_net(r, at, out, n);
        at += len + !is_last;
    }
    return ok;
}

bool explain_read_seconds(struct explain_reader *r, struct base_span s, uint32_t *out)
{
    char text[EXPLAIN_VALUE_MAX];
    char *end;
    if (!reader_text(r, explain_unquote(s), text))
        return false;
    const unsigned long n = strtoul(text, &end, 10);
    const unsigned long unit = *end == 'h' ? 3600 : *end == 'm' ? 60 : *end == 'd' ? 86400 : 1;
    if (end == text || n > 100000000 / unit || (end[0] && end[0] != ' ' && !strchr("hmsd", end[0])))
        return explain_reader_fault(r, "\"%.40s\" is no time, as 3600, 3600s, 60m or 1h are", text);
    *out = (uint32_t)(n * unit);
    return true;
}

/* What it is must not stand in a sentence. */
bool explain_read_psk(struct explain_reader *r, struct base_span s)
{
    struct explain_site *site = r->site;
    if (s.len == 0 || s.len > 2 + 2 * IKE_PSK_MAX)
        return explain_reader_fault(r, "a pre-shared key has 1 to %d bytes", IKE_PSK_MAX);
    if (s.len > 2 && explain_begins(s, "0s"))
        return explain_reader_fault(
            r, "a pre-shared key that begins with 0s is in Base64: write it as 0x and hexadecimal digits");
    if (!explain_begins(s, "0x")) {
        if (s.len > IKE_PSK_MAX)
            return explain_reader_fault(r, "a pre-shared key has 1 to %d bytes", IKE_PSK_MAX);
        memcpy(site->psk, s.ptr, s.len);
        site->psk_len = s.len;
        return true;
    }
    site->psk_len = 0;
    if (s.len % 2)
        return explain_reader_fault(r, "a pre-shared key that begins with 0x has an even number of digits");
    for (size_t i = 2; i + 1 < s.len; i += 2) {
        const int high = reader_digit(s.ptr[i]), low = reader_digit(s.ptr[i + 1]);
        if (high < 0 || low < 0)
            return explain_reader_fault(
                r, "a pre-shared key that begins with 0x goes on with hexadecimal digits");
        site->psk[site->psk_len++] = (uint8_t)(high << 4 | low);
    }
    return site->psk_len > 0 || explain_reader_fault(r, "a pre-shared key that is 0x and nothing else");
}
