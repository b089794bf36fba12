/* SPDX-License-Identifier: BSD-3-Clause */
/* NAT detection, floating to port 4500, forced encapsulation, and following a peer that moves. */
#include "ike_pair.h"

static struct ike_sa_view view(struct pair *p, int i)
{
    struct ike_sa_view v;
    assert_true(ike_show_next(p->h[i].ike, 0, &v));
    return v;
}

static void a_nat_before_the_initiator_moves_both_to_port_4500(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->has_nat = true;
    p->nat_shift = 100;
    pair_start(p);
    pair_connect(p);
    const struct ike_sa_view a = view(p, 0), b = view(p, 1);
    assert_true(a.local_nat && !a.remote_nat && a.way == ESP_WAY_UDP && a.path.natt);
    assert_true(b.remote_nat && !b.local_nat && b.way == ESP_WAY_UDP);
    assert_int_equal(b.path.remote.port, 4600);
    assert_int_equal(p->h[1].children[0].i.pair.way, ESP_WAY_UDP);
    pair_run(p, 61);
    assert_true(p->h[0].keepalives >= 1);
    assert_int_equal(p->h[1].keepalives, 0);
    pair_free(p);
}

static void the_public_address_that_the_peer_dialled_is_told_by_its_hash(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->has_dnat = true;
    p->h[0].conf->conns[0].remote_addr = p->public_addr;
    p->h[1].conf->public_addrs[0] = pair_addr("203.0.113.98");
    p->h[1].conf->public_addrs[1] = p->public_addr;
    p->h[1].conf->n_public_addrs = 2;
    pair_start(p);
    pair_connect(p);
    const struct ike_sa_view b = view(p, 1);
    assert_true(b.local_nat && b.way == ESP_WAY_UDP);
    assert_true(base_addr_equal(&b.public_addr, &p->public_addr));
    assert_true(view(p, 0).remote_nat);
    pair_free(p);
}

static void forced_encapsulation_is_followed_by_the_other_side(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct pair *p = pair_new();
        p->h[i].conf->conns[0].encap = IKE_ENCAP_FORCE;
        pair_start(p);
        pair_connect(p);
        assert_true(view(p, 0).way == ESP_WAY_UDP && view(p, 1).way == ESP_WAY_UDP);
        assert_int_equal(view(p, 1).path.local.port, 4500);
        pair_free(p);
    }
}

static void nat_is_refused_where_encapsulation_is_forbidden(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct pair *p = pair_new();
        p->has_nat = true;
        p->h[i].conf->conns[0].encap = IKE_ENCAP_NEVER;
        pair_start(p);
        pair_connect(p);
        assert_int_equal(pair_live(&p->h[0]) + pair_live(&p->h[1]), 0);
        assert_int_equal(pair_count(&p->h[i], IKE_AUDIT_FAIL_NAT_FORBIDDEN), 1);
        pair_free(p);
    }
}

static void the_first_packet_may_go_to_port_4500(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->h[0].conf->conns[0].remote_port = 4500;
    pair_start(p);
    pair_connect(p);
    assert_int_equal(view(p, 0).path.local.port, 4500);
    assert_int_equal(pair_live(&p->h[1]), 1);
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
        .type = IKE_EV_PEER_MOVED, .spi_in = p->h[1].children[0].i.pair.spi_in, .remote = esp};
    pair_event(p, 1, ev);
    assert_true(base_endpoint_equal(&p->h[1].children[0].path.remote, &esp));
    pair_free(p);
}

/* Whoever copies packets of a peer behind a NAT moves it once a second in the long run. */
static void four_moves_in_a_row_are_followed_at_once_then_one_a_second(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->has_nat = true;
    pair_start(p);
    pair_connect(p);
    struct ike_event ev = {.type = IKE_EV_PEER_MOVED,
                           .spi_in = p->h[1].children[0].i.pair.spi_in,
                           .remote = {pair_addr("203.0.113.8"), 5000}};
    const uint64_t begin = p->now.ns;
    for (unsigned i = 0; i < 30; i++) {
        p->now.ns = begin + i * BASE_NS_PER_S / 10;
        ev.remote.port++;
        pair_event(p, 1, ev);
        assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_PEER_MOVED), i < 3 ? i + 1 : 4 + i / 10);
        if (i < 4 || i % 10 == 0)
            assert_true(base_endpoint_equal(&p->h[1].children[0].path.remote, &ev.remote));
    }
    pair_free(p);
}

/* A NAT appears before a, which had none: its packets come from there, and so does its answer. */
static void a_peer_without_a_nat_is_followed_when_it_answers_from_there(void **state)
{
    (void)state;
    for (int by_esp = 0; by_esp < 2; by_esp++) {
        struct pair *p = pair_up();
        const struct base_endpoint there = {p->nat_addr, 500};
        p->has_nat = true;
        if (by_esp)
            pair_event(p, 1,
                       (struct ike_event){.type = IKE_EV_PEER_MOVED,
                                          .spi_in = p->h[1].children[0].i.pair.spi_in,
                                          .remote = there});
        else
            pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
        pair_run(p, 6);
        assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_PEER_MOVED), 1);
        assert_true(base_endpoint_equal(&p->h[1].children[by_esp ? 0 : 1].path.remote, &there));
        pair_check_one(p);
        pair_free(p);
    }
}

/* Copies of a's packets come from elsewhere, before the packets themselves. */
static void a_copy_from_elsewhere_moves_no_peer_that_has_no_nat(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    const struct base_endpoint evil = {pair_addr("203.0.113.66"), 500};
    p->hold = true;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    p->queue[p->head].path.remote = evil;
    p->drop[1] = true; /* nobody is there; a is asked where it was a little later */
    p->hold = false;
    pair_run(p, 2);
    p->drop[1] = false;
    pair_run(p, 30);
    const struct ike_event esp = {
        .type = IKE_EV_PEER_MOVED, .spi_in = p->h[1].children[1].i.pair.spi_in, .remote = evil};
    p->drop[1] = true;
    pair_event(p, 1, esp);
    pair_run(p, 2);
    p->drop[1] = false;
    pair_run(p, 10);
    assert_null(pair_audit(&p->h[1], IKE_AUDIT_PEER_MOVED));
    assert_null(pair_audit(&p->h[1], IKE_AUDIT_IKE_DOWN));
    for (size_t i = 0; i < p->h[1].n_children; i++)
        assert_true(base_addr_equal(&p->h[1].children[i].path.remote.addr, &p->h[0].addr));
    pair_check_one(p);
    pair_free(p);
}

/* Who copies an answer that went the right way may not claim it for another place. */
static void a_copied_answer_proves_no_move(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    const struct base_endpoint evil = {pair_addr("203.0.113.66"), 500};
    const struct ike_event esp = {
        .type = IKE_EV_PEER_MOVED, .spi_in = p->h[1].children[0].i.pair.spi_in, .remote = evil};
    p->drop[1] = true;
    pair_event(p, 1, esp);
    pair_run(p, 1); /* two copies went there, unanswered */
    p->drop[1] = false;
    p->hold = true;
    const base_time end = base_time_add(p->now, 3 * BASE_NS_PER_S);
    while (p->tail == p->head && p->now.ns < end.ns)
        pair_run(p, 1); /* then one to a */
    pair_deliver_one(p);
    p->queue[p->head].path.remote = evil; /* of a's answer */
    pair_deliver_one(p);
    p->hold = false;
    pair_settle(p);
    assert_null(pair_audit(&p->h[1], IKE_AUDIT_PEER_MOVED));
    assert_true(base_addr_equal(&p->h[1].children[0].path.remote.addr, &p->h[0].addr));
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_nat_before_the_initiator_moves_both_to_port_4500),
        cmocka_unit_test(the_public_address_that_the_peer_dialled_is_told_by_its_hash),
        cmocka_unit_test(forced_encapsulation_is_followed_by_the_other_side),
        cmocka_unit_test(nat_is_refused_where_encapsulation_is_forbidden),
        cmocka_unit_test(the_first_packet_may_go_to_port_4500),
        cmocka_unit_test(the_peer_is_followed_through_a_new_mapping),
        cmocka_unit_test(four_moves_in_a_row_are_followed_at_once_then_one_a_second),
        cmocka_unit_test(a_peer_without_a_nat_is_followed_when_it_answers_from_there),
        cmocka_unit_test(a_copy_from_elsewhere_moves_no_peer_that_has_no_nat),
        cmocka_unit_test(a_copied_answer_proves_no_move),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
