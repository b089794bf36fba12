/* SPDX-License-Identifier: BSD-3-Clause */
/* REDIRECT on the wire (RFC 5685 8), and what both sides make of it. */
#include "ikev2_redirect.h"

#include <string.h>
#include "base_addr.h"
#include "base_span.h"
#include "base_text.h"
#include "base_time.h"
#include "explain.h"
#include "ike_audit.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ike_nonce.h"
#include "ike_redirect.h"
#include "ike_run.h"
#include "ikev2.h"
#include "ikev2_close.h"
#include "ikev2_ext_rows.h"
#include "ikev2_init.h"
#include "ikev2_msg.h"
#include "ikev2_note.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"
#include "wire_ike.h"

#define SPREAD_NS BASE_NS_PER_MS /* between two clients that are sent elsewhere */

enum { GW_IP4 = 1, GW_IP6 = 2, GW_FQDN = 3 }; /* RFC 5685 8.2 */

void ikev2_redirect_inherit(const struct ikev2_sa *from, struct ikev2_sa *to)
{
    to->redirect = from->redirect;
}

/* ---- on the wire ---- */

bool ikev2_redirect_body(const char *to, struct base_span nonce, struct base_writer *out)
{
    struct base_addr a;
    const size_t name_len = strlen(to);
    if (base_addr_parse(to, &a) == 0) {
        const size_t len = base_addr_size((enum base_family)a.family);
        base_write_u8(out, a.family == BASE_AF_IP6 ? GW_IP6 : GW_IP4);
        base_write_u8(out, (uint8_t)len);
        base_write(out, a.bytes, len);
    } else if (name_len && name_len < IKE_HOST_MAX) {
        base_write_u8(out, GW_FQDN);
        base_write_u8(out, (uint8_t)name_len);
        base_write(out, to, name_len);
    } else {
        return false;
    }
    base_write(out, nonce.ptr, nonce.len);
    return true;
}

/* A name that a resolver may be asked for. */
static bool is_name(struct base_span s)
{
    for (size_t i = 0; i < s.len; i++) {
        const uint8_t c = s.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
              c == '.'))
            return false;
    }
    return s.len > 0 && s.len < IKE_HOST_MAX && s.ptr[0] != '-' && s.ptr[0] != '.';
}

/* The gateway that a body names, as text, and the nonce behind it. False: it names none. */
static bool redirect_parse(struct base_span body, char to[IKE_HOST_MAX], struct base_span *nonce)
{
    struct base_reader r = base_reader(body);
    const uint8_t type = base_read_u8(&r), len = base_read_u8(&r);
    const struct base_span id = base_read_span(&r, len);
    *nonce = base_read_rest(&r);
    if (r.failed)
        return false;
    if (type == GW_FQDN && is_name(id)) {
        memcpy(to, id.ptr, id.len);
        to[id.len] = '\0';
        return true;
    }
    const enum base_family family = type == GW_IP4   ? BASE_AF_IP4
                                    : type == GW_IP6 ? BASE_AF_IP6
                                                     : BASE_AF_NONE;
    if (family == BASE_AF_NONE || id.len != base_addr_size(family))
        return false;
    const struct base_addr a = base_addr_from_bytes(family, id.ptr);
    base_addr_text(&a, to);
    return true;
}

static void redirect_put(struct wire_ike_builder *b, uint16_t type, const char *to, struct base_span nonce)
{
    uint8_t bytes[IKEV2_REDIRECT_BYTES_MAX];
    struct base_writer w = base_writer(bytes, sizeof bytes);
    if (ikev2_redirect_body(to, nonce, &w))
        ikev2_msg_put_notify(b, type, base_writer_span(&w));
}

/* ---- as client ---- */

/* What is called next is known. False: it goes round and round, which is explained, or there is no memory. */
static bool redirect_follow(struct ike *ike, struct ikev2_sa *sa, const char *to)
{
    char text[IKE_HOST_MAX + 16];
    if (!sa->run || !ike_redirect_take(ike, sa->run, to, &sa->path.remote.addr)) {
        explain_redirects(ike, ikev2_sa_about(sa), to);
        return false;
    }
    struct base_text t = base_text(text, sizeof text);
    base_text_add(&t, "to %s", to);
    ikev2_note(ike, sa, IKE_AUDIT_REDIRECTED, text);
    return true;
}

bool ikev2_redirect_on_init(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg)
{
    char to[IKE_HOST_MAX];
    struct wire_ike_notification n;
    struct base_span nonce;
    if (!sa->conn->follow_redirect || !ikev2_msg_notify(msg, WIRE_IKE_N_REDIRECT, &n) ||
        !redirect_parse(n.data, to, &nonce) || !base_span_equal(nonce, ike_nonce_span(&sa->init->ni)) ||
        !redirect_follow(ike, sa, to))
        return false;
    sa->quiet = true;
    ikev2_sa_kill(ike, sa);
    return true;
}

static const char redirect_why[] = "the peer sent us to another gateway";

/* Whether the SA is to go, so that the other gateway is called then. */
static bool redirect_leaves(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg)
{
    char to[IKE_HOST_MAX];
    struct wire_ike_notification n;
    struct base_span nonce;
    return sa->conn->follow_redirect && ikev2_msg_notify(msg, WIRE_IKE_N_REDIRECT, &n) &&
           redirect_parse(n.data, to, &nonce) && redirect_follow(ike, sa, to);
}

void ikev2_redirect_on_request(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg)
{
    if (sa->redirect.is_client && sa->state == IKEV2_ST_UP && redirect_leaves(ike, sa, msg))
        ikev2_close(ike, sa, redirect_why);
}

/* ---- as gateway ---- */

static bool msg_says_supported(const struct ikev2_msg *msg)
{
    return ikev2_msg_has(msg, WIRE_IKE_N_REDIRECT_SUPPORTED) ||
           ikev2_msg_has(msg, WIRE_IKE_N_REDIRECTED_FROM);
}

bool ikev2_redirect_wants(const struct ike *ike, const struct ikev2_msg *msg)
{
    return ike->conf->redirect_to[0] && msg_says_supported(msg);
}

int ikev2_redirect_clients(struct ike *ike, const struct ike_run *run, const char *to)
{
    int n = 0;
    struct base_text t = base_text(ike->v2->redirect_to, sizeof ike->v2->redirect_to);
    base_text_add(&t, "%s", to);
    for (struct ikev2_sa *sa = ike->v2->first; sa; sa = sa->link.next) {
        if (sa->state != IKEV2_ST_UP || !sa->redirect.is_supported || (run && sa->run != run))
            continue;
        sa->redirect.at = base_time_add(ike->now, (uint64_t)n++ * SPREAD_NS);
        ikev2_sa_touch(ike, sa);
    }
    return n;
}

bool ikev2_redirect_is_due(const struct ike *ike, const struct ikev2_sa *sa)
{
    return sa->redirect.at.ns && base_time_reached(sa->redirect.at, ike->now);
}

void ikev2_redirect_start(struct ike *ike, struct ikev2_sa *sa)
{
    struct wire_ike_builder b = ikev2_msg_begin(ike);
    sa->redirect.at.ns = 0;
    redirect_put(&b, WIRE_IKE_N_REDIRECT, ike->v2->redirect_to, BASE_SPAN_NONE);
    ikev2_msg_request(ike, sa, WIRE_IKE_INFORMATIONAL, &b);
}

/* The client has the time to be up elsewhere, and then is gone here. */
static void redirect_told(struct ike *ike, struct ikev2_sa *sa)
{
    const uint64_t ns = ike->conf->redirect_grace_s * BASE_NS_PER_S;
    sa->redirect.ends_at = ns ? base_time_add(ike->now, ns) : (base_time){0};
    ikev2_sa_touch(ike, sa);
}

void ikev2_redirect_on_answer(struct ike *ike, struct ikev2_sa *sa)
{
    redirect_told(ike, sa);
}

base_time ikev2_redirect_end(const struct ikev2_sa *sa)
{
    return sa->redirect.ends_at.ns ? sa->redirect.ends_at : BASE_TIME_NEVER;
}

void ikev2_redirect_expire(struct ike *ike, struct ikev2_sa *sa)
{
    sa->redirect.ends_at.ns = 0;
    ikev2_close(ike, sa, "the peer was sent to another gateway, and did not leave within redirect_grace_s");
}

/* ---- in IKE_SA_INIT and IKE_AUTH ---- */

static void redirect_ask(struct ike *ike, struct ikev2_sa *sa, struct wire_ike_builder *b)
{
    (void)ike;
    if (!sa->conn->follow_redirect)
        return;
    if (sa->run && ike_redirect_host(sa->run))
        redirect_put(b, WIRE_IKE_N_REDIRECTED_FROM, sa->run->redirect->from, BASE_SPAN_NONE);
    else
        ikev2_msg_put_notify(b, WIRE_IKE_N_REDIRECT_SUPPORTED, BASE_SPAN_NONE);
}

static uint16_t redirect_asked(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg)
{
    (void)ike;
    sa->redirect.is_supported = msg_says_supported(msg);
    return 0;
}

/* The IKE SA comes up, so that the peer knows who says so, without a child. */
static uint16_t redirect_auth_asked(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg)
{
    (void)ike;
    (void)msg;
    return sa->redirect.is_supported && sa->conn->redirect_to[0] ? WIRE_IKE_N_REDIRECT : 0;
}

static void redirect_auth_answer(struct ike *ike, struct ikev2_sa *sa, struct wire_ike_builder *b)
{
    if (!redirect_auth_asked(ike, sa, NULL))
        return;
    redirect_put(b, WIRE_IKE_N_REDIRECT, sa->conn->redirect_to, BASE_SPAN_NONE);
    redirect_told(ike, sa);
}

static uint16_t redirect_auth_answered(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg)
{
    sa->redirect.is_client = sa->conn->follow_redirect;
    if (!sa->redirect.is_client || !ikev2_msg_has(msg, WIRE_IKE_N_REDIRECT))
        return 0;
    /* IKE_AUTH ends first, and then the SA. */
    if (redirect_leaves(ike, sa, msg)) {
        sa->want.close = true;
        sa->want.close_why = redirect_why;
    }
    return WIRE_IKE_N_REDIRECT;
}

const struct ikev2_ext ikev2_ext_redirect = {
    .name = "redirect",
    .rfc = "RFC 5685 3",
    .put = {[IKEV2_EXT_INIT_ASK] = redirect_ask, [IKEV2_EXT_AUTH_ANSWER] = redirect_auth_answer},
    .take = {[IKEV2_EXT_INIT_ASK] = redirect_asked,
             [IKEV2_EXT_AUTH_ASK] = redirect_auth_asked,
             [IKEV2_EXT_AUTH_ANSWER] = redirect_auth_answered},
};
