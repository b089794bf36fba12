/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The handler of SIGSYS. A refused system call is noted, and returns EPERM to whoever made it: the gateway
 * goes on, and the control loop tells. Nothing is logged here, since a handler may run within the log itself.
 */
#include "host_sigsys.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#define NUMBERS      1024 /* system calls that are told apart; the last stands for all beyond */
#define WAIT_NS      1000000
#define WAITS_MAX    2000
#define CODE_SECCOMP 1 /* SYS_SECCOMP of the kernel, which not every C library names */

static struct {
    _Atomic uint64_t refused;
    _Atomic uint64_t seen[NUMBERS / 64], told[NUMBERS / 64];
    void (*_Atomic what)(void); /* of host_sigsys_everywhere() */
    _Atomic bool is_done;
} sigsys;

static void refused_note(int number)
{
    const unsigned n = number >= 0 && number < NUMBERS ? (unsigned)number : NUMBERS - 1;
    atomic_fetch_add_explicit(&sigsys.refused, 1, memory_order_relaxed);
    atomic_fetch_or_explicit(&sigsys.seen[n / 64], UINT64_C(1) << n % 64, memory_order_relaxed);
}

static void sigsys_handle(int signal, siginfo_t *info, void *context)
{
    const int saved = errno;
    void (*what)(void) = atomic_load(&sigsys.what);
    (void)signal;
    if (info->si_code == CODE_SECCOMP) {
        refused_note(info->si_syscall);
        ((ucontext_t *)context)->uc_mcontext.gregs[REG_RAX] = -EPERM;
    } else if (info->si_code == SI_TKILL && info->si_pid == getpid() && what) {
        what();
        atomic_store(&sigsys.is_done, true);
    }
    errno = saved;
}

int host_sigsys_start(void)
{
    struct sigaction action = {.sa_sigaction = sigsys_handle, .sa_flags = SA_SIGINFO | SA_RESTART};
    sigset_t set;
    sigfillset(&action.sa_mask);
    sigemptyset(&set);
    sigaddset(&set, SIGSYS);
    if (sigaction(SIGSYS, &action, NULL) < 0 || sigprocmask(SIG_UNBLOCK, &set, NULL) < 0)
        return -errno;
    return 0;
}

static bool is_done_in_time(void)
{
    const struct timespec wait = {.tv_nsec = WAIT_NS};
    for (int i = 0; i < WAITS_MAX && !atomic_load(&sigsys.is_done); i++)
        nanosleep(&wait, NULL);
    return atomic_load(&sigsys.is_done);
}

static void thread_name(pid_t thread, char *name, size_t size)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/self/task/%d/comm", (int)thread);
    FILE *f = fopen(path, "re");
    if (!f || !fgets(name, (int)size, f))
        snprintf(name, size, "?\n");
    if (f)
        fclose(f);
}

/* False: it exists and did not. */
static bool thread_does(pid_t thread)
{
    atomic_store(&sigsys.is_done, false);
    if (syscall(SYS_tgkill, getpid(), thread, SIGSYS) < 0)
        return errno == ESRCH;
    return is_done_in_time();
}

int host_sigsys_everywhere(void (*what)(void), char *why, size_t why_size)
{
    DIR *tasks = opendir("/proc/self/task");
    const struct dirent *entry;
    int rc = 0;
    if (!tasks) {
        snprintf(why, why_size, "/proc/self/task cannot be read, which lists the threads of the daemon");
        return -errno;
    }
    atomic_store(&sigsys.what, what);
    while (rc == 0 && (entry = readdir(tasks))) {
        const pid_t thread = (pid_t)atol(entry->d_name);
        if (thread <= 0 || thread == gettid() || thread_does(thread))
            continue;
        char name[32];
        thread_name(thread, name, sizeof name);
        snprintf(why, why_size, "the thread %d of the daemon, %.*s, does not answer SIGSYS", (int)thread,
                 (int)sizeof name - 1, name);
        rc = -ETIMEDOUT;
    }
    atomic_store(&sigsys.what, NULL);
    closedir(tasks);
    return rc;
}

uint64_t host_sigsys_refused(void)
{
    return atomic_load_explicit(&sigsys.refused, memory_order_relaxed);
}

bool host_sigsys_next(int *number)
{
    for (int i = 0; i < NUMBERS / 64; i++) {
        const uint64_t seen = atomic_load_explicit(&sigsys.seen[i], memory_order_relaxed);
        const uint64_t news = seen & ~atomic_load_explicit(&sigsys.told[i], memory_order_relaxed);
        if (!news)
            continue;
        const int bit = __builtin_ctzll(news);
        atomic_fetch_or_explicit(&sigsys.told[i], UINT64_C(1) << bit, memory_order_relaxed);
        *number = i * 64 + bit;
        return true;
    }
    return false;
}
