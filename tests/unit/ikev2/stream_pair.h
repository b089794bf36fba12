/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Two engines of which one may call the other by TCP. */
#include "ike_pair.h"

static inline struct ike_sa_view view(struct pair *p, int i)
{
    struct ike_sa_view v;
    assert_true(ike_show_next(p->h[i].ike, 0, &v));
    return v;
}

static inline bool is_at(struct pair *p, int i, const struct ike_path *path)
{
    const struct ike_sa_view v = view(p, i);
    return ike_path_equal(&v.path, path);
}

static inline struct pair *tcp_new(enum ike_tcp tcp)
{
    struct pair *p = pair_new();
    p->has_tcp = true;
    p->h[0].conf->conns[0].tcp = tcp;
    return p;
}

static inline struct pair *tcp_up(void)
{
    struct pair *p = tcp_new(IKE_TCP_ALWAYS);
    pair_start(p);
    pair_connect(p);
    assert_int_equal(pair_live(&p->h[0]), 1);
    assert_int_equal(pair_live(&p->h[1]), 1);
    return p;
}
