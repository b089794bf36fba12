/* SPDX-License-Identifier: BSD-3-Clause */
/* Explanations of signatures: each finding has its sentence, and says what to do on a side that can do it. */
#include "explain_auth.h"
#include "ike_core.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"
#include "sig_pair.h"

static struct pair *p;

static int up(void **state)
{
    (void)state;
    p = pair_up();
    return 0;
}

static int down(void **state)
{
    (void)state;
    pair_free(p);
    return 0;
}

/* What is said of a check that found this. */
static const struct ike_audit *told_of(struct ike_job_verify *v)
{
    struct ike *ike = p->h[1].ike;
    p->now = base_time_add(p->now, 3600 * BASE_NS_PER_S); /* it is news again */
    ike->now = p->now;
    v->peer = pair_id("@a");
    explain_signature(ike, ikev2_sa_about(ike->v2->first), &p->h[1].conf->conns[0], v);
    pair_drain(p);
    const struct ike_audit *a = pair_audit(&p->h[1], IKE_AUDIT_FAIL_CERT);
    if (!a)
        abort();
    assert_non_null(strstr(a->what, "@a sent a signature"));
    assert_non_null(strstr(a->nearest, "connection a"));
    assert_int_equal(a->notify, WIRE_IKE_N_AUTHENTICATION_FAILED);
    return a;
}

/* NULL: there is no text. */
static bool has(const char *text, const char *part)
{
    return part ? strstr(text, part) != NULL : text[0] == '\0';
}

static void each_finding_has_a_sentence_of_its_own(void **state)
{
    (void)state;
    static const struct {
        enum ike_sig_finding finding;
        const char *words, *why, *here, *peer; /* here, peer NULL: nothing */
    } cases[] = {
        {IKE_SIG_METHOD, "", "not taken here (AUTH method 14)", NULL, "with SHA-2, there"},
        {IKE_SIG_WEAK, "", "which is weak", "connections.a.weak: true", "signature_authentication"},
        {IKE_SIG_NO_CERT, "", "It sent no certificate", "remote.certificate or .public_key", "send_cert"},
        {IKE_SIG_URL, "", "never fetched", NULL, "hash_and_url = no"},
        {IKE_SIG_FORM, "1", "not taken, encoding 1.", NULL, "X.509"},
        {IKE_SIG_MALFORMED, "cut short", "cut short", NULL, "X.509"},
        {IKE_SIG_PINNED, "", "not the one that is configured", "what the peer has now", NULL},
        {IKE_SIG_TIME, "expired", "is expired", "this machine's clock", NULL},
        {IKE_SIG_NAME, "CN=b", "does not name @a. It names: CN=b.", "connections.a.remote.id",
         "alternative name"},
        {IKE_SIG_WRONG, "", "not by the key of the certificate", NULL, "private key that belongs"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ike_job_verify v = {.finding = cases[i].finding, .auth.method = 14, .sig = CRYPT_SIG_RSA_SHA1};
        snprintf(v.words, sizeof v.words, "%s", cases[i].words);
        const struct ike_audit *a = told_of(&v);
        if (!strstr(a->why, cases[i].why) || !has(a->fix_here, cases[i].here) ||
            !has(a->fix_peer, cases[i].peer))
            fail_msg("%zu: %s | %s | %s", i, a->why, a->fix_here, a->fix_peer);
    }
    struct ike_job_verify bare = {.finding = IKE_SIG_WRONG, .is_bare = true};
    assert_non_null(strstr(told_of(&bare)->fix_here, "connections.a.remote.public_key"));
}

static void each_fault_of_a_chain_says_what_to_do(void **state)
{
    (void)state;
    for (enum crypt_fault f = CRYPT_CHAIN_GOOD + 1; f < CRYPT_CHAIN_FAILED; f++) {
        struct ike_job_verify v = {.finding = IKE_SIG_CHAIN,
                                   .verdict = {.fault = f, .words = "Words of the chain."}};
        const struct ike_audit *a = told_of(&v);
        assert_string_equal(a->why, "Words of the chain.");
        assert_true(a->fix_here[0] || a->fix_peer[0]);
        assert_null(strchr(a->fix_here, '%'));
    }
    struct ike_job_verify v = {.finding = IKE_SIG_CHAIN, .verdict.fault = CRYPT_CHAIN_WRONG_CA};
    assert_string_equal(told_of(&v)->fix_here,
                        "the authorities of connections.a.remote.ca: add this CA, if its "
                        "holders are to be trusted");
}

static void that_we_have_no_key_that_fits_is_said_with_what_the_peer_takes(void **state)
{
    (void)state;
    struct ike *ike = p->h[1].ike;
    explain_no_scheme(ike, ikev2_sa_about(ike->v2->first), &p->h[1].conf->conns[0],
                      CRYPT_HASH_BIT(CRYPT_HASH_SHA2_256) | CRYPT_HASH_BIT(CRYPT_HASH_SHA2_512));
    pair_drain(p);
    const struct ike_audit *a = pair_audit(&p->h[1], IKE_AUDIT_FAIL_UNPROVED);
    assert_non_null(strstr(a->why, "SHA2-256, SHA2-512."));
    ike->now = base_time_add(ike->now, 3600 * BASE_NS_PER_S);
    explain_no_scheme(ike, ikev2_sa_about(ike->v2->first), &p->h[1].conf->conns[0], 0);
    pair_drain(p);
    a = pair_audit(&p->h[1], IKE_AUDIT_FAIL_UNPROVED);
    assert_non_null(strstr(a->why, "announced no hashes"));
    assert_non_null(strstr(a->fix_here, "connections.a.weak: true"));
}

static void that_rsa_pss_narrows_our_keys_is_said(void **state)
{
    (void)state;
    struct ike *ike = p->h[1].ike;
    p->h[1].conf->conns[0].rsa_pss = IKE_RSA_PSS_NEVER;
    explain_no_scheme(ike, ikev2_sa_about(ike->v2->first), &p->h[1].conf->conns[0],
                      CRYPT_HASH_BIT(CRYPT_HASH_SHA2_256));
    pair_drain(p);
    const struct ike_audit *a = pair_audit(&p->h[1], IKE_AUDIT_FAIL_UNPROVED);
    assert_non_null(strstr(a->why, "SHA2-256. An RSA key never signs by RSASSA-PSS here."));
    assert_string_equal(a->fix_here,
                        "connections.a.local.rsa_pss: \"auto\"; or connections.a.local.certificate "
                        "and .key: one more of another kind");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, up, down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_finding_has_a_sentence_of_its_own),
        TEST(each_fault_of_a_chain_says_what_to_do),
        TEST(that_we_have_no_key_that_fits_is_said_with_what_the_peer_takes),
        TEST(that_rsa_pss_narrows_our_keys_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
