/* SPDX-License-Identifier: BSD-3-Clause */
/* A veth in a namespace of its own is taken and given back, by its owner or after the owner's death. */
#include "host_take.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "host_netlink.h"
#include "net_box.h"

/*
 * All that must be as it was. Lifetimes go on, so they are shown as words; IPv6 routes of several interfaces
 * to one network (ff00::/8) come in the order in which the interfaces came up, so they are sorted.
 */
#define SHOW                                                                                            \
    "{ printf '%s\\n' 'addr show dev near' rule nexthop | ip -d -batch -; ip -4 route show table all; " \
    "ip -6 route show table all | sort; ethtool -k near; tc qdisc show dev near; "                      \
    "cd /proc/sys/net/ipv6/conf/near; grep -rs . .; true; } | sed -E 's/[0-9]+sec/some sec/g'"

static char folder[] = "/tmp/host_take_XXXXXX";
static char why[HOST_WHY_MAX];
static char told[8192]; /* sentences, a line each */

static void tell(void *arg, const char *sentence)
{
    strncat(told, sentence, sizeof told - strlen(told) - 2);
    strcat(told, "\n");
}

static struct host_take_params params(void)
{
    told[0] = '\0';
    return (struct host_take_params){.name = "near", .run_dir = folder, .tell = tell};
}

static struct host_take *taken(const struct host_take_params *p)
{
    struct host_take *take = host_take(p, why, sizeof why);
    if (!take)
        fail_msg("%s", why);
    return take;
}

static void nothing_remembered(void)
{
    char command[64];
    snprintf(command, sizeof command, "ls -A %s", folder);
    char *files = net_box_text(command);
    assert_string_equal(files, "");
    free(files);
}

/* A bit of everything that an address and a route can have. */
static void furnish(void)
{
    net_box_near("ip link add side type veth peer name edis && ip link set side addrgenmode none up && "
                 "ip link set edis addrgenmode none up && "
                 "ip addr add 203.0.113.1/24 dev side && ip addr add 2001:db8:2::1/64 dev side nodad");
    net_box_near(
        "ip link set near mtu 1400 && ethtool -K near gro on rx-udp-gro-forwarding on && "
        "ip addr add 192.0.2.1/24 brd + dev near && ip addr add 192.0.2.9/24 dev near label near:1 && "
        "ip addr add 192.0.2.8/24 dev near && ip addr add 10.9.0.1 peer 10.9.0.2/32 dev near && "
        "ip addr add 198.51.100.1/24 dev near valid_lft 1000 preferred_lft 500 metric 77 && "
        "ip addr add 198.51.101.1/24 dev near noprefixroute scope link");
    net_box_near("ip addr add fe80::1/64 dev near nodad && ip addr add 2001:db8:1::1/64 dev near nodad && "
                 "ip addr add 2001:db8:1::2/64 dev near nodad noprefixroute && "
                 "ip addr add 2001:db8:7::1/64 dev near nodad valid_lft 900 preferred_lft 800");
    net_box_near("ip route add default via 192.0.2.254 && ip route add 10.8.0.0/16 via 192.0.2.254 metric 50 "
                 "proto 188 src 192.0.2.9 && ip route add 10.7.0.0/16 dev near scope link table 220 && "
                 "ip route add 10.6.0.0/16 via 10.99.0.1 dev near onlink && "
                 "ip route add 10.5.0.0/16 via 192.0.2.254 mtu lock 1300 tos 0x10 && "
                 "ip route add 10.4.0.0/16 nexthop via 192.0.2.7 weight 3 nexthop via 203.0.113.7 && "
                 "ip route add unreachable 10.3.0.0/16");
    net_box_near("ip -6 route add default via fe80::2 dev near pref high && "
                 "ip -6 route add 2001:db8:9::/48 via 2001:db8:1::254 metric 30 && "
                 "ip -6 route add 2001:db8:a::/48 nexthop via 2001:db8:1::254 nexthop via 2001:db8:2::254 && "
                 "ip -6 route add 2001:db8:b::/48 via 2001:db8:1::254 expires 500 table 221 && "
                 "ip nexthop add id 7 via 192.0.2.250 dev near && ip route add 10.2.0.0/16 nhid 7");
}

static int in_box(void **state)
{
    net_box_wire();
    return 0;
}

static int out_of_box(void **state)
{
    net_box_near("(ip link del side; ip route del unreachable 10.3.0.0/16) 2>/dev/null; true");
    net_box_unwire();
    return 0;
}

static void what_is_taken_comes_back_as_it_was(void **state)
{
    struct host_take_params p = params();
    furnish();
    char *before = net_box_text(SHOW);
    struct host_take *take = taken(&p);
    char *bare = net_box_text("ip addr show dev near | grep inet; ip route show table all | grep 'dev near'; "
                              "ip -6 route show table all | grep 'dev near'; true");
    assert_string_equal(bare, "");
    char *features = net_box_text("ethtool -k near | grep -E 'receive-offload|gro' | grep ' on$'; true");
    assert_string_equal(features, "");
    host_give_back(take, tell, NULL);
    char *after = net_box_text(SHOW);
    net_box_same(before, after);
    assert_string_equal(told, "");
    nothing_remembered();
    free(before);
    free(bare);
    free(features);
    free(after);
}

/* A child that takes near and waits to be killed; it does something before, when told to. Returns its number.
 */
static pid_t killed_owner_after(const struct host_take_params *p, void (*first)(void))
{
    char go = 0;
    int pipe_fds[2];
    assert_int_equal(pipe(pipe_fds), 0);
    const pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves nobody */
        if (first)
            first();
        go = host_take(p, why, sizeof why) != NULL;
        if (write(pipe_fds[1], &go, 1) == 1)
            pause();
        _exit(1);
    }
    assert_int_equal(read(pipe_fds[0], &go, 1), 1);
    assert_true(go);
    close(pipe_fds[0]);
    close(pipe_fds[1]);
    return pid;
}

static pid_t killed_owner(const struct host_take_params *p)
{
    return killed_owner_after(p, NULL);
}

static void end(pid_t pid)
{
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void what_a_killed_owner_left_is_given_back(void **state)
{
    struct host_take_params p = params();
    furnish();
    char *before = net_box_text(SHOW);
    const pid_t pid = killed_owner(&p);
    net_box_near("ip link set near promisc on mtu 1300"); /* as a driver that was killed leaves it */
    assert_int_equal(host_release(folder, NULL, tell, NULL), 0);
    assert_non_null(strstr(told, "which lives: left alone"));
    told[0] = '\0';
    end(pid);
    assert_int_equal(host_release(folder, NULL, tell, NULL), 1);
    char *after = net_box_text(SHOW);
    net_box_same(before, after);
    char sentence[128];
    snprintf(sentence, sizeof sentence,
             "near is given back as it was before process %d took it, which is gone\n", pid);
    assert_string_equal(told, sentence);
    nothing_remembered();
    assert_int_equal(host_release(folder, NULL, tell, NULL), 0);
    free(before);
    free(after);
}

static void the_next_take_repairs_first(void **state)
{
    struct host_take_params p = params();
    furnish();
    char *before = net_box_text(SHOW);
    end(killed_owner(&p));
    struct host_take *take = taken(&p);
    assert_non_null(strstr(told, "near is given back as it was before process"));
    host_give_back(take, tell, NULL);
    char *after = net_box_text(SHOW);
    net_box_same(before, after);
    free(before);
    free(after);
}

static void two_owners_cannot_have_it(void **state)
{
    struct host_take_params p = params();
    char sentence[128];
    const pid_t pid = killed_owner(&p);
    assert_null(host_take(&p, why, sizeof why));
    snprintf(sentence, sizeof sentence, "near is in the hands of process %d, which lives: end that first",
             pid);
    assert_string_equal(why, sentence);
    end(pid);
    assert_int_equal(host_release(folder, "near", tell, NULL), 1);
}

static void it_is_found_under_another_name_or_not_at_all(void **state)
{
    struct host_take_params p = params();
    net_box_near("ip addr add 192.0.2.1/24 dev near");
    char *before = net_box_text("ip addr show dev near | sed 's/near/NAME/g'");
    end(killed_owner(&p));
    net_box_near("ip link set near down && ip link set near name later");
    assert_int_equal(host_release(folder, "near", tell, NULL), 1);
    char *after = net_box_text("ip addr show dev later | sed 's/later/NAME/g'");
    net_box_same(before, after);
    net_box_near("ip link set later down && ip link set later name near && ip link set near up");
    end(killed_owner(&p));
    net_box_near("ip link del near && ip link add near type veth peer name raen");
    told[0] = '\0';
    assert_int_equal(host_release(folder, NULL, tell, NULL), 0);
    assert_non_null(strstr(told, "near is gone"));
    nothing_remembered();
    free(before);
    free(after);
}

static void what_is_there_already_is_no_failure(void **state)
{
    struct host_take_params p = params();
    furnish();
    char *before = net_box_text(SHOW);
    struct host_take *take = taken(&p);
    net_box_near(
        "echo 0 >/proc/sys/net/ipv6/conf/near/disable_ipv6; ip addr add 2001:db8:1::1/64 dev near nodad; "
        "ip addr add 192.0.2.1/24 brd + dev near; ip route add 10.7.0.0/16 dev near scope link table 220");
    host_give_back(take, tell, NULL);
    assert_string_equal(told, "");
    net_box_near("ip -o addr show dev near | grep -c inet | grep -qx 10");
    free(before);
}

static void a_link_that_was_down_goes_down_again(void **state)
{
    struct host_take_params p = params();
    net_box_near("ip link set near down && ip addr add 192.0.2.1/24 dev near && ethtool -K near gro on");
    char *before = net_box_text(SHOW);
    struct host_take *take = taken(&p);
    net_box_near("ip link show near | grep -q ',UP'");
    host_give_back(take, tell, NULL);
    char *after = net_box_text(SHOW);
    net_box_same(before, after);
    free(before);
    free(after);
}

static void a_part_of_a_bridge_is_refused_and_left_alone(void **state)
{
    struct host_take_params p = params();
    net_box_near("ip link add lan0 type bridge && ip link set near master lan0");
    char *before = net_box_text(SHOW);
    assert_null(host_take(&p, why, sizeof why));
    assert_string_equal(
        why, "near is a part of lan0, which hears all that arrives on it: take it out (ip link set near "
             "nomaster), or write \"device\": \"lan0\"");
    char *after = net_box_text(SHOW);
    net_box_same(before, after);
    nothing_remembered();
    net_box_near("ip link del lan0");
    free(before);
    free(after);
}

static void an_mtu_is_raised_or_its_limit_is_named(void **state)
{
    struct host_take_params p = params();
    p.mtu = 9001;
    struct host_take *take = taken(&p);
    net_box_near("ip link show near | grep -q 'mtu 9001'");
    host_give_back(take, tell, NULL);
    net_box_near("ip link show near | grep -q 'mtu 1500'");
    p.mtu = 65536;
    assert_null(host_take(&p, why, sizeof why));
    assert_string_equal(why, "near cannot have an MTU of 65536: its device's limit is 65535");
}

static void a_take_that_fails_leaves_all_as_it_was(void **state)
{
    struct host_take_params p = params();
    furnish();
    char *before = net_box_text(SHOW);
    const pid_t pid = fork();
    if (pid == 0) { /* without the right to change anything: the uid alone does not have it */
        const bool is_refused = chown(folder, 65534, 65534) == 0 && setuid(65534) == 0 &&
                                !host_take(&p, why, sizeof why) && strstr(why, "it needs CAP_NET_ADMIN");
        printf("%s\n", why);
        _exit(is_refused ? 0 : 1);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    char *after = net_box_text(SHOW);
    net_box_same(before, after);
    nothing_remembered();
    free(before);
    free(after);
}

static void a_new_name_does_not_hide_that_it_is_taken(void **state)
{
    struct host_take_params p = params();
    char sentence[128];
    net_box_near("ip link set near down && ip addr add 192.0.2.1/24 dev near");
    char *before = net_box_text("ip addr show dev near | sed 's/near/NAME/g'");
    const pid_t pid = killed_owner(&p);
    net_box_near("ip link set near down && ip link set near name later");
    p.name = "later";
    assert_null(host_take(&p, why, sizeof why));
    snprintf(sentence, sizeof sentence, "later is in the hands of process %d, which lives: end that first",
             pid);
    assert_string_equal(why, sentence);
    end(pid);
    host_give_back(taken(&p), tell, NULL);
    char *after = net_box_text("ip addr show dev later | sed 's/later/NAME/g'");
    net_box_same(before, after);
    net_box_near("ip link set later name near");
    free(before);
    free(after);
}

static void what_stands_on_it_is_named(void **state)
{
    struct host_take_params p = params();
    net_box_near("ip link add mac0 link near type macvlan && ip link add mac1 link near type macvlan");
    struct host_take *take = taken(&p);
    assert_string_equal(told, "near is taken, so what stands on it hears nothing: mac0, mac1\n");
    host_give_back(take, tell, NULL);
}

/* ---------------------------------------------------------------------------- nothing reaches the stack */

static int host_program(void)
{
    const struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(4711)};
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&any, sizeof any), 0);
    return fd;
}

/* A datagram from 10.77.0.5, which is spoofed, to 192.0.2.1. Whether it came to the program. */
static bool is_delivered(int program)
{
    const struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = inet_addr("10.77.0.5")},
                             to = {.sin_family = AF_INET,
                                   .sin_port = htons(4711),
                                   .sin_addr.s_addr = inet_addr("192.0.2.1")};
    struct pollfd p = {.fd = program, .events = POLLIN};
    char byte;
    net_box_go(true);
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&from, sizeof from), 0);
    assert_int_equal(sendto(fd, "x", 1, 0, (const struct sockaddr *)&to, sizeof to), 1);
    close(fd);
    net_box_go(false);
    /* A wire of the kernel delivers within the sender's call or right after it. */
    return poll(&p, 1, 50) == 1 && recv(program, &byte, 1, MSG_DONTWAIT) == 1;
}

static void set_filter(int rp_filter)
{
    net_box_near("for f in all near; do echo %d >/proc/sys/net/ipv4/conf/$f/rp_filter; done", rp_filter);
}

static void nothing_reaches_a_program_whatever_rp_filter_is(void **state)
{
    struct host_take_params p = params();
    const int program = host_program();
    net_box_far("ip addr add 192.0.2.2/24 dev far && ip addr add 10.77.0.5/32 dev far && "
                "ip neigh add 192.0.2.1 lladdr 02:00:00:00:00:01 dev far");
    net_box_near("ip addr add 192.0.2.1/24 dev near && ip route add 10.77.0.0/16 dev near");
    for (int rp_filter = 0; rp_filter < 3; rp_filter++) {
        set_filter(rp_filter);
        assert_true(is_delivered(program));
        struct host_take *take = taken(&p);
        assert_false(is_delivered(program));
        /* A DHCP client, or whoever thinks that the address is missing. */
        net_box_near("ip addr add 192.0.2.1/24 dev near && ip route add 10.77.0.0/16 dev near");
        assert_false(is_delivered(program));
        net_box_near("! command -v nft >/dev/null || nft flush ruleset");
        assert_false(is_delivered(program));
        host_give_back(take, tell, NULL);
        assert_true(is_delivered(program));
    }
    close(program);
}

/* No socket of nftables, as on a kernel without it: the way that a child of the test goes. */
static void without_nftables(void)
{
    const struct sock_filter rules[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NETLINK_NETFILTER, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPROTONOSUPPORT),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {sizeof rules / sizeof *rules, (struct sock_filter *)rules};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
        _exit(1);
}

static void without_nftables_a_classifier_stands_and_is_taken_away(void **state)
{
    struct host_take_params p = params();
    const int program = host_program();
    net_box_far("ip addr add 192.0.2.2/24 dev far && ip addr add 10.77.0.5/32 dev far && "
                "ip neigh add 192.0.2.1 lladdr 02:00:00:00:00:01 dev far");
    net_box_near("ip addr add 192.0.2.1/24 dev near && ip route add 10.77.0.0/16 dev near");
    set_filter(0);
    char *before = net_box_text(SHOW);
    const pid_t pid = killed_owner_after(&p, without_nftables);
    net_box_near("tc qdisc show dev near | grep -q clsact && ip addr add 192.0.2.1/24 dev near && "
                 "ip route add 10.77.0.0/16 dev near");
    assert_false(is_delivered(program));
    end(pid);
    assert_false(is_delivered(program)); /* it stays until somebody repairs */
    assert_int_equal(host_release(folder, NULL, tell, NULL), 1);
    assert_true(is_delivered(program));
    char *after = net_box_text(SHOW);
    net_box_same(before, after);
    close(program);
    free(before);
    free(after);
}

/* -------------------------------------------------------------------------------------------------- XDP */

/* An XDP program that lets all pass: r0 = XDP_PASS; exit. */
static int program_load(void)
{
    const struct bpf_insn pass[] = {
        {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = XDP_PASS},
        {.code = BPF_JMP | BPF_EXIT},
    };
    const union bpf_attr attr = {.prog_type = BPF_PROG_TYPE_XDP,
                                 .insns = (uintptr_t)pass,
                                 .insn_cnt = 2,
                                 .license = (uintptr_t) "BSD"};
    const int program = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof attr);
    if (program < 0) {
        perror("this process may not load an XDP program");
        skip();
    }
    return program;
}

/* Attaches it to near for good, as a driver that is killed leaves it. */
static void attach(int program)
{
    char buf[HOST_NETLINK_MAX];
    const int fd = host_netlink_open(NETLINK_ROUTE);
    struct nlmsghdr *request = host_netlink_put(buf, RTM_SETLINK, 0, sizeof(struct ifinfomsg));
    ((struct ifinfomsg *)mnl_nlmsg_get_payload(request))->ifi_index = (int)if_nametoindex("near");
    struct nlattr *nest = mnl_attr_nest_start(request, IFLA_XDP);
    mnl_attr_put(request, IFLA_XDP_FD, sizeof program, &program);
    mnl_attr_put_u32(request, IFLA_XDP_FLAGS, XDP_FLAGS_DRV_MODE);
    mnl_attr_nest_end(request, nest);
    assert_int_equal(host_netlink_ask(fd, request), 0);
    close(program);
    close(fd);
}

static void an_xdp_program_that_a_killed_owner_left_goes(void **state)
{
    struct host_take_params p = params();
    const int program = program_load();
    p.is_xdp = true;
    net_box_near("ethtool -K near gro off");
    char *before = net_box_text(SHOW);
    const pid_t pid = killed_owner(&p);
    attach(program);
    net_box_near(
        "ip -d link show near | grep -q prog/xdp && ethtool -k near | grep -qx 'rx-vlan-offload: off'");
    end(pid);
    assert_int_equal(host_release(folder, NULL, tell, NULL), 1);
    char *after = net_box_text(SHOW);
    net_box_same(before, after);
    free(before);
    free(after);
}

static void the_xdp_program_of_others_is_in_the_way_of_af_xdp_only(void **state)
{
    struct host_take_params p = params();
    attach(program_load());
    char *before = net_box_text(SHOW);
    struct host_take *take = taken(&p);
    assert_non_null(strstr(told, "which sees all frames before Culvert"));
    host_give_back(take, tell, NULL);
    char *after = net_box_text(SHOW);
    net_box_same(before, after);
    p.is_xdp = true;
    assert_null(host_take(&p, why, sizeof why));
    assert_non_null(strstr(why, "near has an XDP program already (id "));
    free(before);
    free(after);
}

static void a_plan_says_what_would_change_and_changes_nothing(void **state)
{
    struct host_take_params p = params();
    char changes[1024];
    furnish();
    char *before = net_box_text(SHOW);
    p.mtu = 9000;
    assert_int_equal(host_take_plan(&p, changes, sizeof changes, why, sizeof why), 0);
    assert_string_equal(
        changes,
        "near: the kernel hears nothing there until the end and loses 198.51.101.1/24, 192.0.2.1/24, "
        "10.9.0.1/32, 198.51.100.1/24 and 6 more; 17 routes go, the default route among them; off "
        "go rx-gro rx-udp-gro-forwarding; its MTU becomes 9000 in place of 1400");
    char *after = net_box_text(SHOW);
    net_box_same(before, after);
    free(before);
    free(after);
}

#define IN_BOX(test) cmocka_unit_test_setup_teardown(test, in_box, out_of_box)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_BOX(what_is_taken_comes_back_as_it_was),
        IN_BOX(what_a_killed_owner_left_is_given_back),
        IN_BOX(the_next_take_repairs_first),
        IN_BOX(two_owners_cannot_have_it),
        IN_BOX(it_is_found_under_another_name_or_not_at_all),
        IN_BOX(what_is_there_already_is_no_failure),
        IN_BOX(a_link_that_was_down_goes_down_again),
        IN_BOX(a_part_of_a_bridge_is_refused_and_left_alone),
        IN_BOX(an_mtu_is_raised_or_its_limit_is_named),
        IN_BOX(a_take_that_fails_leaves_all_as_it_was),
        IN_BOX(a_new_name_does_not_hide_that_it_is_taken),
        IN_BOX(what_stands_on_it_is_named),
        IN_BOX(nothing_reaches_a_program_whatever_rp_filter_is),
        IN_BOX(without_nftables_a_classifier_stands_and_is_taken_away),
        IN_BOX(an_xdp_program_that_a_killed_owner_left_goes),
        IN_BOX(the_xdp_program_of_others_is_in_the_way_of_af_xdp_only),
        IN_BOX(a_plan_says_what_would_change_and_changes_nothing),
    };
    if (!net_box_enter())
        return 77;
    if (!mkdtemp(folder))
        return 1;
    const int rc = cmocka_run_group_tests(tests, NULL, NULL);
    rmdir(folder);
    return rc;
}
