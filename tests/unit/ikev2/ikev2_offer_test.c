/* SPDX-License-Identifier: BSD-3-Clause */
/* The true answer to a request that a forged wish for another group took the place of. */
#include "ike_pair.h"
#include "ike_core.h"
#include "ikev2_msg.h"
#include "ikev2_offer.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"
#include "ikev2_task.h"

/* A has called in x25519, and its request is still on the way to b. */
static struct pair *pair_calling(void)
{
    struct pair *p = pair_new();
    pair_start(p);
    p->hold = true;
    pair_connect(p);
    return p;
}

/* Somebody wants a to use another group. */
static void forge(struct pair *p, uint8_t group)
{
    const struct wire_ike_hdr hdr = {.spi_i = p->h[0].ike->v2->first->spi_i,
                                     .version = WIRE_IKE_MAJOR << 4,
                                     .exchange = WIRE_IKE_SA_INIT,
                                     .flags = WIRE_IKE_F_RESPONSE};
    const uint8_t data[] = {0, group};
    uint8_t buf[64];
    struct wire_ike_builder b = wire_ike_build(buf, sizeof buf, &hdr);
    ikev2_msg_put_notify(&b, WIRE_IKE_N_INVALID_KE_PAYLOAD, base_span(data, sizeof data));
    const struct ike_path path = {{p->h[0].addr, 500}, {p->h[1].addr, 500}, false};
    ike_on_packet(p->h[0].ike, p->now, &path, wire_ike_finish(&b));
    pair_settle(p);
}

static void arrive_all(struct pair *p)
{
    p->hold = false;
    pair_settle(p);
}

static void the_answer_to_the_first_request_is_good_after_others(void **state)
{
    (void)state;
    struct pair *p = pair_calling();
    const enum crypt_dh first = p->h[0].ike->v2->first->task->group;
    forge(p, CRYPT_DH_ECP_256);
    forge(p, CRYPT_DH_ECP_384);
    assert_int_equal(p->h[0].sends, 3);
    assert_true(ikev2_offer_has(p->h[0].ike->v2->first, first));
    arrive_all(p);
    pair_check_one(p);
    assert_int_equal(p->h[0].ike->v2->first->algs.dh, first);
    pair_free(p);
}

static void an_answer_is_good_while_the_key_of_another_group_is_made(void **state)
{
    (void)state;
    struct pair *p = pair_calling();
    p->h[0].hold_jobs = true;
    forge(p, CRYPT_DH_ECP_256);
    assert_int_equal(p->h[0].ike->v2->first->state, IKEV2_ST_I_DH);
    p->h[0].hold_jobs = false;
    arrive_all(p);
    pair_check_one(p);
    pair_job(p, 0, p->h[0].jobs[0]); /* comes too late */
    p->h[0].n_jobs = 0;
    pair_settle(p);
    pair_check_one(p);
    pair_free(p);
}

static void a_group_that_was_offered_before_is_offered_with_the_same_bytes(void **state)
{
    (void)state;
    struct pair *p = pair_calling();
    const enum crypt_dh first = p->h[0].ike->v2->first->task->group;
    forge(p, CRYPT_DH_ECP_256);
    forge(p, (uint8_t)first);
    assert_int_equal(p->tail - p->head, 3);
    const struct pair_packet *a = &p->queue[p->head], *b = &p->queue[p->head + 2];
    assert_int_equal(a->len, b->len);
    assert_memory_equal(a->bytes, b->bytes, a->len);
    assert_true(ikev2_offer_has(p->h[0].ike->v2->first, CRYPT_DH_ECP_256));
    assert_false(ikev2_offer_has(p->h[0].ike->v2->first, first));
    arrive_all(p);
    pair_check_one(p);
    pair_free(p);
}

static void no_answer_is_taken_before_there_is_a_request(void **state)
{
    (void)state;
    struct pair *p = pair_calling();
    pair_deliver_one(p);
    const struct pair_packet answer = p->queue[p->head];
    struct ikev2_sa *sa = p->h[0].ike->v2->first;
    ikev2_sa_set_state(p->h[0].ike, sa, IKEV2_ST_I_DH); /* as it was before its key was made */
    ike_on_packet(p->h[0].ike, p->now, &answer.path, base_span(answer.bytes, answer.len));
    assert_int_equal(sa->state, IKEV2_ST_I_DH);
    assert_int_equal(pair_stats(p, 0).dropped_malformed, 1);
    pair_free(p);
}

static void what_was_laid_aside_goes_with_the_sa(void **state)
{
    (void)state;
    const uint32_t keys = null_crypt_live_keys();
    struct pair *p = pair_calling();
    forge(p, CRYPT_DH_ECP_256);
    assert_int_equal(null_crypt_live_keys(), keys + 2);
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "b"});
    assert_int_equal(null_crypt_live_keys(), keys);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_answer_to_the_first_request_is_good_after_others),
        cmocka_unit_test(an_answer_is_good_while_the_key_of_another_group_is_made),
        cmocka_unit_test(a_group_that_was_offered_before_is_offered_with_the_same_bytes),
        cmocka_unit_test(no_answer_is_taken_before_there_is_a_request),
        cmocka_unit_test(what_was_laid_aside_goes_with_the_sa),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
