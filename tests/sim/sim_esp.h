/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The model data plane: ESP packets as (SPI, sequence, fingerprint of keys), with no bytes inside. */
#include "sim_host.h"

/* Starts the host's steady traffic (while sends_traffic) and its traffic reports to the engine. */
void sim_esp_begin(struct sim_host *h);

/* Sends one packet on each child that can send. */
void sim_esp_send_all(struct sim_host *h);

void sim_esp_receive(struct sim_host *h, const struct sim_dgram *d);

/* Whether traffic leaves on it: the newest active pair of its child or, in a group, of its worker. */
bool sim_esp_is_outbound(const struct sim_host *h, const struct sim_sa *sa);

/* Children of which a pair sends. */
size_t sim_esp_children(const struct sim_host *h);
