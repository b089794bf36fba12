/* SPDX-License-Identifier: BSD-3-Clause */
/* Filters of lists. They judge rows one by one and keep nothing, so that pages of any size may stop anywhere.
 */
#include "ctl_filter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "ike.h"

/* * stands for any characters, ? for one. Time: no more than both lengths multiplied. */
static bool is_like(const char *text, const char *pattern)
{
    const char *star = NULL, *from = NULL;
    while (*text) {
        if (*pattern == '*') {
            star = pattern++;
            from = text;
        } else if (*pattern == '?' || *pattern == *text) {
            pattern++;
            text++;
        } else if (star) {
            pattern = star + 1;
            text = ++from;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}

static bool refuse_argument(struct ctl_refusal *refusal, const char *what)
{
    ctl_refuse(refusal, API_ERR_BAD_ARGUMENT, "%s", what);
    return false;
}

static bool read_peer(struct ctl_filter *f, const char *text, struct ctl_refusal *refusal)
{
    char why[160];
    const char *colon = strrchr(text, ':');
    const bool has_port =
        colon && colon != text && colon[1] && strspn(colon + 1, "0123456789") == strlen(colon + 1);
    if (has_port && (colon[-1] == ']' || strchr(text, ':') == colon))
        f->endpoint = text;
    f->has_net = base_prefix_parse(text, &f->net) == 0;
    f->has_id = ike_id_parse(text, &f->id, why, sizeof why) == 0;
    if (f->has_net || f->has_id || f->endpoint)
        return true;
    ctl_refuse(refusal, API_ERR_BAD_ARGUMENT,
               "\"peer\" is an address (192.0.2.1), a network, an endpoint (192.0.2.1:4500) or an identity "
               "(@branch); of \"%.63s\": %s",
               text, why);
    return false;
}

static bool read_spi(struct ctl_filter *f, const char *text, struct ctl_refusal *refusal)
{
    char *end = NULL;
    errno = 0;
    f->spi = strtoull(text, &end, 0);
    f->has_spi = true;
    if (text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 && f->spi)
        return true;
    return refuse_argument(refusal, "\"spi\" is a number as the tables show it (0xc0ffee00)");
}

static bool read_state(struct ctl_filter *f, const char *text, struct ctl_refusal *refusal)
{
    f->wants_up = strcmp(text, "up") == 0;
    f->wants_down = strcmp(text, "down") == 0;
    return f->wants_up || f->wants_down || refuse_argument(refusal, "\"state\" is \"up\" or \"down\"");
}

static bool read_name(struct ctl_filter *f, const char *text, struct ctl_refusal *refusal)
{
    f->name = text;
    return strlen(text) < IKE_NAME_MAX || refuse_argument(refusal, "\"name\" is longer than any name");
}

bool ctl_filter_read(struct ctl_filter *f, unsigned can, const struct ike_conf *conf, const json_t *args,
                     struct ctl_refusal *refusal)
{
    static const struct {
        const char *key;
        enum ctl_filter_by by;
        bool (*read)(struct ctl_filter *f, const char *text, struct ctl_refusal *refusal);
    } rows[] = {{"name", CTL_BY_NAME, read_name},
                {"peer", CTL_BY_PEER, read_peer},
                {"spi", CTL_BY_SPI, read_spi},
                {"state", CTL_BY_STATE, read_state}};
    *f = (struct ctl_filter){0};
    if (can & CTL_BY_CONNECTION && !ctl_arg_connection(conf, args, &f->connection, refusal))
        return false;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const json_t *v = json_object_get(args, rows[i].key);
        if (!v)
            continue;
        if (!(can & rows[i].by) || !json_is_string(v)) {
            ctl_refuse(refusal, API_ERR_BAD_ARGUMENT,
                       can & rows[i].by ? "\"%s\" must be a text" : "\"%s\" does not narrow this list",
                       rows[i].key);
            return false;
        }
        if (!rows[i].read(f, json_string_value(v), refusal))
            return false;
    }
    return true;
}

static bool name_passes(const struct ctl_filter *f, const char *name)
{
    return (!f->connection || strcmp(f->connection, name) == 0) && (!f->name || is_like(name, f->name));
}

/* at: NULL when there is none. */
static bool peer_passes(const struct ctl_filter *f, const struct base_endpoint *at, const struct ike_id *id)
{
    char text[BASE_ENDPOINT_TEXT_MAX];
    if (!f->has_net && !f->has_id && !f->endpoint)
        return true;
    return (f->has_id && ike_id_equal(&f->id, id)) ||
           (f->has_net && at && base_prefix_contains(&f->net, &at->addr)) ||
           (f->endpoint && at && strcmp(base_endpoint_text(at, text), f->endpoint) == 0);
}

static bool state_passes(const struct ctl_filter *f, bool is_up)
{
    return is_up ? !f->wants_down : !f->wants_up;
}

static bool spi_passes(const struct ctl_filter *f, const struct ike *ike, const struct ike_sa_view *v)
{
    bool passes = !f->has_spi || v->spi_i == f->spi || v->spi_r == f->spi;
    struct ike_child_view c;
    for (size_t i = 0; !passes && ike_show_child(ike, v->id, i, &c); i++)
        passes = c.spi_in == f->spi || c.spi_out == f->spi;
    return passes;
}

bool ctl_filter_sa(const struct ctl_filter *f, const struct ike *ike, const struct ike_sa_view *v)
{
    return name_passes(f, v->conn) && state_passes(f, v->state == IKE_VIEW_ESTABLISHED) &&
           peer_passes(f, &v->path.remote, &v->remote_id) && spi_passes(f, ike, v);
}

bool ctl_filter_conn(const struct ctl_filter *f, const struct ike_conn_conf *c,
                     const struct base_endpoint *peer)
{
    const struct base_endpoint configured = {.addr = c->remote_addr};
    const struct base_endpoint *at = peer ? peer : c->remote_addr.family != BASE_AF_NONE ? &configured : NULL;
    return name_passes(f, c->name) && state_passes(f, peer != NULL) && peer_passes(f, at, &c->remote_id);
}

bool ctl_filter_failure(const struct ctl_filter *f, const struct ike_audit *a)
{
    return name_passes(f, a->conn) && peer_passes(f, &a->path.remote, &a->remote_id);
}
