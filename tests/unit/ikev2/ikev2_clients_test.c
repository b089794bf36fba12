/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What clients of the field send, and strongSwan cannot be made to: messages by hand, one habit each. Whose
 * habit it is stands in front of each test.
 */
#include "ike_craft.h"

static struct craft *caller(void)
{
    return craft_new(pair_new());
}

/* Requests of IKE_SA_INIT as the connection has them, but for the SA payload. */
static int init_with(struct craft *c, const struct wire_ike_sa *sa)
{
    struct wire_ike_builder b = craft_init_begin(c);
    wire_ike_put_sa(&b, sa);
    craft_put_ke(c, &b);
    craft_put_natd(c, &b, false);
    return craft_init_send(c, &b);
}

static void offer(struct craft *c, struct wire_ike_sa *out)
{
    const struct ike_conn_conf *conn = &c->p->h[0].conf->conns[0];
    ikev2_select_offer(conn->proposals, conn->n_proposals, 0, 0, IKEV2_DH_WANTED, out);
}

static struct ike_child_view child_of(struct craft *c)
{
    struct ike_sa_view sa;
    struct ike_child_view child;
    assert_true(ike_show_next(c->p->h[1].ike, 0, &sa));
    assert_true(ike_show_child(c->p->h[1].ike, sa.id, 0, &child));
    return child;
}

/* macOS: proposals whose numbers do not begin with 1, when it rekeys the IKE SA. */
static void an_offer_may_begin_with_number_3_and_is_answered_by_it(void **state)
{
    (void)state;
    static struct wire_ike_sa sa;
    struct craft *c = caller();
    offer(c, &sa);
    for (size_t i = 0; i < sa.count; i++)
        sa.list[i].number = (uint8_t)(sa.list[i].number + 2);
    assert_int_equal(init_with(c, &sa), 0);
    assert_int_equal(c->sa->algs.number, 3);
    craft_free(c);
}

/* Android over IPv6, and IPv4 peers of old: no NAT detection at all means ESP without UDP, on port 500. */
static void without_nat_detection_esp_goes_by_itself(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->h[0].addr = pair_addr("2001:db8::1");
    p->h[1].addr = pair_addr("2001:db8::2");
    p->h[0].conf->conns[0].remote_addr = p->h[1].addr;
    p->h[1].conf->conns[0].remote_addr = p->h[0].addr;
    struct craft *c = craft_new(p);
    struct wire_ike_builder b = craft_init_begin(c);
    craft_put_ike(c, &b);
    craft_put_ke(c, &b);
    assert_int_equal(craft_init_send(c, &b), 0);
    b = craft_begin(c);
    craft_put_auth(c, &b);
    craft_put_child(c, &b, 0xa0000001, "10.1.0.0/16", "10.2.0.0/16");
    assert_true(craft_send(c, WIRE_IKE_AUTH, &b, 0));
    assert_int_equal(c->p->h[1].n_children, 1);
    assert_int_equal(c->p->h[1].children[0].i.pair.way, ESP_WAY_ESP);
    craft_free(c);
}

/* Android over IPv4: a source hash that is wrong though there is no NAT asks for UDP. */
static void a_wrong_source_hash_without_a_nat_asks_for_udp(void **state)
{
    (void)state;
    struct craft *c = caller();
    struct wire_ike_builder b = craft_init_begin(c);
    craft_put_ike(c, &b);
    craft_put_ke(c, &b);
    craft_put_natd(c, &b, true);
    assert_int_equal(craft_init_send(c, &b), 0);
    craft_float(c);
    b = craft_begin(c);
    craft_put_auth(c, &b);
    craft_put_child(c, &b, 0xa0000001, "10.1.0.0/16", "10.2.0.0/16");
    assert_true(craft_send(c, WIRE_IKE_AUTH, &b, 0));
    assert_int_equal(c->p->h[1].children[0].i.pair.way, ESP_WAY_UDP);
    craft_free(c);
}

/* Windows: no IDr, and vendor ids and payloads that nobody knows. */
static void no_idr_is_asked_for_and_strange_payloads_are_passed_over(void **state)
{
    (void)state;
    struct craft *c = caller();
    struct wire_ike_builder b = craft_init_begin(c);
    craft_put_ike(c, &b);
    craft_put_ke(c, &b);
    craft_put_natd(c, &b, false);
    for (int i = 0; i < 8; i++)
        wire_ike_put_raw(&b, WIRE_IKE_P_VENDOR, base_span("MS NT5 ISAKMPOAKLEY", 19));
    wire_ike_put_notify(&b, &(struct wire_ike_notification){.type = 40961, .data = base_span("x", 1)});
    wire_ike_put_raw(&b, 200, base_span("of private use", 14));
    assert_int_equal(craft_init_send(c, &b), 0);
    b = craft_begin(c);
    craft_put_auth(c, &b);
    wire_ike_put_notify(&b, &(struct wire_ike_notification){.type = 12345 + 16384});
    wire_ike_put_raw(&b, 201, base_span("of private use", 14));
    craft_put_child(c, &b, 0xa0000001, "10.1.0.0/16", "10.2.0.0/16");
    assert_true(craft_send(c, WIRE_IKE_AUTH, &b, 0));
    assert_int_equal(ikev2_msg_error(&c->answer, NULL), 0);
    assert_int_equal(c->p->h[1].n_children, 1);
    craft_free(c);
}

/* Windows with a certificate: IKE_AUTH in 29 fragments of its own size, and in any order. */
static void an_auth_in_29_fragments_comes_in_any_order(void **state)
{
    (void)state;
    static const uint8_t big[14500];
    for (int backwards = 0; backwards < 2; backwards++) {
        struct craft *c = caller();
        struct ike_dgrams out;
        struct base_span d, list[64];
        size_t at = 0, n = 0;
        struct wire_ike_builder b = craft_init_begin(c);
        craft_put_ike(c, &b);
        craft_put_ke(c, &b);
        craft_put_natd(c, &b, false);
        wire_ike_put_notify(&b, &(struct wire_ike_notification){.type = WIRE_IKE_N_FRAGMENTATION_SUPPORTED});
        assert_int_equal(craft_init_send(c, &b), 0);
        b = craft_begin(c);
        craft_put_auth(c, &b);
        wire_ike_put_raw(&b, WIRE_IKE_P_VENDOR, base_span(big, sizeof big));
        craft_put_child(c, &b, 0xa0000001, "10.1.0.0/16", "10.2.0.0/16");
        craft_seal(c, WIRE_IKE_AUTH, &b, 580, &out);
        while (ike_dgrams_next(&out, &at, &d))
            list[n++] = d;
        assert_int_equal(n, 29);
        for (size_t i = 0; i < n; i++) {
            assert_int_equal(c->p->h[1].n_children, 0);
            craft_deliver(c, list[backwards ? n - 1 - i : i]);
        }
        assert_true(craft_open(c));
        assert_int_equal(c->p->h[1].n_children, 1);
        ike_dgrams_free(&out);
        craft_free(c);
    }
}

/* Windows, macOS, Azure: no group in IKE_AUTH, and a rekeying without key exchange; the widest selectors. */
static void a_rekeying_without_key_exchange_and_with_wider_selectors_keeps_the_old_ones(void **state)
{
    (void)state;
    struct craft *c = caller();
    struct ike_child_conf *theirs = &c->p->h[0].conf->conns[0].children[0];
    craft_connect(c, "0.0.0.0/0", "0.0.0.0/0");
    const struct ike_child_view before = child_of(c);
    struct base_ts_list all = {0};
    static struct wire_ike_sa sa;
    struct wire_ike_builder b = craft_begin(c);
    wire_ike_put_notify(&b, &(struct wire_ike_notification){.protocol = WIRE_IKE_PROTO_ESP,
                                                            .spi_len = 4,
                                                            .spi = 0xa0000001,
                                                            .type = WIRE_IKE_N_REKEY_SA});
    ikev2_select_offer(theirs->proposals, theirs->n_proposals, 0xa0000002, IKEV2_ESP_SPI_BYTES, IKEV2_DH_NONE,
                       &sa);
    wire_ike_put_sa(&b, &sa);
    wire_ike_put_nonce(&b, ike_nonce_span(&c->ni));
    pair_ts_add(&all, "0.0.0.0/0");
    wire_ike_put_ts(&b, WIRE_IKE_P_TSI, &all);
    wire_ike_put_ts(&b, WIRE_IKE_P_TSR, &all);
    assert_true(craft_send(c, WIRE_IKE_CREATE_CHILD_SA, &b, 0));
    assert_int_equal(ikev2_msg_error(&c->answer, NULL), 0);
    struct base_ts_list tsi;
    assert_int_equal(wire_ike_ts_parse(wire_ike_plds_find(&c->answer.plds, WIRE_IKE_P_TSI, 0)->body, &tsi),
                     0);
    assert_int_equal(tsi.count, 1);
    assert_memory_equal(&tsi.list[0].lo, &before.remote_ts->list[0].lo, sizeof tsi.list[0].lo);
    assert_memory_equal(&tsi.list[0].hi, &before.remote_ts->list[0].hi, sizeof tsi.list[0].hi);
    craft_free(c);
}

/* Windows, which is told that it must not be rekeyed: error notify 12345 with a code, and a DELETE. */
static void an_error_of_private_use_and_a_delete_end_the_sa(void **state)
{
    (void)state;
    struct craft *c = caller();
    struct ike_stats s;
    craft_connect(c, "10.1.0.0/16", "10.2.0.0/16");
    struct wire_ike_builder b = craft_begin(c);
    wire_ike_put_notify(&b,
                        &(struct wire_ike_notification){.type = 12345, .data = base_span("\0\0\x36\x27", 4)});
    wire_ike_put_delete(&b, &(struct wire_ike_delete){.protocol = WIRE_IKE_PROTO_IKE});
    assert_true(craft_send(c, WIRE_IKE_INFORMATIONAL, &b, 0));
    ike_stats(c->p->h[1].ike, &s);
    assert_int_equal(s.ike_sas, 0);
    craft_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_offer_may_begin_with_number_3_and_is_answered_by_it),
        cmocka_unit_test(without_nat_detection_esp_goes_by_itself),
        cmocka_unit_test(a_wrong_source_hash_without_a_nat_asks_for_udp),
        cmocka_unit_test(no_idr_is_asked_for_and_strange_payloads_are_passed_over),
        cmocka_unit_test(an_auth_in_29_fragments_comes_in_any_order),
        cmocka_unit_test(a_rekeying_without_key_exchange_and_with_wider_selectors_keeps_the_old_ones),
        cmocka_unit_test(an_error_of_private_use_and_a_delete_end_the_sa),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
