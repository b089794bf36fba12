/* SPDX-License-Identifier: BSD-3-Clause */
/* What DPDK's telemetry is answered. DPDK's side, the data path and the engine are replaced by a few values.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <rte_telemetry.h>
#include <rte_version.h>
#include "ctl.h"
#include "ctl_telemetry.h"

#if RTE_VERSION < RTE_VERSION_NUM(23, 3, 0, 0)
#define rte_tel_data_add_dict_uint rte_tel_data_add_dict_u64
#endif

struct rte_tel_data {
    size_t count;
    struct {
        char name[64];
        uint64_t value;
    } list[RTE_TEL_MAX_DICT_ENTRIES];
};

static struct {
    const char *name;
    telemetry_cb fn;
} commands[4];
static size_t n_commands;
static struct ctl ctl;
static struct rte_tel_data data;

int rte_telemetry_register_cmd(const char *cmd, telemetry_cb fn, const char *help)
{
    assert_true(strlen(help) > 0);
    commands[n_commands].name = cmd;
    commands[n_commands++].fn = fn;
    return 0;
}

int rte_tel_data_start_dict(struct rte_tel_data *d)
{
    d->count = 0;
    return 0;
}

int rte_tel_data_add_dict_uint(struct rte_tel_data *d, const char *name, uint64_t value)
{
    assert_true(d->count < RTE_TEL_MAX_DICT_ENTRIES);
    assert_true(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_/") ==
                strlen(name)); /* DPDK takes no other */
    snprintf(d->list[d->count].name, sizeof d->list[0].name, "%s", name);
    d->list[d->count++].value = value;
    return 0;
}

void dp_counters(const struct dp *dp, int worker, struct dp_counters *out)
{
    *out = (struct dp_counters){.rx_pkts = 100 + (uint64_t)(worker + 1)};
    out->drops[DP_DROP_bad_icv] = 200 + (uint64_t)(worker + 1);
}

void ike_stats(const struct ike *ike, struct ike_stats *out)
{
    *out = (struct ike_stats){.packets_in = 7};
}

static int ask(const char *command, const char *params)
{
    for (size_t i = 0; i < n_commands; i++)
        if (strcmp(commands[i].name, command) == 0)
            return commands[i].fn(command, params, &data);
    fail_msg("%s is not known", command);
    return 0;
}

static uint64_t value(const char *name)
{
    for (size_t i = 0; i < data.count; i++)
        if (strcmp(data.list[i].name, name) == 0)
            return data.list[i].value;
    return UINT64_MAX;
}

static int start(void **state)
{
    n_commands = 0;
    ctl = (struct ctl){.cores = {.n_workers = 2}, .reloads = 3};
    return ctl_telemetry_open(&ctl);
}

static int stop(void **state)
{
    ctl_telemetry_close();
    return 0;
}

static void all_groups_are_told(void **state)
{
    assert_int_equal(ask("/culvert/counters", NULL), 0);
    assert_int_equal(value("data_path/rx_pkts"), 100);
    assert_int_equal(value("ike/packets_in"), 7);
    assert_int_equal(value("control/reloads"), 3);
    assert_int_equal(ask("/culvert/drops", ""), 0);
    assert_int_equal(value("bad_icv"), 200);
    assert_int_equal(data.count, DP_DROPS);
}

static void a_worker_can_be_asked_alone(void **state)
{
    assert_int_equal(ask("/culvert/counters", "1"), 0);
    assert_int_equal(value("data_path/rx_pkts"), 102);
    assert_int_equal(value("ike/packets_in"), UINT64_MAX);
    assert_int_equal(ask("/culvert/drops", "0"), 0);
    assert_int_equal(value("bad_icv"), 201);
    static const char *const wrong[] = {"2", "-1", "1x", "x", " 1", "99999999999999999999"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(ask("/culvert/counters", wrong[i]), -EINVAL);
}

static void after_the_end_nothing_is_read(void **state)
{
    ctl_telemetry_close();
    assert_int_equal(ask("/culvert/counters", NULL), -ENOENT);
    assert_int_equal(ask("/culvert/drops", "0"), -ENOENT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(all_groups_are_told),
        TEST(a_worker_can_be_asked_alone),
        TEST(after_the_end_nothing_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
