/* SPDX-License-Identifier: BSD-3-Clause */
/* The file of leases: what is read of it, what is damaged, and that it is replaced as a whole. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "ctl_lease_file.h"
#include "pool_text.h"

static char folder[] = "/tmp/ctl_lease_file.XXXXXX";
static char path[64], why[128];
static struct ctl_leases_read r;

static struct ctl_lease lease(enum pool_record_kind kind, uint8_t host, const char *name, int64_t since)
{
    struct ctl_lease l = {.record = {.kind = kind, .addr = base_addr_ip4(0x0a090000u | host)},
                          .since_s = since};
    if (kind != POOL_RECORD_GONE) {
        l.record.id.type = WIRE_IKE_ID_FQDN;
        l.record.id.len = (uint8_t)strlen(name);
        memcpy(l.record.id.bytes, name, l.record.id.len);
    }
    return l;
}

/* Adds lines, and bytes that are none. */
static void append(const struct ctl_lease *list, size_t n, const char *more)
{
    char line[POOL_TEXT_MAX];
    FILE *f = fopen(path, "a");
    assert_non_null(f);
    for (size_t i = 0; i < n; i++) {
        pool_text_write(&list[i].record, list[i].since_s, line);
        fputs(line, f);
    }
    fputs(more, f);
    fclose(f);
}

static int set_up(void **state)
{
    (void)state;
    memcpy(strrchr(folder, '.'), ".XXXXXX", 8);
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/leases", folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    free(r.list);
    r.list = NULL;
    unlink(path);
    return rmdir(folder); /* nothing else is left there */
}

static void what_is_written_is_read_and_only_the_owner_may(void **state)
{
    const struct ctl_lease in[] = {lease(POOL_RECORD_IDLE, 1, "a", 20), lease(POOL_RECORD_HELD, 2, "b", 10)};
    struct stat st;
    (void)state;
    assert_int_equal(ctl_lease_file_write(path, in, 2), 0);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(ctl_lease_file_read(path, &r, why, sizeof why), 0);
    assert_int_equal(r.count, 2);
    assert_int_equal(r.lines, 2);
    assert_int_equal(r.list[0].since_s, 10); /* the longest ago first */
    assert_true(ike_id_equal(&r.list[0].record.id, &in[1].record.id));
    assert_int_equal(r.list[1].record.kind, POOL_RECORD_IDLE);
}

static void the_last_line_of_an_address_counts(void **state)
{
    const struct ctl_lease in[] = {lease(POOL_RECORD_HELD, 1, "a", 5), lease(POOL_RECORD_IDLE, 1, "a", 7),
                                   lease(POOL_RECORD_HELD, 2, "b", 9), lease(POOL_RECORD_GONE, 2, "", 9),
                                   lease(POOL_RECORD_GONE, 3, "", 9),  lease(POOL_RECORD_HELD, 3, "c", 1)};
    (void)state;
    assert_int_equal(ctl_lease_file_write(path, NULL, 0), 0);
    append(in, 6, "");
    assert_int_equal(ctl_lease_file_read(path, &r, why, sizeof why), 0);
    assert_int_equal(r.lines, 6);
    assert_int_equal(r.count, 2);
    assert_int_equal(r.list[0].record.id.bytes[0], 'c');
    assert_int_equal(r.list[1].record.kind, POOL_RECORD_IDLE);
    assert_int_equal(r.list[1].since_s, 7);
}

static void a_line_that_a_crash_cut_off_is_left_out(void **state)
{
    const struct ctl_lease in = lease(POOL_RECORD_IDLE, 1, "a", 5);
    (void)state;
    assert_int_equal(ctl_lease_file_write(path, &in, 1), 0);
    append(NULL, 0, "idle 10.9.0.2 02");
    assert_int_equal(ctl_lease_file_read(path, &r, why, sizeof why), 0);
    assert_int_equal(r.count, 1);
}

static void damage_is_told_with_its_line(void **state)
{
    const struct ctl_lease in[] = {lease(POOL_RECORD_IDLE, 1, "a", 5), lease(POOL_RECORD_IDLE, 2, "b", 5)};
    (void)state;
    assert_int_equal(ctl_lease_file_write(path, in, 1), 0);
    append(in, 1, "idle 10.9.0.2 02 5 *00000000\n");
    append(in, 2, "");
    assert_int_equal(ctl_lease_file_read(path, &r, why, sizeof why), -EBADMSG);
    assert_string_equal(why, "line 4 is damaged");
    assert_int_equal(r.count, 0);
    assert_null(r.list);
}

static void another_file_is_none_of_leases(void **state)
{
    (void)state;
    assert_int_equal(ctl_lease_file_read(path, &r, why, sizeof why), -ENOENT);
    append(NULL, 0, "{\"some\": \"json\"}\n");
    assert_int_equal(ctl_lease_file_read(path, &r, why, sizeof why), -EBADMSG);
    assert_int_equal(truncate(path, 0), 0);
    assert_int_equal(ctl_lease_file_read(path, &r, why, sizeof why), -EBADMSG);
    assert_true(ctl_lease_file_read(folder, &r, why, sizeof why) < 0);
}

static void what_cannot_be_written_leaves_what_there_is(void **state)
{
    const struct ctl_lease in = lease(POOL_RECORD_IDLE, 1, "a", 5);
    char blocked[80];
    (void)state;
    assert_int_equal(ctl_lease_file_write(path, &in, 1), 0);
    snprintf(blocked, sizeof blocked, "%s.new", path);
    assert_int_equal(mkdir(blocked, 0700), 0);
    assert_true(ctl_lease_file_write(path, NULL, 0) < 0);
    assert_int_equal(rmdir(blocked), 0);
    assert_int_equal(ctl_lease_file_read(path, &r, why, sizeof why), 0);
    assert_int_equal(r.count, 1);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(what_is_written_is_read_and_only_the_owner_may),
        IN_FOLDER(the_last_line_of_an_address_counts),
        IN_FOLDER(a_line_that_a_crash_cut_off_is_left_out),
        IN_FOLDER(damage_is_told_with_its_line),
        IN_FOLDER(another_file_is_none_of_leases),
        IN_FOLDER(what_cannot_be_written_leaves_what_there_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
