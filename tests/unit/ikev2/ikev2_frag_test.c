/* SPDX-License-Identifier: BSD-3-Clause */
/* Fragments on their way to a message, with everything that a peer or somebody else can do to them. */
#include "ike_core.h"
#include "ike_pair.h"
#include "ikev2_frag.h"
#include "ikev2_sa.h"
#include "ikev2_seal.h"
#include "ikev2_tables.h"

/* A request of a's for b, in fragments: an INFORMATIONAL with one notify of `bytes` bytes of data. */
struct cut {
    struct pair *p;
    struct ike_path path; /* as b sees it */
    uint8_t chain[WIRE_IKE_MSG_MAX];
    struct wire_ike_builder b;
    struct ike_dgrams list;
};

static struct ikev2_sa *sa_of(struct pair *p, int i)
{
    return p->h[i].ike->v2->first;
}

static struct cut cut_new(struct pair *p)
{
    const struct ike_path *a = &sa_of(p, 0)->path;
    return (struct cut){.p = p, .path = {.local = a->remote, .remote = a->local, .natt = a->natt}};
}

static void cut_make(struct cut *c, size_t bytes, size_t most)
{
    static const uint8_t zeros[WIRE_IKE_MSG_MAX];
    struct ikev2_sa *sa = sa_of(c->p, 0);
    c->b = wire_ike_build_chain(c->chain, sizeof c->chain);
    wire_ike_put_notify(&c->b,
                        &(struct wire_ike_notification){.type = 40969, .data = base_span(zeros, bytes)});
    const struct ikev2_plain plain = {.hdr = {.spi_i = sa->spi_i,
                                              .spi_r = sa->spi_r,
                                              .version = WIRE_IKE_MAJOR << 4,
                                              .exchange = WIRE_IKE_INFORMATIONAL,
                                              .flags = WIRE_IKE_F_INITIATOR,
                                              .msgid = sa->seq.own},
                                      .first = wire_ike_chain_first(&c->b),
                                      .chain = wire_ike_chain_bytes(&c->b)};
    ike_dgrams_free(&c->list);
    assert_int_equal(ikev2_seal_cut(c->p->h[0].ike, sa, &plain, most, &c->list), 0);
}

/* Hands fragment `number` to b, with one bit of it wrong if asked. */
static void cut_deliver(struct cut *c, size_t number, bool is_forged)
{
    struct base_span d;
    uint8_t bytes[WIRE_IKE_MSG_MAX];
    size_t at = 0;
    for (size_t i = 0; i < number; i++)
        assert_true(ike_dgrams_next(&c->list, &at, &d));
    memcpy(bytes, d.ptr, d.len);
    bytes[d.len - 1] ^= is_forged;
    ike_on_packet(c->p->h[1].ike, c->p->now, &c->path, base_span(bytes, d.len));
    pair_drain(c->p);
}

static void cut_end(struct cut *c)
{
    ike_dgrams_free(&c->list);
    assert_int_equal(pair_stats(c->p, 1).fragment_bytes, 0);
    pair_free(c->p);
}

static unsigned answers(struct cut *c)
{
    return c->p->h[1].sends;
}

static void fragments_in_any_order_and_twice_become_one_message(void **state)
{
    struct cut c = cut_new(pair_up());
    const unsigned before = answers(&c);
    cut_make(&c, 1000, 300);
    assert_int_equal(c.list.count, 5);
    static const size_t order[] = {4, 2, 4, 5, 1, 2};
    for (size_t i = 0; i < 6; i++)
        cut_deliver(&c, order[i], false);
    assert_int_equal(pair_stats(c.p, 1).dropped_fragment, 2);
    assert_true(pair_stats(c.p, 1).fragment_bytes > 800);
    assert_int_equal(answers(&c), before);
    cut_deliver(&c, 3, false);
    assert_int_equal(answers(&c), before + 1);
    assert_int_equal(pair_stats(c.p, 1).fragment_bytes, 0);
    /* what comes again asks for the answer by its first fragment alone */
    for (size_t i = 1; i <= 5; i++)
        cut_deliver(&c, i, false);
    assert_int_equal(answers(&c), before + 2);
    assert_int_equal(pair_stats(c.p, 1).duplicates_answered, 1);
    assert_int_equal(pair_stats(c.p, 1).dropped_fragment, 2 + 4);
    cut_end(&c);
    (void)state;
}

/* Windows sends its certificates in datagrams of 580 bytes, 29 and more of them (RFC 7383 2.5). */
static void messages_in_many_small_fragments_come_together_in_any_order(void **state)
{
    static const size_t bytes[] = {15000, 17500, 30000};
    static const size_t counts[] = {29, 34, 58};
    (void)state;
    for (size_t i = 0; i < sizeof bytes / sizeof *bytes; i++) {
        struct cut c = cut_new(pair_up());
        const unsigned before = answers(&c);
        cut_make(&c, bytes[i], 580);
        assert_int_equal(c.list.count, counts[i]);
        /* 7 has no divisor in common with any of these counts: each comes once, none beside its neighbour */
        for (size_t k = 0; k < counts[i]; k++) {
            assert_int_equal(answers(&c), before);
            cut_deliver(&c, k * 7 % counts[i] + 1, false);
        }
        assert_int_equal(answers(&c), before + 1);
        assert_int_equal(pair_stats(c.p, 1).dropped_fragment, 0);
        cut_end(&c);
    }
}

static void a_forged_fragment_is_not_kept(void **state)
{
    struct cut c = cut_new(pair_up());
    const unsigned before = answers(&c);
    cut_make(&c, 1000, 600);
    cut_deliver(&c, 1, true);
    cut_deliver(&c, 2, true);
    assert_int_equal(pair_stats(c.p, 1).dropped_bad_icv, 2);
    assert_int_equal(pair_stats(c.p, 1).fragment_bytes, 0);
    cut_deliver(&c, 2, false);
    cut_deliver(&c, 1, true);
    assert_int_equal(answers(&c), before);
    cut_deliver(&c, 1, false);
    assert_int_equal(answers(&c), before + 1);
    cut_deliver(&c, 1, true); /* nor does it ask for the answer again */
    assert_int_equal(answers(&c), before + 1);
    cut_end(&c);
    (void)state;
}

static void a_larger_total_takes_over_and_a_smaller_one_is_dropped(void **state)
{
    struct cut few = cut_new(pair_up()), many = cut_new(few.p);
    const unsigned before = answers(&few);
    cut_make(&few, 1000, 600);
    cut_make(&many, 1000, 300);
    cut_deliver(&few, 1, false);
    const uint64_t memory = pair_stats(few.p, 1).fragment_bytes;
    cut_deliver(&many, 1, false);
    assert_true(pair_stats(few.p, 1).fragment_bytes < memory);
    cut_deliver(&few, 2, false);
    assert_int_equal(pair_stats(few.p, 1).dropped_fragment, 1);
    for (size_t i = 2; i <= 5; i++) {
        assert_int_equal(answers(&few), before);
        cut_deliver(&many, i, false);
    }
    assert_int_equal(answers(&few), before + 1);
    ike_dgrams_free(&many.list);
    cut_end(&few);
    (void)state;
}

static void fragments_from_two_places_are_never_one_message(void **state)
{
    struct cut c = cut_new(pair_up());
    const struct ike_path here = c.path;
    sa_of(c.p, 1)->natd.remote_nat = true;
    const unsigned before = answers(&c);
    cut_make(&c, 1000, 300);
    for (size_t i = 1; i <= 4; i++)
        cut_deliver(&c, i, false);
    c.path.remote.port++;
    cut_deliver(&c, 5, false);
    assert_int_equal(answers(&c), before);
    assert_true(ike_path_equal(&sa_of(c.p, 1)->path, &here));
    for (size_t i = 1; i <= 4; i++) /* all of them from there: the peer has moved */
        cut_deliver(&c, i, false);
    assert_int_equal(answers(&c), before + 1);
    assert_true(ike_path_equal(&sa_of(c.p, 1)->path, &c.path));
    cut_end(&c);
    (void)state;
}

/* Puts other numbers into fragment 1, as a peer with a broken or hostile implementation seals them. */
static void deliver_numbered(struct cut *c, uint16_t number, uint16_t total)
{
    struct base_span d;
    size_t at = 0;
    uint8_t bytes[WIRE_IKE_MSG_MAX];
    assert_true(ike_dgrams_next(&c->list, &at, &d));
    memcpy(bytes, d.ptr, d.len);
    struct base_writer w = base_writer(bytes + WIRE_IKE_HDR_BYTES + 4, WIRE_IKE_SKF_BYTES);
    base_write_u16(&w, number);
    base_write_u16(&w, total);
    ike_on_packet(c->p->h[1].ike, c->p->now, &c->path, base_span(bytes, d.len));
}

static void what_waits_has_caps_and_an_end(void **state)
{
    struct cut c = cut_new(pair_up());
    null_crypt_accept_all(true);
    cut_make(&c, 8000, 1200);
    deliver_numbered(&c, 1, 65535);
    deliver_numbered(&c, 65535, 65535);
    deliver_numbered(&c, 1, IKEV2_FRAGS_MAX + 1);
    assert_int_equal(pair_stats(c.p, 1).dropped_fragment, 3);
    deliver_numbered(&c, 0, 3);
    deliver_numbered(&c, 4, 3);
    assert_int_equal(pair_stats(c.p, 1).dropped_bad_icv, 2);
    assert_int_equal(pair_stats(c.p, 1).fragment_bytes, 0);
    for (uint16_t i = 1; i < IKEV2_FRAGS_MAX; i++) {
        deliver_numbered(&c, i, IKEV2_FRAGS_MAX);
        assert_true(pair_stats(c.p, 1).fragment_bytes < WIRE_IKE_MSG_MAX + 24 * IKEV2_FRAGS_MAX);
    }
    assert_true(pair_stats(c.p, 1).dropped_fragment > 3);
    assert_true(sa_of(c.p, 1)->frag.in[0] != NULL);
    null_crypt_accept_all(false);
    c.p->drop[0] = c.p->drop[1] = true;
    pair_run(c.p, IKEV2_FRAGS_S - 1);
    assert_true(pair_stats(c.p, 1).fragment_bytes > 0);
    pair_run(c.p, 2);
    assert_int_equal(pair_stats(c.p, 1).fragment_bytes, 0);
    cut_end(&c);
    (void)state;
}

static void memory_of_all_is_capped_and_the_unproved_are_refused_first(void **state)
{
    struct cut c = cut_new(pair_up());
    struct ike_stats *stats = &c.p->h[1].ike->stats;
    struct ikev2_sa *sa = sa_of(c.p, 1);
    cut_make(&c, 1000, 600);
    stats->fragment_bytes = IKEV2_FRAGS_HALF_OPEN_MAX;
    const base_time up = sa->life.established_at;
    sa->life.established_at = (base_time){0};
    cut_deliver(&c, 1, false);
    assert_null(sa->frag.in[0]);
    assert_int_equal(pair_stats(c.p, 1).dropped_fragment, 1);
    sa->life.established_at = up;
    cut_deliver(&c, 1, false);
    assert_non_null(sa->frag.in[0]);
    stats->fragment_bytes += IKEV2_FRAGS_BYTES_MAX - IKEV2_FRAGS_HALF_OPEN_MAX;
    cut_deliver(&c, 2, false);
    assert_null(sa->frag.in[0]);
    assert_int_equal(stats->fragment_bytes, IKEV2_FRAGS_BYTES_MAX);
    stats->fragment_bytes = 0;
    cut_end(&c);
    (void)state;
}

static void who_did_not_agree_gets_no_fragment_in(void **state)
{
    struct pair *p = pair_new();
    p->h[1].conf->fragment_bytes = 0;
    pair_start(p);
    pair_connect(p);
    assert_false(sa_of(p, 0)->frag.is_agreed);
    assert_false(sa_of(p, 1)->frag.is_agreed);
    assert_int_equal(ikev2_frag_most(p->h[0].ike, sa_of(p, 0), &sa_of(p, 0)->path), 0);
    struct cut c = cut_new(p);
    cut_make(&c, 1000, 2000);
    cut_deliver(&c, 1, false);
    assert_int_equal(pair_stats(p, 1).dropped_fragment, 1);
    cut_end(&c);
    (void)state;
}

static void a_fragment_is_an_ip_packet_of_the_configured_size(void **state)
{
    struct pair *p = pair_up();
    struct ikev2_sa *sa = sa_of(p, 0);
    struct ike_path path = sa->path;
    assert_true(sa->frag.is_agreed && sa_of(p, 1)->frag.is_agreed);
    assert_int_equal(ikev2_frag_most(p->h[0].ike, sa, &path), 1280 - 20 - 8);
    assert_int_equal(ikev2_frag_least(&path), 576 - 20 - 8);
    path.natt = true;
    assert_int_equal(ikev2_frag_most(p->h[0].ike, sa, &path), 1280 - 20 - 8 - 4);
    path.remote.addr = pair_addr("2001:db8::1");
    assert_int_equal(ikev2_frag_most(p->h[0].ike, sa, &path), 1280 - 40 - 8 - 4);
    assert_int_equal(ikev2_frag_least(&path), 576 - 40 - 8 - 4);
    pair_free(p);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fragments_in_any_order_and_twice_become_one_message),
        cmocka_unit_test(messages_in_many_small_fragments_come_together_in_any_order),
        cmocka_unit_test(a_forged_fragment_is_not_kept),
        cmocka_unit_test(a_larger_total_takes_over_and_a_smaller_one_is_dropped),
        cmocka_unit_test(fragments_from_two_places_are_never_one_message),
        cmocka_unit_test(what_waits_has_caps_and_an_end),
        cmocka_unit_test(memory_of_all_is_capped_and_the_unproved_are_refused_first),
        cmocka_unit_test(who_did_not_agree_gets_no_fragment_in),
        cmocka_unit_test(a_fragment_is_an_ip_packet_of_the_configured_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
