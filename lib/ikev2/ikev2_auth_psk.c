/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A pre-shared key as proof (RFC 7296 2.15). It is found by the pair of identities and by nothing else; the
 * job has a copy of it, which is wiped with the job.
 */
#include <string.h>
#include "base_span.h"
#include "base_wipe.h"
#include "crypt_alg.h"
#include "explain.h"
#include "ike_conf.h"
#include "ike_job.h"
#include "ike_job_auth.h"
#include "ikev2_auth.h"
#include "ikev2_init.h"
#include "ikev2_keymat.h"
#include "ikev2_sa.h"

struct psk_job {
    struct ike_job_auth auth;
    uint16_t psk_len;
    uint8_t psk[IKE_PSK_MAX];
};

/* AUTH data of this key over the octets; *len gets its length. */
static int psk_make(const struct crypt_ike_ops *ops, const struct psk_job *p, uint8_t out[CRYPT_PRF_MAX],
                    uint16_t *len)
{
    *len = crypt_alg_find(CRYPT_TYPE_PRF, (uint16_t)p->auth.prf, 0)->out_bytes;
    return ikev2_keymat_auth_psk(ops, p->auth.prf, base_span(p->psk, p->psk_len),
                                 ike_job_auth_octets(&p->auth), out);
}

static int psk_run_prove(const struct crypt_ike_ops *ops, struct ike_job *job)
{
    struct psk_job *p = (struct psk_job *)job;
    return psk_make(ops, p, p->auth.data, &p->auth.data_len);
}

static int psk_run_check(const struct crypt_ike_ops *ops, struct ike_job *job)
{
    struct psk_job *p = (struct psk_job *)job;
    uint8_t want[CRYPT_PRF_MAX];
    uint16_t len;
    const int rc = psk_make(ops, p, want, &len);
    p->auth.verified = rc == 0 && p->auth.data_len == len && base_equal_secret(want, p->auth.data, len);
    base_wipe(want, sizeof want);
    return rc;
}

static const struct ike_job_kind psk_kind_prove = {"psk_prove", sizeof(struct psk_job), psk_run_prove,
                                                   ike_job_auth_drop, true};
static const struct ike_job_kind psk_kind_check = {"psk_check", sizeof(struct psk_job), psk_run_check,
                                                   ike_job_auth_drop, true};

struct ike_job_auth *ikev2_auth_shared_job(struct base_span key, bool is_check)
{
    struct psk_job *p = key.len <= IKE_PSK_MAX
                            ? (struct psk_job *)ike_job_new(is_check ? &psk_kind_check : &psk_kind_prove)
                            : NULL;
    if (!p)
        return NULL;
    p->psk_len = (uint16_t)key.len;
    memcpy(p->psk, key.ptr, key.len);
    return &p->auth;
}

static struct ike_job_auth *psk_job(struct ike *ike, const struct ikev2_sa *sa,
                                    const struct ike_conn_conf *conn, bool is_check)
{
    /* Of a pattern, by who the peer is; it never finds a key of its own. */
    const struct ike_id *remote = conn->remote_id.pattern ? &sa->init->auth.peer : &conn->remote_id;
    const struct ike_secret *secret = ike_conf_secret(conn->conf, &conn->local_id, remote);
    if (!secret) {
        explain_no_secret(ike, ikev2_sa_about(sa), conn);
        return NULL;
    }
    return ikev2_auth_shared_job(base_span(secret->psk, secret->psk_len), is_check);
}

static struct ike_job_auth *psk_prove(struct ike *ike, const struct ikev2_sa *sa,
                                      const struct ike_conn_conf *conn)
{
    return psk_job(ike, sa, conn, false);
}

static struct ike_job_auth *psk_check(struct ike *ike, const struct ikev2_sa *sa,
                                      const struct ike_conn_conf *conn)
{
    return psk_job(ike, sa, conn, true);
}

const struct ikev2_auth_method ikev2_auth_psk = {
    .name = "psk",
    .number = WIRE_IKE_AUTH_PSK,
    .prove = psk_prove,
    .check = psk_check,
};
