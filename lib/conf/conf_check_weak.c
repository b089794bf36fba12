/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Algorithms that are there for old peers only: a connection that does not say so may not name them, and one
 * that does is told about each at every check. And those that the library of this machine lacks.
 */
#include "conf_int.h"

#include "ossl_ops.h"

/* Also as an additional key exchange. */
static bool is_transform(const struct crypt_alg *alg, const struct crypt_transform *t)
{
    const uint8_t type = crypt_type_is_addke(t->type) ? CRYPT_TYPE_DH : t->type;
    return alg->id == t->id && alg->type == type && alg->key_bits == t->key_bits;
}

static bool list_has(const struct crypt_proposal *list, size_t n, const struct crypt_alg *alg)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < list[i].count; j++)
            if (is_transform(alg, &list[i].transforms[j]))
                return true;
    return false;
}

/* The key that names it, or NULL. */
static const char *key_with(const struct ike_conn_conf *conn, const struct crypt_alg *alg)
{
    if (list_has(conn->proposals, conn->n_proposals, alg))
        return "ike_proposals";
    for (size_t i = 0; i < conn->n_children; i++)
        if (list_has(conn->children[i].proposals, conn->children[i].n_proposals, alg))
            return "esp_proposals";
    return NULL;
}

void conf_check_absent(struct conf_reader *r, const struct ike_conn_conf *conn)
{
    size_t count;
    const struct crypt_alg *rows = crypt_alg_rows(&count);
    for (const struct crypt_alg *alg = rows; alg < rows + count; alg++) {
        const char *key = alg->is_kem && !ossl_dh_has((enum crypt_dh)alg->id) ? key_with(conn, alg) : NULL;
        if (key)
            conf_fail(r,
                      "%s name %s, which is absent here: %s; leave it out, or run a culvertd that was built "
                      "with a newer OpenSSL",
                      key, alg->keyword, ossl_dh_why_no_kem());
    }
}

void conf_check_weak(struct conf_reader *r, const struct ike_conn_conf *conn)
{
    size_t count;
    const struct crypt_alg *rows = crypt_alg_rows(&count);
    for (const struct crypt_alg *alg = rows; alg < rows + count; alg++) {
        const char *key = alg->weak ? key_with(conn, alg) : NULL;
        const char *better =
            alg->type == CRYPT_TYPE_DH ? "x25519, ecp256 or modp2048" : "aes256gcm16 or aes256";
        if (key && conn->weak)
            conf_warn(r, "%s name %s, which is weak: %s; write %s as soon as the peer can do that", key,
                      alg->keyword, alg->weak, better);
        else if (key)
            conf_fail(r,
                      "%s name %s, which is weak: %s; write %s, or, for a peer that has nothing better, add "
                      "\"weak\": true to this connection",
                      key, alg->keyword, alg->weak, better);
    }
}
