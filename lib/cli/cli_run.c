/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Command line -> row -> request -> answer on screen. Options may stand anywhere. Documents go to out, all
 * else to err, so that --json can be piped.
 */
#include "cli_int.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include "about_version.h"

#define WORDS_MAX   3
#define SAMPLE_MS   200
#define TIMEOUT_MAX 3600

struct line {
    const char *socket;
    unsigned timeout_ms;
    bool json, wide, help, version;
    size_t n_words;
    const char *words[WORDS_MAX];
    size_t n_flags;
    struct given {
        char word[24]; /* "--peer" */
        const char *value;
    } flags[CLI_FLAGS_MAX];
};

static void general_help(FILE *out)
{
    size_t count;
    char words[40];
    const struct cli_row *rows = cli_rows(&count);
    fprintf(out, "culvertctl: " CLI_PURPOSE "\n\nusage: culvertctl COMMAND [OPTIONS]\n\n");
    for (const struct cli_row *r = rows; r < rows + count; r++) {
        snprintf(words, sizeof words, "%s%s", r->words, cli_row_name(r));
        cli_term(out, words, r->help);
    }
    const struct cli_option *options = cli_options(&count);
    fprintf(out, "\noptions\n");
    for (const struct cli_option *o = options; o < options + count; o++) {
        snprintf(words, sizeof words, "%s%s%s", o->word, o->value ? " " : "", o->value ? o->value : "");
        cli_term(out, words, o->help);
    }
    fprintf(out, "\nexit codes\n");
    for (int code = 0; cli_exit_words(code); code++)
        fprintf(out, "  %d  %s\n", code, cli_exit_words(code));
    fprintf(out, "\nto begin with\n"
                 "  culvertctl status          does it run?\n"
                 "  culvertctl show sas        which tunnels are up?\n"
                 "  culvertctl explain         why is one not up?\n"
                 "  culvertctl doctor foo      what is wrong with it, even before it fails?\n"
                 "  culvertctl show sas --peer 198.51.100.7\n"
                 "  culvertctl show connections --down --name 'branch-*'\n");
}

static void row_help(FILE *out, const struct cli_row *row)
{
    fprintf(out, "culvertctl %s%s\n", row->words, cli_row_name(row));
    fprintf(out, "  %s\n", row->help);
    if (row->name != CLI_NAME_NONE && row->name < CLI_NAME_USER)
        fprintf(out, "\nNAME is a connection of the configuration: see culvertctl show connections\n%s",
                row->name == CLI_NAME_CHILD ? "CHILD is one of its children; without it, all are meant\n"
                                            : "");
    for (size_t i = 0; i < CLI_FLAGS_MAX && row->flags[i].word; i++) {
        char words[40];
        snprintf(words, sizeof words, "%s%s%s", row->flags[i].word, row->flags[i].takes ? " " : "",
                 row->flags[i].takes ? row->flags[i].takes : "");
        fputs(i ? "" : "\n", out);
        cli_term(out, words, row->flags[i].help);
    }
    fprintf(out, "\nexamples\n%s", row->examples);
}

/* An option with the value that it was given: "--peer=X", or X in the next word. */
static bool option_value(int argc, char **argv, int *i, struct given *given, FILE *err)
{
    if (!given->value && *i + 1 < argc)
        given->value = argv[++*i];
    if (!given->value)
        fprintf(err, "culvertctl: %s needs a value\n", given->word);
    return given->value != NULL;
}

/* Whether a value follows this option of some command. */
static bool flag_takes(const char *word)
{
    size_t count;
    const struct cli_row *rows = cli_rows(&count);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < CLI_FLAGS_MAX && rows[i].flags[k].word; k++)
            if (rows[i].flags[k].takes && strcmp(rows[i].flags[k].word, word) == 0)
                return true;
    return false;
}

static bool parse_timeout(struct line *line, const char *text, FILE *err)
{
    char *end;
    const unsigned long s = strtoul(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end || s == 0 || s > TIMEOUT_MAX) {
        fprintf(err, "culvertctl: --timeout takes 1 to %d seconds\n", TIMEOUT_MAX);
        return false;
    }
    line->timeout_ms = (unsigned)s * 1000;
    return true;
}

/* Options that every command has. False: it is none of them. */
static bool parse_common(struct line *line, const struct given *given)
{
    static const struct {
        const char *word;
        size_t at; /* of a bool in struct line */
    } switches[] = {{"--json", offsetof(struct line, json)},
                    {"--wide", offsetof(struct line, wide)},
                    {"--help", offsetof(struct line, help)},
                    {"-h", offsetof(struct line, help)},
                    {"--version", offsetof(struct line, version)}};
    for (size_t i = 0; i < sizeof switches / sizeof *switches; i++) {
        if (strcmp(given->word, switches[i].word) != 0 || given->value)
            continue;
        *(bool *)((char *)line + switches[i].at) = true;
        return true;
    }
    return false;
}

static bool parse_option(struct line *line, int argc, char **argv, int *i, FILE *err)
{
    const char *value = strchr(argv[*i], '=');
    struct given given = {.value = value ? value + 1 : NULL};
    snprintf(given.word, sizeof given.word, "%.*s", (int)strcspn(argv[*i], "="), argv[*i]);
    if (parse_common(line, &given))
        return true;
    const bool is_socket = strcmp(given.word, "--socket") == 0,
               is_timeout = strcmp(given.word, "--timeout") == 0;
    if ((is_socket || is_timeout || flag_takes(given.word)) && !option_value(argc, argv, i, &given, err))
        return false;
    if (is_timeout)
        return parse_timeout(line, given.value, err);
    if (is_socket) {
        line->socket = given.value;
        return true;
    }
    if (line->n_flags == CLI_FLAGS_MAX) {
        fprintf(err, "culvertctl: too many options\n");
        return false;
    }
    line->flags[line->n_flags++] = given; /* judged when the command is known */
    return true;
}

static bool parse_line(struct line *line, int argc, char **argv, FILE *err)
{
    *line = (struct line){.socket = API_SOCKET, .timeout_ms = CLI_TIMEOUT_S * 1000};
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] == '-' && argv[i][1]) {
            if (!parse_option(line, argc, argv, &i, err))
                return false;
        } else if (line->n_words < WORDS_MAX) {
            line->words[line->n_words++] = argv[i];
        } else {
            fprintf(err, "culvertctl: \"%s\" is one word too many\n", argv[i]);
            return false;
        }
    }
    return true;
}

/* How many words of the line the row's words take; 0: another command. */
static size_t row_matches(const struct cli_row *row, const struct line *line)
{
    const char *words = row->words;
    for (size_t i = 0; i < line->n_words; i++) {
        const size_t len = strcspn(words, " ");
        if (strlen(line->words[i]) != len || strncmp(words, line->words[i], len) != 0)
            return 0;
        if (!words[len])
            return i + 1;
        words += len + 1;
    }
    return 0;
}

static const struct cli_row *find_row(const struct line *line, size_t *used)
{
    size_t count;
    const struct cli_row *rows = cli_rows(&count);
    for (size_t i = 0; i < count; i++)
        if ((*used = row_matches(&rows[i], line)) > 0)
            return &rows[i];
    return NULL;
}

/* Tells what would have been understood. */
static int unknown_command(const struct line *line, FILE *err)
{
    size_t count;
    const struct cli_row *rows = cli_rows(&count);
    fprintf(err, "culvertctl: there is no command \"%s%s%s\"", line->words[0], line->n_words > 1 ? " " : "",
            line->n_words > 1 ? line->words[1] : "");
    bool is_first = true;
    for (size_t i = 0; i < count; i++) {
        if (strncmp(rows[i].words, line->words[0], strlen(line->words[0])) != 0)
            continue;
        fprintf(err, "%s%s", is_first ? "; did you mean: " : ", ", rows[i].words);
        is_first = false;
    }
    fprintf(err, "\nsee: culvertctl --help\n");
    return CLI_USAGE;
}

static bool add_flag(json_t *args, const struct cli_row *row, const struct given *given, FILE *err)
{
    for (size_t i = 0; i < CLI_FLAGS_MAX && row->flags[i].word; i++) {
        const struct cli_flag *f = &row->flags[i];
        if (strcmp(f->word, given->word) != 0 || (given->value && !f->takes))
            continue;
        if (json_object_get(args, f->key)) {
            fprintf(err, "culvertctl: %s contradicts another option\n", given->word);
            return false;
        }
        json_t *value = f->takes ? json_string(given->value) : f->text ? json_string(f->text) : json_true();
        if (value)
            return json_object_set_new(args, f->key, value) == 0;
        fprintf(err, "culvertctl: %s takes UTF-8 text\n", given->word);
        return false;
    }
    fprintf(err, "culvertctl: %s has no option %s; see: culvertctl %s --help\n", row->words, given->word,
            row->words);
    return false;
}

/* NAME, or NAME/CHILD where the row takes it. */
static bool add_name(json_t *args, const struct cli_row *row, const char *word)
{
    if (row->name == CLI_NAME_USER)
        return json_object_set_new(args, "user", json_string(word)) == 0;
    if (row->name == CLI_NAME_FILE)
        return json_object_set_new(args, "file", json_string(word)) == 0;
    const char *slash = row->name == CLI_NAME_CHILD ? strchr(word, '/') : NULL;
    if (!slash)
        return json_object_set_new(args, "connection", json_string(word)) == 0;
    return json_object_set_new(args, "connection", json_stringn(word, (size_t)(slash - word))) == 0 &&
           json_object_set_new(args, "child", json_string(slash + 1)) == 0;
}

/* The request's args from name and flags. NULL: wrong usage, and it was said. */
static json_t *make_args(const struct cli_row *row, const struct line *line, size_t used, FILE *err)
{
    const size_t names = line->n_words - used;
    json_t *args = json_object();
    bool ok = args != NULL;
    if (names > (row->name != CLI_NAME_NONE)) {
        fprintf(err, "culvertctl: \"%s\" is one word too many\n", line->words[line->n_words - 1]);
        ok = false;
    } else if (names == 0 && row->name >= CLI_NAME_NEEDED) {
        fprintf(err,
                row->name == CLI_NAME_FILE
                    ? "culvertctl: %s which file? culvertctl import --help tells what is read\n"
                : row->name == CLI_NAME_USER
                    ? "culvertctl: %s whom? culvertctl user list shows who is there\n"
                    : "culvertctl: %s which connection? culvertctl show connections lists them\n",
                row->words);
        ok = false;
    }
    if (ok && names)
        ok = add_name(args, row, line->words[used]);
    for (size_t i = 0; ok && i < line->n_flags; i++)
        ok = add_flag(args, row, &line->flags[i], err);
    if (ok)
        return args;
    json_decref(args);
    return NULL;
}

static int refused(const struct cli_io *io, const struct line *line, const struct api_response *answer)
{
    size_t i;
    json_t *d;
    if (line->json) {
        json_dumpf(answer->root, io->out, JSON_INDENT(2));
        fputc('\n', io->out);
        return CLI_REFUSED;
    }
    fprintf(io->err, "culvertctl: %s\n", answer->message);
    json_array_foreach((json_t *)answer->details, i, d)
        fprintf(io->err, "  %s%s%s%s%s\n", cli_text(d, "file"), cli_text(d, "file")[0] ? ": " : "",
                cli_text(d, "path"), cli_text(d, "path")[0] ? ": " : "", cli_text(d, "text"));
    return CLI_REFUSED;
}

/* Puts the load between two looks into the later one. */
static void set_load(json_t *workers, const json_t *before)
{
    size_t i;
    json_t *w;
    json_array_foreach(workers, i, w)
    {
        const json_t *b = json_array_get(before, i);
        const double busy = (double)cli_num(w, "busy_cycles") - (double)cli_num(b, "busy_cycles");
        const double idle = (double)cli_num(w, "idle_cycles") - (double)cli_num(b, "idle_cycles");
        if (b && busy >= 0 && idle >= 0 && busy + idle > 0)
            json_object_set_new(w, "load_percent", json_real(100 * busy / (busy + idle)));
    }
}

static int call(const struct cli_io *io, const struct line *line, const char *command, json_t *args,
                struct api_response *answer)
{
    char why[320];
    if (io->call(io->ctx, line->socket, line->timeout_ms, command, args, answer, why, sizeof why) == 0)
        return 0;
    fprintf(io->err, "culvertctl: %s\n", why);
    return -1;
}

/* Where the next page begins; 0: there is none. Takes the mark out of the document. */
static json_int_t take_next(struct api_response *answer)
{
    const json_int_t next = json_integer_value(json_object_get(answer->data, "next"));
    json_object_del((json_t *)answer->data, "next");
    return next;
}

/* Asks for what follows the first page and adds it to that. A refusal on the way takes its place. */
static int call_rest(const struct cli_io *io, const struct line *line, const struct cli_row *row,
                     const json_t *args, struct api_response *answer)
{
    json_int_t next = take_next(answer), last = 0;
    while (next > last) {
        struct api_response page;
        json_t *more = json_copy((json_t *)args);
        if (json_object_set_new(more, "after", json_integer(next)) < 0) {
            json_decref(more);
            return -1;
        }
        if (call(io, line, row->command, more, &page) < 0)
            return -1;
        if (!page.ok) {
            json_decref(answer->root);
            *answer = page;
            return 0;
        }
        last = next;
        next = take_next(&page);
        const bool is_added = cli_page_add((json_t *)answer->data, page.data, row->pages);
        json_decref(page.root);
        if (!is_added || (next > 0 && next <= last)) {
            fprintf(io->err, "culvertctl: cannot put the pages of culvertd's answer together\n");
            return -1;
        }
    }
    if (row->settle)
        row->settle((json_t *)answer->data);
    return 0;
}

/* The whole document. */
static int call_row(const struct cli_io *io, const struct line *line, const struct cli_row *row,
                    const json_t *args, struct api_response *answer)
{
    if (call(io, line, row->command, json_copy((json_t *)args), answer) < 0)
        return -1;
    if (!row->pages || !answer->ok || call_rest(io, line, row, args, answer) == 0)
        return 0;
    json_decref(answer->root);
    return -1;
}

static void print_row(const struct cli_io *io, const struct line *line, const struct cli_row *row,
                      const json_t *data)
{
    struct cli_out out = {.file = io->out, .columns = line->wide ? 0 : io->columns};
    row->print(&out, data);
    if (out.is_cut)
        fputs("\nmore: --wide, or --json\n", io->out);
}

/* Asks once more where the first answer asks for that. */
static int call_again(const struct cli_io *io, const struct line *line, const struct cli_row *row,
                      const json_t *args, struct api_response *answer)
{
    int rc = 0;
    json_t *more = answer->ok && row->again ? json_copy((json_t *)args) : NULL;
    if (more && row->again(io, answer->data, more)) {
        json_decref(answer->root);
        *answer = (struct api_response){0};
        rc = call_row(io, line, row, more, answer);
    }
    json_decref(more);
    return rc;
}

static int run_row(const struct cli_io *io, const struct line *line, const struct cli_row *row,
                   const json_t *args)
{
    struct api_response answer, before = {0};
    if (row->alone && !json_object_get(args, "connection"))
        return row->alone(io, args, line->json);
    if (row->samples_load) {
        if (call(io, line, "show workers", NULL, &before) < 0)
            return CLI_UNREACHABLE;
        io->sleep_ms(io->ctx, SAMPLE_MS);
    }
    if (call_row(io, line, row, args, &answer) < 0 || call_again(io, line, row, args, &answer) < 0) {
        json_decref(before.root);
        return CLI_UNREACHABLE;
    }
    int rc = CLI_OK;
    if (row->samples_load && answer.ok && before.ok)
        set_load(json_object_get(answer.data, "workers"), json_object_get(before.data, "workers"));
    if (!answer.ok) {
        rc = refused(io, line, &answer);
    } else if (line->json) {
        json_dumpf(answer.data, io->out, JSON_INDENT(2) | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(5));
        fputc('\n', io->out);
    } else {
        print_row(io, line, row, answer.data);
    }
    if (row->judges && answer.ok && cli_num(answer.data, "bad"))
        rc = CLI_REFUSED;
    json_decref(before.root);
    json_decref(answer.root);
    return rc;
}

static int run_line(int argc, char **argv, const struct cli_io *io)
{
    struct line line;
    size_t used = 0;
    if (!parse_line(&line, argc, argv, io->err))
        return CLI_USAGE;
    if (line.version) {
        const struct about_running none = {0};
        (line.json ? about_version_json : about_version_print)(io->out, "culvertctl", &none);
        return CLI_OK;
    }
    if (line.n_words == 0) {
        general_help(line.help ? io->out : io->err);
        return line.help ? CLI_OK : CLI_USAGE;
    }
    const struct cli_row *row = find_row(&line, &used);
    if (!row)
        return unknown_command(&line, io->err);
    if (line.help) {
        row_help(io->out, row);
        return CLI_OK;
    }
    json_t *args = make_args(row, &line, used, io->err);
    if (!args)
        return CLI_USAGE;
    const int rc = run_row(io, &line, row, args);
    json_decref(args);
    return rc;
}

int cli_run(int argc, char **argv, const struct cli_io *io)
{
    const int rc = run_line(argc, argv, io);
    errno = 0;
    if (fflush(io->out) == 0 && !ferror(io->out))
        return rc;
    if (errno == EPIPE) /* whoever reads has had enough */
        return rc;
    fprintf(io->err, "culvertctl: the answer could not be written: %s\n", strerror(errno ? errno : EIO));
    return rc == CLI_OK ? CLI_UNREACHABLE : rc;
}
