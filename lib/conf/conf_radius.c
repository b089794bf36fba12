/* SPDX-License-Identifier: BSD-3-Clause */
/* RADIUS servers of the configuration, with their secrets. */
#include "conf_int.h"

#include <string.h>
#include "base_file.h"
#include "base_secret.h"
#include "ike_radius_conf.h"

#define SECRET_WEAK 16 /* bytes; below, whoever sees one answer can search for it */

static void radius_read_secret(struct conf_reader *r, const char *name, struct ike_radius_server *s)
{
    struct base_file file;
    const size_t mark = conf_enter(r, "secret_file");
    if (conf_file_secret(r, name, IKE_RADIUS_SECRET_MAX + 2, &file)) {
        const size_t len = conf_file_line(&file).len;
        if (len == 0 || len > IKE_RADIUS_SECRET_MAX)
            conf_fail(r, "the secret must have 1 to %d bytes", IKE_RADIUS_SECRET_MAX);
        else if (len < SECRET_WEAK)
            conf_warn(r,
                      "weak_secret: %zu bytes can be found out by whoever sees one answer; use %d or more "
                      "random ones, here and at the server: openssl rand -hex 16",
                      len, SECRET_WEAK);
        if (len && len <= IKE_RADIUS_SECRET_MAX) {
            memcpy(s->secret, file.bytes, len);
            s->secret_len = (uint16_t)len;
        }
    }
    base_file_free(&file);
    conf_leave(r, mark);
}

static void radius_read_servers(struct conf_reader *r, const json_t *list, struct ike_radius_conf *conf)
{
    size_t i;
    json_t *o;
    const size_t mark = conf_enter(r, "servers");
    json_array_foreach((json_t *)list, i, o)
    {
        const size_t at = conf_enter_at(r, i);
        if (conf_read_object(r, CONF_S_RADIUS_SERVER, o) && conf->n_servers < IKE_RADIUS_SERVERS_MAX) {
            struct ike_radius_server *s = &conf->servers[conf->n_servers++];
            conf_preset(CONF_S_RADIUS_SERVER, s);
            conf_fill(o, CONF_S_RADIUS_SERVER, &(struct conf_objects){.own = s});
            radius_read_secret(r, json_string_value(json_object_get(o, "secret_file")), s);
        }
        conf_leave(r, at);
    }
    conf_leave(r, mark);
}

static void radius_check_interim(struct conf_reader *r, uint32_t interim_s)
{
    const size_t mark = conf_enter(r, "interim_s");
    if (interim_s && interim_s < IKE_RADIUS_INTERIM_MIN)
        conf_fail(r, "records come %d seconds apart at least (RFC 2869 5.16); 600 is usual, 0 sends none",
                  IKE_RADIUS_INTERIM_MIN);
    conf_leave(r, mark);
}

bool conf_radius_read(struct conf_reader *r, const json_t *root, struct ike_conf *ike)
{
    const char *section = conf_section_path(CONF_S_RADIUS);
    const json_t *o = json_object_get(root, section);
    if (!json_is_object(o))
        return true;
    struct ike_radius_conf *conf = ike->radius = base_secret_new(sizeof *conf);
    if (!conf)
        return false;
    conf_preset(CONF_S_RADIUS, conf);
    conf_fill(o, CONF_S_RADIUS, &(struct conf_objects){.own = conf});
    const size_t mark = conf_enter(r, section);
    radius_read_servers(r, json_object_get(o, "servers"), conf);
    radius_check_interim(r, conf->interim_s);
    conf_leave(r, mark);
    return true;
}
