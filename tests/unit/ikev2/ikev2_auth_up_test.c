/* SPDX-License-Identifier: BSD-3-Clause */
/* Once both are authenticated: what becomes of SAs that were there before. */
#include "ike_pair.h"
#include "ikev2_auth.h"
#include "ikev2_init.h"
#include "ikev2_msg.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"
#include "ikev2_x_auth.h"

static void a_peer_that_starts_anew_replaces_its_older_sa(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike *ike = p->h[1].ike;
    struct ikev2_sa *old = ike->v2->first;
    assert_true(ikev2_auth_is_first(ike, old));
    const uint64_t id = old->id;
    /* a lost all it knew */
    const struct ike_env env = p->h[0].ike->env;
    ike_free(p->h[0].ike);
    for (size_t i = 0; i < p->h[0].n_children; i++)
        p->h[0].children[i].is_removed = true;
    p->h[0].ike = ike_new(&env, p->h[0].conf, p->now);
    pair_run(p, 1);
    pair_connect(p);
    assert_int_equal(pair_stats(p, 1).ike_sas, 1);
    assert_int_not_equal(p->h[1].ike->v2->first->id, id);
    assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_IKE_DOWN), 1);
    pair_check_one(p);
    pair_free(p);
}

static void a_commit_makes_the_sa_up_and_counts_it(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    const struct ikev2_sa *sa = p->h[0].ike->v2->first;
    assert_int_equal(sa->state, IKEV2_ST_UP);
    assert_true(ike_id_equal(&sa->remote_id, &p->h[0].conf->conns[0].remote_id));
    assert_true(ike_id_equal(&sa->local_id, &p->h[0].conf->conns[0].local_id));
    assert_int_equal(pair_stats(p, 0).established, 1);
    assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_IKE_UP), 1);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_peer_that_starts_anew_replaces_its_older_sa),
        cmocka_unit_test(a_commit_makes_the_sa_up_and_counts_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
