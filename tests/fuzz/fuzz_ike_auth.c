/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IKE_AUTH behind SK, from a caller whose IKE_SA_INIT was right (ike_craft.h): an input is a script that puts
 * payloads, right ones and any bytes, and sends them whole or in fragments. The responder takes one peer by
 * key, or by key and certificate behind it, one by certificate, or by another one and a key behind it, others
 * by certificate and pattern, and the rest by password, each with an address of a pool. Checked: nothing
 * comes up without a right proof; when all SAs are gone no lease is held, and no SPI, key or certificate is
 * left.
 */
#include "eap_login.h"
#include "ike_craft.h"
#include "ike_pattern.h"
#include "pool_book.h"
#include "pool_pair.h"
#include "sig_pair.h"
#include "wire_ike_cp.h"

#define STEPS_MAX 64
#define CHAIN_MAX 8000 /* bytes that one step may still add to */
#define CUT_LEAST 200
#define CONNS     6

enum step { S_RAW, S_ID, S_CERT, S_KEY, S_SIGN, S_CHILD, S_ASK, S_NOTIFY, S_EAP, S_SEND, S_TIME, S_STEPS };

static struct crypt_ike_ops ops;
static struct eap_users *users; /* of all inputs */

/* ---- the responder ---- */

static void conn_prepare(struct ike_conf *conf, size_t n, const char *name, const char *remote,
                         enum ike_id_pattern pattern)
{
    struct ike_conn_conf *c = &conf->conns[n];
    ike_conn_conf_defaults(c);
    snprintf(c->name, sizeof c->name, "%s", name);
    c->local_id = pair_id("@b");
    c->remote_id = (struct ike_id){.pattern = (uint8_t)pattern};
    if (pattern == IKE_ID_EXACT)
        c->remote_id = pair_id(remote);
    else if (pattern == IKE_ID_SUFFIX)
        assert_int_equal(ike_pattern_parse(remote, &c->remote_id, (char[200]){0}, 200), 0);
    c->mobike = false;
    c->n_children = 1;
    c->children = calloc(2, sizeof *c->children);
    ike_child_conf_defaults(&c->children[0]);
    snprintf(c->children[0].name, IKE_NAME_MAX, "net");
    pair_ts(&c->children[0].local_ts, "10.2.0.0/16");
    pair_dynamic(&c->children[0].remote_ts);
    snprintf(c->pools[c->n_pools++], sizeof c->pools[0], "four");
    snprintf(c->pools[c->n_pools++], sizeof c->pools[0], "six");
}

/* We show a certificate, and the peer does when it is to. */
static void conn_sign(struct ike_conf *conf, size_t n, bool remote)
{
    struct ike_conn_conf *c = &conf->conns[n];
    struct crypt_certs certs = {1, {null_pki_cert("r:kb:b:ca")}};
    conf->pki = &null_pki_ops;
    c->local_auth = IKE_AUTH_SIG;
    c->creds = ike_creds_new(&conf->creds);
    assert_true(ike_creds_add(conf->pki, conf->creds, null_pki_key("r:kb"), &certs, NULL));
    if (!remote)
        return;
    c->remote_auth = IKE_AUTH_SIG;
    c->anchor = ike_anchor_new(&conf->anchors);
    ike_anchor_set_trust(&null_pki_ops, conf->anchors, null_pki_trust("ca"));
}

/* The next round of a connection, in which the peer alone proves itself, to be filled. */
static struct ike_conn_conf *conn_then(const struct ike_conn_conf *c, const struct ike_conn_conf *last)
{
    struct ike_conn_conf *then = malloc(sizeof *then);
    *then = *c;
    then->then = NULL;
    then->round = (uint8_t)(last->round + 1);
    then->children = NULL;
    then->n_children = 0;
    then->local_auth = IKE_AUTH_NONE;
    return then;
}

static void conf_prepare(struct ike_conf *conf)
{
    ike_conn_conf_clear(&conf->conns[0]);
    conf->conns = realloc(conf->conns, CONNS * sizeof *conf->conns);
    conf->n_conns = CONNS;
    conn_prepare(conf, 0, "key", "@a", IKE_ID_EXACT);
    conn_prepare(conf, 1, "one", "@s", IKE_ID_EXACT);
    conn_prepare(conf, 2, "many", "*.example.org", IKE_ID_SUFFIX);
    conn_prepare(conf, 3, "user", NULL, IKE_ID_ANY);
    conn_sign(conf, 1, true);
    conn_sign(conf, 2, true);
    conn_sign(conf, 3, false);
    conf->conns[3].remote_auth = IKE_AUTH_EAP_MSCHAPV2;
    conn_prepare(conf, 4, "both", "@a", IKE_ID_EXACT);
    struct ike_conn_conf *both = &conf->conns[4], *then = both->then = conn_then(both, both);
    then->remote_auth = IKE_AUTH_SIG;
    then->remote_id = pair_id("@s");
    then->anchor = conf->conns[1].anchor;
    conn_prepare(conf, 5, "all", "@s", IKE_ID_EXACT);
    conn_sign(conf, 5, true);
    struct ike_conn_conf *all = &conf->conns[5], *last = all->then = conn_then(all, all);
    last->remote_id = conf->conns[2].remote_id;
    last->then = conn_then(all, last);
    last->then->remote_auth = IKE_AUTH_PSK;
    last->then->remote_id = pair_id("@a");
    if (!users)
        users = login_users("ann", "secret");
    conf->users = eap_users_get(users);
    pair_pool(conf, "four", "10.9.0.1", "10.9.0.3")->dns[0] = pair_addr("10.2.0.53");
    conf->pools[0].n_dns = 1;
    pair_pool(conf, "six", "fd09::1", "fd09::3");
}

static struct craft *caller_new(void)
{
    struct pair *p = pair_new();
    ops = null_ike_ops;
    ops.eap = &ossl_eap_ops;
    p->ops = &ops;
    conf_prepare(p->h[1].conf);
    struct craft *c = craft_new(p);
    p->h[1].ike->env.calendar = sig_calendar;
    struct wire_ike_builder b = craft_init_begin(c);
    craft_put_ike(c, &b);
    craft_put_ke(c, &b);
    craft_put_natd(c, &b, false);
    wire_ike_put_notify(&b, &(struct wire_ike_notification){.type = WIRE_IKE_N_FRAGMENTATION_SUPPORTED});
    static const uint8_t hashes[] = {0, CRYPT_HASH_SHA2_256, 0, CRYPT_HASH_IDENTITY};
    wire_ike_put_notify(&b, &(struct wire_ike_notification){.type = WIRE_IKE_N_SIGNATURE_HASH_ALGORITHMS,
                                                            .data = base_span(hashes, sizeof hashes)});
    assert_int_equal(craft_init_send(c, &b), 0);
    return c;
}

/* ---- the script ---- */

struct play {
    struct craft *c;
    struct wire_ike_builder b;
    uint8_t eap_id; /* of the newest EAP packet that came */
    bool is_proved; /* a right proof was put, so that an SA may come up */
    bool has_leaf;  /* the certificate of kx by an authority between was put */
};

static struct base_span take(struct base_reader *r, size_t len)
{
    const size_t left = base_reader_left(r);
    return base_read_span(r, len < left ? len : left);
}

static void put_id(struct play *y, const char *text)
{
    const struct ike_id id = pair_id(text);
    const struct wire_ike_id wire = {id.type, base_span(id.bytes, id.len), {0}};
    wire_ike_put_id(&y->b, WIRE_IKE_P_IDI, &wire);
}

static void put_cert(struct play *y, const char *text)
{
    wire_ike_put_cert(&y->b, WIRE_IKE_P_CERT,
                      &(struct wire_ike_cert){CRYPT_CERT_X509, base_span(text, strlen(text))});
}

static const struct {
    const char *id, *key, *cert;
    bool is_right;
} signers[] = {
    {"@s", "e:ks", "e:ks:s:ca", true},
    {"@x.example.org", "e:kx", "e:kx:x.example.org:ca", true},
    {"@x.example.org", "e:kx", "e:kx:x.example.org:evil", false},   /* of another authority */
    {"@x.example.org", "e:kx", "e:kx:y.example.org:ca", false},     /* another name */
    {"@x.example.org", "e:kx", "e:kz:x.example.org:ca", false},     /* another key */
    {"@x.example.org", "e:kx", "e:kx:x.example.org:ca:999", false}, /* expired */
    {"@s", "e:kx", "e:kx:x.example.org:ca", false},
};

static void step_sign(struct play *y, uint8_t which)
{
    const size_t n = which % (sizeof signers / sizeof *signers);
    uint8_t octets[WIRE_IKE_MSG_MAX], sig[CRYPT_SIG_BYTES_MAX];
    size_t len = 0;
    const struct ike_id id = pair_id(signers[n].id);
    const struct base_span signed_octets = craft_octets(y->c, &id, octets);
    struct crypt_key *key = null_pki_key(signers[n].key);
    assert_int_equal(null_pki_ops.sign(key, CRYPT_SIG_ECDSA_P256_RAW, signed_octets, sig, &len), 0);
    null_pki_ops.key_put(key);
    put_id(y, signers[n].id);
    put_cert(y, signers[n].cert);
    wire_ike_put_auth(&y->b, WIRE_IKE_AUTH_ECDSA_256, base_span(sig, len));
    /* The first certificate is the peer's: one that was put before makes another one's signature right. */
    const bool is_leafs = y->has_leaf && !strcmp(signers[n].key, "e:kx") && strcmp(signers[n].id, "@s") != 0;
    y->is_proved |= signers[n].is_right || is_leafs;
}

/* Host a's own proof, or with another key. */
static void step_key(struct play *y, bool is_right)
{
    uint8_t *psk = y->c->p->h[0].conf->secrets[0].psk;
    psk[0] ^= !is_right;
    craft_put_auth(y->c, &y->b);
    psk[0] ^= !is_right;
    y->is_proved |= is_right;
}

static void step_ask(struct play *y, uint8_t kind)
{
    static struct wire_ike_cfg cfg;
    cfg = (struct wire_ike_cfg){.kind = WIRE_IKE_CFG_REQUEST};
    if (kind & 1)
        wire_ike_cfg_add(&cfg, &(struct wire_ike_cfg_attr){.type = WIRE_IKE_CFG_IP4_ADDRESS});
    if (kind & 2)
        wire_ike_cfg_add(&cfg, &(struct wire_ike_cfg_attr){.type = WIRE_IKE_CFG_IP6_ADDRESS});
    if (kind & 4)
        wire_ike_cfg_add(&cfg, &(struct wire_ike_cfg_attr){.type = WIRE_IKE_CFG_IP4_DNS});
    wire_ike_put_cfg(&y->b, &cfg);
}

/* An EAP packet whose length is right; identifier 0 stands for the one that is to be answered. */
static void step_eap(struct play *y, struct base_reader *r)
{
    uint8_t bytes[5 + 255];
    struct base_writer w = base_writer(bytes, sizeof bytes);
    const uint8_t code = base_read_u8(r), id = base_read_u8(r), type = base_read_u8(r);
    const struct base_span data = take(r, base_read_u8(r));
    base_write_u8(&w, code);
    base_write_u8(&w, id ? id : y->eap_id);
    base_write_u16(&w, (uint16_t)(5 + data.len));
    base_write_u8(&w, type);
    base_write_span(&w, data);
    wire_ike_put_raw(&y->b, WIRE_IKE_P_EAP, base_writer_span(&w));
}

static void step_notify(struct play *y, struct base_reader *r)
{
    struct wire_ike_notification n = {.type = base_read_u16(r)};
    n.data = take(r, base_read_u8(r));
    wire_ike_put_notify(&y->b, &n);
}

/* Sends what was put, cut when it is longer than that, and takes what comes back, sealed for us or not. */
static void step_send(struct play *y, uint8_t exchange, uint8_t cut)
{
    struct craft *c = y->c;
    const size_t len = wire_ike_chain_bytes(&y->b).len, most = CUT_LEAST + 4u * cut;
    c->answer.plds.count = 0;
    if (!y->b.w.failed) /* by a payload that cannot be put */
        (void)craft_send(c, exchange ? WIRE_IKE_SA_INIT + exchange % 8 : WIRE_IKE_AUTH, &y->b,
                         cut && len > most ? most : 0);
    const struct wire_ike_pld *eap = wire_ike_plds_find(&c->answer.plds, WIRE_IKE_P_EAP, 0);
    if (eap && eap->body.len >= 4)
        y->eap_id = eap->body.ptr[1];
    while (craft_next(c))
        continue;
    y->b = craft_begin(c);
}

static const char *const ids[] = {"@a", "@s", "@x.example.org", "ann@example.org", "192.0.2.1", "keyid:x"};
static const char *const certs[] = {"r:ka:a:ca", "e:ks:s:ca", "e:inter:inter:ca", "e:kx:x.example.org:inter"};
#define CERTS     (sizeof certs / sizeof *certs)
#define CERT_LEAF (CERTS - 1)

static void step(struct play *y, struct base_reader *r)
{
    const uint8_t op = base_read_u8(r) % S_STEPS, arg = base_read_u8(r);
    const struct craft *c = y->c;
    if (op < S_SEND && wire_ike_chain_bytes(&y->b).len > CHAIN_MAX)
        return;
    switch (op) {
    case S_RAW:
        wire_ike_put_raw(&y->b, arg, take(r, base_read_u16(r) % 4096));
        break;
    case S_ID:
        put_id(y, ids[arg % (sizeof ids / sizeof *ids)]);
        break;
    case S_CERT:
        put_cert(y, certs[arg % CERTS]);
        y->has_leaf |= arg % CERTS == CERT_LEAF;
        break;
    case S_KEY:
        step_key(y, arg & 1);
        break;
    case S_SIGN:
        step_sign(y, arg);
        break;
    case S_CHILD:
        craft_put_child(y->c, &y->b, 0xa0000000u + arg, arg & 1 ? "0.0.0.0/0" : "10.1.0.0/16",
                        arg & 2 ? "::/0" : "10.2.0.0/16");
        break;
    case S_ASK:
        step_ask(y, arg);
        break;
    case S_NOTIFY:
        step_notify(y, r);
        break;
    case S_EAP:
        step_eap(y, r);
        break;
    case S_SEND:
        step_send(y, arg, base_read_u8(r));
        break;
    default:
        pair_run(c->p, arg % 64);
        while (craft_next(y->c))
            continue;
    }
}

/* ---- what holds ---- */

static size_t leases_held(const struct ike *ike)
{
    const struct pool_book *book = ike->pools;
    struct pool_record record;
    size_t pool, held = 0;
    for (size_t place = 0; place < pool_places(book); place++)
        for (size_t n = 0; pool_lease_at(book, place, n, &record, &pool); n++)
            held += record.kind == POOL_RECORD_HELD;
    return held;
}

static void check_unproved(const struct play *y)
{
    struct pair *p = y->c->p;
    const struct ike_stats s = pair_stats(p, 1);
    assert_int_equal(p->h[1].n_children, 0);
    assert_int_equal(s.children + s.childless, 0);
    assert_int_equal(s.ike_sas, s.half_open);
    assert_int_equal(leases_held(p->h[1].ike), 0);
}

static void check_end(struct play *y)
{
    struct pair *p = y->c->p;
    p->drop[1] = true;
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_SHUTDOWN});
    pair_run(p, 600);
    const struct ike_stats s = pair_stats(p, 1);
    assert_int_equal(s.ike_sas + s.half_open + s.children + s.jobs, 0);
    assert_int_equal(pair_live(&p->h[1]), 0);
    assert_int_equal(leases_held(p->h[1].ike), 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct play y = {.c = caller_new()};
    struct base_reader r = base_reader(base_span(data, size));
    y.b = craft_begin(y.c);
    for (int i = 0; i < STEPS_MAX && base_reader_left(&r) > 0; i++) {
        step(&y, &r);
        y.c->p->h[1].n_audits = 0;
        if (!y.is_proved)
            check_unproved(&y);
    }
    check_end(&y);
    craft_free(y.c);
    assert_int_equal(null_crypt_live_keys(), 0);
    assert_int_equal(null_pki_alive(), 0);
    return 0;
}
