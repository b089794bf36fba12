/* SPDX-License-Identifier: BSD-3-Clause */
/* Signatures as proof, from one engine to the other: who is taken, who is not, and what is said then. */
#include "ike_core.h"
#include "ikev2_auth.h"
#include "ikev2_init.h"
#include "ikev2_msg.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"
#include "sig_pair.h"

/* Why host i refused its peer. */
static const struct ike_audit *refusal(struct pair *p, int i)
{
    const struct ike_audit *a = pair_audit(&p->h[i], IKE_AUDIT_FAIL_CERT);
    assert_non_null(a);
    return a;
}

static void certificates_of_a_common_authority_are_enough(void **state)
{
    (void)state;
    struct pair *p = sig_pair_new();
    assert_true(sig_pair_go(p));
    pair_check_one(p);
    sig_pair_free(p);
}

static void an_intermediate_certificate_comes_along(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    sig_cred(p, 0, "e:ka", "e:ka:a:sub", "r:ksub:sub:root");
    sig_cred(p, 1, "d:kb", "d:kb:b:root", NULL);
    sig_trust(p, 0, "root");
    sig_trust(p, 1, "root");
    assert_true(sig_pair_go(p));
    sig_pair_free(p);
}

static void a_key_on_one_side_and_a_secret_on_the_other(void **state)
{
    (void)state;
    for (int signer = 0; signer < 2; signer++) {
        struct pair *p = pair_new();
        sig_cred(p, signer, "r:k", signer ? "r:k:b:ca" : "r:k:a:ca", NULL);
        sig_trust(p, !signer, "ca");
        assert_true(sig_pair_go(p));
        sig_pair_free(p);
    }
}

static void what_is_wrong_with_a_caller_is_said_and_it_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *key, *cert, *says;
    } cases[] = {
        {"r:ka", "r:ka:a:other", "fault"},
        {"r:ka", "r:ka:a:ca:999", "fault"},
        {"r:ka", "r:ka:mallory:ca", "does not name @a. It names: mallory."},
        {"r:kx", "r:ka:a:ca", "not by the key of the certificate"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pair *p = pair_new();
        sig_cred(p, 0, cases[i].key, cases[i].cert, NULL);
        sig_cred(p, 1, "r:kb", "r:kb:b:ca", NULL);
        sig_trust(p, 0, "ca");
        sig_trust(p, 1, "ca");
        assert_false(sig_pair_go(p));
        assert_int_equal(pair_live(&p->h[1]), 0);
        if (!strstr(refusal(p, 1)->why, cases[i].says))
            fail_msg("%zu: %s", i, refusal(p, 1)->why);
        assert_int_equal(refusal(p, 1)->notify, WIRE_IKE_N_AUTHENTICATION_FAILED);
        assert_string_equal(pair_audit(&p->h[0], IKE_AUDIT_FAIL_REFUSED) ? "refused" : "", "refused");
        sig_pair_free(p);
    }
}

static void who_answers_is_held_to_the_same(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    sig_cred(p, 0, "r:ka", "r:ka:a:ca", NULL);
    sig_cred(p, 1, "r:kb", "r:kb:somebody:ca", NULL);
    sig_trust(p, 0, "ca");
    sig_trust(p, 1, "ca");
    assert_false(sig_pair_go(p));
    assert_int_equal(pair_live(&p->h[0]), 0);
    assert_non_null(strstr(refusal(p, 0)->why, "does not name @b. It names: somebody."));
    sig_pair_free(p);
}

static void a_raw_key_is_known_or_not(void **state)
{
    (void)state;
    for (int is_known = 0; is_known < 2; is_known++) {
        struct pair *p = pair_new();
        sig_cred(p, 0, "d:ka", "d:ka", NULL);
        sig_cred(p, 1, "r:kb", "r:kb", NULL);
        sig_pin(p, 0, "r:kb");
        sig_pin(p, 1, is_known ? "d:ka" : "d:kx");
        assert_int_equal(sig_pair_go(p), is_known);
        if (!is_known)
            assert_non_null(strstr(refusal(p, 1)->why, "not the one that is configured"));
        sig_pair_free(p);
    }
}

static void a_pinned_certificate_must_be_the_one_and_in_time(void **state)
{
    (void)state;
    static const struct {
        const char *sent, *pinned;
        bool is_taken;
    } cases[] = {
        {"r:ka:a:anybody", "r:ka:a:anybody", true},
        {"r:ka:a:anybody", "r:kx:a:anybody", false},
        {"r:ka:a:anybody:999", "r:ka:a:anybody:999", false},
        {"r:ka:b2:anybody", "r:ka:b2:anybody", false}, /* it is not the identity's */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pair *p = pair_new();
        sig_cred(p, 0, "r:ka", cases[i].sent, NULL);
        sig_cred(p, 1, "r:kb", "r:kb:b:ca", NULL);
        sig_trust(p, 0, "ca");
        sig_pin(p, 1, cases[i].pinned);
        assert_int_equal(sig_pair_go(p), cases[i].is_taken);
        sig_pair_free(p);
    }
}

/* A peer that announces no hashes (RFC 7427) gets and sends the older methods. */
static void without_hashes_a_weak_signature_needs_the_word_for_it(void **state)
{
    (void)state;
    for (int weak = 0; weak < 4; weak++) {
        struct pair *p = sig_pair_new();
        for (int i = 0; i < 2; i++)
            p->h[i].conf->conns[0].weak = weak & (1 << i);
        pair_start(p);
        for (int i = 0; i < 2; i++) {
            p->h[i].ike->env.calendar = sig_calendar;
            ((struct ike_conf *)p->h[i].ike->conf)->signs = false; /* it announces nothing as responder */
        }
        p->hold = true;
        pair_connect(p);
        pair_deliver_one(p);
        p->h[1].ike->v2->first->init->auth.hashes = 0;
        p->hold = false;
        pair_settle(p);
        assert_int_equal(pair_live(&p->h[1]), weak == 3);
        if (weak == 2)
            assert_non_null(
                strstr(pair_audit(&p->h[0], IKE_AUDIT_FAIL_UNPROVED)->why, "announced no hashes"));
        if (weak == 1)
            assert_non_null(strstr(refusal(p, 1)->why, "which is weak"));
        sig_pair_free(p);
    }
}

/* The schemes of the signatures that were checked: the caller's, then the other's. */
static enum crypt_sig checked[2];
static size_t n_checked;

static int noting_verify(const struct crypt_cert *cert, enum crypt_sig sig, struct base_span octets,
                         struct base_span signature)
{
    assert_true(n_checked < 2);
    checked[n_checked++] = sig;
    return null_pki_ops.verify(cert, sig, octets, signature);
}

#define SHA2   (CRYPT_HASHES_OURS & ~CRYPT_HASH_BIT(CRYPT_HASH_IDENTITY)) /* as Android announces */
#define PKCS_1 CRYPT_SIG_RSA_SHA2_256
#define PSS    CRYPT_SIG_PSS_SHA2_256

static void rsa_signs_by_pss_where_the_peer_shows_that_it_takes_it(void **state)
{
    (void)state;
    static const struct {
        enum ike_rsa_pss a, b; /* of both sides */
        uint32_t hashes;       /* that the called side heard */
        enum crypt_sig by_a, by_b;
    } cases[] = {
        {IKE_RSA_PSS_AUTO, IKE_RSA_PSS_AUTO, CRYPT_HASHES_OURS, PSS, PSS},
        {IKE_RSA_PSS_NEVER, IKE_RSA_PSS_AUTO, CRYPT_HASHES_OURS, PKCS_1, PSS},
        {IKE_RSA_PSS_NEVER, IKE_RSA_PSS_AUTO, SHA2, PKCS_1, PKCS_1},
        {IKE_RSA_PSS_ALWAYS, IKE_RSA_PSS_AUTO, SHA2, PSS, PSS},
        {IKE_RSA_PSS_ALWAYS, IKE_RSA_PSS_NEVER, SHA2, PSS, PKCS_1},
        {IKE_RSA_PSS_NEVER, IKE_RSA_PSS_ALWAYS, SHA2, PKCS_1, PSS},
        {IKE_RSA_PSS_NEVER, IKE_RSA_PSS_ALWAYS, 0, PKCS_1, CRYPT_SIG_NONE},
    };
    struct crypt_pki_ops noting = null_pki_ops;
    noting.verify = noting_verify;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pair *p = sig_pair_new();
        p->h[0].conf->pki = p->h[1].conf->pki = &noting;
        p->h[0].conf->conns[0].rsa_pss = cases[i].a;
        p->h[1].conf->conns[0].rsa_pss = cases[i].b;
        p->h[1].conf->conns[0].weak =
            true; /* of RSA, no more than PKCS#1 with SHA-1 is left without hashes */
        pair_start(p);
        for (int h = 0; h < 2; h++)
            p->h[h].ike->env.calendar = sig_calendar;
        n_checked = 0;
        p->hold = true;
        pair_connect(p);
        pair_deliver_one(p);
        p->h[1].ike->v2->first->init->auth.hashes = cases[i].hashes;
        p->hold = false;
        pair_settle(p);
        const bool is_up = cases[i].by_b != CRYPT_SIG_NONE;
        assert_int_equal(pair_live(&p->h[0]), is_up);
        assert_int_equal(n_checked, is_up ? 2 : 1);
        assert_int_equal(checked[0], cases[i].by_a);
        if (is_up)
            assert_int_equal(checked[1], cases[i].by_b);
        sig_pair_free(p);
    }
}

static void of_two_keys_the_one_that_the_peer_asks_for_is_shown(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    sig_cred(p, 0, "r:k1", "r:k1:a:old", NULL);
    sig_cred(p, 0, "e:k2", "e:k2:a:new", NULL);
    sig_cred(p, 1, "r:k3", "r:k3:b:old", NULL);
    sig_cred(p, 1, "e:k4", "e:k4:b:new", NULL);
    sig_trust(p, 0, "new");
    sig_trust(p, 1, "new");
    assert_true(sig_pair_go(p));
    sig_pair_free(p);
}

static void who_asks_for_an_identity_gets_it_to_the_byte(void **state)
{
    (void)state;
    struct pair *p = sig_pair_new();
    p->h[0].conf->conns[0].remote_id = pair_id("@B"); /* the same name in other letters */
    assert_true(sig_pair_go(p));
    assert_int_equal(p->h[0].ike->v2->first->remote_id->bytes[0], 'B');
    sig_pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(certificates_of_a_common_authority_are_enough),
        cmocka_unit_test(an_intermediate_certificate_comes_along),
        cmocka_unit_test(a_key_on_one_side_and_a_secret_on_the_other),
        cmocka_unit_test(what_is_wrong_with_a_caller_is_said_and_it_is_refused),
        cmocka_unit_test(who_answers_is_held_to_the_same),
        cmocka_unit_test(a_raw_key_is_known_or_not),
        cmocka_unit_test(a_pinned_certificate_must_be_the_one_and_in_time),
        cmocka_unit_test(without_hashes_a_weak_signature_needs_the_word_for_it),
        cmocka_unit_test(rsa_signs_by_pss_where_the_peer_shows_that_it_takes_it),
        cmocka_unit_test(of_two_keys_the_one_that_the_peer_asks_for_is_shown),
        cmocka_unit_test(who_asks_for_an_identity_gets_it_to_the_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
