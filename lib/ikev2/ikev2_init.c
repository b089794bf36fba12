/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory of SA_INIT and IKE_AUTH. */
#include "ikev2_init.h"

#include <stdlib.h>
#include "base_secret.h"
#include "base_span.h"
#include "base_wipe.h"
#include "eap.h"
#include "ike_blob.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ike_ids.h"
#include "ikev2_ppk.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"
#include "wire_ike.h"

bool ikev2_init_is_long(struct base_span request)
{
    return request.len > IKEV2_LONG_FROM;
}

bool ikev2_init_has_room(const struct ike *ike, struct base_span request)
{
    return !ikev2_init_is_long(request) || ike->v2->long_bytes + request.len <= IKEV2_LONG_BYTES_MAX;
}

bool ikev2_init_keep(struct ike *ike, struct ikev2_init *init, struct base_span request)
{
    if (!ikev2_init_has_room(ike, request) || ike_blob_set(&init->msg_i, request) < 0)
        return false;
    ike->v2->long_bytes -= init->long_bytes;
    init->long_bytes = ikev2_init_is_long(request) ? request.len : 0;
    ike->v2->long_bytes += init->long_bytes;
    return true;
}

struct base_span ikev2_init_sk_p(const struct ikev2_sa *sa, bool of_initiator)
{
    const struct ikev2_proof_keys *p = &sa->init->proof;
    return base_span(of_initiator ? p->sk_pi : p->sk_pr, sa->keys.prf_len);
}

/* What stands behind the cookie of a request, if it has one; *first: the type of that. */
static struct base_span init_without_cookie(struct base_span request, uint8_t *first)
{
    struct wire_ike_hdr hdr;
    struct wire_ike_notification n;
    struct base_reader r = base_reader(request);
    base_read_span(&r, WIRE_IKE_HDR_BYTES);
    const struct base_span all = base_read_rest(&r);
    if (r.failed || wire_ike_hdr_parse(request, &hdr) != WIRE_IKE_OK)
        return BASE_SPAN_NONE;
    r = base_reader(all);
    *first = hdr.next;
    const uint8_t next = base_read_u8(&r);
    base_read_u8(&r);
    const uint16_t len = base_read_u16(&r);
    const struct base_span body = base_read_span(&r, len > 4 ? len - 4u : 0);
    if (r.failed || hdr.next != WIRE_IKE_P_NOTIFY || wire_ike_notify_parse(body, &n) != WIRE_IKE_OK ||
        n.type != WIRE_IKE_N_COOKIE)
        return all;
    *first = next;
    return base_read_rest(&r);
}

static bool init_has(const struct ikev2_init *init, struct base_span request)
{
    bool has = base_span_equal(ike_blob_span(&init->msg_i), request);
    for (size_t i = 0; i < init->n_twins && !has; i++)
        has = base_span_equal(ike_blob_span(&init->twins[i]), request);
    return has;
}

bool ikev2_init_keep_twin(struct ike *ike, struct ikev2_init *init, struct base_span request)
{
    uint8_t first = 0, first_kept = 0;
    const struct base_span a = init_without_cookie(request, &first);
    const struct base_span b = init_without_cookie(ike_blob_span(&init->msg_i), &first_kept);
    if (a.len == 0 || first != first_kept || !base_span_equal(a, b))
        return false;
    if (init_has(init, request))
        return true;
    if (init->n_twins == IKEV2_TWINS_MAX || !ikev2_init_has_room(ike, request) ||
        ike_blob_set(&init->twins[init->n_twins], request) < 0)
        return false;
    init->n_twins++;
    const size_t bytes = ikev2_init_is_long(request) ? request.len : 0;
    init->long_bytes += bytes;
    ike->v2->long_bytes += bytes;
    return true;
}

void ikev2_init_drop_ppk(struct ikev2_init *init)
{
    struct ikev2_ppk *p = init->ppk;
    if (p && p->plain.ptr)
        base_wipe(p->plain.ptr, p->plain.len);
    if (p)
        ike_blob_free(&p->plain);
    base_secret_free(p);
    init->ppk = NULL;
}

static void init_free_kept(struct ikev2_kept *k)
{
    if (k->chain.ptr)
        base_wipe(k->chain.ptr, k->chain.len);
    ike_blob_free(&k->chain);
}

void ikev2_init_free(struct ike *ike, struct ikev2_sa *sa)
{
    if (!sa->init)
        return;
    for (size_t i = 0; i < sa->init->n_twins; i++)
        ike_blob_free(&sa->init->twins[i]);
    ike->v2->long_bytes -= sa->init->long_bytes;
    ike_blob_free(&sa->init->msg_i);
    ike_blob_free(&sa->init->msg_r);
    struct ikev2_auth *a = &sa->init->auth;
    init_free_kept(&a->kept);
    init_free_kept(&a->begun);
    for (size_t i = 0; i < IKE_ROUNDS_MAX; i++)
        ike_ids_put(ike, a->proved[i]);
    free(a->shown);
    eap_free(a->eap);
    if (a->conn)
        ike_conf_put(a->conn->conf);
    base_secret_free(sa->init->mix);
    ikev2_init_drop_ppk(sa->init);
    base_secret_free(sa->init);
    sa->init = NULL;
}
