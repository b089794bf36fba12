/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Connections of TCP that IKE SAs go by (RFC 9329): asked for, and counted as uses of a path. Each does
 * nothing for a path that is not one of those. Thread: control.
 */
#include <stdbool.h>

struct ike;
struct ike_path;

/* Makes the path one of a new connection. 0, or -errno: -ENOTSUP without surroundings that have TCP. */
int ike_stream_open(struct ike *ike, struct ike_path *path);

/* An IKE SA goes by this path, or no more. */
void ike_stream_hold(struct ike *ike, const struct ike_path *path);
void ike_stream_leave(struct ike *ike, const struct ike_path *path);
