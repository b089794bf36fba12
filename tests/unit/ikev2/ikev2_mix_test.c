/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What AUTH covers of IKE_INTERMEDIATE, and the keys that follow each exchange, computed a second time from
 * the bytes on the wire: the double's cipher leaves them readable.
 */
#include "ike_core.h"
#include "ike_pair.h"
#include "ikev2_init.h"
#include "ikev2_mix.h"
#include "ikev2_msg.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

#define PRF       CRYPT_PRF_HMAC_SHA2_256
#define PRF_BYTES 32
#define IV_BYTES  8
#define ICV_BYTES 16

static struct pair *pair_mixed(void)
{
    struct pair *p = pair_new();
    char why[200];
    for (int i = 0; i < 2; i++) {
        struct ike_conn_conf *c = &p->h[i].conf->conns[0];
        c->n_proposals = 1;
        assert_int_equal(crypt_proposal_parse("aes128gcm16-x25519-ke2_mlkem512-ke5_ecp256",
                                              CRYPT_PROTOCOL_IKE, &c->proposals[0], why, sizeof why),
                         0);
        p->h[i].conf->fragment_bytes = 0;
    }
    pair_start(p);
    p->hold = true;
    pair_connect(p);
    pair_deliver_one(p);
    pair_deliver_one(p);
    return p;
}

static struct ikev2_sa *sa_of(struct pair *p, int i)
{
    return p->h[i].ike->v2->first;
}

/* A | P of RFC 9242 3.3.2, of a message that is whole. */
static size_t covered_bytes(const struct pair_packet *k, uint8_t *out)
{
    const size_t sealed = WIRE_IKE_HDR_BYTES + 4 + IV_BYTES;
    const size_t padded = k->len - sealed - ICV_BYTES;
    const size_t inner = padded - 1 - k->bytes[sealed + padded - 1];
    const size_t total = WIRE_IKE_HDR_BYTES + 4 + inner;
    memcpy(out, k->bytes, WIRE_IKE_HDR_BYTES + 4);
    memcpy(out + WIRE_IKE_HDR_BYTES + 4, k->bytes + sealed, inner);
    out[24] = 0;
    out[25] = 0;
    out[26] = (uint8_t)(total >> 8);
    out[27] = (uint8_t)total;
    out[30] = (uint8_t)((inner + 4) >> 8);
    out[31] = (uint8_t)(inner + 4);
    return total;
}

/* IntAuth_n into acc, of which there are `have` bytes so far. */
static void cover(const struct pair_packet *k, const uint8_t *sk_p, uint8_t *acc, size_t have)
{
    static uint8_t bytes[WIRE_IKE_MSG_MAX];
    const size_t n = covered_bytes(k, bytes);
    const struct base_span parts[] = {base_span(acc, have), base_span(bytes, n)};
    uint8_t out[CRYPT_PRF_MAX];
    assert_int_equal(null_ike_ops.prf(PRF, base_span(sk_p, PRF_BYTES), parts, 2, out), 0);
    memcpy(acc, out, PRF_BYTES);
}

static void both_sides_cover_what_was_on_the_wire(void **state)
{
    (void)state;
    struct pair *p = pair_mixed();
    uint8_t i_to_r[PRF_BYTES], r_to_i[PRF_BYTES], auth[IKEV2_MIX_AUTH_MAX];
    for (size_t n = 0; n < 2; n++) {
        const struct ikev2_keys keys = sa_of(p, 1)->keys;
        const struct ikev2_proof_keys proof = sa_of(p, 1)->init->proof;
        assert_int_equal(sa_of(p, 1)->init->mix->done, n);
        assert_int_equal(ikev2_mix_group(sa_of(p, 1)), n ? CRYPT_DH_ECP_256 : CRYPT_DH_ML_KEM_512);
        pair_deliver_one(p);
        assert_int_equal(p->last.bytes[18], WIRE_IKE_INTERMEDIATE);
        cover(&p->last, proof.sk_pi, i_to_r, n ? PRF_BYTES : 0);
        const struct ikev2_init *in = sa_of(p, 1)->init;
        assert_memory_equal(&in->mix->before, &keys, sizeof keys);
        assert_memory_not_equal(sa_of(p, 1)->keys.sk_d, keys.sk_d, PRF_BYTES);
        assert_ptr_equal(ikev2_mix_keys_answered(sa_of(p, 1)), &in->mix->before);
        pair_deliver_one(p);
        cover(&p->last, proof.sk_pr, r_to_i, n ? PRF_BYTES : 0);
        for (int side = 0; side < 2; side++) {
            assert_memory_equal(sa_of(p, side)->init->mix->covered[0], i_to_r, !n && !side ? 0 : PRF_BYTES);
            assert_memory_equal(sa_of(p, 1)->init->mix->covered[1], r_to_i, PRF_BYTES);
        }
    }
    /* The initiator has begun IKE_AUTH by then, whose message id is 3. */
    const struct base_span got = ikev2_mix_auth(sa_of(p, 0), auth);
    const uint8_t id[4] = {0, 0, 0, 3};
    assert_int_equal(got.len, 2 * PRF_BYTES + 4);
    assert_memory_equal(auth, i_to_r, PRF_BYTES);
    assert_memory_equal(auth + PRF_BYTES, r_to_i, PRF_BYTES);
    assert_memory_equal(auth + 2 * PRF_BYTES, id, 4);
    assert_int_equal(ikev2_mix_group(sa_of(p, 0)), CRYPT_DH_NONE);
    p->hold = false;
    pair_settle(p);
    pair_check_one(p);
    assert_ptr_equal(ikev2_mix_keys_answered(sa_of(p, 1)), &sa_of(p, 1)->keys);
    pair_free(p);
}

/* SKEYSEED(n) = prf(SK_d(n-1), SK(n) | Ni | Nr), and prf+ of that (RFC 9370 2.2.2). */
static void keys_follow_from_those_of_before(void **state)
{
    (void)state;
    struct pair *p = pair_mixed();
    struct ike *ike = p->h[1].ike;
    struct ikev2_sa *sa = sa_of(p, 1);
    const struct ikev2_keys before = sa->keys;
    const uint8_t secret[] = "a secret of thirty-two bytes....";
    const struct base_span ni = ike_nonce_span(&sa->init->ni), nr = ike_nonce_span(&sa->init->nr);
    const struct base_span parts[] = {base_span(secret, 32), ni, nr};
    uint8_t seed[CRYPT_PRF_MAX], spis[16], want[PRF_BYTES];
    assert_int_equal(ikev2_mix_secret(ike, sa, base_span(secret, 32)), 0);
    assert_int_equal(null_ike_ops.prf(PRF, base_span(before.sk_d, PRF_BYTES), parts, 3, seed), 0);
    struct base_writer w = base_writer(spis, sizeof spis);
    base_write_u64(&w, sa->spi_i);
    base_write_u64(&w, sa->spi_r);
    const struct base_span more[] = {ni, nr, base_span(spis, 16)};
    assert_int_equal(
        ikev2_keymat_prf_plus(&null_ike_ops, PRF, base_span(seed, PRF_BYTES), more, 3, want, PRF_BYTES), 0);
    assert_memory_equal(sa->keys.sk_d, want, PRF_BYTES);
    assert_memory_equal(&sa->init->mix->before, &before, sizeof before);
    pair_free(p);
}

/* A payload in clear in front of the sealed one is covered, and a fragment counts as the whole message. */
static void a_message_is_covered_as_if_it_were_whole(void **state)
{
    (void)state;
    struct pair *p = pair_mixed();
    struct ike *ike = p->h[1].ike;
    struct ikev2_sa *sa = sa_of(p, 1);
    uint8_t head[40] = {[16] = WIRE_IKE_P_VENDOR, [27] = 99, [28] = WIRE_IKE_P_SKF, [31] = 8,
                        [36] = WIRE_IKE_P_KE,     [39] = 77};
    const uint8_t inner[3] = "abc";
    uint8_t want[CRYPT_PRF_MAX], whole[43];
    const struct ikev2_msg msg = {.head = base_span(head, 40), .inner = base_span(inner, 3)};
    assert_int_equal(ikev2_mix_cover_theirs(ike, sa, &msg), 0);
    memcpy(whole, head, 40);
    memcpy(whole + 40, inner, 3);
    whole[27] = 43;
    whole[28] = WIRE_IKE_P_SK;
    whole[39] = 7;
    const struct base_span all = base_span(whole, sizeof whole);
    assert_int_equal(null_ike_ops.prf(PRF, ikev2_init_sk_p(sa, true), &all, 1, want), 0);
    assert_memory_equal(sa->init->mix->covered[0], want, PRF_BYTES);
    /* More in front than any message in use has, or nothing at all: it cannot be covered. */
    static uint8_t much[IKEV2_FRAG_HEAD_MAX + 1];
    const struct ikev2_msg longer = {.head = base_span(much, sizeof much), .inner = base_span(inner, 3)};
    const struct ikev2_msg none = {.inner = base_span(inner, 3)};
    assert_int_equal(ikev2_mix_cover_theirs(ike, sa, &longer), -EMSGSIZE);
    assert_int_equal(ikev2_mix_cover_theirs(ike, sa, &none), -EMSGSIZE);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_sides_cover_what_was_on_the_wire),
        cmocka_unit_test(keys_follow_from_those_of_before),
        cmocka_unit_test(a_message_is_covered_as_if_it_were_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
