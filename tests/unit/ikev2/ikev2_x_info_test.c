/* SPDX-License-Identifier: BSD-3-Clause */
/* INFORMATIONAL: goodbyes. */
#include "ike_pair.h"
#include "ike_core.h"
#include "ikev2_msg.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

static void a_terminated_connection_is_gone_on_both_sides(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    assert_int_equal(pair_event(p, 1, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "a"}), 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pair_stats(p, i).ike_sas, 0);
        assert_int_equal(pair_live(&p->h[i]), 0);
        assert_int_equal(pair_count(&p->h[i], IKE_AUDIT_IKE_DOWN), 1);
    }
    assert_int_equal(pair_event(p, 1, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "a"}), -ENOENT);
    pair_free(p);
}

static void shutdown_says_goodbye_and_answers_nobody(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_SHUTDOWN});
    assert_int_equal(pair_stats(p, 0).ike_sas, 0);
    pair_connect(p);
    assert_int_equal(pair_stats(p, 1).ike_sas, 0);
    pair_free(p);
}

/* Of the two seconds that are left it takes a half to ask again, and the DELETE follows the answer. */
static void shutdown_says_goodbye_behind_a_check_that_was_lost(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ikev2_sa *sa = p->h[1].ike->v2->first;
    p->hold = true;
    sa->want.dpd = true;
    ikev2_sa_touch(p->h[1].ike, sa);
    ike_on_timer(p->h[1].ike, p->now);
    pair_drain(p);
    assert_int_equal(p->tail - p->head, 1);
    p->head = p->tail = 0; /* lost */
    p->hold = false;
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_SHUTDOWN});
    assert_int_equal(pair_stats(p, 0).ike_sas, 1);
    pair_run(p, 1);
    assert_int_equal(pair_stats(p, 0).ike_sas, 0);
    assert_int_equal(pair_stats(p, 1).ike_sas, 0);
    pair_free(p);
}

static void an_sa_that_is_being_rekeyed_ends_under_its_new_keys(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    p->hold = true;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b", .rekey_ike = true});
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "b"});
    p->hold = false;
    pair_run(p, 3);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pair_live(&p->h[i]), 0);
        assert_int_equal(pair_stats(p, i).ike_sas, 0);
    }
    pair_free(p);
}

static void an_end_while_ike_auth_is_under_way_reaches_the_peer(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    pair_start(p);
    p->hold = true;
    pair_connect(p);
    pair_deliver_one(p);
    pair_deliver_one(p); /* IKE_AUTH is on its way */
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "b"});
    p->hold = false;
    pair_run(p, 5);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pair_stats(p, i).established, 1);
        assert_int_equal(pair_stats(p, i).ike_sas, 0);
    }
    pair_free(p);
}

/* Sends a request of a's, with these payloads. */
static void request(struct pair *p, uint8_t exchange, struct wire_ike_builder *b)
{
    struct ike *ike = p->h[0].ike;
    ikev2_msg_request(ike, ike->v2->first, exchange, b);
    pair_settle(p);
}

/* RFC 7296 3.11: a payload has as many SPIs as it likes, and the last one counts as the first does. */
static void all_spis_of_a_delete_are_read(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    static uint8_t spis[300 * 4];
    struct base_writer w = base_writer(spis, sizeof spis);
    for (uint32_t i = 0; i < 299; i++)
        base_write_u32(&w, 0x70000000 + i);
    base_write_u32(&w, p->h[1].children[0].i.pair.spi_out);
    const struct wire_ike_delete d = {WIRE_IKE_PROTO_ESP, 4, 300, base_writer_span(&w)};
    struct wire_ike_builder b = ikev2_msg_begin(p->h[0].ike);
    wire_ike_put_delete(&b, &d);
    request(p, WIRE_IKE_INFORMATIONAL, &b);
    assert_true(p->h[1].children[0].is_removed);
    assert_int_equal(pair_stats(p, 1).ike_sas, 1);
    pair_free(p);
}

/* RFC 7296 3.10.1: errors of private use that we do not know, in a request, and any status. */
static void unknown_notifies_in_a_request_are_ignored(void **state)
{
    (void)state;
    static const uint16_t types[] = {99, 8191, 8192, 16383, 16500, 40960, 65535};
    struct pair *p = pair_up();
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        struct wire_ike_builder b = ikev2_msg_begin(p->h[0].ike);
        ikev2_msg_put_notify(&b, types[i], BASE_SPAN_NONE);
        request(p, WIRE_IKE_INFORMATIONAL, &b);
        pair_check_one(p);
    }
    pair_free(p);
}

/* An unknown type of payload, called critical: this request fails, and nothing else. It is told. */
static void a_critical_payload_that_is_unknown_is_named(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct wire_ike_builder b = ikev2_msg_begin(p->h[0].ike);
    wire_ike_put_raw(&b, 201, BASE_SPAN_NONE);
    b.w.buf[2] = 0x80;
    request(p, WIRE_IKE_INFORMATIONAL, &b);
    pair_check_one(p);
    assert_non_null(strstr(pair_audit(&p->h[1], IKE_AUDIT_FAIL_CRITICAL)->what, "type 201"));
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_terminated_connection_is_gone_on_both_sides),
        cmocka_unit_test(shutdown_says_goodbye_and_answers_nobody),
        cmocka_unit_test(shutdown_says_goodbye_behind_a_check_that_was_lost),
        cmocka_unit_test(an_sa_that_is_being_rekeyed_ends_under_its_new_keys),
        cmocka_unit_test(an_end_while_ike_auth_is_under_way_reaches_the_peer),
        cmocka_unit_test(all_spis_of_a_delete_are_read),
        cmocka_unit_test(unknown_notifies_in_a_request_are_ignored),
        cmocka_unit_test(a_critical_payload_that_is_unknown_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
