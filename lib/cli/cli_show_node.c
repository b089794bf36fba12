/* SPDX-License-Identifier: BSD-3-Clause */
/* status, workers, counters and ports for people. */
#include "cli_int.h"

#include <inttypes.h>
#include <string.h>

static void workers_table(struct cli_out *out, const json_t *list)
{
    static const char *const titles[] = {">WORKER", "3>CORE",   ">LOAD",         "1>RX PKTS", "2>TX PKTS",
                                         ">ESP IN", ">ESP OUT", "4>HANDED OVER", ">DROPPED",  NULL};
    static const char *const counts[] = {"rx_pkts",      "tx_pkts",     "esp_in_pkts",
                                         "esp_out_pkts", "handed_over", "dropped"};
    struct cli_table t;
    char v[CLI_VALUE_MAX];
    size_t i;
    json_t *w;
    cli_table_start(&t, titles);
    json_array_foreach((json_t *)list, i, w)
    {
        cli_table_cell(&t, cli_count(w, "worker", v));
        cli_table_cell(&t, cli_count(w, "core", v));
        snprintf(v, sizeof v, "%.1f %%", json_number_value(json_object_get(w, "load_percent")));
        cli_table_cell(&t, v);
        for (size_t k = 0; k < sizeof counts / sizeof *counts; k++)
            cli_table_cell(&t, cli_count(w, counts[k], v));
    }
    cli_table_end(&t, out, "no workers");
    json_array_foreach((json_t *)list, i, w) if (cli_text(w, "stuck")[0]) cli_say(
        out, 2, "worker %" PRIu64 " on core %" PRIu64 " has made no turn for %s: %s", cli_num(w, "worker"),
        cli_num(w, "core"), cli_duration(w, "stuck_s", v), cli_text(w, "stuck"));
}

static void drops_table(struct cli_out *out, const json_t *list, bool zeros)
{
    static const char *const titles[] = {">COUNT", "DROP", "+MEANING", NULL};
    struct cli_table t;
    char v[CLI_VALUE_MAX];
    size_t i;
    json_t *d;
    cli_table_start(&t, titles);
    json_array_foreach((json_t *)list, i, d)
    {
        if (!zeros && cli_num(d, "count") == 0)
            continue;
        cli_table_cell(&t, cli_count(d, "count", v));
        cli_table_cell(&t, cli_text(d, "name"));
        cli_table_cell(&t, cli_text(d, "help"));
    }
    cli_table_end(&t, out, "nothing was dropped");
}

void cli_print_drops(struct cli_out *out, const json_t *data)
{
    static const char *const titles[] = {">COUNT", "WHERE", "DROP", "+MEANING", NULL};
    struct cli_table t;
    char v[CLI_VALUE_MAX];
    size_t i;
    json_t *d;
    cli_table_start(&t, titles);
    json_array_foreach(json_object_get(data, "drops"), i, d)
    {
        if (cli_num(d, "count") == 0)
            continue;
        cli_table_cell(&t, cli_count(d, "count", v));
        cli_table_cell(&t, cli_text(d, "where"));
        cli_table_cell(&t, cli_text(d, "name"));
        cli_table_cell(&t, cli_text(d, "help"));
    }
    cli_table_end(&t, out, "nothing was dropped");
}

void cli_print_status(struct cli_out *out, const json_t *data)
{
    char uptime[CLI_VALUE_MAX], list[1024];
    cli_say(out, 2, "culvertd %s, up %s, pid %" PRIu64 ", %s%s", cli_text(data, "version"),
            cli_duration(data, "uptime_s", uptime), cli_num(data, "pid"), cli_text(data, "config"),
            cli_true(data, "stopping") ? ", stopping" : "");
    cli_say(out, 2,
            "%" PRIu64 " connections, %" PRIu64 " IKE SAs (%" PRIu64 " half open), %" PRIu64 " child SAs",
            cli_num(data, "connections"), cli_num(data, "ike_sas"), cli_num(data, "half_open"),
            cli_num(data, "child_sas"));
    if (cli_num(data, "childless"))
        cli_say(out, 2,
                "%" PRIu64 " of the IKE SAs have no child SA: culvertctl show connections tells which "
                "(childless), culvertctl initiate NAME makes it",
                cli_num(data, "childless"));
    cli_say(out, 2,
            "since start: %" PRIu64 " established, %" PRIu64 " failed, %" PRIu64 " moves of peers, %" PRIu64
            " reloads",
            cli_num(data, "established"), cli_num(data, "failed"), cli_num(data, "moves"),
            cli_num(data, "reloads"));
    if (json_array_size(json_object_get(data, "restart_pending")))
        cli_say(out, 2, "a restart of culvertd is pending, for: %s",
                cli_join(json_object_get(data, "restart_pending"), list, sizeof list));
    if (cli_num(data, "failures"))
        cli_say(out, 2, "%" PRIu64 " failures are explained by: culvertctl explain",
                cli_num(data, "failures"));
    if (cli_num(data, "manual_sas"))
        cli_say(out, 2,
                "LABORATORY: %" PRIu64
                " pairs of SAs have keys made by hand, without forward secrecy; no real "
                "traffic: culvertctl show manual",
                cli_num(data, "manual_sas"));
    else if (cli_true(data, "lab"))
        cli_say(out, 2, "LABORATORY: keys made by hand are allowed, and there are none");
    fputc('\n', out->file);
    cli_say(out, 2, "workers (poll: %s, hugepages: %s, threads for IKE's cryptography: %" PRIu64 ")",
            cli_text(data, "poll"), cli_true(data, "hugepages") ? "yes" : "no, which is slower",
            cli_num(data, "crypto_threads"));
    workers_table(out, json_object_get(data, "workers"));
    fprintf(out->file, "\nlargest drops of all workers (more: culvertctl show drops)\n");
    drops_table(out, json_object_get(data, "drops"), false);
}

void cli_print_workers(struct cli_out *out, const json_t *data)
{
    workers_table(out, json_object_get(data, "workers"));
}

/* Names, units and meanings are the daemon's: this client knows no counter. */
static void counters_table(struct cli_out *out, const json_t *values, const json_t *counters)
{
    static const char *const titles[] = {">COUNT", "1UNIT", "COUNTER", "+MEANING", NULL};
    struct cli_table t;
    char v[CLI_VALUE_MAX];
    size_t i;
    json_t *c;
    cli_table_start(&t, titles);
    json_array_foreach((json_t *)counters, i, c)
    {
        cli_table_cell(&t, cli_count(values, cli_text(c, "name"), v));
        cli_table_cell(&t, cli_text(c, "unit"));
        cli_table_cell(&t, cli_text(c, "name"));
        cli_table_cell(&t, cli_text(c, "help"));
    }
    cli_table_end(&t, out, "none");
    fputc('\n', out->file);
}

void cli_print_counters(struct cli_out *out, const json_t *data)
{
    size_t i;
    json_t *group, *place;
    const char *name;
    json_array_foreach(json_object_get(data, "about"), i, group)
    {
        const json_t *rows = json_object_get(group, "counters");
        json_t *values = json_object_get(data, cli_text(group, "group"));
        if (!cli_true(group, "each")) {
            fprintf(out->file, "%s\n", cli_text(group, "title"));
            counters_table(out, values, rows);
            continue;
        }
        json_object_foreach(values, name, place)
        {
            fprintf(out->file, "%s %s\n", cli_text(group, "title"), name);
            counters_table(out, place, rows);
        }
    }
    if (cli_text(data, "connection")[0])
        return;
    fprintf(out->file, "drops\n");
    drops_table(out, json_object_get(data, "drops"), false);
}

static void neighbours_table(struct cli_out *out, const json_t *ports)
{
    static const char *const titles[] = {"NEIGHBOUR", "MAC", "PORT", NULL};
    struct cli_table t;
    size_t i, k;
    json_t *port, *n;
    cli_table_start(&t, titles);
    json_array_foreach((json_t *)ports, i, port)
    {
        json_array_foreach(json_object_get(port, "neighbours"), k, n)
        {
            cli_table_cell(&t, cli_text(n, "address"));
            cli_table_cell(&t, cli_true(n, "resolved") ? cli_text(n, "mac") : "(asking)");
            cli_table_cell(&t, cli_text(port, "name"));
        }
    }
    cli_table_end(&t, out, "no neighbours yet");
}

/* A line below the table, the first of them behind an empty one. */
__attribute__((format(printf, 3, 4))) static void remark_print(const struct cli_out *out, bool *has_any,
                                                               const char *format, ...)
{
    va_list ap;
    if (!*has_any)
        fputc('\n', out->file);
    *has_any = true;
    va_start(ap, format);
    vfprintf(out->file, format, ap);
    va_end(ap);
}

/* Why a driver was chosen, where the configuration does not say which, and addresses that it does not say. */
static void remarks_print(const struct cli_out *out, const json_t *ports)
{
    bool has_any = false;
    size_t i;
    json_t *p;
    json_array_foreach((json_t *)ports, i, p)
    {
        if (json_object_get(p, "reason"))
            remark_print(out, &has_any, "  %s: %s: %s\n", cli_text(p, "name"), cli_text(p, "driver"),
                         cli_text(p, "reason"));
        if (strcmp(cli_text(p, "addresses_from"), "host") == 0)
            remark_print(out, &has_any, "  %s: its addresses are those that %s has\n", cli_text(p, "name"),
                         cli_text(json_object_get(p, "host"), "interface"));
    }
}

static void hosts_table(struct cli_out *out, const json_t *ports)
{
    static const char *const titles[] = {"HOST",       "PORT", "2>IN PKTS", ">IN",
                                         "1>OUT PKTS", ">OUT", ">LOST",     NULL};
    struct cli_table t;
    char v[CLI_VALUE_MAX];
    size_t i, n = 0;
    json_t *port, *host;
    cli_table_start(&t, titles);
    json_array_foreach((json_t *)ports, i, port)
    {
        host = json_object_get(port, "host");
        if (!host)
            continue;
        n++;
        cli_table_cell(&t, cli_text(host, "interface"));
        cli_table_cell(&t, cli_text(port, "name"));
        cli_table_cell(&t, cli_count(host, "in_pkts", v));
        cli_table_cell(&t, cli_bytes(cli_num(host, "in_bytes"), v));
        cli_table_cell(&t, cli_count(host, "out_pkts", v));
        cli_table_cell(&t, cli_bytes(cli_num(host, "out_bytes"), v));
        snprintf(v, sizeof v, "%" PRIu64, cli_num(host, "in_lost") + cli_num(host, "out_lost"));
        cli_table_cell(&t, v);
    }
    if (n == 0)
        return;
    fputc('\n', out->file);
    cli_table_end(&t, out, "");
}

void cli_print_ports(struct cli_out *out, const json_t *data)
{
    static const char *const titles[] = {"PORT",     "3ROLE",     "LINK", "4>MTU",     "ADDRESSES",
                                         "7GATEWAY", "5>RX PKTS", ">RX",  "6>TX PKTS", ">TX",
                                         ">MISSED",  "8DEVICE",   NULL};
    const json_t *ports = json_object_get(data, "ports");
    struct cli_table t;
    char v[CLI_VALUE_MAX], list[512], device[320];
    size_t i;
    json_t *p;
    cli_table_start(&t, titles);
    json_array_foreach((json_t *)ports, i, p)
    {
        cli_table_cell(&t, cli_text(p, "name"));
        cli_table_cell(&t, cli_text(p, "role"));
        cli_table_cell(&t, cli_text(p, "link"));
        cli_table_cell(&t, cli_count(p, "mtu", v));
        cli_table_cell(&t, cli_join(json_object_get(p, "addresses"), list, sizeof list));
        cli_table_cell(&t, cli_text(p, "gateway"));
        cli_table_cell(&t, cli_count(p, "rx_pkts", v));
        cli_table_cell(&t, cli_bytes(cli_num(p, "rx_bytes"), v));
        cli_table_cell(&t, cli_count(p, "tx_pkts", v));
        cli_table_cell(&t, cli_bytes(cli_num(p, "tx_bytes"), v));
        cli_table_cell(&t, cli_count(p, "missed", v));
        snprintf(device, sizeof device, "%s (%s, %s)", cli_text(p, "device"), cli_text(p, "driver"),
                 cli_text(p, "mac"));
        cli_table_cell(&t, device);
    }
    cli_table_end(&t, out, "no ports");
    remarks_print(out, ports);
    hosts_table(out, ports);
    fputc('\n', out->file);
    neighbours_table(out, ports);
}
