/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Long work of the control side: beside the loop, on a thread of its own, or in slices. Whoever asks for it
 * waits, and the loop's turns go on meanwhile: beside work on the thread with commands and signals, which see
 * everything as it was; between slices without. Thread: control.
 */
#include <stdbool.h>

struct ctl;
struct ctl_aside;

/* Starts the thread. NULL with errno when it cannot be had. */
struct ctl_aside *ctl_aside_new(void);
/* Ends it. NULL is fine. */
void ctl_aside_free(struct ctl_aside *aside);

/*
 * Runs work(arg) on the thread, and turns of the loop until it is done; work of others that is there already
 * comes first. Without a thread or a loop (a start, a test) it is run here. work touches nothing that turns
 * change.
 */
void ctl_aside_run(struct ctl *ctl, void (*work)(void *arg), void *arg);

/* Leaves work(arg) to the thread, and nobody waits for it. False: the thread has work, or there is none. */
bool ctl_aside_leave(struct ctl *ctl, void (*work)(void *arg), void *arg);

/* A turn of the loop between two slices. */
void ctl_aside_turn(struct ctl *ctl);
/* The same between slices that send to many peers: turns until the send queue has room, or the daemon stops.
 */
void ctl_aside_turn_sent(struct ctl *ctl);
