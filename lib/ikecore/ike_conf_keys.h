/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The values of ike_conf.h as rows (ike_conf_keys.def): defaults, comparison, and what a change of one asks
 * of SAs that live. Thread: any.
 */
#include "ike_conf.h"
#include "ike_field.h"

/* What a change asks of what is running; the larger includes the smaller. */
enum ike_asks {
    IKE_ASKS_NOTHING = 1, /* the new value is in force at once, or from the next time it is looked at */
    IKE_ASKS_MOVE,        /* the IKE SA goes where it may be (MOBIKE), or a new one is made there */
    IKE_ASKS_CHILD,       /* a new pair of child SAs; the IKE SA goes on */
    IKE_ASKS_SA           /* a new IKE SA */
};

/* The struct that holds a value. */
enum ike_owner { IKE_OWNER_CONF, IKE_OWNER_CONN, IKE_OWNER_CHILD };

#define IKE_KEY_NUM(owner, name, ...)      IKE_KEY_##owner##_##name,
#define IKE_KEY_ONE(owner, name, ...)      IKE_KEY_##owner##_##name,
#define IKE_KEY_LIST(owner, name, ...)     IKE_KEY_##owner##_##name,
#define IKE_KEY_FAR(owner, name, ...)      IKE_KEY_##owner##_##name,
#define IKE_KEY_FAR_LIST(owner, name, ...) IKE_KEY_##owner##_##name,
enum ike_key_id {
#include "ike_conf_keys.def"
    IKE_KEYS
};
#undef IKE_KEY_NUM
#undef IKE_KEY_ONE
#undef IKE_KEY_LIST
#undef IKE_KEY_FAR
#undef IKE_KEY_FAR_LIST

struct ike_key {
    enum ike_owner owner;
    enum ike_asks asks;
    struct ike_field field;
    uint64_t preset; /* of a single number; all else is empty, or built in */
};

/* The rows, by id. */
extern const struct ike_key ike_keys[IKE_KEYS];

/* Sets all values of an owner (a struct ike_conf, ike_conn_conf, ike_child_conf) to their defaults; what is
 * not a value stays. */
void ike_keys_preset(enum ike_owner owner, void *object);

/* What going from one connection to another of its name asks of its SAs, its secret included; children are
 * compared one by one (ike_keys_compare). 0: nothing differs. Both are sealed. */
enum ike_asks ike_conn_conf_asks(const struct ike_conn_conf *from, const struct ike_conn_conf *to);

/* What going from one to the other asks, or 0 when all values of this owner are equal. Children, names and
 * secrets are no values of their connection. */
enum ike_asks ike_keys_compare(enum ike_owner owner, const void *from, const void *to);
