/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Further rounds of a connection (RFC 4739): more words in "auth" of a side, and "then" beside it, which says
 * what is another one in the second round, with a "then" of its own for the third, and so on. What it does
 * not say is as in the first round.
 */
#include "conf_int.h"

#include <stdlib.h>
#include <string.h>
#include "eap.h"

bool conf_auth_is_login(enum ike_auth_kind kind)
{
    return kind == IKE_AUTH_EAP_MSCHAPV2 || kind == IKE_AUTH_EAP_TLS || kind == IKE_AUTH_EAP_RADIUS;
}

const json_t *conf_round_then(const json_t *side, size_t round)
{
    for (; side && round; round--)
        side = json_object_get(side, "then");
    return side;
}

size_t conf_round_enter(struct conf_reader *r, size_t round)
{
    const size_t mark = r->path_len;
    for (; round; round--)
        conf_enter(r, "then");
    return mark;
}

bool conf_round_any(const struct ike_conn_conf *c, bool is_ours, enum ike_auth_kind kind)
{
    while (c && (is_ours ? c->local_auth : c->remote_auth) != kind)
        c = c->then;
    return c != NULL;
}

/* The method of a side in a further round. NONE: it has no more. */
static enum ike_auth_kind round_kind(const json_t *side, enum conf_section in, size_t round)
{
    const char *word = json_string_value(json_array_get(json_object_get(side, "auth"), round));
    return word ? (enum ike_auth_kind)conf_choice_number(conf_key_find(in, "auth"), word) : IKE_AUTH_NONE;
}

/* A "then" of a side behind its last method. */
static void round_check_last(struct conf_reader *r, const json_t *side, enum conf_section in)
{
    const json_t *auth = json_object_get(side, "auth");
    const size_t n = json_is_array(auth) ? json_array_size(auth) : 1;
    if (!conf_round_then(side, n))
        return;
    const size_t mark = conf_enter(r, conf_section_path(in) + strlen("connections.*."));
    conf_round_enter(r, n);
    conf_fail(
        r, "belongs to a further proof; write all of them into \"auth\", as in [ \"pubkey\", \"pubkey\" ], "
           "or take it out");
    conf_leave(r, mark);
}

/* One more round behind those that the connection has. False: no memory. */
static bool round_add(const json_t *o, struct ike_conn_conf *c, const struct ike_conn_conf *as)
{
    struct ike_conn_conf *then = malloc(sizeof *then), *last = c;
    if (!then)
        return false;
    *then = *as;
    /* Who logs in is who the method says, unless it is narrowed here. */
    if (conf_auth_is_login(then->remote_auth))
        then->remote_id = (struct ike_id){.pattern = IKE_ID_ANY};
    const struct conf_objects to = {.conn = then};
    conf_fill(conf_round_then(json_object_get(o, "local"), then->round), CONF_S_LOCAL_THEN, &to);
    conf_fill(conf_round_then(json_object_get(o, "remote"), then->round), CONF_S_REMOTE_THEN, &to);
    while (last->then)
        last = last->then;
    last->then = then;
    return true;
}

bool conf_round_read(struct conf_reader *r, const json_t *o, struct ike_conn_conf *c)
{
    const json_t *local = json_object_get(o, "local"), *remote = json_object_get(o, "remote");
    struct ike_conn_conf next = *c;
    round_check_last(r, local, CONF_S_LOCAL);
    round_check_last(r, remote, CONF_S_REMOTE);
    for (next.round = 1; next.round < IKE_ROUNDS_MAX; next.round++) {
        next.local_auth = round_kind(local, CONF_S_LOCAL, next.round);
        next.remote_auth = round_kind(remote, CONF_S_REMOTE, next.round);
        if (next.local_auth == IKE_AUTH_NONE && next.remote_auth == IKE_AUTH_NONE)
            break;
        if (!round_add(o, c, &next))
            return false;
    }
    return true;
}

void conf_round_settle(const json_t *o, struct ike_conn_conf *c)
{
    for (struct ike_conn_conf *then = c->then; then; then = then->then) {
        const json_t *own = conf_round_then(json_object_get(o, "local"), then->round);
        then->login = c->login;
        if (!conf_auth_is_login(then->local_auth) || !c->login || json_object_get(own, "id"))
            continue;
        const struct eap_name *user = &c->login->name;
        const bool has_domain = user->len && memchr(user->text, '@', user->len);
        then->local_id =
            (struct ike_id){.type = has_domain ? WIRE_IKE_ID_EMAIL : WIRE_IKE_ID_KEY, .len = user->len};
        memcpy(then->local_id.bytes, user->text, user->len);
    }
}
