/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Main mode (RFC 2409 5.1, 5.4). */

#include <stdbool.h>

struct ike;
struct ikev1_sa;

/* Sends message 1 of an SA whose connection and cookie are set. False: nothing can be offered, or no memory.
 */
bool ikev1_main_start(struct ike *ike, struct ikev1_sa *sa);
