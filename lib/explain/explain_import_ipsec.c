/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ipsec.conf and ipsec.secrets in one text, as strongSwan, Openswan and libreswan have them and AWS hands
 * them out between instructions: the first "conn", with left as the local side, and the first PSK. Whatever
 * else stands there is not looked at.
 */
#include "explain_reader.h"

#include <stdio.h>
#include <string.h>

struct ipsec {
    bool in_conn, is_done; /* inside the conn that is read, or behind it */
};

static void ipsec_side(struct explain_reader *r, bool is_left, struct base_span key, struct base_span value)
{
    struct explain_site *s = r->site;
    struct explain_child *c = explain_first_child(s);
    if (key.len == 0)
        explain_read_host(r, value, is_left ? s->local_addr : s->remote_addr);
    else if (explain_is(key, "id"))
        explain_read_id(r, value, is_left ? &s->local_id : &s->remote_id);
    else if ((explain_is(key, "subnet") || explain_is(key, "subnets")) && value.len && value.ptr[0] == '<')
        explain_reader_fault(r, "put the network where it says %.*s, then import it again",
                             (int)(value.len < 60 ? value.len : 60), (const char *)value.ptr);
    else if (explain_is(key, "subnet") || explain_is(key, "subnets"))
        explain_read_nets(r, value, is_left ? c->local : c->remote, is_left ? &c->n_local : &c->n_remote);
    else if (explain_is(key, "auth") && !explain_is(value, "psk") && !explain_is(value, "secret"))
        *(is_left ? &s->local_auth : &s->remote_auth) = IKE_AUTH_SIG;
}

static void ipsec_setting(struct explain_reader *r, struct base_span key, struct base_span value)
{
    struct explain_site *s = r->site;
    if (explain_begins(key, "left"))
        ipsec_side(r, true, base_span(key.ptr + 4, key.len - 4), value);
    else if (explain_begins(key, "right"))
        ipsec_side(r, false, base_span(key.ptr + 5, key.len - 5), value);
    else if (explain_is(key, "ike"))
        explain_read_proposals(r, value, CRYPT_PROTOCOL_IKE);
    else if (explain_is(key, "esp") || explain_is(key, "phase2alg"))
        explain_read_proposals(r, value, CRYPT_PROTOCOL_ESP);
    else if (explain_is(key, "ikelifetime"))
        explain_read_seconds(r, value, &s->ike_s);
    else if (explain_is(key, "keylife") || explain_is(key, "lifetime") || explain_is(key, "salifetime"))
        explain_read_seconds(r, value, &s->child_s);
    else if (explain_is(key, "dpddelay"))
        explain_read_seconds(r, value, &s->dpd_s);
    else if (explain_is(key, "auto"))
        s->starts = explain_is(value, "start");
    else if (explain_is(key, "forceencaps") || explain_is(key, "encapsulation"))
        s->forces_udp = explain_is(value, "yes");
    else if (explain_is(key, "authby") && !explain_is(value, "secret") && !explain_is(value, "psk"))
        s->local_auth = s->remote_auth = IKE_AUTH_SIG;
    else if (explain_is(key, "type") && !explain_is(value, "tunnel"))
        explain_reader_fault(r, "only tunnel mode is read here");
}

/* "A B : PSK "...""; the line may be the first that has one. */
static void ipsec_secret(struct explain_reader *r, struct base_span line)
{
    for (size_t i = 0; i + 4 < line.len && r->site->psk_len == 0; i++) {
        if (line.ptr[i] != ':')
            continue;
        const struct base_span at = explain_trim(base_span(line.ptr + i + 1, line.len - i - 1));
        if (explain_begins(at, "PSK")) {
            explain_read_psk(r, explain_unquote(explain_trim(base_span(at.ptr + 3, at.len - 3))));
            return;
        }
    }
}

static void ipsec_line(struct explain_reader *r, struct ipsec *p, struct base_span line)
{
    struct base_span rest = line;
    if (line.len == 0 || line.ptr[0] == '#')
        return;
    if (explain_is(explain_word(&rest), "conn")) {
        const struct base_span name = explain_word(&rest);
        if (name.len == 0 || name.ptr[0] == '%' || explain_trim(rest).len)
            return;
        r->site->n_lost += p->in_conn || p->is_done;
        p->is_done |= p->in_conn;
        p->in_conn = !p->is_done;
        if (p->in_conn)
            snprintf(r->site->name, sizeof r->site->name, "%.*s", (int)(name.len < 60 ? name.len : 60),
                     (const char *)name.ptr);
        return;
    }
    size_t at = 0;
    while (at < line.len && line.ptr[at] != '=')
        at++;
    /* The secrets may stand behind the conn, and many a key ends with "=". */
    if (p->in_conn && at < line.len && !memchr(line.ptr, ':', at))
        ipsec_setting(r, explain_trim(base_span(line.ptr, at)),
                      explain_trim(base_span(line.ptr + at + 1, line.len - at - 1)));
    else
        ipsec_secret(r, line);
}

void explain_import_ipsec(struct explain_reader *r)
{
    struct base_span rest = r->text, line;
    struct ipsec p = {0};
    r->line = 0;
    while (!r->is_faulty && explain_reader_line(r, &rest, &line))
        ipsec_line(r, &p, line);
    r->line = 0;
    if (!p.in_conn && !p.is_done)
        explain_reader_fault(r, "there is no \"conn NAME\" in it");
}
