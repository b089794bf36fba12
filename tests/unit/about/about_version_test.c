/* SPDX-License-Identifier: BSD-3-Clause */
/* What --version prints. */
#include "about_version.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static char text[2048];

static void print(const struct about_running *running)
{
    FILE *f = fmemopen(text, sizeof text, "w");
    assert_non_null(f);
    about_version_print(f, "culvertd", running);
    assert_int_equal(fclose(f), 0);
}

static void the_first_line_is_name_and_version(void **state)
{
    print(&(struct about_running){0});
    assert_ptr_equal(strstr(text, "culvertd " CULVERT_VERSION "\n"), text);
    assert_non_null(strstr(text, about_build.cpu));
    assert_non_null(strstr(text, about_build.compiler));
}

static void a_library_that_runs_is_named_where_it_is_another(void **state)
{
    char line[128];
    print(&(struct about_running){.dpdk = about_build.dpdk, .openssl = "9.8.7"});
    snprintf(line, sizeof line, "  DPDK %s\n", about_build.dpdk);
    assert_non_null(strstr(text, line));
    snprintf(line, sizeof line, "  intel-ipsec-mb %s\n", about_build.ipsec_mb);
    assert_non_null(strstr(text, line));
    snprintf(line, sizeof line, "  OpenSSL %s, running with 9.8.7\n", about_build.openssl);
    assert_non_null(strstr(text, line));
}

static void it_tells_whether_there_is_ml_kem(void **state)
{
    print(&(struct about_running){.dpdk = "1.2"});
    assert_null(strstr(text, "ML-KEM"));
    print(&(struct about_running){.openssl = "9.8.7"});
    assert_non_null(strstr(text, "\n  with ML-KEM-512, ML-KEM-768 and ML-KEM-1024\n"));
    print(&(struct about_running){.openssl = "3.0.1", .no_ml_kem = "too old"});
    assert_non_null(strstr(text, "\n  without ML-KEM: too old\n"));
}

static void as_json_it_has_the_same_and_what_runs(void **state)
{
    char want[1024];
    FILE *f = fmemopen(text, sizeof text, "w");
    assert_non_null(f);
    about_version_json(f, "a\"b\\", &(struct about_running){.dpdk = "1.2", .openssl = "9.8.7"});
    assert_int_equal(fclose(f), 0);
    snprintf(want, sizeof want,
             "{\n  \"program\": \"a\\\"b\\\\\",\n  \"version\": \"%s\",\n  \"cpu\": \"%s\",\n  "
             "\"compiler\": \"%s\",\n  \"dpdk\": \"%s\",\n  \"ipsec_mb\": \"%s\",\n  \"openssl\": \"%s\",\n  "
             "\"running\": {\"dpdk\": \"1.2\", \"openssl\": \"9.8.7\"},\n  \"ml_kem\": true\n}\n",
             about_build.version, about_build.cpu, about_build.compiler, about_build.dpdk,
             about_build.ipsec_mb, about_build.openssl);
    assert_string_equal(text, want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_line_is_name_and_version),
        cmocka_unit_test(it_tells_whether_there_is_ml_kem),
        cmocka_unit_test(a_library_that_runs_is_named_where_it_is_another),
        cmocka_unit_test(as_json_it_has_the_same_and_what_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
