/* SPDX-License-Identifier: BSD-3-Clause */
/* Shares: who is the greediest, and that what is counted out leaves nothing behind. */
#include "ike_pair.h"
#include "ike_core.h"
#include "ike_share.h"

#define N 3000

static struct ike *ike_sharing(void)
{
    struct ike *ike = calloc(1, sizeof *ike);
    ike->hash_seed = 7;
    assert_int_equal(ike_share_init(ike, 64), 0);
    return ike;
}

static void sharing_free(struct ike *ike)
{
    ike_share_fini(ike);
    free(ike);
}

static void add(struct ike *ike, struct ike_share_member *m, const char *addr)
{
    const struct base_addr a = pair_addr(addr);
    ike_share_add(ike, m, &a);
}

static void nobody_is_greedy_where_nothing_is_held(void **state)
{
    (void)state;
    struct ike *ike = ike_sharing();
    struct ike_share_member m = {0};
    const struct base_addr a = pair_addr("192.0.2.1");
    assert_null(ike_share_greediest(ike));
    add(ike, &m, "192.0.2.1");
    assert_ptr_equal(ike_share_greediest(ike), &m);
    ike_share_remove(ike, &m);
    ike_share_remove(ike, &m); /* twice is once */
    assert_null(ike_share_greediest(ike));
    assert_int_equal(ike_share_of(ike, &a).prefix, 0);
    sharing_free(ike);
}

static void the_oldest_of_the_greediest_address_goes_first(void **state)
{
    (void)state;
    struct ike *ike = ike_sharing();
    struct ike_share_member one[3] = {0}, many[40] = {0};
    struct base_addr who;
    add(ike, &one[0], "198.51.100.1");
    for (size_t i = 0; i < 40; i++)
        add(ike, &many[i], "203.0.113.9");
    add(ike, &one[1], "203.0.113.10"); /* a neighbour of the greedy one */
    add(ike, &one[2], "2001:db8::1");
    for (size_t i = 0; i < 38; i++) {
        assert_ptr_equal(ike_share_greediest(ike), &many[i]);
        const struct ike_share_count held = ike_share_held(&many[i], &who);
        assert_int_equal(held.address, 40 - i);
        assert_int_equal(held.prefix, 41 - i);
        ike_share_remove(ike, &many[i]);
    }
    sharing_free(ike);
}

static void addresses_of_one_prefix_count_together(void **state)
{
    (void)state;
    struct ike *ike = ike_sharing();
    struct ike_share_member wide[64] = {0}, own[8] = {0};
    for (size_t i = 0; i < 8; i++)
        add(ike, &own[i], "192.0.2.1"); /* more than any other address */
    for (unsigned i = 0; i < 64; i++) {
        char text[40];
        snprintf(text, sizeof text, "2001:db8:0:1:%x::%x", 7 * i, i);
        add(ike, &wide[i], text);
    }
    for (size_t i = 0; i < 32; i++) {
        struct base_addr who;
        struct ike_share_member *m = ike_share_greediest(ike);
        assert_int_equal(ike_share_held(m, &who).prefix, 64 - i);
        assert_ptr_equal(m, &wide[i]);
        ike_share_remove(ike, m);
    }
    sharing_free(ike);
}

static void equals_go_in_the_order_in_which_they_came(void **state)
{
    (void)state;
    struct ike *ike = ike_sharing();
    struct ike_share_member *m = calloc(N, sizeof *m);
    for (unsigned i = 0; i < N; i++) {
        const struct base_addr a = base_addr_ip4(0x0a000000u + (i << 8));
        ike_share_add(ike, &m[i], &a);
    }
    for (unsigned i = 0; i < N; i++) {
        assert_ptr_equal(ike_share_greediest(ike), &m[i]);
        ike_share_remove(ike, &m[i]);
    }
    free(m);
    sharing_free(ike);
}

static void counts_are_right_whatever_comes_and_goes(void **state)
{
    (void)state;
    struct ike *ike = ike_sharing();
    struct ike_share_member *m = calloc(N, sizeof *m);
    struct base_addr *addr = calloc(N, sizeof *addr);
    struct seed_rng rng = seed_rng(5);
    for (unsigned step = 0; step < 20000; step++) {
        uint32_t r[2];
        seed_rng_fill(&rng, r, sizeof r);
        const size_t i = r[0] % N;
        if (m[i].of) {
            ike_share_remove(ike, &m[i]);
        } else {
            addr[i] = base_addr_ip4(0x0a000000u + r[1] % 700);
            ike_share_add(ike, &m[i], &addr[i]);
        }
    }
    uint32_t most = 0;
    for (size_t i = 0; i < N; i++) {
        if (!m[i].of)
            continue;
        struct ike_share_count want = {0}, got = ike_share_of(ike, &addr[i]);
        for (size_t j = 0; j < N; j++) {
            want.address += m[j].of && base_addr_equal(&addr[i], &addr[j]);
            want.prefix += m[j].of && memcmp(addr[i].bytes, addr[j].bytes, 3) == 0;
        }
        assert_int_equal(got.address, want.address);
        assert_int_equal(got.prefix, want.prefix);
        most = got.prefix > most ? got.prefix : most;
    }
    struct base_addr who;
    assert_true(ike_share_held(ike_share_greediest(ike), &who).prefix > most / 2);
    free(addr);
    free(m);
    sharing_free(ike);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_is_greedy_where_nothing_is_held),
        cmocka_unit_test(the_oldest_of_the_greediest_address_goes_first),
        cmocka_unit_test(addresses_of_one_prefix_count_together),
        cmocka_unit_test(equals_go_in_the_order_in_which_they_came),
        cmocka_unit_test(counts_are_right_whatever_comes_and_goes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
