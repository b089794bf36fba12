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

static uint16_t slot_port(const struct ctl_radius_slot *s)
{
    const struct ike_radius_server *server = &slot_conf(s)->servers[s->server];
    return s->job->is_account ? server->acct_port : server->port;
}

static void slot_fail(struct ctl_radius_slot *s, int status)
{
    s->is_failed = true;
    s->job->job.status = status;
}

/* Signs the request for the server whose turn it is, or finds that there is none left. */
static void slot_sign(struct ctl_radius_slot *s)
{
    const struct ike_radius_conf *conf = slot_conf(s);
    s->tries = 0;
    while (conf && s->server < conf->n_servers && !slot_port(s))
        s->server++;
    if (!conf || s->server >= conf->n_servers) {
        slot_fail(s, -ETIMEDOUT);
        return;
    }
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

void ctl_radius_slot_begin(struct ctl_radius_slot *s, struct ike_job_radius *job, uint8_t id)
{
    memset(s, 0, offsetof(struct ctl_radius_slot, bytes));
    s->job = job;
    s->ask.id = id;
    if (job->eap && job->conf->radius && job->eap->radius_server < job->conf->radius->n_servers)
        s->server = job->eap->radius_server;
    base_endpoint_text(&job->remote, s->calling);
    base_endpoint_text(&job->local, s->called);
    slot_sign(s);
}

bool ctl_radius_slot_due(struct ctl_radius_slot *s, base_time now, struct base_endpoint *to)
{
    const struct ike_radius_conf *conf = slot_conf(s);
    if (s->is_failed || !base_time_reached(s->due, now))
        return false;
    if (s->tries >= conf->tries) {
        s->server++;
        slot_sign(s);
    }
    if (s->is_failed)
        return false;
    s->tries++;
    s->due = base_time_add(now, conf->timeout_ms * (BASE_NS_PER_S / 1000));
    *to = (struct base_endpoint){conf->servers[s->server].address, slot_port(s)};
    return true;
}

bool ctl_radius_slot_take(struct ctl_radius_slot *s, const struct base_endpoint *from, struct base_span bytes)
{
    const struct base_endpoint want = {slot_conf(s)->servers[s->server].address, slot_port(s)};
    if (s->is_failed || !base_endpoint_equal(from, &want))
        return false;
    const int rc = s->job->is_account ? eap_radius_accounted(bytes, &s->ask)
                                      : eap_radius_take(s->job->eap, bytes, &s->ask, &s->job->step);
    if (rc < 0)
        return false;
    s->job->job.status = 0;
    if (s->job->eap)
        s->job->eap->radius_server = (uint8_t)s->server;
    return true;
}
