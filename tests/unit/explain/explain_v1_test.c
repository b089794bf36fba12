/* SPDX-License-Identifier: BSD-3-Clause */
/* Failures of IKEv1 in words. */
#include "explain_v1.h"
#include "ike_pair.h"
#include "wire_v1.h"

static const struct ike_audit *said(struct pair *p, enum ike_audit_kind kind)
{
    pair_drain(p);
    const struct ike_audit *a = pair_audit(&p->h[1], kind);
    assert_non_null(a);
    return a;
}

static struct pair *engines(struct ike_path *path)
{
    struct pair *p = pair_up();
    *path = (struct ike_path){.local = {p->h[1].addr, 500}, .remote = {pair_addr("203.0.113.5"), 500}};
    return p;
}

static void an_offer_that_nobody_takes_is_put_beside_what_is_configured(void **state)
{
    struct ike_path path;
    (void)state;
    struct pair *p = engines(&path);
    const struct ike_conn_conf *c = &p->h[1].conf->conns[0];
    explain_v1_proposal(p->h[1].ike, (struct explain_about){.path = &path}, c, NULL, "3des-sha1-modp1024");
    const struct ike_audit *a = said(p, IKE_AUDIT_FAIL_NO_PROPOSAL);
    assert_string_equal(a->what, "the peer offers by IKEv1: 3des-sha1-modp1024");
    assert_non_null(strstr(a->nearest, "connection a: aes256gcm16"));
    assert_string_equal(a->fix_here, "connections.a.proposals");
    path.remote.port++;
    explain_v1_proposal(p->h[1].ike, (struct explain_about){.path = &path}, NULL, NULL, "3des-sha1-modp1024");
    assert_non_null(strstr(said(p, IKE_AUDIT_FAIL_NO_PROPOSAL)->why, "No connection with \"version\": 1"));
    pair_free(p);
}

static void two_keys_and_aggressive_mode_say_what_tells_callers_apart(void **state)
{
    struct ike_path path;
    (void)state;
    struct pair *p = engines(&path);
    const struct ike_conn_conf *c = &p->h[1].conf->conns[0];
    explain_v1_keys(p->h[1].ike, (struct explain_about){.path = &path}, c, c);
    assert_non_null(strstr(said(p, IKE_AUDIT_FAIL_NO_SECRET)->fix_here, "remote.from"));
    explain_v1_aggressive(p->h[1].ike, (struct explain_about){.path = &path}, c);
    assert_non_null(strstr(said(p, IKE_AUDIT_FAIL_VERSION)->fix_peer, "main mode"));
    pair_free(p);
}

static void each_refusal_means_something_else(void **state)
{
    static const struct {
        uint16_t notify;
        const char *of_sa, *of_child;
    } rows[] = {
        {WIRE_V1_N_NO_PROPOSAL_CHOSEN, "no connection for our address", "PFS"},
        {WIRE_V1_N_INVALID_ID_INFORMATION, "does not know our identity", "exactly these networks"},
        {WIRE_V1_N_AUTHENTICATION_FAILED, "different pre-shared keys", "different pre-shared keys"},
        {WIRE_V1_N_INVALID_COOKIE, "log says more", "log says more"},
    };
    struct ike_path path;
    (void)state;
    struct pair *p = engines(&path);
    const struct ike_conn_conf *c = &p->h[1].conf->conns[0];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct explain_about about = {.path = &path, .conn = c};
        path.remote.port = (uint16_t)(600 + 2 * i);
        explain_v1_refused(p->h[1].ike, about, NULL, rows[i].notify);
        assert_non_null(strstr(said(p, IKE_AUDIT_FAIL_REFUSED)->why, rows[i].of_sa));
        assert_non_null(strstr(said(p, IKE_AUDIT_FAIL_REFUSED)->why, "in clear"));
        path.remote.port++;
        about.is_authentic = true;
        explain_v1_refused(p->h[1].ike, about, &c->children[0], rows[i].notify);
        assert_non_null(strstr(said(p, IKE_AUDIT_FAIL_REFUSED)->why, rows[i].of_child));
        assert_null(strstr(said(p, IKE_AUDIT_FAIL_REFUSED)->why, "in clear"));
        p->now = base_time_add(p->now, 60 * BASE_NS_PER_S);
        ike_on_timer(p->h[1].ike, p->now);
    }
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_offer_that_nobody_takes_is_put_beside_what_is_configured),
        cmocka_unit_test(two_keys_and_aggressive_mode_say_what_tells_callers_apart),
        cmocka_unit_test(each_refusal_means_something_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
