/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The byte language in which a fuzzer talks to an engine: what its peer sends, what time does, what an
 * operator wants. The simulations write scripts of real handshakes as seeds; fuzz_ike_responder runs them.
 *
 * A script is a row of steps: one byte modulo IKE_SCRIPT_OPS, then operands (u16 big-endian):
 *   RAW     own, where, len u16, message   a clear message; the engine's SPI is put in where it belongs
 *   SEALED  own, where, flags, exchange, id, first, peer SPI (8), len u16, chain   a payload chain under SK
 *   TIME    n                              2^(n mod 26) ms pass
 *   EVENT   type, argument
 *   JOBS    n                              odd: results of jobs are held back, even: handed in at once
 *   AGAIN   where                          the last message once more
 *   FRAGMENT number, total, then as SEALED a part of a chain under SKF (RFC 7383)
 *
 * own: number of the engine's own IKE SPI in order of creation; IKE_SCRIPT_NO_SPI: leave as it is.
 * where: low two bits choose the peer's endpoint, IKE_SCRIPT_NATT the NAT-T port.
 * id: IKE_SCRIPT_ID_AUTO takes the message id that is due, else the id itself.
 */
#include <stdint.h>

enum ike_script_op {
    IKE_SCRIPT_RAW,
    IKE_SCRIPT_SEALED,
    IKE_SCRIPT_TIME,
    IKE_SCRIPT_EVENT,
    IKE_SCRIPT_JOBS,
    IKE_SCRIPT_AGAIN,
    IKE_SCRIPT_FRAGMENT,
    IKE_SCRIPT_OPS
};

#define IKE_SCRIPT_NO_SPI    0xff
#define IKE_SCRIPT_ID_AUTO   0xff
#define IKE_SCRIPT_NATT      0x04

/* Shape of a sealed message with AES-GCM (RFC 5282) and the test double of the cryptography. */
#define IKE_SCRIPT_IV_BYTES  8
#define IKE_SCRIPT_ICV_BYTES 16
