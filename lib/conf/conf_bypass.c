/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows of bypass: read and compared. What they may let by is conf_check_bypass.c's. */
#include "conf_int.h"

#include <stdlib.h>

bool conf_bypasses_read(struct conf_reader *r, const json_t *root, struct conf *conf)
{
    const json_t *list = json_object_get(root, "bypass");
    const size_t n = json_array_size(list);
    if (n == 0 || n > CONF_BYPASS_MAX)
        return true;
    conf->bypasses = calloc(n, sizeof *conf->bypasses);
    if (!conf->bypasses)
        return false;
    const size_t mark = conf_enter(r, "bypass");
    bool ok = true;
    for (size_t i = 0; i < n; i++) {
        const json_t *o = json_array_get(list, i);
        const size_t at = conf_enter_at(r, i);
        struct conf_bypass *b = &conf->bypasses[conf->n_bypasses];
        if (conf_read_object(r, CONF_S_BYPASS, o)) {
            conf_fill(o, CONF_S_BYPASS, &(struct conf_objects){.own = b});
            conf->n_bypasses++;
            ok = ok && b->local_ts && b->remote_ts;
        }
        conf_leave(r, at);
    }
    conf_leave(r, mark);
    return ok;
}

void conf_bypasses_free(struct conf *conf)
{
    for (size_t i = 0; i < conf->n_bypasses; i++) {
        free(conf->bypasses[i].local_ts);
        free(conf->bypasses[i].remote_ts);
    }
    free(conf->bypasses);
    conf->bypasses = NULL;
    conf->n_bypasses = 0;
}

const struct conf_bypass *conf_bypass_find(const struct conf *conf, const struct conf_bypass *like)
{
    for (size_t i = 0; i < conf->n_bypasses; i++) {
        const struct conf_bypass *b = &conf->bypasses[i];
        if (base_ts_equal(b->local_ts, like->local_ts) && base_ts_equal(b->remote_ts, like->remote_ts))
            return b;
    }
    return NULL;
}
