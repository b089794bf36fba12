/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The queue of actions, filled by whoever decides something and emptied by the engine's caller. */
#include "base_span.h"
#include "esp_way.h"
#include "ike_action.h"
#include "ike_dgrams.h"

struct ike;
struct ike_act_node;

struct ike_acts {
    struct ike_act_node *first, *last;
    struct ike_act_node *taken; /* what its spans are borrowed from */
};

/* All copy what they are given, but for a job. Without memory an action is lost. */
void ike_act_send(struct ike *ike, const struct ike_path *path, struct base_span bytes);
/* The same in packets that nobody may cut on their way: with DF, and not in fragments of ours. */
void ike_act_send_whole(struct ike *ike, const struct ike_path *path, const struct ike_dgrams *dgrams);
/* Each datagram of a message, in order. */
void ike_act_send_all(struct ike *ike, const struct ike_path *path, const struct ike_dgrams *dgrams);
void ike_act_keepalive(struct ike *ike, const struct ike_path *path);
void ike_act_install(struct ike *ike, const struct ike_path *path, const struct ike_install *install);
/* SA_ACTIVATE, SA_DEACTIVATE, SA_REMOVE. */
void ike_act_sa(struct ike *ike, enum ike_action_type type, uint32_t spi_in);
/* SA_REPATH. */
void ike_act_repath(struct ike *ike, uint32_t spi_in, const struct ike_path *path, enum esp_way way);
/* SA_MTU. */
void ike_act_mtu(struct ike *ike, uint32_t spi_in, uint16_t mtu);
/* Takes the job. False: no memory, and it stays the caller's. */
bool ike_act_job(struct ike *ike, struct ike_job *job);
void ike_act_audit(struct ike *ike, const struct ike_audit *audit);

/* Takes the oldest action; what was taken before is freed. False: there is none. */
bool ike_act_take(struct ike *ike, struct ike_action *out);

/* Drops all that is left, keys wiped and jobs freed. */
void ike_act_fini(struct ike *ike);
