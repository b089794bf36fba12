/* SPDX-License-Identifier: BSD-3-Clause */
/* Leases from one run to the next. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "ctl_lease_file.h"
#include "ctl_leases.h"
#include "pool_book.h"

static char folder[] = "/tmp/ctl_leases.XXXXXX";
static char path[64], aside[80], why[256];
static struct ike_pool_conf pool = {.name = "staff", .lease_s = 3600};
static const base_time now = {50000 * BASE_NS_PER_S};

static struct ike_id id_of(unsigned n)
{
    struct ike_id id = {.type = WIRE_IKE_ID_FQDN};
    id.len = (uint8_t)snprintf((char *)id.bytes, sizeof id.bytes, "u%u", n);
    return id;
}

static struct pool_book *book_new(void)
{
    struct pool_book *book = pool_book_new(7);
    assert_non_null(book);
    assert_int_equal(pool_book_set(book, &pool, 1, 16), 0);
    return book;
}

static struct base_addr take(struct pool_book *book, unsigned who, uint64_t holder)
{
    const struct ike_id id = id_of(who);
    struct base_addr a;
    assert_int_equal(pool_take(book, 0, &(struct pool_want){.id = &id, .holder = holder, .now = now}, &a), 0);
    return a;
}

static struct ctl_leases *open_in(struct pool_book *book)
{
    struct ctl_leases *l = ctl_leases_open(folder, book, now, why, sizeof why);
    if (!l)
        fail_msg("%s", why);
    return l;
}

static int set_up(void **state)
{
    struct base_ts_list ranges = {.count = 1, .list = {{.port_hi = 65535}}};
    (void)state;
    ranges.list[0].lo = base_addr_ip4(0x0a090000);
    ranges.list[0].hi = base_addr_ip4(0x0a09ffff);
    memcpy(strrchr(folder, '.'), ".XXXXXX", 8);
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/leases", folder);
    snprintf(aside, sizeof aside, "%s.damaged", path);
    return base_ts_set(&pool.ranges, &ranges) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    (void)base_ts_set(&pool.ranges, NULL);
    unlink(path);
    unlink(aside);
    return rmdir(folder);
}

static void the_next_run_keeps_what_each_had(void **state)
{
    (void)state;
    struct pool_book *book = book_new();
    struct ctl_leases *l = open_in(book);
    take(book, 1, 11);
    const struct base_addr second = take(book, 2, 12);
    ctl_leases_turn(l, now);
    pool_release(book, &second, 12, now);
    ctl_leases_close(l, now); /* tells the rest */
    pool_book_free(book);

    book = book_new();
    l = open_in(book);
    take(book, 3, 13);
    const struct base_addr again = take(book, 2, 14);
    assert_true(base_addr_equal(&again, &second));
    ctl_leases_close(l, now);
    pool_book_free(book);
}

static void a_damaged_file_is_laid_aside_and_all_begin_anew(void **state)
{
    (void)state;
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs("culvert leases 1\nidle 10.9.0.0 027531 5 *12345678\n", f);
    fclose(f);
    struct pool_book *book = book_new();
    struct ctl_leases *l = open_in(book);
    struct pool_view v;
    assert_true(pool_view(book, 0, &v));
    assert_int_equal(v.idle, 0);
    assert_int_equal(access(aside, F_OK), 0);
    take(book, 1, 11);
    ctl_leases_close(l, now);
    pool_book_free(book);
    struct ctl_leases_read r;
    assert_int_equal(ctl_lease_file_read(path, &r, why, sizeof why), 0);
    assert_int_equal(r.count, 1);
    free(r.list);
}

static void a_folder_that_is_not_there_is_told_of(void **state)
{
    (void)state;
    struct pool_book *book = book_new();
    assert_null(ctl_leases_open("/nowhere/at/all", book, now, why, sizeof why));
    assert_non_null(strstr(why, "control.state: /nowhere/at/all/leases cannot be written (No such file"));
    pool_book_free(book);
}

/* How large a file may become, as if the disk had no more room. */
static void set_room(rlim_t bytes)
{
    struct rlimit room;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &room), 0);
    room.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &room), 0);
}

static void a_full_disk_keeps_no_gateway_from_starting(void **state)
{
    (void)state;
    signal(SIGXFSZ, SIG_IGN);
    for (unsigned had = 0; had < 2; had++) { /* leases of an earlier run */
        struct pool_book *book = book_new();
        struct ctl_leases *l = had ? open_in(book) : NULL;
        const struct base_addr first = had ? take(book, 1, 11) : base_addr_ip4(0);
        ctl_leases_close(l, now);
        pool_book_free(book);

        set_room(0);
        book = book_new();
        l = open_in(book);
        const struct base_addr again = take(book, 1, 12);
        assert_true(!had || base_addr_equal(&again, &first));
        take(book, 2, 13);
        ctl_leases_turn(l, now);
        usleep(20000); /* the thread tries, and fails */
        set_room(RLIM_INFINITY);
        ctl_leases_close(l, now);
        pool_book_free(book);
        struct ctl_leases_read r;
        assert_int_equal(ctl_lease_file_read(path, &r, why, sizeof why), 0);
        assert_int_equal(r.count, 2);
        free(r.list);
        assert_int_equal(unlink(path), 0);
    }
}

/* Each change adds a line, and most of them are old: the file is written anew, and says the same. */
static void a_file_of_old_lines_is_written_anew(void **state)
{
    (void)state;
    struct pool_book *book = book_new();
    struct ctl_leases *l = open_in(book);
    for (unsigned i = 0; i < 6000; i++) {
        const struct base_addr a = take(book, i % 3, i + 1);
        ctl_leases_turn(l, now);
        pool_release(book, &a, i + 1, now);
        ctl_leases_turn(l, now);
    }
    ctl_leases_close(l, now);
    pool_book_free(book);
    struct ctl_leases_read r;
    assert_int_equal(ctl_lease_file_read(path, &r, why, sizeof why), 0);
    assert_int_equal(r.count, 3);
    assert_true(r.lines < 3000);
    free(r.list);
}

static void more_changes_than_the_buffer_holds_are_all_written(void **state)
{
    enum { N = 30000 }; /* lines of some 40 bytes, beside a buffer of 1 MiB */
    (void)state;
    struct pool_book *book = book_new();
    assert_int_equal(pool_book_set(book, &pool, 1, N), 0);
    struct ctl_leases *l = open_in(book);
    for (unsigned i = 0; i < N; i++)
        take(book, i, i + 1);
    ctl_leases_close(l, now);
    pool_book_free(book);
    struct ctl_leases_read r;
    assert_int_equal(ctl_lease_file_read(path, &r, why, sizeof why), 0);
    assert_int_equal(r.count, N);
    free(r.list);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(the_next_run_keeps_what_each_had),
        IN_FOLDER(a_damaged_file_is_laid_aside_and_all_begin_anew),
        IN_FOLDER(a_folder_that_is_not_there_is_told_of),
        IN_FOLDER(a_full_disk_keeps_no_gateway_from_starting),
        IN_FOLDER(a_file_of_old_lines_is_written_anew),
        IN_FOLDER(more_changes_than_the_buffer_holds_are_all_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
