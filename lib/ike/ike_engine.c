/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The engine's doors: packets, events and time in. Finds the SA, checks message ids (RFC 7296 2.2, 2.3),
 * opens the message, follows the peer, and hands over to the row of the exchange. What has no row, no SA or
 * no valid ICV is dropped and counted; nothing unauthenticated changes an SA.
 */
#include "ike_explain.h"
#include "ike_rows.h"

#include <errno.h>
#include <stdlib.h>

#define REFUSED_S 5

/* ---- packets ---- */

static void on_init(struct ike *ike, struct ike_msg *msg)
{
    const struct ike_row *row;
    const bool from_initiator = msg->hdr.flags & WIRE_IKE_F_INITIATOR;
    struct ike_sa *sa = msg->is_response ? ike_sa_by_spi(ike, msg->hdr.spi_i) : NULL;
    if (msg->hdr.msgid != 0 || msg->hdr.spi_i == 0 || from_initiator == msg->is_response ||
        (!msg->is_response && msg->hdr.spi_r != 0)) {
        ike->stats.dropped_unexpected++;
        return;
    }
    if (msg->is_response && (!sa || !sa->is_initiator)) {
        ike->stats.dropped_unknown_spi++;
        return;
    }
    struct base_reader r = base_reader(msg->raw);
    base_read_span(&r, WIRE_IKE_HDR_BYTES);
    if (wire_ike_plds_parse(msg->hdr.next, base_read_rest(&r), &msg->plds) != WIRE_IKE_OK) {
        ike->stats.dropped_malformed++;
        return;
    }
    if (ike_rows_find(WIRE_IKE_SA_INIT, msg->is_response, false, sa ? sa->state : IKE_ST_NONE, &msg->plds,
                      &row) != IKE_ROW_FOUND) {
        ike->stats.dropped_unexpected++;
        return;
    }
    if (sa)
        ike_sa_touch(ike, sa);
    row->handle(ike, sa, msg);
}

static struct ike_sa *find_sa(struct ike *ike, const struct ike_msg *msg)
{
    const bool from_initiator = msg->hdr.flags & WIRE_IKE_F_INITIATOR;
    struct ike_sa *sa = ike_sa_by_spi(ike, from_initiator ? msg->hdr.spi_r : msg->hdr.spi_i);
    if (!sa || sa->is_initiator == from_initiator || sa->spi_i != msg->hdr.spi_i ||
        sa->spi_r != msg->hdr.spi_r || !sa->keys.prf_len)
        return NULL;
    return sa;
}

/* A request that was answered already: the same answer again, to where it came from now (RFC 7296 2.1). */
static void repeat_answer(struct ike *ike, struct ike_sa *sa, struct ike_msg *msg)
{
    enum wire_ike_err err;
    if (!sa->resp.ptr) {
        ike->stats.dropped_unexpected++; /* still being worked on */
        return;
    }
    if (ike_msg_open(ike, sa, msg, &err) == -EBADMSG) {
        ike->stats.dropped_bad_icv++;
        return;
    }
    ike->stats.duplicates_answered++;
    ike_act_send(ike, msg->path, ike_blob_span(&sa->resp));
}

/* An authentic request that cannot be understood: both sides give the SA up (RFC 7296 2.21.2, 2.21.3). */
static void on_malformed_request(struct ike *ike, struct ike_sa *sa, struct ike_msg *msg,
                                 enum wire_ike_err err, const char *fault)
{
    if (err == WIRE_IKE_CRITICAL) {
        ike_msg_respond_error(ike, sa, msg->path, msg->hdr.exchange, msg->hdr.msgid,
                              WIRE_IKE_N_UNSUPPORTED_CRITICAL_PAYLOAD,
                              base_span(&msg->plds.critical_type, 1));
        if (sa->state == IKE_ST_UP)
            return;
    } else {
        ike_explain_malformed(ike, sa, fault);
        ike_msg_respond_error(ike, sa, msg->path, msg->hdr.exchange, msg->hdr.msgid,
                              WIRE_IKE_N_INVALID_SYNTAX, BASE_SPAN_NONE);
    }
    if (sa->state == IKE_ST_R_INIT) {
        ike_init_free(sa);
        sa->life.give_up_at =
            base_time_min(sa->life.give_up_at, base_time_add(ike->now, REFUSED_S * BASE_NS_PER_S));
        return;
    }
    if (sa->state == IKE_ST_UP)
        ike_note(ike, sa, IKE_AUDIT_IKE_DOWN, "the peer sent a malformed request");
    ike_sa_kill(ike, sa);
}

static void on_malformed_response(struct ike *ike, struct ike_sa *sa, const char *fault)
{
    ike_explain_malformed(ike, sa, fault);
    ike->stats.failed += sa->state == IKE_ST_I_AUTH;
    if (sa->state == IKE_ST_CLOSING)
        ike_sa_kill(ike, sa); /* whatever it says, our DELETE has arrived */
    else
        ike_close(ike, sa, "the peer sent a malformed answer");
}

static void handle(struct ike *ike, struct ike_sa *sa, struct ike_msg *msg, enum wire_ike_err err)
{
    const struct ike_row *row = NULL;
    const char *fault = err ? wire_ike_err_name(err) : "a required payload is missing";
    enum ike_row_verdict v = IKE_ROW_MISSING;
    if (!err)
        v = ike_rows_find(msg->hdr.exchange, msg->is_response, true, sa->state, &msg->plds, &row);
    if (v == IKE_ROW_FOUND)
        row->handle(ike, sa, msg);
    else if (msg->is_response)
        on_malformed_response(ike, sa, fault);
    else
        on_malformed_request(ike, sa, msg, err, fault);
}

static bool is_expected(const struct ike_sa *sa, const struct ike_msg *msg)
{
    const struct ike_row *row;
    if (ike_rows_find(msg->hdr.exchange, msg->is_response, true, sa->state, NULL, &row) != IKE_ROW_FOUND)
        return false;
    if (msg->is_response)
        return sa->req.bytes.ptr && msg->hdr.msgid == sa->seq.own && msg->hdr.exchange == sa->req.exchange;
    return msg->hdr.msgid == sa->seq.peer && !sa->peer_task && sa->seq.peer != UINT32_MAX;
}

static void on_protected(struct ike *ike, struct ike_msg *msg)
{
    enum wire_ike_err err;
    struct ike_sa *sa = find_sa(ike, msg);
    if (!sa) {
        ike->stats.dropped_unknown_spi++;
        return;
    }
    if (!msg->is_response && sa->seq.peer > 0 && msg->hdr.msgid == sa->seq.peer - 1) {
        repeat_answer(ike, sa, msg);
        return;
    }
    if (!is_expected(sa, msg)) {
        ike->stats.dropped_unexpected++;
        return;
    }
    if (ike_msg_open(ike, sa, msg, &err) == -EBADMSG) {
        ike->stats.dropped_bad_icv++;
        return;
    }
    ike_sa_touch(ike, sa);
    sa->life.last_in = ike->now;
    if (msg->is_response) {
        sa->seq.own++;
        ike_request_clear(sa);
    } else {
        sa->seq.peer++;
        ike_blob_free(&sa->resp);
    }
    ike_natd_follow(ike, sa, msg->path);
    if (!err && !msg->is_response)
        ike_rekey_claim(ike, sa, msg);
    handle(ike, sa, msg, err);
    base_wipe(ike->plain_in, msg->raw.len);
}

static void on_packet(struct ike *ike, const struct ike_path *path, struct base_span bytes)
{
    struct ike_msg msg = {.path = path, .raw = bytes};
    ike->stats.packets_in++;
    const enum wire_ike_err err =
        bytes.len > WIRE_IKE_MSG_MAX ? WIRE_IKE_TOO_MANY : wire_ike_hdr_parse(bytes, &msg.hdr);
    if (err == WIRE_IKE_BAD_VERSION) {
        ike->stats.dropped_unexpected++;
        return;
    }
    if (err != WIRE_IKE_OK) {
        ike->stats.dropped_malformed++;
        return;
    }
    msg.is_response = msg.hdr.flags & WIRE_IKE_F_RESPONSE;
    if (msg.hdr.exchange == WIRE_IKE_SA_INIT)
        on_init(ike, &msg);
    else
        on_protected(ike, &msg);
}

void ike_on_packet(struct ike *ike, base_time now, const struct ike_path *path, struct base_span bytes)
{
    ike->now = now;
    on_packet(ike, path, bytes);
    ike_settle(ike);
}

/* ---- events ---- */

static struct ike_run *run_by_name(struct ike *ike, const char *name)
{
    const struct ike_conn_conf *c = name ? ike_conf_conn(ike->conf, name) : NULL;
    return c ? ike_run_of(ike, c) : NULL;
}

static int terminate(struct ike *ike, struct ike_run *run)
{
    int rc = -ENOENT;
    if (!run)
        return rc;
    run->held = true;
    ike_timer_clear(&ike->timers, &run->timer);
    for (struct ike_sa *sa = run->sas, *next; sa; sa = next) {
        next = sa->link.run_next;
        ike_close(ike, sa, "terminated by the operator");
        rc = 0;
    }
    return rc;
}

static int rekey(struct ike *ike, struct ike_run *run, const struct ike_event *ev)
{
    int rc = -ENOENT;
    for (struct ike_sa *sa = run ? run->sas : NULL, *next; sa; sa = next) {
        next = sa->link.run_next;
        if (sa->state != IKE_ST_UP)
            continue;
        sa->want.rekey = sa->want.rekey || ev->rekey_ike;
        for (struct ike_child *c = sa->children; c && !ev->rekey_ike; c = c->next) {
            c->want_rekey = c->want_rekey || c->state == IKE_CHILD_UP;
            c->without_dh = !ev->rekey_with_dh;
        }
        ike_sa_touch(ike, sa);
        rc = 0;
    }
    return rc;
}

static void shut_down(struct ike *ike)
{
    ike->shutting_down = true;
    for (size_t i = 0; i < ike->conf->n_conns; i++)
        ike_timer_clear(&ike->timers, &ike->runs[i].timer);
    for (struct ike_sa *sa = ike->first, *next; sa; sa = next) {
        next = sa->link.next;
        ike_close(ike, sa, "shutting down");
    }
}

static void on_traffic(struct ike *ike, struct ike_child *c, const struct ike_event *ev)
{
    struct ike_sa *sa = c->sa;
    if (ev->last_in.ns > c->last_in.ns)
        c->last_in = ev->last_in;
    if (ev->last_out.ns > c->last_out.ns)
        c->last_out = ev->last_out;
    if (c->last_in.ns > sa->life.last_in.ns)
        sa->life.last_in = c->last_in;
    if (c->last_out.ns > sa->life.last_out.ns)
        sa->life.last_out = c->last_out;
    /* The peer sends on the new pair, so it receives on it as well. */
    if (ev->last_in.ns && c->state == IKE_CHILD_UP && !c->is_rekeyed)
        ike_child_activate(ike, c);
    ike_sa_touch(ike, sa);
}

static void on_limit(struct ike *ike, struct ike_child *c, bool hard)
{
    if (c->state != IKE_CHILD_UP)
        return;
    if (hard) {
        c->state = IKE_CHILD_DELETING;
        ike_child_want_again(ike, c, 0);
    } else {
        c->want_rekey = true;
        c->without_dh = false;
    }
    ike_sa_touch(ike, c->sa);
}

static int on_child_event(struct ike *ike, const struct ike_event *ev)
{
    struct ike_child *c = ike_child_by_spi(ike, ev->spi_in);
    if (!c)
        return 0;
    if (ev->type == IKE_EV_PEER_MOVED)
        ike_natd_follow_esp(ike, c->sa, &ev->remote);
    else if (ev->type == IKE_EV_TRAFFIC)
        on_traffic(ike, c, ev);
    else
        on_limit(ike, c, ev->type == IKE_EV_SA_HARD);
    return 0;
}

static int on_event(struct ike *ike, const struct ike_event *ev)
{
    struct ike_run *run;
    switch (ev->type) {
    case IKE_EV_INITIATE:
        run = run_by_name(ike, ev->name);
        return run && !ike->shutting_down ? ike_run_initiate(ike, run) : -ENOENT;
    case IKE_EV_TERMINATE:
        return terminate(ike, run_by_name(ike, ev->name));
    case IKE_EV_REKEY:
        return rekey(ike, run_by_name(ike, ev->name), ev);
    case IKE_EV_CONF_SWAP:
        ike_run_swap(ike, ev->conf);
        return 0;
    case IKE_EV_SHUTDOWN:
        shut_down(ike);
        return 0;
    case IKE_EV_JOB_DONE:
        ike_task_job_done(ike, ev->job);
        return 0;
    case IKE_EV_SA_SOFT:
    case IKE_EV_SA_HARD:
    case IKE_EV_PEER_MOVED:
    case IKE_EV_TRAFFIC:
        return on_child_event(ike, ev);
    }
    return 0;
}

int ike_on_event(struct ike *ike, base_time now, const struct ike_event *ev)
{
    ike->now = now;
    const int rc = on_event(ike, ev);
    ike_settle(ike);
    return rc;
}

/* ---- time ---- */

void ike_on_timer(struct ike *ike, base_time now)
{
    struct ike_timer *t;
    ike->now = now;
    while ((t = ike_timer_first(&ike->timers)) != NULL && base_time_reached(t->at, now)) {
        if (t->owner == IKE_TIMER_RUN) {
            ike_run_on_timer(ike, (struct ike_run *)((char *)t - offsetof(struct ike_run, timer)));
        } else {
            struct ike_sa *sa = (struct ike_sa *)((char *)t - offsetof(struct ike_sa, timer));
            ike_timer_clear(&ike->timers, t); /* the settle step sets it anew */
            ike_due_on_timer(ike, sa);
        }
    }
    ike_settle(ike);
}

base_time ike_deadline(const struct ike *ike)
{
    const struct ike_timer *t = ike_timer_first(&ike->timers);
    return t ? t->at : BASE_TIME_NEVER;
}

/* ---- life ---- */

static int make_tables(struct ike *ike, const struct ike_conf *conf)
{
    ike->n_slots = 64;
    while (ike->n_slots < conf->sas_max && ike->n_slots < 1u << 20)
        ike->n_slots *= 2;
    ike->by_spi = calloc(ike->n_slots, sizeof(*ike->by_spi));
    ike->by_init = calloc(ike->n_slots, sizeof(*ike->by_init));
    ike->by_id = calloc(ike->n_slots, sizeof(*ike->by_id));
    ike->by_child = calloc(ike->n_slots, sizeof(*ike->by_child));
    ike->by_job = calloc(ike->n_slots, sizeof(*ike->by_job));
    return ike->by_spi && ike->by_init && ike->by_id && ike->by_child && ike->by_job ? 0 : -ENOMEM;
}

struct ike *ike_new(const struct ike_env *env, const struct ike_conf *conf, base_time now)
{
    struct ike *ike = calloc(1, sizeof *ike);
    if (!ike)
        return NULL;
    ike->env = *env;
    ike->now = now;
    ike->fail_refill = now;
    env->rng(env->ctx, IKE_RNG_HASH_SEED, &ike->hash_seed, sizeof ike->hash_seed);
    env->rng(env->ctx, IKE_RNG_COOKIE, ike->cookie_secret, sizeof ike->cookie_secret);
    ike->cookie_until = base_time_add(now, 120 * BASE_NS_PER_S);
    if (make_tables(ike, conf) < 0 || ike_run_init(ike, conf) < 0) {
        ike_free(ike);
        return NULL;
    }
    for (size_t i = 0; i < conf->n_conns; i++)
        if (conf->conns[i].start)
            ike_timer_set(&ike->timers, &ike->runs[i].timer, now);
    return ike;
}

static void free_jobs(struct ike *ike)
{
    for (size_t i = 0; ike->by_job && i < ike->n_slots; i++) {
        while (ike->by_job[i]) {
            struct ike_wait *w = ike->by_job[i];
            ike->by_job[i] = w->hash_next;
            free(w);
        }
    }
}

void ike_free(struct ike *ike)
{
    if (!ike)
        return;
    ike->shutting_down = true;
    while (ike->first) {
        ike->first->quiet = true;
        ike_sa_kill(ike, ike->first);
    }
    ike_settle(ike);
    free_jobs(ike);
    ike_act_fini(ike);
    ike_run_fini(ike);
    ike_timer_fini(&ike->timers);
    free(ike->by_spi);
    free(ike->by_init);
    free(ike->by_id);
    free(ike->by_child);
    free(ike->by_job);
    base_wipe(ike, sizeof *ike);
    free(ike);
}
