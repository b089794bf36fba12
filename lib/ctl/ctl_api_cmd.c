/* SPDX-License-Identifier: BSD-3-Clause */
/* Request line -> row -> handler -> answer line. */
#include "ctl_api_cmd.h"

#include <string.h>

#include "api.h"
#include "ctl_aside.h"

static const struct api_row {
    const char *command;
    ctl_handler *handler;
    bool is_long;   /* its document is as long as there are connections */
    bool is_secret; /* or may have a key in it */
} rows[] = {
    /* clang-format off */
    {"status", ctl_show_status},
    {"show connections", ctl_show_connections},
    {"show sas", ctl_show_sas},
    {"show pools", ctl_show_pools},
    {"show bypass", ctl_show_bypass},
    {"show manual", ctl_show_manual},
    {"show spis", ctl_show_spis},
    {"show ports", ctl_show_ports},
    {"show counters", ctl_show_counters},
    {"show drops", ctl_show_drops},
    {"show nat", ctl_show_nat},
    {"show failures", ctl_show_failures},
    {"show workers", ctl_show_workers},
    {"doctor", ctl_doctor},
    {"export", ctl_export, false, true},
    {"initiate", ctl_act_initiate},
    {"terminate", ctl_act_terminate},
    {"rekey", ctl_act_rekey},
    {"redirect", ctl_act_redirect},
    {"reload", ctl_act_reload, true},
    /* clang-format on */
};

static const struct api_row *api_row(const char *command)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].command, command) == 0)
            return &rows[i];
    return NULL;
}

struct answer {
    const struct api_row *row;
    json_t *data; /* taken */
    char *line;
    size_t len;
};

static void answer_write(void *arg)
{
    struct answer *a = arg;
    a->line = (a->row->is_secret ? api_response_secret : api_response_ok)(a->data, &a->len);
}

char *ctl_api_answer(struct ctl *ctl, const char *line, size_t len, size_t *answer_len)
{
    struct api_request request;
    struct ctl_refusal refusal = {0};
    char why[160];
    if (api_request_parse(line, len, &request, why, sizeof why) < 0)
        return api_response_fail(API_ERR_BAD_REQUEST, why, NULL, answer_len);
    const struct api_row *row = api_row(request.command);
    if (!row)
        ctl_refuse(&refusal, API_ERR_UNKNOWN_COMMAND, "unknown command; this daemon is culvertd %s",
                   CULVERT_VERSION);
    json_t *data = row ? row->handler(ctl, request.args, &refusal) : NULL;
    struct answer answer = {.row = row, .data = data};
    if (data && row->is_long)
        ctl_aside_run(ctl, answer_write, &answer);
    else if (data)
        answer_write(&answer);
    json_decref(request.root);
    *answer_len = answer.len;
    if (data)
        return answer.line;
    if (!refusal.code)
        return api_response_fail(API_ERR_NO_MEMORY, "out of memory", NULL, answer_len);
    return api_response_fail(refusal.code, refusal.message, refusal.details, answer_len);
}
