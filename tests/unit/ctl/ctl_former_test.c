/* SPDX-License-Identifier: BSD-3-Clause */
/* Configurations of before: kept while somebody holds them, and freed beside the loop. */
#include "ctl_former.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>
#include "ctl.h"
#include "ctl_aside.h"

static struct ctl ctl;
static atomic_int may_end;

static struct conf *conf_new(void)
{
    struct conf *conf = calloc(1, sizeof *conf);
    assert_non_null(conf);
    conf->ike = ike_conf_new();
    return conf;
}

static void hold_thread(void *arg)
{
    while (!may_end)
        usleep(100);
}

static void turns_until_none_is_left(void)
{
    while (ctl.formers) {
        ctl_former_turn(&ctl);
        usleep(100);
    }
}

static void it_is_kept_while_others_hold_it(void **state)
{
    struct conf *held = conf_new(), *free_one = conf_new();
    const struct ike_conf *sa = ike_conf_get(held->ike);
    ctl.aside = ctl_aside_new();
    ctl_former_add(&ctl, free_one);
    ctl_former_add(&ctl, held);
    for (int i = 0; i < 100; i++) {
        ctl_former_turn(&ctl);
        usleep(100);
    }
    assert_int_equal(sa->refs, 2); /* free_one alone went */
    assert_non_null(ctl.formers);
    ike_conf_put(sa);
    turns_until_none_is_left();
    ctl_aside_free(ctl.aside);
}

static void it_waits_for_a_thread_that_has_work(void **state)
{
    may_end = 0;
    ctl.aside = ctl_aside_new();
    assert_true(ctl_aside_leave(&ctl, hold_thread, NULL));
    ctl_former_add(&ctl, conf_new());
    ctl_former_turn(&ctl);
    assert_non_null(ctl.formers);
    may_end = 1;
    turns_until_none_is_left();
    ctl_aside_free(ctl.aside);
}

/* What is not given back is a leak that the sanitizer tells. */
static void a_stop_frees_all_of_them(void **state)
{
    ctl.aside = NULL;
    for (int i = 0; i < 3; i++)
        ctl_former_add(&ctl, conf_new());
    ctl_former_turn(&ctl);
    ctl_former_close(&ctl);
    assert_null(ctl.formers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_kept_while_others_hold_it),
        cmocka_unit_test(it_waits_for_a_thread_that_has_work),
        cmocka_unit_test(a_stop_frees_all_of_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
