/* SPDX-License-Identifier: BSD-3-Clause */
/* Further files: they join, findings name them, their own names start at their folder, nothing is twice. */
#include <sys/stat.h>
#include <unistd.h>
#include "conf_int.h"
#include "conf_test_help.h"

#define MORE_CONN(id) \
    "{'local':{'id':'@gw','subnets':['10.1.0.0/24']},'remote':{'id':'" id "','subnets':['10.9.0.0/24']}}"

static char folder[] = "/tmp/conf_include_XXXXXX";

/* Writes a file below the folder, with ' for ". */
static void put(const char *name, const char *text)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    for (const char *c = text; *c; c++)
        fputc(*c == '\'' ? '"' : *c, f);
    fclose(f);
    chmod(path, 0600);
}

static struct conf *load_main(const char *include)
{
    char text[2000], path[200];
    snprintf(text, sizeof text,
             "{'include':%s,'ports':{" GOOD_PORTS "},'secrets':[" GOOD_SECRET "],'connections':{" GOOD_CONN
             "}}",
             include);
    put("culvert.json", text);
    snprintf(path, sizeof path, "%s/culvert.json", folder);
    return conf_load(path, &report);
}

static int set_up(void **state)
{
    (void)state;
    char path[200];
    strcpy(folder, "/tmp/conf_include_XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/d", folder);
    return mkdir(path, 0700);
}

static int tear_down(void **state)
{
    (void)state;
    char command[100];
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

/* The finding of this file (its end), at this path. */
static const struct conf_issue *issue_of(const char *file, const char *path)
{
    for (size_t i = 0; i < report.n_issues; i++) {
        const struct conf_issue *is = &report.issues[i];
        const size_t n = strlen(is->file), want = strlen(file);
        if (n >= want && strcmp(is->file + n - want, file) == 0 && !is->file[0] == !want &&
            strcmp(is->path, path) == 0)
            return is;
    }
    conf_report_print(&report, "culvert.json", stderr);
    return NULL;
}

static void files_of_a_folder_join_in_the_order_of_their_names(void **state)
{
    (void)state;
    put("d/20.json", "{'connections':{'c':" MORE_CONN(
                         "@c") "},'secrets':[{'local':'@gw','remote':'@c','psk_file':'c.psk'}]}");
    put("d/10.json", "{'connections':{'b':" MORE_CONN(
                         "@b") "},'secrets':[{'local':'@gw','remote':'@b','psk_file':'../b.psk'}]}");
    put("d/c.psk", "the key of c is long enough\n");
    put("b.psk", "the key of b is long enough\n");
    put("d/.hidden.json", "{");
    put("d/notes.txt", "{");
    struct conf *conf = load_main("'d'");
    if (!conf)
        conf_report_print(&report, "culvert.json", stderr);
    assert_non_null(conf);
    assert_int_equal(conf->ike->n_conns, 3);
    assert_string_equal(conf->ike->conns[0].name, "foo");
    assert_string_equal(conf->ike->conns[1].name, "b");
    assert_string_equal(conf->ike->conns[2].name, "c");
    assert_int_equal(conf->ike->n_secrets, 3);
    assert_memory_equal(conf->ike->secrets[2].psk, "the key of c", 12);
    conf_free(conf);
}

static void one_file_can_be_named(void **state)
{
    (void)state;
    put("d/20.json",
        "{'connections':{'c':" MORE_CONN("@c") "},'secrets':[{'local':'@gw','remote':'@c','psk':'"
                                               "0x0102030405060708090a0b0c0d0e0f1011121314'}]}");
    struct conf *conf = load_main("['d/20.json']");
    assert_non_null(conf);
    assert_int_equal(conf->ike->n_conns, 2);
    conf_free(conf);
}

static void findings_name_the_file_and_its_own_numbers(void **state)
{
    (void)state;
    put("d/10.json",
        "{'connections':{'b':{'local':{'id':'@gw','subnets':['10.1.0.0/24']},'remote':{'subnets':['x']}}},"
        "'secrets':[{'local':'@gw','remote':'@b','psk':'0x12'},{'local':'@gw','remote':'@c','psk_file':'none'"
        "}]}");
    put("d/20.json", "{'secrets':[{'local':'@gw'}]}");
    assert_null(load_main("'d'"));
    assert_non_null(issue_of("/d/10.json", "connections.b.remote.id"));
    assert_non_null(issue_of("/d/10.json", "connections.b.remote.subnets[0]"));
    assert_non_null(issue_of("/d/10.json", "secrets[1].psk_file"));
    assert_non_null(issue_of("/d/20.json", "secrets[0].remote"));
    char *text;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    conf_report_print(&report, "culvert.json", out);
    fclose(out);
    assert_non_null(strstr(text, "/d/20.json: secrets[0].remote: "));
    free(text);
}

#define KEY_OF(id) "{'local':'@gw','remote':'" id "','psk':'0x0102030405060708090a0b0c0d0e0f1011121314'}"

static void a_secret_elsewhere_is_named_by_its_file_and_its_number_there(void **state)
{
    (void)state;
    put("d/10.json", "{'secrets':[" KEY_OF("@b") "," KEY_OF("@c") "]}");
    put("d/20.json", "{'secrets':[" KEY_OF("@c") "],'connections':{'x':" MORE_CONN("@x") "}}");
    assert_null(load_main("'d'"));
    const struct conf_issue *twin = issue_of("/d/20.json", "secrets[0]");
    assert_non_null(twin);
    assert_non_null(strstr(twin->text, "secrets[1] of /"));
    assert_non_null(strstr(twin->text, "/d/10.json is for the same pair"));
    put("d/20.json",
        "{'connections':{'x':{'local':{'id':'@other','subnets':['10.1.0.0/24']},'remote':{'id':'@c',"
        "'subnets':['10.77.0.0/24']}}}}");
    assert_null(load_main("'d'"));
    const struct conf_issue *near = issue_of("/d/20.json", "connections.x");
    assert_non_null(near);
    assert_non_null(strstr(near->text, "/d/10.json has this remote, but local @gw"));
}

static void a_name_stands_in_one_file(void **state)
{
    (void)state;
    put("d/10.json", "{'connections':{'b':" MORE_CONN("@b") "}}");
    put("d/20.json", "{'connections':{'b':" MORE_CONN("@b") ",'foo':" MORE_CONN("@d") "}}");
    assert_null(load_main("'d'"));
    const struct conf_issue *twice = issue_of("/d/20.json", "connections.b"),
                            *main_too = issue_of("/d/20.json", "connections.foo");
    assert_non_null(twice);
    assert_non_null(strstr(twice->text, "/d/10.json, too"));
    assert_non_null(main_too);
    assert_non_null(strstr(main_too->text, "the main file, too"));
}

static void what_does_not_belong_there_is_refused(void **state)
{
    (void)state;
    put("d/10.json", "{'ports':{},'connections':[],'secrets':{}}");
    put("d/20.json", "[]");
    put("d/30.json", "{'connections':");
    assert_null(load_main("['d','absent.d']"));
    assert_non_null(issue_of("/d/10.json", "ports"));
    assert_non_null(issue_of("/d/10.json", "connections"));
    assert_non_null(issue_of("/d/10.json", "secrets"));
    assert_non_null(issue_of("/d/20.json", ""));
    assert_non_null(strstr(issue_of("/d/30.json", "")->text, "not JSON: line 1"));
    assert_non_null(strstr(issue_of("", "include[1]")->text, "No such file"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(files_of_a_folder_join_in_the_order_of_their_names, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(one_file_can_be_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(findings_name_the_file_and_its_own_numbers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_secret_elsewhere_is_named_by_its_file_and_its_number_there, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_name_stands_in_one_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_does_not_belong_there_is_refused, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
