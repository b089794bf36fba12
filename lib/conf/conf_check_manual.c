/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Keys made by hand beside everything else: names that no connection has, addresses that fit the ports, and
 * networks that nobody else may get, since IKE does not know of these SAs when it looks whether a network is
 * somebody's already.
 */
#include "conf_int.h"

#include "ike_grant.h"

/* A connection with keys made by hand, while it is held against others. */
struct held {
    struct conf_reader *r;
    const struct conf_manual *manual;
    struct base_ts range;
    bool is_told; /* one is enough */
};

static void held_against(struct held *h, const struct base_ts *other, const char *what, const char *name)
{
    if (h->is_told || !conf_ranges_meet(other, &h->range.lo, &h->range.hi))
        return;
    const struct base_ts_list nets = {.count = 1, .list = {*other}};
    char sentence[256];
    struct base_text text = base_text(sentence, sizeof sentence);
    base_ts_text(&text, &nets);
    conf_fail(h->r, "its remote networks overlap %s of %s \"%s\"; each must be one peer's", sentence, what,
              name);
    h->is_told = true;
}

static void held_against_list(struct held *h, const struct base_ts_list *list, const char *what,
                              const char *name)
{
    for (size_t i = 0; i < base_ts_count(list); i++)
        held_against(h, &list->list[i], what, name);
}

static void held_against_conn(struct held *h, const struct ike_conn_conf *c)
{
    for (size_t i = 0; i < c->n_children; i++)
        held_against_list(h, c->children[i].remote_ts, "connection", c->name);
    for (uint32_t i = 0; i < c->n_grants; i++)
        held_against_list(h, c->conf->grants->list[c->first_grant + i].remote_ts, "connection", c->name);
}

static void held_against_all(struct held *h, const struct conf *conf)
{
    const struct ike_conf *ike = conf->ike;
    for (const struct conf_manual *m = conf->manuals; m < h->manual; m++) {
        const struct base_ts range = conf_manual_range(m);
        held_against(h, &range, "manual", m->name);
    }
    for (size_t i = 0; i < ike->n_conns && !h->is_told; i++)
        held_against_conn(h, &ike->conns[i]);
    for (size_t i = 0; i < ike->n_pools; i++)
        held_against_list(h, ike->pools[i].ranges, "pool", ike->pools[i].name);
}

static void manual_check_addresses(struct conf_reader *r, const struct conf *conf,
                                   const struct conf_manual *m)
{
    char text[BASE_ADDR_TEXT_MAX];
    if (m->local.family != BASE_AF_NONE && !conf_may_be_outside_address(conf, &m->local))
        conf_fail(r, "local_address %s is no address of an outside port", base_addr_text(&m->local, text));
    if (conf_is_outside_address(conf, &m->peer))
        conf_fail(r, "peer_address %s is our own", base_addr_text(&m->peer, text));
}

/* Together they must fit the data path's table of SAs. */
static void manual_check_sum(struct conf_reader *r, const struct conf *conf)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < conf->n_manuals; i++)
        sum += conf->manuals[i].count;
    if (sum > CONF_MANUAL_PAIRS)
        conf_fail(r, "there is room for %u pairs of SAs, and these are %llu in all; lower \"count\"",
                  CONF_MANUAL_PAIRS, (unsigned long long)sum);
}

void conf_check_manuals(struct conf_reader *r, const struct conf *conf)
{
    const size_t mark = conf_enter(r, "manual");
    manual_check_sum(r, conf);
    for (size_t i = 0; i < conf->n_manuals; i++) {
        const struct conf_manual *m = &conf->manuals[i];
        struct held h = {.r = r, .manual = m, .range = conf_manual_range(m)};
        const size_t at = conf_enter(r, m->name);
        if (ike_conf_conn(conf->ike, m->name))
            conf_fail(r, "a connection has this name, too; commands could not tell them apart");
        manual_check_addresses(r, conf, m);
        held_against_all(&h, conf);
        conf_leave(r, at);
    }
    conf_leave(r, mark);
}
