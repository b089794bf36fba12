/* SPDX-License-Identifier: BSD-3-Clause */
/* Logins that failed, in words. */
#include "eap_login.h"
#include "explain.h"
#include "ike_pair.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"
#include "wire_eap.h"

/* What is told at b about a conversation with this fault. */
static struct ike_audit told(bool is_server, enum eap_fault fault, uint8_t wanted, int error)
{
    const struct eap_setup s = {.ops = &ossl_eap_ops, .is_server = is_server, .types = {WIRE_EAP_MSCHAPV2}};
    struct pair *p = pair_up();
    struct eap *e = eap_new(&s);
    eap_name_set(&e->user, base_span("a\"n", 3));
    eap_name_set(&e->setup.login.name, base_span("ann", 3));
    strcpy(e->words, "E=691");
    e->fault = fault;
    e->wanted = wanted;
    e->error = error;
    explain_login(p->h[1].ike, ikev2_sa_about(p->h[1].ike->v2->first), &p->h[1].conf->conns[0], e);
    pair_drain(p);
    const struct ike_audit *a = pair_audit(&p->h[1], IKE_AUDIT_FAIL_LOGIN);
    assert_non_null(a);
    assert_string_equal(a->conn, "a");
    assert_string_equal(a->nearest, "connection a");
    assert_string_equal(a->what, is_server ? "a login by EAP was refused" : "our login by EAP failed");
    assert_int_equal(a->notify, WIRE_IKE_N_AUTHENTICATION_FAILED);
    const struct ike_audit copy = *a;
    eap_free(e);
    pair_free(p);
    return copy;
}

static void a_server_says_whom_it_refused_and_why(void **state)
{
    (void)state;
    struct ike_audit a = told(true, EAP_FAULT_USER, 0, 0);
    assert_string_equal(
        a.why, "There is no user \"a\\x22n\" here. The peer is told the same as for a wrong password.");
    assert_non_null(strstr(a.fix_here, "culvertctl user add"));
    a = told(true, EAP_FAULT_PASSWORD, 0, 0);
    assert_string_equal(a.why, "The password of user \"a\\x22n\" is wrong.");
    assert_string_equal(a.fix_peer, "enter the password again; capitals count");
    a = told(true, EAP_FAULT_METHOD, WIRE_EAP_PEAP, 0);
    assert_string_equal(a.why, "The peer takes no method that this connection offers (EAP-MSCHAPv2) and asks "
                               "for EAP-PEAP.");
    assert_string_equal(a.fix_peer, "log in by EAP-MSCHAPv2");
    a = told(true, EAP_FAULT_METHOD, 99, 0);
    assert_non_null(strstr(a.why, "asks for EAP method 99."));
    a = told(true, EAP_FAULT_METHOD, 0, 0);
    assert_null(strstr(a.why, "asks for"));
    a = told(true, EAP_FAULT_MALFORMED, 0, 0);
    assert_non_null(strstr(a.why, "malformed or not due"));
}

static void both_sides_say_what_tls_said(void **state)
{
    (void)state;
    for (int is_server = 0; is_server < 2; is_server++) {
        struct ike_audit a = told(is_server, EAP_FAULT_CERT, 0, 0);
        assert_string_equal(a.why, "In TLS, E=691.");
        assert_non_null(strstr(a.fix_peer, is_server ? "good for TLS as client" : "good for TLS as server"));
        a = told(is_server, EAP_FAULT_ALERT, 0, 0);
        assert_string_equal(a.why, "The peer ended TLS with the alert \"E=691\".");
        assert_non_null(strstr(a.fix_here, "local.certificate"));
        a = told(is_server, EAP_FAULT_TLS, 0, 0);
        assert_string_equal(a.why, "TLS came to no end: E=691.");
    }
}

static void a_client_says_what_the_gateway_did(void **state)
{
    (void)state;
    struct ike_audit a = told(false, EAP_FAULT_PASSWORD, 0, 0);
    assert_string_equal(a.why, "The gateway does not take the name \"ann\" with this password (E=691).");
    assert_string_equal(a.fix_here, "local.user and local.password_file");
    a = told(false, EAP_FAULT_METHOD, WIRE_EAP_TLS, 0);
    assert_string_equal(a.why,
                        "The gateway offers EAP-TLS, and this connection logs in by EAP-MSCHAPv2 only.");
    assert_non_null(strstr(told(false, EAP_FAULT_SERVER, 0, 0).why, "does not know it"));
    assert_non_null(strstr(told(false, EAP_FAULT_REFUSED, 0, 0).why, "without a reason"));
    assert_non_null(strstr(told(false, EAP_FAULT_EARLY, 0, 0).why, "before it was through"));
    assert_non_null(strstr(told(false, EAP_FAULT_MALFORMED, 0, 0).why, "malformed"));
}

static void what_lacks_here_is_named(void **state)
{
    (void)state;
    struct ike_audit a = told(true, EAP_FAULT_HERE, 0, ENOTSUP);
    assert_non_null(strstr(a.why, "legacy provider"));
    assert_non_null(strstr(a.fix_here, "openssl-provider-legacy"));
    a = told(false, EAP_FAULT_HERE, 0, EIO);
    assert_non_null(strstr(a.why, "on this machine (5)"));
}

/* What is told about bob, whom the server puts into these groups (a byte of length before each). */
static void check_group(const char *groups, const char *why)
{
    char of_conn[2][IKE_GROUP_MAX] = {"staff", "night"};
    struct ike_conn_conf conn = {.name = "office", .n_groups = 2, .groups = of_conn};
    const struct eap_setup s = {.ops = &ossl_eap_ops, .is_server = true};
    struct pair *p = pair_up();
    struct eap *e = eap_new(&s);
    eap_name_set(&e->user, base_span("bob", 3));
    e->fault = EAP_FAULT_GROUP;
    e->groups_len = (uint16_t)strlen(groups);
    memcpy(e->groups, groups, e->groups_len);
    explain_login(p->h[1].ike, ikev2_sa_about(p->h[1].ike->v2->first), &conn, e);
    pair_drain(p);
    const struct ike_audit *a = pair_audit(&p->h[1], IKE_AUDIT_FAIL_LOGIN);
    assert_non_null(a);
    assert_string_equal(a->why, why);
    assert_string_equal(a->fix_here, "connections.office.remote.groups, which has \"staff\", \"night\"");
    assert_string_equal(a->fix_peer, "at the RADIUS server: Class = \"staff\" in the answer for this user");
    eap_free(e);
    pair_free(p);
}

static void a_login_of_another_group_is_told_with_both(void **state)
{
    (void)state;
    check_group("\5guest", "The RADIUS server accepts the login of \"bob\", but names no group of this "
                           "connection: its Class and Filter-Id are \"guest\".");
    check_group("", "The RADIUS server accepts the login of \"bob\", but names no group of this connection: "
                    "its Class and Filter-Id are not in the answer.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_login_of_another_group_is_told_with_both),
        cmocka_unit_test(a_server_says_whom_it_refused_and_why),
        cmocka_unit_test(both_sides_say_what_tls_said),
        cmocka_unit_test(a_client_says_what_the_gateway_did),
        cmocka_unit_test(what_lacks_here_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
