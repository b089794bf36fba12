/* SPDX-License-Identifier: BSD-3-Clause */
/* The formulas of RFC 2759 and RFC 3079, in their order. Secrets on the stack are wiped in every exit. */
#include "eap_mschap.h"

#include <errno.h>
#include <string.h>
#include "base_wipe.h"

#define SPAN(array) base_span((array), sizeof(array))
#define WORDS(text) base_span((text), sizeof(text) - 1)

/* One character of UTF-8, or UINT32_MAX (RFC 3629 4). */
static uint32_t mschap_char(struct base_reader *r)
{
    const uint8_t first = base_read_u8(r);
    if (first < 0x80)
        return first;
    const unsigned more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    if (first < 0xc2 || first > 0xf4)
        return UINT32_MAX;
    uint32_t c = first & (0x3fu >> more);
    for (unsigned i = 0; i < more; i++) {
        const uint8_t next = base_read_u8(r);
        if ((next & 0xc0) != 0x80)
            return UINT32_MAX;
        c = c << 6 | (next & 0x3f);
    }
    return c < least[more] || (c >= 0xd800 && c < 0xe000) || c > 0x10ffff ? UINT32_MAX : c;
}

static void mschap_put_unit(struct base_writer *w, uint32_t unit)
{
    base_write_u8(w, (uint8_t)unit);
    base_write_u8(w, (uint8_t)(unit >> 8));
}

int eap_mschap_hash(const struct crypt_eap_ops *ops, struct base_span password, uint8_t out[16])
{
    uint8_t utf16[2 * EAP_PASSWORD_MAX];
    struct base_writer w = base_writer(utf16, sizeof utf16);
    struct base_reader r = base_reader(password);
    int rc = password.len ? 0 : -EINVAL;
    while (rc == 0 && base_reader_left(&r)) {
        const uint32_t c = mschap_char(&r);
        if (c == UINT32_MAX)
            rc = -EINVAL;
        else if (c >= 0x10000) {
            mschap_put_unit(&w, 0xd800 | (c - 0x10000) >> 10);
            mschap_put_unit(&w, 0xdc00 | (c & 0x3ff));
        } else
            mschap_put_unit(&w, c);
        if (w.failed)
            rc = -EINVAL;
    }
    if (rc == 0) {
        const struct base_span all = base_writer_span(&w);
        rc = ops->md4(&all, 1, out);
    }
    base_wipe(utf16, sizeof utf16);
    return rc;
}

struct base_span eap_mschap_bare_name(struct base_span name)
{
    const uint8_t *mark = name.len ? memchr(name.ptr, '\\', name.len) : NULL;
    return mark ? base_span(mark + 1, (size_t)(name.ptr + name.len - mark - 1)) : name;
}

/* ChallengeHash, RFC 2759 8.2. */
static int mschap_challenge_hash(const struct crypt_eap_ops *ops, const struct eap_mschap *m, uint8_t out[8])
{
    const struct base_span parts[] = {SPAN(m->peer), SPAN(m->authenticator), m->name};
    uint8_t digest[20];
    const int rc = ops->sha1(parts, 3, digest);
    if (rc == 0)
        memcpy(out, digest, 8);
    return rc;
}

int eap_mschap_response(const struct crypt_eap_ops *ops, const struct eap_mschap *m, uint8_t out[24])
{
    uint8_t challenge[8], keys[21] = {0};
    int rc = mschap_challenge_hash(ops, m, challenge);
    memcpy(keys, m->hash, sizeof m->hash);
    for (size_t i = 0; rc == 0 && i < 3; i++)
        rc = ops->des(keys + 7 * i, challenge, out + 8 * i);
    base_wipe(keys, sizeof keys);
    return rc;
}

static int mschap_hash_hash(const struct crypt_eap_ops *ops, const uint8_t hash[16], uint8_t out[16])
{
    const struct base_span part = base_span(hash, 16);
    return ops->md4(&part, 1, out);
}

int eap_mschap_proof(const struct crypt_eap_ops *ops, const struct eap_mschap *m, const uint8_t response[24],
                     char out[WIRE_MSCHAP_AUTH_BYTES])
{
    static const char digits[] = "0123456789ABCDEF";
    uint8_t hash_hash[16] = {0}, digest[20], challenge[8] = {0};
    const struct base_span first[] = {SPAN(hash_hash), base_span(response, 24),
                                      WORDS("Magic server to client signing constant")};
    const struct base_span second[] = {SPAN(digest), SPAN(challenge),
                                       WORDS("Pad to make it do more than one iteration")};
    int rc = mschap_hash_hash(ops, m->hash, hash_hash);
    if (rc == 0)
        rc = ops->sha1(first, 3, digest);
    if (rc == 0)
        rc = mschap_challenge_hash(ops, m, challenge);
    if (rc == 0)
        rc = ops->sha1(second, 3, digest);
    base_wipe(hash_hash, sizeof hash_hash);
    if (rc < 0)
        return rc;
    out[0] = 'S';
    out[1] = '=';
    for (size_t i = 0; i < sizeof digest; i++) {
        out[2 + 2 * i] = digits[digest[i] >> 4];
        out[3 + 2 * i] = digits[digest[i] & 15];
    }
    return 0;
}

/* GetAsymmetricStartKey for 128 bits, RFC 3079 3.4. */
static int mschap_start_key(const struct crypt_eap_ops *ops, const uint8_t master[16], struct base_span magic,
                            uint8_t out[16])
{
    static const uint8_t pad_1[40];
    uint8_t pad_2[40], digest[20];
    memset(pad_2, 0xf2, sizeof pad_2);
    const struct base_span parts[] = {base_span(master, 16), SPAN(pad_1), magic, SPAN(pad_2)};
    const int rc = ops->sha1(parts, 4, digest);
    if (rc == 0)
        memcpy(out, digest, 16);
    base_wipe(digest, sizeof digest);
    return rc;
}

int eap_mschap_msk(const struct crypt_eap_ops *ops, const uint8_t hash[16], const uint8_t response[24],
                   uint8_t out[EAP_MSCHAP_MSK])
{
    uint8_t hash_hash[16] = {0}, master[20];
    const struct base_span parts[] = {SPAN(hash_hash), base_span(response, 24),
                                      WORDS("This is the MPPE Master Key")};
    memset(out, 0, EAP_MSCHAP_MSK);
    int rc = mschap_hash_hash(ops, hash, hash_hash);
    if (rc == 0)
        rc = ops->sha1(parts, 3, master);
    if (rc == 0)
        rc = mschap_start_key(ops, master,
                              WORDS("On the client side, this is the send key; on the server side, it is the "
                                    "receive key."),
                              out);
    if (rc == 0)
        rc = mschap_start_key(ops, master,
                              WORDS("On the client side, this is the receive key; on the server side, it is "
                                    "the send key."),
                              out + 16);
    base_wipe(hash_hash, sizeof hash_hash);
    base_wipe(master, sizeof master);
    return rc;
}
