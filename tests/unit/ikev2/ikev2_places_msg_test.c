/* SPDX-License-Identifier: BSD-3-Clause */
/* Lists of addresses in messages: what is put, what is taken, and that a peer cannot make a list grow. */
#include "ike_pair.h"

#include "ikev2_msg.h"
#include "ikev2_places_msg.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

/* What was built, as a received message. */
static void read_back(const struct wire_ike_builder *b, struct ikev2_msg *out)
{
    *out = (struct ikev2_msg){0};
    assert_int_equal(wire_ike_plds_parse(wire_ike_chain_first(b), wire_ike_chain_bytes(b), &out->plds),
                     WIRE_IKE_OK);
}

static void what_is_put_is_taken_without_the_present_address(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    struct ike_conn_conf *c = &p->h[0].conf->conns[0];
    c->local_addrs[0] = pair_addr("192.0.2.1");
    c->local_addrs[1] = pair_addr("192.0.2.2");
    c->local_addrs[2] = pair_addr("2001:db8::1");
    c->n_local_addrs = 3;
    pair_start(p);
    pair_connect(p);
    struct ike *ike = p->h[0].ike;
    struct wire_ike_builder b = ikev2_msg_begin(ike);
    struct ikev2_places got = {.count = 1};
    struct ikev2_msg msg;
    ikev2_places_put(ike, ike->v2->first, &b, true);
    read_back(&b, &msg);
    assert_true(ikev2_places_take(&got, &msg));
    assert_int_equal(got.count, 2);
    assert_true(base_addr_equal(&got.list[0], &c->local_addrs[1]));
    assert_true(base_addr_equal(&got.list[1], &c->local_addrs[2]));
    pair_free(p);
}

static void behind_a_nat_the_public_addresses_are_told(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->has_dnat = true;
    p->h[0].conf->conns[0].remote_addr = p->public_addr;
    p->h[1].conf->public_addrs[0] = p->public_addr;
    p->h[1].conf->public_addrs[1] = pair_addr("203.0.113.98");
    p->h[1].conf->n_public_addrs = 2;
    pair_start(p);
    pair_connect(p);
    struct ike *ike = p->h[1].ike;
    struct wire_ike_builder b = ikev2_msg_begin(ike);
    struct ikev2_places got;
    struct ikev2_msg msg;
    ikev2_places_put(ike, ike->v2->first, &b, true);
    read_back(&b, &msg);
    assert_true(ikev2_places_take(&got, &msg));
    assert_int_equal(got.count, 1);
    assert_true(base_addr_equal(&got.list[0], &p->h[1].conf->public_addrs[1]));
    pair_free(p);
}

static void none_is_said_where_a_list_changes_and_empties_it(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike *ike = p->h[0].ike;
    struct ikev2_places got = {.count = 2};
    struct ikev2_msg msg;
    for (int is_change = 0; is_change < 2; is_change++) {
        struct wire_ike_builder b = ikev2_msg_begin(ike);
        ikev2_msg_put_notify(&b, WIRE_IKE_N_INITIAL_CONTACT, BASE_SPAN_NONE);
        ikev2_places_put(ike, ike->v2->first, &b, is_change);
        read_back(&b, &msg);
        assert_int_equal(ikev2_places_take(&got, &msg), is_change);
        assert_int_equal(got.count, is_change ? 0 : 2);
    }
    pair_free(p);
}

static void a_list_has_an_end_and_addresses_have_their_length(void **state)
{
    (void)state;
    static const uint8_t bytes[17] = {203, 0, 113, 1};
    struct pair *p = pair_up();
    struct wire_ike_builder b = ikev2_msg_begin(p->h[0].ike);
    struct ikev2_places got = {0};
    struct ikev2_msg msg;
    for (size_t len = 0; len <= sizeof bytes; len++) {
        ikev2_msg_put_notify(&b, WIRE_IKE_N_ADDITIONAL_IP4_ADDRESS, base_span(bytes, len));
        ikev2_msg_put_notify(&b, WIRE_IKE_N_ADDITIONAL_IP6_ADDRESS, base_span(bytes, len));
    }
    read_back(&b, &msg);
    assert_true(ikev2_places_take(&got, &msg));
    assert_int_equal(got.count, 2);
    assert_int_equal(got.list[0].family, BASE_AF_IP4);
    assert_int_equal(got.list[1].family, BASE_AF_IP6);
    b = ikev2_msg_begin(p->h[0].ike);
    for (size_t i = 0; i < 3 * IKEV2_PLACES_MAX; i++)
        ikev2_msg_put_notify(&b, WIRE_IKE_N_ADDITIONAL_IP4_ADDRESS, base_span(bytes, 4));
    read_back(&b, &msg);
    assert_true(ikev2_places_take(&got, &msg));
    assert_int_equal(got.count, IKEV2_PLACES_MAX);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_put_is_taken_without_the_present_address),
        cmocka_unit_test(behind_a_nat_the_public_addresses_are_told),
        cmocka_unit_test(none_is_said_where_a_list_changes_and_empties_it),
        cmocka_unit_test(a_list_has_an_end_and_addresses_have_their_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
