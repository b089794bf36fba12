/* SPDX-License-Identifier: BSD-3-Clause */
/* The pairs of addresses that a request may take. */
#include "ike_pair.h"

#include "ikev2_places.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

static struct pair *up(void)
{
    struct pair *p = pair_new();
    struct ike_conn_conf *a = &p->h[0].conf->conns[0];
    a->mobike = p->h[1].conf->conns[0].mobike = true;
    a->local_addrs[0] = pair_addr("192.0.2.1");
    a->local_addrs[1] = pair_addr("192.0.2.2");
    a->local_addrs[2] = pair_addr("2001:db8::1");
    a->n_local_addrs = 3;
    pair_start(p);
    pair_connect(p);
    return p;
}

static void assert_pair(const struct ike_path *path, const char *local, const char *remote)
{
    char is[BASE_ENDPOINT_TEXT_MAX];
    assert_string_equal(base_endpoint_text(&path->local, is), local);
    assert_string_equal(base_endpoint_text(&path->remote, is), remote);
    assert_true(path->natt);
}

static void all_pairs_of_a_family_but_the_present_one(void **state)
{
    (void)state;
    struct pair *p = up();
    struct ikev2_sa *sa = p->h[0].ike->v2->first;
    struct ike_path path;
    assert_null(sa->mobike.peer);
    assert_int_equal(ikev2_places_of(sa)->count, 0);
    ikev2_places_keep(sa, &(struct ikev2_places){
                              .count = 2, .list = {pair_addr("198.51.100.2"), pair_addr("2001:db8::2")}});
    static const char *const want[][2] = {
        {"192.0.2.2:4500", "198.51.100.1:4500"},
        {"192.0.2.1:4500", "198.51.100.2:4500"},
        {"192.0.2.2:4500", "198.51.100.2:4500"},
        {"[2001:db8::1]:4500", "[2001:db8::2]:4500"},
    };
    for (size_t i = 0; i < 4; i++) {
        assert_true(ikev2_places_pair(p->h[0].ike, sa, i, &path));
        assert_pair(&path, want[i][0], want[i][1]);
        assert_true(ikev2_places_has_pair(p->h[0].ike, sa, &path));
    }
    assert_false(ikev2_places_pair(p->h[0].ike, sa, 4, &path));
    assert_false(ikev2_places_has_pair(p->h[0].ike, sa, &sa->path));
    pair_free(p);
}

static struct base_addr own;

static size_t own_one(void *ctx, struct base_addr *out, size_t max)
{
    assert_true(max > 16);
    out[0] = own;
    return own.family != BASE_AF_NONE;
}

static void ours_is_what_a_port_has_with_a_link_or_without(void **state)
{
    (void)state;
    struct pair *p = up();
    const struct base_addr here = p->h[0].ike->v2->first->path.local.addr;
    assert_true(ikev2_places_is_ours(p->h[0].ike, &here)); /* as far as anybody knows */
    p->h[0].ike->env.own_addrs = own_one;
    own = here;
    assert_true(ikev2_places_is_ours(p->h[0].ike, &here));
    own = pair_addr("192.0.2.77");
    assert_false(ikev2_places_is_ours(p->h[0].ike, &here));
    own = (struct base_addr){0};
    assert_false(ikev2_places_is_ours(p->h[0].ike, &here));
    pair_free(p);
}

static void ours_must_be_allowed_and_in_use(void **state)
{
    (void)state;
    struct pair *p = up();
    struct ikev2_sa *sa = p->h[0].ike->v2->first;
    struct ike_path path = sa->path;
    assert_true(ikev2_places_is_usable(p->h[0].ike, sa, &path));
    path.local.addr = pair_addr("192.0.2.3");
    assert_false(ikev2_places_is_usable(p->h[0].ike, sa, &path));
    /* Any is allowed, and the host has this one. */
    p->h[0].conf->conns[0].n_local_addrs = 0;
    p->h[0].addr = path.local.addr;
    assert_true(ikev2_places_is_usable(p->h[0].ike, sa, &path));
    assert_true(ikev2_places_pair(p->h[0].ike, sa, 0, &path));
    assert_pair(&path, "192.0.2.3:4500", "198.51.100.1:4500");
    assert_false(ikev2_places_pair(p->h[0].ike, sa, 1, &path));
    pair_free(p);
}

/* RFC 4555 3.6: what the peer named does not hold the address where it was at first. */
static void the_address_that_is_left_is_kept_for_the_way_back(void **state)
{
    (void)state;
    const struct base_addr v4 = pair_addr("198.51.100.1"), v6 = pair_addr("2001:db8::2"),
                           other = pair_addr("198.51.100.2");
    struct ikev2_places p = {.count = 2, .list = {other, v6}};
    ikev2_places_exchange(&p, &v6, &v4);
    assert_int_equal(p.count, 2);
    assert_true(base_addr_equal(&p.list[0], &other) && base_addr_equal(&p.list[1], &v4));
    ikev2_places_exchange(&p, &v4, &v4); /* our end alone moved */
    assert_true(base_addr_equal(&p.list[1], &v4));
    ikev2_places_exchange(&p, &v4, &v6);
    assert_true(base_addr_equal(&p.list[1], &v6));
    ikev2_places_exchange(&p, &v4, &v6); /* known already */
    assert_int_equal(p.count, 2);
    p.count = 0;
    ikev2_places_exchange(&p, &v6, &v4);
    assert_true(p.count == 1 && base_addr_equal(&p.list[0], &v4));
    for (p.count = 0; p.count < IKEV2_PLACES_MAX; p.count++) {
        p.list[p.count] = other;
        p.list[p.count].bytes[3] = (uint8_t)(100 + p.count);
    }
    ikev2_places_exchange(&p, &v6, &v4); /* no room */
    assert_int_equal(p.count, IKEV2_PLACES_MAX);
}

static void an_heir_has_a_list_of_its_own(void **state)
{
    (void)state;
    struct pair *p = up();
    struct ikev2_sa *sa = p->h[0].ike->v2->first;
    const struct ikev2_places told = {.count = 1, .list = {pair_addr("198.51.100.2")}};
    ikev2_places_keep(sa, &told);
    p->hold = true;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b", .rekey_ike = true});
    pair_deliver_one(p);
    pair_deliver_one(p);
    const struct ikev2_sa *heir = sa->link.next;
    assert_non_null(heir);
    assert_ptr_not_equal(heir->mobike.peer, sa->mobike.peer);
    assert_int_equal(ikev2_places_of(heir)->count, 1);
    assert_true(base_addr_equal(&ikev2_places_of(heir)->list[0], &told.list[0]));
    ikev2_places_keep(sa, &(struct ikev2_places){0});
    assert_null(sa->mobike.peer);
    p->hold = false;
    pair_run(p, 5);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_pairs_of_a_family_but_the_present_one),
        cmocka_unit_test(the_address_that_is_left_is_kept_for_the_way_back),
        cmocka_unit_test(ours_is_what_a_port_has_with_a_link_or_without),
        cmocka_unit_test(ours_must_be_allowed_and_in_use),
        cmocka_unit_test(an_heir_has_a_list_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
