/* SPDX-License-Identifier: BSD-3-Clause */
/* The versions of everything that a report of a fault should name. */
#include "about_version.h"

#include <string.h>
#include "about_build.h"
#include "about_wanted.h"

const struct about_build about_build = {
    .version = CULVERT_VERSION,
    .cpu = ABOUT_BUILD_CPU,
    .compiler = ABOUT_BUILD_COMPILER,
    .dpdk = ABOUT_BUILD_DPDK,
    .ipsec_mb = ABOUT_BUILD_IPSEC_MB,
    .openssl = ABOUT_BUILD_OPENSSL,
};

static void library_print(FILE *out, const char *name, const char *built, const char *running)
{
    fprintf(out, "  %s %s", name, built);
    if (running && strcmp(running, built) != 0)
        fprintf(out, ", running with %s", running);
    fputs("\n", out);
}

void about_version_print(FILE *out, const char *program, const struct about_running *running)
{
    fprintf(out, "%s %s\n  built for %s by %s\n  uses", program, about_build.version, about_build.cpu,
            about_build.compiler);
    for (size_t i = 0; i < about_wanted_count; i++)
        fprintf(out, " %s", about_wanted[i].name);
    fputs("\n", out);
    library_print(out, "DPDK", about_build.dpdk, running->dpdk);
    library_print(out, "intel-ipsec-mb", about_build.ipsec_mb, running->ipsec_mb);
    library_print(out, "OpenSSL", about_build.openssl, running->openssl);
    if (running->no_ml_kem)
        fprintf(out, "  without ML-KEM: %s\n", running->no_ml_kem);
    else if (running->openssl)
        fputs("  with ML-KEM-512, ML-KEM-768 and ML-KEM-1024\n", out);
}

/* Versions hold no control characters. */
static void member_print(FILE *out, const char *before, const char *name, const char *text)
{
    fprintf(out, "%s\"%s\": \"", before, name);
    for (; *text; text++)
        fprintf(out, *text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
    fputc('"', out);
}

void about_version_json(FILE *out, const char *program, const struct about_running *running)
{
    const struct {
        const char *name, *built, *running;
    } all[] = {{"version", about_build.version, NULL},
               {"cpu", about_build.cpu, NULL},
               {"compiler", about_build.compiler, NULL},
               {"dpdk", about_build.dpdk, running->dpdk},
               {"ipsec_mb", about_build.ipsec_mb, running->ipsec_mb},
               {"openssl", about_build.openssl, running->openssl}};
    const char *before = "";
    member_print(out, "{\n  ", "program", program);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        member_print(out, ",\n  ", all[i].name, all[i].built);
    fputs(",\n  \"running\": {", out);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (!all[i].running)
            continue;
        member_print(out, before, all[i].name, all[i].running);
        before = ", ";
    }
    fputs("}", out);
    if (running->openssl)
        fprintf(out, ",\n  \"ml_kem\": %s", running->no_ml_kem ? "false" : "true");
    fputs("\n}\n", out);
}
