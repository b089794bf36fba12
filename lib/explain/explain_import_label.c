/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The generic texts of AWS ("- Pre-Shared Key : ...") and Azure ("+ Pre-shared key: ..."): labels with
 * values, in sections for IKE and for IPsec. The first tunnel is read.
 */
#include "explain_reader.h"

#include <string.h>

enum label_section {
    LABEL_NONE,
    LABEL_IKE,
    LABEL_ESP,
    LABEL_OUTSIDE,
    LABEL_LOCAL_NETS,
    LABEL_REMOTE_NETS,
    LABEL_REMOTE_ADDR
};

struct label {
    enum label_section section;
    unsigned tunnels;
    struct explain_parts ike, esp;
};

/* Where a line that has no value leads to; its first letters, whatever signs stand in front. */
static const struct {
    const char *begin;
    enum label_section section;
} sections[] = {
    {"Internet Key Exchange", LABEL_IKE},
    {"IKE version", LABEL_IKE},
    {"IPSec Configuration", LABEL_ESP},
    {"IPsec", LABEL_ESP},
    {"Outside IP Addresses", LABEL_OUTSIDE},
    {"Inside IP Addresses", LABEL_NONE},
    {"Tunnel Interface", LABEL_NONE},
    {"Azure virtual network gateway", LABEL_REMOTE_ADDR},
    {"Virtual network address space", LABEL_REMOTE_NETS},
    {"On-premises address prefixes", LABEL_LOCAL_NETS},
};

static struct base_span label_plain(struct base_span s)
{
    s = explain_trim(s);
    while (s.len && strchr("-+#>*!0123456789:[] \t", s.ptr[0]))
        s = base_span(s.ptr + 1, s.len - 1);
    return explain_trim(s);
}

static void label_algorithm(struct label *l, struct base_span label, struct base_span value)
{
    struct explain_parts *parts = l->section == LABEL_ESP ? &l->esp : &l->ike;
    if (l->section != LABEL_ESP && l->section != LABEL_IKE)
        return;
    if (explain_begins(label, "Encryption"))
        explain_part(value, parts->encr);
    else if (explain_begins(label, "Authentication Algorithm") || explain_begins(label, "Integrity"))
        explain_part(value, parts->integ);
    else if (explain_begins(label, "Diffie-Hellman") && l->section == LABEL_IKE)
        explain_part(value, parts->dh);
    else if (explain_begins(label, "Perfect Forward Secrecy") || explain_begins(label, "PFS"))
        explain_part(explain_begins(value, "Diffie-Hellman") ? base_span(value.ptr + 14, value.len - 14)
                                                             : value,
                     parts->dh);
}

static void label_ends(struct explain_reader *r, struct label *l, struct base_span label,
                       struct base_span value)
{
    struct explain_site *s = r->site;
    struct explain_child *c = explain_first_child(s);
    if ((l->section == LABEL_OUTSIDE && explain_is(label, "Customer Gateway")) ||
        explain_begins(label, "On-premises VPN IP"))
        explain_read_host(r, value, s->public_addr);
    else if (l->section == LABEL_OUTSIDE && explain_is(label, "Virtual Private Gateway"))
        explain_read_host(r, value, s->remote_addr);
    else if (l->section == LABEL_REMOTE_ADDR && explain_begins(label, "Public IP") && value.len)
        explain_read_host(r, value, s->remote_addr);
    else if (explain_is(label, "CIDR") && l->section == LABEL_REMOTE_NETS)
        explain_read_nets(r, explain_word(&value), c->remote, &c->n_remote);
    else if (explain_is(label, "CIDR") && l->section == LABEL_LOCAL_NETS)
        explain_read_nets(r, explain_word(&value), c->local, &c->n_local);
}

static void label_other(struct explain_reader *r, struct label *l, struct base_span label,
                        struct base_span value)
{
    const bool is_life = explain_begins(label, "Lifetime") || explain_begins(label, "SA lifetime (seconds)");
    if (explain_is(label, "Pre-Shared Key"))
        explain_read_psk(r, value);
    else if (is_life && l->section == LABEL_IKE)
        explain_read_seconds(r, value, &r->site->ike_s);
    else if (is_life && l->section == LABEL_ESP)
        explain_read_seconds(r, value, &r->site->child_s);
    else if (explain_begins(label, "DPD Interval"))
        explain_read_seconds(r, value, &r->site->dpd_s);
    else
        label_ends(r, l, label, value);
}

static void label_line(struct explain_reader *r, struct label *l, struct base_span line)
{
    size_t at = 0;
    const struct base_span plain = label_plain(line);
    if (explain_begins(plain, "IPSec Tunnel #") && ++l->tunnels > 1) {
        r->site->n_lost++;
        return;
    }
    if (l->tunnels > 1)
        return;
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        if (explain_begins(plain, sections[i].begin) && !explain_begins(plain, "IPsec Dead")) {
            l->section = sections[i].section;
            break;
        }
    while (at < plain.len && plain.ptr[at] != ':')
        at++;
    if (at == plain.len)
        return;
    const struct base_span label = explain_trim(base_span(plain.ptr, at));
    const struct base_span value = explain_trim(base_span(plain.ptr + at + 1, plain.len - at - 1));
    if (value.len == 0)
        return;
    label_algorithm(l, label, value);
    label_other(r, l, label, value);
}

void explain_import_label(struct explain_reader *r)
{
    struct base_span rest = r->text, line;
    struct label l = {0};
    struct explain_site *s = r->site;
    r->line = 0;
    s->starts = true; /* clouds wait for the customer's call */
    memcpy(s->name, "cloud", sizeof "cloud");
    while (!r->is_faulty && explain_reader_line(r, &rest, &line))
        label_line(r, &l, line);
    r->line = 0;
    if (!s->remote_addr[0]) {
        explain_reader_fault(r, "it names no address of the cloud's gateway");
        return;
    }
    if (s->public_addr[0] && s->local_id.type == 0)
        explain_read_id(r, base_span(s->public_addr, strlen(s->public_addr)), &s->local_id);
    explain_read_parts(r, &l.ike, CRYPT_PROTOCOL_IKE);
    explain_read_parts(r, &l.esp, CRYPT_PROTOCOL_ESP);
}
