/* SPDX-License-Identifier: BSD-3-Clause */
#include "ikev1_login.h"

#include "ikev1_sa.h"

bool ikev1_login_is_due(const struct ikev1_sa *sa)
{
    (void)sa;
    return false;
}
