/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * culvertd: the gateway. Reads its arguments and its configuration, and hands over to the control core
 * (lib/ctl). Exit status: 0 stopped as asked, 1 configuration or start failed, 2 wrong arguments,
 * 69 a CPU that lacks what this build uses (guard.c).
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <intel-ipsec-mb.h>
#include <openssl/crypto.h>
#include <rte_version.h>

#include "about_version.h"
#include "conf.h"
#include "ctl.h"
#include "host_log.h"
#include "ossl_ops.h"

static const char help[] =
    "Usage: culvertd [--config FILE] [--check] [--log-level LEVEL]\n"
    "\n"
    "Culvert is an IPsec gateway for networks behind NAT: IKEv2 with NAT traversal on a\n"
    "control core, ESP in UDP by DPDK and intel-ipsec-mb on worker cores.\n"
    "\n"
    "  --config FILE      JSON configuration (" CULVERT_CONFIG ");\n"
    "                     see --help-config for every key\n"
    "  --check            read and check FILE, print what is wrong and how to cure it, exit\n"
    "  --log-level LEVEL  error, warning, notice (default) or debug\n"
    "  --help-config      print every configuration key with type, default and meaning\n"
    "  --schema           print the JSON Schema of the configuration\n"
    "  --version          print versions\n"
    "  --help             this text\n"
    "\n"
    "A first configuration, for a cloud instance behind 1:1 NAT:\n"
    "  { \"ports\": { \"eth\": { \"device\": \"net_af_packet0,iface=ens5\", \"role\": \"both\",\n"
    "               \"addresses\": [\"172.31.0.10/20\"], \"gateway\": \"172.31.0.1\" } },\n"
    "    \"secrets\": [ { \"local\": \"@cloud\", \"remote\": \"@office\", \"psk_file\": \"office.psk\" } ],\n"
    "    \"connections\": { \"office\": {\n"
    "        \"local\":  { \"id\": \"@cloud\",  \"subnets\": [\"172.31.0.0/20\"] },\n"
    "        \"remote\": { \"id\": \"@office\", \"subnets\": [\"192.168.7.0/24\"] } } } }\n"
    "\n"
    "While it runs: culvertctl status, culvertctl show sas, culvertctl show failures.\n"
    "SIGTERM or SIGINT stops it (peers get DELETE), SIGHUP reloads the configuration.\n";

struct arguments {
    const char *config;
    bool check;
};

static int print_version(void)
{
    const struct about_running running = {
        .dpdk = rte_version() + strlen("DPDK "),
        .ipsec_mb = imb_get_version_str(),
        .openssl = OpenSSL_version(OPENSSL_VERSION_STRING),
    };
    about_version_print(stdout, "culvertd", &running);
    return 0;
}

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

/* -1: go on; otherwise the exit status. */
static int parse(int argc, char **argv, struct arguments *out)
{
    enum { OPT_CONFIG = 256, OPT_CHECK, OPT_LEVEL, OPT_HELP_CONFIG, OPT_SCHEMA, OPT_VERSION, OPT_HELP };
    static const struct option options[] = {
        {"config", required_argument, NULL, OPT_CONFIG},
        {"check", no_argument, NULL, OPT_CHECK},
        {"log-level", required_argument, NULL, OPT_LEVEL},
        {"help-config", no_argument, NULL, OPT_HELP_CONFIG},
        {"schema", no_argument, NULL, OPT_SCHEMA},
        {"version", no_argument, NULL, OPT_VERSION},
        {"help", no_argument, NULL, OPT_HELP},
        {0},
    };
    int opt;
    while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (opt) {
        case OPT_CONFIG:
            out->config = optarg;
            break;
        case OPT_CHECK:
            out->check = true;
            break;
        case OPT_LEVEL:
            if (parse_level(optarg) < 0)
                return 2;
            break;
        case OPT_HELP_CONFIG:
            conf_schema_help(stdout);
            return 0;
        case OPT_SCHEMA:
            conf_schema_print(stdout);
            return 0;
        case OPT_VERSION:
            return print_version();
        case OPT_HELP:
            fputs(help, stdout);
            return 0;
        default:
            fputs("Try: culvertd --help\n", stderr);
            return 2;
        }
    }
    if (optind == argc)
        return -1;
    fprintf(stderr, "culvertd: unknown argument %s. Try: culvertd --help\n", argv[optind]);
    return 2;
}

/* Whether a configuration was named or stands where it is looked for. */
static bool has_config(struct arguments *args)
{
    if (args->config)
        return true;
    args->config = CULVERT_CONFIG;
    if (access(CULVERT_CONFIG, F_OK) == 0 || errno != ENOENT)
        return true;
    fputs("culvertd: there is no " CULVERT_CONFIG "; write it (examples are in " CULVERT_EXAMPLES
          "), or name another file by --config\n",
          stderr);
    return false;
}

static struct conf *load(const char *file)
{
    struct conf_report *report = calloc(1, sizeof *report);
    if (!report)
        return NULL;
    struct conf *conf = conf_load(file, report);
    conf_report_print(report, stderr);
    free(report);
    return conf;
}

int main(int argc, char **argv)
{
    static struct ctl ctl;
    struct arguments args = {0};
    char why[1024];
    const int early = parse(argc, argv, &args);
    if (early >= 0)
        return early;
    struct conf *conf = has_config(&args) ? load(args.config) : NULL;
    if (!conf)
        return 1;
    if (args.check) {
        printf("%s: good: %zu ports, %zu connections\n", args.config, conf->n_ports, conf->ike->n_conns);
        conf_free(conf);
        return 0;
    }
    if (ctl_start(&ctl, args.config, conf, why, sizeof why) < 0) {
        fprintf(stderr, "culvertd: %s\n", why);
        return 1;
    }
    ctl_run(&ctl);
    ctl_stop(&ctl);
    ossl_fini();
    return 0;
}
