/* SPDX-License-Identifier: BSD-3-Clause */
/* MULTIPLE_AUTH_SUPPORTED is said by a caller whose connection has two rounds, and by who is called and has
 * any. */
#include "ike_rounds.h"
#include "ikev2_ext.h"
#include "ikev2_ext_rows.h"
#include "ikev2_init.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

static size_t bytes_put(const struct pair *p, int i, enum ikev2_ext_at at)
{
    uint8_t buf[100];
    struct wire_ike_builder b = wire_ike_build_chain(buf, sizeof buf);
    ikev2_ext_rounds.put[at](p->h[i].ike, p->h[i].ike->v2->first, &b);
    return wire_ike_chain_bytes(&b).len;
}

static void it_is_said_where_there_are_two(void **state)
{
    (void)state;
    for (int n = 0; n < 2; n++) {
        struct pair *p = n ? rounds_pair(true, false) : pair_new();
        pair_start(p);
        p->h[0].hold_jobs = true;
        pair_connect(p);
        assert_int_equal(bytes_put(p, 0, IKEV2_EXT_AUTH_ASK), n ? 8 : 0);
        assert_int_equal(bytes_put(p, 0, IKEV2_EXT_INIT_ANSWER), n ? 8 : 0);
        assert_int_equal(ikev2_ext_rounds.answer_bytes(p->h[0].ike), n ? 8 : 0);
        pair_free(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(it_is_said_where_there_are_two)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
