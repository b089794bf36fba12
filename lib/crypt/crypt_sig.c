/* SPDX-License-Identifier: BSD-3-Clause */
/* The table of signature schemes, and the reading of a peer's AlgorithmIdentifier (RFC 7427, RFC 4055). */
#include "crypt_sig.h"

#define TAG_INTEGER     0x02
#define TAG_NULL        0x05
#define TAG_OID         0x06
#define TAG_SEQUENCE    0x30
#define TAG_CONTEXT     0xa0 /* constructed, number added */

/* The contents of object identifiers. */
#define OID_RSA(last)   0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, last
#define OID_SHA2(last)  0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, last
#define OID_ECDSA(last) 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, last

#define ALGID_RSA(last)                                          \
    {                                                            \
        TAG_SEQUENCE, 13, TAG_OID, 9, OID_RSA(last), TAG_NULL, 0 \
    }
#define ALGID_ECDSA(last)                             \
    {                                                 \
        TAG_SEQUENCE, 10, TAG_OID, 8, OID_ECDSA(last) \
    }
#define ALGID_HASH(last) TAG_SEQUENCE, 13, TAG_OID, 9, OID_SHA2(last), TAG_NULL, 0
/* RFC 4055 3.1: hash, MGF1 with that hash, salt length; the trailer has its default value. */
#define ALGID_PSS(hash, salt)                                                                   \
    {                                                                                           \
        TAG_SEQUENCE, 65, TAG_OID, 9, OID_RSA(0x0a), TAG_SEQUENCE, 52, TAG_CONTEXT | 0, 15,     \
            ALGID_HASH(hash), TAG_CONTEXT | 1, 28, TAG_SEQUENCE, 26, TAG_OID, 9, OID_RSA(0x08), \
            ALGID_HASH(hash), TAG_CONTEXT | 2, 3, TAG_INTEGER, 1, salt                          \
    }

static const uint8_t rsa_256[] = ALGID_RSA(0x0b), rsa_384[] = ALGID_RSA(0x0c), rsa_512[] = ALGID_RSA(0x0d),
                     pss_256[] = ALGID_PSS(1, 32), pss_384[] = ALGID_PSS(2, 48), pss_512[] = ALGID_PSS(3, 64),
                     ecdsa_256[] = ALGID_ECDSA(2), ecdsa_384[] = ALGID_ECDSA(3), ecdsa_512[] = ALGID_ECDSA(4),
                     ed25519[] = {TAG_SEQUENCE, 5, TAG_OID, 3, 0x2b, 0x65, 0x70},
                     ed448[] = {TAG_SEQUENCE, 5, TAG_OID, 3, 0x2b, 0x65, 0x71};

#define DIGITAL(algid)               CRYPT_SIG_METHOD_DIGITAL, false, 0, algid, sizeof(algid)
#define ALONE(method, is_weak, bits) method, is_weak, bits, NULL, 0

static const struct crypt_sig_row sig_rows[] = {
    {CRYPT_SIG_RSA_SHA1, "RSA with SHA-1", CRYPT_SIG_KEY_RSA, CRYPT_HASH_SHA1, ALONE(1, true, 0)},
    {CRYPT_SIG_RSA_SHA2_256, "RSA with SHA2-256", CRYPT_SIG_KEY_RSA, CRYPT_HASH_SHA2_256, DIGITAL(rsa_256)},
    {CRYPT_SIG_RSA_SHA2_384, "RSA with SHA2-384", CRYPT_SIG_KEY_RSA, CRYPT_HASH_SHA2_384, DIGITAL(rsa_384)},
    {CRYPT_SIG_RSA_SHA2_512, "RSA with SHA2-512", CRYPT_SIG_KEY_RSA, CRYPT_HASH_SHA2_512, DIGITAL(rsa_512)},
    {CRYPT_SIG_PSS_SHA2_256, "RSA-PSS with SHA2-256", CRYPT_SIG_KEY_RSA, CRYPT_HASH_SHA2_256,
     DIGITAL(pss_256)},
    {CRYPT_SIG_PSS_SHA2_384, "RSA-PSS with SHA2-384", CRYPT_SIG_KEY_RSA, CRYPT_HASH_SHA2_384,
     DIGITAL(pss_384)},
    {CRYPT_SIG_PSS_SHA2_512, "RSA-PSS with SHA2-512", CRYPT_SIG_KEY_RSA, CRYPT_HASH_SHA2_512,
     DIGITAL(pss_512)},
    {CRYPT_SIG_ECDSA_SHA2_256, "ECDSA with SHA2-256", CRYPT_SIG_KEY_EC, CRYPT_HASH_SHA2_256,
     DIGITAL(ecdsa_256)},
    {CRYPT_SIG_ECDSA_SHA2_384, "ECDSA with SHA2-384", CRYPT_SIG_KEY_EC, CRYPT_HASH_SHA2_384,
     DIGITAL(ecdsa_384)},
    {CRYPT_SIG_ECDSA_SHA2_512, "ECDSA with SHA2-512", CRYPT_SIG_KEY_EC, CRYPT_HASH_SHA2_512,
     DIGITAL(ecdsa_512)},
    {CRYPT_SIG_ECDSA_P256_RAW, "ECDSA P-256", CRYPT_SIG_KEY_EC, CRYPT_HASH_SHA2_256, ALONE(9, false, 256)},
    {CRYPT_SIG_ECDSA_P384_RAW, "ECDSA P-384", CRYPT_SIG_KEY_EC, CRYPT_HASH_SHA2_384, ALONE(10, false, 384)},
    {CRYPT_SIG_ECDSA_P521_RAW, "ECDSA P-521", CRYPT_SIG_KEY_EC, CRYPT_HASH_SHA2_512, ALONE(11, false, 521)},
    {CRYPT_SIG_ED25519, "Ed25519", CRYPT_SIG_KEY_ED25519, CRYPT_HASH_IDENTITY, DIGITAL(ed25519)},
    {CRYPT_SIG_ED448, "Ed448", CRYPT_SIG_KEY_ED448, CRYPT_HASH_IDENTITY, DIGITAL(ed448)},
    {CRYPT_SIG_RSA_BARE, "RSA of IKEv1", CRYPT_SIG_KEY_RSA, CRYPT_HASH_IDENTITY, ALONE(0, false, 0)},
};

#define SIG_ROWS (sizeof sig_rows / sizeof sig_rows[0])
_Static_assert(SIG_ROWS == CRYPT_SIGS - 1, "a row for each scheme, in the order of the enum");

const struct crypt_sig_row *crypt_sig_row(enum crypt_sig sig)
{
    return sig > CRYPT_SIG_NONE && sig < CRYPT_SIGS ? &sig_rows[sig - 1] : NULL;
}

const char *crypt_sig_name(enum crypt_sig sig)
{
    const struct crypt_sig_row *row = crypt_sig_row(sig);
    return row ? row->name : "none";
}

bool crypt_sig_is_pss(enum crypt_sig sig)
{
    return sig >= CRYPT_SIG_PSS_SHA2_256 && sig <= CRYPT_SIG_PSS_SHA2_512;
}

enum crypt_sig crypt_sig_of_method(uint8_t method)
{
    for (size_t i = 0; i < SIG_ROWS; i++)
        if (method && sig_rows[i].method == method && method != CRYPT_SIG_METHOD_DIGITAL)
            return sig_rows[i].sig;
    return CRYPT_SIG_NONE;
}

/* The contents of the next element, which must have this tag; lengths as DER has them, up to 255. */
static struct base_span der_take(struct base_reader *r, uint8_t tag)
{
    if (base_read_u8(r) != tag)
        r->failed = true;
    uint8_t len = base_read_u8(r);
    if (len == 0x81) {
        len = base_read_u8(r);
        r->failed |= len < 0x80;
    } else
        r->failed |= len > 0x80 || len == 0x80;
    return base_read_span(r, len);
}

static bool der_next_is(const struct base_reader *r, uint8_t tag)
{
    return !r->failed && base_reader_left(r) > 0 && *r->pos == tag;
}

static bool der_is_done(const struct base_reader *r)
{
    return !r->failed && base_reader_left(r) == 0;
}

/* Parameters that are absent or NULL, and the end. */
static bool der_ends(struct base_reader *r)
{
    if (der_next_is(r, TAG_NULL))
        r->failed |= der_take(r, TAG_NULL).len != 0;
    return der_is_done(r);
}

/* Whether an AlgorithmIdentifier is of this hash. */
static bool hash_is(struct base_span whole, enum crypt_hash hash)
{
    static const uint8_t last[] = {
        [CRYPT_HASH_SHA2_256] = 1, [CRYPT_HASH_SHA2_384] = 2, [CRYPT_HASH_SHA2_512] = 3};
    const uint8_t oid[] = {OID_SHA2(last[hash])};
    struct base_reader r = base_reader(whole);
    struct base_reader in = base_reader(der_take(&r, TAG_SEQUENCE));
    return der_is_done(&r) && base_span_equal(der_take(&in, TAG_OID), base_span(oid, sizeof oid)) &&
           der_ends(&in);
}

static bool mgf_is(struct base_span whole, enum crypt_hash hash)
{
    static const uint8_t mgf1[] = {OID_RSA(0x08)};
    struct base_reader r = base_reader(whole);
    struct base_reader in = base_reader(der_take(&r, TAG_SEQUENCE));
    return der_is_done(&r) && base_span_equal(der_take(&in, TAG_OID), base_span(mgf1, sizeof mgf1)) &&
           hash_is(base_read_rest(&in), hash);
}

static bool integer_is(struct base_span whole, uint8_t value)
{
    struct base_reader r = base_reader(whole);
    const struct base_span digits = der_take(&r, TAG_INTEGER);
    return der_is_done(&r) && digits.len == 1 && digits.ptr[0] == value;
}

/* RSASSA-PSS-params of RFC 4055 3.1. An absent hash or mask means SHA-1, so both must be there. */
static bool pss_is(struct base_reader *r, enum crypt_hash hash)
{
    static const uint8_t salt[] = {
        [CRYPT_HASH_SHA2_256] = 32, [CRYPT_HASH_SHA2_384] = 48, [CRYPT_HASH_SHA2_512] = 64};
    struct base_reader in = base_reader(der_take(r, TAG_SEQUENCE));
    if (!der_is_done(r) || !hash_is(der_take(&in, TAG_CONTEXT | 0), hash) ||
        !mgf_is(der_take(&in, TAG_CONTEXT | 1), hash) ||
        !integer_is(der_take(&in, TAG_CONTEXT | 2), salt[hash]))
        return false;
    /* The trailer is 1 when it is not there. FortiGate writes it. */
    return der_is_done(&in) || (integer_is(der_take(&in, TAG_CONTEXT | 3), 1) && der_is_done(&in));
}

/* The object identifier that a row's AlgorithmIdentifier begins with. */
static struct base_span row_oid(const struct crypt_sig_row *row)
{
    struct base_reader r = base_reader(base_span(row->algid, row->algid_len));
    struct base_reader in = base_reader(der_take(&r, TAG_SEQUENCE));
    return der_take(&in, TAG_OID);
}

/* Whether what stands behind the object identifier is what the row demands. */
static bool row_takes(const struct crypt_sig_row *row, struct base_reader parameters)
{
    if (crypt_sig_is_pss(row->sig))
        return pss_is(&parameters, row->hash);
    switch (row->sig) {
    case CRYPT_SIG_RSA_SHA2_256:
    case CRYPT_SIG_RSA_SHA2_384:
    case CRYPT_SIG_RSA_SHA2_512:
        return der_ends(&parameters);
    default:
        return der_is_done(&parameters); /* RFC 5758 3.2, RFC 8410 3: absent */
    }
}

enum crypt_sig crypt_sig_of_algid(struct base_span der)
{
    struct base_reader r = base_reader(der);
    struct base_reader in = base_reader(der_take(&r, TAG_SEQUENCE));
    const struct base_span oid = der_take(&in, TAG_OID);
    if (!der_is_done(&r) || in.failed)
        return CRYPT_SIG_NONE;
    for (size_t i = 0; i < SIG_ROWS; i++)
        if (sig_rows[i].algid && base_span_equal(row_oid(&sig_rows[i]), oid) && row_takes(&sig_rows[i], in))
            return sig_rows[i].sig;
    return CRYPT_SIG_NONE;
}

bool crypt_sig_split(struct base_span data, struct base_span *algid, struct base_span *signature)
{
    struct base_reader r = base_reader(data);
    *algid = base_read_span(&r, base_read_u8(&r));
    *signature = base_read_rest(&r);
    return !r.failed && algid->len > 0 && signature->len > 0;
}

void crypt_sig_write_algid(struct base_writer *w, enum crypt_sig sig)
{
    const struct crypt_sig_row *row = crypt_sig_row(sig);
    if (!row || !row->algid) {
        w->failed = true;
        return;
    }
    base_write_u8(w, (uint8_t)row->algid_len);
    base_write(w, row->algid, row->algid_len);
}

const char *crypt_hash_name(uint16_t hash)
{
    static const char *const names[] = {[CRYPT_HASH_SHA1] = "SHA-1",
                                        [CRYPT_HASH_SHA2_256] = "SHA2-256",
                                        [CRYPT_HASH_SHA2_384] = "SHA2-384",
                                        [CRYPT_HASH_SHA2_512] = "SHA2-512",
                                        [CRYPT_HASH_IDENTITY] = "identity"};
    return hash < sizeof names / sizeof names[0] ? names[hash] : NULL;
}
