/* SPDX-License-Identifier: BSD-3-Clause */
/* A reload brings a revocation list: who proved himself by what it names has no SA any more. */
#include "ikev2_eap_pair.h"
#include "sig_pair.h"
#include "tls_login.h"

/* What b is told by a reload, but for keys and lists. */
static struct ike_conf *conf_again(const struct pair *p)
{
    struct ike_conf *conf = pair_conf("a", "@b", "@a", "secret", "10.2.0.0/16", "10.1.0.0/16");
    conf->conns[0].remote_addr = p->h[0].addr;
    return conf;
}

static void conf_swap(struct pair *p, struct ike_conf *conf)
{
    ike_conf_seal(conf);
    assert_int_equal(pair_event(p, 1, (struct ike_event){.type = IKE_EV_CONF_SWAP, .conf = conf}), 0);
    ike_conf_put(conf);
    pair_run(p, 8);
}

/* b trusts these now. */
static void trust_swap(struct pair *p, const char *names)
{
    struct ike_conf *former = p->h[1].conf, *conf = conf_again(p);
    p->h[1].conf = conf;
    sig_cred(p, 1, "r:kb", "r:kb:b:ca", NULL);
    sig_trust(p, 1, names);
    p->h[1].conf = former;
    conf_swap(p, conf);
}

static void is_ended(struct pair *p, bool is)
{
    assert_int_equal(pair_live(&p->h[0]), !is);
    assert_int_equal(pair_live(&p->h[1]), !is);
    if (is)
        assert_string_equal(pair_audit(&p->h[1], IKE_AUDIT_IKE_DOWN)->why, "its certificate was revoked");
}

/* Also after its IKE SA was rekeyed. A list that names others, as us, ends nothing. */
static void a_certificate_that_a_new_list_names_ends_its_sa(void **state)
{
    (void)state;
    for (int n = 0; n < 3; n++) {
        struct pair *p = sig_pair_new();
        assert_true(sig_pair_go(p));
        if (n == 2)
            pair_event(p, 1, (struct ike_event){.type = IKE_EV_REKEY, .name = "a", .rekey_ike = true});
        pair_run(p, 8);
        assert_int_equal(pair_stats(p, 1).rekeyed_ike, n == 2);
        trust_swap(p, n ? "ca,-a" : "ca,-b");
        is_ended(p, n > 0);
        sig_pair_free(p);
    }
}

/* It came with the peer's own, which no list names. One beside it may be revoked. */
static void a_ca_below_that_a_new_list_names_ends_the_sas_of_its_certificates(void **state)
{
    (void)state;
    for (int n = 0; n < 2; n++) {
        struct pair *p = pair_new();
        sig_cred(p, 0, "r:ka", "r:ka:a:sub", "r:ks:sub:ca");
        sig_cred(p, 1, "r:kb", "r:kb:b:ca", NULL);
        sig_trust(p, 0, "ca");
        sig_trust(p, 1, "ca");
        assert_true(sig_pair_go(p));
        trust_swap(p, n ? "ca,-sub" : "ca,-other");
        is_ended(p, n > 0);
        sig_pair_free(p);
    }
}

/* ---- logins by EAP-TLS ---- */

/* b's side: whoever has a certificate of the CA, but for what the list names (NULL: nothing). */
static void tls_serve(struct ike_conf *conf, const char *crl)
{
    struct ike_conn_conf *c = &conf->conns[0];
    struct base_text why = pki_why();
    tls_show(conf, "gw.crt", "gw.key");
    if (crl)
        assert_int_equal(ossl_pki_ops.trust_read_crls(conf->anchors->trust, crl, pki_bytes(crl), &why), 0);
    c->local_id = pair_id("@gw.example.org");
    c->remote_id = (struct ike_id){.pattern = IKE_ID_ANY};
    c->remote_addr = (struct base_addr){0};
    c->local_auth = IKE_AUTH_SIG;
    c->remote_auth = IKE_AUTH_EAP_TLS;
}

/* a logs in by this certificate and who issued it. */
static struct pair *pair_tls(const char *name, const char *issuer)
{
    char crt[64], key[64];
    struct pair *p = pair_eap();
    struct ike_conn_conf *a = &p->h[0].conf->conns[0];
    snprintf(crt, sizeof crt, "%s.crt", name);
    snprintf(key, sizeof key, "%s.key", name);
    tls_show(p->h[0].conf, crt, key);
    struct crypt_certs *certs = &p->h[0].conf->creds->list[0].certs;
    if (issuer)
        certs->at[certs->n++] = pki_cert(issuer);
    a->local_id = pair_id("@any.example.org");
    a->remote_id = pair_id("@gw.example.org");
    a->local_auth = IKE_AUTH_EAP_TLS;
    a->remote_auth = IKE_AUTH_SIG;
    tls_serve(p->h[1].conf, NULL);
    pair_start(p);
    for (int i = 0; i < 2; i++)
        p->h[i].ike->env.calendar = tls_calendar;
    pair_connect(p);
    assert_int_equal(pair_live(&p->h[1]), 1);
    return p;
}

static void a_login_by_a_certificate_ends_as_every_other(void **state)
{
    static const struct {
        const char *name, *issuer;
        bool is_revoked;
    } rows[] = {{"user", NULL, false}, {"revoked", NULL, true}, {"of-revoked", "sub-revoked.crt", true}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pair *p = pair_tls(rows[i].name, rows[i].issuer);
        struct ike_conf *conf = conf_again(p);
        tls_serve(conf, "ca.crl");
        conf_swap(p, conf);
        is_ended(p, rows[i].is_revoked);
        pair_free(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_certificate_that_a_new_list_names_ends_its_sa),
        cmocka_unit_test(a_ca_below_that_a_new_list_names_ends_the_sas_of_its_certificates),
        cmocka_unit_test(a_login_by_a_certificate_ends_as_every_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
