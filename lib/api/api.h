/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * What culvertd and its clients say to each other: one JSON object per line over a Unix stream socket. A
 * client may send several requests on one connection; answers come in the same order. What the commands
 * answer is told in api_doc.h.
 *
 *   request   {"command":"show sas","args":{"connection":"foo"}}
 *   answer    {"ok":true,"data":{...}}
 *             {"ok":false,"error":{"code":"not_found","message":"...","details":[...]}}
 *
 * Thread: any; no state outside the arguments.
 */
#include <stdbool.h>
#include <stddef.h>
#include <jansson.h>

#define API_REQUEST_MAX         (64u << 10)  /* bytes of a request line */
#define API_RESPONSE_MAX        (256u << 20) /* bytes of an answer line */
#define API_SOCKET              "/run/culvert/culvertd.sock"

/* Error codes: for programs; the message is for people. */
#define API_ERR_BAD_REQUEST     "bad_request"     /* not a request line */
#define API_ERR_UNKNOWN_COMMAND "unknown_command" /* no such command */
#define API_ERR_BAD_ARGUMENT    "bad_argument"    /* an argument is missing or of the wrong type */
#define API_ERR_NOT_FOUND       "not_found"       /* no such connection, or nothing of it is up */
#define API_ERR_ALREADY         "already"         /* it is up or under way */
#define API_ERR_NO_ADDRESS      "no_address"      /* the peer can only be waited for */
#define API_ERR_BAD_CONFIG      "bad_config" /* reload: details lists {"path","text","file"}; nothing changed */
#define API_ERR_NO_MEMORY       "no_memory"
#define API_ERR_FAILED          "failed" /* anything else */

struct api_request {
    const char *command; /* lives as long as root */
    const json_t *args;  /* an object; never NULL; lives as long as root */
    json_t *root;        /* owned: json_decref() */
};

struct api_response {
    bool ok;
    const json_t *data;    /* ok: the document */
    const char *code;      /* else, one of API_ERR_* */
    const char *message;   /* a sentence */
    const json_t *details; /* a list, or NULL */
    json_t *root;          /* owned: json_decref() */
};

/* A request line with its "\n"; owned by the caller (free). Takes args (NULL: none). NULL: no memory. */
char *api_request_line(const char *command, json_t *args, size_t *len);

/* Reads a request line (the "\n" may be there). 0, or -EINVAL with a sentence in why: answer BAD_REQUEST. */
int api_request_parse(const char *line, size_t len, struct api_request *out, char *why, size_t why_size);

/*
 * Answer lines with their "\n"; owned by the caller (free). data and details are taken, also on failure; data
 * NULL means an empty object, details NULL none. NULL: no memory, close the connection.
 */
char *api_response_ok(json_t *data, size_t *len);
/* Of a document with a key in it: its texts are wiped; the line is the caller's to wipe. */
char *api_response_secret(json_t *data, size_t *len);
char *api_response_fail(const char *code, const char *message, json_t *details, size_t *len);

/* Reads an answer line. 0, or -EINVAL with a sentence in why. */
int api_response_parse(const char *line, size_t len, struct api_response *out, char *why, size_t why_size);
