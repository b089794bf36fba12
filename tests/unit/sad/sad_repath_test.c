/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A pair that goes on over the other family, or another way: both halves have the new shape and no mix of
 * two, and what cannot change now changes later. The same shape elsewhere: sad_path_test.c.
 */
#include "sad_rig.h"

#include <errno.h>

#define LOCAL  "10.1.0.0/16"
#define REMOTE "10.2.0.0/16"

static const struct {
    const char *local, *remote;
    enum esp_way way;
    size_t hdr_bytes;
    uint16_t flags;
    const char *what; /* next protocol, behind the addresses the ports or the SPI */
} shapes[] = {
    {"192.0.2.1", "192.0.2.2", ESP_WAY_UDP, 28, SAD_F_ENCAP | SAD_F_FAST, "4 udp"},
    {"192.0.2.1", "192.0.2.3", ESP_WAY_ESP, 20, 0, "4 esp"},
    {"2001:db8::1", "2001:db8::2", ESP_WAY_ESP, 40, SAD_F_OUTER6, "6 esp"},
    {"2001:db8::1", "2001:db8::3", ESP_WAY_UDP, 48, SAD_F_OUTER6 | SAD_F_ENCAP, "6 udp"},
    {"192.0.2.1", "192.0.2.2", ESP_WAY_TCP, 28, SAD_F_ENCAP | SAD_F_STREAM, "4 tcp"},
    {"2001:db8::1", "2001:db8::2", ESP_WAY_TCP, 48, SAD_F_OUTER6 | SAD_F_ENCAP | SAD_F_STREAM, "6 tcp"},
};

#define SHAPES      (sizeof shapes / sizeof shapes[0])
#define SHAPE_FLAGS (SAD_F_ENCAP | SAD_F_FAST | SAD_F_OUTER6 | SAD_F_STREAM)

static struct esp_path path_of(size_t shape)
{
    return (struct esp_path){rig_endpoint(shapes[shape].local, 4500),
                             rig_endpoint(shapes[shape].remote, 4501)};
}

static uint32_t install(struct sad *sad)
{
    const struct esp_pair p = rig_params(sad, LOCAL, REMOTE);
    assert_int_equal(sad_install(sad, &p), 0);
    return p.spi_in;
}

static void out_has_shape(struct sad *sad, uint32_t spi, size_t shape)
{
    const struct sad_out *out = rig_out(sad, spi);
    const uint8_t *hdr = out->tmpl[out->tmpl_at].bytes;
    const bool is6 = shapes[shape].flags & SAD_F_OUTER6;
    const struct esp_path path = path_of(shape);
    const size_t addr = is6 ? 16 : 4, ip = is6 ? 40 : 20;
    assert_int_equal(out->hdr_bytes, shapes[shape].hdr_bytes);
    assert_int_equal(out->front_bytes, shapes[shape].hdr_bytes + 16 + SAD_L2_ROOM);
    assert_int_equal(out->flags & SHAPE_FLAGS, shapes[shape].flags);
    assert_int_equal(hdr[0] >> 4, is6 ? 6 : 4);
    assert_int_equal(hdr[is6 ? 6 : 9], shapes[shape].way != ESP_WAY_ESP ? 17 : 50);
    assert_memory_equal(hdr + ip - addr, path.remote.addr.bytes, addr);
    if (shapes[shape].way != ESP_WAY_ESP)
        assert_memory_equal(hdr + ip, "\x11\x94\x11\x95", 4);
    assert_memory_equal(hdr + shapes[shape].hdr_bytes, "\0\0\x10", 3); /* the peer's SPI */
    if (!is6)
        assert_memory_equal(&out->path.remote_be, path.remote.addr.bytes, 4);
}

static void in_has_shape(struct sad *sad, uint32_t spi, size_t shape)
{
    const struct sad_in *in = rig_in(sad, spi);
    const bool is6 = shapes[shape].flags & SAD_F_OUTER6, is_udp = shapes[shape].way != ESP_WAY_ESP,
               is_tcp = shapes[shape].way == ESP_WAY_TCP;
    const struct esp_path path = path_of(shape);
    uint32_t remote_be;
    /* Inbound the fast path takes plain ESP, too. */
    assert_int_equal(in->flags & SHAPE_FLAGS, shapes[shape].flags | (is6 || is_tcp ? 0 : SAD_F_FAST));
    if (is6) {
        assert_memory_equal(in->local6, path.local.addr.bytes, 16);
        assert_memory_equal(in->remote6, path.remote.addr.bytes, 16);
        assert_int_equal(in->remote6_port, is_udp ? 4501 : 0);
        return;
    }
    memcpy(&remote_be, path.remote.addr.bytes, 4);
    assert_memory_equal(&in->local4, path.local.addr.bytes, 4);
    assert_int_equal(in->remote_key, sad_remote_key(remote_be, is_udp ? 0x9511 : 0));
}

static void a_pair_goes_from_each_shape_to_each_other(void **state)
{
    (void)state;
    struct sad *sad = rig_sad(64, 1);
    rig_worker_on(sad_qsbr(sad), 0);
    for (size_t from = 0; from < SHAPES; from++) {
        for (size_t to = 0; to < SHAPES; to++) {
            const uint32_t spi = install(sad);
            const struct esp_path a = path_of(from), b = path_of(to);
            const uint16_t owner = rig_out(sad, spi)->owner;
            const uint16_t kept = (uint16_t)(rig_in(sad, spi)->flags & ~SHAPE_FLAGS);
            rig_worker_off(sad_qsbr(sad), 0); /* no burst holds anything up */
            assert_int_equal(sad_repath(sad, spi, &a, shapes[from].way, 1500), 0);
            out_has_shape(sad, spi, from);
            in_has_shape(sad, spi, from);
            assert_int_equal(sad_repath(sad, spi, &b, shapes[to].way, 1400), 0);
            out_has_shape(sad, spi, to);
            in_has_shape(sad, spi, to);
            rig_worker_on(sad_qsbr(sad), 0);
            assert_int_equal(rig_out(sad, spi)->owner, owner);
            assert_int_equal(rig_in(sad, spi)->flags & ~SHAPE_FLAGS, kept);
            const struct sad_stats now = rig_stats(sad, spi);
            assert_memory_equal(&now.path, &b, sizeof b);
            /* The inner packet that just fits does, with the new header. */
            const size_t padded = (now.inner_mtu + 2u + 3u) / 4 * 4;
            /* TCP has a longer header than UDP, and the message's length. */
            const size_t head = shapes[to].hdr_bytes + (shapes[to].way == ESP_WAY_TCP ? 32 - 8 + 2 : 0);
            assert_true(head + 16 + padded + 16 <= 1400);
            assert_true(head + 16 + padded + 4 + 16 > 1400);
            assert_int_equal(sad_remove(sad, spi), 0);
        }
    }
    rig_worker_off(sad_qsbr(sad), 0);
    sad_free(sad);
}

static void while_a_worker_makes_no_turn_another_shape_waits(void **state)
{
    (void)state;
    struct sad *sad = rig_sad(16, 1);
    struct rte_rcu_qsbr *qsbr = sad_qsbr(sad);
    const uint32_t spi = install(sad);
    const struct esp_path six = path_of(3), old = rig_stats(sad, spi).path;
    const uint16_t owner = rig_out(sad, spi)->owner;
    rig_worker_on(qsbr, 0);
    assert_int_equal(sad_repath(sad, spi, &six, ESP_WAY_UDP, 1400), 0);
    assert_int_equal(rig_out(sad, spi)->hdr_bytes, 28);
    assert_int_equal(rig_out(sad, spi)->owner, owner); /* it seals on, the way of before */
    const struct sad_stats now = rig_stats(sad, spi);
    assert_memory_equal(&now.path, &old, sizeof old);
    rig_worker_off(qsbr, 0);
    assert_int_equal(sad_reclaim(sad), 0);
    out_has_shape(sad, spi, 3);
    in_has_shape(sad, spi, 3);
    assert_int_equal(rig_stats(sad, spi).outer_mtu, 1400);
    sad_free(sad);
}

static void what_is_on_its_way_to_another_owner_arrives_first(void **state)
{
    (void)state;
    struct sad *sad = rig_sad(16, 2);
    const uint32_t spi = install(sad);
    const struct esp_path six = path_of(2);
    struct sad_out *out = rig_out(sad, spi);
    const uint16_t owner = out->owner;
    out->owner = owner | SAD_OWNER_MOVING;
    assert_int_equal(sad_repath(sad, spi, &six, ESP_WAY_ESP, 1400), 0);
    assert_int_equal(out->hdr_bytes, 28);
    assert_int_equal(out->owner, owner | SAD_OWNER_MOVING);
    out->owner = owner;
    (void)sad_reclaim(sad);
    out_has_shape(sad, spi, 2);
    sad_free(sad);
}

static void what_no_header_is_made_for_is_refused(void **state)
{
    (void)state;
    struct sad *sad = rig_sad(16, 1);
    const uint32_t spi = install(sad);
    const struct esp_path six = path_of(2), mixed = {path_of(0).local, six.remote};
    const struct sad_out before = *rig_out(sad, spi);
    assert_int_equal(sad_repath(sad, spi, &six, (enum esp_way)3, 1400), -EINVAL);
    assert_int_equal(sad_repath(sad, spi, &mixed, ESP_WAY_UDP, 1400), -EINVAL);
    assert_int_equal(sad_repath(sad, spi, &six, ESP_WAY_UDP, 1279), -EINVAL);
    assert_memory_equal(rig_out(sad, spi), &before, sizeof before);
    sad_free(sad);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pair_goes_from_each_shape_to_each_other),
        cmocka_unit_test(while_a_worker_makes_no_turn_another_shape_waits),
        cmocka_unit_test(what_is_on_its_way_to_another_owner_arrives_first),
        cmocka_unit_test(what_no_header_is_made_for_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
