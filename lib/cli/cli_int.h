/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Inside cli: rows of commands, tables, and how values look to people. */
#include <stdbool.h>
#include <stdint.h>
#include "cli.h"

/* Where documents for people go, and how wide. */
struct cli_out {
    FILE *file;
    unsigned columns; /* of a line; 0: as many as it takes */
    bool is_cut;      /* something was left out or cut */
};

/* An option of a command: sets a member of the request's args. */
struct cli_flag {
    const char *word; /* "--ike" */
    const char *key;
    const char *text; /* value, or NULL: true; unused with takes */
    const char *help;
    const char
        *takes; /* what follows it and is the value: "PATTERN"; a word that takes one does so in every row */
};

#define CLI_FLAGS_MAX 5

enum cli_name {
    CLI_NAME_NONE,
    CLI_NAME_OPTIONAL,
    CLI_NAME_NEEDED,
    CLI_NAME_CHILD /* NAME or NAME/CHILD */,
    CLI_NAME_USER,
    CLI_NAME_FILE
};

struct cli_row {
    const char *words;   /* what is typed: "show sas" */
    const char *command; /* what is asked for */
    enum cli_name name;  /* whether the name of a connection, or of a user, follows */
    struct cli_flag flags[CLI_FLAGS_MAX];
    bool judges; /* the document counts what is bad in it: status CLI_REFUSED when that is not 0 */
    /* Looks at an answer and adds to args what is to be asked with them once more. False: that answer will
     * do. */
    bool (*again)(const struct cli_io *io, const json_t *data, json_t *args);
    bool samples_load; /* looks twice at the workers, for the load of now */
    const char *pages; /* the document's list comes in pages; NULL: all comes at once */
    void (*settle)(
        json_t *data); /* with pages: what the whole document must be rid of, or its order; NULL: nothing */
    void (*print)(struct cli_out *out, const json_t *data);
    /* Instead of command and print, unless a connection is named: done here, without the daemon. Returns an
     * enum cli_exit. */
    int (*alone)(const struct cli_io *io, const json_t *args, bool is_json);
    const char *help;     /* one line */
    const char *examples; /* indented lines, each a command with what it is good for */
};

/* An option of every command. */
struct cli_option {
    const char *word;
    const char *value; /* what follows it: "PATH"; NULL: nothing */
    const char *help;
};

/* The tables of cli_rows.c. */
const struct cli_row *cli_rows(size_t *count);
const struct cli_option *cli_options(size_t *count);

#define CLI_TIMEOUT_S 10
#define CLI_PURPOSE   "asks and commands the IPsec gateway culvertd"

/* "", " NAME", " [NAME]" or " NAME[/CHILD]": what follows the words of a row. */
const char *cli_row_name(const struct cli_row *row);
/* What an exit code (enum cli_exit) means; NULL: there is none of this number. */
const char *cli_exit_words(int code);

void cli_print_status(struct cli_out *out, const json_t *data);
void cli_print_workers(struct cli_out *out, const json_t *data);
void cli_print_counters(struct cli_out *out, const json_t *data);
void cli_print_drops(struct cli_out *out, const json_t *data);
void cli_print_ports(struct cli_out *out, const json_t *data);
void cli_print_connections(struct cli_out *out, const json_t *data);
void cli_print_sas(struct cli_out *out, const json_t *data);
void cli_print_manual(struct cli_out *out, const json_t *data);
void cli_print_spis(struct cli_out *out, const json_t *data);
void cli_print_pools(struct cli_out *out, const json_t *data);
void cli_print_bypass(struct cli_out *out, const json_t *data);
/* The NAT map of these peers, as show nat has them; nothing where there is no NAT. */
void cli_print_nat_map(struct cli_out *out, const json_t *peers);
void cli_print_nat(struct cli_out *out, const json_t *data);
void cli_print_failures(struct cli_out *out, const json_t *data);
void cli_print_explain(struct cli_out *out, const json_t *data);
void cli_print_reload(struct cli_out *out, const json_t *data);
void cli_print_done(struct cli_out *out, const json_t *data);

void cli_print_doctor(struct cli_out *out, const json_t *data);
void cli_print_export(struct cli_out *out, const json_t *data);

bool cli_doctor_again(const struct cli_io *io, const json_t *data, json_t *args);

int cli_doctor(const struct cli_io *io, const json_t *args, bool is_json);
int cli_user_add(const struct cli_io *io, const json_t *args, bool is_json);
int cli_user_remove(const struct cli_io *io, const json_t *args, bool is_json);
int cli_user_list(const struct cli_io *io, const json_t *args, bool is_json);
int cli_import(const struct cli_io *io, const json_t *args, bool is_json);

/* Adds a further page's list to the document's. False: no memory. */
bool cli_page_add(json_t *data, const json_t *page, const char *list);
void cli_settle_sas(json_t *data);
void cli_settle_peers(json_t *data);
void cli_settle_leases(json_t *data);

#define CLI_COLUMNS_MAX 12

/*
 * A table that is printed when all rows are known. Signs before a title tell what becomes of its column: ">"
 * it stands right and is never cut; a digit: it is left out where the line is too short, the largest digit
 * first; "+" (the last column only): text that goes on in further lines; "/": text that is cut at its end.
 * What is still too wide is cut in its middle, the widest column first.
 */
struct cli_table {
    size_t columns;
    const char *titles[CLI_COLUMNS_MAX];
    size_t count, cap; /* cells */
    char **cells;
};

/* titles ends with NULL. */
void cli_table_start(struct cli_table *t, const char *const *titles);
/* Adds the next cell (copied). NULL and "" show as "-". */
void cli_table_cell(struct cli_table *t, const char *text);
/* Prints with two spaces before and between, and frees. empty is printed when there is no row. */
void cli_table_end(struct cli_table *t, struct cli_out *out, const char *empty);

/* Members of a document, with "" / 0 / false for what is absent. */
const char *cli_text(const json_t *object, const char *key);
uint64_t cli_num(const json_t *object, const char *key);
bool cli_true(const json_t *object, const char *key);

#define CLI_VALUE_MAX 48
/* "3 s", "12 min", "5 h 12 min", "3 d 4 h"; "-" when the member is absent. Returns out. */
const char *cli_duration(const json_t *object, const char *key, char out[CLI_VALUE_MAX]);
/* "1.2 MB". Returns out. */
const char *cli_bytes(uint64_t bytes, char out[CLI_VALUE_MAX]);
/* A member that is a number, or "-". Returns out. */
const char *cli_count(const json_t *object, const char *key, char out[CLI_VALUE_MAX]);
/* A list of texts joined with ", ", cut at the end of out. Returns out. */
const char *cli_join(const json_t *list, char *out, size_t size);

/* Prints text folded at 100 columns, or where the line ends, each line behind indent spaces. */
void cli_fold(struct cli_out *out, int indent, const char *text);

/* Prints one line of text as printf does; where it is too long it goes on behind indent spaces. */
__attribute__((format(printf, 3, 4))) void cli_say(struct cli_out *out, int indent, const char *format, ...);

#define CLI_TERM_WIDTH 26
/* Prints a word of the help with what it means beside it, folded at 80 columns. */
void cli_term(FILE *out, const char *word, const char *text);

#define CLI_CUT ".." /* stands for what was cut out */
/* Prints at most width characters: head and tail of what is longer, or, at_end, its head alone. */
void cli_cut(struct cli_out *out, const char *text, int width, bool at_end);

/* Prints words from indent on, where the line stands, up to width; further lines begin at indent. */
void cli_words_fold(struct cli_out *out, int indent, int width, const char *text);
