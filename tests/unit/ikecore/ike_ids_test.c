/* SPDX-License-Identifier: BSD-3-Clause */
/* Identities that are kept: each once, and none longer than somebody keeps it. */
#include "ike_pair.h"
#include "ike_core.h"
#include "ike_ids.h"
#include "ikev2_children.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

static struct ike *ike_empty(void)
{
    struct ike *ike = calloc(1, sizeof(struct ike));
    assert_int_equal(ike_ids_init(ike, 64), 0);
    return ike;
}

static size_t kept(const struct ike *ike)
{
    size_t n = 0;
    for (size_t i = 0; i < ike->ids.table.n_slots; i++)
        for (const struct ike_node *k = ike->ids.table.slots[i]; k; k = k->next)
            n++;
    return n;
}

static void each_is_kept_once_until_the_last_one_gives_it_back(void **state)
{
    (void)state;
    struct ike *ike = ike_empty();
    struct ike_id ids[] = {pair_id("@gw"), pair_id("@gw2"), pair_id("gw@x"), pair_id("keyid:gw")};
    const struct ike_id *got[2][4];
    for (size_t turn = 0; turn < 2; turn++)
        for (size_t i = 0; i < 4; i++) {
            got[turn][i] = ike_ids_get(ike, &ids[i]);
            assert_memory_equal(got[turn][i], &ids[i], sizeof ids[i]);
            assert_ptr_not_equal(got[turn][i], &ids[i]);
            assert_ptr_equal(got[turn][i], got[0][i]);
        }
    assert_int_equal(kept(ike), 4);
    for (size_t i = 0; i < 4; i++)
        ike_ids_put(ike, got[0][i]);
    assert_int_equal(kept(ike), 4);
    assert_true(ike_id_equal(got[1][2], &ids[2]));
    for (size_t i = 0; i < 4; i++)
        ike_ids_put(ike, got[1][i]);
    assert_int_equal(kept(ike), 0);
    ike_ids_fini(ike);
    free(ike);
}

/* As equal as they are, what a peer said stays what it said. */
static void one_that_differs_in_case_is_another(void **state)
{
    (void)state;
    struct ike *ike = ike_empty();
    const struct ike_id small = pair_id("@gw.example.org"), large = pair_id("@GW.example.org");
    const struct ike_id *a = ike_ids_get(ike, &small), *b = ike_ids_get(ike, &large);
    assert_true(ike_id_equal(a, b));
    assert_memory_equal(a->bytes, small.bytes, small.len);
    assert_memory_equal(b->bytes, large.bytes, large.len);
    ike_ids_put(ike, a);
    ike_ids_put(ike, b);
    ike_ids_fini(ike);
    free(ike);
}

static void the_one_of_nobody_costs_nothing(void **state)
{
    (void)state;
    struct ike *ike = ike_empty();
    const struct ike_id none = {0};
    assert_ptr_equal(ike_ids_get(ike, &none), &ike_id_none);
    assert_int_equal(kept(ike), 0);
    ike_ids_put(ike, &ike_id_none);
    ike_ids_put(ike, NULL);
    ike_ids_fini(ike);
    free(ike);
}

/* The SA, the one that takes its place, and what its child holds: one copy, which goes with the last. */
static void an_sa_and_its_heir_and_its_child_share_one(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    const struct ike *ike = p->h[1].ike;
    assert_int_equal(kept(ike), 1);
    assert_ptr_equal(ike->v2->first->remote_id, ike_ids_get(p->h[1].ike, ike->v2->first->remote_id));
    ike_ids_put(p->h[1].ike, ike->v2->first->remote_id);
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_REKEY, .name = "a", .rekey_ike = true});
    pair_run(p, 6);
    pair_check_one(p);
    assert_int_equal(kept(ike), 1);
    assert_true(ike_id_equal(ike->v2->first->remote_id, &ike->conf->conns[0].remote_id));
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "a"});
    pair_run(p, 6);
    assert_int_equal(pair_stats(p, 1).ike_sas, 0);
    assert_int_equal(kept(ike), 0);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_kept_once_until_the_last_one_gives_it_back),
        cmocka_unit_test(one_that_differs_in_case_is_another),
        cmocka_unit_test(the_one_of_nobody_costs_nothing),
        cmocka_unit_test(an_sa_and_its_heir_and_its_child_share_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
