/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * A method of EAP: a row, and a state that the conversation keeps for it. It reads and writes what stands
 * behind the type; packets, ids and results are the conversation's (eap.c).
 */
#include "base_span.h"
#include "eap.h"

struct eap_method {
    uint8_t type; /* enum wire_eap_type */
    size_t bytes; /* of its state, zero at the beginning */
    /*
     * A server's: data NULL: its first request. SENDS: w has the next one; SUCCEEDS: user and msk are set;
     * FAILS: fault is set.
     */
    enum eap_step (*server)(struct eap *e, const struct base_span *data, struct base_writer *w);
    /* A client's answer to a request. With is_method_over nothing but Success is missing, and msk is set. */
    enum eap_step (*client)(struct eap *e, struct base_span data, struct base_writer *w);
    /* Frees what the state owns. NULL: nothing. */
    void (*drop)(struct eap *e);
};

extern const struct eap_method eap_method_mschap, eap_method_tls;

/* Ends a conversation with this fault. */
enum eap_step eap_fail(struct eap *e, enum eap_fault fault);
/* The same with HERE, for a negative errno. */
enum eap_step eap_fail_here(struct eap *e, int rc);
