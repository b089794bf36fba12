/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Commands of the control socket: one row each in ctl_api_cmd.c, one handler each in ctl_act.c and
 * ctl_show_*.c, ctl_doctor.c and ctl_export.c. The documents are told in api_doc.h. Thread: control.
 */
#include <jansson.h>
#include "ctl.h"
#include "ctl_refuse.h"

/* Returns an owned document, or NULL with *refusal filled; NULL with code NULL means: no memory. */
typedef json_t *ctl_handler(struct ctl *ctl, const json_t *args, struct ctl_refusal *refusal);

/* Answers a request line. Returns an owned answer line (free) and its length, or NULL without memory. */
char *ctl_api_answer(struct ctl *ctl, const char *line, size_t len, size_t *answer_len);

ctl_handler ctl_show_status, ctl_show_connections, ctl_show_sas, ctl_show_ports, ctl_show_counters,
    ctl_show_nat, ctl_show_failures, ctl_show_workers, ctl_show_drops;
ctl_handler ctl_show_pools, ctl_show_bypass, ctl_show_manual, ctl_show_spis, ctl_doctor, ctl_export;
ctl_handler ctl_act_initiate, ctl_act_terminate, ctl_act_rekey, ctl_act_redirect, ctl_act_reload;
