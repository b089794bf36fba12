/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * IKE SAs that go by a connection of TCP (RFC 9329). Who called the peer opens the connection, also each that
 * comes in the place of one that broke off, and says by an authentic message that it goes by that now; the
 * other one waits for that. The SA lives on meanwhile (6.1). Thread: control.
 */
#include <stdbool.h>
#include <stdint.h>

struct ike;
struct ike_event;
struct ikev2_sa;

/* IKE_EV_STREAM_ENDED. */
void ikev2_stream_on_ended(struct ike *ike, const struct ike_event *ev);

/* Opens another connection when its time has come. */
void ikev2_stream_on_timer(struct ike *ike, struct ikev2_sa *sa);

/* Most repetitions of a request, of so many: TCP repeats what is lost itself (6.2), and where TCP may follow,
 * nobody waits for long (5.1). */
uint32_t ikev2_stream_tries(const struct ike *ike, const struct ikev2_sa *sa, uint32_t most);

/* Nobody answered this call by UDP. True: the next one goes by TCP, and comes at once. */
bool ikev2_stream_takes_over(struct ike *ike, struct ikev2_sa *sa);
