/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * MOBIKE between two engines: agreed on in IKE_AUTH, moves of the caller, what the other side proves and
 * refuses, NATs that come, go and forget, and that nothing but who decides moves anything.
 */
#include "ike_pair.h"

#include "ikev2_sa.h"
#include "ikev2_tables.h"

static struct pair *mobile(void)
{
    struct pair *p = pair_new();
    p->h[0].conf->conns[0].mobike = p->h[1].conf->conns[0].mobike = true;
    return p;
}

static struct pair *mobile_up(void)
{
    struct pair *p = mobile();
    pair_start(p);
    pair_connect(p);
    pair_settle(p);
    return p;
}

static struct ikev2_sa *sa_of(struct pair *p, int i)
{
    return p->h[i].ike->v2->last;
}

/* The child that lives. */
static const struct pair_child *child_of(struct pair *p, int i)
{
    for (size_t k = p->h[i].n_children; k > 0; k--)
        if (!p->h[i].children[k - 1].is_removed)
            return &p->h[i].children[k - 1];
    fail_msg("no child");
    return NULL;
}

/* The caller is at another address now, and notices. */
static void caller_moves(struct pair *p, const char *to)
{
    p->h[0].addr = pair_addr(to);
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_PLACES});
}

static void assert_remote(const struct pair_child *c, const char *text)
{
    char is[BASE_ADDR_TEXT_MAX];
    assert_string_equal(base_addr_text(&c->path.remote.addr, is), text);
}

static void it_is_agreed_on_where_both_want_it_and_moves_ike_to_port_4500(void **state)
{
    (void)state;
    for (int who = 0; who < 4; who++) {
        struct pair *p = mobile();
        p->h[0].conf->conns[0].mobike = who & 1;
        p->h[1].conf->conns[0].mobike = who & 2;
        pair_start(p);
        pair_connect(p);
        for (int i = 0; i < 2; i++) {
            assert_int_equal(sa_of(p, i)->mobike.is_agreed, who == 3);
            assert_int_equal(sa_of(p, i)->mobike.is_ours, who == 3 && i == 0);
            assert_int_equal(sa_of(p, i)->path.local.port, who & 1 ? 4500 : 500);
            assert_int_equal(sa_of(p, i)->way, ESP_WAY_ESP);
        }
        pair_check_one(p);
        pair_free(p);
    }
}

static void a_caller_with_another_address_takes_its_children_along(void **state)
{
    (void)state;
    struct pair *p = mobile_up();
    caller_moves(p, "192.0.2.77");
    assert_remote(child_of(p, 1), "192.0.2.77");
    assert_true(base_addr_equal(&child_of(p, 0)->path.local.addr, &p->h[0].addr));
    assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_MOVED), 1);
    assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_PEER_MOVED), 1);
    assert_false(sa_of(p, 1)->mobike.is_unproved);
    assert_false(sa_of(p, 0)->mobike.has_before);
    pair_check_one(p);
    /* The SA lives on at the new place. */
    assert_int_equal(pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"}), 0);
    pair_run(p, 10);
    pair_check_one(p);
    assert_remote(child_of(p, 1), "192.0.2.77");
    pair_free(p);
}

static struct base_addr own;

static size_t own_one(void *ctx, struct base_addr *out, size_t max)
{
    (void)ctx;
    (void)max;
    out[0] = own;
    return 1;
}

/* What the other one keeps of addresses. */
static size_t told(struct pair *p, int to)
{
    return ikev2_places_of(sa_of(p, to))->count;
}

static size_t own_two(void *ctx, struct base_addr *out, size_t max)
{
    (void)ctx;
    (void)max;
    out[0] = own;
    out[1] = pair_addr("203.0.113.5");
    return 2;
}

static void an_address_more_is_told_by_either_side_and_moves_nothing(void **state)
{
    (void)state;
    for (int who = 0; who < 2; who++) {
        struct pair *p = mobile_up();
        const struct ike_path was = sa_of(p, who)->path;
        const size_t moved = pair_stats(p, 1 - who).moves;
        own = was.local.addr;
        p->h[who].ike->env.own_addrs = own_two;
        pair_event(p, who, (struct ike_event){.type = IKE_EV_PLACES}); /* a link */
        pair_run(p, 2);
        assert_int_equal(told(p, 1 - who), 0);
        pair_event(p, who, (struct ike_event){.type = IKE_EV_ADDRS});
        pair_run(p, 2);
        assert_int_equal(told(p, 1 - who), 1);
        p->h[who].ike->env.own_addrs = own_one;
        pair_event(p, who, (struct ike_event){.type = IKE_EV_ADDRS});
        pair_run(p, 2);
        assert_int_equal(told(p, 1 - who), 0);
        assert_true(ike_path_equal(&sa_of(p, who)->path, &was));
        assert_int_equal(pair_stats(p, 1 - who).moves, moved);
        pair_free(p);
    }
}

/* A link that is gone may come back, and so may the address's way; the address itself does not. */
static void without_it_an_sa_ends_with_our_address_and_the_peer_is_called_anew(void **state)
{
    (void)state;
    for (int who = 0; who < 2; who++) {
        struct pair *p = pair_new();
        pair_start(p);
        pair_connect(p);
        const uint64_t id = sa_of(p, who)->id;
        p->h[who].ike->env.own_addrs = own_one;
        own = sa_of(p, who)->path.local.addr;
        p->h[who].addr = pair_addr("192.0.2.77");
        pair_event(p, who, (struct ike_event){.type = IKE_EV_PLACES});
        pair_run(p, 3);
        assert_int_equal(sa_of(p, who)->id, id);
        own = p->h[who].addr;
        pair_event(p, who, (struct ike_event){.type = IKE_EV_ADDRS});
        pair_run(p, 10);
        assert_non_null(pair_audit(&p->h[who], IKE_AUDIT_IKE_DOWN));
        if (who == 0) {
            pair_check_one(p);
            assert_int_not_equal(sa_of(p, 0)->id, id);
            assert_true(base_addr_equal(&sa_of(p, 0)->path.local.addr, &own));
        } else {
            assert_int_equal(pair_stats(p, 1).ike_sas, 0); /* the caller's to call */
        }
        pair_free(p);
    }
}

/* Until the number comes back from there, packets go where the peer was. */
static void no_child_goes_to_a_place_that_is_not_proved(void **state)
{
    (void)state;
    struct pair *p = mobile_up();
    p->h[0].addr = pair_addr("192.0.2.77");
    p->hold = true;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_PLACES});
    pair_deliver_one(p); /* UPDATE_SA_ADDRESSES */
    assert_true(sa_of(p, 1)->mobike.is_unproved);
    assert_remote(child_of(p, 1), "192.0.2.1");
    pair_deliver_one(p); /* its answer */
    assert_remote(child_of(p, 1), "192.0.2.1");
    pair_deliver_one(p); /* COOKIE2 */
    assert_remote(child_of(p, 1), "192.0.2.1");
    p->hold = false;
    pair_settle(p);
    assert_remote(child_of(p, 1), "192.0.2.77");
    pair_free(p);
}

/* Somebody on the way sends the caller's move from an address where the caller is not. */
static void a_place_where_nobody_answers_ends_the_sa_and_gets_no_child(void **state)
{
    (void)state;
    struct pair *p = mobile_up();
    const struct base_addr evil = pair_addr("203.0.113.66");
    p->h[0].addr = pair_addr("192.0.2.77");
    p->hold = true;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_PLACES});
    p->queue[p->head].path.remote.addr = evil;
    p->drop[1] = true;
    p->hold = false;
    pair_settle(p);
    assert_true(base_addr_equal(&sa_of(p, 1)->path.remote.addr, &evil));
    assert_remote(child_of(p, 1), "192.0.2.1");
    pair_run(p, 20);
    for (size_t i = 0; i < p->h[1].n_children; i++)
        assert_remote(&p->h[1].children[i], "192.0.2.1");
    assert_int_equal(pair_stats(p, 1).ike_sas, 0);
    pair_free(p);
}

static void an_answer_without_the_number_ends_the_sa(void **state)
{
    (void)state;
    struct pair *p = mobile_up();
    p->h[0].addr = pair_addr("192.0.2.77");
    p->hold = true;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_PLACES});
    pair_deliver_one(p);
    sa_of(p, 1)->mobike.cookie[3] ^= 1;
    p->hold = false;
    pair_settle(p);
    pair_run(p, 1);
    assert_int_equal(pair_stats(p, 1).ike_sas, 0);
    assert_non_null(pair_audit(&p->h[1], IKE_AUDIT_FAIL_MALFORMED));
    pair_free(p);
}

static void a_caller_that_gets_behind_a_nat_and_out_again_changes_the_way_of_esp(void **state)
{
    (void)state;
    struct pair *p = mobile_up();
    assert_int_equal(child_of(p, 0)->i.pair.way, ESP_WAY_ESP);
    p->has_nat = true;
    p->nat_shift = 300;
    caller_moves(p, "10.9.9.9");
    for (int i = 0; i < 2; i++) {
        assert_int_equal(sa_of(p, i)->way, ESP_WAY_UDP);
        assert_int_equal(child_of(p, i)->way, ESP_WAY_UDP);
    }
    assert_remote(child_of(p, 1), "203.0.113.7");
    assert_int_equal(child_of(p, 1)->path.remote.port, 4800);
    assert_true(sa_of(p, 0)->natd.local_nat && sa_of(p, 1)->natd.remote_nat);
    p->has_nat = false;
    p->nat_shift = 0;
    caller_moves(p, "192.0.2.9");
    for (int i = 0; i < 2; i++)
        assert_int_equal(child_of(p, i)->way, ESP_WAY_ESP);
    assert_remote(child_of(p, 1), "192.0.2.9");
    assert_false(sa_of(p, 0)->natd.local_nat || sa_of(p, 1)->natd.remote_nat);
    pair_free(p);
}

static void a_nat_that_forgets_is_noticed_by_the_next_liveness_check(void **state)
{
    (void)state;
    struct pair *p = mobile();
    p->has_nat = true;
    p->nat_shift = 100;
    pair_start(p);
    pair_connect(p);
    pair_settle(p);
    assert_true(sa_of(p, 0)->mobike.knows_seen);
    p->nat_shift = 200;
    pair_run(p, 40);
    assert_int_equal(child_of(p, 1)->path.remote.port, 4700);
    assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_PEER_MOVED), 1);
    /* Nothing has changed since, so nothing is said. */
    pair_run(p, 200);
    assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_PEER_MOVED), 1);
    pair_free(p);
}

/* The hashes differ after a rekey, since it has other SPIs: what the NAT forgot in between must not be lost.
 */
static void a_nat_that_forgets_around_a_rekey_is_noticed(void **state)
{
    (void)state;
    struct pair *p = mobile();
    p->has_nat = true;
    p->nat_shift = 100;
    pair_start(p);
    pair_connect(p);
    p->nat_shift = 200;
    assert_int_equal(
        pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b", .rekey_ike = true}), 0);
    pair_run(p, 2);
    assert_int_equal(child_of(p, 1)->path.remote.port, 4700);
    assert_true(sa_of(p, 0)->mobike.is_ours && sa_of(p, 1)->mobike.is_agreed);
    pair_check_one(p);
    pair_free(p);
}

/* A message from elsewhere may be a try of a path; ESP is followed only to a peer behind a NAT. */
static void only_who_decides_moves_it(void **state)
{
    (void)state;
    struct pair *p = mobile_up();
    const struct base_endpoint there = {pair_addr("203.0.113.8"), 4500};
    p->hold = true;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    p->queue[p->head].path.remote = there;
    p->hold = false;
    pair_settle(p);
    const struct ike_event esp = {
        .type = IKE_EV_PEER_MOVED, .spi_in = child_of(p, 1)->i.pair.spi_in, .remote = there};
    pair_event(p, 1, esp);
    pair_run(p, 5);
    assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_PEER_MOVED), 0);
    assert_remote(child_of(p, 1), "192.0.2.1");
    pair_free(p);

    p = mobile();
    p->has_nat = true;
    pair_start(p);
    pair_connect(p);
    pair_event(p, 1,
               (struct ike_event){.type = IKE_EV_PEER_MOVED,
                                  .spi_in = child_of(p, 1)->i.pair.spi_in,
                                  .remote = {p->nat_addr, 5555}});
    assert_int_equal(child_of(p, 1)->path.remote.port, 5555);
    pair_free(p);
}

/* The peer's first address dies: of its list the other one answers. */
static void a_peer_that_answers_at_another_of_its_addresses_is_gone_to(void **state)
{
    (void)state;
    struct pair *p = mobile();
    struct ike_conn_conf *b = &p->h[1].conf->conns[0];
    b->local_addrs[0] = pair_addr("198.51.100.1");
    b->local_addrs[1] = pair_addr("198.51.100.2");
    b->n_local_addrs = 2;
    pair_start(p);
    pair_connect(p);
    assert_int_equal(ikev2_places_of(sa_of(p, 0))->count, 1);
    p->dead_addr = pair_addr("198.51.100.1");
    pair_run(p, 45); /* a liveness check, and its repetitions */
    assert_remote(child_of(p, 0), "198.51.100.2");
    assert_true(base_addr_equal(&child_of(p, 1)->path.local.addr, &b->local_addrs[1]));
    pair_check_one(p);
    pair_free(p);
}

static void a_path_that_the_connection_does_not_allow_is_refused_and_told(void **state)
{
    (void)state;
    struct pair *p = mobile();
    struct ike_conn_conf *b = &p->h[1].conf->conns[0];
    assert_int_equal(base_prefix_parse("192.0.2.0/24", &b->remote_from[0]), 0);
    b->n_remote_from = 1;
    pair_start(p);
    pair_connect(p);
    caller_moves(p, "203.0.113.5");
    assert_remote(child_of(p, 1), "192.0.2.1");
    const struct ike_audit *a = pair_audit(&p->h[1], IKE_AUDIT_FAIL_MOVE);
    assert_non_null(a);
    assert_string_equal(a->fix_here, "connections.a.remote.from: add \"203.0.113.5\", and local.address: "
                                     "\"198.51.100.1\" or \"any\"");
    a = pair_audit(&p->h[0], IKE_AUDIT_FAIL_MOVE);
    assert_non_null(a);
    assert_int_equal(a->notify, WIRE_IKE_N_UNACCEPTABLE_ADDRESSES);
    assert_false(sa_of(p, 0)->mobike.has_before);
    assert_remote(child_of(p, 0), "198.51.100.1");
    pair_check_one(p);
    pair_free(p);
}

/* Where only the NAT's mapping is another one, there is no path of before to go back to. */
static void who_is_refused_where_it_was_already_stays_there(void **state)
{
    (void)state;
    struct pair *p = mobile();
    struct ike_conn_conf *b = &p->h[1].conf->conns[0];
    p->has_nat = true;
    p->nat_shift = 100;
    pair_start(p);
    pair_connect(p);
    pair_settle(p);
    const struct ike_path was = sa_of(p, 0)->path;
    assert_int_equal(base_prefix_parse("203.0.113.200/32", &b->remote_from[0]), 0);
    b->n_remote_from = 1;
    p->nat_shift = 200;
    pair_run(p, 40);
    assert_int_equal(pair_audit(&p->h[0], IKE_AUDIT_FAIL_MOVE)->notify, WIRE_IKE_N_UNACCEPTABLE_ADDRESSES);
    assert_true(base_endpoint_equal(&sa_of(p, 0)->path.remote, &was.remote));
    assert_true(base_endpoint_equal(&sa_of(p, 0)->path.local, &was.local));
    assert_remote(child_of(p, 0), "198.51.100.1");
    pair_free(p);
}

static void a_nat_on_the_new_path_is_refused_where_encapsulation_is_never(void **state)
{
    (void)state;
    for (int who = 0; who < 2; who++) {
        struct pair *p = mobile();
        p->h[who].conf->conns[0].encap = IKE_ENCAP_NEVER;
        pair_start(p);
        pair_connect(p);
        p->has_nat = true;
        caller_moves(p, "10.9.9.9");
        /* By NO_NATS_ALLOWED of the caller's, or by what the other one sees. */
        assert_int_equal(pair_audit(&p->h[0], IKE_AUDIT_FAIL_MOVE)->notify,
                         who ? WIRE_IKE_N_UNACCEPTABLE_ADDRESSES : WIRE_IKE_N_UNEXPECTED_NAT_DETECTED);
        assert_remote(child_of(p, 1), "192.0.2.1");
        pair_free(p);
    }
}

static void a_move_under_loss_arrives(void **state)
{
    (void)state;
    struct pair *p = mobile_up();
    p->drop[1] = true;
    caller_moves(p, "192.0.2.77");
    pair_run(p, 2);
    caller_moves(p, "192.0.2.78"); /* on it goes, before anything is answered */
    p->drop[1] = false;
    pair_run(p, 10);
    assert_remote(child_of(p, 1), "192.0.2.78");
    assert_false(sa_of(p, 1)->mobike.is_unproved);
    pair_check_one(p);
    pair_free(p);
}

/* The one that does not decide tells from where it is now; the caller goes there. */
static void who_is_called_and_loses_its_address_says_where_it_is(void **state)
{
    (void)state;
    struct pair *p = mobile_up();
    p->h[1].addr = pair_addr("198.51.100.9");
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_PLACES});
    pair_settle(p);
    assert_remote(child_of(p, 0), "198.51.100.9");
    assert_true(base_addr_equal(&child_of(p, 1)->path.local.addr, &p->h[1].addr));
    pair_check_one(p);
    pair_free(p);
}

/* The path MTU, a liveness check or a rekey of the peer's may be under way. */
static void a_request_that_is_out_goes_on_from_the_new_place(void **state)
{
    (void)state;
    struct pair *p = mobile_up();
    p->drop[0] = true;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    p->drop[0] = false;
    caller_moves(p, "192.0.2.77");
    pair_run(p, 1);
    assert_remote(child_of(p, 1), "192.0.2.77");
    pair_run(p, 8);
    pair_check_one(p);
    assert_int_equal(p->h[0].n_children, 2); /* rekeyed, too */
    pair_free(p);
}

/* The time at the old place is no reason to give up at the new one. */
static void a_request_has_all_its_tries_at_the_new_place(void **state)
{
    (void)state;
    struct pair *p = mobile_up();
    p->drop[0] = true;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    for (int i = 0; sa_of(p, 0)->req.tries < 3; i++) {
        assert_int_not_equal(i, 60);
        pair_run(p, 1);
    }
    caller_moves(p, "192.0.2.77"); /* the last copy is lost, too */
    pair_run(p, 2);
    p->drop[0] = false;
    pair_run(p, 10);
    assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_IKE_UP), 1);
    assert_remote(child_of(p, 1), "192.0.2.77");
    pair_check_one(p);
    pair_free(p);
}

/* The peer rekeys the IKE SA and does not get our answer: it knows the old one only, at our old place. */
static void a_move_is_said_under_keys_that_the_peer_has(void **state)
{
    (void)state;
    struct pair *p = mobile_up();
    p->drop[0] = true;
    assert_int_equal(
        pair_event(p, 1, (struct ike_event){.type = IKE_EV_REKEY, .name = "a", .rekey_ike = true}), 0);
    assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_IKE_REKEYED), 1);
    p->dead_addr = p->h[0].addr;
    p->drop[0] = false;
    caller_moves(p, "192.0.2.77");
    pair_run(p, 10);
    assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_IKE_UP), 1);
    assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_IKE_REKEYED), 1);
    assert_remote(child_of(p, 1), "192.0.2.77");
    pair_run(p, 60); /* the old SA goes on both sides */
    pair_check_one(p);
    pair_free(p);
}

/* Nobody answers where we were; with MOBIKE or without, the next call is made at once. */
static void a_call_whose_address_is_gone_is_made_anew_from_another(void **state)
{
    (void)state;
    for (int messages = 0; messages < 4; messages++) {
        struct pair *p = pair_new();
        p->h[0].conf->conns[0].start = true;
        p->h[0].conf->conns[0].retransmit_ms = 9000;
        pair_start(p);
        p->hold = true;
        pair_run(p, 1);
        for (int i = 0; i < messages; i++)
            pair_deliver_one(p);
        p->dead_addr = p->h[0].addr;
        p->hold = false;
        p->head = p->tail = 0;
        caller_moves(p, "192.0.2.77");
        pair_run(p, 1);
        assert_int_equal(pair_live(&p->h[0]), 1);
        assert_remote(child_of(p, 1), "192.0.2.77");
        assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_MOVED), 1);
        pair_run(p, 60);
        assert_int_equal(pair_stats(p, 0).ike_sas, 1);
        pair_free(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_agreed_on_where_both_want_it_and_moves_ike_to_port_4500),
        cmocka_unit_test(a_caller_with_another_address_takes_its_children_along),
        cmocka_unit_test(an_address_more_is_told_by_either_side_and_moves_nothing),
        cmocka_unit_test(without_it_an_sa_ends_with_our_address_and_the_peer_is_called_anew),
        cmocka_unit_test(no_child_goes_to_a_place_that_is_not_proved),
        cmocka_unit_test(a_place_where_nobody_answers_ends_the_sa_and_gets_no_child),
        cmocka_unit_test(an_answer_without_the_number_ends_the_sa),
        cmocka_unit_test(a_caller_that_gets_behind_a_nat_and_out_again_changes_the_way_of_esp),
        cmocka_unit_test(a_nat_that_forgets_is_noticed_by_the_next_liveness_check),
        cmocka_unit_test(a_nat_that_forgets_around_a_rekey_is_noticed),
        cmocka_unit_test(only_who_decides_moves_it),
        cmocka_unit_test(a_peer_that_answers_at_another_of_its_addresses_is_gone_to),
        cmocka_unit_test(a_path_that_the_connection_does_not_allow_is_refused_and_told),
        cmocka_unit_test(who_is_refused_where_it_was_already_stays_there),
        cmocka_unit_test(a_nat_on_the_new_path_is_refused_where_encapsulation_is_never),
        cmocka_unit_test(a_move_under_loss_arrives),
        cmocka_unit_test(who_is_called_and_loses_its_address_says_where_it_is),
        cmocka_unit_test(a_request_that_is_out_goes_on_from_the_new_place),
        cmocka_unit_test(a_request_has_all_its_tries_at_the_new_place),
        cmocka_unit_test(a_move_is_said_under_keys_that_the_peer_has),
        cmocka_unit_test(a_call_whose_address_is_gone_is_made_anew_from_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
