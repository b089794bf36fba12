/* SPDX-License-Identifier: BSD-3-Clause */
/* What is refused before DPDK is started, and what DPDK itself refuses, in words; the start is the last test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "host_log.h"
#include "node_eal.h"

static struct node_params params;
static struct node_device devices[NODE_PORTS_MAX];
static struct node_cores cores;
static char why[1024];

static int setup(void **state)
{
    host_log_set_level(HOST_ERR);
    params = (struct node_params){
        .control_core = NODE_CORE_AUTO, .hugepages = NODE_HUGEPAGES_NEVER, .memory_mb = 64};
    return 0;
}

static void hugepages_that_are_required_and_missing_are_refused(void **state)
{
    params.hugepages = NODE_HUGEPAGES_REQUIRE;
    params.memory_mb = 1u << 30;
    assert_int_equal(node_eal_start(&params, devices, &cores, why, sizeof why), -1);
    assert_non_null(strstr(why, "eal.hugepages is \"require\""));
    assert_non_null(strstr(why, "sysctl vm.nr_hugepages="));
}

/* In a process of its own, since EAL cannot be started twice. The sentence is in why. */
static void refused_with(const char *argument)
{
    int ends[2], status;
    assert_int_equal(pipe(ends), 0);
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        params.n_args = 2;
        snprintf(params.args[0], sizeof params.args[0], "--file-prefix=x");
        snprintf(params.args[1], sizeof params.args[1], "%s", argument);
        const int rc = node_eal_start(&params, devices, &cores, why, sizeof why);
        _exit(write(ends[1], why, sizeof why) != sizeof why || rc == 0);
    }
    close(ends[1]);
    assert_int_equal(read(ends[0], why, sizeof why), sizeof why);
    close(ends[0]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_null(strchr(why, '\n'));
}

static void an_argument_that_dpdk_does_not_take_is_named_in_one_sentence(void **state)
{
    refused_with("--lcors=0@0");
    assert_non_null(strstr(why, "eal.args: DPDK does not take \"--lcors=0@0\" (unrecognized option"));
    refused_with("--base-virtaddr=zz");
    assert_non_null(strstr(why, "\"--base-virtaddr=zz\" (invalid parameter"));
    refused_with("-nx");
    assert_non_null(strstr(why, "eal.args: DPDK does not take what stands there (invalid channel number)"));
    refused_with("--vdev=net_absent0");
    assert_non_null(strstr(why, "(failed to parse device \"net_absent0\")"));
}

static void dpdk_starts_on_the_cores_that_were_found(void **state)
{
    assert_int_equal(node_eal_start(&params, devices, &cores, why, sizeof why), 0);
    assert_int_equal(cores.n_workers, 1);
    node_eal_stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(hugepages_that_are_required_and_missing_are_refused, setup),
        cmocka_unit_test_setup(an_argument_that_dpdk_does_not_take_is_named_in_one_sentence, setup),
        cmocka_unit_test_setup(dpdk_starts_on_the_cores_that_were_found, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
