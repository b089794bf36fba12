/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Connections of a laboratory, with keys made by hand: read, each judged by itself, compared. What they must
 * not share with others is conf_check_manual.c's.
 */
#include "conf_int.h"

#include <stdlib.h>
#include <string.h>
#include "base_secret.h"
#include "base_wipe.h"

#define KEY_TEXT_MAX (2 * CONF_MANUAL_KEY_MAX + 4) /* "0x", digits, line end */
#define WINDOW_LEAST 32

/* Bytes of key and salt that its cipher takes. */
static size_t manual_key_bytes(const struct conf_manual *m)
{
    return m->encr == CONF_MANUAL_AES256GCM16 ? 36 : 20;
}

/* Goes n networks on, of 2^shift addresses each. False: there are not so many. */
static bool manual_go_on(struct base_addr *a, uint32_t n, unsigned shift)
{
    const size_t size = base_addr_size(a->family);
    const unsigned bits = 8 * (unsigned)size - shift; /* that tell networks apart */
    unsigned carry = 0;
    for (size_t k = 0; k < size; k++) {
        const int at = 8 * (int)k - (int)shift; /* of n's bits that come to this byte */
        const uint64_t part = at >= 32 || at <= -8 ? 0 : at >= 0 ? n >> at : (uint64_t)n << -at;
        const unsigned sum = a->bytes[size - 1 - k] + (unsigned)(part & 0xff) + carry;
        a->bytes[size - 1 - k] = (uint8_t)sum;
        carry = sum >> 8;
    }
    return carry == 0 && (bits >= 32 || n >> bits == 0);
}

static unsigned manual_shift(const struct conf_manual *m)
{
    return 8 * (unsigned)base_addr_size(m->remote.addr.family) - m->remote.len;
}

struct base_prefix conf_manual_net(const struct conf_manual *m, uint32_t i)
{
    struct base_prefix net = m->remote;
    manual_go_on(&net.addr, i, manual_shift(m));
    return net;
}

struct base_ts conf_manual_ts(const struct conf_manual *m, uint32_t i)
{
    const struct base_prefix net = conf_manual_net(m, i);
    struct base_ts ts = {.port_hi = UINT16_MAX};
    base_prefix_range(&net, &ts.lo, &ts.hi);
    return ts;
}

struct base_ts conf_manual_range(const struct conf_manual *m)
{
    struct base_ts all = conf_manual_ts(m, m->count - 1);
    all.lo = m->remote.addr;
    return all;
}

bool conf_manual_equal(const struct conf_manual *a, const struct conf_manual *b)
{
    size_t count;
    bool same = a->key_len == b->key_len && base_equal_secret(a->key, b->key, sizeof a->key);
    const struct conf_key *keys = conf_keys(&count);
    for (const struct conf_key *k = keys; same && k < keys + count; k++)
        same = k->in != CONF_S_MANUAL || k->field.size == 0 || ike_field_equal(&k->field, a, b);
    return same;
}

const struct conf_manual *conf_manual_find(const struct conf *conf, const char *name)
{
    for (size_t i = 0; i < conf->n_manuals; i++)
        if (strcmp(conf->manuals[i].name, name) == 0)
            return &conf->manuals[i];
    return NULL;
}

static void manual_read_key(struct conf_reader *r, const char *name, struct conf_manual *m)
{
    const size_t want = manual_key_bytes(m), mark = conf_enter(r, "key_file");
    struct base_file file;
    size_t len = 0;
    if (conf_file_secret(r, name, KEY_TEXT_MAX, &file)) {
        if (!conf_hex_parse(conf_file_line(&file), m->key, sizeof m->key, &len) || len != want)
            conf_fail(
                r, "must hold key and salt as %zu hexadecimal digits; make one with: openssl rand -hex %zu",
                2 * want, want);
    }
    m->key_len = (uint8_t)(len == want ? len : 0);
    base_file_free(&file);
    conf_leave(r, mark);
}

/* What its values must be to each other. */
static void manual_check(struct conf_reader *r, const struct conf_manual *m)
{
    char text[BASE_PREFIX_TEXT_MAX];
    struct base_addr last = m->remote.addr;
    if (!manual_go_on(&last, m->count - 1, manual_shift(m)))
        conf_fail(r, "count: there are no %u networks of this length from remote %s on", m->count,
                  base_prefix_text(&m->remote, text));
    if (m->spi_out > UINT32_MAX - (m->count - 1))
        conf_fail(r, "count: there are no %u SPIs from spi_out %u on", m->count, m->spi_out);
    if (m->local.family != BASE_AF_NONE && m->local.family != m->peer.family)
        conf_fail(r, "local_address and peer_address must be of one family");
    for (size_t i = 0; i < base_ts_count(m->local_ts); i++)
        if (m->local_ts->list[i].lo.family != m->remote.addr.family) {
            conf_fail(r, "local and remote must be of one family");
            break;
        }
    if (m->replay_window && m->replay_window < WINDOW_LEAST)
        conf_fail(r, "replay_window %u: the least is %d; 0 is none", m->replay_window, WINDOW_LEAST);
    if (!m->replay_window && m->esn)
        conf_fail(r, "replay_window 0 needs \"esn\": false: it is the window that tells the upper half of an "
                     "extended number (RFC 4303 3.4.3)");
}

static void manual_read(struct conf_reader *r, const char *name, const json_t *o, struct conf *conf)
{
    const bool name_ok = conf_read_name(r, name); /* read both: all that is wrong is told at once */
    if (!conf_read_object(r, CONF_S_MANUAL, o) || !name_ok)
        return;
    struct conf_manual *m = &conf->manuals[conf->n_manuals++];
    conf_preset(CONF_S_MANUAL, m);
    snprintf(m->name, sizeof m->name, "%s", name);
    conf_fill(o, CONF_S_MANUAL, &(struct conf_objects){.own = m});
    manual_read_key(r, json_string_value(json_object_get(o, "key_file")), m);
    manual_check(r, m);
}

/* Whether there may be any, and what they are worth. */
static void manuals_judge(struct conf_reader *r, const struct conf *conf, size_t n)
{
    const size_t mark = conf_enter(r, n ? "manual" : "lab");
    if (n && !conf->is_lab)
        conf_fail(
            r, "keys made by hand have no forward secrecy, prove nobody's identity and are never renewed, "
               "so only a laboratory may have them: take them out, or write \"lab\": true at the top level");
    else if (n)
        conf_warn(
            r,
            "lab: %zu connection%s with keys made by hand: no forward secrecy, no proof of who the peer "
            "is, no rekeying. This daemon must not carry real traffic",
            n, n == 1 ? "" : "s");
    else if (conf->is_lab)
        conf_warn(r,
                  "allows keys made by hand, and there are none; take it out of a gateway for real traffic");
    conf_leave(r, mark);
}

bool conf_manuals_read(struct conf_reader *r, const json_t *root, struct conf *conf)
{
    const json_t *list = json_object_get(root, "manual");
    const size_t n = json_object_size(list);
    const char *name;
    json_t *o;
    conf->is_lab = json_is_true(json_object_get(root, "lab"));
    manuals_judge(r, conf, n);
    if (n == 0 || n > CONF_MANUAL_MAX)
        return true;
    conf->manuals = base_secret_new(n * sizeof *conf->manuals);
    if (!conf->manuals)
        return false;
    const size_t mark = conf_enter(r, "manual");
    json_object_foreach((json_t *)list, name, o)
    {
        const size_t at = conf_enter(r, name);
        manual_read(r, name, o, conf);
        conf_leave(r, at);
    }
    conf_leave(r, mark);
    return true;
}

void conf_manuals_free(struct conf *conf)
{
    for (size_t i = 0; i < conf->n_manuals; i++)
        free(conf->manuals[i].local_ts);
    base_secret_free(conf->manuals);
    conf->manuals = NULL;
    conf->n_manuals = 0;
}
