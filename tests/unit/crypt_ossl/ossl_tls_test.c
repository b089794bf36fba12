/* SPDX-License-Identifier: BSD-3-Clause */
/* Two sides of TLS face to face: what both agree on, and whom each of them refuses, in words. */
#include "ossl_tls.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "pki_files.h"
#include "tls_two.h"

static const struct crypt_tls_ops *const ops = &ossl_tls_ops;
static const struct tls_side gateway = {.chain = "gw.crt", .key = "gw.key", .ca = "ca.crt"};
static const struct tls_side user = {.chain = "user.crt", .key = "user.key", .ca = "ca.crt"};

/* A talk, and how it ended. */
struct talk {
    struct crypt_tls *c, *s;
    enum crypt_tls_step of_c, of_s;
};

static void talk_carry(struct crypt_tls *from, struct crypt_tls *to)
{
    uint8_t buf[700];
    size_t n;
    while ((n = ops->take(from, buf, sizeof buf)) > 0)
        assert_int_equal(ops->put(to, base_span(buf, n)), 0);
    assert_int_equal(ops->pending(from), 0);
}

/* Lets both talk for as long as anything moves. */
static struct talk talk_of(const struct tls_side *client, const struct tls_side *server)
{
    struct talk t = {tls_open_side(false, client), tls_open_side(true, server), CRYPT_TLS_GOES,
                     CRYPT_TLS_GOES};
    for (int i = 0; i < 4; i++) {
        if (t.of_c == CRYPT_TLS_GOES)
            t.of_c = ops->step(t.c);
        talk_carry(t.c, t.s);
        if (t.of_s == CRYPT_TLS_GOES)
            t.of_s = ops->step(t.s);
        talk_carry(t.s, t.c);
    }
    return t;
}

static void talk_end(struct talk *t)
{
    ops->close(t->c);
    ops->close(t->s);
}

static void talk_is_good(struct talk *t, bool is_13)
{
    uint8_t a[32], b[32], bare[32];
    assert_string_equal(ops->words(t->c), "");
    assert_string_equal(ops->words(t->s), "");
    assert_int_equal(t->of_c, CRYPT_TLS_DONE);
    assert_int_equal(t->of_s, CRYPT_TLS_DONE);
    assert_int_equal(ops->is_13(t->c), is_13);
    assert_int_equal(ops->is_13(t->s), is_13);
    assert_int_equal(ops->export(t->c, "label", base_span("x", 1), a, sizeof a), 0);
    assert_int_equal(ops->export(t->s, "label", base_span("x", 1), b, sizeof b), 0);
    assert_int_equal(ops->export(t->s, "label", BASE_SPAN_NONE, bare, sizeof bare), 0);
    assert_memory_equal(a, b, sizeof a);
    assert_memory_not_equal(b, bare, sizeof b);
}

static void both_prove_themselves_and_have_the_same_keys(void **state)
{
    static const struct tls_side servers[] = {
        {.chain = "gw-384.crt", .key = "gw-384.key", .ca = "ca.crt"},
        {.chain = "gw-rsa.crt", .key = "gw-rsa.key", .ca = "ca.crt"},
        {.chain = "gw-ed.crt", .key = "gw-ed.key", .ca = "ca.crt"},
    };
    static const char *const cas[] = {"ca.crt", "ca-rsa.crt", "ca-ed.crt"};
    (void)state;
    for (size_t i = 0; i < 6; i++) {
        struct tls_side client = user;
        client.ca = cas[i / 2];
        client.only_12 = i % 2;
        struct talk t = talk_of(&client, &servers[i / 2]);
        talk_is_good(&t, !client.only_12);
        talk_end(&t);
    }
}

static void a_certificate_says_who_its_holder_is(void **state)
{
    static const struct tls_side cn = {.chain = "cn.crt", .key = "cn.key", .ca = "ca.crt"};
    static const struct tls_side deep = {.chain = "deep.chain", .key = "deep.key", .ca = "ca.crt"};
    char name[64];
    (void)state;
    struct talk t = talk_of(&user, &gateway);
    talk_is_good(&t, true);
    assert_int_equal(ops->peer_name(t.s, name, sizeof name), strlen("user@example.org"));
    assert_memory_equal(name, "user@example.org", strlen("user@example.org"));
    assert_int_equal(ops->peer_name(t.s, name, 5), 0); /* not in part */
    assert_int_equal(ops->peer_path(t.s).n, 1);
    assert_int_equal(ops->peer_path(t.s).at[0], ossl_pki_ops.cert_mark(ops->peer(t.s)));
    assert_true(ossl_pki_ops.cert_names(ops->peer(t.c), 2, base_span("gw.example.org", 14), false));
    talk_end(&t);
    t = talk_of(&cn, &gateway); /* the last one of two */
    assert_int_equal(ops->peer_name(t.s, name, sizeof name), strlen("cn.example.org"));
    assert_memory_equal(name, "cn.example.org", strlen("cn.example.org"));
    talk_end(&t);
    t = talk_of(&deep, &gateway); /* with the certificates between */
    talk_is_good(&t, true);
    talk_end(&t);
}

static void who_is_refused_is_told_by_an_alert(void **state)
{
    static const struct {
        const char *name, *words, *alert;
    } bad[] = {
        {"expired", "expired", "certificate expired"},
        {"revoked-by-none", "showed no certificate", "certificate required"},
        {"of-stranger", "stranger", "unknown CA"},
        {"wrong-eku", "usage", "bad certificate"},
        {"gw", "usage", "bad certificate"}, /* serverAuth alone is not for users */
    };
    (void)state;
    for (size_t i = 0; i < 2 * sizeof bad / sizeof *bad; i++) {
        char crt[64], key[64];
        const bool is_none = i / 2 == 1;
        struct tls_side client = {
            .chain = is_none ? NULL : crt, .key = key, .ca = "ca.crt", .only_12 = i % 2};
        snprintf(crt, sizeof crt, "%s.crt", bad[i / 2].name);
        snprintf(key, sizeof key, "%s.key", bad[i / 2].name);
        struct talk t = talk_of(&client, &gateway);
        assert_int_equal(t.of_s, CRYPT_TLS_FAILED);
        assert_int_equal(t.of_c, CRYPT_TLS_FAILED);
        assert_int_equal(ops->fault(t.s), CRYPT_TLS_CERT);
        if (!strstr(ops->words(t.s), bad[i / 2].words))
            fail_msg("%s: %s", crt, ops->words(t.s));
        assert_int_equal(ops->fault(t.c), CRYPT_TLS_ALERT);
        if (!is_none || i % 2 == 0)
            assert_string_equal(ops->words(t.c), bad[i / 2].alert);
        assert_null(ops->peer(t.s));
        assert_int_equal(ops->step(t.s), CRYPT_TLS_FAILED); /* for good */
        talk_end(&t);
    }
}

static void a_client_refuses_a_server(void **state)
{
    static const struct tls_side stranger = {
        .chain = "of-stranger.crt", .key = "of-stranger.key", .ca = "ca.crt"};
    static const struct tls_side no_server = {.chain = "user.crt", .key = "user.key", .ca = "ca.crt"};
    (void)state;
    struct talk t = talk_of(&user, &stranger);
    assert_int_equal(ops->fault(t.c), CRYPT_TLS_CERT);
    assert_int_equal(ops->fault(t.s), CRYPT_TLS_ALERT);
    assert_string_equal(ops->words(t.s), "unknown CA");
    talk_end(&t);
    t = talk_of(&user, &no_server);
    assert_int_equal(ops->fault(t.c), CRYPT_TLS_CERT);
    assert_non_null(strstr(ops->words(t.c), "usage"));
    talk_end(&t);
}

/* With an authority and without one, of TLS 1.2 and of 1.3. */
static void a_pinned_peer_has_this_certificate_and_no_other(void **state)
{
    static const struct {
        struct tls_side server;
        const char *user, *words; /* NULL: it is taken */
    } cases[] = {
        {{.ca = "ca.crt", .pinned = {"gw.crt", "user.crt"}}, "user", NULL},
        {{.ca = "ca.crt", .pinned = {"gw.crt"}}, "user", "none of the keys"},
        {{.pinned = {"user.crt"}}, "user", NULL},
        {{.pinned = {"of-stranger.crt"}}, "of-stranger", NULL}, /* whoever issued it */
        {{.pinned = {"of-stranger.crt"}}, "user", "none of the keys"},
        {{.pinned = {"expired.crt"}}, "expired", "expired"},
        {{.ca = "ca.crt", .pinned = {"of-stranger.crt"}},
         "of-stranger",
         "stranger"}, /* both, where both are there */
        {{0}, "user", "none of the keys"},
    };
    (void)state;
    for (size_t i = 0; i < 2 * sizeof cases / sizeof *cases; i++) {
        char crt[64], key[64];
        struct tls_side server = cases[i / 2].server;
        const struct tls_side client = {.chain = crt, .key = key, .ca = "ca.crt", .only_12 = i % 2};
        const char *words = cases[i / 2].words;
        server.chain = gateway.chain;
        server.key = gateway.key;
        snprintf(crt, sizeof crt, "%s.crt", cases[i / 2].user);
        snprintf(key, sizeof key, "%s.key", cases[i / 2].user);
        struct talk t = talk_of(&client, &server);
        if (!words) {
            talk_is_good(&t, i % 2 == 0);
        } else if (t.of_s != CRYPT_TLS_FAILED || ops->fault(t.s) != CRYPT_TLS_CERT ||
                   !strstr(ops->words(t.s), words)) {
            fail_msg("%zu: %s", i / 2, ops->words(t.s));
        }
        assert_true(!words == !!ops->peer(t.s));
        talk_end(&t);
    }
}

static void what_is_no_tls_ends_it(void **state)
{
    uint8_t out[64];
    (void)state;
    struct crypt_tls *s = tls_open_side(true, &gateway);
    assert_int_equal(ops->pending(s), 0);
    assert_int_equal(ops->take(s, out, sizeof out), 0);
    assert_int_equal(ops->export(s, "label", BASE_SPAN_NONE, out, sizeof out), -EIO);
    assert_int_equal(ops->step(s), CRYPT_TLS_GOES);
    assert_int_equal(ops->put(s, base_span("GET / HTTP/1.0\r\n\r\n", 18)), 0);
    assert_int_equal(ops->step(s), CRYPT_TLS_FAILED);
    assert_int_equal(ops->fault(s), CRYPT_TLS_PROTOCOL);
    assert_true(ops->words(s)[0]);
    ops->close(s);
    ops->close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_prove_themselves_and_have_the_same_keys),
        cmocka_unit_test(a_certificate_says_who_its_holder_is),
        cmocka_unit_test(who_is_refused_is_told_by_an_alert),
        cmocka_unit_test(a_client_refuses_a_server),
        cmocka_unit_test(a_pinned_peer_has_this_certificate_and_no_other),
        cmocka_unit_test(what_is_no_tls_ends_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
