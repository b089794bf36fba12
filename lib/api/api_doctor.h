/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Findings as a document, which the daemon and the client make alike. Thread: any. */
#include <jansson.h>
#include "doctor.h"

/* {bad, findings: [ {name, level, seen, means, fix_here, fix_peer} ]}, owned, the worst first; NULL: no
 * memory. Texts that are empty are absent; bytes in them that are not printable ASCII become "?". */
json_t *api_doctor(const struct doctor_report *report);
