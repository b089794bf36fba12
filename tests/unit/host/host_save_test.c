/* SPDX-License-Identifier: BSD-3-Clause */
/* A file per interface, which knows whether its owner lives. */
#include "host_save.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

static char parent[] = "/tmp/host_save_XXXXXX";
static char folder[64], why[512];

static struct host_save of(const char *name)
{
    struct host_save save = {.before = {.index = 7, .mtu = 1400}};
    snprintf(save.before.name, sizeof save.before.name, "%s", name);
    return save;
}

static void a_file_is_private_and_has_one_owner(void **state)
{
    struct host_save save = of("eth0"), other = of("eth0"), read;
    struct stat st;
    assert_int_equal(host_save_write(folder, &save, why, sizeof why), 0);
    assert_int_equal(stat(folder, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    assert_int_equal(stat(save.path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(host_save_write(folder, &other, why, sizeof why), -EEXIST);
    assert_non_null(strstr(why, "eth0: what it is like now cannot be remembered in "));
    assert_int_equal(host_save_read(folder, "eth0", &read), -EBUSY);
    assert_int_equal(read.pid, getpid());
    host_save_remove(&save);
    assert_int_equal(host_save_read(folder, "eth0", &read), -ENOENT);
    assert_int_equal(access(save.path, F_OK), -1);
}

static void the_file_of_a_killed_owner_is_read(void **state)
{
    struct host_save save;
    const pid_t pid = fork();
    if (pid == 0) {
        save = of("eth1");
        _exit(host_save_write(folder, &save, why, sizeof why) == 0 ? 0 : 1);
    }
    int status = 1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_int_equal(host_save_read(folder, "eth1", &save), 0);
    assert_int_equal(save.pid, pid);
    assert_string_equal(save.before.name, "eth1");
    assert_int_equal(save.before.mtu, 1400);
    struct host_save second;
    assert_int_equal(host_save_read(folder, "eth1", &second), -EBUSY); /* one repairs it */
    host_save_close(&save);
    assert_int_equal(host_save_read(folder, "eth1", &second), 0);
    host_save_remove(&second);
}

static void files_are_found_by_the_namespace(void **state)
{
    struct host_save one = of("eth1.100"), two = of("eth2");
    char path[128], (*names)[IFNAMSIZ];
    assert_int_equal(host_save_write(folder, &one, why, sizeof why), 0);
    assert_int_equal(host_save_write(folder, &two, why, sizeof why), 0);
    snprintf(path, sizeof path, "%s/1234567890-eth3.json", folder); /* of another namespace */
    close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    assert_int_equal(host_save_names(folder, &names), 2);
    const bool is_sorted = strcmp(names[0], "eth2") != 0;
    assert_string_equal(names[!is_sorted], "eth1.100");
    assert_string_equal(names[is_sorted], "eth2");
    free(names);
    assert_int_equal(host_save_names("/nowhere", &names), 0);
    free(names);
    unlink(path);
    host_save_remove(&one);
    host_save_remove(&two);
}

static void what_cannot_be_read_is_removed(void **state)
{
    struct host_save save = of("eth0"), read;
    assert_int_equal(host_save_write(folder, &save, why, sizeof why), 0);
    assert_int_equal(ftruncate(save.fd, 40), 0);
    host_save_close(&save);
    assert_int_equal(host_save_read(folder, "eth0", &read), -ESTALE);
    assert_int_equal(access(save.path, F_OK), -1);
}

static void a_folder_that_cannot_be_made_is_named(void **state)
{
    struct host_save save = of("eth0");
    assert_int_equal(host_save_write("/nowhere/at/all", &save, why, sizeof why), -ENOENT);
    assert_non_null(strstr(why, "/nowhere/at/all"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_private_and_has_one_owner),
        cmocka_unit_test(the_file_of_a_killed_owner_is_read),
        cmocka_unit_test(files_are_found_by_the_namespace),
        cmocka_unit_test(what_cannot_be_read_is_removed),
        cmocka_unit_test(a_folder_that_cannot_be_made_is_named),
    };
    if (!mkdtemp(parent))
        return 1;
    snprintf(folder, sizeof folder, "%s/run", parent);
    const int rc = cmocka_run_group_tests(tests, NULL, NULL);
    rmdir(folder);
    rmdir(parent);
    return rc;
}
