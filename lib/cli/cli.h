/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The command line of culvertctl: words -> request, answer -> tables for people or JSON for programs. How the
 * daemon is reached is handed in, so that tests need none. Thread: one.
 */
#include <stdio.h>
#include "api.h"
#include "doctor_ask.h"

/* Exit codes, told by --help. */
enum cli_exit {
    CLI_OK = 0,
    CLI_REFUSED = 1,     /* the daemon said no, or the doctor found something */
    CLI_USAGE = 2,       /* the command line makes no sense */
    CLI_UNREACHABLE = 3, /* no daemon, no answer, or none that could be written */
};

struct cli_io {
    FILE *in, *out, *err;
    unsigned columns; /* of a line of out, for people; 0: as many as it takes */
    void *ctx;
    /* As api_client_call(), with the socket's path and the time limit of the command line. */
    int (*call)(void *ctx, const char *socket, unsigned timeout_ms, const char *command, json_t *args,
                struct api_response *out, char *why, size_t why_size);
    /* Waits between two looks at the workers' load. */
    void (*sleep_ms)(void *ctx, unsigned ms);
    /* As doctor_ask(); NULL: nobody is asked. */
    void (*ask)(const char *peer, unsigned wait_ms, enum doctor_heard heard[DOCTOR_ASKS]);
};

/* Runs one command line (argv[0] is the program). Returns an enum cli_exit. */
int cli_run(int argc, char **argv, const struct cli_io *io);

/* Write the sections of the manual page culvertctl(1) that follow from the tables. */
void cli_man_commands(FILE *out);
void cli_man_options(FILE *out);
void cli_man_exits(FILE *out);

/* Writes what can be typed, for completion: a line of each command, "WORDS|NAME, FILE or nothing|OPTION
 * OPTION=...", and one with the options of all, whose words are "*". An option that takes a value ends with
 * "=". */
void cli_words(FILE *out);
