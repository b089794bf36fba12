/* SPDX-License-Identifier: BSD-3-Clause */
/* The library context of our own: there is one, and a machine's openssl.cnf is not in it. */
#include "ossl_lib.h"

#include <openssl/evp.h>
#include <openssl/provider.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>
#include "ossl_ops.h"

static void there_is_one_and_it_has_the_default_provider(void **state)
{
    OSSL_LIB_CTX *lib = ossl_lib();
    assert_non_null(lib);
    assert_ptr_equal(ossl_lib(), lib);
    assert_int_equal(OSSL_PROVIDER_available(lib, "default"), 1);
    EVP_MD *md = EVP_MD_fetch(lib, "SHA2-256", NULL);
    assert_non_null(md);
    EVP_MD_free(md);
}

/* main() names a file that takes the default provider away from whoever reads it. */
static void a_configuration_file_changes_nothing(void **state)
{
    assert_int_equal(OSSL_PROVIDER_available(ossl_lib(), "null"), 0);
    assert_int_equal(OSSL_PROVIDER_available(NULL, "null"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_is_one_and_it_has_the_default_provider),
        cmocka_unit_test(a_configuration_file_changes_nothing),
    };
    char path[] = "/tmp/ossl_lib_test.XXXXXX";
    static const char text[] =
        "openssl_conf = init\n[init]\nproviders = list\n[list]\nnull = section\n[section]\n"
        "activate = 1\n";
    const int fd = mkstemp(path);
    if (fd < 0 || write(fd, text, sizeof text - 1) != sizeof text - 1)
        return 1;
    close(fd);
    setenv("OPENSSL_CONF", path, 1);
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    ossl_fini();
    return failed;
}
