/* SPDX-License-Identifier: BSD-3-Clause */
/* DELETE and INITIAL_CONTACT. */
#include "ikev1_login_pair.h"
#include "ikev1_msg.h"

static void ends_are_told_to_the_peer(void **state)
{
    (void)state;
    struct pair *p = pair_v1_up();
    assert_int_equal(
        pair_event(p, 0, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "b", .child = "net"}), 0);
    assert_int_equal(pair_live(&p->h[1]), 0);
    assert_int_equal(pair_stats(p, 1).ike_sas, 1);
    assert_string_equal(pair_audit(&p->h[1], IKE_AUDIT_CHILD_DOWN)->why, "the peer closed it");
    assert_int_equal(pair_event(p, 0, (struct ike_event){.type = IKE_EV_INITIATE, .name = "b"}), 1);
    pair_check_one(p);
    assert_int_equal(pair_event(p, 0, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "b"}), 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pair_live(&p->h[i]), 0);
        assert_int_equal(pair_stats(p, i).ike_sas, 0);
    }
    pair_free(p);
}

static void a_peer_that_lost_all_says_so_and_what_was_before_ends(void **state)
{
    (void)state;
    struct pair *p = pair_v1_up();
    pair_run(p, 20);
    pair_crash(p, 0);
    pair_connect(p);
    assert_int_equal(pair_stats(p, 1).ike_sas, 1);
    assert_int_equal(pair_live(&p->h[1]), 1);
    assert_non_null(strstr(pair_audit(&p->h[1], IKE_AUDIT_IKE_DOWN)->why, "INITIAL_CONTACT"));
    pair_free(p);
}

/* a sends one or the other in a message of its own. */
static void say(struct pair *p, const struct wire_v1_notification *n, const struct wire_v1_delete *d)
{
    struct ike *ike = p->h[0].ike;
    struct ikev1_sa *sa = sa_of(p, 0);
    const struct ikev1_keymat_algs algs = ikev1_msg_algs(sa);
    const uint32_t msgid = 77;
    uint8_t iv[IKEV1_IV_MAX], *room;
    assert_int_equal(ikev1_keymat_iv(ike->env.crypto, &algs, &sa->keys, msgid, iv), 0);
    struct wire_ike_builder b = ikev1_msg_begin_2(ike, sa, WIRE_V1_INFO, msgid, &room);
    if (n)
        wire_v1_put_notify(&b, n);
    if (d)
        wire_v1_put_delete(&b, d);
    ikev1_msg_send(ike, sa, &sa->path, ikev1_msg_seal_2(ike, sa, &b, room, msgid, BASE_SPAN_NONE, iv));
    pair_settle(p);
}

static void say_contact(struct pair *p)
{
    const struct wire_v1_notification n = {.protocol = WIRE_V1_PROTO_ISAKMP,
                                           .type = WIRE_V1_N_INITIAL_CONTACT};
    say(p, &n, NULL);
}

static void say_delete(struct pair *p, uint32_t spi)
{
    const uint8_t bytes[] = {(uint8_t)(spi >> 24), (uint8_t)(spi >> 16), (uint8_t)(spi >> 8), (uint8_t)spi};
    const struct wire_v1_delete d = {WIRE_V1_PROTO_ESP, sizeof bytes, 1, base_span(bytes, sizeof bytes)};
    say(p, NULL, &d);
}

static void a_delete_with_the_other_spi_is_understood(void **state)
{
    (void)state;
    struct pair *p = pair_v1_up();
    say_delete(p, p->h[0].children[0].i.pair.spi_out);
    assert_int_equal(pair_live(&p->h[1]), 0);
    pair_free(p);
}

/* Said by the former SA of a child that the newer one has by now: what follows is not put off. */
static void a_delete_by_a_former_sa_is_acted_on_at_once(void **state)
{
    (void)state;
    struct pair *p = pair_v1_up();
    pair_run(p, 5);
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b", .rekey_ike = true});
    assert_int_not_equal(sa_of(p, 0)->replaced_by, 0);
    p->h[1].conf->conns[0].children[0].on_close = IKE_START_START;
    const uint32_t before = p->h[1].children[0].i.pair.spi_in;
    say_delete(p, p->h[0].children[0].i.pair.spi_in);
    assert_true(pair_find(&p->h[1], before)->is_removed);
    assert_int_equal(pair_live(&p->h[1]), 1);
    pair_free(p);
}

/* All users have the identity of their group. */
static void a_user_ends_none_of_another(void **state)
{
    (void)state;
    struct pair *p = pair_v1_login("ann", "secret");
    pair_start(p);
    pair_connect(p);
    pair_check_one(p);
    ((struct ikev1_login *)sa_of(p, 1)->login)->user = pair_id("keyid:eve");
    pair_run(p, 5);
    pair_crash(p, 0);
    pair_connect(p);
    assert_int_equal(pair_stats(p, 1).ike_sas, 2);
    pair_run(p, 1);
    say_contact(p);
    assert_int_equal(pair_stats(p, 1).ike_sas, 2);
    pair_free(p);
}

/* Apple's and Android's say it before the login, in a message of its own. */
static void what_is_said_before_the_login_holds_after_it(void **state)
{
    (void)state;
    struct pair *p = pair_v1_login("ann", "secret");
    p->has_nat = true;
    pair_start(p);
    pair_connect(p);
    pair_run(p, 5);
    pair_crash(p, 0);
    p->nat_shift = 2000;
    p->hold = true;
    pair_connect(p);
    while (!p->h[0].ike->v1->first || sa_of(p, 0)->state != IKEV1_ST_LOGIN)
        pair_deliver_one(p);
    ((struct ikev1_login *)p->h[1].ike->v1->last->login)->initial_contact = false; /* not in message 5 */
    say_contact(p);
    p->hold = false;
    pair_settle(p);
    pair_check_one(p);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ends_are_told_to_the_peer),
        cmocka_unit_test(a_delete_with_the_other_spi_is_understood),
        cmocka_unit_test(what_is_said_before_the_login_holds_after_it),
        cmocka_unit_test(a_delete_by_a_former_sa_is_acted_on_at_once),
        cmocka_unit_test(a_user_ends_none_of_another),
        cmocka_unit_test(a_peer_that_lost_all_says_so_and_what_was_before_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
