/* SPDX-License-Identifier: BSD-3-Clause */
/* Two engines by IKEv1 on a table: main and aggressive mode, quick mode, NATs, loss, rekeying, ends. */
#include "ikev1_pair.h"

static bool live_child_sends(const struct pair_host *h)
{
    for (size_t i = 0; i < h->n_children; i++)
        if (!h->children[i].is_removed && h->children[i].is_active)
            return true;
    return false;
}

static void main_mode_with_a_pre_shared_key_comes_up(void **state)
{
    (void)state;
    struct pair *p = pair_v1_up();
    for (int i = 0; i < 2; i++) {
        const struct ike_sa_view v = pair_v1_view(p, i);
        assert_int_equal(v.version, 1);
        assert_int_equal(v.state, IKE_VIEW_ESTABLISHED);
        assert_string_equal(v.proposal, "AES-CBC-256/PRF-HMAC-SHA2-256/MODP-2048");
        assert_int_equal(v.way, ESP_WAY_ESP);
        assert_true(live_child_sends(&p->h[i]));
        assert_non_null(pair_audit(&p->h[i], IKE_AUDIT_CHILD_UP));
    }
    assert_int_equal(p->h[0].sends, 5); /* 1, 3, 5; and of quick mode 1 and 3 */
    assert_int_equal(p->h[1].sends, 4);
    pair_free(p);
}

static void a_nat_moves_both_ports_to_4500_and_puts_esp_into_udp(void **state)
{
    (void)state;
    struct pair *p = pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP);
    p->has_nat = true;
    p->nat_shift = 1000;
    pair_start(p);
    pair_connect(p);
    pair_check_one(p);
    const struct ike_sa_view a = pair_v1_view(p, 0), b = pair_v1_view(p, 1);
    assert_true(a.local_nat && !a.remote_nat && !b.local_nat && b.remote_nat);
    assert_int_equal(a.path.remote.port, 4500);
    assert_int_equal(b.path.remote.port, 5500);
    assert_int_equal(p->h[1].children[0].i.pair.way, ESP_WAY_UDP);
    assert_int_equal(p->h[1].children[0].path.remote.port, 5500);
    pair_free(p);
}

static void encapsulation_can_be_forced_and_forbidden(void **state)
{
    (void)state;
    struct pair *p = pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP);
    p->h[1].conf->conns[0].encap = IKE_ENCAP_FORCE;
    pair_start(p);
    pair_connect(p);
    pair_check_one(p);
    assert_int_equal(p->h[0].children[0].i.pair.way, ESP_WAY_UDP);
    pair_free(p);

    p = pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP);
    p->has_nat = true;
    p->h[1].conf->conns[0].encap = IKE_ENCAP_NEVER;
    pair_start(p);
    pair_connect(p);
    assert_non_null(pair_audit(&p->h[1], IKE_AUDIT_FAIL_NAT_FORBIDDEN));
    assert_int_equal(pair_stats(p, 1).ike_sas, 0);
    pair_free(p);
}

static void a_group_of_its_own_gives_a_child_forward_secrecy(void **state)
{
    (void)state;
    struct pair *p = pair_v1_new(PAIR_V1_IKE, "aes256-sha256-modp3072-noesn");
    pair_start(p);
    pair_connect(p);
    pair_check_one(p);
    struct ike_child_view v;
    assert_true(ike_show_child(p->h[0].ike, pair_v1_view(p, 0).id, 0, &v));
    assert_string_equal(v.proposal, "AES-CBC-256/HMAC-SHA2-256-128/MODP-3072/32-bit sequence");
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

static void another_key_is_told_as_such(void **state)
{
    (void)state;
    struct pair *p = pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP);
    p->h[1].conf->secrets[0].psk[0] ^= 1;
    pair_start(p);
    pair_connect(p);
    pair_run(p, 60);
    assert_non_null(pair_audit(&p->h[1], IKE_AUDIT_FAIL_WRONG_KEY));
    assert_null(pair_audit(&p->h[0], IKE_AUDIT_IKE_UP));
    assert_null(pair_audit(&p->h[1], IKE_AUDIT_IKE_UP));
    assert_int_equal(pair_stats(p, 1).ike_sas, 0);
    pair_free(p);
}

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

static void aggressive_mode_needs_two_words(void **state)
{
    (void)state;
    struct pair *p = pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP);
    p->has_nat = true;
    p->h[0].conf->conns[0].aggressive = p->h[1].conf->conns[0].aggressive = IKE_AGGRESSIVE_WITH_PSK;
    pair_start(p);
    pair_connect(p);
    pair_check_one(p);
    assert_int_equal(pair_v1_view(p, 1).path.remote.port, 4500);
    pair_free(p);

    for (enum ike_aggressive how = IKE_AGGRESSIVE_NO; how <= IKE_AGGRESSIVE_YES; how++) {
        p = pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP);
        p->h[0].conf->conns[0].aggressive = IKE_AGGRESSIVE_WITH_PSK;
        p->h[1].conf->conns[0].aggressive = how;
        pair_start(p);
        pair_connect(p);
        assert_int_equal(p->h[1].sends, 0);
        assert_non_null(strstr(pair_audit(&p->h[1], IKE_AUDIT_FAIL_VERSION)->why, "guess passwords"));
        pair_free(p);
    }
}

/* The n-th packet from one side is lost; after that all arrive. */
static void any_one_message_may_be_lost(void **state)
{
    (void)state;
    for (int mode = 0; mode < 2; mode++) {
        for (unsigned lost = 0; lost < 9; lost++) {
            struct pair *p = pair_v1_new(PAIR_V1_IKE, "aes128gcm16-modp2048-noesn");
            for (int i = 0; i < 2; i++)
                p->h[i].conf->conns[0].aggressive = mode ? IKE_AGGRESSIVE_WITH_PSK : IKE_AGGRESSIVE_NO;
            pair_start(p);
            p->hold = true;
            pair_connect(p);
            for (unsigned n = 0; p->head < p->tail; n++) {
                if (n == lost) {
                    p->head++;
                    pair_drain(p);
                } else {
                    pair_deliver_one(p);
                }
            }
            p->hold = false;
            p->head = p->tail = 0;
            pair_run(p, 20);
            if (pair_stats(p, 1).children != 1)
                fail_msg("mode %d without message %u", mode, lost);
            pair_check_one(p);
            /* All but the last one were repeated until they arrived. */
            assert_true(live_child_sends(&p->h[0]));
            if (!(mode == 0 && lost == 8) && !(mode == 1 && lost == 5))
                assert_true(live_child_sends(&p->h[1]));
            pair_free(p);
        }
    }
}

static void children_are_replaced_by_either_side(void **state)
{
    (void)state;
    for (int who = 0; who < 2; who++) {
        struct pair *p = pair_v1_up();
        const uint32_t before = p->h[0].children[0].i.pair.spi_in;
        pair_run(p, 5);
        assert_int_equal(
            pair_event(p, who, (struct ike_event){.type = IKE_EV_REKEY, .name = who ? "a" : "b"}), 0);
        assert_int_equal(pair_stats(p, 0).children, 2);
        assert_non_null(pair_audit(&p->h[0], IKE_AUDIT_CHILD_REKEYED));
        pair_run(p, 8);
        pair_check_one(p);
        assert_true(pair_find(&p->h[0], before)->is_removed);
        assert_true(live_child_sends(&p->h[0]) && live_child_sends(&p->h[1]));
        assert_null(pair_audit(&p->h[0], IKE_AUDIT_CHILD_DOWN));
        pair_free(p);
    }
}

static void children_are_replaced_when_their_time_comes(void **state)
{
    (void)state;
    struct pair *p = pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP);
    p->h[0].conf->conns[0].children[0].rekey_s = 60;
    p->h[1].conf->conns[0].children[0].rekey_s = 0;
    pair_start(p);
    pair_connect(p);
    pair_run(p, 300);
    pair_check_one(p);
    assert_true(pair_count(&p->h[0], IKE_AUDIT_CHILD_REKEYED) >= 4);
    assert_null(pair_audit(&p->h[1], IKE_AUDIT_CHILD_DOWN));
    pair_free(p);
}

static void the_sa_is_made_anew_and_its_children_stay(void **state)
{
    (void)state;
    for (int who = 0; who < 2; who++) {
        struct pair *p = pair_v1_up();
        const struct ike_event ev = {.type = IKE_EV_REKEY, .name = who ? "a" : "b", .rekey_ike = true};
        const uint64_t cookie = pair_v1_view(p, 0).spi_i;
        pair_run(p, 5);
        assert_int_equal(pair_event(p, who, ev), 0);
        assert_int_equal(pair_live(&p->h[0]), 1);
        pair_run(p, 15);
        pair_check_one(p);
        assert_int_not_equal(pair_v1_view(p, 0).spi_i, cookie);
        assert_null(pair_audit(&p->h[0], IKE_AUDIT_CHILD_DOWN));
        assert_null(pair_audit(&p->h[1], IKE_AUDIT_CHILD_DOWN));
        assert_null(pair_audit(&p->h[1], IKE_AUDIT_IKE_DOWN));
        pair_free(p);
    }
}

static void both_call_at_once_and_one_pair_remains(void **state)
{
    (void)state;
    struct pair *p = pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP);
    pair_start(p);
    p->hold = true;
    pair_connect(p);
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_INITIATE, .name = "a"});
    while (p->head < p->tail)
        pair_deliver_one(p);
    p->hold = false;
    pair_run(p, 40);
    pair_check_one(p);
    assert_true(live_child_sends(&p->h[0]) && live_child_sends(&p->h[1]));
    pair_free(p);
}

static void a_silent_peer_is_noticed_and_one_that_answers_is_not(void **state)
{
    (void)state;
    struct pair *p = pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP);
    p->h[0].conf->conns[0].dpd_s = 10;
    pair_start(p);
    pair_connect(p);
    pair_run(p, 300);
    pair_check_one(p);
    p->drop[1] = true;
    pair_run(p, 60);
    assert_string_equal(pair_audit(&p->h[0], IKE_AUDIT_IKE_DOWN)->why, "the peer does not answer");
    assert_int_equal(pair_live(&p->h[0]), 0);
    pair_free(p);
}

static void ends_are_told_to_the_peer(void **state)
{
    (void)state;
    struct pair *p = pair_v1_up();
    assert_int_equal(
        pair_event(p, 0, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "b", .child = "net"}), 0);
    assert_int_equal(pair_live(&p->h[1]), 0);
    assert_int_equal(pair_stats(p, 1).ike_sas, 1);
    assert_string_equal(pair_audit(&p->h[1], IKE_AUDIT_CHILD_DOWN)->why, "the peer closed it");
    assert_int_equal(pair_event(p, 0, (struct ike_event){.type = IKE_EV_INITIATE, .name = "b"}), 1);
    pair_check_one(p);
    assert_int_equal(pair_event(p, 0, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "b"}), 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pair_live(&p->h[i]), 0);
        assert_int_equal(pair_stats(p, i).ike_sas, 0);
    }
    pair_free(p);
}

static void a_peer_that_lost_all_says_so_and_what_was_before_ends(void **state)
{
    (void)state;
    struct pair *p = pair_v1_up();
    pair_run(p, 20);
    pair_crash(p, 0);
    pair_connect(p);
    assert_int_equal(pair_stats(p, 1).ike_sas, 1);
    assert_int_equal(pair_live(&p->h[1]), 1);
    assert_non_null(strstr(pair_audit(&p->h[1], IKE_AUDIT_IKE_DOWN)->why, "INITIAL_CONTACT"));
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

static void nobody_answers_and_that_is_told(void **state)
{
    (void)state;
    struct pair *p = pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP);
    pair_start(p);
    p->drop[0] = true;
    pair_connect(p);
    pair_run(p, 60);
    assert_non_null(pair_audit(&p->h[0], IKE_AUDIT_FAIL_TIMEOUT));
    assert_int_equal(pair_stats(p, 0).ike_sas, 0);
    pair_free(p);
}

static void half_open_ones_are_few_and_end(void **state)
{
    (void)state;
    struct pair *p = pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP);
    p->h[1].conf->half_open_max = 40;
    pair_start(p);
    p->drop[1] = true;
    for (int i = 0; i < 30; i++) {
        pair_connect(p);
        assert_int_equal(pair_event(p, 0, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "b"}), 0);
    }
    assert_in_range(pair_stats(p, 1).half_open, 1, 11);
    assert_true(pair_stats(p, 1).dropped_capped > 0);
    pair_run(p, 120);
    assert_int_equal(pair_stats(p, 1).half_open, 0);
    assert_int_equal(pair_stats(p, 1).ike_sas, 0);
    pair_free(p);
}

static void an_answer_is_no_longer_than_the_call(void **state)
{
    (void)state;
    struct pair *p = pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP);
    pair_start(p);
    p->hold = true;
    pair_connect(p);
    const size_t called = p->queue[0].len;
    pair_deliver_one(p);
    assert_int_equal(p->tail, 2);
    assert_true(p->queue[1].len <= called);
    p->hold = false;
    pair_settle(p);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(main_mode_with_a_pre_shared_key_comes_up),
        cmocka_unit_test(a_nat_moves_both_ports_to_4500_and_puts_esp_into_udp),
        cmocka_unit_test(encapsulation_can_be_forced_and_forbidden),
        cmocka_unit_test(a_group_of_its_own_gives_a_child_forward_secrecy),
        cmocka_unit_test(a_responder_without_that_group_refuses_the_child_in_words),
        cmocka_unit_test(another_key_is_told_as_such),
        cmocka_unit_test(two_possible_keys_refuse_a_caller_unless_its_address_tells),
        cmocka_unit_test(an_identity_that_nobody_has_is_refused),
        cmocka_unit_test(aggressive_mode_needs_two_words),
        cmocka_unit_test(any_one_message_may_be_lost),
        cmocka_unit_test(children_are_replaced_by_either_side),
        cmocka_unit_test(children_are_replaced_when_their_time_comes),
        cmocka_unit_test(the_sa_is_made_anew_and_its_children_stay),
        cmocka_unit_test(both_call_at_once_and_one_pair_remains),
        cmocka_unit_test(a_silent_peer_is_noticed_and_one_that_answers_is_not),
        cmocka_unit_test(ends_are_told_to_the_peer),
        cmocka_unit_test(a_peer_that_lost_all_says_so_and_what_was_before_ends),
        cmocka_unit_test(networks_are_taken_as_they_are_or_not_at_all),
        cmocka_unit_test(the_versions_do_not_meet),
        cmocka_unit_test(nobody_answers_and_that_is_told),
        cmocka_unit_test(half_open_ones_are_few_and_end),
        cmocka_unit_test(an_answer_is_no_longer_than_the_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
