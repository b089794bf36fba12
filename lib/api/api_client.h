/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The client's end of the control socket: connect, ask, wait for the answer. Blocks, with time limits. */
#include "api.h"

/*
 * Connects. A descriptor (close it), or -1 with a sentence in why that tells what to do. timeout_ms (> 0) is
 * for each later wait on the socket.
 */
int api_client_open(const char *path, unsigned timeout_ms, char *why, size_t why_size);

/*
 * Sends a request (args is taken, NULL: none) and reads the answer. 0 with *out filled (json_decref
 * out->root), or -1 with a sentence in why: give the connection up.
 */
int api_client_call(int fd, const char *command, json_t *args, struct api_response *out, char *why,
                    size_t why_size);
