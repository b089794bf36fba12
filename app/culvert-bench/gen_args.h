/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What `culvert-bench traffic` is asked for. Its options are other ones than those of the commands that
 * measure in process, so they have a table of their own. */
#include <stdbool.h>
#include <stdint.h>
#include "bench_figure.h"
#include "bench_mix.h"
#include "bench_row.h"
#include "gen_rate.h"

#define GEN_LIST 16

enum gen_way {
    GEN_BOTH, /* clear packets at both ports: a pair of gateways */
    GEN_IN,   /* ESP from port A, clear at port B: one gateway opens */
    GEN_OUT,  /* clear from port B, ESP at port A: one gateway seals */
};

/* Texts are borrowed from the command line. */
struct gen_args {
    const char *scenario;
    const char *device[3]; /* ports A and B, and C for a flood; NULL: none */
    uint32_t address[3];   /* their own, host order; 0: not said */
    uint32_t gateway[3];
    uint32_t hosts[2]; /* inner addresses at A and B, the first of as many as there are SAs */
    enum gen_way way;
    bool is_from_a, is_from_b; /* who sends, of a pair */
    uint32_t sas;              /* 0: not said */
    uint32_t sizes[BENCH_SIZES], size_count;
    struct gen_rate rates[GEN_RATES];
    uint32_t rate_count;
    double seconds;              /* of a trial */
    double confirm;              /* of the trial that confirms a rate */
    double every;                /* seconds between two commands */
    uint32_t rounds;             /* 1 to BENCH_ROUNDS_MAX */
    uint32_t repeats;            /* trials of one rate in a search */
    double resolution;           /* share of the highest rate */
    double tolerances[GEN_LIST]; /* shares of loss */
    uint32_t tolerance_count;    /* 0: the scenario's own */
    double shares[GEN_LIST];     /* percent of a rate at which latency is measured */
    uint32_t share_count;        /* 0: the scenario's own */
    uint32_t depth;              /* packets */
    uint16_t sport, dport, natt_port;
    bool is_plain_esp, is_esn;
    const char *key_file, *spis_file, *command;
    const char *nonce; /* hex, of what the gateway seals with; NULL: that is not opened */
    uint32_t spi_out;  /* of its first SA */
    uint64_t seq;      /* first sequence number; 0: not said */
    struct gen_rate flood_rate;
    uint32_t flood_sources;
    uint32_t cores[2], core_count;
    const char *eal;
    bool is_small_paged, is_verbose;
    uint32_t workers; /* of the gateway, for the rows */
    const char *cipher;
    enum bench_form form;
};

/* Parses the command line; --help prints `help` and ends the process. 0, or -1 after a sentence on stderr
 * (exit with 2). */
int gen_args_parse(struct gen_args *a, int argc, char **argv, const char *help);
