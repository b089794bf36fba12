/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * EAP-MSCHAPv2 (draft-kamath-pppext-eap-mschapv2). The name is that of the response, since clients leave the
 * identity empty or fill in something else. An unknown user costs what a wrong password costs and gets the
 * same answer.
 */
#include "eap_method.h"

#include <stdio.h>
#include <string.h>
#include "base_wipe.h"
#include "eap_mschap.h"
#include "wire_eap.h"

#define TRIES_MAX            3   /* responses that are looked at; each has a challenge of its own */
#define ERROR_AUTHENTICATION 691 /* RFC 2759 6 */

struct mschap_state {
    enum { MSCHAP_ASKED, MSCHAP_PROVED, MSCHAP_REFUSED } at;
    uint8_t id;
    unsigned tries;
    uint8_t response[WIRE_MSCHAP_RESPONSE_BYTES];
    struct eap_mschap m;
};

/* ---- server ---- */

static const uint8_t *mschap_challenge(const struct eap *e, unsigned try)
{
    return e->setup.random + WIRE_MSCHAP_CHALLENGE_BYTES * try;
}

static void mschap_ask(const struct eap *e, struct mschap_state *s, struct base_writer *w)
{
    s->id = e->id;
    memcpy(s->m.authenticator, mschap_challenge(e, 0), sizeof s->m.authenticator);
    wire_mschap_put_challenge(w, s->id, s->m.authenticator, eap_name_span(&e->setup.name));
}

/* The wrong answer: another try with a new challenge, or none. */
static enum eap_step mschap_refuse(struct eap *e, struct mschap_state *s, bool is_known,
                                   struct base_writer *w)
{
    char text[96];
    const bool can_retry = ++s->tries < TRIES_MAX;
    e->fault = is_known ? EAP_FAULT_PASSWORD : EAP_FAULT_USER;
    s->at = can_retry ? MSCHAP_ASKED : MSCHAP_REFUSED;
    memcpy(s->m.authenticator, mschap_challenge(e, s->tries), sizeof s->m.authenticator);
    int n = snprintf(text, sizeof text, "E=%d R=%d C=", ERROR_AUTHENTICATION, can_retry);
    for (size_t i = 0; i < sizeof s->m.authenticator; i++)
        n += snprintf(text + n, sizeof text - (size_t)n, "%02X", s->m.authenticator[i]);
    n += snprintf(text + n, sizeof text - (size_t)n, " V=3 M=Login failed");
    wire_mschap_put_message(w, WIRE_MSCHAP_FAILURE, ++s->id, base_span(text, (size_t)n));
    return EAP_SENDS;
}

static enum eap_step mschap_accept(struct eap *e, struct mschap_state *s, struct base_writer *w)
{
    char text[WIRE_MSCHAP_AUTH_BYTES + 5];
    int rc = eap_mschap_proof(e->setup.ops, &s->m, s->response, text);
    if (rc == 0)
        rc = eap_mschap_msk(e->setup.ops, s->m.hash, s->response, e->msk);
    if (rc < 0)
        return eap_fail_here(e, rc);
    memcpy(text + WIRE_MSCHAP_AUTH_BYTES, " M=OK", 5);
    wire_mschap_put_message(w, WIRE_MSCHAP_SUCCESS, s->id, base_span(text, sizeof text));
    e->fault = EAP_FAULT_NONE;
    s->at = MSCHAP_PROVED;
    return EAP_SENDS;
}

static enum eap_step mschap_judge(struct eap *e, struct mschap_state *s, const struct wire_mschap *p,
                                  struct base_writer *w)
{
    const struct eap_user *user = eap_users_find(e->setup.users, p->name);
    if (!eap_name_set(&e->user, p->name))
        return eap_fail(e, EAP_FAULT_MALFORMED);
    memset(s->m.hash, 0, sizeof s->m.hash);
    if (user)
        memcpy(s->m.hash, user->hash, sizeof s->m.hash);
    memcpy(s->m.peer, p->challenge, sizeof s->m.peer);
    s->m.name = eap_mschap_bare_name(p->name);
    const int rc = eap_mschap_response(e->setup.ops, &s->m, s->response);
    if (rc < 0)
        return eap_fail_here(e, rc);
    if (!base_equal_secret(s->response, p->response, sizeof s->response) || !user)
        return mschap_refuse(e, s, user != NULL, w);
    eap_name_set(&e->user, base_span(user->name, user->len));
    return mschap_accept(e, s, w);
}

static enum eap_step mschap_server(struct eap *e, const struct base_span *data, struct base_writer *w)
{
    struct mschap_state *s = e->state;
    struct wire_mschap p;
    if (!data) {
        mschap_ask(e, s, w);
        return EAP_SENDS;
    }
    if (!wire_mschap_parse(*data, false, &p))
        return eap_fail(e, EAP_FAULT_MALFORMED);
    if (p.op == WIRE_MSCHAP_RESPONSE && s->at == MSCHAP_ASKED)
        return mschap_judge(e, s, &p, w);
    if (p.op == WIRE_MSCHAP_SUCCESS && s->at == MSCHAP_PROVED) {
        e->has_msk = true;
        return EAP_SUCCEEDS;
    }
    /* What was refused stays the reason, whatever the peer says to it. */
    return eap_fail(e, e->fault ? e->fault : EAP_FAULT_MALFORMED);
}

/* ---- client ---- */

static enum eap_step mschap_respond(struct eap *e, struct mschap_state *s, const struct wire_mschap *p,
                                    struct base_writer *w)
{
    memcpy(s->m.authenticator, p->challenge, sizeof s->m.authenticator);
    memcpy(s->m.peer, e->setup.random, sizeof s->m.peer);
    memcpy(s->m.hash, e->setup.login.hash, sizeof s->m.hash);
    s->m.name = eap_mschap_bare_name(eap_name_span(&e->setup.login.name));
    const int rc = eap_mschap_response(e->setup.ops, &s->m, s->response);
    if (rc < 0)
        return eap_fail_here(e, rc);
    wire_mschap_put_response(w, p->id, s->m.peer, s->response, eap_name_span(&e->setup.login.name));
    s->at = MSCHAP_PROVED;
    return EAP_SENDS;
}

/* The server says that it knows the password too: it has to show it. */
static enum eap_step mschap_check_server(struct eap *e, struct mschap_state *s, const struct wire_mschap *p,
                                         struct base_writer *w)
{
    char want[WIRE_MSCHAP_AUTH_BYTES];
    int rc = eap_mschap_proof(e->setup.ops, &s->m, s->response, want);
    if (rc == 0)
        rc = eap_mschap_msk(e->setup.ops, s->m.hash, s->response, e->msk);
    if (rc < 0)
        return eap_fail_here(e, rc);
    if (p->message.len < sizeof want || !base_equal_secret(p->message.ptr, want, sizeof want))
        return eap_fail(e, EAP_FAULT_SERVER);
    base_write_u8(w, WIRE_MSCHAP_SUCCESS);
    e->has_msk = e->is_method_over = true;
    return EAP_SENDS;
}

static enum eap_step mschap_client(struct eap *e, struct base_span data, struct base_writer *w)
{
    struct mschap_state *s = e->state;
    struct wire_mschap p;
    if (!wire_mschap_parse(data, true, &p))
        return eap_fail(e, EAP_FAULT_MALFORMED);
    if (p.op == WIRE_MSCHAP_CHALLENGE && s->at == MSCHAP_ASKED)
        return mschap_respond(e, s, &p, w);
    if (p.op == WIRE_MSCHAP_SUCCESS && s->at == MSCHAP_PROVED)
        return mschap_check_server(e, s, &p, w);
    if (p.op != WIRE_MSCHAP_FAILURE || s->at != MSCHAP_PROVED)
        return eap_fail(e, EAP_FAULT_MALFORMED);
    /* The same password would be wrong again, so another try is not taken. */
    struct wire_mschap_failure f;
    wire_mschap_read_failure(p.message, &f);
    e->fault = EAP_FAULT_PASSWORD;
    snprintf(e->words, sizeof e->words, "E=%u", f.error);
    s->at = MSCHAP_REFUSED;
    base_write_u8(w, WIRE_MSCHAP_FAILURE);
    return EAP_SENDS;
}

const struct eap_method eap_method_mschap = {
    .type = WIRE_EAP_MSCHAPV2,
    .bytes = sizeof(struct mschap_state),
    .server = mschap_server,
    .client = mschap_client,
};
