/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How long commands hold the control loop. Engine and SA tables are filled with as many SAs as wanted, each
 * of a connection of its own with one child; then a command is asked for, page by page, as culvertctl does,
 * and the CPU time of each answer is taken, from the request line to the answer line.
 *
 * usage: ctl_hold [--one] [SAS [COMMAND [ARGS]]]      (100000, "show sas", none; ARGS as "peer":"@nobody")
 *        --one: the peers call one connection, which is for all of them
 *        ctl_hold SAS reload                  the parts of a reload that changes one connection
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "api.h"
#include "ctl_api_cmd.h"
#include "dp_core.h"
#include "dp_trap.h"
#include "ikev2.h"
#include "ikev2_children.h"
#include "ikev2_life.h"
#include "ikev2_sa.h"
#include "ikev2_task.h"
#include "ike_heirs.h"
#include "imb_esp.h"
#include "node_int.h"
#include "null_crypt.h"
#include "sad_conn.h"
#include "seed_rng.h"

static struct ctl ctl;
static struct node node; /* with tables, and nothing else */
static struct dp dp;     /* in which no packet waits */
static struct seed_rng rng;
static bool is_reload;
static bool is_one;
static struct conf *load(size_t n, size_t changed, const struct conf *former);
static void secrets_make(size_t n);
static double now_us(void);
static void turn_in_between(struct ctl *c, bool waits);
static void parts_print(const char *name, double begin, bool is_aside);

static void fail(const char *what)
{
    fprintf(stderr, "ctl_hold: %s\n", what);
    exit(1);
}

static void table_rng(void *ctx, void *buf, size_t len)
{
    (void)ctx;
    seed_rng_fill(&rng, buf, len);
}

static void engine_rng(void *ctx, enum ike_rng_purpose purpose, void *buf, size_t len)
{
    (void)purpose;
    table_rng(ctx, buf, len);
}

static int spi_alloc(void *ctx, uint32_t *spi)
{
    (void)ctx;
    return sad_spi_alloc(node.sad, spi);
}

static void spi_free(void *ctx, uint32_t spi)
{
    (void)ctx;
    sad_spi_free(node.sad, spi);
}

static uint32_t conn_open(void *ctx)
{
    (void)ctx;
    return sad_conn_open(node.sad);
}

static void conn_close(void *ctx, uint32_t number)
{
    (void)ctx;
    sad_conn_close(node.sad, number);
}

static int local_for(void *ctx, const struct base_addr *remote, struct base_addr *local)
{
    (void)ctx;
    *local = *remote;
    return 0;
}

static void network(struct base_ts_list **kept, uint32_t lo, uint32_t hosts)
{
    struct base_ts_list l = {.count = 1};
    l.list[0] =
        (struct base_ts){.port_hi = UINT16_MAX, .lo = base_addr_ip4(lo), .hi = base_addr_ip4(lo + hosts)};
    if (!base_ts_set(kept, &l))
        fail("no memory");
}

static void make_conn(struct ike_conn_conf *c, size_t i)
{
    char id[64], why[200];
    ike_conn_conf_defaults(c);
    snprintf(c->name, sizeof c->name, "site-%zu", i);
    if (is_one)
        snprintf(id, sizeof id, "*.example.org");
    else
        snprintf(id, sizeof id, "@site-%zu.example.org", i);
    c->children = calloc(1, sizeof *c->children);
    if (!c->children || ike_id_parse("@gw.example.org", &c->local_id, why, sizeof why) != 0 ||
        ike_id_parse(id, &c->remote_id, why, sizeof why) != 0)
        fail("no connection");
    c->n_children = 1;
    ike_child_conf_defaults(c->children);
    snprintf(c->children->name, sizeof c->children->name, "net");
    network(&c->children->local_ts, 0x0a000000, 0xffff);
    network(&c->children->remote_ts, 0x14000000 + (uint32_t)i * 256, is_one ? 0x3ffffff : 0xff);
}

static struct conf *make_conf(size_t n)
{
    struct conf *conf = calloc(1, sizeof *conf);
    struct ike_conf *ike = ike_conf_new();
    if (!conf || !ike)
        fail("no memory");
    ike->sas_max = SAD_SAS_MAX;
    ike->conns = calloc(n, sizeof *ike->conns);
    if (!ike->conns)
        fail("no memory");
    for (; ike->n_conns < n; ike->n_conns++)
        make_conn(&ike->conns[ike->n_conns], ike->n_conns);
    ike_conf_seal(ike);
    conf->ike = ike;
    return conf;
}

static void choose(struct ikev2_choice *c, uint8_t protocol)
{
    *c = (struct ikev2_choice){.number = 1,
                               .protocol = protocol,
                               .encr = crypt_alg_find(CRYPT_TYPE_ENCR, 20, 128),
                               .prf = crypt_alg_find(CRYPT_TYPE_PRF, 5, 0),
                               .dh = CRYPT_DH_X25519,
                               .esn = true};
    if (!c->encr || !c->prf)
        fail("no algorithms");
}

static void identify(struct ike_id *id, uint32_t i)
{
    char text[64], why[200];
    snprintf(text, sizeof text, "@site-%u.example.org", i);
    if (ike_id_parse(text, id, why, sizeof why) != 0)
        fail("no identity");
}

/* One established IKE SA with its child, as if both had been negotiated. */
static void make_sa(const struct ike_conn_conf *conn, uint32_t i)
{
    const struct ike_path path = {{base_addr_ip4(0xc0000201), 4500},
                                  {base_addr_ip4(0xc6000000 + i / 8), (uint16_t)(1024 + i % 8)},
                                  true};
    struct ikev2_sa *sa = ikev2_sa_new(ctl.ike, &path, false);
    struct ikev2_task t = {.kind = IKEV2_TASK_CREATE_CHILD, .ni.len = 32, .nr.len = 32};
    struct base_ts_list *remote = NULL;
    struct ike_id id;
    identify(&id, i);
    if (!sa || !ikev2_sa_set_remote(ctl.ike, sa, &id) || spi_alloc(NULL, &t.spi_in) < 0)
        fail("no SA");
    sa->spi_i = ikev2_sa_new_spi(ctl.ike);
    sa->spi_r = ikev2_sa_new_spi(ctl.ike);
    choose(&sa->algs, WIRE_IKE_PROTO_IKE);
    ikev2_sa_link(ctl.ike, sa);
    ikev2_sa_set_conn(ctl.ike, sa, conn);
    sa->keys.prf_len = sa->algs.prf->out_bytes;
    sa->way = ESP_WAY_UDP;
    sa->natd.remote_nat = true;
    ikev2_sa_set_state(ctl.ike, sa, IKEV2_ST_UP);
    ikev2_life_start_sa(ctl.ike, sa);
    choose(&t.choice, WIRE_IKE_PROTO_ESP);
    t.choice.spi = 0xc0000000 + i;
    network(&remote, 0x14000000 + i * 256, 0xff);
    if (!ikev2_task_set_ts(&t, conn->children->local_ts, remote) ||
        !ikev2_child_install(ctl.ike, sa, &t, false, BASE_SPAN_NONE, true, 0))
        fail("no child");
    free(remote);
}

/* Carries out what the engine asked for: nothing but installs. */
static void install_all(void)
{
    static struct ike_action a;
    while (ike_next_action(ctl.ike, &a)) {
        if (a.type != IKE_ACT_SA_INSTALL)
            continue;
        a.install.pair.outer_mtu = 1500;
        if (sad_install(node.sad, &a.install.pair) < 0)
            fail("the tables refuse an SA");
        ike_action_wipe(&a);
    }
}

static void fill(size_t n)
{
    const struct sad_params params = {.max_sas = (uint32_t)n + 1,
                                      .workers = 1,
                                      .socket = -1,
                                      .tsc_hz = 1000000000,
                                      .esp = &imb_esp_ops,
                                      .rng = table_rng};
    const struct ike_env env = {.rng = engine_rng,
                                .crypto = &null_ike_ops,
                                .spi_alloc = spi_alloc,
                                .spi_free = spi_free,
                                .conn_open = conn_open,
                                .conn_close = conn_close,
                                .local_for = local_for};
    rng = seed_rng(1);
    ctl.node = &node;
    ctl.loop.turn = turn_in_between;
    node.tsc_hz = params.tsc_hz;
    if (is_reload) {
        secrets_make(n);
        const double begin = now_us();
        ctl.conf = load(n, SIZE_MAX, NULL);
        parts_print("first load", begin, true);
    } else {
        ctl.conf = make_conf(is_one ? 1 : n);
    }
    node.sad = sad_create(&params);
    node.dp = &dp;
    dp.traps = dp_traps_create();
    ctl.ike = node.sad && dp.traps ? ike_new(&env, ctl.conf->ike, ctl_now()) : NULL;
    if (!ctl.ike)
        fail("no memory");
    for (uint32_t i = 0; i < n; i++) {
        make_sa(&ctl.conf->ike->conns[is_one ? 0 : i], i);
        ikev2_settle(ctl.ike);
        install_all();
    }
}

/* Of this thread alone: what else runs on the machine does not count. */
static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

struct result {
    size_t pages, bytes, rows;
    double sum_us, max_us;
};

/* Within a command, between two parts: the loop is held by each of them. */
static double held_from, held_max_us;

static void turn_in_between(struct ctl *c, bool waits)
{
    (void)c;
    (void)waits;
    const double now = now_us();
    held_max_us = now - held_from > held_max_us ? now - held_from : held_max_us;
    held_from = now_us();
}

/* One page. Returns where the next one begins, -1: that was the last. */
static json_int_t ask(const char *command, const char *args, json_int_t after, struct result *r)
{
    char request[400];
    size_t len;
    snprintf(request, sizeof request, "{\"command\":\"%s\",\"args\":{\"after\":%lld%s%s}}", command,
             (long long)after, *args ? "," : "", args);
    const double start = held_from = now_us();
    char *line = ctl_api_answer(&ctl, request, strlen(request), &len);
    const double us = now_us() - start;
    turn_in_between(&ctl, false);
    json_t *root = line ? json_loadb(line, len, 0, NULL) : NULL;
    const json_t *data = json_object_get(root, "data"), *next = json_object_get(data, "next");
    if (!data)
        fail(line ? line : "no answer");
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)data, key, value) r->rows += json_array_size(value);
    r->pages++;
    r->bytes += len;
    r->sum_us += us;
    r->max_us = held_max_us;
    const json_int_t id = json_is_integer(next) ? json_integer_value(next) : -1;
    json_decref(root);
    free(line);
    return id;
}

/* ---- reload ---- */

/* A key for each connection. */
static char secrets_path[] = "/tmp/ctl_hold.XXXXXX";

static void secrets_remove(void)
{
    unlink(secrets_path);
}

static void secrets_make(size_t n)
{
    FILE *f = fdopen(mkstemp(secrets_path), "w");
    if (!f)
        fail("no file for the secrets");
    atexit(secrets_remove);
    for (size_t i = 0; i < n; i++)
        fprintf(f, "@gw.example.org @site-%zu.example.org a-secret-of-32-characters-%06zu\n", i, i);
    fclose(f);
}

/* So many connections as the text of a file; one connection has another dpd_s. The caller frees it. */
static char *make_text(size_t n, size_t changed, size_t *len)
{
    char *text = NULL;
    FILE *f = open_memstream(&text, len);
    if (!f)
        fail("no memory");
    fprintf(f,
            "{\"ports\":{\"p\":{\"device\":\"net_null0\",\"addresses\":[\"192.0.2.1/24\"]}},\"limits\":"
            "{\"sas\":1000000},\"secrets_file\":\"%s\",\"connections\":{",
            secrets_path);
    for (size_t i = 0; i < n; i++)
        fprintf(f,
                "%s\"site-%zu\":{\"dpd_s\":%d,\"local\":{\"id\":\"@gw.example.org\",\"subnets\":[\"10.0.0.0/"
                "16\"]},"
                "\"remote\":{\"address\":\"any\",\"id\":\"@site-%zu.example.org\",\"subnets\":[\"%zu.%zu.%zu."
                "0/24\"]}}",
                i ? "," : "", i, i == changed ? 31 : 30, i, 20 + (i >> 16), i >> 8 & 255, i & 255);
    fputs("}}", f);
    fclose(f);
    return text;
}

static struct conf *load(size_t n, size_t changed, const struct conf *former)
{
    static struct conf_report report;
    size_t len;
    char *text = make_text(n, changed, &len);
    struct conf *conf = conf_load_text(text, len, ".", former, &report);
    if (!conf)
        fail(report.issues[0].text);
    free(text);
    return conf;
}

/* A step of the loop, or what is done beside it. */
static double part_us, part_max_us;

static void part_begin(void)
{
    part_us = now_us();
}

static void part_end(void)
{
    const double us = now_us() - part_us;
    part_max_us = us > part_max_us ? us : part_max_us;
}

static void parts_print(const char *name, double begin, bool is_aside)
{
    printf("reload: %-20s %9.3f ms%s", name, (now_us() - begin) / 1e3, is_aside ? " beside the loop\n" : "");
    if (!is_aside)
        printf(", which was held %.3f ms at most\n", part_max_us / 1e3);
    part_max_us = 0;
}

/* As ctl_node_apply() does. */
static void policies_set(const struct conf *conf)
{
    struct node_request r = {.type = NODE_TABLES_BEGIN};
    int rc = node_do(&node, &r);
    part_begin();
    for (size_t i = 0; i < conf->ike->n_conns; i++) {
        const struct ike_child_conf *c = conf->ike->conns[i].children;
        r.type = NODE_POLICY_ADD;
        base_ts_copy(&r.policy.local_ts, c->local_ts);
        base_ts_copy(&r.policy.remote_ts, c->remote_ts);
        rc |= node_do(&node, &r);
        if (i % 256 == 255) {
            part_end();
            part_begin();
        }
    }
    part_end();
    r.type = NODE_POLICIES_COMMIT;
    for (int more = 1; more > 0;) {
        part_begin();
        more = node_do(&node, &r);
        rc |= more < 0;
        part_end();
    }
    if (rc)
        fail("no policies");
}

static void reload(size_t n)
{
    struct conf_diff diff;
    double t = now_us();
    struct conf *next = load(n, 5, ctl.conf);
    parts_print("load", t, true);
    t = now_us();
    struct ike_heirs *heirs = ike_heirs_new(ctl.conf->ike, next->ike);
    if (conf_diff_make(next, ctl.conf, next, &diff) < 0 || !heirs)
        fail("no diff");
    parts_print("diff", t, true);
    policies_set(ctl.conf);
    part_max_us = 0;
    t = now_us();
    policies_set(next);
    parts_print("policies", t, false);
    t = now_us();
    struct ike_event ev = {.type = IKE_EV_CONF_SWAP, .conf = next->ike, .heirs = heirs};
    for (int more = 1; more > 0; ev = (struct ike_event){.type = IKE_EV_CONF_MORE}) {
        part_begin();
        more = ike_on_event(ctl.ike, ctl_now(), &ev);
        install_all();
        part_end();
    }
    parts_print("connections", t, false);
    t = now_us();
    conf_free(ctl.conf);
    parts_print("free", t, true);
    conf_diff_free(&diff);
    ctl.conf = next;
}

int main(int argc, char **argv)
{
    is_one = argc > 1 && strcmp(argv[1], "--one") == 0;
    argc -= is_one;
    argv += is_one;
    const size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 100000;
    const char *command = argc > 2 ? argv[2] : "show sas";
    const char *args = argc > 3 ? argv[3] : "";
    struct result r = {0};
    if (n == 0 || n >= SAD_SAS_MAX)
        fail("between one SA and a million");
    is_reload = strcmp(command, "reload") == 0;
    fill(n);
    if (is_reload) {
        reload(n);
        return 0;
    }
    for (json_int_t after = 0; after >= 0;)
        after = ask(command, args, after, &r);
    printf("%s: %zu SAs, %zu rows in %zu pages of %.1f kB; the loop was held %.3f ms at most, %.3f ms on "
           "average, %.0f ms in all\n",
           command, n, r.rows, r.pages, (double)r.bytes / 1e3 / (double)r.pages, r.max_us / 1e3,
           r.sum_us / 1e3 / (double)r.pages, r.sum_us / 1e3);
    return 0;
}
