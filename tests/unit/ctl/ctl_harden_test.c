/* SPDX-License-Identifier: BSD-3-Clause */
/* What is asked of the host's room, in which order, and what the log says of refused calls. The parts are
 * replaced by their names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <errno.h>
#include <unistd.h>
#include <cmocka.h>
#include <linux/capability.h>
#include "ctl.h"
#include "ctl_harden.h"
#include "host_caps.h"
#include "host_filter.h"
#include "host_keep.h"
#include "host_log.h"
#include "host_sigsys.h"
#include "node.h"

static struct ctl ctl;
static struct conf conf;
static char why[128], said[1024];
static bool can_read, is_filtered, caps_fail, filter_fails;
static enum host_swap swap;
static uint64_t kept, kept_others;
static int numbers[4], n_numbers;

uint64_t node_caps(const struct node *node)
{
    return HOST_CAP(CAP_NET_ADMIN);
}

bool host_caps_can_read(const char *file)
{
    assert_string_equal(file, "the.json");
    return can_read;
}

int host_caps_keep(uint64_t mine, uint64_t others, char *w, size_t size)
{
    assert_false(is_filtered); /* the filter lets nobody change them */
    kept = mine;
    kept_others = others;
    snprintf(w, size, "no caps");
    return caps_fail ? -EPERM : 0;
}

int host_filter_start(char *w, size_t size)
{
    is_filtered = true;
    snprintf(w, size, "no filter");
    return filter_fails ? -EINVAL : 0;
}

int host_sigsys_start(void)
{
    return 0;
}

enum host_swap host_keep_from_swap(void)
{
    errno = EPERM;
    return swap;
}

uint64_t host_sigsys_refused(void)
{
    return 17;
}

bool host_sigsys_next(int *number)
{
    if (n_numbers == 0)
        return false;
    *number = numbers[--n_numbers];
    return true;
}

const char *host_filter_name(int number, char name[HOST_FILTER_NAME_MAX])
{
    snprintf(name, HOST_FILTER_NAME_MAX, "call%d", number);
    return name;
}

void host_log(enum host_level level, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    vsnprintf(said + strlen(said), sizeof said - strlen(said), format, ap);
    va_end(ap);
}

static int setup(void **state)
{
    ctl.conf = &conf;
    ctl.conf_file = "the.json";
    conf.control.seccomp = true;
    can_read = true;
    is_filtered = caps_fail = filter_fails = false;
    swap = ctl.swap = HOST_SWAP_NEVER;
    said[0] = '\0';
    n_numbers = 0;
    return 0;
}

static void the_ports_say_what_is_kept_and_others_keep_nothing(void **state)
{
    assert_int_equal(ctl_harden(&ctl, why, sizeof why), 0);
    assert_int_equal(kept, HOST_CAP(CAP_NET_ADMIN));
    assert_int_equal(kept_others, 0);
    assert_true(is_filtered);
}

static void a_file_that_took_roots_power_can_be_read_again(void **state)
{
    can_read = false;
    assert_int_equal(ctl_harden(&ctl, why, sizeof why), 0);
    assert_int_equal(kept, HOST_CAP(CAP_NET_ADMIN) | HOST_CAP(CAP_DAC_READ_SEARCH));
}

static void the_filter_can_be_left_out_aloud(void **state)
{
    conf.control.seccomp = false;
    assert_int_equal(ctl_harden(&ctl, why, sizeof why), 0);
    assert_false(is_filtered);
    assert_non_null(strstr(said, "event=no_syscall_filter"));
}

static void what_fails_ends_the_start(void **state)
{
    caps_fail = true;
    assert_int_equal(ctl_harden(&ctl, why, sizeof why), -1);
    assert_string_equal(why, "no caps");
    assert_false(is_filtered);
    caps_fail = false;
    filter_fails = true;
    assert_int_equal(ctl_harden(&ctl, why, sizeof why), -1);
    assert_string_equal(why, "no filter");
}

static void memory_that_may_be_swapped_is_a_warning(void **state)
{
    ctl_harden_begin(&ctl);
    assert_string_equal(said, "");
    swap = HOST_SWAP_MAY;
    ctl_harden_begin(&ctl);
    assert_non_null(strstr(said, "part=memory"));
    assert_non_null(strstr(said, "LimitMEMLOCK=infinity"));
}

static void the_power_to_hold_memory_stays_with_all_where_it_takes_that(void **state)
{
    swap = HOST_SWAP_NEVER_BY_CAP;
    ctl_harden_begin(&ctl);
    assert_string_equal(said, "");
    assert_int_equal(ctl_harden(&ctl, why, sizeof why), 0);
    assert_int_equal(kept, HOST_CAP(CAP_NET_ADMIN) | HOST_CAP(CAP_IPC_LOCK));
    assert_int_equal(kept_others, HOST_CAP(CAP_IPC_LOCK));
}

static void each_refused_call_is_named_and_all_are_counted(void **state)
{
    numbers[0] = 101;
    numbers[1] = 59;
    n_numbers = 2;
    ctl_harden_turn(&ctl);
    assert_non_null(strstr(said, "event=syscall_refused syscall=call59 number=59"));
    assert_non_null(strstr(said, "event=syscall_refused syscall=call101 number=101"));
    assert_int_equal(ctl.tally.syscalls_refused, 17);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_ports_say_what_is_kept_and_others_keep_nothing, setup),
        cmocka_unit_test_setup(a_file_that_took_roots_power_can_be_read_again, setup),
        cmocka_unit_test_setup(the_filter_can_be_left_out_aloud, setup),
        cmocka_unit_test_setup(what_fails_ends_the_start, setup),
        cmocka_unit_test_setup(memory_that_may_be_swapped_is_a_warning, setup),
        cmocka_unit_test_setup(the_power_to_hold_memory_stays_with_all_where_it_takes_that, setup),
        cmocka_unit_test_setup(each_refused_call_is_named_and_all_are_counted, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
