/* SPDX-License-Identifier: BSD-3-Clause */
/* Reloads of a real file, one after another. Node and engine are replaced by what counts their calls. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <unistd.h>
#include <cmocka.h>
#include "ctl.h"
#include "pool_book.h"
#include "host_log.h"
#include "ctl_node.h"
#include "ike_heirs.h"

static struct ctl ctl;
static struct conf_report report;
static struct conf_diff diff;
static char file[] = "/tmp/culvert-reload-XXXXXX";
static int tables_rc, applied, swaps, looks;

struct pool_book *ike_pools(const struct ike *ike)
{
    static struct pool_book *book;
    (void)ike;
    if (!book)
        book = pool_book_new(1);
    return book;
}

int ctl_node_apply(struct ctl *c, const struct conf *conf)
{
    assert_non_null(conf);
    applied++;
    return tables_rc;
}

int ctl_event(struct ctl *c, const struct ike_event *ev)
{
    if (ev->type == IKE_EV_PLACES) {
        assert_int_equal(looks++, swaps - 1); /* after the swap */
        return 0;
    }
    assert_int_equal(ev->type, IKE_EV_CONF_SWAP);
    assert_non_null(ev->heirs);
    ike_heirs_free(ev->heirs);
    swaps++;
    return 0;
}

static void write_file(const char *mtu)
{
    FILE *f = fopen(file, "w");
    assert_non_null(f);
    fprintf(f, "{\"ports\":{\"p\":{\"device\":\"x\",\"addresses\":[\"10.1.0.1/24\"],\"mtu\":%s}}}", mtu);
    fclose(f);
}

static int start(void **state)
{
    const int fd = mkstemp(file);
    if (fd < 0)
        return -1;
    close(fd);
    host_log_set_level(HOST_ERR);
    memset(&ctl, 0, sizeof ctl);
    tables_rc = applied = swaps = looks = 0;
    write_file("1500");
    ctl.conf_file = file;
    ctl.conf = conf_load(file, &report);
    assert_non_null(ctl.conf);
    memcpy(&ctl.in_force, ctl.conf, sizeof ctl.in_force);
    return 0;
}

static int stop(void **state)
{
    conf_free(ctl.conf);
    unlink(file);
    memcpy(file + strlen(file) - 6, "XXXXXX", 6);
    return 0;
}

static bool reload_waits(const char *mtu)
{
    write_file(mtu);
    assert_int_equal(ctl_reload(&ctl, &report, &diff), 0);
    const bool waits = diff.needs_restart;
    assert_int_equal(diff.n_ops, waits);
    conf_diff_free(&diff);
    return waits;
}

static void a_file_is_compared_with_what_runs_however_often_it_is_loaded(void **state)
{
    assert_true(reload_waits("1400"));
    assert_true(reload_waits("1400"));
    assert_int_equal(ctl.in_force.ports[0].mtu, 1500);
    assert_false(reload_waits("1500"));
    assert_int_equal(ctl.tally.reloads, 3);
    assert_int_equal(swaps, 3);
}

static void what_cannot_be_applied_changes_nothing(void **state)
{
    const struct conf *before = ctl.conf;
    write_file("7");
    assert_int_equal(ctl_reload(&ctl, &report, &diff), -EINVAL);
    assert_int_equal(report.n_errors, 1);
    assert_int_equal(applied, 0);
    write_file("1400");
    tables_rc = -ENOMEM;
    assert_int_equal(ctl_reload(&ctl, &report, &diff), -ENOMEM);
    assert_null(diff.ops);
    assert_ptr_equal(ctl.conf, before);
    assert_int_equal(swaps, 0);
    assert_int_equal(ctl.tally.reloads, 0);
}

static void a_check_tells_and_changes_nothing(void **state)
{
    const struct conf *before = ctl.conf;
    write_file("1400");
    assert_int_equal(ctl_reload_plan(&ctl, &report, &diff), 0);
    assert_int_equal(diff.n_ops, 1);
    assert_string_equal(diff.ops[0].name, "ports.p.mtu");
    conf_diff_free(&diff);
    write_file("7");
    assert_int_equal(ctl_reload_plan(&ctl, &report, &diff), -EINVAL);
    assert_null(diff.ops);
    assert_int_equal(report.n_errors, 1);
    assert_ptr_equal(ctl.conf, before);
    assert_int_equal(applied + swaps, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_file_is_compared_with_what_runs_however_often_it_is_loaded, start,
                                        stop),
        cmocka_unit_test_setup_teardown(what_cannot_be_applied_changes_nothing, start, stop),
        cmocka_unit_test_setup_teardown(a_check_tells_and_changes_nothing, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
