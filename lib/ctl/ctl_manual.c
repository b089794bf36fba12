/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A connection as so many pairs. Inbound SPIs are drawn by the data side as for IKE, so that a pair never
 * gets one whose place in the table somebody has, and whoever sends is told them (show spis). Pairs carry a
 * number that no IKE SA has, by which events of theirs are known.
 */
#include "ctl_manual.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base_wipe.h"
#include "ctl.h"
#include "ctl_aside.h"
#include "host_log.h"
#include "node_event.h"
#include "node_params.h"
#include "node_request.h"
#include "node_view.h"
#include "wire_natt.h"

#define MANUAL_ID     (UINT64_C(1) << 63) /* IKE counts its SAs from 1 on */
#define PAIRS_AT_ONCE 256

_Static_assert(CONF_MANUAL_PAIRS <= NODE_PAIRS_MAX, "what the configuration may ask for fits the table");

/* Where its packets go from and to. */
static int manual_path(const struct ctl *ctl, const struct conf_manual *conf, struct esp_path *path)
{
    const bool has_ports = conf->encap == CONF_MANUAL_UDP;
    *path = (struct esp_path){{conf->local, has_ports ? WIRE_NATT_PORT : 0},
                              {conf->peer, has_ports ? conf->peer_port : 0}};
    return conf->local.family != BASE_AF_NONE ? 0
                                              : node_view_local(ctl->node, &conf->peer, &path->local.addr);
}

/* What all its pairs have in common. */
static void manual_fill(const struct ctl_manual *m, const struct conf_manual *conf,
                        const struct ctl_manual_keys *keys, struct esp_pair *pair)
{
    memset(pair, 0, ESP_PAIR_FIXED_BYTES);
    pair->encr = CRYPT_ENCR_AES_GCM_16;
    pair->encr_bits = conf->encr == CONF_MANUAL_AES256GCM16 ? 256 : 128;
    pair->integ = CRYPT_INTEG_NONE;
    pair->way = conf->encap == CONF_MANUAL_UDP ? ESP_WAY_UDP : ESP_WAY_ESP;
    pair->mode = ESP_MODE_TUNNEL;
    pair->esn = conf->esn;
    pair->replay_window = conf->replay_window;
    pair->active = true;
    pair->conn = m->conn;
    pair->ike_id = MANUAL_ID | m->id;
    pair->path = m->path;
    pair->keys_in = keys->in;
    base_ts_copy(&pair->local_ts, conf->local_ts);
}

/* Reserves an SPI for pair i and installs it. r holds what all have in common, but for the selectors. */
static int manual_install(struct ctl *ctl, const struct conf_manual *conf, const struct ctl_manual_keys *keys,
                          uint32_t i, struct node_request *r, uint32_t *spi_in)
{
    const struct base_ts remote = conf_manual_ts(conf, i);
    struct node_request reserve;
    reserve.type = NODE_SPI_RESERVE;
    int rc = node_do(ctl->node, &reserve);
    if (rc < 0)
        return rc;
    base_ts_set_one(&r->pair.remote_ts, &remote);
    *spi_in = r->pair.spi_in = reserve.spi_in;
    r->pair.spi_out = conf->spi_out + i;
    r->pair.outer_mtu = 0;
    ctl_manual_key_of(keys, i, &r->pair.keys_out);
    rc = node_do(ctl->node, r);
    if (rc < 0)
        node_do_spi(ctl->node, NODE_SPI_RELEASE, *spi_in);
    return rc;
}

static void manual_remove(struct ctl *ctl, const uint32_t *spis, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        node_do_spi(ctl->node, NODE_PAIR_REMOVE, spis[i]);
        if (i % PAIRS_AT_ONCE == PAIRS_AT_ONCE - 1)
            ctl_aside_turn(ctl);
    }
}

/* All of them or none. */
static int manual_install_all(struct ctl *ctl, const struct ctl_manual *m, const struct conf_manual *conf,
                              const struct ctl_manual_keys *keys)
{
    struct node_request r;
    int rc = 0;
    uint32_t n = 0;
    r.type = NODE_PAIR_INSTALL;
    manual_fill(m, conf, keys, &r.pair);
    while (n < conf->count && (rc = manual_install(ctl, conf, keys, n, &r, &m->spis[n])) == 0)
        if (++n % PAIRS_AT_ONCE == 0)
            ctl_aside_turn(ctl);
    esp_pair_wipe(&r.pair);
    if (rc < 0)
        manual_remove(ctl, m->spis, n);
    return rc;
}

static void manual_forget(struct ctl *ctl, struct ctl_manual *m)
{
    struct node_request close;
    close.type = NODE_CONN_CLOSE;
    close.conn = m->conn;
    if (m->conn)
        node_do(ctl->node, &close);
    free(m->spis);
    m->spis = NULL;
    m->count = m->conn = 0;
}

/* With the keys that the nonce makes, which are wiped. */
static int manual_begin_keyed(struct ctl *ctl, struct ctl_manual *m, const struct conf_manual *conf)
{
    struct ctl_manual_keys keys;
    int rc = ctl_random_take(&ctl->random, m->nonce, sizeof m->nonce);
    if (rc == 0)
        rc = ctl_manual_keys_make(conf, m->nonce, &keys);
    if (rc < 0)
        return rc;
    rc = manual_install_all(ctl, m, conf, &keys);
    base_wipe(&keys, sizeof keys);
    return rc;
}

int ctl_manual_begin(struct ctl *ctl, struct ctl_manual *m)
{
    const struct conf_manual *conf = conf_manual_find(ctl->conf, m->name);
    struct node_request open;
    if (m->count)
        return -EALREADY;
    int rc = manual_path(ctl, conf, &m->path);
    if (rc < 0)
        return rc;
    open.type = NODE_CONN_OPEN;
    m->spis = calloc(conf->count, sizeof *m->spis);
    m->conn = node_do(ctl->node, &open) == 0 ? open.conn : 0;
    m->id = ++ctl->manuals.last_id;
    m->is_soft = m->is_hard = false;
    rc = m->spis ? manual_begin_keyed(ctl, m, conf) : -ENOMEM;
    if (rc < 0) {
        manual_forget(ctl, m);
        return rc;
    }
    m->count = conf->count;
    m->begun_at = ctl_now();
    host_log(HOST_WARN,
             "event=manual_begun connection=%s sas=%u effect=\"keys made by hand: no forward secrecy, nobody "
             "proves who he is, nothing renews them; not for real traffic\" show=\"culvertctl show manual\"",
             m->name, m->count);
    return 0;
}

int ctl_manual_end(struct ctl *ctl, struct ctl_manual *m)
{
    const uint32_t n = m->count;
    if (!n)
        return -ENOENT;
    m->count = 0;
    manual_remove(ctl, m->spis, n);
    manual_forget(ctl, m);
    host_log(HOST_NOTICE, "event=manual_ended connection=%s sas=%u", m->name, n);
    return 0;
}

struct ctl_manual *ctl_manual_find(struct ctl *ctl, const char *name)
{
    for (size_t i = 0; name && i < ctl->manuals.n; i++)
        if (strcmp(ctl->manuals.list[i].name, name) == 0)
            return &ctl->manuals.list[i];
    return NULL;
}

static struct ctl_manual *manual_add(struct ctl *ctl, const char *name)
{
    struct ctl_manual *m = &ctl->manuals.list[ctl->manuals.n++];
    *m = (struct ctl_manual){0};
    snprintf(m->name, sizeof m->name, "%s", name);
    return m;
}

const char *ctl_manual_words(int rc, uint32_t count, char out[CTL_MANUAL_WORDS])
{
    switch (rc) {
    case -ENETUNREACH:
        snprintf(out, CTL_MANUAL_WORDS, "%s; give the outside port a gateway, or add a route", strerror(-rc));
        break;
    case -ENOSPC:
        snprintf(
            out, CTL_MANUAL_WORDS,
            "there is no room for %u pairs more: the data path has %u, those of IKE among them; lower its "
            "count",
            count, NODE_PAIRS_MAX);
        break;
    case -ENOMEM:
        snprintf(out, CTL_MANUAL_WORDS, "%s; lower its count, which is %u, or give the machine more memory",
                 strerror(-rc), count);
        break;
    default:
        snprintf(out, CTL_MANUAL_WORDS, "%s", strerror(-rc));
    }
    return out;
}

int ctl_manual_start(struct ctl *ctl, char *why, size_t why_size)
{
    char words[CTL_MANUAL_WORDS];
    for (size_t i = 0; i < ctl->conf->n_manuals; i++) {
        const struct conf_manual *conf = &ctl->conf->manuals[i];
        const int rc = ctl_manual_begin(ctl, manual_add(ctl, conf->name));
        if (rc < 0) {
            snprintf(why, why_size, "manual.%s does not begin with its %u SAs: %s", conf->name, conf->count,
                     ctl_manual_words(rc, conf->count, words));
            return -1;
        }
    }
    return 0;
}

/* Whether both configurations have it, and the same. */
static bool manual_stays(const struct conf *from, const struct conf *to, const char *name)
{
    const struct conf_manual *a = conf_manual_find(from, name), *b = conf_manual_find(to, name);
    return a && b && conf_manual_equal(a, b);
}

void ctl_manual_swap(struct ctl *ctl, const struct conf *former)
{
    struct ctl_manuals *all = &ctl->manuals;
    char words[CTL_MANUAL_WORDS];
    size_t kept = 0;
    for (size_t i = 0; i < all->n; i++) {
        if (manual_stays(former, ctl->conf, all->list[i].name))
            all->list[kept++] = all->list[i];
        else
            ctl_manual_end(ctl, &all->list[i]);
    }
    all->n = kept;
    for (size_t i = 0; i < ctl->conf->n_manuals; i++) {
        const char *name = ctl->conf->manuals[i].name;
        const int rc = ctl_manual_find(ctl, name) ? 0 : ctl_manual_begin(ctl, manual_add(ctl, name));
        if (rc < 0)
            host_log(
                HOST_ERR,
                "event=manual_failed connection=%s sas=%u error=\"%s\" fix=\"culvertctl initiate %s, when "
                "that is mended\"",
                name, ctl->conf->manuals[i].count, ctl_manual_words(rc, ctl->conf->manuals[i].count, words),
                name);
    }
}

void ctl_manual_close(struct ctl *ctl)
{
    for (size_t i = 0; i < ctl->manuals.n; i++)
        free(ctl->manuals.list[i].spis);
    ctl->manuals.n = 0;
}

uint64_t ctl_manual_pairs(const struct ctl *ctl)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < ctl->manuals.n; i++)
        sum += ctl->manuals.list[i].count;
    return sum;
}

/* Once for all pairs of a connection, which come to it together. */
static void manual_tell(struct ctl_manual *m, uint32_t spi_in, bool is_hard)
{
    bool *told = is_hard ? &m->is_hard : &m->is_soft;
    if (!*told)
        host_log(
            HOST_WARN,
            "event=manual_%s connection=%s spi_in=0x%08x effect=\"%s\" fix=\"culvertctl terminate %s, and "
            "initiate, with another nonce\"",
            is_hard ? "used_up" : "runs_out", m->name, spi_in,
            is_hard ? "the sequence numbers of an SA are used up: it sends, or takes, nothing more"
                    : "three quarters of the sequence numbers of an SA are used, and nothing renews it",
            m->name);
    *told = true;
}

bool ctl_manual_event(struct ctl *ctl, const struct node_event *ev)
{
    struct node_pair_view v;
    struct ctl_manual *m = NULL;
    struct node_request r;
    if ((ev->type != NODE_EV_SOFT && ev->type != NODE_EV_HARD && ev->type != NODE_EV_PATH_MTU) ||
        !ctl->manuals.n || node_view_pair(ctl->node, ev->spi_in, &v) < 0 || !(v.ike_id & MANUAL_ID))
        return false;
    for (size_t i = 0; i < ctl->manuals.n; i++)
        if (ctl->manuals.list[i].id == (v.ike_id & ~MANUAL_ID))
            m = &ctl->manuals.list[i];
    if (ev->type != NODE_EV_PATH_MTU) {
        if (m)
            manual_tell(m, ev->spi_in, ev->type == NODE_EV_HARD);
    } else if (ev->path_mtu.is_sure) {
        r.type = NODE_PAIR_MTU;
        r.mtu = (struct node_mtu){ev->spi_in, ev->path_mtu.mtu};
        node_do(ctl->node, &r);
    }
    return true;
}
