/* SPDX-License-Identifier: BSD-3-Clause */
/* One table of options; what does not go together is refused here, once, with a sentence. */
#include "load_args.h"

#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load_name.h"

#define RATE_CALLS 2000u /* calls a second that room is made for when only seconds are said */

enum load_value { VALUE_NUMBER, VALUE_TEXT, VALUE_PATTERN, VALUE_FLAG, VALUE_NET, VALUE_OTHER };

/* An option, and where its value goes in struct load_args. */
struct load_option {
    const char *name;
    enum load_value kind;
    size_t at;
    uint32_t min, max;
};

#define AT(member) offsetof(struct load_args, member)

static const struct load_option load_options[] = {
    {"to", VALUE_OTHER},
    {"auth", VALUE_OTHER},
    {"want", VALUE_OTHER},
    {"nets", VALUE_OTHER},
    {"csv", VALUE_OTHER},
    {"json", VALUE_OTHER},
    {"help", VALUE_OTHER},
    {"ours", VALUE_NET, AT(ours)},
    {"theirs", VALUE_NET, AT(theirs)},
    {"id", VALUE_PATTERN, AT(id)},
    {"user", VALUE_PATTERN, AT(user)},
    {"gateway-id", VALUE_TEXT, AT(gateway_id)},
    {"ike", VALUE_TEXT, AT(ike)},
    {"esp", VALUE_TEXT, AT(esp)},
    {"secret-file", VALUE_TEXT, AT(secret_file)},
    {"pki", VALUE_TEXT, AT(pki)},
    {"threads", VALUE_TEXT, AT(threads)},
    {"label", VALUE_TEXT, AT(label)},
    {"keep", VALUE_FLAG, AT(keeps)},
    {"calls", VALUE_NUMBER, AT(calls), 0, LOAD_CALLS_MAX},
    {"lone", VALUE_NUMBER, AT(lone), 0, LOAD_CALLS_MAX},
    {"rounds", VALUE_NUMBER, AT(rounds), 1, LOAD_ROUNDS_MAX},
    {"under-way", VALUE_NUMBER, AT(under_way), 1, 10000},
    {"rate", VALUE_NUMBER, AT(rate), 1, 1000000},
    {"seconds", VALUE_NUMBER, AT(seconds), 1, 3600},
    {"pause-us", VALUE_NUMBER, AT(pause_us), 0, 1000000},
    {"first", VALUE_NUMBER, AT(first), 0, 10000000},
    {"connections", VALUE_NUMBER, AT(names), 1, LOAD_CALLS_MAX},
    {"dpd", VALUE_NUMBER, AT(dpd_s), 1, 100000},
    {"hold", VALUE_NUMBER, AT(hold_s), 1, 100000},
    {"until-told", VALUE_NUMBER, AT(told_s), 1, 100000},
    {"pid", VALUE_NUMBER, AT(pid), 1, UINT32_MAX},
};

#define OPTIONS (sizeof(load_options) / sizeof(*load_options))

static const char *const auth_words[] = {"psk", "rsa", "ecdsa", "eap-mschapv2", "eap-tls"};

bool load_auth_has_certificates(enum load_auth auth)
{
    return auth != LOAD_AUTH_PSK;
}

uint32_t load_args_total(const struct load_args *a)
{
    return a->rounds * (a->calls + a->lone);
}

static bool number_parse(const char *text, uint32_t min, uint32_t max, uint32_t *out)
{
    char *end;
    const unsigned long n = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || n < min || n > max)
        return false;
    *out = (uint32_t)n;
    return true;
}

/* "any": an address is asked for. */
static bool net_parse(const char *text, struct base_prefix *out)
{
    *out = (struct base_prefix){0};
    return strcmp(text, "any") == 0 ||
           (base_prefix_parse(text, out) == 0 && out->addr.family == BASE_AF_IP4 && out->len >= 8);
}

static bool auth_parse(const char *text, struct load_args *a)
{
    for (size_t i = 0; i < sizeof(auth_words) / sizeof(*auth_words); i++) {
        if (strcmp(text, auth_words[i]) != 0)
            continue;
        a->auth = (enum load_auth)i;
        a->auth_word = auth_words[i];
        return true;
    }
    return false;
}

static bool other_take(struct load_args *a, const char *name, const char *value, int *nets)
{
    if (!strcmp(name, "to"))
        return base_addr_parse(value, &a->to) == 0 && a->to.family == BASE_AF_IP4;
    if (!strcmp(name, "auth"))
        return auth_parse(value, a);
    if (!strcmp(name, "want")) {
        a->wants_refusal = !strcmp(value, "refused");
        return a->wants_refusal || !strcmp(value, "up");
    }
    if (!strcmp(name, "nets")) {
        *nets = !strcmp(value, "name");
        return *nets || !strcmp(value, "call");
    }
    a->form = !strcmp(name, "csv") ? BENCH_FORM_CSV : BENCH_FORM_JSON;
    return true;
}

static bool value_take(struct load_args *a, const struct load_option *o, const char *value, int *nets)
{
    uint8_t *at = (uint8_t *)a + o->at;
    switch (o->kind) {
    case VALUE_NUMBER:
        return number_parse(value, o->min, o->max, (uint32_t *)(void *)at);
    case VALUE_PATTERN:
        *(const char **)(void *)at = value;
        return load_name_is_pattern(value);
    case VALUE_TEXT:
        *(const char **)(void *)at = value;
        return *value;
    case VALUE_FLAG:
        *(bool *)(void *)at = true;
        return true;
    case VALUE_NET:
        return net_parse(value, (struct base_prefix *)(void *)at);
    case VALUE_OTHER:
        break;
    }
    return other_take(a, o->name, value, nets);
}

static int args_wrong(const char *sentence)
{
    fprintf(stderr, "culvert-bench ike: %s, see --help\n", sentence);
    return -1;
}

/* nets: whether a name has one network; -1: not said. calls: whether they were said. */
static int args_settle(struct load_args *a, int nets, bool has_calls)
{
    const bool has_pki = load_auth_has_certificates(a->auth);
    a->is_net_of_name = nets < 0 ? !has_pki : nets;
    a->user = a->user ? a->user : a->id;
    if (a->to.family == BASE_AF_NONE)
        return args_wrong("--to ADDRESS says whom to call");
    if (a->theirs.addr.family == BASE_AF_NONE)
        return args_wrong("--theirs must be a network");
    if (has_pki && !a->pki)
        return args_wrong("--auth with certificates needs --pki FOLDER");
    if (!a->secret_file && (a->auth == LOAD_AUTH_PSK || a->auth == LOAD_AUTH_EAP_MSCHAPV2))
        return args_wrong("--secret-file FILE must hold the key, or the password, of all callers");
    if (a->threads && !a->pid)
        return args_wrong("--threads are those of --pid N");
    if (a->seconds && !has_calls) {
        const uint64_t n = (uint64_t)a->seconds * (a->rate ? a->rate : RATE_CALLS);
        const uint32_t most = LOAD_CALLS_MAX / a->rounds;
        a->calls = most <= a->lone ? 0 : n < most - a->lone ? (uint32_t)n : most - a->lone;
    }
    if (a->calls + (uint64_t)a->lone > LOAD_CALLS_MAX / a->rounds)
        return args_wrong("--rounds times --calls and --lone is more than 200000");
    if (a->calls + a->lone == 0)
        return args_wrong("there is nothing to measure: --calls or --lone must be more than 0");
    if (!a->keeps && a->told_s)
        return args_wrong("--until-told waits for the gateway's end of the SAs, which needs --keep");
    return 0;
}

static void options_fill(struct option out[OPTIONS + 1])
{
    for (size_t i = 0; i < OPTIONS; i++) {
        const char *name = load_options[i].name;
        const bool has_value = load_options[i].kind != VALUE_FLAG && strcmp(name, "csv") != 0 &&
                               strcmp(name, "json") != 0 && strcmp(name, "help") != 0;
        out[i] = (struct option){name, has_value ? required_argument : no_argument, NULL, 0};
    }
    out[OPTIONS] = (struct option){0};
}

int load_args_parse(struct load_args *a, int argc, char **argv)
{
    struct option options[OPTIONS + 1];
    bool has_calls = false;
    int nets = -1, at, o;
    options_fill(options);
    optind = 0; /* a test parses several */
    while ((o = getopt_long(argc, argv, "", options, &at)) != -1) {
        if (o == '?')
            return -1;
        const struct load_option *option = &load_options[at];
        if (!strcmp(option->name, "help"))
            return 1;
        if (!value_take(a, option, optarg, &nets)) {
            fprintf(stderr, "culvert-bench ike: --%s %s makes no sense, see --help\n", option->name, optarg);
            return -1;
        }
        has_calls |= !strcmp(option->name, "calls");
    }
    if (optind < argc) {
        fprintf(stderr, "culvert-bench ike: what is \"%s\"? see --help\n", argv[optind]);
        return -1;
    }
    return args_settle(a, nets, has_calls);
}
