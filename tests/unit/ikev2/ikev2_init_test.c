/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Requests of any length that a datagram can have: a long one is answered, but costs nothing before its
 * sender has proved its address, and no more than so much memory after that. And the keys of proofs, which
 * are nowhere once both sides have proved who they are.
 */
#include "ike_pair.h"
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
#include "ike_core.h"
#include "ikev2_init.h"
#include "ikev2_ppk.h"
#include "ikev2_sa.h"
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

/* ---- keys of proofs ---- */

#define KEYS_MAX   4
#define LARGE_FROM ((size_t)256 << 20) /* reserved only: a sanitizer's shadow */

/* Keys that are looked for, their bits inverted: a copy here is none. */
struct hunt {
    size_t len;
    uint8_t inverted[KEYS_MAX][CRYPT_PRF_MAX];
    size_t found[KEYS_MAX];
};

static void hunt_for(struct hunt *h, size_t n, const uint8_t *key)
{
    for (size_t i = 0; i < h->len; i++)
        h->inverted[n][i] = (uint8_t)~key[i];
}

static void hunt_in(struct hunt *h, const uint8_t *bytes, size_t len)
{
    for (size_t at = 0; at + h->len <= len; at++)
        for (size_t n = 0; n < KEYS_MAX; n++) {
            size_t i = 0;
            while (i < h->len && (bytes[at + i] ^ h->inverted[n][i]) == 0xff)
                i++;
            h->found[n] += i == h->len;
        }
}

/* Reads what is allocated, freed or not, as the kernel sees it: no sanitizer minds. */
static void hunt_pages(struct hunt *h, int mem, size_t from, size_t to)
{
    uint8_t bytes[4096 + CRYPT_PRF_MAX];
    for (size_t at = from; at < to; at += 4096) {
        const ssize_t got = pread(mem, bytes, 4096 + h->len - 1, (off_t)at);
        hunt_in(h, bytes, got > 0 ? (size_t)got : 0);
    }
}

static void hunt(struct hunt *h)
{
    char line[512], name[512];
    size_t from, to;
    FILE *maps = fopen("/proc/self/maps", "re");
    const int mem = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    memset(h->found, 0, sizeof h->found);
    assert_non_null(maps);
    assert_true(mem >= 0);
    while (fgets(line, sizeof line, maps)) {
        name[0] = '\0';
        if (sscanf(line, "%zx-%zx rw-p %*s %*s %*s %511s", &from, &to, name) >= 2 && to - from < LARGE_FROM &&
            (!name[0] || strcmp(name, "[heap]") == 0))
            hunt_pages(h, mem, from, to);
    }
    fclose(maps);
    close(mem);
}

/* The initiator's, and with a PPK those of before it was mixed in. */
static void the_keys_of_proofs_are_gone_once_both_are_proved(void **state)
{
    (void)state;
    for (int with_ppk = 0; with_ppk < 2; with_ppk++) {
        struct pair *p = pair_new();
        struct hunt h = {.len = 0};
        for (int i = 0; i < 2 && with_ppk; i++) {
            struct ike_ppk *k = p->h[i].conf->conns[0].ppk = base_secret_new(sizeof *k);
            k->id[0] = k->key[0] = 'x';
            k->id_len = 1;
            k->key_len = 1;
        }
        pair_start(p);
        p->hold = true;
        pair_connect(p);
        pair_deliver_one(p);
        pair_deliver_one(p);
        const struct ikev2_sa *sa = p->h[0].ike->v2->first;
        const struct ikev2_proof_keys *now = &sa->init->proof,
                                      *plain = with_ppk ? &sa->init->ppk->proof : now;
        h.len = sa->keys.prf_len;
        hunt_for(&h, 0, now->sk_pi);
        hunt_for(&h, 1, now->sk_pr);
        hunt_for(&h, 2, plain->sk_pi);
        hunt_for(&h, 3, plain->sk_pr);
        hunt(&h);
        for (size_t n = 0; n < KEYS_MAX; n++)
            assert_int_not_equal(h.found[n], 0);
        p->hold = false;
        pair_settle(p);
        pair_check_one(p);
        hunt(&h);
        for (size_t n = 0; n < KEYS_MAX; n++)
            assert_int_equal(h.found[n], 0);
        pair_free(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_of_any_length_is_answered_and_a_long_one_proves_its_address_first),
        cmocka_unit_test(long_requests_have_so_much_memory_and_short_ones_their_own),
        cmocka_unit_test(the_keys_of_proofs_are_gone_once_both_are_proved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
