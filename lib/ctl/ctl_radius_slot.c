/* SPDX-License-Identifier: BSD-3-Clause */
/* Tries and servers of one request. Each server gets a request signed with its own secret. */
#include "ctl_radius_slot.h"

#include <errno.h>
#include <string.h>
#include "ossl_eap.h"
#include "ossl_ops.h"

static const struct ike_radius_conf *slot_conf(const struct ctl_radius_slot *s)
{
    return s->job->conf->radius;
}

/* Where such requests go at a server; its port is 0 where it takes none. */
static struct base_endpoint slot_at(const struct ctl_radius_slot *s, size_t i)
{
    const struct ike_radius_server *server = &slot_conf(s)->servers[i];
    return (struct base_endpoint){server->address, s->job->is_account ? server->acct_port : server->port};
}

/* The first server that had no turn yet, of those that are silent or of the others. Their number: none. */
static size_t slot_find(const struct ctl_radius_slot *s, bool is_silent, base_time now)
{
    const size_t n = slot_conf(s) ? slot_conf(s)->n_servers : 0;
    for (size_t i = 0; i < n; i++) {
        const struct base_endpoint at = slot_at(s, i);
        if (at.port && !(s->passed & 1u << i) && ctl_radius_silent_has(s->silent, &at, now) == is_silent)
            return i;
    }
    return n;
}

static void slot_fail(struct ctl_radius_slot *s, int status)
{
    s->is_failed = true;
    s->job->job.status = status;
}

/* Signs the request for the server whose turn it is. */
static void slot_sign(struct ctl_radius_slot *s)
{
    const struct ike_radius_conf *conf = slot_conf(s);
    s->tries = 0;
    const struct ike_radius_server *server = &conf->servers[s->server];
    s->ask.ops = &ossl_eap_ops;
    s->ask.secret = base_span(server->secret, server->secret_len);
    s->ask.nas_id = conf->nas_id;
    s->ask.calling = s->calling;
    s->ask.called = s->called;
    int rc = ossl_random_secret(s->ask.authenticator, sizeof s->ask.authenticator);
    if (rc == 0 && s->job->is_account)
        rc = eap_radius_account(&s->job->session, &s->ask, s->bytes, &s->len);
    else if (rc == 0)
        rc = eap_radius_request(s->job->eap, base_span(s->job->packet, s->job->packet_len), &s->ask, s->bytes,
                                &s->len);
    if (rc < 0)
        slot_fail(s, rc);
}

/* It is the next server's turn, or there is none left. */
static void slot_next(struct ctl_radius_slot *s, base_time now)
{
    const size_t n = slot_conf(s) ? slot_conf(s)->n_servers : 0;
    s->server = slot_find(s, false, now);
    if (s->server == n)
        s->server = slot_find(s, true, now);
    if (s->server == n)
        slot_fail(s, -ETIMEDOUT);
    else
        slot_sign(s);
}

/* Whether a server has sent a Challenge in this login, so that no other one can go on with it. */
static bool slot_is_begun(const struct ctl_radius_slot *s)
{
    const struct eap *e = s->job->eap;
    return e && e->at == EAP_AT_METHOD && slot_conf(s) && e->radius_server < slot_conf(s)->n_servers;
}

void ctl_radius_slot_begin(struct ctl_radius_slot *s, struct ike_job_radius *job, uint8_t id,
                           struct ctl_radius_silent *silent, base_time now)
{
    memset(s, 0, offsetof(struct ctl_radius_slot, bytes));
    s->job = job;
    s->silent = silent;
    s->ask.id = id;
    base_endpoint_text(&job->remote, s->calling);
    base_endpoint_text(&job->local, s->called);
    if (slot_is_begun(s)) {
        s->server = job->eap->radius_server;
        s->passed = ~0u;
        slot_sign(s);
    } else {
        slot_next(s, now);
    }
}

bool ctl_radius_slot_due(struct ctl_radius_slot *s, base_time now, struct base_endpoint *to)
{
    const struct ike_radius_conf *conf = slot_conf(s);
    if (s->is_failed || !base_time_reached(s->due, now))
        return false;
    if (s->tries >= conf->tries) {
        const struct base_endpoint silent = slot_at(s, s->server);
        ctl_radius_silent_add(s->silent, &silent, now);
        s->passed |= 1u << s->server;
        slot_next(s, now);
    }
    if (s->is_failed)
        return false;
    s->tries++;
    s->due = base_time_add(now, conf->timeout_ms * (BASE_NS_PER_S / 1000));
    *to = slot_at(s, s->server);
    return true;
}

bool ctl_radius_slot_take(struct ctl_radius_slot *s, const struct base_endpoint *from, struct base_span bytes)
{
    if (s->is_failed)
        return false;
    const struct base_endpoint want = slot_at(s, s->server);
    if (!base_endpoint_equal(from, &want))
        return false;
    const int rc = s->job->is_account ? eap_radius_accounted(bytes, &s->ask)
                                      : eap_radius_take(s->job->eap, bytes, &s->ask, &s->job->step);
    if (rc < 0)
        return false;
    ctl_radius_silent_remove(s->silent, &want);
    s->job->job.status = 0;
    if (s->job->eap)
        s->job->eap->radius_server = (uint8_t)s->server;
    return true;
}
