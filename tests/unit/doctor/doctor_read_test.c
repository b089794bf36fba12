/* SPDX-License-Identifier: BSD-3-Clause */
/* A machine in a folder: what is read of it, and that files which lie, or are not there, do no harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "doctor_read.h"

static char root[] = "/tmp/culvert-doctor-XXXXXX";
static struct doctor_machine m;
static struct conf conf;

/* A file with its folders. */
static void put(const char *name, const char *text)
{
    char path[512];
    snprintf(path, sizeof path, "%s%s", root, name);
    for (char *c = path + strlen(root) + 1; (c = strchr(c, '/')); c++) {
        *c = '\0';
        mkdir(path, 0755);
        *c = '/';
    }
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    fputs(text, out);
    fclose(out);
}

static void link_to(const char *name, const char *target)
{
    char path[512];
    snprintf(path, sizeof path, "%s%s", root, name);
    unlink(path);
    put(name, "");
    unlink(path);
    assert_int_equal(symlink(target, path), 0);
}

static int open_root(void **state)
{
    (void)state;
    return mkdtemp(root) ? 0 : -1;
}

static int drop_root(void **state)
{
    char command[128];
    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", root);
    return system(command);
}

static void an_empty_machine_is_unknown(void **state)
{
    (void)state;
    doctor_read(root, NULL, 5, &m);
    assert_int_equal(m.n_cpus, 0);
    assert_false(m.aes);
    assert_int_equal(m.n_nics, 0);
    assert_int_equal(m.holders[0].port, 0);
    assert_int_equal(m.is_synchronised, DOCTOR_UNKNOWN);
    assert_int_equal(m.clock_s, 5);
}

static void fill(void)
{
    put("/proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu aes pclmulqdq avx2 vaesx avx512f\n\nprocessor\t: "
                         "1\nflags\t\t: fpu\n");
    put("/proc/meminfo", "MemTotal: 1000 kB\nMemAvailable:  800 kB\nHugePages_Total: 4\nHugePages_Free: "
                         "3\nHugepagesize: 2048 kB\n");
    put("/sys/class/net/eth0/mtu", "1400\n");
    put("/sys/class/net/eth0/carrier", "1\n");
    put("/sys/class/net/eth0/device/numa_node", "1\n");
    put("/sys/class/net/eth0/queues/rx-0/x", "");
    put("/sys/class/net/eth0/queues/rx-1/x", "");
    put("/sys/class/net/eth0/queues/tx-0/x", "");
    link_to("/sys/class/net/eth0/device/driver", "../../../bus/pci/drivers/ixgbe");
    put("/proc/sys/net/ipv4/conf/eth0/rp_filter", "0\n");
    put("/proc/sys/net/ipv4/conf/all/rp_filter", "1\n");
    put("/sys/devices/system/cpu/isolated", "2-3,7\n");
    put("/sys/devices/system/cpu/cpu3/node1/x", "");
    put("/sys/devices/system/cpu/cpu3/cpufreq/scaling_governor", "powersave\n");
    put("/sys/class/iommu/dmar0/x", "");
    put("/proc/net/udp", "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  "
                         "timeout inode ref\n"
                         "  10: 00000000:01F4 00000000:0000 07 00000000:00000000 00:00000000 00000000     0  "
                         "      0 4711 2\n");
    put("/proc/99/comm", "pluto\n");
    link_to("/proc/99/fd/5", "socket:[4711]");
}

static void a_machine_with_a_configuration(void **state)
{
    (void)state;
    fill();
    conf = (struct conf){
        .n_ports = 2,
        .ports = {{.name = "outside", .device = "eth0", .interface = "eth0", .role = CONF_ROLE_OUTSIDE},
                  {.name = "inside", .device = "eth9", .interface = "eth9", .role = CONF_ROLE_INSIDE}},
        .workers = {.n_cores = 2, .cores = {3, 4}},
        .eal = {.memory_mb = 64}};
    doctor_read(root, &conf, 5, &m);
    assert_int_equal(m.n_cpus, 2);
    assert_true(m.aes && m.pclmul && m.avx2 && m.avx512);
    assert_false(m.vaes); /* "vaesx" is another word */
    assert_int_equal(m.available_kb, 800);
    assert_int_equal(m.huge_free, 3);
    assert_int_equal(m.wants_kb, 65536);
    assert_true(m.has_iommu);
    assert_int_equal(m.n_nics, 2);
    assert_true(m.nics[0].is_there && m.nics[0].has_carrier && m.nics[0].is_outside);
    assert_int_equal(m.nics[0].mtu, 1400);
    assert_int_equal(m.nics[0].rx_queues, 2);
    assert_int_equal(m.nics[0].numa, 1);
    assert_int_equal(m.nics[0].rp_filter, 1); /* of all */
    assert_string_equal(m.nics[0].driver, "ixgbe");
    assert_false(m.nics[1].is_there);
    assert_true(m.cores[0].is_isolated);
    assert_false(m.cores[1].is_isolated);
    assert_int_equal(m.cores[0].numa, 1);
    assert_int_equal(m.cores[1].numa, DOCTOR_UNKNOWN);
    assert_string_equal(m.cores[0].governor, "powersave");
    assert_int_equal(m.holders[0].port, 500);
    assert_string_equal(m.holders[0].name, "pluto");
    assert_int_equal(m.holders[1].port, 0);
}

static void interfaces_are_found_without_one(void **state)
{
    (void)state;
    fill();
    doctor_read(root, NULL, 5, &m);
    assert_int_equal(m.n_nics, 1);
    assert_string_equal(m.nics[0].device, "eth0");
    assert_string_equal(m.nics[0].port, "");
}

static void files_that_lie_do_no_harm(void **state)
{
    (void)state;
    static char long_text[200000];
    memset(long_text, 'x', sizeof long_text - 1);
    put("/proc/cpuinfo", long_text);
    put("/proc/meminfo", "HugePages_Total:");
    put("/sys/class/net/eth0/mtu", "99999999999999999999\n");
    put("/sys/class/net/eth0/device/numa_node", long_text);
    put("/sys/devices/system/cpu/isolated", "-,x3");
    put("/proc/net/udp", "no\n\n: : :\n");
    doctor_read(root, &conf, 5, &m);
    assert_int_equal(m.n_cpus, 0);
    assert_int_equal(m.huge_pages, 0);
    assert_int_equal(m.nics[0].mtu, 0);
    assert_int_equal(m.nics[0].numa, DOCTOR_UNKNOWN);
    assert_false(m.cores[0].is_isolated);
    assert_int_equal(m.holders[0].port, 0);
}

static void a_large_machine_is_seen_as_a_whole(void **state)
{
    (void)state;
    enum { CPUS = 200, EACH = 1500 };
    static char text[CPUS * (EACH + 64)];
    size_t n = 0;
    for (int i = 0; i < CPUS; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "processor\t: %d\nflags\t\t: %*s\n\n", i, EACH,
                              "aes");
    put("/proc/cpuinfo", text);
    doctor_read(root, NULL, 5, &m);
    assert_int_equal(m.n_cpus, CPUS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_machine_is_unknown),
        cmocka_unit_test(a_machine_with_a_configuration),
        cmocka_unit_test(interfaces_are_found_without_one),
        cmocka_unit_test(files_that_lie_do_no_harm),
        cmocka_unit_test(a_large_machine_is_seen_as_a_whole),
    };
    return cmocka_run_group_tests(tests, open_root, drop_root);
}
