/* SPDX-License-Identifier: BSD-3-Clause */
/* Children of several identities. */
#include "ike_pair.h"

static void networks_of_another_identity_are_not_taken_over(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    struct ike_conf *b = p->h[1].conf;
    b->conns = realloc(b->conns, 2 * sizeof *b->conns);
    b->secrets = realloc(b->secrets, 2 * sizeof *b->secrets);
    b->n_conns = b->n_secrets = 2;
    b->conns[1] = b->conns[0];
    b->secrets[1] = b->secrets[0];
    snprintf(b->conns[1].name, IKE_NAME_MAX, "thief");
    b->conns[1].remote_id = b->secrets[1].remote = pair_id("@thief");
    b->conns[1].children = calloc(1, sizeof *b->conns[1].children);
    b->conns[1].children[0] = b->conns[0].children[0];
    pair_start(p);
    pair_connect(p);
    /* the same host comes again under another name; b has the same network for it */
    ike_free(p->h[0].ike);
    p->h[0].conf->conns[0].local_id = p->h[0].conf->secrets[0].local = pair_id("@thief");
    ike_conf_seal(p->h[0].conf);
    const struct ike_env env = {&p->h[0],       pair_rng,      &null_ike_ops,
                                pair_spi_alloc, pair_spi_free, pair_local_for};
    p->h[0].ike = ike_new(&env, p->h[0].conf, p->now);
    pair_connect(p);
    assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_FAIL_OVERLAP), 1);
    assert_int_equal(pair_live(&p->h[1]), 1);
    pair_free(p);
}

static void where_to_cut_is_handed_on_with_each_child(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->h[0].conf->conns[0].frag_after = true;
    pair_start(p);
    pair_connect(p);
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    assert_int_equal(p->h[0].n_children, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_true(p->h[0].children[i].i.pair.frag_after);
        assert_false(p->h[1].children[i].i.pair.frag_after);
    }
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(where_to_cut_is_handed_on_with_each_child),
        cmocka_unit_test(networks_of_another_identity_are_not_taken_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
