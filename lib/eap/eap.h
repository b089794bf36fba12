/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * EAP as a conversation (RFC 3748), either side of it: packets in, packets out. No socket, clock or
 * randomness: what is random comes with the setup. A step may take milliseconds (TLS), so an engine takes it
 * on another thread; a conversation is used by one thread at a time and shares nothing that changes.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_span.h"
#include "crypt_eap_ops.h"
#include "crypt_pki_ops.h"
#include "eap_users.h"

#define EAP_PACKET_MAX 4000 /* bytes of a packet of ours */
#define EAP_TYPES_MAX  4
#define EAP_MSK_MAX    64
#define EAP_RANDOM     64
#define EAP_GROUPS_MAX 1024 /* bytes of the groups that a RADIUS server names, with one more for each */
#define EAP_WORDS_MAX  512

enum eap_step {
    EAP_SENDS,    /* a packet is to go out, and another one comes */
    EAP_SUCCEEDS, /* over and well; a server's Success is to go out */
    EAP_FAILS     /* over; why tells; a server's Failure is to go out */
};

enum eap_fault {
    EAP_FAULT_NONE,
    EAP_FAULT_MALFORMED, /* a packet that is none, or not due now */
    EAP_FAULT_METHOD,    /* the peer has none of our methods; wanted: what it named, 0: nothing */
    EAP_FAULT_USER,      /* a server: nobody of this name */
    EAP_FAULT_PASSWORD,  /* a server: the response is wrong; a client: the server says so */
    EAP_FAULT_SERVER,    /* a client: the server did not prove that it knows the password */
    EAP_FAULT_RADIUS,    /* a RADIUS server rejects it; words: its message, may be empty */
    EAP_FAULT_GROUP,     /* a RADIUS server accepts it, in none of the groups that may */
    EAP_FAULT_REFUSED,   /* a client: Failure, without a reason */
    EAP_FAULT_EARLY,     /* a client: Success before the method was through */
    EAP_FAULT_CERT,  /* the peer's certificate is refused, or it has none; words: why, a sentence's part */
    EAP_FAULT_ALERT, /* the peer ended TLS; words: its alert */
    EAP_FAULT_TLS,   /* TLS failed; words: what the library says */
    EAP_FAULT_HERE   /* a function failed on this machine; error: errno */
};

/* A name as the peer sent it, or as it is configured; not terminated. */
struct eap_name {
    uint8_t len;
    char text[EAP_NAME_MAX];
};

/* What a RADIUS server grants with a login. */
struct eap_grant {
    uint32_t ip4;       /* the peer's inner address; 0: not said */
    uint32_t session_s; /* seconds that it may last; 0: not said */
    uint32_t interim_s; /* seconds between accounting records while it lasts; 0: not said */
    uint8_t class_len;
    uint8_t class_bytes[253]; /* for accounting, and for whoever knows what they mean */
};

/* What a client logs in by. A secret. */
struct eap_login {
    struct eap_name identity; /* the answer to the first question; may be empty */
    struct eap_name name;     /* the user */
    uint8_t hash[16];         /* NT hash of the password */
};

struct crypt_tls;
struct crypt_tls_ops;

struct eap_setup {
    const struct crypt_eap_ops *ops;
    bool is_server;
    uint8_t types[EAP_TYPES_MAX]; /* methods in order of preference (wire_eap_type), 0 behind the last */
    struct eap_users *users;      /* a server's; the conversation takes a reference of its own; or NULL */
    struct eap_name name;         /* what a server calls itself */
    struct eap_login login;       /* a client's */
    const struct crypt_tls_ops *tls_ops;
    struct crypt_tls *tls; /* TLS that has not begun; the conversation's with eap_new(); NULL: none */
    uint8_t random[EAP_RANDOM];
};

struct eap_method;

struct eap {
    struct eap_setup setup;
    enum { EAP_AT_START, EAP_AT_IDENTITY, EAP_AT_METHOD, EAP_AT_END } at;
    uint8_t id;          /* of the last request */
    bool is_first;       /* a server's: the method's first request is out, so that a Nak may come */
    bool is_method_over; /* a client's: only Success is missing */
    const struct eap_method *method;
    void *state;              /* the method's; of base_secret_new() */
    struct eap_name identity; /* a server: the answer to the first question; nothing is proved by it */
    struct eap_name user;     /* who the peer proved to be; a server's, and valid with EAP_SUCCEEDS */
    struct crypt_marks shown; /* by which certificates, with EAP_SUCCEEDS; of TLS alone */
    bool has_msk;             /* with EAP_SUCCEEDS */
    uint8_t msk[EAP_MSK_MAX];
    struct eap_grant grant; /* with EAP_SUCCEEDS, of a RADIUS server */
    uint8_t radius_server;  /* who answered last, by its place in the list: it has begun this login */
    /* Its Class and Filter-Id attributes, a byte of length in front of each; those beyond are left out. */
    uint16_t groups_len;
    uint8_t groups[EAP_GROUPS_MAX];
    uint8_t radius_state_len;
    uint8_t radius_state[253];
    size_t out_len;
    uint8_t out[EAP_PACKET_MAX];
    enum eap_fault fault;
    uint8_t wanted; /* METHOD */
    int error;      /* HERE */
    char words[EAP_WORDS_MAX];
};

/* The setup is copied. NULL: no memory, and setup->tls stays the caller's. */
struct eap *eap_new(const struct eap_setup *setup);
/* Wipes and frees. NULL is fine. */
void eap_free(struct eap *e);

/* A server's first packet: the question for the identity. */
enum eap_step eap_begin(struct eap *e);
/* Takes a packet of the peer's. */
enum eap_step eap_take(struct eap *e, struct base_span packet);

static inline struct base_span eap_packet(const struct eap *e)
{
    return base_span(e->out, e->out_len);
}

static inline struct base_span eap_name_span(const struct eap_name *n)
{
    return base_span(n->text, n->len);
}

/* False: it is too long, and the name is empty. */
bool eap_name_set(struct eap_name *n, struct base_span text);
