/* SPDX-License-Identifier: BSD-3-Clause */
/* What the writers of dialects share. */
#include "explain_dialects.h"

#include <string.h>

void explain_export_head(struct base_text *t, const struct explain_site *s, const char *mark,
                         const char *what)
{
    base_text_add(t, "%s%s for the other side of Culvert's connection %s\n", mark, what, s->name);
    if (s->n_lost)
        base_text_add(t, "%s%zu networks or selectors of it are not here: add them by hand\n", mark,
                      s->n_lost);
    if (s->local_auth == IKE_AUTH_PSK && s->psk_len == 0)
        base_text_add(t, "%sput the shared key where it says " EXPLAIN_PSK_PLACE "\n", mark);
    if (!explain_psk_is_text(s))
        base_text_add(t,
                      "%sthe shared key has bytes that quotes cannot hold, so it is in hexadecimal (0x...), "
                      "which not every "
                      "vendor reads\n",
                      mark);
    if (!s->remote_addr[0])
        base_text_add(t, "%sCulvert's public address is not known here, so this side waits for its call\n",
                      mark);
}

void explain_export_no_suite(struct base_text *t, const struct explain_site *s, const char *mark, bool is_ike,
                             const char *advice)
{
    base_text_add(t, "%snothing in common: add \"%s\" to connections.%s.%s of Culvert\n", mark, advice,
                  s->name, is_ike ? "ike_proposals" : "esp_proposals");
}

void explain_add_masked(struct base_text *t, const struct base_prefix *p)
{
    char addr[BASE_ADDR_TEXT_MAX], mask[BASE_ADDR_TEXT_MAX];
    const struct base_addr m = base_addr_ip4(p->len ? UINT32_MAX << (32 - p->len) : 0);
    base_text_add(t, "%s %s", base_addr_text(&p->addr, addr), base_addr_text(&m, mask));
}

void explain_add_shell(struct base_text *t, const char *text)
{
    base_text_add(t, "'");
    for (; *text; text++)
        base_text_add(t, "%s%c", *text == '\'' ? "'\\'" : "", *text);
    base_text_add(t, "'");
}

const char *explain_plain_name(const char *name, char out[IKE_NAME_MAX])
{
    size_t n = 0;
    for (; name[n] && n + 1 < IKE_NAME_MAX; n++) {
        const char c = name[n];
        const bool is_plain =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
        out[n] = is_plain ? c : '-';
    }
    out[n] = '\0';
    return out;
}

const char *explain_id_addr(const struct ike_id *id, char out[BASE_ADDR_TEXT_MAX])
{
    out[0] = '\0';
    if (id->type == WIRE_IKE_ID_IP4 || id->type == WIRE_IKE_ID_IP6) {
        const struct base_addr a =
            base_addr_from_bytes(id->type == WIRE_IKE_ID_IP4 ? BASE_AF_IP4 : BASE_AF_IP6, id->bytes);
        base_addr_text(&a, out);
    }
    return out;
}

const char *explain_id_bare(const struct ike_id *id, const struct crypt_ike_ops *crypto,
                            char out[IKE_ID_TEXT_MAX])
{
    ike_id_text(id, crypto, out);
    if (out[0] == '@')
        memmove(out, out + 1, strlen(out));
    return out;
}
