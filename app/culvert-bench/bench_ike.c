/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `culvert-bench ike`: its help, its rounds and its table. Who calls is load_calls.c.
 */
#include "bench_ike.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench_row.h"
#include "load_args.h"
#include "load_calls.h"
#include "load_figures.h"

static const char help[] =
    "usage: culvert-bench ike --to ADDRESS --auth HOW [options]\n"
    "\n"
    "Calls a gateway by IKEv2, thousands of times a second if it can, out of one process, and prints how "
    "many\n"
    "handshakes it does, what one costs it, and how long one takes when no other is under way. It is to be "
    "a\n"
    "gateway of yours: a load like this is an attack on anybody else's. Each caller has a port of its own "
    "(of\n"
    "up to 512), seems to be behind a NAT, and makes one child SA; no packet of ESP is sent.\n"
    "\n"
    "whom to call, and as whom\n"
    "  --to ADDRESS         of the gateway, IPv4, UDP 500 and 4500\n"
    "  --auth HOW           psk (default), rsa, ecdsa, eap-mschapv2, eap-tls\n"
    "  --secret-file FILE   the pre-shared key, or the password, of all callers; mode 0600\n"
    "  --pki FOLDER         ca.crt (the gateway's authority), ca.crl if it is there, and of each caller, by "
    "its\n"
    "                       name up to the first \".\" or \"@\", NAME.crt and NAME.key\n"
    "  --id PATTERN         identity; %05u is the number of a caller (default c-%05u.load.example.org)\n"
    "  --user PATTERN       with EAP: whom it logs in as (default: its identity)\n"
    "  --gateway-id ID      who the gateway is to be (default gw.load.example.org)\n"
    "  --connections N      callers that take turns (default 1), from number --first N (default 0)\n"
    "  --ike PROPOSAL       (default aes128gcm16-prfsha256-x25519)\n"
    "  --esp PROPOSAL       (default: what culvertd proposes)\n"
    "  --ours NET           networks of 256 addresses that callers ask for (default 10.64.0.0/10); any: "
    "each\n"
    "                       asks for an address of the gateway's pool\n"
    "  --nets WHAT          name: the Nth caller has the Nth network; call: each call has one of its own, of "
    "a\n"
    "                       caller with many SAs (default: name with psk, else call)\n"
    "  --theirs NET         network behind the gateway (default 10.2.0.0/24)\n"
    "  --want refused       the calls are to be refused; what that costs is measured\n"
    "\n"
    "how much\n"
    "  --calls N            of a round, under load (default 1000, 0: none)\n"
    "  --under-way N        at a time (default 200)\n"
    "  --rate N             begun a second, at most (default: as fast as others end)\n"
    "  --seconds N          of a round; no call begins later\n"
    "  --lone N             of a round, then, one at a time (default 200, 0: none)\n"
    "  --pause-us N         between lone calls (default 3000)\n"
    "  --rounds N           (default 1, which leaves all figures unconfirmed); all SAs stay up\n"
    "\n"
    "with what is up, afterwards\n"
    "  --dpd N              ask for a sign of life after N s of silence; the gateway's are always answered\n"
    "  --hold N             live with it for N s, and tell what that costs the gateway\n"
    "  --keep               do not close it, as if the callers were gone\n"
    "  --until-told N       wait for the gateway to delete all, N s long for the next one; needs --keep\n"
    "\n"
    "what is looked at, and how it is told\n"
    "  --pid N              the gateway's process on this machine: what a handshake costs its CPUs; it must\n"
    "                       not be restarted meanwhile\n"
    "  --threads A,B        of these names only; culvertd's control and crypto: culvertd,culvert-jobs\n"
    "  --label WORD         stands behind a slash in the scenario of each row: ike/psk/WORD\n"
    "  --csv                rows of the columns that `culvert-bench columns` tells\n"
    "  --json               the same, an object per line\n"
    "\n"
    "A star: no two rounds that agree within 3 % confirm the figure (give --rounds), or calls failed, or the "
    "core\n"
    "that this program ran on was the limit, and the figure is not the gateway's; then give this one a core\n"
    "of its own (taskset), or let two of them call. Each call takes some 8 KiB here while the program "
    "lives.\n"
    "Exit status: 0 when all calls ended as they should (1 of 50 may be lost), 1 when not, 2 for wrong "
    "options.\n"
    "\n"
    "example: culvert-bench ike --to 192.0.2.1 --auth psk --secret-file load.psk --pid $(pidof culvertd) \\\n"
    "             --threads culvertd,culvert-jobs --rounds 3\n";

static const char *const metric_words[LOAD_METRICS] = {
    [LOAD_PER_S] = "handshakes a second",
    [LOAD_CPU_US] = "responder's CPU time of one, us",
    [LOAD_BUSY_US] = "time of one among others, median, us",
    [LOAD_P50_US] = "time of a lone one, median, us",
    [LOAD_P99_US] = "time of a lone one, 99 of 100, us",
    [LOAD_FAILED] = "calls that failed",
};

/* A row of this run; all have these in common. */
static struct bench_row row_begin(const struct load_args *a, char scenario[LOAD_WORDS_MAX])
{
    snprintf(scenario, LOAD_WORDS_MAX, "ike/%s%s%s", a->auth_word, a->label ? "/" : "",
             a->label ? a->label : "");
    return (struct bench_row){.scenario = scenario, .cipher = a->ike};
}

static void row_print(const struct load_args *a, const char *words, const struct bench_row *r)
{
    bench_row_write(stdout, a->form, r);
    if (a->form != BENCH_FORM_TABLE)
        return;
    if (r->rounds)
        printf("%-40s %12.1f %12.1f %12.1f%s\n", words, r->min, r->median, r->max, r->is_starred ? " *" : "");
    else
        printf("%-40s %12s   %s\n", words, "-", r->reason);
    fflush(stdout);
}

static void verdict_print(const struct load_args *a, const struct load_figures *f)
{
    char scenario[LOAD_WORDS_MAX], words[LOAD_WORDS_MAX];
    struct bench_row r = row_begin(a, scenario);
    const bool is_good = load_figures_is_good(f);
    r.metric = "verdict";
    r.unit = "good";
    r.min = r.median = r.max = is_good;
    r.rounds = 1;
    r.reason = load_figures_verdict(f, a, words);
    bench_row_write(stdout, a->form, &r);
    if (a->form == BENCH_FORM_TABLE)
        printf("%s: %s\n", is_good ? "good" : "not good", words);
    else if (!is_good)
        fprintf(stderr, "culvert-bench ike: %s\n", words);
}

static void figures_print(const struct load_args *a, const struct load_figures *f)
{
    char scenario[LOAD_WORDS_MAX];
    if (a->form == BENCH_FORM_TABLE)
        printf("%-40s %12s %12s %12s\n", "IKEv2 responder", "min", "median", "max");
    for (int m = 0; m < LOAD_METRICS; m++) {
        struct bench_row r = row_begin(a, scenario);
        load_figures_row(f, m, &r);
        row_print(a, metric_words[m], &r);
    }
    if (a->form == BENCH_FORM_TABLE) {
        puts("");
        if (f->own_share > 0) {
            printf("under load the caller's core was busy for %.0f %% of the time", 100 * f->own_share);
            if (a->pid)
                printf(", the responder took %.0f %% of one", 100 * f->responder_share);
            puts("");
        }
        for (int m = 0; m < LOAD_METRICS; m++)
            if (f->of[m].is_starred)
                printf("* %s: %s\n", metric_words[m], f->of[m].reason);
    }
    verdict_print(a, f);
}

/* A single figure, of the time behind the calls. */
static void value_print(const struct load_args *a, const char *words, const char *metric, const char *unit,
                        double value)
{
    const bool is_measured = strcmp(unit, "count") != 0; /* which is a fact */
    char scenario[LOAD_WORDS_MAX];
    struct bench_row r = row_begin(a, scenario);
    r.metric = metric;
    r.unit = unit;
    r.min = r.median = r.max = value;
    r.rounds = 1;
    r.is_starred = is_measured;
    r.reason = is_measured ? "only one round was measured, and none confirms it" : NULL;
    bench_row_write(stdout, a->form, &r);
    if (a->form == BENCH_FORM_TABLE)
        printf("%-40s %12.2f%s\n", words, value, is_measured ? " *" : "");
    fflush(stdout);
}

static void hold_run(const struct load_args *a, struct load_calls *l)
{
    struct load_held h;
    load_calls_hold(l, a->hold_s, &h);
    if (a->pid)
        value_print(a, "responder's CPU while held, % of one", "hold_cpu_percent", "percent",
                    100.0 * (double)h.responder.ran_ns / (double)h.wall_ns);
    value_print(a, "IKE SAs at the end", "hold_sas", "count", (double)h.sas);
    value_print(a, "child SAs at the end", "hold_children", "count", (double)h.children);
    value_print(a, "child SAs that were rekeyed", "hold_rekeyed", "count", (double)h.rekeyed);
    value_print(a, "messages of the gateway", "hold_packets", "count", (double)h.packets_in);
    value_print(a, "requests that were repeated", "hold_repeats", "count", (double)h.repeats);
}

static void end_run(const struct load_args *a, struct load_calls *l)
{
    uint64_t before;
    if (a->told_s) {
        const uint64_t told = load_calls_until_told(l, a->told_s, &before);
        value_print(a, "SAs that the gateway deleted", "told", "count", (double)told);
        value_print(a, "of", "told_of", "count", (double)before);
    }
    if (!a->keeps)
        load_calls_close(l);
}

static void progress_print(const struct load_args *a, uint32_t round, const char *what)
{
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r%-60s\r%s, round %u of %u", "", what, round + 1, a->rounds);
}

static void rounds_run(const struct load_args *a, struct load_calls *l, struct load_figures *f)
{
    const struct load_phase load = {
        .calls = a->calls, .under_way = a->under_way, .rate = a->rate, .seconds = a->seconds};
    const struct load_phase lone = {.calls = a->lone, .under_way = 1, .pause_us = a->pause_us};
    static struct load_outcome under_load, alone;
    for (uint32_t round = 0; round < a->rounds; round++) {
        if (a->calls) {
            progress_print(a, round, "calls");
            load_calls_phase(l, &load, &under_load);
        }
        if (a->lone) {
            progress_print(a, round, "lone calls");
            load_calls_phase(l, &lone, &alone);
        }
        load_figures_add(f, a, a->calls ? &under_load : NULL, a->lone ? &alone : NULL);
    }
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r%-60s\r", "");
    load_figures_end(f, a);
}

int bench_ike_main(int argc, char **argv)
{
    static struct load_figures f;
    struct load_args a = {.auth_word = "psk",
                          .id = "c-%05u.load.example.org",
                          .gateway_id = "gw.load.example.org",
                          .ike = "aes128gcm16-prfsha256-x25519",
                          .calls = 1000,
                          .lone = 200,
                          .rounds = 1,
                          .under_way = 200,
                          .pause_us = 3000,
                          .names = 1};
    base_prefix_parse("10.64.0.0/10", &a.ours);
    base_prefix_parse("10.2.0.0/24", &a.theirs);
    const int rc = load_args_parse(&a, argc, argv);
    if (rc > 0)
        fputs(help, stdout);
    if (rc)
        return rc > 0 ? 0 : 2;
    struct load_calls *l = load_calls_new(&a);
    if (!l)
        return 2;
    bench_row_head(stdout, a.form);
    rounds_run(&a, l, &f);
    figures_print(&a, &f);
    if (a.hold_s)
        hold_run(&a, l);
    end_run(&a, l);
    load_calls_free(l);
    return load_figures_is_good(&f) ? 0 : 1;
}
