/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Facts of a sound connection, which a test breaks in one place, and what is looked at in a report. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "doctor_row.h"
#include "explain.h"
#include "ossl_ops.h"

static struct ike_conf *facts_conf;
static struct ike_conn_conf *facts_conn;
static struct ike_sa_view facts_sa;
static struct ike_audit facts_audit;
static struct doctor_conn facts;
static struct doctor_report report;

static inline struct base_addr addr_of(const char *text)
{
    struct base_addr a;
    assert_int_equal(base_addr_parse(text, &a), 0);
    return a;
}

static inline void id_of(const char *text, struct ike_id *out)
{
    char why[160];
    *out = (struct ike_id){0};
    assert_int_equal(ike_id_parse(text, out, why, sizeof why), 0);
}

static inline void nets_of(const char *text, struct base_ts_list **out)
{
    struct base_prefix p;
    struct base_ts_list l = {.count = 1, .list = {{.port_hi = 65535}}};
    assert_int_equal(base_prefix_parse(text, &p), 0);
    base_prefix_range(&p, &l.list[0].lo, &l.list[0].hi);
    base_ts_set(out, &l);
}

/* We are at 172.31.0.10 behind the 1:1 NAT 198.51.100.2, and call 203.0.113.2; not tried yet. */
static inline int facts_fill(void **state)
{
    (void)state;
    facts_conf = ike_conf_new();
    facts_conf->n_conns = 1;
    facts_conf->conns = calloc(2, sizeof *facts_conf->conns);
    facts_conn = facts_conf->conns;
    ike_conn_conf_defaults(facts_conn);
    strcpy(facts_conn->name, "foo");
    id_of("@gw", &facts_conn->local_id);
    id_of("@foo", &facts_conn->remote_id);
    facts_conn->remote_addr = addr_of("203.0.113.2");
    facts_conn->start = IKE_START_START;
    facts_conn->n_children = 1;
    facts_conn->children = calloc(1, sizeof *facts_conn->children);
    ike_child_conf_defaults(facts_conn->children);
    strcpy(facts_conn->children->name, "net");
    nets_of("10.2.0.0/24", &facts_conn->children->local_ts);
    nets_of("10.1.0.0/24", &facts_conn->children->remote_ts);
    facts_conf->n_secrets = 1;
    facts_conf->secrets = calloc(1, sizeof *facts_conf->secrets);
    facts_conf->secrets->local = facts_conn->local_id;
    facts_conf->secrets->remote = facts_conn->remote_id;
    facts_conf->n_public_addrs = 1;
    facts_conf->public_addrs[0] = addr_of("198.51.100.2");
    facts_sa = (struct ike_sa_view){.state = IKE_VIEW_ESTABLISHED,
                                    .local_nat = true,
                                    .remote_hash_matches = true,
                                    .way = ESP_WAY_UDP,
                                    .public_addr = facts_conf->public_addrs[0],
                                    .established_at = {900 * BASE_NS_PER_S},
                                    .path = {.local = {addr_of("172.31.0.10"), 4500},
                                             .remote = {addr_of("203.0.113.2"), 4500},
                                             .natt = true}};
    facts_audit = (struct ike_audit){.path = facts_sa.path,
                                     .conn = "foo",
                                     .what = "it arrived",
                                     .why = "So.",
                                     .fix_here = "here",
                                     .fix_peer = "there"};
    facts = (struct doctor_conn){
        .conf = facts_conf,
        .conn = facts_conn,
        .crypto = &ossl_ike_ops,
        .clock_s = 1800000000,
        .now = {1000 * BASE_NS_PER_S},
        .n_ports = 2,
        .ports = {{.name = "outside",
                   .interface = "wan",
                   .host = "culvert-wan",
                   .is_outside = true,
                   .n_addresses = 1},
                  {.name = "inside", .interface = "lan", .is_inside = true, .n_addresses = 1}}};
    base_prefix_parse_host("172.31.0.10/24", &facts.ports[0].addresses[0]);
    base_prefix_parse_host("10.2.0.1/24", &facts.ports[1].addresses[0]);
    memset(&report, 0, sizeof report);
    return 0;
}

/* Its secrets are found from here on. */
static inline void facts_seal(void)
{
    ike_conf_seal(facts_conf);
}

static inline int facts_drop(void **state)
{
    (void)state;
    for (size_t i = 0; i < facts_conf->n_conns; i++)
        for (size_t j = 0; j < facts_conf->conns[i].n_children; j++) {
            facts_conf->conns[i].children[j].priority = 0;
        }
    free(facts_conf->secrets);
    facts_conf->secrets = NULL;
    facts_conf->n_secrets = 0;
    ike_conf_put(facts_conf);
    return 0;
}

static inline void facts_up(void)
{
    facts.sa = &facts_sa;
    facts.up = 1;
}

static inline void facts_failed(enum ike_audit_kind kind, uint32_t detail, int64_t age_s)
{
    facts_audit.kind = kind;
    facts_audit.detail = detail;
    facts.failures[0] = (struct doctor_failure){&facts_audit, 1, age_s};
    facts.n_failures = 1;
}

/* The row found this, at this level, with these words in that part. */
static inline void expect_found(const char *name, enum doctor_level level, enum doctor_part part,
                                const char *words)
{
    const struct doctor_finding *f = doctor_find(&report, name);
    if (!f)
        fail_msg("%s is not found; the first of %zu is %s", name, report.n,
                 report.n ? report.list[0].name : "none");
    assert_int_equal(f->level, level);
    if (!strstr(f->text[part], words))
        fail_msg("\"%s\" is not in: %s", words, f->text[part]);
}

#define FACTS_TEST(name) cmocka_unit_test_setup_teardown(name, facts_fill, facts_drop)
