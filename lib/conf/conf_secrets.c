/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The file of many pre-shared keys, a row a line. What stands in a row that cannot be read may be a key in
 * the wrong place, so findings name the line and quote nothing of it.
 */
#include "conf_int.h"

#include <string.h>
#include "base_secret.h"
#include "base_wipe.h"

#define SECRETS_FILE_MAX (64u << 20) /* bytes */
#define SECRETS_WHY_MAX  320

static bool secrets_is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static struct base_span secrets_trim(struct base_span s)
{
    while (s.len && secrets_is_blank(s.ptr[0]))
        s = base_span(s.ptr + 1, s.len - 1);
    while (s.len && secrets_is_blank(s.ptr[s.len - 1]))
        s.len--;
    return s;
}

/* Takes an identity off the front of a row: up to a blank, or what stands in double quotes. */
static struct base_span secrets_take(struct base_span *row)
{
    const size_t quote = row->len && row->ptr[0] == '"';
    size_t n = quote;
    while (n < row->len && (quote ? row->ptr[n] != '"' : !secrets_is_blank(row->ptr[n])))
        n++;
    const struct base_span id = base_span(row->ptr + quote, n - quote);
    if (quote && n < row->len)
        n++;
    *row = secrets_trim(base_span(row->ptr + n, row->len - n));
    return id;
}

static bool secrets_read_id(struct conf_reader *r, struct base_span text, const char *whose,
                            struct ike_id *out)
{
    char id[IKE_ID_TEXT_MAX] = "", why[SECRETS_WHY_MAX];
    bool ok = text.len < sizeof id;
    if (ok)
        memcpy(id, text.ptr, text.len);
    ok = ok && conf_id_parse(id, out, why, sizeof why) == 0;
    base_wipe(id, sizeof id);
    base_wipe(why, sizeof why);
    if (!ok)
        conf_fail(r,
                  "the %s identity cannot be read: write it as in \"connections\" (@gw, gw.example.org, "
                  "user@host, 192.0.2.1, keyid:text), in double quotes when it has blanks, and no pattern",
                  whose);
    return ok;
}

/* Whether the key is written as ": PSK" has it, which would be taken for the key as it stands. */
static bool secrets_is_foreign(struct base_span key)
{
    if (key.ptr[0] != ':')
        return false;
    const struct base_span rest = secrets_trim(base_span(key.ptr + 1, key.len - 1));
    return rest.len > 3 && memcmp(rest.ptr, "PSK", 3) == 0 && secrets_is_blank(rest.ptr[3]);
}

static bool secrets_read_row(struct conf_reader *r, struct base_span row, struct ike_secret *out)
{
    if (memchr(row.ptr, '\0', row.len)) {
        conf_fail(r, "holds a NUL byte: it is no text; write the key as 0x and hexadecimal digits");
        return false;
    }
    const struct base_span local = secrets_take(&row), remote = secrets_take(&row);
    if (row.len == 0) {
        conf_fail(r, "has fewer than three words; a row is: local identity, remote identity, key");
        return false;
    }
    if (secrets_is_foreign(row)) {
        conf_fail(r, "is a row of ipsec.secrets: write local identity, remote identity and the key itself, "
                     "without the colon, the word PSK and quotes");
        return false;
    }
    /* All three, so that all that is wrong is told at once. */
    const bool has_local = secrets_read_id(r, local, "local", &out->local);
    const bool has_remote = secrets_read_id(r, remote, "remote", &out->remote);
    return conf_psk_take(r, row, out) && has_local && has_remote;
}

/* Appends the rows of a text; the list has room for as many as there are lines, up to the cap. */
static void secrets_add(struct conf_reader *r, struct base_span text, size_t room, struct ike_conf *ike)
{
    struct base_reader in = base_reader(text);
    for (uint32_t line = 1; base_reader_left(&in) > 0; line++) {
        const struct base_span row = secrets_trim(base_read_line(&in));
        if (row.len == 0 || row.ptr[0] == '#')
            continue;
        const size_t mark = conf_enter_line(r, line);
        struct ike_secret *s = &ike->secrets[ike->n_secrets];
        if (room == 0)
            conf_fail(r, "a file has at most %d keys", CONF_SECRET_ROWS_MAX);
        else if (secrets_read_row(r, row, s)) {
            s->line = line;
            ike->n_secrets++;
        } else
            base_wipe(s, sizeof *s);
        conf_leave_line(r, mark);
        if (room-- == 0)
            break;
    }
}

/* Makes room for more secrets. False: no memory. */
static bool secrets_grow(struct ike_conf *ike, size_t more)
{
    struct ike_secret *all = base_secret_new((ike->n_secrets + more) * sizeof *all);
    if (!all)
        return false;
    if (ike->n_secrets)
        memcpy(all, ike->secrets, ike->n_secrets * sizeof *all);
    base_secret_free(ike->secrets);
    ike->secrets = all;
    return true;
}

/* Reads the rows of a file. False: no memory. */
static bool secrets_read_rows(struct conf_reader *r, struct base_span text, struct ike_conf *ike)
{
    size_t lines = 1;
    for (size_t i = 0; i < text.len; i++)
        lines += text.ptr[i] == '\n';
    const size_t room = lines < CONF_SECRET_ROWS_MAX ? lines : CONF_SECRET_ROWS_MAX;
    if (!secrets_grow(ike, room + 1)) /* one more is looked at, and refused */
        return false;
    secrets_add(r, text, room, ike);
    return true;
}

/* Whether the secrets in force are what this file alone makes, and have been taken. */
static bool secrets_take_former(const struct conf_reader *r, struct base_span text, struct ike_conf *ike)
{
    return r->former && r->former->keys.len && base_span_equal(text, base_file_span(&r->former->keys)) &&
           ike_conf_take_secrets(ike, r->former->ike);
}

/* A file that was read. What was said of a row is said again the next time. */
static bool secrets_build(struct conf_reader *r, struct base_file *file, struct conf *conf)
{
    const bool is_alone = conf->ike->n_secrets == 0;
    const size_t findings = r->report->n_errors + r->report->n_warnings;
    const struct base_span text = base_file_span(file);
    if (!(is_alone && secrets_take_former(r, text, conf->ike))) {
        if (!secrets_read_rows(r, text, conf->ike))
            return false;
        if (!is_alone || r->report->n_errors + r->report->n_warnings != findings)
            return true;
        if (!ike_conf_lend_secrets(conf->ike))
            return false;
    }
    conf->keys = *file;
    *file = (struct base_file){0};
    return true;
}

bool conf_secrets_read(struct conf_reader *r, const json_t *root, struct conf *conf)
{
    const char *name = json_string_value(json_object_get(root, "secrets_file"));
    struct base_file file;
    if (!name)
        return true;
    const size_t mark = conf_enter(r, "secrets_file");
    const bool is_read = conf_file_secret(r, name, SECRETS_FILE_MAX, &file);
    conf_leave(r, mark);
    const bool ok =
        !is_read || !conf_file_at(r->folder, name, r->secrets_file) || secrets_build(r, &file, conf);
    base_file_free(&file);
    return ok;
}
