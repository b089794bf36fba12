/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What stands between phase 1 and the first child: a login (XAUTH), inner addresses (mode-config). */
#include <stdbool.h>
#include <stdint.h>
#include "base_span.h"
#include "ike_conf.h"

struct ike;
struct ikev1_sa;

/* What our exchange that is under way is about. */
enum ikev1_login_stage {
    IKEV1_LOGIN_IDLE,
    IKEV1_LOGIN_ASKED,  /* name and password are asked for */
    IKEV1_LOGIN_STATUS, /* the peer is told how it went */
    IKEV1_LOGIN_WANTED, /* an address is asked for */
    IKEV1_LOGIN_PUSHED  /* an address is told */
};

/* Of an SA that is or was in LOGIN. */
struct ikev1_login {
    enum ikev1_login_stage stage;
    bool is_proved;  /* the login went well, or none is wanted */
    bool is_refused; /* it went wrong: the SA ends */
    bool is_given;   /* addresses are there, or none are wanted, or who wants them asks later */
    bool initial_contact;
    struct ike_id user; /* who logged in; type 0: nobody */
};

/* Whether a connection wants any of it, so that an SA goes to LOGIN first. */
bool ikev1_login_is_due(const struct ikev1_sa *sa);
/* The SA's, made at the first call, with an end by time. NULL: no memory. */
struct ikev1_login *ikev1_login_of(struct ike *ike, struct ikev1_sa *sa);
/* The SA ends. */
void ikev1_login_end(struct ike *ike, struct ikev1_sa *sa);
/* Whose addresses they are: the user's, or the peer's. */
const struct ike_id *ikev1_login_who(const struct ikev1_sa *sa);

/*
 * Whether it is a user of the connection with this password, whose hash the file of users has: it is hashed
 * and compared in constant time, for unknown users as well. A NUL at the end of either is none of it, as old
 * Androids send it.
 */
bool ikev1_login_check(struct ike *ike, struct ikev1_sa *sa, struct base_span name,
                       struct base_span password);
