/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Both sides say in IKE_SA_INIT which hashes they take in signatures that name their algorithm (RFC 7427 4).
 * Who says nothing gets a signature of one of the older methods.
 */
#include "base_span.h"
#include "crypt_sig.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ikev2_ext_rows.h"
#include "ikev2_init.h"
#include "ikev2_msg.h"
#include "ikev2_sa.h"
#include "wire_ike.h"

#define HASHES_OURS 4 /* numbers */

static size_t hash_answer_bytes(const struct ike *ike)
{
    return ike->conf->signs ? 8 + 2 * HASHES_OURS : 0;
}

static void hash_put(struct wire_ike_builder *b)
{
    uint8_t numbers[2 * HASHES_OURS];
    struct base_writer w = base_writer(numbers, sizeof numbers);
    for (uint16_t h = 0; h < 16; h++)
        if (CRYPT_HASHES_OURS & CRYPT_HASH_BIT(h))
            base_write_u16(&w, h);
    ikev2_msg_put_notify(b, WIRE_IKE_N_SIGNATURE_HASH_ALGORITHMS, base_writer_span(&w));
}

static void hash_ask(struct ike *ike, struct ikev2_sa *sa, struct wire_ike_builder *b)
{
    (void)ike;
    if (ike_conn_conf_signs(sa->conn))
        hash_put(b);
}

static void hash_answer(struct ike *ike, struct ikev2_sa *sa, struct wire_ike_builder *b)
{
    if (ike->conf->signs && sa->init->auth.hashes)
        hash_put(b);
}

static uint16_t hash_take(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg)
{
    struct wire_ike_notification n;
    (void)ike;
    sa->init->auth.hashes = 0;
    if (!ikev2_msg_notify(msg, WIRE_IKE_N_SIGNATURE_HASH_ALGORITHMS, &n))
        return 0;
    struct base_reader r = base_reader(n.data);
    while (base_reader_left(&r) >= 2) {
        const uint16_t hash = base_read_u16(&r);
        sa->init->auth.hashes |= hash < 32 ? CRYPT_HASH_BIT(hash) : 0;
    }
    return 0;
}

const struct ikev2_ext ikev2_ext_hash = {
    .name = "hashes of signatures",
    .rfc = "RFC 7427 4",
    .answer_bytes = hash_answer_bytes,
    .put = {[IKEV2_EXT_INIT_ASK] = hash_ask, [IKEV2_EXT_INIT_ANSWER] = hash_answer},
    .take = {[IKEV2_EXT_INIT_ASK] = hash_take, [IKEV2_EXT_INIT_ANSWER] = hash_take},
};
