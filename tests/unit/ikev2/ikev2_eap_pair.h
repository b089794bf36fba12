/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* A pair of engines of which a logs in at b by MSCHAPv2, as "ann" with the password "secret". */
#include "eap_login.h"
#include "ike_pair.h"
#include "ikev2_auth.h"
#include "ikev2_init.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

/* A pair whose engines can do EAP. */
static inline struct pair *pair_eap(void)
{
    static struct crypt_ike_ops ops;
    ops = null_ike_ops;
    ops.eap = &ossl_eap_ops;
    struct pair *p = pair_new();
    p->ops = &ops;
    return p;
}

/* Not started. */
static inline struct pair *pair_login_new(const char *name, const char *password)
{
    struct pair *p = pair_eap();
    struct ike_conn_conf *a = &p->h[0].conf->conns[0], *b = &p->h[1].conf->conns[0];
    a->local_auth = b->remote_auth = IKE_AUTH_EAP_MSCHAPV2;
    a->login = login_of("", name, password);
    p->h[1].conf->users = login_users("ann", "secret");
    return p;
}

static inline struct pair *pair_login(const char *name, const char *password)
{
    struct pair *p = pair_login_new(name, password);
    pair_start(p);
    return p;
}
