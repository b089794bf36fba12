/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is kept of a login, and the check of a password against the file of users (draft-beaulieu-ike-xauth-02
 * 4). The exchange is ikev1_x_config.c's.
 */
#include "ikev1_login.h"

#include <string.h>
#include "base_secret.h"
#include "base_time.h"
#include "base_wipe.h"
#include "crypt_ike_ops.h"
#include "eap_mschap.h"
#include "eap_users.h"
#include "explain_xauth.h"
#include "ike_core.h"
#include "ikev1_sa.h"
#include "pool_book.h"

#define LOGIN_S 60u /* people type */

bool ikev1_login_is_due(const struct ikev1_sa *sa)
{
    const struct ike_conn_conf *c = sa->conn;
    return c->xauth != IKE_XAUTH_NO || c->n_virtual_addrs || (c->cfg_push && c->n_pools);
}

struct ikev1_login *ikev1_login_of(struct ike *ike, struct ikev1_sa *sa)
{
    struct ikev1_login *l = sa->login;
    if (l)
        return l;
    l = sa->login = base_secret_new(sizeof *l);
    if (!l)
        return NULL;
    l->is_proved = sa->conn->xauth == IKE_XAUTH_NO;
    sa->life.give_up_at = base_time_add(ike->now, LOGIN_S * BASE_NS_PER_S);
    return l;
}

void ikev1_login_end(struct ike *ike, struct ikev1_sa *sa)
{
    for (uint32_t i = 0; !sa->inner_is_ours && i < sa->n_inner; i++)
        pool_release(ike->pools, &sa->inner[i], sa->id, ike->now);
    sa->n_inner = 0;
    base_secret_free(sa->login);
    sa->login = NULL;
}

const struct ike_id *ikev1_login_who(const struct ikev1_sa *sa)
{
    const struct ikev1_login *l = sa->login;
    return l && l->user.type ? &l->user : &sa->remote_id;
}

static struct base_span login_cut(struct base_span s)
{
    return s.len && s.ptr[s.len - 1] == '\0' ? base_span(s.ptr, s.len - 1) : s;
}

/* As an identity: user@domain, or any other name; as in its row, whatever domain was put before it. */
static void login_set_user(struct ikev1_login *l, struct base_span name)
{
    const bool has_domain = memchr(name.ptr, '@', name.len) != NULL;
    l->user =
        (struct ike_id){.type = has_domain ? WIRE_IKE_ID_EMAIL : WIRE_IKE_ID_KEY, .len = (uint8_t)name.len};
    memcpy(l->user.bytes, name.ptr, name.len);
}

bool ikev1_login_check(struct ike *ike, struct ikev1_sa *sa, struct base_span name, struct base_span password)
{
    static const struct eap_user nobody;
    const struct crypt_eap_ops *ops = ike->env.crypto->eap;
    struct ikev1_login *l = ikev1_login_of(ike, sa);
    uint8_t hash[16] = {0};
    name = login_cut(name);
    const struct eap_user *user = eap_users_find(sa->conn->conf->users, name);
    const int rc = ops ? eap_mschap_hash(ops, login_cut(password), hash) : -1;
    const bool is_right = base_equal_secret(hash, (user ? user : &nobody)->hash, sizeof hash);
    base_wipe(hash, sizeof hash);
    if (l && user && rc == 0 && is_right) {
        login_set_user(l, base_span(user->name, user->len));
        return true;
    }
    explain_xauth(ike, ikev1_sa_about(sa), sa->conn, name,
                  user ? EXPLAIN_XAUTH_PASSWORD : EXPLAIN_XAUTH_USER);
    return false;
}
