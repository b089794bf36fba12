/* SPDX-License-Identifier: BSD-3-Clause */
/* Groups that do not count in IKE_AUTH and will not do later are told when the first child shows them. */
#include "ike_pair.h"
#include "ike_core.h"
#include "ikev2_child_words.h"
#include "ikev2_children.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

/* What the peer is said to have offered, in b's engine. */
static void offer(struct pair *p, const char *text)
{
    struct crypt_proposal theirs;
    char why[200] = "";
    if (crypt_proposal_parse(text, CRYPT_PROTOCOL_ESP, &theirs, why, sizeof why))
        fail_msg("%s", why);
    ikev2_select_offer(&theirs, 1, 0x1234, 4, IKEV2_DH_WANTED, &p->h[1].ike->v2->sa_in);
}

static const struct ike_audit *foreseen(struct pair *p, const char *text)
{
    struct ike *b = p->h[1].ike;
    offer(p, text);
    p->h[1].n_audits = 0;
    ikev2_child_foresee(b, b->v2->first, b->v2->first->children->conf);
    pair_drain(p);
    return pair_audit(&p->h[1], IKE_AUDIT_FAIL_PFS);
}

static struct pair *pair_with(const char *ours)
{
    char why[200] = "";
    struct pair *p = pair_new();
    for (int i = 0; i < 2; i++) {
        struct ike_child_conf *c = &p->h[i].conf->conns[0].children[0];
        c->n_proposals = 1;
        if (crypt_proposal_parse(ours, CRYPT_PROTOCOL_ESP, &c->proposals[0], why, sizeof why))
            fail_msg("%s", why);
    }
    pair_start(p);
    pair_connect(p);
    return p;
}

static void groups_that_will_not_do_are_told_with_the_first_child(void **state)
{
    (void)state;
    struct pair *p = pair_with("aes128gcm16-noesn");
    const struct ike_audit *a = foreseen(p, "aes128gcm16-ecp384-noesn");
    assert_non_null(a);
    assert_non_null(strstr(a->what, "in IKE_AUTH: aes128gcm16-ecp384-noesn"));
    assert_non_null(strstr(a->why, "it cannot be rekeyed"));
    assert_non_null(strstr(a->fix_here, "esp_proposals: add \"aes128gcm16-ecp384-noesn\""));
    pair_free(p);
}

static void what_shows_nothing_or_will_do_is_not_told(void **state)
{
    (void)state;
    struct pair *p = pair_with("aes128gcm16-x25519-noesn");
    assert_null(foreseen(p, "aes128gcm16-noesn"));        /* says nothing of groups */
    assert_null(foreseen(p, "aes128gcm16-x25519-noesn")); /* ours */
    pair_free(p);
    p = pair_with("aes128gcm16-noesn");
    assert_null(foreseen(p, "aes128gcm16-x25519-modpnone-noesn")); /* can do without */
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_that_will_not_do_are_told_with_the_first_child),
        cmocka_unit_test(what_shows_nothing_or_will_do_is_not_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
