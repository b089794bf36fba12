/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Watches the IKE messages of one host for what must hold of every message (RFC 7296 2.1 to 2.3): message
 * ids grow by one, a retransmission is the same bytes, the next request waits for the answer, and an
 * IKE_SA_INIT is never answered with more bytes than came.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_span.h"

struct sim_host;
struct sim_watch_row;

#define SIM_WATCH_BUCKETS 256

struct sim_watch {
    struct sim_watch_row *rows[SIM_WATCH_BUCKETS];
};

void sim_watch_in(struct sim_host *h, struct base_span msg);
void sim_watch_out(struct sim_host *h, struct base_span msg);
/* Whether a message to this host is over and done with: repeating it must change nothing any more. */
bool sim_watch_is_done(const struct sim_host *h, struct base_span msg);
void sim_watch_free(struct sim_watch *watch);

/* FNV-1a, for fingerprints. Start with 0. */
uint64_t sim_hash(uint64_t hash, const void *bytes, size_t len);
