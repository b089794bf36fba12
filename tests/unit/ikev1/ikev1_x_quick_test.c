/* SPDX-License-Identifier: BSD-3-Clause */
/* Quick mode: forward secrecy, and networks that are taken as they are or not at all. */
#include "ike_holder.h"
#include "ikev1_pair.h"

static void a_group_of_its_own_gives_a_child_forward_secrecy(void **state)
{
    (void)state;
    struct pair *p = pair_v1_new(PAIR_V1_IKE, "aes256-sha256-modp3072-noesn");
    p->h[0].conf->conns[0].children[0].dscp = 5;
    pair_start(p);
    pair_connect(p);
    pair_check_one(p);
    struct ike_child_view v;
    assert_true(ike_show_child(p->h[0].ike, pair_v1_view(p, 0).id, 0, &v));
    assert_string_equal(v.proposal, "AES-CBC-256/HMAC-SHA2-256-128/MODP-3072/32-bit sequence");
    assert_true(v.dscp == 5 && p->h[0].children[0].i.pair.dscp == 5);
    pair_free(p);
}

static void a_responder_without_that_group_refuses_the_child_in_words(void **state)
{
    (void)state;
    struct pair *p = pair_v1_new(PAIR_V1_IKE, "aes256-sha256-modp3072-noesn");
    p->h[1].conf->conns[0].children[0].proposals[0] =
        pair_v1_proposal("aes256-sha256-noesn", CRYPT_PROTOCOL_ESP);
    pair_start(p);
    pair_connect(p);
    assert_int_equal(pair_stats(p, 1).children, 0);
    assert_non_null(strstr(pair_audit(&p->h[1], IKE_AUDIT_FAIL_NO_PROPOSAL)->what, "aes256-sha256-modp3072"));
    assert_int_equal(pair_audit(&p->h[0], IKE_AUDIT_FAIL_REFUSED)->notify, 14);
    pair_free(p);
}

static void networks_are_taken_as_they_are_or_not_at_all(void **state)
{
    (void)state;
    struct pair *p = pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP);
    pair_ts_only(&p->h[0].conf->conns[0].children[0].remote_ts, "10.0.0.0/8");
    pair_start(p);
    pair_connect(p);
    assert_int_equal(pair_live(&p->h[1]), 0);
    assert_non_null(pair_audit(&p->h[1], IKE_AUDIT_FAIL_SELECTORS));
    assert_int_equal(pair_audit(&p->h[0], IKE_AUDIT_FAIL_REFUSED)->notify, 18);
    pair_free(p);

    p = pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP);
    pair_ts_only(&p->h[0].conf->conns[0].children[0].remote_ts, "10.2.3.0/24");
    pair_start(p);
    pair_connect(p);
    pair_check_one(p);
    assert_int_equal(p->h[1].children[0].i.pair.local_ts.list[0].lo.bytes[2], 3);
    pair_free(p);
}

static void many_key_exchanges_of_a_peer_wait_in_turn_with_callers(void **state)
{
    (void)state;
    static const char esp[] = "aes256-sha256-modp3072-noesn";
    struct pair *p = pair_v1_new(PAIR_V1_IKE, esp);
    for (int i = 0; i < 2; i++) {
        struct ike_conn_conf *c = &p->h[i].conf->conns[0];
        pair_child_add(c, i ? "10.4.0.0/16" : "10.3.0.0/16", i ? "10.3.0.0/16" : "10.4.0.0/16");
        c->children[1].proposals[0] = pair_v1_proposal(esp, CRYPT_PROTOCOL_ESP);
        c->children[1].n_proposals = 1;
    }
    pair_start(p);
    pair_connect(p);
    assert_int_equal(pair_live(&p->h[1]), 2);
    pair_run(p, 5);
    p->h[1].hold_jobs = true;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_REKEY, .name = "a"});
    assert_int_equal(p->h[1].n_jobs, 4);
    for (int i = 0; i < 4; i++)
        assert_int_equal(p->h[1].jobs[i]->urgency, i < 2 ? IKE_JOB_LIVE : IKE_JOB_PROVED);
    p->h[1].hold_jobs = false;
    for (int i = 0; i < 4; i++)
        pair_job(p, 1, p->h[1].jobs[i]);
    p->h[1].n_jobs = 0;
    pair_run(p, 10);
    assert_int_equal(pair_live(&p->h[1]), 2);
    pair_free(p);
}

/* We ask, and while our key exchange is computed another peer comes to have what was agreed on. */
static void what_another_has_meanwhile_is_not_installed(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct pair *p = pair_v1_new(PAIR_V1_IKE, "aes256-sha256-modp2048-noesn");
        pair_start(p);
        pair_connect(p);
        pair_run(p, 5);
        struct pair_host *h = &p->h[0];
        h->hold_jobs = true;
        pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
        assert_int_equal(h->n_jobs, 1);
        pair_job(p, 0, h->jobs[0]);
        pair_settle(p);
        assert_int_equal(h->n_jobs, 2);
        struct holder *o = holder_new(h, "10.1.0.0/16", i ? "10.2.3.0/24" : "10.3.0.0/16");
        h->hold_jobs = false;
        h->n_jobs = 0;
        pair_job(p, 0, h->jobs[1]);
        pair_settle(p);
        assert_int_equal(h->n_children, i ? 1 : 2);
        assert_int_equal(pair_count(h, IKE_AUDIT_FAIL_OVERLAP), i);
        holder_free(h, o);
        pair_free(p);
    }
}

/* a has a child for each of two networks of b's one child; b has up to so many. */
static struct pair *pair_of_two(uint32_t most)
{
    struct pair *p = pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP);
    struct ike_conn_conf *c = &p->h[0].conf->conns[0];
    pair_ts_only(&c->children[0].remote_ts, "10.2.1.0/24");
    pair_child_add(c, "10.1.0.0/16", "10.2.2.0/24");
    c->children[1].proposals[0] = pair_v1_proposal(PAIR_V1_ESP, CRYPT_PROTOCOL_ESP);
    c->children[1].n_proposals = 1;
    p->h[1].conf->children_max = most;
    pair_start(p);
    pair_connect(p);
    return p;
}

static void a_peer_has_no_more_live_children_than_it_may(void **state)
{
    (void)state;
    struct pair *p = pair_of_two(1);
    assert_int_equal(pair_live(&p->h[1]), 1);
    assert_non_null(pair_audit(&p->h[1], IKE_AUDIT_FAIL_LIMIT));
    pair_run(p, 20);
    const uint32_t before = p->h[1].children[0].i.pair.spi_in;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    pair_run(p, 8);
    assert_true(pair_find(&p->h[1], before)->is_removed); /* what takes its place is no other one */
    assert_int_equal(pair_live(&p->h[1]), 1);
    pair_free(p);
}

/* Message 3 of what replaces the first one is under way when the second one is asked for. */
static void what_waits_to_replace_a_child_is_not_counted(void **state)
{
    (void)state;
    struct pair *p = pair_of_two(2);
    assert_int_equal(pair_live(&p->h[1]), 2);
    pair_run(p, 20);
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "b", .child = "second"});
    assert_int_equal(pair_live(&p->h[1]), 1);
    p->hold = true;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    pair_deliver_one(p);
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_INITIATE, .name = "b", .child = "second"});
    pair_deliver_one(p);
    pair_deliver_one(p);
    assert_int_equal(pair_live(&p->h[1]), 3);
    p->hold = false;
    pair_settle(p);
    pair_run(p, 8);
    assert_int_equal(pair_live(&p->h[1]), 2);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_group_of_its_own_gives_a_child_forward_secrecy),
        cmocka_unit_test(a_responder_without_that_group_refuses_the_child_in_words),
        cmocka_unit_test(many_key_exchanges_of_a_peer_wait_in_turn_with_callers),
        cmocka_unit_test(networks_are_taken_as_they_are_or_not_at_all),
        cmocka_unit_test(what_another_has_meanwhile_is_not_installed),
        cmocka_unit_test(a_peer_has_no_more_live_children_than_it_may),
        cmocka_unit_test(what_waits_to_replace_a_child_is_not_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
