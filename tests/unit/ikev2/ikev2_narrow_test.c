/* SPDX-License-Identifier: BSD-3-Clause */
/* Which child a peer's selectors are for, and what of them it gets. */
#include "ike_pair.h"

#include "ike_core.h"
#include "ikev2_msg.h"
#include "ikev2_narrow.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"
#include "ikev2_task.h"

/* Host 1 with two children: 10.2/16 and 10.3/16, both to 10.1/16 behind the peer. */
static struct pair *pair_of_two(void)
{
    struct pair *p = pair_new();
    pair_child_add(&p->h[1].conf->conns[0], "10.3.0.0/16", "10.1.0.0/16");
    pair_start(p);
    pair_connect(p);
    assert_int_equal(pair_live(&p->h[1]), 1);
    return p;
}

/* What host 1 makes of a request for these networks of its own, separated by blanks. */
static struct ikev2_task *pick(struct pair *p, const char *local)
{
    struct ike *ike = p->h[1].ike;
    struct base_ts_list want = {0}, remote = {0};
    char one[64];
    struct ikev2_task *t = ikev2_task_new(IKEV2_TASK_CREATE_CHILD);
    for (int n; sscanf(local, "%63s%n", one, &n) == 1; local += n)
        pair_ts_add(&want, one);
    pair_ts_add(&remote, "10.1.0.0/16");
    if (!ikev2_narrow_pick(ike, ike->v2->first, &want, &remote, t)) {
        ikev2_task_free(ike, t);
        return NULL;
    }
    return t;
}

static void the_child_that_holds_the_first_selector_is_taken(void **state)
{
    (void)state;
    static const struct {
        const char *local;
        size_t child;
        const char *answer;
        bool is_cut;
    } rows[] = {
        {"10.3.0.5/32 10.2.0.0/16 10.3.0.0/16", 1, "10.3.0.0/16", true}, /* the first is of a packet */
        {"10.2.0.5/32 10.2.0.0/16 10.3.0.0/16", 0, "10.2.0.0/16", true},
        {"10.3.0.5/32 10.3.0.0/16", 1, "10.3.0.0/16", false},
        {"10.3.9.0/24 10.3.8.0/24", 1, "10.3.9.0/24, 10.3.8.0/24", false},
        {"10.9.0.0/16 10.3.0.0/24", 1, "10.3.0.0/24", false}, /* nobody has the first */
        {"0.0.0.0/0", 0, "10.2.0.0/16", true},
        {"10.3.0.0/16", 1, "10.3.0.0/16", false},
    };
    struct pair *p = pair_of_two();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ikev2_task *t = pick(p, rows[i].local);
        char buf[200];
        struct base_text text = base_text(buf, sizeof buf);
        assert_non_null(t);
        base_ts_text(&text, t->local_ts);
        assert_string_equal(buf, rows[i].answer);
        assert_int_equal(t->child_index, rows[i].child);
        assert_int_equal(t->is_cut, rows[i].is_cut);
        ikev2_task_free(p->h[1].ike, t);
    }
    assert_null(pick(p, "10.9.0.0/16"));
    pair_free(p);
}

/* Two Culverts whose connection has two children of the same networks, one of which is for DSCP EF. */
static void children_that_differ_in_dscp_have_an_sa_each(void **state)
{
    (void)state;
    for (int is_ef_first = 0; is_ef_first < 2; is_ef_first++) {
        struct pair *p = pair_new();
        for (int h = 0; h < 2; h++) {
            struct ike_conn_conf *c = &p->h[h].conf->conns[0];
            pair_child_add(c, h ? "10.2.0.0/16" : "10.1.0.0/16", h ? "10.1.0.0/16" : "10.2.0.0/16");
            c->children[h ? 1 : is_ef_first].dscp = UINT64_C(1) << 46;
        }
        pair_start(p);
        pair_connect(p);
        for (int h = 0; h < 2; h++) {
            uint64_t has = 0;
            assert_int_equal(pair_live(&p->h[h]), 2);
            for (size_t i = 0; i < 2; i++)
                has |= p->h[h].children[i].i.pair.dscp ? 2 : 1;
            assert_int_equal(has, 3);
        }
        /* Rekeyed, each stays what it is. */
        pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
        uint64_t dscps = 0;
        for (size_t i = 2; i < p->h[1].n_children; i++)
            dscps |= p->h[1].children[i].is_active ? p->h[1].children[i].i.pair.dscp ? 2 : 1 : 0;
        assert_int_equal(p->h[1].n_children, 4);
        assert_int_equal(dscps, 3);
        /* One more than there are children is another of the first. */
        struct ikev2_task *t = pick(p, "10.2.0.0/16");
        assert_int_equal(t->child_index, 0);
        ikev2_task_free(p->h[1].ike, t);
        pair_free(p);
    }
}

static void more_that_would_do_is_said_in_the_answer(void **state)
{
    (void)state;
    struct pair *p = pair_of_two();
    struct ike *ike = p->h[1].ike;
    for (int i = 0; i < 2; i++) {
        struct ikev2_task *t = pick(p, i ? "10.2.0.0/16 10.3.0.0/16" : "10.2.0.0/16");
        struct wire_ike_builder b = ikev2_msg_begin(ike);
        struct ikev2_msg msg = {0};
        struct wire_ike_notification n;
        struct base_ts_list tsi, tsr;
        ikev2_narrow_put(&b, t);
        assert_int_equal(wire_ike_plds_parse(wire_ike_chain_first(&b), wire_ike_chain_bytes(&b), &msg.plds),
                         WIRE_IKE_OK);
        assert_true(ikev2_narrow_take(&msg, &tsi, &tsr));
        assert_true(base_ts_equal(&tsi, t->remote_ts));
        assert_true(base_ts_equal(&tsr, t->local_ts));
        assert_int_equal(ikev2_msg_notify(&msg, WIRE_IKE_N_ADDITIONAL_TS_POSSIBLE, &n), i);
        ikev2_task_free(ike, t);
    }
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_child_that_holds_the_first_selector_is_taken),
        cmocka_unit_test(children_that_differ_in_dscp_have_an_sa_each),
        cmocka_unit_test(more_that_would_do_is_said_in_the_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
