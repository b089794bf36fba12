/* SPDX-License-Identifier: BSD-3-Clause */
/* All commands and options: one row each. Help, manual page and completion come from them. */
#include "cli_int.h"
#include "cli_users.h"

#define BY_NAME                                                      \
    {                                                                \
        .word = "--name", .key = "name", .takes = "PATTERN",         \
        .help = "connections whose name is like this; * is any text" \
    }
#define BY_PEER                                                                   \
    {                                                                             \
        .word = "--peer", .key = "peer", .takes = "PEER",                         \
        .help = "peers at this address, network or endpoint, or of this identity" \
    }
#define BY_SPI                                                         \
    {                                                                  \
        .word = "--spi", .key = "spi", .takes = "SPI",                 \
        .help = "an IKE SA or child with this SPI, ours or the peer's" \
    }
#define BY_UP                                                                   \
    {                                                                           \
        .word = "--up", .key = "state", .text = "up", .help = "only what is up" \
    }
#define BY_DOWN                                                                      \
    {                                                                                \
        .word = "--down", .key = "state", .text = "down", .help = "only what is not" \
    }

#define IN_FILE                                                  \
    {                                                            \
        .word = "--file", .key = "file", .takes = "PATH",        \
        .help = "the file of users (default " CLI_USERS_FILE ")" \
    }

static const struct cli_row rows[] = {
    {.words = "status",
     .command = "status",
     .samples_load = true,
     .print = cli_print_status,
     .help = "the daemon at a glance: uptime, SAs, load of the workers, largest drops",
     .examples = "  culvertctl status\n"
                 "  culvertctl status --json | jq .ike_sas\n"},
    {.words = "show connections",
     .command = "show connections",
     .name = CLI_NAME_OPTIONAL,
     .flags = {BY_NAME, BY_PEER, BY_UP, BY_DOWN},
     .pages = "connections",
     .print = cli_print_connections,
     .help = "configured connections and whether they are up",
     .examples = "  culvertctl show connections\n"
                 "  culvertctl show connections --down --name 'branch-*'\n"
                 "  culvertctl show connections foo --json\n"},
    {.words = "show sas",
     .command = "show sas",
     .name = CLI_NAME_OPTIONAL,
     .flags = {BY_NAME, BY_PEER, BY_SPI, BY_UP, BY_DOWN},
     .pages = "sas",
     .settle = cli_settle_sas,
     .print = cli_print_sas,
     .help = "IKE SAs and their child SAs with traffic counters",
     .examples = "  culvertctl show sas\n"
                 "  culvertctl show sas --peer 198.51.100.7\n"
                 "  culvertctl show sas --spi 0xc0ffee00\n"
                 "  culvertctl show sas foo --json | jq '.sas[].children[].in.pkts'\n"},
    {.words = "show pools",
     .command = "show pools",
     .pages = "leases",
     .settle = cli_settle_leases,
     .print = cli_print_pools,
     .help = "address pools, and who has which of their addresses",
     .examples = "  culvertctl show pools\n"
                 "  culvertctl show pools --json | jq '.leases[] | select(.state == \"in use\")'\n"},
    {.words = "show bypass",
     .command = "show bypass",
     .print = cli_print_bypass,
     .help = "networks whose packets travel in clear beside the tunnels, and how many did",
     .examples = "  culvertctl show bypass\n"
                 "  culvertctl show bypass --json | jq .bypassed\n"},
    {.words = "show manual",
     .command = "show manual",
     .name = CLI_NAME_OPTIONAL,
     .print = cli_print_manual,
     .help = "connections of a laboratory with keys made by hand, and what their peer makes its keys of",
     .examples = "  culvertctl show manual\n"
                 "  culvertctl show manual bench --json | jq -r '.manual[0].nonce'\n"},
    {.words = "show spis",
     .command = "show spis",
     .name = CLI_NAME_OPTIONAL,
     .pages = "sas",
     .print = cli_print_spis,
     .help =
         "inbound SPIs of keys made by hand, one a line, for a generator of traffic; with --json also their "
         "counters",
     .examples = "  culvertctl show spis bench >spis.txt\n"
                 "  culvertctl show spis bench --json | jq '.sas[] | select(.bad_icv > 0)'\n"},
    {.words = "show nat",
     .command = "show nat",
     .name = CLI_NAME_OPTIONAL,
     .flags = {BY_NAME, BY_PEER, BY_SPI},
     .pages = "peers",
     .settle = cli_settle_peers,
     .print = cli_print_nat,
     .help = "who is behind NAT, and which of our public addresses each peer dialled",
     .examples = "  culvertctl show nat\n"
                 "  culvertctl show nat --peer @branch\n"
                 "  culvertctl show nat foo\n"},
    {.words = "show failures",
     .command = "show failures",
     .name = CLI_NAME_OPTIONAL,
     .flags = {BY_NAME, BY_PEER},
     .print = cli_print_failures,
     .help = "what was refused or failed lately, one line each",
     .examples = "  culvertctl show failures\n"
                 "  culvertctl show failures foo\n"
                 "  culvertctl show failures --peer 198.51.100.0/24\n"},
    {.words = "explain",
     .command = "show failures",
     .name = CLI_NAME_OPTIONAL,
     .flags = {BY_NAME, BY_PEER},
     .print = cli_print_explain,
     .help = "the same in full: what arrived, why it failed, what to change on which side",
     .examples = "  culvertctl explain\n"
                 "  culvertctl explain foo\n"
                 "  culvertctl explain --peer 198.51.100.7\n"},
    {.words = "doctor",
     .command = "doctor",
     .name = CLI_NAME_OPTIONAL,
     .flags = {{"--config", "config", NULL, "without NAME: the ports and cores of this configuration",
                "FILE"}},
     .judges = true,
     .again = cli_doctor_again,
     .print = cli_print_doctor,
     .alone = cli_doctor,
     .help =
         "what is wrong with a connection, before or after it fails, or with this machine, and the cure; the "
         "peer's ports are asked when it is down; status 1 when there is something to mend",
     .examples = "  culvertctl doctor\n"
                 "  culvertctl doctor --config /etc/culvert/culvert.json\n"
                 "  culvertctl doctor foo\n"
                 "  culvertctl doctor foo --json | jq '.findings[] | select(.level == \"fault\")'\n"},
    {.words = "export",
     .command = "export",
     .name = CLI_NAME_NEEDED,
     .flags =
         {{"--for", "for", NULL,
           "what the other side runs: culvert, strongswan, libreswan, vyos, windows, ios, android, mikrotik, "
           "fortigate or aws",
           "VENDOR"},
          {"--with-secrets", "secrets", NULL, "with the pre-shared key, instead of a place for it"}},
     .print = cli_print_export,
     .help = "the matching configuration of the other side, in the words of its vendor",
     .examples = "  culvertctl export foo --for strongswan >swanctl.conf\n"
                 "  culvertctl export foo --for vyos --with-secrets\n"},
    {.words = "show ports",
     .command = "show ports",
     .print = cli_print_ports,
     .help = "network ports, their traffic and neighbours",
     .examples = "  culvertctl show ports\n"},
    {.words = "show workers",
     .command = "show workers",
     .samples_load = true,
     .print = cli_print_workers,
     .help = "workers with their true load (busy cycles, not polling)",
     .examples = "  culvertctl show workers\n"},
    {.words = "show drops",
     .command = "show drops",
     .print = cli_print_drops,
     .help = "what was thrown away: by which worker, port or IKE, how often, and what that means",
     .examples = "  culvertctl show drops\n"
                 "  culvertctl show drops --json | jq '.drops[] | select(.where == \"worker 0\")'\n"},
    {.words = "show counters",
     .command = "show counters",
     .name = CLI_NAME_OPTIONAL,
     .print = cli_print_counters,
     .help = "all counters and drops with their meaning, or a connection's totals",
     .examples = "  culvertctl show counters\n"
                 "  culvertctl show counters foo\n"
                 "  culvertctl show counters --json | jq '.drops[] | select(.count > 0)'\n"},
    {.words = "initiate",
     .command = "initiate",
     .name = CLI_NAME_CHILD,
     .print = cli_print_done,
     .help = "call the peer of a connection, or make what it lacks of child SAs",
     .examples = "  culvertctl initiate foo\n"
                 "  culvertctl initiate foo/voice\n"},
    {.words = "terminate",
     .command = "terminate",
     .name = CLI_NAME_CHILD,
     .print = cli_print_done,
     .help = "close all SAs of a connection, or those of one child",
     .examples = "  culvertctl terminate foo\n"
                 "  culvertctl terminate foo/voice\n"},
    {.words = "rekey",
     .command = "rekey",
     .name = CLI_NAME_CHILD,
     .flags = {{"--ike", "what", "ike", "replace the IKE SA"},
               {"--child", "what", "child", "replace the child SAs (default)"},
               {"--auth", "what", "auth", "authenticate again: a new IKE SA before the old one is closed"}},
     .print = cli_print_done,
     .help = "replace the keys of a connection without losing a packet",
     .examples = "  culvertctl rekey foo\n"
                 "  culvertctl rekey foo/voice\n"
                 "  culvertctl rekey foo --ike\n"
                 "  culvertctl rekey foo --auth\n"},
    {.words = "redirect",
     .command = "redirect",
     .name = CLI_NAME_OPTIONAL,
     .flags = {{"--to", "to", NULL, "address or host name of the other gateway", "GATEWAY"}},
     .print = cli_print_done,
     .help = "send peers that are up, called us and can be redirected (RFC 5685) to another gateway",
     .examples = "  culvertctl redirect foo --to 198.51.100.9\n"
                 "  culvertctl redirect --to gw2.example.org\n"},
    {.words = "reload",
     .command = "reload",
     .flags = {{"--plan", "plan", NULL, "only tell what it would do, key by key"}},
     .print = cli_print_reload,
     .help = "read the configuration again; what does not ask for it loses no packet",
     .examples = "  culvertctl reload --plan\n"
                 "  culvertctl reload\n"},
    {.words = "import",
     .name = CLI_NAME_FILE,
     .alone = cli_import,
     .help = "another vendor's configuration of a site-to-site connection as one of culvertd: VyOS, "
             "swanctl.conf, "
             "ipsec.conf, the generic texts of AWS and Azure",
     .examples = "  culvertctl import swanctl.conf >culvert.json && culvertd --check --config culvert.json\n"
                 "  culvertctl import vpn-0a1b2c3d.txt\n"},
    {.words = "user add",
     .name = CLI_NAME_USER,
     .flags = {IN_FILE},
     .alone = cli_user_add,
     .help = "a user who may log in with a password, or a new password for one; it is asked for, or read "
             "from a pipe",
     .examples = "  culvertctl user add ann\n"
                 "  culvertctl user add 'bob@example.org' --file users.txt <password\n"},
    {.words = "user remove",
     .name = CLI_NAME_USER,
     .flags = {IN_FILE},
     .alone = cli_user_remove,
     .help = "take a user out of the file",
     .examples = "  culvertctl user remove ann\n"},
    {.words = "user list",
     .flags = {IN_FILE},
     .alone = cli_user_list,
     .help = "names of all users in the file",
     .examples = "  culvertctl user list\n"
                 "  culvertctl user list --json | jq '.users | length'\n"},
};

const struct cli_row *cli_rows(size_t *count)
{
    *count = sizeof rows / sizeof *rows;
    return rows;
}

#define NUMBER_TEXT(n) #n
#define NUMBER(n)      NUMBER_TEXT(n)

static const struct cli_option options[] = {
    {"--json", NULL, "the document as JSON, for programs"},
    {"--wide", NULL, "lines as long as they take, and nothing left out"},
    {"--socket", "PATH", "control socket (default " API_SOCKET ")"},
    {"--timeout", "SECONDS", "how long to wait for an answer (default " NUMBER(CLI_TIMEOUT_S) ")"},
    {"--help", NULL, "this, or help and examples for a COMMAND before it"},
    {"--version", NULL, "versions of this program and of what it was built with"},
};

const struct cli_option *cli_options(size_t *count)
{
    *count = sizeof options / sizeof *options;
    return options;
}

const char *cli_row_name(const struct cli_row *row)
{
    static const char *const names[] = {[CLI_NAME_NONE] = "",        [CLI_NAME_OPTIONAL] = " [NAME]",
                                        [CLI_NAME_NEEDED] = " NAME", [CLI_NAME_CHILD] = " NAME[/CHILD]",
                                        [CLI_NAME_USER] = " USER",   [CLI_NAME_FILE] = " FILE"};
    return names[row->name];
}

const char *cli_exit_words(int code)
{
    static const char *const words[] = {
        [CLI_OK] = "done",
        [CLI_REFUSED] = "the daemon refused, or doctor found something to mend",
        [CLI_USAGE] = "wrong command line",
        [CLI_UNREACHABLE] = "no daemon, no answer, or one that could not be written"};
    return code >= 0 && (size_t)code < sizeof words / sizeof *words ? words[code] : NULL;
}
