/* SPDX-License-Identifier: BSD-3-Clause */
/* What operators and the data path ask of SAs. */
#include "ike_pair.h"
#include <errno.h>
#include "ike_core.h"
#include "ikev2.h"
#include "ikev2_children.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

static void a_hard_limit_replaces_the_child_when_the_connection_is_kept_up(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->h[0].conf->conns[0].start = true;
    pair_start(p);
    pair_run(p, 1);
    const uint32_t spi = p->h[0].children[0].i.pair.spi_in;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_SA_HARD, .spi_in = spi});
    pair_run(p, 6);
    assert_true(p->h[0].children[0].is_removed);
    pair_check_one(p);
    pair_free(p);
}

static void an_event_of_a_child_that_is_gone_is_ignored(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    assert_int_equal(pair_event(p, 0, (struct ike_event){.type = IKE_EV_SA_HARD, .spi_in = 4711}), 0);
    assert_int_equal(pair_event(p, 0, (struct ike_event){.type = IKE_EV_TRAFFIC, .spi_in = 4711}), 0);
    pair_check_one(p);
    pair_free(p);
}

static void a_connection_is_live_until_it_is_to_be_closed(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike *ike = p->h[0].ike;
    assert_true(ikev2_has_live(ike, &ike->runs[0]));
    ike->v2->first->want.close = true;
    ikev2_sa_touch(ike, ike->v2->first);
    assert_false(ikev2_has_live(ike, &ike->runs[0]));
    assert_int_equal(ikev2_terminate(ike, &ike->runs[0], 9), 0);
    ikev2_settle(ike);
    pair_settle(p);
    assert_int_equal(ikev2_terminate(ike, &ike->runs[0], 9), -ENOENT);
    pair_free(p);
}

static struct pair *two_children(void)
{
    struct pair *p = pair_new();
    pair_child_add(&p->h[0].conf->conns[0], "10.3.0.0/16", "10.4.0.0/16");
    pair_child_add(&p->h[1].conf->conns[0], "10.4.0.0/16", "10.3.0.0/16");
    pair_start(p);
    return p;
}

static int command(struct pair *p, enum ike_event_type type, const char *child)
{
    return pair_event(p, 0, (struct ike_event){.type = type, .name = "b", .child = child});
}

static void one_child_is_called_for_made_rekeyed_and_ended_by_name(void **state)
{
    (void)state;
    struct pair *p = two_children();
    assert_int_equal(command(p, IKE_EV_TERMINATE, "second"), -ENOENT);
    assert_int_equal(command(p, IKE_EV_INITIATE, "second"), 0);
    assert_int_equal(pair_live(&p->h[1]), 1);
    assert_string_equal(p->h[1].children[0].i.child, "second");
    assert_int_equal(command(p, IKE_EV_INITIATE, "second"), -EALREADY);
    assert_int_equal(command(p, IKE_EV_REKEY, "net"), -ESRCH);
    assert_int_equal(command(p, IKE_EV_INITIATE, NULL), 1); /* what lacks */
    assert_int_equal(pair_live(&p->h[1]), 2);
    assert_int_equal(command(p, IKE_EV_INITIATE, NULL), -EALREADY);
    assert_int_equal(command(p, IKE_EV_REKEY, "net"), 0);
    pair_run(p, 6);
    assert_int_equal(p->h[0].n_children, 3);
    assert_string_equal(p->h[0].children[2].i.child, "net");
    assert_int_equal(command(p, IKE_EV_TERMINATE, "net"), 0);
    pair_run(p, 6);
    assert_int_equal(pair_live(&p->h[0]), 1);
    assert_int_equal(pair_live(&p->h[1]), 1);
    assert_string_equal(pair_audit(&p->h[0], IKE_AUDIT_CHILD_DOWN)->why, "terminated by the operator");
    assert_int_equal(command(p, IKE_EV_TERMINATE, "net"), -ESRCH);
    assert_int_equal(pair_stats(p, 0).ike_sas, 1);
    pair_free(p);
}

/* Each live pair of host 0 is for the same DSCPs on both sides. */
static void dscps_agree(struct pair *p)
{
    for (size_t i = 0; i < p->h[0].n_children; i++) {
        const struct esp_pair *a = &p->h[0].children[i].i.pair;
        size_t k = 0;
        while (p->h[1].children[k].i.pair.spi_in != a->spi_out)
            k++;
        assert_true(p->h[1].children[k].i.pair.dscp == a->dscp);
    }
}

static void a_child_is_asked_for_with_those_that_differ_in_dscp_alone(void **state)
{
    (void)state;
    static const enum ike_event_type begins[] = {IKE_EV_INITIATE, IKE_EV_TRAP};
    for (size_t i = 0; i < 2; i++) {
        struct pair *p = pair_new();
        for (int h = 0; h < 2; h++) {
            struct ike_conn_conf *c = &p->h[h].conf->conns[0];
            pair_child_add(c, h ? "10.2.0.0/16" : "10.1.0.0/16", h ? "10.1.0.0/16" : "10.2.0.0/16");
            c->children[1].dscp = UINT64_C(1) << 46;
        }
        p->h[0].conf->conns[0].start = IKE_START_TRAP;
        pair_start(p);
        assert_int_equal(command(p, begins[i], "second"), 0);
        pair_settle(p);
        assert_int_equal(pair_live(&p->h[0]), 2);
        dscps_agree(p);
        /* One that is there is not asked for again. */
        command(p, IKE_EV_TERMINATE, "second");
        command(p, begins[i], "second");
        pair_settle(p);
        assert_int_equal(p->h[0].n_children, 3);
        /* And both where neither is. */
        command(p, IKE_EV_TERMINATE, "second");
        command(p, IKE_EV_TERMINATE, "net");
        assert_int_equal(command(p, begins[i], "second"), begins[i] == IKE_EV_INITIATE ? 2 : 0);
        pair_settle(p);
        assert_int_equal(p->h[0].n_children, 5);
        dscps_agree(p);
        pair_free(p);
    }
}

/* The peer has no such child any more, so its rekeying is refused, and the next try is up to 30 s away. */
static void a_command_does_not_wait_behind_a_refused_rekey(void **state)
{
    (void)state;
    struct pair *p = two_children();
    pair_connect(p);
    struct ike_child_conf *theirs = &p->h[1].conf->conns[0].children[0];
    theirs->n_proposals = 0;
    assert_int_equal(command(p, IKE_EV_REKEY, "net"), 0);
    assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_FAIL_REFUSED), 1);
    assert_int_equal(command(p, IKE_EV_REKEY, "second"), 0);
    assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_CHILD_REKEYED), 1); /* not a second has passed */
    const unsigned sends = p->h[0].sends;
    assert_int_equal(command(p, IKE_EV_REKEY, "net"), 0);
    assert_int_equal(p->h[0].sends, sends + 2); /* refused with a group, and then without */
    assert_int_equal(
        pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b", .rekey_ike = true}), 0);
    assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_IKE_REKEYED), 1);
    assert_int_equal(command(p, IKE_EV_TERMINATE, "second"), 0);
    assert_int_equal(command(p, IKE_EV_INITIATE, "second"), 1);
    pair_settle(p);
    assert_string_equal(p->h[1].children[p->h[1].n_children - 1].i.child, "second");
    pair_free(p);
}

static void a_child_that_is_ended_while_it_is_made_does_not_stay(void **state)
{
    (void)state;
    struct pair *p = two_children();
    command(p, IKE_EV_INITIATE, "net");
    p->hold = true;
    assert_int_equal(command(p, IKE_EV_INITIATE, "second"), 1);
    assert_int_equal(command(p, IKE_EV_TERMINATE, "second"), 0);
    p->hold = false;
    pair_settle(p);
    assert_int_equal(p->h[1].n_children, 2);
    pair_check_one(p);
    pair_free(p);
}

/* A child that the data path does not take is closed; neither side makes another at once. */
static void what_the_data_path_refused_is_not_made_again_for_a_minute(void **state)
{
    (void)state;
    for (int who = 0; who < 2; who++) {
        struct pair *p = pair_new();
        p->h[0].conf->conns[0].start = true;
        pair_start(p);
        pair_run(p, 1);
        struct pair_host *h = &p->h[who];
        pair_event(p, who,
                   (struct ike_event){
                       .type = IKE_EV_SA_FAILED, .spi_in = h->children[0].i.pair.spi_in, .error = -ENOMEM});
        pair_run(p, 30);
        assert_true(h->children[0].is_removed);
        assert_int_equal(h->n_children, 1);
        assert_int_equal(pair_stats(p, who).children, 0);
        assert_int_equal(pair_count(h, IKE_AUDIT_FAIL_INSTALL), 1);
        assert_non_null(strstr(pair_audit(h, IKE_AUDIT_FAIL_INSTALL)->why, "limit of ours"));
        pair_run(p, 200);
        assert_int_equal(pair_stats(p, who).children, 1);
        pair_free(p);
    }
}

/* A send queue has room for some thousand datagrams. */
static void a_shutdown_ends_many_some_at_a_time(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    pair_start(p);
    struct ike *ike = p->h[1].ike;
    const struct ike_path path = {{p->h[1].addr, 500}, {p->h[0].addr, 500}, false};
    struct ikev2_sa *sas[300];
    for (size_t i = 0; i < 300; i++) {
        sas[i] = ikev2_sa_new(ike, &path, false);
        sas[i]->spi_i = i + 1;
        sas[i]->spi_r = ikev2_sa_new_spi(ike);
        ikev2_sa_link(ike, sas[i]);
        ikev2_sa_set_state(ike, sas[i], IKEV2_ST_R_INIT);
    }
    assert_int_equal(pair_event(p, 1, (struct ike_event){.type = IKE_EV_SHUTDOWN}), 1);
    assert_int_equal(pair_stats(p, 1).ike_sas, 172);
    ikev2_sa_kill(ike, sas[128]); /* the next one's turn comes all the same */
    ikev2_settle(ike);
    assert_int_equal(pair_event(p, 1, (struct ike_event){.type = IKE_EV_SHUTDOWN}), 1);
    assert_int_equal(pair_stats(p, 1).ike_sas, 43);
    assert_int_equal(pair_event(p, 1, (struct ike_event){.type = IKE_EV_SHUTDOWN}), 0);
    assert_int_equal(pair_stats(p, 1).ike_sas, 0);
    assert_int_equal(pair_event(p, 1, (struct ike_event){.type = IKE_EV_SHUTDOWN}), 0);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_shutdown_ends_many_some_at_a_time),
        cmocka_unit_test(a_hard_limit_replaces_the_child_when_the_connection_is_kept_up),
        cmocka_unit_test(an_event_of_a_child_that_is_gone_is_ignored),
        cmocka_unit_test(a_connection_is_live_until_it_is_to_be_closed),
        cmocka_unit_test(a_child_is_asked_for_with_those_that_differ_in_dscp_alone),
        cmocka_unit_test(one_child_is_called_for_made_rekeyed_and_ended_by_name),
        cmocka_unit_test(a_command_does_not_wait_behind_a_refused_rekey),
        cmocka_unit_test(a_child_that_is_ended_while_it_is_made_does_not_stay),
        cmocka_unit_test(what_the_data_path_refused_is_not_made_again_for_a_minute),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
