/* SPDX-License-Identifier: BSD-3-Clause */
/* INTERMEDIATE_EXCHANGE_SUPPORTED goes where it is needed, and nowhere else. */
#include "ike_pair.h"

/* Whether a datagram of IKE_SA_INIT, in clear, has the notify. */
static bool says(const struct pair_packet *k)
{
    static const uint8_t notify[] = {0, 8, 0, 0, 16438 >> 8, 16438 & 255};
    for (size_t i = WIRE_IKE_HDR_BYTES; i + sizeof notify <= k->len; i++)
        if (memcmp(k->bytes + i, notify, sizeof notify) == 0)
            return true;
    return false;
}

static void it_is_said_by_who_offers_and_by_who_chooses_more(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        bool asks, answers;
    } rows[] = {
        {"aes128gcm16-x25519", "aes128gcm16-x25519", false, false},
        {"aes128gcm16-x25519-ke1_ecp256", "aes128gcm16-x25519-ke1_ecp256", true, true},
        {"aes128gcm16-x25519-ke1_ecp256-ke1_none", "aes128gcm16-x25519", true, true},
        {"aes128gcm16-x25519", "aes128gcm16-x25519-ke1_none-ke1_ecp256", false, false},
    };
    for (size_t n = 0; n < sizeof rows / sizeof *rows; n++) {
        struct pair *p = pair_new();
        char why[200];
        for (int i = 0; i < 2; i++) {
            struct ike_conn_conf *c = &p->h[i].conf->conns[0];
            c->n_proposals = 1;
            assert_int_equal(crypt_proposal_parse(i ? rows[n].b : rows[n].a, CRYPT_PROTOCOL_IKE,
                                                  &c->proposals[0], why, sizeof why),
                             0);
        }
        pair_start(p);
        p->hold = true;
        pair_connect(p);
        pair_deliver_one(p);
        assert_int_equal(says(&p->last), rows[n].asks);
        pair_deliver_one(p);
        assert_int_equal(says(&p->last), rows[n].answers);
        p->hold = false;
        pair_settle(p);
        pair_check_one(p);
        pair_free(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_said_by_who_offers_and_by_who_chooses_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
