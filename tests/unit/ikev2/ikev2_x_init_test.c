/* SPDX-License-Identifier: BSD-3-Clause */
/* IKE_SA_INIT: groups that have to be guessed again, and answers that are not whole. */
#include "ike_pair.h"

static void another_group_is_asked_for_and_then_used(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    char why[200];
    struct ike_conn_conf *c = &p->h[0].conf->conns[0];
    crypt_proposal_parse("aes128gcm16-prfsha256-x25519-ecp256", CRYPT_PROTOCOL_IKE, &c->proposals[0], why,
                         sizeof why);
    c->n_proposals = 1;
    c = &p->h[1].conf->conns[0];
    crypt_proposal_parse("aes128gcm16-prfsha256-ecp256", CRYPT_PROTOCOL_IKE, &c->proposals[0], why,
                         sizeof why);
    c->n_proposals = 1;
    pair_start(p);
    pair_connect(p);
    assert_int_equal(p->h[0].sends, 3);
    assert_int_equal(pair_live(&p->h[1]), 1);
    pair_check_keys(p);
    pair_free(p);
}

/* Anybody who sees the request can send this: an SA payload, a notify, and nothing else. */
static void an_answer_without_key_exchange_is_dropped_and_the_true_one_taken(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    struct wire_ike_hdr hdr;
    static struct wire_ike_sa sa;
    uint8_t buf[512];
    pair_start(p);
    p->hold = true;
    pair_connect(p);
    const struct pair_packet *request = &p->queue[p->head];
    assert_int_equal(wire_ike_hdr_parse(base_span(request->bytes, request->len), &hdr), WIRE_IKE_OK);
    hdr.spi_r = 7;
    hdr.flags = WIRE_IKE_F_RESPONSE;
    sa = (struct wire_ike_sa){.count = 1, .list[0] = {.number = 1, .protocol = WIRE_IKE_PROTO_IKE}};
    struct wire_ike_builder b = wire_ike_build(buf, sizeof buf, &hdr);
    wire_ike_put_sa(&b, &sa);
    wire_ike_put_notify(&b, &(struct wire_ike_notification){.type = WIRE_IKE_N_SET_WINDOW_SIZE});
    const struct ike_path path = {.local = request->path.remote, .remote = request->path.local};
    ike_on_packet(p->h[0].ike, p->now, &path, wire_ike_finish(&b));
    p->hold = false;
    pair_settle(p);
    assert_int_equal(pair_live(&p->h[0]), 1);
    assert_int_equal(pair_live(&p->h[1]), 1);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_group_is_asked_for_and_then_used),
        cmocka_unit_test(an_answer_without_key_exchange_is_dropped_and_the_true_one_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
