/* SPDX-License-Identifier: BSD-3-Clause */
/* A program of two instructions on a veth: seen by its number, and taken away in whichever way it was
 * attached. */
#include "host_xdp.h"

#include <linux/bpf.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cmocka.h>
#include "host_link.h"
#include "net_box.h"

static int fd, program;
static unsigned near_index;

/* Lets all pass: r0 = XDP_PASS; exit. */
static int program_load(void)
{
    const struct bpf_insn pass[] = {
        {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = XDP_PASS},
        {.code = BPF_JMP | BPF_EXIT},
    };
    const union bpf_attr attr = {
        .prog_type = BPF_PROG_TYPE_XDP,
        .insns = (uintptr_t)pass,
        .insn_cnt = 2,
        .license = (uintptr_t) "BSD",
    };
    return (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof attr);
}

static int attach(uint32_t way)
{
    char buf[HOST_NETLINK_MAX];
    struct nlmsghdr *request = host_netlink_put(buf, RTM_SETLINK, 0, sizeof(struct ifinfomsg));
    ((struct ifinfomsg *)mnl_nlmsg_get_payload(request))->ifi_index = (int)near_index;
    struct nlattr *nest = mnl_attr_nest_start(request, IFLA_XDP);
    mnl_attr_put(request, IFLA_XDP_FD, sizeof program, &program);
    mnl_attr_put_u32(request, IFLA_XDP_FLAGS, way);
    mnl_attr_nest_end(request, nest);
    return host_netlink_ask(fd, request);
}

static uint32_t attached(void)
{
    struct host_netlink_list link;
    assert_int_equal(host_link_get(fd, "near", 0, &link), 0);
    const uint32_t id = host_xdp_prog(link.msgs[0]);
    host_netlink_free(&link);
    return id;
}

static void a_program_is_seen_and_taken_away(void **state)
{
    static const uint32_t ways[] = {XDP_FLAGS_SKB_MODE, XDP_FLAGS_DRV_MODE};
    if (program < 0)
        skip(); /* this process may not load one */
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(attached(), 0);
        assert_int_equal(attach(ways[i]), 0);
        assert_true(attached() > 0);
        assert_int_equal(host_xdp_detach(fd, near_index), 0);
        assert_int_equal(attached(), 0);
    }
    assert_int_equal(host_xdp_detach(fd, near_index), 0);
}

static void what_a_driver_can_is_asked_or_known(void **state)
{
    const enum host_xdp_can veth = host_xdp_can(near_index, "veth");
    assert_true(veth == HOST_XDP_NATIVE || veth == HOST_XDP_ZEROCOPY);
    /* No such interface: the kernel tells nothing, so the names are asked. */
    assert_int_equal(host_xdp_can(0x7ffffff0, "ixgbe"), HOST_XDP_ZEROCOPY);
    assert_int_equal(host_xdp_can(0x7ffffff0, "virtio_net"), HOST_XDP_NATIVE);
    assert_int_equal(host_xdp_can(0x7ffffff0, "e1000e"), HOST_XDP_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_program_is_seen_and_taken_away),
        cmocka_unit_test(what_a_driver_can_is_asked_or_known),
    };
    if (!net_box_enter())
        return 77;
    net_box_wire();
    fd = host_netlink_open(NETLINK_ROUTE);
    near_index = if_nametoindex("near");
    program = program_load();
    if (program < 0)
        perror("no XDP program");
    const int rc = cmocka_run_group_tests(tests, NULL, NULL);
    close(program);
    close(fd);
    net_box_unwire();
    return rc;
}
