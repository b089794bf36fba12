/* SPDX-License-Identifier: BSD-3-Clause */
/* What a task keeps of a series of key exchanges: order, secrets, links, and who stops. */
#include "ike_core.h"
#include "ike_pair.h"
#include "ikev2_follow.h"
#include "ikev2_msg.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"
#include "ikev2_task.h"

static struct ikev2_task *task_with(enum ikev2_task_kind kind, uint16_t first, uint16_t third)
{
    struct ikev2_task *t = ikev2_task_new(kind);
    assert_non_null(t);
    t->choice.dh = CRYPT_DH_X25519;
    t->choice.addke[0] = first;
    t->choice.addke[2] = third;
    return t;
}

static void secrets_are_kept_in_order_and_groups_follow(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    bool failed;
    struct ikev2_task *t = task_with(IKEV2_TASK_CREATE_CHILD, CRYPT_DH_ML_KEM_768, CRYPT_DH_ECP_384);
    assert_false(ikev2_follow_is_last(t));
    assert_true(ikev2_follow_secret(t, base_span("zero", 4), &failed));
    assert_int_equal(t->group, CRYPT_DH_ML_KEM_768);
    assert_false(ikev2_follow_is_last(t));
    assert_true(ikev2_follow_secret(t, base_span("one", 3), &failed));
    assert_int_equal(t->group, CRYPT_DH_ECP_384);
    assert_true(ikev2_follow_is_last(t));
    assert_false(ikev2_follow_secret(t, base_span("three", 5), &failed));
    assert_false(failed);
    assert_true(ikev2_follow_is_last(t));
    assert_true(base_span_equal(ikev2_follow_first(t, base_span("other", 5)), base_span("zero", 4)));
    assert_true(base_span_equal(ike_blob_span(&t->follow.more), base_span("onethree", 8)));
    ikev2_task_free(p->h[0].ike, t);
    t = task_with(IKEV2_TASK_CREATE_CHILD, CRYPT_DH_NONE, CRYPT_DH_NONE);
    assert_false(ikev2_follow_secret(t, base_span("zero", 4), &failed));
    assert_false(failed);
    assert_true(base_span_equal(ikev2_follow_first(t, base_span("other", 5)), base_span("other", 5)));
    ikev2_task_free(p->h[0].ike, t);
    pair_free(p);
}

/* A message with one notify of these bytes. */
static struct ikev2_msg with_link(struct ike *ike, struct base_span link)
{
    struct ikev2_msg msg = {0};
    struct wire_ike_builder b = ikev2_msg_begin(ike);
    ikev2_msg_put_notify(&b, WIRE_IKE_N_ADDITIONAL_KEY_EXCHANGE, link);
    assert_int_equal(wire_ike_plds_parse(wire_ike_chain_first(&b), wire_ike_chain_bytes(&b), &msg.plds),
                     WIRE_IKE_OK);
    return msg;
}

static void a_link_is_taken_where_another_exchange_follows(void **state)
{
    (void)state;
    static const uint8_t bytes[IKEV2_LINK_MAX + 1] = {7};
    struct pair *p = pair_up();
    struct ike *ike = p->h[0].ike;
    const struct ikev2_msg none = {0};
    struct ikev2_task *t = task_with(IKEV2_TASK_REKEY_IKE, CRYPT_DH_ML_KEM_768, CRYPT_DH_NONE);
    struct ikev2_msg msg = with_link(ike, base_span(bytes, IKEV2_LINK_MAX));
    assert_true(ikev2_follow_take_link(t, &msg));
    assert_int_equal(t->follow.link_len, IKEV2_LINK_MAX);
    assert_int_equal(t->follow.link[0], 7);
    assert_false(ikev2_follow_take_link(t, &none));
    msg = with_link(ike, base_span(bytes, sizeof bytes));
    assert_false(ikev2_follow_take_link(t, &msg));
    bool failed;
    assert_true(ikev2_follow_secret(t, base_span("x", 1), &failed));
    assert_true(ikev2_follow_take_link(t, &none)); /* this one is the last */
    ikev2_task_free(ike, t);
    pair_free(p);
}

static void the_lowest_nonce_stops(void **state)
{
    (void)state;
    for (int n = 0; n < 8; n++) {
        const bool is_low = n & 1, has_more = n & 2, is_same = n & 4;
        struct pair *p = pair_up();
        struct ike *ike = p->h[0].ike;
        struct ikev2_sa *sa = ike->v2->first;
        uint8_t nonce[32] = {100};
        sa->task =
            task_with(IKEV2_TASK_REKEY_CHILD, has_more ? CRYPT_DH_ECP_384 : CRYPT_DH_NONE, CRYPT_DH_NONE);
        sa->peer_follow = task_with(IKEV2_TASK_REKEY_CHILD, CRYPT_DH_ECP_384, CRYPT_DH_NONE);
        sa->task->spi_old = 5;
        sa->peer_follow->spi_old = is_same ? 5 : 6;
        ike_nonce_set(&sa->peer_follow->ni, base_span(nonce, sizeof nonce));
        ike_nonce_set(&sa->peer_follow->nr, base_span(nonce, sizeof nonce));
        ike_nonce_set(&sa->task->ni, base_span(nonce, sizeof nonce));
        nonce[1] = is_low ? 0 : 1;
        nonce[0] = is_low ? 99 : 100;
        ike_nonce_set(&sa->task->nr, base_span(nonce, sizeof nonce));
        if (!is_low)
            ike_nonce_set(&sa->task->ni, base_span(nonce, sizeof nonce));
        assert_int_equal(ikev2_follow_rekeys(sa, 5), is_same);
        assert_false(ikev2_follow_rekeys(sa, 0));
        assert_int_equal(ikev2_follow_loses(ike, sa), is_low && has_more && is_same);
        assert_int_equal(sa->peer_follow == NULL, is_same && !(is_low && has_more));
        pair_free(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secrets_are_kept_in_order_and_groups_follow),
        cmocka_unit_test(a_link_is_taken_where_another_exchange_follows),
        cmocka_unit_test(the_lowest_nonce_stops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
