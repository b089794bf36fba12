/* SPDX-License-Identifier: BSD-3-Clause */
/* NAT traversal: what is found, the ports after it, drafts, and what the configuration says to it. */
#include "ikev1_pair.h"
#include "wire_v1.h"

/* A payload of this type among those of a message in clear. */
static bool has_payload(const struct pair_packet *k, uint8_t type)
{
    struct wire_v1_plds plds;
    return wire_v1_plds_parse(k->bytes[16],
                              base_span(k->bytes + WIRE_IKE_HDR_BYTES, k->len - WIRE_IKE_HDR_BYTES), false,
                              &plds) == WIRE_IKE_OK &&
           wire_v1_plds_find(&plds, type, 0) != NULL;
}

/* Makes a vendor ID one that nobody knows. */
static void spoil(struct pair_packet *k, enum wire_v1_vendor v)
{
    const struct base_span body = base_span(k->bytes + WIRE_IKE_HDR_BYTES, k->len - WIRE_IKE_HDR_BYTES);
    const struct wire_v1_pld *p;
    struct wire_v1_plds plds;
    assert_int_equal(wire_v1_plds_parse(k->bytes[16], body, false, &plds), WIRE_IKE_OK);
    size_t n = 0;
    while ((p = wire_v1_plds_find(&plds, WIRE_V1_P_VENDOR, n)) && wire_v1_vendor_find(p->body) != v)
        n++;
    assert_non_null(p);
    k->bytes[p->body.ptr - k->bytes] ^= 0xff;
}

static void a_nat_moves_both_ports_to_4500_and_puts_esp_into_udp(void **state)
{
    (void)state;
    struct pair *p = pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP);
    p->has_nat = true;
    p->nat_shift = 1000;
    pair_start(p);
    pair_connect(p);
    pair_check_one(p);
    const struct ike_sa_view a = pair_v1_view(p, 0), b = pair_v1_view(p, 1);
    assert_true(a.local_nat && !a.remote_nat && !b.local_nat && b.remote_nat);
    assert_int_equal(a.path.remote.port, 4500);
    assert_int_equal(b.path.remote.port, 5500);
    assert_int_equal(p->h[1].children[0].i.pair.way, ESP_WAY_UDP);
    assert_int_equal(p->h[1].children[0].path.remote.port, 5500);
    pair_free(p);
}

static void a_peer_that_knows_a_draft_alone_has_its_numbers(void **state)
{
    static const enum wire_v1_vendor ways[] = {WIRE_V1_V_NATT_RFC, WIRE_V1_V_NATT_03, WIRE_V1_V_NATT_02N};
    (void)state;
    for (size_t spoilt = 1; spoilt <= 3; spoilt++) {
        struct pair *p = pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP);
        p->has_nat = true;
        pair_start(p);
        p->hold = true;
        pair_connect(p);
        for (size_t i = 0; i < spoilt; i++)
            spoil(&p->queue[0], ways[i]);
        pair_deliver_one(p);
        pair_deliver_one(p);
        assert_true(has_payload(&p->queue[p->head], WIRE_V1_P_NATD_DRAFT));
        assert_false(has_payload(&p->queue[p->head], WIRE_V1_P_NATD));
        p->hold = false;
        pair_settle(p);
        pair_check_one(p);
        assert_int_equal(p->h[1].children[0].i.pair.way, ESP_WAY_UDP);
        pair_free(p);
    }
}

static void without_a_way_that_both_know_there_is_no_nat_detection(void **state)
{
    static const enum wire_v1_vendor ways[] = {WIRE_V1_V_NATT_RFC, WIRE_V1_V_NATT_03, WIRE_V1_V_NATT_02N,
                                               WIRE_V1_V_NATT_02};
    (void)state;
    struct pair *p = pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP);
    pair_start(p);
    p->hold = true;
    pair_connect(p);
    for (size_t i = 0; i < 4; i++)
        spoil(&p->queue[0], ways[i]);
    p->hold = false;
    pair_settle(p);
    pair_check_one(p);
    assert_int_equal(p->h[0].children[0].i.pair.way, ESP_WAY_ESP);
    pair_free(p);
}

static void encapsulation_can_be_forced_and_forbidden(void **state)
{
    (void)state;
    struct pair *p = pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP);
    p->h[1].conf->conns[0].encap = IKE_ENCAP_FORCE;
    pair_start(p);
    pair_connect(p);
    pair_check_one(p);
    assert_int_equal(p->h[0].children[0].i.pair.way, ESP_WAY_UDP);
    pair_free(p);

    p = pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP);
    p->has_nat = true;
    p->h[1].conf->conns[0].encap = IKE_ENCAP_NEVER;
    pair_start(p);
    pair_connect(p);
    assert_non_null(pair_audit(&p->h[1], IKE_AUDIT_FAIL_NAT_FORBIDDEN));
    assert_int_equal(pair_stats(p, 1).ike_sas, 0);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_nat_moves_both_ports_to_4500_and_puts_esp_into_udp),
        cmocka_unit_test(a_peer_that_knows_a_draft_alone_has_its_numbers),
        cmocka_unit_test(without_a_way_that_both_know_there_is_no_nat_detection),
        cmocka_unit_test(encapsulation_can_be_forced_and_forbidden),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
