/* SPDX-License-Identifier: BSD-3-Clause */
/* What waits for a RADIUS server: a record that is carried out elsewhere. */
#include "ike_job_radius.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Nobody took it to a server. */
static int radius_run(const struct crypt_ike_ops *ops, struct ike_job *job)
{
    (void)ops;
    (void)job;
    return -ENOTCONN;
}

static void radius_drop(const struct crypt_ike_ops *ops, struct ike_job *job)
{
    struct ike_job_radius *j = (struct ike_job_radius *)job;
    (void)ops;
    eap_free(j->eap);
    free(j->packet);
    ike_conf_put(j->conf);
    j->eap = NULL;
    j->packet = NULL;
    j->conf = NULL;
}

static const struct ike_job_kind radius_kind = {
    .name = "radius", .bytes = sizeof(struct ike_job_radius), .run = radius_run, .drop = radius_drop};

bool ike_job_is_radius(const struct ike_job *job)
{
    return job->kind == &radius_kind;
}

static struct ike_job_radius *radius_new(const struct ike_conf *conf, const struct ike_path *path)
{
    struct ike_job_radius *j = (struct ike_job_radius *)ike_job_new(&radius_kind);
    if (!j)
        return NULL;
    j->conf = ike_conf_get(conf);
    j->local = path->local;
    j->remote = path->remote;
    return j;
}

struct ike_job_radius *ike_job_radius_new(const struct ike_conf *conf, const struct ike_path *path,
                                          struct eap *eap, struct base_span packet)
{
    uint8_t *copy = malloc(packet.len + 1);
    struct ike_job_radius *j = copy ? radius_new(conf, path) : NULL;
    if (!j) {
        free(copy);
        return NULL;
    }
    if (packet.len)
        memcpy(copy, packet.ptr, packet.len);
    j->eap = eap;
    j->packet = copy;
    j->packet_len = packet.len;
    return j;
}

struct ike_job_radius *ike_job_radius_account(const struct ike_conf *conf, const struct ike_path *path,
                                              const struct eap_radius_session *session)
{
    struct ike_job_radius *j = radius_new(conf, path);
    if (!j)
        return NULL;
    j->is_account = true;
    j->session = *session;
    return j;
}

struct eap *ike_job_radius_take(struct ike_job_radius *j)
{
    struct eap *e = j->eap;
    j->eap = NULL;
    return e;
}
