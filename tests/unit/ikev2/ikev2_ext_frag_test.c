/* SPDX-License-Identifier: BSD-3-Clause */
/* Fragments are used when both sides said in IKE_SA_INIT that they can. */
#include "ike_core.h"
#include "ike_pair.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

static void both_must_say_it(void **state)
{
    (void)state;
    for (int who = 0; who < 4; who++) {
        struct pair *p = pair_new();
        for (int i = 0; i < 2; i++)
            if (!(who & (1 << i)))
                p->h[i].conf->fragment_bytes = 0;
        pair_start(p);
        pair_connect(p);
        for (int i = 0; i < 2; i++) {
            const struct ikev2_sa *sa = p->h[i].ike->v2->first;
            assert_non_null(sa);
            assert_int_equal(sa->state, IKEV2_ST_UP);
            assert_int_equal(sa->frag.is_agreed, who == 3);
        }
        pair_free(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_must_say_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
