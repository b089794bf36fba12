/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * culvert-docs: copies a template to standard output; in place of a line that ends with "TABLE name" stands
 * what follows from that table of the programs. It runs in the build and is not installed. usage:
 * culvert-docs TEMPLATE
 */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "conf.h"

static const struct {
    const char *name;
    void (*write)(FILE *out);
} tables[] = {{"commands", cli_man_commands},
              {"options", cli_man_options},
              {"exits", cli_man_exits},
              {"words", cli_words},
              {"keys", conf_schema_man}};

/* Writes the table that a line names. False: it names none. */
static bool table_write(const char *line)
{
    const char *mark = strstr(line, "TABLE ");
    for (size_t i = 0; mark && i < sizeof tables / sizeof *tables; i++) {
        const size_t len = strlen(tables[i].name);
        if (strncmp(mark + 6, tables[i].name, len) == 0 && mark[6 + len] == '\n') {
            tables[i].write(stdout);
            return true;
        }
    }
    return false;
}

int main(int argc, char **argv)
{
    char line[4096];
    FILE *in = argc == 2 ? fopen(argv[1], "r") : NULL;
    if (!in) {
        fputs("usage: culvert-docs TEMPLATE\n", stderr);
        return 2;
    }
    while (fgets(line, sizeof line, in))
        if (!table_write(line))
            fputs(line, stdout);
    fclose(in);
    return fflush(stdout) == 0 ? 0 : 1;
}
