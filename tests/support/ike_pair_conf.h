/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What the engines of ike_pair.h are configured with: addresses, selectors, identities, one connection. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base_secret.h"
#include "ike.h"

static inline struct base_addr pair_addr(const char *text)
{
    struct base_addr a = {0};
    assert_int_equal(base_addr_parse(text, &a), 0);
    return a;
}

static inline void pair_ts_add(struct base_ts_list *l, const char *prefix)
{
    struct base_prefix p;
    assert_int_equal(base_prefix_parse(prefix, &p), 0);
    struct base_ts *t = &l->list[l->count++];
    *t = (struct base_ts){.port_hi = UINT16_MAX};
    base_prefix_range(&p, &t->lo, &t->hi);
}

/* The same to a list that is kept. */
static inline void pair_ts(struct base_ts_list **kept, const char *prefix)
{
    struct base_ts_list l = {0};
    if (*kept)
        base_ts_copy(&l, *kept);
    pair_ts_add(&l, prefix);
    assert_true(base_ts_set(kept, &l));
}

/* The prefix alone, whatever was there. */
static inline void pair_ts_only(struct base_ts_list **kept, const char *prefix)
{
    (void)base_ts_set(kept, NULL);
    pair_ts(kept, prefix);
}

/* A connection of pair_conf() with a second child. */
static inline void pair_child_add(struct ike_conn_conf *c, const char *local_net, const char *remote_net)
{
    struct ike_child_conf *k = &c->children[c->n_children++];
    ike_child_conf_defaults(k);
    snprintf(k->name, IKE_NAME_MAX, "second");
    pair_ts(&k->local_ts, local_net);
    pair_ts(&k->remote_ts, remote_net);
}

/* A connection with one child less. */
static inline void pair_last_child_drop(struct ike_conn_conf *c)
{
    struct ike_child_conf *last = &c->children[--c->n_children];
    (void)base_ts_set(&last->local_ts, NULL);
    (void)base_ts_set(&last->remote_ts, NULL);
}

static inline struct ike_id pair_id(const char *text)
{
    struct ike_id id;
    char why[200] = "";
    if (ike_id_parse(text, &id, why, sizeof why) != 0)
        fail_msg("%s: %s", text, why);
    return id;
}

/* A copy with room of its own for its long values, and without children. */
static inline void pair_conn_copy(struct ike_conn_conf *to, const struct ike_conn_conf *from)
{
    struct ike_conn_conf fresh;
    assert_true(ike_conn_conf_defaults(&fresh));
    *to = *from;
    to->n_children = 0;
    to->children = NULL;
    to->bulk = fresh.bulk;
#define PAIR_OWN(member) \
    (to->member = memcpy(fresh.member, from->member, sizeof(((struct ike_bulk *)0)->member)))
    PAIR_OWN(local_addrs);
    PAIR_OWN(remote_name);
    PAIR_OWN(remote_from);
    PAIR_OWN(groups);
    PAIR_OWN(proposals);
    PAIR_OWN(redirect_to);
    PAIR_OWN(pools);
#undef PAIR_OWN
}

/* One connection with one child between these identities. */
static inline struct ike_conf *pair_conf(const char *name, const char *local, const char *remote,
                                         const char *psk, const char *local_net, const char *remote_net)
{
    struct ike_conf *conf = ike_conf_new();
    conf->sas_max = 64;
    conf->n_conns = conf->n_secrets = 1;
    conf->conns = calloc(1, sizeof *conf->conns);
    conf->secrets = base_secret_new(sizeof *conf->secrets);
    struct ike_conn_conf *c = &conf->conns[0];
    ike_conn_conf_defaults(c);
    snprintf(c->name, sizeof c->name, "%s", name);
    c->local_id = conf->secrets[0].local = pair_id(local);
    c->remote_id = conf->secrets[0].remote = pair_id(remote);
    conf->secrets[0].psk_len = (uint16_t)strlen(psk);
    memcpy(conf->secrets[0].psk, psk, strlen(psk));
    c->n_children = 1;
    c->children = calloc(2, sizeof *c->children);
    ike_child_conf_defaults(&c->children[0]);
    snprintf(c->children[0].name, IKE_NAME_MAX, "net");
    pair_ts(&c->children[0].local_ts, local_net);
    pair_ts(&c->children[0].remote_ts, remote_net);
    c->mobike = false; /* of which some tests say otherwise */
    c->retransmit_ms = 1000;
    c->retransmit_tries = 3;
    return conf;
}
