/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows of bypass as a document. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "ctl_api_cmd.h"
#include "node_view.h"

static struct base_ts_list local = {.count = 1}, remote = {.count = 2};
static struct conf_bypass rows[1] = {{&local, &remote}};

void node_view(const struct node *node, struct node_view *out)
{
    const struct telem_rows *counters = node_rows(NODE_ROWS_WORKER);
    (void)node;
    *out = (struct node_view){0};
    for (size_t i = 0; i < counters->count; i++)
        out->counters.words[counters->list[i].offset / sizeof(uint64_t)] =
            strcmp(counters->list[i].name, "bypassed") == 0 ? 77 : 5;
}

void node_view_row(const struct node *node, uint16_t row, struct node_row_view *out)
{
    (void)node;
    assert_int_equal(row, 9);
    *out = (struct node_row_view){50, 7000};
}

static void networks_of_a_row(struct base_ts_list *l, uint32_t first)
{
    for (uint32_t i = 0; i < l->count; i++)
        l->list[i] = (struct base_ts){.port_hi = UINT16_MAX,
                                      .lo = base_addr_ip4(first + (i << 8)),
                                      .hi = base_addr_ip4(first + (i << 8) + 255)};
}

static void rows_and_their_counts_are_told(void **state)
{
    static struct ctl ctl;
    static struct conf conf = {.n_bypasses = 1, .bypasses = rows};
    struct ctl_refusal refusal = {0};
    (void)state;
    networks_of_a_row(&local, 0x0a010000);
    networks_of_a_row(&remote, 0x0a090000);
    ctl.conf = &conf;
    ctl.bypasses.n = 1;
    ctl.bypasses.list[0].row = 9;
    ctl.bypasses.list[0].pkts = 20; /* of another row, before this one had the number */
    ctl.bypasses.list[0].bytes = 4000;
    json_t *d = ctl_show_bypass(&ctl, NULL, &refusal);
    json_t *want =
        json_pack("{s:[{s:[s], s:[s, s], s:i, s:i}], s:i}", "bypass", "local", "10.1.0.0/24", "remote",
                  "10.9.0.0/24", "10.9.1.0/24", "pkts", 30, "bytes", 3000, "bypassed", 77);
    assert_true(json_equal(d, want));
    json_decref(d);
    json_decref(want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_and_their_counts_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
