/* SPDX-License-Identifier: BSD-3-Clause */
/* Sizes of what is sealed, to the byte, with every kind of cipher; whole and cut, and opened again. */
#include "ike_core.h"
#include "ike_dgrams.h"
#include "ike_pair.h"
#include "ikev2_sa.h"
#include "ikev2_seal.h"
#include "ikev2_tables.h"
#include "ossl_ops.h"

static const char *const proposals[] = {"aes128gcm16-prfsha256-x25519", "chacha20poly1305-prfsha512-ecp256",
                                        "aes128-sha256-x25519", "aes256-sha512-ecp256"};

static uint8_t bytes[2000];

static struct pair *pair_with(const char *proposal)
{
    struct pair *p = pair_new();
    char why[200] = "";
    p->ops = &ossl_ike_ops;
    for (int i = 0; i < 2; i++) {
        struct ike_conn_conf *c = &p->h[i].conf->conns[0];
        if (crypt_proposal_parse(proposal, CRYPT_PROTOCOL_IKE, &c->proposals[0], why, sizeof why) != 0)
            fail_msg("%s: %s", proposal, why);
        c->n_proposals = 1;
    }
    pair_start(p);
    pair_connect(p);
    return p;
}

static struct ikev2_plain plain_of(size_t len)
{
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 7);
    return (struct ikev2_plain){.hdr = {.spi_i = 1, .version = WIRE_IKE_MAJOR << 4},
                                .first = WIRE_IKE_P_NOTIFY,
                                .chain = base_span(bytes, len)};
}

/* Opens a datagram at the other end: its content is at *at of `bytes`, and *at moves behind it. */
static void open_part(struct pair *p, struct base_span d, size_t *at)
{
    static struct wire_ike_plds plds;
    struct wire_ike_hdr hdr;
    struct wire_ike_skf skf;
    struct ike *ike = p->h[1].ike;
    size_t len;
    assert_int_equal(wire_ike_hdr_parse(d, &hdr), WIRE_IKE_OK);
    assert_int_equal(wire_ike_plds_parse(hdr.next, base_span(d.ptr + 28, d.len - 28), &plds), WIRE_IKE_OK);
    assert_int_equal(plds.sk_first, *at ? WIRE_IKE_P_NONE : WIRE_IKE_P_NOTIFY);
    struct base_span body = plds.list[0].body;
    if (hdr.next == WIRE_IKE_P_SKF) {
        assert_int_equal(wire_ike_skf_parse(body, &skf), WIRE_IKE_OK);
        body = skf.body;
    }
    assert_int_equal(ikev2_seal_open(ike, ike->v2->first, &ike->v2->first->keys, d, body, &len), 0);
    len -= 1u + ike->v2->plain_in[len - 1];
    assert_memory_equal(ike->v2->plain_in, bytes + *at, len);
    *at += len;
}

static void a_whole_message_has_the_length_that_was_foretold(void **state)
{
    for (size_t k = 0; k < 4; k++) {
        struct pair *p = pair_with(proposals[k]);
        struct ike *ike = p->h[0].ike;
        for (size_t len = 0; len < 70; len++) {
            const struct ikev2_plain plain = plain_of(len);
            struct ike_dgrams list = {0};
            struct base_span d;
            size_t at = 0, done = 0;
            assert_int_equal(ikev2_seal_whole(ike, ike->v2->first, &plain, &list), 0);
            assert_true(ike_dgrams_next(&list, &at, &d));
            assert_int_equal(d.len, ikev2_seal_bytes(ike->v2->first, len));
            assert_true(ikev2_seal_room(ike->v2->first, d.len) >= len);
            assert_int_equal(ikev2_seal_bytes(ike->v2->first, ikev2_seal_room(ike->v2->first, d.len)), d.len);
            open_part(p, d, &done);
            assert_int_equal(done, len);
            ike_dgrams_free(&list);
        }
        pair_free(p);
    }
    (void)state;
}

static void fragments_have_all_of_it_and_none_is_too_long(void **state)
{
    for (size_t k = 0; k < 4; k++) {
        struct pair *p = pair_with(proposals[k]);
        struct ike *ike = p->h[0].ike;
        for (size_t most = 180; most < 1300; most += 59) {
            const struct ikev2_plain plain = plain_of(1999);
            struct ike_dgrams list = {0};
            struct base_span d;
            size_t done = 0, longest = 0;
            assert_int_equal(ikev2_seal_cut(ike, ike->v2->first, &plain, most, &list), 0);
            for (size_t at = 0; ike_dgrams_next(&list, &at, &d);) {
                open_part(p, d, &done);
                longest = d.len > longest ? d.len : longest;
            }
            assert_int_equal(done, 1999);
            assert_true(longest <= most && longest + 16 > most);
            ike_dgrams_free(&list);
        }
        pair_free(p);
    }
    (void)state;
}

/* Sealing each of them takes an IV of its own. */
static void no_two_fragments_share_an_iv(void **state)
{
    struct pair *p = pair_with(proposals[0]);
    struct ike *ike = p->h[0].ike;
    const struct ikev2_plain plain = plain_of(1999);
    struct ike_dgrams list = {0};
    const uint64_t iv = ike->v2->first->seq.iv;
    assert_int_equal(ikev2_seal_cut(ike, ike->v2->first, &plain, 300, &list), 0);
    assert_int_equal(ike->v2->first->seq.iv, iv + list.count);
    ike_dgrams_free(&list);
    pair_free(p);
    (void)state;
}

static void what_cannot_be_cut_is_refused(void **state)
{
    struct pair *p = pair_with(proposals[0]);
    struct ike *ike = p->h[0].ike;
    const struct ikev2_plain plain = plain_of(1999);
    struct ike_dgrams list = {0};
    for (size_t most = 0; most < 28 + 4 + 4 + 8 + 16 + 2; most++)
        assert_int_equal(ikev2_seal_cut(ike, ike->v2->first, &plain, most, &list), -EMSGSIZE);
    assert_int_equal(ikev2_seal_cut(ike, ike->v2->first, &plain, 80, &list), -EMSGSIZE); /* too many */
    assert_int_equal(list.count, 0);
    pair_free(p);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_message_has_the_length_that_was_foretold),
        cmocka_unit_test(fragments_have_all_of_it_and_none_is_too_long),
        cmocka_unit_test(no_two_fragments_share_an_iv),
        cmocka_unit_test(what_cannot_be_cut_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
