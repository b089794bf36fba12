/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Capabilities belong to a thread, and the kernel lets each change only its own, which is why this is two
 * system calls and not a library's: the same has to run in threads that DPDK made.
 */
#include "host_caps.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host_sigsys.h"

static _Atomic uint64_t others_keep;
static _Atomic int others_error;

static int caps_get(struct __user_cap_data_struct data[2])
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    return syscall(SYS_capget, &head, data) < 0 ? -errno : 0;
}

/* Of the calling thread. A signal handler may do all of it. */
static int caps_cut(uint64_t keep)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2];
    /* What a program that it starts could have at most; without CAP_SETPCAP somebody else has seen to that.
     */
    for (unsigned i = 0; i <= CAP_LAST_CAP; i++)
        if (!(keep & HOST_CAP(i)))
            (void)prctl(PR_CAPBSET_DROP, i, 0, 0, 0);
    (void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    const int rc = caps_get(data);
    if (rc < 0)
        return rc;
    for (int i = 0; i < 2; i++) {
        const uint32_t half = (uint32_t)(keep >> 32 * i);
        data[i].permitted &= half;
        data[i].effective &= half;
        data[i].inheritable = 0;
    }
    return syscall(SYS_capset, &head, data) < 0 ? -errno : 0;
}

static void others_cut(void)
{
    const int rc = caps_cut(atomic_load(&others_keep));
    if (rc < 0)
        atomic_store(&others_error, rc);
}

uint64_t host_caps_now(void)
{
    struct __user_cap_data_struct data[2] = {0};
    (void)caps_get(data);
    return data[0].effective | (uint64_t)data[1].effective << 32;
}

bool host_caps_can_read(const char *file)
{
    const uint64_t powers = HOST_CAP(CAP_DAC_OVERRIDE) | HOST_CAP(CAP_DAC_READ_SEARCH);
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2], less[2];
    if (caps_get(data) < 0)
        return false;
    memcpy(less, data, sizeof less);
    less[0].effective &= (uint32_t)~powers;
    if (syscall(SYS_capset, &head, less) < 0)
        return false;
    const int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    (void)syscall(SYS_capset, &head, data);
    if (fd < 0)
        return false;
    close(fd);
    return true;
}

int host_caps_keep(uint64_t mine, uint64_t others, char *why, size_t why_size)
{
    atomic_store(&others_keep, others);
    atomic_store(&others_error, 0);
    int rc = host_sigsys_everywhere(others_cut, why, why_size);
    if (rc < 0)
        return rc;
    rc = atomic_load(&others_error);
    if (rc == 0)
        rc = caps_cut(mine);
    if (rc < 0)
        snprintf(why, why_size, "capabilities cannot be given up: %s", strerror(-rc));
    return rc;
}
