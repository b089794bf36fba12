/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Findings: what was looked at, what was seen, what it means, and its cure on either side. A report is a list
 * of them in the order in which they were made. Rows make them from facts that are handed in.
 *
 * Thread: any; no state outside the arguments.
 */
#include <stdbool.h>
#include <stddef.h>

#define DOCTOR_TEXT_MAX     768 /* bytes of a text, with NUL; what does not fit is cut */
#define DOCTOR_FINDINGS_MAX 48  /* of a report */

enum doctor_level {
    DOCTOR_OK,      /* looked at, and as it should be */
    DOCTOR_NOTE,    /* worth knowing; nothing is wrong */
    DOCTOR_WARNING, /* it works worse than it could, or will fail in a common situation */
    DOCTOR_FAULT    /* it does not work for this reason */
};

/* The texts of a finding. */
enum doctor_part {
    DOCTOR_SEEN,  /* what was seen */
    DOCTOR_MEANS, /* what that means */
    DOCTOR_HERE,  /* the cure on this side */
    DOCTOR_PEER,  /* or at the peer */
    DOCTOR_PARTS
};

struct doctor_finding {
    const char *name; /* "wrong-key": for programs; static storage */
    enum doctor_level level;
    char text[DOCTOR_PARTS][DOCTOR_TEXT_MAX]; /* sentences for people; "": there is nothing to say */
};

/* About 150 KB: keep it on the heap or static. Zero is empty. */
struct doctor_report {
    size_t n;      /* in list */
    size_t n_lost; /* for which there was no room */
    struct doctor_finding list[DOCTOR_FINDINGS_MAX];
    struct doctor_finding spare; /* takes the words of those that are lost */
};

/* Adds an empty finding, or gives one whose words are lost. Never NULL. */
struct doctor_finding *doctor_add(struct doctor_report *report, const char *name, enum doctor_level level);

/* Adds to a text of a finding, as printf does. */
__attribute__((format(printf, 3, 4))) void doctor_say(struct doctor_finding *f, enum doctor_part part,
                                                      const char *format, ...);

/* How many findings are warnings or faults: 0 is what a healthy system gets. */
size_t doctor_count_bad(const struct doctor_report *report);

/* The finding of this name, or NULL. */
struct doctor_finding *doctor_find(struct doctor_report *report, const char *name);

/* "ok", "note", "warning", "fault". Static storage. */
const char *doctor_level_name(enum doctor_level level);
/* "seen", "means", "fix_here", "fix_peer": members of a document. Static storage. */
const char *doctor_part_name(enum doctor_part part);
