/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The doctor of a connection: facts of the configuration, the engine, the ports and the failures go in,
 * findings come out, before a first attempt as well as after one. Everything is borrowed until return.
 * Thread: any that may read the facts.
 */
#include <net/if.h>
#include <stdint.h>
#include "base_time.h"
#include "doctor.h"
#include "doctor_ask.h"
#include "ike_audit.h"
#include "ike_conf.h"
#include "ike_view.h"

#define DOCTOR_FAILURES_MAX 64
#define DOCTOR_PORTS_MAX    16
#define DOCTOR_ADDRS_MAX    16
#define DOCTOR_NAME_MAX     64

/* A failure of this connection, or of somebody whom it may concern. */
struct doctor_failure {
    const struct ike_audit *audit;
    uint64_t count;
    int64_t age_s; /* since it happened last */
};

/* A port of the gateway, and what the kernel says of the interface below it. */
struct doctor_port {
    char name[DOCTOR_NAME_MAX];
    char interface[IF_NAMESIZE]; /* that the port takes over; "": none */
    char host[IF_NAMESIZE];      /* through which the host uses its addresses, rightly; "": none */
    bool is_outside, is_inside;
    size_t n_addresses;
    struct base_prefix addresses[DOCTOR_ADDRS_MAX]; /* host bits kept */
    char kernel[IF_NAMESIZE];     /* an interface, not `host`, on which the kernel has one of them, */
    struct base_addr kernel_addr; /* this one; "" and none: it has none */
    char offloads[160];           /* those that are on and merge or hide what arrives, "gro lro"; "": none */
};

struct doctor_conn {
    const struct ike_conf *conf;
    const struct ike_conn_conf *conn;
    const struct crypt_ike_ops *crypto; /* reads names */
    int64_t clock_s;                    /* wall clock, seconds since 1970 */
    base_time now;
    uint32_t up, connecting;      /* IKE SAs of it */
    const struct ike_sa_view *sa; /* the newest that is up, else one that is under way; NULL: none */
    size_t n_failures;            /* newest first */
    struct doctor_failure failures[DOCTOR_FAILURES_MAX];
    size_t n_ports;
    struct doctor_port ports[DOCTOR_PORTS_MAX];
    enum doctor_heard heard[DOCTOR_ASKS];
};

/* Goes through all rows. */
void doctor_conn(const struct doctor_conn *facts, struct doctor_report *report);
