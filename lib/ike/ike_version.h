/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The versions of IKE behind the engine's doors: a row each, by the major half of a message's version and by
 * what a connection says. What concerns one connection goes to its version; what concerns all goes to each.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_span.h"
#include "ike_action.h"
#include "ike_path.h"
#include "ike_timer.h"
#include "ike_view.h"

struct ike;
struct ike_run;
struct ike_timer;

/* What these do is said in ikev2.h, at the functions of their names. */
struct ike_version {
    uint8_t major;
    enum ike_timer_owner timers; /* whose timers are its SAs' */
    /* Whether a message of it can be for anybody here; NULL: always. */
    bool (*is_spoken)(struct ike *ike);
    int (*start)(struct ike *ike, const struct ike_conf *conf);
    void (*stop)(struct ike *ike);
    void (*on_packet)(struct ike *ike, const struct ike_path *path, struct base_span bytes);
    void (*on_timer)(struct ike *ike, struct ike_timer *t);
    void (*on_event)(struct ike *ike, const struct ike_event *ev);
    void (*settle)(struct ike *ike);
    size_t (*shut_down)(struct ike *ike, size_t most);
    bool (*has_live)(const struct ike *ike, const struct ike_run *run);
    int (*call)(struct ike *ike, struct ike_run *run, const struct ike_path *path);
    int (*make_children)(struct ike *ike, struct ike_run *run, const char *child, bool is_now);
    int (*terminate_child)(struct ike *ike, struct ike_run *run, const char *child);
    int (*terminate)(struct ike *ike, struct ike_run *run, size_t most);
    int (*rekey)(struct ike *ike, struct ike_run *run, const struct ike_event *ev);
    int (*reauthenticate)(struct ike *ike, struct ike_run *run);
    bool (*hand_over)(struct ike *ike, struct ike_run *old, const struct ike_conn_conf *conn, size_t *most);
    bool (*show_next)(const struct ike *ike, uint64_t after_id, struct ike_sa_view *out);
    void (*show_presence)(const struct ike *ike, const struct ike_run *run, struct ike_presence *out);
    bool (*show_child)(const struct ike *ike, uint64_t id, size_t n, struct ike_child_view *out);
};

/* All rows of this build, NULL behind the last: i from 0. */
const struct ike_version *ike_version_at(size_t i);
/* The row of a message's major half; NULL: not spoken. */
const struct ike_version *ike_version_of(uint8_t major);
/* The row that a connection goes by. One of a version that this build has not is IKEv2's, which finds no peer
 * for it; conf refuses it. */
const struct ike_version *ike_version_run(const struct ike_run *run);
