/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What the readers of dialects share: lines, words, values, and the first fault with its line. */
#include "explain_import.h"

#define EXPLAIN_WORDS_MAX 16
#define EXPLAIN_VALUE_MAX 512

struct explain_reader {
    struct base_span text;     /* all of it */
    uint32_t line;             /* that is read, from 1 */
    struct explain_site *site; /* that is filled */
    char *why;
    size_t why_size;
    bool is_faulty; /* why is filled; nothing more is read */
};

/* Notes the first fault, with its line. Returns false. */
__attribute__((format(printf, 2, 3))) bool explain_reader_fault(struct explain_reader *r, const char *format,
                                                                ...);

/* Takes the next line off *rest, without its end and the blanks around it. False: there is none. */
bool explain_reader_line(struct explain_reader *r, struct base_span *rest, struct base_span *line);
struct base_span explain_trim(struct base_span s);
/* Without quotes of either kind around it, where both are there. */
struct base_span explain_unquote(struct base_span s);
/* Takes a word off the front, up to a blank outside of quotes, unquoted; empty at the end. */
struct base_span explain_word(struct base_span *s);
bool explain_is(struct base_span s, const char *text);
bool explain_begins(struct base_span s, const char *text);

/* Values into the site; each notes a fault and returns false when the text is none of its kind. */
bool explain_read_id(struct explain_reader *r, struct base_span s, struct ike_id *out);
bool explain_read_host(struct explain_reader *r, struct base_span s,
                       char out[IKE_HOST_MAX]); /* "%any", "any": "" */
bool explain_read_nets(struct explain_reader *r, struct base_span s, struct base_prefix out[EXPLAIN_NETS_MAX],
                       size_t *n); /* adds; separated by blanks or commas, maybe in braces */
bool explain_read_seconds(struct explain_reader *r, struct base_span s,
                          uint32_t *out); /* 8h, 3600s, 60m, 3600 */
/* Text as it stands, with blanks and quotes, or 0x and hexadecimal: the caller has taken off what is around
 * it. */
bool explain_read_psk(struct explain_reader *r, struct base_span s);
/* Proposals with commas between, in strongSwan's, libreswan's or a vendor's words; adds. */
bool explain_read_proposals(struct explain_reader *r, struct base_span s, enum crypt_protocol protocol);

/* Algorithms of one proposal by their parts, in a vendor's words; "" for what it does not say. */
struct explain_parts {
    char encr[32], integ[32], dh[32]; /* dh: "14", "group14", "none" */
};
/* Makes a proposal of them. False, and a fault: a word means nothing here. */
bool explain_read_parts(struct explain_reader *r, const struct explain_parts *parts,
                        enum crypt_protocol protocol);
void explain_part(struct base_span s, char out[32]);

/* The first child, made when there is none. */
struct explain_child *explain_first_child(struct explain_site *site);

/* Readers of dialects: each reads r->text from its beginning. */
void explain_import_vyos(struct explain_reader *r);
void explain_import_swanctl(struct explain_reader *r);
void explain_import_ipsec(struct explain_reader *r);
void explain_import_label(struct explain_reader *r);

/* A setting below names of blocks: all words of its path, its key last; is called with each. */
typedef void explain_setting_fn(struct explain_reader *r, void *arg, const struct base_span *words, size_t n,
                                struct base_span value);
/* Reads blocks in braces, "key = value" or "key value" each in a line. Nesting beyond the cap is a fault. */
void explain_blocks(struct explain_reader *r, explain_setting_fn *fn, void *arg);
/* Reads lines "set WORD WORD ... VALUE"; others are skipped. */
void explain_commands(struct explain_reader *r, explain_setting_fn *fn, void *arg);
