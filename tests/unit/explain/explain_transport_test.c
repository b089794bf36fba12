/* SPDX-License-Identifier: BSD-3-Clause */
/* Explanations of transport mode. */
#include "ike_pair.h"
#include "explain.h"
#include "ike_core.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

/* The one record of what b told. */
static void mode_told(bool is_transport, bool got_tunnel, struct ike_audit *out)
{
    struct pair *p = pair_up();
    struct ike *ike = p->h[1].ike;
    struct ike_child_conf *c = &p->h[1].conf->conns[0].children[0];
    c->mode = is_transport ? ESP_MODE_TRANSPORT : ESP_MODE_TUNNEL;
    (got_tunnel ? explain_transport : explain_no_transport)(ike, ikev2_sa_about(ike->v2->first), c);
    pair_drain(p);
    assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_FAIL_TRANSPORT), 1);
    *out = *pair_audit(&p->h[1], IKE_AUDIT_FAIL_TRANSPORT);
    pair_free(p);
}

static void a_mode_that_one_end_lacks_is_told_with_the_word_for_both(void **state)
{
    (void)state;
    struct ike_audit a;
    mode_told(false, true, &a);
    assert_string_equal(a.what, "the peer asked for transport mode, and got tunnel mode");
    assert_non_null(strstr(a.fix_here, "connections.a: \"mode\": \"transport\" in child net"));
    assert_int_equal(a.notify, 0);
    mode_told(true, false, &a);
    assert_string_equal(a.what, "the peer wants tunnel mode");
    assert_string_equal(a.nearest, "connection a, child net, transport mode");
    assert_string_equal(a.fix_here, "connections.a: \"mode\": \"tunnel\" in child net");
    assert_non_null(strstr(a.fix_peer, "mode = transport"));
    assert_int_equal(a.notify, WIRE_IKE_N_TS_UNACCEPTABLE);
    mode_told(false, false, &a);
    assert_string_equal(a.what, "the peer wants transport mode");
    assert_non_null(strstr(a.fix_here, "\"mode\": \"transport\""));
    assert_non_null(strstr(a.fix_peer, "mode = tunnel"));
}

static void an_address_that_is_not_proved_is_told_with_what_follows(void **state)
{
    (void)state;
    for (int is_ours = 0; is_ours < 2; is_ours++) {
        struct pair *p = pair_up();
        struct ike *ike = p->h[1].ike;
        explain_transport_place(ike, ikev2_sa_about(ike->v2->first), &p->h[1].conf->conns[0].children[0],
                                WIRE_IKE_N_TEMPORARY_FAILURE, is_ours);
        pair_drain(p);
        const struct ike_audit *a = pair_audit(&p->h[1], IKE_AUDIT_FAIL_TRANSPORT);
        assert_non_null(a);
        assert_non_null(
            strstr(a->what, is_ours ? "the peer moved meanwhile" : "an address that it has not proved"));
        assert_non_null(strstr(a->why, is_ours ? "is asked again" : "when it asks again"));
        assert_string_equal(a->nearest, "connection a, child net, transport mode");
        assert_int_equal(a->notify, WIRE_IKE_N_TEMPORARY_FAILURE);
        pair_free(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mode_that_one_end_lacks_is_told_with_the_word_for_both),
        cmocka_unit_test(an_address_that_is_not_proved_is_told_with_what_follows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
