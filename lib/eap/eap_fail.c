/* SPDX-License-Identifier: BSD-3-Clause */
/* What every file of a conversation needs: names, and ends. */
#include <string.h>
#include "eap.h"
#include "eap_method.h"

bool eap_name_set(struct eap_name *n, struct base_span text)
{
    *n = (struct eap_name){0};
    if (text.len > sizeof n->text)
        return false;
    if (text.len)
        memcpy(n->text, text.ptr, text.len);
    n->len = (uint8_t)text.len;
    return true;
}

enum eap_step eap_fail(struct eap *e, enum eap_fault fault)
{
    e->fault = fault;
    return EAP_FAILS;
}

enum eap_step eap_fail_here(struct eap *e, int rc)
{
    e->error = -rc;
    return eap_fail(e, EAP_FAULT_HERE);
}
