/* SPDX-License-Identifier: BSD-3-Clause */
/* A peer is checked against the connection as it is configured when the check ends. */
#include "ike_pair.h"
#include "ikev2_auth.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

static struct ikev2_sa *half_open(struct pair *p)
{
    struct ikev2_sa *sa = p->h[1].ike->v2->first;
    assert_non_null(sa);
    assert_non_null(sa->init);
    return sa;
}

static struct pair *pair_half_open(void)
{
    struct pair *p = pair_new();
    pair_start(p);
    p->h[0].hold_jobs = true;
    pair_connect(p);
    p->h[0].n_jobs = 0;
    pair_job(p, 0, p->h[0].jobs[0]);
    pair_settle(p);
    return p;
}

static void a_peer_is_checked_against_the_configuration_of_now(void **state)
{
    (void)state;
    struct pair *p = pair_half_open();
    struct ikev2_sa *sa = half_open(p);
    ikev2_auth_set_conn(sa, &p->h[1].conf->conns[0]);
    assert_ptr_equal(ikev2_auth_conn(p->h[1].ike, sa), &p->h[1].conf->conns[0]);
    struct ike_conf *same = pair_conf("a", "@b", "@a", "secret", "10.2.0.0/16", "10.1.0.0/16");
    same->conns[0].remote_addr = p->h[0].addr;
    ike_conf_seal(same);
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_CONF_SWAP, .conf = same});
    assert_ptr_equal(ikev2_auth_conn(p->h[1].ike, sa), &same->conns[0]);
    struct ike_conf *changed = pair_conf("a", "@b", "@a", "other", "10.2.0.0/16", "10.1.0.0/16");
    changed->conns[0].remote_addr = p->h[0].addr;
    ike_conf_seal(changed);
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_CONF_SWAP, .conf = changed});
    assert_null(ikev2_auth_conn(p->h[1].ike, sa));
    ike_conf_put(same);
    ike_conf_put(changed);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_peer_is_checked_against_the_configuration_of_now)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
