/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Texts of other vendors, read, and what is looked at of them. */
#include <errno.h>
#include "explain_import.h"
#include "explain_pair.h"

static struct explain_site got;
static char got_why[512];

static inline void reads(const char *text)
{
    if (explain_import(base_span(text, strlen(text)), &got, got_why, sizeof got_why) < 0)
        fail_msg("%s", got_why);
}

/* The whole sentence, or its beginning where it ends with "...". */
static inline void refuses(const char *text, const char *why)
{
    const size_t len = strlen(why);
    assert_int_equal(explain_import(base_span(text, strlen(text)), &got, got_why, sizeof got_why), -EINVAL);
    if (len > 3 && strcmp(why + len - 3, "...") == 0)
        got_why[len - 3 < sizeof got_why ? len - 3 : 0] = '\0';
    if (strncmp(got_why, why, len > 3 && strcmp(why + len - 3, "...") == 0 ? len - 3 : len + 1) != 0)
        fail_msg("not \"%s\" but \"%s\"", why, got_why);
}

static inline void expect_ids(const char *local, const char *remote)
{
    char text[IKE_ID_TEXT_MAX];
    assert_string_equal(ike_id_text(&got.local_id, NULL, text), local);
    assert_string_equal(ike_id_text(&got.remote_id, NULL, text), remote);
}

static inline void expect_net(const struct base_prefix *p, const char *text)
{
    char out[BASE_PREFIX_TEXT_MAX];
    assert_string_equal(base_prefix_text(p, out), text);
}

static inline void expect_proposal(const struct crypt_proposal *p, const char *text)
{
    char out[CRYPT_PROPOSAL_TEXT_MAX];
    assert_string_equal(crypt_proposal_text(p, out), text);
}

static inline void expect_psk(const char *text)
{
    assert_int_equal(got.psk_len, strlen(text));
    assert_memory_equal(got.psk, text, got.psk_len);
}
