/* SPDX-License-Identifier: BSD-3-Clause */
/* Which ends of a pair go together, what of them workers read, and what both do to a checksum, an MTU and the
 * fast path. */
#include "sad_rig.h"

#include <errno.h>
#include "sad_map.h"
#include "wire_csum.h"

static struct esp_pair transport_pair(struct sad *sad)
{
    struct esp_pair p = rig_params(sad, "192.0.2.1/32", "192.0.2.2/32");
    p.mode = ESP_MODE_TRANSPORT;
    p.ends = (struct esp_ends){rig_ip("192.0.2.1"), rig_ip("192.0.2.2")};
    return p;
}

static void ends_that_do_not_go_together_are_refused(void **state)
{
    (void)state;
    struct sad *sad = rig_sad(16, 1);
    const struct base_addr v4 = rig_ip("10.0.0.1"), v6 = rig_ip("2001:db8::1");
    for (int i = 0; i < 9; i++) {
        struct esp_pair p = i < 5 ? transport_pair(sad) : rig_params(sad, "10.1.0.0/16", "10.2.0.1/32");
        switch (i) {
        case 0:
            p.ends.local.family = BASE_AF_NONE;
            break;
        case 1:
            p.ends.remote.family = BASE_AF_NONE;
            break;
        case 2:
            p.ends.remote = v6;
            break;
        case 3:
            p.ends_in.local = v6;
            break;
        case 4:
            p.mode = (enum esp_mode)2;
            break;
        case 5:
            p.ends.local = v4;
            break;
        case 6:
            p.ends = (struct esp_ends){v4, v4};
            break;
        case 7:
            p.ends.remote = v4;
            p.ends_out.remote = v6;
            break;
        default:
            p.ends.remote = v4;
            p.ends_in.local = v4;
            break;
        }
        assert_int_equal(sad_install(sad, &p), -EINVAL);
        sad_spi_free(sad, p.spi_in);
    }
    sad_free(sad);
}

/* The checksum over one pair of addresses, mended to the other, is that over the other. */
static void a_checksum_is_mended_by_the_difference(void **state)
{
    (void)state;
    struct sad *sad = rig_sad(16, 1);
    struct esp_pair p = transport_pair(sad);
    p.ends_in = (struct esp_ends){rig_ip("203.0.113.9"), rig_ip("10.255.255.254")};
    p.ends_out.remote = rig_ip("255.255.255.255");
    struct sad_map *m = sad_map_make(&p);
    assert_non_null(m);
    for (uint32_t word = 0; word < 0x10000; word += 257) {
        const uint8_t body[2] = {(uint8_t)(word >> 8), (uint8_t)word};
        uint16_t csum[3];
        const struct sad_map_ends *ends[] = {&m->in, &m->here, &m->out};
        for (int i = 0; i < 3; i++) {
            uint64_t sum = wire_csum_add(0, base_span(ends[i]->local, 4));
            sum = wire_csum_add(sum, base_span(ends[i]->remote, 4));
            csum[i] = wire_csum_fold(wire_csum_add(sum, base_span(body, sizeof body)));
        }
        assert_int_equal(sad_map_csum(csum[0], m->in_delta) % 0xffff, csum[1] % 0xffff);
        assert_int_equal(sad_map_csum(csum[1], m->out_delta) % 0xffff, csum[2] % 0xffff);
    }
    free(m);
    sad_free(sad);
}

static void a_mapped_pair_is_off_the_fast_path_and_stays_so(void **state)
{
    (void)state;
    struct sad *sad = rig_sad(16, 1);
    struct esp_pair p = transport_pair(sad), tunnel = rig_params(sad, "192.0.2.1/32", "192.0.2.2/32");
    struct sad_stats is, was;
    assert_int_equal(sad_install(sad, &tunnel), 0);
    assert_int_equal(sad_install(sad, &p), 0);
    assert_true(rig_out(sad, tunnel.spi_in)->flags & rig_in(sad, tunnel.spi_in)->flags & SAD_F_FAST);
    for (int i = 0; i < 2; i++) {
        const uint16_t both = rig_out(sad, p.spi_in)->flags & rig_in(sad, p.spi_in)->flags;
        const uint16_t either = rig_out(sad, p.spi_in)->flags | rig_in(sad, p.spi_in)->flags;
        assert_int_equal(both & (SAD_F_MAPPED | SAD_F_TRANSPORT), SAD_F_MAPPED | SAD_F_TRANSPORT);
        assert_false(either & SAD_F_FAST);
        p.path.remote.port = 7777;
        assert_int_equal(sad_repath(sad, p.spi_in, &p.path, ESP_WAY_UDP, 1500), 0);
    }
    /* Its inner packets' IP header is the outer one: so much larger they may be. */
    assert_int_equal(sad_stats(sad, tunnel.spi_in, &was), 0);
    assert_int_equal(sad_stats(sad, p.spi_in, &is), 0);
    assert_int_equal(is.inner_mtu, was.inner_mtu + 20);
    assert_int_equal(sad_set_mtu(sad, p.spi_in, 1400), 0);
    assert_int_equal(sad_stats(sad, p.spi_in, &is), 0);
    assert_int_equal(is.inner_mtu, was.inner_mtu + 20 - 100);
    sad_free(sad);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ends_that_do_not_go_together_are_refused),
        cmocka_unit_test(a_checksum_is_mended_by_the_difference),
        cmocka_unit_test(a_mapped_pair_is_off_the_fast_path_and_stays_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
