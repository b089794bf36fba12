/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The IKE SA of a connection that tells most. Thread: control. */
#include "ctl.h"
#include "ike_view.h"

struct ctl_newest {
    uint32_t up, connecting; /* SAs of the connection */
    bool has_sa;
    struct ike_sa_view sa; /* the newest that is up, else the newest of all */
};

/* Walks all SAs, with turns of the loop between slices. */
void ctl_newest(struct ctl *ctl, const char *connection, struct ctl_newest *out);
