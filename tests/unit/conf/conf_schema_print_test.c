/* SPDX-License-Identifier: BSD-3-Clause */
/* The table of keys as text for people. */
#include "conf_test_help.h"
#include "conf_int.h"

static void the_help_lists_keys_with_their_defaults(void **state)
{
    char *text;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    conf_schema_help(out);
    fclose(out);
    assert_non_null(strstr(text, "connections.*.remote\n"));
    assert_non_null(strstr(text, "(default 1024)"));
    assert_non_null(strstr(text, "(default auto)"));
    assert_non_null(strstr(text, "(must be given)"));
    assert_null(strstr(text, "ah_proposals"));
    assert_non_null(strstr(text, "(default 1024) (a change: new child SAs)"));
    assert_non_null(strstr(text, "(default 500) (a change: new IKE SA)"));
    assert_non_null(strstr(text, "bytes of an IP packet (default: that of the interface; 1500 for other "
                                 "devices) (a change: needs a restart)"));
    free(text);
}

static void the_manual_page_has_every_key_of_the_help(void **state)
{
    char *text, line[128];
    size_t len, count;
    FILE *out = open_memstream(&text, &len);
    conf_schema_man(out);
    fclose(out);
    const struct conf_key *keys = conf_keys(&count);
    for (size_t i = 0; i < count; i++) {
        snprintf(line, sizeof line, ".TP\n\\fB%s\\fR  \\fI", keys[i].name);
        if (keys[i].type != CONF_REFUSED && !strstr(text, line))
            fail_msg("no %s", line);
    }
    assert_non_null(strstr(text, ".SS top level\n.TP\n\\fB$schema\\fR  \\fItext\\fR\n"));
    assert_non_null(strstr(text, ".SS connections.*.remote\n"));
    assert_non_null(strstr(text, "(default 1024) (a change: new child SAs)\n"));
    assert_null(strstr(text, "ah_proposals"));
    assert_null(strstr(text, "...\n")); /* cut */
    free(text);
}

static void the_schema_has_types_ranges_and_defaults(void **state)
{
    char *text;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    conf_schema_print(out);
    fclose(out);
    const char *window = strstr(text, "\"replay_window\": {");
    assert_non_null(window);
    const char *end = strchr(window, '}');
    const char *const parts[] = {"\"minimum\": 32", "\"maximum\": 65536", "\"default\": 1024",
                                 "(a change: new child SAs)"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        assert_true(strstr(window, parts[i]) && strstr(window, parts[i]) < end);
    assert_non_null(strstr(text, "\"default\": \"before\""));
    assert_non_null(strstr(text, "\"#/$defs/connections.*.remote\""));
    assert_null(strstr(text, "ah_proposals"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_help_lists_keys_with_their_defaults),
        cmocka_unit_test(the_manual_page_has_every_key_of_the_help),
        cmocka_unit_test(the_schema_has_types_ranges_and_defaults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
