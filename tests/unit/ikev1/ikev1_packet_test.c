/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Messages of IKEv1 that somebody changed: each byte of HASH(1) counts (CVE-2019-10155), each payload that is
 * taken out ends it, a copy does nothing again, and payloads of the other version are refused. The double's
 * encryption does not hide, so a test can change what is inside.
 */
#include "ikev1_pair.h"
#include "wire_v1.h"

#define HASH_AT (WIRE_IKE_HDR_BYTES + 4)

/* b closes the child; its DELETE is held. */
static struct pair_packet *held_delete(struct pair *p)
{
    p->hold = true;
    assert_int_equal(
        pair_event(p, 1, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "a", .child = "net"}), 0);
    assert_int_equal(p->tail - p->head, 1);
    return &p->queue[p->head];
}

static void give(struct pair *p, const struct pair_packet *k)
{
    ike_on_packet(p->h[k->to].ike, p->now, &k->path, base_span(k->bytes, k->len));
    pair_drain(p);
}

static void each_byte_of_hash_1_counts(void **state)
{
    (void)state;
    struct pair *p = pair_v1_up();
    struct pair_packet *k = held_delete(p);
    for (size_t i = 0; i < 32; i++)
        for (unsigned bit = 1; bit < 256; bit <<= 1) {
            k->bytes[HASH_AT + i] ^= (uint8_t)bit;
            give(p, k);
            k->bytes[HASH_AT + i] ^= (uint8_t)bit;
            assert_int_equal(pair_live(&p->h[0]), 1);
        }
    assert_int_equal(pair_stats(p, 0).dropped_bad_icv, 32 * 8);
    give(p, k);
    assert_int_equal(pair_live(&p->h[0]), 0);
    pair_free(p);
}

static void each_byte_behind_it_counts_too(void **state)
{
    (void)state;
    struct pair *p = pair_v1_up();
    struct pair_packet *k = held_delete(p);
    for (size_t i = HASH_AT + 32; i < HASH_AT + 32 + 16; i++) {
        k->bytes[i] ^= 1;
        give(p, k);
        k->bytes[i] ^= 1;
        assert_int_equal(pair_live(&p->h[0]), 1);
    }
    pair_free(p);
}

static void a_copy_of_a_message_does_nothing_again(void **state)
{
    (void)state;
    struct pair *p = pair_v1_up();
    const struct pair_packet k = *held_delete(p);
    p->hold = false;
    pair_settle(p);
    const uint64_t dropped = pair_stats(p, 0).dropped_unexpected;
    give(p, &k);
    assert_int_equal(pair_stats(p, 0).dropped_unexpected, dropped + 1);
    pair_free(p);
}

static void a_notification_in_clear_ends_nothing(void **state)
{
    (void)state;
    struct pair *p = pair_v1_up();
    struct pair_packet *k = held_delete(p);
    k->bytes[19] = 0; /* flags: not encrypted, so the same bytes are payloads in clear */
    give(p, k);
    assert_int_equal(pair_live(&p->h[0]), 1);
    assert_int_equal(pair_stats(p, 0).ike_sas, 1);
    pair_free(p);
}

/* Takes payload n out of a message whose chain is not hidden. False: it has not so many. */
static bool take_out(struct pair_packet *k, size_t n, bool may_pad)
{
    struct wire_v1_plds plds;
    assert_int_equal(wire_v1_plds_parse(k->bytes[16],
                                        base_span(k->bytes + WIRE_IKE_HDR_BYTES, k->len - WIRE_IKE_HDR_BYTES),
                                        may_pad, &plds),
                     WIRE_IKE_OK);
    if (n >= plds.count)
        return false;
    const struct base_span whole = plds.list[n].whole;
    uint8_t *at = k->bytes + (whole.ptr - k->bytes);
    const uint8_t next = at[0];
    if (n == 0)
        k->bytes[16] = next;
    else
        k->bytes[plds.list[n - 1].whole.ptr - k->bytes] = next;
    const size_t behind = (size_t)(k->bytes + k->len - (at + whole.len));
    memmove(at, at + whole.len, behind);
    k->len -= whole.len;
    while (may_pad && (k->len - WIRE_IKE_HDR_BYTES) % 16)
        k->bytes[k->len++] = 0;
    k->bytes[26] = (uint8_t)(k->len >> 8);
    k->bytes[27] = (uint8_t)k->len;
    return true;
}

/* Whether this payload has to be there: vendor IDs need not, and NAT detection and INITIAL_CONTACT neither.
 */
static bool is_needed(const struct pair_packet *k, size_t n, bool may_pad)
{
    struct wire_v1_plds plds;
    wire_v1_plds_parse(k->bytes[16], base_span(k->bytes + WIRE_IKE_HDR_BYTES, k->len - WIRE_IKE_HDR_BYTES),
                       may_pad, &plds);
    const uint8_t type = n < plds.count ? plds.list[n].type : 0;
    return type != WIRE_V1_P_VENDOR && type != WIRE_V1_P_NATD && type != WIRE_V1_P_NOTIFY &&
           type != WIRE_V1_P_CR;
}

/* Whether a call whose message number `at` lacks payload n came up. *had: it has such a payload, and needs
 * it. */
static bool comes_up_without(bool aggressive, size_t at, size_t n, bool *had)
{
    struct pair *p = pair_v1_new(PAIR_V1_IKE, "aes128gcm16-modp2048-noesn");
    for (int i = 0; i < 2; i++)
        p->h[i].conf->conns[0].aggressive = aggressive ? IKE_AGGRESSIVE_WITH_PSK : IKE_AGGRESSIVE_NO;
    pair_start(p);
    p->hold = true;
    pair_connect(p);
    *had = false;
    for (size_t i = 0; p->head < p->tail; i++) {
        struct pair_packet *k = &p->queue[p->head];
        if (i == at) {
            const bool may_pad = k->bytes[19] & WIRE_V1_F_ENCRYPTED;
            *had = is_needed(k, n, may_pad) && take_out(k, n, may_pad);
        }
        pair_deliver_one(p);
    }
    const bool is_up = pair_live(&p->h[0]) && pair_live(&p->h[1]) && p->h[1].children[0].is_active;
    p->hold = false;
    pair_free(p);
    return is_up;
}

static void without_any_one_payload_nothing_comes_up(void **state)
{
    size_t tried = 0;
    (void)state;
    for (int aggressive = 0; aggressive < 2; aggressive++)
        for (size_t at = 0; at < (aggressive ? 6 : 9); at++)
            for (size_t n = 0; n < 8; n++) {
                bool had;
                const bool is_up = comes_up_without(aggressive, at, n, &had);
                if (had && is_up)
                    fail_msg("%s mode, message %zu without payload %zu", aggressive ? "aggressive" : "main",
                             at, n);
                tried += had;
            }
    assert_true(tried > 30);
}

static void payloads_of_ikev2_are_refused_in_each_message(void **state)
{
    (void)state;
    for (unsigned type = WIRE_IKE_P_SA; type <= WIRE_IKE_P_SKF; type++) {
        struct pair *p = pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP);
        pair_start(p);
        p->hold = true;
        pair_connect(p);
        p->queue[p->head].bytes[16] = (uint8_t)type;
        pair_deliver_one(p);
        assert_int_equal(pair_stats(p, 1).ike_sas, 0);
        assert_int_equal(p->h[1].sends, 0);
        p->hold = false;
        pair_free(p);
    }
}

static void payloads_of_ikev1_are_none_of_ikev2(void **state)
{
    (void)state;
    for (unsigned type = 1; type <= WIRE_V1_P_NATOA; type++) {
        struct pair *p = pair_new();
        pair_start(p);
        p->hold = true;
        pair_connect(p);
        p->queue[p->head].bytes[16] = (uint8_t)type; /* in the place of SA */
        pair_deliver_one(p);
        assert_int_equal(pair_stats(p, 1).ike_sas, 0);
        p->hold = false;
        pair_free(p);
    }
}

static void any_byte_of_any_message_may_be_changed(void **state)
{
    (void)state;
    for (size_t at = 0; at < 9; at++) {
        for (size_t i = 0; i < 420; i++) {
            struct pair *p = pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP);
            pair_start(p);
            p->hold = true;
            pair_connect(p);
            for (size_t n = 0; p->head < p->tail; n++) {
                struct pair_packet *k = &p->queue[p->head];
                if (n == at && i < k->len)
                    k->bytes[i] ^= 0x41;
                pair_deliver_one(p);
            }
            p->hold = false;
            if (pair_live(&p->h[0]) && pair_live(&p->h[1]))
                pair_check_keys(p);
            pair_free(p);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_byte_of_hash_1_counts),
        cmocka_unit_test(each_byte_behind_it_counts_too),
        cmocka_unit_test(a_copy_of_a_message_does_nothing_again),
        cmocka_unit_test(a_notification_in_clear_ends_nothing),
        cmocka_unit_test(without_any_one_payload_nothing_comes_up),
        cmocka_unit_test(payloads_of_ikev2_are_refused_in_each_message),
        cmocka_unit_test(payloads_of_ikev1_are_none_of_ikev2),
        cmocka_unit_test(any_byte_of_any_message_may_be_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
