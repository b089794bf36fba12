/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * In a child: what a running gateway has no use for is refused, in all threads, named and counted, and the
 * process goes on; what it does all day works.
 */
#include "host_filter.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "host_sigsys.h"

/* The line of the first expectation that does not hold is the child's status. */
#define MUST(condition)                                 \
    do {                                                \
        if (!(condition))                               \
            return __LINE__ % 256 ? __LINE__ % 256 : 1; \
    } while (0)

static bool is_refused(long rc)
{
    return rc == -1 && errno == EPERM;
}

static int status_of(int (*what)(void))
{
    int status;
    const pid_t child = fork();
    if (child == 0) {
        char why[256];
        const bool is_on = host_sigsys_start() == 0 && host_filter_start(why, sizeof why) == 0;
        _exit(is_on ? what() : 255);
    }
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_false(WIFSIGNALED(status));
    return WEXITSTATUS(status);
}

static int programs_and_processes(void)
{
    char *const none[] = {"/bin/true", NULL};
    MUST(is_refused(execve(none[0], none, none)));
    MUST(is_refused(syscall(SYS_execveat, AT_FDCWD, none[0], none, none, 0)));
    MUST(is_refused(syscall(SYS_vfork)));
    MUST(is_refused(syscall(SYS_setuid, 1)));
#ifndef CULVERT_SANITIZED /* they stop threads and look into them */
    MUST(is_refused(syscall(SYS_kill, getppid(), 0)));
    MUST(is_refused(syscall(SYS_ptrace, PTRACE_ATTACH, getppid(), 0, 0)));
    MUST(is_refused(syscall(SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0, 0)));
    MUST(is_refused(
        syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0))); /* fork() itself blocks SIGSYS in newer C libraries */
#endif
    return 0;
}

static int the_kernel(void)
{
    MUST(is_refused(syscall(SYS_mount, "none", "/mnt", "tmpfs", 0, NULL)));
    MUST(is_refused(syscall(SYS_umount2, "/mnt", 0)));
    MUST(is_refused(syscall(SYS_bpf, 0, NULL, 0)));
    MUST(is_refused(syscall(SYS_init_module, NULL, 0, "")));
    MUST(is_refused(syscall(SYS_unshare, CLONE_NEWNS)));
    MUST(is_refused(syscall(SYS_setns, 0, 0)));
    MUST(is_refused(syscall(SYS_capset, NULL, NULL)));
    MUST(is_refused(syscall(SYS_keyctl, 0, 0, 0, 0, 0)));
    MUST(is_refused(syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0)));
    MUST(is_refused(syscall(SYS_userfaultfd, 0)));
    MUST(is_refused(syscall(SYS_io_uring_setup, 1, NULL)));
    MUST(is_refused(syscall(SYS_open_by_handle_at, 0, NULL, 0)));
    MUST(is_refused(syscall(SYS_seccomp, 0, 0, NULL)));
    MUST(syscall(SYS_clone3, NULL, 0) == -1 && errno == ENOSYS);
    return 0;
}

static int arguments(void)
{
    const struct rlimit none = {0, 0};
    struct rlimit limit;
    MUST(is_refused(socket(AF_PACKET, SOCK_RAW, 0)));
    MUST(is_refused(socket(44, SOCK_RAW, 0))); /* AF_XDP */
    MUST(is_refused(socket(AF_VSOCK, SOCK_STREAM, 0)));
    MUST(socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE) >= 0);
    MUST(socket(AF_INET, SOCK_DGRAM, 0) >= 0 && socket(AF_UNIX, SOCK_STREAM, 0) >= 0);
    MUST(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    MUST(prctl(PR_SET_NAME, "name") == 0);
    MUST(prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0) == 0);
#ifndef CULVERT_SANITIZED
    MUST(is_refused(setrlimit(RLIMIT_NOFILE, &none)));
    MUST(is_refused(prctl(PR_SET_DUMPABLE, 1)));
    void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(p != MAP_FAILED);
    MUST(is_refused(mprotect(p, 4096, PROT_READ | PROT_EXEC)));
    MUST(mprotect(p, 4096, PROT_READ) == 0);
    MUST(mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
         MAP_FAILED);
#else
    (void)none;
#endif
    return 0;
}

static _Atomic bool thread_was_refused;

static void *thread_run(void *arg)
{
    errno = 0;
    thread_was_refused = is_refused(syscall(SYS_bpf, 0, NULL, 0));
    return arg;
}

static int all_day(void)
{
    char byte, file[] = "/tmp/culvert-filter-XXXXXX";
    pthread_t thread;
    const int fd = mkstemp(file);
    MUST(fd >= 0 && write(fd, "x", 1) == 1 && pread(fd, &byte, 1, 0) == 1 && close(fd) == 0);
    MUST(unlink(file) == 0);
    MUST(epoll_create1(EPOLL_CLOEXEC) >= 0);
    MUST(getrandom(&byte, 1, 0) == 1);
    void *large = malloc(8 << 20);
    MUST(large);
    free(large);
    FILE *f = fopen("/proc/self/status", "r");
    MUST(f && fgetc(f) == 'N');
    fclose(f);
    MUST(host_sigsys_refused() == 0);
    /* A thread that is made later is under the filter, too. */
    MUST(pthread_create(&thread, NULL, thread_run, NULL) == 0 && pthread_join(thread, NULL) == 0);
    MUST(thread_was_refused);
    return 0;
}

static int what_was_refused(void)
{
    char name[HOST_FILTER_NAME_MAX];
    int number;
    for (int i = 0; i < 5; i++)
        (void)syscall(SYS_bpf, 0, NULL, 0);
    (void)syscall(SYS_unshare, 0);
    (void)syscall(5000);
    MUST(host_sigsys_refused() == 7);
    MUST(host_sigsys_next(&number) && strcmp(host_filter_name(number, name), "unshare") == 0);
    MUST(host_sigsys_next(&number) && strcmp(host_filter_name(number, name), "bpf") == 0);
    MUST(host_sigsys_next(&number) && strcmp(host_filter_name(number, name), "number 1023") == 0);
    MUST(!host_sigsys_next(&number));
    (void)syscall(SYS_bpf, 0, NULL, 0);
    MUST(!host_sigsys_next(&number) && host_sigsys_refused() == 8);
    return 0;
}

static pthread_barrier_t barrier;

static void *thread_that_was_there(void *arg)
{
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    return thread_run(arg);
}

static void threads_that_are_there_come_under_it(void **state)
{
    int status;
    const pid_t child = fork();
    if (child == 0) {
        char why[256];
        pthread_t thread;
        pthread_barrier_init(&barrier, NULL, 2);
        pthread_create(&thread, NULL, thread_that_was_there, NULL);
        pthread_barrier_wait(&barrier);
        const bool is_on = host_sigsys_start() == 0 && host_filter_start(why, sizeof why) == 0;
        pthread_barrier_wait(&barrier);
        pthread_join(thread, NULL);
        _exit(is_on && thread_was_refused ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

#define IN_CHILD(name, what)                  \
    static void name(void **state)            \
    {                                         \
        assert_int_equal(status_of(what), 0); \
    }

IN_CHILD(no_program_is_started_and_no_process_is_touched, programs_and_processes)
IN_CHILD(the_kernel_itself_is_out_of_reach, the_kernel)
IN_CHILD(some_depend_on_their_arguments, arguments)
IN_CHILD(what_is_done_all_day_works, all_day)
IN_CHILD(what_is_refused_is_named_once_and_counted, what_was_refused)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_program_is_started_and_no_process_is_touched),
        cmocka_unit_test(the_kernel_itself_is_out_of_reach),
        cmocka_unit_test(some_depend_on_their_arguments),
        cmocka_unit_test(what_is_done_all_day_works),
        cmocka_unit_test(what_is_refused_is_named_once_and_counted),
        cmocka_unit_test(threads_that_are_there_come_under_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
