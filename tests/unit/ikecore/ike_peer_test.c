/* SPDX-License-Identifier: BSD-3-Clause */
/* Which connection a peer belongs to: narrowed by address, decided by the pair of identities. */
#include "ike_pair.h"
#include "ike_peer.h"

static struct ike_path from(const char *remote)
{
    return (struct ike_path){.local = {pair_addr("198.51.100.1"), 500}, .remote = {pair_addr(remote), 500}};
}

static void an_address_narrows_down_and_never_decides(void **state)
{
    (void)state;
    struct ike_conf *conf = pair_conf("a", "@us", "@them", "key", "10.1.0.0/16", "10.2.0.0/16");
    struct ike_conn_conf *c = &conf->conns[0];
    const struct ike_path here = from("203.0.113.5"), there = from("192.0.2.5");
    c->remote_addr = pair_addr("192.0.2.1"); /* where to call is no reason to refuse */
    assert_true(ike_peer_is_candidate(c, &here));
    assert_int_equal(base_prefix_parse("203.0.113.0/24", &c->remote_from[0]), 0);
    c->n_remote_from = 1;
    assert_true(ike_peer_is_candidate(c, &here));
    assert_false(ike_peer_is_candidate(c, &there));
    c->local_addrs[0] = pair_addr("198.51.100.2");
    c->n_local_addrs = 1;
    assert_false(ike_peer_is_candidate(c, &here));
    ike_conf_put(conf);
}

static void the_pair_decides_and_a_peer_need_not_say_whom_it_wants(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    const struct ike_path path = from("203.0.113.5");
    const struct ike_id a = pair_id("@a"), b = pair_id("@b"), x = pair_id("@x"), none = {0};
    assert_ptr_equal(ike_peer_find(p->h[1].ike, &path, &a, &b), &p->h[1].conf->conns[0]);
    assert_ptr_equal(ike_peer_find(p->h[1].ike, &path, &a, &none), &p->h[1].conf->conns[0]);
    assert_null(ike_peer_find(p->h[1].ike, &path, &a, &x));
    assert_null(ike_peer_find(p->h[1].ike, &path, &x, &b));
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_narrows_down_and_never_decides),
        cmocka_unit_test(the_pair_decides_and_a_peer_need_not_say_whom_it_wants),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
