/* SPDX-License-Identifier: BSD-3-Clause */
/* Connections with keys made by hand: what they ask of the node, begun, ended, reloaded, used up. */
#include "ctl_manual_rig.h"

#define TWO ((const char *const[]){"one", "two"})

static char why[256];

static void begin(const uint32_t counts[2])
{
    ctl.conf = rig_conf(TWO, counts, 2);
    assert_int_equal(ctl_manual_start(&ctl, why, sizeof why), 0);
}

static void each_pair_is_installed_as_ike_would(void **state)
{
    (void)state;
    begin((const uint32_t[]){3, 1});
    assert_int_equal(rig_live(), 4);
    assert_int_equal(ctl_manual_pairs(&ctl), 4);
    for (uint32_t i = 0; i < 3; i++) {
        const struct rig_pair *p = &rig.list[i];
        assert_true(p->esn && p->active && p->way == ESP_WAY_UDP && p->replay_window == 64);
        assert_int_equal(p->encr_bits, 128);
        assert_int_equal(p->spi_out, 0x1000 + i);
        assert_int_equal(p->conn, 1);
        assert_true(base_addr_equal(&p->remote.lo, &p->remote.hi));
        const struct base_addr remote = base_addr_ip4(0x0a080000 + i);
        assert_true(base_addr_equal(&p->remote.lo, &remote));
        assert_true(p->path.local.port == 4500 && p->path.remote.port == 4500);
        assert_int_equal(p->path.local.addr.bytes[3], 1);
        assert_int_equal(p->in.encr_len, 20);
        assert_memory_equal(p->in.encr, ctl.conf->manuals[0].key, 20);
    }
    assert_int_equal(rig.list[3].conn, 2);
    assert_int_equal(ctl_manual_find(&ctl, "one")->spis[2], rig.list[2].spi_in);
    assert_null(ctl_manual_find(&ctl, "three"));
    assert_null(ctl_manual_find(&ctl, NULL));
}

static void esp_without_udp_has_no_ports(void **state)
{
    (void)state;
    ctl.conf = rig_conf(TWO, (const uint32_t[]){1, 1}, 2);
    ctl.conf->manuals[0].encap = CONF_MANUAL_NONE;
    ctl.conf->manuals[0].encr = CONF_MANUAL_AES256GCM16;
    ctl.conf->manuals[0].key_len = 36;
    ctl.conf->manuals[0].local = base_addr_ip4(0xc0000209);
    assert_int_equal(ctl_manual_start(&ctl, why, sizeof why), 0);
    assert_int_equal(rig.list[0].way, ESP_WAY_ESP);
    assert_int_equal(rig.list[0].encr_bits, 256);
    assert_int_equal(rig.list[0].out.encr_len, 36);
    assert_int_equal(rig.list[0].path.local.port + rig.list[0].path.remote.port, 0);
    assert_int_equal(rig.list[0].path.local.addr.bytes[3], 9);
}

/* Sequence numbers begin at 1 in each: so the key, or the salt under it, must be another one. */
static void no_two_pairs_ever_seal_with_the_same_key_and_salt(void **state)
{
    (void)state;
    begin((const uint32_t[]){30, 30});
    for (int i = 0; i < 2; i++) {
        struct ctl_manual *m = ctl_manual_find(&ctl, "one");
        assert_int_equal(ctl_manual_end(&ctl, m), 0);
        assert_int_equal(ctl_manual_begin(&ctl, m), 0);
    }
    assert_int_equal(rig.n, 120);
    for (size_t i = 0; i < rig.n; i++)
        for (size_t k = 0; k < i; k++)
            assert_memory_not_equal(rig.list[i].out.encr, rig.list[k].out.encr, 20);
}

static void it_ends_and_begins_as_often_as_asked(void **state)
{
    (void)state;
    begin((const uint32_t[]){3, 1});
    struct ctl_manual *m = ctl_manual_find(&ctl, "one");
    const uint32_t spi = m->spis[0];
    assert_int_equal(ctl_manual_begin(&ctl, m), -EALREADY);
    assert_int_equal(ctl_manual_end(&ctl, m), 0);
    assert_int_equal(rig_live(), 1);
    assert_int_equal(rig.closed, 1);
    assert_int_equal(ctl_manual_pairs(&ctl), 1);
    assert_int_equal(ctl_manual_end(&ctl, m), -ENOENT);
    assert_int_equal(ctl_manual_begin(&ctl, m), 0);
    assert_int_equal(rig_live(), 4);
    assert_int_not_equal(m->spis[0], spi);
}

static void what_does_not_fit_leaves_nothing(void **state)
{
    (void)state;
    rig.fail_at = 3;
    ctl.conf = rig_conf(TWO, (const uint32_t[]){1, 5}, 2);
    assert_int_equal(ctl_manual_start(&ctl, why, sizeof why), -1);
    assert_string_equal(
        why, "manual.two does not begin with its 5 SAs: Cannot allocate memory; lower its count, which is "
             "5, or give the machine more memory");
    assert_int_equal(rig_live(), 1);
    assert_int_equal(rig.reserved, 3);
    assert_int_equal(rig.released, 1);
    assert_int_equal(rig.opened - rig.closed, 1);
    assert_null(ctl_manual_find(&ctl, "two")->spis);
}

static void without_a_route_the_cure_is_told(void **state)
{
    (void)state;
    rig.route = -ENETUNREACH;
    ctl.conf = rig_conf(TWO, (const uint32_t[]){1, 1}, 2);
    assert_int_equal(ctl_manual_start(&ctl, why, sizeof why), -1);
    assert_non_null(strstr(why, "give the outside port a gateway"));
    assert_int_equal(rig.reserved, 0);
}

static void without_room_the_cure_is_told(void **state)
{
    (void)state;
    rig.is_full = true;
    ctl.conf = rig_conf(TWO, (const uint32_t[]){1, 1}, 2);
    assert_int_equal(ctl_manual_start(&ctl, why, sizeof why), -1);
    assert_string_equal(
        why, "manual.one does not begin with its 1 SAs: there is no room for 1 pairs more: the data "
             "path has 1048576, those of IKE among them; lower its count");
}

static void reload_to(struct conf *next)
{
    struct conf *former = ctl.conf;
    ctl.conf = next;
    ctl_manual_swap(&ctl, former);
    conf_free(former);
}

static void a_reload_keeps_what_is_the_same(void **state)
{
    (void)state;
    begin((const uint32_t[]){3, 2});
    const uint32_t spi = ctl_manual_find(&ctl, "two")->spis[1];
    assert_int_equal(ctl_manual_end(&ctl, ctl_manual_find(&ctl, "one")), 0);
    reload_to(rig_conf(TWO, (const uint32_t[]){3, 2}, 2));
    assert_int_equal(rig.n, 5);
    assert_int_equal(ctl_manual_find(&ctl, "two")->spis[1], spi);
    assert_int_equal(ctl_manual_find(&ctl, "one")->count, 0); /* what was ended stays so */
}

static void a_reload_replaces_what_differs_and_drops_what_is_gone(void **state)
{
    uint8_t nonce[CTL_MANUAL_NONCE_BYTES];
    (void)state;
    begin((const uint32_t[]){3, 2});
    memcpy(nonce, ctl_manual_find(&ctl, "one")->nonce, sizeof nonce);
    struct conf *next = rig_conf((const char *const[]){"three", "one"}, (const uint32_t[]){4, 3}, 2);
    next->manuals[1].key[0] ^= 1; /* of "one", whose network is another one, too */
    reload_to(next);
    assert_int_equal(ctl.manuals.n, 2);
    assert_null(ctl_manual_find(&ctl, "two"));
    assert_int_equal(rig_live(), 7);
    assert_memory_not_equal(ctl_manual_find(&ctl, "one")->nonce, nonce, sizeof nonce);
    rig.fail_at = rig.n + 1;
    reload_to(rig_conf(TWO, (const uint32_t[]){1, 1}, 2));
    assert_int_equal(rig_live(), 0);
    assert_int_equal(ctl.manuals.n, 2);
    assert_int_equal(ctl_manual_pairs(&ctl), 0);
    rig.fail_at = 0;
    assert_int_equal(ctl_manual_begin(&ctl, ctl_manual_find(&ctl, "two")), 0);
}

static bool event(enum node_event_type type, uint32_t spi_in, bool is_sure)
{
    struct node_event ev = {.type = type, .spi_in = spi_in};
    ev.path_mtu = (struct node_path_mtu){1300, is_sure};
    return ctl_manual_event(&ctl, &ev);
}

static void events_of_theirs_are_not_for_ike(void **state)
{
    (void)state;
    assert_false(event(NODE_EV_SOFT, 7, false));
    begin((const uint32_t[]){3, 1});
    struct ctl_manual *m = ctl_manual_find(&ctl, "one");
    rig.list[3].ike_id = 3; /* one of IKE's */
    assert_false(event(NODE_EV_SOFT, rig.list[3].spi_in, false));
    assert_false(event(NODE_EV_PATH_MTU, rig.list[3].spi_in, true));
    assert_false(event(NODE_EV_HARD, 0x99, false));
    assert_false(event(NODE_EV_TRAFFIC, m->spis[0], false));
    assert_true(event(NODE_EV_SOFT, m->spis[2], false));
    assert_true(m->is_soft && !m->is_hard);
    assert_true(event(NODE_EV_HARD, m->spis[1], false));
    assert_true(m->is_hard);
    assert_true(event(NODE_EV_PATH_MTU, m->spis[1], false));
    assert_int_equal(rig.mtu.spi_in, 0);
    assert_true(event(NODE_EV_PATH_MTU, m->spis[1], true));
    assert_int_equal(rig.mtu.spi_in, m->spis[1]);
    assert_int_equal(rig.mtu.outer_mtu, 1300);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_start, rig_stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_pair_is_installed_as_ike_would),
        TEST(esp_without_udp_has_no_ports),
        TEST(no_two_pairs_ever_seal_with_the_same_key_and_salt),
        TEST(it_ends_and_begins_as_often_as_asked),
        TEST(what_does_not_fit_leaves_nothing),
        TEST(without_a_route_the_cure_is_told),
        TEST(without_room_the_cure_is_told),
        TEST(a_reload_keeps_what_is_the_same),
        TEST(a_reload_replaces_what_differs_and_drops_what_is_gone),
        TEST(events_of_theirs_are_not_for_ike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
