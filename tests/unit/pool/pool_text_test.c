/* SPDX-License-Identifier: BSD-3-Clause */
/* Leases as lines. */
#include "pool_test.h"
#include "pool_text.h"

static char line[POOL_TEXT_MAX];

static size_t write_line(enum pool_record_kind kind, const char *addr, const struct ike_id *id, int64_t since)
{
    const struct pool_record r = {.kind = kind, .addr = addr_of(addr), .id = *id};
    const size_t n = pool_text_write(&r, since, line);
    assert_int_equal(strlen(line), n);
    assert_int_equal(line[n - 1], '\n');
    return n - 1;
}

static void a_line_survives_a_round_trip(void **state)
{
    const struct ike_id ids[] = {id_of("@foo"), id_of("192.0.2.1"), id_of("0x00ff20"), id_of("a b@x")};
    struct pool_record r;
    int64_t since;
    (void)state;
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        const size_t n =
            write_line(POOL_RECORD_IDLE, i % 2 ? "2001:db8::7" : "10.9.0.1", &ids[i], 1700000000);
        assert_true(pool_text_read(line, n, &r, &since));
        assert_int_equal(r.kind, POOL_RECORD_IDLE);
        assert_addr(r.addr, i % 2 ? "2001:db8::7" : "10.9.0.1");
        assert_true(ike_id_equal(&r.id, &ids[i]));
        assert_int_equal(since, 1700000000);
    }
    const size_t n = write_line(POOL_RECORD_HELD, "10.9.0.1", &ids[0], 5);
    assert_true(pool_text_read(line, n, &r, &since));
    assert_int_equal(r.kind, POOL_RECORD_HELD);
    assert_memory_equal(line, "held 10.9.0.1 02666f6f 5 *", 26);
}

static void the_longest_identity_fits(void **state)
{
    struct ike_id id = {.type = WIRE_IKE_ID_KEY, .len = IKE_ID_MAX};
    struct pool_record r;
    int64_t since;
    (void)state;
    memset(id.bytes, 0xfe, sizeof id.bytes);
    const size_t n = write_line(POOL_RECORD_IDLE, "2001:db8:1111:2222:3333:4444:5555:6666", &id, INT64_MIN);
    assert_true(pool_text_read(line, n, &r, &since));
    assert_true(ike_id_equal(&r.id, &id));
    assert_int_equal(since, INT64_MIN);
}

static void what_is_gone_has_no_identity(void **state)
{
    struct pool_record r;
    int64_t since;
    (void)state;
    const size_t n = write_line(POOL_RECORD_GONE, "10.9.0.1", &(struct ike_id){0}, 5);
    assert_true(pool_text_read(line, n, &r, &since));
    assert_int_equal(r.kind, POOL_RECORD_GONE);
    assert_int_equal(r.id.type, 0);
}

static void each_damaged_byte_is_seen(void **state)
{
    const struct ike_id id = id_of("@foo");
    struct pool_record r;
    int64_t since;
    (void)state;
    const size_t n = write_line(POOL_RECORD_IDLE, "10.9.0.1", &id, 1700000000);
    for (size_t bit = 0; bit < 8 * n; bit++) {
        line[bit / 8] = (char)(line[bit / 8] ^ 1 << bit % 8);
        assert_false(pool_text_read(line, n, &r, &since));
        line[bit / 8] = (char)(line[bit / 8] ^ 1 << bit % 8);
    }
    for (size_t len = 0; len < n; len++)
        assert_false(pool_text_read(line, len, &r, &since));
    assert_true(pool_text_read(line, n, &r, &since));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_survives_a_round_trip),
        cmocka_unit_test(the_longest_identity_fits),
        cmocka_unit_test(what_is_gone_has_no_identity),
        cmocka_unit_test(each_damaged_byte_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
