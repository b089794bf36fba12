/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Shared by the tests of conf: a small configuration that is right, with places to put something else in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "conf.h"

#define GOOD_PORTS                                                                              \
    "'out':{'device':'net_af_packet0,iface=wan','role':'outside','addresses':['192.0.2.1/24']," \
    "'gateway':'192.0.2.254'},"                                                                 \
    "'in':{'device':'0000:01:00.1','role':'inside','addresses':['10.1.0.1/24']}"
#define GOOD_SECRET "{'local':'@gw','remote':'@foo','psk':'0x000102030405060708090a0b0c0d0e0f10111213'}"
#define GOOD_LOCAL  "'local':{'id':'@gw','subnets':['10.1.0.0/24']}"
#define GOOD_REMOTE "'remote':{'id':'@foo','subnets':['10.2.0.0/24']}"
#define GOOD_CONN   "'foo':{" GOOD_LOCAL "," GOOD_REMOTE "}"

static struct conf_report report;

/* JSON with ' instead of ", for readable tests. */
static inline struct conf *load(const char *text)
{
    char *json = strdup(text);
    assert_non_null(json);
    for (char *c = json; *c; c++)
        if (*c == '\'')
            *c = '"';
    struct conf *conf = conf_load_text(json, strlen(json), ".", NULL, &report);
    free(json);
    assert_int_equal(conf == NULL, report.n_errors > 0);
    return conf;
}

/* A whole configuration of four parts; extra begins with a comma. */
static inline struct conf *load_parts(const char *ports, const char *secrets, const char *conns,
                                      const char *extra)
{
    static char text[1 << 16];
    snprintf(text, sizeof text, "{'ports':{%s},'secrets':[%s],'connections':{%s}%s}", ports, secrets, conns,
             extra);
    return load(text);
}

static inline struct conf *load_good(const struct conf *unused)
{
    (void)unused;
    struct conf *conf = load_parts(GOOD_PORTS, GOOD_SECRET, GOOD_CONN, "");
    if (!conf)
        conf_report_print(&report, "culvert.json", stderr);
    assert_non_null(conf);
    return conf;
}

static inline bool has_issue(bool is_warning, const char *path, const char *part)
{
    for (size_t i = 0; i < report.n_issues; i++)
        if (report.issues[i].is_warning == is_warning && strcmp(report.issues[i].path, path) == 0 &&
            strstr(report.issues[i].text, part))
            return true;
    return false;
}

static inline void expect_issue(bool is_warning, const char *path, const char *part)
{
    if (has_issue(is_warning, path, part))
        return;
    conf_report_print(&report, "culvert.json", stderr);
    fail_msg("no %s at %s with \"%s\"", is_warning ? "warning" : "error", path, part);
}

#define expect_error(path, part)   expect_issue(false, path, part)
#define expect_warning(path, part) expect_issue(true, path, part)

/* The parts are refused with this finding. */
static inline void refused(const char *ports, const char *secrets, const char *conns, const char *extra,
                           const char *path, const char *part)
{
    struct conf *conf = load_parts(ports, secrets, conns, extra);
    conf_free(conf);
    assert_null(conf);
    expect_error(path, part);
}

/* Skips the test in a build that refuses what it is about. */
static inline void needs_ikev1(void)
{
#ifndef CULVERT_IKEV1
    print_message("this build has no IKEv1\n");
    skip();
#endif
}

/* The parts are accepted, with this warning. */
static inline void warned(const char *ports, const char *secrets, const char *conns, const char *extra,
                          const char *path, const char *part)
{
    struct conf *conf = load_parts(ports, secrets, conns, extra);
    if (!conf)
        conf_report_print(&report, "culvert.json", stderr);
    assert_non_null(conf);
    conf_free(conf);
    expect_warning(path, part);
}

/* An entry of secrets for this pair. */
static inline void secret(const char *local, const char *remote, char out[512])
{
    snprintf(out, 512, "{'local':'%s','remote':'%s','psk':'0x000102030405060708090a0b0c0d0e0f10111213'}",
             local, remote);
}
