/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * culvertctl doctor: findings for people, asking the peer's ports between two questions to the daemon, and
 * the machine, which needs none.
 */
#include "cli_int.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "api_doctor.h"
#include "conf.h"
#include "doctor_read.h"

#define ASK_MS     4000
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

#define CONFIG_DEFAULT "/etc/culvert/culvert.json"

/* All that the machine's doctor needs; large. */
struct doctor_desk {
    struct conf_report errors;
    struct doctor_machine facts;
    struct doctor_report report;
};

/* The configuration that is meant: the named one must be good, the usual one is taken when it is. False:
 * told. */
static bool desk_conf(const struct cli_io *io, const char *file, struct doctor_desk *desk, struct conf **out)
{
    *out = conf_load(file[0] ? file : CONFIG_DEFAULT, &desk->errors);
    if (*out || !file[0])
        return true;
    conf_report_print(&desk->errors, file, io->err);
    return false;
}

static int desk_tell(const struct cli_io *io, const struct doctor_report *report, bool is_json)
{
    json_t *document = api_doctor(report);
    struct cli_out out = {.file = io->out, .columns = io->columns};
    if (is_json) {
        json_dumpf(document, io->out, JSON_INDENT(2) | JSON_ENSURE_ASCII);
        fputc('\n', io->out);
    } else {
        cli_print_doctor(&out, document);
    }
    json_decref(document);
    return doctor_count_bad(report) ? CLI_REFUSED : CLI_OK;
}

int cli_doctor(const struct cli_io *io, const json_t *args, bool is_json)
{
    struct conf *conf = NULL;
    struct doctor_desk *desk = calloc(1, sizeof *desk);
    int rc = CLI_USAGE;
    if (!desk) {
        fprintf(io->err, "culvertctl: out of memory\n");
        return CLI_REFUSED;
    }
    if (desk_conf(io, cli_text(args, "config"), desk, &conf)) {
        doctor_read("", conf, (int64_t)time(NULL), &desk->facts);
        doctor_machine(&desk->facts, &desk->report);
        rc = desk_tell(io, &desk->report, is_json);
    }
    conf_free(conf);
    free(desk);
    return rc;
}
