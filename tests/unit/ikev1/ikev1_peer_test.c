/* SPDX-License-Identifier: BSD-3-Clause */
/* Who a peer is: by the one key that is possible, by its identity, and of its version. */
#include "ikev1_pair.h"

/* The responder gets a second connection with a key of its own. */
static void add_conn(struct ike_conf *conf, const char *peer)
{
    conf->conns = realloc(conf->conns, 2 * sizeof *conf->conns);
    struct ike_secret *s = base_secret_new(2 * sizeof *s);
    struct ike_conn_conf *c = &conf->conns[1];
    memcpy(s, conf->secrets, sizeof *s);
    s[1] = s[0];
    s[1].psk[0] ^= 1;
    s[1].remote = pair_id(peer);
    base_secret_free(conf->secrets);
    conf->secrets = s;
    ike_conn_conf_defaults(c);
    snprintf(c->name, sizeof c->name, "other");
    c->version = 1;
    c->local_id = conf->conns[0].local_id;
    c->remote_id = s[1].remote;
    c->n_proposals = 1;
    c->proposals[0] = conf->conns[0].proposals[0];
    conf->n_conns = conf->n_secrets = 2;
}

static void two_possible_keys_refuse_a_caller_unless_its_address_tells(void **state)
{
    (void)state;
    struct pair *p = pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP);
    add_conn(p->h[1].conf, "@c");
    p->h[1].conf->conns[0].remote_addr = (struct base_addr){0};
    pair_start(p);
    pair_connect(p);
    assert_non_null(strstr(pair_audit(&p->h[1], IKE_AUDIT_FAIL_NO_SECRET)->why, "encrypts the identity"));
    assert_int_equal(pair_stats(p, 1).ike_sas, 0);
    pair_free(p);

    p = pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP);
    add_conn(p->h[1].conf, "@c");
    pair_start(p);
    pair_connect(p);
    pair_check_one(p);
    pair_free(p);
}

/* Users that log in have a key of their group, and sites another one. */
static void a_key_of_another_method_is_not_possible(void **state)
{
    (void)state;
    struct pair *p = pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP);
    add_conn(p->h[1].conf, "@c");
    p->h[1].conf->conns[0].remote_addr = (struct base_addr){0};
    p->h[1].conf->conns[1].xauth = IKE_XAUTH_SERVER;
    pair_start(p);
    pair_connect(p);
    pair_check_one(p);
    pair_free(p);
}

static void an_identity_that_nobody_has_is_refused(void **state)
{
    (void)state;
    struct pair *p = pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP);
    p->h[1].conf->conns[0].remote_id = p->h[1].conf->secrets[0].remote = pair_id("@x");
    pair_start(p);
    pair_connect(p);
    assert_non_null(pair_audit(&p->h[1], IKE_AUDIT_FAIL_UNKNOWN_ID));
    assert_null(pair_audit(&p->h[1], IKE_AUDIT_IKE_UP));
    pair_free(p);
}

static void the_versions_do_not_meet(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct pair *p = pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP);
        p->h[i].conf->conns[0].version = 2;
        pair_start(p);
        pair_connect(p);
        pair_run(p, 5);
        assert_null(pair_audit(&p->h[0], IKE_AUDIT_IKE_UP));
        assert_null(pair_audit(&p->h[1], IKE_AUDIT_IKE_UP));
        pair_free(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_possible_keys_refuse_a_caller_unless_its_address_tells),
        cmocka_unit_test(a_key_of_another_method_is_not_possible),
        cmocka_unit_test(an_identity_that_nobody_has_is_refused),
        cmocka_unit_test(the_versions_do_not_meet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
