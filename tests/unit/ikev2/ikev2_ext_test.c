/* SPDX-License-Identifier: BSD-3-Clause */
/* The list of extensions: each row says what it is, and what it puts is what it says. */
#include "ike_core.h"
#include "ike_pair.h"
#include "ikev2_ext.h"
#include "ikev2_init.h"
#include "ikev2_msg.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

static void each_row_has_a_name_and_does_something(void **state)
{
    (void)state;
    for (const struct ikev2_ext *const *e = ikev2_exts; *e; e++) {
        unsigned n = 0;
        assert_non_null((*e)->name);
        assert_non_null((*e)->rfc);
        for (int at = 0; at < IKEV2_EXT_PLACES; at++)
            n += (*e)->put[at] || (*e)->take[at];
        assert_true(n > 0);
        /* What it puts into the first answer is counted against what the caller sent. */
        assert_int_equal((*e)->put[IKEV2_EXT_INIT_ANSWER] != NULL, (*e)->answer_bytes != NULL);
    }
}

static void no_row_answers_with_more_bytes_than_it_says(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    pair_start(p);
    pair_connect(p);
    struct ike *ike = p->h[1].ike;
    struct ikev2_sa *sa = ike->v2->first;
    sa->init = base_secret_new(sizeof *sa->init);
    size_t total = 0;
    for (const struct ikev2_ext *const *e = ikev2_exts; *e; e++) {
        if (!(*e)->put[IKEV2_EXT_INIT_ANSWER])
            continue;
        struct wire_ike_builder b = ikev2_msg_begin(ike);
        (*e)->put[IKEV2_EXT_INIT_ANSWER](ike, sa, &b);
        assert_true(wire_ike_chain_bytes(&b).len <= (*e)->answer_bytes(ike));
        total += (*e)->answer_bytes(ike);
    }
    assert_int_equal(ikev2_ext_answer_bytes(ike), total);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_row_has_a_name_and_does_something),
        cmocka_unit_test(no_row_answers_with_more_bytes_than_it_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
