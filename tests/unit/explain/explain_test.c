/* SPDX-License-Identifier: BSD-3-Clause */
/* Explanations of identity. */
#include "ike_pair.h"
#include "explain.h"
#include "ike_core.h"
#include "ike_pattern.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

static void a_private_address_as_identity_is_explained_as_such(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->has_nat = true;
    p->h[0].addr = pair_addr("192.168.1.2");
    p->h[0].conf->conns[0].local_id = p->h[0].conf->secrets[0].local = pair_id("192.168.1.2");
    p->h[1].conf->conns[0].remote_id = p->h[1].conf->secrets[0].remote = pair_id("203.0.113.7");
    pair_start(p);
    pair_connect(p);
    const struct ike_audit *a = pair_audit(&p->h[1], IKE_AUDIT_FAIL_UNKNOWN_ID);
    assert_non_null(a);
    assert_non_null(strstr(a->why, "private address 192.168.1.2"));
    assert_non_null(strstr(a->why, "203.0.113.7"));
    assert_non_null(strstr(a->fix_here, "connections.a.remote.id: \"192.168.1.2\""));
    assert_non_null(strstr(a->fix_peer, "local.id = 203.0.113.7"));
    const struct ike_audit *b = pair_audit(&p->h[0], IKE_AUDIT_FAIL_REFUSED);
    assert_non_null(b);
    assert_int_equal(b->notify, WIRE_IKE_N_AUTHENTICATION_FAILED);
    assert_int_equal(pair_live(&p->h[0]) + pair_live(&p->h[1]), 0);
    pair_free(p);
}

/* The latest record of this kind at b. */
static const struct ike_audit *told(struct pair *p, enum ike_audit_kind kind)
{
    pair_drain(p);
    const struct ike_audit *a = pair_audit(&p->h[1], kind);
    assert_non_null(a);
    return a;
}

static void whom_the_peer_asks_for_is_part_of_the_explanation(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    const struct ike_id a = pair_id("@a"), c = pair_id("@c");
    explain_unknown_id(p->h[1].ike, ikev2_sa_about(p->h[1].ike->v2->first), &a, &c);
    const struct ike_audit *e = told(p, IKE_AUDIT_FAIL_UNKNOWN_ID);
    assert_string_equal(e->conn, "a");
    assert_non_null(strstr(e->what, "asks for @c"));
    assert_non_null(strstr(e->fix_here, "connections.a.local.id: \"@c\""));
    assert_non_null(strstr(e->fix_peer, "remote.id = @b"));
    pair_free(p);
}

/* A pair whose b lets in whoever has a name of example.org, where a calls as u1 of it. */
static struct pair *pair_of_pattern(const char *secret_of)
{
    char why[160];
    struct pair *p = pair_new();
    struct ike_conf *b = p->h[1].conf;
    p->h[0].conf->conns[0].local_id = p->h[0].conf->secrets[0].local = pair_id("u1@example.org");
    assert_int_equal(ike_pattern_parse("*@example.org", &b->conns[0].remote_id, why, sizeof why), 0);
    b->secrets[0].remote = pair_id(secret_of);
    b->secrets[0].psk[0] ^= 1;
    pair_start(p);
    pair_connect(p);
    return p;
}

static void who_of_many_has_the_wrong_key_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *secret_of;
        enum ike_audit_kind kind;
    } rows[] = {{"u1@example.org", IKE_AUDIT_FAIL_WRONG_KEY}, {"u2@example.org", IKE_AUDIT_FAIL_NO_SECRET}};
    const struct ike_id u1 = pair_id("u1@example.org");
    for (size_t i = 0; i < 2; i++) {
        struct pair *p = pair_of_pattern(rows[i].secret_of);
        const struct ike_audit *e = told(p, rows[i].kind);
        assert_true(ike_id_equal(&e->remote_id, &u1));
        assert_non_null(strstr(e->what, "u1@example.org"));
        assert_non_null(strstr(e->fix_here, "\"remote\": \"u1@example.org\""));
        assert_null(strstr(e->fix_here, "*"));
        pair_free(p);
    }
}

static void one_of_many_is_told_what_does_not_match(void **state)
{
    (void)state;
    struct pair *p = pair_of_pattern("u1@example.org");
    struct ike_path path = {.local = {p->h[1].addr, 500}, .remote = {pair_addr("203.0.113.5"), 500}};
    const struct ike_id u7 = pair_id("u7@example.org"), v7 = pair_id("u7@example.com"), b = pair_id("@b"),
                        c = pair_id("@c");
    explain_unknown_id(p->h[1].ike, (struct explain_about){.path = &path}, &u7, &c);
    const struct ike_audit *e = told(p, IKE_AUDIT_FAIL_UNKNOWN_ID);
    assert_string_equal(e->why, "The peer wants to talk to @c, but we are @b on this connection.");
    assert_non_null(strstr(e->fix_here, "connections.a.local.id: \"@c\""));
    assert_non_null(strstr(e->fix_peer, "remote.id = @b"));
    path.remote.port++;
    explain_unknown_id(p->h[1].ike, (struct explain_about){.path = &path}, &v7, &b);
    e = told(p, IKE_AUDIT_FAIL_UNKNOWN_ID);
    assert_non_null(strstr(e->why, "the connection expects *@example.org, which stands for others"));
    assert_non_null(
        strstr(e->fix_here, "a connection with remote.id: \"u7@example.com\", or a wider pattern"));
    assert_null(strstr(e->fix_peer, "strongSwan"));
    path.remote.port++;
    explain_unknown_id(p->h[1].ike, (struct explain_about){.path = &path}, &u7, &b);
    e = told(p, IKE_AUDIT_FAIL_UNKNOWN_ID);
    assert_non_null(strstr(e->why, "has version 2"));
    assert_string_equal(e->fix_here, "connections.a.version: 1");
    pair_free(p);
}

static void the_pattern_that_has_an_identity_is_nearer_than_a_name_like_it(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    char why[160];
    struct ike_conf *b = p->h[1].conf;
    b->conns = realloc(b->conns, 2 * sizeof *b->conns);
    b->n_conns = 2;
    pair_conn_copy(&b->conns[1], &b->conns[0]);
    snprintf(b->conns[1].name, IKE_NAME_MAX, "roads");
    b->conns[0].remote_id = pair_id("someone@example.org");
    assert_int_equal(ike_pattern_parse("*@example.org", &b->conns[1].remote_id, why, sizeof why), 0);
    pair_start(p);
    const struct ike_path path = {.local = {p->h[1].addr, 500}, .remote = {pair_addr("203.0.113.5"), 500}};
    const struct ike_id who = pair_id("anyone@example.org"), c = pair_id("@c");
    explain_unknown_id(p->h[1].ike, (struct explain_about){.path = &path}, &who, &c);
    assert_string_equal(told(p, IKE_AUDIT_FAIL_UNKNOWN_ID)->conn, "roads");
    pair_free(p);
}

static void a_slip_of_the_pen_finds_the_nearest_connection(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    struct ike_conf *b = p->h[1].conf;
    b->conns = realloc(b->conns, 2 * sizeof *b->conns);
    b->n_conns = 2;
    pair_conn_copy(&b->conns[1], &b->conns[0]);
    snprintf(b->conns[1].name, IKE_NAME_MAX, "branch");
    b->conns[1].remote_id = pair_id("@branch.example.org");
    pair_start(p);
    pair_connect(p);
    const struct ike_id wrong = pair_id("@branhc.example.org"), none = {0};
    explain_unknown_id(p->h[1].ike, ikev2_sa_about(p->h[1].ike->v2->first), &wrong, &none);
    assert_string_equal(told(p, IKE_AUDIT_FAIL_UNKNOWN_ID)->conn, "branch");
    pair_free(p);
}

static void somebody_else_is_told_with_what_a_nat_may_do(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    const struct ike_id other = pair_id("@other"), inner = pair_id("10.0.0.9");
    explain_peer_id(p->h[1].ike, ikev2_sa_about(p->h[1].ike->v2->first), &other);
    assert_non_null(strstr(told(p, IKE_AUDIT_FAIL_PEER_ID)->why, "another computer"));
    p->now = base_time_add(p->now, 60 * BASE_NS_PER_S);
    pair_run(p, 1);
    explain_peer_id(p->h[1].ike, ikev2_sa_about(p->h[1].ike->v2->first), &inner);
    assert_non_null(strstr(told(p, IKE_AUDIT_FAIL_PEER_ID)->why, "private address 10.0.0.9"));
    pair_free(p);
}

static void another_method_than_a_key_is_named(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    explain_method(p->h[1].ike, ikev2_sa_about(p->h[1].ike->v2->first), &p->h[1].conf->conns[0], 14);
    assert_non_null(strstr(told(p, IKE_AUDIT_FAIL_WRONG_KEY)->what, "method 14"));
    pair_free(p);
}

static void a_check_that_does_not_run_blames_no_key(void **state)
{
    (void)state;
    const struct {
        int error;
        const char *why, *fix;
    } rows[] = {
        {ENOMEM, "could not be checked here: out of memory", "limits.half_open"},
        {ECANCELED, "it was given up before it ran", "shutting down"},
        {EIO, "the cryptographic library failed (5)", "OpenSSL"},
    };
    struct pair *p = pair_up();
    struct ike_path path = p->h[1].ike->v2->first->path;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        path.remote.port = (uint16_t)(1000 + i); /* each is news */
        explain_unchecked(p->h[1].ike, (struct explain_about){.path = &path}, &p->h[1].conf->conns[0],
                          rows[i].error);
        pair_drain(p);
        const struct ike_audit *e = &p->h[1].audits[p->h[1].n_audits - 1];
        assert_int_equal(e->kind, IKE_AUDIT_FAIL_UNCHECKED);
        assert_non_null(strstr(e->what, "@a sent a proof"));
        assert_non_null(strstr(e->why, rows[i].why));
        assert_non_null(strstr(e->fix_here, rows[i].fix));
        assert_string_equal(e->fix_peer, "");
        assert_int_equal(e->notify, WIRE_IKE_N_AUTHENTICATION_FAILED);
    }
    pair_free(p);
}

static void keys_that_cannot_be_computed_here_blame_nobody(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    const struct ike_path path = p->h[1].ike->v2->first->path;
    explain_key_exchange(p->h[1].ike, (struct explain_about){.path = &path}, EIO);
    pair_drain(p);
    const struct ike_audit *e = &p->h[1].audits[p->h[1].n_audits - 1];
    assert_int_equal(e->kind, IKE_AUDIT_FAIL_KEY_EXCHANGE);
    assert_string_equal(e->why, "Its keys could not be computed here: the cryptographic library failed (5).");
    assert_non_null(strstr(e->fix_here, "OpenSSL"));
    assert_string_equal(e->fix_peer, "");
    pair_free(p);
}

static void a_flood_of_failures_is_told_a_few_times_and_counted_always(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike_path path = p->h[1].ike->v2->first->path;
    for (unsigned i = 0; i < 100; i++)
        explain_limit(p->h[1].ike, (struct explain_about){.path = &path}, "sas_max");
    pair_drain(p);
    assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_FAIL_LIMIT), 1);
    /* from many endpoints: the overall budget holds */
    for (unsigned i = 0; i < 1000; i++) {
        path.remote.addr = base_addr_ip4(0x0b000000 + i);
        explain_limit(p->h[1].ike, (struct explain_about){.path = &path}, "sas_max");
    }
    pair_drain(p);
    assert_true(pair_count(&p->h[1], IKE_AUDIT_FAIL_LIMIT) <= 51);
    pair_free(p);
}

/* A call whose identity has not come is of an address, whatever connection is near. */
static void nobody_is_named_before_it_said_who_it_is(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    const struct ike_path path = p->h[1].ike->v2->first->path;
    explain_ah(p->h[1].ike, (struct explain_about){.path = &path}, &p->h[1].conf->conns[0]);
    assert_int_equal(told(p, IKE_AUDIT_FAIL_AH)->remote_id.type, 0);
    explain_timeout(p->h[1].ike, (struct explain_about){.path = &path, .conn = &p->h[1].conf->conns[0]},
                    "IKE_SA_INIT", 1, EXPLAIN_SILENT_AT_ALL);
    assert_int_equal(told(p, IKE_AUDIT_FAIL_TIMEOUT)->remote_id.type, 0);
    assert_string_equal(told(p, IKE_AUDIT_FAIL_TIMEOUT)->conn, "a");
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_private_address_as_identity_is_explained_as_such),
        cmocka_unit_test(whom_the_peer_asks_for_is_part_of_the_explanation),
        cmocka_unit_test(who_of_many_has_the_wrong_key_is_told),
        cmocka_unit_test(one_of_many_is_told_what_does_not_match),
        cmocka_unit_test(the_pattern_that_has_an_identity_is_nearer_than_a_name_like_it),
        cmocka_unit_test(a_slip_of_the_pen_finds_the_nearest_connection),
        cmocka_unit_test(somebody_else_is_told_with_what_a_nat_may_do),
        cmocka_unit_test(another_method_than_a_key_is_named),
        cmocka_unit_test(a_check_that_does_not_run_blames_no_key),
        cmocka_unit_test(keys_that_cannot_be_computed_here_blame_nobody),
        cmocka_unit_test(a_flood_of_failures_is_told_a_few_times_and_counted_always),
        cmocka_unit_test(nobody_is_named_before_it_said_who_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
