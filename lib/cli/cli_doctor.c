/* SPDX-License-Identifier: BSD-3-Clause */
/* culvertctl doctor: findings for people, and asking the peer's ports between two questions to the daemon. */
#include "cli_int.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#define ASK_MS     1500
#define TERM_WIDTH 8
#define INDENT     10

bool cli_doctor_again(const struct cli_io *io, const json_t *data, json_t *args)
{
    const json_t *peer = json_object_get(data, "peer");
    const char *address = cli_text(peer, "address"), *name = cli_text(peer, "name");
    enum doctor_heard heard[DOCTOR_ASKS];
    if (!io->ask || cli_true(peer, "up") || (!address[0] && !name[0]))
        return false;
    io->ask(name[0] ? name : address, ASK_MS, heard);
    json_t *words = json_object();
    for (enum doctor_ask ask = 0; ask < DOCTOR_ASKS; ask++)
        json_object_set_new(words, doctor_ask_name(ask), json_string(doctor_heard_name(heard[ask])));
    return json_object_set_new(args, "heard", words) == 0;
}

static void part(struct cli_out *out, const json_t *finding, const char *title, const char *key)
{
    const int width = out->columns ? (int)out->columns : 80;
    if (!cli_text(finding, key)[0])
        return;
    fprintf(out->file, "  %-*s", TERM_WIDTH, title);
    cli_words_fold(out, INDENT, width, cli_text(finding, key));
}

/* "wrong-key" as "WRONG KEY" where it is bad: what to look for in a long answer. */
static void headline(struct cli_out *out, const json_t *finding, bool is_bad)
{
    fprintf(out->file, "%s: ", cli_text(finding, "level"));
    for (const char *c = cli_text(finding, "name"); *c; c++)
        fputc(*c == '-' ? ' ' : is_bad ? toupper((unsigned char)*c) : *c, out->file);
    fputc('\n', out->file);
}

void cli_print_doctor(struct cli_out *out, const json_t *data)
{
    size_t i;
    json_t *f;
    json_array_foreach(json_object_get(data, "findings"), i, f)
    {
        const char *level = cli_text(f, "level");
        headline(out, f, strcmp(level, "warning") == 0 || strcmp(level, "fault") == 0);
        part(out, f, "seen", "seen");
        part(out, f, "means", "means");
        part(out, f, "here", "fix_here");
        part(out, f, "peer", "fix_peer");
    }
    if (cli_num(data, "bad") == 0)
        fprintf(out->file, "%snothing is wrong, as far as can be seen from here\n", i ? "\n" : "");
    else
        fprintf(out->file, "\n%" PRIu64 " to mend\n", cli_num(data, "bad"));
}
