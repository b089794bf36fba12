/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The doctor of a machine: what a gateway needs of it, as facts that doctor_read.h reads and rows judge. It
 * needs no daemon; a configuration tells which ports and cores are meant. Thread: any.
 */
#include <net/if.h>
#include <stdint.h>
#include "doctor.h"

#define DOCTOR_NICS_MAX  16
#define DOCTOR_CORES_MAX 128
#define DOCTOR_WORD_MAX  64
#define DOCTOR_UNKNOWN   (-1)

/* How a port is meant to be driven. */
enum doctor_port_kind {
    DOCTOR_BY_NAME, /* an interface that culvertd takes, also one inside DPDK's notation */
    DOCTOR_BY_PCI,  /* a device that DPDK drives itself */
    DOCTOR_BY_VDEV  /* another device in DPDK's notation */
};

struct doctor_nic {
    char port[DOCTOR_WORD_MAX]; /* name in the configuration; "": there is none, and this is just an interface
                                 */
    char device[DOCTOR_WORD_MAX]; /* interface, or PCI address */
    enum doctor_port_kind kind;
    bool is_outside;
    bool is_there;
    char driver[DOCTOR_WORD_MAX]; /* "ixgbe", "vfio-pci"; "": none, or it does not tell */
    bool has_carrier;
    uint32_t mtu;       /* 0: unknown */
    uint32_t rx_queues; /* 0: unknown */
    int numa;           /* node, or DOCTOR_UNKNOWN */
    int rp_filter;      /* 0, 1 (strict), 2 (loose), or DOCTOR_UNKNOWN */
    char offloads[160]; /* of receiving, that are on: "gro lro" */
    char trouble[320];  /* what keeps DPDK from having it, in words; "": nothing */
};

struct doctor_core {
    uint32_t cpu;
    bool is_isolated;
    int numa;                       /* or DOCTOR_UNKNOWN */
    char governor[DOCTOR_WORD_MAX]; /* "": the machine has none */
};

/* Who holds a UDP port of IKE in the kernel. */
struct doctor_holder {
    uint16_t port;              /* 0: nobody */
    char name[DOCTOR_WORD_MAX]; /* of the program; "": the kernel does not say */
};

struct doctor_machine {
    bool is_root;
    uint64_t missing_caps; /* bits of linux/capability.h that a gateway wants and the caller has not */
    bool has_config;
    uint32_t n_cpus;
    bool aes, pclmul, avx2, vaes, avx512;
    uint64_t huge_pages, huge_free, huge_kb, available_kb; /* of /proc/meminfo */
    uint64_t wants_kb;                                     /* that the configuration asks for; 0: unknown */
    bool has_iommu, has_vfio;
    size_t n_cores; /* workers; 0: the daemon chooses */
    struct doctor_core cores[DOCTOR_CORES_MAX];
    size_t n_nics;
    struct doctor_nic nics[DOCTOR_NICS_MAX];
    struct doctor_holder holders[2];
    size_t kernel_policies; /* of the kernel's own IPsec */
    bool knows_firewall;
    size_t firewall_drops;     /* chains on the way into the host that drop what no rule accepts, */
    char firewall[160];        /* and their tables */
    bool has_iptables;         /* tables of the older kind are loaded */
    bool listens_tcp;          /* the configuration takes IKE by TCP, which the host's stack does */
    int64_t clock_s, newest_s; /* now, and when the newest of the files that were looked at was written */
    int is_synchronised;       /* 1, 0, or DOCTOR_UNKNOWN: whether something keeps the clock right */
};

/* Goes through all rows. */
void doctor_machine(const struct doctor_machine *facts, struct doctor_report *report);
