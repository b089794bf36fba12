/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A gateway on a pipe, for a program in another language that knows ESP by itself: requests come in on stdin,
 * answers go out on stdout, each with its length (32 bits, network order) before it. The gateway has an
 * inside and an outside port without a device; packets are given and returned from the IP header on.
 *
 *   T key=value ...         makes a tunnel; answer: its inbound SPI, or "error N"
 *   R spi                   removes a tunnel
 *   S spi top seq           sets the state of its counters: highest accepted, last used
 *   E                       events since the last time, by name
 *   I burst (len packet)*   packets into the inside port; O: into the outside port; H: from the host, which
 * the gateway has when it is started with "host". Answer: names of the drops that were counted, NUL, then
 * (port len packet)*, all lengths 16 bits; port 2 is the host
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <rte_eal.h>
#include <rte_mbuf.h>
#include "dp.h"
#include "dp_large.h"
#include "dp_path.h"
#include "imb_esp.h"
#include "sad.h"
#include "sad_fast.h"

#define INSIDE    0
#define OUTSIDE   1
#define HOST      2
#define REQUEST   (1u << 22)
#define ETH_BYTES 14
#define MTU       9216
#define DIE(...)  (fprintf(stderr, "esp_gateway: " __VA_ARGS__), fputc('\n', stderr), exit(2))

struct gateway {
    struct rte_mempool *pool, *large_pool;
    struct sad *sad;
    struct dp *dp;
    struct dp_worker *w;
    uint64_t tsc;
    uint64_t drops[DP_DROPS];
    uint8_t *answer;
    size_t answer_len;
};

static const uint8_t port_mac[2][6] = {{2, 0, 0, 0, 0, 1}, {2, 0, 0, 0, 0, 2}};
static const uint8_t next_mac[2][6] = {{2, 0, 0, 0, 0, 3}, {2, 0, 0, 0, 0, 4}};

static void fill_random(void *ctx, void *buf, size_t len)
{
    uint8_t *p = buf;
    for (size_t i = 0; i < len; i++)
        p[i] = (uint8_t)random();
}

static struct base_addr addr_of(const char *text)
{
    struct base_addr a;
    if (base_addr_parse(text, &a) != 0)
        DIE("no address: %s", text);
    return a;
}

static struct base_prefix prefix_of(const char *text)
{
    struct base_prefix p;
    if (base_prefix_parse_host(text, &p) != 0)
        DIE("no prefix: %s", text);
    return p;
}

static struct dp_port_params port_of(unsigned port, enum dp_role role, const char *addr4, const char *addr6)
{
    struct dp_port_params p = {.port_id = DP_PORT_SINK,
                               .role = role,
                               .mtu = MTU,
                               .rx_queues = 1,
                               .tx_queues = 1,
                               .n_addrs = 2,
                               .addrs = {prefix_of(addr4), prefix_of(addr6)}};
    snprintf(p.name, sizeof p.name, "%s", port == INSIDE ? "inside" : "outside");
    memcpy(p.mac, port_mac[port], 6);
    return p;
}

static void neighbour(struct gateway *g, uint16_t port, const char *text)
{
    struct base_addr a = addr_of(text);
    if (dp_neigh_set(g->dp, port, &a, next_mac[port]) != 0)
        DIE("neighbour %s", text);
}

static void eal_start(struct gateway *g)
{
    char *args[] = {"esp_gateway", "--no-huge", "--no-pci", "--no-shconf",    "--no-telemetry",   "-m",
                    "64",          "-l",        "0",        "--iova-mode=va", "--log-level=error"};
    if (rte_eal_init(sizeof args / sizeof args[0], args) < 0)
        DIE("no EAL");
    g->pool = rte_pktmbuf_pool_create("frames", 1023, 32, 0, 10240, 0);
    g->large_pool = dp_large_pool("large", 64);
    if (!g->pool || !g->large_pool)
        DIE("no packet buffers");
}

static void gateway_start(struct gateway *g, bool has_host)
{
    char why[128] = "";
    struct sad_params sp = {.max_sas = 256,
                            .workers = 1,
                            .socket = -1,
                            .tsc_hz = 1000000000,
                            .esp = &imb_esp_ops,
                            .rng = fill_random};
    const struct dp_route routes[] = {{prefix_of("10.0.0.0/8"), INSIDE, addr_of("10.255.255.1")},
                                      {prefix_of("fd00::/16"), INSIDE, addr_of("fdff::1")}};
    eal_start(g);
    g->sad = sad_create(&sp);
    struct dp_params p = {.n_ports = 2,
                          .workers = 1,
                          .sad = g->sad,
                          .pool = g->pool,
                          .large_pool = g->large_pool,
                          .tsc_hz = sp.tsc_hz,
                          .routes = routes,
                          .n_routes = 2};
    p.ports[INSIDE] = port_of(INSIDE, DP_ROLE_INSIDE, "10.255.255.2/24", "fdff::2/64");
    p.ports[OUTSIDE] = port_of(OUTSIDE, DP_ROLE_OUTSIDE, "192.0.2.1/24", "2001:db8::1/64");
    p.ports[OUTSIDE].has_host = has_host;
    g->dp = g->sad ? dp_create(&p, why, sizeof why) : NULL;
    if (!g->dp)
        DIE("no data path: %s", why);
    neighbour(g, INSIDE, "10.255.255.1");
    neighbour(g, INSIDE, "fdff::1");
    neighbour(g, OUTSIDE, "192.0.2.2");
    neighbour(g, OUTSIDE, "2001:db8::2");
    g->w = dp_worker(g->dp, 0);
    g->tsc = sp.tsc_hz;
    g->answer = malloc(REQUEST);
    dp_worker_online(g->w);
}

static uint8_t hex_read(const char *hex, uint8_t *out, size_t max)
{
    size_t n = strlen(hex) / 2;
    if (n > max)
        DIE("key of %zu bytes", n);
    for (size_t i = 0; i < n; i++)
        if (sscanf(hex + 2 * i, "%2hhx", &out[i]) != 1)
            DIE("no hex: %s", hex);
    return (uint8_t)n;
}

static const struct crypt_alg *alg_of(const char *word)
{
    const struct crypt_alg *alg = crypt_alg_by_keyword(word);
    if (!alg)
        DIE("no algorithm %s", word);
    return alg;
}

static struct base_ts_list ts_of(const char *text)
{
    struct base_ts_list list = {.count = 1};
    struct base_prefix p = prefix_of(text);
    base_prefix_range(&p, &list.list[0].lo, &list.list[0].hi);
    list.list[0].port_hi = 0xffff;
    return list;
}

/* "OURS,THEIRS": two addresses of a pair in transport mode. */
static void transport_set(struct esp_pair *p, const char *value, struct esp_ends *ends)
{
    char ours[64];
    const size_t len = strcspn(value, ",");
    if (!value[len] || len >= sizeof ours)
        DIE("no two addresses: %s", value);
    memcpy(ours, value, len);
    ours[len] = '\0';
    *ends = (struct esp_ends){addr_of(ours), addr_of(value + len + 1)};
    p->mode = ESP_MODE_TRANSPORT;
}

/* One setting of a tunnel. */
static void tunnel_set(struct esp_pair *p, const char *key, const char *value)
{
    uint64_t n = strtoull(value, NULL, 0);
    if (strcmp(key, "encr") == 0)
        esp_pair_set_algs(p, alg_of(value), NULL);
    else if (strcmp(key, "integ") == 0)
        p->integ = alg_of(value)->id;
    else if (strcmp(key, "key_in") == 0)
        p->keys_in.encr_len = hex_read(value, p->keys_in.encr, sizeof p->keys_in.encr);
    else if (strcmp(key, "key_out") == 0)
        p->keys_out.encr_len = hex_read(value, p->keys_out.encr, sizeof p->keys_out.encr);
    else if (strcmp(key, "auth_in") == 0)
        p->keys_in.integ_len = hex_read(value, p->keys_in.integ, sizeof p->keys_in.integ);
    else if (strcmp(key, "auth_out") == 0)
        p->keys_out.integ_len = hex_read(value, p->keys_out.integ, sizeof p->keys_out.integ);
    else if (strcmp(key, "local_ts") == 0)
        p->local_ts = ts_of(value);
    else if (strcmp(key, "remote_ts") == 0)
        p->remote_ts = ts_of(value);
    else if (strcmp(key, "esn") == 0)
        p->esn = n;
    else if (strcmp(key, "encap") == 0)
        p->way = n ? ESP_WAY_UDP : ESP_WAY_ESP;
    else if (strcmp(key, "outer") == 0)
        p->path = n == 6 ? (struct esp_path){{addr_of("2001:db8::1"), 0}, {addr_of("2001:db8::2"), 0}}
                         : (struct esp_path){{addr_of("192.0.2.1"), 0}, {addr_of("192.0.2.2"), 0}};
    else if (strcmp(key, "outer_mtu") == 0)
        p->outer_mtu = (uint16_t)n;
    else if (strcmp(key, "after") == 0)
        p->frag_after = n;
    else if (strcmp(key, "window") == 0)
        p->replay_window = (uint32_t)n;
    else if (strcmp(key, "spi_out") == 0)
        p->spi_out = (uint32_t)n;
    else if (strcmp(key, "here") == 0)
        transport_set(p, value, &p->ends);
    else if (strcmp(key, "in") == 0)
        transport_set(p, value, &p->ends_in);
    else if (strcmp(key, "soft_pkts") == 0)
        p->soft_pkts = n;
    else if (strcmp(key, "hard_pkts") == 0)
        p->hard_pkts = n;
    else if (strcmp(key, "soft_bytes") == 0)
        p->soft_bytes = n;
    else if (strcmp(key, "hard_bytes") == 0)
        p->hard_bytes = n;
    else
        DIE("no setting %s", key);
}

static int tunnel_make(struct gateway *g, char *text, uint32_t *spi)
{
    struct esp_pair p = {.outer_mtu = MTU, .active = true};
    for (char *save, *word = strtok_r(text, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
        char *value = strchr(word, '=');
        if (!value)
            DIE("no setting: %s", word);
        *value = '\0';
        tunnel_set(&p, word, value + 1);
    }
    if (p.way == ESP_WAY_UDP)
        p.path.local.port = p.path.remote.port = 4500;
    int err = sad_spi_alloc(g->sad, &p.spi_in);
    if (!err && (err = sad_install(g->sad, &p)) != 0)
        sad_spi_free(g->sad, p.spi_in);
    *spi = p.spi_in;
    return err;
}

static void answer_add(struct gateway *g, const void *data, size_t len)
{
    if (g->answer_len + len > REQUEST)
        DIE("the answer is too long");
    memcpy(g->answer + g->answer_len, data, len);
    g->answer_len += len;
}

static void answer_text(struct gateway *g, const char *text)
{
    answer_add(g, text, strlen(text));
}

/* Frames that left, without their Ethernet header, which must be the next hop's. */
static void frames_collect(struct gateway *g)
{
    struct rte_mbuf *m;
    for (uint16_t port = INSIDE; port <= OUTSIDE; port++) {
        while (dp_sink_take(g->w, port, &m, 1)) {
            const uint8_t *p = rte_pktmbuf_mtod(m, const uint8_t *);
            uint16_t head[2] = {htons(port), htons((uint16_t)(m->pkt_len - ETH_BYTES))};
            uint16_t type = htons(p[ETH_BYTES] >> 4 == 6 ? 0x86dd : 0x0800);
            if (m->nb_segs != 1 || memcmp(p, next_mac[port], 6) != 0 ||
                memcmp(p + 6, port_mac[port], 6) != 0 || memcmp(p + 12, &type, 2) != 0)
                DIE("wrong Ethernet header on port %u", port);
            answer_add(g, head, sizeof head);
            answer_add(g, p + ETH_BYTES, m->pkt_len - ETH_BYTES);
            rte_pktmbuf_free(m);
        }
    }
}

static void host_collect(struct gateway *g)
{
    uint16_t port;
    for (struct rte_mbuf *m; (m = dp_host_pop(g->dp, &port)); rte_pktmbuf_free(m)) {
        const uint16_t head[2] = {htons(HOST), htons((uint16_t)m->pkt_len)};
        answer_add(g, head, sizeof head);
        answer_add(g, rte_pktmbuf_mtod(m, const uint8_t *), m->pkt_len);
    }
}

static struct rte_mbuf *frame_make(const struct gateway *g, uint16_t port, const uint8_t *ip, uint16_t len)
{
    struct rte_mbuf *m = rte_pktmbuf_alloc(g->pool);
    uint8_t *p = m ? (uint8_t *)rte_pktmbuf_append(m, (uint16_t)(ETH_BYTES + len)) : NULL;
    if (!p)
        DIE("no room for a frame of %u bytes", len);
    uint16_t type = htons(ip[0] >> 4 == 6 ? 0x86dd : 0x0800);
    memcpy(p, port_mac[port], 6);
    memcpy(p + 6, next_mac[port], 6);
    memcpy(p + 12, &type, 2);
    memcpy(p + ETH_BYTES, ip, len);
    return m;
}

static void drops_tell(struct gateway *g)
{
    struct dp_counters c;
    dp_counters(g->dp, -1, &c);
    for (unsigned d = 0; d < DP_DROPS; d++) {
        for (uint64_t n = g->drops[d]; n < c.drops[d]; n++) {
            answer_text(g, dp_drop_rows.list[d].name);
            answer_text(g, " ");
        }
        g->drops[d] = c.drops[d];
    }
    answer_add(g, "", 1);
}

/* The drops are told first, so what leaves is kept until then. */
static void packets_pass(struct gateway *g, uint16_t port, const uint8_t *p, const uint8_t *end)
{
    struct rte_mbuf *burst[DP_BURST_MAX];
    uint16_t max = *p++, n = 0;
    while (p < end) {
        uint16_t len = (uint16_t)(p[0] << 8 | p[1]);
        burst[n++] = frame_make(g, port, p + 2, len);
        p += 2 + len;
        if (n < max && p < end)
            continue;
        g->tsc += 1000;
        dp_process(g->w, port, burst, n, g->tsc);
        n = 0;
    }
    drops_tell(g);
    frames_collect(g);
    host_collect(g);
}

static void host_sends(struct gateway *g, const uint8_t *p, const uint8_t *end)
{
    for (p++; p < end;) {
        const uint16_t len = (uint16_t)(p[0] << 8 | p[1]);
        struct rte_mbuf *m = frame_make(g, OUTSIDE, p + 2, len);
        if (!rte_pktmbuf_adj(m, ETH_BYTES) || !dp_host_send(g->dp, m))
            DIE("the host cannot send");
        p += 2 + len;
        dp_turn(g->w);
    }
    drops_tell(g);
    frames_collect(g);
    host_collect(g);
}

static void events_tell(struct gateway *g)
{
    static const char *const names[] = {"soft ", "hard ", "seq_end ", "moved "};
    struct sad_event ev;
    while (sad_event_pop(g->sad, &ev))
        answer_text(g, names[ev.type]);
}

static void state_set(struct gateway *g, uint32_t spi, uint64_t top, uint64_t seq)
{
    const struct sad_tables *t = sad_tables(g->sad);
    struct sad_in *in = sad_in_find(t, spi);
    in->top = top;
    in->head = 0;
    memset(in->window, 0, (in->word_mask + 1) * sizeof *in->window);
    sad_out_at(t, sad_slot_find(t, spi))->seq = seq;
}

static void request_serve(struct gateway *g, char *req, size_t len)
{
    char text[32];
    uint32_t spi = 0;
    uint64_t top = 0, seq = 0;
    int err;
    g->answer_len = 0;
    switch (req[0]) {
    case 'T':
        err = tunnel_make(g, req + 1, &spi);
        if (err)
            snprintf(text, sizeof text, "error %d", err);
        else
            snprintf(text, sizeof text, "%" PRIu32, spi);
        answer_text(g, text);
        break;
    case 'R':
        if (sscanf(req + 1, "%" SCNu32, &spi) != 1 || sad_remove(g->sad, spi) != 0)
            DIE("no tunnel to remove");
        (void)dp_turn(g->w);
        sad_reclaim(g->sad);
        break;
    case 'S':
        if (sscanf(req + 1, "%" SCNu32 " %" SCNu64 " %" SCNu64, &spi, &top, &seq) != 3)
            DIE("no state: %s", req);
        state_set(g, spi, top, seq);
        break;
    case 'E':
        events_tell(g);
        break;
    case 'I':
    case 'O':
        packets_pass(g, req[0] == 'I' ? INSIDE : OUTSIDE, (uint8_t *)req + 1, (uint8_t *)req + len);
        break;
    case 'H':
        host_sends(g, (uint8_t *)req + 1, (uint8_t *)req + len);
        break;
    default:
        DIE("no request %c", req[0]);
    }
}

int main(int argc, char **argv)
{
    static struct gateway g;
    static char req[REQUEST + 1];
    uint32_t len;
    gateway_start(&g, argc > 1 && strcmp(argv[1], "host") == 0);
    while (fread(&len, sizeof len, 1, stdin) == 1) {
        len = ntohl(len);
        if (len == 0 || len > REQUEST || fread(req, 1, len, stdin) != len)
            DIE("request of %u bytes", len);
        req[len] = '\0';
        request_serve(&g, req, len);
        len = htonl((uint32_t)g.answer_len);
        fwrite(&len, sizeof len, 1, stdout);
        fwrite(g.answer, 1, g.answer_len, stdout);
        fflush(stdout);
    }
    dp_worker_offline(g.w);
    dp_free(g.dp);
    sad_free(g.sad);
    free(g.answer);
    if (rte_mempool_in_use_count(g.pool) || rte_mempool_in_use_count(g.large_pool))
        DIE("%u packet buffers leaked",
            rte_mempool_in_use_count(g.pool) + rte_mempool_in_use_count(g.large_pool));
    return 0;
}
