/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The candidates of selectors, in the lists that workers walk (sad_fast.h). Thread: control. */
#include "sad_int.h"

/* Empty lists. 0, or -ENOMEM (then sad_spd_fini() is called all the same). */
int sad_spd_init(struct sad *sad);
void sad_spd_fini(struct sad *sad);

/* Who serves selectors. */
struct sad_server {
    uint32_t slot; /* as in struct sad_cand */
    uint8_t priority;
    uint64_t dscp; /* likewise */
};

/*
 * Makes and publishes candidates for all combinations of both sides' selectors. *head becomes their list by
 * next_own. sels is borrowed until a grace period after sad_spd_unlink(). 0, or -ENOMEM: the tables are full;
 * then there are none.
 */
int sad_spd_link(struct sad *sad, const struct sad_sels *sels, struct sad_server by, uint32_t *head);

/* Takes them all away; their memory is free after a grace period. *head becomes 0. */
void sad_spd_unlink(struct sad *sad, uint32_t *head);

/*
 * Judges anew how the candidates of so many prefixes are looked at, from sad->look_next on, which becomes 0
 * behind the last one. Until then those under a bypass that came may go before it.
 */
void sad_spd_look_again(struct sad *sad, size_t most);

/* Whether another pair of a better priority serves all that the candidates of *head would. */
bool sad_spd_is_standby(const struct sad *sad, uint32_t head);
