/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Other vendors' configurations. What is read is within the caps of an end; each dialect can write it,
 * whatever it says, and what strongSwan's writer made of it is read again.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "explain_export.h"
#include "explain_import.h"
#include "ossl_ops.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool is_so)
{
    if (!is_so)
        abort();
}

static void within_caps(const struct explain_site *s)
{
    require(s->n_children > 0 && s->n_children <= EXPLAIN_CHILDREN_MAX);
    require(s->n_ike <= IKE_PROPOSALS_MAX && s->n_esp <= IKE_PROPOSALS_MAX && s->psk_len <= IKE_PSK_MAX);
    for (size_t i = 0; i < s->n_children; i++) {
        require(s->children[i].n_local <= EXPLAIN_NETS_MAX && s->children[i].n_remote <= EXPLAIN_NETS_MAX);
        require(s->children[i].name[0] && strlen(s->children[i].name) < IKE_NAME_MAX);
    }
    require(s->local_id.type && s->remote_id.type);
}

static void written(const struct explain_site *s)
{
    static char text[EXPLAIN_EXPORT_MAX];
    static struct explain_site again;
    size_t n;
    char why[512];
    const struct explain_dialect *all = explain_dialects(&n);
    for (size_t i = 0; i < n; i++) {
        struct base_text t = base_text(text, sizeof text);
        all[i].write(&t, s, &ossl_ike_ops);
        require(strlen(text) > 0);
        if (strcmp(all[i].word, "strongswan") == 0 && t.len + 1 < t.cap && s->local_auth == IKE_AUTH_PSK &&
            s->remote_auth == IKE_AUTH_PSK)
            require(explain_import(base_span(text, t.len), &again, why, sizeof why) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct explain_site site, mirrored;
    char why[128];
    memset(why, 'x', sizeof why);
    if (explain_import(base_span(data, size), &site, why, sizeof why) < 0) {
        require(memchr(why, '\0', sizeof why) && why[0]);
        return 0;
    }
    within_caps(&site);
    explain_site_mirror(&site, &mirrored);
    written(&site);
    written(&mirrored);
    return 0;
}
