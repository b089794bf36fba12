/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The transaction exchange (draft-ietf-ipsec-isakmp-mode-cfg-05 3, draft-beaulieu-ike-xauth-02 2): REQUEST
 * and REPLY, SET and ACK. All of it has passed the one gate for phase 2: decrypted, HASH(1) right. As the
 * side that asks for a login we begin it; as the other side we wait for it, and ask for an address
 * afterwards, if that is not pushed.
 */
#include "ikev1_x_config.h"

#include <string.h>
#include "base_wipe.h"
#include "explain.h"
#include "explain_xauth.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ikev1_cfg.h"
#include "ikev1_close.h"
#include "ikev1_login.h"
#include "ikev1_msg.h"
#include "ikev1_phase1.h"
#include "ikev1_rows.h"
#include "ikev1_sa.h"
#include "ikev1_step.h"
#include "ikev1_xchg.h"
#include "wire_v1_attrs.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define XAUTH_OK     1u
#define XAUTH_FAIL   0u

static bool config_on_ask(struct ike *ike, struct ikev1_sa *sa, struct ikev1_xchg *x, struct ikev1_msg *msg);
static bool config_on_answer(struct ike *ike, struct ikev1_sa *sa, struct ikev1_xchg *x,
                             struct ikev1_msg *msg);

#define HASH   IKEV1_PLD(WIRE_V1_P_HASH)
#define CONFIG IKEV1_PLD(WIRE_V1_P_CONFIG)

static const struct ikev1_row_2 config_rows[] = {
    {"config_ask", WIRE_V1_CONFIG, 1, true, IKEV1_X_NONE, HASH | CONFIG, 0, IKEV1_HASH_1, config_on_ask,
     "mode-cfg-05 3.1"},
    {"config_answer", WIRE_V1_CONFIG, 2, false, IKEV1_X_I_CONFIG, HASH | CONFIG, 0, IKEV1_HASH_1,
     config_on_answer, "mode-cfg-05 3.1"},
    /* Some go on with SET under the message id of the REQUEST (xauth-02 2.1). */
    {"config_more", WIRE_V1_CONFIG, 3, true, IKEV1_X_DONE, HASH | CONFIG, 0, IKEV1_HASH_1, config_on_ask,
     "xauth-02 2.1"},
};

const struct ikev1_row_2 *ikev1_config_rows(size_t *count)
{
    *count = COUNT(config_rows);
    return config_rows;
}

static const struct ikev1_step config_step = {
    "login", IKEV1_IN(IKEV1_ST_LOGIN), {[IKEV1_ENDS] = IKEV1_ST_UP, [IKEV1_FAILS] = IKEV1_ST_DEAD}};

/* Writes a message of an exchange with these attributes. */
static struct base_span config_message(struct ike *ike, struct ikev1_sa *sa, struct ikev1_xchg *x,
                                       const struct wire_v1_attrs *attrs)
{
    uint8_t *room;
    struct wire_ike_builder b = ikev1_msg_begin_2(ike, sa, WIRE_V1_CONFIG, x->msgid, &room);
    wire_v1_put_attrs(&b, attrs);
    return ikev1_msg_seal_2(ike, sa, &b, room, x->msgid, BASE_SPAN_NONE, x->iv);
}

/* ---- ours ---- */

static void config_begin(struct ike *ike, struct ikev1_sa *sa, enum ikev1_login_stage stage,
                         struct wire_v1_attrs *attrs)
{
    struct ikev1_login *l = ikev1_login_of(ike, sa);
    struct ikev1_xchg *x = l ? ikev1_xchg_new(ike, sa, WIRE_V1_CONFIG) : NULL;
    if (!x)
        return;
    ike->env.rng(ike->env.ctx, IKE_RNG_NONCE, &attrs->id, sizeof attrs->id);
    x->state = IKEV1_X_I_CONFIG;
    if (ikev1_flight_send(ike, sa, &x->flight, NULL, config_message(ike, sa, x, attrs), true))
        l->stage = stage;
    else
        ikev1_xchg_free(ike, sa, x);
}

static void config_ask_login(struct ike *ike, struct ikev1_sa *sa)
{
    struct wire_v1_attrs attrs = {.kind = WIRE_V1_ATTRS_REQUEST};
    wire_v1_attrs_add_short(&attrs, WIRE_V1_ATTR_XAUTH_TYPE, 0);
    wire_v1_attrs_add_long(&attrs, WIRE_V1_ATTR_XAUTH_USER, BASE_SPAN_NONE);
    wire_v1_attrs_add_long(&attrs, WIRE_V1_ATTR_XAUTH_PASSWORD, BASE_SPAN_NONE);
    config_begin(ike, sa, IKEV1_LOGIN_ASKED, &attrs);
}

static void config_tell_status(struct ike *ike, struct ikev1_sa *sa, uint16_t status)
{
    struct wire_v1_attrs attrs = {.kind = WIRE_V1_ATTRS_SET};
    wire_v1_attrs_add_short(&attrs, WIRE_V1_ATTR_XAUTH_STATUS, status);
    config_begin(ike, sa, IKEV1_LOGIN_STATUS, &attrs);
}

static void config_push(struct ike *ike, struct ikev1_sa *sa)
{
    struct ikev1_cfg cfg = {.attrs = {.kind = WIRE_V1_ATTRS_SET}};
    if (!ikev1_cfg_give(ike, sa, NULL)) {
        ikev1_close(ike, sa, "there is no inner address for the peer");
        return;
    }
    ikev1_cfg_tell(ike, sa, NULL, &cfg);
    config_begin(ike, sa, IKEV1_LOGIN_PUSHED, &cfg.attrs);
}

/* Who gets addresses, and how. True: nothing is left to be done. */
static bool config_addresses(struct ike *ike, struct ikev1_sa *sa, const struct ikev1_login *l)
{
    const struct ike_conn_conf *c = sa->conn;
    struct wire_v1_attrs attrs = {.kind = WIRE_V1_ATTRS_REQUEST};
    if (l->is_given || (!c->n_virtual_addrs && !(c->n_pools && c->cfg_push)))
        return true;
    if (!c->n_virtual_addrs)
        config_push(ike, sa);
    else if (!c->cfg_push) {
        ikev1_cfg_want(sa, &attrs);
        config_begin(ike, sa, IKEV1_LOGIN_WANTED, &attrs);
    }
    return false;
}

void ikev1_config_settle(struct ike *ike, struct ikev1_sa *sa)
{
    struct ikev1_login *l = ikev1_login_of(ike, sa);
    if (!l) {
        ikev1_step_take(ike, sa, &config_step, IKEV1_FAILS);
        return;
    }
    if (l->stage != IKEV1_LOGIN_IDLE)
        return;
    if (!l->is_proved) {
        if (sa->conn->xauth == IKE_XAUTH_SERVER)
            config_ask_login(ike, sa);
        return;
    }
    if (!config_addresses(ike, sa, l))
        return;
    sa->life.give_up_at = BASE_TIME_NEVER;
    if (!ikev1_phase1_settle_peer(ike, sa, l->initial_contact)) {
        ikev1_close(ike, sa, "there are enough SAs of this identity");
        return;
    }
    ikev1_step_take(ike, sa, &config_step, IKEV1_ENDS);
    ikev1_sa_touch(ike, sa);
}

static void config_take_login(struct ike *ike, struct ikev1_sa *sa, struct ikev1_login *l,
                              const struct wire_v1_attrs *attrs)
{
    const struct wire_v1_attr *user = wire_v1_attrs_find(attrs, WIRE_V1_ATTR_XAUTH_USER);
    const struct wire_v1_attr *password = wire_v1_attrs_find(attrs, WIRE_V1_ATTR_XAUTH_PASSWORD);
    if (user && password && !user->is_short && !password->is_short)
        l->is_refused = !ikev1_login_check(ike, sa, user->data, password->data);
    else {
        l->is_refused = true;
        explain_xauth(ike, ikev1_sa_about(sa), sa->conn, BASE_SPAN_NONE, EXPLAIN_XAUTH_GIVEN_UP);
    }
    config_tell_status(ike, sa, (uint16_t)(l->is_refused ? XAUTH_FAIL : XAUTH_OK));
}

/* What an answer means, by what was asked. */
static void config_take_answer(struct ike *ike, struct ikev1_sa *sa, struct ikev1_login *l,
                               const struct wire_v1_attrs *attrs)
{
    const enum ikev1_login_stage stage = l->stage;
    l->stage = IKEV1_LOGIN_IDLE;
    switch (stage) {
    case IKEV1_LOGIN_ASKED:
        config_take_login(ike, sa, l, attrs);
        break;
    case IKEV1_LOGIN_STATUS:
        l->is_proved = !l->is_refused;
        if (l->is_refused)
            ikev1_close(ike, sa, "the login of the peer was refused");
        break;
    case IKEV1_LOGIN_WANTED:
        l->is_given = ikev1_cfg_take(ike, sa, attrs);
        if (!l->is_given)
            ikev1_close(ike, sa, "the peer gave us no inner address");
        break;
    case IKEV1_LOGIN_PUSHED:
        l->is_given = true;
        break;
    case IKEV1_LOGIN_IDLE:
        break;
    }
}

static bool config_on_answer(struct ike *ike, struct ikev1_sa *sa, struct ikev1_xchg *x,
                             struct ikev1_msg *msg)
{
    struct ikev1_login *l = sa->login;
    struct wire_v1_attrs attrs;
    if (!l || wire_v1_attrs_parse(ikev1_msg_body(msg, WIRE_V1_P_CONFIG, 0), &attrs) != WIRE_IKE_OK) {
        explain_malformed(ike, ikev1_sa_about(sa), "an attributes payload");
        return false;
    }
    if (attrs.kind != WIRE_V1_ATTRS_REPLY && attrs.kind != WIRE_V1_ATTRS_ACK)
        return true;
    x->flight.in_hash = msg->raw_hash;
    ikev1_xchg_done(ike, sa, x);
    config_take_answer(ike, sa, l, &attrs);
    ikev1_sa_touch(ike, sa);
    return true;
}

void ikev1_config_fail(struct ike *ike, struct ikev1_sa *sa, struct ikev1_xchg *x)
{
    const bool is_ours = x->is_ours;
    ikev1_xchg_free(ike, sa, x);
    if (!is_ours || sa->state != IKEV1_ST_LOGIN)
        return;
    explain_timeout(ike, ikev1_sa_about(sa), "a transaction (XAUTH or mode-config)", 1, EXPLAIN_SILENT_LATER);
    ikev1_close(ike, sa, "the peer did not answer XAUTH or mode-config");
}

/* ---- the peer's ---- */

/* Our name and password. False: it asks for what we do not have. */
static bool config_login(const struct ike_xauth_login *own, const struct wire_v1_attrs *asked,
                         struct wire_v1_attrs *out)
{
    const struct wire_v1_attr *type = wire_v1_attrs_find(asked, WIRE_V1_ATTR_XAUTH_TYPE);
    uint32_t kind = 0;
    if (!own || (type && wire_v1_attr_number(type, &kind) && kind) ||
        wire_v1_attrs_find(asked, WIRE_V1_ATTR_XAUTH_PASSCODE) ||
        wire_v1_attrs_find(asked, WIRE_V1_ATTR_XAUTH_CHALLENGE))
        return false;
    if (type)
        wire_v1_attrs_add_short(out, WIRE_V1_ATTR_XAUTH_TYPE, 0);
    if (wire_v1_attrs_find(asked, WIRE_V1_ATTR_XAUTH_USER))
        wire_v1_attrs_add_long(out, WIRE_V1_ATTR_XAUTH_USER, base_span(own->user, own->user_len));
    if (wire_v1_attrs_find(asked, WIRE_V1_ATTR_XAUTH_PASSWORD))
        wire_v1_attrs_add_long(out, WIRE_V1_ATTR_XAUTH_PASSWORD, base_span(own->password, own->password_len));
    return true;
}

/* A REQUEST: of our name, or of an address. False: it is not answered. */
static bool config_answer_request(struct ike *ike, struct ikev1_sa *sa, const struct wire_v1_attrs *asked,
                                  struct ikev1_cfg *out)
{
    const struct ike_conn_conf *c = sa->conn;
    const struct ikev1_login *l = sa->login;
    out->attrs.kind = WIRE_V1_ATTRS_REPLY;
    if (wire_v1_attrs_is_xauth(asked)) {
        if (c->xauth != IKE_XAUTH_CLIENT || !l || l->is_proved)
            return false;
        if (config_login(c->xauth_login, asked, &out->attrs))
            return true;
        explain_xauth(ike, ikev1_sa_about(sa), c, BASE_SPAN_NONE, EXPLAIN_XAUTH_KIND);
        wire_v1_attrs_add_short(&out->attrs, WIRE_V1_ATTR_XAUTH_STATUS, XAUTH_FAIL);
        return true;
    }
    if (c->xauth == IKE_XAUTH_SERVER && !(l && l->is_proved))
        return false; /* nothing before it has proved who it is */
    if (c->n_pools && ikev1_cfg_give(ike, sa, asked))
        ikev1_cfg_tell(ike, sa, asked, out);
    return true;
}

/* A SET: how our login went, or our address. False: it is not answered. */
static bool config_answer_set(struct ike *ike, struct ikev1_sa *sa, const struct wire_v1_attrs *told,
                              struct ikev1_cfg *out)
{
    struct ikev1_login *l = sa->login;
    uint32_t status = XAUTH_FAIL;
    const struct wire_v1_attr *a = wire_v1_attrs_find(told, WIRE_V1_ATTR_XAUTH_STATUS);
    out->attrs.kind = WIRE_V1_ATTRS_ACK;
    for (size_t i = 0; i < told->count; i++)
        wire_v1_attrs_add_long(&out->attrs, told->list[i].type, BASE_SPAN_NONE);
    if (!l || sa->state != IKEV1_ST_LOGIN)
        return false;
    if (a) {
        if (sa->conn->xauth != IKE_XAUTH_CLIENT)
            return false;
        l->is_proved = wire_v1_attr_number(a, &status) && status == XAUTH_OK;
        l->is_refused = !l->is_proved;
    } else if (sa->conn->cfg_push && sa->conn->n_virtual_addrs && l->is_proved) {
        l->is_given = ikev1_cfg_take(ike, sa, told);
    }
    return true;
}

static void config_end_refused(struct ike *ike, struct ikev1_sa *sa)
{
    const struct ike_xauth_login *own = sa->conn->xauth_login;
    explain_xauth(ike, ikev1_sa_about(sa), sa->conn,
                  own ? base_span(own->user, own->user_len) : BASE_SPAN_NONE, EXPLAIN_XAUTH_REFUSED);
    ikev1_close(ike, sa, "the peer refused our login");
}

static bool config_on_ask(struct ike *ike, struct ikev1_sa *sa, struct ikev1_xchg *x, struct ikev1_msg *msg)
{
    struct ikev1_cfg out = {.attrs = {.count = 0}};
    struct wire_v1_attrs in;
    const bool is_fresh = !x;
    bool is_answered = false;
    if (wire_v1_attrs_parse(ikev1_msg_body(msg, WIRE_V1_P_CONFIG, 0), &in) != WIRE_IKE_OK) {
        explain_malformed(ike, ikev1_sa_about(sa), "an attributes payload");
        return !is_fresh;
    }
    if (sa->state == IKEV1_ST_LOGIN && !ikev1_login_of(ike, sa))
        return !is_fresh;
    if (in.kind == WIRE_V1_ATTRS_REQUEST)
        is_answered = config_answer_request(ike, sa, &in, &out);
    else if (in.kind == WIRE_V1_ATTRS_SET)
        is_answered = config_answer_set(ike, sa, &in, &out);
    x = is_answered && is_fresh ? ikev1_xchg_take(ike, sa, msg) : x;
    if (!is_answered || !x)
        return !is_fresh;
    out.attrs.id = in.id;
    const bool is_sent =
        ikev1_flight_send(ike, sa, &x->flight, msg, config_message(ike, sa, x, &out.attrs), false);
    ikev1_xchg_done(ike, sa, x);
    if (sa->login && ((struct ikev1_login *)sa->login)->is_refused)
        config_end_refused(ike, sa);
    ikev1_sa_touch(ike, sa);
    return is_sent;
}
