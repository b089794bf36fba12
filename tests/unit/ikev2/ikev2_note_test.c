/* SPDX-License-Identifier: BSD-3-Clause */
/* Records of what happens to SAs and children. */
#include "ike_pair.h"

static void going_up_and_down_is_told_once_each(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "b"});
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pair_count(&p->h[i], IKE_AUDIT_IKE_UP), 1);
        assert_int_equal(pair_count(&p->h[i], IKE_AUDIT_CHILD_UP), 1);
        assert_int_equal(pair_count(&p->h[i], IKE_AUDIT_CHILD_DOWN), 1);
        assert_int_equal(pair_count(&p->h[i], IKE_AUDIT_IKE_DOWN), 1);
        assert_int_equal(p->h[i].n_audits, 4);
    }
    const struct ike_audit *a = pair_audit(&p->h[0], IKE_AUDIT_CHILD_UP);
    assert_string_equal(a->conn, "b");
    assert_string_equal(a->child, "net");
    assert_int_equal(a->spi_in, p->h[0].children[0].i.pair.spi_in);
    assert_non_null(strstr(a->what, "10.1.0.0/16 === 10.2.0.0/16"));
    pair_free(p);
}

static void rekeying_is_no_going_down(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    pair_run(p, 6);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pair_count(&p->h[i], IKE_AUDIT_CHILD_REKEYED), 1);
        assert_int_equal(pair_count(&p->h[i], IKE_AUDIT_CHILD_DOWN), 0);
    }
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(going_up_and_down_is_told_once_each),
        cmocka_unit_test(rekeying_is_no_going_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
