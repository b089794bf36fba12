/* SPDX-License-Identifier: BSD-3-Clause */
/* Reloads of a real file, one after another. Node and engine are replaced by what counts their calls. */
#include <setjmp.h>
#include <stdatomic.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <unistd.h>
#include <cmocka.h>
#include "base_secret.h"
#include "ctl.h"
#include "ctl_aside.h"
#include "ctl_former.h"
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
    ctl_former_close(&ctl);
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

/* SAs of IKE may hold the former snapshot for days. */
static void keys_made_by_hand_do_not_outlive_the_reload_that_drops_them(void **state)
{
    struct conf *former = ctl.conf;
    former->manuals = base_secret_new(sizeof *former->manuals);
    assert_non_null(former->manuals);
    snprintf(former->manuals[0].name, sizeof former->manuals[0].name, "bench");
    memset(former->manuals[0].key, 0xa5, sizeof former->manuals[0].key);
    former->n_manuals = 1;
    assert_int_equal(ctl_reload(&ctl, &report, &diff), 0);
    assert_int_equal(diff.n_ops, 1);
    assert_string_equal(diff.ops[0].name, "manual.bench");
    conf_diff_free(&diff);
    assert_ptr_not_equal(ctl.conf, former);
    assert_non_null(ctl.formers); /* which has it still */
    assert_int_equal(former->n_manuals, 0);
    assert_null(former->manuals);
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

/* ---- while the file is read ---- */

static struct conf_report other_report;
static struct conf_diff other_diff;
static int nested[2];
static bool stops;
static atomic_int may_end;

static void hold_thread(void *arg)
{
    while (!may_end)
        usleep(100);
}

/* What a command or a signal does meanwhile. */
static void turn_meanwhile(struct ctl *c, bool waits)
{
    assert_true(waits);
    assert_true(c->loop.is_reloading);
    c->loop.is_stopping = stops;
    c->loop.stops_reading = stops;
    nested[0] = ctl_reload(c, &other_report, &other_diff);
    nested[1] = ctl_reload_plan(c, &other_report, &other_diff);
    may_end = 1;
    usleep(100);
}

/* The thread has other work first, so there are turns. */
static int reload_with_turns(void)
{
    may_end = 0;
    ctl.aside = ctl_aside_new();
    ctl.loop.turn = turn_meanwhile;
    assert_true(ctl_aside_leave(&ctl, hold_thread, NULL));
    write_file("1400");
    const int rc = ctl_reload(&ctl, &report, &diff);
    ctl_aside_free(ctl.aside);
    ctl.aside = NULL;
    return rc;
}

static void of_two_reloads_the_second_is_refused_while_the_first_reads(void **state)
{
    stops = false;
    assert_int_equal(reload_with_turns(), 0);
    conf_diff_free(&diff);
    assert_int_equal(nested[0], -EALREADY);
    assert_int_equal(nested[1], -EALREADY);
    assert_int_equal(swaps, 1);
    assert_false(ctl.loop.is_reloading);
}

static void a_stop_while_the_file_is_read_applies_nothing(void **state)
{
    const struct conf *before = ctl.conf;
    stops = true;
    assert_int_equal(reload_with_turns(), -ECANCELED);
    assert_null(strstr(report.issues[0].text, "JSON"));
    assert_non_null(strstr(report.issues[0].text, "the daemon stops")); /* and nobody waits for its end */
    assert_int_equal(applied + swaps, 0);
    assert_ptr_equal(ctl.conf, before);
    assert_null(diff.ops);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_file_is_compared_with_what_runs_however_often_it_is_loaded, start,
                                        stop),
        cmocka_unit_test_setup_teardown(keys_made_by_hand_do_not_outlive_the_reload_that_drops_them, start,
                                        stop),
        cmocka_unit_test_setup_teardown(what_cannot_be_applied_changes_nothing, start, stop),
        cmocka_unit_test_setup_teardown(a_check_tells_and_changes_nothing, start, stop),
        cmocka_unit_test_setup_teardown(of_two_reloads_the_second_is_refused_while_the_first_reads, start,
                                        stop),
        cmocka_unit_test_setup_teardown(a_stop_while_the_file_is_read_applies_nothing, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
