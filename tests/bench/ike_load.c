/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls a responder of IKEv2 many times, out of one process and with hundreds of calls under way, and prints
 * what a call cost it and how long it took. It stands on the engine's own rooms: each call is a connection of
 * its own, with an address that exists nowhere as its local one, so that both sides find a NAT, and with the
 * number of the call in its SPI. What is up stays up until this program ends, which says goodbye to nobody.
 *
 * usage: ike_load KEY=VALUE...       (ike.sh calls it)
 *   to=ADDRESS     of the responder
 *   calls=N        in all (1000)          under_way=N   of those, at a time (200)
 *   first=N        number of the first name (0)         names=N   how many names take turns (1)
 *   id=TEXT        name in printf's notation (c-%05u.load.example.org)
 *   ike=PROPOSAL   (aes128gcm16-prfsha256-x25519)       psk=TEXT   of all names
 *   pki=FOLDER     certificates instead: ca.crt, ca.crl, and of each name, without its domain, NAME.crt and
 * NAME.key pause_us=N     between the end of a call and the next one (0) want=up        or refused: what
 * counts as done pid=N          of the responder, whose CPU time is taken; threads=A,B  of these names only
 *   hold_s=N       afterwards live with what is up for so long; dpd_s=N  asking for signs of life (0)
 *   told_s=N       and then wait for the responder to delete all, so long for the next one
 * Output: a line of KEY=VALUE for the calls, for hold_s and for told_s. Exit status 0 when all calls were
 * done, 1 when not, 2 for wrong arguments.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "base_secret.h"
#include "ike.h"
#include "load_pki.h"
#include "ossl_ops.h"

#define SOCKETS_MAX  512
#define FAKE_NET     0xf0000000u /* 240.0.0.0: reserved for ever */
#define CALLS_MAX    1000000u
#define NETS         16384u /* networks of 256 addresses in 10.64.0.0/10 */
#define EVENTS_MAX   64
#define GIVE_UP_NS   (5 * BASE_NS_PER_S)
#define LOST_MOST    50 /* one call of so many may be lost with a packet */
#define DGRAM_MAX    65535
#define MARKER_BYTES 4

static struct options {
    struct base_addr to;
    uint32_t calls, under_way, first, names, pause_us, pid, hold_s, dpd_s, told_s;
    const char *id, *ike, *psk, *pki, *threads;
    bool wants_up;
} opt = {.calls = 1000,
         .under_way = 200,
         .names = 1,
         .id = "c-%05u.load.example.org",
         .ike = "aes128gcm16-prfsha256-x25519",
         .psk = "load-secret-of-32-characters-001",
         .wants_up = true};

static struct call {
    base_time began;
    uint64_t spi; /* 0: it has not begun */
    bool is_over;
} * calls;

static struct ike *ike;
static struct load_pki pki;
static int epoll_fd, sockets[SOCKETS_MAX];
static uint32_t n_sockets, next_spi, n_begun, n_over, n_failed;
static uint32_t calling; /* the call that is begun now */
static uint64_t *took_ns;
static base_time next_at;

static void die(const char *what)
{
    fprintf(stderr, "ike_load: %s\n", what);
    exit(1);
}

static base_time clock_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (base_time){(uint64_t)t.tv_sec * BASE_NS_PER_S + (uint64_t)t.tv_nsec};
}

/* ---- the responder's CPU time ---- */

static bool read_file(const char *path, char *out, size_t size)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    const ssize_t n = fd < 0 ? -1 : read(fd, out, size - 1);
    if (fd >= 0)
        close(fd);
    out[n > 0 ? n : 0] = '\0';
    return n > 0;
}

/* Whether a thread is one of those that count; names end with a newline in comm. */
static bool thread_counts(const char *comm)
{
    const size_t len = strcspn(comm, "\n");
    for (const char *p = opt.threads; p && *p; p += strcspn(p, ","), p += *p == ',')
        if (strcspn(p, ",") == len && strncmp(p, comm, len) == 0)
            return true;
    return !opt.threads;
}

/* Nanoseconds on a CPU so far: what utime + stime of stat are scaled to, without their rounding to ticks. */
static uint64_t responder_ns(void)
{
    char path[400], text[200];
    uint64_t sum = 0;
    snprintf(path, sizeof path, "/proc/%u/task", opt.pid);
    DIR *dir = opt.pid ? opendir(path) : NULL;
    for (const struct dirent *e; dir && (e = readdir(dir)) != NULL;) {
        if (e->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "/proc/%u/task/%s/comm", opt.pid, e->d_name);
        if (!read_file(path, text, sizeof text) || !thread_counts(text))
            continue;
        snprintf(path, sizeof path, "/proc/%u/task/%s/schedstat", opt.pid, e->d_name);
        if (read_file(path, text, sizeof text))
            sum += strtoull(text, NULL, 10);
    }
    if (dir)
        closedir(dir);
    return sum;
}

/* ---- the engine's surroundings ---- */

static void env_rng(void *ctx, enum ike_rng_purpose purpose, void *buf, size_t len)
{
    (void)ctx;
    if (ossl_random(buf, len) < 0)
        die("no randomness");
    if (purpose != IKE_RNG_SPI || len != sizeof(uint64_t))
        return;
    uint64_t spi;
    memcpy(&spi, buf, sizeof spi);
    spi = (uint64_t)(calling + 1) << 32 | (uint32_t)spi; /* answers name the call by it */
    memcpy(buf, &spi, sizeof spi);
    calls[calling].spi = spi;
}

static int env_spi_alloc(void *ctx, uint32_t *spi)
{
    /* From another place than those of the run before, whose SAs the responder still has. */
    if (!next_spi)
        env_rng(ctx, IKE_RNG_IV, &next_spi, sizeof next_spi);
    *spi = 0x100 + next_spi++ % (UINT32_MAX - 0x100);
    return 0;
}

static void env_spi_free(void *ctx, uint32_t spi)
{
    (void)ctx, (void)spi;
}

static int env_local_for(void *ctx, const struct base_addr *remote, struct base_addr *local)
{
    (void)ctx, (void)remote, (void)local;
    return -ENETUNREACH; /* each connection names its own */
}

static int64_t env_calendar(void *ctx)
{
    (void)ctx;
    return time(NULL);
}

static uint32_t call_of(const struct base_addr *fake)
{
    uint32_t be;
    memcpy(&be, fake->bytes, sizeof be);
    return ntohl(be) - FAKE_NET;
}

static void call_over(uint32_t k, bool is_up, base_time now)
{
    struct call *c = &calls[k];
    if (c->is_over)
        return;
    c->is_over = true;
    took_ns[n_over++] = base_time_since(now, c->began);
    n_failed += is_up != opt.wants_up;
    next_at = base_time_add(now, opt.pause_us * 1000ull);
}

static void send_bytes(const struct ike_action *a)
{
    static const uint8_t marker[MARKER_BYTES];
    const uint32_t k = call_of(&a->path.local.addr);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(a->path.remote.port)};
    memcpy(&to.sin_addr, a->path.remote.addr.bytes, sizeof to.sin_addr);
    struct iovec parts[2] = {{(void *)marker, a->path.natt ? sizeof marker : 0},
                             {(void *)a->bytes.ptr, a->bytes.len}};
    const struct msghdr msg = {.msg_name = &to, .msg_namelen = sizeof to, .msg_iov = parts, .msg_iovlen = 2};
    if (sendmsg(sockets[k % n_sockets], &msg, 0) < 0 && errno != EAGAIN)
        die(strerror(errno));
}

static void actions_take(void)
{
    static struct ike_action a;
    while (ike_next_action(ike, &a)) {
        if (a.type == IKE_ACT_SEND) {
            send_bytes(&a);
        } else if (a.type == IKE_ACT_AUDIT && a.audit.kind == IKE_AUDIT_IKE_UP) {
            call_over(call_of(&a.audit.path.local.addr), true, clock_now());
        } else if (a.type == IKE_ACT_JOB) {
            ike_job_run(&ossl_ike_ops, a.job);
            ike_on_event(ike, clock_now(), &(struct ike_event){.type = IKE_EV_JOB_DONE, .job = a.job});
        }
        ike_action_wipe(&a);
    }
}

static void call_name(uint32_t k, char out[IKE_NAME_MAX])
{
    snprintf(out, IKE_NAME_MAX, "call-%u", k);
}

static void event_of(enum ike_event_type type, uint32_t k)
{
    char name[IKE_NAME_MAX];
    call_name(k, name);
    ike_on_event(ike, clock_now(), &(struct ike_event){.type = type, .name = name});
    actions_take();
}

/* One that is gone, or was told no, is over; a refusal in clear may be forged, but not here. */
static void call_look(uint32_t k, base_time now)
{
    static struct ike_presence v;
    char name[IKE_NAME_MAX];
    call_name(k, name);
    if (calls[k].is_over)
        return;
    const bool is_there = ike_show_presence(ike, name, &v) && v.sas;
    if (is_there && !v.refusal)
        return;
    if (opt.wants_up)
        fprintf(stderr, "ike_load: call %u ended with %u SAs, refused in clear with notify %u\n", k, v.sas,
                v.refusal);
    call_over(k, false, now);
    if (is_there)
        event_of(IKE_EV_TERMINATE, k);
}

/* ---- sockets ---- */

static void datagram_take(const struct sockaddr_in *from, const uint8_t *bytes, size_t len)
{
    struct ike_path path = {.remote.port = ntohs(from->sin_port)};
    uint64_t be;
    path.natt = path.remote.port == IKE_PORT_NATT;
    const size_t skip = path.natt ? MARKER_BYTES : 0;
    if (len < skip + sizeof be)
        return;
    memcpy(&be, bytes + skip, sizeof be);
    const uint64_t spi = be64toh(be);
    const uint32_t k = (uint32_t)(spi >> 32) - 1;
    if (k >= opt.calls || calls[k].spi != spi)
        return; /* of a run before this one, from whose port it has come */
    path.local = (struct base_endpoint){base_addr_ip4(FAKE_NET + k), path.remote.port};
    path.remote.addr = base_addr_from_bytes(BASE_AF_IP4, &from->sin_addr);
    const base_time now = clock_now();
    ike_on_packet(ike, now, &path, base_span(bytes + skip, len - skip));
    actions_take();
    call_look(k, now);
}

static void socket_ready(int fd)
{
    static uint8_t bytes[DGRAM_MAX];
    struct sockaddr_in from;
    socklen_t len = sizeof from;
    ssize_t n;
    while ((n = recvfrom(fd, bytes, sizeof bytes, 0, (struct sockaddr *)&from, &len)) > 0)
        datagram_take(&from, bytes, (size_t)n);
}

/* Each has a port of its own, as if callers had: limits count endpoints. */
static void sockets_open(void)
{
    const int size = 4 << 20;
    n_sockets = opt.under_way < SOCKETS_MAX ? opt.under_way : SOCKETS_MAX;
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    for (uint32_t i = 0; i < n_sockets; i++) {
        sockets[i] = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        struct epoll_event ev = {.events = EPOLLIN, .data.fd = sockets[i]};
        if (sockets[i] < 0 || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, sockets[i], &ev) < 0)
            die("no sockets");
        setsockopt(sockets[i], SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    }
}

/* ---- configuration ---- */

static void network_set(struct base_ts_list **kept, uint32_t lo, uint32_t hosts)
{
    struct base_ts_list l = {.count = 1};
    l.list[0] =
        (struct base_ts){.port_hi = UINT16_MAX, .lo = base_addr_ip4(lo), .hi = base_addr_ip4(lo + hosts)};
    if (!base_ts_set(kept, &l))
        die("no memory");
}

static void id_text(uint32_t name, char *out, size_t size)
{
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(out, size, opt.id, name);
#pragma GCC diagnostic pop
}

static void id_of(uint32_t name, struct ike_id *out)
{
    char text[200] = "@", why[200];
    id_text(name, text + 1, sizeof text - 1);
    if (ike_id_parse(text, out, why, sizeof why) != 0)
        die(why);
}

/* Of a caller's files. */
static void pki_name(uint32_t i, char *out, size_t size)
{
    id_text(opt.first + i, out, size);
    out[strcspn(out, ".")] = '\0';
}

/* With a key the network of its name, as the responder has it; else its own. */
static uint32_t call_net(uint32_t k)
{
    return opt.pki ? k % (NETS - NETS % opt.names) : opt.first + k % opt.names;
}

static void conn_make(struct ike_conn_conf *c, uint32_t k)
{
    char why[200];
    const uint32_t name = opt.first + k % opt.names;
    ike_conn_conf_defaults(c);
    call_name(k, c->name);
    id_of(name, &c->local_id);
    c->children = calloc(1, sizeof *c->children);
    if (!c->children || ike_id_parse("@gw.load.example.org", &c->remote_id, why, sizeof why) != 0 ||
        crypt_proposal_parse(opt.ike, CRYPT_PROTOCOL_IKE, c->proposals, why, sizeof why) != 0)
        die(c->children ? why : "no memory");
    c->n_children = c->n_proposals = c->n_local_addrs = 1;
    c->local_addrs[0] = base_addr_ip4(FAKE_NET + k);
    c->remote_addr = opt.to;
    c->rekey_s = c->keepalive_s = c->childless_s = 0;
    c->dpd_s = opt.dpd_s;
    if (opt.pki) {
        c->local_auth = c->remote_auth = IKE_AUTH_SIG;
        c->creds = pki.creds[k % opt.names];
        c->anchor = pki.anchor;
    }
    ike_child_conf_defaults(c->children);
    snprintf(c->children->name, sizeof c->children->name, "net");
    c->children->rekey_s = 0;
    network_set(&c->children->local_ts, 0x0a400000 + call_net(k) * 256, 0xff); /* 10.64.0.0/10 */
    network_set(&c->children->remote_ts, 0x0a020000, 0xff);                    /* 10.2.0.0/24 */
}

static void secret_make(struct ike_secret *s, uint32_t name)
{
    char why[200];
    id_of(name, &s->local);
    if (ike_id_parse("@gw.load.example.org", &s->remote, why, sizeof why) != 0)
        die(why);
    s->psk_len = (uint16_t)strlen(opt.psk);
    memcpy(s->psk, opt.psk, s->psk_len);
}

static struct ike_conf *conf_make(void)
{
    struct ike_conf *conf = ike_conf_new();
    if (!conf)
        die("no memory");
    conf->sas_max = opt.calls + 1;
    conf->conns = calloc(opt.calls, sizeof *conf->conns);
    conf->secrets = base_secret_new(opt.names * sizeof *conf->secrets);
    if (!conf->conns || !conf->secrets)
        die("no memory");
    if (opt.pki && !load_pki_read(&pki, conf, opt.pki, opt.names, pki_name))
        exit(1);
    for (; conf->n_conns < opt.calls; conf->n_conns++)
        conn_make(&conf->conns[conf->n_conns], (uint32_t)conf->n_conns);
    for (; !opt.pki && conf->n_secrets < opt.names; conf->n_secrets++)
        secret_make(&conf->secrets[conf->n_secrets], opt.first + (uint32_t)conf->n_secrets);
    ike_conf_seal(conf);
    return conf;
}

/* ---- the run ---- */

static int wait_ms(base_time now)
{
    base_time at = ike_deadline(ike);
    if (n_begun < opt.calls && n_begun - n_over < opt.under_way)
        at = base_time_min(at, next_at);
    const uint64_t ms = (base_time_since(at, now) + BASE_NS_PER_MS - 1) / BASE_NS_PER_MS;
    return ms > 100 ? 100 : (int)ms;
}

static void calls_begin(void)
{
    while (n_begun < opt.calls && n_begun - n_over < opt.under_way &&
           base_time_reached(next_at, clock_now())) {
        calling = n_begun++;
        calls[calling].began = clock_now();
        event_of(IKE_EV_INITIATE, calling);
    }
}

static base_time turn(void)
{
    struct epoll_event events[EVENTS_MAX];
    const int n = epoll_wait(epoll_fd, events, EVENTS_MAX, wait_ms(clock_now()));
    for (int i = 0; i < n; i++)
        socket_ready(events[i].data.fd);
    const base_time now = clock_now();
    if (base_time_reached(ike_deadline(ike), now)) {
        ike_on_timer(ike, now);
        actions_take();
    }
    return now;
}

/* Until all calls are over, or none ends for a while. When the last one did. */
static base_time run(void)
{
    base_time progress = clock_now();
    uint32_t before = 0;
    while (n_over < opt.calls) {
        calls_begin();
        const base_time now = turn();
        if (n_over != before)
            progress = now;
        before = n_over;
        if (base_time_since(now, progress) > GIVE_UP_NS)
            break;
    }
    return progress;
}

static int ns_compare(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void report(uint64_t cpu_ns, uint64_t wall_ns)
{
    struct ike_stats s;
    ike_stats(ike, &s);
    qsort(took_ns, n_over, sizeof *took_ns, ns_compare);
    const uint32_t n = n_over ? n_over : 1;
    printf("calls=%u done=%u wrong=%u cpu_us=%.1f per_s=%.0f median_us=%.0f p99_us=%.0f repeats=%" PRIu64
           "\n",
           opt.calls, n_over, n_failed, (double)cpu_ns / 1e3 / n, (double)n_over * 1e9 / (double)wall_ns,
           (double)took_ns[n / 2] / 1e3, (double)took_ns[(uint64_t)n * 99 / 100] / 1e3, s.retransmits_out);
}

static struct ike_stats stats_now(void)
{
    struct ike_stats s;
    ike_stats(ike, &s);
    return s;
}

static void hold(void)
{
    const struct ike_stats before = stats_now();
    const uint64_t cpu = responder_ns();
    const base_time start = clock_now(), until = base_time_add(start, opt.hold_s * BASE_NS_PER_S);
    base_time now = start;
    while (!base_time_reached(until, now))
        now = turn();
    const struct ike_stats s = stats_now();
    printf("held_s=%u cpu_percent=%.2f sas=%" PRIu64 " children=%" PRIu64 " rekeyed=%" PRIu64
           " packets=%" PRIu64 " repeats=%" PRIu64 "\n",
           opt.hold_s, 100.0 * (double)(responder_ns() - cpu) / (double)base_time_since(now, start),
           s.ike_sas, s.children, s.rekeyed_child - before.rekeyed_child, s.packets_in - before.packets_in,
           s.retransmits_out - before.retransmits_out);
    fflush(stdout);
}

static void wait_until_told(void)
{
    const uint64_t before = stats_now().ike_sas;
    uint64_t left = before;
    base_time progress = clock_now();
    while (left && base_time_since(clock_now(), progress) < opt.told_s * BASE_NS_PER_S) {
        const base_time now = turn();
        const uint64_t sas = stats_now().ike_sas;
        progress = sas == left ? progress : now;
        left = sas;
    }
    printf("told=%" PRIu64 " of=%" PRIu64 "\n", before - stats_now().ike_sas, before);
}

/* ---- arguments ---- */

static uint32_t number_of(const char *text, uint32_t min, uint32_t max)
{
    char *end;
    const unsigned long n = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || n < min || n > max) {
        fprintf(stderr, "ike_load: \"%s\" is no number from %u to %u\n", text, min, max);
        exit(2);
    }
    return (uint32_t)n;
}

static bool option_take(const char *key, const char *value)
{
    const struct {
        const char *key;
        uint32_t *number, min, max;
        const char **text;
    } rows[] = {{"calls", &opt.calls, 1, CALLS_MAX, NULL},
                {"under_way", &opt.under_way, 1, 10000, NULL},
                {"first", &opt.first, 0, CALLS_MAX, NULL},
                {"names", &opt.names, 1, CALLS_MAX, NULL},
                {"pause_us", &opt.pause_us, 0, 1000000, NULL},
                {"pid", &opt.pid, 1, UINT32_MAX, NULL},
                {"hold_s", &opt.hold_s, 0, 100000, NULL},
                {"dpd_s", &opt.dpd_s, 0, 100000, NULL},
                {"told_s", &opt.told_s, 0, 100000, NULL},
                {"id", NULL, 0, 0, &opt.id},
                {"ike", NULL, 0, 0, &opt.ike},
                {"psk", NULL, 0, 0, &opt.psk},
                {"pki", NULL, 0, 0, &opt.pki},
                {"threads", NULL, 0, 0, &opt.threads}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(rows[i].key, key) != 0)
            continue;
        if (rows[i].text)
            *rows[i].text = value;
        else
            *rows[i].number = number_of(value, rows[i].min, rows[i].max);
        return true;
    }
    if (strcmp(key, "want") == 0) {
        opt.wants_up = strcmp(value, "up") == 0;
        return opt.wants_up || strcmp(value, "refused") == 0;
    }
    return strcmp(key, "to") == 0 && base_addr_parse(value, &opt.to) == 0;
}

static void options_read(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        char *value = strchr(argv[i], '=');
        if (value)
            *value++ = '\0';
        if (!value || !option_take(argv[i], value)) {
            fprintf(stderr, "ike_load: what is \"%s\"?\n", argv[i]);
            exit(2);
        }
    }
    if (opt.to.family != BASE_AF_IP4 || strlen(opt.psk) > IKE_PSK_MAX) {
        fputs("ike_load: to=ADDRESS (IPv4) must be given, and a psk of up to 256 bytes\n", stderr);
        exit(2);
    }
}

int main(int argc, char **argv)
{
    const struct ike_env env = {.rng = env_rng,
                                .crypto = &ossl_ike_ops,
                                .spi_alloc = env_spi_alloc,
                                .spi_free = env_spi_free,
                                .local_for = env_local_for,
                                .calendar = env_calendar};
    options_read(argc, argv);
    calls = calloc(opt.calls, sizeof *calls);
    took_ns = calloc(opt.calls, sizeof *took_ns);
    ike = calls && took_ns ? ike_new(&env, conf_make(), clock_now()) : NULL;
    if (!ike)
        die("no memory");
    sockets_open();
    const uint64_t cpu = responder_ns();
    const base_time start = clock_now();
    const base_time end = run();
    report(responder_ns() - cpu, base_time_since(end, start));
    fflush(stdout);
    if (opt.hold_s)
        hold();
    if (opt.told_s)
        wait_until_told();
    return n_over >= opt.calls - opt.calls / LOST_MOST && n_failed == 0 ? 0 : 1;
}
