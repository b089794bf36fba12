/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets of EAP-MSCHAPv2 (draft-kamath-pppext-eap-mschapv2 2), and the text of its failures (RFC 2759 6). */
#include "wire_eap.h"

#define RESPONSE_VALUE_BYTES 49 /* challenge, eight reserved bytes, response, flags */
#define MS_LENGTH_AT         2  /* from the op */

static bool mschap_parse_body(struct base_reader *r, bool is_request, struct wire_mschap *out)
{
    const uint8_t value = base_read_u8(r);
    if (is_request ? value != WIRE_MSCHAP_CHALLENGE_BYTES : value != RESPONSE_VALUE_BYTES)
        return false;
    out->challenge = base_read_span(r, WIRE_MSCHAP_CHALLENGE_BYTES).ptr;
    if (!is_request) {
        base_read_span(r, 8);
        out->response = base_read_span(r, WIRE_MSCHAP_RESPONSE_BYTES).ptr;
        base_read_u8(r);
    }
    out->name = base_read_rest(r);
    return !r->failed;
}

bool wire_mschap_parse(struct base_span data, bool is_request, struct wire_mschap *out)
{
    struct base_reader r = base_reader(data);
    *out = (struct wire_mschap){.op = base_read_u8(&r)};
    const bool is_result = out->op == WIRE_MSCHAP_SUCCESS || out->op == WIRE_MSCHAP_FAILURE;
    if (!is_request && is_result)
        return true;
    out->id = base_read_u8(&r);
    const uint16_t len = base_read_u16(&r);
    if (r.failed || len < 4 || len > data.len)
        return false;
    struct base_reader body = base_reader(base_read_span(&r, len - 4u));
    if (is_result) {
        out->message = base_read_rest(&body);
        return true;
    }
    if (out->op != (is_request ? WIRE_MSCHAP_CHALLENGE : WIRE_MSCHAP_RESPONSE))
        return false;
    return mschap_parse_body(&body, is_request, out);
}

static size_t mschap_begin(struct base_writer *w, uint8_t op, uint8_t id)
{
    const size_t at = w->pos;
    base_write_u8(w, op);
    base_write_u8(w, id);
    base_write_u16(w, 0);
    return at;
}

static void mschap_end(struct base_writer *w, size_t at)
{
    base_patch_u16(w, at + MS_LENGTH_AT, (uint16_t)(w->pos - at));
}

void wire_mschap_put_challenge(struct base_writer *w, uint8_t id, const uint8_t challenge[16],
                               struct base_span name)
{
    const size_t at = mschap_begin(w, WIRE_MSCHAP_CHALLENGE, id);
    base_write_u8(w, WIRE_MSCHAP_CHALLENGE_BYTES);
    base_write(w, challenge, WIRE_MSCHAP_CHALLENGE_BYTES);
    base_write_span(w, name);
    mschap_end(w, at);
}

void wire_mschap_put_response(struct base_writer *w, uint8_t id, const uint8_t challenge[16],
                              const uint8_t response[24], struct base_span name)
{
    const size_t at = mschap_begin(w, WIRE_MSCHAP_RESPONSE, id);
    base_write_u8(w, RESPONSE_VALUE_BYTES);
    base_write(w, challenge, WIRE_MSCHAP_CHALLENGE_BYTES);
    base_write_u64(w, 0);
    base_write(w, response, WIRE_MSCHAP_RESPONSE_BYTES);
    base_write_u8(w, 0);
    base_write_span(w, name);
    mschap_end(w, at);
}

void wire_mschap_put_message(struct base_writer *w, uint8_t op, uint8_t id, struct base_span message)
{
    const size_t at = mschap_begin(w, op, id);
    base_write_span(w, message);
    mschap_end(w, at);
}

static int mschap_digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    const uint8_t lower = c | 0x20;
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

static bool mschap_read_challenge(struct base_span value, uint8_t out[16])
{
    if (value.len != 32)
        return false;
    for (size_t i = 0; i < 16; i++) {
        const int high = mschap_digit(value.ptr[2 * i]), low = mschap_digit(value.ptr[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static uint32_t mschap_read_number(struct base_span value)
{
    uint32_t n = 0;
    for (size_t i = 0; i < value.len && i < 9 && value.ptr[i] >= '0' && value.ptr[i] <= '9'; i++)
        n = n * 10 + (uint32_t)(value.ptr[i] - '0');
    return n;
}

void wire_mschap_read_failure(struct base_span message, struct wire_mschap_failure *out)
{
    struct base_reader r = base_reader(message);
    *out = (struct wire_mschap_failure){0};
    while (base_reader_left(&r) > 2) {
        const uint8_t key = base_read_u8(&r);
        if (base_read_u8(&r) != '=')
            return;
        if (key == 'M') /* the rest is words for people */
            return;
        size_t len = 0;
        while (len < base_reader_left(&r) && r.pos[len] != ' ')
            len++;
        const struct base_span value = base_read_span(&r, len);
        base_read_u8(&r);
        if (key == 'E')
            out->error = mschap_read_number(value);
        else if (key == 'R')
            out->can_retry = mschap_read_number(value) == 1;
        else if (key == 'C')
            out->has_challenge = mschap_read_challenge(value, out->challenge);
    }
}
