/* SPDX-License-Identifier: BSD-3-Clause */
/* Pools and leases for people. */
#include "cli_int.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "base_addr.h"

static int lease_order(const void *a, const void *b)
{
    struct base_addr x = {0}, y = {0};
    base_addr_parse(cli_text(*(json_t *const *)a, "address"), &x);
    base_addr_parse(cli_text(*(json_t *const *)b, "address"), &y);
    return base_addr_compare(&x, &y);
}

/* They come in no order: by address they are looked for. */
void cli_settle_leases(json_t *data)
{
    json_t *leases = json_object_get(data, "leases"), *sorted = json_array();
    const size_t n = json_array_size(leases);
    json_t **all = n ? malloc(n * sizeof(*all)) : NULL;
    for (size_t i = 0; i < n && all; i++)
        all[i] = json_array_get(leases, i);
    if (all)
        qsort(all, n, sizeof(*all), lease_order);
    for (size_t i = 0; i < n && all; i++)
        json_array_append(sorted, all[i]);
    if (all)
        json_object_set(data, "leases", sorted);
    json_decref(sorted);
    free(all);
}

static void pools_table(struct cli_out *out, const json_t *data)
{
    static const char *const titles[] = {"POOL",      "3ADDRESSES", ">SIZE",   ">IN USE", ">KEPT",
                                         ">RESERVED", ">FREE",      "4>LEASE", NULL};
    struct cli_table t;
    char v[CLI_VALUE_MAX], list[512];
    size_t i;
    json_t *p;
    cli_table_start(&t, titles);
    json_array_foreach(json_object_get(data, "pools"), i, p)
    {
        const bool has_name = cli_text(p, "name")[0] != '\0';
        cli_table_cell(&t, has_name ? cli_text(p, "name") : "(in no pool)");
        cli_table_cell(&t, has_name ? cli_join(json_object_get(p, "addresses"), list, sizeof list) : "-");
        cli_table_cell(&t, has_name ? cli_count(p, "size", v) : "-");
        cli_table_cell(&t, cli_count(p, "in_use", v));
        cli_table_cell(&t, cli_count(p, "kept", v));
        cli_table_cell(&t, has_name ? cli_count(p, "reserved", v) : "-");
        cli_table_cell(&t, has_name ? cli_count(p, "free", v) : "-");
        cli_table_cell(&t, has_name ? cli_duration(p, "lease_s", v) : "-");
    }
    cli_table_end(&t, out, "no pools are configured");
}

void cli_print_pools(struct cli_out *out, const json_t *data)
{
    static const char *const titles[] = {"ADDRESS", "POOL", "STATE", ">SINCE", "/IDENTITY", NULL};
    struct cli_table t;
    char v[CLI_VALUE_MAX];
    size_t i;
    json_t *l;
    pools_table(out, data);
    if (json_array_size(json_object_get(data, "pools")) == 0)
        return;
    fputc('\n', out->file);
    cli_table_start(&t, titles);
    json_array_foreach(json_object_get(data, "leases"), i, l)
    {
        cli_table_cell(&t, cli_text(l, "address"));
        cli_table_cell(&t, cli_text(l, "pool"));
        cli_table_cell(&t, cli_text(l, "state"));
        cli_table_cell(&t, cli_duration(l, "since_s", v));
        cli_table_cell(&t, cli_text(l, "id"));
    }
    cli_table_end(&t, out, "nobody has had an address yet");
}
