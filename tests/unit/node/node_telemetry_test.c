/* SPDX-License-Identifier: BSD-3-Clause */
/* What DPDK's telemetry is answered. DPDK's side and the data path are replaced by a few values.
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
#include "node_int.h"
#include "node_telemetry.h"

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
static struct node node;
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
    node.cores.n_workers = 2;
    node.own.rehomed = 3;
    return node_telemetry_open(&node);
}

static int stop(void **state)
{
    node_telemetry_close();
    return 0;
}

static void all_groups_are_told(void **state)
{
    struct node_told told = {.group = "ike", .count = 1, .rows = {{"packets_in", 7}}};
    assert_int_equal(node_telemetry_tell(&told), 0);
    assert_int_equal(ask("/culvert/counters", NULL), 0);
    assert_int_equal(value("data_path/rx_pkts"), 100);
    assert_int_equal(value("ike/packets_in"), 7);
    assert_int_equal(value("node/rehomed"), 3);
    assert_int_equal(ask("/culvert/drops", ""), 0);
    assert_int_equal(value("bad_icv"), 200);
    assert_int_equal(data.count, DP_DROPS);
}

static void what_control_tells_takes_the_place_of_what_it_told(void **state)
{
    struct node_told told = {.group = "ike", .count = 2, .rows = {{"a", 1}, {"b", 2}}};
    assert_int_equal(node_telemetry_tell(&told), 0);
    told = (struct node_told){.group = "ike", .count = 1, .rows = {{"a", 5}}};
    assert_int_equal(node_telemetry_tell(&told), 0);
    assert_int_equal(ask("/culvert/counters", NULL), 0);
    assert_int_equal(value("ike/a"), 5);
    assert_int_equal(value("ike/b"), UINT64_MAX);
}

static void what_dpdk_would_not_take_is_refused(void **state)
{
    static const char *const names[] = {"", "a b", "A", "a/b"};
    struct node_told told = {.group = "ike", .count = 1};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        strcpy(told.rows[0].name, names[i]);
        assert_int_equal(node_telemetry_tell(&told), -EINVAL);
    }
    memset(told.rows[0].name, 'a', sizeof told.rows[0].name); /* without an end */
    assert_int_equal(node_telemetry_tell(&told), -EINVAL);
    told = (struct node_told){.group = "a", .count = NODE_TOLD_MAX + 1};
    assert_int_equal(node_telemetry_tell(&told), -EINVAL);
    told.count = 0;
    for (char group = 'a'; group < 'e'; group++) {
        told.group[0] = group;
        assert_int_equal(node_telemetry_tell(&told), 0);
    }
    told.group[0] = 'e';
    assert_int_equal(node_telemetry_tell(&told), -ENOSPC);
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
    node_telemetry_close();
    assert_int_equal(ask("/culvert/counters", NULL), -ENOENT);
    assert_int_equal(ask("/culvert/drops", "0"), -ENOENT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(all_groups_are_told),
        TEST(what_control_tells_takes_the_place_of_what_it_told),
        TEST(what_dpdk_would_not_take_is_refused),
        TEST(a_worker_can_be_asked_alone),
        TEST(after_the_end_nothing_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
