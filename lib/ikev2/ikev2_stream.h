/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * IKE SAs that go by a connection of TCP (RFC 9329). Who called the peer opens the connection, also each that
 * comes in the place of one that broke off, and says by an authentic message that it goes by that now; the
 * other one waits for that. The SA lives on meanwhile (6.1).
 *
 * Where TCP may follow UDP, an SA that is up goes there, too, when UDP dies under it: with MOBIKE the request
 * that nobody answers goes by a connection as well, and an answer from there moves the SA (7.1); without it
 * the call that takes the SA's place begins with TCP.
 *
 * The way back: with MOBIKE a liveness check goes by UDP first once a minute, and an answer moves the SA
 * there. Where our address is gone, or no connection comes up any more, UDP is tried at once. Thread:
 * control.
 */
#include <stdbool.h>
#include <stdint.h>
#include "base_time.h"

struct ike;
struct ike_event;
struct ikev2_sa;

/* IKE_EV_STREAM_ENDED. */
void ikev2_stream_on_ended(struct ike *ike, const struct ike_event *ev);

/* Opens another connection, or asks by UDP, when its time has come. */
void ikev2_stream_on_timer(struct ike *ike, struct ikev2_sa *sa);

/* When that is. */
base_time ikev2_stream_due(const struct ike *ike, const struct ikev2_sa *sa);

/* Most repetitions of a request, of so many: TCP repeats what is lost itself (6.2), and where TCP may follow,
 * nobody waits for long (5.1). */
uint32_t ikev2_stream_tries(const struct ike *ike, const struct ikev2_sa *sa, uint32_t most);

/* A request of an SA that is up is to be repeated: opens a connection beside UDP when its time has come. */
void ikev2_stream_try_beside(struct ike *ike, struct ikev2_sa *sa);

/* A request of it is answered, or given up: the connection beside UDP is no more, unless the SA goes by it.
 */
void ikev2_stream_leave_beside(struct ike *ike, struct ikev2_sa *sa);

/* An SA that is up is given up, as nobody answers by UDP. */
void ikev2_stream_on_silence(const struct ike *ike, struct ikev2_sa *sa);

/* Nobody answered this call by UDP. True: the next one goes by TCP, and comes at once. */
bool ikev2_stream_takes_over(struct ike *ike, struct ikev2_sa *sa);
