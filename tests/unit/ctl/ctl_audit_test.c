/* SPDX-License-Identifier: BSD-3-Clause */
/* The list of remembered failures: counting, order, cap. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ctl_audit.h"
#include "host_log.h"

static struct ctl_failures failures;

static struct ike_audit audit_from(enum ike_audit_kind kind, uint32_t addr, uint16_t port)
{
    struct ike_audit a = {.kind = kind};
    a.path.remote.addr = base_addr_ip4(addr);
    a.path.remote.port = port;
    snprintf(a.why, sizeof a.why, "because");
    return a;
}

static int reset(void **state)
{
    host_log_set_level(HOST_ERR);
    memset(&failures, 0, sizeof failures);
    return 0;
}

static void success_is_not_remembered(void **state)
{
    const struct ike_audit a = audit_from(IKE_AUDIT_CHILD_UP, 1, 500);
    ctl_audit(&failures, &a);
    assert_int_equal(failures.count, 0);
    assert_int_equal(failures.total, 0);
}

static void the_same_failure_counts_up_even_from_another_port(void **state)
{
    const struct ike_audit a = audit_from(IKE_AUDIT_FAIL_WRONG_KEY, 1, 500);
    const struct ike_audit b = audit_from(IKE_AUDIT_FAIL_WRONG_KEY, 1, 4711);
    ctl_audit(&failures, &a);
    ctl_audit(&failures, &b);
    assert_int_equal(failures.count, 1);
    assert_int_equal(failures.ring[0].count, 2);
    assert_int_equal(failures.ring[0].audit.path.remote.port, 4711);
}

static void a_repeated_failure_moves_to_the_end(void **state)
{
    const struct ike_audit a = audit_from(IKE_AUDIT_FAIL_WRONG_KEY, 1, 500);
    const struct ike_audit b = audit_from(IKE_AUDIT_FAIL_AH, 2, 500);
    ctl_audit(&failures, &a);
    ctl_audit(&failures, &b);
    ctl_audit(&failures, &a);
    assert_int_equal(failures.count, 2);
    assert_int_equal(failures.ring[0].audit.kind, IKE_AUDIT_FAIL_AH);
    assert_int_equal(failures.ring[1].audit.kind, IKE_AUDIT_FAIL_WRONG_KEY);
    assert_int_equal(failures.ring[1].count, 2);
}

static void the_oldest_failure_makes_room_for_a_new_one(void **state)
{
    for (uint32_t i = 0; i < CTL_FAILURES_MAX + 3; i++) {
        const struct ike_audit a = audit_from(IKE_AUDIT_FAIL_TIMEOUT, i, 500);
        ctl_audit(&failures, &a);
    }
    const struct base_addr first = base_addr_ip4(3), last = base_addr_ip4(CTL_FAILURES_MAX + 2);
    assert_int_equal(failures.count, CTL_FAILURES_MAX);
    assert_int_equal(failures.total, CTL_FAILURES_MAX + 3);
    assert_true(base_addr_equal(&failures.ring[0].audit.path.remote.addr, &first));
    assert_true(base_addr_equal(&failures.ring[CTL_FAILURES_MAX - 1].audit.path.remote.addr, &last));
}

/* Bytes that telling this writes, with what operators see by default. */
static off_t told(enum ike_audit_kind kind, uint16_t notify)
{
    struct ike_audit a = audit_from(kind, 1, 500);
    const int own = dup(STDERR_FILENO), file = memfd_create("log", 0);
    a.notify = notify;
    host_log_set_level(HOST_NOTICE);
    fflush(stderr);
    dup2(file, STDERR_FILENO);
    ctl_audit(&failures, &a);
    fflush(stderr);
    dup2(own, STDERR_FILENO);
    const off_t len = lseek(file, 0, SEEK_END);
    close(own);
    close(file);
    return len;
}

static void how_calls_go_is_for_debugging_only(void **state)
{
    assert_true(told(IKE_AUDIT_DOUBTED, WIRE_IKE_N_AUTHENTICATION_FAILED) > 0);
    assert_true(told(IKE_AUDIT_FAIL_REFUSED, WIRE_IKE_N_COOKIE) > 0);
    assert_true(told(IKE_AUDIT_DOUBTED, WIRE_IKE_N_COOKIE) == 0);
    assert_true(told(IKE_AUDIT_DOUBTED, WIRE_IKE_N_INVALID_KE_PAYLOAD) == 0);
    assert_true(told(IKE_AUDIT_RETRANSMIT, 0) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(success_is_not_remembered, reset),
        cmocka_unit_test_setup(the_same_failure_counts_up_even_from_another_port, reset),
        cmocka_unit_test_setup(a_repeated_failure_moves_to_the_end, reset),
        cmocka_unit_test_setup(how_calls_go_is_for_debugging_only, reset),
        cmocka_unit_test_setup(the_oldest_failure_makes_room_for_a_new_one, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
