/* SPDX-License-Identifier: BSD-3-Clause */
/* Requests byte for byte, to a kernel that is the other end of a socket pair; its answers as errors. */
#include "host_rtnl.h"

#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

static int ends[2]; /* ours, the kernel's */

/* The last request. */
static union {
    struct nlmsghdr head;
    uint8_t bytes[512];
} asked;

/* What the kernel will say to the next request. */
static void kernel_says(int error)
{
    struct {
        struct nlmsghdr head;
        struct nlmsgerr error;
    } answer = {.head = {.nlmsg_len = sizeof answer, .nlmsg_type = NLMSG_ERROR}, .error = {.error = error}};
    assert_int_equal(send(ends[1], &answer, sizeof answer, 0), sizeof answer);
}

static void asked_read(uint16_t type, uint16_t flags, size_t size)
{
    const ssize_t n = recv(ends[1], &asked, sizeof asked, MSG_DONTWAIT);
    assert_int_equal(n, asked.head.nlmsg_len);
    assert_int_equal(n, size);
    assert_int_equal(asked.head.nlmsg_type, type);
    assert_int_equal(asked.head.nlmsg_flags, NLM_F_REQUEST | NLM_F_ACK | flags);
}

/* The attribute of this type behind a header of `size` bytes; its length is checked. */
static const void *attribute(size_t size, uint16_t type, size_t want)
{
    const struct rtattr *a = (const void *)(asked.bytes + NLMSG_SPACE(size));
    int left = (int)(asked.head.nlmsg_len - NLMSG_SPACE(size));
    for (; RTA_OK(a, left); a = RTA_NEXT(a, left))
        if ((a->rta_type & NLA_TYPE_MASK) == type) {
            assert_int_equal(RTA_PAYLOAD(a), want);
            return RTA_DATA(a);
        }
    fail_msg("no attribute %u", type);
    return NULL;
}

static uint32_t number(size_t size, uint16_t type)
{
    uint32_t v;
    memcpy(&v, attribute(size, type, 4), 4);
    return v;
}

static struct base_prefix prefix(const char *text)
{
    struct base_prefix p;
    assert_int_equal(base_prefix_parse_host(text, &p), 0);
    return p;
}

static void an_address_comes_with_its_network(void **state)
{
    const struct base_prefix four = prefix("192.0.2.1/24"), six = prefix("2001:db8::1/64");
    kernel_says(0);
    assert_int_equal(host_rtnl_addr_add(ends[0], 9, &four), 0);
    asked_read(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, NLMSG_LENGTH(sizeof(struct ifaddrmsg)) + 16);
    const struct ifaddrmsg *i = NLMSG_DATA(&asked.head);
    assert_int_equal(i->ifa_family, AF_INET);
    assert_int_equal(i->ifa_prefixlen, 24);
    assert_int_equal(i->ifa_index, 9);
    assert_memory_equal(attribute(sizeof *i, IFA_LOCAL, 4), four.addr.bytes, 4);
    assert_memory_equal(attribute(sizeof *i, IFA_ADDRESS, 4), four.addr.bytes, 4);
    kernel_says(0);
    assert_int_equal(host_rtnl_addr_add(ends[0], 9, &six), 0);
    asked_read(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, NLMSG_LENGTH(sizeof(struct ifaddrmsg)) + 40);
    assert_int_equal(i->ifa_family, AF_INET6);
    assert_int_equal(i->ifa_prefixlen, 64);
    assert_memory_equal(attribute(sizeof *i, IFA_LOCAL, 16), six.addr.bytes, 16);
}

static void a_default_route_goes_by_the_interface_into_its_table(void **state)
{
    for (int is6 = 0; is6 < 2; is6++) {
        kernel_says(0);
        assert_int_equal(host_rtnl_default_add(ends[0], 5, is6 ? BASE_AF_IP6 : BASE_AF_IP4, 1000, 77), 0);
        asked_read(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, NLMSG_LENGTH(sizeof(struct rtmsg)) + 24);
        const struct rtmsg *i = NLMSG_DATA(&asked.head);
        assert_int_equal(i->rtm_family, is6 ? AF_INET6 : AF_INET);
        assert_int_equal(i->rtm_dst_len, 0);
        assert_int_equal(i->rtm_scope, is6 ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK);
        assert_int_equal(number(sizeof *i, RTA_TABLE), 1000);
        assert_int_equal(number(sizeof *i, RTA_OIF), 5);
        assert_int_equal(number(sizeof *i, RTA_PRIORITY), 77);
    }
}

static void a_rule_is_taken_away_as_it_was_put_there(void **state)
{
    const struct base_prefix from = prefix("192.0.2.1/32"), from6 = prefix("2001:db8::1/128");
    const size_t size = NLMSG_LENGTH(sizeof(struct fib_rule_hdr)) + 24;
    uint8_t added[256];
    kernel_says(0);
    assert_int_equal(host_rtnl_rule_add(ends[0], &from.addr, 1000, 33), 0);
    asked_read(RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, size);
    const struct fib_rule_hdr *h = NLMSG_DATA(&asked.head);
    assert_int_equal(h->family, AF_INET);
    assert_int_equal(h->src_len, 32);
    assert_int_equal(h->action, FR_ACT_TO_TBL);
    assert_memory_equal(attribute(sizeof *h, FRA_SRC, 4), from.addr.bytes, 4);
    assert_int_equal(number(sizeof *h, FRA_TABLE), 1000);
    assert_int_equal(number(sizeof *h, FRA_PRIORITY), 33);
    memcpy(added, h, size - NLMSG_HDRLEN);
    kernel_says(0);
    assert_int_equal(host_rtnl_rule_remove(ends[0], &from.addr, 1000, 33), 0);
    asked_read(RTM_DELRULE, 0, size);
    assert_memory_equal(h, added, size - NLMSG_HDRLEN);
    kernel_says(0);
    assert_int_equal(host_rtnl_rule_add(ends[0], &from6.addr, 1000, 33), 0);
    asked_read(RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, size + 12);
    assert_int_equal(h->family, AF_INET6);
    assert_int_equal(h->src_len, 128);
}

static void what_the_kernel_refuses_is_told_as_it_says(void **state)
{
    const struct base_prefix addr = prefix("192.0.2.1/24");
    kernel_says(-EEXIST);
    assert_int_equal(host_rtnl_addr_add(ends[0], 9, &addr), -EEXIST);
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

static void a_route_has_its_source_and_comes_back_out(void **state)
{
    const struct base_prefix to = prefix("10.2.0.0/24");
    struct base_addr from;
    (void)state;
    assert_int_equal(base_addr_parse("10.9.0.1", &from), 0);
    kernel_says(0);
    assert_int_equal(host_rtnl_route_add(ends[0], 9, &to, &from, 3000), 0);
    const size_t size = sizeof(struct rtmsg);
    asked_read(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, NLMSG_LENGTH(size) + 32);
    const struct rtmsg *i = NLMSG_DATA(&asked.head);
    assert_int_equal(i->rtm_family, AF_INET);
    assert_int_equal(i->rtm_dst_len, 24);
    assert_int_equal(i->rtm_table, RT_TABLE_MAIN);
    assert_int_equal(i->rtm_scope, RT_SCOPE_LINK);
    assert_memory_equal(attribute(size, RTA_DST, 4), to.addr.bytes, 4);
    assert_memory_equal(attribute(size, RTA_PREFSRC, 4), from.bytes, 4);
    assert_int_equal(number(size, RTA_OIF), 9);
    assert_int_equal(number(size, RTA_PRIORITY), 3000);
    kernel_says(-ESRCH);
    assert_int_equal(host_rtnl_route_remove(ends[0], 9, &to, 3000), -ESRCH);
    asked_read(RTM_DELROUTE, 0, NLMSG_LENGTH(size) + 24);
    kernel_says(0);
    const struct base_prefix own = prefix("10.9.0.1/32");
    assert_int_equal(host_rtnl_addr_remove(ends[0], 9, &own), 0);
    asked_read(RTM_DELADDR, 0, NLMSG_LENGTH(sizeof(struct ifaddrmsg)) + 16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_address_comes_with_its_network, setup, teardown),
        cmocka_unit_test_setup_teardown(a_default_route_goes_by_the_interface_into_its_table, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_rule_is_taken_away_as_it_was_put_there, setup, teardown),
        cmocka_unit_test_setup_teardown(what_the_kernel_refuses_is_told_as_it_says, setup, teardown),
        cmocka_unit_test_setup_teardown(a_route_has_its_source_and_comes_back_out, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
