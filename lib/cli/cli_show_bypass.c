/* SPDX-License-Identifier: BSD-3-Clause */
/* What travels in clear beside the tunnels, for people. */
#include "cli_int.h"

#include <inttypes.h>

void cli_print_bypass(struct cli_out *out, const json_t *data)
{
    static const char *const titles[] = {"LOCAL", "REMOTE", ">PKTS", ">BYTES", NULL};
    const json_t *rows = json_object_get(data, "bypass");
    struct cli_table t;
    char list[512], v[CLI_VALUE_MAX];
    size_t i;
    json_t *b;
    cli_table_start(&t, titles);
    json_array_foreach((json_t *)rows, i, b)
    {
        cli_table_cell(&t, cli_join(json_object_get(b, "local"), list, sizeof list));
        cli_table_cell(&t, cli_join(json_object_get(b, "remote"), list, sizeof list));
        cli_table_cell(&t, cli_count(b, "pkts", v));
        cli_table_cell(&t, cli_bytes(cli_num(b, "bytes"), v));
    }
    cli_table_end(&t, out, "nothing travels in clear beside the tunnels");
    if (json_array_size(rows))
        cli_say(out, 2, "in clear, both ways, whatever connection covers them: %" PRIu64 " packets so far",
                cli_num(data, "bypassed"));
}
