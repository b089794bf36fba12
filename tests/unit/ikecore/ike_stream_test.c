/* SPDX-License-Identifier: BSD-3-Clause */
/* Connections of TCP as the engine asks for them. */
#include "ike_pair.h"

#include "ike_core.h"
#include "ike_stream.h"

static void a_path_becomes_one_of_a_connection_and_its_uses_are_counted(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->has_tcp = true;
    pair_start(p);
    struct ike_path path = {.local.addr = p->h[0].addr, .remote = {p->h[1].addr, 443}};
    assert_int_equal(ike_stream_open(p->h[0].ike, &path), 0);
    assert_true(path.tcp && path.natt && path.local.port == 40000);
    ike_stream_hold(p->h[0].ike, &path);
    ike_stream_hold(p->h[0].ike, &path);
    ike_stream_leave(p->h[0].ike, &path);
    assert_int_equal(p->streams[0].holds[0], 1);
    const struct ike_path udp = {.local = path.local, .remote = path.remote, .natt = true};
    assert_false(ike_path_equal(&udp, &path));
    ike_stream_leave(p->h[0].ike, &udp); /* is none: nothing happens */
    assert_int_equal(p->streams[0].holds[0], 1);
    pair_free(p);
}

static void without_tcp_there_is_none(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    pair_start(p);
    struct ike_path path = {.local.addr = p->h[0].addr, .remote = {p->h[1].addr, 4500}};
    p->h[0].ike->env.stream_open = NULL;
    p->h[0].ike->env.stream_hold = NULL;
    assert_int_equal(ike_stream_open(p->h[0].ike, &path), -ENOTSUP);
    ike_stream_hold(p->h[0].ike, &path);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_becomes_one_of_a_connection_and_its_uses_are_counted),
        cmocka_unit_test(without_tcp_there_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
