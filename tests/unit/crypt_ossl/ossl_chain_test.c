/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Chains of peers: what is good, and all that must be refused, each with its fault and its words; and that no
 * socket is opened for what a certificate says.
 */
#include "ossl_ops.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "pki_files.h"
#include "pki_der.h"

static const struct crypt_trust_rules by_default;
static struct crypt_verdict verdict;

/* A trust with these CAs and lists; names end with NULL. */
static struct crypt_trust *trust_of(const struct crypt_trust_rules *rules, const char *const *cas,
                                    const char *const *crls)
{
    struct crypt_trust *trust = ossl_pki_ops.trust_new(rules);
    struct base_text why = pki_why();
    assert_non_null(trust);
    for (; *cas; cas++)
        if (ossl_pki_ops.trust_read_cas(trust, *cas, pki_bytes(*cas), &why) < 0)
            fail_msg("%s", pki_sentence);
    for (; crls && *crls; crls++)
        if (ossl_pki_ops.trust_read_crls(trust, *crls, pki_bytes(*crls), &why) < 0)
            fail_msg("%s", pki_sentence);
    return trust;
}

#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})

/* One call: the peer's files, leaf first; the trust is given away. */
static enum crypt_fault verify_at(struct crypt_trust *trust, const char *const *peer,
                                  enum crypt_purpose purpose, int64_t now)
{
    struct base_span others[16];
    struct crypt_peer_chain chain = {.leaf = pki_der(peer[0]), .others = others};
    struct crypt_cert *leaf;
    for (; peer[chain.n_others + 1]; chain.n_others++)
        others[chain.n_others] = pki_der(peer[chain.n_others + 1]);
    memset(&verdict, 0xa5, sizeof verdict);
    const enum crypt_fault fault = ossl_pki_ops.chain_verify(trust, &chain, purpose, now, &verdict, &leaf);
    assert_int_equal(fault, verdict.fault);
    assert_int_equal(fault == CRYPT_CHAIN_GOOD, leaf != NULL);
    assert_int_equal(fault == CRYPT_CHAIN_GOOD, verdict.words[0] == '\0');
    if (leaf)
        assert_true(base_span_equal(ossl_pki_ops.cert_der(leaf), chain.leaf));
    ossl_pki_ops.cert_put(leaf);
    ossl_pki_ops.trust_put(trust);
    return fault;
}

static enum crypt_fault verify(struct crypt_trust *trust, const char *const *peer)
{
    return verify_at(trust, peer, CRYPT_PURPOSE_IKE, PKI_NOW);
}

static struct crypt_trust *lab(void)
{
    return trust_of(&by_default, NAMES("ca.crt", "ca-rsa.crt", "ca-ed.crt"), NULL);
}

static void is_good(const char *const *peer)
{
    if (verify(lab(), peer) != CRYPT_CHAIN_GOOD)
        fail_msg("%s: %s", peer[0], verdict.words);
}

/* Refused with this fault and this sentence. */
static void is_refused(struct crypt_trust *trust, const char *const *peer, enum crypt_fault fault,
                       const char *words)
{
    const enum crypt_fault got = verify(trust, peer);
    if (got != fault || strcmp(verdict.words, words) != 0)
        fail_msg("%s: fault %d instead of %d: %s", peer[0], got, fault, verdict.words);
}

static void certificates_of_each_kind_are_taken(void **state)
{
    is_good(NAMES("gw.crt"));
    is_good(NAMES("gw-rsa.crt"));
    is_good(NAMES("gw-384.crt"));
    is_good(NAMES("gw-521.crt"));
    is_good(NAMES("gw-ed.crt"));
    is_good(NAMES("gw-448.crt"));
}

static void intermediate_cas_may_come_in_any_order_with_what_is_not_needed(void **state)
{
    is_good(NAMES("deep.crt", "sub-sub.crt", "sub.crt"));
    is_good(NAMES("deep.crt", "stranger.crt", "sub.crt", "ca.crt", "sub-sub.crt", "gw.crt"));
    is_good(NAMES("deep-rsa.crt", "sub-rsa.crt"));
}

static void the_ca_that_it_ends_in_is_told_by_its_key(void **state)
{
    uint8_t hashes[3 * CRYPT_CA_HASH_BYTES];
    struct crypt_trust *trust = lab();
    assert_int_equal(ossl_pki_ops.trust_hashes(trust, hashes, 3), 3);
    assert_int_equal(verify(trust, NAMES("gw-rsa.crt")), CRYPT_CHAIN_GOOD);
    assert_memory_equal(verdict.ca, hashes + CRYPT_CA_HASH_BYTES, CRYPT_CA_HASH_BYTES);
}

/* Found anew, and remembered. */
static void a_good_path_is_told_by_what_lists_call_its_certificates(void **state)
{
    static const char *const names[] = {"deep.crt", "sub-sub.crt", "sub.crt"};
    struct crypt_trust *trust = lab();
    for (int again = 0; again < 2; again++) {
        assert_int_equal(verify(ossl_pki_ops.trust_get(trust), NAMES("deep.crt", "sub.crt", "sub-sub.crt")),
                         CRYPT_CHAIN_GOOD);
        assert_int_equal(verdict.path.n, 3);
        for (size_t i = 0; i < 3; i++) {
            struct crypt_cert *cert = pki_cert(names[i]);
            assert_int_equal(verdict.path.at[i], ossl_pki_ops.cert_mark(cert));
            ossl_pki_ops.cert_put(cert);
        }
    }
    ossl_pki_ops.trust_put(trust);
}

static void an_intermediate_ca_alone_can_be_what_is_trusted(void **state)
{
    assert_int_equal(verify(trust_of(&by_default, NAMES("sub-sub.crt"), NULL), NAMES("deep.crt")),
                     CRYPT_CHAIN_GOOD);
    assert_int_equal(verify(trust_of(&by_default, NAMES("sub-sub.crt"), NULL), NAMES("gw.crt")),
                     CRYPT_CHAIN_NO_PATH);
}

static void what_is_expired_or_not_yet_valid_is_refused_with_its_date(void **state)
{
    is_refused(
        lab(), NAMES("expired.crt"), CRYPT_CHAIN_EXPIRED,
        "the peer's certificate (C=NZ, O=Lab, CN=expired) expired on 2021-01-01 00:00:00 UTC, and here it is "
        "2026-01-01 00:00:00 UTC: it needs a new one");
    is_refused(lab(), NAMES("notyet.crt"), CRYPT_CHAIN_NOT_YET_VALID,
               "the peer's certificate (C=NZ, O=Lab, CN=notyet) is not valid before 2039-01-01 00:00:00 UTC, "
               "and here it "
               "is 2026-01-01 00:00:00 UTC: wait, or correct the clock of this machine or of the CA");
    is_refused(lab(), NAMES("of-old.crt", "sub-old.crt"), CRYPT_CHAIN_EXPIRED,
               "the CA certificate of C=NZ, O=Lab, CN=sub-old above it expired on 2021-01-01 00:00:00 UTC, "
               "and here it is "
               "2026-01-01 00:00:00 UTC: it needs a new one");
}

static void dates_count_to_the_second(void **state)
{
    assert_int_equal(verify_at(lab(), NAMES("gw.crt"), CRYPT_PURPOSE_IKE, PKI_BEGIN - 1),
                     CRYPT_CHAIN_NOT_YET_VALID);
    assert_int_equal(verify_at(lab(), NAMES("gw.crt"), CRYPT_PURPOSE_IKE, PKI_BEGIN + 1), CRYPT_CHAIN_GOOD);
    assert_int_equal(verify_at(lab(), NAMES("gw.crt"), CRYPT_PURPOSE_IKE, PKI_END - 1), CRYPT_CHAIN_GOOD);
    assert_int_equal(verify_at(lab(), NAMES("gw.crt"), CRYPT_PURPOSE_IKE, PKI_END + 1), CRYPT_CHAIN_EXPIRED);
}

static void a_usage_that_is_not_ours_is_refused(void **state)
{
    is_refused(lab(), NAMES("wrong-eku.crt"), CRYPT_CHAIN_BAD_USAGE,
               "the peer's certificate (C=NZ, O=Lab, CN=wrong-eku) is not made for this: its extended key "
               "usage has none "
               "of serverAuth, clientAuth, ipsecIKE, iKEIntermediate and anyExtendedKeyUsage");
    is_refused(lab(), NAMES("wrong-usage.crt"), CRYPT_CHAIN_BAD_USAGE,
               "the peer's certificate (C=NZ, O=Lab, CN=wrong-usage) may not sign: its key usage has neither "
               "digitalSignature nor nonRepudiation");
    is_refused(lab(), NAMES("of-code.crt", "sub-code.crt"), CRYPT_CHAIN_BAD_USAGE,
               "the CA certificate of C=NZ, O=Lab, CN=sub-code above it is not made for this: its extended "
               "key usage has "
               "none of serverAuth, clientAuth, ipsecIKE, iKEIntermediate and anyExtendedKeyUsage");
}

static void a_purpose_tells_gateways_from_users(void **state)
{
    static const struct {
        const char *file;
        bool server, client;
    } rows[] = {
        {"gw.crt", true, false}, {"user.crt", false, true},  {"ike.crt", true, true},
        {"any.crt", true, true}, {"gw-384.crt", true, true}, /* no restriction */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *const *peer = NAMES(rows[i].file);
        assert_int_equal(verify_at(lab(), peer, CRYPT_PURPOSE_IKE, PKI_NOW), CRYPT_CHAIN_GOOD);
        assert_int_equal(verify_at(lab(), peer, CRYPT_PURPOSE_SERVER, PKI_NOW),
                         rows[i].server ? CRYPT_CHAIN_GOOD : CRYPT_CHAIN_BAD_USAGE);
        assert_int_equal(verify_at(lab(), peer, CRYPT_PURPOSE_CLIENT, PKI_NOW),
                         rows[i].client ? CRYPT_CHAIN_GOOD : CRYPT_CHAIN_BAD_USAGE);
    }
}

static void a_chain_of_another_ca_is_refused(void **state)
{
    is_refused(trust_of(&by_default, NAMES("ca.crt"), NULL), NAMES("of-stranger.crt"), CRYPT_CHAIN_NO_PATH,
               "the peer's certificate (C=NZ, O=Lab, CN=of-stranger) is issued by C=NZ, O=Lab, CN=stranger, "
               "which is not "
               "trusted here, and the peer sent no certificate that leads on from there: trust that CA, or "
               "let the peer "
               "send its intermediate certificates; trusted here is: C=NZ, O=Lab, CN=ca");
    is_refused(
        lab(), NAMES("of-stranger.crt", "stranger.crt"), CRYPT_CHAIN_WRONG_CA,
        "the CA certificate of C=NZ, O=Lab, CN=stranger above it is signed by itself and not among the CAs "
        "that are "
        "trusted here: it would have to be added to them; trusted here are: C=NZ, O=Lab, CN=ca and others");
    is_refused(
        lab(), NAMES("stranger.crt"), CRYPT_CHAIN_WRONG_CA,
        "the peer's certificate (C=NZ, O=Lab, CN=stranger) is signed by itself and not among the CAs that "
        "are "
        "trusted here: it would have to be added to them; trusted here are: C=NZ, O=Lab, CN=ca and others");
    is_refused(lab(), NAMES("deep.crt", "sub.crt"), CRYPT_CHAIN_NO_PATH,
               "the peer's certificate (C=NZ, O=Lab, CN=deep) is issued by C=NZ, O=Lab, CN=sub-sub, which is "
               "not trusted "
               "here, and the peer sent no certificate that leads on from there: trust that CA, or let the "
               "peer send its "
               "intermediate certificates; trusted here are: C=NZ, O=Lab, CN=ca and others");
}

static void a_ca_of_the_same_name_is_another_ca(void **state)
{
    is_refused(lab(), NAMES("of-twin.crt"), CRYPT_CHAIN_WRONG_CA,
               "the peer's certificate (C=NZ, O=Lab, CN=of-twin) is issued by C=NZ, O=Lab, CN=ca: a CA of "
               "that name is "
               "trusted here, but it has another key");
}

static void without_any_ca_nothing_is_good(void **state)
{
    assert_int_equal(verify(trust_of(&by_default, NAMES(NULL), NULL), NAMES("gw.crt")), CRYPT_CHAIN_NO_PATH);
    assert_non_null(strstr(verdict.words, "; no CA is trusted here at all"));
}

static void what_was_revoked_is_refused_with_its_date(void **state)
{
    is_good(NAMES("revoked.crt")); /* as long as nobody has the list */
    assert_int_equal(verify(trust_of(&by_default, NAMES("ca.crt"), NAMES("ca.crl")), NAMES("revoked.crt")),
                     CRYPT_CHAIN_REVOKED);
    assert_ptr_equal(
        strstr(verdict.words, "the peer's certificate (C=NZ, O=Lab, CN=revoked) was revoked by its CA on 20"),
        verdict.words);
    assert_non_null(strstr(verdict.words, " UTC: its owner needs a new one"));
    assert_int_equal(verify(trust_of(&by_default, NAMES("ca.crt"), NAMES("ca.crl")),
                            NAMES("of-revoked.crt", "sub-revoked.crt")),
                     CRYPT_CHAIN_REVOKED);
    assert_non_null(
        strstr(verdict.words, "the CA certificate of C=NZ, O=Lab, CN=sub-revoked above it was revoked"));
    assert_int_equal(verify(trust_of(&by_default, NAMES("ca.crt"), NAMES("ca.crl")), NAMES("gw.crt")),
                     CRYPT_CHAIN_GOOD);
}

static void an_old_list_still_revokes(void **state)
{
    assert_int_equal(
        verify(trust_of(&by_default, NAMES("ca.crt"), NAMES("ca.old.crl")), NAMES("revoked.crt")),
        CRYPT_CHAIN_REVOKED);
    assert_int_equal(verify(trust_of(&by_default, NAMES("ca.crt"), NAMES("ca.old.crl")), NAMES("gw.crt")),
                     CRYPT_CHAIN_GOOD);
}

static void a_list_can_be_required(void **state)
{
    static const struct crypt_trust_rules strict = {.crl = CRYPT_CRL_REQUIRED};
    static const struct crypt_trust_rules off = {.crl = CRYPT_CRL_OFF};
    assert_int_equal(verify(trust_of(&strict, NAMES("ca.crt"), NAMES("ca.crl")), NAMES("gw.crt")),
                     CRYPT_CHAIN_GOOD);
    is_refused(trust_of(&strict, NAMES("ca.crt"), NULL), NAMES("gw.crt"), CRYPT_CHAIN_NO_CRL,
               "the peer's certificate (C=NZ, O=Lab, CN=gw) cannot be held against a revocation list: there "
               "is none of "
               "C=NZ, O=Lab, CN=ca here, and one is required; get a current one from the CA");
    is_refused(trust_of(&strict, NAMES("ca.crt"), NAMES("ca.old.crl")), NAMES("gw.crt"), CRYPT_CHAIN_NO_CRL,
               "the peer's certificate (C=NZ, O=Lab, CN=gw) cannot be held against a revocation list: that "
               "of C=NZ, O=Lab, "
               "CN=ca ended on 2021-01-01 00:00:00 UTC; get a current one from the CA");
    /* Each CA of the way needs one; the one that is trusted is on none. */
    assert_int_equal(verify(trust_of(&strict, NAMES("ca.crt"), NAMES("ca.crl")),
                            NAMES("deep.crt", "sub.crt", "sub-sub.crt")),
                     CRYPT_CHAIN_NO_CRL);
    assert_int_equal(verify(trust_of(&off, NAMES("ca.crt"), NAMES("ca.crl")), NAMES("revoked.crt")),
                     CRYPT_CHAIN_GOOD);
}

static void a_list_that_another_key_signed_is_refused(void **state)
{
    /* Read while its CA is not known, so that only the handshake can see it. */
    struct crypt_trust *trust = ossl_pki_ops.trust_new(&by_default);
    struct base_text why = pki_why();
    assert_int_equal(ossl_pki_ops.trust_read_crls(trust, "twin.crl", pki_bytes("twin.crl"), &why), 0);
    assert_int_equal(ossl_pki_ops.trust_read_cas(trust, "ca.crt", pki_bytes("ca.crt"), &why), 0);
    assert_int_not_equal(verify(trust, NAMES("gw.crt")), CRYPT_CHAIN_REVOKED);
}

static void weak_digests_are_refused(void **state)
{
    static const struct crypt_trust_rules takes_sha1 = {.takes_sha1 = true};
    is_refused(lab(), NAMES("md5.crt"), CRYPT_CHAIN_WEAK_DIGEST,
               "the peer's certificate (C=NZ, O=Lab, CN=md5) is signed by way of MD5, which is too weak to "
               "prove anything");
    is_refused(lab(), NAMES("sha1.crt"), CRYPT_CHAIN_WEAK_DIGEST,
               "the peer's certificate (C=NZ, O=Lab, CN=sha1) is signed by way of SHA1, which is too weak to "
               "prove anything");
    assert_int_equal(verify(trust_of(&takes_sha1, NAMES("ca-rsa.crt"), NULL), NAMES("sha1.crt")),
                     CRYPT_CHAIN_GOOD);
    assert_int_equal(verify(trust_of(&takes_sha1, NAMES("ca-rsa.crt"), NULL), NAMES("md5.crt")),
                     CRYPT_CHAIN_WEAK_DIGEST);
}

static void small_keys_are_refused(void **state)
{
    is_refused(lab(), NAMES("rsa1024.crt"), CRYPT_CHAIN_SMALL_KEY,
               "the peer's certificate (C=NZ, O=Lab, CN=rsa1024) has a key RSA of 1024 bits, less than 2048");
    is_refused(
        lab(), NAMES("of-1024.crt", "sub-1024.crt"), CRYPT_CHAIN_SMALL_KEY,
        "the CA certificate of C=NZ, O=Lab, CN=sub-1024 above it has a key RSA of 1024 bits, less than 2048");
}

static void names_that_a_ca_may_not_give_out_are_refused(void **state)
{
    is_good(NAMES("in-names.crt", "sub-names.crt"));
    is_refused(
        lab(), NAMES("out-names.crt", "sub-names.crt"), CRYPT_CHAIN_NAME_CONSTRAINT,
        "the peer's certificate (C=NZ, O=Lab, CN=out-names) has a name that a CA above it may not give out "
        "(nameConstraints, permitted)");
    is_refused(lab(), NAMES("barred-names.crt", "sub-names.crt"), CRYPT_CHAIN_NAME_CONSTRAINT,
               "the peer's certificate (C=NZ, O=Lab, CN=barred-names) has a name that a CA above it is "
               "forbidden to give "
               "out (nameConstraints, excluded)");
}

static void only_cas_issue_and_only_as_deep_as_they_may(void **state)
{
    is_refused(lab(), NAMES("of-user.crt", "user.crt"), CRYPT_CHAIN_NOT_A_CA,
               "the CA certificate of C=NZ, O=Lab, CN=user above it has issued another, but it is no CA: "
               "somebody used the "
               "certificate of an end to make one");
    is_refused(lab(), NAMES("too-deep.crt", "sub-1.crt", "sub-0.crt"), CRYPT_CHAIN_PATH_LENGTH,
               "the CA certificate of C=NZ, O=Lab, CN=sub-0 above it allows fewer CAs below it than there "
               "are (pathlen of "
               "its basicConstraints)");
}

static void a_critical_extension_that_is_not_known_is_refused(void **state)
{
    is_refused(lab(), NAMES("critical.crt"), CRYPT_CHAIN_CRITICAL,
               "the peer's certificate (C=NZ, O=Lab, CN=critical) has an extension that is marked critical "
               "and is not known "
               "here (RFC 5280 4.2)");
}

static void a_changed_certificate_is_refused(void **state)
{
    const struct base_span good = pki_der("gw-rsa.crt");
    uint8_t *changed = malloc(good.len);
    struct crypt_cert *leaf;
    struct crypt_trust *trust = lab();
    struct crypt_peer_chain chain = {.leaf = base_span(changed, good.len)};
    memcpy(changed, good.ptr, good.len);
    changed[good.len - 20] ^= 1; /* in the signature, which ends it */
    assert_int_equal(ossl_pki_ops.chain_verify(trust, &chain, CRYPT_PURPOSE_IKE, PKI_NOW, &verdict, &leaf),
                     CRYPT_CHAIN_BAD_SIGNATURE);
    assert_string_equal(verdict.words,
                        "the peer's certificate (C=NZ, O=Lab, CN=gw-rsa) is not signed by the CA that it "
                        "names: it was changed, or another CA has the same name");
    for (size_t i = 0; i < good.len; i++) { /* no octet can be changed unseen */
        memcpy(changed, good.ptr, good.len);
        changed[i] ^= 0x10;
        assert_int_not_equal(
            ossl_pki_ops.chain_verify(trust, &chain, CRYPT_PURPOSE_IKE, PKI_NOW, &verdict, &leaf),
            CRYPT_CHAIN_GOOD);
        assert_null(leaf);
    }
    for (size_t len = 0; len < good.len; len++) {
        chain.leaf.len = len;
        assert_int_equal(
            ossl_pki_ops.chain_verify(trust, &chain, CRYPT_PURPOSE_IKE, PKI_NOW, &verdict, &leaf),
            CRYPT_CHAIN_MALFORMED);
    }
    ossl_pki_ops.trust_put(trust);
    free(changed);
}

static void what_is_too_big_or_too_long_is_refused_unread(void **state)
{
    struct base_span others[99];
    struct crypt_cert *leaf;
    struct crypt_trust *trust = lab();
    struct crypt_peer_chain chain = {.leaf = pki_der("gw.crt"), .others = others, .n_others = 99};
    assert_true(pki_der("big.crt").len > 65000);
    assert_int_equal(verify(lab(), NAMES("big.crt")), CRYPT_CHAIN_TOO_BIG);
    assert_ptr_equal(strstr(verdict.words, "certificate 1 of the peer has 65"), verdict.words);
    assert_non_null(strstr(verdict.words, " bytes, and 16384 are taken at most"));
    for (size_t i = 0; i < 99; i++)
        others[i] = pki_der("sub.crt");
    assert_int_equal(ossl_pki_ops.chain_verify(trust, &chain, CRYPT_PURPOSE_IKE, PKI_NOW, &verdict, &leaf),
                     CRYPT_CHAIN_TOO_LONG);
    assert_string_equal(verdict.words, "the peer sent a chain of 100 certificates, and 8 are taken at most");
    ossl_pki_ops.trust_put(trust);
}

static void a_path_of_more_cas_than_are_taken_is_refused_though_all_are_here(void **state)
{
    const char *const *all = NAMES("long-1.crt", "long-2.crt", "long-3.crt", "long-4.crt", "long-5.crt",
                                   "long-6.crt", "long-7.crt", "long-8.crt", "long-9.crt");
    /* The intermediate ones are trusted, too, so that the path may end at any. */
    assert_int_equal(verify(trust_of(&by_default, all, NULL), NAMES("long.crt")), CRYPT_CHAIN_GOOD);
    assert_int_equal(verify(trust_of(&by_default, NAMES("long-1.crt"), NULL),
                            NAMES("long.crt", "long-9.crt", "long-8.crt", "long-7.crt", "long-6.crt",
                                  "long-5.crt", "long-4.crt", "long-3.crt")),
                     CRYPT_CHAIN_NO_PATH);
}

static void a_malformed_certificate_says_which(void **state)
{
    struct crypt_cert *leaf;
    struct crypt_trust *trust = lab();
    const struct base_span other = base_span("\x30\x03\x02\x01\x01", 5);
    const struct crypt_peer_chain chain = {.leaf = pki_der("gw.crt"), .others = &other, .n_others = 1};
    assert_int_equal(ossl_pki_ops.chain_verify(trust, &chain, CRYPT_PURPOSE_IKE, PKI_NOW, &verdict, &leaf),
                     CRYPT_CHAIN_MALFORMED);
    assert_string_equal(verdict.words, "certificate 2 of the peer is not a well-formed certificate");
    ossl_pki_ops.trust_put(trust);
}

/* From here on socket() and connect() end the process. */
static void forbid_sockets(void)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_connect, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {sizeof code / sizeof code[0], code};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
        _exit(70);
}

/* How a child that runs this under the filter ends: what waitpid() tells. */
static int run_filtered(int (*run)(void))
{
    int status = -1;
    const pid_t child = fork();
    if (child == 0) {
        forbid_sockets();
        _exit(run());
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static int open_socket(void)
{
    return socket(AF_INET, SOCK_STREAM, 0) >= 0;
}

/* Of one trust, at a time; the trust stays the caller's. */
static enum crypt_fault verify_again(struct crypt_trust *trust, const char *const *peer,
                                     enum crypt_purpose purpose, int64_t now)
{
    return verify_at(ossl_pki_ops.trust_get(trust), peer, purpose, now);
}

static void what_is_good_is_not_checked_again(void **state)
{
    struct crypt_trust *trust = lab();
    const struct crypt_peer_chain chain = {.leaf = pki_der("gw.crt")};
    struct crypt_cert *first, *second;
    uint8_t ca[CRYPT_CA_HASH_BYTES];
    ossl_pki_ops.chain_verify(trust, &chain, CRYPT_PURPOSE_IKE, PKI_NOW, &verdict, &first);
    memcpy(ca, verdict.ca, sizeof ca);
    ossl_pki_ops.chain_verify(trust, &chain, CRYPT_PURPOSE_IKE, PKI_NOW + 1, &verdict, &second);
    assert_int_equal(verdict.fault, CRYPT_CHAIN_GOOD);
    assert_ptr_equal(first, second);
    assert_memory_equal(ca, verdict.ca, sizeof ca);
    ossl_pki_ops.cert_put(first);
    ossl_pki_ops.cert_put(second);
    ossl_pki_ops.trust_put(trust);
}

static void what_was_good_is_refused_when_its_time_is_over(void **state)
{
    static const struct crypt_trust_rules strict = {.crl = CRYPT_CRL_REQUIRED};
    const char *const *gw = NAMES("gw.crt"), *const *of_old = NAMES("of-old.crt", "sub-old.crt");
    struct crypt_trust *trust = lab();
    assert_int_equal(verify_again(trust, gw, CRYPT_PURPOSE_IKE, PKI_END - 1), CRYPT_CHAIN_GOOD);
    assert_int_equal(verify_again(trust, gw, CRYPT_PURPOSE_IKE, PKI_END + 1), CRYPT_CHAIN_EXPIRED);
    assert_int_equal(verify_again(trust, gw, CRYPT_PURPOSE_IKE, PKI_BEGIN - 1), CRYPT_CHAIN_NOT_YET_VALID);
    assert_int_equal(verify_again(trust, gw, CRYPT_PURPOSE_IKE, PKI_NOW), CRYPT_CHAIN_GOOD);
    /* A CA between. */
    assert_int_equal(verify_again(trust, of_old, CRYPT_PURPOSE_IKE, PKI_OLD - 1), CRYPT_CHAIN_GOOD);
    assert_int_equal(verify_again(trust, of_old, CRYPT_PURPOSE_IKE, PKI_OLD + 1), CRYPT_CHAIN_EXPIRED);
    ossl_pki_ops.trust_put(trust);
    /* A list that is required. */
    trust = trust_of(&strict, NAMES("ca.crt"), NAMES("ca.old.crl"));
    assert_int_equal(verify_again(trust, gw, CRYPT_PURPOSE_IKE, PKI_OLD - 1), CRYPT_CHAIN_GOOD);
    assert_int_equal(verify_again(trust, gw, CRYPT_PURPOSE_IKE, PKI_OLD + 1), CRYPT_CHAIN_NO_CRL);
    ossl_pki_ops.trust_put(trust);
}

static void what_is_good_for_one_purpose_or_as_it_came_is_checked_for_another(void **state)
{
    struct crypt_trust *trust = lab();
    assert_int_equal(verify_again(trust, NAMES("gw.crt"), CRYPT_PURPOSE_SERVER, PKI_NOW), CRYPT_CHAIN_GOOD);
    assert_int_equal(verify_again(trust, NAMES("gw.crt"), CRYPT_PURPOSE_CLIENT, PKI_NOW),
                     CRYPT_CHAIN_BAD_USAGE);
    assert_int_equal(
        verify_again(trust, NAMES("deep.crt", "sub-sub.crt", "sub.crt"), CRYPT_PURPOSE_IKE, PKI_NOW),
        CRYPT_CHAIN_GOOD);
    assert_int_equal(verify_again(trust, NAMES("deep.crt", "sub-sub.crt"), CRYPT_PURPOSE_IKE, PKI_NOW),
                     CRYPT_CHAIN_NO_PATH);
    ossl_pki_ops.trust_put(trust);
}

/* Addresses of issuers, OCSP responders and lists in certificates, of a CA that is trusted and of one that is
 * not. */
static int verify_urls(void)
{
    static const struct crypt_trust_rules strict = {.crl = CRYPT_CRL_REQUIRED};
    return !(verify(lab(), NAMES("good-urls.crt")) == CRYPT_CHAIN_GOOD &&
             verify(lab(), NAMES("urls.crt")) == CRYPT_CHAIN_NO_PATH &&
             verify(trust_of(&strict, NAMES("ca.crt"), NULL), NAMES("good-urls.crt")) == CRYPT_CHAIN_NO_CRL);
}

static void no_socket_is_opened_for_what_a_certificate_says(void **state)
{
    const int seen = run_filtered(open_socket);
    assert_true(WIFSIGNALED(seen) && WTERMSIG(seen) == SIGSYS); /* the filter works */
    const int status = run_filtered(verify_urls);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(certificates_of_each_kind_are_taken),
        cmocka_unit_test(intermediate_cas_may_come_in_any_order_with_what_is_not_needed),
        cmocka_unit_test(the_ca_that_it_ends_in_is_told_by_its_key),
        cmocka_unit_test(a_good_path_is_told_by_what_lists_call_its_certificates),
        cmocka_unit_test(an_intermediate_ca_alone_can_be_what_is_trusted),
        cmocka_unit_test(what_is_expired_or_not_yet_valid_is_refused_with_its_date),
        cmocka_unit_test(dates_count_to_the_second),
        cmocka_unit_test(a_usage_that_is_not_ours_is_refused),
        cmocka_unit_test(a_purpose_tells_gateways_from_users),
        cmocka_unit_test(a_chain_of_another_ca_is_refused),
        cmocka_unit_test(a_ca_of_the_same_name_is_another_ca),
        cmocka_unit_test(without_any_ca_nothing_is_good),
        cmocka_unit_test(what_was_revoked_is_refused_with_its_date),
        cmocka_unit_test(an_old_list_still_revokes),
        cmocka_unit_test(a_list_can_be_required),
        cmocka_unit_test(a_list_that_another_key_signed_is_refused),
        cmocka_unit_test(weak_digests_are_refused),
        cmocka_unit_test(small_keys_are_refused),
        cmocka_unit_test(names_that_a_ca_may_not_give_out_are_refused),
        cmocka_unit_test(only_cas_issue_and_only_as_deep_as_they_may),
        cmocka_unit_test(a_critical_extension_that_is_not_known_is_refused),
        cmocka_unit_test(a_changed_certificate_is_refused),
        cmocka_unit_test(what_is_too_big_or_too_long_is_refused_unread),
        cmocka_unit_test(a_path_of_more_cas_than_are_taken_is_refused_though_all_are_here),
        cmocka_unit_test(a_malformed_certificate_says_which),
        cmocka_unit_test(what_is_good_is_not_checked_again),
        cmocka_unit_test(what_was_good_is_refused_when_its_time_is_over),
        cmocka_unit_test(what_is_good_for_one_purpose_or_as_it_came_is_checked_for_another),
        cmocka_unit_test(no_socket_is_opened_for_what_a_certificate_says),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ossl_fini();
    return failed;
}
