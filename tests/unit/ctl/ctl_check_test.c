/* SPDX-License-Identifier: BSD-3-Clause */
/* File and machine as lines for people, and as a document for programs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <jansson.h>
#include "ctl_check.h"
#include "node_check.h"

static struct conf_report report;
static struct ike_conn_conf conns[3];
static struct ike_conf ike = {.n_conns = 3, .conns = conns};
static struct conf conf = {.n_ports = 1, .ike = &ike};
static struct ctl_check check = {.file = "c.json", .conf = &conf, .report = &report};
static struct node_findings machine;
static char *said, *complained;

void node_check(const struct node_params *params, struct node_findings *out)
{
    assert_int_equal(params->n_ports, 1);
    *out = machine;
}

const char *node_finding_name(uint8_t kind)
{
    return kind == NODE_FINDING_OBSTACLE ? "obstacle" : "change";
}

static void run(bool is_good)
{
    size_t len;
    free(said);
    free(complained);
    FILE *out = open_memstream(&said, &len), *err = open_memstream(&complained, &len);
    assert_int_equal(ctl_check(&check, out, err), is_good);
    fclose(out);
    fclose(err);
}

static int reset(void **state)
{
    report = (struct conf_report){
        .n_warnings = 1, .n_issues = 1, .issues = {{true, .path = "secrets[0]", .text = "is weak"}}};
    machine = (struct node_findings){.n = 2,
                                     .n_obstacles = 1,
                                     .list = {{NODE_FINDING_CHANGE, "ports.p", "its address goes"},
                                              {NODE_FINDING_OBSTACLE, "eal", "no memory"}}};
    check.conf = &conf;
    check.with_machine = true;
    check.is_json = false;
    return 0;
}

static void a_file_alone_says_nothing_of_the_machine(void **state)
{
    check.with_machine = false;
    run(true);
    assert_string_equal(said, "c.json: good: 1 ports, 3 connections\n");
    assert_string_equal(complained, "warning: c.json: secrets[0]: is weak\n");
}

static void built_in_proposals_are_shown_where_some_connection_has_them(void **state)
{
    struct ike_child_conf child;
    ike_conn_conf_defaults(&conns[0]);
    ike_conn_conf_defaults(&conns[1]);
    ike_child_conf_defaults(&child);
    conns[1].children = &child;
    conns[1].n_children = 1;
    check.with_machine = false;
    run(true);
    assert_string_equal(said, "c.json: good: 1 ports, 3 connections\n"
                              "2 connections write no ike_proposals and get " CRYPT_DEFAULT_IKE_1
                              ", then " CRYPT_DEFAULT_IKE_2 "\n"
                              "1 connection writes no esp_proposals and gets " CRYPT_DEFAULT_ESP_1
                              ", then " CRYPT_DEFAULT_ESP_2 "\n");
    check.is_json = true;
    run(true);
    assert_non_null(strstr(said, "\"built_in_esp_proposals\": [\n    \"" CRYPT_DEFAULT_ESP_1 "\""));
    free(conns[0].bulk);
    free(conns[1].bulk);
    memset(conns, 0, sizeof conns);
    run(true);
    assert_null(strstr(said, "built_in"));
}

static void what_is_in_the_way_is_an_error(void **state)
{
    run(false);
    assert_string_equal(said,
                        "c.json: good: 1 ports, 3 connections\nports.p: would change: its address goes\n");
    assert_string_equal(complained, "warning: c.json: secrets[0]: is weak\nerror: c.json: eal: no memory\non "
                                    "this machine 1 thing is in the way\n");
    machine.n = 1;
    machine.n_obstacles = 0;
    run(true);
}

static void errors_of_the_file_come_alone(void **state)
{
    check.conf = NULL;
    report.issues[0].is_warning = false;
    report.n_errors = 1;
    run(false);
    assert_string_equal(said, "");
    assert_non_null(strstr(complained, "error: c.json: secrets[0]: is weak\n"));
}

static void a_program_reads_a_document(void **state)
{
    check.is_json = true;
    run(false);
    json_t *doc = json_loads(said, 0, NULL);
    assert_false(json_is_true(json_object_get(doc, "good")));
    assert_int_equal(json_integer_value(json_object_get(doc, "connections")), 3);
    assert_int_equal(json_array_size(json_object_get(doc, "warnings")), 1);
    json_t *at = json_array_get(json_object_get(doc, "machine"), 1);
    assert_string_equal(json_string_value(json_object_get(at, "kind")), "obstacle");
    assert_string_equal(json_string_value(json_object_get(at, "text")), "no memory");
    json_decref(doc);
    assert_string_equal(complained, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(built_in_proposals_are_shown_where_some_connection_has_them, reset),
        cmocka_unit_test_setup(a_file_alone_says_nothing_of_the_machine, reset),
        cmocka_unit_test_setup(what_is_in_the_way_is_an_error, reset),
        cmocka_unit_test_setup(errors_of_the_file_come_alone, reset),
        cmocka_unit_test_setup(a_program_reads_a_document, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
