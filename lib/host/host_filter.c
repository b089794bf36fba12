/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The filter, made by libseccomp from the rows of host_syscalls.def and the rules here. What it refuses is a
 * trap and not the end: a call that another C library makes and nobody foresaw costs one errno and a line in
 * the log, not the tunnels.
 */
#include "host_filter.h"

#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/prctl.h>

#define CALL(name) #name,
static const char *const calls[] = {
#include "host_syscalls.def"
};
#undef CALL

/* One that is allowed where an argument says so: (value & mask) == wanted, or != wanted. */
struct filter_rule {
    const char *call;
    unsigned arg;
    enum scmp_compare compare; /* SCMP_CMP_MASKED_EQ, or SCMP_CMP_NE without mask */
    uint64_t mask, wanted;
};

#define ALL UINT32_MAX /* of an int, whose upper half in the register is anybody's guess */

static const struct filter_rule rules[] = {
    /* The resolver's and the routing sockets; those of ports are open. */
    {"socket", 0, SCMP_CMP_MASKED_EQ, ALL, AF_UNIX},
    {"socket", 0, SCMP_CMP_MASKED_EQ, ALL, AF_INET},
    {"socket", 0, SCMP_CMP_MASKED_EQ, ALL, AF_INET6},
    {"socket", 0, SCMP_CMP_MASKED_EQ, ALL, AF_NETLINK},
    {"socketpair", 0, SCMP_CMP_MASKED_EQ, ALL, AF_UNIX},
    /* Threads, no processes. */
    {"clone", 0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD},
    /* Memory is executable or can be written: libraries that the resolver loads are files that are mapped. */
    {"mmap", 2, SCMP_CMP_MASKED_EQ, PROT_EXEC | PROT_WRITE, 0},
    {"mmap", 2, SCMP_CMP_MASKED_EQ, PROT_EXEC | PROT_WRITE, PROT_WRITE},
    {"mmap", 2, SCMP_CMP_MASKED_EQ, PROT_EXEC | PROT_WRITE, PROT_EXEC},
    {"mprotect", 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0},
    /* Limits are read. */
    {"prlimit64", 2, SCMP_CMP_MASKED_EQ, UINT64_MAX, 0},
    {"prctl", 0, SCMP_CMP_MASKED_EQ, ALL, PR_SET_NAME},
    {"prctl", 0, SCMP_CMP_MASKED_EQ, ALL, PR_GET_NAME},
    {"prctl", 0, SCMP_CMP_MASKED_EQ, ALL, PR_SET_TIMERSLACK}, /* a worker's naps */
    {"prctl", 0, SCMP_CMP_MASKED_EQ, ALL, PR_SET_VMA},
    {"prctl", 0, SCMP_CMP_MASKED_EQ, ALL, PR_GET_DUMPABLE},
    {"prctl", 0, SCMP_CMP_MASKED_EQ, ALL, PR_CAPBSET_READ},
    /* No keystrokes for whoever started it from a terminal. */
    {"ioctl", 1, SCMP_CMP_NE, 0, TIOCSTI},
};

static int rule_add(scmp_filter_ctx ctx, const struct filter_rule *r)
{
    const int number = seccomp_syscall_resolve_name(r->call);
    const struct scmp_arg_cmp compare = {
        .arg = r->arg,
        .op = r->compare,
        .datum_a = r->compare == SCMP_CMP_MASKED_EQ ? r->mask : r->wanted,
        .datum_b = r->compare == SCMP_CMP_MASKED_EQ ? r->wanted : 0,
    };
    return seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, number, 1, &compare);
}

/* To this process: abort() and what DPDK calls its threads by. */
static int own_signals_add(scmp_filter_ctx ctx)
{
    static const char *const names[] = {"tgkill", "kill"};
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < sizeof names / sizeof *names; i++)
        rc = rule_add(ctx, &(struct filter_rule){names[i], 0, SCMP_CMP_MASKED_EQ, ALL, (uint64_t)getpid()});
    return rc;
}

static int filter_fill(scmp_filter_ctx ctx)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < sizeof calls / sizeof *calls; i++) {
        const int number = seccomp_syscall_resolve_name(calls[i]);
        if (number != __NR_SCMP_ERROR)
            rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, number, 0);
    }
    for (size_t i = 0; rc == 0 && i < sizeof rules / sizeof *rules; i++)
        rc = rule_add(ctx, &rules[i]);
    if (rc == 0)
        rc = own_signals_add(ctx);
    /* Its flags are in memory, where a filter does not see them; the C library takes clone() instead. */
    if (rc == 0)
        rc = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    return rc;
}

int host_filter_start(char *why, size_t why_size)
{
    scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_TRAP);
    int rc = ctx ? seccomp_attr_set(ctx, SCMP_FLTATR_CTL_TSYNC, 1) : -ENOMEM;
    if (rc == 0)
        (void)seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2); /* a search instead of a list */
    if (rc == 0)
        rc = filter_fill(ctx);
    if (rc == 0)
        rc = seccomp_load(ctx);
    if (ctx)
        seccomp_release(ctx);
    if (rc < 0)
        snprintf(
            why, why_size,
            "the filter of system calls does not start: %s; write \"seccomp\": false into \"control\" to "
            "run without",
            strerror(-rc));
    return rc;
}

const char *host_filter_name(int number, char name[HOST_FILTER_NAME_MAX])
{
    char *known = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, number);
    if (known)
        snprintf(name, HOST_FILTER_NAME_MAX, "%s", known);
    else
        snprintf(name, HOST_FILTER_NAME_MAX, "number %d", number);
    free(known);
    return name;
}
