/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Exchanges under way, ours or the peer's, and the jobs that they wait for. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_ts.h"
#include "crypt_ike_ops.h"
#include "esp_pair.h"
#include "ike_job_dh.h"
#include "ike_nonce.h"
#include "ike_path.h"
#include "ikev2_follow.h"
#include "ikev2_select.h"
#include "ikev2_step.h"
#include "wire_ike.h"

struct ike;
struct ikev2_job_row;
struct ikev2_sa;

#define IKEV2_KE_RETRIES 3 /* other groups that a peer may ask for, each with its own request */

enum ikev2_task_kind {
    IKEV2_TASK_CONNECT, /* SA_INIT and IKE_AUTH */
    IKEV2_TASK_CREATE_CHILD,
    IKEV2_TASK_REKEY_CHILD,
    IKEV2_TASK_REKEY_IKE,
    IKEV2_TASK_DELETE_CHILD,
    IKEV2_TASK_DELETE_IKE,
    IKEV2_TASK_DPD,
    IKEV2_TASK_MOBIKE,
    IKEV2_TASK_REDIRECT,
    IKEV2_TASK_PROBE /* of the path MTU */
};

/* An exchange under way, ours or the peer's: what must be remembered between its steps. */
struct ikev2_task {
    enum ikev2_task_kind kind;
    struct ike_nonce ni;
    struct ike_nonce nr;
    struct ike_nonce rival_low; /* the lower one of the peer's rekeying of the same (RFC 7296 2.8.1, 2.8.2) */
    struct crypt_dh_key *dh;    /* ours, while no job has it */
    enum crypt_dh group;        /* NONE: no key exchange */
    uint8_t ke_retries;
    bool is_dh_agreed; /* choice.dh was agreed on: not in IKE_AUTH */
    bool is_put_off;   /* of the peer's: refused until it shows where it receives (ikev2_child_pick()) */
    bool is_turned;    /* refused once, so it goes with a group instead of without, or the other way round */
    uint16_t public_len;
    uint8_t public_value[CRYPT_DH_MAX];
    uint64_t job;                        /* pending, 0: none */
    const struct ikev2_job_row *job_row; /* with job: what follows */
    uint64_t spi_new;                    /* our SPI of the new IKE SA */
    uint32_t spi_in;                     /* reserved inbound SPI of the new child; 0: none */
    uint32_t spi_old;                    /* spi_in of the child to rekey or delete */
    uint32_t spi_doomed; /* deleted by the peer while its answer that makes it is under way; 0: none */
    struct wire_ike_notification named; /* REKEY_SA of the peer's: its SPI and protocol; data is not kept */
    size_t child_index;                 /* in the connection */
    bool is_shared;                     /* both sides may make further SAs of this child (ikev2_further.h) */
    bool is_unwanted;                   /* the operator ended the child meanwhile: the pair is not to stay */
    struct ikev2_choice choice;
    struct base_ts_list *local_ts, *remote_ts; /* of the new child; kept, owned */
    enum esp_mode mode;                        /* likewise */
    struct esp_ends ends_in;                   /* with transport mode: esp_pair.ends_in */
    bool is_cut;                               /* the peer asked for more, which would do for another child */
    struct ikev2_follow follow;                /* additional key exchanges */
    /* Of the peer's exchange, which waits for a job. */
    uint8_t exchange;
    uint32_t msgid;
    struct ike_path path;
};

/* Takes up what waited for a job of this task of the SA. Borrows the job, and may take keys out of it. */
typedef enum ikev2_outcome ikev2_task_done_fn(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t,
                                              struct ike_job *job);

/* What follows when a job of a task comes back: a row like that of a message. */
struct ikev2_job_row {
    struct ikev2_step step;
    ikev2_task_done_fn *done;
};

/* NULL: no memory. */
struct ikev2_task *ikev2_task_new(enum ikev2_task_kind kind);
/* With its job, which then comes back to nobody, its key and its reserved SPI. NULL is fine. */
void ikev2_task_free(struct ike *ike, struct ikev2_task *t);
/* Gives the task copies of the new child's selectors. False: no memory, it has none. */
bool ikev2_task_set_ts(struct ikev2_task *t, const struct base_ts_list *local,
                       const struct base_ts_list *remote);
/* Ends our exchange. */
void ikev2_task_done(struct ike *ike, struct ikev2_sa *sa);
/*
 * Hands a job out for this task, which has no other one out, and takes it; the row's done gets it when it
 * comes back, unless the task has ended or the SA is in none of the row's states. NULL (no memory): nothing;
 * the exchange then runs into its timeout.
 */
void ikev2_task_job(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t, struct ike_job *job,
                    const struct ikev2_job_row *row);
/* The same with a job of key exchange in the task's group; dh_secret is given the task's key. */
void ikev2_task_dh(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t,
                   const struct ike_job_kind *kind, struct base_span peer_public,
                   const struct ikev2_job_row *row);
/* Moves a job's new key pair into the task. */
void ikev2_task_take_key(struct ikev2_task *t, struct ike_job_dh *d);
