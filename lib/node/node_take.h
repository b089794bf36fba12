/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The kernel's interfaces that ports are made over: taken before a port opens, given back at the end. Thread:
 * control.
 */
#include <stddef.h>

struct node;

/* Gives back what a daemon that was killed left of the interfaces of all ports, with a line in the log. */
void node_take_repair(const struct node *node);

/*
 * Takes the interface of port index, if it has one; node_take_stop() gives it back. 0, or -1 with a sentence
 * in why, and then it is as it was.
 */
int node_take_start(struct node *node, size_t index, char *why, size_t why_size);

/* Gives all back, with a line in the log for what could not be. Ports must be closed. */
void node_take_stop(struct node *node);

/* Says once, when ports are up, at which addresses the machine itself is not reached any more. */
void node_take_notice(const struct node *node);
