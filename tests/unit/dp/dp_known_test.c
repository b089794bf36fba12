/* SPDX-License-Identifier: BSD-3-Clause */
/* Which IKE messages are of SAs that live. */
#include "dp_known.h"

#include <errno.h>
#include "dp_core.h"
#include "dp_way.h"

static struct base_span message_of(uint8_t bytes[28], uint64_t spi_i, uint64_t spi_r, uint8_t flags)
{
    memset(bytes, 0, 28);
    dp_put64(bytes, spi_i);
    dp_put64(bytes + 8, spi_r);
    bytes[19] = flags;
    return base_span(bytes, 28);
}

static void our_spi_is_the_one_that_the_sender_did_not_draw(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    const struct dp_known *k = r.a.dp->known;
    uint8_t m[28];
    assert_int_equal(dp_know(r.a.dp, 0, true), -EINVAL);
    assert_int_equal(dp_know(r.a.dp, 77, false), -ENOENT);
    assert_int_equal(dp_know(r.a.dp, 77, true), 0);
    assert_int_equal(dp_know(r.a.dp, 77, true), 0);
    assert_true(dp_known_has(k, message_of(m, 5, 77, 0x08)));  /* a request of the initiator's */
    assert_true(dp_known_has(k, message_of(m, 77, 5, 0x20)));  /* the responder's answer */
    assert_false(dp_known_has(k, message_of(m, 77, 5, 0x08))); /* somebody else drew the same */
    assert_false(dp_known_has(k, message_of(m, 77, 0, 0x08))); /* IKE_SA_INIT */
    assert_false(dp_known_has(k, base_span(m, 27)));
    assert_int_equal(dp_know(r.a.dp, 77, false), 0);
    assert_false(dp_known_has(k, message_of(m, 5, 77, 0x08)));
    rig_free(&r);
}

static void what_finds_no_room_stays_a_strangers_and_harms_no_other(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    uint8_t m[28];
    for (uint64_t i = 1; i <= 8; i++)
        assert_int_equal(dp_know(r.a.dp, i << 32 | 9, true), 0);
    assert_int_equal(dp_know(r.a.dp, UINT64_C(9) << 32 | 9, true), -ENOSPC);
    assert_false(dp_known_has(r.a.dp->known, message_of(m, 1, UINT64_C(9) << 32 | 9, 0x08)));
    for (uint64_t i = 1; i <= 8; i++)
        assert_true(dp_known_has(r.a.dp->known, message_of(m, 1, i << 32 | 9, 0x08)));
    assert_int_equal(dp_know(r.a.dp, UINT64_C(3) << 32 | 9, false), 0);
    assert_int_equal(dp_know(r.a.dp, UINT64_C(9) << 32 | 9, true), 0);
    rig_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(our_spi_is_the_one_that_the_sender_did_not_draw),
        cmocka_unit_test(what_finds_no_room_stays_a_strangers_and_harms_no_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
