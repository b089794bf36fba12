/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Other vendors' configurations of a site-to-site connection, read into the neutral form of one end: VyOS
 * ("set" commands and the curly form), strongSwan's swanctl.conf and the ipsec.conf of strongSwan, Openswan
 * and libreswan (also inside the instructions that AWS hands out), the generic texts of AWS and Azure. The
 * text may come from anybody: it is read within its bounds and within the caps of explain_site. Pure. Thread:
 * any.
 */
#include "base_span.h"
#include "explain_site.h"

#define EXPLAIN_IMPORT_MAX (1u << 20) /* bytes of a text */

/*
 * Reads the first connection of a text; *out is the end that the text configures. 0, or -EINVAL with one
 * sentence in why that begins with "line N: " where a line is to blame; *out is undefined then. What was left
 * out (a second connection, networks beyond the caps) is counted in out->n_lost. The key in *out is the
 * caller's to wipe.
 */
int explain_import(struct base_span text, struct explain_site *out, char *why, size_t why_size);
