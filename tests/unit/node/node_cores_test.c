/* SPDX-License-Identifier: BSD-3-Clause */
/* Cores that are named and not there; those that are taken when none is named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "node_cores.h"

static char why[512];

static void a_core_that_is_not_there_is_refused_by_its_key(void **state)
{
    static struct node_params params = {.control_core = NODE_CORE_AUTO, .n_cores = 1, .cores = {CPU_SETSIZE}};
    struct node_cores cores;
    assert_int_equal(node_cores_find(&params, &cores, why, sizeof why), -1);
    assert_non_null(strstr(why, "workers.cores names core 1024, but this process may only run on cores"));
    params.n_cores = 0;
    params.control_core = 1023;
    assert_int_equal(node_cores_find(&params, &cores, why, sizeof why), -1);
    assert_non_null(strstr(why, "workers.control_core names core 1023"));
}

static void the_first_core_controls_and_the_last_one_works(void **state)
{
    static const struct node_params params = {.control_core = NODE_CORE_AUTO};
    struct node_cores cores;
    cpu_set_t set;
    sched_getaffinity(0, sizeof set, &set);
    assert_int_equal(node_cores_find(&params, &cores, why, sizeof why), 0);
    assert_int_equal(cores.n_workers, 1);
    assert_int_equal(cores.n_cpus, CPU_COUNT(&set));
    assert_true(CPU_ISSET(cores.control_cpu, &set) && cores.control_cpu <= cores.worker_cpu[0]);
    assert_int_equal(CPU_COUNT(&cores.spare), CPU_COUNT(&set) - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_core_that_is_not_there_is_refused_by_its_key),
        cmocka_unit_test(the_first_core_controls_and_the_last_one_works),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
