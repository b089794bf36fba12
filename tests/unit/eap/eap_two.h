/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* A server and a client of EAP face to face, and packets by hand. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "eap.h"
#include "eap_mschap.h"
#include "ossl_eap.h"
#include "ossl_ops.h"
#include "wire_eap.h"

#define BYTES(...) base_span((const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

static inline struct base_span text_of(const char *text)
{
    return base_span(text, strlen(text));
}

/* Users "ann" and "Bob Roe", whose passwords are "secret" and "geheim". */
static inline struct eap_users *two_users(void)
{
    static const char *const list[][2] = {{"ann", "secret"}, {"Bob Roe", "geheim"}};
    char text[2 * EAP_USER_ROW_MAX];
    size_t len = 0, line;
    const char *why;
    for (size_t i = 0; i < 2; i++) {
        uint8_t hash[16];
        assert_int_equal(eap_mschap_hash(&ossl_eap_ops, text_of(list[i][1]), hash), 0);
        len += eap_user_print(text_of(list[i][0]), hash, text + len);
    }
    struct eap_users *u = eap_users_load(base_span(text, len), &line, &why);
    assert_non_null(u);
    return u;
}

static inline struct eap_setup two_setup(bool is_server)
{
    struct eap_setup s = {.ops = &ossl_eap_ops, .is_server = is_server, .types = {WIRE_EAP_MSCHAPV2}};
    for (size_t i = 0; i < sizeof s.random; i++)
        s.random[i] = (uint8_t)(i + (is_server ? 1 : 101));
    return s;
}

static inline struct eap *two_server(void)
{
    struct eap_setup s = two_setup(true);
    s.users = two_users();
    eap_name_set(&s.name, text_of("gw"));
    struct eap *e = eap_new(&s);
    assert_non_null(e);
    eap_users_put(s.users);
    return e;
}

static inline struct eap *two_client(const char *identity, const char *name, const char *password)
{
    struct eap_setup s = two_setup(false);
    eap_name_set(&s.login.identity, text_of(identity));
    eap_name_set(&s.login.name, text_of(name));
    assert_int_equal(eap_mschap_hash(&ossl_eap_ops, text_of(password), s.login.hash), 0);
    struct eap *e = eap_new(&s);
    assert_non_null(e);
    return e;
}

struct two_end {
    enum eap_step server, client;
    unsigned requests; /* of the server */
};

/* Lets both talk to the end. */
static inline struct two_end two_talk(struct eap *server, struct eap *client)
{
    struct two_end end = {eap_begin(server), EAP_SENDS, 1};
    for (;;) {
        end.client = eap_take(client, eap_packet(server));
        if (end.client != EAP_SENDS || end.server != EAP_SENDS)
            return end;
        end.server = eap_take(server, eap_packet(client));
        end.requests++;
        assert_true(end.requests < 100);
    }
}

/* A packet of the peer's with the id that is due. */
static inline enum eap_step two_say(struct eap *e, uint8_t code, uint8_t type, struct base_span data)
{
    uint8_t buf[600];
    struct base_writer w = base_writer(buf, sizeof buf);
    wire_eap_begin(&w, code, e->id, type);
    base_write_span(&w, data);
    wire_eap_end(&w);
    return eap_take(e, base_writer_span(&w));
}

static inline struct wire_eap two_heard(const struct eap *e)
{
    struct wire_eap p;
    assert_true(wire_eap_parse(eap_packet(e), &p));
    return p;
}
