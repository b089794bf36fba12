/* SPDX-License-Identifier: BSD-3-Clause */
/* As what SAs and children are counted for their connection. */
#include "ikev1_pair.h"

static void expect(const struct pair *p, int i, uint32_t up, uint32_t child)
{
    static struct ike_presence now;
    assert_true(ike_show_presence(p->h[i].ike, i ? "a" : "b", &now));
    assert_int_equal(now.up, up);
    assert_int_equal(now.sas, up + now.connecting + now.closing);
    assert_int_equal(now.children[0], child);
}

static void an_sa_and_its_child_are_counted_as_they_come_and_go(void **state)
{
    (void)state;
    struct pair *p = pair_v1_up();
    expect(p, 0, 1, 1);
    expect(p, 1, 1, 1);
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    expect(p, 0, 1, 1); /* the replaced one lingers */
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b", .rekey_ike = true});
    pair_run(p, 5);
    expect(p, 0, 1, 1);
    expect(p, 1, 1, 1);
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "b"});
    pair_run(p, 60);
    expect(p, 0, 0, 0);
    expect(p, 1, 0, 0);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_sa_and_its_child_are_counted_as_they_come_and_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
