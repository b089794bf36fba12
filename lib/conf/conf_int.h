/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Inside conf: the table of keys, and the reader that walks a JSON tree with it. Not for other rooms. */
#include <jansson.h>
#include "conf.h"

enum conf_type {
    CONF_BOOL,
    CONF_UINT,   /* min..max */
    CONF_CHOICE, /* choices */
    CONF_STRING, /* min..max bytes */
    CONF_NAME,   /* letters, digits, "_.-" */
    CONF_ADDR,
    CONF_ADDR_ANY, /* or "any" */
    CONF_PREFIX,
    CONF_IFADDR, /* prefix with host bits */
    CONF_SUBNET, /* prefix with optional [proto/port] */
    CONF_ID,
    CONF_IKE_PROPOSAL,
    CONF_ESP_PROPOSAL,
    CONF_OBJECT, /* of one section */
    CONF_MAP,    /* names to objects of a section */
    CONF_LIST,   /* objects of a section */
    CONF_REFUSED /* known, and not to be had; help says why */
};

enum conf_section {
    CONF_S_ROOT,
    CONF_S_PORT,
    CONF_S_ROUTE,
    CONF_S_WORKERS,
    CONF_S_EAL,
    CONF_S_CONTROL,
    CONF_S_TUNNEL,
    CONF_S_NAT,
    CONF_S_LIMITS,
    CONF_S_SECRET,
    CONF_S_CONNECTION,
    CONF_S_LOCAL,
    CONF_S_REMOTE,
    CONF_S_CHILD,
    CONF_S_NET,
    CONF_SECTIONS
};

struct conf_key {
    enum conf_section in;
    const char *name;
    enum conf_type type;
    enum conf_section of; /* OBJECT, MAP, LIST */
    uint32_t list_max;    /* > 0: a list of values; one value alone is read as a list of one */
    int64_t min, max;     /* UINT: value; STRING: bytes; MAP, LIST: entries; other lists: min entries */
    bool required;
    int64_t preset;          /* UINT, BOOL */
    const char *preset_text; /* CHOICE, STRING */
    const char *unset;       /* what happens without the key, when there is no preset value */
    const char *choices;     /* "a|b|c" */
    const char *missing;     /* the sentence for a missing required key; NULL: a general one */
    const char *help;
};

/* All rows, and the one of a section with this name (NULL: none). */
const struct conf_key *conf_keys(size_t *count);
const struct conf_key *conf_key_find(enum conf_section in, const char *name);
/* "connections.*.remote": where a section's keys stand in the file. */
const char *conf_section_path(enum conf_section in);
/* Whether a key has a preset value of its own. */
bool conf_key_has_preset(const struct conf_key *k);

/* Splits choices: copies the n-th into out and returns true, or false behind the last. */
bool conf_choice(const char *choices, size_t n, char *out, size_t size);

/* Where the reader stands, and where its findings go. */
struct conf_reader {
    struct conf_report *report;
    const char *folder;
    char path[sizeof((struct conf_issue *)0)->path];
    size_t path_len;
};

/* Goes down to a key, or list entry; conf_leave() with the returned mark comes back. */
size_t conf_enter(struct conf_reader *r, const char *key);
size_t conf_enter_at(struct conf_reader *r, size_t index);
void conf_leave(struct conf_reader *r, size_t mark);

/* Notes a finding at the reader's path. */
__attribute__((format(printf, 2, 3))) void conf_fail(struct conf_reader *r, const char *format, ...);
__attribute__((format(printf, 2, 3))) void conf_warn(struct conf_reader *r, const char *format, ...);

/*
 * Checks an object's keys and plain values, and those of its OBJECT members; entries of MAP and LIST are
 * left to the caller, who enters them one by one. True: nothing was wrong.
 */
bool conf_read_object(struct conf_reader *r, enum conf_section in, const json_t *object);
/* A name of a port, connection or child: 1..63 of letters, digits, "_.-". */
bool conf_read_name(struct conf_reader *r, const char *name);

/* Values of an object that conf_read_object() found right, or the preset. object may be NULL: presets. */
int64_t conf_get_num(const json_t *object, enum conf_section in, const char *name);
const char *conf_get_text(const json_t *object, enum conf_section in, const char *name); /* NULL: unset */
/* Index of the chosen word. fallback when unset and without preset. */
unsigned conf_get_choice(const json_t *object, enum conf_section in, const char *name, unsigned fallback);
/* List of values: how many, and the n-th, also when the key holds one value alone. */
size_t conf_get_count(const json_t *object, const char *name);
const json_t *conf_get_item(const json_t *object, const char *name, size_t n);
/* The same as text; "" for what is none (an error was noted then). */
const char *conf_get_item_text(const json_t *object, const char *name, size_t n);

/* Values as text. 0, or -EINVAL with a sentence in why. */
int conf_id_parse(const char *text, struct ike_id *out, char *why, size_t why_size);
int conf_subnet_parse(const char *text, struct base_ts *out, char *why, size_t why_size);

/* Reads the key of secrets[n] (the reader stands there) into the secret. False: it said why. */
bool conf_psk_read(struct conf_reader *r, const json_t *object, struct ike_secret *out);

/* Builds conf->ike's connections, secrets, caps. The reader stands at the root. False: no memory. */
bool conf_build_ike(struct conf_reader *r, const json_t *root, struct conf *conf);

/* Cross-field rules over a snapshot that could be built. */
void conf_check(struct conf_reader *r, const struct conf *conf);
void conf_check_ports(struct conf_reader *r, const struct conf *conf);
/* Warns of remote subnets that two connections claim. */
void conf_check_overlap(struct conf_reader *r, const struct ike_conf *ike);
