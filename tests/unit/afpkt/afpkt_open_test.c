/* SPDX-License-Identifier: BSD-3-Clause */
/* Ports that open, and those that do not: each refusal in one true sentence. */
#include <linux/capability.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "afpkt_rig.h"

static char why[400];

static void assert_refused(const char *interface, uint16_t mtu, const char *sentence)
{
    const struct afpkt_params p = {
        .interface = interface, .mtu = mtu, .rx_queues = 1, .tx_queues = 1, .pool = rig_pool};
    assert_null(afpkt_open(&p, why, sizeof why));
    assert_string_equal(why, sentence);
}

static void what_is_wrong_with_an_interface_is_told(void **state)
{
    rig_need();
    assert_refused(
        "nowhere", 1500,
        "there is no interface \"nowhere\" here (`ip link` lists those of this network namespace)");
    assert_refused("port0", 9217, "an MTU of 9217 is out of range 576..9216: write \"mtu\": 9216");
    assert_refused("lo", 1500, "interface lo is not of Ethernet");
    rig_run("ip link set port0 mtu 1400");
    assert_refused(
        "port0", 1500,
        "interface port0 carries packets of 1400 bytes and the port's MTU is 1500: `ip link set port0 mtu "
        "1500`, or write \"mtu\": 1400");
    rig_run("ip link set port0 mtu 9216 down");
    assert_refused("port0", 1500, "interface port0 is down: `ip link set port0 up`");
    rig_run("ip link set port0 up");
}

/* In a child, which never gets the right back. */
static void a_missing_right_is_not_blamed_on_the_interface(void **state)
{
    rig_need();
    const pid_t child = fork();
    if (child == 0) {
        const struct afpkt_params p = {
            .interface = "port0", .mtu = 1500, .rx_queues = 1, .tx_queues = 1, .pool = rig_pool};
        struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
        struct __user_cap_data_struct none[2] = {{0}};
        syscall(SYS_capset, &header, none);
        _exit(afpkt_open(&p, why, sizeof why) == NULL &&
                      strcmp(why, "frames of interface port0 may only be read and sent with CAP_NET_RAW: run "
                                  "as root") == 0
                  ? 0
                  : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void a_port_that_is_closed_leaves_nothing(void **state)
{
    rig_need();
    const int before = dup(0);
    close(before);
    rig_open(1500, 2);
    rig_close(NULL);
    const int after = dup(0);
    close(after);
    assert_int_equal(before, after);
}

static void it_has_the_address_and_the_state_of_its_interface(void **state)
{
    rig_need();
    rig_run("ip link set port0 address 02:00:00:00:0a:01");
    rig_open(1500, 1);
    assert_memory_equal(afpkt_mac(rig_port), "\x02\0\0\0\x0a\x01", 6);
    rig_assert_up(true);
    rig_run("ip link set host0 down");
    rig_assert_up(false);
    rig_run("ip link set host0 up");
}

static void what_came_before_is_not_received(void **state)
{
    uint8_t *frame = rig_plain(60);
    struct rte_mbuf *got[1];
    rig_need();
    rig_hear();
    for (int i = 0; i < 10; i++)
        rig_send(frame, 60, NULL);
    close(rig_fd);
    rig_open(1500, 2);
    assert_int_equal(rig_take(0, got, 1, 1) + rig_take(1, got, 1, 1), 0);
    free(frame);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(what_is_wrong_with_an_interface_is_told, rig_close),
        cmocka_unit_test_teardown(a_missing_right_is_not_blamed_on_the_interface, rig_close),
        cmocka_unit_test_teardown(a_port_that_is_closed_leaves_nothing, rig_close),
        cmocka_unit_test_teardown(it_has_the_address_and_the_state_of_its_interface, rig_close),
        cmocka_unit_test_teardown(what_came_before_is_not_received, rig_close),
    };
    return cmocka_run_group_tests(tests, rig_start, NULL);
}
