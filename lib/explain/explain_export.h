/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * An end of a connection as other vendors have it configured: rows of dialects, each a function that writes
 * the end that it is given, so for the peer's configuration the mirror image of ours (explain_site_mirror).
 * Where a vendor has no word for something, a comment in its own notation says so. Pure. Thread: any.
 */
#include "explain_site.h"

typedef void explain_export_fn(struct base_text *t, const struct explain_site *site,
                               const struct crypt_ike_ops *crypto);

struct explain_dialect {
    const char *word; /* what operators ask for it by: "strongswan" */
    const char *what; /* what is written, and where it goes */
    explain_export_fn *write;
};

#define EXPLAIN_EXPORT_MAX 32768 /* bytes that the longest one may take, with NUL */

/* All of them. Static storage. */
const struct explain_dialect *explain_dialects(size_t *count);
/* The one of this word, or NULL. */
const struct explain_dialect *explain_dialect(const char *word);
