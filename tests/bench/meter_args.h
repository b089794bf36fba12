/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * What metering ports are told in text: entries DEVICE[,KEY=VALUE...], a semicolon between two. The keys:
 *   flow=sink|plain|esp|natt  what the port hands out (default sink)
 *   size=N|imix               plaintext Ethernet frame bytes (default 64)
 *   sas=N                     number of SAs, one at random per packet (default 1)
 *   inner_src=A, inner_dst=A  inner addresses; the one that varies is the base: SA i has base + i
 *   vary=src|dst              which one varies (default: dst in plain flows, src in ESP flows)
 *   outer_src=A, outer_dst=A  outer addresses of ESP flows
 *   outer_port=N              UDP source port of natt flows (default 4500)
 *   spi=N, spi_shift=N        SA i has spi + (i << spi_shift)
 *   key=HEX                   AES key and salt of all SAs: 20 or 36 bytes; also used to check what is sent
 *   esn=0|1                   64-bit sequence numbers (default 0)
 *   result=FILE, label=TEXT   where one JSON line goes, and its name
 *   packets=N, runs=N         how much to measure (default 4000000 in 8 runs)
 *   ptypes=0|1, offload=0|1   claim packet types on receive, IPv4 checksums on send (default 0);
 *                             IPv4 checksums on receive are always claimed
 * A gateway that negotiates its SAs is measured with these; meter_live.h tells what happens:
 *   relay=IFNAME              an interface, to which frames go that are not measured, and from which they
 *                             come; the port has its MAC address; both ports or none
 *   start=FILE                until this appears, with 16 bytes, nothing is measured; one of the ports
 *   hold=N                    in place of a flow: N ESP frames from the wire, kept until all are there
 */
#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "meter_flow.h"

#define METER_TEXT_MAX 1024 /* bytes of one entry */
#define METER_PATH_MAX 256

struct meter_args {
    struct meter_flow flow; /* without MAC addresses */
    bool has_ptypes;
    bool has_offload;
    char relay[IF_NAMESIZE];     /* "": none */
    char result[METER_PATH_MAX]; /* "": none */
    char label[64];
    uint64_t packets;
    uint32_t runs; /* 1 to BENCH_RUNS_MAX */
    uint32_t hold; /* frames */
};

/* Copies what follows the name in the entry of `device` to text (METER_TEXT_MAX bytes). False: it has no
 * entry of at most that length, and is not to be metered. `entries` may be NULL. */
bool meter_args_find(const char *entries, const char *device, char *text);

/* Copies the start file, whichever entry names it, to start (METER_PATH_MAX bytes). False: none does, or by
 * too long a name. */
bool meter_args_start(const char *entries, char *start);

/* Reads what meter_args_find() gave. 0, or -EINVAL or -ENOMEM with a sentence on stderr that names the
 * device. The flow is ready for use then; release it with meter_flow_fini() in both cases. */
int meter_args_parse(struct meter_args *a, const char *device, const char *text);
