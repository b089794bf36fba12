/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Any bytes as a configuration: either a snapshot that is equal to itself, or at least one error with a text;
 * and whatever was said can be printed.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include "conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_report(const struct conf_report *report, bool has_conf)
{
    if (has_conf != (report->n_errors == 0) || report->n_issues > CONF_ISSUES_MAX)
        abort();
    for (size_t i = 0; i < report->n_issues; i++)
        for (const char *c = report->issues[i].text; *c; c++)
            if (*c < 0x20 || *c > 0x7e)
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct conf_report report, again;
    static FILE *sink;
    if (!sink)
        sink = fopen("/dev/null", "w");
    struct conf *conf = conf_load_text((const char *)data, size, "/nonexistent", NULL, &report);
    check_report(&report, conf != NULL);
    conf_report_print(&report, "fuzz.json", sink);
    if (!conf)
        return 0;
    struct conf_diff diff;
    if (conf_diff_make(conf, conf, conf, &diff) == 0) {
        if (diff.needs_restart || diff.n_ops != conf->ike->n_conns)
            abort();
        conf_diff_free(&diff);
    }
    struct conf *next = conf_load_text((const char *)data, size, "/nonexistent", conf, &again);
    if (!next || again.n_warnings != report.n_warnings || conf_diff_make(conf, conf, next, &diff) != 0)
        abort();
    if (diff.needs_restart || diff.n_ops != conf->ike->n_conns)
        abort();
    conf_diff_free(&diff);
    conf_free(next);
    conf_free(conf);
    return 0;
}
