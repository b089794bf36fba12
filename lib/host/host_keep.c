/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory that neither a dump nor swap space sees. */
#include "host_keep.h"

#include <linux/capability.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "host_caps.h"

void host_keep_from_dumps(void)
{
    const struct rlimit none = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* cores that go to a program obey no limit */
}

enum host_swap host_keep_from_swap(void)
{
    /* What is mapped later counts, too: either there is no limit, or the power to pass it stays. */
    const struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};
    const bool is_free = setrlimit(RLIMIT_MEMLOCK, &all) == 0;
    if (!is_free && !(host_caps_now() & HOST_CAP(CAP_IPC_LOCK)))
        return HOST_SWAP_MAY;
    if (mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) < 0)
        return HOST_SWAP_MAY;
    return is_free ? HOST_SWAP_NEVER : HOST_SWAP_NEVER_BY_CAP;
}
