/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Connections of TCP that carry IKE and ESP (RFC 9329): accepted or opened, cut into messages, filled with
 * them, given up. A stream is known by its two ends. Who has a use for one holds it; what nobody holds goes
 * after a while, and so does what a stranger opened and nobody came to hold. Everything has a limit.
 *
 * Thread: control. Nothing blocks.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_span.h"
#include "base_time.h"
#include "host_tcp.h"

struct host_streams;

struct host_streams_params {
    uint32_t max;             /* connections in all, and */
    uint32_t max_per_address; /* of those that one address opened */
};

#define HOST_STREAM_PREFIX_S   5      /* for the prefix of a connection that was accepted, */
#define HOST_STREAM_FIRST_S    15     /* and until somebody holds it; meanwhile its messages have at most */
#define HOST_STREAM_FIRST_MAX  16384  /* bytes */
#define HOST_STREAM_CONNECT_S  10     /* for a connection of ours to come up */
#define HOST_STREAM_LEFT_S     5      /* that the peer has to close what nobody holds any more; */
#define HOST_STREAM_OWN_LEFT_S 1      /* ours is closed after that */
#define HOST_STREAM_ESP_BYTES  65536  /* that wait to be sent before ESP finds no room */
#define HOST_STREAM_OUT_BYTES  196608 /* the same for IKE */
#define HOST_STREAM_JUNK_MAX   16     /* messages that are neither IKE nor ESP */

enum host_stream_what {
    HOST_STREAM_IKE,
    HOST_STREAM_ESP,
    HOST_STREAM_UP,    /* what we opened is there */
    HOST_STREAM_ENDED, /* it is no more */
};

struct host_stream_item {
    enum host_stream_what what;
    struct host_ends ends;
    struct base_span bytes; /* IKE without its marker, ESP: until the next call */
    /* ENDED */
    bool is_ours;    /* we opened it */
    bool was_up;     /* it had carried, or could have */
    bool is_held;    /* somebody has a use for it */
    bool is_refused; /* for what came by it */
    int error;       /* a negative errno of the connection's, or 0 */
    const char *why; /* static text */
};

/* Since the start. */
struct host_streams_count {
    uint32_t now; /* that there are */
    uint64_t accepted, opened, over_limit, broken_off, bad, unsent;
};

/* NULL: no memory, or no descriptor; errno says which. */
struct host_streams *host_streams_new(const struct host_streams_params *params);
/* Closes all. NULL is fine. */
void host_streams_free(struct host_streams *s);

/* Polls readable when host_streams_next() has something. It is the streams'. */
int host_streams_fd(const struct host_streams *s);

/* Takes connections there from now on. 0, or -errno. */
int host_streams_listen(struct host_streams *s, const struct base_endpoint *at);

/*
 * Opens one from ends->local.addr and fills ends->local.port. What is sent on it waits until it is
 * up. 0; -EMFILE: as many as there may be; or another -errno.
 */
int host_streams_open(struct host_streams *s, struct host_ends *ends);

/* Somebody has a use for it, or one use less. What is not there is ignored. */
void host_streams_hold(struct host_streams *s, const struct host_ends *ends);
void host_streams_leave(struct host_streams *s, const struct host_ends *ends);

/*
 * Puts a message behind those that wait. 0; -ENOTCONN: there is no such connection; -ENOBUFS: as much waits
 * as may; -EMSGSIZE. It goes with the next host_streams_flush().
 */
int host_streams_send(struct host_streams *s, const struct host_ends *ends, bool is_ike,
                      struct base_span bytes);
void host_streams_flush(struct host_streams *s);

/* Begins a turn: time goes on, and its share of reads begins. */
void host_streams_turn(struct host_streams *s, base_time now);
/* Takes what has come. False: nothing more in this turn. */
bool host_streams_next(struct host_streams *s, struct host_stream_item *out);

struct host_streams_count host_streams_count(const struct host_streams *s);
