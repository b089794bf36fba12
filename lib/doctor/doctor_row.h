/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Rows of a connection's doctor: each looks at the facts for one thing and adds what it finds. */
#include "doctor_conn.h"

typedef void doctor_row(const struct doctor_conn *f, struct doctor_report *report);

doctor_row doctor_id_announced, doctor_id_expected, doctor_id_as_name, doctor_id_private; /* doctor_id.c */
doctor_row doctor_nets_overlap, doctor_nets_swapped, doctor_nets_shared;                  /* doctor_nets.c */
doctor_row doctor_start_waits, doctor_start_clock;                                        /* doctor_start.c */
doctor_row doctor_port_kernel, doctor_port_offloads;                                      /* doctor_port.c */
doctor_row doctor_path_nat, doctor_path_mapping, doctor_path_keepalive, doctor_path_heard, doctor_path_mtu;
doctor_row doctor_fail_last; /* doctor_fail.c */

/* The port of the address that calls of this connection come from, as far as that is known; or NULL. */
/* What a text of a name would be if it were meant as an address: "@192.0.2.1". Family none: it would not. */
struct base_addr doctor_id_as_addr(const struct ike_id *id);

/* The address that an identity is; family none: it is none. */
struct base_addr doctor_id_addr(const struct ike_id *id);
