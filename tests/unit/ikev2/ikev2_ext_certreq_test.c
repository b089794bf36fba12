/* SPDX-License-Identifier: BSD-3-Clause */
/* Who asks for certificates, of whom, and in how many bytes. */
#include "ike_core.h"
#include "ikev2_certreq.h"
#include "ikev2_ext_rows.h"
#include "ikev2_init.h"
#include "ikev2_msg.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"
#include "sig_pair.h"

/* Bytes of the request for certificates in an answer of b's to a call of so many bytes. */
static size_t asked_bytes(struct pair *p, size_t request, bool is_proved)
{
    static uint8_t call[4096];
    struct ike *ike = p->h[1].ike;
    struct ikev2_sa *sa = ike->v2->first;
    if (!sa->init)
        sa->init = base_secret_new(sizeof *sa->init);
    assert_int_equal(ike_blob_set(&sa->init->msg_i, base_span(call, request)), 0);
    sa->init->is_proved = is_proved;
    struct wire_ike_builder b = ikev2_msg_begin(ike);
    const size_t before = b.w.pos;
    ikev2_ext_certreq.put[IKEV2_EXT_INIT_ANSWER](ike, sa, &b);
    return b.w.pos - before;
}

static void authorities_are_named_where_there_is_room_or_the_address_is_proved(void **state)
{
    (void)state;
    struct pair *p = sig_pair_new();
    assert_true(sig_pair_go(p));
    assert_int_equal(ikev2_ext_certreq.answer_bytes(p->h[1].ike), 5);
    assert_int_equal(asked_bytes(p, 10, false), 5);
    assert_int_equal(asked_bytes(p, 10, true), 25);
    assert_int_equal(asked_bytes(p, 400, false), 25);
    sig_pair_free(p);
}

static void who_takes_secrets_only_asks_for_nothing(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    assert_int_equal(ikev2_ext_certreq.answer_bytes(p->h[1].ike), 0);
    assert_int_equal(asked_bytes(p, 400, true), 0);
    pair_free(p);
}

static void a_caller_asks_for_the_authorities_of_its_connection(void **state)
{
    (void)state;
    struct pair *p = sig_pair_new();
    assert_true(sig_pair_go(p));
    struct ike *ike = p->h[0].ike;
    struct wire_ike_builder b = ikev2_msg_begin(ike);
    ikev2_ext_certreq.put[IKEV2_EXT_AUTH_ASK](ike, ike->v2->first, &b);
    assert_int_equal(wire_ike_chain_first(&b), WIRE_IKE_P_CERTREQ);
    assert_int_equal(wire_ike_chain_bytes(&b).len, 25);
    assert_memory_equal(wire_ike_chain_bytes(&b).ptr + 5, "ca\0", 3);
    sig_pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(authorities_are_named_where_there_is_room_or_the_address_is_proved),
        cmocka_unit_test(who_takes_secrets_only_asks_for_nothing),
        cmocka_unit_test(a_caller_asks_for_the_authorities_of_its_connection),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
