/* SPDX-License-Identifier: BSD-3-Clause */
/* The tables of commands and options as a manual page and as words for completion, so that neither grows old.
 */
#include "cli_int.h"

#include "base_text.h"

/* Text that may hold what roff would take for its own. */
static void plain(FILE *out, const char *text)
{
    char buf[2048];
    struct base_text t = base_text(buf, sizeof buf);
    base_text_add_roff(&t, text);
    fputs(buf, out);
}

/* A term and what it means: bold word, slanted value (NULL: none), text. */
static void term(FILE *out, const char *word, const char *value, const char *help)
{
    fputs(".TP\n\\fB", out);
    plain(out, word);
    fputs("\\fR", out);
    if (value) {
        fputs(" \\fI", out);
        plain(out, value);
        fputs("\\fR", out);
    }
    fputc('\n', out);
    plain(out, help);
    fputc('\n', out);
}

static void man_row(FILE *out, const struct cli_row *row)
{
    const char *name = cli_row_name(row);
    term(out, row->words, name[0] ? name + 1 : NULL, row->help);
    if (row->flags[0].word)
        fputs(".RS\n", out);
    for (size_t i = 0; i < CLI_FLAGS_MAX && row->flags[i].word; i++)
        term(out, row->flags[i].word, row->flags[i].takes, row->flags[i].help);
    if (row->flags[0].word)
        fputs(".RE\n", out);
    fputs(".IP\n.EX\n", out);
    plain(out, row->examples);
    fputs(".EE\n", out);
}

void cli_man_commands(FILE *out)
{
    size_t count;
    const struct cli_row *rows = cli_rows(&count);
    for (size_t i = 0; i < count; i++)
        man_row(out, &rows[i]);
}

void cli_man_options(FILE *out)
{
    size_t count;
    const struct cli_option *options = cli_options(&count);
    for (size_t i = 0; i < count; i++)
        term(out, options[i].word, options[i].value, options[i].help);
}

void cli_man_exits(FILE *out)
{
    char number[16];
    for (int code = 0; cli_exit_words(code); code++) {
        snprintf(number, sizeof number, "%d", code);
        term(out, number, NULL, cli_exit_words(code));
    }
}

void cli_words(FILE *out)
{
    size_t n_rows, n_options;
    const struct cli_row *rows = cli_rows(&n_rows);
    const struct cli_option *options = cli_options(&n_options);
    for (size_t i = 0; i < n_rows; i++) {
        const enum cli_name name = rows[i].name;
        fprintf(out, "%s|%s|", rows[i].words,
                name == CLI_NAME_NONE   ? ""
                : name == CLI_NAME_FILE ? "FILE"
                                        : "NAME");
        for (size_t k = 0; k < CLI_FLAGS_MAX && rows[i].flags[k].word; k++)
            fprintf(out, "%s%s%s", k ? " " : "", rows[i].flags[k].word, rows[i].flags[k].takes ? "=" : "");
        fputc('\n', out);
    }
    fputs("*||", out);
    for (size_t i = 0; i < n_options; i++)
        fprintf(out, "%s%s%s", i ? " " : "", options[i].word, options[i].value ? "=" : "");
    fputc('\n', out);
}
