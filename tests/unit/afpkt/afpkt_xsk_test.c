/* SPDX-License-Identifier: BSD-3-Clause */
/* Sockets of AF_XDP are found among all descriptors, told apart by port, and asked what they lost. */
#include "afpkt_xsk.h"

#include <errno.h>
#include <linux/if_xdp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#define LAST 255

static bool is_xdp[LAST + 1]; /* descriptors that the kernel says are such sockets */
static uint64_t full;         /* what each of them says that it lost */

/* The kernel. */
int getsockopt(int fd, int level, int option, void *value, socklen_t *len)
{
    if (level == SOL_SOCKET && option == SO_DOMAIN && fd <= LAST) {
        *(int *)value = is_xdp[fd] ? AF_XDP : AF_INET;
        return 0;
    }
    if (level == SOL_XDP && option == XDP_STATISTICS && fd <= LAST && is_xdp[fd]) {
        assert_int_equal(*len, sizeof(struct xdp_statistics));
        *(struct xdp_statistics *)value = (struct xdp_statistics){.rx_dropped = 1000, .rx_ring_full = full};
        return 0;
    }
    errno = ENOTSOCK;
    return -1;
}

static int make(void)
{
    const int fd = dup(STDERR_FILENO);
    assert_in_range(fd, 0, LAST);
    is_xdp[fd] = true;
    return fd;
}

static void unmake(int fd)
{
    is_xdp[fd] = false;
    close(fd);
}

static void what_a_port_opened_is_told_from_what_was_there(void **state)
{
    struct afpkt_xsks before, after;
    const int first = make(), other = dup(STDERR_FILENO);
    afpkt_xsks_find(&before);
    assert_int_equal(before.count, 1);
    assert_int_equal(before.fds[0], first);
    const int second = make(), third = make();
    afpkt_xsks_find(&after);
    assert_int_equal(after.count, 3);
    afpkt_xsks_subtract(&after, &before);
    assert_int_equal(after.count, 2);
    assert_int_equal(after.fds[0] + after.fds[1], second + third);
    full = 21;
    assert_int_equal(afpkt_xsks_full(&after), 42);
    assert_int_equal(afpkt_xsks_full(&before), 21);
    unmake(first);
    unmake(second);
    unmake(third);
    assert_int_equal(afpkt_xsks_full(&after), 0);
    close(other);
}

static void there_are_never_more_than_fit(void **state)
{
    struct afpkt_xsks list;
    int fds[AFPKT_XSKS_MAX + 3];
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
        fds[i] = make();
    afpkt_xsks_find(&list);
    assert_int_equal(list.count, AFPKT_XSKS_MAX);
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
        unmake(fds[i]);
    afpkt_xsks_find(&list);
    assert_int_equal(list.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_port_opened_is_told_from_what_was_there),
        cmocka_unit_test(there_are_never_more_than_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
