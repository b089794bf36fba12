/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The engines of ike_pair.h with connections of IKEv1. */
#include "ike_pair.h"
#include "crypt_proposal.h"

static inline struct crypt_proposal pair_v1_proposal(const char *text, enum crypt_protocol protocol)
{
    struct crypt_proposal p;
    char why[200];
    if (crypt_proposal_parse(text, protocol, &p, why, sizeof why) != 0)
        fail_msg("%s: %s", text, why);
    return p;
}

/* Of both hosts: this version, these algorithms. Before pair_start(). */
static inline struct pair *pair_v1_new(const char *ike, const char *esp)
{
    struct pair *p = pair_new();
    for (int i = 0; i < 2; i++) {
        struct ike_conn_conf *c = &p->h[i].conf->conns[0];
        c->version = 1;
        c->proposals[0] = pair_v1_proposal(ike, CRYPT_PROTOCOL_IKE);
        c->n_proposals = 1;
        c->children[0].proposals[0] = pair_v1_proposal(esp, CRYPT_PROTOCOL_ESP);
        c->children[0].n_proposals = 1;
        c->dpd_s = 0;
    }
    return p;
}

#define PAIR_V1_IKE "aes256-sha256-modp2048"
#define PAIR_V1_ESP "aes128gcm16-noesn"

static inline struct ike_sa_view pair_v1_view(struct pair *p, int i)
{
    struct ike_sa_view v;
    assert_true(ike_show_next(p->h[i].ike, 0, &v));
    return v;
}

static inline struct pair *pair_v1_up(void)
{
    struct pair *p = pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP);
    pair_start(p);
    pair_connect(p);
    pair_check_one(p);
    return p;
}

/* Whether a child of this host is there and sends. */
static inline bool pair_v1_sends(const struct pair_host *h)
{
    for (size_t i = 0; i < h->n_children; i++)
        if (!h->children[i].is_removed && h->children[i].is_active)
            return true;
    return false;
}
