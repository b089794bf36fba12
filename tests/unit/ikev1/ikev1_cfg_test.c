/* SPDX-License-Identifier: BSD-3-Clause */
/* Inner addresses by mode-config between two engines, pulled and pushed. */
#include "ikev1_login_pair.h"
#include "pool_book.h"

static void expect_address(struct pair *p)
{
    const struct base_addr want = pair_addr("10.9.0.1");
    pair_start(p);
    pair_connect(p);
    pair_check_one(p);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(sa_of(p, i)->n_inner, 1);
        assert_true(base_addr_equal(&sa_of(p, i)->inner[0], &want));
        const struct base_ts_list *l =
            i ? &p->h[i].children[0].i.pair.remote_ts : &p->h[i].children[0].i.pair.local_ts;
        assert_int_equal(l->count, 1);
        assert_true(base_addr_equal(&l->list[0].lo, &want) && base_addr_equal(&l->list[0].hi, &want));
    }
    assert_true(base_addr_equal(&p->h[0].children[0].i.pair.inner[0], &want));
    pair_free(p);
}

static void an_address_is_asked_for_or_told_unasked(void **state)
{
    (void)state;
    for (int push = 0; push < 2; push++) {
        struct pair *p = pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP);
        with_pool(p, push);
        expect_address(p);
        p = pair_v1_login("ann", "secret");
        with_pool(p, push);
        expect_address(p);
    }
}

static void a_lease_is_the_users_and_ends_with_its_sa(void **state)
{
    (void)state;
    struct pair *p = pair_v1_login("ann", "secret");
    const struct ike_id ann = pair_id("keyid:ann");
    const struct base_addr addr = pair_addr("10.9.0.1");
    with_pool(p, false);
    pair_start(p);
    pair_connect(p);
    assert_int_equal(pool_holder(p->h[1].ike->pools, &addr, &ann), sa_of(p, 1)->id);
    assert_int_equal(pair_event(p, 0, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "b"}), 0);
    pair_run(p, 2);
    assert_int_equal(pool_holder(p->h[1].ike->pools, &addr, &ann), 0);
    pair_free(p);
}

/* Cisco's asks for no address when it makes its SA anew. */
static void a_lease_goes_over_to_an_sa_that_asks_for_none(void **state)
{
    (void)state;
    struct pair *p = pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP);
    const struct ike_id *a = &p->h[1].conf->conns[0].remote_id;
    const struct base_addr addr = pair_addr("10.9.0.1");
    with_pool(p, false);
    pair_start(p);
    pair_connect(p);
    pair_run(p, 5);
    p->h[0].conf->conns[0].n_virtual_addrs = 0;
    assert_int_equal(
        pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b", .rekey_ike = true}), 0);
    pair_run(p, 15);
    pair_check_one(p);
    assert_int_equal(pool_holder(p->h[1].ike->pools, &addr, a), sa_of(p, 1)->id);
    assert_int_equal(sa_of(p, 1)->n_inner, 1);
    pair_free(p);
}

/* Two devices of one identity at two places: the first one that starts anew has its own address again. */
static void devices_of_one_identity_keep_what_they_have(void **state)
{
    (void)state;
    static const char *const has[] = {"10.9.0.1", "10.9.0.2", "10.9.0.1"};
    struct pair *p = pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP);
    const struct base_addr places[] = {p->nat_addr, pair_addr("203.0.113.8"), p->nat_addr};
    p->has_nat = true;
    p->h[1].conf->conns[0].unique = IKE_UNIQUE_KEEP;
    with_pool(p, false);
    pair_start(p);
    for (size_t i = 0; i < 3; i++) {
        char text[BASE_ADDR_TEXT_MAX];
        p->nat_addr = places[i];
        if (i)
            pair_crash(p, 0);
        pair_connect(p);
        assert_int_equal(sa_of(p, 0)->n_inner, 1);
        assert_string_equal(base_addr_text(&sa_of(p, 0)->inner[0], text), has[i]);
    }
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_is_asked_for_or_told_unasked),
        cmocka_unit_test(a_lease_goes_over_to_an_sa_that_asks_for_none),
        cmocka_unit_test(a_lease_is_the_users_and_ends_with_its_sa),
        cmocka_unit_test(devices_of_one_identity_keep_what_they_have),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
