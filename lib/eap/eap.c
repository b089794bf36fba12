/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The conversation: identity, choice of a method, its rounds, the result (RFC 3748 2, 4, 5). The methods are
 * rows; a packet that is not due ends it, since in IKE each one is an answer to the one before and nothing
 * comes late or twice.
 */
#include "eap.h"

#include <errno.h>
#include "base_secret.h"
#include "base_wipe.h"
#include "crypt_tls_ops.h"
#include "eap_method.h"
#include "wire_eap.h"

static const struct eap_method *const methods[] = {&eap_method_mschap, &eap_method_tls};

static bool eap_has_type(const struct eap *e, uint8_t type)
{
    for (size_t i = 0; i < EAP_TYPES_MAX && e->setup.types[i]; i++)
        if (e->setup.types[i] == type)
            return true;
    return false;
}

static const struct eap_method *eap_method_of(uint8_t type)
{
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (methods[i]->type == type)
            return methods[i];
    return NULL;
}

struct eap *eap_new(const struct eap_setup *setup)
{
    struct eap *e = base_secret_new(sizeof *e);
    if (!e)
        return NULL;
    e->setup = *setup;
    e->setup.users = eap_users_get(setup->users);
    e->id = setup->random[EAP_RANDOM - 1];
    return e;
}

static void eap_drop_method(struct eap *e)
{
    if (e->method && e->method->drop)
        e->method->drop(e);
    base_secret_free(e->state);
    e->state = NULL;
    e->method = NULL;
}

void eap_free(struct eap *e)
{
    if (!e)
        return;
    eap_drop_method(e);
    eap_users_put(e->setup.users);
    if (e->setup.tls)
        e->setup.tls_ops->close(e->setup.tls);
    base_secret_free(e);
}

static bool eap_take_method(struct eap *e, uint8_t type)
{
    eap_drop_method(e);
    e->method = eap_method_of(type);
    e->state = e->method ? base_secret_new(e->method->bytes) : NULL;
    return e->state != NULL;
}

/* Sends what a method, or nobody, wrote. */
static enum eap_step eap_send(struct eap *e, struct base_writer *w, enum eap_step step)
{
    wire_eap_end(w);
    e->out_len = w->failed ? 0 : w->pos;
    return w->failed ? eap_fail_here(e, -ENOBUFS) : step;
}

static struct base_writer eap_write(struct eap *e, uint8_t code, uint8_t type)
{
    struct base_writer w = base_writer(e->out, sizeof e->out);
    wire_eap_begin(&w, code, e->id, type);
    return w;
}

/* ---- server ---- */

static enum eap_step eap_end(struct eap *e, enum eap_step step)
{
    const bool succeeds = step == EAP_SUCCEEDS;
    if (!succeeds)
        base_wipe(e->msk, sizeof e->msk);
    e->has_msk &= succeeds;
    e->at = EAP_AT_END;
    /* The id is that of the response it follows (RFC 3748 4.2). */
    struct base_writer w = eap_write(e, succeeds ? WIRE_EAP_SUCCESS : WIRE_EAP_FAILURE, 0);
    return eap_send(e, &w, step);
}

enum eap_step eap_begin(struct eap *e)
{
    struct base_writer w = eap_write(e, WIRE_EAP_REQUEST, WIRE_EAP_IDENTITY);
    e->at = EAP_AT_IDENTITY;
    return eap_send(e, &w, EAP_SENDS);
}

/* One more request of the method's, or the end. */
static enum eap_step eap_serve(struct eap *e, const struct base_span *data)
{
    const uint8_t answered = e->id++;
    struct base_writer w = eap_write(e, WIRE_EAP_REQUEST, e->method->type);
    const enum eap_step step = e->method->server(e, data, &w);
    if (step == EAP_SENDS)
        return eap_send(e, &w, step);
    e->id = answered;
    return eap_end(e, step);
}

static enum eap_step eap_offer(struct eap *e, uint8_t type)
{
    e->at = EAP_AT_METHOD;
    e->is_first = true;
    if (!eap_take_method(e, type))
        return eap_end(e, eap_fail_here(e, -ENOMEM));
    return eap_serve(e, NULL);
}

/* The peer names what it would take instead; only once, and only what is allowed. */
static enum eap_step eap_on_nak(struct eap *e, struct base_span types)
{
    const uint8_t offered = e->method->type;
    for (size_t i = 0; i < types.len; i++)
        if (types.ptr[i] != offered && eap_has_type(e, types.ptr[i]))
            return eap_offer(e, types.ptr[i]);
    e->wanted = types.len ? types.ptr[0] : 0;
    return eap_end(e, eap_fail(e, EAP_FAULT_METHOD));
}

static enum eap_step eap_server_take(struct eap *e, const struct wire_eap *p)
{
    if (p->code != WIRE_EAP_RESPONSE || p->id != e->id)
        return eap_end(e, eap_fail(e, EAP_FAULT_MALFORMED));
    if (e->at == EAP_AT_IDENTITY && p->type == WIRE_EAP_IDENTITY)
        return eap_name_set(&e->identity, p->data) ? eap_offer(e, e->setup.types[0])
                                                   : eap_end(e, eap_fail(e, EAP_FAULT_MALFORMED));
    const bool is_first = e->is_first && e->at == EAP_AT_METHOD;
    e->is_first = false;
    if (is_first && p->type == WIRE_EAP_NAK)
        return eap_on_nak(e, p->data);
    if (e->at == EAP_AT_METHOD && p->type == e->method->type)
        return eap_serve(e, &p->data);
    return eap_end(e, eap_fail(e, EAP_FAULT_MALFORMED));
}

/* ---- client ---- */

static enum eap_step eap_client_nak(struct eap *e, uint8_t wanted)
{
    struct base_writer w = eap_write(e, WIRE_EAP_RESPONSE, WIRE_EAP_NAK);
    for (size_t i = 0; i < EAP_TYPES_MAX && e->setup.types[i]; i++)
        base_write_u8(&w, e->setup.types[i]);
    e->fault = EAP_FAULT_METHOD; /* until the server offers one of these */
    e->wanted = wanted;
    return eap_send(e, &w, EAP_SENDS);
}

static enum eap_step eap_client_method(struct eap *e, const struct wire_eap *p)
{
    if (!e->method) {
        if (!eap_has_type(e, p->type))
            return eap_client_nak(e, p->type);
        if (!eap_take_method(e, p->type))
            return eap_fail_here(e, -ENOMEM);
        e->fault = EAP_FAULT_NONE;
    }
    if (e->method->type != p->type || e->is_method_over)
        return eap_fail(e, EAP_FAULT_MALFORMED);
    struct base_writer w = eap_write(e, WIRE_EAP_RESPONSE, p->type);
    const enum eap_step step = e->method->client(e, p->data, &w);
    return step == EAP_SENDS ? eap_send(e, &w, step) : step;
}

static enum eap_step eap_client_request(struct eap *e, const struct wire_eap *p)
{
    e->id = p->id;
    if (p->type != WIRE_EAP_IDENTITY && p->type != WIRE_EAP_NOTIFICATION)
        return eap_client_method(e, p);
    struct base_writer w = eap_write(e, WIRE_EAP_RESPONSE, p->type);
    if (p->type == WIRE_EAP_IDENTITY)
        base_write_span(&w, eap_name_span(&e->setup.login.identity));
    return eap_send(e, &w, EAP_SENDS);
}

static enum eap_step eap_client_take(struct eap *e, const struct wire_eap *p)
{
    e->out_len = 0;
    if (p->code == WIRE_EAP_REQUEST)
        return eap_client_request(e, p);
    if (p->code == WIRE_EAP_SUCCESS)
        return e->is_method_over ? EAP_SUCCEEDS : eap_fail(e, EAP_FAULT_EARLY);
    if (p->code == WIRE_EAP_FAILURE)
        return eap_fail(e, e->fault ? e->fault : EAP_FAULT_REFUSED);
    return eap_fail(e, EAP_FAULT_MALFORMED);
}

enum eap_step eap_take(struct eap *e, struct base_span packet)
{
    struct wire_eap p;
    if (e->at == EAP_AT_END || !wire_eap_parse(packet, &p)) {
        eap_fail(e, EAP_FAULT_MALFORMED);
        return e->setup.is_server ? eap_end(e, EAP_FAILS) : EAP_FAILS;
    }
    if (e->setup.is_server)
        return eap_server_take(e, &p);
    const enum eap_step step = eap_client_take(e, &p);
    if (step != EAP_SENDS)
        e->at = EAP_AT_END;
    if (step == EAP_FAILS) {
        base_wipe(e->msk, sizeof e->msk);
        e->has_msk = false;
    }
    return step;
}
