/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Answers to the questions that control asks of neighbours (dp_resolve.c): told from all other ARP and
 * neighbour discovery, so that who is asked is heard however many others talk. A question lets one frame
 * through; if its neighbour is known, only a frame that says what is known already, so that who forges one
 * confirms the neighbour.
 */
#include <stdbool.h>
#include <stdint.h>

struct base_addr;
struct dp;
struct dp_worker;
struct rte_mbuf;

#define DP_ANSWERS 1024 /* questions that may be open */

/* A question leaves. Another one with the same place in the table takes it. Thread: control. */
void dp_answer_expect(struct dp *dp, uint16_t port, const struct base_addr *addr);

/*
 * Whether an ARP frame, or with is6 one of neighbour discovery, answers such a question and is the first that
 * does. l2: where its payload begins. Thread: the worker's.
 */
bool dp_answer_take(struct dp_worker *w, const struct rte_mbuf *m, uint16_t port, uint32_t l2, bool is6);
