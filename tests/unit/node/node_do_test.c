/* SPDX-License-Identifier: BSD-3-Clause */
/* Each request: what it changes, and with which number it comes back when it cannot. */
#include "node_rig.h"
#include "sad_fast.h"

static void a_pair_seals_once_it_is_active_and_no_longer_than_it_lives(void **state)
{
    const uint32_t spi = rig_install();
    const uint64_t before = rig_drops("no_sa");
    rig_host_sends();
    assert_int_equal(rig_drops("no_sa"), before + 1);
    assert_false(rig_pair_view(spi).is_active);
    assert_int_equal(rig_ask_of_spi(NODE_PAIR_ACTIVATE, spi), 0);
    rig_host_sends();
    struct rte_mbuf *m = rig_went_out(RIG_OUTSIDE);
    assert_non_null(m);
    const uint8_t *esp = rte_pktmbuf_mtod(m, const uint8_t *) + RIG_ETH + RIG_IP + RIG_UDP;
    assert_int_equal((uint32_t)esp[0] << 24 | esp[1] << 16 | esp[2] << 8 | esp[3], spi);
    rte_pktmbuf_free(m);
    assert_int_equal(rig_ask_of_spi(NODE_PAIR_DEACTIVATE, spi), 0);
    assert_false(rig_pair_view(spi).is_active);
    rig_host_sends();
    assert_null(rig_went_out(RIG_OUTSIDE));
    assert_int_equal(rig_drops("no_sa"), before + 2);
    assert_int_equal(rig_ask_of_spi(NODE_PAIR_ACTIVATE, spi), 0);
    assert_int_equal(rig_ask_of_spi(NODE_PAIR_REMOVE, spi), 0);
    rig_host_sends();
    assert_null(rig_went_out(RIG_OUTSIDE));
    assert_int_equal(rig_drops("no_sa"), before + 3);
    assert_int_equal(rig_ask_of_spi(NODE_PAIR_DEACTIVATE, spi), -ENOENT);
    struct node_pair_view v;
    assert_int_equal(node_view_pair(rig_node, spi, &v), -ENOENT);
    assert_int_equal(rig_ask_of_spi(NODE_PAIR_ACTIVATE, spi), -ENOENT);
}

static void a_pair_that_moves_seals_for_the_new_place(void **state)
{
    const uint32_t spi = rig_install();
    struct node_request r = {.type = NODE_PAIR_MOVE, .move = {spi, rig_pair_of(spi).path, ESP_WAY_UDP}};
    assert_int_equal(rig_ask_of_spi(NODE_PAIR_ACTIVATE, spi), 0);
    r.move.path.remote.port = 5000;
    assert_int_equal(rig_ask(&r), 0);
    rig_host_sends();
    struct rte_mbuf *m = rig_went_out(RIG_OUTSIDE);
    assert_non_null(m);
    const uint8_t *udp = rte_pktmbuf_mtod(m, const uint8_t *) + RIG_ETH + RIG_IP;
    assert_int_equal(udp[2] << 8 | udp[3], 5000);
    rte_pktmbuf_free(m);
    assert_int_equal(rig_pair_view(spi).path.remote.port, 5000);
    r = (struct node_request){.type = NODE_PAIR_MOVE,
                              .move = {spi ^ 0x80000000, rig_pair_of(spi).path, ESP_WAY_UDP}};
    assert_int_equal(rig_ask(&r), -ENOENT);
    assert_int_equal(rig_ask_of_spi(NODE_PAIR_REMOVE, spi), 0);
}

static void a_pair_has_the_mtu_of_its_path_within_what_its_port_has(void **state)
{
    struct node_request in = {.type = NODE_PAIR_INSTALL, .pair = rig_pair_of(rig_reserve())};
    const struct base_addr near = rig_ip("198.51.100.1"), far = rig_ip("203.0.113.1");
    const uint32_t spi = in.pair.spi_in;
    const uint16_t port = node_view_mtu(rig_node, &near);
    assert_true(port >= 1500);
    assert_int_equal(node_view_mtu(rig_node, &far), 0);
    in.pair.outer_mtu = 1400;
    assert_int_equal(rig_ask(&in), 0);
    assert_int_equal(rig_pair_view(spi).outer_mtu, 1400);
    static const uint16_t asked[] = {1300, 60, 9216, 0};
    const uint16_t got[] = {1300, 576, port, port};
    for (size_t i = 0; i < 4; i++) {
        struct node_request r = {.type = NODE_PAIR_MTU, .mtu = {spi, asked[i]}};
        assert_int_equal(rig_ask(&r), 0);
        assert_int_equal(rig_pair_view(spi).outer_mtu, got[i]);
    }
    assert_int_equal(rig_ask_of_spi(NODE_PAIR_REMOVE, spi), 0);
    struct node_request r = {.type = NODE_PAIR_MTU, .mtu = {spi, 1400}};
    assert_int_equal(rig_ask(&r), -ENOENT);
}

static void a_pair_that_is_refused_gives_its_spi_back_when_it_is_removed(void **state)
{
    const uint32_t spi = rig_reserve();
    struct node_request r = {.type = NODE_PAIR_INSTALL, .pair = rig_pair_of(spi)};
    r.pair.encr = 99;
    assert_int_equal(rig_ask(&r), -ENOTSUP);
    assert_int_equal(rig_ask_of_spi(NODE_PAIR_REMOVE, spi), -ENOENT);
    r = (struct node_request){.type = NODE_PAIR_INSTALL, .pair = rig_pair_of(spi)};
    assert_int_equal(rig_ask(&r), -ENOENT); /* it is not reserved any more */
}

/* Packets that went into the tunnels of a connection; UINT64_MAX: its number is not open. */
static uint64_t sealed_for(uint32_t conn)
{
    const struct telem_rows *rows = node_rows(NODE_ROWS_CONN);
    struct node_counters here, there;
    if (node_view_conn(rig_node, conn, &there) < 0)
        return UINT64_MAX;
    rig_cross(&here, &there, sizeof here);
    for (size_t i = 0; i < rows->count; i++)
        if (strcmp(rows->list[i].name, "out_pkts") == 0)
            return telem_value(&rows->list[i], &here);
    fail_msg("no row out_pkts");
    return 0;
}

static void a_connection_is_summed_up_beyond_the_life_of_its_pairs(void **state)
{
    struct node_request r = {.type = NODE_CONN_OPEN};
    assert_int_equal(rig_ask(&r), 0);
    const uint32_t conn = r.conn;
    assert_int_equal(sealed_for(conn), 0);
    for (uint64_t n = 1; n <= 2; n++) {
        struct node_request in = {.type = NODE_PAIR_INSTALL, .pair = rig_pair_of(rig_reserve())};
        const uint32_t spi = in.pair.spi_in;
        in.pair.conn = conn;
        assert_int_equal(rig_ask(&in), 0);
        assert_int_equal(rig_ask_of_spi(NODE_PAIR_ACTIVATE, spi), 0);
        rig_host_sends();
        rte_pktmbuf_free(rig_went_out(RIG_OUTSIDE));
        assert_int_equal(sealed_for(conn), n);
        assert_int_equal(rig_ask_of_spi(NODE_PAIR_REMOVE, spi), 0);
        assert_int_equal(sealed_for(conn), n);
        (void)rig_turn(NODE_EV_TRAFFIC); /* its grace period ends */
        (void)rig_turn(NODE_EV_TRAFFIC);
        assert_int_equal(sealed_for(conn), n);
    }
    r = (struct node_request){.type = NODE_CONN_CLOSE, .conn = conn};
    assert_int_equal(rig_ask(&r), 0);
    assert_int_equal(sealed_for(conn), UINT64_MAX);
}

static void what_cannot_be_sent_comes_back_as_a_number(void **state)
{
    static const uint8_t bytes[UINT16_MAX];
    struct node_send send = {
        .local = {rig_ip("192.0.2.1"), 500}, .remote = {rig_ip("203.0.113.1"), 500}, .len = 1};
    struct base_addr local;
    assert_int_equal(node_send(rig_node, &send, bytes), -ENETUNREACH);
    send.len = UINT16_MAX;
    assert_int_equal(node_send(rig_node, &send, bytes), -EMSGSIZE);
    assert_int_equal(rig_ask_of_spi((enum node_request_type)99, 0), -EINVAL);
    const struct base_addr far = rig_ip("203.0.113.1"), near = rig_ip("198.51.100.1"),
                           own = rig_ip("192.0.2.1");
    assert_int_equal(node_view_local(rig_node, &far, &local), -ENETUNREACH);
    assert_int_equal(node_view_local(rig_node, &near, &local), 0);
    assert_true(base_addr_equal(&local, &own));
    assert_true(node_view_is_usable(rig_node, &own, &near));
    assert_false(node_view_is_usable(rig_node, &own, &far));
    assert_false(node_view_is_usable(rig_node, &near, &near));
}

/* In parts, as they came into force: a part asks for the next one, and the last part says that there is none.
 */
static void many_policies_are_forgotten_in_parts(void **state)
{
    struct node_request r = {.type = NODE_TABLES_BEGIN};
    int parts = 0;
    assert_int_equal(rig_ask(&r), 0);
    r = (struct node_request){.type = NODE_POLICY_ADD,
                              .policy = {rig_network("10.0.0.0/8"), rig_network("10.0.0.0/8"), 0}};
    for (int i = 0; i < 2000; i++)
        assert_int_equal(rig_ask(&r), 0);
    for (int rc = 1; rc; parts++) {
        rc = rig_ask_of_spi(NODE_POLICIES_COMMIT, 0);
        assert_in_range(rc, 0, 1);
        assert_true(parts < 100);
    }
    assert_true(parts >= 2 * 2000 / 512); /* linked in so many, and freed in so many */
    rig_policy_set(0);
}

static void a_bypass_is_in_force_from_the_commit_on(void **state)
{
    const struct sad_flow flow = {.family = BASE_AF_IP4, .proto = 17, .local = {10, 1}, .remote = {10, 9}};
    struct node_request r = {.type = NODE_TABLES_BEGIN};
    rig_policy_set(0);
    assert_int_equal(rig_ask(&r), 0);
    r = (struct node_request){.type = NODE_BYPASS_ADD,
                              .policy = {rig_network("10.1.0.0/24"), rig_network("10.9.0.0/24"), 0}};
    assert_int_equal(rig_ask(&r), 0);
    assert_int_equal(sad_spd_lookup(sad_tables(rig_node->sad), &flow), SAD_SPD_NO_SA);
    while (rig_ask_of_spi(NODE_POLICIES_COMMIT, 0) > 0)
        ;
    assert_int_equal(sad_spd_lookup(sad_tables(rig_node->sad), &flow), SAD_SPD_BYPASS);
    r.policy.local_ts.list[0].lo.family = 9;
    assert_int_equal(rig_ask(&r), -EINVAL);
    rig_policy_set(0);
    assert_int_equal(sad_spd_lookup(sad_tables(rig_node->sad), &flow), SAD_SPD_NO_SA);
}

static void tables_that_are_refused_leave_the_old_ones(void **state)
{
    const struct base_addr near = rig_ip("198.51.100.1");
    struct base_addr local;
    struct node_request r = {.type = NODE_TABLES_BEGIN};
    assert_int_equal(rig_ask(&r), 0);
    rig_addrs_add();
    r = (struct node_request){.type = NODE_ROUTE_ADD,
                              .route = {{rig_ip("0.0.0.0"), 0}, 9, rig_ip("192.0.2.2")}};
    assert_int_equal(rig_ask(&r), 0);
    assert_int_equal(rig_ask_of_spi(NODE_ROUTES_COMMIT, 0), -EINVAL);
    assert_int_equal(node_view_local(rig_node, &near, &local), 0);
    /* What was added is forgotten, so this commits no route at all. */
    rig_addrs_add();
    assert_int_equal(rig_ask_of_spi(NODE_ROUTES_COMMIT, 0), 0);
    assert_int_equal(node_view_local(rig_node, &near, &local), -ENETUNREACH);
    rig_tables_set();
    assert_int_equal(node_view_local(rig_node, &near, &local), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pair_seals_once_it_is_active_and_no_longer_than_it_lives),
        cmocka_unit_test(a_pair_that_moves_seals_for_the_new_place),
        cmocka_unit_test(a_pair_has_the_mtu_of_its_path_within_what_its_port_has),
        cmocka_unit_test(a_pair_that_is_refused_gives_its_spi_back_when_it_is_removed),
        cmocka_unit_test(a_connection_is_summed_up_beyond_the_life_of_its_pairs),
        cmocka_unit_test(what_cannot_be_sent_comes_back_as_a_number),
        cmocka_unit_test(many_policies_are_forgotten_in_parts),
        cmocka_unit_test(a_bypass_is_in_force_from_the_commit_on),
        cmocka_unit_test(tables_that_are_refused_leave_the_old_ones),
    };
    return cmocka_run_group_tests(tests, rig_start, rig_stop);
}
