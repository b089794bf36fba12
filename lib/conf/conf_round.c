/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The second round of a connection (RFC 4739): a second word in "auth" of a side, and "then" beside it, which
 * says what is another one in that round.
 */
#include "conf_int.h"

#include <stdlib.h>
#include <string.h>
#include "eap.h"

bool conf_auth_is_login(enum ike_auth_kind kind)
{
    return kind == IKE_AUTH_EAP_MSCHAPV2 || kind == IKE_AUTH_EAP_TLS || kind == IKE_AUTH_EAP_RADIUS;
}

/* The second method of a side. NONE: it has one. */
static enum ike_auth_kind round_kind(struct conf_reader *r, const json_t *side, enum conf_section in)
{
    const char *word = json_string_value(json_array_get(json_object_get(side, "auth"), 1));
    if (word)
        return (enum ike_auth_kind)conf_choice_number(conf_key_find(in, "auth"), word);
    if (json_object_get(side, "then")) {
        const size_t mark = conf_enter(r, conf_section_path(in) + strlen("connections.*."));
        const size_t at = conf_enter(r, "then");
        conf_fail(r, "belongs to a second proof; write both into \"auth\": [ \"pubkey\", \"pubkey\" ], or "
                     "take it out");
        conf_leave(r, at);
        conf_leave(r, mark);
    }
    return IKE_AUTH_NONE;
}

bool conf_round_read(struct conf_reader *r, const json_t *o, struct ike_conn_conf *c)
{
    const json_t *local = json_object_get(o, "local"), *remote = json_object_get(o, "remote");
    const enum ike_auth_kind ours = round_kind(r, local, CONF_S_LOCAL);
    const enum ike_auth_kind theirs = round_kind(r, remote, CONF_S_REMOTE);
    if (ours == IKE_AUTH_NONE && theirs == IKE_AUTH_NONE)
        return true;
    struct ike_conn_conf *then = malloc(sizeof *then);
    if (!then)
        return false;
    *then = *c;
    then->round = 1;
    then->local_auth = ours;
    then->remote_auth = theirs;
    /* Who logs in is who the method says, unless it is narrowed here. */
    if (conf_auth_is_login(theirs))
        then->remote_id = (struct ike_id){.pattern = IKE_ID_ANY};
    const struct conf_objects to = {.conn = then};
    conf_fill(json_object_get(local, "then"), CONF_S_LOCAL_THEN, &to);
    conf_fill(json_object_get(remote, "then"), CONF_S_REMOTE_THEN, &to);
    c->then = then;
    return true;
}

void conf_round_settle(const json_t *o, struct ike_conn_conf *c)
{
    const json_t *own = json_object_get(json_object_get(o, "local"), "then");
    if (!c->then)
        return;
    c->then->login = c->login;
    if (conf_auth_is_login(c->then->local_auth) && c->login && !json_object_get(own, "id")) {
        const struct eap_name *user = &c->login->name;
        const bool has_domain = user->len && memchr(user->text, '@', user->len);
        c->then->local_id =
            (struct ike_id){.type = has_domain ? WIRE_IKE_ID_EMAIL : WIRE_IKE_ID_KEY, .len = user->len};
        memcpy(c->then->local_id.bytes, user->text, user->len);
    }
}
