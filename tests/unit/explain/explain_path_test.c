/* SPDX-License-Identifier: BSD-3-Clause */
/* Moves that are refused, in words. */
#include "ike_pair.h"

#include "explain.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

static void a_peer_at_a_place_that_is_not_allowed_is_told_with_the_cure(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike *ike = p->h[1].ike;
    const struct ike_path to = {{pair_addr("198.51.100.1"), 4500}, {pair_addr("203.0.113.5"), 4500}, true};
    explain_move(ike, ikev2_sa_about(ike->v2->first), &to);
    pair_drain(p);
    const struct ike_audit *a = pair_audit(&p->h[1], IKE_AUDIT_FAIL_MOVE);
    assert_non_null(a);
    assert_string_equal(a->what, "the peer moves to 203.0.113.5, and calls us at 198.51.100.1 there");
    assert_string_equal(a->why, "The connection does not allow this pair of addresses (remote.from, "
                                "local.address), so the tunnel stays where it was, and ends when nobody "
                                "answers there any more.");
    assert_string_equal(a->fix_here, "connections.a.remote.from: add \"203.0.113.5\", and local.address: "
                                     "\"198.51.100.1\" or \"any\"");
    pair_free(p);
}

static void what_the_peer_has_against_our_move_is_told(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike *ike = p->h[0].ike;
    explain_move_refused(ike, ikev2_sa_about(ike->v2->first), WIRE_IKE_N_UNACCEPTABLE_ADDRESSES);
    pair_drain(p);
    const struct ike_audit *a = pair_audit(&p->h[0], IKE_AUDIT_FAIL_MOVE);
    assert_non_null(a);
    assert_string_equal(a->what, "198.51.100.1:500 answered UNACCEPTABLE_ADDRESSES (40) when we moved to "
                                 "192.0.2.1:500");
    assert_non_null(strstr(a->fix_peer, "strongSwan: remote_addrs"));
    pair_run(p, 11);
    ike_on_timer(ike, p->now);
    explain_move_refused(ike, ikev2_sa_about(ike->v2->first), WIRE_IKE_N_UNEXPECTED_NAT_DETECTED);
    pair_drain(p);
    a = pair_audit(&p->h[0], IKE_AUDIT_FAIL_MOVE);
    assert_string_equal(a->fix_here, "connections.b.encapsulation: \"auto\"");
    pair_free(p);
}

static void gateways_that_send_us_around_are_told(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike *ike = p->h[0].ike;
    explain_redirects(ike, ikev2_sa_about(ike->v2->first), "gw2.example.org");
    pair_drain(p);
    const struct ike_audit *a = pair_audit(&p->h[0], IKE_AUDIT_FAIL_REDIRECT);
    assert_non_null(a);
    assert_string_equal(a->what, "198.51.100.1:500 sends us to gw2.example.org");
    assert_string_equal(a->fix_here, "connections.b.follow_redirect: false, and an address that takes us");
    pair_free(p);
}

static void a_connection_of_tcp_that_did_not_come_up_is_told_with_the_cure(void **state)
{
    (void)state;
    static const struct {
        int error;
        const char *why, *words;
    } all[] = {{-ECONNREFUSED, NULL, "the peer does not listen for IKE over TCP"},
               {-ETIMEDOUT, "nobody answered the call", "a firewall drops this TCP port"},
               {-ECONNRESET, "Connection reset by peer", "was broken off"},
               {-EMFILE, NULL, "as many TCP connections as limits allow"},
               {0, "the peer closed it", "By UDP nobody answered either"}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct pair *p = pair_new();
        p->h[0].conf->conns[0].tcp = IKE_TCP_FALLBACK;
        pair_start(p);
        struct ike *ike = p->h[0].ike;
        const struct ike_path path = {{p->h[0].addr, 40000}, {p->h[1].addr, 4500}, true, true};
        explain_tcp(ike, (struct explain_about){.path = &path, .conn = &ike->conf->conns[0]}, all[i].error,
                    all[i].why);
        pair_drain(p);
        const struct ike_audit *a = pair_audit(&p->h[0], IKE_AUDIT_FAIL_TCP);
        assert_non_null(a);
        assert_non_null(strstr(a->what, "IKE over TCP (RFC 9329) with 198.51.100.1:4500: "));
        assert_non_null(strstr(a->why, all[i].words));
        assert_non_null(strstr(a->why, "By UDP nobody answered either; that is tried again first."));
        pair_free(p);
    }
}

static void a_stranger_who_speaks_otherwise_by_tcp_is_told_once(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    const struct ike_path path = {{p->h[1].addr, 443}, {p->nat_addr, 40000}, true, true};
    for (int i = 0; i < 3; i++)
        explain_tcp_refused(p->h[1].ike, &path, "it speaks HTTP");
    pair_drain(p);
    assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_FAIL_TCP), 1);
    assert_string_equal(pair_audit(&p->h[1], IKE_AUDIT_FAIL_TCP)->what,
                        "a TCP connection from 203.0.113.7:40000 to our port 443 was closed: it speaks HTTP");
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_peer_at_a_place_that_is_not_allowed_is_told_with_the_cure),
        cmocka_unit_test(gateways_that_send_us_around_are_told),
        cmocka_unit_test(what_the_peer_has_against_our_move_is_told),
        cmocka_unit_test(a_connection_of_tcp_that_did_not_come_up_is_told_with_the_cure),
        cmocka_unit_test(a_stranger_who_speaks_otherwise_by_tcp_is_told_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
