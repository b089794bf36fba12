/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rules over connections, identities and secrets: what cannot work is an error, what usually is a mistake
 * behind NAT is a warning with the cure. Ports are conf_check_port.c's, overlaps conf_check_overlap.c's,
 * algorithms that exclude each other conf_check_sets.c's.
 */
#include "conf_int.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "base_time.h"
#include "ike_backoff.h"
#include "ike_index.h"
#include "ossl_ops.h"

/* A total order that agrees with ike_id_equal(). */
static int id_order(const struct ike_id *a, const struct ike_id *b)
{
    if (a->pattern != b->pattern)
        return a->pattern < b->pattern ? -1 : 1;
    if (a->type != b->type)
        return a->type < b->type ? -1 : 1;
    if (a->len != b->len)
        return a->len < b->len ? -1 : 1;
    if (a->type == WIRE_IKE_ID_FQDN || a->type == WIRE_IKE_ID_EMAIL)
        return strncasecmp((const char *)a->bytes, (const char *)b->bytes, a->len);
    return memcmp(a->bytes, b->bytes, a->len);
}

/* Something that has a pair of identities: a secret (conn NULL) or a connection (secret NULL). */
struct pair {
    const struct ike_id *local, *remote;
    const struct ike_conn_conf *conn;
    size_t index;  /* in its list */
    uint32_t line; /* of secrets_file; 0: it is not from there */
    uint32_t hash; /* of the remote identity, which is compared first: most differ in it */
};

static int pair_order_remote(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return id_order(x->remote, y->remote);
}

static int pair_order(const void *a, const void *b)
{
    const int rc = pair_order_remote(a, b);
    return rc ? rc : id_order(((const struct pair *)a)->local, ((const struct pair *)b)->local);
}

/* Sorted pairs of all secrets, or of all connections. NULL: none, or no memory. */
static struct pair *pairs_make(const struct ike_conf *ike, bool of_secrets, size_t *count)
{
    const size_t n = of_secrets ? ike->n_secrets : ike->n_conns;
    struct pair *pairs = n ? calloc(n, sizeof *pairs) : NULL;
    *count = pairs ? n : 0;
    for (size_t i = 0; i < *count; i++) {
        const struct ike_secret *s = of_secrets ? &ike->secrets[i] : NULL;
        const struct ike_conn_conf *c = of_secrets ? NULL : &ike->conns[i];
        pairs[i] = s ? (struct pair){&s->local, &s->remote, NULL, i, s->line, ike_index_hash(&s->remote)}
                     : (struct pair){&c->local_id, &c->remote_id, c, i, 0, ike_index_hash(&c->remote_id)};
    }
    if (pairs)
        qsort(pairs, n, sizeof *pairs, pair_order);
    return pairs;
}

/* Whether addresses tell its peers apart. */
static bool check_is_bound(const struct ike_conn_conf *c)
{
    return c->n_remote_from || c->n_local_addrs;
}

#define PLACE_MAX 256

/* Where a secret stands; of an included file: with its number there. */
static const char *secret_place(const struct conf_reader *r, const struct pair *p, char out[PLACE_MAX])
{
    const json_t *from = json_array_get(json_object_get(r->origins, "secrets"), p->index);
    const char *file = json_string_value(json_object_get(from, "file"));
    if (p->line)
        snprintf(out, PLACE_MAX, "line %u of %.200s", p->line, r->secrets_file);
    else if (file)
        snprintf(out, PLACE_MAX, "secrets[%lld] of %.200s",
                 (long long)json_integer_value(json_object_get(from, "at")), file);
    else
        snprintf(out, PLACE_MAX, "secrets[%zu]", p->index);
    return out;
}

/* Rows of the file are not quoted: what was read as an identity may be a key in the wrong place. */
static void check_twin_rows(struct conf_reader *r, const struct pair *a, const struct pair *b)
{
    char place[PLACE_MAX];
    const size_t mark = conf_enter_line(r, b->line);
    conf_fail(r, "%s is for the same pair of identities; keep one of them", secret_place(r, a, place));
    conf_leave_line(r, mark);
}

/* Whether the first of two connections in the order of the configuration takes certain groups only. */
static bool has_groups(const struct pair *a, const struct pair *b)
{
    return (a->index < b->index ? a : b)->conn->n_groups > 0;
}

static void check_twins(struct conf_reader *r, const struct pair *p, size_t n)
{
    char id[IKE_ID_TEXT_MAX], place[PLACE_MAX];
    for (size_t i = 1; i < n; i++) {
        if (pair_order(&p[i - 1], &p[i]) != 0)
            continue;
        if (p[i].conn && conf_round_any(p[i].conn, false, IKE_AUTH_EAP_RADIUS) &&
            has_groups(&p[i - 1], &p[i]))
            continue; /* its login's group tells */
        if (p[i].conn && (p[i].conn->remote_auth != p[i - 1].conn->remote_auth ||
                          (ike_conn_conf_proofs(p[i].conn, false) > 1) !=
                              (ike_conn_conf_proofs(p[i - 1].conn, false) > 1)))
            continue; /* how a peer begins to prove itself tells which one it means */
        const struct pair *a = p[i - 1].index < p[i].index ? &p[i - 1] : &p[i];
        const struct pair *b = a == &p[i] ? &p[i - 1] : &p[i];
        if (b->line) {
            check_twin_rows(r, a, b);
            continue;
        }
        const size_t mark = conf_enter(r, b->conn ? "connections" : "secrets");
        const size_t at = b->conn ? conf_enter(r, b->conn->name) : conf_enter_at(r, b->index);
        if (b->conn && b->conn->remote_id.pattern && ike_id_equal(&a->conn->local_id, &b->conn->local_id) &&
            !check_is_bound(a->conn) && !check_is_bound(b->conn))
            conf_fail(
                r,
                "has the same identities and auth as connection \"%s\", so no peer can be told which one it "
                "gets; write closer patterns, another auth, or remote.from",
                a->conn->name);
        else if (b->conn)
            conf_warn(
                r,
                "has the same pair of identities as connection \"%s\"; a peer that calls cannot be told "
                "apart and gets the first. Make one connection with several children",
                a->conn->name);
        else
            conf_fail(r, "%s is for the same pair of identities (remote %s); keep one of them",
                      secret_place(r, a, place), ike_id_text(b->remote, &ossl_ike_ops, id));
        conf_leave(r, at);
        conf_leave(r, mark);
    }
}

/* A secret for the same peer but another identity of ours, as a hint. */
static const struct pair *nearest_secret(const struct pair *secrets, size_t n, const struct ike_id *remote)
{
    const struct pair want = {.remote = remote, .hash = ike_index_hash(remote)};
    return n ? bsearch(&want, secrets, n, sizeof want, pair_order_remote) : NULL;
}

static void check_has_secret(struct conf_reader *r, const struct ike_conn_conf *c, const struct pair *secrets,
                             size_t n)
{
    char local[IKE_ID_TEXT_MAX], remote[IKE_ID_TEXT_MAX], other[IKE_ID_TEXT_MAX], place[PLACE_MAX];
    if (c->secret)
        return;
    const struct pair *near = nearest_secret(secrets, n, &c->remote_id);
    ike_id_text(&c->local_id, &ossl_ike_ops, local);
    ike_id_text(&c->remote_id, &ossl_ike_ops, remote);
    if (near && near->line)
        conf_fail(r,
                  "no secret for the pair local %.100s, remote %.100s; %s has this remote, but another local "
                  "identity. The pair must match exactly",
                  local, remote, secret_place(r, near, place));
    else if (near)
        conf_fail(r,
                  "no secret for the pair local %.100s, remote %.100s; %s has this remote, but local "
                  "%.100s. The pair must match exactly",
                  local, remote, secret_place(r, near, place),
                  ike_id_text(near->local, &ossl_ike_ops, other));
    else
        conf_fail(
            r,
            "no secret for the pair local %.100s, remote %.100s; add { \"local\": \"%.100s\", \"remote\": "
            "\"%.100s\", \"psk_file\": \"%s.psk\" } to \"secrets\"",
            local, remote, local, remote, c->name);
}

/* The address that an identity is, or one of family none. */
static struct base_addr id_address(const struct ike_id *id)
{
    if (id->type == WIRE_IKE_ID_IP4)
        return base_addr_from_bytes(BASE_AF_IP4, id->bytes);
    if (id->type == WIRE_IKE_ID_IP6)
        return base_addr_from_bytes(BASE_AF_IP6, id->bytes);
    return (struct base_addr){0};
}

/* Addresses as identities are where NAT hurts. */
static void check_remote_id(struct conf_reader *r, const struct ike_conn_conf *c)
{
    char id[BASE_ADDR_TEXT_MAX], peer[BASE_ADDR_TEXT_MAX];
    const struct base_addr addr = id_address(&c->remote_id);
    const bool is_private = addr.family != BASE_AF_NONE && base_addr_is_private(&addr);
    if (!is_private || base_addr_equal(&addr, &c->remote_addr))
        return;
    const size_t mark = conf_enter(r, "remote.id");
    base_addr_text(&addr, id);
    base_addr_text(&c->remote_addr, peer);
    if (c->remote_addr.family == BASE_AF_NONE)
        conf_warn(r,
                  "\"%s\" is a private address: another site may have the same one, and it changes with the "
                  "peer's network. Give the peer a name, such as \"@%s\", there as its local id and here",
                  id, c->name);
    else if (!base_addr_is_private(&c->remote_addr))
        conf_warn(
            r,
            "\"%s\" is the peer's private address behind the NAT at %s; this works only if the peer "
            "really announces it. Safer: give it the id \"@%s\" or \"%s\", there as its local id and here",
            id, peer, c->name, peer);
    conf_leave(r, mark);
}

static bool is_known_public(const struct conf *conf, const struct base_addr *addr)
{
    for (size_t i = 0; i < conf->ike->n_public_addrs; i++)
        if (base_addr_equal(&conf->ike->public_addrs[i], addr))
            return true;
    return false;
}

static void check_local_id(struct conf_reader *r, const struct conf *conf, const struct ike_conn_conf *c)
{
    char id[BASE_ADDR_TEXT_MAX], public_text[BASE_ADDR_TEXT_MAX];
    const struct base_addr addr = id_address(&c->local_id);
    const bool peer_is_public =
        c->remote_addr.family != BASE_AF_NONE && !base_addr_is_private(&c->remote_addr);
    if (addr.family == BASE_AF_NONE)
        return;
    const size_t mark = conf_enter(r, "local.id");
    base_addr_text(&addr, id);
    if (base_addr_is_private(&addr) && conf->ike->n_public_addrs > 0)
        conf_warn(
            r,
            "\"%s\" is our private address; the peer sees us as %s and usually looks for that. Write \"%s\" "
            "or a name such as \"@gw\", here and as remote id on the peer",
            id, base_addr_text(&conf->ike->public_addrs[0], public_text), public_text);
    else if (base_addr_is_private(&addr) && peer_is_public)
        conf_warn(
            r,
            "\"%s\" is a private address, but the peer is on the Internet and sees the public one of our "
            "NAT. Write that one or a name such as \"@gw\", here and as remote id on the peer",
            id);
    else if (!base_addr_is_private(&addr) && !conf_may_be_outside_address(conf, &addr) &&
             !is_known_public(conf, &addr))
        conf_warn(r,
                  "\"%s\" is on no port; if a 1:1 NAT maps it to us, add it to nat.public_addresses, so that "
                  "status can tell that peers dial it",
                  id);
    conf_leave(r, mark);
}

static void check_addresses(struct conf_reader *r, const struct conf *conf, const struct ike_conn_conf *c)
{
    char text[BASE_ADDR_TEXT_MAX];
    const size_t mark = conf_enter(r, "local.address");
    for (size_t i = 0; i < c->n_local_addrs; i++) {
        const struct base_addr *addr = &c->local_addrs[i];
        base_addr_text(addr, text);
        if (is_known_public(conf, addr) && !conf_is_outside_address(conf, addr))
            conf_fail(r,
                      "%s is the NAT's address, not ours; packets arrive at the private one. Write \"any\"",
                      text);
        else if (!conf_may_be_outside_address(conf, addr) && conf->n_ports > 0)
            conf_fail(r, "%s is no address of an outside port; write one that is, or \"any\"", text);
    }
    conf_leave(r, mark);
    if (conf_is_outside_address(conf, &c->remote_addr)) {
        const size_t at = conf_enter(r, "remote.address");
        conf_fail(r, "%s is our own address", base_addr_text(&c->remote_addr, text));
        conf_leave(r, at);
    }
}

/* NULL is never offered unless it is written (RFC 8221 5 allows it, for debugging). */
static bool has_null(const struct ike_child_conf *child)
{
    for (size_t i = 0; i < child->n_proposals; i++)
        for (size_t j = 0; j < child->proposals[i].count; j++)
            if (child->proposals[i].transforms[j].type == CRYPT_TYPE_ENCR &&
                child->proposals[i].transforms[j].id == CRYPT_ENCR_NULL)
                return true;
    return false;
}

/* A rekeying that packets are lost of ends well, or with its IKE SA, before its child dies of age. */
static void check_life(struct conf_reader *r, const struct ike_conn_conf *c,
                       const struct ike_child_conf *child)
{
    const uint32_t takes_s = (uint32_t)(ike_backoff_all_ns(c) / BASE_NS_PER_S) + 1;
    if (!child->life_s || !child->rekey_s || child->life_s <= child->rekey_s ||
        child->life_s - child->rekey_s >= takes_s)
        return;
    conf_warn(r,
              "child \"%s\": life_s %u may end it while it is replaced: a request is repeated for up to %u s "
              "(retransmit_ms %u, retransmit_tries %u); write at least %u, or leave life_s out",
              child->name, child->life_s, takes_s, c->retransmit_ms, c->retransmit_tries,
              child->rekey_s + takes_s);
}

/* Who has a single worker asks for nothing, and may still serve a peer that has more. */
static void check_worker_sas(struct conf_reader *r, const struct conf *conf,
                             const struct ike_child_conf *child)
{
    if (child->worker_sas > conf->ike->children_max)
        conf_fail(r,
                  "child \"%s\": worker_sas %u, but limits.children allows %u child SAs per IKE SA; raise "
                  "that, or lower this",
                  child->name, child->worker_sas, conf->ike->children_max);
    else if (child->worker_sas > 1 && conf->workers.n_cores < 2)
        conf_warn(r,
                  "child \"%s\": worker_sas %u, but there is one worker, which needs one SA; name more cores "
                  "in workers.cores",
                  child->name, child->worker_sas);
}

static void check_child(struct conf_reader *r, const struct conf *conf, const struct ike_conn_conf *conn,
                        const struct ike_child_conf *child)
{
    check_worker_sas(r, conf, child);
    if (has_null(child))
        conf_warn(r,
                  "child \"%s\": esp_proposals name null, so its packets may travel authenticated, but not "
                  "encrypted; write aes128gcm16",
                  child->name);
    if (child->life_s && child->life_s <= child->rekey_s)
        conf_fail(
            r, "child \"%s\": life_s %u must be more than rekey_s %u, or the SA dies before it is replaced",
            child->name, child->life_s, child->rekey_s);
    check_life(r, conn, child);
    if (child->life_bytes && child->life_bytes <= child->rekey_bytes)
        conf_fail(
            r, "child \"%s\": life_bytes must be more than rekey_bytes, or the SA dies before it is replaced",
            child->name);
    if (child->life_pkts && child->life_pkts <= child->rekey_pkts)
        conf_fail(
            r, "child \"%s\": life_pkts must be more than rekey_pkts, or the SA dies before it is replaced",
            child->name);
    if (child->inactivity_s && ike_child_conf_start(conn, child) == IKE_START_START)
        conf_warn(
            r,
            "child \"%s\": inactivity_s closes what start makes by itself; with start \"trap\" it comes back "
            "when a packet wants it",
            child->name);
    if (child->life_s && !child->rekey_s)
        conf_warn(r, "child \"%s\": has life_s but rekey_s 0, so its traffic stops after %u s", child->name,
                  child->life_s);
}

/* Whether callers can be sent there. */
static bool conf_is_gateway(const char *text)
{
    struct base_addr addr;
    return base_addr_parse(text, &addr) == 0 || conf_is_host(text);
}

static void check_connection(struct conf_reader *r, const struct conf *conf, const struct ike_conn_conf *c)
{
    if (ike_id_equal(&c->local_id, &c->remote_id))
        conf_fail(r, "local.id and remote.id are the same; each side needs its own");
    if (!ike_conn_conf_calls(c) &&
        (ike_conn_conf_begins(c, IKE_START_START) || ike_conn_conf_begins(c, IKE_START_TRAP)))
        conf_fail(r, "start needs remote.address: a peer without one can only be waited for");
    if (c->redirect_to[0] && !conf_is_gateway(c->redirect_to))
        conf_fail(r, "redirect_to \"%s\" is neither an address nor a host name", c->redirect_to);
    if (c->remote_port != 500 && c->remote_port != 4500)
        conf_fail(r, "remote.port %u: IKE listens on 500 and 4500 only", c->remote_port);
    if (c->tcp != IKE_TCP_OFF && !ike_conn_conf_calls(c))
        conf_warn(
            r, "tcp is for our calls, and this connection has no remote.address; peers that call come by TCP "
               "where tcp.listen says");
    else if (c->tcp != IKE_TCP_OFF && !conf_has_outside_host(conf))
        conf_fail(r, "tcp: no outside port has a host interface, by which the kernel's TCP reaches the peer; "
                     "write ports.NAME.host");
    if (c->encap == IKE_ENCAP_NEVER && conf->ike->n_public_addrs > 0)
        conf_warn(
            r, "encapsulation \"never\" although nat.public_addresses tells of a NAT, which drops plain ESP "
               "or sends it astray; write \"auto\"");
    if (c->n_children > conf->ike->children_max)
        conf_fail(
            r,
            "children: %zu of them, but limits.children allows %u child SAs per IKE SA; raise it, or take "
            "some out",
            c->n_children, conf->ike->children_max);
    check_remote_id(r, c);
    check_local_id(r, conf, c);
    check_addresses(r, conf, c);
    conf_check_auth(r, conf->ike, c);
    conf_check_v1(r, conf->ike, c);
    conf_check_weak(r, c);
    conf_check_absent(r, c);
    conf_check_dscp(r, c);
    for (size_t i = 0; i < c->n_children; i++)
        check_child(r, conf, c, &c->children[i]);
}

static void check_nat(struct conf_reader *r, const struct conf *conf)
{
    char text[BASE_ADDR_TEXT_MAX];
    const size_t mark = conf_enter(r, "nat.public_addresses");
    for (size_t i = 0; i < conf->ike->n_public_addrs; i++) {
        const struct base_addr *addr = &conf->ike->public_addrs[i];
        if (conf_is_outside_address(conf, addr))
            conf_warn(r, "%s is on a port of ours; only addresses that a NAT maps to us belong here",
                      base_addr_text(addr, text));
    }
    conf_leave(r, mark);
}

static void check_redirect(struct conf_reader *r, const struct conf *conf)
{
    const char *to = conf->ike->redirect_to;
    struct base_addr addr;
    const size_t at = conf_enter(r, "limits.redirect_all_to");
    if (to[0] && !conf_is_gateway(to))
        conf_fail(r, "\"%s\" is neither an address nor a host name", to);
    for (size_t i = 0; base_addr_parse(to, &addr) == 0 && i < conf->n_ports; i++)
        for (size_t j = 0; j < conf->ports[i].n_addresses; j++)
            if (base_addr_equal(&conf->ports[i].addresses[j].addr, &addr))
                conf_fail(r, "%s is an address of this gateway: callers would be sent around in a circle",
                          to);
    conf_leave(r, at);
}

static void check_spi_node(struct conf_reader *r, const struct conf_tunnel *t)
{
    const size_t at = conf_enter(r, "tunnel.spi_node");
    if (t->spi_node >> t->spi_node_bits)
        conf_fail(r, "%u does not fit %u bits: tunnel.spi_node_bits says how many SPIs have for it",
                  t->spi_node, t->spi_node_bits);
    conf_leave(r, at);
}

void conf_check(struct conf_reader *r, const struct conf *conf)
{
    const struct ike_conf *ike = conf->ike;
    /* A secret left out for its errors would make its connection look as if it had none. */
    const bool is_whole = r->report->n_errors == 0;
    size_t n_secrets, n_conns;
    struct pair *secrets = pairs_make(ike, true, &n_secrets), *conns = pairs_make(ike, false, &n_conns);
    conf_check_ports(r, conf);
    check_nat(r, conf);
    check_redirect(r, conf);
    check_spi_node(r, &conf->tunnel);
    const size_t mark = conf_enter(r, "connections");
    for (size_t i = 0; i < ike->n_conns; i++) {
        const size_t at = conf_enter(r, ike->conns[i].name);
        check_connection(r, conf, &ike->conns[i]);
        for (const struct ike_conn_conf *c = &ike->conns[i]; is_whole && c; c = c->then)
            if (!c->remote_id.pattern && (c->local_auth == IKE_AUTH_PSK || c->remote_auth == IKE_AUTH_PSK))
                check_has_secret(r, c, secrets, n_secrets);
        conf_leave(r, at);
    }
    conf_leave(r, mark);
    check_twins(r, secrets, n_secrets);
    check_twins(r, conns, n_conns);
    conf_check_pools(r, conf);
    conf_check_pattern(r, ike);
    conf_check_grants(r, ike);
    conf_check_overlap(r, ike);
    conf_check_sets(r, ike);
    conf_check_manuals(r, conf);
    conf_check_bypasses(r, conf);
    free(secrets);
    free(conns);
}
