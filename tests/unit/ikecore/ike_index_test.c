/* SPDX-License-Identifier: BSD-3-Clause */
/* The index finds exactly what a walk finds, in the same order. */
#include "ike_index.h"
#include "ike_pair.h"

#define N 500

static struct ike_conf *many(void)
{
    struct ike_conf *c = ike_conf_new();
    c->n_conns = c->n_secrets = N;
    c->conns = calloc(N, sizeof *c->conns);
    c->secrets = calloc(N, sizeof *c->secrets);
    for (unsigned i = 0; i < N; i++) {
        char text[32];
        snprintf(c->conns[i].name, IKE_NAME_MAX, "c%u", i);
        snprintf(text, sizeof text, "@Peer%u", i / 2); /* two each */
        c->conns[i].remote_id = c->secrets[i].remote = pair_id(text);
        c->conns[i].local_id = c->secrets[i].local = pair_id(i % 2 ? "@us" : "@we");
    }
    return c;
}

static void all_are_found_with_and_without_an_index(void **state)
{
    (void)state;
    struct ike_conf *c = many();
    for (int sealed = 0; sealed < 2; sealed++) {
        for (unsigned i = 0; i < N; i++) {
            assert_ptr_equal(ike_conf_conn(c, c->conns[i].name), &c->conns[i]);
            assert_ptr_equal(ike_conf_secret(c, &c->conns[i].local_id, &c->conns[i].remote_id),
                             &c->secrets[i]);
        }
        assert_null(ike_conf_conn(c, "c500"));
        ike_conf_seal(c);
    }
    ike_conf_put(c);
}

static void names_of_peers_are_found_in_any_case_and_in_order(void **state)
{
    (void)state;
    struct ike_conf *c = many();
    ike_conf_seal(c);
    const struct ike_id id = pair_id("@pEER7");
    uint32_t found[4], n = 0;
    for (uint32_t i = IKE_INDEX_NONE; (i = ike_index_peer(c, &id, i)) != IKE_INDEX_NONE;)
        if (ike_id_equal(&c->conns[i].remote_id, &id))
            found[n++] = i;
    assert_int_equal(n, 2);
    assert_int_equal(found[0], 14);
    assert_int_equal(found[1], 15);
    ike_conf_put(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_are_found_with_and_without_an_index),
        cmocka_unit_test(names_of_peers_are_found_in_any_case_and_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
