/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What other implementations propose when nobody told them otherwise, against our built-in proposals: the IKE
 * SA, the first child, the peer's rekeying, and what the peer would make of ours. A row is a peer; words are
 * strongSwan's, of which some have no row in our table.
 */
#include <ctype.h>
#include "ike_pair.h"
#include "ikev2_select.h"

/* Words that peers use and Culvert has no algorithm for. */
static const struct {
    const char *word;
    struct crypt_transform t;
} foreign[] = {
    {"des", {CRYPT_TYPE_ENCR, 2, 0}},
    {"3des", {CRYPT_TYPE_ENCR, 3, 0}},
    {"aes128ctr", {CRYPT_TYPE_ENCR, 13, 128}},
    {"aes192ctr", {CRYPT_TYPE_ENCR, 13, 192}},
    {"aes256ctr", {CRYPT_TYPE_ENCR, 13, 256}},
    {"aes256gcm8", {CRYPT_TYPE_ENCR, 18, 256}},
    {"aes256gcm12", {CRYPT_TYPE_ENCR, 19, 256}},
    {"prfaesxcbc", {CRYPT_TYPE_PRF, 4, 0}},
    {"prfaescmac", {CRYPT_TYPE_PRF, 8, 0}},
    {"aesxcbc", {CRYPT_TYPE_INTEG, 5, 0}},
    {"aescmac", {CRYPT_TYPE_INTEG, 8, 0}},
    {"modp1024", {CRYPT_TYPE_DH, 2, 0}},
    {"modp1536", {CRYPT_TYPE_DH, 5, 0}},
};

struct peer {
    const char *name;
    const char *ike;   /* proposals, divided by commas, as they are sent: nothing is added to them */
    enum crypt_dh ke;  /* of its IKE_SA_INIT */
    const char *esp;   /* in IKE_AUTH */
    const char *rekey; /* in its rekeying, with KE in rekey_ke; NULL: as esp */
    enum crypt_dh rekey_ke;
    const char *want_ike, *want_esp, *want_rekey; /* NULL: refused */
};

#define WINDOWS_WEAK                                                                        \
    "3des-sha1-prfsha1-modp1024,aes128-sha1-prfsha1-modp1024,aes256-sha1-prfsha1-modp1024," \
    "3des-sha256-prfsha256-modp1024,aes256-sha256-prfsha256-modp1024,aes256-sha384-prfsha384-modp1024"
#define WINDOWS_ESP    "aes256-sha1-noesn,aes128-sha1-noesn,3des-sha1-noesn,des-sha1-noesn,null-sha1-noesn"
#define ANDROID_GROUPS "-modp4096-x25519-modp3072-modp2048"
#define ANDROID_PRFS   "-prfsha512-prfsha384-prfsha256-prfaesxcbc-prfaescmac-prfsha1"
#define FORTI_ESP(G)                                                                               \
    "aes128-sha1-noesn" G ",aes256-sha1-noesn" G ",aes128-sha256-noesn" G ",aes256-sha256-noesn" G \
    ",aes128gcm16-noesn" G ",aes256gcm16-noesn" G ",chacha20poly1305-noesn" G
#define AZURE_ESP "aes256gcm16-noesn,aes256-sha1-noesn,aes256-sha256-noesn,aes128-sha1-noesn"
#define AWS_IKE                                                                                        \
    "aes128-aes256-sha1-sha256-sha384-sha512-prfsha1-prfsha256-prfsha384-prfsha512-modp1024-modp2048-" \
    "ecp256,"                                                                                          \
    "aes128gcm16-aes256gcm16-prfsha1-prfsha256-modp1024-modp2048-ecp256"

static const struct peer peers[] = {
    {"Windows, nothing changed", WINDOWS_WEAK, (enum crypt_dh)2, WINDOWS_ESP, NULL, CRYPT_DH_NONE, NULL,
     "AES-CBC-256/HMAC-SHA1-96/32-bit sequence", "AES-CBC-256/HMAC-SHA1-96/32-bit sequence"},
    {"Windows, NegotiateDH2048_AES256", WINDOWS_WEAK ",aes256-sha256-prfsha256-modp2048", (enum crypt_dh)2,
     WINDOWS_ESP, NULL, CRYPT_DH_NONE, "AES-CBC-256/HMAC-SHA2-256-128/PRF-HMAC-SHA2-256/MODP-2048",
     "AES-CBC-256/HMAC-SHA1-96/32-bit sequence", "AES-CBC-256/HMAC-SHA1-96/32-bit sequence"},
    {"Windows, set by PowerShell", "aes256-sha384-prfsha384-ecp384", CRYPT_DH_ECP_384, "aes256gcm16-noesn",
     "aes256gcm16-ecp384-noesn", CRYPT_DH_ECP_384, "AES-CBC-256/HMAC-SHA2-384-192/PRF-HMAC-SHA2-384/ECP-384",
     "AES-GCM-16-256/32-bit sequence", "AES-GCM-16-256/ECP-384/32-bit sequence"},
    {"iOS 17",
     "aes256gcm16-prfsha256-ecp256,aes256gcm16-prfsha256-modp2048,aes256-sha256-prfsha256-ecp256,"
     "aes256-sha256-prfsha256-modp2048",
     CRYPT_DH_ECP_256, "aes256gcm16-noesn,aes256-sha256-noesn",
     "aes256gcm16-ecp256-noesn,aes256-sha256-ecp256-noesn,aes256gcm16-noesn,aes256-sha256-noesn",
     CRYPT_DH_ECP_256, "AES-GCM-16-256/PRF-HMAC-SHA2-256/ECP-256", "AES-GCM-16-256/32-bit sequence",
     "AES-GCM-16-256/ECP-256/32-bit sequence"},
    {"iOS 16",
     "aes256-sha256-prfsha256-modp2048,aes256-sha256-prfsha256-ecp256,aes256-sha256-prfsha256-modp1536,"
     "aes128-sha1-prfsha1-modp1024,3des-sha1-prfsha1-modp1024",
     CRYPT_DH_MODP_2048, "aes256-sha256-noesn,aes128-sha1-noesn,3des-sha1-noesn", NULL, CRYPT_DH_NONE,
     "AES-CBC-256/HMAC-SHA2-256-128/PRF-HMAC-SHA2-256/MODP-2048",
     "AES-CBC-256/HMAC-SHA2-256-128/32-bit sequence", "AES-CBC-256/HMAC-SHA2-256-128/32-bit sequence"},
    {"macOS 13", "aes256-sha256-prfsha256-modp2048", CRYPT_DH_MODP_2048, "aes256-sha256-noesn", NULL,
     CRYPT_DH_NONE, "AES-CBC-256/HMAC-SHA2-256-128/PRF-HMAC-SHA2-256/MODP-2048",
     "AES-CBC-256/HMAC-SHA2-256-128/32-bit sequence", "AES-CBC-256/HMAC-SHA2-256-128/32-bit sequence"},
    {"Android 14",
     "aes256ctr-aes256-aes192ctr-aes192-aes128ctr-aes128-sha512-sha384-sha256-aesxcbc-aescmac" ANDROID_PRFS
         ANDROID_GROUPS
     ",chacha20poly1305-aes256gcm16-aes256gcm12-aes256gcm8-aes192gcm16-aes128gcm16" ANDROID_PRFS
         ANDROID_GROUPS,
     CRYPT_DH_MODP_4096,
     "aes256ctr-aes256-aes192ctr-aes192-aes128ctr-aes128-sha512-sha384-sha256-aesxcbc-aescmac-noesn,"
     "chacha20poly1305-aes256gcm16-aes256gcm12-aes256gcm8-aes192gcm16-aes128gcm16-noesn",
     NULL, CRYPT_DH_NONE, "AES-GCM-16-256/PRF-HMAC-SHA2-256/MODP-4096", "AES-GCM-16-128/32-bit sequence",
     "AES-GCM-16-128/32-bit sequence"},
    {"RouterOS", "aes128-sha1-prfsha1-modp2048-modp1024", CRYPT_DH_MODP_2048,
     "aes256-aes192-aes128-sha1-noesn", "aes256-aes192-aes128-sha1-modp1024-noesn", (enum crypt_dh)2,
     "AES-CBC-128/HMAC-SHA1-96/PRF-HMAC-SHA1/MODP-2048", "AES-CBC-128/HMAC-SHA1-96/32-bit sequence", NULL},
    {"RouterOS, pfs-group=modp2048", "aes128-sha1-prfsha1-modp2048-modp1024", CRYPT_DH_MODP_2048,
     "aes256-aes192-aes128-sha1-noesn", "aes256-aes192-aes128-sha1-modp2048-noesn", CRYPT_DH_MODP_2048,
     "AES-CBC-128/HMAC-SHA1-96/PRF-HMAC-SHA1/MODP-2048", "AES-CBC-128/HMAC-SHA1-96/32-bit sequence",
     "AES-CBC-128/HMAC-SHA1-96/MODP-2048/32-bit sequence"},
    {"FortiGate",
     "aes128-sha256-prfsha256-modp2048-modp1536,aes256-sha256-prfsha256-modp2048-modp1536,"
     "aes128-sha1-prfsha1-modp2048-modp1536,aes256-sha1-prfsha1-modp2048-modp1536",
     CRYPT_DH_MODP_2048, FORTI_ESP(""), FORTI_ESP("-modp2048-modp1536"), CRYPT_DH_MODP_2048,
     "AES-CBC-128/HMAC-SHA2-256-128/PRF-HMAC-SHA2-256/MODP-2048", "AES-GCM-16-128/32-bit sequence",
     "AES-GCM-16-128/MODP-2048/32-bit sequence"},
    {"Cisco IOS XE, esp-aes esp-sha-hmac",
     "aes256-sha512-sha384-prfsha512-prfsha384-modp2048-ecp521-modp1536", CRYPT_DH_MODP_2048,
     "aes128-sha1-noesn", NULL, CRYPT_DH_NONE, "AES-CBC-256/HMAC-SHA2-384-192/PRF-HMAC-SHA2-384/MODP-2048",
     "AES-CBC-128/HMAC-SHA1-96/32-bit sequence", "AES-CBC-128/HMAC-SHA1-96/32-bit sequence"},
    {"AWS", AWS_IKE, CRYPT_DH_MODP_2048, "aes128-aes256-sha1-sha256-noesn,aes128gcm16-aes256gcm16-noesn",
     "aes128-aes256-sha1-sha256-modp2048-ecp256-noesn,aes128gcm16-aes256gcm16-modp2048-ecp256-noesn",
     CRYPT_DH_MODP_2048, "AES-GCM-16-256/PRF-HMAC-SHA2-256/MODP-2048", "AES-GCM-16-128/32-bit sequence",
     "AES-GCM-16-128/MODP-2048/32-bit sequence"},
    {"Azure, default", "aes256-sha1-prfsha1-modp1024,aes256-sha256-prfsha256-modp1024", (enum crypt_dh)2,
     AZURE_ESP, NULL, CRYPT_DH_NONE, NULL, "AES-GCM-16-256/32-bit sequence",
     "AES-GCM-16-256/32-bit sequence"},
    {"Azure, a policy with group 14", "aes256-sha256-prfsha256-modp2048", CRYPT_DH_MODP_2048, AZURE_ESP, NULL,
     CRYPT_DH_NONE, "AES-CBC-256/HMAC-SHA2-256-128/PRF-HMAC-SHA2-256/MODP-2048",
     "AES-GCM-16-256/32-bit sequence", "AES-GCM-16-256/32-bit sequence"},
    {"OCI as of 2018", "aes256-sha384-prfsha384-modp1536-ecp384", CRYPT_DH_ECP_384,
     "aes256gcm16-noesn,aes256-sha256-noesn", "aes256gcm16-modp1536-noesn,aes256-sha256-modp1536-noesn",
     (enum crypt_dh)5, "AES-CBC-256/HMAC-SHA2-384-192/PRF-HMAC-SHA2-384/ECP-384",
     "AES-GCM-16-256/32-bit sequence", NULL},
    {"libreswan 4.10",
     "aes256gcm16-prfsha512-prfsha256-modp2048-modp3072-modp4096-ecp256-ecp384-ecp521-x25519,"
     "aes128gcm16-prfsha512-prfsha256-modp2048-modp3072-modp4096-ecp256-ecp384-ecp521-x25519,"
     "aes256-prfsha512-prfsha256-sha512-sha256-modp2048-ecp256-x25519",
     CRYPT_DH_MODP_2048, "aes256gcm16-esn-noesn,aes128gcm16-esn-noesn,aes256-sha512-sha256-esn-noesn",
     "aes256gcm16-modp2048-esn-noesn,aes128gcm16-modp2048-esn-noesn,aes256-sha512-sha256-modp2048-esn-noesn",
     CRYPT_DH_MODP_2048, "AES-GCM-16-256/PRF-HMAC-SHA2-256/MODP-2048", "AES-GCM-16-256/ESN",
     "AES-GCM-16-256/MODP-2048/ESN"},
    {"OpenIKED 7.2",
     "aes128gcm16-aes256gcm16-prfsha256-prfsha384-prfsha512-prfsha1-x25519-ecp521-ecp384-ecp256-modp4096-"
     "modp1536-modp1024,"
     "aes256-aes192-aes128-3des-prfsha256-prfsha384-prfsha512-prfsha1-sha256-sha384-sha512-sha1-x25519-"
     "ecp521-modp1024",
     CRYPT_DH_X25519, "aes256-aes192-aes128-sha384-sha512-sha1-noesn",
     "aes256-aes192-aes128-sha384-sha512-sha1-modpnone-noesn", CRYPT_DH_NONE,
     "AES-GCM-16-256/PRF-HMAC-SHA2-256/X25519", "AES-CBC-128/HMAC-SHA2-384-192/32-bit sequence",
     "AES-CBC-128/HMAC-SHA2-384-192/32-bit sequence"},
};

static struct crypt_transform word_transform(const char *word)
{
    const struct crypt_alg *alg = crypt_alg_by_keyword(word);
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign && !alg; i++)
        if (strcmp(foreign[i].word, word) == 0)
            return foreign[i].t;
    if (!alg)
        fail_msg("no word %s", word);
    return (struct crypt_transform){alg->type, alg->id, alg->key_bits};
}

/* A peer's list as its own configuration would hold it; the count. */
static size_t peer_list(const char *texts, enum crypt_protocol protocol, struct crypt_proposal out[16])
{
    char copy[1024], *line_at, *word_at;
    size_t n = 0;
    snprintf(copy, sizeof copy, "%s", texts);
    for (char *line = strtok_r(copy, ",", &line_at); line; line = strtok_r(NULL, ",", &line_at), n++) {
        assert_true(n < 16);
        out[n] = (struct crypt_proposal){.protocol = (uint8_t)protocol};
        for (char *w = strtok_r(line, "-", &word_at); w; w = strtok_r(NULL, "-", &word_at)) {
            assert_true(out[n].count < CRYPT_PROPOSAL_TRANSFORMS_MAX);
            out[n].transforms[out[n].count++] = word_transform(w);
        }
    }
    return n;
}

static struct crypt_proposal list[16];
static struct wire_ike_sa offered;

/* What we make of a peer's offer, by our built-in proposals; NULL: nothing. */
static const char *answer_to(const char *texts, enum crypt_protocol protocol, enum ikev2_dh_rule rule,
                             enum crypt_dh ke, char text[128])
{
    struct ikev2_choice c;
    size_t n_ours;
    const struct crypt_proposal *ours = crypt_proposal_defaults(protocol, &n_ours);
    const bool is_esp = protocol == CRYPT_PROTOCOL_ESP;
    const size_t n = peer_list(texts, protocol, list);
    ikev2_select_offer(list, n, is_esp ? 0x1234 : 0, is_esp ? 4 : 0, IKEV2_DH_WANTED, &offered);
    if (!ikev2_select(ours, n_ours, &offered, (uint8_t)protocol, rule, ke, &c))
        return NULL;
    return ikev2_select_text(&c, text, 128);
}

static void expect_text(const struct peer *p, const char *what, const char *got, const char *want)
{
    if (got == want || (got && want && strcmp(got, want) == 0))
        return;
    fail_msg("%s, %s: %s instead of %s", p->name, what, got ? got : "refused", want ? want : "refused");
}

static void peers_get_an_ike_sa_a_child_and_its_rekeying(void **state)
{
    (void)state;
    char text[128];
    for (const struct peer *p = peers; p < peers + sizeof peers / sizeof *peers; p++) {
        expect_text(p, "IKE SA", answer_to(p->ike, CRYPT_PROTOCOL_IKE, IKEV2_DH_WANTED, p->ke, text),
                    p->want_ike);
        expect_text(p, "first child",
                    answer_to(p->esp, CRYPT_PROTOCOL_ESP, IKEV2_DH_IGNORE, CRYPT_DH_NONE, text), p->want_esp);
        expect_text(
            p, "rekeying",
            answer_to(p->rekey ? p->rekey : p->esp, CRYPT_PROTOCOL_ESP, IKEV2_DH_WANTED, p->rekey_ke, text),
            p->want_rekey);
    }
}

/* What a peer that wants what it proposes itself takes of our offer, and whether we take its answer. */
static bool peer_takes(const char *texts, enum ikev2_dh_rule rule, enum crypt_dh ke,
                       struct ikev2_choice *agreed)
{
    struct ikev2_choice c;
    struct wire_ike_sa answer = {.count = 1};
    size_t n_ours;
    const struct crypt_proposal *ours = crypt_proposal_defaults(CRYPT_PROTOCOL_ESP, &n_ours);
    const size_t n = peer_list(texts, CRYPT_PROTOCOL_ESP, list);
    ikev2_select_offer(ours, n_ours, 0x1234, 4, rule, &offered);
    if (!ikev2_select(list, n, &offered, WIRE_IKE_PROTO_ESP, IKEV2_DH_WANTED, ke, &c))
        return false;
    struct wire_ike_proposal *a = &answer.list[0];
    *a = (struct wire_ike_proposal){
        .number = c.number, .protocol = WIRE_IKE_PROTO_ESP, .spi_len = 4, .spi = 0x5678};
    a->list[a->count++] =
        (struct wire_ike_transform){.type = CRYPT_TYPE_ENCR, .id = c.encr->id, .key_bits = c.encr->key_bits};
    if (c.integ)
        a->list[a->count++] = (struct wire_ike_transform){.type = CRYPT_TYPE_INTEG, .id = c.integ->id};
    if (c.dh != CRYPT_DH_NONE)
        a->list[a->count++] = (struct wire_ike_transform){.type = CRYPT_TYPE_DH, .id = (uint16_t)c.dh};
    a->list[a->count++] = (struct wire_ike_transform){.type = CRYPT_TYPE_ESN, .id = c.esn};
    return ikev2_select_answer(ours, n_ours, &answer, WIRE_IKE_PROTO_ESP, rule, agreed);
}

/* With the group of the IKE SA, as our rekeying begins, or without one, as it goes on when that is refused.
 */
static void our_rekeying_is_taken_by_every_peer_that_has_a_group_of_ours_or_none(void **state)
{
    (void)state;
    for (const struct peer *p = peers; p < peers + sizeof peers / sizeof *peers; p++) {
        const char *texts = p->rekey ? p->rekey : p->esp;
        struct ikev2_choice c;
        const bool is_taken = peer_takes(texts, IKEV2_DH_WANTED, p->ke, &c) ||
                              peer_takes(texts, IKEV2_DH_NONE, CRYPT_DH_NONE, &c);
        if (is_taken != (p->want_rekey != NULL))
            fail_msg("%s: our rekeying is %s", p->name, is_taken ? "taken" : "refused");
    }
}

/* Before the peer's fragments of IKE are known, one datagram has to do (RFC 7383 2.2). */
static void the_offers_fit_one_datagram(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->hold = true;
    pair_start(p);
    pair_connect(p);
    assert_true(p->head < p->tail);
    assert_in_range(p->queue[p->head].len, 300, 600);
    p->head = p->tail = 0;
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(peers_get_an_ike_sa_a_child_and_its_rekeying),
        cmocka_unit_test(our_rekeying_is_taken_by_every_peer_that_has_a_group_of_ours_or_none),
        cmocka_unit_test(the_offers_fit_one_datagram),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
