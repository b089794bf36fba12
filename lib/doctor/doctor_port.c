/* SPDX-License-Identifier: BSD-3-Clause */
/* The gateway's ports: who else has their addresses, and what the kernel does to their packets. */
#include "doctor_row.h"

void doctor_port_kernel(const struct doctor_conn *f, struct doctor_report *report)
{
    char at[BASE_ADDR_TEXT_MAX];
    for (size_t i = 0; i < f->n_ports; i++) {
        const struct doctor_port *p = &f->ports[i];
        if (!p->kernel[0])
            continue;
        struct doctor_finding *d = doctor_add(report, "kernel-owns-address", DOCTOR_FAULT);
        base_addr_text(&p->kernel_addr, at);
        doctor_say(d, DOCTOR_SEEN, "the kernel has %s on %s, too, which is port %s's", at, p->kernel,
                   p->name);
        doctor_say(
            d, DOCTOR_MEANS,
            "It gets a copy of every packet there and answers for itself: \"port unreachable\" to IKE, "
            "resets to TCP, ARP with its own mind. Peers may take that for a refusal.");
        doctor_say(d, DOCTOR_HERE,
                   "ip address del %s dev %s, and let whoever put it there (NetworkManager, dhclient, "
                   "systemd-networkd) "
                   "leave %s alone; the host's own programs use it by %s",
                   at, p->kernel, p->kernel,
                   p->host[0] ? p->host : "a port with a host interface (ports.NAME.host)");
    }
}

void doctor_port_offloads(const struct doctor_conn *f, struct doctor_report *report)
{
    for (size_t i = 0; i < f->n_ports; i++) {
        const struct doctor_port *p = &f->ports[i];
        if (!p->offloads[0])
            continue;
        struct doctor_finding *d = doctor_add(report, "offloads", DOCTOR_WARNING);
        doctor_say(d, DOCTOR_SEEN, "%s, port %s, has receive offloads on: %s", p->interface, p->name,
                   p->offloads);
        doctor_say(
            d, DOCTOR_MEANS,
            "They merge packets that arrived, or take parts out of them, before this gateway sees them: "
            "frames that were never on the wire, too large for the tunnel.");
        doctor_say(d, DOCTOR_HERE,
                   "ethtool -K %s gro off lro off rx-gro-hw off; culvertd did so when it took the interface, "
                   "so somebody "
                   "switched it on since",
                   p->interface);
    }
}
