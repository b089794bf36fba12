/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The doctor of a connection: facts are gathered here, from the configuration, the engine, the failures and
 * the kernel; what they mean is the room doctor's. What may take long (the kernel's lists, all connections)
 * is done beside the loop, on copies.
 */
#include "ctl_api_cmd.h"

#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "api_doctor.h"
#include "ctl_aside.h"
#include "ctl_json.h"
#include "ctl_newest.h"
#include "doctor_conn.h"
#include "host_offload.h"
#include "host_owner.h"
#include "ike_peer.h"
#include "ossl_ops.h"

struct doctor_work {
    struct doctor_conn facts;
    const struct ike_conf *conf; /* a reference */
    const struct conf *in_force;
    struct ctl_newest newest;
    struct ike_audit audits[DOCTOR_FAILURES_MAX];
    struct doctor_report report;
};

/* Whether a failure is this connection's, or of a caller who may be its peer and was not recognised. */
static bool doctor_concerns(const struct ike_conn_conf *c, const struct ike_audit *a)
{
    if (a->conn[0])
        return strcmp(a->conn, c->name) == 0;
    if (c->remote_addr.family != BASE_AF_NONE)
        return base_addr_equal(&c->remote_addr, &a->path.remote.addr);
    return ike_peer_is_candidate(c, &a->path);
}

static int newest_first(const void *a, const void *b)
{
    const struct doctor_failure *x = a, *y = b;
    return x->age_s < y->age_s ? -1 : x->age_s > y->age_s;
}

static void doctor_failures(const struct ctl *ctl, struct doctor_work *w)
{
    struct doctor_conn *f = &w->facts;
    for (size_t i = 0; i < ctl->failures.count && f->n_failures < DOCTOR_FAILURES_MAX; i++) {
        const struct ctl_failure *x = &ctl->failures.ring[i];
        if (!doctor_concerns(f->conn, &x->audit))
            continue;
        w->audits[f->n_failures] = x->audit;
        f->failures[f->n_failures] =
            (struct doctor_failure){&w->audits[f->n_failures], x->count, f->clock_s - (int64_t)x->last};
        f->n_failures++;
    }
    qsort(f->failures, f->n_failures, sizeof *f->failures, newest_first);
}

static bool is_host_port(const void *arg, const char *name)
{
    const struct conf *conf = arg;
    for (size_t i = 0; i < conf->n_ports; i++)
        if (strcmp(conf->ports[i].host, name) == 0)
            return true;
    return false;
}

static void doctor_port(const struct conf *conf, const struct conf_port *from, struct doctor_port *to)
{
    memcpy(to->name, from->name, sizeof to->name);
    memcpy(to->interface, from->interface, sizeof to->interface);
    memcpy(to->host, from->host, sizeof to->host);
    to->is_outside = from->role & CONF_ROLE_OUTSIDE;
    to->is_inside = from->role & CONF_ROLE_INSIDE;
    to->n_addresses = from->n_addresses;
    memcpy(to->addresses, from->addresses, sizeof to->addresses);
    for (size_t i = 0; i < to->n_addresses && !to->kernel[0]; i++)
        if (host_owner(&to->addresses[i].addr, is_host_port, conf, to->kernel))
            to->kernel_addr = to->addresses[i].addr;
    if (to->interface[0])
        host_offload_text(to->interface, from->driver == CONF_DRIVER_AF_XDP, to->offloads,
                          sizeof to->offloads);
}

static void doctor_judge(void *arg)
{
    struct doctor_work *w = arg;
    const struct conf *conf = w->in_force;
    for (size_t i = 0; i < conf->n_ports; i++)
        doctor_port(conf, &conf->ports[i], &w->facts.ports[w->facts.n_ports++]);
    doctor_conn(&w->facts, &w->report);
}

/* What the client heard when it asked the peer's ports. False: refused. */
static bool doctor_heard(struct doctor_conn *f, const json_t *heard, struct ctl_refusal *refusal)
{
    for (enum doctor_ask ask = 0; ask < DOCTOR_ASKS; ask++) {
        const json_t *value = json_object_get(heard, doctor_ask_name(ask));
        const char *text = json_string_value(value);
        enum doctor_heard h = DOCTOR_NOT_ASKED;
        while (text && h <= DOCTOR_SILENT && strcmp(text, doctor_heard_name(h)) != 0)
            h++;
        if (value && (!text || h > DOCTOR_SILENT)) {
            ctl_refuse(refusal, API_ERR_BAD_ARGUMENT, "\"heard\" must have words such as \"answered\" in it");
            return false;
        }
        f->heard[ask] = h;
    }
    return true;
}

/* Where the client may ask the peer's ports. */
static void doctor_where(const struct doctor_conn *f, json_t *document)
{
    char text[BASE_ADDR_TEXT_MAX];
    const struct ike_conn_conf *c = f->conn;
    json_t *o = json_object();
    if (c->remote_addr.family != BASE_AF_NONE)
        ctl_json_set(o, "address", json_string(base_addr_text(&c->remote_addr, text)));
    ctl_json_set_text(o, "name", c->remote_name);
    ctl_json_set(o, "up", json_boolean(f->up > 0));
    ctl_json_set(document, "peer", o);
}

static json_t *doctor_document(struct ctl *ctl, const char *name, const json_t *args, struct doctor_work *w,
                               struct ctl_refusal *refusal)
{
    w->conf = ike_conf_get(ctl->conf->ike);
    w->in_force = &ctl->in_force;
    w->facts.conf = w->conf;
    w->facts.conn = ike_conf_conn(w->conf, name);
    w->facts.crypto = &ossl_ike_ops;
    w->facts.clock_s = (int64_t)time(NULL);
    w->facts.now = ctl_now();
    json_t *document = NULL;
    if (doctor_heard(&w->facts, json_object_get(args, "heard"), refusal)) {
        ctl_newest(ctl, name, &w->newest);
        w->facts.up = w->newest.up;
        w->facts.connecting = w->newest.connecting;
        w->facts.sa = w->newest.has_sa ? &w->newest.sa : NULL;
        doctor_failures(ctl, w);
        ctl_aside_run(ctl, doctor_judge, w);
        document = api_doctor(&w->report);
        ctl_json_set_text(document, "connection", name);
        doctor_where(&w->facts, document);
    }
    ike_conf_put(w->conf);
    return document;
}

json_t *ctl_doctor(struct ctl *ctl, const json_t *args, struct ctl_refusal *refusal)
{
    const char *name;
    if (!ctl_arg_connection(ctl->conf->ike, args, &name, refusal))
        return NULL;
    if (!name)
        return ctl_refuse(refusal, API_ERR_BAD_ARGUMENT, "say which connection");
    struct doctor_work *w = calloc(1, sizeof *w);
    json_t *document = w ? doctor_document(ctl, name, args, w, refusal) : NULL;
    free(w);
    return document;
}
