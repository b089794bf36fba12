/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Connections of callers. Each has an address that exists nowhere as its local one, so that both sides find a
 * NAT, and nothing that begins by itself: no rekeying, no keepalive.
 */
#include "load_conf.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base_file.h"
#include "base_secret.h"
#include "base_text.h"
#include "base_ts.h"
#include "base_wipe.h"
#include "eap.h"
#include "eap_mschap.h"
#include "load_name.h"
#include "load_pki.h"
#include "ossl_eap.h"

#define WHY_BYTES 200
#define NET_SHIFT 8 /* networks of 256 addresses */
#define NET_BITS  24

struct conf_maker {
    const struct load_args *a;
    struct ike_conf *conf;
    struct load_pki pki;
    struct ike_id gateway;
    struct base_file secret;
    uint8_t hash[16]; /* of the password */
    char why[WHY_BYTES];
};

const char *load_conf_name(uint32_t call, char out[IKE_NAME_MAX])
{
    snprintf(out, IKE_NAME_MAX, "call-%u", call);
    return out;
}

uint32_t load_conf_call(const struct base_addr *local)
{
    uint32_t be;
    memcpy(&be, local->bytes, sizeof(be));
    return ntohl(be) - LOAD_FAKE_NET;
}

static bool conf_id(struct conf_maker *m, uint32_t name, struct ike_id *out)
{
    char text[LOAD_NAME_MAX];
    return ike_id_parse(load_name_fill(m->a->id, name, text), out, m->why, sizeof(m->why)) == 0;
}

static bool range_set(struct base_ts_list **kept, const struct base_addr *lo, const struct base_addr *hi)
{
    struct base_ts_list l = {.count = 1};
    l.list[0] = (struct base_ts){.port_hi = UINT16_MAX, .lo = *lo, .hi = *hi};
    return base_ts_set(kept, &l);
}

/* The nth network of 256 addresses in ours, or all of it when it is smaller. */
static bool ours_set(struct base_ts_list **kept, const struct base_prefix *ours, uint32_t n)
{
    struct base_addr lo, hi;
    base_prefix_range(ours, &lo, &hi);
    if (ours->len >= NET_BITS)
        return range_set(kept, &lo, &hi);
    uint32_t be;
    memcpy(&be, lo.bytes, sizeof(be));
    const uint32_t at = ntohl(be) + ((n % (1u << (NET_BITS - ours->len))) << NET_SHIFT);
    lo = base_addr_ip4(at);
    hi = base_addr_ip4(at + (1u << NET_SHIFT) - 1);
    return range_set(kept, &lo, &hi);
}

/*
 * Which network a call asks for. Where each has its own, no network is ever another name's: what one identity
 * holds is given to no other.
 */
static uint32_t net_of(const struct load_args *a, uint32_t call)
{
    const uint32_t nets = a->ours.len >= NET_BITS ? 1 : 1u << (NET_BITS - a->ours.len);
    if (a->is_net_of_name)
        return a->first + call % a->names;
    return nets > a->names ? call % (nets - nets % a->names) : call % a->names;
}

static bool child_make(struct conf_maker *m, struct ike_conn_conf *c, uint32_t call)
{
    const struct load_args *a = m->a;
    struct base_addr lo, hi;
    struct ike_child_conf *child = c->children = calloc(1, sizeof(*child));
    if (!child)
        return false;
    c->n_children = 1;
    ike_child_conf_defaults(child);
    snprintf(child->name, sizeof(child->name), "net");
    child->rekey_s = 0;
    child->n_proposals = a->esp ? 1 : child->n_proposals;
    if (a->esp &&
        crypt_proposal_parse(a->esp, CRYPT_PROTOCOL_ESP, child->proposals, m->why, sizeof(m->why)) != 0)
        return false;
    base_prefix_range(&a->theirs, &lo, &hi);
    if (!range_set(&child->remote_ts, &lo, &hi))
        return false;
    if (a->ours.addr.family != BASE_AF_NONE)
        return ours_set(&child->local_ts, &a->ours, net_of(a, call));
    c->n_virtual_addrs = 1;
    c->virtual_addrs[0] = base_addr_ip4(0);
    return range_set(&child->local_ts, &(struct base_addr){0}, &(struct base_addr){0}); /* dynamic */
}

static bool login_make(struct conf_maker *m, struct ike_conn_conf *c, uint32_t name)
{
    char text[LOAD_NAME_MAX];
    struct eap_login *l = c->login = base_secret_new(sizeof(*l));
    if (!l)
        return false;
    load_name_fill(m->a->user, name, text);
    memcpy(l->hash, m->hash, sizeof(l->hash));
    return eap_name_set(&l->name, base_span(text, strlen(text))) &&
           eap_name_set(&l->identity, base_span(text, strlen(text)));
}

/* How both sides prove themselves; a gateway that lets users log in shows a certificate. */
static bool auth_make(struct conf_maker *m, struct ike_conn_conf *c, uint32_t call)
{
    const struct load_args *a = m->a;
    if (a->auth == LOAD_AUTH_PSK)
        return true;
    c->remote_auth = IKE_AUTH_SIG;
    c->local_auth = a->auth == LOAD_AUTH_EAP_MSCHAPV2 ? IKE_AUTH_EAP_MSCHAPV2
                    : a->auth == LOAD_AUTH_EAP_TLS    ? IKE_AUTH_EAP_TLS
                                                      : IKE_AUTH_SIG;
    c->creds = m->pki.creds ? m->pki.creds[call % a->names] : NULL;
    c->anchor = m->pki.anchor;
    return c->local_auth == IKE_AUTH_SIG || login_make(m, c, a->first + call % a->names);
}

static bool conn_make(struct conf_maker *m, struct ike_conn_conf *c, uint32_t call)
{
    const struct load_args *a = m->a;
    if (!ike_conn_conf_defaults(c))
        return false;
    load_conf_name(call, c->name);
    c->remote_id = m->gateway;
    c->n_proposals = c->n_local_addrs = 1;
    c->local_addrs[0] = base_addr_ip4(LOAD_FAKE_NET + call);
    c->remote_addr = a->to;
    c->rekey_s = c->keepalive_s = c->childless_s = 0;
    c->dpd_s = a->dpd_s;
    return conf_id(m, a->first + call % a->names, &c->local_id) &&
           crypt_proposal_parse(a->ike, CRYPT_PROTOCOL_IKE, c->proposals, m->why, sizeof(m->why)) == 0 &&
           child_make(m, c, call) && auth_make(m, c, call);
}

static bool secret_read(struct conf_maker *m)
{
    struct base_text why = base_text(m->why, sizeof(m->why));
    if (!m->a->secret_file)
        return true;
    if (base_file_read(m->a->secret_file, IKE_PSK_MAX, true, &m->secret, &why) < 0)
        return false;
    while (m->secret.len && strchr("\r\n", m->secret.bytes[m->secret.len - 1]))
        m->secret.len--;
    if (m->a->auth != LOAD_AUTH_EAP_MSCHAPV2 && m->secret.len)
        return true;
    if (m->secret.len && eap_mschap_hash(&ossl_eap_ops, base_file_span(&m->secret), m->hash) == 0)
        return true;
    base_text_add(&why, "%s holds no %s", m->a->secret_file,
                  m->secret.len ? "password in UTF-8, or OpenSSL has no MD4" : "secret");
    return false;
}

static bool secrets_make(struct conf_maker *m)
{
    struct ike_conf *conf = m->conf;
    for (; conf->n_secrets < m->a->names; conf->n_secrets++) {
        struct ike_secret *s = &conf->secrets[conf->n_secrets];
        if (!conf_id(m, m->a->first + (uint32_t)conf->n_secrets, &s->local))
            return false;
        s->remote = m->gateway;
        s->psk_len = (uint16_t)m->secret.len;
        memcpy(s->psk, m->secret.bytes, m->secret.len);
    }
    return true;
}

static bool conf_fill(struct conf_maker *m)
{
    const struct load_args *a = m->a;
    const uint32_t total = load_args_total(a);
    struct ike_conf *conf = m->conf;
    conf->sas_max = total + 1;
    conf->conns = calloc(total, sizeof(*conf->conns));
    conf->secrets = a->auth == LOAD_AUTH_PSK ? base_secret_new(a->names * sizeof(*conf->secrets)) : NULL;
    if (!conf->conns || (a->auth == LOAD_AUTH_PSK && !conf->secrets) || !secret_read(m) ||
        ike_id_parse(a->gateway_id, &m->gateway, m->why, sizeof(m->why)) != 0)
        return false;
    for (; conf->n_conns < total; conf->n_conns++)
        if (!conn_make(m, &conf->conns[conf->n_conns], (uint32_t)conf->n_conns))
            return false;
    return a->auth != LOAD_AUTH_PSK || secrets_make(m);
}

struct ike_conf *load_conf_make(const struct load_args *a)
{
    struct conf_maker m = {.a = a, .conf = ike_conf_new()};
    if (m.conf && load_auth_has_certificates(a->auth) && !load_pki_read(&m.pki, m.conf, a)) {
        ike_conf_put(m.conf);
        return NULL;
    }
    const bool is_ok = m.conf && conf_fill(&m);
    base_file_free(&m.secret);
    base_wipe(m.hash, sizeof(m.hash));
    if (!is_ok) {
        fprintf(stderr, "culvert-bench ike: %s\n", *m.why ? m.why : "no memory");
        ike_conf_put(m.conf);
        return NULL;
    }
    ike_conf_seal(m.conf);
    return m.conf;
}
