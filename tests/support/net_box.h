/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Two network namespaces of the test's own with one wire between them: "near", where the test itself is, and
 * "far", a neighbour of it. Commands set them up and show what they are like.
 */
#include <stdbool.h>

/* Goes into a new namespace. false, with the reason on standard output: not permitted here, or a tool is
 * missing. */
bool net_box_enter(void);

/* A new wire, both ends up, without addresses of its own making. near has the MAC 02:00:00:00:00:01, far
 * …:02. */
void net_box_wire(void);

/* Takes the wire and the far namespace away. */
void net_box_unwire(void);

/* Runs a command (as printf) in the near namespace, or the far one; it must succeed. */
__attribute__((format(printf, 1, 2))) void net_box_near(const char *format, ...);
__attribute__((format(printf, 1, 2))) void net_box_far(const char *format, ...);

/* What commands print in the near namespace, for the caller to free. */
char *net_box_text(const char *commands);

/* The texts are the same; else a failure that shows the lines that differ. */
void net_box_same(const char *before, const char *after);

/* Goes into the far namespace, or back into the near one. */
void net_box_go(bool is_far);
