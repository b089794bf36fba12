/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Identities as values and as text. The text form is the one operators write; what cannot be written that
 * way (bytes that a peer chose) is escaped. No certificates and no matching rules beyond equality here.
 */
#include "ike_conf.h"

#include <errno.h>
#include <string.h>
#include "base_addr.h"
#include "base_span.h"
#include "base_text.h"
#include "wire_ike.h"

static int id_refuse(char *why, size_t why_size, const char *sentence)
{
    struct base_text t = base_text(why, why_size);
    base_text_add(&t, "%s", sentence);
    return -EINVAL;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

static int parse_hex(uint8_t type, const char *hex, struct ike_id *out, char *why, size_t why_size)
{
    const size_t n = strlen(hex);
    struct ike_id id = {.type = type};
    if (n == 0 || n % 2 != 0)
        return id_refuse(why, why_size, "hexadecimal needs an even number of digits, at least two");
    if (n / 2 > IKE_ID_MAX)
        return id_refuse(why, why_size, "an identity has at most 255 bytes");
    for (size_t i = 0; i < n; i += 2) {
        const int hi = hex_digit(hex[i]);
        const int lo = hex_digit(hex[i + 1]);
        if (hi < 0 || lo < 0)
            return id_refuse(why, why_size, "not a hexadecimal digit");
        id.bytes[id.len++] = (uint8_t)(hi << 4 | lo);
    }
    *out = id;
    return 0;
}

static int parse_bytes(uint8_t type, const char *text, struct ike_id *out, char *why, size_t why_size)
{
    const size_t n = strlen(text);
    struct ike_id id = {.type = type};
    if (n == 0)
        return id_refuse(why, why_size, "the identity is empty");
    if (n > IKE_ID_MAX)
        return id_refuse(why, why_size, "an identity has at most 255 bytes");
    memcpy(id.bytes, text, n);
    id.len = (uint8_t)n;
    *out = id;
    return 0;
}

static bool parse_ip(const char *text, struct ike_id *out)
{
    struct base_addr a;
    if (base_addr_parse(text, &a) < 0)
        return false;
    struct ike_id id = {.type = a.family == BASE_AF_IP4 ? WIRE_IKE_ID_IP4 : WIRE_IKE_ID_IP6,
                        .len = (uint8_t)base_addr_size(a.family)};
    memcpy(id.bytes, a.bytes, id.len);
    *out = id;
    return true;
}

int ike_id_parse(const char *text, struct ike_id *out, char *why, size_t why_size)
{
    if (parse_ip(text, out))
        return 0;
    if (strncmp(text, "keyid:", 6) == 0)
        return parse_bytes(WIRE_IKE_ID_KEY, text + 6, out, why, why_size);
    if (strncmp(text, "dn:", 3) == 0)
        return parse_hex(WIRE_IKE_ID_DN, text + 3, out, why, why_size);
    if (strncmp(text, "0x", 2) == 0)
        return parse_hex(WIRE_IKE_ID_KEY, text + 2, out, why, why_size);
    if (strncmp(text, "@#", 2) == 0)
        return parse_hex(WIRE_IKE_ID_KEY, text + 2, out, why, why_size);
    if (text[0] == '@')
        return parse_bytes(WIRE_IKE_ID_FQDN, text + 1, out, why, why_size);
    if (strchr(text, '@'))
        return parse_bytes(WIRE_IKE_ID_EMAIL, text, out, why, why_size);
    if (strchr(text, '.') && !strpbrk(text, " ,=/"))
        return parse_bytes(WIRE_IKE_ID_FQDN, text, out, why, why_size);
    return id_refuse(why, why_size,
                     "not an identity: write an address (192.0.2.1), a name (@gw or gw.example.org), "
                     "user@host, keyid:text, 0xHEX, or a distinguished name");
}

/* True when every byte can stand in a text without escapes and without changing its meaning. */
static bool is_plain(const struct ike_id *id)
{
    for (size_t i = 0; i < id->len; i++)
        if (id->bytes[i] < 0x21 || id->bytes[i] > 0x7e || strchr("\"\\,=/", id->bytes[i]))
            return false;
    return id->len > 0;
}

static void add_name(struct base_text *t, const struct ike_id *id)
{
    char plain[IKE_ID_MAX + 1];
    struct ike_id again;
    memcpy(plain, id->bytes, id->len);
    plain[id->len] = '\0';
    const bool stands_alone = is_plain(id) && ike_id_parse(plain, &again, (char[160]){0}, 160) == 0 &&
                              again.type == WIRE_IKE_ID_FQDN && plain[0] != '@';
    if (!stands_alone)
        base_text_add(t, "@");
    base_text_add_escaped(t, base_span(id->bytes, id->len));
}

static void add_key_id(struct base_text *t, const struct ike_id *id)
{
    if (is_plain(id)) {
        base_text_add(t, "keyid:");
        base_text_add_escaped(t, base_span(id->bytes, id->len));
    } else {
        base_text_add(t, "0x");
        base_text_add_hex(t, base_span(id->bytes, id->len));
    }
}

const char *ike_id_text(const struct ike_id *id, const struct crypt_ike_ops *crypto,
                        char out[IKE_ID_TEXT_MAX])
{
    struct base_text t = base_text(out, IKE_ID_TEXT_MAX);
    char addr[BASE_ADDR_TEXT_MAX];
    struct base_addr a;
    if (id->pattern == IKE_ID_ANY || id->pattern == IKE_ID_SUFFIX) {
        base_text_add(&t, id->pattern == IKE_ID_ANY ? "any" : "*");
        base_text_add_escaped(&t, base_span(id->bytes, id->len));
        return out;
    }
    switch (id->type) {
    case 0:
        base_text_add(&t, "(none)");
        break;
    case WIRE_IKE_ID_IP4:
        a = base_addr_from_bytes(BASE_AF_IP4, id->bytes);
        base_text_add(&t, "%s", base_addr_text(&a, addr));
        break;
    case WIRE_IKE_ID_IP6:
        a = base_addr_from_bytes(BASE_AF_IP6, id->bytes);
        base_text_add(&t, "%s", base_addr_text(&a, addr));
        break;
    case WIRE_IKE_ID_FQDN:
        add_name(&t, id);
        break;
    case WIRE_IKE_ID_EMAIL:
        base_text_add_escaped(&t, base_span(id->bytes, id->len));
        break;
    case WIRE_IKE_ID_DN:
        if (crypto && crypto->dn_text(base_span(id->bytes, id->len), out, IKE_ID_TEXT_MAX) == 0)
            break;
        base_text_add(&t, "dn:");
        base_text_add_hex(&t, base_span(id->bytes, id->len));
        break;
    case WIRE_IKE_ID_KEY:
        add_key_id(&t, id);
        break;
    default:
        base_text_add(&t, "(type %u) 0x", id->type);
        base_text_add_hex(&t, base_span(id->bytes, id->len));
        break;
    }
    return out;
}

static uint8_t id_lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c;
}

bool ike_id_equal(const struct ike_id *a, const struct ike_id *b)
{
    if (a->type != b->type || a->len != b->len || a->pattern != b->pattern)
        return false;
    if (memcmp(a->bytes, b->bytes, a->len) == 0)
        return true;
    if (a->type != WIRE_IKE_ID_FQDN && a->type != WIRE_IKE_ID_EMAIL)
        return false;
    for (size_t i = 0; i < a->len; i++)
        if (id_lower(a->bytes[i]) != id_lower(b->bytes[i]))
            return false;
    return true;
}
