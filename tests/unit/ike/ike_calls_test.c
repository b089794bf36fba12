/* SPDX-License-Identifier: BSD-3-Clause */
/* Connections at run time: calling again, reload, shutdown. */
#include "ike_pair.h"

static void a_connection_to_be_started_calls_again_after_failures(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->h[0].conf->conns[0].start = true;
    p->drop[0] = true;
    pair_start(p);
    pair_run(p, 60);
    p->drop[0] = false;
    pair_run(p, 120);
    assert_int_equal(pair_live(&p->h[1]), 1);
    pair_free(p);
}

static void an_unchanged_connection_survives_a_new_configuration(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike_conf *same = pair_conf("a", "@b", "@a", "secret", "10.2.0.0/16", "10.1.0.0/16");
    same->conns[0].remote_addr = p->h[0].addr;
    ike_conf_seal(same);
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_CONF_SWAP, .conf = same});
    pair_check_one(p);
    struct ike_conf *other = pair_conf("a", "@b", "@a", "another", "10.2.0.0/16", "10.1.0.0/16");
    ike_conf_seal(other);
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_CONF_SWAP, .conf = other});
    assert_int_equal(pair_stats(p, 1).ike_sas, 0);
    assert_int_equal(pair_stats(p, 0).ike_sas, 0);
    ike_conf_put(same);
    ike_conf_put(other);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_connection_to_be_started_calls_again_after_failures),
        cmocka_unit_test(an_unchanged_connection_survives_a_new_configuration),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
