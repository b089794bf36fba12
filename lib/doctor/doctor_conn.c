/* SPDX-License-Identifier: BSD-3-Clause */
/* All rows of a connection's doctor: what failed is told where a cause for it is not known by then. */
#include "doctor_conn.h"

#include "doctor_row.h"

static doctor_row *const rows[] = {
    doctor_id_as_name,    doctor_id_private, doctor_nets_overlap, doctor_nets_swapped,   doctor_nets_shared,
    doctor_start_clock,   doctor_path_heard, doctor_path_mapping, doctor_path_keepalive, doctor_port_kernel,
    doctor_port_offloads, doctor_fail_last,  doctor_start_waits,  doctor_id_announced,   doctor_id_expected,
    doctor_path_nat,      doctor_path_mtu,
};

void doctor_conn(const struct doctor_conn *facts, struct doctor_report *report)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        rows[i](facts, report);
}
