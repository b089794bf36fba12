/* SPDX-License-Identifier: BSD-3-Clause */
/* Keys and certificates in hardware: the provider or engine is started at the first URI, in a library context
 * of its own. */
#define OPENSSL_SUPPRESS_DEPRECATED /* engines, which are all that OpenSSL 3.0 has here */
#include "ossl_token.h"

#include <ctype.h>
#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/provider.h>
#include <openssl/store.h>
#include <openssl/ui.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#ifndef OPENSSL_NO_ENGINE
#include <openssl/engine.h>
#endif
#include "base_wipe.h"

#define TOKEN_SCHEME  "pkcs11:"
#define TOKEN_PATH    "module-path="
#define TOKEN_URI_MAX 1024

enum token_way { TOKEN_CLOSED, TOKEN_PROVIDER, TOKEN_ENGINE };

static struct {
    pthread_mutex_t lock; /* guards the rest while it is opened */
    enum token_way way;
    OSSL_LIB_CTX *lib;
    OSSL_PROVIDER *hard, *soft;
#ifndef OPENSSL_NO_ENGINE
    ENGINE *engine;
#endif
} token = {.lock = PTHREAD_MUTEX_INITIALIZER};

bool ossl_token_is_uri(const char *where)
{
    return strncmp(where, TOKEN_SCHEME, strlen(TOKEN_SCHEME)) == 0;
}

static int hex_digit(char c)
{
    return isdigit((unsigned char)c) ? c - '0' : isxdigit((unsigned char)c) ? (c | 0x20) - 'a' + 10 : -1;
}

/* The module that the query of a URI names. False: none, or it does not fit. */
static bool module_of(const char *uri, char out[TOKEN_URI_MAX])
{
    const char *query = strchr(uri, '?');
    const char *at = query ? strstr(query + 1, TOKEN_PATH) : NULL;
    size_t n = 0;
    if (!at || (at[-1] != '?' && at[-1] != '&'))
        return false;
    for (at += strlen(TOKEN_PATH); *at && *at != '&' && n + 1 < TOKEN_URI_MAX; n++) {
        const int high = *at == '%' ? hex_digit(at[1]) : -1;
        const int low = high >= 0 ? hex_digit(at[2]) : -1;
        out[n] = low >= 0 ? (char)(high << 4 | low) : *at;
        at += low >= 0 ? 3 : 1;
    }
    out[n] = '\0';
    return n > 0;
}

/* The URI without what is for us alone; who opens keys refuses what it does not know. False: it is too long.
 */
static bool uri_for_token(const char *uri, char out[TOKEN_URI_MAX])
{
    const size_t path_len = strcspn(uri, "?");
    struct base_text text = base_text(out, TOKEN_URI_MAX);
    char mark = '?';
    base_text_add(&text, "%.*s", (int)path_len, uri);
    for (const char *at = uri + path_len; *at; at += strcspn(at, "&")) {
        const size_t len = strcspn(++at, "&");
        if (len == 0 || strncmp(at, TOKEN_PATH, strlen(TOKEN_PATH)) == 0)
            continue;
        base_text_add(&text, "%c%.*s", mark, (int)len, at);
        mark = '&';
    }
    return strlen(uri) < TOKEN_URI_MAX;
}

static bool provider_open(void)
{
    token.lib = OSSL_LIB_CTX_new();
    if (!token.lib)
        return false;
    token.soft = OSSL_PROVIDER_load(token.lib, "default");
    token.hard = token.soft ? OSSL_PROVIDER_load(token.lib, "pkcs11") : NULL;
    if (token.hard)
        return true;
    if (token.soft)
        OSSL_PROVIDER_unload(token.soft);
    OSSL_LIB_CTX_free(token.lib);
    token.lib = NULL;
    token.soft = NULL;
    return false;
}

#ifndef OPENSSL_NO_ENGINE
/* Engines know the default library context only. */
static bool engine_open(const char *module)
{
    ENGINE *e = NULL;
    OPENSSL_init_crypto(OPENSSL_INIT_ENGINE_DYNAMIC, NULL);
    e = ENGINE_by_id("pkcs11");
    if (e)
        (void)ENGINE_ctrl_cmd_string(e, "QUIET", NULL,
                                     0); /* its words go to the terminal; ours to the operator */
    if (e && ((module && ENGINE_ctrl_cmd_string(e, "MODULE_PATH", module, 0) != 1) || ENGINE_init(e) != 1)) {
        ENGINE_free(e);
        e = NULL;
    }
    token.engine = e;
    return e;
}
#else
static bool engine_open(const char *module)
{
    return false;
}
#endif

/* Which way there is; opened at the first call. */
static enum token_way token_open(const char *uri)
{
    char module[TOKEN_URI_MAX];
    pthread_mutex_lock(&token.lock);
    if (token.way == TOKEN_CLOSED) {
        const bool has_module = module_of(uri, module);
        if (has_module)
            setenv("PKCS11_PROVIDER_MODULE", module, 1); /* what that provider reads when it starts */
        if (provider_open())
            token.way = TOKEN_PROVIDER;
        else if (engine_open(has_module ? module : NULL))
            token.way = TOKEN_ENGINE;
        ERR_clear_error();
    }
    const enum token_way way = token.way;
    pthread_mutex_unlock(&token.lock);
    return way;
}

/* The PIN for whoever asks. */
static int pin_tell(char *buf, int size, int writes, void *pin)
{
    const size_t len = pin ? strlen(pin) : 0;
    if (len == 0 || size < 0 || len > (size_t)size)
        return -1;
    memcpy(buf, pin, len);
    return (int)len;
}

/* What is asked of a token: one object of a kind. */
struct token_ask {
    const char *kind; /* for people */
    int type;         /* of OSSL_STORE_INFO */
    char uri[TOKEN_URI_MAX];
    char *pin; /* NULL: none */
    UI_METHOD *ui;
    EVP_PKEY *key; /* found, one of both */
    X509 *cert;
};

static bool ask_is_answered(const struct token_ask *a)
{
    return a->key || a->cert;
}

static void provider_ask(struct token_ask *a)
{
    OSSL_STORE_CTX *store = OSSL_STORE_open_ex(a->uri, token.lib, NULL, a->ui, a->pin, NULL, NULL, NULL);
    if (!store)
        return;
    (void)OSSL_STORE_expect(store, a->type);
    while (!ask_is_answered(a) && !OSSL_STORE_eof(store)) {
        OSSL_STORE_INFO *info = OSSL_STORE_load(store);
        if (!info && OSSL_STORE_error(store))
            break;
        if (info && a->type == OSSL_STORE_INFO_PKEY)
            a->key = OSSL_STORE_INFO_get1_PKEY(info);
        else if (info)
            a->cert = OSSL_STORE_INFO_get1_CERT(info);
        OSSL_STORE_INFO_free(info);
    }
    OSSL_STORE_close(store);
}

#ifndef OPENSSL_NO_ENGINE
static void engine_ask(struct token_ask *a)
{
    struct {
        const char *uri;
        X509 *cert;
    } wanted = {a->uri, NULL};       /* as the engine's LOAD_CERT_CTRL has it */
    pthread_mutex_lock(&token.lock); /* the PIN is the engine's, not the object's */
    const bool is_ready = !a->pin || ENGINE_ctrl_cmd_string(token.engine, "PIN", a->pin, 0) == 1;
    if (is_ready && a->type == OSSL_STORE_INFO_PKEY)
        a->key = ENGINE_load_private_key(token.engine, a->uri, a->ui, a->pin);
    else if (is_ready && ENGINE_ctrl_cmd(token.engine, "LOAD_CERT_CTRL", 0, &wanted, NULL, 0) == 1)
        a->cert = wanted.cert;
    pthread_mutex_unlock(&token.lock);
}
#else
static void engine_ask(struct token_ask *a)
{
}
#endif

/* The URI without its PIN, which is nobody's business in a log. */
static void uri_text(const char *uri, struct base_text *out)
{
    const char *pin = strstr(uri, "pin-value=");
    const char *end = pin ? pin + strcspn(pin, "&") : NULL;
    if (pin)
        base_text_add(out, "%.*spin-value=...%s", (int)(pin - uri), uri, end);
    else
        base_text_add(out, "%s", uri);
}

/* Why nothing was found, as far as the library's errors tell. */
static int token_fail(const char *uri, const struct token_ask *a, struct base_text *why)
{
    bool is_pin = false;
    unsigned long code;
    const char *data;
    int flags;
    while ((code = ERR_get_error_all(NULL, NULL, NULL, &data, &flags)) != 0) {
        const char *reason = ERR_reason_error_string(code);
        is_pin |= (reason && (strcasestr(reason, "pin") || strcasestr(reason, "login"))) ||
                  ((flags & ERR_TXT_STRING) && data && strcasestr(data, "pin"));
    }
    uri_text(uri, why);
    if (is_pin)
        base_text_add(why, ": the token refuses the PIN%s", a->pin ? "" : ", for none is given");
    else
        base_text_add(why,
                      ": no %s is found there, or the token lets nobody in without %s PIN; "
                      "list what there is with: p11tool --list-all --login",
                      a->kind, a->pin ? "the right" : "a");
    return is_pin ? -EACCES : -ENOENT;
}

/* Fills in what is found. 0; -EACCES, -ENOENT or -EINVAL, and why. */
static int token_find(const char *uri, struct token_ask *a, struct base_text *why)
{
    if (!uri_for_token(uri, a->uri)) {
        base_text_add(why, "the pkcs11: URI is longer than %d characters", TOKEN_URI_MAX - 1);
        return -EINVAL;
    }
    const enum token_way way = token_open(uri);
    if (way == TOKEN_CLOSED) {
        uri_text(uri, why);
        base_text_add(
            why, ": OpenSSL has neither the provider nor the engine for PKCS#11, or its module does "
                 "not load; install pkcs11-provider (Debian 13) or libengine-pkcs11-openssl (Debian 12)");
        return -EINVAL;
    }
    /* Nobody sits at the terminal: who asks for a PIN gets this one or none. */
    a->ui = UI_UTIL_wrap_read_pem_callback(pin_tell, 0);
    if (a->ui)
        (way == TOKEN_PROVIDER ? provider_ask : engine_ask)(a);
    UI_destroy_method(a->ui);
    base_wipe(a->uri, sizeof a->uri);
    if (!ask_is_answered(a))
        return token_fail(uri, a, why);
    ERR_clear_error();
    return 0;
}

int ossl_token_key(const char *uri, const char *pin, EVP_PKEY **out, OSSL_LIB_CTX **lib,
                   struct base_text *why)
{
    struct token_ask a = {.kind = "private key", .type = OSSL_STORE_INFO_PKEY, .pin = (char *)pin};
    const int err = token_find(uri, &a, why);
    *out = a.key;
    *lib = err == 0 ? token.lib : NULL; /* the default one for an engine */
    return err;
}

int ossl_token_cert(const char *uri, const char *pin, X509 **out, struct base_text *why)
{
    struct token_ask a = {.kind = "certificate", .type = OSSL_STORE_INFO_CERT, .pin = (char *)pin};
    const int err = token_find(uri, &a, why);
    *out = a.cert;
    return err;
}

void ossl_token_close(void)
{
#ifndef OPENSSL_NO_ENGINE
    if (token.engine) {
        ENGINE_finish(token.engine);
        ENGINE_free(token.engine);
        token.engine = NULL;
    }
#endif
    if (token.hard)
        OSSL_PROVIDER_unload(token.hard);
    if (token.soft)
        OSSL_PROVIDER_unload(token.soft);
    OSSL_LIB_CTX_free(token.lib);
    token.lib = NULL;
    token.hard = token.soft = NULL;
    token.way = TOKEN_CLOSED;
}
