/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Outer headers and inner MTU: templates byte by byte, what a new path changes and what it leaves alone, and
 * that the inner MTU is the largest that fits, for every outer one.
 */
#include "sad_rig.h"

#include <errno.h>
#include <stdio.h>
#include "sad_path.h"

#define LOCAL  "10.1.0.0/16"
#define REMOTE "10.2.0.0/16"

/* ESP in UDP from 192.0.2.1:4500 to 192.0.2.2:4500, as rig_params() has it, with SPI 0x1000. */
static const uint8_t udp4[] = {0x45, 0, 0, 0, 0,    0,    0x40, 0,    64, 17, 0, 0, 192, 0, 2,    1,
                               192,  0, 2, 2, 0x11, 0x94, 0x11, 0x94, 0,  0,  0, 0, 0,   0, 0x10, 0};
static const uint8_t esp4[] = {0x45, 0, 0, 0, 0,   0, 0x40, 0, 64, 50, 0,    0,
                               192,  0, 2, 1, 192, 0, 2,    2, 0,  0,  0x10, 0};

static void path6(struct esp_pair *p)
{
    p->path.local = rig_endpoint("2001:db8::1", p->path.local.port);
    p->path.remote = rig_endpoint("2001:db8::2", p->path.remote.port);
}

static const struct sad_tmpl *tmpl_of(struct sad *sad, uint32_t spi)
{
    const struct sad_out *out = rig_out(sad, spi);
    return &out->tmpl[out->tmpl_at];
}

static uint32_t install(struct sad *sad, bool is6, bool encap, bool with_cbc, uint16_t outer_mtu)
{
    struct esp_pair p = rig_params(sad, LOCAL, REMOTE);
    if (!encap)
        p.path.local.port = p.path.remote.port = 0;
    if (is6)
        path6(&p);
    if (with_cbc)
        rig_use_cbc(&p);
    p.way = encap ? ESP_WAY_UDP : ESP_WAY_ESP;
    p.outer_mtu = outer_mtu;
    assert_int_equal(sad_install(sad, &p), 0);
    return p.spi_in;
}

static void ipv4_headers_are_ready_to_copy(void **state)
{
    static const uint8_t zero[52];
    struct sad *sad = rig_sad(16, 1);
    const struct sad_tmpl *t = tmpl_of(sad, install(sad, false, true, false, 1500));
    assert_memory_equal(t->bytes, udp4, sizeof udp4);
    assert_memory_equal(t->bytes + sizeof udp4, zero, sizeof t->bytes - sizeof udp4);
    uint32_t sum = 0;
    for (size_t i = 0; i < 20; i += 2) {
        uint16_t word;
        memcpy(&word, udp4 + i, 2);
        sum += word;
    }
    assert_int_equal(t->cksum, sum);
    t = tmpl_of(sad, install(sad, false, false, false, 1500));
    assert_memory_equal(t->bytes, esp4, sizeof esp4);
    assert_memory_equal(t->bytes + sizeof esp4, zero, sizeof t->bytes - sizeof esp4);
    sad_free(sad);
}

static void ipv6_headers_are_ready_to_copy(void **state)
{
    struct sad *sad = rig_sad(16, 1);
    for (int encap = 0; encap < 2; encap++) {
        uint8_t want[52] = {0x60, [6] = encap ? 17 : 50, [7] = 64, [8] = 0x20, 0x01, 0x0d, 0xb8, [23] = 1};
        memcpy(want + 24, want + 8, 15);
        want[39] = 2;
        if (encap)
            memcpy(want + 40, "\x11\x94\x11\x94", 4);
        want[encap ? 50 : 42] = 0x10;
        uint32_t spi = install(sad, true, encap, false, 1500);
        const uint8_t *got = tmpl_of(sad, spi)->bytes;
        memcpy(want + 1, got + 1, 3); /* 20 bits of flow label, drawn for each SA */
        assert_int_equal(want[1] & 0xf0, 0);
        assert_true(want[1] | want[2] | want[3]);
        assert_memory_equal(got, want, sizeof want);
        assert_int_equal(rig_out(sad, spi)->hdr_bytes, encap ? 48 : 40);
        assert_true(rig_out(sad, spi)->flags & SAD_F_OUTER6);
    }
    sad_free(sad);
}

/* Bytes on the wire of an inner packet: RFC 4303 2.4, padding so that trailer and payload fill the granule.
 */
static unsigned sealed_bytes(unsigned inner, unsigned outer_hdr, unsigned iv, unsigned icv, unsigned granule)
{
    unsigned padded = (inner + 2 + granule - 1) / granule * granule;
    return outer_hdr + 8 + iv + padded + icv;
}

static void the_inner_mtu_is_the_largest_that_fits(void **state)
{
    struct sad *sad = rig_sad(16, 1);
    for (int mix = 0; mix < 8; mix++) {
        bool is6 = mix & 1, encap = mix & 2, with_cbc = mix & 4;
        unsigned hdr = (is6 ? 40 : 20) + (encap ? 8 : 0);
        unsigned iv = with_cbc ? 16 : 8, granule = with_cbc ? 16 : 4; /* ICV is 16 with both */
        uint32_t spi = install(sad, is6, encap, with_cbc, 1500);
        for (unsigned mtu = is6 ? 1280 : 576; mtu <= 9216; mtu++) {
            assert_int_equal(sad_set_mtu(sad, spi, (uint16_t)mtu), 0);
            unsigned inner = rig_out(sad, spi)->inner_mtu;
            assert_true(sealed_bytes(inner, hdr, iv, 16, granule) <= mtu);
            assert_true(sealed_bytes(inner + 1, hdr, iv, 16, granule) > mtu);
        }
    }
    sad_free(sad);
}

static void fast_mtus_are_the_known_ones(void **state)
{
    const struct {
        bool is6, encap, with_cbc;
        uint16_t outer, inner;
    } cases[] = {
        {false, true, false, 1500, 1438}, {false, false, false, 1500, 1446}, {true, true, false, 1500, 1418},
        {true, false, false, 1500, 1426}, {false, true, true, 1500, 1422},   {false, false, true, 1500, 1438},
        {true, true, true, 1500, 1406},   {true, false, true, 1500, 1406},   {false, true, false, 576, 514},
        {true, true, true, 1280, 1182},   {false, true, false, 9216, 9154},
    };
    struct sad *sad = rig_sad(16, 1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint32_t spi = install(sad, cases[i].is6, cases[i].encap, cases[i].with_cbc, cases[i].outer);
        assert_int_equal(rig_stats(sad, spi).inner_mtu, cases[i].inner);
        assert_int_equal(rig_stats(sad, spi).outer_mtu, cases[i].outer);
    }
    sad_free(sad);
}

static void an_mtu_out_of_range_is_refused_and_the_old_one_stays(void **state)
{
    const struct {
        bool is6;
        uint16_t mtu;
    } cases[] = {{false, 0}, {false, 575}, {false, 9217}, {true, 576}, {true, 1279}, {true, UINT16_MAX}};
    struct sad *sad = rig_sad(16, 1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint32_t spi = install(sad, cases[i].is6, true, false, 1500);
        struct sad_stats before = rig_stats(sad, spi);
        assert_int_equal(sad_set_mtu(sad, spi, cases[i].mtu), -EINVAL);
        assert_int_equal(sad_repath(sad, spi, &before.path, ESP_WAY_UDP, cases[i].mtu), -EINVAL);
        assert_int_equal(rig_stats(sad, spi).outer_mtu, 1500);
        assert_int_equal(rig_stats(sad, spi).inner_mtu, before.inner_mtu);
        assert_int_equal(sad_set_mtu(sad, spi ^ 0x80000000, 1400), -ENOENT);
    }
    sad_free(sad);
}

static void a_new_path_is_in_force_at_once_and_leaves_the_old_header_whole(void **state)
{
    struct sad *sad = rig_sad(16, 1);
    rig_worker_on(sad_qsbr(sad), 0);
    for (int is6 = 0; is6 < 2; is6++) {
        uint32_t spi = install(sad, is6, true, false, 1500);
        const uint32_t gen = sad_tables(sad)->path_gen;
        const struct sad_tmpl *old = tmpl_of(sad, spi);
        struct sad_tmpl copy = *old;
        struct esp_path path = {rig_endpoint(is6 ? "2001:db8::1:1" : "198.51.100.1", 4500),
                                rig_endpoint(is6 ? "2001:db8::1:2" : "198.51.100.2", 61000)};
        assert_int_equal(sad_repath(sad, spi, &path, ESP_WAY_UDP, 1400), 0);
        const struct sad_tmpl *now = tmpl_of(sad, spi);
        size_t ip = is6 ? 40 : 20, addr = is6 ? 16 : 4;
        assert_ptr_not_equal(now, old);
        assert_memory_equal(old, &copy, sizeof copy);         /* a worker may be copying from it */
        assert_int_not_equal(sad_tables(sad)->path_gen, gen); /* next hops are looked up again */
        if (!is6) {
            /* What the shortest way reads of it: addresses and ports as they go into the header. */
            const struct sad_path4 *path4 = &rig_out(sad, spi)->path;
            assert_memory_equal(&path4->local_be, now->bytes + 12, 12);
            assert_int_equal(path4->cksum, now->cksum - 0x40); /* DF is each packet's own */
        }
        assert_memory_equal(now->bytes + ip - 2 * addr, path.local.addr.bytes, addr);
        assert_memory_equal(now->bytes + ip - addr, path.remote.addr.bytes, addr);
        assert_memory_equal(now->bytes + ip, "\x11\x94\xee\x48", 4); /* 4500, 61000 */
        assert_memory_equal(now->bytes + ip + 8, "\0\0\x10", 4);
        struct sad_stats s = rig_stats(sad, spi);
        assert_memory_equal(&s.path, &path, sizeof path);
        assert_int_equal(s.outer_mtu, 1400);
        assert_int_equal(s.inner_mtu, is6 ? 1318 : 1338);
    }
    rig_worker_off(sad_qsbr(sad), 0);
    sad_free(sad);
}

static void paths_may_change_again_and_again(void **state)
{
    struct sad *sad = rig_sad(16, 1);
    struct rte_rcu_qsbr *qsbr = sad_qsbr(sad);
    uint32_t spi = install(sad, false, true, false, 1500);
    const uint32_t gen = sad_tables(sad)->path_gen;
    rig_worker_on(qsbr, 0);
    for (int i = 1; i <= 20; i++) {
        char text[24];
        snprintf(text, sizeof text, "198.51.100.%d", i);
        struct esp_path path = {rig_endpoint("192.0.2.1", 4500), rig_endpoint(text, (uint16_t)(5000 + i))};
        assert_int_equal(sad_repath(sad, spi, &path, ESP_WAY_UDP, 1500), 0);
        assert_memory_equal(tmpl_of(sad, spi)->bytes + 16, path.remote.addr.bytes, 4);
        assert_int_equal(sad_tables(sad)->path_gen, gen + (uint32_t)i);
        rte_rcu_qsbr_quiescent(qsbr, 0);
    }
    rig_worker_off(qsbr, 0);
    sad_free(sad);
}

static struct esp_path path_to(const char *remote)
{
    return (struct esp_path){rig_endpoint("192.0.2.1", 4500), rig_endpoint(remote, 4500)};
}

static void while_a_worker_makes_no_turn_the_newest_path_waits(void **state)
{
    (void)state;
    struct sad *sad = rig_sad(16, 1);
    struct rte_rcu_qsbr *qsbr = sad_qsbr(sad);
    const uint32_t spi = install(sad, false, true, false, 1500),
                   gone = install(sad, false, true, false, 1500);
    const struct esp_path first = path_to("198.51.100.1"), second = path_to("198.51.100.2"),
                          third = path_to("198.51.100.3");
    rig_worker_on(qsbr, 0);
    for (size_t i = 0; i < 2; i++) {
        const uint32_t each = i ? gone : spi;
        assert_int_equal(sad_repath(sad, each, &first, ESP_WAY_UDP, 1500), 0);
        assert_int_equal(sad_repath(sad, each, &second, ESP_WAY_UDP, 1500), 0);
        assert_int_equal(sad_repath(sad, each, &third, ESP_WAY_UDP, 1300), 0);
        assert_memory_equal(tmpl_of(sad, each)->bytes + 16, first.remote.addr.bytes, 4);
    }
    assert_int_equal(sad_remove(sad, gone), 0);
    rte_rcu_qsbr_quiescent(qsbr, 0);
    assert_int_equal(sad_reclaim(sad), 0);
    assert_memory_equal(tmpl_of(sad, spi)->bytes + 16, third.remote.addr.bytes, 4);
    assert_int_equal(rig_stats(sad, spi).outer_mtu, 1300);
    rig_worker_off(qsbr, 0);
    sad_free(sad);
}

static void the_inbound_half_knows_the_new_peer(void **state)
{
    struct sad *sad = rig_sad(16, 1);
    uint32_t spi4 = install(sad, false, true, false, 1500), spi6 = install(sad, true, true, false, 1500);
    struct esp_path path = {rig_endpoint("198.51.100.1", 4500), rig_endpoint("198.51.100.2", 0x1234)};
    assert_int_equal(sad_repath(sad, spi4, &path, ESP_WAY_UDP, 1500), 0);
    uint32_t addr_be;
    uint16_t port_be;
    memcpy(&addr_be, path.remote.addr.bytes, 4);
    memcpy(&port_be, "\x12\x34", 2);
    assert_int_equal(rig_in(sad, spi4)->remote_key, sad_remote_key(addr_be, port_be));
    assert_memory_equal(&rig_in(sad, spi4)->local4, path.local.addr.bytes, 4);
    path = (struct esp_path){rig_endpoint("2001:db8::7", 4500), rig_endpoint("2001:db8::8", 0x1234)};
    assert_int_equal(sad_repath(sad, spi6, &path, ESP_WAY_UDP, 1500), 0);
    assert_memory_equal(rig_in(sad, spi6)->local6, path.local.addr.bytes, 16);
    assert_memory_equal(rig_in(sad, spi6)->remote6, path.remote.addr.bytes, 16);
    assert_int_equal(rig_in(sad, spi6)->remote6_port, 0x1234);
    sad_free(sad);
}

static void a_path_of_two_families_is_refused_and_changes_nothing(void **state)
{
    const struct base_endpoint v4 = rig_endpoint("198.51.100.1", 4500),
                               v6 = rig_endpoint("2001:db8::9", 4500);
    const struct base_endpoint none = {.port = 4500};
    const struct esp_path wrong[] = {{v4, v6}, {v6, v4}, {none, none}};
    struct sad *sad = rig_sad(16, 1);
    uint32_t spi = install(sad, false, true, false, 1500);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const struct sad_tmpl *before = tmpl_of(sad, spi);
        uint64_t key = rig_in(sad, spi)->remote_key;
        assert_int_equal(sad_repath(sad, spi, &wrong[i], ESP_WAY_UDP, 1400), -EINVAL);
        assert_ptr_equal(tmpl_of(sad, spi), before);
        assert_memory_equal(before->bytes, udp4, sizeof udp4);
        assert_int_equal(rig_in(sad, spi)->remote_key, key);
        assert_int_equal(rig_stats(sad, spi).outer_mtu, 1500);
    }
    struct esp_path path = {v4, v4};
    assert_int_equal(sad_repath(sad, spi ^ 0x80000000, &path, ESP_WAY_UDP, 1400), -ENOENT);
    assert_int_equal(sad_remove(sad, spi), 0);
    assert_int_equal(sad_repath(sad, spi, &path, ESP_WAY_UDP, 1400), -ENOENT);
    sad_free(sad);
}

static void only_a_pair_of_ipv4_prefixes_for_everything_is_two_words(void **state)
{
    struct base_ts_list v4 = rig_ts("10.1.2.0/24"), host = rig_ts("192.0.2.7/32"), any = rig_ts("0.0.0.0/0"),
                        v6 = rig_ts("2001:db8::/32"), range = v4, ports = v4, proto = v4, odd = v4;
    range.list[0].hi = base_addr_ip4(0x0a0102fe);
    odd.list[0].lo = base_addr_ip4(0x0a010180); /* 256 addresses, but no prefix */
    odd.list[0].hi = base_addr_ip4(0x0a01027f);
    ports.list[0].port_hi = 80;
    proto.list[0].protocol = 17;
    const struct {
        const struct base_ts_list *src, *dst;
        bool is_simple;
    } cases[] = {{&v4, &v4, true},     {&v4, &host, true},   {&any, &v4, true},    {&any, &any, true},
                 {&v6, &v6, false},    {&v4, &v6, false},    {&range, &v4, false}, {&v4, &range, false},
                 {&ports, &v4, false}, {&v4, &proto, false}, {&odd, &v4, false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sad_sels *sels = sad_sels_make(cases[i].src, cases[i].dst);
        struct sad_addrs4 a;
        assert_non_null(sels);
        assert_int_equal(sad_addrs4_fill(&sels->local.list[0], &sels->remote.list[0], &a),
                         cases[i].is_simple);
        free(sels);
    }
}

static void two_words_admit_what_both_prefixes_hold(void **state)
{
    struct base_ts_list v4 = rig_ts("10.1.2.0/24"), host = rig_ts("192.0.2.7/32");
    struct sad_sels *sels = sad_sels_make(&v4, &host);
    const struct {
        const char *addrs; /* as in a header */
        bool is_in;
    } cases[] = {{"\x0a\x01\x02\x00\xc0\x00\x02\x07", true},  {"\x0a\x01\x02\xff\xc0\x00\x02\x07", true},
                 {"\x0a\x01\x03\x00\xc0\x00\x02\x07", false}, {"\x0a\x01\x01\xff\xc0\x00\x02\x07", false},
                 {"\x0a\x01\x02\x00\xc0\x00\x02\x06", false}, {"\xc0\x00\x02\x07\x0a\x01\x02\x00", false}};
    struct sad_addrs4 a;
    assert_true(sad_addrs4_fill(&sels->local.list[0], &sels->remote.list[0], &a));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t addrs;
        memcpy(&addrs, cases[i].addrs, sizeof addrs);
        assert_int_equal(sad_addrs4_match(&a, addrs), cases[i].is_in);
    }
    free(sels);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ipv4_headers_are_ready_to_copy),
        cmocka_unit_test(ipv6_headers_are_ready_to_copy),
        cmocka_unit_test(the_inner_mtu_is_the_largest_that_fits),
        cmocka_unit_test(fast_mtus_are_the_known_ones),
        cmocka_unit_test(an_mtu_out_of_range_is_refused_and_the_old_one_stays),
        cmocka_unit_test(a_new_path_is_in_force_at_once_and_leaves_the_old_header_whole),
        cmocka_unit_test(paths_may_change_again_and_again),
        cmocka_unit_test(while_a_worker_makes_no_turn_the_newest_path_waits),
        cmocka_unit_test(the_inbound_half_knows_the_new_peer),
        cmocka_unit_test(a_path_of_two_families_is_refused_and_changes_nothing),
        cmocka_unit_test(only_a_pair_of_ipv4_prefixes_for_everything_is_two_words),
        cmocka_unit_test(two_words_admit_what_both_prefixes_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
