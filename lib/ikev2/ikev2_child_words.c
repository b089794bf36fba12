/* SPDX-License-Identifier: BSD-3-Clause */
/* Why the proposals of both sides for a child do not meet, or will not when groups count. */
#include "ikev2_child_words.h"

#include "crypt_alg.h"
#include "explain.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

static bool words_agree(struct ike *ike, const struct ike_child_conf *conf, enum ikev2_dh_rule rule)
{
    struct ikev2_choice c;
    return ikev2_select(conf->proposals, conf->n_proposals, &ike->v2->sa_in, WIRE_IKE_PROTO_ESP, rule,
                        CRYPT_DH_NONE, &c);
}

void ikev2_child_explain(struct ike *ike, struct ikev2_sa *sa, const struct ike_child_conf *conf,
                         enum ikev2_dh_rule rule)
{
    if (ikev2_select_asks_ah(&ike->v2->sa_in))
        explain_ah(ike, ikev2_sa_about(sa), sa->conn);
    else if (rule != IKEV2_DH_IGNORE && words_agree(ike, conf, IKEV2_DH_IGNORE))
        explain_pfs(ike, ikev2_sa_about(sa), conf, &ike->v2->sa_in, false);
    else
        explain_no_proposal(ike, ikev2_sa_about(sa), sa->conn, conf, &ike->v2->sa_in);
}

static bool words_have_group(const struct wire_ike_sa *theirs)
{
    for (size_t i = 0; i < theirs->count; i++)
        for (size_t j = 0; j < theirs->list[i].count; j++)
            if (theirs->list[i].list[j].type == CRYPT_TYPE_DH && theirs->list[i].list[j].id != CRYPT_DH_NONE)
                return true;
    return false;
}

void ikev2_child_foresee(struct ike *ike, struct ikev2_sa *sa, const struct ike_child_conf *conf)
{
    if (words_have_group(&ike->v2->sa_in) && !words_agree(ike, conf, IKEV2_DH_WANTED))
        explain_pfs(ike, ikev2_sa_about(sa), conf, &ike->v2->sa_in, true);
}
