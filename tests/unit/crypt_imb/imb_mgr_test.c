/* SPDX-License-Identifier: BSD-3-Clause */
/* Managers: made for this CPU, apart from each other, given back. */
#include "imb_int.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void a_manager_works_with_what_the_cpu_has(void **state)
{
    struct esp_ctx *imb = imb_create(false);
    assert_non_null(imb);
    assert_int_equal((uintptr_t)imb % 64, 0);
    assert_non_null(imb->mgr->gcm128_enc);
    assert_non_null(imb->mgr->gcm256_dec);
    assert_int_not_equal(imb->mgr->features & IMB_FEATURE_AESNI, 0);
    imb_free(imb);
}

static void two_managers_share_nothing_that_a_packet_changes(void **state)
{
    struct esp_ctx *a = imb_create(false), *b = imb_create(false);
    assert_true(a != b && a->mgr != b->mgr);
    const IMB_JOB *job = IMB_GET_NEXT_JOB(a->mgr);
    assert_true(job != IMB_GET_NEXT_JOB(b->mgr));
    assert_int_equal(IMB_QUEUE_SIZE(a->mgr), 0);
    imb_free(a);
    assert_non_null(b->mgr->gcm128_enc);
    imb_free(b);
}

static void nothing_is_freed_when_there_is_nothing(void **state)
{
    imb_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_manager_works_with_what_the_cpu_has),
        cmocka_unit_test(two_managers_share_nothing_that_a_packet_changes),
        cmocka_unit_test(nothing_is_freed_when_there_is_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
