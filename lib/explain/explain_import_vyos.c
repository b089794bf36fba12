/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * VyOS, "set" commands and the curly form alike: "vpn ipsec site-to-site peer X ..." of 1.3 (where X is the
 * peer's address, or @NAME) and of 1.4 (where it is a name), with the groups that it names.
 */
#include "explain_reader.h"

#include <stdio.h>

struct vyos {
    bool is_second; /* the second time: now the groups of the peer are known */
    struct base_span peer, ike_group, esp_group;
    struct base_span local_id, remote_id, remote_addr;
    struct explain_parts ike, esp;
    struct base_span ike_proposal, esp_proposal; /* the number of the one that is read: the first */
};

static void vyos_authentication(struct explain_reader *r, struct vyos *v, struct base_span key,
                                struct base_span value)
{
    if (explain_is(key, "id") || explain_is(key, "local-id"))
        v->local_id = value;
    else if (explain_is(key, "remote-id"))
        v->remote_id = value;
    else if (explain_is(key, "pre-shared-secret"))
        explain_read_psk(r, value);
    else if (explain_is(key, "mode") && !explain_is(value, "pre-shared-secret"))
        r->site->local_auth = r->site->remote_auth = IKE_AUTH_SIG;
}

static void vyos_tunnel(struct explain_reader *r, const struct base_span *w, size_t n, struct base_span value)
{
    struct explain_child *c = explain_first_child(r->site);
    if (n != 3 || !explain_is(w[2], "prefix"))
        return;
    if (explain_is(w[1], "local"))
        explain_read_nets(r, value, c->local, &c->n_local);
    else if (explain_is(w[1], "remote"))
        explain_read_nets(r, value, c->remote, &c->n_remote);
}

/* "peer X ...": w are the words behind X. */
static void vyos_peer(struct explain_reader *r, struct vyos *v, const struct base_span *w, size_t n,
                      struct base_span value)
{
    struct explain_site *s = r->site;
    if (n == 2 && explain_is(w[0], "authentication"))
        vyos_authentication(r, v, w[1], value);
    else if (n >= 2 && explain_is(w[0], "tunnel"))
        vyos_tunnel(r, w + 1, n - 1, value);
    else if (n != 1)
        return;
    else if (explain_is(w[0], "ike-group"))
        v->ike_group = value;
    else if (explain_is(w[0], "default-esp-group"))
        v->esp_group = value;
    else if (explain_is(w[0], "local-address"))
        explain_read_host(r, value, s->local_addr);
    else if (explain_is(w[0], "remote-address"))
        v->remote_addr = value;
    else if (explain_is(w[0], "connection-type"))
        s->starts = !explain_is(value, "respond") && !explain_is(value, "none");
    else if (explain_is(w[0], "force-udp-encapsulation"))
        s->forces_udp = true;
}

static void vyos_group(struct explain_reader *r, struct vyos *v, bool is_ike, const struct base_span *w,
                       size_t n, struct base_span value)
{
    struct explain_parts *parts = is_ike ? &v->ike : &v->esp;
    struct base_span *number = is_ike ? &v->ike_proposal : &v->esp_proposal;
    if (n == 1 && explain_is(w[0], "lifetime")) {
        explain_read_seconds(r, value, is_ike ? &r->site->ike_s : &r->site->child_s);
    } else if (n == 1 && explain_is(w[0], "pfs")) {
        explain_part(explain_is(value, "enable") ? BASE_SPAN_NONE : value, parts->dh);
    } else if (n == 2 && explain_is(w[0], "dead-peer-detection") && explain_is(w[1], "interval")) {
        explain_read_seconds(r, value, &r->site->dpd_s);
    } else if (n == 3 && explain_is(w[0], "proposal")) {
        if (number->len == 0)
            *number = w[1];
        if (!base_span_equal(*number, w[1]))
            return;
        explain_part(value, explain_is(w[2], "encryption") ? parts->encr
                            : explain_is(w[2], "hash")     ? parts->integ
                            : explain_is(w[2], "dh-group") ? parts->dh
                                                           : (char[32]){0});
    }
}

static bool vyos_is_peer(struct vyos *v, struct base_span name)
{
    if (v->peer.len == 0)
        v->peer = name;
    return base_span_equal(v->peer, name);
}

static void vyos_setting(struct explain_reader *r, void *arg, const struct base_span *w, size_t n,
                         struct base_span value)
{
    struct vyos *v = arg;
    if (n < 4 || !explain_is(w[0], "vpn") || !explain_is(w[1], "ipsec"))
        return;
    if (explain_is(w[2], "site-to-site") && explain_is(w[3], "peer") && n >= 6) {
        if (!vyos_is_peer(v, w[4]))
            r->site->n_lost += v->is_second;
        else if (!v->is_second)
            vyos_peer(r, v, w + 5, n - 5, value);
    } else if (v->is_second && explain_is(w[2], "ike-group") && base_span_equal(w[3], v->ike_group)) {
        vyos_group(r, v, true, w + 4, n - 4, value);
    } else if (v->is_second && explain_is(w[2], "esp-group") && base_span_equal(w[3], v->esp_group)) {
        vyos_group(r, v, false, w + 4, n - 4, value);
    } else if (v->is_second && n == 6 && explain_is(w[2], "authentication") && explain_is(w[3], "psk") &&
               explain_is(w[5], "secret") && r->site->psk_len == 0) {
        explain_read_psk(r, value);
    }
}

/* What is said of the ends, in 1.3 by the peer's name. */
static void vyos_ends(struct explain_reader *r, const struct vyos *v)
{
    struct explain_site *s = r->site;
    struct base_addr addr;
    const bool is_id = v->peer.ptr[0] == '@';
    snprintf(s->name, sizeof s->name, "%.*s", (int)(v->peer.len < 60 ? v->peer.len : 60),
             (const char *)v->peer.ptr);
    if (v->remote_addr.len)
        explain_read_host(r, v->remote_addr, s->remote_addr);
    else if (!is_id && (base_addr_parse(s->name, &addr) == 0 || v->remote_id.len == 0))
        explain_read_host(r, v->peer, s->remote_addr);
    if (v->local_id.len)
        explain_read_id(r, v->local_id, &s->local_id);
    if (v->remote_id.len || is_id)
        explain_read_id(r, v->remote_id.len ? v->remote_id : v->peer, &s->remote_id);
}

void explain_import_vyos(struct explain_reader *r)
{
    struct base_span probe = r->text, line;
    struct vyos v = {0};
    bool commands = false;
    r->site->starts = true; /* its default */
    while (!commands && explain_reader_line(r, &probe, &line))
        commands = explain_begins(line, "set vpn");
    for (int pass = 0; pass < 2 && !r->is_faulty; pass++) {
        v.is_second = pass == 1;
        (commands ? explain_commands : explain_blocks)(r, vyos_setting, &v);
    }
    r->line = 0;
    if (v.peer.len == 0) {
        explain_reader_fault(r, "there is no \"vpn ipsec site-to-site peer\" in it");
        return;
    }
    vyos_ends(r, &v);
    explain_read_parts(r, &v.ike, CRYPT_PROTOCOL_IKE);
    explain_read_parts(r, &v.esp, CRYPT_PROTOCOL_ESP);
}
