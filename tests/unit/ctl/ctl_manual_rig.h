/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * A node that remembers the pairs that are installed, and configurations with keys made by hand. For tests of
 * whatever deals with these.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base_secret.h"
#include "ctl.h"
#include "host_log.h"
#include "node_event.h"
#include "node_request.h"
#include "node_view.h"

#define RIG_PAIRS 1000

struct rig_pair {
    uint32_t spi_in, spi_out;
    uint64_t ike_id;
    uint16_t encr_bits;
    enum esp_way way;
    bool esn, active;
    uint32_t replay_window, conn;
    struct esp_path path;
    struct esp_keymat in, out;
    struct base_ts local, remote;
};

static struct {
    struct rig_pair list[RIG_PAIRS]; /* spi_in 0: removed */
    size_t n, reserved, released, opened, closed;
    uint32_t next_spi;
    size_t fail_at; /* the pair with this place cannot be installed */
    bool is_full;   /* no SPI is left */
    int route;      /* what node_view_local() says */
    struct node_mtu mtu;
} rig;

static struct ctl ctl;

static struct rig_pair *rig_pair_of(uint32_t spi_in)
{
    for (size_t i = 0; i < rig.n; i++)
        if (spi_in && rig.list[i].spi_in == spi_in)
            return &rig.list[i];
    return NULL;
}

static inline size_t rig_live(void)
{
    size_t n = 0;
    for (size_t i = 0; i < rig.n; i++)
        n += rig.list[i].spi_in != 0;
    return n;
}

static int rig_install(const struct esp_pair *p)
{
    if (rig.fail_at && rig.n + 1 >= rig.fail_at)
        return -ENOMEM;
    assert_true(rig.n < RIG_PAIRS);
    assert_int_equal(p->encr, CRYPT_ENCR_AES_GCM_16);
    assert_true(p->mode == ESP_MODE_TUNNEL && !p->follow && p->local_ts.count >= 1 &&
                p->remote_ts.count == 1);
    assert_int_equal(p->soft_pkts + p->hard_pkts + p->soft_bytes + p->hard_bytes, 0);
    rig.list[rig.n++] = (struct rig_pair){
        p->spi_in,           p->spi_out,          p->ike_id, p->encr_bits, p->way,     p->esn,
        p->active,           p->replay_window,    p->conn,   p->path,      p->keys_in, p->keys_out,
        p->local_ts.list[0], p->remote_ts.list[0]};
    return 0;
}

int node_do(struct node *node, struct node_request *r)
{
    struct rig_pair *p;
    (void)node;
    switch (r->type) {
    case NODE_SPI_RESERVE:
        if (rig.is_full)
            return -ENOSPC;
        rig.reserved++;
        r->spi_in = 0xc0000000 + ++rig.next_spi * 7;
        return 0;
    case NODE_SPI_RELEASE:
        rig.released++;
        return 0;
    case NODE_CONN_OPEN:
        r->conn = (uint32_t)++rig.opened;
        return 0;
    case NODE_CONN_CLOSE:
        rig.closed++;
        return 0;
    case NODE_PAIR_INSTALL:
        return rig_install(&r->pair);
    case NODE_PAIR_MTU:
        rig.mtu = r->mtu;
        return 0;
    case NODE_PAIR_REMOVE:
        p = rig_pair_of(r->spi_in);
        assert_non_null(p);
        p->spi_in = 0;
        return 0;
    default:
        fail_msg("request %d", r->type);
        return -EINVAL;
    }
}

int node_view_local(const struct node *node, const struct base_addr *to, struct base_addr *local)
{
    (void)node;
    (void)to;
    *local = base_addr_ip4(0xc0000201);
    return rig.route;
}

int node_view_pair(const struct node *node, uint32_t spi_in, struct node_pair_view *out)
{
    const struct rig_pair *p = rig_pair_of(spi_in);
    (void)node;
    if (!p)
        return -ENOENT;
    *out = (struct node_pair_view){
        .spi_in = spi_in, .spi_out = p->spi_out, .ike_id = p->ike_id, .in = {3, 300, 4, {0}}, .bad_icv = 2};
    return 0;
}

base_time ctl_now(void)
{
    return (base_time){1000 * BASE_NS_PER_S};
}

/* Of nothing but these; each text names members of one. */
static inline struct conf *rig_conf(const char *const names[], const uint32_t counts[], size_t n)
{
    static struct base_ts here = {.port_hi = UINT16_MAX};
    struct conf *conf = calloc(1, sizeof *conf);
    here.lo = base_addr_ip4(0x0a010000);
    here.hi = base_addr_ip4(0x0a01ffff);
    conf->ike = ike_conf_new();
    ike_conf_seal(conf->ike);
    conf->is_lab = true;
    conf->n_manuals = n;
    conf->manuals = base_secret_new(n * sizeof *conf->manuals);
    for (size_t i = 0; i < n; i++) {
        struct conf_manual *m = &conf->manuals[i];
        const struct base_ts_list nets = {.count = 1, .list = {here}};
        snprintf(m->name, sizeof m->name, "%s", names[i]);
        m->peer = base_addr_ip4(0xc0000202);
        m->peer_port = 4500;
        m->remote = (struct base_prefix){base_addr_ip4(0x0a080000 + (uint32_t)i * 0x10000), 32};
        m->count = counts[i];
        m->spi_out = 0x1000;
        m->esn = true;
        m->replay_window = 64;
        m->key_len = 20;
        assert_true(base_ts_set(&m->local_ts, &nets));
    }
    return conf;
}

static int rig_start(void **state)
{
    (void)state;
    host_log_set_level(HOST_ERR);
    memset(&ctl, 0, sizeof ctl);
    memset(&rig, 0, sizeof rig);
    return 0;
}

static int rig_stop(void **state)
{
    (void)state;
    ctl_manual_close(&ctl);
    conf_free(ctl.conf);
    return 0;
}
