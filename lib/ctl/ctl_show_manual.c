/* SPDX-License-Identifier: BSD-3-Clause */
/* Connections with keys made by hand as documents: what their peer must know, and their SPIs. */
#include "ctl_api_cmd.h"

#include <string.h>

#include "api.h"
#include "base_text.h"
#include "ctl_aside.h"
#include "ctl_json.h"
#include "ctl_page.h"
#include "node_view.h"

#define PAIRS_AT_ONCE   256
#define PLACE_PAIR_BITS 17 /* of a page's place: the pair, and above it the connection's id */

_Static_assert(CONF_MANUAL_SAS < 1 << PLACE_PAIR_BITS, "a pair fits its bits");

/* The argument "connection". False: it is none of these. */
static bool manual_argument(struct ctl *ctl, const json_t *args, const struct ctl_manual **only,
                            struct ctl_refusal *refusal)
{
    const json_t *v = json_object_get(args, "connection");
    *only = ctl_manual_find(ctl, json_string_value(v));
    if (!v || *only)
        return true;
    if (!json_is_string(v))
        ctl_refuse(refusal, API_ERR_BAD_ARGUMENT, "\"connection\" must be a text");
    else
        ctl_refuse(refusal, API_ERR_NOT_FOUND,
                   "no connection \"%.63s\" has keys made by hand; see: culvertctl show manual",
                   json_string_value(v));
    return false;
}

static json_t *nonce_text(const uint8_t nonce[CTL_MANUAL_NONCE_BYTES])
{
    char digits[2 * CTL_MANUAL_NONCE_BYTES + 1];
    struct base_text t = base_text(digits, sizeof digits);
    base_text_add_hex(&t, base_span(nonce, CTL_MANUAL_NONCE_BYTES));
    return json_string(digits);
}

static json_t *remote_nets(const struct conf_manual *conf)
{
    const struct base_ts_list all = {.count = 1, .list = {conf_manual_range(conf)}};
    return ctl_json_selectors(&all);
}

/* What all its pairs counted, in slices: there may be 100,000 of them. No command is taken in between, so
 * that none of them goes. */
static json_t *manual_totals(struct ctl *ctl, const struct ctl_manual *m)
{
    struct node_pair_view sum = {0}, v;
    json_t *totals = json_object();
    for (uint32_t i = 0; i < m->count; i++) {
        if (i % PAIRS_AT_ONCE == PAIRS_AT_ONCE - 1)
            ctl_aside_turn(ctl);
        if (node_view_pair(ctl->node, m->spis[i], &v) < 0)
            continue;
        sum.in.pkts += v.in.pkts;
        sum.in.bytes += v.in.bytes;
        sum.out.pkts += v.out.pkts;
        sum.out.bytes += v.out.bytes;
        sum.replay_drops += v.replay_drops;
        sum.bad_icv += v.bad_icv;
        sum.bad_trailer += v.bad_trailer;
        sum.policy_drops += v.policy_drops;
        sum.limit_drops += v.limit_drops;
    }
    ctl_json_num(totals, "in_pkts", sum.in.pkts);
    ctl_json_num(totals, "in_bytes", sum.in.bytes);
    ctl_json_num(totals, "out_pkts", sum.out.pkts);
    ctl_json_num(totals, "out_bytes", sum.out.bytes);
    ctl_json_set_drops(totals, &sum);
    return totals;
}

/* What there is of it while it is up. */
static void manual_up(struct ctl *ctl, const struct ctl_manual *m, json_t *o)
{
    ctl_json_set(o, "nonce", nonce_text(m->nonce));
    ctl_json_set(o, "age_s", ctl_json_since(ctl_now(), m->begun_at));
    ctl_json_set(o, "from",
                 m->path.local.port ? ctl_json_endpoint(&m->path.local) : ctl_json_addr(&m->path.local.addr));
    ctl_json_set(o, "first_spi_in", ctl_json_spi(m->spis[0]));
    ctl_json_set(o, "totals", manual_totals(ctl, m));
}

static json_t *manual(struct ctl *ctl, const struct ctl_manual *m)
{
    const struct conf_manual *conf = conf_manual_find(ctl->conf, m->name);
    const struct base_endpoint peer = {conf->peer, conf->peer_port};
    json_t *o = json_object();
    ctl_json_set(o, "name", ctl_json_text(m->name));
    ctl_json_set(o, "state", json_string(m->count ? "up" : "down"));
    ctl_json_num(o, "sas", m->count);
    ctl_json_num(o, "count", conf->count);
    ctl_json_set(o, "encryption",
                 json_string(conf->encr == CONF_MANUAL_AES256GCM16 ? "aes256gcm16" : "aes128gcm16"));
    ctl_json_set(o, "transport", json_string(conf->encap == CONF_MANUAL_UDP ? "UDP" : "ESP"));
    ctl_json_set(o, "esn", json_boolean(conf->esn));
    ctl_json_num(o, "replay_window", conf->replay_window);
    ctl_json_set(o, "peer",
                 conf->encap == CONF_MANUAL_UDP ? ctl_json_endpoint(&peer) : ctl_json_addr(&conf->peer));
    ctl_json_set(o, "local", ctl_json_selectors(conf->local_ts));
    ctl_json_set(o, "remote", remote_nets(conf));
    ctl_json_set(o, "first_spi_out", ctl_json_spi(conf->spi_out));
    if (m->count)
        manual_up(ctl, m, o);
    return o;
}

json_t *ctl_show_manual(struct ctl *ctl, const json_t *args, struct ctl_refusal *refusal)
{
    const struct ctl_manual *only;
    if (!manual_argument(ctl, args, &only, refusal))
        return NULL;
    json_t *list = json_array();
    for (const struct ctl_manual *m = ctl->manuals.list; m < ctl->manuals.list + ctl->manuals.n; m++)
        if (!only || m == only)
            json_array_append_new(list, manual(ctl, m));
    return json_pack("{s:b, s:o}", "lab", ctl->conf->is_lab, "manual", list);
}

static json_t *pair(const struct ctl *ctl, const struct ctl_manual *m, uint32_t i)
{
    const struct conf_manual *conf = conf_manual_find(ctl->conf, m->name);
    const struct base_ts_list remote = {.count = 1, .list = {conf_manual_ts(conf, i)}};
    struct node_pair_view v;
    json_t *o = json_object();
    ctl_json_set(o, "connection", ctl_json_text(m->name));
    ctl_json_num(o, "index", i);
    ctl_json_set(o, "spi_in", ctl_json_spi(m->spis[i]));
    ctl_json_set(o, "spi_out", ctl_json_spi(conf->spi_out + i));
    ctl_json_set(o, "remote", ctl_json_selectors(&remote));
    if (node_view_pair(ctl->node, m->spis[i], &v) < 0)
        return o;
    ctl_json_set(o, "in", ctl_json_direction(&v.in));
    ctl_json_set(o, "out", ctl_json_direction(&v.out));
    ctl_json_set_drops(o, &v);
    return o;
}

/* The one with the lowest id of at least `id` that is up. NULL: there is none. */
static const struct ctl_manual *manual_next(const struct ctl *ctl, const struct ctl_manual *only, uint64_t id)
{
    const struct ctl_manual *best = NULL;
    for (const struct ctl_manual *m = ctl->manuals.list; m < ctl->manuals.list + ctl->manuals.n; m++)
        if (m->count && m->id >= id && (!only || m == only) && (!best || m->id < best->id))
            best = m;
    return best;
}

json_t *ctl_show_spis(struct ctl *ctl, const json_t *args, struct ctl_refusal *refusal)
{
    const struct ctl_manual *only, *m;
    struct ctl_page page;
    if (!manual_argument(ctl, args, &only, refusal) || !ctl_page_begin(&page, args, refusal))
        return NULL;
    json_t *sas = json_array();
    while ((m = manual_next(ctl, only, page.after >> PLACE_PAIR_BITS)) && !ctl_page_is_full(&page)) {
        const bool is_same = page.after >> PLACE_PAIR_BITS == m->id;
        const uint64_t i = is_same ? page.after & ((1 << PLACE_PAIR_BITS) - 1) : 0;
        if (i < m->count) {
            json_array_append_new(sas, pair(ctl, m, (uint32_t)i));
            ctl_page_count(&page, 1);
        }
        page.after = i < m->count ? m->id << PLACE_PAIR_BITS | (i + 1) : (m->id + 1) << PLACE_PAIR_BITS;
    }
    json_t *document = json_pack("{s:o}", "sas", sas);
    ctl_page_end(&page, document);
    return document;
}
