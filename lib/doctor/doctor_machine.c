/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows of a machine's doctor. */
#include "doctor_machine.h"

#include <inttypes.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>

#define CLOCK_SANE_S INT64_C(1735689600) /* 2025-01-01: no clock of a running gateway is before that */
#define HUGE_KB_MAX  (1u << 20)

typedef void machine_row(const struct doctor_machine *f, struct doctor_report *report);

static void row_rights(const struct doctor_machine *f, struct doctor_report *report)
{
    static const struct {
        int cap;
        const char *name, *why;
    } caps[] = {{CAP_NET_ADMIN, "CAP_NET_ADMIN", "takes interfaces"},
                {CAP_NET_RAW, "CAP_NET_RAW", "opens packet sockets"},
                {CAP_IPC_LOCK, "CAP_IPC_LOCK", "keeps memory from being swapped out"},
                {CAP_SYS_NICE, "CAP_SYS_NICE", "places memory near its core"}};
    struct doctor_finding *d = doctor_add(report, "rights", f->missing_caps ? DOCTOR_NOTE : DOCTOR_OK);
    doctor_say(d, DOCTOR_SEEN,
               f->missing_caps ? "this user lacks what culvertd needs:"
                               : "this user may do what culvertd must");
    for (size_t i = 0; i < sizeof caps / sizeof *caps; i++)
        if (f->missing_caps & UINT64_C(1) << caps[i].cap)
            doctor_say(d, DOCTOR_SEEN, " %s (%s)", caps[i].name, caps[i].why);
    if (f->missing_caps)
        doctor_say(
            d, DOCTOR_HERE,
            "start culvertd as root or by its unit (systemctl start culvertd), which has them; run the "
            "doctor as root, too, to see all");
}

static void row_cpu(const struct doctor_machine *f, struct doctor_report *report)
{
    const bool is_bad = !f->aes || !f->pclmul || !f->avx2;
    struct doctor_finding *d =
        doctor_add(report, is_bad ? "cpu-features" : "cpu", is_bad ? DOCTOR_FAULT : DOCTOR_OK);
    doctor_say(d, DOCTOR_SEEN, "%" PRIu32 " CPUs, AES-NI %s, PCLMULQDQ %s, AVX2 %s, VAES %s, AVX-512 %s",
               f->n_cpus, f->aes ? "yes" : "no", f->pclmul ? "yes" : "no", f->avx2 ? "yes" : "no",
               f->vaes ? "yes" : "no", f->avx512 ? "yes" : "no");
    if (is_bad) {
        doctor_say(d, DOCTOR_MEANS, "The data path's cryptography is made of these instructions.");
        doctor_say(d, DOCTOR_HERE,
                   "a CPU of 2013 or later; in a virtual machine: let it see the host's (libvirt: <cpu "
                   "mode='host-passthrough'/>)");
    } else if (!f->vaes) {
        doctor_say(d, DOCTOR_MEANS, "Without VAES a core does about half of what it could.");
    }
}

static bool has_pci(const struct doctor_machine *f)
{
    for (size_t i = 0; i < f->n_nics; i++)
        if (f->nics[i].kind == DOCTOR_BY_PCI)
            return true;
    return false;
}

static void row_hugepages(const struct doctor_machine *f, struct doctor_report *report)
{
    const uint64_t free_kb = f->huge_free * f->huge_kb;
    const bool is_short = has_pci(f) && free_kb < f->wants_kb;
    struct doctor_finding *d = doctor_add(report, "hugepages", is_short ? DOCTOR_WARNING : DOCTOR_OK);
    doctor_say(d, DOCTOR_SEEN, "%" PRIu64 " of %" PRIu64 " hugepages of %" PRIu64 " MB are free",
               f->huge_free, f->huge_pages, f->huge_kb / 1024);
    if (!is_short)
        return;
    doctor_say(d, DOCTOR_MEANS,
               "eal.memory_mb asks for %" PRIu64 " MB, and ports that DPDK drives itself want it there.",
               f->wants_kb / 1024);
    if (f->huge_kb && f->huge_kb <= HUGE_KB_MAX)
        doctor_say(d, DOCTOR_HERE, "sysctl vm.nr_hugepages=%" PRIu64 ", and the same in /etc/sysctl.d",
                   f->huge_pages + (f->wants_kb - free_kb + f->huge_kb - 1) / f->huge_kb);
}

static void row_memory(const struct doctor_machine *f, struct doctor_report *report)
{
    if (!f->wants_kb || f->available_kb >= f->wants_kb || f->huge_free * f->huge_kb >= f->wants_kb)
        return;
    struct doctor_finding *d = doctor_add(report, "memory", DOCTOR_WARNING);
    doctor_say(d, DOCTOR_SEEN, "%" PRIu64 " MB of memory are free, and eal.memory_mb asks for %" PRIu64,
               f->available_kb / 1024, f->wants_kb / 1024);
    doctor_say(d, DOCTOR_HERE, "eal.memory_mb: less, or a larger machine");
}

static void row_devices(const struct doctor_machine *f, struct doctor_report *report)
{
    for (size_t i = 0; i < f->n_nics; i++) {
        const struct doctor_nic *n = &f->nics[i];
        const bool is_missing = n->port[0] && n->kind != DOCTOR_BY_VDEV && !n->is_there;
        const bool is_bad = is_missing || n->trouble[0];
        struct doctor_finding *d =
            doctor_add(report, is_bad ? "device" : "driver", is_bad ? DOCTOR_FAULT : DOCTOR_OK);
        doctor_say(d, DOCTOR_SEEN, "%s%s%s is %s", n->port[0] ? "port " : "", n->port,
                   n->port[0] ? "" : n->device, n->port[0] ? n->device : "an interface");
        if (is_missing && !n->trouble[0])
            doctor_say(d, DOCTOR_SEEN, ", and there is none of this name in this network namespace");
        else if (n->driver[0])
            doctor_say(d, DOCTOR_SEEN, ", driver %s", n->driver);
        if (n->is_there && n->rx_queues)
            doctor_say(d, DOCTOR_SEEN, ", %" PRIu32 " receive queue%s", n->rx_queues,
                       n->rx_queues == 1 ? "" : "s");
        doctor_say(d, DOCTOR_MEANS, "%s", n->trouble);
        if (is_missing && n->kind == DOCTOR_BY_NAME)
            doctor_say(d, DOCTOR_HERE, "ports.%s.device: a name of ip link", n->port);
        else if (n->trouble[0] && n->kind == DOCTOR_BY_PCI && !f->has_iommu)
            doctor_say(
                d, DOCTOR_HERE,
                "switch the IOMMU on (intel_iommu=on or amd_iommu=on on the kernel's command line, VT-d "
                "in the firmware), then modprobe vfio-pci");
    }
}

static void row_offloads(const struct doctor_machine *f, struct doctor_report *report)
{
    for (size_t i = 0; i < f->n_nics; i++) {
        const struct doctor_nic *n = &f->nics[i];
        if (!n->offloads[0] || !n->port[0])
            continue;
        struct doctor_finding *d = doctor_add(report, "offloads", DOCTOR_OK);
        doctor_say(d, DOCTOR_SEEN, "%s has receive offloads on: %s", n->device, n->offloads);
        doctor_say(d, DOCTOR_MEANS,
                   "culvertd switches them off while it has the interface, and on again at its end.");
    }
}

static void row_mtu(const struct doctor_machine *f, struct doctor_report *report)
{
    for (size_t i = 0; i < f->n_nics; i++) {
        const struct doctor_nic *n = &f->nics[i];
        if (!n->is_there || !n->is_outside || n->mtu == 0 || n->mtu >= 1500)
            continue;
        struct doctor_finding *d = doctor_add(report, "mtu", n->mtu < 1280 ? DOCTOR_WARNING : DOCTOR_NOTE);
        doctor_say(d, DOCTOR_SEEN, "%s carries %" PRIu32 " bytes", n->device, n->mtu);
        doctor_say(d, DOCTOR_MEANS, "Packets of 1500 bytes from peers come in pieces, or not at all.");
        doctor_say(d, DOCTOR_HERE, "ip link set %s mtu 1500, where the network carries that", n->device);
    }
}

static void row_rp_filter(const struct doctor_machine *f, struct doctor_report *report)
{
    for (size_t i = 0; i < f->n_nics; i++) {
        const struct doctor_nic *n = &f->nics[i];
        if (!n->port[0] || n->rp_filter != 1)
            continue;
        struct doctor_finding *d = doctor_add(report, "rp-filter", DOCTOR_OK);
        doctor_say(d, DOCTOR_SEEN, "%s has rp_filter 1 (strict)", n->device);
        doctor_say(d, DOCTOR_MEANS,
                   "What culvertd takes does not pass that filter; replies of the host's own programs by "
                   "another interface may.");
    }
}

static void row_cores(const struct doctor_machine *f, struct doctor_report *report)
{
    for (size_t i = 0; i < f->n_cores; i++) {
        const struct doctor_core *c = &f->cores[i];
        if (!c->is_isolated && has_pci(f)) {
            struct doctor_finding *d = doctor_add(report, "isolation", DOCTOR_NOTE);
            doctor_say(d, DOCTOR_SEEN, "worker core %" PRIu32 " is not isolated", c->cpu);
            doctor_say(d, DOCTOR_MEANS, "Other programs run there now and then, and packets wait that long.");
            doctor_say(d, DOCTOR_HERE,
                       "isolcpus=%" PRIu32 " nohz_full=%" PRIu32 " on the kernel's command line", c->cpu,
                       c->cpu);
        }
        if (c->governor[0] && strcmp(c->governor, "performance") != 0) {
            struct doctor_finding *d = doctor_add(report, "governor", DOCTOR_WARNING);
            doctor_say(d, DOCTOR_SEEN, "worker core %" PRIu32 " is governed by \"%s\"", c->cpu, c->governor);
            doctor_say(d, DOCTOR_MEANS, "Its clock rises late when packets come in bursts.");
            doctor_say(d, DOCTOR_HERE, "cpupower frequency-set -g performance");
        }
    }
}

static void row_numa(const struct doctor_machine *f, struct doctor_report *report)
{
    for (size_t i = 0; i < f->n_nics; i++)
        for (size_t c = 0; c < f->n_cores; c++) {
            const struct doctor_nic *n = &f->nics[i];
            if (n->numa == DOCTOR_UNKNOWN || f->cores[c].numa == DOCTOR_UNKNOWN ||
                n->numa == f->cores[c].numa)
                continue;
            struct doctor_finding *d = doctor_add(report, "numa", DOCTOR_WARNING);
            doctor_say(d, DOCTOR_SEEN, "%s is on NUMA node %d, worker core %" PRIu32 " on node %d", n->device,
                       n->numa, f->cores[c].cpu, f->cores[c].numa);
            doctor_say(d, DOCTOR_MEANS, "Every packet crosses between the two.");
            doctor_say(d, DOCTOR_HERE, "workers.cores: cores of node %d", n->numa);
            return;
        }
}

static void row_rss(const struct doctor_machine *f, struct doctor_report *report)
{
    for (size_t i = 0; i < f->n_nics; i++) {
        const struct doctor_nic *n = &f->nics[i];
        if (!n->port[0] || n->rx_queues == 0 || n->rx_queues >= f->n_cores)
            continue;
        struct doctor_finding *d = doctor_add(report, "rss", DOCTOR_WARNING);
        doctor_say(d, DOCTOR_SEEN, "%s has %" PRIu32 " receive queue%s for %zu workers", n->device,
                   n->rx_queues, n->rx_queues == 1 ? "" : "s", f->n_cores);
        doctor_say(d, DOCTOR_MEANS, "Workers without a queue get packets only from the others.");
        doctor_say(d, DOCTOR_HERE, "ethtool -L %s combined %zu; or fewer workers.cores", n->device,
                   f->n_cores);
    }
}

static void row_holders(const struct doctor_machine *f, struct doctor_report *report)
{
    for (size_t i = 0; i < sizeof f->holders / sizeof *f->holders; i++) {
        const struct doctor_holder *h = &f->holders[i];
        if (!h->port || strcmp(h->name, "culvertd") == 0)
            continue;
        struct doctor_finding *d = doctor_add(report, "other-ike", DOCTOR_WARNING);
        doctor_say(d, DOCTOR_SEEN, "%s holds UDP %u of this machine",
                   h->name[0] ? h->name : "another program", h->port);
        doctor_say(d, DOCTOR_MEANS,
                   "It is most probably another IKE daemon. It hears nothing on ports that culvertd takes, "
                   "and on others it "
                   "answers culvertd's peers.");
        doctor_say(d, DOCTOR_HERE, "systemctl disable --now %s",
                   strncmp(h->name, "charon", 6) == 0 ? "strongswan strongswan-starter"
                   : strcmp(h->name, "pluto") == 0    ? "ipsec"
                                                      : "the service that it belongs to");
    }
}

static void row_kernel_ipsec(const struct doctor_machine *f, struct doctor_report *report)
{
    if (f->kernel_policies == 0)
        return;
    struct doctor_finding *d = doctor_add(report, "kernel-ipsec", DOCTOR_NOTE);
    doctor_say(d, DOCTOR_SEEN, "the kernel has %zu IPsec policies of its own", f->kernel_policies);
    doctor_say(d, DOCTOR_MEANS,
               "Another IPsec runs here. What culvertd hands to the host's own programs goes through these "
               "policies, too.");
    doctor_say(d, DOCTOR_HERE, "ip xfrm policy, to see whose they are");
}

static void row_firewall(const struct doctor_machine *f, struct doctor_report *report)
{
    if (!f->knows_firewall || (!f->firewall_drops && !f->has_iptables))
        return;
    struct doctor_finding *d =
        doctor_add(report, "firewall", f->listens_tcp && f->firewall_drops ? DOCTOR_WARNING : DOCTOR_NOTE);
    doctor_say(d, DOCTOR_SEEN, "this machine's packet filter drops what no rule accepts: %s",
               f->firewall[0] ? f->firewall : "tables of iptables");
    doctor_say(d, DOCTOR_MEANS, "UDP 500 and 4500 on ports that culvertd takes do not pass it%s.",
               f->listens_tcp ? "; IKE over TCP (tcp.listen) does" : "");
    if (f->listens_tcp)
        doctor_say(
            d, DOCTOR_HERE,
            "let the ports of tcp.listen in, as: nft add rule inet filter input tcp dport 4500 accept");
}

static void row_clock(const struct doctor_machine *f, struct doctor_report *report)
{
    const int64_t behind = f->newest_s - f->clock_s;
    const bool is_wrong = f->clock_s < CLOCK_SANE_S || behind > 86400;
    struct doctor_finding *d = doctor_add(report, "clock",
                                          is_wrong                  ? DOCTOR_FAULT
                                          : f->is_synchronised == 0 ? DOCTOR_NOTE
                                                                    : DOCTOR_OK);
    if (is_wrong && behind > 86400)
        doctor_say(d, DOCTOR_SEEN,
                   "the clock is %" PRId64 " days before the last change of files that are here",
                   behind / 86400);
    else
        doctor_say(d, DOCTOR_SEEN,
                   is_wrong                  ? "the clock is years behind"
                   : f->is_synchronised == 1 ? "the clock is kept right"
                                             : "nothing says that it keeps the clock right");
    if (!is_wrong && f->is_synchronised != 0)
        return;
    doctor_say(d, DOCTOR_MEANS, "Certificates are judged by it.");
    doctor_say(d, DOCTOR_HERE, "timedatectl set-ntp true (package systemd-timesyncd or chrony)");
}

static machine_row *const rows[] = {
    row_rights, row_devices, row_holders, row_kernel_ipsec, row_firewall, row_offloads,  row_mtu,   row_rss,
    row_numa,   row_cores,   row_cpu,     row_hugepages,    row_memory,   row_rp_filter, row_clock,
};

void doctor_machine(const struct doctor_machine *facts, struct doctor_report *report)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        rows[i](facts, report);
}
