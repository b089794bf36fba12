/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Distinguished names: compare (RFC 5280 7.1, over OpenSSL's canonical form), show, and make from text. DER
 * may come from a peer; what the library does not take whole, to the last byte, is malformed.
 */
#include "ossl_ops.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>
#include "base_text.h"
#include "ossl_room.h"

#define TYPE_MAX  64  /* attribute type, with NUL */
#define VALUE_MAX 256 /* of one attribute, in bytes */

static X509_NAME *name_read(struct base_span der)
{
    const unsigned char *pos = der.ptr;
    if (der.len == 0 || der.len > LONG_MAX)
        return NULL;
    X509_NAME *name = d2i_X509_NAME(NULL, &pos, (long)der.len);
    if (name && pos != der.ptr + der.len) {
        X509_NAME_free(name);
        name = NULL;
    }
    return name;
}

int ossl_dn_equal(struct base_span a, struct base_span b)
{
    X509_NAME *x = name_read(a), *y = name_read(b);
    int result = -EINVAL;
    if (x && y) {
        const int order = X509_NAME_cmp(x, y);
        result = order == -2 ? -EINVAL : order == 0;
    }
    X509_NAME_free(x);
    X509_NAME_free(y);
    ERR_clear_error();
    return result;
}

int ossl_dn_text(struct base_span der, char *out, size_t out_size)
{
    /* Everything that is not plain ASCII comes out escaped, so the line is fit for a log. */
    const unsigned long flags = ASN1_STRFLGS_RFC2253 | XN_FLAG_SEP_CPLUS_SPC | XN_FLAG_FN_SN;
    X509_NAME *name = name_read(der);
    BIO *bio = name ? BIO_new(BIO_s_mem()) : NULL;
    int err = -EINVAL;
    if (out_size > 3 && bio && X509_NAME_print_ex(bio, name, 0, flags) >= 0) {
        char *text = NULL;
        const long len = BIO_get_mem_data(bio, &text);
        struct base_text t = base_text(out, out_size);
        base_text_add(&t, "%.*s", (int)len, len ? text : "");
        err = 0;
    }
    BIO_free(bio);
    X509_NAME_free(name);
    ERR_clear_error();
    return err;
}

/* A cursor over the text form. */
struct dn_text {
    const char *pos;
    char type[TYPE_MAX];
    uint8_t value[VALUE_MAX];
    size_t value_len;
};

static void skip_spaces(struct dn_text *t)
{
    while (*t->pos == ' ' || *t->pos == '\t')
        t->pos++;
}

/* Up to '=', which is taken too. */
static bool take_type(struct dn_text *t)
{
    size_t n = 0;
    skip_spaces(t);
    while (isalnum((unsigned char)*t->pos) || *t->pos == '.' || *t->pos == '-') {
        if (n + 1 >= sizeof t->type)
            return false;
        t->type[n++] = *t->pos++;
    }
    t->type[n] = '\0';
    skip_spaces(t);
    return n > 0 && *t->pos++ == '=';
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)tolower((unsigned char)c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One character behind a '\': itself when special, or two hexadecimal digits. -1: neither, or a NUL. */
static int take_escaped(struct dn_text *t)
{
    if (*t->pos != '\0' && strchr(" \"#+,;<=>\\", *t->pos))
        return (unsigned char)*t->pos++;
    const int high = hex_digit(t->pos[0]);
    const int low = high < 0 ? -1 : hex_digit(t->pos[1]);
    if (low < 0)
        return -1;
    t->pos += 2;
    return high || low ? high << 4 | low : -1;
}

/* Up to an unescaped ',' or '+' or the end, without the spaces around. */
static bool take_value(struct dn_text *t)
{
    size_t keep = 0; /* length up to the last byte that is not a bare space */
    t->value_len = 0;
    skip_spaces(t);
    while (*t->pos && *t->pos != ',' && *t->pos != '+') {
        const bool is_escaped = *t->pos == '\\';
        if (strchr("\"#;<>", *t->pos) && (*t->pos != '#' || t->value_len == 0))
            return false;
        int c = (unsigned char)*t->pos++;
        if (is_escaped)
            c = take_escaped(t);
        if (c < 0 || t->value_len == sizeof t->value)
            return false;
        t->value[t->value_len++] = (uint8_t)c;
        if (is_escaped || c != ' ')
            keep = t->value_len;
    }
    t->value_len = keep;
    return keep > 0;
}

/* The object of an attribute type, or NULL. Owned by the caller. */
static ASN1_OBJECT *type_object(const char *type)
{
    char upper[TYPE_MAX];
    if (strcasecmp(type, "E") == 0 || strcasecmp(type, "email") == 0)
        type = "emailAddress";
    ASN1_OBJECT *object = OBJ_txt2obj(type, 0);
    if (object)
        return object;
    for (size_t i = 0; i <= strlen(type); i++)
        upper[i] = (char)toupper((unsigned char)type[i]);
    return OBJ_txt2obj(upper, 0);
}

/* The ASN.1 type that other implementations make of this text; a few compare names byte by byte. */
static int string_type(const ASN1_OBJECT *object, const uint8_t *value, size_t len)
{
    const int nid = OBJ_obj2nid(object);
    const bool wants_ia5 = nid == NID_pkcs9_emailAddress || nid == NID_domainComponent;
    bool is_printable = true;
    for (size_t i = 0; i < len; i++) {
        if (value[i] >= 0x80)
            return V_ASN1_UTF8STRING;
        is_printable &= isalnum(value[i]) || strchr(" '()+,-./:=?", value[i]);
    }
    return wants_ia5 ? V_ASN1_IA5STRING : is_printable ? V_ASN1_PRINTABLESTRING : V_ASN1_UTF8STRING;
}

/* Appends type and value; joins: to the RDN before, not as one of its own. */
static bool name_add(X509_NAME *name, const struct dn_text *t, bool joins)
{
    ASN1_OBJECT *object = type_object(t->type);
    if (!object)
        return false;
    const int type = string_type(object, t->value, t->value_len);
    /* The library checks UTF-8, and refuses it for attributes that must be narrower. */
    const int ok = X509_NAME_add_entry_by_OBJ(name, object, type == V_ASN1_UTF8STRING ? MBSTRING_UTF8 : type,
                                              t->value, (int)t->value_len, -1, joins ? -1 : 0);
    ASN1_OBJECT_free(object);
    return ok == 1;
}

static bool name_parse(X509_NAME *name, const char *text)
{
    struct dn_text t = {.pos = text};
    bool joins = false;
    for (;;) {
        if (!take_type(&t) || !take_value(&t) || !name_add(name, &t, joins))
            return false;
        if (*t.pos == '\0')
            return true;
        joins = *t.pos++ == '+';
    }
}

int ossl_dn_parse(const char *text, uint8_t *der, size_t cap, size_t *len)
{
    X509_NAME *name = X509_NAME_new();
    int err = -EINVAL;
    *len = 0;
    if (name && name_parse(name, text)) {
        const int n = i2d_X509_NAME(name, NULL);
        unsigned char *pos = der;
        if (n > 0 && (size_t)n > cap)
            err = -ENOSPC;
        else if (n > 0 && i2d_X509_NAME(name, &pos) == n) {
            *len = (size_t)n;
            err = 0;
        }
    }
    X509_NAME_free(name);
    ERR_clear_error();
    return err;
}
