/* SPDX-License-Identifier: BSD-3-Clause */
/* Audits to log lines and to the list of failures; bytes that a peer chose are escaped by ike_id_text(). */
#include "ctl_audit.h"

#include <string.h>

#include "base_text.h"
#include "host_log.h"
#include "ossl_ops.h"

/* A cookie or another group that is asked for is how calls go, forged or not. */
static enum host_level level_of(const struct ike_audit *a)
{
    const bool is_common = a->notify == WIRE_IKE_N_COOKIE || a->notify == WIRE_IKE_N_INVALID_KE_PAYLOAD;
    if (ike_audit_is_failure(a->kind))
        return HOST_WARN;
    return a->kind == IKE_AUDIT_RETRANSMIT || (a->kind == IKE_AUDIT_DOUBTED && is_common) ? HOST_DEBUG
                                                                                          : HOST_NOTICE;
}

/* The texts quote lines of configuration: their quotes are escaped, so that the line can be taken apart
 * again. */
static void add_sentence(struct base_text *t, const char *key, const char *text)
{
    if (!text[0])
        return;
    base_text_add(t, " %s=\"", key);
    while (*text) {
        const size_t run = strcspn(text, "\"\\");
        base_text_add(t, "%.*s", (int)run, text);
        text += run;
        if (*text)
            base_text_add(t, "\\%c", *text++);
    }
    base_text_add(t, "\"");
}

static void log_line(const struct ike_audit *a)
{
    char line[4096], id[IKE_ID_TEXT_MAX], ep[BASE_ENDPOINT_TEXT_MAX];
    struct base_text t = base_text(line, sizeof line);
    base_text_add(&t, "event=%s", ike_audit_kind_name(a->kind));
    if (a->conn[0])
        base_text_add(&t, " connection=%s", a->conn);
    if (a->child[0])
        base_text_add(&t, " child=%s", a->child);
    base_text_add(&t, " peer=%s", base_endpoint_text(&a->path.remote, ep));
    base_text_add(&t, " local=%s", base_endpoint_text(&a->path.local, ep));
    if (a->remote_id.type)
        base_text_add(&t, " peer_id=\"%s\"", ike_id_text(&a->remote_id, &ossl_ike_ops, id));
    if (a->local_id.type)
        base_text_add(&t, " local_id=\"%s\"", ike_id_text(&a->local_id, &ossl_ike_ops, id));
    if (a->spi_in)
        base_text_add(&t, " spi_in=0x%08x spi_out=0x%08x", a->spi_in, a->spi_out);
    if (a->mtu)
        base_text_add(&t, " outer_mtu=%u was=%u found_by=%s", a->mtu, a->mtu_before,
                      ike_mtu_by_name(a->mtu_by));
    if (a->notify)
        base_text_add(&t, " notify=%s", wire_ike_notify_name(a->notify));
    add_sentence(&t, "what", a->what);
    add_sentence(&t, "nearest", a->nearest);
    add_sentence(&t, "why", a->why);
    add_sentence(&t, "fix_here", a->fix_here);
    add_sentence(&t, "fix_peer", a->fix_peer);
    host_log(level_of(a), "%s", line);
}

/* Same trouble of the same peer: ports change with every NAT mapping, so the address alone counts. */
static bool same_failure(const struct ike_audit *a, const struct ike_audit *b)
{
    return a->kind == b->kind && a->notify == b->notify && strcmp(a->conn, b->conn) == 0 &&
           base_addr_equal(&a->path.remote.addr, &b->path.remote.addr) &&
           ike_id_equal(&a->remote_id, &b->remote_id) && ike_id_equal(&a->local_id, &b->local_id);
}

static void remember(struct ctl_failures *f, const struct ike_audit *a)
{
    const time_t now = time(NULL);
    struct ctl_failure entry = {.audit = *a, .first = now, .last = now, .count = 1};
    size_t at = 0;
    f->total++;
    while (at < f->count && !same_failure(&f->ring[at].audit, a))
        at++;
    if (at < f->count) {
        entry.first = f->ring[at].first;
        entry.count += f->ring[at].count;
    } else if (f->count < CTL_FAILURES_MAX) {
        f->count++;
    } else {
        at = 0;
    }
    /* Oldest first: what is repeated or new goes to the end. */
    memmove(&f->ring[at], &f->ring[at + 1], (f->count - at - 1) * sizeof f->ring[0]);
    f->ring[f->count - 1] = entry;
}

void ctl_audit(struct ctl_failures *failures, const struct ike_audit *audit)
{
    log_line(audit);
    if (ike_audit_is_failure(audit->kind))
        remember(failures, audit);
}
