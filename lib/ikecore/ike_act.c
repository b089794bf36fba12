/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The queue of actions. A node holds only what its type needs, since a full action is many kilobytes: of an
 * install the selectors that there are, of a record its texts up to their ends.
 *
 * Bound: one input makes at most a constant number of actions per SA that it touches, the SAs are capped by
 * sas_max, and the caller drains the queue after each input; so the queue cannot grow beyond that product.
 * Without memory an action is lost: for SEND that is a lost datagram, and the caller is out of memory itself.
 */
#include "ike_act.h"

#include <stddef.h>
#include <string.h>
#include "base_secret.h"
#include "base_span.h"
#include "ike_action.h"
#include "ike_audit.h"
#include "ike_core.h"
#include "ike_job.h"
#include "ike_path.h"

struct ike_act_node {
    struct ike_act_node *next;
    enum ike_action_type type;
    uint32_t spi_in;
    uint16_t mtu;
    bool is_whole;
    enum esp_way way;
    size_t len; /* of payload */
    struct ike_path path;
    _Alignas(16) uint8_t payload[];
};

static struct ike_act_node *act_node(struct ike *ike, enum ike_action_type type, size_t len)
{
    struct ike_act_node *n = base_secret_new(sizeof(*n) + len);
    if (!n)
        return NULL;
    n->type = type;
    n->len = len;
    if (ike->acts.last)
        ike->acts.last->next = n;
    else
        ike->acts.first = n;
    ike->acts.last = n;
    return n;
}

static struct ike_act_node *act_push(struct ike *ike, enum ike_action_type type, const void *payload,
                                     size_t len)
{
    struct ike_act_node *n = act_node(ike, type, len);
    if (n && len)
        memcpy(n->payload, payload, len);
    return n;
}

static void act_send(struct ike *ike, const struct ike_path *path, struct base_span bytes, bool is_whole)
{
    ike->stats.packets_out++;
    struct ike_act_node *n = act_push(ike, IKE_ACT_SEND, bytes.ptr, bytes.len);
    if (!n)
        return;
    n->path = *path;
    n->is_whole = is_whole;
}

void ike_act_send(struct ike *ike, const struct ike_path *path, struct base_span bytes)
{
    act_send(ike, path, bytes, false);
}

void ike_act_send_whole(struct ike *ike, const struct ike_path *path, const struct ike_dgrams *dgrams)
{
    struct base_span d;
    for (size_t at = 0; ike_dgrams_next(dgrams, &at, &d);)
        act_send(ike, path, d, true);
}

void ike_act_send_all(struct ike *ike, const struct ike_path *path, const struct ike_dgrams *dgrams)
{
    struct base_span d;
    for (size_t at = 0; ike_dgrams_next(dgrams, &at, &d);)
        act_send(ike, path, d, false);
}

void ike_act_keepalive(struct ike *ike, const struct ike_path *path)
{
    struct ike_act_node *n = act_push(ike, IKE_ACT_KEEPALIVE, NULL, 0);
    if (n)
        n->path = *path;
}

/* ---- installs: the fixed part, then both lists ---- */

#define INSTALL_FIXED_BYTES (offsetof(struct ike_install, pair) + ESP_PAIR_FIXED_BYTES)

static size_t install_ts_bytes(const struct base_ts_list *l)
{
    return offsetof(struct base_ts_list, list) + l->count * sizeof l->list[0];
}

void ike_act_install(struct ike *ike, const struct ike_path *path, const struct ike_install *install)
{
    const struct base_ts_list *local = &install->pair.local_ts, *remote = &install->pair.remote_ts;
    const size_t local_bytes = install_ts_bytes(local), remote_bytes = install_ts_bytes(remote);
    struct ike_act_node *n =
        act_node(ike, IKE_ACT_SA_INSTALL, INSTALL_FIXED_BYTES + local_bytes + remote_bytes);
    if (!n)
        return;
    memcpy(n->payload, install, INSTALL_FIXED_BYTES);
    memcpy(n->payload + INSTALL_FIXED_BYTES, local, local_bytes);
    memcpy(n->payload + INSTALL_FIXED_BYTES + local_bytes, remote, remote_bytes);
    n->path = *path;
    n->spi_in = install->pair.spi_in;
}

static void install_unpack(const struct ike_act_node *n, struct ike_install *out)
{
    const uint8_t *lists = n->payload + INSTALL_FIXED_BYTES;
    memcpy(out, n->payload, INSTALL_FIXED_BYTES);
    memcpy(&out->pair.local_ts, lists, offsetof(struct base_ts_list, list));
    const size_t local_bytes = install_ts_bytes(&out->pair.local_ts);
    memcpy(&out->pair.local_ts, lists, local_bytes);
    memcpy(&out->pair.remote_ts, lists + local_bytes, n->len - INSTALL_FIXED_BYTES - local_bytes);
}

/* ---- records: the fixed part, then the texts, each with its end ---- */

#define AUDIT_TEXTS       5
#define AUDIT_FIXED_BYTES offsetof(struct ike_audit, what)

_Static_assert(sizeof(struct ike_audit) - AUDIT_FIXED_BYTES - AUDIT_TEXTS * IKE_AUDIT_TEXT_MAX <
                   _Alignof(struct ike_audit),
               "texts are the last of a record");

static char *audit_text(const struct ike_audit *a, size_t i)
{
    return (char *)(uintptr_t)a + AUDIT_FIXED_BYTES + i * IKE_AUDIT_TEXT_MAX;
}

void ike_act_audit(struct ike *ike, const struct ike_audit *audit)
{
    size_t lens[AUDIT_TEXTS], len = AUDIT_FIXED_BYTES;
    for (size_t i = 0; i < AUDIT_TEXTS; i++)
        len += lens[i] = strlen(audit_text(audit, i)) + 1;
    struct ike_act_node *n = act_node(ike, IKE_ACT_AUDIT, len);
    if (!n)
        return;
    memcpy(n->payload, audit, AUDIT_FIXED_BYTES);
    uint8_t *to = n->payload + AUDIT_FIXED_BYTES;
    for (size_t i = 0; i < AUDIT_TEXTS; to += lens[i++])
        memcpy(to, audit_text(audit, i), lens[i]);
}

static void audit_unpack(const struct ike_act_node *n, struct ike_audit *out)
{
    const char *text = (const char *)n->payload + AUDIT_FIXED_BYTES;
    memcpy(out, n->payload, AUDIT_FIXED_BYTES);
    for (size_t i = 0; i < AUDIT_TEXTS; i++) {
        const size_t len = strlen(text) + 1;
        memcpy(audit_text(out, i), text, len);
        text += len;
    }
}

/* ---- the others ---- */

void ike_act_sa(struct ike *ike, enum ike_action_type type, uint32_t spi_in)
{
    struct ike_act_node *n = act_push(ike, type, NULL, 0);
    if (n)
        n->spi_in = spi_in;
}

void ike_act_repath(struct ike *ike, uint32_t spi_in, const struct ike_path *path, enum esp_way way)
{
    struct ike_act_node *n = act_push(ike, IKE_ACT_SA_REPATH, NULL, 0);
    if (!n)
        return;
    n->spi_in = spi_in;
    n->path = *path;
    n->way = way;
}

void ike_act_mtu(struct ike *ike, uint32_t spi_in, uint16_t mtu)
{
    struct ike_act_node *n = act_push(ike, IKE_ACT_SA_MTU, NULL, 0);
    if (!n)
        return;
    n->spi_in = spi_in;
    n->mtu = mtu;
}

bool ike_act_job(struct ike *ike, struct ike_job *job)
{
    return act_push(ike, IKE_ACT_JOB, &job, sizeof job) != NULL;
}

/* The job of a node, which has none afterwards. */
static struct ike_job *act_take_job(struct ike_act_node *n)
{
    struct ike_job *job;
    memcpy(&job, n->payload, sizeof job);
    memset(n->payload, 0, sizeof job);
    return job;
}

bool ike_act_take(struct ike *ike, struct ike_action *out)
{
    base_secret_free(ike->acts.taken);
    struct ike_act_node *n = ike->acts.taken = ike->acts.first;
    if (!n)
        return false;
    ike->acts.first = n->next;
    if (!ike->acts.first)
        ike->acts.last = NULL;
    memset(out, 0, offsetof(struct ike_action, install)); /* what is behind goes by the type */
    out->type = n->type;
    out->spi_in = n->spi_in;
    out->path = n->path;
    out->mtu = n->mtu;
    out->way = n->way;
    out->is_whole = n->is_whole;
    switch (n->type) {
    case IKE_ACT_SEND:
        out->bytes = base_span(n->payload, n->len);
        break;
    case IKE_ACT_SA_INSTALL:
        install_unpack(n, &out->install);
        break;
    case IKE_ACT_JOB:
        out->job = act_take_job(n);
        break;
    case IKE_ACT_AUDIT:
        audit_unpack(n, &out->audit);
        break;
    case IKE_ACT_KEEPALIVE:
    case IKE_ACT_SA_ACTIVATE:
    case IKE_ACT_SA_DEACTIVATE:
    case IKE_ACT_SA_REPATH:
    case IKE_ACT_SA_MTU:
    case IKE_ACT_SA_REMOVE:
        break;
    }
    return true;
}

void ike_act_fini(struct ike *ike)
{
    base_secret_free(ike->acts.taken);
    while (ike->acts.first) {
        struct ike_act_node *n = ike->acts.first;
        ike->acts.first = n->next;
        if (n->type == IKE_ACT_JOB)
            ike_job_free(ike->env.crypto, act_take_job(n));
        base_secret_free(n);
    }
    ike->acts.taken = ike->acts.last = NULL;
}
