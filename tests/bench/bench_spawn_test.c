/* SPDX-License-Identifier: BSD-3-Clause */
/* Children and the files they leave: how each ends is told, and nothing is seen by half. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "bench_aside.h"
#include "bench_spawn.h"

static char out[64];
static struct bench_aside aside;

static int aside_open(void **state)
{
    char reason[256], folder[] = "/tmp/bench_spawn_XXXXXX";
    struct base_text why = base_text(reason, sizeof(reason));
    if (!mkdtemp(folder))
        return -1;
    rmdir(folder);
    snprintf(out, sizeof(out), "%s/a/b", folder);
    return bench_aside_open(&aside, out, &why);
}

static int aside_close(void **state)
{
    bench_aside_close(&aside);
    for (char *slash; strcmp(out, "/tmp") != 0 && (slash = strrchr(out, '/')); *slash = '\0')
        if (rmdir(out))
            return -1;
    return 0;
}

/* Runs a program with its output in the file "said" aside, for up to limit_s. What bench_spawn_run() gave. */
static int program_run(char *const argv[], double limit_s, struct bench_spawn_end *end)
{
    char said[BENCH_ASIDE_PATH];
    bench_aside_path(&aside, "said", said);
    return bench_spawn_run(
        &(struct bench_spawn){.argv = argv, .out_path = said, .err_path = said, .limit_s = limit_s}, end);
}

static bool is_there(const char *folder, const char *name)
{
    char path[BENCH_ASIDE_PATH];
    struct stat st;
    snprintf(path, sizeof(path), "%.300s/%s", folder, name);
    return !stat(path, &st);
}

static void how_a_program_ended_is_told(void **state)
{
    struct bench_spawn_end end;
    assert_int_equal(program_run((char *[]){"true", NULL}, 60, &end), 0);
    assert_int_equal(end.status, 0);
    assert_false(end.is_late);
    assert_int_equal(program_run((char *[]){"sh", "-c", "exit 7", NULL}, 60, &end), 0);
    assert_int_equal(end.status, 7);
    assert_int_equal(program_run((char *[]){"sh", "-c", "kill -9 $$", NULL}, 60, &end), 0);
    assert_int_equal(end.status, 128 + SIGKILL);
    assert_int_equal(program_run((char *[]){"no-such-program-here", NULL}, 60, &end), -ENOENT);
}

/* The reason of a failure is the last thing that was said, not what points at it. */
static void what_it_said_last_is_told(void **state)
{
    char reason[256], said[BENCH_ASIDE_PATH];
    struct bench_spawn_end end;
    static char *const words[][2] = {{"exit 1", "nothing"},
                                     {"echo first; echo why; exit 1", "why"},
                                     {"printf 'plot 1:2\\r\\n   ^\\n\\n'; exit 1", "plot 1:2"}};
    bench_aside_path(&aside, "said", said);
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        struct base_text t = base_text(reason, sizeof(reason));
        assert_int_equal(program_run((char *[]){"sh", "-c", words[i][0], NULL}, 60, &end), 0);
        bench_spawn_said(said, &t);
        assert_string_equal(reason, words[i][1]);
    }
    struct base_text t = base_text(reason, sizeof(reason));
    bench_spawn_said("/no/such/file", &t);
    assert_string_equal(reason, "nothing");
}

/* As started by a program that ignores SIGCHLD, and as if that began later: there is an end all the same. */
static void a_child_without_a_status_has_ended(void **state)
{
    struct bench_spawn_end end;
    signal(SIGCHLD, SIG_IGN);
    assert_int_equal(program_run((char *[]){"true", NULL}, 60, &end), 0);
    assert_int_equal(end.status, BENCH_SPAWN_UNKNOWN);
    bench_spawn_hold();
    assert_int_equal(program_run((char *[]){"sh", "-c", "exit 7", NULL}, 60, &end), 0);
    assert_int_equal(end.status, 7);
}

static void one_that_takes_too_long_is_ended(void **state)
{
    struct bench_spawn_end end;
    assert_int_equal(program_run((char *[]){"sleep", "1000", NULL}, -1, &end), 0);
    assert_true(end.is_late);
    assert_int_equal(end.status, 128 + SIGTERM);
}

static void a_file_appears_when_all_are_whole(void **state)
{
    char path[BENCH_ASIDE_PATH], reason[256];
    struct base_text why = base_text(reason, sizeof(reason));
    static const char *const names[] = {"kept", "scratch"};
    for (int i = 0; i < 2; i++) {
        bench_aside_path(&aside, names[i], path);
        FILE *f = fopen(path, "w");
        assert_non_null(f);
        fclose(f);
    }
    bench_aside_keep(&aside, "kept");
    assert_false(is_there(out, "kept"));
    assert_int_equal(bench_aside_commit(&aside, &why), 0);
    assert_true(is_there(out, "kept"));
    assert_false(is_there(out, "scratch"));
    snprintf(path, sizeof(path), "%s/kept", out);
    unlink(path);
}

static void a_folder_that_cannot_be_made_is_told(void **state)
{
    struct bench_aside other;
    char reason[256];
    struct base_text why = base_text(reason, sizeof(reason));
    assert_int_equal(bench_aside_open(&other, "/proc/no/such", &why), -ENOENT);
    assert_non_null(strstr(reason, "/proc/no/such"));
    bench_aside_close(&other);
}

/* Stands last: what came is not forgotten. */
static void a_signal_ends_the_child_and_is_seen(void **state)
{
    struct bench_spawn_end end;
    assert_int_equal(bench_spawn_signal(), 0);
    assert_int_equal(program_run((char *[]){"sh", "-c", "kill -INT $PPID; sleep 1000", NULL}, 600, &end),
                     -EINTR);
    assert_int_equal(end.status, 128 + SIGTERM);
    assert_int_equal(bench_spawn_signal(), SIGINT);
    assert_int_equal(program_run((char *[]){"true", NULL}, 60, &end), -EINTR);
}

int main(void)
{
    bench_spawn_hold();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(how_a_program_ended_is_told, aside_open, aside_close),
        cmocka_unit_test_setup_teardown(what_it_said_last_is_told, aside_open, aside_close),
        cmocka_unit_test_setup_teardown(a_child_without_a_status_has_ended, aside_open, aside_close),
        cmocka_unit_test_setup_teardown(one_that_takes_too_long_is_ended, aside_open, aside_close),
        cmocka_unit_test_setup_teardown(a_file_appears_when_all_are_whole, aside_open, aside_close),
        cmocka_unit_test(a_folder_that_cannot_be_made_is_told),
        cmocka_unit_test_setup_teardown(a_signal_ends_the_child_and_is_seen, aside_open, aside_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
