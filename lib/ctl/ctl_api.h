/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The server side of the control socket (see api.h for the protocol). Never blocks: clients that do not read
 * or do not finish a request are dropped. Thread: control.
 */
#include <stddef.h>

struct ctl;
struct ctl_api;

/*
 * Listens on a Unix socket at path, mode 0600, making its folder when it is missing. A stale socket file is
 * replaced; a living daemon behind it is an error. NULL with a sentence in why.
 */
struct ctl_api *ctl_api_open(struct ctl *ctl, const char *path, char *why, size_t why_size);

/* A descriptor that polls readable when ctl_api_ready() has something to do (an epoll of its own). */
int ctl_api_fd(const struct ctl_api *api);

/* Accepts, reads, answers, writes as far as it goes without blocking. */
void ctl_api_ready(struct ctl_api *api);

/* Closes all and removes the socket file (and the folder, when this process made it and it is empty). NULL is
 * fine. */
void ctl_api_close(struct ctl_api *api);
