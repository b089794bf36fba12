/* SPDX-License-Identifier: BSD-3-Clause */
/* Transport mode, as both sides see it through each kind of NAT (RFC 7296 2.23.1). */
#include "ike_hosts.h"

#include "crypt_proposal.h"
#include "ike_core.h"
#include "ikev2_children.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"
#include "ikev2_task.h"
#include "ikev2_wish.h"
#include "wire_ike.h"

static void addresses_are_put_in_place_behind_each_kind_of_nat(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        const bool has_nat = i & 1, has_dnat = i & 2;
        const char *a_seen = has_nat ? A_SEEN : A, *b_seen = has_dnat ? B_SEEN : B;
        struct pair *p = hosts(has_nat, has_dnat);
        pair_start(p);
        pair_connect(p);
        pair_check_one(p);
        assert_ends(&p->h[0], A, b_seen, a_seen, B);
        assert_ends(&p->h[1], B, a_seen, b_seen, A);
        pair_free(p);
    }
}

static void a_rekeying_by_either_side_keeps_mode_and_addresses(void **state)
{
    (void)state;
    for (int side = 0; side < 2; side++) {
        struct pair *p = hosts(true, true);
        pair_start(p);
        pair_connect(p);
        const uint32_t before = live_pair(&p->h[side])->spi_in;
        p->h[side].ike->v2->first->children->want_rekey = true;
        ikev2_sa_touch(p->h[side].ike, p->h[side].ike->v2->first);
        ike_on_timer(p->h[side].ike, p->now);
        pair_run(p, 10);
        pair_check_one(p);
        assert_int_not_equal(live_pair(&p->h[side])->spi_in, before);
        assert_ends(&p->h[0], A, B_SEEN, A_SEEN, B);
        assert_ends(&p->h[1], B, A_SEEN, B_SEEN, A);
        pair_free(p);
    }
}

/* Networks that have the host's address are for it alone; those that have not are left out. */
static void networks_of_the_configuration_come_down_to_the_host(void **state)
{
    (void)state;
    struct pair *p = hosts(true, false);
    struct ike_child_conf *c = &p->h[1].conf->conns[0].children[0];
    pair_ts_only(&c->remote_ts, "203.0.113.0/24");
    pair_ts(&c->remote_ts, "10.0.0.0/8");
    pair_ts_only(&c->local_ts, "0.0.0.0/0");
    pair_start(p);
    pair_connect(p);
    assert_ends(&p->h[1], B, A_SEEN, B, A);
    pair_free(p);
}

/* ---- addresses that are another host's ---- */

#define OTHER "203.0.113.8"

/* a and b with a child in transport mode by this proposal, a behind a NAT. */
static struct pair *hosts_of(const char *esp)
{
    struct pair *p = hosts(true, false);
    char why[200] = "";
    for (int i = 0; i < 2; i++) {
        struct ike_child_conf *c = &p->h[i].conf->conns[0].children[0];
        if (crypt_proposal_parse(esp, CRYPT_PROTOCOL_ESP, &c->proposals[0], why, sizeof why) != 0)
            fail_msg("%s: %s", esp, why);
        c->n_proposals = 1;
    }
    pair_start(p);
    pair_connect(p);
    pair_check_one(p);
    return p;
}

/* The same without a key exchange of the child's own, and what is sent is held from now on. */
static struct pair *hosts_held(void)
{
    struct pair *p = hosts_of("aes128gcm16");
    p->hold = true;
    return p;
}

static void rekeys(struct pair *p, int side)
{
    pair_event(p, side, (struct ike_event){.type = IKE_EV_REKEY, .name = side ? "a" : "b"});
}

/* a sends what nobody has answered once more, from this address. */
static void a_repeats_from(struct pair *p, const char *addr)
{
    p->nat_addr = pair_addr(addr);
    p->now = base_time_add(p->now, 2 * BASE_NS_PER_S);
    ike_on_timer(p->h[0].ike, p->now);
    pair_drain(p);
    pair_deliver_one(p);
}

static void assert_told(const struct pair *p, int host, size_t times, const char *what)
{
    assert_int_equal(pair_count(&p->h[host], IKE_AUDIT_FAIL_TRANSPORT), times);
    if (times)
        assert_string_equal(pair_audit(&p->h[host], IKE_AUDIT_FAIL_TRANSPORT)->what, what);
}

#define MOVED      "a child in transport mode was asked for at more than one address, or the peer moved meanwhile"
#define NOT_PROVED "the peer asked for transport mode from an address that it has not proved"

/* The request bears the name of another host; the sender is not there, and asks again from where it is. */
static void the_answer_that_makes_a_child_goes_to_its_address_alone(void **state)
{
    (void)state;
    for (int has_more = 0; has_more < 2; has_more++) { /* key exchanges, before there is a child */
        struct pair *p = hosts_of(has_more ? "aes128gcm16-x25519-ke1_mlkem768" : "aes128gcm16-x25519");
        p->hold = true;
        p->nat_addr = pair_addr(OTHER);
        rekeys(p, 0);
        p->drop[1] = true;
        pair_deliver_one(p);
        assert_int_equal(p->h[1].n_children, has_more ? 1 : 2);
        p->nat_shift = 3; /* the same address by another mapping */
        a_repeats_from(p, OTHER);
        assert_int_equal(pair_stats(p, 1).duplicates_answered, 1);
        p->drop[1] = false;
        a_repeats_from(p, A_SEEN);
        assert_int_equal(pair_stats(p, 1).duplicates_answered, 1);
        /* There it is refused, and is not lost by that. */
        p->hold = false;
        pair_settle(p);
        assert_int_equal(p->h[0].n_children, 1);
        pair_run(p, 60);
        pair_check_one(p);
        assert_int_equal(p->h[0].n_children, 2);
        assert_ends(&p->h[1], B, A_SEEN, B, A);
        pair_free(p);
    }
}

/* The peer sends by the new child, so it has the answer: what comes from elsewhere is a copy. */
static void a_child_that_is_used_is_not_undone_by_a_copy(void **state)
{
    (void)state;
    for (int is_used = 0; is_used < 2; is_used++) {
        struct pair *p = hosts_held();
        const struct ikev2_sa *sa = p->h[1].ike->v2->first;
        rekeys(p, 0);
        p->drop[1] = true;
        pair_deliver_one(p);
        p->now = base_time_add(p->now, BASE_NS_PER_S / 10);
        struct ike_event ev = {.type = IKE_EV_TRAFFIC, .spi_in = live_pair(&p->h[1])->spi_in};
        ev.last_in = is_used ? p->now : (base_time){0};
        pair_event(p, 1, ev);
        const unsigned sent = p->h[1].sends;
        a_repeats_from(p, OTHER);
        assert_int_equal(p->h[1].sends - sent, is_used ? 0 : 2); /* the refusal, and a DELETE */
        assert_int_equal(ikev2_child_count(sa), is_used ? 2 : 1);
        pair_free(p);
    }
}

/* Of a tunnel nothing depends on where the answer went. */
static void the_answer_that_makes_a_tunnel_goes_where_it_is_asked_for(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->has_nat = true;
    pair_start(p);
    pair_connect(p);
    p->nat_addr = pair_addr(OTHER);
    p->hold = p->drop[1] = true;
    rekeys(p, 0);
    pair_deliver_one(p);
    p->drop[1] = false;
    a_repeats_from(p, A_SEEN);
    assert_int_equal(pair_stats(p, 1).duplicates_answered, 1);
    pair_free(p);
}

/* With MOBIKE no packet moves the SA: it may be at another host's address, and the request comes from the
 * sender's own. */
static void who_asks_from_elsewhere_gets_no_child_in_transport_mode(void **state)
{
    (void)state;
    struct pair *p = hosts(true, false);
    p->h[0].conf->conns[0].mobike = p->h[1].conf->conns[0].mobike = true;
    pair_start(p);
    pair_connect(p);
    pair_run(p, 2);
    pair_check_one(p);
    p->hold = true;
    p->nat_addr = pair_addr(OTHER);
    rekeys(p, 0);
    pair_deliver_one(p);
    assert_int_equal(p->h[1].n_children, 1);
    assert_told(p, 1, 1, NOT_PROVED);
    p->nat_addr = pair_addr(A_SEEN);
    p->hold = false;
    pair_run(p, 60);
    assert_int_equal(p->h[1].n_children, 2);
    pair_check_one(p);
    assert_ends(&p->h[1], B, A_SEEN, B, A);
    pair_free(p);
}

/* Its NAT has forgotten it, and neither end has anything else to say: whichever side finds out, it heals. */
static void a_nat_that_has_moved_a_silent_peer_is_found_out(void **state)
{
    (void)state;
    for (int is_told = 0; is_told < 2; is_told++) {
        struct pair *p = hosts(true, false);
        p->h[0].conf->conns[0].mobike = p->h[1].conf->conns[0].mobike = true;
        p->h[0].conf->conns[0].keepalive = p->h[1].conf->conns[0].keepalive = IKE_KEEPALIVE_FIXED;
        p->h[0].conf->conns[0].dpd_s = p->h[1].conf->conns[0].dpd_s = 0;
        pair_start(p);
        pair_connect(p);
        pair_run(p, 2);
        pair_check_one(p);
        p->nat_addr = pair_addr(OTHER);
        if (!is_told) /* a peer that says nothing of itself */
            p->h[0].ike->v2->first->mobike.is_ours = false;
        rekeys(p, 0);
        struct ikev2_sa *sa = p->h[1].ike->v2->first;
        assert_addr(&sa->path.remote.addr, is_told ? OTHER : A_SEEN);
        if (!is_told) { /* what comes meanwhile does not begin the check anew, whose last copies find it */
            sa->req.tries = 1;
            rekeys(p, 0);
            assert_int_equal(sa->req.tries, 1);
        }
        pair_run(p, 60);
        pair_check_one(p);
        assert_int_equal(p->h[1].n_children, 2);
        assert_ends(&p->h[1], B, OTHER, B, A);
        pair_free(p);
    }
}

/* It said that it moved, and has not shown yet that it receives there (RFC 4555 3.7). */
static void who_has_not_proved_its_new_address_gets_none(void **state)
{
    (void)state;
    struct pair *p = hosts_held();
    p->h[1].ike->v2->first->mobike.is_unproved = true;
    rekeys(p, 0);
    pair_deliver_one(p);
    assert_int_equal(p->h[1].n_children, 1);
    assert_told(p, 1, 1, NOT_PROVED);
    pair_free(p);
}

/* Who has the answer to IKE_SA_INIT has the keys of the first child, whatever address IKE_AUTH bears. */
static void a_first_child_is_for_the_address_that_began(void **state)
{
    (void)state;
    struct pair *p = hosts(true, false);
    pair_start(p);
    p->hold = true;
    pair_connect(p);
    pair_deliver_one(p);
    p->nat_addr = pair_addr(OTHER); /* the NAT has several: what follows goes by another one */
    pair_deliver_one(p);
    pair_deliver_one(p);
    assert_int_equal(pair_stats(p, 1).established, 1);
    assert_int_equal(p->h[1].n_children, 0);
    assert_told(p, 1, 1, NOT_PROVED);
    /* An exchange of its own shows that it receives there. */
    p->hold = false;
    pair_run(p, 20);
    pair_check_one(p);
    assert_ends(&p->h[1], B, OTHER, B, A);
    pair_free(p);
}

/* b has refused a's first child, as IKE_AUTH came by another address of the NAT; a has heard it. */
static struct pair *hosts_put_off(enum ike_start start)
{
    struct pair *p = hosts(true, false);
    p->h[0].conf->conns[0].children[0].start = p->h[1].conf->conns[0].children[0].start = start;
    pair_start(p);
    p->hold = true;
    pair_connect(p);
    pair_deliver_one(p);
    p->nat_addr = pair_addr(OTHER);
    for (int i = 0; i < 3; i++)
        pair_deliver_one(p);
    assert_int_equal(pair_audit(&p->h[1], IKE_AUDIT_FAIL_TRANSPORT)->notify, WIRE_IKE_N_NO_ADDITIONAL_SAS);
    return p;
}

/* What it is refused by ends no IKE SA, and a caller of ours asks again itself, whatever starts its child. */
static void a_first_child_that_is_put_off_is_made_once(void **state)
{
    (void)state;
    static const enum ike_start starts[] = {IKE_START_NONE, IKE_START_START, IKE_START_TRAP};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        struct pair *p = hosts_put_off(starts[i]);
        p->hold = false;
        pair_run(p, 2);
        pair_check_one(p);
        pair_run(p, 60);
        pair_check_one(p);
        assert_int_equal(p->h[1].n_children, 1);
        pair_free(p);
    }
}

/* strongSwan asks only once: then we do. */
static void a_first_child_that_is_put_off_is_asked_for_here(void **state)
{
    (void)state;
    struct pair *p = hosts_put_off(IKE_START_NONE);
    struct ikev2_sa *sa = p->h[0].ike->v2->first;
    p->head = p->tail;
    ikev2_task_done(p->h[0].ike, sa);
    ikev2_wish_none(sa, 0);
    p->hold = false;
    pair_run(p, 3);
    assert_int_equal(p->h[1].n_children, 0);
    pair_run(p, 3);
    pair_check_one(p);
    assert_ends(&p->h[1], B, OTHER, B, A);
    pair_free(p);
}

/* The request waits for its key exchange, and the answer is to go elsewhere meanwhile. */
static void what_waits_is_made_for_the_address_that_its_answer_goes_to(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct pair *p = hosts_of("aes128gcm16-x25519");
        p->hold = p->h[1].hold_jobs = true;
        rekeys(p, 0);
        pair_deliver_one(p);
        assert_int_equal(p->h[1].n_jobs, 1);
        struct ikev2_sa *sa = p->h[1].ike->v2->first;
        if (i) /* its answer goes elsewhere, or the peer has moved */
            (i == 1 ? &sa->peer_task->path : &sa->path)->remote.addr = pair_addr(OTHER);
        p->h[1].n_jobs = 0;
        pair_job(p, 1, p->h[1].jobs[0]);
        pair_drain(p);
        assert_int_equal(p->h[1].n_children, i ? 1 : 2);
        assert_told(p, 1, i > 0, NOT_PROVED);
        pair_free(p);
    }
}

/* We asked where the peer was, and it moves while our key exchange is under way. */
static void what_we_ask_for_is_for_where_the_peer_is_in_the_end(void **state)
{
    (void)state;
    for (int moves = 0; moves < 2; moves++) {
        struct pair *p = hosts_of("aes128gcm16-x25519");
        p->hold = true;
        rekeys(p, 1);
        pair_deliver_one(p);
        p->h[1].hold_jobs = true;
        pair_deliver_one(p);
        assert_int_equal(p->h[1].n_jobs, 1);
        if (moves)
            p->h[1].ike->v2->first->path.remote.addr = pair_addr(OTHER);
        p->h[1].n_jobs = 0;
        pair_job(p, 1, p->h[1].jobs[0]);
        pair_drain(p);
        assert_int_equal(p->h[1].n_children, moves ? 1 : 2);
        assert_told(p, 1, moves, MOVED);
        pair_free(p);
    }
}

/* We ask, and the answer comes from another host's address. */
static void what_we_ask_for_is_not_taken_from_elsewhere(void **state)
{
    (void)state;
    struct pair *p = hosts_held();
    rekeys(p, 1);
    p->nat_addr = pair_addr(OTHER);
    pair_deliver_one(p);
    pair_deliver_one(p);
    assert_addr(&p->h[1].ike->v2->first->path.remote.addr, OTHER);
    assert_int_equal(p->h[1].n_children, 1);
    assert_told(p, 1, 1, MOVED);
    p->hold = false;
    pair_run(p, 60);
    pair_check_one(p);
    assert_ends(&p->h[1], B, OTHER, B, A);
    assert_int_equal(p->h[1].n_children, 2);
    pair_free(p);
}

/* The SA is at another host's address when we ask, and again when the answer comes; a copy of what we asked
 * went to where the peer is. */
static void what_we_asked_at_two_addresses_is_not_taken(void **state)
{
    (void)state;
    for (int copies = 0; copies < 2; copies++) {
        struct pair *p = hosts_held();
        struct ikev2_sa *sa = p->h[1].ike->v2->first;
        p->nat_addr = sa->path.remote.addr = pair_addr(OTHER);
        p->drop[1] = copies;
        rekeys(p, 1);
        p->drop[1] = false;
        if (copies) {
            p->nat_addr = sa->path.remote.addr = pair_addr(A_SEEN);
            p->now = base_time_add(p->now, 2 * BASE_NS_PER_S);
            ike_on_timer(p->h[1].ike, p->now);
            pair_drain(p);
            p->nat_addr = sa->path.remote.addr = pair_addr(OTHER);
        }
        pair_deliver_one(p);
        pair_deliver_one(p);
        assert_int_equal(p->h[1].n_children, copies ? 1 : 2);
        assert_told(p, 1, copies, MOVED);
        pair_free(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_put_in_place_behind_each_kind_of_nat),
        cmocka_unit_test(a_rekeying_by_either_side_keeps_mode_and_addresses),
        cmocka_unit_test(networks_of_the_configuration_come_down_to_the_host),
        cmocka_unit_test(the_answer_that_makes_a_child_goes_to_its_address_alone),
        cmocka_unit_test(a_child_that_is_used_is_not_undone_by_a_copy),
        cmocka_unit_test(the_answer_that_makes_a_tunnel_goes_where_it_is_asked_for),
        cmocka_unit_test(who_asks_from_elsewhere_gets_no_child_in_transport_mode),
        cmocka_unit_test(a_nat_that_has_moved_a_silent_peer_is_found_out),
        cmocka_unit_test(who_has_not_proved_its_new_address_gets_none),
        cmocka_unit_test(a_first_child_is_for_the_address_that_began),
        cmocka_unit_test(a_first_child_that_is_put_off_is_made_once),
        cmocka_unit_test(a_first_child_that_is_put_off_is_asked_for_here),
        cmocka_unit_test(what_waits_is_made_for_the_address_that_its_answer_goes_to),
        cmocka_unit_test(what_we_ask_for_is_for_where_the_peer_is_in_the_end),
        cmocka_unit_test(what_we_ask_for_is_not_taken_from_elsewhere),
        cmocka_unit_test(what_we_asked_at_two_addresses_is_not_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
