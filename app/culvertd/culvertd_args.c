/* SPDX-License-Identifier: BSD-3-Clause */
/* Arguments and the text that explains them. */
#include "culvertd_args.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "conf.h"
#include "host_log.h"

static const char help[] =
    "Usage: culvertd [--config FILE] [--check[=config]] [--json] [--log-level LEVEL]\n"
    "       culvertd --release [INTERFACE]\n"
    "\n"
    "Culvert is an IPsec gateway for networks behind NAT: IKEv2 with NAT traversal on a\n"
    "control core, ESP in UDP by DPDK and intel-ipsec-mb on worker cores.\n"
    "\n"
    "  --config FILE      JSON configuration (" CULVERT_CONFIG ");\n"
    "                     see --help-config for every key\n"
    "  --check            read and check FILE, look at this machine for it, print what would\n"
    "                     be taken and changed, what is in the way and the cure, exit;\n"
    "                     =config checks FILE alone, for another machine\n"
    "  --release [NAME]   give back what a killed daemon left of its network interfaces (the\n"
    "                     next start does so, too), say what was done, exit\n"
    "  --json             with --check, --release or --version: one JSON document\n"
    "  --log-level LEVEL  error, warning, notice (default) or debug\n"
    "  --help-config      print every configuration key with type, default and meaning\n"
    "  --schema           print the JSON Schema of the configuration\n"
    "  --version          print versions\n"
    "  --help, -h         this text\n"
    "\n"
    "A first configuration, for a cloud instance behind 1:1 NAT:\n"
    "  { \"ports\": { \"eth0\": { \"device\": \"eth0\", \"addresses\": [\"172.31.0.10/20\"],\n"
    "                          \"gateway\": \"172.31.0.1\" } },\n"
    "    \"secrets\": [ { \"local\": \"@cloud\", \"remote\": \"@office\", \"psk_file\": \"office.psk\" } ],\n"
    "    \"connections\": { \"office\": {\n"
    "        \"local\":  { \"id\": \"@cloud\",  \"subnets\": [\"172.31.0.0/20\"] },\n"
    "        \"remote\": { \"id\": \"@office\", \"subnets\": [\"192.168.7.0/24\"] } } } }\n"
    "\n"
    "It takes eth0 from the kernel and gives it back at its end; meanwhile the machine itself is\n"
    "reached at the same addresses through the interface culvert-eth0.\n"
    "\n"
    "While it runs: culvertctl status, culvertctl show sas, culvertctl show failures.\n"
    "SIGTERM or SIGINT stops it (peers get DELETE), SIGHUP reloads the configuration.\n";

static int parse_level(const char *text)
{
    static const char *const names[] = {"error", "warning", "notice", "debug"};
    for (int i = 0; i < 4; i++) {
        if (strcmp(text, names[i]) == 0) {
            host_log_set_level((enum host_level)i);
            return 0;
        }
    }
    fprintf(stderr, "culvertd: --log-level %s: write error, warning, notice or debug\n", text);
    return -1;
}

static int parse_check(const char *what, struct culvertd_args *out)
{
    out->what = CHECK;
    out->config_only = what && strcmp(what, "config") == 0;
    if (!what || out->config_only || strcmp(what, "machine") == 0)
        return 0;
    fprintf(stderr, "culvertd: --check=%s: write config (the file alone) or machine\n", what);
    return -1;
}

enum {
    OPT_CONFIG = 256,
    OPT_CHECK,
    OPT_RELEASE,
    OPT_JSON,
    OPT_LEVEL,
    OPT_HELP_CONFIG,
    OPT_SCHEMA,
    OPT_VERSION,
    OPT_HELP = 'h'
};

/* -1: go on; otherwise the exit status. */
static int parse_one(int opt, struct culvertd_args *out)
{
    if (opt == OPT_CONFIG)
        out->config = optarg;
    else if (opt == OPT_CHECK)
        return parse_check(optarg, out) < 0 ? 2 : -1;
    else if (opt == OPT_RELEASE)
        out->what = RELEASE;
    else if (opt == OPT_VERSION)
        out->what = VERSION;
    else if (opt == OPT_JSON)
        out->is_json = true;
    else if (opt == OPT_LEVEL)
        return parse_level(optarg) < 0 ? 2 : -1;
    else if (opt == OPT_HELP_CONFIG)
        conf_schema_help(stdout);
    else if (opt == OPT_SCHEMA)
        conf_schema_print(stdout);
    else if (opt == OPT_HELP)
        fputs(help, stdout);
    else
        fputs("Try: culvertd --help\n", stderr);
    return opt == OPT_HELP_CONFIG || opt == OPT_SCHEMA || opt == OPT_HELP ? 0 : opt == '?' ? 2 : -1;
}

int culvertd_args(int argc, char **argv, struct culvertd_args *out)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, OPT_CONFIG},
        {"check", optional_argument, NULL, OPT_CHECK},
        {"release", no_argument, NULL, OPT_RELEASE},
        {"json", no_argument, NULL, OPT_JSON},
        {"log-level", required_argument, NULL, OPT_LEVEL},
        {"help-config", no_argument, NULL, OPT_HELP_CONFIG},
        {"schema", no_argument, NULL, OPT_SCHEMA},
        {"version", no_argument, NULL, OPT_VERSION},
        {"help", no_argument, NULL, OPT_HELP},
        {0},
    };
    int opt, status = -1;
    while (status < 0 && (opt = getopt_long(argc, argv, "h", options, NULL)) != -1)
        status = parse_one(opt, out);
    if (status >= 0)
        return status;
    if (out->what == RELEASE && optind + 1 == argc)
        out->interface = argv[optind++];
    if (optind == argc)
        return -1;
    fprintf(stderr, "culvertd: unknown argument %s. Try: culvertd --help\n", argv[optind]);
    return 2;
}
