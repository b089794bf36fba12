/* SPDX-License-Identifier: BSD-3-Clause */
/* What is given up, and when. The parts are of the host's room; what ports need is the node's to say. */
#include "ctl_harden.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <string.h>

#include "ctl.h"
#include "host_caps.h"
#include "host_filter.h"
#include "host_keep.h"
#include "host_log.h"
#include "host_sigsys.h"
#include "node.h"
#include "ossl_ops.h"

void ctl_harden_begin(struct ctl *ctl)
{
    const int rc = host_sigsys_start();
    if (rc < 0)
        host_log(HOST_WARN, "event=hardening_failed part=sigsys reason=\"%s\"", strerror(-rc));
    ctl->swap = host_keep_from_swap();
    if (ctl->swap == HOST_SWAP_MAY)
        host_log(HOST_WARN,
                 "event=hardening_failed part=memory reason=\"%s\" effect=\"pages may be swapped out\" "
                 "fix=\"LimitMEMLOCK=infinity in the unit, or ulimit -l unlimited\"",
                 strerror(errno));
    if (ossl_secret_start() < 0)
        host_log(HOST_WARN, "event=hardening_failed part=openssl effect=\"its keys are in ordinary memory\"");
}

/* A reload reads what the start has read: the power to read anybody's files stays where that took it. */
static uint64_t harden_reading(const struct ctl *ctl)
{
    return host_caps_can_read(ctl->conf_file) ? 0 : HOST_CAP(CAP_DAC_READ_SEARCH);
}

int ctl_harden(struct ctl *ctl, char *why, size_t why_size)
{
    const uint64_t all = ctl->swap == HOST_SWAP_NEVER_BY_CAP ? HOST_CAP(CAP_IPC_LOCK) : 0;
    const uint64_t own = node_caps(ctl->node) | harden_reading(ctl);
    if (host_caps_keep(own | all, all, why, why_size) < 0)
        return -1;
    if (ctl->conf->control.seccomp)
        return host_filter_start(why, why_size) < 0 ? -1 : 0;
    host_log(HOST_WARN, "event=no_syscall_filter reason=\"control.seccomp is false\"");
    return 0;
}

void ctl_harden_turn(struct ctl *ctl)
{
    char name[HOST_FILTER_NAME_MAX];
    int number;
    ctl->tally.syscalls_refused = host_sigsys_refused();
    while (host_sigsys_next(&number))
        host_log(
            HOST_ERR,
            "event=syscall_refused syscall=%s number=%d effect=\"it returned EPERM, the daemon goes on\" "
            "fix=\"report it; control.seccomp: false lets it pass\"",
            host_filter_name(number, name), number);
}
