/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * EAP-TLS (RFC 5216; with TLS 1.3: RFC 9190): flights of TLS records in fragments, each of which the other
 * side acknowledges. Both sides show a certificate. Who a peer is, is whom its certificate names, and not
 * what it answered when it was asked. A fault of TLS goes out as its alert, and the answer to that ends it.
 */
#include "eap_method.h"

#include <errno.h>
#include <stdio.h>
#include "base_wipe.h"
#include "crypt_tls_ops.h"
#include "wire_eap.h"

#define TLS_FRAGMENT   1024  /* bytes of a fragment of ours */
#define TLS_FLIGHT_MAX 65536 /* bytes of all fragments of a peer's flight */
#define TLS_ROUNDS_MAX 96    /* packets of a peer */
#define TLS_KEY_BYTES  128   /* MSK and EMSK */

struct tls_state {
    enum crypt_tls_step step; /* of TLS; what is pending of it goes out first */
    bool is_begun;            /* a client's: Start came */
    bool is_sending;          /* the next packet acknowledges a fragment of ours */
    unsigned rounds;
    uint32_t taken; /* bytes of the peer's flight */
    uint32_t total; /* that it announced; 0: it did not */
};

/* The next fragment of what is pending; none: an acknowledgement. */
static enum eap_step tls_send(struct eap *e, struct tls_state *s, struct base_writer *w)
{
    uint8_t buf[TLS_FRAGMENT];
    const struct crypt_tls_ops *ops = e->setup.tls_ops;
    struct wire_eap_tls p = {0};
    const size_t pending = ops->pending(e->setup.tls);
    p.has_total = !s->is_sending && pending > 0;
    p.total = (uint32_t)pending;
    p.data = base_span(buf, ops->take(e->setup.tls, buf, sizeof buf));
    p.has_more = ops->pending(e->setup.tls) > 0;
    s->is_sending = p.has_more;
    wire_eap_tls_put(w, &p);
    return EAP_SENDS;
}

/*
 * A packet came while a flight of ours is going out in fragments. True: it acknowledges one, and the next is
 * due. A peer that finds fault with what it has so far (strongSwan) answers with its alert at once: then the
 * rest is of no use.
 */
static bool tls_is_acknowledged(struct eap *e, struct tls_state *s, const struct wire_eap_tls *p)
{
    uint8_t buf[TLS_FRAGMENT];
    if (s->is_sending && p->data.len == 0)
        return true;
    while (s->is_sending && e->setup.tls_ops->take(e->setup.tls, buf, sizeof buf) > 0)
        ;
    s->is_sending = false;
    return false;
}

/* What TLS says that went wrong, as a fault of the conversation. */
static void tls_note(struct eap *e)
{
    static const enum eap_fault faults[] = {
        [CRYPT_TLS_GOOD] = EAP_FAULT_TLS,    [CRYPT_TLS_CERT] = EAP_FAULT_CERT,
        [CRYPT_TLS_ALERT] = EAP_FAULT_ALERT, [CRYPT_TLS_PROTOCOL] = EAP_FAULT_TLS,
        [CRYPT_TLS_HERE] = EAP_FAULT_HERE,
    };
    e->fault = faults[e->setup.tls_ops->fault(e->setup.tls)];
    e->error = EIO;
    snprintf(e->words, sizeof e->words, "%s", e->setup.tls_ops->words(e->setup.tls));
}

/* The key of RFC 5216 2.3 or RFC 9190 2.3. */
static int tls_key(struct eap *e)
{
    static const uint8_t type[] = {WIRE_EAP_TLS};
    const struct crypt_tls_ops *ops = e->setup.tls_ops;
    uint8_t key[TLS_KEY_BYTES];
    const bool is_13 = ops->is_13(e->setup.tls);
    const int rc =
        ops->export(e->setup.tls, is_13 ? "EXPORTER_EAP_TLS_Key_Material" : "client EAP encryption",
                    is_13 ? base_span(type, sizeof type) : BASE_SPAN_NONE, key, sizeof key);
    for (size_t i = 0; rc == 0 && i < sizeof e->msk; i++)
        e->msk[i] = key[i];
    base_wipe(key, sizeof key);
    e->has_msk = rc == 0;
    e->shown = ops->peer_path(e->setup.tls);
    return rc;
}

/* Takes a fragment. 1: the flight is whole, 0: more comes, negative: it is malformed, or too long. */
static int tls_collect(struct eap *e, struct tls_state *s, const struct wire_eap_tls *p)
{
    if (p->has_total && s->taken == 0)
        s->total = p->total;
    s->taken += (uint32_t)p->data.len;
    if (s->taken > TLS_FLIGHT_MAX || s->total > TLS_FLIGHT_MAX || (s->total && s->taken > s->total) ||
        (p->has_more && p->data.len == 0))
        return -EINVAL;
    const int rc = e->setup.tls_ops->put(e->setup.tls, p->data);
    if (rc < 0 || p->has_more)
        return rc;
    if (s->total && s->taken != s->total)
        return -EINVAL;
    s->taken = s->total = 0;
    return 1;
}

/* A whole flight is in: TLS goes on with it, and its answer begins. */
static enum eap_step tls_go_on(struct eap *e, struct tls_state *s, struct base_writer *w)
{
    s->step = e->setup.tls_ops->step(e->setup.tls);
    if (s->step == CRYPT_TLS_FAILED)
        tls_note(e);
    if (s->step == CRYPT_TLS_FAILED && e->setup.is_server && e->setup.tls_ops->pending(e->setup.tls) == 0)
        return EAP_FAILS;
    return tls_send(e, s, w);
}

static enum eap_step tls_refuse(struct eap *e, int rc)
{
    return rc == -ENOMEM ? eap_fail_here(e, rc) : eap_fail(e, EAP_FAULT_MALFORMED);
}

/* ---- server ---- */

static enum eap_step tls_accept(struct eap *e)
{
    const int rc = tls_key(e);
    if (rc < 0)
        return eap_fail_here(e, rc);
    e->user.len = (uint8_t)e->setup.tls_ops->peer_name(e->setup.tls, e->user.text, sizeof e->user.text);
    return EAP_SUCCEEDS;
}

static enum eap_step tls_server(struct eap *e, const struct base_span *data, struct base_writer *w)
{
    struct tls_state *s = e->state;
    struct wire_eap_tls p;
    if (!e->setup.tls)
        return eap_fail_here(e, -ENOTSUP);
    if (!data) {
        wire_eap_tls_put(w, &(struct wire_eap_tls){.is_start = true});
        return EAP_SENDS;
    }
    if (!wire_eap_tls_parse(*data, &p) || ++s->rounds > TLS_ROUNDS_MAX)
        return eap_fail(e, EAP_FAULT_MALFORMED);
    if (tls_is_acknowledged(e, s, &p))
        return tls_send(e, s, w);
    /* The answer to the last flight, or to our alert: nothing that it says changes what came of it. */
    if (s->step == CRYPT_TLS_FAILED)
        return EAP_FAILS;
    if (s->step == CRYPT_TLS_DONE)
        return p.data.len ? eap_fail(e, EAP_FAULT_MALFORMED) : tls_accept(e);
    const int rc = tls_collect(e, s, &p);
    if (rc < 0)
        return tls_refuse(e, rc);
    return rc > 0 ? tls_go_on(e, s, w) : tls_send(e, s, w);
}

/* ---- client ---- */

static enum eap_step tls_client(struct eap *e, struct base_span data, struct base_writer *w)
{
    struct tls_state *s = e->state;
    struct wire_eap_tls p;
    if (!e->setup.tls)
        return eap_fail_here(e, -ENOTSUP);
    if (!wire_eap_tls_parse(data, &p) || p.is_start == s->is_begun || ++s->rounds > TLS_ROUNDS_MAX)
        return eap_fail(e, EAP_FAULT_MALFORMED);
    s->is_begun = true;
    if (tls_is_acknowledged(e, s, &p))
        return tls_send(e, s, w);
    if (s->step == CRYPT_TLS_FAILED)
        return EAP_FAILS;
    const int rc = tls_collect(e, s, &p);
    if (rc < 0)
        return tls_refuse(e, rc);
    if (rc == 0)
        return tls_send(e, s, w);
    const enum eap_step step = tls_go_on(e, s, w);
    if (s->step == CRYPT_TLS_DONE) {
        const int failed = tls_key(e);
        if (failed < 0)
            return eap_fail_here(e, failed);
        e->is_method_over = true;
    }
    return step;
}

const struct eap_method eap_method_tls = {
    .type = WIRE_EAP_TLS,
    .bytes = sizeof(struct tls_state),
    .server = tls_server,
    .client = tls_client,
};
