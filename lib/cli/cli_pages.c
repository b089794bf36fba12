/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Documents that came in pages. An IKE SA that was rekeyed meanwhile is in an early page as it was and in the
 * last one as its heir; what it had is told once then, where it was seen last.
 */
#include "cli_int.h"

bool cli_page_add(json_t *data, const json_t *page, const char *list)
{
    return json_array_extend(json_object_get(data, list), json_object_get(page, list)) == 0;
}

/* Whether the key is in the set; it is from now on. */
static bool is_seen(json_t *set, const char *key)
{
    if (json_object_get(set, key))
        return true;
    json_object_set_new(set, key, json_true());
    return false;
}

void cli_settle_sas(json_t *data)
{
    const json_t *sas = json_object_get(data, "sas");
    json_t *set = json_object();
    for (size_t i = json_array_size(sas); i > 0; i--) {
        json_t *children = json_object_get(json_array_get(sas, i - 1), "children");
        for (size_t k = json_array_size(children); k > 0; k--)
            if (is_seen(set, cli_text(json_array_get(children, k - 1), "spi_in")))
                json_array_remove(children, k - 1);
    }
    json_decref(set);
}

void cli_settle_peers(json_t *data)
{
    json_t *peers = json_object_get(data, "peers"), *set = json_object();
    for (size_t i = json_array_size(peers); i > 0; i--) {
        const json_t *peer = json_array_get(peers, i - 1);
        char key[1024];
        snprintf(key, sizeof key, "%s\n%s", cli_text(peer, "connection"), cli_text(peer, "remote_id"));
        if (is_seen(set, key))
            json_array_remove(peers, i - 1);
    }
    json_decref(set);
}
