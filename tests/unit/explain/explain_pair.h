/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The usual pair for tests: our end at 203.0.113.1, @gw, with 10.103.0.0/24; the other one behind a NAT,
 * @foo, with 10.104.0.0/24. What a dialect writes for the other end is compared as a whole.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "explain_export.h"
#include "ossl_ops.h"

static inline void pair_id(const char *text, struct ike_id *out)
{
    char why[160];
    assert_int_equal(ike_id_parse(text, out, why, sizeof why), 0);
}

static inline void pair_proposal(const char *text, enum crypt_protocol protocol, struct crypt_proposal *out)
{
    char why[256];
    assert_int_equal(crypt_proposal_parse(text, protocol, out, why, sizeof why), 0);
}

/* Our end, with its key. */
static inline void pair_ours(struct explain_site *s)
{
    *s = (struct explain_site){.name = "foo",
                               .local_addr = "203.0.113.1",
                               .public_addr = "203.0.113.1",
                               .remote_nat = true,
                               .ike_s = 14400,
                               .child_s = 3600,
                               .dpd_s = 30,
                               .n_ike = 2,
                               .n_esp = 2,
                               .n_children = 1,
                               .psk = "very secret",
                               .psk_len = 11};
    pair_id("@gw", &s->local_id);
    pair_id("@foo", &s->remote_id);
    pair_proposal("aes128gcm16-prfsha256-x25519", CRYPT_PROTOCOL_IKE, &s->ike[0]);
    pair_proposal("aes256-sha256-modp2048", CRYPT_PROTOCOL_IKE, &s->ike[1]);
    pair_proposal("aes128gcm16-noesn", CRYPT_PROTOCOL_ESP, &s->esp[0]);
    pair_proposal("aes256-sha256-modp2048-noesn", CRYPT_PROTOCOL_ESP, &s->esp[1]);
    strcpy(s->children[0].name, "net");
    s->children[0].n_local = s->children[0].n_remote = 1;
    base_prefix_parse("10.103.0.0/24", &s->children[0].local[0]);
    base_prefix_parse("10.104.0.0/24", &s->children[0].remote[0]);
}

/* The other end as a dialect writes it; static storage. */
static inline const char *pair_written(const char *dialect, const struct explain_site *ours)
{
    static char text[EXPLAIN_EXPORT_MAX];
    static struct explain_site theirs;
    struct base_text t = base_text(text, sizeof text);
    explain_site_mirror(ours, &theirs);
    explain_dialect(dialect)->write(&t, &theirs, &ossl_ike_ops);
    return text;
}

static inline void expect_pair(const char *dialect, const char *whole)
{
    static struct explain_site ours;
    pair_ours(&ours);
    assert_string_equal(pair_written(dialect, &ours), whole);
}

static inline void expect_has(const char *text, const char *words)
{
    if (!strstr(text, words))
        fail_msg("\"%s\" is not in: %s", words, text);
}
