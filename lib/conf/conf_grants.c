/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows of single identities: those that stand in a connection, and a file of many, an object a line. */
#include "conf_int.h"

#include <string.h>
#include "ike_grant.h"

/* Names of pools become their numbers; pools are read before connections. */
static bool grants_read_pools(struct conf_reader *r, const json_t *names, const struct ike_conf *ike,
                              struct ike_grant *row)
{
    const size_t n = json_is_array(names) ? json_array_size(names) : names != NULL;
    const size_t errors = r->report->n_errors, mark = conf_enter(r, "pools");
    for (size_t i = 0; i < n && i < IKE_CONN_POOLS_MAX; i++) {
        const char *name = json_string_value(json_is_array(names) ? json_array_get(names, i) : names);
        const size_t number = ike_conf_pool(ike, name);
        row->pools[row->n_pools++] = (uint16_t)number;
        if (number == ike->n_pools)
            conf_fail(r, "there is no pool \"%s\"; write a name from \"pools\"", name);
    }
    conf_leave(r, mark);
    return r->report->n_errors == errors;
}

/* False: no memory. A row that is wrong is said to be and left out. */
static bool grants_read_row(struct conf_reader *r, const json_t *object, uint32_t line, uint32_t at,
                            struct ike_conf *ike, struct ike_conn_conf *conn)
{
    if (!conf_read_object(r, CONF_S_PEER, object))
        return true;
    struct ike_grant *row = ike_grant_add(ike, conn);
    if (!row)
        return false;
    conf_fill(object, CONF_S_PEER, &(struct conf_objects){.own = row});
    row->line = line;
    row->at = at;
    if (!grants_read_pools(r, json_object_get(object, "pools"), ike, row))
        ike_grant_drop(ike, conn);
    return true;
}

static bool grants_read_line(struct conf_reader *r, struct base_span text, uint32_t line,
                             struct ike_conf *ike, struct ike_conn_conf *conn)
{
    json_error_t error;
    json_t *object = json_loadb((const char *)text.ptr, text.len, JSON_REJECT_DUPLICATES, &error);
    bool ok = true;
    if (object)
        ok = grants_read_row(r, object, line, 0, ike, conn);
    else
        conf_fail(r, "not JSON: column %d: %s; a row is an object on a line of its own", error.column,
                  error.text);
    json_decref(object);
    return ok;
}

/* Nothing but blanks, or a comment. */
static bool grants_is_empty(struct base_span text)
{
    size_t i = 0;
    while (i < text.len && (text.ptr[i] == ' ' || text.ptr[i] == '\t' || text.ptr[i] == '\r'))
        i++;
    return i == text.len || text.ptr[i] == '#';
}

static bool grants_read_text(struct conf_reader *r, struct base_span text, struct ike_conf *ike,
                             struct ike_conn_conf *conn)
{
    struct base_reader in = base_reader(text);
    size_t n = 0;
    bool ok = true;
    for (uint32_t line = 1; ok && base_reader_left(&in) > 0; line++) {
        char name[32];
        const struct base_span row = base_read_line(&in);
        if (grants_is_empty(row))
            continue;
        snprintf(name, sizeof name, "line %u", line);
        const size_t mark = conf_enter(r, name);
        if (++n <= IKE_GRANTS_MAX)
            ok = grants_read_line(r, row, line, ike, conn);
        else
            conf_fail(r, "a file has at most %d rows", IKE_GRANTS_MAX);
        conf_leave(r, mark);
        if (n > IKE_GRANTS_MAX)
            break;
    }
    return ok;
}

static bool grants_read_file(struct conf_reader *r, const char *name, struct ike_conf *ike,
                             struct ike_conn_conf *conn)
{
    char path[CONF_PATH_MAX], sentence[CONF_WHY_MAX];
    struct base_text why = base_text(sentence, sizeof sentence);
    struct base_file file = {0};
    bool ok = true;
    const size_t mark = conf_enter(r, "peers_file");
    if (!conf_file_at(r->folder, name, path))
        conf_fail(r, "the name is too long");
    else if (base_file_read(path, CONF_FILE_MAX, false, &file, &why) < 0)
        conf_fail(r, "%s", sentence);
    else
        ok = grants_read_text(r, base_file_span(&file), ike, conn);
    conf_leave(r, mark);
    base_file_free(&file);
    return ok;
}

bool conf_grants_read(struct conf_reader *r, const json_t *remote, struct ike_conf *ike,
                      struct ike_conn_conf *conn)
{
    const char *file = json_string_value(json_object_get(remote, "peers_file"));
    size_t i;
    json_t *object;
    bool ok = true;
    const size_t mark = conf_enter(r, "remote"), deeper = conf_enter(r, "peers");
    json_array_foreach(json_object_get(remote, "peers"), i, object)
    {
        const size_t at = conf_enter_at(r, i);
        ok = ok && grants_read_row(r, object, 0, (uint32_t)i, ike, conn);
        conf_leave(r, at);
    }
    conf_leave(r, deeper);
    ok = ok && (!file || grants_read_file(r, file, ike, conn));
    conf_leave(r, mark);
    return ok;
}
