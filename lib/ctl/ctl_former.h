/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Configurations of before, which live as long as an SA of theirs does. The last SA that goes must not free
 * 100,000 connections on the control core, so each is held here until nobody else holds it, and is freed
 * beside the loop then. Thread: control.
 */

struct conf;
struct ctl;
struct ctl_former;

/* Takes a configuration that is not the current one any more. */
void ctl_former_add(struct ctl *ctl, struct conf *conf);

/* A turn of the loop: has one freed, if one can be. */
void ctl_former_turn(struct ctl *ctl);

/* Frees all, when the engine is gone. */
void ctl_former_close(struct ctl *ctl);
