/* SPDX-License-Identifier: BSD-3-Clause */
/* Who logs in by EAP: the file of users here, and what a connection of ours logs in by elsewhere. */
#include "conf_int.h"

#include <errno.h>
#include <string.h>
#include "base_secret.h"
#include "base_wipe.h"
#include "eap.h"
#include "eap_mschap.h"
#include "ossl_eap.h"

#define PASSWORD_FILE_MAX (4 * EAP_PASSWORD_MAX + 2)

void conf_users_read(struct conf_reader *r, const json_t *root, struct ike_conf *ike)
{
    const char *section = conf_section_path(CONF_S_USERS);
    const char *name = json_string_value(json_object_get(json_object_get(root, section), "file"));
    const char *why;
    struct base_file text;
    size_t line;
    if (!name)
        return;
    const size_t mark = conf_enter(r, section), at = conf_enter(r, "file");
    if (conf_file_secret(r, name, EAP_USERS_FILE_MAX, &text)) {
        ike->users = eap_users_load(base_file_span(&text), &line, &why);
        if (!ike->users)
            conf_fail(r, "%s, line %zu: %s; culvertctl user add writes such a row", name, line, why);
    }
    base_file_free(&text);
    conf_leave(r, at);
    conf_leave(r, mark);
}

/* XAUTH sends the password itself, so that it is kept. */
static void login_keep_password(struct conf_reader *r, struct base_span password, struct ike_xauth_login *to)
{
    if (password.len == 0 || password.len > sizeof to->password) {
        conf_fail(r, "the password must be 1 to %zu bytes", sizeof to->password);
        return;
    }
    memcpy(to->password, password.ptr, password.len);
    to->password_len = (uint16_t)password.len;
}

/* The password in a file, without its line end, is kept as its NT hash, or as it is. */
static void login_read_password(struct conf_reader *r, const char *name, struct ike_conn_conf *conn)
{
    struct base_file text;
    const size_t mark = conf_enter(r, "password_file");
    if (conf_file_secret(r, name, PASSWORD_FILE_MAX, &text)) {
        const struct base_span password = conf_file_line(&text);
        if (conn->xauth_login)
            login_keep_password(r, password, conn->xauth_login);
        const int rc = conn->xauth_login ? 0 : eap_mschap_hash(&ossl_eap_ops, password, conn->login->hash);
        if (rc == -EINVAL)
            conf_fail(r, "the password must be 1 to %d characters in UTF-8", EAP_PASSWORD_MAX);
        else if (rc < 0)
            conf_fail(r, CONF_NO_LEGACY);
    }
    base_file_free(&text);
    conf_leave(r, mark);
}

/* Whom XAUTH logs in as. False: no memory. */
static bool login_read_xauth(struct conf_reader *r, const char *user, struct ike_conn_conf *conn)
{
    struct ike_xauth_login *x = conn->xauth_login = base_secret_new(sizeof *x);
    const size_t len = user ? strlen(user) : 0;
    if (!x)
        return false;
    if (len > sizeof x->user)
        conf_fail(r, "user: a name has at most %zu bytes", sizeof x->user);
    else if (user)
        memcpy(x->user, user, x->user_len = (uint8_t)len);
    return true;
}

bool conf_login_read(struct conf_reader *r, const json_t *local, struct ike_conn_conf *conn)
{
    const char *user = json_string_value(json_object_get(local, "user"));
    const char *identity = json_string_value(json_object_get(local, "eap_id"));
    const char *file = json_string_value(json_object_get(local, "password_file"));
    if (!user && !identity && !file)
        return true;
    struct eap_login *login = conn->login = base_secret_new(sizeof *login);
    if (!login)
        return false;
    if (user)
        eap_name_set(&login->name, base_span(user, strlen(user)));
    login->identity = login->name;
    if (identity)
        eap_name_set(&login->identity, base_span(identity, strlen(identity)));
    if (conn->xauth == IKE_XAUTH_CLIENT && !login_read_xauth(r, user, conn))
        return false;
    const size_t mark = conf_enter(r, "local");
    if (file)
        login_read_password(r, file, conn);
    else if (!conf_round_any(conn, true, IKE_AUTH_EAP_TLS))
        conf_fail(r, "user needs password_file: a file, mode 0600, that holds the password");
    conf_leave(r, mark);
    return true;
}
