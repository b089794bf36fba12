/* SPDX-License-Identifier: BSD-3-Clause */
/* What one identity holds no other gets, whichever version of IKE made the child that holds it. */
#include "ike_pair.h"
#include "ike_claim.h"
#include "ike_core.h"

/* Children of two versions have nothing in common but their entry. */
struct old_child {
    struct ike_claim_entry claim;
    const struct ike_claim *has;
    bool is_over;
};

struct new_child {
    uint64_t other_things[5];
    const struct ike_claim *has;
    struct ike_claim_entry claim;
};

static bool old_says(const void *child, struct ike_claim *out)
{
    const struct old_child *c = child;
    *out = *c->has;
    return !c->is_over;
}

static bool new_says(const void *child, struct ike_claim *out)
{
    const struct new_child *c = child;
    *out = *c->has;
    return true;
}

/* Two connections with identities of their own, and what their children want. */
static struct ike_conn_conf conns[2];
static struct ike_child_conf kids[2];
static struct ike_id ids[2];
static struct base_ts_list here, low, high;

static struct ike *ike_empty(void)
{
    here = low = high = (struct base_ts_list){0};
    pair_ts_add(&here, "10.0.0.0/16");
    pair_ts_add(&low, "10.1.0.0/16");
    pair_ts_add(&low, "10.3.0.0/16");
    pair_ts_add(&high, "10.3.3.0/24");
    memset(kids, 0, sizeof kids);
    ids[0] = pair_id("@a");
    ids[1] = pair_id("@b");
    struct ike *ike = calloc(1, sizeof(struct ike));
    assert_int_equal(ike_ids_init(ike, 64), 0);
    assert_int_equal(ike_claim_init(ike, 64), 0);
    return ike;
}

static void ike_end(struct ike *ike)
{
    assert_null(ike->claims.spans.root);
    for (size_t i = 0; i < ike->claims.claimants.n_slots; i++)
        assert_null(ike->claims.claimants.slots[i]);
    ike_claim_fini(ike);
    ike_ids_fini(ike);
    free(ike);
}

static void children_of_two_versions_stand_in_one_index(void **state)
{
    (void)state;
    struct ike *ike = ike_empty();
    struct ike_claim holder;
    const struct ike_claim a = {&conns[0], &kids[0], &ids[0], &here, &low};
    const struct ike_claim b = {&conns[1], &kids[1], &ids[1], &here, &high};
    struct old_child old = {.has = &a};
    struct new_child new = {.has = &b};
    assert_false(ike_claim_is_taken(ike, &b, &holder));
    assert_int_equal(ike_claim_enter(ike, &old.claim, a.remote_id, a.remote_ts, &old, old_says), 0);
    assert_true(ike_claim_is_taken(ike, &b, &holder));
    assert_ptr_equal(holder.conn, &conns[0]);
    assert_ptr_equal(holder.remote_id, &ids[0]);
    assert_ptr_equal(holder.remote_ts, &low);
    ike_claim_leave(ike, &old.claim);
    assert_false(ike_claim_is_taken(ike, &b, &holder));
    assert_int_equal(ike_claim_enter(ike, &new.claim, b.remote_id, b.remote_ts, &new, new_says), 0);
    assert_true(ike_claim_is_taken(ike, &a, &holder)); /* by its second range */
    assert_ptr_equal(holder.conn, &conns[1]);
    ike_claim_leave(ike, &new.claim);
    assert_false(ike_claim_is_taken(ike, &a, &holder));
    ike_end(ike);
}

static void ones_own_addresses_and_those_of_the_past_are_free(void **state)
{
    (void)state;
    struct ike *ike = ike_empty();
    struct ike_claim holder;
    struct base_ts_list elsewhere = {0};
    pair_ts_add(&elsewhere, "10.9.0.0/16");
    const struct ike_claim a = {&conns[0], &kids[0], &ids[0], &here, &low};
    const struct ike_claim same_conn = {&conns[0], &kids[0], &ids[1], &here, &high};
    const struct ike_claim same_id = {&conns[1], &kids[1], &ids[0], &here, &high};
    const struct ike_claim other_side = {&conns[1], &kids[1], &ids[1], &elsewhere, &high};
    const struct ike_claim b = {&conns[1], &kids[1], &ids[1], &here, &high};
    struct old_child old = {.has = &a};
    assert_int_equal(ike_claim_enter(ike, &old.claim, a.remote_id, a.remote_ts, &old, old_says), 0);
    assert_false(ike_claim_is_taken(ike, &same_conn, &holder));
    assert_false(ike_claim_is_taken(ike, &same_id, &holder));
    assert_false(ike_claim_is_taken(ike, &other_side, &holder));
    assert_true(ike_claim_is_taken(ike, &b, &holder));
    old.is_over = true;
    assert_false(ike_claim_is_taken(ike, &b, &holder));
    ike_claim_leave(ike, &old.claim);
    ike_end(ike);
}

static void two_identities_share_where_both_have_a_priority(void **state)
{
    (void)state;
    struct ike *ike = ike_empty();
    struct ike_claim holder;
    const struct ike_claim a = {&conns[0], &kids[0], &ids[0], &here, &low};
    const struct ike_claim b = {&conns[1], &kids[1], &ids[1], &here, &high};
    struct old_child old = {.has = &a};
    assert_int_equal(ike_claim_enter(ike, &old.claim, a.remote_id, a.remote_ts, &old, old_says), 0);
    for (uint32_t both = 0; both < 9; both++) {
        kids[0].priority = both / 3;
        kids[1].priority = both % 3;
        assert_int_equal(ike_claim_is_taken(ike, &b, &holder), both / 3 == 0 || both % 3 == 0);
    }
    ike_claim_leave(ike, &old.claim);
    ike_end(ike);
}

static void two_identities_share_where_no_packet_is_for_both(void **state)
{
    (void)state;
    static const struct {
        uint64_t a, b;
        bool is_taken;
    } rows[] = {{0, 0, true}, {0, 4, false}, {4, 0, false}, {4, 2, false}, {4, 4, true}, {6, 4, true}};
    struct ike *ike = ike_empty();
    struct ike_claim holder;
    const struct ike_claim a = {&conns[0], &kids[0], &ids[0], &here, &low};
    const struct ike_claim b = {&conns[1], &kids[1], &ids[1], &here, &high};
    struct old_child old = {.has = &a};
    kids[0].priority = kids[1].priority = 0;
    assert_int_equal(ike_claim_enter(ike, &old.claim, a.remote_id, a.remote_ts, &old, old_says), 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        kids[0].dscp = rows[i].a;
        kids[1].dscp = rows[i].b;
        assert_int_equal(ike_claim_is_taken(ike, &b, &holder), rows[i].is_taken);
    }
    kids[0].dscp = kids[1].dscp = 0;
    ike_claim_leave(ike, &old.claim);
    ike_end(ike);
}

#define MANY     1000
#define FEW_ASKS 40 /* a few for each level of the tree */

static size_t asked;

static bool many_says(const void *child, struct ike_claim *out)
{
    asked++;
    *out = **(const struct ike_claim *const *)child;
    return true;
}

/* One identity may be up many times, each time with the same networks; a newcomer does not pay for them. */
static void ones_own_children_are_passed_over_however_many_there_are(void **state)
{
    (void)state;
    struct ike *ike = ike_empty();
    struct ike_claim holder;
    static struct ike_claim_entry many[MANY], stranger;
    struct ike_id shout = pair_id("@A");
    struct base_ts_list other = {0};
    pair_ts_add(&other, "10.3.200.0/24");
    const struct ike_claim a = {&conns[0], &kids[0], &ids[0], &here, &low}, *has_a = &a;
    const struct ike_claim again = {&conns[0], &kids[0], &shout, &here, &low}; /* case says nothing */
    const struct ike_claim b = {&conns[1], &kids[1], &ids[1], &here, &other}, *has_b = &b;
    for (size_t i = 0; i < MANY; i++)
        assert_int_equal(ike_claim_enter(ike, &many[i], a.remote_id, a.remote_ts, &has_a, many_says), 0);
    asked = 0;
    assert_false(ike_claim_is_taken(ike, &again, &holder));
    assert_int_equal(asked, 0);
    /* A stranger's child among them is found, and little else is asked. */
    assert_int_equal(ike_claim_enter(ike, &stranger, b.remote_id, b.remote_ts, &has_b, many_says), 0);
    assert_true(ike_claim_is_taken(ike, &again, &holder));
    assert_ptr_equal(holder.remote_id, &ids[1]);
    assert_in_range(asked, 1, FEW_ASKS);
    ike_claim_leave(ike, &stranger);
    for (size_t i = 0; i < MANY; i++)
        ike_claim_leave(ike, &many[i]);
    ike_end(ike);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(children_of_two_versions_stand_in_one_index),
        cmocka_unit_test(ones_own_addresses_and_those_of_the_past_are_free),
        cmocka_unit_test(ones_own_children_are_passed_over_however_many_there_are),
        cmocka_unit_test(two_identities_share_where_both_have_a_priority),
        cmocka_unit_test(two_identities_share_where_no_packet_is_for_both),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
