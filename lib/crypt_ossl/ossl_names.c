/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The identities that a certificate names: its subject and its alternative names, held against an identity of
 * IKE by type and exact content (RFC 4945 3.1, 5.1.3). Wildcards are no identities here, and a name with
 * a NUL in it is compared with it.
 */
#include "ossl_names.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <strings.h>
#include "ossl_cert.h"
#include "ossl_room.h"

/* RFC 7296 3.5. */
enum id_type { ID_IPV4 = 1, ID_FQDN = 2, ID_EMAIL = 3, ID_IPV6 = 5, ID_DN = 9 };

static struct base_span string_span(const ASN1_STRING *s)
{
    return base_span(ASN1_STRING_get0_data(s), (size_t)ASN1_STRING_length(s));
}

/* Same length, and the same but for the case of ASCII letters. */
static bool host_is(struct base_span a, struct base_span b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++) {
        const uint8_t x = a.ptr[i], y = b.ptr[i];
        if (x != y && ((x ^ y) != 0x20 || (x | 0x20) < 'a' || (x | 0x20) > 'z'))
            return false;
    }
    return true;
}

/* The part before '@' exactly, the host without regard to case (RFC 5280 7.5). */
static bool email_is(struct base_span a, struct base_span b)
{
    if (!a.ptr || a.len == 0 || a.len != b.len)
        return false;
    const uint8_t *at = memrchr(a.ptr, '@', a.len);
    if (!at)
        return false;
    const size_t local = (size_t)(at - a.ptr) + 1;
    return memcmp(a.ptr, b.ptr, local) == 0 &&
           host_is(base_span(at + 1, a.len - local), base_span(b.ptr + local, b.len - local));
}

static bool text_is(uint8_t id_type, struct base_span id, struct base_span name)
{
    return id.len > 0 && (id_type == ID_FQDN ? host_is(id, name) : email_is(id, name));
}

static bool dn_is(const X509_NAME *name, struct base_span id)
{
    const unsigned char *der = NULL;
    size_t len = 0;
    return X509_NAME_get0_der(name, &der, &len) == 1 && len > 0 &&
           ossl_dn_equal(base_span(der, len), id) == 1;
}

/* What an alternative name must be to name an identity of this type; -1: none can. */
static int name_type(uint8_t id_type)
{
    switch (id_type) {
    case ID_IPV4:
    case ID_IPV6:
        return GEN_IPADD;
    case ID_FQDN:
        return GEN_DNS;
    case ID_EMAIL:
        return GEN_EMAIL;
    case ID_DN:
        return GEN_DIRNAME;
    default:
        return -1;
    }
}

static bool name_is(const GENERAL_NAME *name, uint8_t id_type, struct base_span id)
{
    int type;
    const void *value = GENERAL_NAME_get0_value(name, &type);
    if (type != name_type(id_type) || !value)
        return false;
    switch (id_type) {
    case ID_IPV4:
        return id.len == 4 && base_span_equal(string_span(value), id);
    case ID_IPV6:
        return id.len == 16 && base_span_equal(string_span(value), id);
    case ID_DN:
        return dn_is(value, id);
    default:
        return text_is(id_type, id, string_span(value));
    }
}

/* The alternative names; NULL: none. Owned by the caller. */
static GENERAL_NAMES *names_of(const struct crypt_cert *cert)
{
    return X509_get_ext_d2i(cert->x509, NID_subject_alt_name, NULL, NULL);
}

/* Whether one names it; *has_type: whether there is any of its type. */
static bool among_names(const struct crypt_cert *cert, uint8_t id_type, struct base_span id, bool *has_type)
{
    GENERAL_NAMES *names = names_of(cert);
    bool is_named = false;
    *has_type = false;
    for (int i = 0; !is_named && i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        *has_type |= name->type == name_type(id_type);
        is_named = name_is(name, id_type, id);
    }
    GENERAL_NAMES_free(names);
    return is_named;
}

/* The last common name of the subject, which is the most specific (RFC 6125 1.8). */
static bool common_name_is(const struct crypt_cert *cert, uint8_t id_type, struct base_span id)
{
    X509_NAME *subject = X509_get_subject_name(cert->x509);
    int last = -1;
    for (int i = -1; (i = X509_NAME_get_index_by_NID(subject, NID_commonName, i)) >= 0;)
        last = i;
    if (last < 0)
        return false;
    const ASN1_STRING *value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, last));
    /* Types that hold ASCII as it stands. */
    const int type = ASN1_STRING_type(value);
    return (type == V_ASN1_UTF8STRING || type == V_ASN1_PRINTABLESTRING || type == V_ASN1_IA5STRING) &&
           text_is(id_type, id, string_span(value));
}

bool ossl_cert_names(const struct crypt_cert *cert, uint8_t id_type, struct base_span id, bool takes_cn)
{
    bool has_type = false;
    if (!cert->x509 || name_type(id_type) < 0)
        return false;
    const bool is_named = (id_type == ID_DN && dn_is(X509_get_subject_name(cert->x509), id)) ||
                          among_names(cert, id_type, id, &has_type) ||
                          (takes_cn && !has_type && (id_type == ID_FQDN || id_type == ID_EMAIL) &&
                           common_name_is(cert, id_type, id));
    ERR_clear_error();
    return is_named;
}

static void address_text(struct base_span bytes, struct base_text *out)
{
    char text[INET6_ADDRSTRLEN];
    const int family = bytes.len == 4 ? AF_INET : AF_INET6;
    if ((bytes.len == 4 || bytes.len == 16) && inet_ntop(family, bytes.ptr, text, sizeof text))
        base_text_add(out, "IP:%s", text);
    else
        base_text_add(out, "IP of %zu bytes", bytes.len);
}

static void name_text(const GENERAL_NAME *name, struct base_text *out)
{
    char dn[OSSL_DN_MAX];
    int type;
    const void *value = GENERAL_NAME_get0_value(name, &type);
    switch (type) {
    case GEN_DNS:
    case GEN_EMAIL:
    case GEN_URI:
        base_text_add(out, "%s", type == GEN_DNS ? "DNS:" : type == GEN_EMAIL ? "email:" : "URI:");
        base_text_add_escaped(out, string_span(value));
        return;
    case GEN_IPADD:
        address_text(string_span(value), out);
        return;
    case GEN_DIRNAME:
        base_text_add(out, "DN:%s", ossl_cert_dn(value, dn));
        return;
    default:
        base_text_add(out, "another kind of name");
    }
}

void ossl_names_text(const struct crypt_cert *cert, struct base_text *out)
{
    GENERAL_NAMES *names = cert->x509 ? names_of(cert) : NULL;
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        base_text_add(out, "%s", i == 0 ? "" : ", ");
        name_text(sk_GENERAL_NAME_value(names, i), out);
    }
    GENERAL_NAMES_free(names);
    ERR_clear_error();
}
