/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Slots and who is in them. Thread: control. */
#include "sad_int.h"

/* The live pair of an SPI. NULL: none. */
struct sad_pair *sad_pair_live(const struct sad *sad, uint32_t spi_in);
uint32_t sad_pair_slot(const struct sad *sad, const struct sad_pair *pair);

/* Gives back a slot that no worker can see any more. */
void sad_slot_give(struct sad *sad, uint32_t slot);
