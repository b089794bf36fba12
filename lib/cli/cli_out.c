/* SPDX-License-Identifier: BSD-3-Clause */
/* Lines that fit: text goes on in the next one, and what cannot be parted is cut. */
#include "cli_int.h"

#include <stdarg.h>
#include <string.h>

#define FOLD_COLUMNS 100 /* of text, where lines may be as long as it takes */
#define HELP_COLUMNS 80

void cli_cut(struct cli_out *out, const char *text, int width, bool at_end)
{
    const int len = (int)strlen(text), cut = (int)strlen(CLI_CUT);
    if (len <= width) {
        fputs(text, out->file);
        return;
    }
    const int kept = width > cut ? width - cut : 0, head = at_end ? kept : (kept + 1) / 2;
    fprintf(out->file, "%.*s" CLI_CUT "%s", head, text, text + len - (kept - head));
    out->is_cut = true;
}

void cli_words_fold(struct cli_out *out, int indent, int width, const char *text)
{
    char word[1024];
    int column = indent;
    bool begins = true;
    while (*text) {
        const int spaces = (int)strspn(text, " "), len = (int)strcspn(text + spaces, " ");
        if (!begins && column + 1 + len > width) {
            fprintf(out->file, "\n%*s", indent, "");
            column = indent;
            begins = true;
        }
        if (len > 0) {
            snprintf(word, sizeof word, "%.*s", len, text + spaces);
            fputs(begins ? "" : " ", out->file);
            column += begins ? len : len + 1;
            cli_cut(out, word, out->columns ? width - indent : len, false);
            begins = false;
        }
        text += spaces + len;
    }
    fputc('\n', out->file);
}

void cli_fold(struct cli_out *out, int indent, const char *text)
{
    const int room = out->columns && out->columns < FOLD_COLUMNS ? (int)out->columns : FOLD_COLUMNS;
    if (*text)
        fprintf(out->file, "%*s", indent, "");
    cli_words_fold(out, indent, room, text);
}

void cli_say(struct cli_out *out, int indent, const char *format, ...)
{
    char text[4096];
    va_list args;
    va_start(args, format);
    const int len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    const int begin = (int)strspn(text, " ");
    if (len < 0)
        return;
    if (!out->columns || len <= (int)out->columns) {
        fprintf(out->file, "%s\n", text);
        return;
    }
    fprintf(out->file, "%*s", begin, "");
    cli_words_fold(out, begin > indent ? begin : indent, (int)out->columns, text + begin);
}

void cli_term(FILE *out, const char *word, const char *text)
{
    struct cli_out help = {.file = out};
    fprintf(out, "  %-*s ", CLI_TERM_WIDTH, word);
    cli_words_fold(&help, CLI_TERM_WIDTH + 3, HELP_COLUMNS, text);
}
