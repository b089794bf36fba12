/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Inbound SPIs and their places in the table that workers look them up in (struct sad_spis). Thread: control.
 */
#include "sad_int.h"

/* 0, or -ENOMEM (then sad_spis_fini() is called all the same). */
int sad_spis_init(struct sad *sad);
void sad_spis_fini(struct sad *sad);

/* Draws an SPI for a slot and enters it. False: there is no room, and no memory for more. */
bool sad_spis_enter(struct sad *sad, uint32_t slot, uint32_t *spi);

/* An SPI that was entered is no more, and no worker can look for it. */
void sad_spis_leave(struct sad *sad, uint32_t spi);
