/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Slow work that the engine hands out, so that one handshake never blocks another: key exchange, signatures,
 * certificate chains. A job is one record on the heap that belongs to whoever holds it. It carries its
 * arguments, by value or given to it, and its result, so that it runs in any thread and touches nothing of
 * the engine.
 *
 * A kind of work is a struct ike_job_kind and a record whose first member is struct ike_job; neither the
 * engine's queue nor whoever runs jobs knows what is behind that.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_addr.h"
#include "crypt_ike_ops.h"

/* How urgent a job is; whoever queues jobs takes the lower value first. */
enum ike_job_class {
    IKE_JOB_LIVE,    /* an exchange of an SA that is up */
    IKE_JOB_PROVED,  /* an SA to be, and the peer receives at its address: we called it, or it answered us */
    IKE_JOB_CLAIMED, /* an SA to be, and the address is whatever the datagram says */
    IKE_JOB_WORDS    /* an explanation, for which no peer waits */
};
#define IKE_JOB_CLASSES 4

struct ike_job;

struct ike_job_kind {
    const char *name;
    size_t bytes; /* of the whole record */
    /* Does the work: 0, or a negative errno and no result. Thread: any. */
    int (*run)(const struct crypt_ike_ops *ops, struct ike_job *job);
    /* Frees what the record owns beside itself; it has run or not. NULL: nothing. Thread: any. */
    void (*drop)(const struct crypt_ike_ops *ops, struct ike_job *job);
    bool is_quick; /* some microseconds: to be done at once costs less than to hand it to a thread */
};

struct ike_job {
    struct ike_job *next; /* for whoever holds it */
    const struct ike_job_kind *kind;
    uint64_t id; /* the engine's; never 0 once handed out */
    enum ike_job_class urgency;
    struct base_addr from; /* the peer's address: jobs of one urgency are taken in turn by it */
    bool is_short; /* a tenth of a millisecond at most: to hand it to a thread costs a good part of it */
    _Atomic bool is_void;       /* nobody waits any more: it is not run, if it was not yet */
    struct crypt_dh_turn *turn; /* of the thread that runs it, which lends it; NULL: it shares nothing */
    int status;                 /* what run() returned; -ECANCELED until then */
};

/* A record of this kind, all zero behind the head. NULL: no memory. Free with ike_job_free(). */
struct ike_job *ike_job_new(const struct ike_job_kind *kind);

/* Does the work and sets the status; a void one stays at -ECANCELED. Thread: any, one at a time for a job. */
void ike_job_run(const struct crypt_ike_ops *ops, struct ike_job *job);

/* Wipes and frees, with what the record owns. NULL is fine. Thread: any. */
void ike_job_free(const struct crypt_ike_ops *ops, struct ike_job *job);
