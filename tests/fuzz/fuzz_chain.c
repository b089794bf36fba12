/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Certificate chains and revocation lists. The input is a row of parts, each behind two octets of length: the
 * CA that is trusted, a revocation list, the peer's certificate, and its other ones. A verdict has words or a
 * certificate, never both; what is shown is one line of ASCII; and a chain that is good is not once the CA is
 * not trusted.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "base_span.h"
#include "ossl_ops.h"

#define NOW       1767225600 /* 2026-01-01 */
#define PARTS_MAX (CRYPT_CHAIN_MAX + 4)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool is_so)
{
    if (!is_so)
        abort();
}

static void check_line(const char *text)
{
    for (; *text; text++)
        require(*text >= 0x20 && *text <= 0x7e);
}

static void check_cert(const struct crypt_cert *cert)
{
    struct crypt_cert_info info;
    ossl_pki_ops.cert_info(cert, &info);
    check_line(info.subject);
    check_line(info.issuer);
    check_line(info.names);
    check_line(info.serial);
    const struct base_span subject = ossl_pki_ops.cert_subject(cert);
    require(info.form == CRYPT_CERT_RAW_KEY || subject.len > 0);
    if (subject.len > 2)
        require(ossl_pki_ops.cert_names(cert, 9, subject, false));
    for (uint8_t type = 0; type < 12; type++)
        (void)ossl_pki_ops.cert_names(cert, type, base_span("gw.example.org", type == 1 ? 4 : 14), true);
    (void)ossl_pki_ops.verify(cert, CRYPT_SIG_ECDSA_SHA2_256, subject, subject);
    require(ossl_pki_ops.cert_same_key(cert, cert));
}

static void check_parse(struct base_span der)
{
    static const enum crypt_cert_form forms[] = {CRYPT_CERT_X509, CRYPT_CERT_RAW_KEY};
    for (size_t i = 0; i < 2; i++) {
        char words[CRYPT_WORDS_MAX];
        struct base_text why = base_text(words, sizeof words);
        struct crypt_cert *cert;
        if (ossl_pki_ops.cert_parse(forms[i], der, &cert, &why) == 0) {
            require(base_span_equal(ossl_pki_ops.cert_der(cert), der));
            check_cert(cert);
            ossl_pki_ops.cert_put(cert);
        }
        check_line(words);
    }
}

static struct crypt_trust *trust_of(enum crypt_crl_rule rule, struct base_span ca, struct base_span crl)
{
    const struct crypt_trust_rules rules = {.crl = rule};
    char words[CRYPT_WORDS_MAX];
    struct base_text why = base_text(words, sizeof words);
    struct crypt_trust *trust = ossl_pki_ops.trust_new(&rules);
    require(trust);
    (void)ossl_pki_ops.trust_read_cas(trust, "ca", ca, &why);
    (void)ossl_pki_ops.trust_read_crls(trust, "crl", crl, &why);
    check_line(words);
    return trust;
}

/* Whether it is good; the trust is given away. */
static bool check_chain(struct crypt_trust *trust, const struct crypt_peer_chain *peer,
                        enum crypt_purpose purpose)
{
    struct crypt_verdict verdict;
    struct crypt_cert *leaf;
    const enum crypt_fault fault = ossl_pki_ops.chain_verify(trust, peer, purpose, NOW, &verdict, &leaf);
    const bool is_good = fault == CRYPT_CHAIN_GOOD;
    require(verdict.fault == fault && fault < CRYPT_CHAIN_FAULTS);
    require(is_good == (leaf != NULL) && is_good == (verdict.words[0] == '\0'));
    check_line(verdict.words);
    if (leaf)
        check_cert(leaf);
    ossl_pki_ops.cert_put(leaf);
    ossl_pki_ops.trust_put(trust);
    return is_good;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct base_span parts[PARTS_MAX] = {{0}};
    struct base_reader r = base_reader(base_span(data, size));
    size_t n = 0;
    while (n < PARTS_MAX && base_reader_left(&r) >= 2)
        parts[n++] = base_read_span(&r, base_read_u16(&r));
    const struct crypt_peer_chain peer = {parts[2], parts + 3, n > 3 ? n - 3 : 0};
    check_parse(parts[2]);
    const bool is_good =
        check_chain(trust_of(CRYPT_CRL_IF_THERE, parts[0], parts[1]), &peer, CRYPT_PURPOSE_IKE);
    if (check_chain(trust_of(CRYPT_CRL_REQUIRED, parts[0], parts[1]), &peer, CRYPT_PURPOSE_SERVER))
        require(is_good);
    if (is_good) /* whom this good peer has as its CA, nobody trusts now */
        require(
            !check_chain(trust_of(CRYPT_CRL_OFF, BASE_SPAN_NONE, BASE_SPAN_NONE), &peer, CRYPT_PURPOSE_IKE));
    return 0;
}
