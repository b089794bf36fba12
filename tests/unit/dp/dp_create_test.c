/* SPDX-License-Identifier: BSD-3-Clause */
/* Which parameters a data path is made of, and the sentence for those that it is not. */
#include "dp_way.h"
#include "dp_worker.h"

static struct sad *sad;

static struct dp_params params_make(void)
{
    rig_eal();
    const struct sad_params sp = {
        .max_sas = 64, .workers = 1, .socket = -1, .tsc_hz = RIG_HZ, .esp = rig_esp, .rng = rig_rng};
    sad = sad_create(&sp);
    assert_non_null(sad);
    struct dp_params p = {.n_ports = 1, .workers = 1, .sad = sad, .pool = rig_pool, .tsc_hz = RIG_HZ};
    p.ports[0] = rig_port("in", DP_ROLE_BOTH, "10.1.0.1/24", "fd00:1::1/64", 1);
    return p;
}

static void refused(const struct dp_params *p, const char *why)
{
    char got[128] = "";
    assert_null(dp_create(p, got, sizeof got));
    assert_non_null(strstr(got, why));
    assert_null(dp_create(p, NULL, 0));
}

static void each_parameter_out_of_range_has_its_sentence(void **state)
{
    const struct dp_params good = params_make();
    struct dp_params p = good;
    p.n_ports = DP_PORTS_MAX + 1;
    refused(&p, "too many ports");
    p = good;
    p.workers = 0;
    refused(&p, "number of workers");
    p.workers = DP_WORKERS_MAX + 1;
    refused(&p, "number of workers");
    p = good;
    p.sad = NULL;
    refused(&p, "are needed");
    p = good;
    p.pool = NULL;
    refused(&p, "are needed");
    p = good;
    p.tsc_hz = 0;
    refused(&p, "are needed");
    p = good;
    p.ports[0].mtu = 575;
    refused(&p, "MTU");
    p.ports[0].mtu = 9217;
    refused(&p, "MTU");
    p = good;
    p.ports[0].port_id = 0;
    p.ports[0].rx_queues = 0;
    refused(&p, "no queue");
    p.ports[0].rx_queues = 1;
    p.ports[0].tx_queues = 0;
    refused(&p, "no queue");
    p.ports[0].tx_queues = 1;
    p.ports[0].rx_queues = DP_POLLS_MAX + 1;
    refused(&p, "more receive queues than the workers can poll");
    sad_free(sad);
}

static void queues_are_dealt_out_to_workers(void **state)
{
    struct dp_params p = params_make();
    const struct sad_params sp = {
        .max_sas = 64, .workers = 2, .socket = -1, .tsc_hz = RIG_HZ, .esp = rig_esp, .rng = rig_rng};
    struct sad *two = sad_create(&sp);
    p.sad = two;
    p.workers = 2;
    p.ports[0].port_id = 0;
    p.ports[0].rx_queues = 5;
    struct dp *dp = dp_create(&p, NULL, 0);
    assert_non_null(dp);
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(dp->workers[i % 2]->polls[i / 2].queue, i);
    assert_int_equal(dp->workers[0]->n_polls, 3);
    assert_int_equal(dp->workers[1]->n_polls, 2);
    dp_free(dp);
    sad_free(two);
    sad_free(sad);
}

static void a_route_to_no_port_is_refused_whole(void **state)
{
    struct dp_params p = params_make();
    const struct dp_route route = {.port = 1};
    p.routes = &route;
    p.n_routes = 1;
    refused(&p, "names no port");
    sad_free(sad);
}

static void more_own_addresses_than_fit_are_refused(void **state)
{
    struct dp_params p = params_make();
    p.n_ports = 3;
    for (uint16_t i = 0; i < 3; i++) {
        p.ports[i] = p.ports[0];
        p.ports[i].n_addrs = i < 2 ? DP_PORT_ADDRS_MAX : 1;
        for (unsigned a = 0; a < DP_PORT_ADDRS_MAX; a++)
            assert_int_equal(
                base_prefix_parse_host(rig_text("10.1.%u.1/32", i * 16 + a), &p.ports[i].addrs[a]), 0);
    }
    refused(&p, "too many own addresses");
    p.n_ports = 2;
    struct dp *dp = dp_create(&p, NULL, 0);
    assert_non_null(dp);
    dp_free(dp);
    sad_free(sad);
}

static void the_smallest_and_the_largest_mtu_are_fine(void **state)
{
    static const uint16_t all[] = {576, 9216};
    for (size_t i = 0; i < 2; i++) {
        struct dp_params p = params_make();
        p.ports[0].mtu = all[i];
        struct dp *dp = dp_create(&p, NULL, 0);
        assert_non_null(dp);
        dp_free(dp);
        sad_free(sad);
    }
}

static void without_ports_there_is_a_worker_with_nothing_to_do(void **state)
{
    struct dp_params p = params_make();
    p.n_ports = 0;
    struct dp *dp = dp_create(&p, NULL, 0);
    assert_non_null(dp);
    assert_non_null(dp_worker(dp, 0));
    assert_null(dp_worker(dp, 1));
    dp_worker_online(dp_worker(dp, 0));
    assert_false(dp_turn(dp_worker(dp, 0)));
    dp_worker_offline(dp_worker(dp, 0));
    dp_free(dp);
    sad_free(sad);
    dp_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_parameter_out_of_range_has_its_sentence),
        cmocka_unit_test(queues_are_dealt_out_to_workers),
        cmocka_unit_test(a_route_to_no_port_is_refused_whole),
        cmocka_unit_test(more_own_addresses_than_fit_are_refused),
        cmocka_unit_test(the_smallest_and_the_largest_mtu_are_fine),
        cmocka_unit_test(without_ports_there_is_a_worker_with_nothing_to_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
