/* SPDX-License-Identifier: BSD-3-Clause */
/* What a path of TCP asks of the surroundings. */
#include "ike_stream.h"

#include <errno.h>
#include "ike_core.h"
#include "ike_env.h"
#include "ike_path.h"

int ike_stream_open(struct ike *ike, struct ike_path *path)
{
    path->tcp = path->natt = true;
    return ike->env.stream_open ? ike->env.stream_open(ike->env.ctx, path) : -ENOTSUP;
}

static void stream_hold(struct ike *ike, const struct ike_path *path, bool holds)
{
    if (path->tcp && ike->env.stream_hold)
        ike->env.stream_hold(ike->env.ctx, path, holds);
}

void ike_stream_hold(struct ike *ike, const struct ike_path *path)
{
    stream_hold(ike, path, true);
}

void ike_stream_leave(struct ike *ike, const struct ike_path *path)
{
    stream_hold(ike, path, false);
}
