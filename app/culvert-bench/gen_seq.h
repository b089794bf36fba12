/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Meters the numbers of one stream of packets as they arrive: which came, which came twice, which came after
 * a later one of the same SA (RFC 4737 3.3; between SAs there is no order to keep). Thread: one. */
#include <stdbool.h>
#include <stdint.h>

#define GEN_SEQ_WINDOW (1u << 18) /* numbers in which a second one is known for what it is */

struct gen_seq {
    uint64_t next;       /* the highest number that came, plus 1 */
    uint64_t received;   /* packets, each once */
    uint64_t duplicates; /* further copies of one that came */
    uint64_t reordered;
    uint64_t late;     /* so far behind the highest that it may be a copy: counted here only */
    uint64_t furthest; /* numbers that one came behind the highest */
    uint32_t sas;
    uint32_t silent; /* SAs by which nothing came */
    uint64_t *last;  /* of each SA: the highest number that came, plus 1; 0: none */
    uint64_t *seen;  /* one bit a number, of the window's */
};

/* Of so many SAs. 0, or -ENOMEM. Release with gen_seq_fini() in both cases. */
int gen_seq_init(struct gen_seq *s, uint32_t sas);
void gen_seq_fini(struct gen_seq *s);

/* A new trial: nothing came yet. */
void gen_seq_clear(struct gen_seq *s);

/* A number that came by an SA (below `sas`; what is above counts as the first). Returns whether it is the
 * first time. */
bool gen_seq_take(struct gen_seq *s, uint64_t number, uint32_t sa);
