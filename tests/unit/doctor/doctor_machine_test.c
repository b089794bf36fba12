/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows of a machine: a good one has nothing to mend, and each fault has its finding and its cure. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <linux/capability.h>
#include <cmocka.h>
#include "doctor_machine.h"

static struct doctor_machine m;
static struct doctor_report report;

static int good(void **state)
{
    (void)state;
    memset(&report, 0, sizeof report);
    m = (struct doctor_machine){.is_root = true,
                                .has_config = true,
                                .n_cpus = 8,
                                .aes = true,
                                .pclmul = true,
                                .avx2 = true,
                                .vaes = true,
                                .huge_pages = 1024,
                                .huge_free = 1024,
                                .huge_kb = 2048,
                                .available_kb = 8 << 20,
                                .wants_kb = 1 << 20,
                                .has_iommu = true,
                                .has_vfio = true,
                                .n_cores = 2,
                                .cores = {{1, true, 0, "performance"}, {2, true, 0, "performance"}},
                                .n_nics = 2,
                                .nics = {{.port = "outside",
                                          .device = "0000:01:00.0",
                                          .kind = DOCTOR_BY_PCI,
                                          .is_outside = true,
                                          .is_there = true,
                                          .driver = "vfio-pci",
                                          .numa = 0,
                                          .rp_filter = DOCTOR_UNKNOWN},
                                         {.port = "inside",
                                          .device = "eth1",
                                          .kind = DOCTOR_BY_NAME,
                                          .is_there = true,
                                          .driver = "ixgbe",
                                          .mtu = 1500,
                                          .rx_queues = 4,
                                          .numa = 0,
                                          .rp_filter = 1,
                                          .offloads = "gro"}},
                                .knows_firewall = true,
                                .clock_s = 1800000000,
                                .newest_s = 1790000000,
                                .is_synchronised = 1};
    return 0;
}

static void judge(void)
{
    doctor_machine(&m, &report);
}

static void found(const char *name, enum doctor_level level, enum doctor_part part, const char *words)
{
    judge();
    const struct doctor_finding *f = doctor_find(&report, name);
    if (!f)
        fail_msg("%s is not found", name);
    assert_int_equal(f->level, level);
    if (!strstr(f->text[part], words))
        fail_msg("\"%s\" is not in: %s", words, f->text[part]);
    assert_int_equal(doctor_count_bad(&report), level >= DOCTOR_WARNING);
}

static void a_good_machine_has_nothing_to_mend(void **state)
{
    (void)state;
    judge();
    assert_int_equal(doctor_count_bad(&report), 0);
    assert_non_null(doctor_find(&report, "driver"));
}

static void a_user_without_rights(void **state)
{
    (void)state;
    m.missing_caps = UINT64_C(1) << CAP_NET_ADMIN;
    found("rights", DOCTOR_NOTE, DOCTOR_SEEN, "CAP_NET_ADMIN (takes interfaces)");
}

static void a_cpu_that_lacks_instructions(void **state)
{
    (void)state;
    m.aes = false;
    found("cpu-features", DOCTOR_FAULT, DOCTOR_HERE, "host-passthrough");
}

static void too_few_hugepages(void **state)
{
    (void)state;
    m.huge_free = 12;
    found("hugepages", DOCTOR_WARNING, DOCTOR_HERE, "vm.nr_hugepages=1524");
}

static void too_little_memory(void **state)
{
    (void)state;
    m.nics[0].kind = DOCTOR_BY_NAME;
    m.huge_pages = m.huge_free = 0;
    m.available_kb = 1 << 18;
    found("memory", DOCTOR_WARNING, DOCTOR_SEEN,
          "256 MB of memory are free, and eal.memory_mb asks for 1024");
}

static void a_device_that_is_not_there(void **state)
{
    (void)state;
    m.nics[1].is_there = false;
    found("device", DOCTOR_FAULT, DOCTOR_SEEN, "port inside is eth1, and there is none of this name");
}

static void a_device_that_dpdk_cannot_have(void **state)
{
    (void)state;
    m.has_iommu = false;
    strcpy(m.nics[0].trouble, "0000:01:00.0 is bound to ixgbe");
    found("device", DOCTOR_FAULT, DOCTOR_HERE, "intel_iommu=on");
}

static void offloads_are_culvertds_business(void **state)
{
    (void)state;
    found("offloads", DOCTOR_OK, DOCTOR_SEEN, "eth1 has receive offloads on: gro");
}

static void a_narrow_port(void **state)
{
    (void)state;
    m.nics[1].is_outside = true;
    m.nics[1].mtu = 1200;
    found("mtu", DOCTOR_WARNING, DOCTOR_SEEN, "eth1 carries 1200 bytes");
}

static void a_sleepy_core(void **state)
{
    (void)state;
    strcpy(m.cores[1].governor, "powersave");
    found("governor", DOCTOR_WARNING, DOCTOR_SEEN, "core 2 is governed by \"powersave\"");
}

static void a_core_that_is_shared(void **state)
{
    (void)state;
    m.cores[0].is_isolated = false;
    found("isolation", DOCTOR_NOTE, DOCTOR_HERE, "isolcpus=1");
}

static void a_core_far_from_its_port(void **state)
{
    (void)state;
    m.nics[1].numa = 1;
    found("numa", DOCTOR_WARNING, DOCTOR_HERE, "workers.cores: cores of node 1");
}

static void fewer_queues_than_workers(void **state)
{
    (void)state;
    m.nics[1].rx_queues = 1;
    found("rss", DOCTOR_WARNING, DOCTOR_HERE, "ethtool -L eth1 combined 2");
}

static void another_ike_daemon(void **state)
{
    (void)state;
    m.holders[0] = (struct doctor_holder){500, "charon"};
    found("other-ike", DOCTOR_WARNING, DOCTOR_HERE, "strongswan");
}

static void our_own_daemon_is_none(void **state)
{
    (void)state;
    m.holders[0] = (struct doctor_holder){4500, "culvertd"};
    judge();
    assert_null(doctor_find(&report, "other-ike"));
}

static void the_kernels_own_ipsec(void **state)
{
    (void)state;
    m.kernel_policies = 3;
    found("kernel-ipsec", DOCTOR_NOTE, DOCTOR_SEEN, "3 IPsec policies");
}

static void a_filter_is_in_the_way_of_tcp_alone(void **state)
{
    (void)state;
    m.firewall_drops = 1;
    strcpy(m.firewall, "inet filter");
    found("firewall", DOCTOR_NOTE, DOCTOR_SEEN, "inet filter");
    memset(&report, 0, sizeof report);
    m.listens_tcp = true;
    found("firewall", DOCTOR_WARNING, DOCTOR_HERE, "tcp dport 4500 accept");
}

static void a_clock_that_is_behind(void **state)
{
    (void)state;
    m.newest_s = m.clock_s + 3 * 86400;
    found("clock", DOCTOR_FAULT, DOCTOR_SEEN, "3 days before");
}

static void a_clock_of_the_last_century(void **state)
{
    (void)state;
    m.clock_s = 86400;
    m.newest_s = 0;
    found("clock", DOCTOR_FAULT, DOCTOR_HERE, "timedatectl set-ntp true");
}

#define ROW_TEST(name) cmocka_unit_test_setup(name, good)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW_TEST(a_good_machine_has_nothing_to_mend),
        ROW_TEST(a_user_without_rights),
        ROW_TEST(a_cpu_that_lacks_instructions),
        ROW_TEST(too_few_hugepages),
        ROW_TEST(too_little_memory),
        ROW_TEST(a_device_that_is_not_there),
        ROW_TEST(a_device_that_dpdk_cannot_have),
        ROW_TEST(offloads_are_culvertds_business),
        ROW_TEST(a_narrow_port),
        ROW_TEST(a_sleepy_core),
        ROW_TEST(a_core_that_is_shared),
        ROW_TEST(a_core_far_from_its_port),
        ROW_TEST(fewer_queues_than_workers),
        ROW_TEST(another_ike_daemon),
        ROW_TEST(our_own_daemon_is_none),
        ROW_TEST(the_kernels_own_ipsec),
        ROW_TEST(a_filter_is_in_the_way_of_tcp_alone),
        ROW_TEST(a_clock_that_is_behind),
        ROW_TEST(a_clock_of_the_last_century),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
