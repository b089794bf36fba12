/* SPDX-License-Identifier: BSD-3-Clause */
/* Records of identities: who is in which list, in which order, and what becomes of a record that is empty. */
#include "ike_pair.h"
#include "ikev2_peer.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

/* An SA that came up with the peer of the pair's connection, called by it or by us. */
static struct ikev2_sa *come_up(struct pair *p, bool is_caller)
{
    struct ike *ike = p->h[1].ike;
    const struct ikev2_sa *like = ike->v2->first;
    struct ikev2_sa *sa = ikev2_sa_new(ike, &like->path, false);
    assert_non_null(sa);
    sa->spi_i = sa->spi_r = ikev2_sa_new_spi(ike);
    assert_true(ikev2_sa_set_remote(ike, sa, like->remote_id));
    sa->is_caller = is_caller;
    ikev2_sa_link(ike, sa);
    ikev2_sa_set_conn(ike, sa, like->conn);
    ikev2_sa_set_state(ike, sa, IKEV2_ST_UP);
    return sa;
}

static struct ikev2_peer *record(struct pair *p)
{
    const struct ikev2_sa *sa = p->h[1].ike->v2->first;
    return sa ? ikev2_peer_of(p->h[1].ike, sa->run, sa->remote_id) : NULL;
}

static void each_sa_is_in_the_list_of_what_it_is(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike *ike = p->h[1].ike;
    struct ikev2_sa *theirs = ike->v2->first, *ours = come_up(p, true);
    const struct ikev2_peer *r = record(p);
    assert_non_null(r);
    assert_int_equal(r->lists[IKEV2_PEER_ALL].count, 2);
    assert_ptr_equal(r->lists[IKEV2_PEER_OURS].first, ours);
    assert_ptr_equal(r->lists[IKEV2_PEER_THEIRS].first, theirs);
    ours->want.close = true;
    ikev2_peer_sort(ours);
    assert_int_equal(r->lists[IKEV2_PEER_OURS].count, 0);
    assert_ptr_equal(r->lists[IKEV2_PEER_CLOSING].last, ours);
    ours->want.close = false;
    ours->quiet = true; /* redundant: in none */
    ikev2_peer_sort(ours);
    assert_int_equal(r->lists[IKEV2_PEER_CLOSING].count, 0);
    assert_int_equal(r->lists[IKEV2_PEER_ALL].count, 2);
    ikev2_sa_kill(ike, ours);
    assert_int_equal(r->lists[IKEV2_PEER_ALL].count, 1);
    pair_free(p);
}

/* Whichever comes back first: as when all go over to a connection of a new configuration. */
static void the_order_is_that_of_coming_up_whatever_the_order_of_entering(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike *ike = p->h[1].ike;
    struct ikev2_sa *sas[4] = {ike->v2->first};
    for (size_t i = 1; i < 4; i++)
        sas[i] = come_up(p, false);
    static const size_t orders[][4] = {{0, 1, 2, 3}, {3, 2, 1, 0}, {2, 0, 3, 1}};
    for (size_t o = 0; o < 3; o++) {
        for (size_t i = 0; i < 4; i++)
            ikev2_peer_leave(ike, sas[i]);
        assert_null(record(p));
        for (size_t i = 0; i < 4; i++)
            ikev2_peer_enter(ike, sas[orders[o][i]]);
        const struct ikev2_peer *r = record(p);
        assert_int_equal(r->lists[IKEV2_PEER_THEIRS].count, 4);
        assert_ptr_equal(r->lists[IKEV2_PEER_THEIRS].last, sas[0]);
        const struct ikev2_sa *sa = NULL;
        for (size_t i = 4; i-- > 0;) {
            sa = ikev2_sa_of_peer(ike, sas[0]->run, sas[0]->remote_id, sa);
            assert_ptr_equal(sa, sas[i]);
        }
        assert_null(ikev2_sa_of_peer(ike, sas[0]->run, sas[0]->remote_id, sa));
    }
    pair_free(p);
}

static void an_empty_record_serves_the_next_identity(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike *ike = p->h[1].ike;
    struct ikev2_sa *sa = ike->v2->first;
    struct ikev2_peer *was = record(p);
    assert_null(ike->v2->peers.spare); /* one for each SA, and it is in use */
    ikev2_peer_leave(ike, sa);
    ikev2_peer_leave(ike, sa);
    assert_ptr_equal(ike->v2->peers.spare, was);
    const struct ike_id other = pair_id("@somebody.else");
    assert_true(ikev2_sa_set_remote(ike, sa, &other));
    ikev2_peer_enter(ike, sa);
    ikev2_peer_enter(ike, sa);
    assert_ptr_equal(record(p), was);
    assert_int_equal(was->lists[IKEV2_PEER_ALL].count, 1);
    assert_null(ike->v2->peers.spare);
    pair_free(p);
}

static void one_that_was_never_up_or_has_ended_does_not_enter(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike *ike = p->h[1].ike;
    const struct ikev2_sa *like = ike->v2->first;
    struct ikev2_sa *sa = ikev2_sa_new(ike, &like->path, false);
    assert_true(ikev2_sa_set_remote(ike, sa, like->remote_id));
    ikev2_sa_set_conn(ike, sa, like->conn);
    assert_null(sa->link.peer.peer);
    ikev2_sa_set_state(ike, sa, IKEV2_ST_UP);
    assert_non_null(sa->link.peer.peer);
    ikev2_sa_kill(ike, sa);
    ikev2_peer_enter(ike, sa);
    assert_null(sa->link.peer.peer);
    assert_int_equal(record(p)->lists[IKEV2_PEER_ALL].count, 1);
    pair_free(p);
}

/* Our IKE_AUTH is out; the peer answers when there is no connection any more. */
static void one_whose_connection_goes_amid_its_handshake_ends(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    struct ike_conf *none = ike_conf_new();
    pair_start(p);
    p->hold = true;
    pair_connect(p);
    while (p->h[0].ike->v2->first->state != IKEV2_ST_I_AUTH)
        pair_deliver_one(p);
    assert_non_null(none);
    ike_conf_seal(none);
    assert_int_equal(pair_event(p, 0, (struct ike_event){.type = IKE_EV_CONF_SWAP, .conf = none}), 0);
    ike_conf_put(none);
    p->hold = false;
    pair_run(p, 8);
    assert_int_equal(pair_stats(p, 0).ike_sas, 0);
    assert_int_equal(pair_stats(p, 1).ike_sas, 0);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_sa_is_in_the_list_of_what_it_is),
        cmocka_unit_test(the_order_is_that_of_coming_up_whatever_the_order_of_entering),
        cmocka_unit_test(an_empty_record_serves_the_next_identity),
        cmocka_unit_test(one_that_was_never_up_or_has_ended_does_not_enter),
        cmocka_unit_test(one_whose_connection_goes_amid_its_handshake_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
