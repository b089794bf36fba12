/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Requests of any length that a datagram can have: a long one is answered, but costs nothing before its
 * sender has proved its address, and no more than so much memory after that.
 */
#include "ike_pair.h"
#include "ike_core.h"
#include "ikev2_init.h"
#include "ikev2_tables.h"

#define MOST 65507

static uint8_t made[WIRE_IKE_MSG_MAX];

/* a's request as a held it back, with a COOKIE (or none) in front, another SPI, and as long as said. */
static struct base_span long_request(const struct pair_packet *k, uint64_t spi, struct base_span cookie,
                                     size_t len)
{
    static const uint8_t noise[WIRE_IKE_MSG_MAX];
    static struct wire_ike_plds plds;
    struct wire_ike_hdr hdr;
    const struct base_span bytes = base_span(k->bytes, k->len);
    assert_int_equal(wire_ike_hdr_parse(bytes, &hdr), WIRE_IKE_OK);
    assert_int_equal(wire_ike_plds_parse(hdr.next, base_span(k->bytes + 28, k->len - 28), &plds),
                     WIRE_IKE_OK);
    hdr.spi_i = spi;
    struct wire_ike_builder b = wire_ike_build(made, sizeof made, &hdr);
    if (cookie.len)
        wire_ike_put_raw(&b, WIRE_IKE_P_NOTIFY, cookie);
    for (size_t i = 0; i < plds.count; i++)
        wire_ike_put_raw(&b, plds.list[i].type, plds.list[i].body);
    assert_true(b.w.pos + 4 <= len);
    wire_ike_put_raw(&b, WIRE_IKE_P_VENDOR, base_span(noise, len - b.w.pos - 4));
    const struct base_span out = wire_ike_finish(&b);
    assert_int_equal(out.len, len);
    return out;
}

/* b's answer to it; NULL: none. */
static const struct pair_packet *ask(struct pair *p, const struct pair_packet *k, struct base_span bytes)
{
    p->head = p->tail = 0;
    ike_on_packet(p->h[1].ike, p->now, &k->path, bytes);
    pair_drain(p);
    return p->tail ? &p->queue[0] : NULL;
}

/* The body of the COOKIE in an answer, which has nothing else. */
static struct base_span cookie_of(const struct pair_packet *answer)
{
    static uint8_t body[64];
    assert_non_null(answer);
    const size_t len = answer->len - 28 - 4;
    assert_int_equal(answer->bytes[16], WIRE_IKE_P_NOTIFY);
    assert_true(len < sizeof body);
    memcpy(body, answer->bytes + 32, len);
    return base_span(body, len);
}

static struct pair *pair_called(struct pair_packet *request)
{
    struct pair *p = pair_new();
    p->h[1].conf->half_open_per_endpoint = 1000;
    pair_start(p);
    p->hold = true;
    pair_connect(p);
    *request = p->queue[p->head];
    return p;
}

static void a_request_of_any_length_is_answered_and_a_long_one_proves_its_address_first(void **state)
{
    static const size_t sizes[] = {1000, IKEV2_LONG_FROM, IKEV2_LONG_FROM + 1, 8192, 8193, 60000, MOST};
    struct pair_packet request;
    struct pair *p = pair_called(&request);
    uint32_t half_open = 0, cookies = 0;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct base_span cookie = BASE_SPAN_NONE;
        if (sizes[i] > IKEV2_LONG_FROM) {
            cookie = cookie_of(ask(p, &request, long_request(&request, i + 1, BASE_SPAN_NONE, sizes[i])));
            assert_int_equal(pair_stats(p, 1).half_open, half_open);
            assert_int_equal(pair_stats(p, 1).cookies_sent, ++cookies);
        }
        const struct pair_packet *answer = ask(p, &request, long_request(&request, i + 1, cookie, sizes[i]));
        assert_non_null(answer);
        assert_int_equal(answer->bytes[16], WIRE_IKE_P_SA);
        assert_int_equal(pair_stats(p, 1).half_open, ++half_open);
    }
    assert_true(p->h[1].ike->v2->long_bytes > 60000 + MOST);
    pair_run(p, 60); /* they never go on */
    assert_int_equal(pair_stats(p, 1).half_open, 0);
    assert_int_equal(p->h[1].ike->v2->long_bytes, 0);
    pair_free(p);
}

static void long_requests_have_so_much_memory_and_short_ones_their_own(void **state)
{
    struct pair_packet request;
    struct pair *p = pair_called(&request);
    const size_t fit = IKEV2_LONG_BYTES_MAX / 60000;
    p->h[1].conf->sas_max = 1000;
    for (uint64_t i = 1; i <= fit + 3; i++) {
        const struct base_span cookie =
            cookie_of(ask(p, &request, long_request(&request, i, BASE_SPAN_NONE, 60000)));
        const bool is_answered = ask(p, &request, long_request(&request, i, cookie, 60000));
        assert_int_equal(is_answered, i <= fit);
    }
    assert_int_equal(pair_stats(p, 1).dropped_capped, 3);
    assert_int_equal(p->h[1].ike->v2->long_bytes, fit * 60000);
    assert_non_null(ask(p, &request, long_request(&request, 9999, BASE_SPAN_NONE, 1000)));
    /* A long one in place of a short one under the same SPI finds no room either. */
    struct base_span cookie =
        cookie_of(ask(p, &request, long_request(&request, 9998, BASE_SPAN_NONE, 60000)));
    assert_non_null(ask(p, &request, long_request(&request, 9998, BASE_SPAN_NONE, 1000)));
    assert_null(ask(p, &request, long_request(&request, 9998, cookie, 60000)));
    assert_int_equal(p->h[1].ike->v2->long_bytes, fit * 60000);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_of_any_length_is_answered_and_a_long_one_proves_its_address_first),
        cmocka_unit_test(long_requests_have_so_much_memory_and_short_ones_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
