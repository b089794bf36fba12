/* SPDX-License-Identifier: BSD-3-Clause */
/* The doors of the engine: repeated, forged and malformed packets. */
#include "ike_pair.h"

static void repeated_and_forged_messages_move_nothing(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike_path elsewhere = p->last.path;
    const int to = p->last.to;
    elsewhere.remote.addr = pair_addr("203.0.113.66");
    /* the last message once more, from elsewhere, and one with a bit flipped */
    ike_on_packet(p->h[to].ike, p->now, &elsewhere, base_span(p->last.bytes, p->last.len));
    p->last.bytes[p->last.len - 1] ^= 1;
    ike_on_packet(p->h[to].ike, p->now, &elsewhere, base_span(p->last.bytes, p->last.len));
    pair_drain(p);
    assert_int_equal(pair_stats(p, to).moves, 0);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(repeated_and_forged_messages_move_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
