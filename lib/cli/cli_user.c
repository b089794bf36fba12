/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * culvertctl user add, remove, list: on the file of users alone, with or without a daemon. A password comes
 * from the terminal or from standard input, never from the command line, which others can see.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include "base_secret.h"
#include "base_text.h"
#include "base_wipe.h"
#include "cli_int.h"
#include "cli_users.h"
#include "eap_mschap.h"
#include "eap_users.h"
#include "ossl_eap.h"

#define LINE_MAX_BYTES (4 * EAP_PASSWORD_MAX + 2)

static const char *user_file(const json_t *args)
{
    const char *file = cli_text(args, "file");
    return file[0] ? file : CLI_USERS_FILE;
}

/* One line without its end. False: there is none, or it is too long. */
static bool user_line(FILE *in, char line[LINE_MAX_BYTES], size_t *len)
{
    if (!fgets(line, LINE_MAX_BYTES, in))
        return false;
    *len = strcspn(line, "\r\n");
    return line[*len] || feof(in);
}

/* The same from a terminal, which does not show it. */
static bool user_ask(const struct cli_io *io, const char *words, char line[LINE_MAX_BYTES], size_t *len)
{
    struct termios shown, hidden;
    const int fd = fileno(io->in);
    if (tcgetattr(fd, &shown) < 0)
        return user_line(io->in, line, len);
    hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    fprintf(io->err, "%s", words);
    fflush(io->err);
    tcsetattr(fd, TCSAFLUSH, &hidden);
    const bool ok = user_line(io->in, line, len);
    tcsetattr(fd, TCSAFLUSH, &shown);
    fputc('\n', io->err);
    return ok;
}

/* The hash of the password that is given; a terminal is asked twice. */
static bool user_password(const struct cli_io *io, uint8_t hash[16])
{
    char first[LINE_MAX_BYTES], again[LINE_MAX_BYTES];
    size_t len = 0, len_again = 0;
    bool ok = user_ask(io, "password: ", first, &len);
    if (!ok)
        fprintf(io->err, "culvertctl: a password is a line of 1 to %d characters\n", EAP_PASSWORD_MAX);
    if (ok && isatty(fileno(io->in))) {
        ok = user_ask(io, "the same again: ", again, &len_again) && len == len_again &&
             memcmp(first, again, len) == 0;
        if (!ok)
            fprintf(io->err, "culvertctl: the two are not the same; nothing was changed\n");
    }
    const int rc = ok ? eap_mschap_hash(&ossl_eap_ops, base_span(first, len), hash) : 0;
    if (rc == -EINVAL)
        fprintf(io->err, "culvertctl: a password is a line of 1 to %d characters in UTF-8\n",
                EAP_PASSWORD_MAX);
    else if (rc < 0)
        fprintf(io->err, "culvertctl: MSCHAPv2 needs OpenSSL's legacy provider (MD4), which is not there: "
                         "install it (Debian 13: package openssl-provider-legacy)\n");
    base_wipe(first, sizeof first);
    base_wipe(again, sizeof again);
    return ok && rc == 0;
}

static bool user_name(const struct cli_io *io, const json_t *args, struct base_span *name)
{
    const char *text = cli_text(args, "user"), *why;
    *name = base_span(text, strlen(text));
    if (eap_user_is_name(*name, &why))
        return true;
    fprintf(io->err, "culvertctl: %s\n", why);
    return false;
}

static int user_done(const struct cli_io *io, bool is_json, const char *name, const char *what)
{
    if (is_json)
        fprintf(io->out, "{\"user\": \"%s\", \"done\": \"%s\"}\n", name, what);
    else
        fprintf(io->out, "%s %s; culvertctl reload makes the gateway read the file\n", name, what);
    return CLI_OK;
}

/* A name as it may stand on a screen or in a text of JSON. */
static const char *user_shown(struct base_span name, char out[4 * EAP_NAME_MAX + 4])
{
    struct base_text t = base_text(out, 4 * EAP_NAME_MAX + 4);
    for (size_t i = 0; i < name.len; i++)
        base_text_add(&t, "%s%c", name.ptr[i] == '"' || name.ptr[i] == '\\' ? "\\" : "", name.ptr[i]);
    return out;
}

int cli_user_add(const struct cli_io *io, const json_t *args, bool is_json)
{
    char why[CLI_WHY_MAX], shown[4 * EAP_NAME_MAX + 4];
    struct base_span name;
    uint8_t hash[16];
    if (!user_name(io, args, &name) || !user_password(io, hash))
        return CLI_USAGE;
    const int rc = cli_users_set(user_file(args), name, hash, why);
    base_wipe(hash, sizeof hash);
    if (rc >= 0)
        return user_done(io, is_json, is_json ? user_shown(name, shown) : cli_text(args, "user"),
                         rc ? "has a new password" : "is added");
    fprintf(io->err, "culvertctl: %s\n", why);
    return CLI_REFUSED;
}

int cli_user_remove(const struct cli_io *io, const json_t *args, bool is_json)
{
    char why[CLI_WHY_MAX], shown[4 * EAP_NAME_MAX + 4];
    struct base_span name;
    if (!user_name(io, args, &name))
        return CLI_USAGE;
    const int rc = cli_users_set(user_file(args), name, NULL, why);
    if (rc > 0)
        return user_done(io, is_json, is_json ? user_shown(name, shown) : cli_text(args, "user"),
                         "is removed");
    if (rc < 0)
        fprintf(io->err, "culvertctl: %s\n", why);
    else
        fprintf(io->err, "culvertctl: %s has no user of this name; culvertctl user list shows all\n",
                user_file(args));
    return CLI_REFUSED;
}

/* Each row's name; of one that is none, its line. */
static int user_rows(const struct cli_io *io, const char *file, struct base_span text, bool is_json)
{
    struct base_reader r = base_reader(text);
    size_t line = 0, count = 0;
    char shown[4 * EAP_NAME_MAX + 4];
    fputs(is_json ? "{\"users\": [" : "", io->out);
    while (base_reader_left(&r)) {
        const struct base_span row = base_read_line(&r);
        struct eap_user user;
        const char *why;
        line++;
        const int rc = eap_user_parse(row, &user, &why);
        if (rc < 0) {
            fprintf(io->err, "culvertctl: %s, line %zu: %s\n", file, line, why);
            return CLI_REFUSED;
        }
        if (rc == 0)
            continue;
        const struct base_span name = base_span(user.name, user.len);
        if (is_json)
            fprintf(io->out, "%s\"%s\"", count ? ", " : "", user_shown(name, shown));
        else
            fprintf(io->out, "%.*s\n", user.len, user.name);
        count++;
    }
    fputs(is_json ? "]}\n" : count ? "" : "no users\n", io->out);
    return CLI_OK;
}

int cli_user_list(const struct cli_io *io, const json_t *args, bool is_json)
{
    char why[CLI_WHY_MAX];
    size_t len;
    char *text = cli_users_read(user_file(args), &len, why);
    if (!text) {
        fprintf(io->err, "culvertctl: %s\n", why);
        return CLI_REFUSED;
    }
    const int rc = user_rows(io, user_file(args), base_span(text, len), is_json);
    base_secret_free(text);
    return rc;
}
