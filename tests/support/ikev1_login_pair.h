/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Two engines of IKEv1 of which a logs in at b by XAUTH, or gets an inner address of b. */
#include "ikev1_pair.h"

#include "eap_login.h"
#include "ike_core.h"
#include "ikev1_login.h"
#include "ikev1_sa.h"
#include "ikev1_tables.h"
#include "pool_pair.h"

/* a logs in at b, which knows ann with the password "secret". Not started. */
static inline struct pair *pair_v1_login(const char *user, const char *password)
{
    struct pair *p = pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP);
    struct ike_conn_conf *a = &p->h[0].conf->conns[0], *b = &p->h[1].conf->conns[0];
    static struct crypt_ike_ops login_ops;
    login_ops = *p->ops;
    login_ops.eap = &ossl_eap_ops;
    p->ops = &login_ops;
    a->xauth = IKE_XAUTH_CLIENT;
    b->xauth = IKE_XAUTH_SERVER;
    struct ike_xauth_login *x = a->xauth_login = base_secret_new(sizeof *x);
    assert_non_null(x);
    x->user_len = (uint8_t)strlen(user);
    memcpy(x->user, user, x->user_len);
    x->password_len = (uint16_t)strlen(password);
    memcpy(x->password, password, x->password_len);
    p->h[1].conf->users = login_users("ann", "secret");
    return p;
}

/* b has a pool, out of which a gets its only address of the child. */
static inline void with_pool(struct pair *p, bool push)
{
    struct ike_conn_conf *a = &p->h[0].conf->conns[0], *b = &p->h[1].conf->conns[0];
    pair_pool(p->h[1].conf, "four", "10.9.0.1", "10.9.0.2");
    snprintf(b->pools[b->n_pools++], sizeof b->pools[0], "four");
    pair_dynamic(&b->children[0].remote_ts);
    a->n_virtual_addrs = 1;
    a->virtual_addrs[0] = pair_addr("0.0.0.0");
    pair_dynamic(&a->children[0].local_ts);
    a->cfg_push = b->cfg_push = push;
}

static inline struct ikev1_sa *sa_of(struct pair *p, int i)
{
    assert_non_null(p->h[i].ike->v1->first);
    return p->h[i].ike->v1->first;
}
