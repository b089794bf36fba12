/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Several rounds of authentication (RFC 4739) between two engines, and what no peer of the lab sends: a
 * further round that does not come, or is another one than was announced.
 */
#include "ike_craft.h"
#include "ike_rounds.h"
#include "ikev2_children.h"
#include "ikev2_eap_pair.h"
#include "ikev2_init.h"

static const struct ikev2_sa *sa_of(const struct pair *p, int i)
{
    return p->h[i].ike->v2->first;
}

static void assert_also(const struct pair *p, int i, const char *id)
{
    const struct ikev2_sa *sa = sa_of(p, i);
    const struct ike_id want = pair_id(id);
    assert_non_null(sa->also);
    assert_int_equal(sa->also->n, 1);
    assert_true(ike_id_equal(sa->also->at[0], &want));
}

/* Calls, and nothing is there on either side before the last of so many messages. */
static void connect_in(struct pair *p, unsigned messages)
{
    pair_start(p);
    p->hold = true;
    pair_connect(p);
    for (unsigned i = 1; i < messages; i++) {
        assert_int_equal(p->h[0].n_children, 0);
        if (i + 1 < messages)
            assert_int_equal(p->h[1].n_children, 0);
        pair_deliver_one(p);
    }
    assert_int_equal(p->h[0].n_children, 0);
    assert_int_equal(pair_stats(p, 0).established, 0);
    p->hold = false;
    pair_settle(p);
    pair_check_one(p);
}

static void each_side_proves_itself_as_often_as_it_is_configured(void **state)
{
    (void)state;
    for (int n = 1; n < 4; n++) {
        struct pair *p = rounds_pair(n & 1, n & 2);
        connect_in(p, 6);
        assert_true(ike_id_equal(sa_of(p, 1)->remote_id, &p->h[1].conf->conns[0].remote_id));
        if (n & 1)
            assert_also(p, 1, "@a2");
        else
            assert_null(sa_of(p, 1)->also);
        if (n & 2)
            assert_also(p, 0, "@b2");
        pair_free(p);
    }
}

/* A login in the round that is told, beside keys. */
static struct pair *login_pair(bool is_first, bool b_again)
{
    struct pair *p = pair_eap();
    struct ike_conn_conf *a = &p->h[0].conf->conns[0], *b = &p->h[1].conf->conns[0];
    const enum ike_auth_kind mine = is_first ? IKE_AUTH_PSK : IKE_AUTH_EAP_MSCHAPV2;
    a->login = login_of("", "ann", "secret");
    p->h[1].conf->users = login_users("ann", "secret");
    struct ike_conn_conf *then = rounds_then(p, 0, mine, b_again ? IKE_AUTH_PSK : IKE_AUTH_NONE, "again");
    rounds_then(p, 1, b_again ? IKE_AUTH_PSK : IKE_AUTH_NONE, mine, "again");
    then->login = a->login;
    if (is_first)
        a->local_auth = b->remote_auth = IKE_AUTH_EAP_MSCHAPV2;
    return p;
}

static void a_login_is_one_of_the_rounds(void **state)
{
    (void)state;
    for (int n = 0; n < 4; n++) {
        const bool is_first = n & 1, b_again = n & 2;
        struct pair *p = login_pair(is_first, b_again);
        pair_start(p);
        pair_connect(p);
        pair_check_one(p);
        const struct ikev2_sa *sa = sa_of(p, 1);
        const struct ike_id ann = pair_id("keyid:ann");
        assert_true(ike_id_equal(ikev2_sa_proved(sa, !is_first), &ann));
        if (is_first)
            assert_also(p, 1, "@a2");
        if (b_again)
            assert_also(p, 0, "@b2");
        pair_free(p);
    }
}

/* Another connection of the called side, as its first one, for logins of this group. */
static struct ike_conn_conf *more_of_group(struct ike_conf *conf, const char *name, const char *group)
{
    conf->conns = realloc(conf->conns, (conf->n_conns + 1) * sizeof *conf->conns);
    struct ike_conn_conf *c = &conf->conns[conf->n_conns++], *then = malloc(sizeof *then);
    pair_conn_copy(c, &conf->conns[0]);
    *then = *conf->conns[0].then;
    c->then = then;
    c->children = calloc(1, sizeof *c->children);
    snprintf(c->name, sizeof c->name, "%s", name);
    c->n_groups = group ? 1 : 0;
    snprintf(c->groups[0], sizeof c->groups[0], "%s", group ? group : "");
    return c;
}

/* Whose group a login is in is told between the rounds; both rounds must be those of its connection. */
static void a_login_of_a_group_takes_its_connection_in_any_round(void **state)
{
    (void)state;
    for (int n = 0; n < 4; n++) {
        const bool is_first = n & 1, is_other = n & 2;
        struct pair *p = login_pair(is_first, true);
        struct ike_conf *conf = p->h[1].conf;
        more_of_group(conf, "night", "night");
        struct ike_conn_conf *c = more_of_group(conf, "all", NULL);
        conf->conns[0].n_groups = 1;
        strcpy(conf->conns[0].groups[0], "staff");
        if (is_other) /* what was proved, or will be, is not what this one wants */
            (is_first ? c->then : c)->local_id = pair_id("@other");
        pair_start(p);
        pair_connect(p);
        assert_int_equal(pair_stats(p, 1).established, !is_other);
        if (!is_other)
            assert_string_equal(pair_audit(&p->h[1], IKE_AUDIT_IKE_UP)->conn, "all");
        else
            assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_FAIL_LOGIN), 1);
        pair_free(p);
    }
}

/* A connection that wants others in the round of the login does not get it for its group. */
static void a_login_stays_with_those_who_want_its_identity(void **state)
{
    (void)state;
    for (int is_first = 0; is_first < 2; is_first++) {
        struct pair *p = login_pair(is_first, true);
        struct ike_conf *conf = p->h[1].conf;
        struct ike_conn_conf *c = more_of_group(conf, "all", NULL);
        conf->conns[0].n_groups = 1;
        strcpy(conf->conns[0].groups[0], "staff");
        (is_first ? c : c->then)->remote_id = pair_id("@else");
        pair_start(p);
        pair_connect(p);
        assert_int_equal(pair_stats(p, 1).established, 0);
        assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_FAIL_LOGIN), 1);
        pair_free(p);
    }
}

/* The second proof counts as much as the first. */
static void a_wrong_second_proof_leaves_nothing(void **state)
{
    (void)state;
    for (int n = 0; n < 3; n++) {
        struct pair *p = n == 2 ? login_pair(false, false) : rounds_pair(n == 0, n == 1);
        if (n == 2)
            p->h[0].conf->conns[0].login->hash[0] ^= 1;
        else
            p->h[0].conf->secrets[1].psk[0] ^= 1;
        pair_start(p);
        pair_connect(p);
        assert_int_equal(pair_live(&p->h[0]) + pair_live(&p->h[1]), 0);
        assert_int_equal(pair_stats(p, 0).established, 0);
        /* Of the called one, unless it was its own proof that was refused. */
        assert_int_equal(pair_stats(p, 1).established, n == 1);
        const struct ike_audit *told =
            pair_audit(&p->h[n != 1], n == 2 ? IKE_AUDIT_FAIL_LOGIN : IKE_AUDIT_FAIL_WRONG_KEY);
        assert_non_null(told);
        if (n < 2) /* whose key it is */
            assert_non_null(strstr(told->what, n == 1 ? "@b2" : "@a2"));
        pair_free(p);
    }
}

static void a_peer_without_rounds_is_refused_in_words(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct pair *p = rounds_pair(true, true);
        free(p->h[i].conf->conns[0].then);
        p->h[i].conf->conns[0].then = NULL;
        pair_start(p);
        pair_connect(p);
        assert_int_equal(pair_live(&p->h[0]) + pair_live(&p->h[1]), 0);
        const struct ike_audit *a = pair_audit(&p->h[!i], IKE_AUDIT_FAIL_ROUNDS);
        assert_non_null(a);
        assert_non_null(strstr(a->what, "MULTIPLE_AUTH_SUPPORTED"));
        pair_free(p);
    }
}

/* One side expects another number of proofs than the other one has. */
static void another_number_of_proofs_is_refused_in_words(void **state)
{
    (void)state;
    for (int n = 0; n < 4; n++) {
        struct pair *p = rounds_pair(true, true);
        struct ike_conn_conf *a = p->h[0].conf->conns[0].then, *b = p->h[1].conf->conns[0].then;
        enum ike_auth_kind *const less[] = {&a->local_auth, &b->remote_auth, &b->local_auth, &a->remote_auth};
        *less[n] = IKE_AUTH_NONE;
        pair_start(p);
        pair_connect(p);
        assert_int_equal(pair_live(&p->h[0]) + pair_live(&p->h[1]), 0);
        assert_int_equal(pair_stats(p, 0).established, 0);
        const struct ike_audit *told = pair_audit(&p->h[n < 2], IKE_AUDIT_FAIL_ROUNDS);
        assert_non_null(told);
        assert_non_null(strstr(told->what, n % 2 ? "one more proof" : "announced no further one"));
        pair_free(p);
    }
}

static void a_second_identity_must_be_the_one_that_is_expected(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct pair *p = rounds_pair(true, true);
        struct ike_conn_conf *then = p->h[i].conf->conns[0].then;
        then->remote_id = pair_id("@other");
        rounds_secret(p->h[i].conf, then->local_id, then->remote_id, "again");
        pair_start(p);
        pair_connect(p);
        assert_int_equal(pair_live(&p->h[0]) + pair_live(&p->h[1]), 0);
        const struct ike_audit *told = pair_audit(&p->h[i], IKE_AUDIT_FAIL_ROUNDS);
        assert_non_null(told);
        assert_non_null(strstr(told->nearest, "@other"));
        pair_free(p);
    }
}

static void a_second_identity_outlives_rekeying_and_comes_again_with_reauthentication(void **state)
{
    (void)state;
    struct pair *p = rounds_pair(true, true);
    p->h[0].conf->conns[0].rekey_s = 60;
    pair_start(p);
    pair_connect(p);
    const uint64_t first = sa_of(p, 1)->id;
    pair_run(p, 70);
    assert_int_not_equal(sa_of(p, 1)->id, first);
    assert_also(p, 1, "@a2");
    assert_also(p, 0, "@b2");
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REAUTH, .name = "b"});
    pair_run(p, 5);
    assert_int_equal(pair_stats(p, 0).reauthenticated, 1);
    assert_also(p, 1, "@a2");
    pair_check_one(p);
    pair_free(p);
}

/* ---- by hand ---- */

/* A caller whose first proof was taken: the called side waits for the second. */
static struct craft *caller(bool says)
{
    struct craft *c = craft_new(rounds_pair(true, false));
    struct wire_ike_builder b = craft_init_begin(c);
    craft_put_ike(c, &b);
    craft_put_ke(c, &b);
    craft_put_natd(c, &b, false);
    assert_int_equal(craft_init_send(c, &b), 0);
    assert_true(ikev2_msg_has(&c->answer, WIRE_IKE_N_MULTIPLE_AUTH_SUPPORTED));
    b = craft_begin(c);
    craft_put_auth(c, &b);
    craft_put_child(c, &b, 0xa0000001, "10.1.0.0/16", "10.2.0.0/16");
    ikev2_msg_put_notify(&b, WIRE_IKE_N_MULTIPLE_AUTH_SUPPORTED, BASE_SPAN_NONE);
    if (says)
        ikev2_msg_put_notify(&b, WIRE_IKE_N_ANOTHER_AUTH_FOLLOWS, BASE_SPAN_NONE);
    assert_true(craft_send(c, WIRE_IKE_AUTH, &b, 0));
    return c;
}

/* IDi and AUTH of the second round; with this identity, but always by the key of the right one. */
static void put_second(struct craft *c, struct wire_ike_builder *b, const char *name)
{
    const struct ike_secret *key = &c->p->h[0].conf->secrets[1];
    const struct ike_id id = pair_id(name);
    const struct wire_ike_id wire = {id.type, base_span(id.bytes, id.len), {0}};
    uint8_t octets[WIRE_IKE_MSG_MAX], auth[CRYPT_PRF_MAX];
    assert_int_equal(ikev2_keymat_auth_psk(c->p->ops, (enum crypt_prf)c->sa->algs.prf->id,
                                           base_span(key->psk, key->psk_len), craft_octets(c, &id, octets),
                                           auth),
                     0);
    wire_ike_put_id(b, WIRE_IKE_P_IDI, &wire);
    wire_ike_put_auth(b, WIRE_IKE_AUTH_PSK, base_span(auth, c->sa->keys.prf_len));
}

static void assert_nothing(const struct craft *c)
{
    assert_int_equal(c->p->h[1].n_children, 0);
    assert_int_equal(pair_stats(c->p, 1).established, 0);
}

static void the_first_answer_has_identity_and_proof_and_no_child(void **state)
{
    (void)state;
    struct craft *c = caller(true);
    assert_non_null(wire_ike_plds_find(&c->answer.plds, WIRE_IKE_P_IDR, 0));
    assert_non_null(wire_ike_plds_find(&c->answer.plds, WIRE_IKE_P_AUTH, 0));
    assert_null(wire_ike_plds_find(&c->answer.plds, WIRE_IKE_P_SA, 0));
    assert_nothing(c);
    struct wire_ike_builder b = craft_begin(c);
    put_second(c, &b, "@a2");
    assert_true(craft_send(c, WIRE_IKE_AUTH, &b, 0));
    assert_null(wire_ike_plds_find(&c->answer.plds, WIRE_IKE_P_IDR, 0));
    assert_null(wire_ike_plds_find(&c->answer.plds, WIRE_IKE_P_AUTH, 0));
    assert_non_null(wire_ike_plds_find(&c->answer.plds, WIRE_IKE_P_SA, 0));
    assert_int_equal(c->p->h[1].n_children, 1);
    craft_free(c);
}

static void a_caller_that_announces_nothing_is_refused_at_once(void **state)
{
    (void)state;
    struct craft *c = caller(false);
    assert_int_equal(ikev2_msg_error(&c->answer, NULL), WIRE_IKE_N_AUTHENTICATION_FAILED);
    assert_nothing(c);
    craft_free(c);
}

static void a_second_round_that_does_not_come_is_refused(void **state)
{
    (void)state;
    for (int n = 0; n < 2; n++) {
        struct craft *c = caller(true);
        struct wire_ike_builder b = craft_begin(c);
        if (n) /* a proof of nobody */
            wire_ike_put_auth(&b, WIRE_IKE_AUTH_PSK, base_span("0123456789abcdef", 16));
        assert_true(craft_send(c, WIRE_IKE_AUTH, &b, 0));
        assert_int_equal(ikev2_msg_error(&c->answer, NULL), WIRE_IKE_N_INVALID_SYNTAX);
        const struct ike_audit *told = pair_audit(&c->p->h[1], IKE_AUDIT_FAIL_MALFORMED);
        assert_non_null(told);
        assert_non_null(strstr(told->what, "further authentication"));
        assert_nothing(c);
        /* Nothing more is taken from this caller. */
        b = craft_begin(c);
        put_second(c, &b, "@a2");
        assert_false(craft_send(c, WIRE_IKE_AUTH, &b, 0));
        assert_nothing(c);
        craft_free(c);
    }
}

static void another_identity_or_a_third_round_is_refused(void **state)
{
    (void)state;
    for (int n = 0; n < 3; n++) {
        struct craft *c = caller(true);
        struct wire_ike_builder b = craft_begin(c);
        put_second(c, &b, n == 0 ? "@other" : n == 1 ? "@a" : "@a2");
        if (n == 2)
            ikev2_msg_put_notify(&b, WIRE_IKE_N_ANOTHER_AUTH_FOLLOWS, BASE_SPAN_NONE);
        assert_true(craft_send(c, WIRE_IKE_AUTH, &b, 0));
        assert_int_equal(ikev2_msg_error(&c->answer, NULL), WIRE_IKE_N_AUTHENTICATION_FAILED);
        assert_int_equal(pair_count(&c->p->h[1], IKE_AUDIT_FAIL_ROUNDS), 1);
        assert_nothing(c);
        craft_free(c);
    }
}

static void between_the_rounds_nothing_else_is_taken(void **state)
{
    (void)state;
    struct craft *c = caller(true);
    struct wire_ike_builder b = craft_begin(c);
    craft_put_child(c, &b, 0xa0000002, "10.1.0.0/16", "10.2.0.0/16");
    assert_false(craft_send(c, WIRE_IKE_CREATE_CHILD_SA, &b, 0));
    assert_nothing(c);
    craft_free(c);
}

/* The child is the first request's; what a later one says of it counts for nothing. */
static void a_child_in_the_second_round_is_passed_over(void **state)
{
    (void)state;
    struct craft *c = caller(true);
    struct wire_ike_builder b = craft_begin(c);
    put_second(c, &b, "@a2");
    craft_put_child(c, &b, 0xa0000002, "10.9.0.0/16", "10.2.0.0/16");
    assert_true(craft_send(c, WIRE_IKE_AUTH, &b, 0));
    assert_int_equal(c->p->h[1].n_children, 1);
    assert_int_equal(c->p->h[1].children[0].i.pair.spi_out, 0xa0000001);
    craft_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_side_proves_itself_as_often_as_it_is_configured),
        cmocka_unit_test(a_login_is_one_of_the_rounds),
        cmocka_unit_test(a_login_of_a_group_takes_its_connection_in_any_round),
        cmocka_unit_test(a_login_stays_with_those_who_want_its_identity),
        cmocka_unit_test(a_wrong_second_proof_leaves_nothing),
        cmocka_unit_test(a_peer_without_rounds_is_refused_in_words),
        cmocka_unit_test(another_number_of_proofs_is_refused_in_words),
        cmocka_unit_test(a_second_identity_must_be_the_one_that_is_expected),
        cmocka_unit_test(a_second_identity_outlives_rekeying_and_comes_again_with_reauthentication),
        cmocka_unit_test(the_first_answer_has_identity_and_proof_and_no_child),
        cmocka_unit_test(a_caller_that_announces_nothing_is_refused_at_once),
        cmocka_unit_test(a_second_round_that_does_not_come_is_refused),
        cmocka_unit_test(another_identity_or_a_third_round_is_refused),
        cmocka_unit_test(between_the_rounds_nothing_else_is_taken),
        cmocka_unit_test(a_child_in_the_second_round_is_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
