/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What a check of a configuration, and of this machine for it, has to say. Thread: any, before a start. */
#include <stdbool.h>
#include <stdio.h>
#include <jansson.h>
#include "conf.h"

struct ctl_check {
    const char *file;                 /* of the configuration; borrowed */
    const struct conf *conf;          /* NULL: it has errors; borrowed */
    const struct conf_report *report; /* of reading it; borrowed */
    bool with_machine;                /* look at this machine, too */
    bool is_json;                     /* one document instead of lines */
};

/*
 * The findings of one kind as a list of {path, text}, with "file" where they are of an included one. Owned by
 * the caller.
 */
json_t *ctl_check_issues(const struct conf_report *report, bool is_warning);

/*
 * Looks and prints: errors and what is in the way to err, the rest to out; as JSON all goes to out. True: a
 * start has nothing in its way, as far as that can be seen.
 */
bool ctl_check(const struct ctl_check *check, FILE *out, FILE *err);
