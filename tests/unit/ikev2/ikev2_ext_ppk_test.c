/* SPDX-License-Identifier: BSD-3-Clause */
/* USE_PPK is said by a caller whose connection has a PPK, and by who is called and has any. */
#include "ike_pair.h"

static bool says(const struct pair_packet *k)
{
    static const uint8_t notify[] = {0, 8, 0, 0, 16435 >> 8, 16435 & 255};
    for (size_t i = WIRE_IKE_HDR_BYTES; i + sizeof notify <= k->len; i++)
        if (memcmp(k->bytes + i, notify, sizeof notify) == 0)
            return true;
    return false;
}

static void it_is_said_where_there_is_one(void **state)
{
    (void)state;
    for (int n = 0; n < 4; n++) {
        struct pair *p = pair_new();
        for (int i = 0; i < 2; i++) {
            if (!(n & (1 << i)))
                continue;
            struct ike_ppk *k = p->h[i].conf->conns[0].ppk = base_secret_new(sizeof *k);
            k->id_len = k->key_len = 4;
        }
        pair_start(p);
        p->hold = true;
        pair_connect(p);
        pair_deliver_one(p);
        assert_int_equal(says(&p->last), (n & 1) != 0);
        pair_deliver_one(p);
        assert_int_equal(says(&p->last), n == 3);
        p->hold = false;
        pair_settle(p);
        pair_check_one(p);
        pair_free(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_said_where_there_is_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
