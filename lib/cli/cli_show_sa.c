/* SPDX-License-Identifier: BSD-3-Clause */
/* Connections, SAs and NAT for people. */
#include "cli_int.h"

#include <inttypes.h>
#include <string.h>

/* A child's name, and of which DSCPs it takes packets. */
static const char *child_name(const json_t *child, char *out, size_t size)
{
    char dscp[256];
    const json_t *set = json_object_get(child, "dscp");
    snprintf(out, size, set ? "%s (%s)" : "%s", cli_text(child, "name"),
             set ? cli_join(set, dscp, sizeof dscp) : "");
    return out;
}

static void total_cell(struct cli_table *t, const json_t *connection, const char *key, bool is_told)
{
    const json_t *total = json_object_get(json_object_get(connection, "totals"), key);
    char v[CLI_VALUE_MAX];
    cli_table_cell(t, is_told ? "\"" : total ? cli_bytes((uint64_t)json_integer_value(total), v) : NULL);
}

void cli_print_connections(struct cli_out *out, const json_t *data)
{
    static const char *const titles[] = {"CONNECTION", "STATE", "6LOCAL ID", "REMOTE ID", "PEER",    "3>IN",
                                         "2>OUT",      "CHILD", "UP",        "5LOCAL",    "4REMOTE", NULL};
    struct cli_table t;
    char list[512], at[128];
    size_t i, k;
    json_t *c, *child;
    cli_table_start(&t, titles);
    json_array_foreach(json_object_get(data, "connections"), i, c)
    {
        json_array_foreach(json_object_get(c, "children"), k, child)
        {
            cli_table_cell(&t, k ? "\"" : cli_text(c, "name"));
            cli_table_cell(&t, k ? "\"" : cli_text(c, "state"));
            cli_table_cell(&t, k ? "\"" : cli_text(c, "local_id"));
            cli_table_cell(&t, k ? "\"" : cli_text(c, "remote_id"));
            snprintf(at, sizeof at, cli_true(c, "by_tcp") ? "%s by TCP" : "%s",
                     cli_text(c, cli_text(c, "peer")[0] ? "peer" : "remote_address"));
            cli_table_cell(&t, k ? "\"" : at);
            total_cell(&t, c, "in_bytes", k > 0);
            total_cell(&t, c, "out_bytes", k > 0);
            cli_table_cell(&t, child_name(child, list, sizeof list));
            cli_table_cell(&t, cli_true(child, "up") ? "yes" : "no");
            cli_table_cell(&t, cli_join(json_object_get(child, "local"), list, sizeof list));
            cli_table_cell(&t, cli_join(json_object_get(child, "remote"), list, sizeof list));
        }
    }
    cli_table_end(&t, out, "no connections are configured");
    const json_t *only = json_array_get(json_object_get(data, "connections"), 0);
    if (json_array_size(json_object_get(data, "connections")) == 1 && cli_text(only, "hint")[0])
        cli_say(out, 2, "%s: %s", cli_text(only, "name"), cli_text(only, "hint"));
}

static void ike_table(struct cli_out *out, const json_t *sas)
{
    static const char *const titles[] = {"CONNECTION", "1>ID",      "STATE",       "7ROLE",     "5LOCAL",
                                         "REMOTE",     "REMOTE ID", "6ESP IN UDP", "9PROPOSAL", "3AGE",
                                         "4REKEY IN",  "8IDLE",     NULL};
    struct cli_table t;
    char v[CLI_VALUE_MAX], state[CLI_VALUE_MAX], peer[1024], more[512];
    size_t i;
    json_t *sa;
    cli_table_start(&t, titles);
    json_array_foreach((json_t *)sas, i, sa)
    {
        cli_table_cell(&t, cli_text(sa, "connection"));
        cli_table_cell(&t, cli_count(sa, "id", v));
        snprintf(state, sizeof state, cli_text(sa, "refused")[0] ? "%s (%s)" : "%s", cli_text(sa, "state"),
                 cli_text(sa, "refused"));
        if (strcmp(state, "established") == 0 && json_array_size(json_object_get(sa, "children")) == 0)
            snprintf(state, sizeof state, "established (no child)");
        if (cli_num(sa, "version") == 1)
            snprintf(state + strlen(state), sizeof state - strlen(state), ", IKEv1");
        cli_table_cell(&t, state);
        cli_table_cell(&t, cli_text(sa, "role"));
        cli_table_cell(&t, cli_text(sa, "local"));
        cli_table_cell(&t, cli_text(sa, "remote"));
        const json_t *also = json_object_get(sa, "also_ids");
        snprintf(peer, sizeof peer, also ? "%s, %s" : "%s", cli_text(sa, "remote_id"),
                 cli_join(also, more, sizeof more));
        cli_table_cell(&t, peer);
        cli_table_cell(&t, strcmp(cli_text(sa, "transport"), "TCP") == 0 ? "in TCP"
                           : cli_true(sa, "encapsulated")                ? "yes"
                                                                         : "no");
        cli_table_cell(&t, cli_text(sa, "proposal"));
        cli_table_cell(&t, cli_duration(sa, "age_s", v));
        cli_table_cell(&t, cli_duration(sa, "rekey_in_s", v));
        cli_table_cell(&t, cli_duration(sa, "idle_s", v));
    }
    cli_table_end(&t, out, "no SAs; start one with: culvertctl initiate NAME");
}

static void child_cells(struct cli_table *t, const json_t *child)
{
    static const char *const ways[] = {"in", "out"};
    char v[CLI_VALUE_MAX], list[512];
    if (cli_num(child, "shared") > 1)
        snprintf(list, sizeof list, "%s, worker %" PRIu64, cli_text(child, "name"),
                 cli_num(child, "owner_out"));
    else
        child_name(child, list, sizeof list);
    cli_table_cell(t, list);
    cli_table_cell(t, cli_text(child, "spi_in"));
    cli_table_cell(t, cli_text(child, "spi_out"));
    cli_table_cell(t, cli_text(child, "proposal"));
    cli_table_cell(t, cli_join(json_object_get(child, "local"), list, sizeof list));
    cli_table_cell(t, cli_join(json_object_get(child, "remote"), list, sizeof list));
    for (size_t i = 0; i < 2; i++) {
        const json_t *way = json_object_get(child, ways[i]);
        cli_table_cell(t, cli_count(way, "pkts", v));
        cli_table_cell(t, way ? cli_bytes(cli_num(way, "bytes"), v) : "-");
    }
    snprintf(v, sizeof v, "%" PRIu64,
             cli_num(child, "replay") + cli_num(child, "bad_icv") + cli_num(child, "bad_trailer") +
                 cli_num(child, "policy") + cli_num(child, "limit"));
    cli_table_cell(t, v);
    cli_table_cell(t, cli_true(child, "replaced")  ? "(replaced)"
                      : cli_true(child, "standby") ? "(standby)"
                                                   : cli_duration(child, "rekey_in_s", v));
}

/* What a peer gave us; what peers have from us stands among the selectors, and in show pools. */
static void own_addresses(struct cli_out *out, const json_t *sa)
{
    char list[256], dns[256];
    if (!json_array_size(json_object_get(sa, "local_inner")))
        return;
    cli_join(json_object_get(sa, "local_inner"), list, sizeof list);
    cli_join(json_object_get(sa, "dns"), dns, sizeof dns);
    cli_say(out, 2, "%s: the peer gave us %s%s%s%s%s", cli_text(sa, "connection"), list,
            json_object_get(sa, "interface") ? ", on " : "", cli_text(sa, "interface"),
            json_object_get(sa, "dns") ? "; name servers " : "", json_object_get(sa, "dns") ? dns : "");
}

void cli_print_sas(struct cli_out *out, const json_t *data)
{
    static const char *const titles[] = {"CHILD",   "SPI IN",    "SPI OUT", "9PROPOSAL",  "8LOCAL",
                                         "4REMOTE", "6>IN PKTS", ">IN",     "7>OUT PKTS", ">OUT",
                                         ">DROPS",  "5REKEY IN", NULL};
    const json_t *sas = json_object_get(data, "sas");
    struct cli_table t;
    size_t i, k;
    json_t *sa, *child;
    ike_table(out, sas);
    if (json_array_size(sas) == 0)
        return;
    fputc('\n', out->file);
    cli_table_start(&t, titles);
    json_array_foreach((json_t *)sas, i, sa) json_array_foreach(json_object_get(sa, "children"), k, child)
        child_cells(&t, child);
    cli_table_end(&t, out, "no child SAs");
    json_array_foreach((json_t *)sas, i, sa) own_addresses(out, sa);
}

static void nat_side(struct cli_table *t, const char *who, const json_t *side, const char *other,
                     const char *unknown)
{
    cli_table_cell(t, who);
    cli_table_cell(t, cli_text(side, "seen"));
    cli_table_cell(t, cli_true(side, "behind_nat") ? "yes" : "no");
    cli_table_cell(t, cli_text(side, other)[0] ? cli_text(side, other) : unknown);
}

/* What the path carries, and how that is known. */
static void nat_path(struct cli_out *out, const json_t *mtu)
{
    const char *by = cli_text(mtu, "found_by");
    if (!mtu)
        return;
    fprintf(out->file, "  packets to it have up to %" PRIu64 " bytes%s%s\n", cli_num(mtu, "bytes"),
            strcmp(by, "probe") == 0  ? ", which arrived when it was probed"
            : strcmp(by, "icmp") == 0 ? ", as a router says (ICMP)"
                                      : ", as our port has",
            cli_true(mtu, "probed") ? "" : "; the path is not probed");
}

/* What the NAT of a side was seen to do with mappings that are silent. */
static void nat_mapping(struct cli_out *out, const char *whose, const json_t *side)
{
    const uint64_t held = cli_num(side, "mapping_held_s"), lost = cli_num(side, "mapping_lost_s");
    if (held || lost)
        fprintf(out->file, "  %s NAT kept a silent mapping", whose);
    if (held)
        fprintf(out->file, " for %" PRIu64 " s", held);
    if (lost)
        fprintf(out->file, "%s less than %" PRIu64 " s", held ? " and" : "", lost);
    if (held || lost)
        fputc('\n', out->file);
}

void cli_print_nat(struct cli_out *out, const json_t *data)
{
    static const char *const titles[] = {"SIDE", "SEEN HERE", "BEHIND NAT", "+AS THE PEER KNOWS IT", NULL};
    char list[512];
    size_t i;
    json_t *p;
    if (json_array_size(json_object_get(data, "public_addresses")))
        cli_say(out, 2, "our public addresses: %s",
                cli_join(json_object_get(data, "public_addresses"), list, sizeof list));
    json_array_foreach(json_object_get(data, "peers"), i, p)
    {
        struct cli_table t;
        if (i)
            fputc('\n', out->file);
        cli_say(out, 2, "%s (%s), %s, moved %" PRIu64 " times", cli_text(p, "connection"),
                cli_text(p, "remote_id"),
                strcmp(cli_text(p, "transport"), "TCP") == 0 ? "ESP in TCP"
                : cli_true(p, "encapsulated")                ? "ESP in UDP"
                                                             : "plain ESP",
                cli_num(p, "moves"));
        cli_table_start(&t, titles);
        nat_side(&t, "we", json_object_get(p, "local"), "dialled",
                 "another address (not in nat.public_addresses)");
        nat_side(&t, "peer", json_object_get(p, "remote"), "announced",
                 "another address (only its hash is known)");
        cli_table_end(&t, out, "");
        nat_mapping(out, "our", json_object_get(p, "local"));
        nat_mapping(out, "the peer's", json_object_get(p, "remote"));
        if (json_object_get(p, "remapped"))
            fprintf(out->file, "  another peer has its address %s, too: here it is %s\n",
                    cli_text(json_object_get(p, "remapped"), "address"),
                    cli_text(json_object_get(p, "remapped"), "here"));
        if (json_object_get(p, "keepalive_s"))
            fprintf(out->file, "  we keep the NAT's mapping alive after %" PRIu64 " idle seconds\n",
                    cli_num(p, "keepalive_s"));
        if (cli_true(p, "mobike"))
            fprintf(out->file, "  either side may go on from another address (MOBIKE)%s%s\n",
                    json_array_size(json_object_get(p, "further")) ? "; the peer has also " : "",
                    cli_join(json_object_get(p, "further"), list, sizeof list));
        nat_path(out, json_object_get(p, "path_mtu"));
        cli_fold(out, 2, cli_text(p, "explanation"));
    }
    cli_print_nat_map(out, json_object_get(data, "peers"));
    if (json_array_size(json_object_get(data, "peers")) == 0)
        fprintf(out->file, "no peer is connected\n");
}
