/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Hosts that have ESP between themselves, and others with the same addresses. */
#include "ike_pair.h"

#define A      "192.0.2.1"
#define B      "198.51.100.1"
#define A_SEEN "203.0.113.7"
#define B_SEEN "203.0.113.99"

/* Both children are for L2TP between the two hosts, whatever their addresses are. Before pair_start(). */
static inline struct pair *hosts_set(struct pair *p, bool has_nat, bool has_dnat)
{
    const struct base_ts_list l2tp = {.count = 1,
                                      .list = {{.protocol = 17, .port_lo = 1701, .port_hi = 1701}}};
    p->has_nat = has_nat;
    p->has_dnat = has_dnat;
    if (has_dnat)
        p->h[0].conf->conns[0].remote_addr = p->public_addr;
    for (int i = 0; i < 2; i++) {
        struct ike_child_conf *c = &p->h[i].conf->conns[0].children[0];
        c->mode = ESP_MODE_TRANSPORT;
        assert_true(base_ts_set(&c->local_ts, &l2tp) && base_ts_set(&c->remote_ts, &l2tp));
    }
    return p;
}

static inline struct pair *hosts(bool has_nat, bool has_dnat)
{
    return hosts_set(pair_new(), has_nat, has_dnat);
}

static inline void assert_addr(const struct base_addr *a, const char *text)
{
    char is[BASE_ADDR_TEXT_MAX];
    assert_string_equal(base_addr_text(a, is), text);
}

/* The newest. */
static inline const struct esp_pair *live_pair(const struct pair_host *h)
{
    for (size_t i = h->n_children; i > 0; i--)
        if (!h->children[i - 1].is_removed)
            return &h->children[i - 1].i.pair;
    fail_msg("no child");
    return NULL;
}

/* own, peer: the host's view; in_own, in_peer: what the peer's checksums cover. */
static inline void assert_ends(const struct pair_host *h, const char *own, const char *peer,
                               const char *in_own, const char *in_peer)
{
    const struct esp_pair *e = live_pair(h);
    assert_int_equal(e->mode, ESP_MODE_TRANSPORT);
    assert_addr(&e->ends.local, own);
    assert_addr(&e->ends.remote, peer);
    assert_addr(&e->ends_in.local, in_own);
    assert_addr(&e->ends_in.remote, in_peer);
    assert_int_equal(e->local_ts.count, 1);
    assert_int_equal(e->remote_ts.count, 1);
    assert_addr(&e->local_ts.list[0].lo, own);
    assert_addr(&e->remote_ts.list[0].hi, peer);
    assert_int_equal(e->remote_ts.list[0].protocol, 17);
    assert_int_equal(e->remote_ts.list[0].port_hi, 1701);
}

/* The first key is this identity's, too. */
static inline void secret_add(struct ike_conf *conf, const char *remote)
{
    struct ike_secret *list = base_secret_new(2 * sizeof *list);
    list[0] = list[1] = conf->secrets[0];
    list[1].remote = pair_id(remote);
    base_secret_free(conf->secrets);
    conf->secrets = list;
    conf->n_secrets = 2;
}

/* b takes any identity, and has keys for @a and @c. */
static inline void b_takes_both(struct pair *p)
{
    p->h[1].conf->conns[0].remote_id = (struct ike_id){.pattern = IKE_ID_ANY};
    secret_add(p->h[1].conf, "@c");
}

/* Another one calls from behind the same NAT, as @c; of @a nothing is heard any more. */
static inline void c_calls(struct pair *p)
{
    struct pair_host *h = &p->h[0];
    ike_free(h->ike);
    for (size_t i = 0; i < h->n_children; i++)
        h->children[i].is_removed = true;
    h->conf->conns[0].local_id = h->conf->secrets[0].local = pair_id("@c");
    h->addr = pair_addr("192.0.2.2");
    p->nat_shift = 7;
    ike_conf_seal(h->conf);
    pair_boot(p, 0);
    pair_connect(p);
}

/* What is held is delivered up to b's first message of this exchange, whose job is left to be run. */
static inline void b_waits(struct pair *p, uint8_t exchange)
{
    struct pair_host *b = &p->h[1];
    const size_t jobs = b->n_jobs;
    while (!b->hold_jobs) {
        assert_true(p->head < p->tail);
        const struct pair_packet *next = &p->queue[p->head];
        b->hold_jobs = next->to == 1 && next->bytes[18] == exchange;
        pair_deliver_one(p);
    }
    b->hold_jobs = false;
    assert_int_equal(b->n_jobs, jobs + 1);
}

/* The jobs of b that wait are done, one after the other. */
static inline void b_goes_on(struct pair *p)
{
    const size_t n = p->h[1].n_jobs;
    p->h[1].n_jobs = 0;
    for (size_t i = 0; i < n; i++) {
        pair_job(p, 1, p->h[1].jobs[i]);
        pair_drain(p);
    }
}
