/* SPDX-License-Identifier: BSD-3-Clause */
/* culvertctl import: another vendor's file in, a configuration of culvertd out. */
#include "cli_int.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base_wipe.h"
#include "explain_export.h"
#include "explain_import.h"
#include "ossl_ops.h"

struct import_work {
    struct explain_site site;
    char file[EXPLAIN_IMPORT_MAX + 1], text[EXPLAIN_EXPORT_MAX];
};

static int import_convert(const struct cli_io *io, const char *name, struct import_work *w)
{
    char why[512];
    FILE *in = strcmp(name, "-") == 0 ? io->in : fopen(name, "r");
    if (!in) {
        fprintf(io->err, "culvertctl: %s: %s\n", name, strerror(errno));
        return CLI_USAGE;
    }
    const size_t len = fread(w->file, 1, sizeof w->file, in);
    if (in != io->in)
        fclose(in);
    if (explain_import(base_span(w->file, len), &w->site, why, sizeof why) < 0) {
        fprintf(io->err, "culvertctl: %s: %s\n", name, why);
        return CLI_REFUSED;
    }
    struct base_text t = base_text(w->text, sizeof w->text);
    explain_dialect("culvert")->write(&t, &w->site, &ossl_ike_ops);
    if (t.len + 1 >= t.cap) {
        fprintf(
            io->err,
            "culvertctl: %s: what it becomes is longer than %d bytes: leave networks out, and add them by "
            "hand\n",
            name, EXPLAIN_EXPORT_MAX);
        return CLI_REFUSED;
    }
    fputs(w->text, io->out);
    if (w->site.n_lost)
        fprintf(
            io->err,
            "culvertctl: %s: %zu things are not in it: further connections, or networks beyond its room\n",
            name, w->site.n_lost);
    fprintf(
        io->err,
        "culvertctl: look through \"ports\": devices and addresses there are to be made this machine's\n");
    return CLI_OK;
}

int cli_import(const struct cli_io *io, const json_t *args, bool is_json)
{
    (void)is_json; /* it is JSON, always */
    struct import_work *w = calloc(1, sizeof *w);
    if (!w) {
        fprintf(io->err, "culvertctl: out of memory\n");
        return CLI_REFUSED;
    }
    const int rc = import_convert(io, cli_text(args, "file"), w);
    base_wipe(w, sizeof *w);
    free(w);
    return rc;
}
