/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Why a command is not carried out, and the argument that most of them have. Thread: control. */
#include <stdbool.h>
#include <jansson.h>
#include "ike_conf.h"

/* Why a handler gives no document. */
struct ctl_refusal {
    const char *code; /* API_ERR_* */
    char message[512];
    json_t *details; /* owned, or NULL */
};

/* Fills the refusal and returns NULL, for handlers to return. */
__attribute__((format(printf, 3, 4))) json_t *ctl_refuse(struct ctl_refusal *refusal, const char *code,
                                                         const char *format, ...);

/* The argument "connection": its name, or NULL when it is absent. False: wrong type, or there is no such in
 * conf. */
bool ctl_arg_connection(const struct ike_conf *conf, const json_t *args, const char **name,
                        struct ctl_refusal *refusal);
