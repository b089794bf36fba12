/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The table: all names in one piece of memory, rows in an array, and slots of open addressing over it. Names
 * are an operator's, so the hash needs no secret.
 */
#include "eap_users.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include "base_secret.h"
#include "base_wipe.h"

struct eap_users {
    _Atomic uint32_t refs;
    size_t count, room;
    struct eap_user *rows; /* of base_secret_new() */
    char *names;
    size_t n_slots;  /* a power of two, at least twice the rows */
    uint32_t *slots; /* a row's number and one; 0: empty */
};

static int users_digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    const uint8_t lower = c | 0x20;
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool eap_user_is_name(struct base_span name, const char **why)
{
    *why = NULL;
    if (name.len == 0)
        *why = "the name is empty";
    else if (name.len > EAP_NAME_MAX)
        *why = "the name is longer than 253 bytes";
    else if (name.ptr[0] == '#' || name.ptr[0] == ' ' || name.ptr[name.len - 1] == ' ')
        *why = "a name begins neither with '#' nor with a blank, and ends with none";
    for (size_t i = 0; !*why && i < name.len; i++)
        if (name.ptr[i] < ' ' || name.ptr[i] == 0x7f || name.ptr[i] == ':')
            *why = "a name has neither ':' nor control characters";
    return !*why;
}

int eap_user_parse(struct base_span line, struct eap_user *out, const char **why)
{
    if (line.len && line.ptr[line.len - 1] == '\r')
        line.len--;
    if (line.len == 0 || line.ptr[0] == '#')
        return 0;
    const uint8_t *mark = memchr(line.ptr, ':', line.len);
    *why = "a row is a name, ':' and 32 hexadecimal digits";
    if (!mark || (size_t)(line.ptr + line.len - mark) != 33)
        return -EINVAL;
    const struct base_span name = base_span(line.ptr, (size_t)(mark - line.ptr));
    for (size_t i = 0; i < 16; i++) {
        const int high = users_digit(mark[1 + 2 * i]), low = users_digit(mark[2 + 2 * i]);
        if (high < 0 || low < 0)
            return -EINVAL;
        out->hash[i] = (uint8_t)(high << 4 | low);
    }
    if (!eap_user_is_name(name, why))
        return -EINVAL;
    out->name = (const char *)name.ptr;
    out->len = (uint8_t)name.len;
    return 1;
}

size_t eap_user_print(struct base_span name, const uint8_t hash[16], char out[EAP_USER_ROW_MAX])
{
    static const char digits[] = "0123456789abcdef";
    struct base_writer w = base_writer(out, EAP_USER_ROW_MAX);
    base_write_span(&w, name);
    base_write_u8(&w, ':');
    for (size_t i = 0; i < 16; i++) {
        base_write_u8(&w, (uint8_t)digits[hash[i] >> 4]);
        base_write_u8(&w, (uint8_t)digits[hash[i] & 15]);
    }
    base_write_u8(&w, '\n');
    return w.failed ? 0 : w.pos;
}

/* FNV-1a. */
static size_t users_slot(const struct eap_users *u, struct base_span name)
{
    uint64_t h = 0xcbf29ce484222325;
    for (size_t i = 0; i < name.len; i++)
        h = (h ^ name.ptr[i]) * 0x100000001b3;
    return (size_t)(h ^ h >> 32) & (u->n_slots - 1);
}

/* The slot of this name, or the empty one where it would stand. */
static uint32_t *users_at(const struct eap_users *u, struct base_span name)
{
    size_t i = users_slot(u, name);
    while (u->slots[i]) {
        const struct eap_user *row = &u->rows[u->slots[i] - 1];
        if (base_span_equal(base_span(row->name, row->len), name))
            break;
        i = (i + 1) & (u->n_slots - 1);
    }
    return &u->slots[i];
}

static void users_free(struct eap_users *u)
{
    base_secret_free(u->rows);
    free(u->names);
    free(u->slots);
    free(u);
}

static struct eap_users *users_new(struct base_span text)
{
    struct eap_users *u = calloc(1, sizeof *u);
    if (!u)
        return NULL;
    u->refs = 1;
    u->room = 1;
    for (size_t i = 0; i < text.len; i++)
        u->room += text.ptr[i] == '\n';
    u->n_slots = 2;
    while (u->n_slots < 2 * u->room)
        u->n_slots *= 2;
    u->rows = base_secret_new(u->room * sizeof *u->rows);
    u->names = malloc(text.len + 1);
    u->slots = calloc(u->n_slots, sizeof *u->slots);
    if (u->rows && u->names && u->slots)
        return u;
    users_free(u);
    return NULL;
}

static bool users_add(struct eap_users *u, const struct eap_user *row, size_t *used, const char **why)
{
    const struct base_span name = base_span(row->name, row->len);
    uint32_t *slot = users_at(u, name);
    if (*slot) {
        *why = "this name has a row above already";
        return false;
    }
    if (u->count == EAP_USERS_MAX) {
        *why = "a file has at most 100000 users";
        return false;
    }
    struct eap_user *own = &u->rows[u->count++];
    *own = *row;
    own->name = memcpy(u->names + *used, row->name, row->len);
    *used += row->len;
    *slot = (uint32_t)u->count;
    return true;
}

struct eap_users *eap_users_load(struct base_span text, size_t *line, const char **why)
{
    struct eap_users *u = users_new(text);
    struct base_reader r = base_reader(text);
    size_t used = 0;
    *line = 0;
    *why = "there is no memory for it";
    while (u && base_reader_left(&r)) {
        const struct base_span row = base_read_line(&r);
        struct eap_user user;
        ++*line;
        const int rc = eap_user_parse(row, &user, why);
        const bool is_good = rc == 0 || (rc > 0 && users_add(u, &user, &used, why));
        base_wipe(&user, sizeof user);
        if (is_good)
            continue;
        users_free(u);
        return NULL;
    }
    return u;
}

struct eap_users *eap_users_get(struct eap_users *users)
{
    if (users)
        atomic_fetch_add_explicit(&users->refs, 1, memory_order_relaxed);
    return users;
}

void eap_users_put(struct eap_users *users)
{
    if (users && atomic_fetch_sub_explicit(&users->refs, 1, memory_order_acq_rel) == 1)
        users_free(users);
}

size_t eap_users_count(const struct eap_users *users)
{
    return users ? users->count : 0;
}

const struct eap_user *eap_users_find(const struct eap_users *users, struct base_span name)
{
    if (!users)
        return NULL;
    uint32_t *slot = users_at(users, name);
    const uint8_t *mark = name.len ? memchr(name.ptr, '\\', name.len) : NULL;
    if (!*slot && mark)
        slot = users_at(users, base_span(mark + 1, (size_t)(name.ptr + name.len - mark - 1)));
    return *slot ? &users->rows[*slot - 1] : NULL;
}

size_t eap_users_removed(const struct eap_users *from, const struct eap_users *to)
{
    size_t n = 0;
    for (size_t i = 0; i < eap_users_count(from); i++)
        n += eap_users_count(to) == 0 || !*users_at(to, base_span(from->rows[i].name, from->rows[i].len));
    return n;
}

size_t eap_users_renewed(const struct eap_users *from, const struct eap_users *to)
{
    size_t n = 0;
    for (size_t i = 0; eap_users_count(to) && i < eap_users_count(from); i++) {
        const struct eap_user *row = &from->rows[i];
        const uint32_t at = *users_at(to, base_span(row->name, row->len));
        n += at && !base_equal_secret(to->rows[at - 1].hash, row->hash, sizeof row->hash);
    }
    return n;
}

bool eap_users_equal(const struct eap_users *a, const struct eap_users *b)
{
    if (eap_users_count(a) != eap_users_count(b))
        return false;
    for (size_t i = 0; i < eap_users_count(a); i++) {
        const struct eap_user *row = &a->rows[i];
        const uint32_t at = *users_at(b, base_span(row->name, row->len));
        if (!at || memcmp(b->rows[at - 1].hash, row->hash, sizeof row->hash) != 0)
            return false;
    }
    return true;
}
