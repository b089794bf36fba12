/* SPDX-License-Identifier: BSD-3-Clause */
/* Sealing and opening with the product's cryptography, in every form that an SK payload has. */
#include "ike_pair.h"
#include "ossl_ops.h"

static void run_with(const char *proposal)
{
    struct pair *p = pair_new();
    char why[200] = "";
    p->ops = &ossl_ike_ops;
    for (int i = 0; i < 2; i++) {
        struct ike_conn_conf *c = &p->h[i].conf->conns[0];
        if (crypt_proposal_parse(proposal, CRYPT_PROTOCOL_IKE, &c->proposals[0], why, sizeof why) != 0)
            fail_msg("%s: %s", proposal, why);
        c->n_proposals = 1;
    }
    pair_start(p);
    pair_connect(p);
    pair_check_one(p);
    assert_int_equal(
        pair_event(p, 1, (struct ike_event){.type = IKE_EV_REKEY, .name = "a", .rekey_ike = true}), 0);
    assert_int_equal(pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"}), 0);
    pair_run(p, 6);
    pair_check_one(p);
    pair_free(p);
}

static void both_sides_understand_each_other_with_every_kind_of_cipher(void **state)
{
    (void)state;
    run_with("aes128gcm16-prfsha256-x25519");
    run_with("aes256gcm16-prfsha384-ecp384");
    run_with("chacha20poly1305-prfsha512-ecp256");
    run_with("aes128-sha256-x25519");
    run_with("aes256-sha512-modp2048");
}

static void a_flipped_bit_anywhere_is_dropped_and_counted(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->ops = &ossl_ike_ops;
    pair_start(p);
    pair_connect(p);
    p->hold = true;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    assert_int_equal(p->tail - p->head, 1);
    const struct pair_packet *k = &p->queue[p->head];
    for (size_t i = 0; i < k->len * 8; i++) {
        uint8_t bytes[WIRE_IKE_MSG_MAX];
        memcpy(bytes, k->bytes, k->len);
        bytes[i / 8] ^= (uint8_t)(1u << i % 8);
        ike_on_packet(p->h[1].ike, p->now, &k->path, base_span(bytes, k->len));
    }
    const struct ike_stats s = pair_stats(p, 1);
    assert_int_equal(s.children, 1);
    assert_int_equal(s.ike_sas, 1);
    assert_int_equal(s.dropped_bad_icv + s.dropped_malformed + s.dropped_unknown_spi + s.dropped_unexpected,
                     k->len * 8);
    p->hold = false;
    pair_run(p, 6);
    pair_check_one(p);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_sides_understand_each_other_with_every_kind_of_cipher),
        cmocka_unit_test(a_flipped_bit_anywhere_is_dropped_and_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
