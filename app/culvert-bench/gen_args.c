/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Options. Each value is checked where it is read; what options demand of each other is checked at the end.
 */
#include "gen_args.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <getopt.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NATT_PORT 4500 /* RFC 3948 */

enum args_option {
    O_HELP = 1,
    O_SCENARIO,
    O_PORT,
    O_ADDRESS,
    O_GATEWAY,
    O_HOSTS,
    O_WAY,
    O_FROM,
    O_SAS,
    O_SIZES,
    O_RATE,
    O_SECONDS,
    O_CONFIRM,
    O_EVERY,
    O_ROUNDS,
    O_REPEATS,
    O_RESOLUTION,
    O_TOLERANCE,
    O_SHARE,
    O_DEPTH,
    O_SPORT,
    O_DPORT,
    O_NATT_PORT,
    O_ESP,
    O_ESN,
    O_KEY_FILE,
    O_SPIS,
    O_NONCE,
    O_SPI_OUT,
    O_SEQ,
    O_REKEY,
    O_FLOOD_PORT,
    O_FLOOD_ADDRESS,
    O_FLOOD_GATEWAY,
    O_FLOOD_RATE,
    O_FLOOD_SOURCES,
    O_CORE,
    O_CORES,
    O_EAL,
    O_NO_HUGE,
    O_VERBOSE,
    O_WORKERS,
    O_CIPHER,
    O_CSV,
    O_JSON,
};

static const struct option options[] = {
    {"help", 0, 0, O_HELP},
    {"scenario", 1, 0, O_SCENARIO},
    {"port", 1, 0, O_PORT},
    {"address", 1, 0, O_ADDRESS},
    {"gateway", 1, 0, O_GATEWAY},
    {"hosts", 1, 0, O_HOSTS},
    {"way", 1, 0, O_WAY},
    {"from", 1, 0, O_FROM},
    {"sas", 1, 0, O_SAS},
    {"sizes", 1, 0, O_SIZES},
    {"rate", 1, 0, O_RATE},
    {"seconds", 1, 0, O_SECONDS},
    {"confirm", 1, 0, O_CONFIRM},
    {"every", 1, 0, O_EVERY},
    {"rounds", 1, 0, O_ROUNDS},
    {"repeats", 1, 0, O_REPEATS},
    {"resolution", 1, 0, O_RESOLUTION},
    {"tolerance", 1, 0, O_TOLERANCE},
    {"share", 1, 0, O_SHARE},
    {"depth", 1, 0, O_DEPTH},
    {"sport", 1, 0, O_SPORT},
    {"dport", 1, 0, O_DPORT},
    {"natt-port", 1, 0, O_NATT_PORT},
    {"esp", 0, 0, O_ESP},
    {"esn", 0, 0, O_ESN},
    {"key-file", 1, 0, O_KEY_FILE},
    {"spis", 1, 0, O_SPIS},
    {"nonce", 1, 0, O_NONCE},
    {"spi-out", 1, 0, O_SPI_OUT},
    {"seq", 1, 0, O_SEQ},
    {"rekey", 1, 0, O_REKEY},
    {"flood-port", 1, 0, O_FLOOD_PORT},
    {"flood-address", 1, 0, O_FLOOD_ADDRESS},
    {"flood-gateway", 1, 0, O_FLOOD_GATEWAY},
    {"flood-rate", 1, 0, O_FLOOD_RATE},
    {"flood-sources", 1, 0, O_FLOOD_SOURCES},
    {"core", 1, 0, O_CORE},
    {"cores", 1, 0, O_CORES},
    {"eal", 1, 0, O_EAL},
    {"no-huge", 0, 0, O_NO_HUGE},
    {"verbose", 0, 0, O_VERBOSE},
    {"workers", 1, 0, O_WORKERS},
    {"cipher", 1, 0, O_CIPHER},
    {"csv", 0, 0, O_CSV},
    {"json", 0, 0, O_JSON},
    {0},
};

static bool number_read(const char *text, double least, double most, double *out)
{
    char *end;
    *out = strtod(text, &end);
    return end != text && !*end && *out >= least && *out <= most;
}

static bool integer_read(const char *text, uint32_t least, uint32_t most, uint32_t *out)
{
    double v;
    if (!number_read(text, least, most, &v) || v != (uint32_t)v)
        return false;
    *out = (uint32_t)v;
    return true;
}

static bool seq_read(const char *text, uint64_t *out)
{
    char *end;
    *out = strtoull(text, &end, 10);
    return isdigit((unsigned char)*text) && !*end && *out > 0;
}

static bool port_read(const char *text, uint16_t *out)
{
    uint32_t v;
    if (!integer_read(text, 1, 65535, &v))
        return false;
    *out = (uint16_t)v;
    return true;
}

/* "0,0.005" into out (room for GEN_LIST). Returns how many; 0: no such list. */
static uint32_t numbers_read(const char *text, double least, double most, double *out)
{
    uint32_t n = 0;
    char copy[128];
    snprintf(copy, sizeof(copy), "%s", text);
    for (char *rest = copy, *word; (word = strsep(&rest, ",")) != NULL; n++)
        if (n == GEN_LIST || !number_read(word, least, most, &out[n]))
            return 0;
    return n;
}

/* "10.1.0.10,10.2.0.10" into out, most of them. */
static bool addresses_read(const char *text, uint32_t most, uint32_t *out)
{
    uint32_t n = 0;
    char copy[64];
    struct in_addr addr;
    snprintf(copy, sizeof(copy), "%s", text);
    for (char *rest = copy, *word; (word = strsep(&rest, ",")) != NULL; n++) {
        if (n == most || inet_pton(AF_INET, word, &addr) != 1 || !addr.s_addr)
            return false;
        out[n] = ntohl(addr.s_addr);
    }
    return true;
}

static bool way_read(const char *text, enum gen_way *way)
{
    static const char *const words[] = {[GEN_BOTH] = "both", [GEN_IN] = "in", [GEN_OUT] = "out"};
    for (uint32_t i = 0; i < 3; i++) {
        if (!strcmp(text, words[i])) {
            *way = (enum gen_way)i;
            return true;
        }
    }
    return false;
}

static bool from_read(struct gen_args *a, const char *text)
{
    a->is_from_a = !strcmp(text, "a") || !strcmp(text, "both");
    a->is_from_b = !strcmp(text, "b") || !strcmp(text, "both");
    return a->is_from_a || a->is_from_b;
}

static bool device_take(struct gen_args *a, const char *text)
{
    if (a->device[1] || !*text)
        return false;
    a->device[a->device[0] ? 1 : 0] = text;
    return true;
}

static bool cores_read(struct gen_args *a, const char *text, uint32_t most)
{
    double v[GEN_LIST];
    uint32_t n = numbers_read(text, 0, CPU_SETSIZE - 1, v);
    for (uint32_t i = 0; i < n && i < most; i++)
        a->cores[i] = (uint32_t)v[i];
    a->core_count = n;
    return n && n <= most;
}

static bool shares_read(struct gen_args *a, const char *text)
{
    return (a->share_count = numbers_read(text, 0.1, 100, a->shares));
}

/* How a trial is made, and how often. */
static bool trial_option(struct gen_args *a, int o, const char *value)
{
    switch (o) {
    case O_SIZES:
        return (a->size_count = bench_mix_parse(value, a->sizes));
    case O_RATE:
        return (a->rate_count = gen_rate_parse(value, a->rates));
    case O_SECONDS:
        return number_read(value, 0.1, 86400 * 7, &a->seconds);
    case O_CONFIRM:
        return number_read(value, 0.1, 86400, &a->confirm);
    case O_EVERY:
        return number_read(value, 0.1, 86400, &a->every);
    case O_ROUNDS:
        return integer_read(value, 1, BENCH_ROUNDS_MAX, &a->rounds);
    case O_REPEATS:
        return integer_read(value, 1, 100, &a->repeats);
    case O_RESOLUTION:
        return number_read(value, 0.01, 50, &a->resolution);
    case O_TOLERANCE:
        return (a->tolerance_count = numbers_read(value, 0, 1, a->tolerances));
    case O_SHARE:
        return shares_read(a, value);
    case O_DEPTH:
        return integer_read(value, 2, 4096, &a->depth);
    case O_SAS:
        return integer_read(value, 1, 131072, &a->sas);
    default:
        return false;
    }
}

/* What the packets are, and what a flood is. */
static bool packet_option(struct gen_args *a, int o, const char *value)
{
    struct gen_rate rates[GEN_RATES];
    switch (o) {
    case O_SPORT:
        return port_read(value, &a->sport);
    case O_DPORT:
        return port_read(value, &a->dport);
    case O_NATT_PORT:
        return port_read(value, &a->natt_port);
    case O_ESP:
        return (a->is_plain_esp = true);
    case O_ESN:
        return (a->is_esn = true);
    case O_KEY_FILE:
        return *(a->key_file = value);
    case O_SPIS:
        return *(a->spis_file = value);
    case O_NONCE:
        return *(a->nonce = value);
    case O_SPI_OUT:
        return integer_read(value, 256, UINT32_MAX, &a->spi_out);
    case O_SEQ:
        return seq_read(value, &a->seq);
    case O_REKEY:
        return *(a->command = value);
    case O_FLOOD_PORT:
        return *(a->device[2] = value);
    case O_FLOOD_ADDRESS:
        return addresses_read(value, 1, &a->address[2]);
    case O_FLOOD_GATEWAY:
        return addresses_read(value, 1, &a->gateway[2]);
    case O_FLOOD_SOURCES:
        return integer_read(value, 1, 1 << 20, &a->flood_sources);
    case O_FLOOD_RATE:
        if (gen_rate_parse(value, rates) != 1)
            return false;
        a->flood_rate = rates[0];
        return true;
    default:
        return trial_option(a, o, value);
    }
}

static bool option_take(struct gen_args *a, int o, const char *value)
{
    switch (o) {
    case O_SCENARIO:
        return *(a->scenario = value);
    case O_PORT:
        return device_take(a, value);
    case O_ADDRESS:
        return addresses_read(value, 2, a->address);
    case O_GATEWAY:
        return addresses_read(value, 2, a->gateway);
    case O_HOSTS:
        return addresses_read(value, 2, a->hosts);
    case O_WAY:
        return way_read(value, &a->way);
    case O_FROM:
        return from_read(a, value);
    case O_CORE:
        return cores_read(a, value, 1);
    case O_CORES:
        return cores_read(a, value, 2);
    case O_EAL:
        return *(a->eal = value);
    case O_NO_HUGE:
        return (a->is_small_paged = true);
    case O_VERBOSE:
        return (a->is_verbose = true);
    case O_WORKERS:
        return integer_read(value, 1, 1024, &a->workers);
    case O_CIPHER:
        return *(a->cipher = value);
    case O_CSV:
        a->form = BENCH_FORM_CSV;
        return true;
    case O_JSON:
        a->form = BENCH_FORM_JSON;
        return true;
    default:
        return packet_option(a, o, value);
    }
}

static int args_refuse(const char *sentence)
{
    fprintf(stderr, "culvert-bench traffic: %s, see --help\n", sentence);
    return -1;
}

/* Ports, and what each must have. */
static int ports_settle(const struct gen_args *a)
{
    const uint32_t ports = a->device[1] ? 2 : 1;
    if (!a->device[0])
        return args_refuse("--port is missing: the DPDK device that leads to the gateway");
    for (uint32_t i = 0; i < ports; i++)
        if (!a->address[i] || !a->gateway[i])
            return args_refuse(
                "--address and --gateway take one address for each --port, with a comma between: "
                "the port's own, and the gateway's that it asks by ARP");
    if (a->device[2] && (!a->address[2] || !a->gateway[2]))
        return args_refuse("--flood-port takes --flood-address and --flood-gateway");
    if (a->device[2] && !a->device[1])
        return args_refuse("--flood-port takes two --port for the honest packets; with one --port and no "
                           "--flood-port the flood goes from that one");
    if (a->is_from_b && !a->device[1])
        return args_refuse("--from b and both take two ports: B is the second --port");
    return 0;
}

static bool scenario_is_of(const struct gen_args *a, const char *const *names)
{
    while (*names && strcmp(*names, a->scenario))
        names++;
    return *names;
}

/* Lists, of which most scenarios take one value. */
static int lists_settle(const struct gen_args *a)
{
    static const char *const many_rates[] = {"sweep", NULL}, *const many_tolerances[] = {"ndr", NULL},
                             *const many_sizes[] = {"single-flow", "sweep",   "ndr",
                                                    "many-sas",    "latency", NULL};
    if (a->rate_count > 1 && !scenario_is_of(a, many_rates))
        return args_refuse("this scenario takes one --rate; sweep takes several");
    if (a->size_count > 1 && !scenario_is_of(a, many_sizes))
        return args_refuse(
            "this scenario takes one of --sizes; single-flow, sweep, ndr, many-sas and latency "
            "take several");
    if (a->tolerance_count > 1 && !scenario_is_of(a, many_tolerances))
        return args_refuse("this scenario takes one --tolerance; ndr takes several");
    if (!strcmp(a->scenario, "latency") && a->rate_count && a->rates[0].value <= 0)
        return args_refuse("latency is measured at shares of a rate that is known, and max is not: take what "
                           "ndr found as --rate");
    return 0;
}

/* What belongs together. */
static int args_settle(struct gen_args *a)
{
    if (!a->scenario)
        return args_refuse("--scenario is missing, which says what to do");
    if (ports_settle(a) || lists_settle(a))
        return -1;
    if (a->way != GEN_BOTH && !a->device[1])
        return args_refuse("--way in and out take two ports: the gateway's outside at A, its inside at B");
    if (a->way == GEN_IN && (!a->key_file || !a->spis_file))
        return args_refuse("--way in sends ESP, and takes --key-file and --spis");
    if (a->way != GEN_OUT && (a->sport == NATT_PORT || a->dport == NATT_PORT))
        return args_refuse("--sport and --dport of packets that arrive in clear cannot be 4500: that is ESP");
    if (a->nonce && (!a->key_file || !a->spi_out))
        return args_refuse("--nonce takes --key-file and --spi-out");
    for (uint32_t i = 0; i < 2; i++)
        if (!a->hosts[i])
            a->hosts[i] = a->address[i];
    if (a->way != GEN_BOTH) {
        a->is_from_a = a->way == GEN_IN;
        a->is_from_b = a->way == GEN_OUT;
    }
    return 0;
}

int gen_args_parse(struct gen_args *a, int argc, char **argv, const char *help)
{
    int o, at = 0;
    a->cores[0] = (uint32_t)sysconf(_SC_NPROCESSORS_ONLN) - 1;
    a->core_count = 1;
    while ((o = getopt_long(argc, argv, "", options, &at)) != -1) {
        if (o == O_HELP) {
            fputs(help, stdout);
            exit(0);
        }
        if (o == '?')
            return -1;
        if (!option_take(a, o, optarg)) {
            fprintf(stderr, "culvert-bench traffic: --%s %s makes no sense, see --help\n", options[at].name,
                    optarg ? optarg : "");
            return -1;
        }
    }
    if (optind < argc) {
        fprintf(stderr, "culvert-bench traffic: what is \"%s\"? see --help\n", argv[optind]);
        return -1;
    }
    return args_settle(a);
}
