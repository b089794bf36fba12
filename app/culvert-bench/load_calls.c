/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Each call is a connection of its own, with a local address that exists nowhere, so that both sides find a
 * NAT, and with the number of the call in its SPI, by which answers find it whatever port they come to.
 */
#include "load_calls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "ike.h"
#include "load_conf.h"
#include "ossl_ops.h"
#include "wire_ike.h"

#define SOCKETS_MAX  512
#define EVENTS_MAX   64
#define GIVE_UP_NS   (5 * BASE_NS_PER_S)
#define CLOSE_NS     (2 * BASE_NS_PER_S)
#define DGRAM_MAX    65535
#define MARKER_BYTES 4
#define WAIT_MS_MAX  100
#define SPI_MIN      0x100u

struct call {
    base_time began;
    uint64_t spi; /* 0: it has not begun */
    bool is_over, has_reason;
};

struct load_calls {
    const struct load_args *a;
    struct ike *ike;
    struct call *calls;
    uint32_t total;
    int epoll_fd, sockets[SOCKETS_MAX];
    uint32_t n_sockets, next_spi;
    uint32_t n_begun, n_over, n_wrong, first_of_phase;
    uint32_t concerned; /* the call that the engine is given something of, from 1; 0: none */
    base_time next_at;  /* no call begins sooner */
    uint64_t *took_ns;  /* of the calls that are over, in the order of their ends */
    const struct load_phase *phase;
    struct load_tally *reasons;
};

static void calls_die(const char *what)
{
    fprintf(stderr, "culvert-bench ike: %s\n", what);
    exit(1);
}

static base_time clock_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (base_time){(uint64_t)t.tv_sec * BASE_NS_PER_S + (uint64_t)t.tv_nsec};
}

/* ---- the engine's surroundings ---- */

static void env_rng(void *ctx, enum ike_rng_purpose purpose, void *buf, size_t len)
{
    struct load_calls *l = ctx;
    if (ossl_random(buf, len) < 0)
        calls_die("there is no randomness");
    if (purpose != IKE_RNG_SPI || len != sizeof(uint64_t) || !l->concerned)
        return;
    uint64_t spi;
    memcpy(&spi, buf, sizeof(spi));
    spi = (uint64_t)l->concerned << 32 | (uint32_t)spi;
    memcpy(buf, &spi, sizeof(spi));
    if (!l->calls[l->concerned - 1].spi)
        l->calls[l->concerned - 1].spi = spi;
}

static int env_spi_alloc(void *ctx, uint32_t *spi)
{
    struct load_calls *l = ctx;
    /* From another place than those of the run before, whose SAs the responder still has. */
    if (!l->next_spi)
        env_rng(l, IKE_RNG_IV, &l->next_spi, sizeof(l->next_spi));
    *spi = SPI_MIN + l->next_spi++ % (UINT32_MAX - SPI_MIN);
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

/* ---- calls ---- */

static void call_over(struct load_calls *l, uint32_t k, bool is_up, base_time now)
{
    struct call *c = &l->calls[k];
    if (c->is_over || !l->phase)
        return;
    c->is_over = true;
    l->took_ns[l->n_over++] = base_time_since(now, c->began);
    l->n_wrong += is_up == l->a->wants_refusal;
    if (l->phase->pause_us)
        l->next_at = base_time_add(now, l->phase->pause_us * 1000ull);
}

static void call_reason(struct load_calls *l, uint32_t k, const char *kind, uint16_t notify)
{
    char text[LOAD_REASON_TEXT];
    if (k >= l->total || l->calls[k].has_reason || !l->phase || l->a->wants_refusal)
        return;
    l->calls[k].has_reason = true;
    if (notify)
        snprintf(text, sizeof(text), "%s (%s)", wire_ike_notify_name(notify), kind);
    else
        snprintf(text, sizeof(text), "%s", kind);
    load_tally_add(l->reasons, text);
}

static void datagram_send(struct load_calls *l, const struct ike_action *a)
{
    static const uint8_t marker[MARKER_BYTES];
    const uint32_t k = load_conf_call(&a->path.local.addr);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(a->path.remote.port)};
    memcpy(&to.sin_addr, a->path.remote.addr.bytes, sizeof(to.sin_addr));
    struct iovec parts[2] = {{(void *)marker, a->path.natt ? sizeof(marker) : 0},
                             {(void *)a->bytes.ptr, a->bytes.len}};
    const struct msghdr msg = {.msg_name = &to, .msg_namelen = sizeof(to), .msg_iov = parts, .msg_iovlen = 2};
    if (sendmsg(l->sockets[k % l->n_sockets], &msg, 0) < 0 && errno != EAGAIN && errno != ECONNREFUSED)
        calls_die(strerror(errno));
}

static void audit_take(struct load_calls *l, const struct ike_audit *audit)
{
    const uint32_t k = load_conf_call(&audit->path.local.addr);
    if (audit->kind == IKE_AUDIT_CHILD_UP)
        call_over(l, k, true, clock_now());
    else if (ike_audit_is_failure(audit->kind))
        call_reason(l, k, ike_audit_kind_name(audit->kind), audit->notify);
}

static void actions_take(struct load_calls *l)
{
    static struct ike_action a;
    while (ike_next_action(l->ike, &a)) {
        if (a.type == IKE_ACT_SEND) {
            datagram_send(l, &a);
        } else if (a.type == IKE_ACT_AUDIT) {
            audit_take(l, &a.audit);
        } else if (a.type == IKE_ACT_JOB) {
            ike_job_run(&ossl_ike_ops, a.job);
            ike_on_event(l->ike, clock_now(), &(struct ike_event){.type = IKE_EV_JOB_DONE, .job = a.job});
        }
        ike_action_wipe(&a);
    }
}

static void call_event(struct load_calls *l, enum ike_event_type type, uint32_t k)
{
    char name[IKE_NAME_MAX];
    l->concerned = k + 1;
    load_conf_name(k, name);
    ike_on_event(l->ike, clock_now(), &(struct ike_event){.type = type, .name = name});
    actions_take(l);
    l->concerned = 0;
}

/* One that is gone, was told no, or is up without its child is over; a refusal in clear may be forged, but
 * not here. */
static void call_look(struct load_calls *l, uint32_t k, base_time now)
{
    static struct ike_presence v;
    char name[IKE_NAME_MAX];
    if (l->calls[k].is_over)
        return;
    const bool is_there = ike_show_presence(l->ike, load_conf_name(k, name), &v) && v.sas;
    if (is_there && !v.refusal && !v.up)
        return;
    if (is_there)
        call_reason(l, k, v.refusal ? "in clear" : "no child SA", v.refusal);
    call_over(l, k, false, now);
    if (is_there)
        call_event(l, IKE_EV_TERMINATE, k);
}

static void calls_begin(struct load_calls *l, base_time start)
{
    const struct load_phase *p = l->phase;
    base_time now = clock_now();
    while (l->n_begun - l->first_of_phase < p->calls && l->n_begun - l->n_over < p->under_way &&
           base_time_reached(l->next_at, now) &&
           !(p->seconds && base_time_since(now, start) >= p->seconds * BASE_NS_PER_S)) {
        const uint32_t k = l->n_begun++;
        if (p->rate)
            l->next_at = base_time_add(start, (k + 1 - l->first_of_phase) * BASE_NS_PER_S / p->rate);
        l->calls[k].began = now;
        call_event(l, IKE_EV_INITIATE, k);
        now = clock_now();
    }
}

/* ---- sockets ---- */

static void datagram_take(struct load_calls *l, const struct sockaddr_in *from, const uint8_t *bytes,
                          size_t len)
{
    struct ike_path path = {.remote.port = ntohs(from->sin_port)};
    struct wire_ike_hdr hdr;
    path.natt = path.remote.port == IKE_PORT_NATT;
    const size_t skip = path.natt ? MARKER_BYTES : 0;
    if (len < skip || wire_ike_hdr_parse(base_span(bytes + skip, len - skip), &hdr) != WIRE_IKE_OK)
        return;
    const uint64_t spi = hdr.flags & WIRE_IKE_F_INITIATOR ? hdr.spi_r : hdr.spi_i;
    const uint32_t k = (uint32_t)(spi >> 32) - 1;
    /* Else of a run before this one, from whose port it has come. What is up may have been rekeyed. */
    if (k >= l->n_begun || (l->calls[k].spi != spi && !l->calls[k].is_over))
        return;
    path.local = (struct base_endpoint){base_addr_ip4(LOAD_FAKE_NET + k), path.remote.port};
    path.remote.addr = base_addr_from_bytes(BASE_AF_IP4, &from->sin_addr);
    const base_time now = clock_now();
    l->concerned = k + 1;
    ike_on_packet(l->ike, now, &path, base_span(bytes + skip, len - skip));
    actions_take(l);
    l->concerned = 0;
    call_look(l, k, now);
}

static void socket_ready(struct load_calls *l, int fd)
{
    static uint8_t bytes[DGRAM_MAX];
    struct sockaddr_in from;
    socklen_t len = sizeof(from);
    ssize_t n;
    while ((n = recvfrom(fd, bytes, sizeof(bytes), 0, (struct sockaddr *)&from, &len)) > 0)
        datagram_take(l, &from, bytes, (size_t)n);
}

/* Each has a port of its own, as if callers had: limits count endpoints. False: errno. */
static bool sockets_open(struct load_calls *l, uint32_t n)
{
    const int size = 4 << 20;
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
        files.rlim_cur = files.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &files);
    }
    l->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    for (; l->n_sockets < n; l->n_sockets++) {
        const int fd = l->sockets[l->n_sockets] =
            socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        struct epoll_event ev = {.events = EPOLLIN, .data.fd = fd};
        if (fd < 0 || epoll_ctl(l->epoll_fd, EPOLL_CTL_ADD, fd, &ev) < 0)
            return false;
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
    }
    return true;
}

/* ---- the run ---- */

static int wait_ms(const struct load_calls *l, base_time now)
{
    const struct load_phase *p = l->phase;
    base_time at = ike_deadline(l->ike);
    if (p && l->n_begun - l->first_of_phase < p->calls && l->n_begun - l->n_over < p->under_way)
        at = base_time_min(at, l->next_at);
    const uint64_t ms = (base_time_since(at, now) + BASE_NS_PER_MS - 1) / BASE_NS_PER_MS;
    return ms > WAIT_MS_MAX ? WAIT_MS_MAX : (int)ms;
}

static base_time calls_turn(struct load_calls *l)
{
    struct epoll_event events[EVENTS_MAX];
    const int n = epoll_wait(l->epoll_fd, events, EVENTS_MAX, wait_ms(l, clock_now()));
    for (int i = 0; i < n; i++)
        socket_ready(l, events[i].data.fd);
    const base_time now = clock_now();
    if (base_time_reached(ike_deadline(l->ike), now)) {
        ike_on_timer(l->ike, now);
        actions_take(l);
    }
    return now;
}

/* Whether the phase has calls under way, or to begin. */
static bool phase_goes_on(const struct load_calls *l, base_time start, base_time now)
{
    const struct load_phase *p = l->phase;
    const bool is_late = p->seconds && base_time_since(now, start) >= p->seconds * BASE_NS_PER_S;
    return l->n_over < l->n_begun || (l->n_begun - l->first_of_phase < p->calls && !is_late);
}

/* Until all calls are over, or none ends for a while. When the last one did. */
static base_time phase_run(struct load_calls *l, base_time start)
{
    base_time now = start, progress = start;
    uint32_t before = l->n_over;
    while (phase_goes_on(l, start, now)) {
        calls_begin(l, start);
        now = calls_turn(l);
        if (l->n_over != before || l->n_over == l->n_begun)
            progress = now;
        before = l->n_over;
        if (base_time_since(now, progress) > GIVE_UP_NS)
            break;
    }
    return progress;
}

static struct load_cpu cpu_since(struct load_cpu now, struct load_cpu then)
{
    return (struct load_cpu){now.ran_ns - then.ran_ns, now.wait_ns - then.wait_ns};
}

static int responder_read(const struct load_calls *l, struct load_cpu *out)
{
    *out = (struct load_cpu){0};
    return l->a->pid ? load_cpu_read("/proc", l->a->pid, l->a->threads, out) : 0;
}

static struct load_cpu own_read(void)
{
    struct load_cpu own = {0};
    (void)load_cpu_read("/proc", (uint32_t)getpid(), NULL, &own);
    return own;
}

static struct ike_stats stats_now(const struct load_calls *l)
{
    struct ike_stats s;
    ike_stats(l->ike, &s);
    return s;
}

/* Those that never ended are given up, so that they do not count among those of the next phase. */
static void phase_give_up(struct load_calls *l)
{
    for (uint32_t k = l->first_of_phase; k < l->n_begun; k++) {
        if (l->calls[k].is_over)
            continue;
        l->calls[k].is_over = true;
        call_event(l, IKE_EV_TERMINATE, k);
        call_reason(l, k, "no end", 0);
    }
    l->n_over = l->n_begun;
}

void load_calls_phase(struct load_calls *l, const struct load_phase *phase, struct load_outcome *out)
{
    const uint32_t left = l->total - l->n_begun;
    struct load_phase p = *phase;
    struct load_cpu responder;
    *out = (struct load_outcome){0};
    p.calls = p.calls < left ? p.calls : left;
    l->phase = &p;
    l->reasons = &out->reasons;
    l->first_of_phase = l->n_begun;
    l->n_wrong = 0;
    out->cpu_rc = responder_read(l, &responder);
    const struct load_cpu own = own_read();
    const base_time start = l->next_at = clock_now();
    out->wall_ns = base_time_since(phase_run(l, start), start);
    const int rc = responder_read(l, &out->responder);
    out->cpu_rc = out->cpu_rc ? out->cpu_rc : rc;
    out->responder = cpu_since(out->responder, responder);
    out->own = cpu_since(own_read(), own);
    out->begun = l->n_begun - l->first_of_phase;
    out->over = l->n_over - l->first_of_phase;
    out->wrong = l->n_wrong;
    uint64_t *took = l->took_ns + l->first_of_phase;
    load_tally_sort(took, out->over);
    out->median_ns = out->over ? load_tally_percentile(took, out->over, 500) : 0;
    out->p99_ns = out->over ? load_tally_percentile(took, out->over, 990) : 0;
    phase_give_up(l);
    l->phase = NULL;
    l->reasons = NULL;
}

void load_calls_hold(struct load_calls *l, uint32_t seconds, struct load_held *out)
{
    const struct ike_stats before = stats_now(l);
    const base_time start = clock_now(), until = base_time_add(start, seconds * BASE_NS_PER_S);
    struct load_cpu cpu;
    base_time now = start;
    (void)responder_read(l, &cpu);
    while (!base_time_reached(until, now))
        now = calls_turn(l);
    const struct ike_stats s = stats_now(l);
    *out = (struct load_held){.sas = s.ike_sas,
                              .children = s.children,
                              .rekeyed = s.rekeyed_child - before.rekeyed_child,
                              .packets_in = s.packets_in - before.packets_in,
                              .repeats = s.retransmits_out - before.retransmits_out,
                              .wall_ns = base_time_since(now, start)};
    (void)responder_read(l, &out->responder);
    out->responder = cpu_since(out->responder, cpu);
}

uint64_t load_calls_until_told(struct load_calls *l, uint32_t seconds, uint64_t *before)
{
    uint64_t left = *before = stats_now(l).ike_sas;
    base_time progress = clock_now();
    while (left && base_time_since(clock_now(), progress) < seconds * BASE_NS_PER_S) {
        const base_time now = calls_turn(l);
        const uint64_t sas = stats_now(l).ike_sas;
        progress = sas == left ? progress : now;
        left = sas;
    }
    return *before - left;
}

void load_calls_close(struct load_calls *l)
{
    const struct ike_event goodbye = {.type = IKE_EV_SHUTDOWN};
    const base_time start = clock_now();
    base_time now = start;
    while (stats_now(l).ike_sas && base_time_since(now, start) < CLOSE_NS) {
        (void)ike_on_event(l->ike, now, &goodbye);
        actions_take(l);
        now = calls_turn(l);
    }
}

/* ---- making and freeing ---- */

struct load_calls *load_calls_new(const struct load_args *a)
{
    struct load_calls *l = calloc(1, sizeof(*l));
    const struct ike_env env = {.ctx = l,
                                .rng = env_rng,
                                .crypto = &ossl_ike_ops,
                                .spi_alloc = env_spi_alloc,
                                .spi_free = env_spi_free,
                                .local_for = env_local_for,
                                .calendar = env_calendar};
    const struct ike_conf *conf = l ? load_conf_make(a) : NULL;
    if (!conf) {
        free(l);
        return NULL;
    }
    l->a = a;
    l->total = load_args_total(a);
    l->calls = calloc(l->total, sizeof(*l->calls));
    l->took_ns = calloc(l->total, sizeof(*l->took_ns));
    l->ike = l->calls && l->took_ns ? ike_new(&env, conf, clock_now()) : NULL;
    ike_conf_put(conf);
    const bool has_sockets =
        l->ike && sockets_open(l, a->under_way < SOCKETS_MAX ? a->under_way : SOCKETS_MAX);
    if (!has_sockets) {
        fprintf(stderr, "culvert-bench ike: %s\n", l->ike ? strerror(errno) : "no memory");
        load_calls_free(l);
        return NULL;
    }
    return l;
}

void load_calls_free(struct load_calls *l)
{
    for (uint32_t i = 0; i < l->n_sockets; i++)
        close(l->sockets[i]);
    if (l->epoll_fd > 0)
        close(l->epoll_fd);
    ike_free(l->ike);
    free(l->calls);
    free(l->took_ns);
    free(l);
}
