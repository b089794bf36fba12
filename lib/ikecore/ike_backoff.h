/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* How long to wait for an answer before a request is sent again: growing pauses, as in both versions. */
#include <stdint.h>
#include "ike_conf.h"

/* The pause in nanoseconds after a request was repeated `tries` times: 1.8 times the one before, at most a
 * minute. */
uint64_t ike_backoff_ns(const struct ike_conn_conf *conn, uint32_t tries);

/* From the first copy of a request to its being given up without an answer. */
uint64_t ike_backoff_all_ns(const struct ike_conn_conf *conn);
