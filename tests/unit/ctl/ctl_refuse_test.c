/* SPDX-License-Identifier: BSD-3-Clause */
/* The argument that names a connection, and the words when it names none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "api.h"
#include "ctl_refuse.h"

static struct ike_conn_conf conn;

const struct ike_conn_conf *ike_conf_conn(const struct ike_conf *conf, const char *name)
{
    return strcmp(name, "foo") == 0 ? &conn : NULL;
}

static bool arg(const char *json, const char **name, struct ctl_refusal *refusal)
{
    json_t *args = json_loads(json, 0, NULL);
    static char kept[64];
    *refusal = (struct ctl_refusal){0};
    const bool is_good = ctl_arg_connection(NULL, args, name, refusal);
    if (*name)
        *name = strncpy(kept, *name, sizeof kept - 1);
    json_decref(args);
    return is_good;
}

static void a_connection_may_be_named_or_not(void **state)
{
    struct ctl_refusal refusal;
    const char *name;
    assert_true(arg("{\"connection\":\"foo\"}", &name, &refusal));
    assert_string_equal(name, "foo");
    assert_true(arg("{}", &name, &refusal));
    assert_null(name);
    assert_null(refusal.code);
}

static void what_names_none_is_refused(void **state)
{
    struct ctl_refusal refusal;
    const char *name;
    assert_false(arg("{\"connection\":\"bar\"}", &name, &refusal));
    assert_string_equal(refusal.code, API_ERR_NOT_FOUND);
    assert_string_equal(refusal.message, "there is no connection \"bar\"; see: culvertctl show connections");
    assert_false(arg("{\"connection\":7}", &name, &refusal));
    assert_string_equal(refusal.code, API_ERR_BAD_ARGUMENT);
}

static void a_refusal_is_no_document_and_never_longer_than_its_room(void **state)
{
    struct ctl_refusal refusal = {0};
    char long_text[2000];
    memset(long_text, 'x', sizeof long_text);
    long_text[sizeof long_text - 1] = '\0';
    assert_null(ctl_refuse(&refusal, API_ERR_FAILED, "%s", long_text));
    assert_int_equal(strlen(refusal.message), sizeof refusal.message - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_connection_may_be_named_or_not),
        cmocka_unit_test(what_names_none_is_refused),
        cmocka_unit_test(a_refusal_is_no_document_and_never_longer_than_its_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
