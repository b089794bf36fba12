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

/* The NT hash of the password in a file, without its line end. */
static void login_read_password(struct conf_reader *r, const char *name, struct eap_login *login)
{
    struct base_file text;
    const size_t mark = conf_enter(r, "password_file");
    if (conf_file_secret(r, name, PASSWORD_FILE_MAX, &text)) {
        size_t len = text.len;
        len -= len > 0 && text.bytes[len - 1] == '\n';
        len -= len > 0 && text.bytes[len - 1] == '\r';
        const int rc = eap_mschap_hash(&ossl_eap_ops, base_span(text.bytes, len), login->hash);
        if (rc == -EINVAL)
            conf_fail(r, "the password must be 1 to %d characters in UTF-8", EAP_PASSWORD_MAX);
        else if (rc < 0)
            conf_fail(r, CONF_NO_LEGACY);
    }
    base_file_free(&text);
    conf_leave(r, mark);
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
    const size_t mark = conf_enter(r, "local");
    if (file)
        login_read_password(r, file, login);
    else if (conn->local_auth != IKE_AUTH_EAP_TLS &&
             !(conn->then && conn->then->local_auth == IKE_AUTH_EAP_TLS))
        conf_fail(r, "user needs password_file: a file, mode 0600, that holds the password");
    conf_leave(r, mark);
    return true;
}
