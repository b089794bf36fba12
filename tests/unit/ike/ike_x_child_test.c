/* SPDX-License-Identifier: BSD-3-Clause */
/* Life after IKE_AUTH: rekeying of children and IKE SAs, deletion, liveness, moves, reload, shutdown. */
#include "ike_pair.h"

static struct pair *up(void)
{
    struct pair *p = pair_new();
    pair_start(p);
    pair_connect(p);
    assert_int_equal(pair_live(&p->h[1]), 1);
    return p;
}

static struct ike_stats stats(struct pair *p, int i)
{
    struct ike_stats s;
    ike_stats(p->h[i].ike, &s);
    return s;
}

static void check_one_pair(struct pair *p)
{
    for (int i = 0; i < 2; i++) {
        assert_int_equal(stats(p, i).ike_sas, 1);
        assert_int_equal(stats(p, i).children, 1);
        assert_int_equal(pair_live(&p->h[i]), 1);
    }
    pair_check_keys(p);
}

static void a_child_is_rekeyed_by_either_side_without_a_gap(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct pair *p = up();
        assert_int_equal(pair_event(p, i, (struct ike_event){.type = IKE_EV_REKEY, .name = i ? "a" : "b"}),
                         0);
        assert_int_equal(pair_live(&p->h[0]), 2);
        assert_true(p->h[!i].children[1].is_active);
        assert_int_equal(p->h[i].children[1].i.replaces_in, p->h[i].children[0].i.in.spi);
        assert_false(p->h[!i].children[1].i.active);
        pair_run(p, 6);
        check_one_pair(p);
        pair_free(p);
    }
}

static void a_child_is_rekeyed_with_a_fresh_key_exchange(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    char why[200];
    for (int i = 0; i < 2; i++)
        assert_int_equal(crypt_proposal_parse("aes128gcm16-x25519-noesn", CRYPT_PROTOCOL_ESP,
                                              &p->h[i].conf->conns[0].children[0].proposals[0], why,
                                              sizeof why),
                         0);
    pair_start(p);
    pair_connect(p);
    const struct ike_event ev = {.type = IKE_EV_REKEY, .name = "b", .rekey_with_dh = true};
    assert_int_equal(pair_event(p, 0, ev), 0);
    pair_run(p, 6);
    check_one_pair(p);
    assert_int_equal(stats(p, 1).rekeyed_child, 1);
    pair_free(p);
}

static void an_ike_sa_is_rekeyed_by_either_side_and_keeps_its_child(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct pair *p = up();
        const struct ike_event ev = {.type = IKE_EV_REKEY, .name = i ? "a" : "b", .rekey_ike = true};
        assert_int_equal(pair_event(p, i, ev), 0);
        check_one_pair(p);
        assert_int_equal(p->h[0].n_children, 1);
        assert_non_null(pair_audit(&p->h[0], IKE_AUDIT_IKE_REKEYED));
        assert_null(pair_audit(&p->h[0], IKE_AUDIT_IKE_DOWN));
        assert_int_equal(pair_event(p, 1, (struct ike_event){.type = IKE_EV_REKEY, .name = "a"}), 0);
        pair_run(p, 6);
        check_one_pair(p);
        pair_free(p);
    }
}

static void both_rekey_the_child_at_once_and_one_pair_remains(void **state)
{
    (void)state;
    struct pair *p = up();
    p->hold = true;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_REKEY, .name = "a"});
    p->hold = false;
    pair_run(p, 10);
    check_one_pair(p);
    pair_free(p);
}

static void both_rekey_the_ike_sa_at_once_and_one_remains(void **state)
{
    (void)state;
    struct pair *p = up();
    p->hold = true;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b", .rekey_ike = true});
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_REKEY, .name = "a", .rekey_ike = true});
    p->hold = false;
    pair_run(p, 10);
    check_one_pair(p);
    assert_null(pair_audit(&p->h[0], IKE_AUDIT_CHILD_DOWN));
    pair_free(p);
}

static void lifetimes_alone_rekey_everything_for_a_day(void **state)
{
    (void)state;
    struct pair *p = up();
    for (int hour = 0; hour < 24; hour++) {
        p->h[0].n_audits = p->h[1].n_audits = 0;
        pair_run(p, 3600);
    }
    assert_true(stats(p, 0).rekeyed_child >= 20);
    assert_true(stats(p, 0).rekeyed_ike >= 4);
    assert_int_equal(pair_live(&p->h[0]), stats(p, 0).children);
    pair_check_keys(p);
    pair_free(p);
}

static void a_dead_peer_is_noticed_and_its_pairs_are_removed(void **state)
{
    (void)state;
    struct pair *p = up();
    p->drop[1] = true;
    pair_run(p, 60);
    assert_int_equal(stats(p, 0).ike_sas, 0);
    assert_int_equal(pair_live(&p->h[0]), 0);
    assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_FAIL_TIMEOUT), 1);
    assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_IKE_DOWN), 1);
    pair_free(p);
}

static void traffic_from_the_peer_spares_the_liveness_check(void **state)
{
    (void)state;
    struct pair *p = up();
    const unsigned before = p->h[0].sends;
    for (int i = 0; i < 10; i++) {
        const struct ike_event a = {.type = IKE_EV_TRAFFIC,
                                    .spi_in = p->h[0].children[0].i.in.spi,
                                    .last_in = p->now,
                                    .last_out = p->now};
        const struct ike_event b = {.type = IKE_EV_TRAFFIC,
                                    .spi_in = p->h[1].children[0].i.in.spi,
                                    .last_in = p->now,
                                    .last_out = p->now};
        pair_event(p, 0, a);
        pair_event(p, 1, b);
        pair_run(p, 20);
    }
    assert_int_equal(p->h[0].sends, before);
    pair_free(p);
}

static void a_terminated_connection_is_gone_on_both_sides(void **state)
{
    (void)state;
    struct pair *p = up();
    assert_int_equal(pair_event(p, 1, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "a"}), 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(stats(p, i).ike_sas, 0);
        assert_int_equal(pair_live(&p->h[i]), 0);
        assert_int_equal(pair_count(&p->h[i], IKE_AUDIT_IKE_DOWN), 1);
    }
    assert_int_equal(pair_event(p, 1, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "a"}), -ENOENT);
    pair_free(p);
}

static void the_peer_is_followed_through_a_new_mapping(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->has_nat = true;
    p->nat_shift = 100;
    pair_start(p);
    pair_connect(p);
    p->nat_shift = 200;
    pair_run(p, 40); /* a liveness check passes */
    assert_int_equal(p->h[1].children[0].path.remote.port, 4700);
    assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_PEER_MOVED), 1);
    const struct base_endpoint esp = {pair_addr("203.0.113.8"), 5000};
    const struct ike_event ev = {
        .type = IKE_EV_PEER_MOVED, .spi_in = p->h[1].children[0].i.in.spi, .remote = esp};
    pair_event(p, 1, ev);
    assert_true(base_endpoint_equal(&p->h[1].children[0].path.remote, &esp));
    pair_free(p);
}

static void repeated_and_forged_messages_move_nothing(void **state)
{
    (void)state;
    struct pair *p = up();
    struct ike_path elsewhere = p->last.path;
    const int to = p->last.to;
    elsewhere.remote.addr = pair_addr("203.0.113.66");
    /* the last message once more, from elsewhere, and one with a bit flipped */
    ike_on_packet(p->h[to].ike, p->now, &elsewhere, base_span(p->last.bytes, p->last.len));
    p->last.bytes[p->last.len - 1] ^= 1;
    ike_on_packet(p->h[to].ike, p->now, &elsewhere, base_span(p->last.bytes, p->last.len));
    pair_drain(p);
    assert_int_equal(stats(p, to).moves, 0);
    pair_free(p);
}

static void an_unchanged_connection_survives_a_new_configuration(void **state)
{
    (void)state;
    struct pair *p = up();
    struct ike_conf *same = pair_conf("a", "@b", "@a", "secret", "10.2.0.0/16", "10.1.0.0/16");
    same->conns[0].remote_addr = p->h[0].addr;
    ike_conf_seal(same);
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_CONF_SWAP, .conf = same});
    check_one_pair(p);
    struct ike_conf *other = pair_conf("a", "@b", "@a", "another", "10.2.0.0/16", "10.1.0.0/16");
    ike_conf_seal(other);
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_CONF_SWAP, .conf = other});
    assert_int_equal(stats(p, 1).ike_sas, 0);
    assert_int_equal(stats(p, 0).ike_sas, 0);
    ike_conf_put(same);
    ike_conf_put(other);
    pair_free(p);
}

static void shutdown_says_goodbye_and_answers_nobody(void **state)
{
    (void)state;
    struct pair *p = up();
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_SHUTDOWN});
    assert_int_equal(stats(p, 0).ike_sas, 0);
    pair_connect(p);
    assert_int_equal(stats(p, 1).ike_sas, 0);
    pair_free(p);
}

static void a_second_child_of_the_connection_is_made_by_its_own_exchange(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    for (int i = 0; i < 2; i++) {
        struct ike_conn_conf *c = &p->h[i].conf->conns[0];
        ike_child_conf_defaults(&c->children[1]);
        snprintf(c->children[1].name, IKE_NAME_MAX, "second");
        pair_ts(&c->children[1].local_ts, i ? "10.4.0.0/16" : "10.3.0.0/16");
        pair_ts(&c->children[1].remote_ts, i ? "10.3.0.0/16" : "10.4.0.0/16");
        c->n_children = 2;
    }
    pair_start(p);
    pair_connect(p);
    assert_int_equal(pair_live(&p->h[1]), 2);
    assert_string_equal(p->h[1].children[1].i.child, "second");
    pair_check_keys(p);
    pair_free(p);
}

static void networks_of_another_identity_are_not_taken_over(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    struct ike_conf *b = p->h[1].conf;
    b->conns = realloc(b->conns, 2 * sizeof *b->conns);
    b->secrets = realloc(b->secrets, 2 * sizeof *b->secrets);
    b->n_conns = b->n_secrets = 2;
    b->conns[1] = b->conns[0];
    b->secrets[1] = b->secrets[0];
    snprintf(b->conns[1].name, IKE_NAME_MAX, "thief");
    b->conns[1].remote_id = b->secrets[1].remote = pair_id("@thief");
    b->conns[1].children = calloc(1, sizeof *b->conns[1].children);
    b->conns[1].children[0] = b->conns[0].children[0];
    pair_start(p);
    pair_connect(p);
    /* the same host comes again under another name; b has the same network for it */
    ike_free(p->h[0].ike);
    p->h[0].conf->conns[0].local_id = p->h[0].conf->secrets[0].local = pair_id("@thief");
    ike_conf_seal(p->h[0].conf);
    const struct ike_env env = {&p->h[0],       pair_rng,      &null_ike_ops,
                                pair_spi_alloc, pair_spi_free, pair_local_for};
    p->h[0].ike = ike_new(&env, p->h[0].conf, p->now);
    pair_connect(p);
    assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_FAIL_OVERLAP), 1);
    assert_int_equal(pair_live(&p->h[1]), 1);
    pair_free(p);
}

static void a_lost_request_is_sent_again_byte_by_byte(void **state)
{
    (void)state;
    struct pair *p = up();
    p->drop[0] = true;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    p->drop[0] = false;
    pair_run(p, 8);
    assert_int_equal(stats(p, 0).retransmits_out, 1);
    check_one_pair(p);
    /* and a lost answer is given again from memory */
    p->drop[1] = true;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    p->drop[1] = false;
    pair_run(p, 8);
    assert_int_equal(stats(p, 1).duplicates_answered, 1);
    check_one_pair(p);
    pair_free(p);
}

static void jobs_that_come_back_after_the_end_harm_nothing(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    pair_start(p);
    p->h[0].hold_jobs = true;
    pair_connect(p);
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "b"});
    assert_int_equal(stats(p, 0).ike_sas, 0);
    assert_int_equal(stats(p, 0).jobs, 1);
    pair_job(p, 0, &p->h[0].jobs[0]);
    p->h[0].n_jobs = 0;
    assert_int_equal(stats(p, 0).jobs, 0);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_child_is_rekeyed_by_either_side_without_a_gap),
        cmocka_unit_test(a_child_is_rekeyed_with_a_fresh_key_exchange),
        cmocka_unit_test(an_ike_sa_is_rekeyed_by_either_side_and_keeps_its_child),
        cmocka_unit_test(both_rekey_the_child_at_once_and_one_pair_remains),
        cmocka_unit_test(both_rekey_the_ike_sa_at_once_and_one_remains),
        cmocka_unit_test(lifetimes_alone_rekey_everything_for_a_day),
        cmocka_unit_test(a_dead_peer_is_noticed_and_its_pairs_are_removed),
        cmocka_unit_test(traffic_from_the_peer_spares_the_liveness_check),
        cmocka_unit_test(a_terminated_connection_is_gone_on_both_sides),
        cmocka_unit_test(the_peer_is_followed_through_a_new_mapping),
        cmocka_unit_test(repeated_and_forged_messages_move_nothing),
        cmocka_unit_test(an_unchanged_connection_survives_a_new_configuration),
        cmocka_unit_test(shutdown_says_goodbye_and_answers_nobody),
        cmocka_unit_test(a_second_child_of_the_connection_is_made_by_its_own_exchange),
        cmocka_unit_test(networks_of_another_identity_are_not_taken_over),
        cmocka_unit_test(a_lost_request_is_sent_again_byte_by_byte),
        cmocka_unit_test(jobs_that_come_back_after_the_end_harm_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
