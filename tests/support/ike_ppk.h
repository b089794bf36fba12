/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* A post-quantum preshared key for the connection of a host of a pair of engines. */
#include "ike_pair.h"

/* What host i has: its text is the name, '!' in front: required, and the key behind ':'. NULL: none. */
static inline void ppk_give(struct pair *p, int i, const char *text)
{
    if (!text)
        return;
    struct ike_ppk *k = p->h[i].conf->conns[0].ppk = base_secret_new(sizeof *k);
    k->is_required = text[0] == '!';
    text += k->is_required;
    const char *key = strchr(text, ':') + 1;
    k->id_len = (uint8_t)(key - 1 - text);
    memcpy(k->id, text, k->id_len);
    k->key_len = (uint16_t)strlen(key);
    memcpy(k->key, key, k->key_len);
}
