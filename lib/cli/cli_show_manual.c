/* SPDX-License-Identifier: BSD-3-Clause */
/* Keys made by hand, for people and for generators of traffic. */
#include "cli_int.h"

#include <inttypes.h>

static void manual_total(struct cli_table *t, const json_t *m, const char *key)
{
    const json_t *total = json_object_get(json_object_get(m, "totals"), key);
    char v[CLI_VALUE_MAX];
    cli_table_cell(t, total ? cli_bytes((uint64_t)json_integer_value(total), v) : NULL);
}

/* What a peer must know, which nobody tells it. */
static void manual_keys(struct cli_out *out, const json_t *list)
{
    size_t i;
    json_t *m;
    json_array_foreach((json_t *)list, i, m) if (cli_text(m, "nonce")[0])
        cli_say(out, 2, "%s: nonce %s, SPI of our packets from %s on, of the peer's: culvertctl show spis %s",
                cli_text(m, "name"), cli_text(m, "nonce"), cli_text(m, "first_spi_out"), cli_text(m, "name"));
}

void cli_print_manual(struct cli_out *out, const json_t *data)
{
    static const char *const titles[] = {"CONNECTION", "STATE",   ">SAS", "2ENCRYPTION", "3BY", "PEER",
                                         "5LOCAL",     "4REMOTE", "6>IN", "6>OUT",       NULL};
    const json_t *list = json_object_get(data, "manual");
    struct cli_table t;
    char v[CLI_VALUE_MAX], nets[512];
    size_t i;
    json_t *m;
    cli_table_start(&t, titles);
    json_array_foreach((json_t *)list, i, m)
    {
        cli_table_cell(&t, cli_text(m, "name"));
        cli_table_cell(&t, cli_text(m, "state"));
        cli_table_cell(&t, cli_count(m, "count", v));
        cli_table_cell(&t, cli_text(m, "encryption"));
        cli_table_cell(&t, cli_text(m, "transport"));
        cli_table_cell(&t, cli_text(m, "peer"));
        cli_table_cell(&t, cli_join(json_object_get(m, "local"), nets, sizeof nets));
        cli_table_cell(&t, cli_join(json_object_get(m, "remote"), nets, sizeof nets));
        manual_total(&t, m, "in_bytes");
        manual_total(&t, m, "out_bytes");
    }
    cli_table_end(&t, out, "no keys are made by hand");
    if (!json_array_size(list))
        return;
    fputc('\n', out->file);
    manual_keys(out, list);
    cli_say(out, 2,
            "the peer seals with the key file as it is; we seal with HKDF-SHA256 of the key file, salt: the "
            "nonce, "
            "info: \"culvert manual out\", whose last 4 bytes count up from SA to SA");
    cli_say(out, 2,
            "no forward secrecy, nobody proves who he is, nothing renews these keys: not for real traffic");
}

void cli_print_spis(struct cli_out *out, const json_t *data)
{
    size_t i;
    json_t *sa;
    json_array_foreach(json_object_get(data, "sas"), i, sa)
        fprintf(out->file, "%s\n", cli_text(sa, "spi_in"));
}
