/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Inside conf: the table of keys, and the reader that walks a JSON tree with it. Not for other rooms. */
#include <jansson.h>
#include "base_dscp.h"
#include "base_file.h"
#include "conf.h"
#include "ike_conf_keys.h"
#include "ike_cred.h"

enum conf_type {
    CONF_BOOL,
    CONF_UINT,   /* min..max */
    CONF_CHOICE, /* choices */
    CONF_STRING, /* min..max bytes */
    CONF_NAME,   /* letters, digits, "_.-" */
    CONF_ADDR,
    CONF_ADDR_ANY, /* or "any" */
    CONF_HOST,     /* address, host name, or "any" */
    CONF_PREFIX,
    CONF_IFADDR, /* prefix with host bits */
    CONF_SUBNET, /* prefix or "dynamic" with optional [proto/port] */
    CONF_RANGE,  /* addresses of a network, or from one to another */
    CONF_ID,
    CONF_PEER_ID, /* or a pattern of identities */
    CONF_DSCP,    /* number or name */
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
    CONF_S_BYPASS,
    CONF_S_WORKERS,
    CONF_S_EAL,
    CONF_S_CONTROL,
    CONF_S_TUNNEL,
    CONF_S_TCP,
    CONF_S_NAT,
    CONF_S_LIMITS,
    CONF_S_SECRET,
    CONF_S_USERS,
    CONF_S_RADIUS,
    CONF_S_RADIUS_SERVER,
    CONF_S_POOL,
    CONF_S_AUTHORITY,
    CONF_S_CONNECTION,
    CONF_S_LOCAL,
    CONF_S_REMOTE,
    CONF_S_PEER,
    CONF_S_LOCAL_THEN,
    CONF_S_REMOTE_THEN,
    CONF_S_CHILD,
    CONF_S_NET,
    CONF_S_MANUAL,
    CONF_SECTIONS
};

/* What a change of a key asks of a daemon that runs. */
enum conf_asks {
    CONF_ASKS_NOTHING = IKE_ASKS_NOTHING, /* in force at once */
    CONF_ASKS_MOVE = IKE_ASKS_MOVE,
    CONF_ASKS_CHILD = IKE_ASKS_CHILD,
    CONF_ASKS_SA = IKE_ASKS_SA,
    CONF_ASKS_RESTART
};

struct conf_key {
    enum conf_section in;
    const char *name;
    /* Where the value goes: field, engine, or neither. */
    struct ike_field field;       /* in the section's own struct; size 0: not there */
    const struct ike_key *engine; /* or a value of the engine's, which also has asks and preset */
    enum conf_asks asks;          /* 0: of the engine's row, or none of its own; see conf_key_asks() */
    const char *nobody;           /* why no code reads it */
    enum conf_type type;
    enum conf_section of; /* OBJECT, MAP, LIST */
    uint32_t list_max;    /* > 0: a list of values; one value alone is read as a list of one */
    int64_t min, max;     /* UINT: value; STRING: bytes; MAP, LIST: entries; other lists: min entries */
    bool is_first;        /* the field has the first of the list; the others are read by name */
    bool required;
    int64_t preset;          /* UINT, BOOL; CHOICE with unset: what stands for that; 0 with engine */
    const char *preset_text; /* CHOICE, STRING; NULL with engine */
    const char *unset;       /* what happens without the key, when there is no preset value */
    const char *choices;     /* "a|b|c" */
    bool is_yes_no;          /* CHOICE: false is its first, true its second */
    int64_t first;           /* the number that stands for the first choice */
    const char *missing;     /* the sentence for a missing required key; NULL: a general one */
    const char *help;
};

/* All rows, and the one of a section with this name (NULL: none). */
const struct conf_key *conf_keys(size_t *count);
const struct conf_key *conf_key_find(enum conf_section in, const char *name);
/* "connections.*.remote": where a section's keys stand in the file. */
const char *conf_section_path(enum conf_section in);
/* Whether its list has one value at least. */
bool conf_key_is_never_empty(const struct conf_key *k);
/* Whether a key has a preset value of its own. */
bool conf_key_has_preset(const struct conf_key *k);
/* The number that the field of a UINT, BOOL or CHOICE has when the key is not there. */
int64_t conf_key_preset(const struct conf_key *k);
/* 0: a key that holds others, or has no meaning for the daemon. */
enum conf_asks conf_key_asks(const struct conf_key *k);
/* "in force", "the IKE SA moves, or a new one", "new child SAs", "new IKE SA", "needs a restart". */
const char *conf_asks_words(enum conf_asks asks);

/* A part of the snapshot that is one section's own struct. */
struct conf_part {
    enum conf_section in;
    size_t at; /* offset in struct conf */
};
const struct conf_part *conf_parts(size_t *count);

/* The objects that a section's values go to or stand in; those of a NULL one are passed over. */
struct conf_objects {
    void *own;   /* the section's struct: conf_port, conf_route, conf_workers, ..., ike_secret */
    void *conf;  /* struct ike_conf */
    void *conn;  /* struct ike_conn_conf */
    void *child; /* struct ike_child_conf */
};
/* The object and field of a key's value. NULL: it has none here. */
void *conf_key_object(const struct conf_key *k, const struct conf_objects *in,
                      const struct ike_field **field);

/* Splits choices: copies the n-th into out and returns true, or false behind the last. */
bool conf_choice(const char *choices, size_t n, char *out, size_t size);

/* The number that a choice's word stands for. -1: no such word. */
int64_t conf_choice_number(const struct conf_key *k, const char *text);

/* Where the reader stands, and where its findings go. */
struct conf_reader {
    struct conf_report *report;
    const atomic_bool *stops; /* borrowed; true: what is read is not wanted any more. NULL: it always is */
    const char *folder;       /* that file names start at: of the file that the reader stands in */
    const char *file;         /* an included file that it stands in; NULL: the main one */
    size_t file_at;           /* with file: path_len when it went there */
    const char *main_folder;
    struct conf_texts *texts;  /* of the connections that it comes by; NULL: they are not kept */
    const struct conf *former; /* that connections with the same text are copied from; NULL: none is */
    char file_folder[CONF_PATH_MAX];
    json_t *origins; /* sections with the files of what was included (conf_include.c); NULL: nothing was */
    json_t *trees;   /* of the included files */
    char secrets_file[CONF_PATH_MAX]; /* path of the file of many keys, once it was read */
    char path[sizeof((struct conf_issue *)0)->path];
    size_t path_len;
};

/* ---- texts of connections that stay the same (conf_texts.c) ---- */

struct conf_texts;

/* Owned; conf_texts_free(). NULL: no memory. */
struct conf_texts *conf_texts_new(void);
void conf_texts_free(struct conf_texts *t); /* NULL is fine */
/*
 * Notes the connections of a file that is read. What the parser is to have in its place, to be ended by
 * conf_texts_end() once it had it; empty: the file as it is.
 */
struct base_span conf_texts_begin(struct conf_reader *r, struct base_span text);
void conf_texts_end(struct base_span cut);
/* The connection in force whose copy the n-th one is; NULL: it is to be built. */
const struct ike_conn_conf *conf_texts_former(const struct conf_reader *r, size_t n);
/* The n-th one is what its text says, and no more: it may be copied the next time. */
void conf_texts_may_serve(const struct conf_reader *r, size_t n);
/* A file was not understood. What was cut before was not for those that it is taken for. */
bool conf_texts_is_off(const struct conf_texts *t);
/* All files were read. False: of no use, since they hold something else than these connections. */
bool conf_texts_settle(struct conf_texts *t, size_t n_conns);

/* ---- files ---- */

#define CONF_WHY_MAX (2 * CONF_PATH_MAX + 128) /* a sentence about a file */

/* The JSON of a text, or of a file of up to CONF_FILE_MAX bytes; owned. NULL: it was said why. */
/* Whether to read no further; that is an error, told once. */
bool conf_is_unwanted(struct conf_reader *r);
json_t *conf_file_parse(struct conf_reader *r, struct base_span text);
json_t *conf_file_load(struct conf_reader *r, const char *path);
/*
 * What a file with a secret holds, at most max bytes; a relative name starts at the reader's folder. To be
 * freed by base_file_free(). False: it was said why, also of one that others may read or change.
 */
bool conf_file_secret(struct conf_reader *r, const char *name, size_t max, struct base_file *out);
/* What a file holds but for the line end behind it. Borrows. */
struct base_span conf_file_line(const struct base_file *file);
/* The path of a name that starts at a folder unless it begins with "/". False: it is too long. */
bool conf_file_at(const char *folder, const char *name, char out[CONF_PATH_MAX]);

/*
 * Puts what the files of "include" hold into the tree; what is wrong with one is noted. The reader stands at
 * the root, whose plain values are sound. To be ended once the tree is no more needed: inline keys are wiped.
 */
void conf_include(struct conf_reader *r, json_t *root);
void conf_include_end(struct conf_reader *r);
/* Wipes inline keys out of a tree before it goes back to the heap. */
void conf_psk_wipe(json_t *root);

/* Goes down to a key, or list entry; conf_leave() with the returned mark comes back. */
size_t conf_enter(struct conf_reader *r, const char *key);
size_t conf_enter_at(struct conf_reader *r, size_t index);
void conf_leave(struct conf_reader *r, size_t mark);
/* Goes from the root to a line of secrets_file; back only by conf_leave_line(). */
size_t conf_enter_line(struct conf_reader *r, uint32_t line);
void conf_leave_line(struct conf_reader *r, size_t mark);

/* Notes a finding at the reader's path. */
__attribute__((format(printf, 2, 3))) void conf_fail(struct conf_reader *r, const char *format, ...);
__attribute__((format(printf, 2, 3))) void conf_warn(struct conf_reader *r, const char *format, ...);

/*
 * Checks an object's keys and plain values, and those of its OBJECT members; entries of MAP and LIST are
 * left to the caller, who enters them one by one. True: nothing was wrong.
 */
bool conf_read_object(struct conf_reader *r, enum conf_section in, const json_t *object);
/* Whether a text can be a host name (RFC 1123 2.1, and "_"); an address in digits is none. */
bool conf_is_host(const char *text);
/* A name of a port, connection or child: 1..63 of letters, digits, "_.-", the first of which is no "-". */
bool conf_read_name(struct conf_reader *r, const char *name);

/* Gives all values of a section's own struct their presets; lists and what has none become empty. */
void conf_preset(enum conf_section in, void *own);
/*
 * Writes the values that stand in an object (NULL: none do) to where they go. What does not stand there keeps
 * what it has, so filling from the general to the special inherits. A value of which an error was noted may
 * be left out.
 */
void conf_fill(const json_t *object, enum conf_section in, const struct conf_objects *to);

/* Values as text; of a DSCP a number, too. 0, or the DSCP, or -EINVAL with a sentence in why. */
int conf_id_parse(const char *text, struct ike_id *out, char *why, size_t why_size);
int conf_peer_id_parse(const char *text, struct ike_id *out, char *why, size_t why_size);
int conf_subnet_parse(const char *text, struct base_ts *out, char *why, size_t why_size);
int conf_dscp_parse(const json_t *value, char *why, size_t why_size);
int conf_range_parse(const char *text, struct base_ts *out, char *why, size_t why_size);

#define CONF_NO_LEGACY                                                                                 \
    "MSCHAPv2 needs OpenSSL's legacy provider (MD4, DES), which is not there: install it (Debian 13: " \
    "package openssl-provider-legacy) and restart"

/* Reads users.file (the reader stands at the root). */
void conf_users_read(struct conf_reader *r, const json_t *root, struct ike_conf *ike);
/* Reads radius. False: no memory. */
bool conf_radius_read(struct conf_reader *r, const json_t *root, struct ike_conf *ike);
/* Reads the PPK of a connection (the reader stands there). False: no memory. */
bool conf_ppk_read(struct conf_reader *r, const json_t *object, struct ike_conn_conf *conn);
/* Makes the further rounds of a connection, where it has some; the reader stands at it. False: no memory. */
bool conf_round_read(struct conf_reader *r, const json_t *o, struct ike_conn_conf *conn);
/* What a side says of a further round; NULL: nothing. Of round 0 it is the side. */
const json_t *conf_round_then(const json_t *side, size_t round);
/* Goes there from the side. Returns the mark for conf_leave(). */
size_t conf_round_enter(struct conf_reader *r, size_t round);
/* Whether a side proves itself so in one of the rounds. */
bool conf_round_any(const struct ike_conn_conf *c, bool is_ours, enum ike_auth_kind kind);
/* The same for what depends on conf_login_read(). */
void conf_round_settle(const json_t *o, struct ike_conn_conf *conn);
/* Whether a method is one of EAP. */
bool conf_auth_is_login(enum ike_auth_kind kind);
/* Reads what a connection logs in by; the reader stands at it. False: no memory. */
bool conf_login_read(struct conf_reader *r, const json_t *local, struct ike_conn_conf *conn);
/* Rules over local.auth and remote.auth; the reader stands at the connection. */
void conf_check_auth(struct conf_reader *r, const struct ike_conf *ike, const struct ike_conn_conf *c);

/* Reads the key of secrets[n] (the reader stands there) into the secret. False: it said why. */
bool conf_psk_read(struct conf_reader *r, const json_t *object, struct ike_secret *out);
/* The same of a key as it is written: text, or hexadecimal behind "0x". */
bool conf_psk_take(struct conf_reader *r, struct base_span text, struct ike_secret *out);

/* Bytes written as hexadecimal digits, with "0x" before them or not. False: they are none, or more than max.
 */
bool conf_hex_parse(struct base_span text, uint8_t *out, size_t max, size_t *len);

/* Reads lab and manual (the reader stands at the root). False: no memory. */
bool conf_manuals_read(struct conf_reader *r, const json_t *root, struct conf *conf);
/* Names and networks of keys made by hand, beside those of IKE. */
void conf_check_manuals(struct conf_reader *r, const struct conf *conf);
/* Whether it is an address of an outside port. */
bool conf_is_outside_address(const struct conf *conf, const struct base_addr *addr);
/* Whether it may be one: it is, or the addresses of an outside port are left to the host. */
bool conf_may_be_outside_address(const struct conf *conf, const struct base_addr *addr);

/* Reads bypass (the reader stands at the root). False: no memory. */
bool conf_bypasses_read(struct conf_reader *r, const json_t *root, struct conf *conf);
void conf_bypasses_free(struct conf *conf);
/* What bypasses let by: that it is something, and neither all nor all of a child. */
void conf_check_bypasses(struct conf_reader *r, const struct conf *conf);

#define CONF_SECRET_ROWS_MAX 100000
/*
 * Reads secrets_file (the reader stands at the root): its rows join the secrets that there are. A row is a
 * local identity, a remote one and a key, between blanks; an identity with blanks stands in double quotes,
 * the key is the rest of the line. Empty lines and those that begin with '#' are passed over. With the same
 * bytes as in the configuration in force its secrets are taken. False: no memory.
 */
bool conf_secrets_read(struct conf_reader *r, const json_t *root, struct conf *conf);

/*
 * Reads the rows of a connection, which the reader stands at: remote.peers, and remote.peers_file with a row
 * a line, which is an object as there. False: no memory.
 */
bool conf_grants_read(struct conf_reader *r, const json_t *remote, struct ike_conf *ike,
                      struct ike_conn_conf *conn);

/* Builds conf->ike's connections, secrets, caps. The reader stands at the root. False: no memory. */
bool conf_build_ike(struct conf_reader *r, const json_t *root, struct conf *conf);

/*
 * What a port's device is, and what follows from that for keys that were left out: interface, mtu, host. An
 * interface's name that does not fit stays in device alone.
 */
void conf_device_settle(struct conf_port *port);
/* Whether the kernel takes this as the name of an interface. */
bool conf_is_interface_name(const char *name);

/* Rules over children that part their traffic by DSCP; the reader stands at the connection. */
void conf_check_dscp(struct conf_reader *r, const struct ike_conn_conf *c);
/* Rules over connections whose peers are a pattern of identities. */
void conf_check_pattern(struct conf_reader *r, const struct ike_conf *ike);
/* Cross-field rules over a snapshot that could be built. */
void conf_check(struct conf_reader *r, const struct conf *conf);
void conf_check_ports(struct conf_reader *r, const struct conf *conf);
/* Whether an outside port's addresses are the host's, too. */
bool conf_has_outside_host(const struct conf *conf);
/* A connection of IKEv1 gets the algorithms that it does not name. */
void conf_v1_settle(const json_t *o, struct ike_conn_conf *conn);
/* The rules of IKEv1, and of keys that only it has, over a connection, which the reader stands at. */
void conf_check_v1(struct conf_reader *r, const struct ike_conf *ike, const struct ike_conn_conf *conn);
/* Weak algorithms of a connection, which the reader stands at: each once, refused or warned of. */
void conf_check_absent(struct conf_reader *r, const struct ike_conn_conf *conn);
void conf_check_weak(struct conf_reader *r, const struct ike_conn_conf *conn);
/* Rows of single identities: whether each can be met, and its address kept. The configuration is sealed. */
void conf_check_grants(struct conf_reader *r, const struct ike_conf *ike);
/* Pools, and what connections do with them; conf_check_pool.c. */
void conf_check_pools(struct conf_reader *r, const struct conf *conf);
/* Whether a has an address of lo to hi; never one that is dynamic. */
bool conf_ranges_meet(const struct base_ts *a, const struct base_addr *lo, const struct base_addr *hi);
/* Warns of remote subnets that two connections claim. */
void conf_check_overlap(struct conf_reader *r, const struct ike_conf *ike);
/* Connections for the same addresses whose IKE proposals exclude each other. The configuration is sealed. */
void conf_check_sets(struct conf_reader *r, const struct ike_conf *ike);

/* Keys of single identities that differ, by the connection (of n_conns) whose pattern they stand under. */
struct conf_secrets_diff {
    uint32_t *changed, *removed; /* owned; behind the last one those of no pattern */
};
/* Keys of `from` that `to` has otherwise, or has not. Both are sealed. False: no memory; free it all the
 * same. */
bool conf_secrets_lost(const struct ike_conf *from, const struct ike_conf *to, struct conf_secrets_diff *out);
void conf_secrets_diff_free(struct conf_secrets_diff *d);
