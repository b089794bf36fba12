/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Records for people: what happened to whom, and for a failure what to change. */
#include <stdbool.h>
#include <stdint.h>
#include "ike_conf.h"
#include "ike_path.h"
#include "ike_view.h"

enum ike_audit_kind {
    IKE_AUDIT_IKE_UP,
    IKE_AUDIT_IKE_DOWN,
    IKE_AUDIT_CHILD_UP,
    IKE_AUDIT_CHILD_DOWN,
    IKE_AUDIT_IKE_REKEYED,
    IKE_AUDIT_CHILD_REKEYED,
    IKE_AUDIT_IKE_REAUTHENTICATED, /* one that came up in another's place: that is closed */
    IKE_AUDIT_PEER_MOVED,
    IKE_AUDIT_REDIRECTED,         /* the peer sent us to another gateway */
    IKE_AUDIT_MOVED,              /* we are elsewhere */
    IKE_AUDIT_RETRANSMIT,         /* a request got no answer yet */
    IKE_AUDIT_PATH_MTU,           /* mtu, mtu_before, mtu_by: another size is in force on a path */
    IKE_AUDIT_TCP,                /* it goes by TCP from here on, or its connection of TCP ended */
    IKE_AUDIT_DOUBTED,            /* an error came in clear: it may be forged, and the attempt goes on */
    IKE_AUDIT_FAIL_NO_CONNECTION, /* no connection for this address and identity */
    IKE_AUDIT_FAIL_UNKNOWN_ID,  /* the peer's identity is not configured (private address behind NAT is named)
                                 */
    IKE_AUDIT_FAIL_WRONG_KEY,   /* AUTH does not verify: the keys differ */
    IKE_AUDIT_FAIL_NO_SECRET,   /* no key for this pair of identities */
    IKE_AUDIT_FAIL_NO_PROPOSAL, /* both lists in what / nearest */
    IKE_AUDIT_FAIL_PFS,         /* a child's key exchange groups: one side wants one that the other has not */
    IKE_AUDIT_FAIL_SELECTORS,
    IKE_AUDIT_FAIL_AH,            /* AH asked for */
    IKE_AUDIT_FAIL_PEER_ID,       /* we called, and somebody else answered */
    IKE_AUDIT_FAIL_NAT_FORBIDDEN, /* encapsulation: never, but there is a NAT */
    IKE_AUDIT_FAIL_TIMEOUT,       /* no answer */
    IKE_AUDIT_FAIL_NAME,          /* the peer's host name has no address that can be called */
    IKE_AUDIT_FAIL_REFUSED,       /* the peer sent an error notify; why explains what it usually means */
    IKE_AUDIT_FAIL_OVERLAP,       /* selectors overlap another identity's live ones */
    IKE_AUDIT_FAIL_MALFORMED,     /* authenticated peer sent a message that cannot be understood */
    IKE_AUDIT_FAIL_LIMIT,         /* a cap was hit */
    IKE_AUDIT_FAIL_UNCHECKED,     /* AUTH could not be checked, for a reason of our own */
    IKE_AUDIT_FAIL_BLACK_HOLE,    /* packets above a size vanish on the path, and no router says so */
    IKE_AUDIT_FAIL_VERSION,       /* another version of IKE */
    IKE_AUDIT_FAIL_CRITICAL,      /* a critical payload that is not known here */
    IKE_AUDIT_FAIL_EAP,           /* the peer wants EAP */
    IKE_AUDIT_FAIL_LOGIN,         /* a login by EAP went wrong */
    IKE_AUDIT_FAIL_ROUNDS,        /* the two sides do not agree on rounds of authentication */
    IKE_AUDIT_FAIL_PPK,           /* the two sides do not agree on a post-quantum preshared key */
    IKE_AUDIT_FAIL_UNPROVED,      /* our own proof of identity could not be made */
    IKE_AUDIT_FAIL_TRANSPORT,     /* transport mode asked for, and not made */
    IKE_AUDIT_FAIL_INSTALL,       /* the data path did not take a child that was agreed on */
    IKE_AUDIT_FAIL_NARROWED,      /* the peer agreed to less than a child of ours asked for */
    IKE_AUDIT_FAIL_GREEDY,        /* a prefix has most of the half-open SAs, and does not finish them */
    IKE_AUDIT_FAIL_UNFINISHED,    /* a call was answered, and no IKE_AUTH came */
    IKE_AUDIT_FAIL_REDIRECT,      /* gateways send us around in a circle */
    IKE_AUDIT_FAIL_MOVE,          /* a peer moved to where its connection does not allow it */
    IKE_AUDIT_FAIL_ADDRESS,       /* an inner address is not to be had */
    IKE_AUDIT_FAIL_CERT,          /* the peer's certificate or signature is not accepted */
    IKE_AUDIT_FAIL_TCP, /* a connection of TCP did not come up, or broke off while an IKE SA was made */
    IKE_AUDIT_FAIL_KEY_EXCHANGE, /* the keys could not be computed, for a reason of our own */
};

/* Name of a kind as used in logs and JSON: "child_up", "wrong_key". Static storage. */
const char *ike_audit_kind_name(enum ike_audit_kind kind);
/* True for the FAIL kinds: they go into `culvertctl show failures`. */
bool ike_audit_is_failure(enum ike_audit_kind kind);

#define IKE_AUDIT_TEXT_MAX 640

/* One structured record. Texts are sentences for people; unused ones are empty. */
struct ike_audit {
    enum ike_audit_kind kind;
    uint64_t ike_id;
    struct ike_path path;
    struct ike_id local_id;  /* ours, or the one that the peer asked for */
    struct ike_id remote_id; /* the peer's, as received */
    char conn[IKE_NAME_MAX]; /* the connection, or the nearest one for a failure; may be empty */
    char child[IKE_NAME_MAX];
    uint32_t spi_in, spi_out;
    uint16_t mtu, mtu_before; /* bytes of whole packets; 0: none concerned */
    enum ike_mtu_by mtu_by;
    uint16_t notify;               /* error notify that was sent or received; 0: none */
    uint32_t detail;               /* of several causes of a kind, which one; explain.h tells which have it */
    char what[IKE_AUDIT_TEXT_MAX]; /* what arrived */
    char nearest[IKE_AUDIT_TEXT_MAX];  /* the nearest configuration */
    char why[IKE_AUDIT_TEXT_MAX];      /* why they do not match */
    char fix_here[IKE_AUDIT_TEXT_MAX]; /* what to change on this side */
    char fix_peer[IKE_AUDIT_TEXT_MAX]; /* or on the peer's */
};
