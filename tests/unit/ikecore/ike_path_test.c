/* SPDX-License-Identifier: BSD-3-Clause */
/* Paths: equal ones, and the one to a peer that is called. */
#include "ike_pair.h"
#include "ike_core.h"
#include "ike_path.h"

static void a_path_is_its_two_ends(void **state)
{
    (void)state;
    const struct ike_path a = {{base_addr_ip4(1), 500}, {base_addr_ip4(2), 500}, false};
    struct ike_path b = a;
    assert_true(ike_path_equal(&a, &b));
    b.remote.port = 4500;
    assert_false(ike_path_equal(&a, &b));
    b = a;
    b.local.addr = base_addr_ip4(3);
    assert_false(ike_path_equal(&a, &b));
    b = a;
    b.tcp = true;
    assert_false(ike_path_equal(&a, &b));
}

static void a_peer_is_called_from_an_address_of_ours_on_the_port_that_fits(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    pair_start(p);
    struct ike_conn_conf c = p->h[0].conf->conns[0];
    struct ike_path path;
    assert_int_equal(ike_path_to_peer(p->h[0].ike, &c, &c.remote_addr, &path), 0);
    assert_true(base_addr_equal(&path.local.addr, &p->h[0].addr));
    assert_int_equal(path.local.port, 500);
    assert_false(path.natt);
    c.remote_port = 4500;
    c.n_local_addrs = 2;
    c.local_addrs[0] = pair_addr("2001:db8::1"); /* not of the peer's family */
    c.local_addrs[1] = pair_addr("192.0.2.77");
    assert_int_equal(ike_path_to_peer(p->h[0].ike, &c, &c.remote_addr, &path), 0);
    assert_true(base_addr_equal(&path.local.addr, &c.local_addrs[1]));
    assert_int_equal(path.local.port, 4500);
    assert_true(path.natt);
    pair_free(p);
}

static void the_headers_before_a_message_are_known(void **state)
{
    (void)state;
    struct ike_path path = {{base_addr_ip4(1), 500}, {base_addr_ip4(2), 500}, false};
    assert_int_equal(ike_path_header_bytes(&path), 20 + 8);
    path.natt = true;
    assert_int_equal(ike_path_header_bytes(&path), 20 + 8 + 4);
    path.remote.addr = pair_addr("2001:db8::1");
    assert_int_equal(ike_path_header_bytes(&path), 40 + 8 + 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_headers_before_a_message_are_known),
        cmocka_unit_test(a_path_is_its_two_ends),
        cmocka_unit_test(a_peer_is_called_from_an_address_of_ours_on_the_port_that_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
