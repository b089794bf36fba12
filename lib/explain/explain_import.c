/* SPDX-License-Identifier: BSD-3-Clause */
/* Which dialect a text is in, and what every connection needs. */
#include "explain_import.h"

#include "explain_reader.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* By the first line that only one of them has. */
static const struct {
    const char *begin;
    void (*read)(struct explain_reader *r);
} dialects[] = {
    {"set vpn ipsec", explain_import_vyos},     {"vpn {", explain_import_vyos},
    {"connections", explain_import_swanctl},    {"conn ", explain_import_ipsec},
    {"- IKE version", explain_import_label},    {"#1: Internet Key Exchange", explain_import_label},
    {"- Pre-Shared Key", explain_import_label}, {"+ Pre-shared key", explain_import_label},
};

static void (*dialect_of(struct explain_reader *r))(struct explain_reader *r)
{
    struct base_span rest = r->text, line;
    while (explain_reader_line(r, &rest, &line))
        for (size_t i = 0; i < sizeof dialects / sizeof *dialects; i++)
            if (explain_begins(line, dialects[i].begin))
                return dialects[i].read;
    return NULL;
}

/* An identity that is not written is the address of that side. */
static void import_identity(struct explain_reader *r, struct ike_id *id, const char *addr, const char *side)
{
    struct base_addr a;
    if (id->type || r->is_faulty)
        return;
    if (base_addr_parse(addr, &a) < 0)
        explain_reader_fault(
            r, "the %s identity is not told, and no address of that side that could stand for it", side);
    else
        explain_read_id(r, base_span(addr, strlen(addr)), id);
}

/* A name that the configuration takes: letters, digits, "-", "_", ".". */
static void import_name(char name[IKE_NAME_MAX])
{
    char *to = name;
    for (const char *from = name; *from; from++) {
        const char c = *from;
        const bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                          c == '-' || c == '_' || c == '.';
        if (fits)
            *to++ = c;
    }
    *to = '\0';
    if (name[0] == '\0')
        snprintf(name, IKE_NAME_MAX, "imported");
}

static void import_complete(struct explain_reader *r)
{
    struct explain_site *s = r->site;
    const struct base_prefix all = {.addr = base_addr_ip4(0)};
    r->line = 0;
    import_name(s->name);
    import_identity(r, &s->local_id, s->public_addr[0] ? s->public_addr : s->local_addr, "local");
    import_identity(r, &s->remote_id, s->remote_addr, "remote");
    explain_first_child(s);
    for (size_t i = 0; i < s->n_children; i++) {
        struct explain_child *c = &s->children[i];
        import_name(c->name);
        if (c->n_local == 0)
            c->local[c->n_local++] = all; /* route-based */
        if (c->n_remote == 0)
            c->remote[c->n_remote++] = all;
    }
    if (s->local_auth == IKE_AUTH_PSK && s->psk_len == 0)
        explain_reader_fault(r, "there is no pre-shared key in it");
    s->local_nat = s->public_addr[0] != '\0' && strcmp(s->public_addr, s->local_addr) != 0;
}

int explain_import(struct base_span text, struct explain_site *out, char *why, size_t why_size)
{
    struct explain_reader r = {.text = text, .site = out, .why = why, .why_size = why_size};
    *out = (struct explain_site){.local_auth = IKE_AUTH_PSK, .remote_auth = IKE_AUTH_PSK};
    if (text.len > EXPLAIN_IMPORT_MAX) {
        explain_reader_fault(&r, "more than %u bytes are not read", EXPLAIN_IMPORT_MAX);
        return -EINVAL;
    }
    void (*read)(struct explain_reader * r) = dialect_of(&r);
    r.line = 0;
    if (!read)
        explain_reader_fault(
            &r, "this is none of: VyOS (\"set vpn ipsec ...\" or \"vpn { ipsec {\"), swanctl.conf, "
                "ipsec.conf, the generic text of AWS or Azure");
    else
        read(&r);
    if (!r.is_faulty)
        import_complete(&r);
    return r.is_faulty ? -EINVAL : 0;
}
