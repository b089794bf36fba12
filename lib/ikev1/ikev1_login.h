/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What stands between phase 1 and the first child: a login (XAUTH), inner addresses (mode-config). */
#include <stdbool.h>

struct ikev1_sa;

/* Whether a connection wants any of it, so that an SA goes to LOGIN first. */
bool ikev1_login_is_due(const struct ikev1_sa *sa);
