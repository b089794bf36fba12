/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One SA, several workers, and a control core that moves the SA about and makes others come and go: no packet
 * is lost, no flow is reordered, no sequence number (which is the IV) is used twice. Each flow comes to one
 * worker, as a port's queues would bring it. First in one thread with a schedule from a seed, then with real
 * threads.
 */
#include "dp_rig.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>

#define WORKERS    3
#define INNER_LEN  100
#define FRAME_MAX  256
#define NUMBER_AT  28 /* in the inner packet: flow, number */
#define ESP_AT     42 /* in a frame of ESP in UDP over IPv4 */
#define FLIGHT_MAX 64 /* packets under way: a sink holds 128 */
#define STEPS      60000
#define N_THREADED 12000 /* packets per thread */
#define TURNS_MAX  30000000

/* Copies of sealed frames by sequence number. */
struct seen {
    uint32_t count, max;
    uint16_t *len; /* 0: not seen */
    uint8_t (*frame)[FRAME_MAX];
};

static struct seen seen_make(uint32_t max)
{
    struct seen s = {.max = max};
    s.len = calloc(max + 1, sizeof *s.len);
    s.frame = calloc(max + 1, sizeof *s.frame);
    assert_non_null(s.len);
    assert_non_null(s.frame);
    return s;
}

static void seen_free(struct seen *s)
{
    free(s->len);
    free(s->frame);
}

static void seen_add(struct seen *s, const struct rte_mbuf *m)
{
    const uint8_t *esp = rte_pktmbuf_mtod(m, const uint8_t *) + ESP_AT;
    uint32_t seq = dp_get32(esp + 4);
    assert_in_range(seq, 1, s->max);
    assert_int_equal(s->len[seq], 0);
    assert_int_equal(dp_get32(esp + 8), 0); /* the IV is the sequence number */
    assert_int_equal(dp_get32(esp + 12), seq);
    s->len[seq] = m->data_len;
    memcpy(s->frame[seq], esp - ESP_AT, m->data_len);
    s->count++;
}

/* The peer opens all in the order of their sequence numbers: each flow is in order, and complete. */
static void seen_open(struct rig *r, const struct seen *s, uint32_t flows, uint32_t per_flow)
{
    uint32_t next[WORKERS] = {0};
    for (uint32_t seq = 1; seq <= s->count; seq++) {
        assert_int_not_equal(s->len[seq], 0);
        struct rte_mbuf *m = rte_pktmbuf_alloc(rig_pool);
        assert_non_null(m);
        memcpy(rte_pktmbuf_append(m, s->len[seq]), s->frame[seq], s->len[seq]);
        rig_in(r, &r->b, RIG_OUTSIDE, m);
        m = rig_out(&r->b, RIG_INSIDE);
        assert_non_null(m);
        const uint8_t *number = rte_pktmbuf_mtod(m, const uint8_t *) + 14 + NUMBER_AT;
        uint32_t flow = dp_get32(number);
        assert_in_range(flow, 0, flows - 1);
        assert_int_equal(dp_get32(number + 4), next[flow]);
        next[flow]++;
        rte_pktmbuf_free(m);
    }
    for (uint32_t f = 0; per_flow && f < flows; f++)
        assert_int_equal(next[f], per_flow);
}

static uint8_t templates[WORKERS][14 + INNER_LEN];

static void templates_make(void)
{
    for (uint32_t f = 0; f < WORKERS; f++) {
        struct rte_mbuf *m = rig_frame(0x11, "10.1.0.9", "10.2.0.9", INNER_LEN);
        memcpy(templates[f], rte_pktmbuf_mtod(m, const void *), 14 + INNER_LEN);
        dp_put32(templates[f] + 14 + NUMBER_AT, f);
        rte_pktmbuf_free(m);
    }
}

/* NULL: no mbuf now. Thread: any. */
static struct rte_mbuf *numbered(uint32_t flow, uint32_t number)
{
    struct rte_mbuf *m = rte_pktmbuf_alloc(rig_pool);
    if (!m)
        return NULL;
    uint8_t *p = (uint8_t *)rte_pktmbuf_append(m, 14 + INNER_LEN);
    memcpy(p, templates[flow], 14 + INNER_LEN);
    dp_put32(p + 14 + NUMBER_AT + 4, number);
    return m;
}

static struct rig home_make(uint16_t workers_a, uint16_t workers_b)
{
    rig_eal();
    struct rig r = {
        .a = rig_gateway_make(1, 1500, workers_a), .b = rig_gateway_make(2, 1500, workers_b), .tsc = RIG_HZ};
    struct esp_pair a = rig_pair(1, &rig_gcm128, NULL, true, true);
    struct esp_pair b = rig_pair(2, &rig_gcm128, NULL, true, true);
    rig_connect(&r, &a, &b);
    templates_make();
    return r;
}

static uint32_t draw(uint32_t below)
{
    uint32_t v;
    rig_rng(NULL, &v, sizeof v);
    return v % below;
}

static void sinks_collect(struct rig *r, struct seen *s)
{
    struct rte_mbuf *m;
    for (uint16_t i = 0; i < WORKERS; i++)
        while (dp_sink_take(dp_worker(r->a.dp, i), RIG_OUTSIDE, &m, 1)) {
            seen_add(s, m);
            rte_pktmbuf_free(m);
        }
}

/* Lets all workers and control run until nothing is under way. */
static void settle(struct rig *r, struct rig_gateway *g, struct seen *s)
{
    for (unsigned i = 0; i < 100 * WORKERS; i++) {
        dp_turn(dp_worker(g->dp, (uint16_t)(i % WORKERS)));
        sad_reclaim(g->sad);
        if (s)
            sinks_collect(r, s);
    }
}

static void flows_stay_in_order_and_whole_while_their_sa_moves_in_any_schedule(void **state)
{
    struct rig r = home_make(WORKERS, 1);
    struct seen s = seen_make(STEPS * 8);
    uint32_t sent[WORKERS] = {0}, all = 0, moves = 0;
    for (uint32_t step = 0; step < STEPS; step++) {
        uint16_t at = (uint16_t)draw(WORKERS), n = (uint16_t)(1 + draw(8)), what = (uint16_t)draw(100);
        struct rte_mbuf *burst[8];
        if (what < 40 && all + n - s.count <= FLIGHT_MAX) {
            for (uint16_t i = 0; i < n; i++)
                burst[i] = numbered(at, sent[at]++);
            all += n;
            dp_process(dp_worker(r.a.dp, at), RIG_INSIDE, burst, n, ++r.tsc);
        } else if (what < 80) {
            dp_turn(dp_worker(r.a.dp, at));
        } else if (what < 95) {
            sad_reclaim(r.a.sad);
        } else {
            moves += sad_owner_set(r.a.sad, r.spi_a, (uint16_t)draw(WORKERS), (uint16_t)draw(WORKERS)) == 0;
        }
        sinks_collect(&r, &s);
    }
    settle(&r, &r.a, &s);
    assert_int_equal(s.count, all);
    assert_true(all > STEPS / 4);
    assert_true(moves > STEPS / 200);
    seen_open(&r, &s, WORKERS, 0);
    seen_free(&s);
    rig_free(&r);
}

static uint32_t opened_take(struct rig *r, uint32_t next)
{
    struct rte_mbuf *m;
    for (uint16_t i = 0; i < WORKERS; i++)
        while (dp_sink_take(dp_worker(r->b.dp, i), RIG_INSIDE, &m, 1)) {
            assert_int_equal(dp_get32(rte_pktmbuf_mtod(m, const uint8_t *) + 14 + NUMBER_AT + 4), next);
            next++;
            rte_pktmbuf_free(m);
        }
    return next;
}

/* All come to worker 1, as one outer flow does. */
static void an_inbound_sa_moves_without_losing_or_reordering(void **state)
{
    struct rig r = home_make(1, WORKERS);
    struct sad_stats s;
    uint32_t sent = 0, opened = 0;
    for (uint32_t step = 0; step < STEPS; step++) {
        uint32_t what = draw(100);
        if (what < 40 && sent - opened < FLIGHT_MAX) {
            rig_in(&r, &r.a, RIG_INSIDE, numbered(0, sent++));
            struct rte_mbuf *m = rig_out(&r.a, RIG_OUTSIDE);
            assert_non_null(m);
            dp_process(dp_worker(r.b.dp, 1), RIG_OUTSIDE, &m, 1, ++r.tsc);
        } else if (what < 80) {
            dp_turn(dp_worker(r.b.dp, (uint16_t)draw(WORKERS)));
        } else if (what < 97) {
            sad_reclaim(r.b.sad);
        } else {
            (void)sad_owner_set(r.b.sad, r.spi_b, (uint16_t)draw(WORKERS), 0);
        }
        opened = opened_take(&r, opened);
    }
    for (unsigned i = 0; i < 100 * WORKERS; i++) {
        dp_turn(dp_worker(r.b.dp, (uint16_t)(i % WORKERS)));
        sad_reclaim(r.b.sad);
        opened = opened_take(&r, opened);
    }
    assert_int_equal(opened, sent);
    assert_int_equal(sad_stats(r.b.sad, r.spi_b, &s), 0);
    assert_int_equal(s.in.pkts, sent);
    assert_int_equal(s.replay_drops, 0);
    rig_free(&r);
}

static void handoffs_are_counted_until_their_sa_comes_to_them(void **state)
{
    struct rig r = home_make(WORKERS, 1);
    struct seen s = seen_make(1000);
    struct sad_handoffs in, out;
    uint32_t sent = 0;
    assert_int_equal(sad_owner_set(r.a.sad, r.spi_a, 1, 0), 0);
    settle(&r, &r.a, &s);
    for (unsigned round = 0; round < 2; round++) {
        for (unsigned i = 0; i < 400; i++) {
            struct rte_mbuf *m = numbered(0, sent++);
            dp_process(dp_worker(r.a.dp, i % 20 ? 2 : 1), RIG_INSIDE, &m, 1, ++r.tsc);
            dp_turn(dp_worker(r.a.dp, 0));
            dp_turn(dp_worker(r.a.dp, 2));
            sinks_collect(&r, &s);
        }
        settle(&r, &r.a, &s);
        assert_int_equal(sad_handoffs_take(r.a.sad, r.spi_a, &in, &out), 0);
        assert_int_equal(out.pkts, 400);
        assert_int_equal(out.handoffs, round ? 20 : 400);
        assert_int_equal(out.worker, round ? 1 : 2);
        assert_int_equal(out.lead, round ? 20 : 360);
        assert_int_equal(in.handoffs, 0);
        assert_int_equal(sad_owner_set(r.a.sad, r.spi_a, 1, 2), 0);
        settle(&r, &r.a, &s);
    }
    assert_int_equal(sad_handoffs_take(r.a.sad, r.spi_a, &in, &out), 0);
    assert_int_equal(out.handoffs, 0);
    seen_free(&s);
    rig_free(&r);
}

/* Real threads: each is a worker of A with a flow of its own. */
struct threaded {
    struct rig *r;
    struct {
        pthread_t thread;
        struct threaded *all;
        uint16_t index;
        uint32_t n_copies;
        uint16_t *len;
        uint8_t (*copy)[FRAME_MAX];
    } worker[2];
    _Atomic uint32_t sent, got;
};

static void *worker_run(void *arg)
{
    typeof(((struct threaded *)0)->worker[0]) *me = arg;
    struct threaded *t = me->all;
    struct dp_worker *w = dp_worker(t->r->a.dp, me->index);
    uint32_t number = 0;
    for (uint32_t turn = 0; turn < TURNS_MAX && t->got < 2 * N_THREADED; turn++) {
        struct rte_mbuf *m = NULL;
        if (number < N_THREADED && t->sent - t->got < FLIGHT_MAX && (m = numbered(me->index, number))) {
            number++;
            atomic_fetch_add(&t->sent, 1);
            dp_process(w, RIG_INSIDE, &m, 1, RIG_HZ + turn);
        }
        if (turn % 2 && !dp_turn(w) && !m)
            sched_yield();
        while (dp_sink_take(w, RIG_OUTSIDE, &m, 1)) {
            me->len[me->n_copies] = m->data_len;
            memcpy(me->copy[me->n_copies++], rte_pktmbuf_mtod(m, const void *), m->data_len);
            rte_pktmbuf_free(m);
            atomic_fetch_add(&t->got, 1);
        }
    }
    return NULL;
}

/* Runs two workers while control does something, again and again; then judges what they sent. */
static void threaded_run(struct rig *r, void (*control)(struct rig *r, uint32_t round))
{
    struct threaded t = {.r = r};
    struct seen s = seen_make(2 * N_THREADED);
    for (uint16_t i = 0; i < 2; i++) {
        t.worker[i].all = &t;
        t.worker[i].index = i;
        t.worker[i].len = calloc(2 * N_THREADED, sizeof *t.worker[i].len);
        t.worker[i].copy = calloc(2 * N_THREADED, sizeof *t.worker[i].copy);
        assert_int_equal(pthread_create(&t.worker[i].thread, NULL, worker_run, &t.worker[i]), 0);
    }
    for (uint32_t round = 0; round < TURNS_MAX && t.got < 2 * N_THREADED; round++)
        control(r, round);
    for (uint16_t i = 0; i < 2; i++) {
        assert_int_equal(pthread_join(t.worker[i].thread, NULL), 0);
        for (uint32_t k = 0; k < t.worker[i].n_copies; k++) {
            uint32_t seq = dp_get32(t.worker[i].copy[k] + ESP_AT + 4);
            assert_in_range(seq, 1, 2 * N_THREADED);
            assert_int_equal(s.len[seq], 0);
            s.len[seq] = t.worker[i].len[k];
            memcpy(s.frame[seq], t.worker[i].copy[k], s.len[seq]);
            s.count++;
        }
        free(t.worker[i].len);
        free(t.worker[i].copy);
    }
    assert_int_equal(s.count, 2 * N_THREADED);
    seen_open(r, &s, 2, N_THREADED);
    seen_free(&s);
}

static void control_moves(struct rig *r, uint32_t round)
{
    if (round % 8 == 0)
        (void)sad_owner_set(r->a.sad, r->spi_a, (uint16_t)draw(2), (uint16_t)draw(2));
    sad_reclaim(r->a.sad);
    sched_yield();
}

static void two_threads_lose_and_reorder_nothing_while_their_sa_moves(void **state)
{
    struct rig r = home_make(2, 1);
    threaded_run(&r, control_moves);
    rig_free(&r);
}

#define OTHERS     5000
#define OTHERS_NOW 500 /* alive at once */

static uint32_t others[OTHERS], n_others;

/* Installs one more SA with selectors of its own, and removes the oldest beyond OTHERS_NOW. */
static void other_comes_and_goes(struct rig *r)
{
    struct esp_pair p = rig_pair(1, &rig_gcm128, NULL, true, true);
    char remote[32];
    snprintf(remote, sizeof remote, "10.3.%u.%u/32", n_others / 250, n_others % 250);
    p.remote_ts = rig_ts(remote);
    p.spi_out = 0x10000 + n_others;
    assert_int_equal(sad_spi_alloc(r->a.sad, &p.spi_in), 0);
    assert_int_equal(sad_install(r->a.sad, &p), 0);
    others[n_others++] = p.spi_in;
    if (n_others > OTHERS_NOW)
        assert_int_equal(sad_remove(r->a.sad, others[n_others - OTHERS_NOW - 1]), 0);
}

static void control_churns(struct rig *r, uint32_t round)
{
    if (n_others < OTHERS)
        other_comes_and_goes(r);
    sad_reclaim(r->a.sad);
    if (round % 16 == 0)
        sched_yield();
}

static void thousands_of_sas_come_and_go_and_another_one_loses_nothing(void **state)
{
    rig_max_sas = 8192;
    struct rig r = home_make(2, 1);
    n_others = 0;
    threaded_run(&r, control_churns);
    while (n_others < OTHERS)
        control_churns(&r, 0);
    for (unsigned i = 0; i < 4; i++) {
        dp_turn(dp_worker(r.a.dp, i % 2));
        sad_reclaim(r.a.sad);
    }
    assert_int_equal(sad_reclaim(r.a.sad), 0);
    assert_int_equal(sad_count(r.a.sad), 1 + OTHERS_NOW);
    rig_free(&r);
    rig_max_sas = 64;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flows_stay_in_order_and_whole_while_their_sa_moves_in_any_schedule),
        cmocka_unit_test(an_inbound_sa_moves_without_losing_or_reordering),
        cmocka_unit_test(handoffs_are_counted_until_their_sa_comes_to_them),
        cmocka_unit_test(two_threads_lose_and_reorder_nothing_while_their_sa_moves),
        cmocka_unit_test(thousands_of_sas_come_and_go_and_another_one_loses_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
