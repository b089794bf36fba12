/* SPDX-License-Identifier: BSD-3-Clause */
/* What is said of networks: exchanged sides, fewer than asked for, and those that the data path does not
 * take. */
#include "ike_pair.h"

#include <errno.h>
#include "explain.h"
#include "ike_core.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

static void exchanged_sides_are_named(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    struct ike_child_conf *c = &p->h[1].conf->conns[0].children[0];
    pair_ts_only(&c->local_ts, "10.1.0.0/16"); /* as at the peer, instead of the other way round */
    pair_ts_only(&c->remote_ts, "10.2.0.0/16");
    pair_start(p);
    pair_connect(p);
    const struct ike_audit *a = pair_audit(&p->h[1], IKE_AUDIT_FAIL_SELECTORS);
    assert_non_null(a);
    assert_string_equal(a->what, "the peer wants (our side === its side): 10.2.0.0/16 === 10.1.0.0/16");
    assert_string_equal(a->why,
                        "These are the networks of child net with the sides exchanged: what is local on one "
                        "side must be remote on the other.");
    assert_string_equal(a->fix_here,
                        "connections.a: exchange the local and the remote networks of child net");
    assert_string_equal(a->fix_peer, "or exchange them there (strongSwan: local_ts and remote_ts)");
    pair_free(p);
}

static void networks_that_have_nothing_in_common_are_no_exchange(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    pair_ts_only(&p->h[1].conf->conns[0].children[0].local_ts, "10.9.0.0/16");
    pair_start(p);
    pair_connect(p);
    const struct ike_audit *a = pair_audit(&p->h[1], IKE_AUDIT_FAIL_SELECTORS);
    assert_non_null(a);
    assert_string_equal(a->why, "No child has something in common with both sides of that.");
    pair_free(p);
}

static void less_than_was_asked_for_is_told_once(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    pair_ts_only(&p->h[1].conf->conns[0].children[0].local_ts, "10.2.7.0/24");
    pair_start(p);
    pair_connect(p);
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    assert_int_equal(pair_stats(p, 0).rekeyed_child, 1);
    assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_FAIL_NARROWED), 1);
    assert_null(pair_audit(&p->h[1], IKE_AUDIT_FAIL_NARROWED));
    const struct ike_audit *a = pair_audit(&p->h[0], IKE_AUDIT_FAIL_NARROWED);
    assert_string_equal(a->what,
                        "the peer agreed to less than child net asks for: 10.1.0.0/16 === 10.2.7.0/24");
    assert_string_equal(a->nearest, "child net: 10.1.0.0/16 === 10.2.0.0/16");
    assert_string_equal(a->fix_peer, "strongSwan: local_ts = 10.2.0.0/16, remote_ts = 10.1.0.0/16");
    pair_free(p);
}

static void a_child_that_is_not_taken_is_a_limit_of_ours(void **state)
{
    (void)state;
    static const struct {
        int error;
        const char *why;
    } rows[] = {{-ENOMEM, "the tables that hold the networks"}, {-ENOTSUP, "the data path lacks"}};
    for (size_t i = 0; i < 2; i++) {
        struct pair *p = pair_up();
        struct ike *ike = p->h[1].ike;
        explain_install(ike, ikev2_sa_about(ike->v2->first), &p->h[1].conf->conns[0].children[0],
                        rows[i].error);
        pair_drain(p);
        const struct ike_audit *a = pair_audit(&p->h[1], IKE_AUDIT_FAIL_INSTALL);
        assert_non_null(a);
        assert_non_null(strstr(a->what, "child net was agreed on, but the data path does not take it"));
        assert_non_null(strstr(a->why, "This is a limit of ours"));
        assert_non_null(strstr(a->why, rows[i].why));
        pair_free(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exchanged_sides_are_named),
        cmocka_unit_test(networks_that_have_nothing_in_common_are_no_exchange),
        cmocka_unit_test(less_than_was_asked_for_is_told_once),
        cmocka_unit_test(a_child_that_is_not_taken_is_a_limit_of_ours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
