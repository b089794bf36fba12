/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Asks the ports of a peer whether somebody of IKE is there. Opens sockets and waits. Thread: any. */

/* What came back when a port of the peer was asked. */
enum doctor_heard { DOCTOR_NOT_ASKED, DOCTOR_ANSWERED, DOCTOR_REFUSED, DOCTOR_SILENT };

/* Ports that are asked. */
enum doctor_ask { DOCTOR_UDP_500, DOCTOR_UDP_4500, DOCTOR_TCP_4500, DOCTOR_ASKS };

/*
 * Sends a message of a version that does not exist to UDP 500 and 4500 of the peer (an address or a host
 * name), which gateways answer with INVALID_MAJOR_VERSION (RFC 7296 2.5) and keep nothing of, and opens a
 * connection to TCP 4500. Waits until all answered or wait_ms is over, and a little longer when one of the
 * UDP ports answered late. What cannot be asked stays DOCTOR_NOT_ASKED.
 */
void doctor_ask(const char *peer, unsigned wait_ms, enum doctor_heard heard[DOCTOR_ASKS]);

/* "udp_500", "udp_4500", "tcp_4500". Static storage. */
const char *doctor_ask_name(enum doctor_ask ask);
/* "not asked", "answered", "refused", "silent". Static storage. */
const char *doctor_heard_name(enum doctor_heard heard);
