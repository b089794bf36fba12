/* SPDX-License-Identifier: BSD-3-Clause */
/* A message of IKE_AUTH that is kept while jobs run: its payloads, and where it came from. */
#include "base_span.h"
#include "ike_blob.h"
#include "ikev2_auth.h"
#include "ikev2_init.h"
#include "ikev2_msg.h"
#include "ikev2_sa.h"
#include "wire_ike.h"

int ikev2_auth_keep(struct ikev2_sa *sa, const struct ikev2_msg *msg)
{
    struct ikev2_auth *a = &sa->init->auth;
    const struct wire_ike_pld *first = &msg->plds.list[0], *last = &msg->plds.list[msg->plds.count - 1];
    const struct base_span chain =
        base_span(first->whole.ptr, (size_t)(last->whole.ptr + last->whole.len - first->whole.ptr));
    if (!sa->is_initiator && a->kept.chain.ptr && !a->begun.chain.ptr) {
        a->begun = a->kept;
        a->kept = (struct ikev2_kept){0};
    }
    a->kept.first_type = first->type;
    ikev2_auth_take_path(sa, msg);
    return ike_blob_set(&a->kept.chain, chain);
}

void ikev2_auth_take_path(struct ikev2_sa *sa, const struct ikev2_msg *msg)
{
    struct ikev2_auth *a = &sa->init->auth;
    a->path = *msg->path;
    a->hdr = msg->hdr;
}

static void keep_parse(const struct ikev2_sa *sa, const struct ikev2_kept *k, struct ikev2_msg *out)
{
    const struct ikev2_auth *a = &sa->init->auth;
    *out = (struct ikev2_msg){.path = &a->path, .hdr = a->hdr, .is_response = sa->is_initiator};
    /* It was parsed before, so it parses now. */
    wire_ike_plds_parse(k->first_type, ike_blob_span(&k->chain), &out->plds);
}

void ikev2_auth_kept(const struct ikev2_sa *sa, struct ikev2_msg *out)
{
    keep_parse(sa, &sa->init->auth.kept, out);
}

void ikev2_auth_begun(const struct ikev2_sa *sa, struct ikev2_msg *out)
{
    const struct ikev2_auth *a = &sa->init->auth;
    keep_parse(sa, a->begun.chain.ptr ? &a->begun : &a->kept, out);
}
