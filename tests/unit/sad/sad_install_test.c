/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Installation of pairs: each refusal by its number and without a trace, what is published when, and how one
 * pair follows another.
 */
#include "sad_rig.h"

#include <errno.h>

#define LOCAL  "10.1.0.0/16"
#define REMOTE "10.2.0.0/16"

static uint32_t find(struct sad *sad)
{
    return rig_find(sad, "10.1.0.9", "10.2.0.9");
}

/* Installing p fails with err, and neither the slot nor its SPI is another one afterwards. */
static void assert_refused(struct sad *sad, const struct esp_pair *p, int err)
{
    static struct sad_in in;
    static struct sad_out out;
    uint32_t count = sad_count(sad);
    uint32_t found = find(sad);
    memcpy(&in, rig_in(sad, p->spi_in), sizeof in);
    memcpy(&out, rig_out(sad, p->spi_in), sizeof out);
    assert_int_equal(sad_install(sad, p), err);
    assert_memory_equal(rig_in(sad, p->spi_in), &in, sizeof in);
    assert_memory_equal(rig_out(sad, p->spi_in), &out, sizeof out);
    assert_int_equal(sad_count(sad), count);
    assert_int_equal(find(sad), found);
}

static void keys_of_a_wrong_length_are_refused(void **state)
{
    struct sad *sad = rig_sad(16, 1);
    const struct esp_pair good = rig_params(sad, LOCAL, REMOTE);
    for (int with_cbc = 0; with_cbc < 2; with_cbc++) {
        struct esp_pair p = good;
        if (with_cbc)
            rig_use_cbc(&p);
        uint8_t *const lens[] = {&p.keys_in.encr_len, &p.keys_out.encr_len, &p.keys_in.integ_len,
                                 &p.keys_out.integ_len};
        for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++) {
            ++*lens[i];
            assert_refused(sad, &p, -EINVAL);
            *lens[i] -= 2;
            assert_refused(sad, &p, -EINVAL);
            ++*lens[i];
        }
    }
    assert_int_equal(sad_install(sad, &good), 0);
    sad_free(sad);
}

static void parameters_out_of_range_are_refused(void **state)
{
    struct sad *sad = rig_sad(16, 1);
    const struct esp_pair good = rig_params(sad, LOCAL, REMOTE);
    struct esp_pair bad[9];
    for (size_t i = 0; i < 9; i++)
        bad[i] = good;
    bad[0].replay_window = SAD_WINDOW_MIN - 1;
    bad[1].replay_window = SAD_WINDOW_MAX + 1;
    bad[2].spi_out = 0;
    bad[3].local_ts.count = 0;
    bad[4].remote_ts.count = 0;
    bad[5].local_ts.count = BASE_TS_MAX + 1;
    bad[6].remote_ts.count = BASE_TS_MAX + 1;
    bad[7].path.local.addr.family = BASE_AF_IP6;
    bad[8].outer_mtu = 575;
    for (size_t i = 0; i < 9; i++)
        assert_refused(sad, &bad[i], -EINVAL);
    assert_int_equal(sad_install(sad, &good), 0);
    sad_free(sad);
}

static void what_the_data_path_lacks_is_not_supported(void **state)
{
    struct sad *sad = rig_sad(16, 1);
    const struct esp_pair good = rig_params(sad, LOCAL, REMOTE);
    struct esp_pair p = good;
    p.encr = 0;
    assert_refused(sad, &p, -ENOTSUP);
    p.encr = 99;
    assert_refused(sad, &p, -ENOTSUP);
    p = good;
    p.encr_bits = 129;
    assert_refused(sad, &p, -ENOTSUP);
    p = good;
    rig_use_cbc(&p);
    const uint16_t integ = p.integ;
    p.integ = CRYPT_INTEG_NONE;
    assert_refused(sad, &p, -ENOTSUP);
    p.integ = 99;
    assert_refused(sad, &p, -ENOTSUP);
    p = good;
    p.integ = 99;
    assert_refused(sad, &p, -ENOTSUP);
    p = good;
    p.way = (enum esp_way)3;
    assert_refused(sad, &p, -ENOTSUP);
    p.way = ESP_WAY_UDP;
    p.integ = integ; /* next to an AEAD */
    assert_refused(sad, &p, -ENOTSUP);
    assert_int_equal(sad_install(sad, &good), 0);
    sad_free(sad);
}

static void an_spi_that_is_not_reserved_is_refused(void **state)
{
    struct sad *sad = rig_sad(16, 1);
    const struct esp_pair good = rig_params(sad, LOCAL, REMOTE);
    struct esp_pair p = good;
    p.spi_in ^= 1; /* a slot that nobody reserved */
    assert_refused(sad, &p, -ENOENT);
    p.spi_in = good.spi_in ^ 0x80000000; /* the slot, but another SPI */
    assert_refused(sad, &p, -ENOENT);
    assert_int_equal(sad_install(sad, &good), 0);
    assert_refused(sad, &good, -ENOENT); /* it serves a pair now */
    p = rig_params(sad, LOCAL, REMOTE);
    sad_spi_free(sad, p.spi_in);
    assert_refused(sad, &p, -ENOENT); /* given back */
    assert_int_equal(find(sad), rig_slot(sad, good.spi_in));
    sad_free(sad);
}

static void all_selectors_that_two_payloads_carry_are_one_pair(void **state)
{
    struct sad *sad = rig_sad(16, 1);
    struct esp_pair p = rig_params(sad, "10.1.0.0/24", "10.2.0.0/24");
    for (size_t i = 0; i < BASE_TS_MAX; i++) {
        p.local_ts.list[i] = p.local_ts.list[0];
        p.remote_ts.list[i] = p.remote_ts.list[0];
        p.local_ts.list[i].lo.bytes[2] = p.local_ts.list[i].hi.bytes[2] = (uint8_t)i;
        p.remote_ts.list[i].lo.bytes[2] = p.remote_ts.list[i].hi.bytes[2] = (uint8_t)i;
    }
    p.local_ts.count = p.remote_ts.count = BASE_TS_MAX;
    assert_int_equal(sad_install(sad, &p), 0);
    for (unsigned i = 0; i < BASE_TS_MAX; i++) {
        assert_int_equal(rig_find(sad, rig_text("10.1.%u.1", i), "10.2.0.1"), rig_slot(sad, p.spi_in));
        assert_int_equal(rig_find(sad, "10.1.0.1", rig_text("10.2.%u.1", i)), rig_slot(sad, p.spi_in));
    }
    assert_int_equal(rig_find(sad, "10.1.255.1", "10.2.0.1"), SAD_SPD_NONE);
    assert_int_equal(rig_find(sad, "10.1.0.1", "10.2.255.1"), SAD_SPD_NONE);
    assert_int_equal(sad_remove(sad, p.spi_in), 0);
    assert_int_equal(rig_find(sad, "10.1.0.1", "10.2.0.1"), SAD_SPD_NONE);
    sad_free(sad);
}

static void a_pair_opens_at_once_and_seals_when_it_is_activated(void **state)
{
    struct sad *sad = rig_sad(16, 1);
    struct esp_pair p = rig_params(sad, LOCAL, REMOTE);
    p.active = false;
    assert_int_equal(sad_activate(sad, p.spi_in), -ENOENT);
    assert_int_equal(sad_install(sad, &p), 0);
    assert_int_equal(rig_in(sad, p.spi_in)->spi, p.spi_in);
    assert_false(rig_stats(sad, p.spi_in).active);
    assert_int_equal(find(sad), SAD_SPD_NONE);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(sad_activate(sad, p.spi_in), 0);
        assert_true(rig_stats(sad, p.spi_in).active);
        assert_int_equal(find(sad), rig_slot(sad, p.spi_in));
    }
    assert_int_equal(sad_activate(sad, p.spi_in ^ 0x80000000), -ENOENT);
    assert_int_equal(sad_remove(sad, p.spi_in), 0);
    assert_int_equal(sad_activate(sad, p.spi_in), -ENOENT);
    assert_int_equal(find(sad), SAD_SPD_NONE);
    sad_free(sad);
}

static void a_pair_that_is_deactivated_still_opens_and_seals_no_more(void **state)
{
    struct sad *sad = rig_sad(16, 1);
    uint32_t first = rig_install(sad, LOCAL, REMOTE), second = rig_install(sad, LOCAL, REMOTE);
    assert_int_equal(find(sad), rig_slot(sad, second));
    for (int i = 0; i < 2; i++) {
        assert_int_equal(sad_deactivate(sad, second), 0);
        assert_false(rig_stats(sad, second).active);
        assert_int_equal(find(sad), rig_slot(sad, first));
        assert_int_equal(rig_in(sad, second)->spi, second);
    }
    assert_int_equal(sad_activate(sad, second), 0);
    assert_int_equal(find(sad), rig_slot(sad, second));
    assert_int_equal(sad_deactivate(sad, second), 0);
    assert_int_equal(sad_deactivate(sad, first), 0);
    assert_int_equal(find(sad), SAD_SPD_NONE);
    assert_int_equal(sad_remove(sad, second), 0);
    assert_int_equal(sad_deactivate(sad, second), -ENOENT);
    sad_free(sad);
}

static void a_pair_that_replaces_another_leaves_it_until_it_is_removed(void **state)
{
    struct sad *sad = rig_sad(16, 1);
    uint32_t old = rig_install(sad, LOCAL, REMOTE);
    struct esp_pair p = rig_params(sad, LOCAL, REMOTE);
    p.active = false;
    p.replaces_in = old;
    assert_int_equal(sad_install(sad, &p), 0);
    assert_int_equal(find(sad), rig_slot(sad, old));
    assert_int_equal(sad_activate(sad, p.spi_in), 0);
    assert_int_equal(find(sad), rig_slot(sad, p.spi_in));
    assert_int_equal(rig_in(sad, old)->spi, old); /* still opens what is under way */
    assert_int_equal(sad_count(sad), 2);
    assert_int_equal(sad_remove(sad, old), 0);
    assert_int_equal(rig_in(sad, old)->spi, 0);
    assert_int_equal(find(sad), rig_slot(sad, p.spi_in));
    assert_int_equal(sad_count(sad), 1);
    sad_free(sad);
}

static void each_direction_gets_its_own_key_and_salt(void **state)
{
    struct sad *sad = rig_sad(16, 1);
    struct esp_pair p = rig_params(sad, LOCAL, REMOTE), q = rig_params(sad, LOCAL, REMOTE);
    memset(p.keys_in.encr, 0x11, 16);
    memset(p.keys_in.encr + 16, 0x22, 4);
    memset(p.keys_out.encr, 0x33, 16);
    memset(p.keys_out.encr + 16, 0x44, 4);
    assert_int_equal(sad_install(sad, &p), 0);
    assert_int_equal(rig_salt(sad_in_key(rig_in(sad, p.spi_in))), 0x22222222);
    assert_int_equal(rig_salt(sad_out_key(rig_out(sad, p.spi_in))), 0x44444444);
    assert_int_equal(rig_out(sad, p.spi_in)->spi_be, __builtin_bswap32(p.spi_out));
    q.keys_in = p.keys_out;
    q.keys_out = p.keys_in;
    assert_int_equal(sad_install(sad, &q), 0);
    const struct rig_key in = rig_key(sad_in_key(rig_in(sad, p.spi_in)));
    const struct rig_key out = rig_key(sad_out_key(rig_out(sad, p.spi_in)));
    rig_key_is(sad_out_key(rig_out(sad, q.spi_in)), in);
    rig_key_is(sad_in_key(rig_in(sad, q.spi_in)), out);
    assert_memory_not_equal(&in, &out, sizeof in);
    sad_free(sad);
}

static void replay_windows_have_the_size_that_was_asked_for(void **state)
{
    const struct {
        uint32_t asked, pkts, words;
        bool is_inside, is_off;
    } cases[] = {
        {0, 1, 1, true, true},         {32, 32, 1, true, false},       {65, 65, 2, true, false},
        {1024, 1024, 16, true, false}, {1025, 1025, 32, false, false}, {65536, 65536, 1024, false, false},
    };
    struct sad *sad = rig_sad(16, 1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct esp_pair p = rig_params(sad, LOCAL, REMOTE);
        p.replay_window = cases[i].asked;
        assert_int_equal(sad_install(sad, &p), 0);
        const struct sad_in *in = rig_in(sad, p.spi_in);
        assert_int_equal(in->window_pkts, cases[i].pkts);
        assert_int_equal(in->word_mask, cases[i].words - 1);
        assert_int_equal(in->window == in->window_words, cases[i].is_inside);
        assert_int_equal(!!(in->flags & SAD_F_NO_REPLAY), cases[i].is_off);
        for (uint32_t w = 0; w < cases[i].words; w++)
            assert_int_equal(in->window[w], 0);
    }
    sad_free(sad);
}

static void where_to_cut_is_known_to_the_sealing_half_alone(void **state)
{
    struct sad *sad = rig_sad(16, 1);
    for (int after = 0; after < 2; after++) {
        struct esp_pair p = rig_params(sad, LOCAL, REMOTE);
        p.frag_after = after;
        assert_int_equal(sad_install(sad, &p), 0);
        assert_int_equal(!!(rig_out(sad, p.spi_in)->flags & SAD_F_AFTER), after);
        assert_false(rig_in(sad, p.spi_in)->flags & SAD_F_AFTER);
        assert_true(rig_out(sad, p.spi_in)->flags & SAD_F_FAST);
    }
    sad_free(sad);
}

static void icmp_errors_are_known_to_both_halves_of_a_tunnel(void **state)
{
    struct sad *sad = rig_sad(16, 1);
    for (int n = 0; n < 2; n++) {
        struct esp_pair p = rig_params(sad, LOCAL, REMOTE);
        p.icmp_errors = n;
        assert_int_equal(sad_install(sad, &p), 0);
        assert_int_equal(!!(rig_out(sad, p.spi_in)->flags & SAD_F_QUOTES), n);
        assert_int_equal(!!(rig_in(sad, p.spi_in)->flags & SAD_F_QUOTES), n);
        assert_true(rig_in(sad, p.spi_in)->flags & SAD_F_FAST);
    }
    sad_free(sad);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(icmp_errors_are_known_to_both_halves_of_a_tunnel),
        cmocka_unit_test(keys_of_a_wrong_length_are_refused),
        cmocka_unit_test(parameters_out_of_range_are_refused),
        cmocka_unit_test(what_the_data_path_lacks_is_not_supported),
        cmocka_unit_test(an_spi_that_is_not_reserved_is_refused),
        cmocka_unit_test(all_selectors_that_two_payloads_carry_are_one_pair),
        cmocka_unit_test(a_pair_opens_at_once_and_seals_when_it_is_activated),
        cmocka_unit_test(a_pair_that_is_deactivated_still_opens_and_seals_no_more),
        cmocka_unit_test(a_pair_that_replaces_another_leaves_it_until_it_is_removed),
        cmocka_unit_test(each_direction_gets_its_own_key_and_salt),
        cmocka_unit_test(replay_windows_have_the_size_that_was_asked_for),
        cmocka_unit_test(where_to_cut_is_known_to_the_sealing_half_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
