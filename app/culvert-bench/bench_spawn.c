/* SPDX-License-Identifier: BSD-3-Clause */
/* Children, and waiting for them by signals that are taken one at a time. */
#include "bench_spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SPAWN_GRACE_S 5 /* from being asked to end to being ended */
#define SPAWN_UNKNOWN W_EXITCODE(BENCH_SPAWN_UNKNOWN, 0)

static const int held[] = {SIGINT, SIGTERM, SIGHUP};
static int signal_seen;

static sigset_t signals_held(bool with_child)
{
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof(held) / sizeof(*held); i++)
        sigaddset(&set, held[i]);
    if (with_child)
        sigaddset(&set, SIGCHLD);
    return set;
}

void bench_spawn_hold(void)
{
    const sigset_t set = signals_held(true);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGCHLD, SIG_DFL); /* may be inherited as ignored: then no child leaves a status */
}

int bench_spawn_signal(void)
{
    const sigset_t set = signals_held(false);
    const struct timespec now = {0};
    if (!signal_seen) {
        const int got = sigtimedwait(&set, NULL, &now);
        signal_seen = got > 0 ? got : 0;
    }
    return signal_seen;
}

double bench_spawn_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* 0 and its id, or a negative errno. */
static int spawn_start(const struct bench_spawn *s, pid_t *pid)
{
    extern char **environ;
    posix_spawnattr_t attr;
    posix_spawn_file_actions_t files;
    sigset_t none;
    sigemptyset(&none);
    const sigset_t usual = signals_held(true);
    posix_spawnattr_init(&attr);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawnattr_setsigdefault(&attr, &usual);
    posix_spawnattr_setpgroup(&attr, 0);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, s->out_path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, s->err_path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    const int err = s->program ? posix_spawn(pid, s->program, &files, &attr, s->argv, environ)
                               : posix_spawnp(pid, s->argv[0], &files, &attr, s->argv, environ);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attr);
    return -err;
}

/* Whether the child has ended. One of which the kernel no longer knows has, too. */
static bool spawn_has_ended(pid_t pid, int *status)
{
    const pid_t got = waitpid(pid, status, WNOHANG);
    if (got >= 0 || errno != ECHILD)
        return got == pid;
    *status = SPAWN_UNKNOWN;
    return true;
}

/* Waits up to a second for the child to end. Whether it did; a held signal is noted. */
static bool spawn_wait(pid_t pid, int *status)
{
    const sigset_t set = signals_held(true);
    const struct timespec second = {.tv_sec = 1};
    if (spawn_has_ended(pid, status))
        return true;
    const int got = sigtimedwait(&set, NULL, &second);
    if (got > 0 && got != SIGCHLD)
        signal_seen = got;
    return spawn_has_ended(pid, status);
}

int bench_spawn_run(const struct bench_spawn *s, struct bench_spawn_end *end)
{
    pid_t pid;
    int status = 0;
    *end = (struct bench_spawn_end){0};
    if (bench_spawn_signal())
        return -EINTR;
    const int err = spawn_start(s, &pid);
    if (err)
        return err;
    const double began = bench_spawn_now();
    double asked = 0; /* since when it is asked to end */
    while (!spawn_wait(pid, &status)) {
        const double now = bench_spawn_now();
        end->is_late |= now - began > s->limit_s;
        if (!asked && (signal_seen || end->is_late)) {
            kill(-pid, SIGTERM);
            asked = now;
        } else if (asked && now - asked > SPAWN_GRACE_S) {
            kill(-pid, SIGKILL);
        } else if (s->tick && !asked) {
            s->tick(s->tick_arg, now - began);
        }
    }
    end->seconds = bench_spawn_now() - began;
    end->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return signal_seen ? -EINTR : 0;
}

void bench_spawn_said(const char *path, struct base_text *out)
{
    char line[256], last[256] = "nothing";
    FILE *f = fopen(path, "re");
    while (f && fgets(line, sizeof(line), f)) {
        line[strcspn(line, "\r\n")] = '\0';
        if (line[strspn(line, " \t^")])
            memcpy(last, line, sizeof(last));
    }
    if (f)
        fclose(f);
    base_text_add(out, "%s", last);
}
