/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Where an authenticated, newest packet of an SA came from, which was not its peer's place. */
#include <stdbool.h>
#include <stdint.h>
#include "base_addr.h"

struct sad_moved {
    struct base_endpoint remote; /* port 0: plain ESP */
    bool is_stream;              /* by a connection of TCP, whose end here has */
    uint16_t local_port;
};

static inline bool sad_moved_equal(const struct sad_moved *a, const struct sad_moved *b)
{
    return base_endpoint_equal(&a->remote, &b->remote) && a->is_stream == b->is_stream &&
           a->local_port == b->local_port;
}
