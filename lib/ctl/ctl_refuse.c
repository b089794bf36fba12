/* SPDX-License-Identifier: BSD-3-Clause */
/* Refusals are sentences for whoever typed the command. */
#include "ctl_refuse.h"

#include <stdarg.h>
#include <stdio.h>

#include "api.h"

json_t *ctl_refuse(struct ctl_refusal *refusal, const char *code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    refusal->code = code;
    vsnprintf(refusal->message, sizeof refusal->message, format, args);
    va_end(args);
    return NULL;
}

bool ctl_arg_connection(const struct ike_conf *conf, const json_t *args, const char **name,
                        struct ctl_refusal *refusal)
{
    const json_t *v = json_object_get(args, "connection");
    *name = json_string_value(v);
    if (v && !*name)
        ctl_refuse(refusal, API_ERR_BAD_ARGUMENT, "\"connection\" must be a text");
    else if (*name && !ike_conf_conn(conf, *name))
        ctl_refuse(refusal, API_ERR_NOT_FOUND,
                   "there is no connection \"%.63s\"; see: culvertctl show connections", *name);
    else
        return true;
    return false;
}
