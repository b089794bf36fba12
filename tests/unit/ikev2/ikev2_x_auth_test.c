/* SPDX-License-Identifier: BSD-3-Clause */
/* IKE_AUTH between two engines: identities, keys and first children, and what is refused. */
#include "ike_pair.h"
#include "ikev2_auth.h"
#include "ikev2_init.h"
#include "ikev2_msg.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

static struct ike_sa_view view(struct pair *p, int i)
{
    struct ike_sa_view v;
    assert_true(ike_show_next(p->h[i].ike, 0, &v));
    return v;
}

static void two_engines_agree_on_a_child_and_its_keys(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    pair_start(p);
    pair_connect(p);
    assert_int_equal(pair_live(&p->h[0]), 1);
    assert_int_equal(pair_live(&p->h[1]), 1);
    pair_check_keys(p);
    assert_int_equal(view(p, 0).state, IKE_VIEW_ESTABLISHED);
    assert_int_equal(view(p, 1).state, IKE_VIEW_ESTABLISHED);
    assert_int_equal(view(p, 1).way, ESP_WAY_ESP);
    assert_int_equal(p->h[0].sends, 2);
    pair_free(p);
}

static void a_wrong_key_makes_no_child_and_says_so(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->h[0].conf->secrets[0].psk[0] ^= 1;
    pair_start(p);
    pair_connect(p);
    assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_FAIL_WRONG_KEY), 1);
    assert_int_equal(p->h[0].n_children + p->h[1].n_children, 0);
    pair_run(p, 6);
    struct ike_stats s;
    ike_stats(p->h[1].ike, &s);
    assert_int_equal(s.ike_sas, 0);
    assert_int_equal(s.half_open, 0);
    pair_free(p);
}

static void a_missing_key_is_told_by_its_pair(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->h[1].conf->secrets[0].remote = pair_id("@other");
    pair_start(p);
    pair_connect(p);
    const struct ike_audit *a = pair_audit(&p->h[1], IKE_AUDIT_FAIL_NO_SECRET);
    assert_non_null(a);
    assert_non_null(strstr(a->fix_here, "\"remote\": \"@a\""));
    pair_free(p);
}

static void somebody_else_at_the_peers_address_gets_no_child(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    /* b answers as @c with the same key, and takes any IDr from us: it wants @b in its configuration */
    p->h[0].conf->conns[0].remote_id = p->h[0].conf->secrets[0].remote = pair_id("@c");
    pair_start(p);
    pair_connect(p);
    assert_int_equal(p->h[0].n_children, 0);
    assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_FAIL_UNKNOWN_ID), 1);
    pair_free(p);
}

static void both_may_call_at_once_and_one_sa_remains(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->h[0].conf->conns[0].start = p->h[1].conf->conns[0].start = true;
    pair_start(p);
    p->hold = true;
    ike_on_timer(p->h[0].ike, p->now);
    ike_on_timer(p->h[1].ike, p->now);
    pair_settle(p);
    p->hold = false;
    pair_run(p, 30);
    struct ike_stats s;
    for (int i = 0; i < 2; i++) {
        ike_stats(p->h[i].ike, &s);
        assert_int_equal(s.ike_sas, 1);
        assert_int_equal(pair_live(&p->h[i]), 1);
    }
    pair_check_keys(p);
    pair_free(p);
}

/*
 * A late method of the test's own, in the form of EAP: the caller says who it is, the called one proves
 * itself by the shared key and says "hello", the caller "world", the called one "done"; then both send the
 * AUTH of this method.
 */
static struct {
    bool fails, never_ends, lies;
} late_is;

static bool has_eap(const struct ikev2_msg *msg, const char *text)
{
    const struct wire_ike_pld *p = wire_ike_plds_find(&msg->plds, WIRE_IKE_P_EAP, 0);
    return p && base_span_equal(p->body, base_span(text, strlen(text)));
}

static void put_eap(struct wire_ike_builder *b, const char *text)
{
    wire_ike_put_raw(b, WIRE_IKE_P_EAP, base_span(text, strlen(text)));
}

static enum ikev2_auth_step late_round(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg,
                                       struct wire_ike_builder *b, const struct ikev2_job_row *row)
{
    (void)ike;
    (void)row;
    const bool is_first = sa->init->auth.rounds == 0;
    if (late_is.never_ends) {
        put_eap(b, "again");
        return IKEV2_AUTH_MORE;
    }
    if (sa->is_initiator && is_first && has_eap(msg, "hello")) {
        put_eap(b, "world");
        return IKEV2_AUTH_MORE;
    }
    if (sa->is_initiator)
        return has_eap(msg, "done") ? IKEV2_AUTH_DONE : IKEV2_AUTH_FAILED;
    if (!is_first && (late_is.fails || !has_eap(msg, "world")))
        return IKEV2_AUTH_FAILED;
    put_eap(b, is_first ? "hello" : "done");
    return is_first ? IKEV2_AUTH_MORE : IKEV2_AUTH_DONE;
}

static int late_make(const struct crypt_ike_ops *ops, const struct ike_job_auth *a, uint8_t *out)
{
    const struct base_span octets = ike_job_auth_octets(a);
    return ops->prf(a->prf, base_span("late", 4), &octets, 1, out);
}

static int late_run_prove(const struct crypt_ike_ops *ops, struct ike_job *job)
{
    struct ike_job_auth *a = ike_job_auth_of(job);
    a->data_len = 32;
    const int rc = late_make(ops, a, a->data);
    a->data[0] ^= late_is.lies;
    return rc;
}

static int late_run_check(const struct crypt_ike_ops *ops, struct ike_job *job)
{
    struct ike_job_auth *a = ike_job_auth_of(job);
    uint8_t want[CRYPT_PRF_MAX];
    const int rc = late_make(ops, a, want);
    a->verified = a->data_len == 32 && memcmp(want, a->data, 32) == 0;
    return rc;
}

static struct ike_job_auth *late_prove(struct ike *ike, const struct ikev2_sa *sa,
                                       const struct ike_conn_conf *conn)
{
    static const struct ike_job_kind kind = {"late_prove", sizeof(struct ike_job_auth), late_run_prove,
                                             ike_job_auth_drop};
    (void)ike;
    (void)sa;
    (void)conn;
    return ike_job_auth_of(ike_job_new(&kind));
}

static struct ike_job_auth *late_check(struct ike *ike, const struct ikev2_sa *sa,
                                       const struct ike_conn_conf *conn)
{
    static const struct ike_job_kind kind = {"late_check", sizeof(struct ike_job_auth), late_run_check,
                                             ike_job_auth_drop};
    (void)ike;
    (void)sa;
    (void)conn;
    return ike_job_auth_of(ike_job_new(&kind));
}

static const struct ikev2_auth_method late = {.name = "late",
                                              .kind = IKE_AUTH_EAP_TLS,
                                              .number = WIRE_IKE_AUTH_PSK,
                                              .is_late = true,
                                              .prove = late_prove,
                                              .check = late_check,
                                              .round = late_round};
static const struct ikev2_auth_method *const with_late[] = {&ikev2_auth_psk, &late, NULL};

static struct pair *pair_late(void)
{
    struct pair *p = pair_new();
    memset(&late_is, 0, sizeof late_is);
    p->h[0].conf->conns[0].local_auth = p->h[1].conf->conns[0].remote_auth = IKE_AUTH_EAP_TLS;
    pair_start(p);
    p->h[0].ike->v2->auth_methods = p->h[1].ike->v2->auth_methods = with_late;
    return p;
}

static void a_method_in_rounds_ends_in_a_child(void **state)
{
    (void)state;
    struct pair *p = pair_late();
    pair_connect(p);
    pair_check_one(p);
    assert_int_equal(p->h[0].sends, 4); /* SA_INIT, no AUTH, "world", AUTH */
    assert_int_equal(p->h[1].sends, 4);
    assert_int_equal(view(p, 0).state, IKE_VIEW_ESTABLISHED);
    assert_int_equal(view(p, 1).state, IKE_VIEW_ESTABLISHED);
    const struct ike_sa_view seen = view(p, 1);
    assert_true(ike_id_equal(&seen.remote_id, &p->h[1].conf->conns[0].remote_id));
    pair_free(p);
}

static void lose(struct pair *p)
{
    assert_int_equal(p->tail - p->head, 1);
    p->head = p->tail = 0;
}

static void wait_for_another_copy(struct pair *p)
{
    for (int i = 0; i < 10 && p->head == p->tail; i++) {
        p->now = base_time_add(p->now, BASE_NS_PER_S);
        ike_on_timer(p->h[0].ike, p->now);
        pair_drain(p);
    }
}

static void lost_rounds_are_repeated(void **state)
{
    (void)state;
    struct pair *p = pair_late();
    p->hold = true;
    pair_connect(p);
    for (int exchange = 0; exchange < 4; exchange++) {
        lose(p); /* the request */
        wait_for_another_copy(p);
        pair_deliver_one(p);
        lose(p); /* its answer */
        wait_for_another_copy(p);
        pair_deliver_one(p);
        pair_deliver_one(p);
    }
    pair_check_one(p);
    assert_int_equal(pair_stats(p, 0).retransmits_out, 8);
    assert_int_equal(pair_stats(p, 1).duplicates_answered, 4);
    pair_free(p);
}

static void a_method_that_fails_makes_no_child(void **state)
{
    (void)state;
    for (int how = 0; how < 3; how++) {
        struct pair *p = pair_late();
        late_is.fails = how == 0;
        late_is.never_ends = how == 1;
        late_is.lies = how == 2;
        pair_connect(p);
        pair_run(p, 10);
        assert_int_equal(p->h[0].n_children + p->h[1].n_children, 0);
        assert_int_equal(pair_stats(p, 0).established + pair_stats(p, 1).established, 0);
        assert_int_equal(pair_stats(p, 1).ike_sas, 0);
        assert_true(p->h[1].sends <= 2 * IKEV2_AUTH_ROUNDS_MAX);
        pair_free(p);
    }
}

static void the_called_one_must_prove_itself_before_the_rounds(void **state)
{
    (void)state;
    struct pair *p = pair_late();
    p->h[1].conf->secrets[0].psk[0] ^= 1;
    pair_connect(p);
    assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_FAIL_WRONG_KEY), 1);
    assert_int_equal(p->h[0].n_children + p->h[1].n_children, 0);
    pair_free(p);
}

static void without_such_a_method_a_request_without_auth_is_refused_as_eap(void **state)
{
    static const struct ikev2_auth_method *const without[] = {&ikev2_auth_psk, NULL};
    (void)state;
    struct pair *p = pair_late();
    p->h[1].ike->v2->auth_methods = without;
    pair_connect(p);
    const struct ike_audit *there = pair_audit(&p->h[1], IKE_AUDIT_FAIL_EAP);
    const struct ike_audit *here = pair_audit(&p->h[0], IKE_AUDIT_FAIL_REFUSED);
    assert_non_null(there);
    assert_non_null(strstr(there->what, "no AUTH payload"));
    assert_non_null(here);
    assert_int_equal(here->notify, WIRE_IKE_N_AUTHENTICATION_FAILED);
    assert_int_equal(p->h[0].n_children + p->h[1].n_children, 0);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_engines_agree_on_a_child_and_its_keys),
        cmocka_unit_test(a_wrong_key_makes_no_child_and_says_so),
        cmocka_unit_test(a_missing_key_is_told_by_its_pair),
        cmocka_unit_test(somebody_else_at_the_peers_address_gets_no_child),
        cmocka_unit_test(both_may_call_at_once_and_one_sa_remains),
        cmocka_unit_test(a_method_in_rounds_ends_in_a_child),
        cmocka_unit_test(lost_rounds_are_repeated),
        cmocka_unit_test(a_method_that_fails_makes_no_child),
        cmocka_unit_test(the_called_one_must_prove_itself_before_the_rounds),
        cmocka_unit_test(without_such_a_method_a_request_without_auth_is_refused_as_eap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
