/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Options of `culvert-bench ike`: whom to call, as whom, how often, and what is looked at. */
#include <stdbool.h>
#include <stdint.h>
#include "base_addr.h"
#include "bench_row.h"

#define LOAD_ROUNDS_MAX 64
#define LOAD_CALLS_MAX  200000u /* of all rounds: each is a connection of some 8 KiB */

enum load_auth { LOAD_AUTH_PSK, LOAD_AUTH_RSA, LOAD_AUTH_ECDSA, LOAD_AUTH_EAP_MSCHAPV2, LOAD_AUTH_EAP_TLS };

/* Texts are borrowed from the command line. */
struct load_args {
    struct base_addr to; /* IPv4 */
    enum load_auth auth;
    const char *auth_word;              /* as it was given */
    const char *id, *user, *gateway_id; /* id and user: patterns (load_name.h) */
    const char *ike, *esp;              /* proposals */
    const char *secret_file, *pki;      /* NULL: none */
    struct base_prefix ours, theirs;    /* networks that are asked for; ours without family: an address */
    bool is_net_of_name;                /* a name's calls ask for one network, else each for its own */
    uint32_t calls, lone, rounds;       /* of a round, before that alone */
    uint32_t under_way, rate, seconds;  /* rate, seconds: 0: no limit */
    uint32_t pause_us;                  /* between lone calls */
    uint32_t first, names;              /* numbers that take turns */
    uint32_t dpd_s, hold_s, told_s;     /* 0: none */
    bool wants_refusal;                 /* a call is done when it is refused */
    bool keeps;                         /* nothing is closed at the end */
    uint32_t pid;                       /* of the responder; 0: not said */
    const char *threads;                /* NULL: all */
    const char *label;                  /* what follows in the scenario; NULL: nothing */
    enum bench_form form;
};

/*
 * Parses over the defaults. 0; 1: `--help` was asked for; -1 after a sentence on stderr: exit with 2.
 */
int load_args_parse(struct load_args *a, int argc, char **argv);

/* Calls of all rounds, the lone ones among them. */
uint32_t load_args_total(const struct load_args *a);

/* Whether callers, or the gateway, show certificates. */
bool load_auth_has_certificates(enum load_auth auth);
