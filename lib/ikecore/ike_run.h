/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Connections at run time, whichever version of IKE they speak. Which SAs a connection has, each version
 * keeps for itself.
 */
#include <stdbool.h>
#include <stdint.h>
#include "ike_conf.h"
#include "ike_stats.h"
#include "ike_tally.h"
#include "ike_timer.h"

struct ike;

/* What is to become of a child of a connection that has no SA. */
enum ike_run_child {
    IKE_RUN_WANTED = 1, /* it is called for, again and again, until it is up */
    IKE_RUN_ASKED = 2,  /* the call that is under way, or comes next, is for it */
    IKE_RUN_TRAPPED = 4 /* the next packet calls for it, whatever began it */
};
#define IKE_RUN_FEW 8

struct ike_run {
    const struct ike_conn_conf *conn;
    struct ike_timer timer;
    uint32_t failures;        /* attempts in a row */
    bool asks_name;           /* its peer's host name is being asked for */
    uint8_t few[IKE_RUN_FEW]; /* ike_run_child(): of a connection with few children */
    uint8_t *many;            /* or with many; owned */
    base_time trap_at;        /* packets call for nothing before: a call has just failed */
    bool is_wary;     /* a call failed after a COOKIE that may be forged: the next one gives the first request
                         time */
    bool calls_again; /* with is_wary: once, at once, whatever is configured */
    bool by_tcp;      /* nobody answered by UDP: the next call goes by TCP */
    bool held;        /* the operator ended it: no call until told so */
    bool is_lost;     /* an SA ended in this dispatch: whether to call again is to be decided */
    bool was_up;      /* with is_lost: it had been established */
    struct ike_redirect *redirect; /* owned; NULL: its peer never sent it elsewhere */
    struct ike_run *lost_next;
    uint32_t number; /* of ike_env.conn_open() */
    /* While a configuration takes the place of another one (ike_swap.h). */
    uint32_t parent; /* in the former one, IKE_HEIR_NONE: none */
    bool is_ready;   /* has what its parent had, and a number */
    bool is_moving;  /* a former one: its heir has begun to take its SAs, */
    bool is_moved;   /* and has them and the rest */
    bool is_torn;    /* with is_moving: an SA could not go over */
    struct ike_conn_stats stats;
    struct ike_tally tally;
};

/* Counts in all, and for the connection of an SA of any version as long as it is configured. */
#define IKE_COUNT(ike, sa, counter) \
    ((ike)->stats.counter++, (sa)->run ? (void)(sa)->run->stats.counter++ : (void)0)

/*
 * One for each connection of a sealed configuration, in its order; what is to be begun at once is WANTED.
 * Owned by the caller: ike_runs_free(). NULL: no memory. Thread: any.
 */
struct ike_run *ike_runs_new(const struct ike_conf *conf);
/* n: of how many connections. NULL is fine. */
void ike_runs_free(struct ike_run *runs, size_t n);

/* Bits of enum ike_run_child of a child, by its number. */
uint8_t *ike_run_child(struct ike_run *run, size_t child);
/* Whether any child is WANTED. */
bool ike_run_wants(struct ike_run *run);
/* A child has no SA any more: START makes it WANTED, TRAP TRAPPED, NONE neither. */
void ike_run_child_ended(struct ike_run *run, size_t child, enum ike_start after);

/* The runtime of a connection of the current configuration, or of one whose turn has not come or is not over;
 * NULL for one of a former. */
struct ike_run *ike_run_of(struct ike *ike, const struct ike_conn_conf *conn);
/* The one before, while it has SAs that wait for this one to take them; NULL: there is none. */
const struct ike_run *ike_run_former(const struct ike *ike, const struct ike_run *run);

/* An SA of this connection is gone for good: marked, for the end of the dispatch. */
void ike_run_mark_lost(struct ike *ike, struct ike_run *run, bool was_up);
