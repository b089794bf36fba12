/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Runs a script (ike_script.h) against one engine whose cryptography accepts everything: protected messages
 * made from the input reach the handlers behind SK, AUTH of zeros is right, cookies are zeros. The engine
 * answers calls and calls itself when the script says so. Checked: caps, SPIs neither lost nor freed twice,
 * installs and removals in pairs, no key left, and what the sanitizers see.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base_secret.h"
#include "ike.h"
#include "ike_script.h"
#include "null_crypt.h"
#include "seed_rng.h"
#include "wire_natt.h"

#define SPIS_MAX   256
#define PAIRS_MAX  512
#define JOBS_MAX   256
#define STEPS_MAX  200
#define HALF_OPEN  8
#define TIMERS_MAX 1000

#ifndef FUZZ_V1
#define FUZZ_V1              0
#define FUZZ_IS_V1(msg, hdr) false
#endif

#define MUST(cond)                                                             \
    do {                                                                       \
        if (!(cond)) {                                                         \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #cond); \
            abort();                                                           \
        }                                                                      \
    } while (0)

/* An IKE SPI of the engine and the message ids seen under it. */
struct own_spi {
    uint64_t spi;
    uint32_t its_request; /* the engine's last */
    uint32_t our_request; /* the next of ours */
};

struct pair {
    uint32_t spi_in;
    bool is_installed;
};

static struct fuzz {
    struct ike *ike;
    struct seed_rng rng;
    base_time now;
    size_t n_spis, n_pairs, n_jobs;
    struct own_spi spis[SPIS_MAX];
    struct pair pairs[PAIRS_MAX];
    struct ike_job *jobs[JOBS_MAX];
    bool holds_jobs;
    size_t last_len;
    uint8_t last[WIRE_IKE_MSG_MAX];
} f;

static void env_rng(void *ctx, enum ike_rng_purpose purpose, void *buf, size_t len)
{
    seed_rng_fill(&f.rng, buf, len);
    if (purpose != IKE_RNG_SPI || len != 8 || f.n_spis == SPIS_MAX)
        return;
    memcpy(&f.spis[f.n_spis++].spi, buf, len); /* the engine draws it as a number */
}

static struct pair *pair_of(uint32_t spi_in)
{
    for (size_t i = 0; i < f.n_pairs; i++)
        if (f.pairs[i].spi_in == spi_in)
            return &f.pairs[i];
    return NULL;
}

static int env_spi_alloc(void *ctx, uint32_t *spi)
{
    if (f.n_pairs == PAIRS_MAX)
        return -ENOSPC;
    do
        *spi = (uint32_t)seed_rng_between(&f.rng, 256, UINT32_MAX);
    while (pair_of(*spi));
    f.pairs[f.n_pairs++] = (struct pair){.spi_in = *spi};
    return 0;
}

static void pair_drop(struct pair *p)
{
    *p = f.pairs[--f.n_pairs];
}

static void env_spi_free(void *ctx, uint32_t spi)
{
    struct pair *p = pair_of(spi);
    MUST(p && !p->is_installed);
    pair_drop(p);
}

static uint16_t env_mtu_for(void *ctx, const struct base_addr *remote)
{
    return 1500;
}

static int env_local_for(void *ctx, const struct base_addr *remote, struct base_addr *local)
{
    *local = base_addr_ip4(0xac100001);
    return 0;
}

/* All keys are the same: AUTH over anything is zeros. */
static int zero_prf(enum crypt_prf prf, struct base_span key, const struct base_span *parts, size_t count,
                    uint8_t *out)
{
    const struct crypt_alg *alg = crypt_alg_find(CRYPT_TYPE_PRF, (uint16_t)prf, 0);
    if (!alg)
        return -EINVAL;
    memset(out, 0, alg->out_bytes);
    return 0;
}

static struct crypt_ike_ops ops;

static void saw_message(struct base_span msg)
{
    struct wire_ike_hdr hdr;
    MUST(wire_ike_hdr_parse(msg, &hdr) == WIRE_IKE_OK || FUZZ_IS_V1(msg, &hdr));
    for (size_t i = 0; i < f.n_spis; i++) {
        struct own_spi *own = &f.spis[i];
        if (own->spi != hdr.spi_i && own->spi != hdr.spi_r)
            continue;
        if (hdr.flags & WIRE_IKE_F_RESPONSE)
            own->our_request = hdr.msgid + 1;
        else
            own->its_request = hdr.msgid;
    }
}

static void act(struct ike_action *a)
{
    struct pair *p = pair_of(a->type == IKE_ACT_SA_INSTALL ? a->install.pair.spi_in : a->spi_in);
    switch (a->type) {
    case IKE_ACT_SEND:
        saw_message(a->bytes);
        break;
    case IKE_ACT_SA_INSTALL:
        MUST(p && !p->is_installed);
        p->is_installed = true;
        break;
    case IKE_ACT_SA_ACTIVATE:
    case IKE_ACT_SA_DEACTIVATE:
    case IKE_ACT_SA_REPATH:
    case IKE_ACT_SA_MTU:
        MUST(p && p->is_installed);
        break;
    case IKE_ACT_SA_REMOVE:
        MUST(p && p->is_installed);
        pair_drop(p);
        break;
    case IKE_ACT_JOB:
        MUST(f.n_jobs < JOBS_MAX);
        f.jobs[f.n_jobs++] = a->job;
        break;
    case IKE_ACT_KEEPALIVE:
    case IKE_ACT_AUDIT:
        break;
    }
}

static void drain(void)
{
    static struct ike_action a;
    struct ike_stats s;
    while (ike_next_action(f.ike, &a)) {
        act(&a);
        ike_action_wipe(&a);
    }
    ike_stats(f.ike, &s);
    MUST(s.half_open <= HALF_OPEN && s.ike_sas <= 4 * HALF_OPEN && s.children <= PAIRS_MAX);
}

static void run_jobs(void)
{
    while (f.n_jobs) {
        struct ike_job *job = f.jobs[0];
        memmove(f.jobs, f.jobs + 1, --f.n_jobs * sizeof *f.jobs);
        ike_job_run(&ops, job);
        ike_on_event(f.ike, f.now, &(struct ike_event){.type = IKE_EV_JOB_DONE, .job = job});
        drain();
    }
}

static void pass(uint64_t ns)
{
    base_time until = base_time_add(f.now, ns);
    for (int i = 0; i < TIMERS_MAX && ike_deadline(f.ike).ns <= until.ns; i++) {
        if (ike_deadline(f.ike).ns > f.now.ns)
            f.now = ike_deadline(f.ike);
        ike_on_timer(f.ike, f.now);
        drain();
        run_jobs();
    }
    f.now = until;
}

static struct ike_path path_of(uint8_t where)
{
    bool natt = where & IKE_SCRIPT_NATT;
    uint32_t i = where & 3;
    struct ike_path p = {.natt = natt};
    p.local = (struct base_endpoint){base_addr_ip4(0xac100001), natt ? WIRE_NATT_PORT : WIRE_IKE_PORT};
    p.remote.addr = base_addr_ip4(0xc6336407 + i);
    p.remote.port = (uint16_t)(i ? 30000 + i : natt ? WIRE_NATT_PORT : WIRE_IKE_PORT);
    return p;
}

static void deliver(uint8_t where)
{
    struct ike_path path = path_of(where);
    uint8_t *copy = malloc(f.last_len + 1); /* exact size: reads past the end are seen */
    if (!copy)
        return;
    memcpy(copy + 1, f.last, f.last_len);
    ike_on_packet(f.ike, f.now, &path, base_span(copy + 1, f.last_len));
    free(copy);
    drain();
}

static struct own_spi *own_at(uint8_t number)
{
    return number != IKE_SCRIPT_NO_SPI && f.n_spis ? &f.spis[number % f.n_spis] : NULL;
}

static void step_raw(struct base_reader *r)
{
    const struct own_spi *own = own_at(base_read_u8(r));
    uint8_t where = base_read_u8(r);
    size_t len = base_read_u16(r) % WIRE_IKE_MSG_MAX, left = base_reader_left(r);
    struct base_span msg = base_read_span(r, len < left ? len : left);
    f.last_len = msg.len;
    if (msg.len)
        memcpy(f.last, msg.ptr, msg.len);
    if (own && msg.len >= 20) {
        struct base_writer w = base_writer(f.last + (msg.ptr[19] & WIRE_IKE_F_INITIATOR ? 8 : 0), 8);
        base_write_u64(&w, own->spi);
    }
    deliver(where);
}

/* By IKEv1: in clear or as it would be decrypted, which with this cryptography is the same. */
static void fuzz_v1_message(const struct wire_ike_hdr *like, uint8_t first, struct base_span chain)
{
    struct wire_ike_hdr hdr = *like;
    hdr.version = WIRE_IKE_V1_MAJOR << 4;
    struct wire_ike_builder b = wire_ike_build(f.last, sizeof f.last, &hdr);
    base_write_span(&b.w, chain);
    while (hdr.flags & 1 && (b.w.pos - WIRE_IKE_HDR_BYTES) % 16)
        base_write_u8(&b.w, 0);
    f.last_len = wire_ike_finish(&b).len;
    f.last[16] = first;
}

/* total 0: under SK. */
static void step_sealed(struct base_reader *r, uint8_t number, uint8_t total)
{
    const struct own_spi *own = own_at(base_read_u8(r));
    uint8_t where = base_read_u8(r);
    struct wire_ike_hdr hdr = {.version = WIRE_IKE_MAJOR << 4};
    hdr.flags = base_read_u8(r);
    hdr.exchange = base_read_u8(r);
    uint8_t id = base_read_u8(r), first = base_read_u8(r);
    uint64_t peer = base_read_u64(r), ours = own ? own->spi : 0;
    size_t len = base_read_u16(r) % (WIRE_IKE_MSG_MAX / 2), left = base_reader_left(r);
    struct base_span chain = base_read_span(r, len < left ? len : left);
    bool from_initiator = hdr.flags & WIRE_IKE_F_INITIATOR;
    hdr.spi_i = from_initiator ? peer : ours;
    hdr.spi_r = from_initiator ? ours : peer;
    hdr.msgid = id;
    if (id == IKE_SCRIPT_ID_AUTO)
        hdr.msgid = !own ? 0 : hdr.flags & WIRE_IKE_F_RESPONSE ? own->its_request : own->our_request;
    if (FUZZ_V1) {
        fuzz_v1_message(&hdr, first, chain);
        deliver(where);
        return;
    }
    struct wire_ike_builder b = wire_ike_build(f.last, sizeof f.last, &hdr);
    const size_t iv_len = IKE_SCRIPT_IV_BYTES, icv_len = IKE_SCRIPT_ICV_BYTES;
    uint8_t *iv = total ? wire_ike_put_skf(&b, first, number, total, iv_len, chain.len + 1, icv_len)
                        : wire_ike_put_sk(&b, first, iv_len, chain.len + 1, icv_len);
    MUST(iv);
    memset(iv, 0, IKE_SCRIPT_IV_BYTES + chain.len + 1 + IKE_SCRIPT_ICV_BYTES);
    if (chain.len)
        memcpy(iv + IKE_SCRIPT_IV_BYTES, chain.ptr, chain.len);
    f.last_len = wire_ike_finish(&b).len;
    deliver(where);
}

static struct ike_conf *conf_new(void);

static void step_event(struct base_reader *r)
{
    uint8_t type = base_read_u8(r) % (IKE_EV_TRAFFIC + 1), arg = base_read_u8(r);
    struct ike_event ev = {.type = type, .name = arg & 0x80 ? "nosuch" : "c"};
    ev.rekey_ike = arg & 1;
    ev.spi_in = f.n_pairs ? f.pairs[arg % f.n_pairs].spi_in : arg;
    ev.remote = path_of((uint8_t)(arg | IKE_SCRIPT_NATT)).remote;
    ev.last_in = ev.last_out = f.now;
    ev.mtu = (uint16_t)(arg * 10u);
    ev.is_sure = arg & 4;
    if (type == IKE_EV_JOB_DONE)
        return;
    struct ike_conf *conf = type == IKE_EV_CONF_SWAP ? conf_new() : NULL;
    if (conf) {
        conf->conns[0].dpd_s += arg & 1;
        ike_conf_seal(conf);
        ev.conf = conf;
    }
    ike_on_event(f.ike, f.now, &ev);
    drain();
    ike_conf_put(conf);
}

static void step(struct base_reader *r)
{
    switch (base_read_u8(r) % IKE_SCRIPT_OPS) {
    case IKE_SCRIPT_RAW:
        step_raw(r);
        break;
    case IKE_SCRIPT_SEALED:
        step_sealed(r, 0, 0);
        break;
    case IKE_SCRIPT_FRAGMENT: {
        const uint8_t number = base_read_u8(r);
        step_sealed(r, number, base_read_u8(r));
        break;
    }
    case IKE_SCRIPT_TIME:
        pass(BASE_NS_PER_MS << base_read_u8(r) % 26);
        break;
    case IKE_SCRIPT_EVENT:
        step_event(r);
        break;
    case IKE_SCRIPT_JOBS:
        f.holds_jobs = base_read_u8(r) & 1;
        break;
    default:
        deliver(base_read_u8(r));
    }
    if (!f.holds_jobs || f.n_jobs > JOBS_MAX / 2)
        run_jobs();
}

static void fill_ts(struct base_ts_list **kept, const char *text)
{
    struct base_prefix p;
    struct base_ts_list list = {.count = 1};
    MUST(base_prefix_parse(text, &p) == 0);
    list.list[0].port_hi = 65535;
    base_prefix_range(&p, &list.list[0].lo, &list.list[0].hi);
    MUST(base_ts_set(kept, &list));
}

/* A child for what the two hosts say to each other. */
static void add_hosts(struct ike_child_conf *c)
{
    const struct base_ts_list dynamic = {.count = 1, .list = {{.port_hi = 65535}}};
    ike_child_conf_defaults(c);
    strcpy(c->name, "hosts");
    c->mode = ESP_MODE_TRANSPORT;
    MUST(base_ts_set(&c->local_ts, &dynamic) && base_ts_set(&c->remote_ts, &dynamic));
}

/* The gateway of the simulated pair, not sealed. */
static struct ike_conf *conf_new(void)
{
    char why[256];
    struct ike_conf *conf = ike_conf_new();
    MUST(conf);
    conf->conns = calloc(1, sizeof *conf->conns);
    conf->secrets = base_secret_new(sizeof *conf->secrets);
    MUST(conf->conns && conf->secrets);
    conf->n_conns = conf->n_secrets = 1;
    struct ike_conn_conf *c = conf->conns;
    ike_conn_conf_defaults(c);
    strcpy(c->name, "c");
    MUST(ike_id_parse("203.0.113.1", &c->local_id, why, sizeof why) == 0);
    MUST(ike_id_parse("@foo", &c->remote_id, why, sizeof why) == 0);
    c->version = FUZZ_V1 ? 1 : 2;
    c->aggressive = FUZZ_V1 ? IKE_AGGRESSIVE_WITH_PSK : IKE_AGGRESSIVE_NO;
    c->remote_addr = base_addr_ip4(0xc6336407);
    c->n_children = 1;
    c->children = calloc(2, sizeof *c->children);
    MUST(c->children);
    if (FUZZ_V1)
        add_hosts(&c->children[c->n_children++]);
    ike_child_conf_defaults(c->children);
    strcpy(c->children->name, "net");
    fill_ts(&c->children->local_ts, "10.103.0.0/24");
    fill_ts(&c->children->remote_ts, "10.104.0.0/24");
    conf->secrets->local = c->local_id;
    conf->secrets->remote = c->remote_id;
    conf->secrets->psk_len = 6;
    memcpy(conf->secrets->psk, "secret", 6);
    conf->half_open_max = HALF_OPEN;
    conf->cookie_threshold = 4;
    conf->sas_max = 4 * HALF_OPEN;
    return conf;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ike_env env = {.rng = env_rng,
                          .crypto = &ops,
                          .spi_alloc = env_spi_alloc,
                          .spi_free = env_spi_free,
                          .local_for = env_local_for,
                          .mtu_for = env_mtu_for};
    ops = null_ike_ops;
    ops.prf = zero_prf;
    null_crypt_accept_all(true);
    null_crypt_seed(1);
    memset(&f, 0, sizeof f);
    f.rng = seed_rng(1);
    f.now = (base_time){1000 * BASE_NS_PER_S};
    struct ike_conf *conf = conf_new();
    ike_conf_seal(conf);
    f.ike = ike_new(&env, conf, f.now);
    MUST(f.ike);
    ike_conf_put(conf);
    drain();
    struct base_reader r = base_reader(base_span(data, size));
    for (int steps = 0; steps < STEPS_MAX && base_reader_left(&r); steps++)
        step(&r);
    run_jobs();
    ike_on_event(f.ike, f.now, &(struct ike_event){.type = IKE_EV_SHUTDOWN});
    drain();
    run_jobs();
    pass(3600 * BASE_NS_PER_S);
    struct ike_stats s;
    ike_stats(f.ike, &s);
    MUST(s.ike_sas == 0 && s.half_open == 0 && s.children == 0 && s.jobs == 0);
    MUST(f.n_pairs == 0);
    ike_free(f.ike);
    MUST(null_crypt_live_keys() == 0);
    return 0;
}
