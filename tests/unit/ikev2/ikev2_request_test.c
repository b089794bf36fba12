/* SPDX-License-Identifier: BSD-3-Clause */
/* Requests that are lost, and answers. */
#include "ike_core.h"
#include "ike_dgrams.h"
#include "ike_pair.h"
#include "ikev2_request.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"
#include "wire_ike.h"

static void a_lost_request_is_sent_again_byte_by_byte(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    p->drop[0] = true;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    p->drop[0] = false;
    pair_run(p, 8);
    assert_int_equal(pair_stats(p, 0).retransmits_out, 1);
    pair_check_one(p);
    /* and a lost answer is given again from memory */
    p->drop[1] = true;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    p->drop[1] = false;
    pair_run(p, 8);
    assert_int_equal(pair_stats(p, 1).duplicates_answered, 1);
    pair_check_one(p);
    pair_free(p);
}

/* Whether the next packets in the queue carry these texts. */
static void expect_sent(struct pair *p, const char *const *texts, size_t n)
{
    assert_int_equal(p->tail - p->head, n);
    for (size_t i = 0; i < n; i++) {
        const struct pair_packet *k = &p->queue[p->head++];
        assert_true(base_span_equal(base_span(k->bytes, k->len), base_span(texts[i], strlen(texts[i]))));
    }
}

static void a_request_of_several_datagrams_is_repeated_as_a_whole(void **state)
{
    (void)state;
    static const char *const parts[] = {"first part", "2nd", "the third one"};
    struct pair *p = pair_up();
    struct ike *ike = p->h[0].ike;
    struct ike_dgrams l = {0};
    p->hold = true;
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(ike_dgrams_add(&l, base_span(parts[i], strlen(parts[i]))), 0);
    ikev2_request_arm(ike, ike->v2->first, &l, WIRE_IKE_INFORMATIONAL);
    assert_int_equal(l.count, 0);
    pair_drain(p);
    expect_sent(p, parts, 3);
    ikev2_request_repeat(ike, ike->v2->first);
    pair_drain(p);
    expect_sent(p, parts, 3);
    assert_int_equal(pair_stats(p, 0).retransmits_out, 1);
    ikev2_request_clear(ike->v2->first);
    assert_int_equal(ike->v2->first->req.dgrams.count, 0);
    pair_free(p);
}

static void a_duplicate_is_answered_with_all_datagrams(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    p->drop[1] = true;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    p->drop[1] = false;
    p->hold = true;
    struct ikev2_sa *sa = p->h[1].ike->v2->first;
    assert_int_equal(sa->resp.count, 1);
    assert_int_equal(ike_dgrams_add(&sa->resp, base_span("another part", 12)), 0);
    const unsigned sends = p->h[1].sends;
    pair_run(p, 2); /* a asks again */
    pair_deliver_one(p);
    assert_int_equal(p->h[1].sends, sends + 2);
    assert_int_equal(pair_stats(p, 1).duplicates_answered, 1);
    assert_true(p->queue[p->tail - 1].len == 12);
    pair_free(p);
}

/* A peer that may have moved is asked there, too: then its answer tells of neither place. */
static void where_all_copies_went_is_known(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike *ike = p->h[0].ike;
    struct ikev2_sa *sa = ike->v2->first;
    const struct base_addr here = sa->path.remote.addr, there = pair_addr("198.51.100.9");
    p->hold = true;
    for (int is_asked = 0; is_asked < 2; is_asked++) {
        struct ike_dgrams l = {0};
        assert_int_equal(ike_dgrams_add(&l, base_span("it", 2)), 0);
        ikev2_request_arm(ike, sa, &l, WIRE_IKE_INFORMATIONAL);
        sa->want.ask = is_asked;
        sa->moved.to = sa->path;
        sa->moved.to.remote.addr = there;
        ikev2_request_repeat(ike, sa);
        ikev2_request_clear(sa);
        assert_int_equal(ikev2_request_went_to(sa, &here), !is_asked);
        assert_false(ikev2_request_went_to(sa, &there));
    }
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lost_request_is_sent_again_byte_by_byte),
        cmocka_unit_test(a_request_of_several_datagrams_is_repeated_as_a_whole),
        cmocka_unit_test(a_duplicate_is_answered_with_all_datagrams),
        cmocka_unit_test(where_all_copies_went_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
