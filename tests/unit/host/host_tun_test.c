/* SPDX-License-Identifier: BSD-3-Clause */
/* What is asked of the kernel for an interface, in which order, and what is taken back when it refuses. */
#include "host_tun.h"

#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <cmocka.h>
#include "base_text.h"
#include "host_link.h"
#include "host_log.h"
#include "host_rtnl.h"

#define IFINDEX 7

static char asked[2048], said[2048];
static struct base_text asked_text, said_text;
static int open_errno, ioctl_errno, rtnl_errno;
static const char *refused; /* the request that the kernel refuses, by its beginning */
static int refusal;
static bool has_other; /* another interface has the address, too */

__attribute__((format(printf, 1, 2))) static int ask(const char *format, ...)
{
    char line[100];
    va_list ap;
    va_start(ap, format);
    vsnprintf(line, sizeof line, format, ap);
    va_end(ap);
    base_text_add(&asked_text, "%s\n", line);
    return refused && strncmp(line, refused, strlen(refused)) == 0 ? refusal : 0;
}

static const char *addr(const struct base_addr *a)
{
    static char text[BASE_ADDR_TEXT_MAX];
    return base_addr_text(a, text);
}

int host_netlink_open(int protocol)
{
    return rtnl_errno ? -rtnl_errno : dup(STDERR_FILENO);
}

int host_link_set_mtu(int fd, unsigned ifindex, uint32_t mtu)
{
    assert_int_equal(ifindex, IFINDEX);
    return ask("mtu %u", mtu);
}

int host_link_set_flags(int fd, unsigned ifindex, unsigned flags, unsigned mask)
{
    assert_int_equal(ifindex, IFINDEX);
    assert_int_equal(mask, IFF_UP);
    return ask(flags & IFF_UP ? "up" : "down");
}

int host_link_set_gen_mode(int fd, unsigned ifindex, uint8_t mode)
{
    assert_int_equal(mode, IN6_ADDR_GEN_MODE_NONE);
    return ask("no link-local");
}

int host_rtnl_addr_add(int fd, unsigned ifindex, const struct base_prefix *a)
{
    return ask("addr %s/%u", addr(&a->addr), a->len);
}

int host_rtnl_addr_remove(int fd, unsigned ifindex, const struct base_prefix *a)
{
    return ask("no addr %s/%u", addr(&a->addr), a->len);
}

int host_rtnl_route_add(int fd, unsigned ifindex, const struct base_prefix *to, const struct base_addr *from,
                        uint32_t metric)
{
    char prefix[BASE_PREFIX_TEXT_MAX];
    return ask("route %s from %s metric %u", base_prefix_text(to, prefix), addr(from), metric);
}

int host_rtnl_route_remove(int fd, unsigned ifindex, const struct base_prefix *to, uint32_t metric)
{
    char prefix[BASE_PREFIX_TEXT_MAX];
    return ask("no route %s metric %u", base_prefix_text(to, prefix), metric);
}

int host_rtnl_default_add(int fd, unsigned ifindex, uint8_t family, uint32_t table, uint32_t metric)
{
    return ask("default %u table %u metric %u", family, table, metric);
}

int host_rtnl_rule_add(int fd, const struct base_addr *from, uint32_t table, uint32_t priority)
{
    return ask("rule %s table %u priority %u", addr(from), table, priority);
}

int host_rtnl_rule_remove(int fd, const struct base_addr *from, uint32_t table, uint32_t priority)
{
    return ask("no rule %s table %u priority %u", addr(from), table, priority);
}

void host_log(enum host_level level, const char *format, ...)
{
    char line[1000];
    va_list ap;
    va_start(ap, format);
    vsnprintf(line, sizeof line, format, ap);
    va_end(ap);
    base_text_add(&said_text, "%s\n", line);
}

int open64(const char *path, int flags, ...)
{
    assert_string_equal(path, "/dev/net/tun");
    assert_int_equal(flags, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    errno = open_errno;
    return open_errno ? -1 : dup(STDERR_FILENO);
}

int ioctl(int fd, unsigned long request, ...)
{
    va_list ap;
    va_start(ap, request);
    const struct ifreq *ifr = va_arg(ap, const struct ifreq *);
    va_end(ap);
    assert_int_equal(request, TUNSETIFF);
    ask("make %s flags 0x%x", ifr->ifr_name, (unsigned short)ifr->ifr_flags);
    errno = ioctl_errno;
    return ioctl_errno ? -1 : 0;
}

unsigned if_nametoindex(const char *name)
{
    assert_string_equal(name, "culvert0");
    return IFINDEX;
}

static struct sockaddr_in other = {.sin_family = AF_INET};
static struct ifaddrs interfaces = {.ifa_name = (char[]){"eth7"}, .ifa_addr = (struct sockaddr *)&other};

int getifaddrs(struct ifaddrs **list)
{
    *list = &interfaces;
    return has_other ? 0 : -1;
}

void freeifaddrs(struct ifaddrs *list)
{
    assert_ptr_equal(list, &interfaces);
}

static struct base_prefix addrs[2];
static const struct host_tun tun = {
    .port = "out",
    .name = "culvert0",
    .mtu = 1400,
    .table = 4501,
    .n_addrs = 2,
    .addrs = addrs,
    .gateway_family = BASE_AF_IP4,
};

static int setup(void **state)
{
    asked_text = base_text(asked, sizeof asked);
    said_text = base_text(said, sizeof said);
    open_errno = ioctl_errno = rtnl_errno = refusal = 0;
    refused = NULL;
    has_other = false;
    assert_int_equal(base_prefix_parse_host("192.0.2.1/24", &addrs[0]), 0);
    assert_int_equal(base_prefix_parse_host("2001:db8::1/64", &addrs[1]), 0);
    memcpy(&other.sin_addr, addrs[0].addr.bytes, 4);
    return 0;
}

static void an_interface_gets_addresses_rules_and_routes_of_both_families(void **state)
{
    char why[200] = "";
    const int fd = host_tun_open(&tun, why, sizeof why);
    assert_true(fd >= 0);
    assert_string_equal(asked, "make culvert0 flags 0x9001\n"
                               "no link-local\n"
                               "mtu 1400\n"
                               "up\n"
                               "addr 192.0.2.1/24\n"
                               "rule 192.0.2.1 table 4501 priority 4501\n"
                               "default 4 table 4501 metric 4000\n"
                               "default 4 table 254 metric 4000\n"
                               "addr 2001:db8::1/64\n"
                               "rule 2001:db8::1 table 4501 priority 4501\n"
                               "default 6 table 4501 metric 4000\n");
    assert_string_equal(said, "");
    setup(NULL);
    host_tun_close(&tun, fd);
    assert_string_equal(asked, "no rule 192.0.2.1 table 4501 priority 4501\n"
                               "no rule 2001:db8::1 table 4501 priority 4501\n");
    assert_int_equal(fcntl(fd, F_GETFD), -1);
}

static void what_another_left_or_has_is_no_fault(void **state)
{
    char why[200] = "";
    refusal = -EEXIST;
    for (size_t i = 0; i < 2; i++) {
        refused = i ? "default 4 table 254" : "rule 192.0.2.1";
        const int fd = host_tun_open(&tun, why, sizeof why);
        assert_true(fd >= 0);
        close(fd);
    }
}

static void an_interface_that_cannot_be_set_up_is_taken_away(void **state)
{
    char why[200] = "";
    refused = "addr 192.0.2.1";
    refusal = -EPERM;
    assert_int_equal(host_tun_open(&tun, why, sizeof why), -1);
    assert_string_equal(why, "ports.out.host: interface culvert0 cannot be set up: Operation not permitted");
    assert_non_null(strstr(asked, "no rule 192.0.2.1"));
}

static void without_ip6_the_other_family_goes_on(void **state)
{
    char why[200] = "";
    refused = "addr 2001:db8::1";
    refusal = -EACCES;
    const int fd = host_tun_open(&tun, why, sizeof why);
    assert_true(fd >= 0);
    close(fd);
    assert_non_null(strstr(said, "event=host_without_ip6 port=out interface=culvert0"));
}

static void other_addresses_take_the_place_of_former_ones(void **state)
{
    struct base_prefix former[2];
    former[0] = addrs[0];
    assert_int_equal(base_prefix_parse_host("192.0.2.9/24", &former[1]), 0);
    assert_int_equal(host_tun_readdress(&tun, 2, former), 0);
    assert_string_equal(asked, "no addr 192.0.2.9/24\n"
                               "no rule 192.0.2.9 table 4501 priority 4501\n"
                               "addr 192.0.2.1/24\n"
                               "rule 192.0.2.1 table 4501 priority 4501\n"
                               "default 4 table 4501 metric 4000\n"
                               "default 4 table 254 metric 4000\n"
                               "addr 2001:db8::1/64\n"
                               "rule 2001:db8::1 table 4501 priority 4501\n"
                               "default 6 table 4501 metric 4000\n");
    refused = "no addr"; /* somebody has taken it away */
    refusal = -EADDRNOTAVAIL;
    assert_int_equal(host_tun_readdress(&tun, 2, former), 0);
    refused = "addr 192.0.2.1"; /* it is there */
    refusal = -EEXIST;
    assert_int_equal(host_tun_readdress(&tun, 2, former), 0);
    refusal = -EPERM;
    assert_int_equal(host_tun_readdress(&tun, 2, former), -EPERM);
    rtnl_errno = EMFILE;
    assert_int_equal(host_tun_readdress(&tun, 2, former), -EMFILE);
}

static void each_refusal_is_a_sentence(void **state)
{
    char why[300] = "";
    rtnl_errno = EAFNOSUPPORT;
    assert_int_equal(host_tun_open(&tun, why, sizeof why), -1);
    assert_non_null(strstr(why, "ports.out.host: no routing socket"));
    rtnl_errno = 0;
    open_errno = ENOENT;
    assert_int_equal(host_tun_open(&tun, why, sizeof why), -1);
    assert_non_null(strstr(why, "modprobe tun"));
    open_errno = 0;
    ioctl_errno = EPERM;
    assert_int_equal(host_tun_open(&tun, why, sizeof why), -1);
    assert_non_null(strstr(why, "the daemon needs CAP_NET_ADMIN"));
    ioctl_errno = EBUSY;
    assert_int_equal(host_tun_open(&tun, why, sizeof why), -1);
    assert_non_null(strstr(why, "write another"));
}

static void an_interface_with_the_same_address_is_told_of(void **state)
{
    char why[200] = "";
    has_other = true;
    close(host_tun_open(&tun, why, sizeof why));
    assert_non_null(strstr(said, "event=address_twice port=out interface=eth7"));
    setup(NULL);
    has_other = true;
    other.sin_addr.s_addr ^= 1;
    close(host_tun_open(&tun, why, sizeof why));
    assert_string_equal(said, "");
}

static void an_address_more_is_this_machines_alone(void **state)
{
    const struct base_addr inner = base_addr_ip4(0x0a090001), own = base_addr_ip4(0xc0000263);
    const struct base_prefix net = {base_addr_ip4(0x0a020000), 16};
    (void)state;
    assert_int_equal(host_tun_addr_add("culvert0", &inner), 0);
    assert_int_equal(host_tun_route_add("culvert0", &inner, &net), 0);
    assert_int_equal(host_tun_route_remove("culvert0", &net), 0);
    assert_int_equal(host_tun_addr_remove("culvert0", &inner), 0);
    assert_string_equal(asked, "addr 10.9.0.1/32\nroute 10.2.0.0/16 from 10.9.0.1 metric 3000\n"
                               "no route 10.2.0.0/16 metric 3000\nno addr 10.9.0.1/32\n");
    has_other = true;
    memcpy(&other.sin_addr, own.bytes, 4);
    assert_int_equal(host_tun_addr_add("culvert0", &own), -EADDRINUSE);
    refused = "route";
    refusal = -EEXIST;
    assert_int_equal(host_tun_route_add("culvert0", &inner, &net), -EEXIST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_interface_gets_addresses_rules_and_routes_of_both_families, setup),
        cmocka_unit_test_setup(what_another_left_or_has_is_no_fault, setup),
        cmocka_unit_test_setup(an_interface_that_cannot_be_set_up_is_taken_away, setup),
        cmocka_unit_test_setup(without_ip6_the_other_family_goes_on, setup),
        cmocka_unit_test_setup(other_addresses_take_the_place_of_former_ones, setup),
        cmocka_unit_test_setup(each_refusal_is_a_sentence, setup),
        cmocka_unit_test_setup(an_address_more_is_this_machines_alone, setup),
        cmocka_unit_test_setup(an_interface_with_the_same_address_is_told_of, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
