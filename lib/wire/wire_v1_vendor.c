/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Vendor IDs of IKEv1, a row each: MD5 of a text mostly (RFC 3947 3.1), with a version or a word of
 * capabilities behind it in some, which are not compared. What a vendor ID makes possible is the engine's
 * business.
 */
#include "wire_v1.h"
#include "wire_ike_int.h"

#define VENDOR_MAX 20

static const struct vendor_row {
    const char *name;
    uint8_t len;
    uint8_t version_bytes; /* of those, at the end; a peer's may be missing */
    uint8_t bytes[VENDOR_MAX];
} vendors[WIRE_V1_V_COUNT] = {
    [WIRE_V1_V_NATT_RFC] = {"RFC 3947",
                            16,
                            0,
                            {0x4a, 0x13, 0x1c, 0x81, 0x07, 0x03, 0x58, 0x45, 0x5c, 0x57, 0x28, 0xf2, 0x0e,
                             0x95, 0x45, 0x2f}},
    [WIRE_V1_V_NATT_03] = {"draft-ietf-ipsec-nat-t-ike-03",
                           16,
                           0,
                           {0x7d, 0x94, 0x19, 0xa6, 0x53, 0x10, 0xca, 0x6f, 0x2c, 0x17, 0x9d, 0x92, 0x15,
                            0x52, 0x9d, 0x56}},
    [WIRE_V1_V_NATT_02N] = {"draft-ietf-ipsec-nat-t-ike-02 with a newline",
                            16,
                            0,
                            {0x90, 0xcb, 0x80, 0x91, 0x3e, 0xbb, 0x69, 0x6e, 0x08, 0x63, 0x81, 0xb5, 0xec,
                             0x42, 0x7b, 0x1f}},
    [WIRE_V1_V_NATT_02] = {"draft-ietf-ipsec-nat-t-ike-02",
                           16,
                           0,
                           {0xcd, 0x60, 0x46, 0x43, 0x35, 0xdf, 0x21, 0xf8, 0x7c, 0xfd, 0xb2, 0xfc, 0x68,
                            0xb6, 0xa4, 0x48}},
    [WIRE_V1_V_NATT_00] = {"draft-ietf-ipsec-nat-t-ike-00",
                           16,
                           0,
                           {0x44, 0x85, 0x15, 0x2d, 0x18, 0xb6, 0xbb, 0xcd, 0x0b, 0xe8, 0xa8, 0x46, 0x95,
                            0x79, 0xdd, 0xcc}},
    [WIRE_V1_V_DPD] = {"DPD",
                       16,
                       2,
                       {0xaf, 0xca, 0xd7, 0x13, 0x68, 0xa1, 0xf1, 0xc9, 0x6b, 0x86, 0x96, 0xfc, 0x77, 0x57,
                        0x01, 0x00}},
    [WIRE_V1_V_XAUTH] = {"XAUTH", 8, 0, {0x09, 0x00, 0x26, 0x89, 0xdf, 0xd6, 0xb7, 0x12}},
    [WIRE_V1_V_UNITY] = {"Cisco Unity",
                         16,
                         2,
                         {0x12, 0xf5, 0xf2, 0x8c, 0x45, 0x71, 0x68, 0xa9, 0x70, 0x2d, 0x9f, 0xe2, 0x74, 0xcc,
                          0x01, 0x00}},
    [WIRE_V1_V_FRAGMENTATION] = {"FRAGMENTATION", 20, 4, {0x40, 0x48, 0xb7, 0xd5, 0x6e, 0xbc, 0xe8,
                                                          0x85, 0x25, 0xe7, 0xde, 0x7f, 0x00, 0xd6,
                                                          0xc2, 0xd3, 0x80, 0x00, 0x00, 0x00}},
    [WIRE_V1_V_STRONGSWAN] = {"strongSwan",
                              16,
                              0,
                              {0x88, 0x2f, 0xe5, 0x6d, 0x6f, 0xd2, 0x0d, 0xbc, 0x22, 0x51, 0x61, 0x3b, 0x2e,
                               0xbe, 0x5b, 0xeb}},
    [WIRE_V1_V_MS_NT5] = {"Microsoft ISAKMP/Oakley", 20, 4, {0x1e, 0x2b, 0x51, 0x69, 0x05, 0x99, 0x1c,
                                                             0x7d, 0x7c, 0x96, 0xfc, 0xbf, 0xb5, 0x87,
                                                             0xe4, 0x61, 0x00, 0x00, 0x00, 0x09}},
    [WIRE_V1_V_MS_NEGOTIATION] = {"MS-Negotiation Discovery Capable",
                                  16,
                                  0,
                                  {0xfb, 0x1d, 0xe3, 0xcd, 0xf3, 0x41, 0xb7, 0xea, 0x16, 0xb7, 0xe5, 0xbe,
                                   0x08, 0x55, 0xf1, 0x20}},
    [WIRE_V1_V_MS_INITIAL_CONTACT] =
        {"Vid-Initial-Contact",
         16,
         0,
         {0x26, 0x24, 0x4d, 0x38, 0xed, 0xdb, 0x61, 0xb3, 0x17, 0x2a, 0x36, 0xe3, 0xd0, 0xcf, 0xb8, 0x19}},
    [WIRE_V1_V_MS_CGA] = {"IKE CGA version 1",
                          16,
                          0,
                          {0xe3, 0xa5, 0x96, 0x6a, 0x76, 0x37, 0x9f, 0xe7, 0x07, 0x22, 0x82, 0x31, 0xe5, 0xce,
                           0x86, 0x52}},
};

const char *wire_v1_vendor_name(enum wire_v1_vendor v)
{
    return v > WIRE_V1_V_NONE && v < WIRE_V1_V_COUNT ? vendors[v].name : "unknown";
}

enum wire_v1_vendor wire_v1_vendor_find(struct base_span body)
{
    for (enum wire_v1_vendor v = WIRE_V1_V_NONE + 1; v < WIRE_V1_V_COUNT; v++) {
        const size_t fixed = (size_t)vendors[v].len - vendors[v].version_bytes;
        struct base_reader r = base_reader(body);
        if (body.len >= fixed && body.len <= vendors[v].len &&
            base_span_equal(base_read_span(&r, fixed), base_span(vendors[v].bytes, fixed)))
            return v;
    }
    return WIRE_V1_V_NONE;
}

struct base_span wire_v1_vendor_bytes(enum wire_v1_vendor v)
{
    return v < WIRE_V1_V_COUNT ? base_span(vendors[v].bytes, vendors[v].len) : BASE_SPAN_NONE;
}

void wire_v1_put_vendor(struct wire_ike_builder *b, enum wire_v1_vendor v)
{
    const struct base_span bytes = wire_v1_vendor_bytes(v);
    if (bytes.len == 0)
        b->w.failed = true;
    wire_ike_put_raw(b, WIRE_V1_P_VENDOR, bytes);
}
