/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Connections of a laboratory with keys made by hand ("manual" in the configuration). They are made here and
 * go to the node by the same request as children of IKE, which knows nothing of them. Each begins with the
 * daemon, or when a reload brings it, and goes on until it is terminated, changed or used up; nothing renews
 * it. Thread: control.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_time.h"
#include "conf.h"
#include "ctl_manual_key.h"
#include "esp_pair.h"

struct ctl;
struct node_event;

/* One of the configuration. */
struct ctl_manual {
    char name[CONF_NAME_MAX];
    uint64_t id;    /* of its last beginning: grows with each, of any connection */
    uint32_t count; /* of pairs that are installed; 0: it is not up */
    uint32_t *spis; /* owned; spi_in of pair i */
    uint32_t conn;  /* number that the node sums its traffic up under; 0: none */
    uint8_t nonce[CTL_MANUAL_NONCE_BYTES];
    struct esp_path path;
    base_time begun_at;
    bool is_soft, is_hard; /* it was told that the sequence numbers of a pair come to their end, or came */
};

struct ctl_manuals {
    uint64_t last_id;
    size_t n;
    struct ctl_manual list[CONF_MANUAL_MAX];
};

/* Begins all of ctl->conf. 0, or -1 with a sentence in why. */
int ctl_manual_start(struct ctl *ctl, char *why, size_t why_size);

/*
 * ctl->conf took the place of former: what is not there any more, or differs, ends; what is new, or differs,
 * begins. The rest goes on as it is, ended ones too. What does not begin is logged.
 */
void ctl_manual_swap(struct ctl *ctl, const struct conf *former);

/* Forgets all; the node wipes the keys. */
void ctl_manual_close(struct ctl *ctl);

/* The one of this name; NULL: there is none, or name is NULL. */
struct ctl_manual *ctl_manual_find(struct ctl *ctl, const char *name);

/* Begins it, with another nonce. 0; -EALREADY: it is up; -ENETUNREACH: no route to the peer; -ENOMEM,
 * -ENOSPC: so many pairs do not fit; -EIO: the library failed. Then nothing of it is left. */
int ctl_manual_begin(struct ctl *ctl, struct ctl_manual *m);

/* Room for a sentence of ctl_manual_words(), with NUL. */
#define CTL_MANUAL_WORDS 160

/* What ctl_manual_begin() said of so many pairs (rc < 0), and what to do about it: the end of a sentence,
 * without quotation marks that a log line could not hold. Returns out. */
const char *ctl_manual_words(int rc, uint32_t count, char out[CTL_MANUAL_WORDS]);

/* Takes its pairs away. 0, or -ENOENT: it is not up. */
int ctl_manual_end(struct ctl *ctl, struct ctl_manual *m);

/* Pairs that are up, of all. */
uint64_t ctl_manual_pairs(const struct ctl *ctl);

/* Whether an event was about a pair of these, and so nothing for IKE. */
bool ctl_manual_event(struct ctl *ctl, const struct node_event *ev);
