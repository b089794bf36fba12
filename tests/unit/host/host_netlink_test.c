/* SPDX-License-Identifier: BSD-3-Clause */
/* Answers of a kernel that is the other end of a socket pair: lists, refusals, what changes meanwhile. */
#include "host_netlink.h"

#include <errno.h>
#include <limits.h>
#include <linux/rtnetlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

static int ends[2]; /* ours, the kernel's */

/* The kernel says one more message: a route to a network of this length, or NLMSG_DONE. */
static void kernel_says(uint16_t type, uint16_t flags, uint8_t len)
{
    char buf[HOST_NETLINK_MAX];
    struct nlmsghdr *msg = host_netlink_put(buf, type, 0, sizeof(struct rtmsg));
    msg->nlmsg_flags = flags;
    ((struct rtmsg *)mnl_nlmsg_get_payload(msg))->rtm_dst_len = len;
    assert_int_equal(send(ends[1], msg, msg->nlmsg_len, 0), msg->nlmsg_len);
}

static void kernel_refuses(int error)
{
    char buf[HOST_NETLINK_MAX];
    struct nlmsghdr *msg = host_netlink_put(buf, NLMSG_ERROR, 0, sizeof(struct nlmsgerr));
    ((struct nlmsgerr *)mnl_nlmsg_get_payload(msg))->error = error;
    assert_int_equal(send(ends[1], msg, msg->nlmsg_len, 0), msg->nlmsg_len);
}

static int list(bool (*wants)(const struct nlmsghdr *msg, const void *arg), const void *arg,
                struct host_netlink_list *out)
{
    char buf[HOST_NETLINK_MAX];
    return host_netlink_list(ends[0], host_netlink_put(buf, RTM_GETROUTE, NLM_F_DUMP, sizeof(struct rtmsg)),
                             sizeof(struct rtmsg), wants, arg, out);
}

static uint8_t len_of(const struct nlmsghdr *msg)
{
    return ((const struct rtmsg *)mnl_nlmsg_get_payload(msg))->rtm_dst_len;
}

static bool is_longer(const struct nlmsghdr *msg, const void *than)
{
    return len_of(msg) > *(const uint8_t *)than;
}

static void a_list_keeps_what_is_wanted_in_order(void **state)
{
    const uint8_t than = 8;
    struct host_netlink_list all;
    kernel_says(RTM_NEWROUTE, NLM_F_MULTI, 24);
    kernel_says(RTM_NEWROUTE, NLM_F_MULTI, 8);
    kernel_says(RTM_NEWROUTE, NLM_F_MULTI, 16);
    kernel_says(NLMSG_DONE, NLM_F_MULTI, 0);
    assert_int_equal(list(is_longer, &than, &all), 0);
    assert_int_equal(all.n, 2);
    assert_int_equal(len_of(all.msgs[0]), 24);
    assert_int_equal(len_of(all.msgs[1]), 16);
    host_netlink_free(&all);
    assert_int_equal(all.n, 0);
    assert_null(all.msgs);
}

static void a_single_answer_ends_with_its_acknowledgement(void **state)
{
    struct host_netlink_list all;
    kernel_says(RTM_NEWROUTE, 0, 24);
    kernel_refuses(0);
    assert_int_equal(list(NULL, NULL, &all), 0);
    assert_int_equal(all.n, 1);
    host_netlink_free(&all);
}

/* What no kernel says: a message shorter than the family's header, and one that is longer than its datagram.
 */
static void a_message_of_a_wrong_length_is_left_out_or_refused(void **state)
{
    struct nlmsghdr msg = {.nlmsg_len = sizeof msg, .nlmsg_type = RTM_NEWROUTE, .nlmsg_flags = NLM_F_MULTI};
    struct host_netlink_list all;
    assert_int_equal(send(ends[1], &msg, sizeof msg, 0), sizeof msg);
    kernel_says(RTM_NEWROUTE, NLM_F_MULTI, 24);
    kernel_says(NLMSG_DONE, NLM_F_MULTI, 0);
    assert_int_equal(list(NULL, NULL, &all), 0);
    assert_int_equal(all.n, 1);
    assert_int_equal(len_of(all.msgs[0]), 24);
    host_netlink_free(&all);
    const uint32_t wrong[] = {sizeof msg + 4, 0x7fffffff, 0x80000000, 0xfffffff0, 15, 0};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        msg.nlmsg_len = wrong[i];
        assert_int_equal(send(ends[1], &msg, sizeof msg, 0), sizeof msg);
        assert_int_equal(list(NULL, NULL, &all), -EPROTO);
        assert_int_equal(all.n, 0);
    }
}

static void a_list_that_changed_is_read_again(void **state)
{
    struct host_netlink_list all;
    kernel_says(RTM_NEWROUTE, NLM_F_MULTI | NLM_F_DUMP_INTR, 24);
    kernel_says(RTM_NEWROUTE, NLM_F_MULTI, 20);
    kernel_says(NLMSG_DONE, NLM_F_MULTI, 0);
    kernel_says(RTM_NEWROUTE, NLM_F_MULTI, 16);
    kernel_says(NLMSG_DONE, NLM_F_MULTI, 0);
    assert_int_equal(list(NULL, NULL, &all), 0);
    assert_int_equal(all.n, 1);
    assert_int_equal(len_of(all.msgs[0]), 16);
    host_netlink_free(&all);
}

static void a_refusal_leaves_nothing(void **state)
{
    struct host_netlink_list all;
    kernel_says(RTM_NEWROUTE, NLM_F_MULTI, 24);
    kernel_refuses(-ENODEV);
    assert_int_equal(list(NULL, NULL, &all), -ENODEV);
    assert_int_equal(all.n, 0);
    assert_null(all.msgs);
    kernel_refuses(INT_MIN); /* no number of an error, and none that can be negated */
    assert_int_equal(list(NULL, NULL, &all), -EPROTO);
    assert_int_equal(all.n, 0);
}

static void attributes_are_found_by_type_and_size(void **state)
{
    char buf[HOST_NETLINK_MAX];
    struct nlmsghdr *msg = host_netlink_put(buf, RTM_NEWROUTE, 0, sizeof(struct rtmsg));
    mnl_attr_put_u32(msg, RTA_OIF, 7);
    mnl_attr_put_u8(msg, RTA_PREF, 1);
    struct nlattr *nest = mnl_attr_nest_start(msg, RTA_METRICS);
    mnl_attr_put_u32(msg, RTAX_MTU, 1400);
    mnl_attr_nest_end(msg, nest);
    assert_int_equal(host_netlink_u32(host_netlink_attr(msg, sizeof(struct rtmsg), RTA_OIF, 4), 0), 7);
    assert_null(host_netlink_attr(msg, sizeof(struct rtmsg), RTA_PREF, 4));
    assert_null(host_netlink_attr(msg, sizeof(struct rtmsg), RTA_TABLE, 0));
    const struct nlattr *metrics = host_netlink_attr(msg, sizeof(struct rtmsg), RTA_METRICS, 0);
    assert_int_equal(host_netlink_u32(host_netlink_inner(metrics, RTAX_MTU, 4), 0), 1400);
    assert_null(host_netlink_inner(metrics, RTAX_MTU, 8));
    assert_null(host_netlink_inner(NULL, RTAX_MTU, 4));
    assert_int_equal(host_netlink_u32(NULL, 9), 9);
}

static int ask(int fd)
{
    char buf[HOST_NETLINK_MAX];
    return host_netlink_ask(fd, host_netlink_put(buf, RTM_NEWROUTE, 0, sizeof(struct rtmsg)));
}

static void an_acknowledgement_is_the_only_answer(void **state)
{
    const struct nlmsghdr done = {.nlmsg_len = sizeof done, .nlmsg_type = NLMSG_DONE};
    kernel_refuses(0);
    assert_int_equal(ask(ends[0]), 0);
    kernel_refuses(-EEXIST);
    assert_int_equal(ask(ends[0]), -EEXIST);
    assert_int_equal(send(ends[1], &done, sizeof done, 0), sizeof done);
    assert_int_equal(ask(ends[0]), -EPROTO);
    kernel_says(RTM_NEWROUTE, 0, 24);
    assert_int_equal(ask(ends[0]), -EPROTO);
    assert_int_equal(ask(-1), -EBADF);
}

/* What everybody may ask, of the real one: an interface that is not there. */
static void the_kernel_answers(void **state)
{
    char buf[HOST_NETLINK_MAX];
    const int fd = host_netlink_open(NETLINK_ROUTE);
    assert_true(fd >= 0);
    struct nlmsghdr *request = host_netlink_put(buf, RTM_GETLINK, 0, sizeof(struct ifinfomsg));
    ((struct ifinfomsg *)mnl_nlmsg_get_payload(request))->ifi_index = 0x7ffffff0;
    assert_int_equal(host_netlink_ask(fd, request), -ENODEV);
    close(fd);
    assert_int_equal(host_netlink_open(-1), -EPROTONOSUPPORT);
}

static int setup(void **state)
{
    return socketpair(AF_UNIX, SOCK_DGRAM, 0, ends);
}

static int teardown(void **state)
{
    close(ends[0]);
    close(ends[1]);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_list_keeps_what_is_wanted_in_order, setup, teardown),
        cmocka_unit_test_setup_teardown(a_single_answer_ends_with_its_acknowledgement, setup, teardown),
        cmocka_unit_test_setup_teardown(a_message_of_a_wrong_length_is_left_out_or_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_list_that_changed_is_read_again, setup, teardown),
        cmocka_unit_test_setup_teardown(a_refusal_leaves_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(an_acknowledgement_is_the_only_answer, setup, teardown),
        cmocka_unit_test(the_kernel_answers),
        cmocka_unit_test(attributes_are_found_by_type_and_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
