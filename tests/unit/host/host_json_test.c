/* SPDX-License-Identifier: BSD-3-Clause */
/* There and back again, and what is no such text. */
#include "host_json.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <cmocka.h>
#include "base_text.h"

static struct nlmsghdr *address(void)
{
    static char buf[HOST_NETLINK_MAX];
    const uint8_t ip[] = {192, 0, 2, 1};
    struct nlmsghdr *msg = host_netlink_put(buf, RTM_NEWADDR, 0, sizeof(struct ifaddrmsg));
    *(struct ifaddrmsg *)mnl_nlmsg_get_payload(msg) =
        (struct ifaddrmsg){.ifa_family = AF_INET, .ifa_prefixlen = 24};
    mnl_attr_put(msg, IFA_LOCAL, sizeof ip, ip);
    return msg;
}

static struct nlmsghdr *route(void)
{
    static char buf[HOST_NETLINK_MAX];
    const uint8_t ip[] = {10, 0, 0, 0};
    struct nlmsghdr *msg = host_netlink_put(buf, RTM_NEWROUTE, 0, sizeof(struct rtmsg));
    *(struct rtmsg *)mnl_nlmsg_get_payload(msg) =
        (struct rtmsg){.rtm_family = AF_INET, .rtm_dst_len = 8, .rtm_table = 220};
    mnl_attr_put(msg, RTA_DST, sizeof ip, ip);
    return msg;
}

static char *written(void)
{
    struct nlmsghdr *addrs[] = {address()}, *routes[] = {route(), route()};
    const struct host_before before = {
        .index = 7,
        .name = "eth0",
        .flags = 0x1001,
        .mtu = 9000,
        .xdp_prog = 3,
        .gen_mode = -1,
        .ip6_off = 1,
        .accept_dad = 2,
        .has_qdisc = true,
        .when_s = 0x123456789,
        .offloads = {{true, true}, {true, false}, {false, false}},
        .addrs = {1, addrs},
        .routes = {2, routes},
    };
    char *text = host_json_write(&before, 4711, "boot");
    assert_non_null(text);
    return text;
}

static void what_is_written_is_read(void **state)
{
    struct host_before before;
    char boot[HOST_JSON_BOOT], *text = written();
    int pid = 0;
    assert_int_equal(host_json_read(text, &before, &pid, boot), 0);
    assert_int_equal(pid, 4711);
    assert_string_equal(boot, "boot");
    assert_string_equal(before.name, "eth0");
    assert_int_equal(before.index, 7);
    assert_int_equal(before.flags, 0x1001);
    assert_int_equal(before.mtu, 9000);
    assert_int_equal(before.xdp_prog, 3);
    assert_int_equal(before.gen_mode, -1);
    assert_int_equal(before.ip6_off, 1);
    assert_int_equal(before.accept_dad, 2);
    assert_true(before.has_qdisc);
    assert_true(before.when_s == 0x123456789);
    assert_true(before.offloads[0].is_known && before.offloads[0].is_wanted);
    assert_true(before.offloads[1].is_known && !before.offloads[1].is_wanted);
    assert_false(before.offloads[2].is_known);
    assert_int_equal(before.addrs.n, 1);
    assert_memory_equal(before.addrs.msgs[0], address(), address()->nlmsg_len);
    assert_int_equal(before.routes.n, 2);
    assert_memory_equal(before.routes.msgs[1], route(), route()->nlmsg_len);
    host_before_free(&before);
    free(text);
}

static void people_can_read_it(void **state)
{
    char *text = written();
    assert_non_null(strstr(text, "`culvertd --release` gives it back"));
    assert_non_null(strstr(text, "\"is\": \"192.0.2.1/24\""));
    assert_non_null(strstr(text, "\"is\": \"10.0.0.0/8 table 220\""));
    free(text);
}

/* One change of the text each, which must be refused as a whole. */
static void what_was_damaged_is_refused(void **state)
{
    static const char *const damage[][2] = {
        {"{", "["},
        {"\"index\": 7", "\"index\": \"7\""},
        {"\"mtu\"", "\"mtv\""},
        {"\"message\"", "\"massage\""},
        {"18000000180000", "19000000180000"}, /* a length that is not the message's */
    };
    struct host_before before;
    char boot[HOST_JSON_BOOT], copy[4096];
    int pid;
    for (size_t i = 0; i < sizeof damage / sizeof *damage; i++) {
        char *text = written();
        const char *at = strstr(text, damage[i][0]);
        if (i == 4)
            at = strstr(text, "\"message\": \"") + strlen("\"message\": \"");
        assert_non_null(at);
        struct base_text t = base_text(copy, sizeof copy);
        if (i < 4)
            base_text_add(&t, "%.*s%s%s", (int)(at - text), text, damage[i][1], at + strlen(damage[i][0]));
        else
            base_text_add(&t, "%.*sff%s", (int)(at - text), text, at + 2);
        assert_int_equal(host_json_read(copy, &before, &pid, boot), -EINVAL);
        assert_int_equal(before.addrs.n, 0);
        free(text);
    }
    assert_int_equal(host_json_read("", &before, &pid, boot), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(people_can_read_it),
        cmocka_unit_test(what_was_damaged_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
