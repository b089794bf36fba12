/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * File -> JSON tree -> snapshot. Builds ports, routes, workers, EAL and control; connections and keys are
 * conf_build_ike.c's, bypasses conf_bypass.c's. Parts that hold an error are left out, the others still
 * checked, so that one run tells all errors.
 */
#include "conf_int.h"

#include <assert.h>
#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include "base_wipe.h"

static void build_port(struct conf_reader *r, const char *name, const json_t *o, size_t n_ports,
                       struct conf_port *port)
{
    snprintf(port->name, sizeof port->name, "%s", name);
    conf_preset(CONF_S_PORT, port);
    conf_fill(o, CONF_S_PORT, &(struct conf_objects){.own = port});
    conf_device_settle(port);
    if (!json_object_get(o, "role") && n_ports > 1) {
        const size_t mark = conf_enter(r, "role");
        conf_fail(r, "missing: with several ports each must say \"outside\" (towards the peers), \"inside\" "
                     "(towards what is protected) or \"both\"");
        conf_leave(r, mark);
    }
}

static void build_ports(struct conf_reader *r, const json_t *ports, struct conf *conf)
{
    const char *name;
    json_t *o;
    const size_t n = json_object_size(ports);
    if (n > CONF_PORTS_MAX)
        return;
    const size_t mark = conf_enter(r, "ports");
    json_object_foreach((json_t *)ports, name, o)
    {
        const size_t at = conf_enter(r, name);
        const bool name_ok = conf_read_name(r, name); /* read both: all that is wrong is told at once */
        if (conf_read_object(r, CONF_S_PORT, o) && name_ok)
            build_port(r, name, o, n, &conf->ports[conf->n_ports++]);
        conf_leave(r, at);
    }
    conf_leave(r, mark);
}

static void build_route(struct conf_reader *r, const json_t *o, struct conf *conf)
{
    struct conf_route route = {0};
    const char *name = json_string_value(json_object_get(o, "port"));
    const struct conf_port *port = conf_port_find(conf, name);
    conf_fill(o, CONF_S_ROUTE, &(struct conf_objects){.own = &route});
    if (port) {
        route.port = (size_t)(port - conf->ports);
        conf->routes[conf->n_routes++] = route;
        return;
    }
    const size_t mark = conf_enter(r, "port");
    conf_fail(r, "there is no port \"%s\"; write a name from \"ports\"", name);
    conf_leave(r, mark);
}

static bool build_routes(struct conf_reader *r, const json_t *routes, struct conf *conf)
{
    const size_t n = json_array_size(routes);
    if (n == 0 || n > CONF_ROUTES_MAX)
        return true;
    conf->routes = calloc(n, sizeof *conf->routes);
    if (!conf->routes)
        return false;
    const size_t mark = conf_enter(r, "routes");
    for (size_t i = 0; i < n; i++) {
        const size_t at = conf_enter_at(r, i);
        if (conf_read_object(r, CONF_S_ROUTE, json_array_get(routes, i)))
            build_route(r, json_array_get(routes, i), conf);
        conf_leave(r, at);
    }
    conf_leave(r, mark);
    return true;
}

/* A sub-object, or NULL when it is absent or was found wrong: then presets hold. */
static const json_t *section(const json_t *root, const char *name, bool root_ok)
{
    const json_t *o = json_object_get(root, name);
    return root_ok && json_is_object(o) ? o : NULL;
}

static void check_socket(struct conf_reader *r, const struct conf_control *c)
{
    if (c->socket[0] == '/')
        return;
    const size_t mark = conf_enter(r, "control.socket");
    conf_fail(r, "must begin with \"/\": the daemon and culvertctl start in different folders");
    conf_leave(r, mark);
}

static void check_state(struct conf_reader *r, const struct conf_control *c)
{
    if (!c->state[0] || c->state[0] == '/')
        return;
    const size_t mark = conf_enter(r, "control.state");
    conf_fail(r, "must begin with \"/\": the daemon may start in any folder; write /var/lib/culvert");
    conf_leave(r, mark);
}

static bool build(struct conf_reader *r, json_t *root, struct conf *conf)
{
    const bool root_ok = conf_read_object(r, CONF_S_ROOT, root);
    size_t count;
    if (root_ok)
        conf_include(r, root);
    const struct conf_part *parts = conf_parts(&count);
    for (size_t i = 0; i < count; i++) {
        void *own = (char *)conf + parts[i].at;
        conf_preset(parts[i].in, own);
        conf_fill(section(root, conf_section_path(parts[i].in), root_ok), parts[i].in,
                  &(struct conf_objects){.own = own});
    }
    check_socket(r, &conf->control);
    check_state(r, &conf->control);
    build_ports(r, json_object_get(root, "ports"), conf);
    return build_routes(r, json_object_get(root, "routes"), conf) && conf_bypasses_read(r, root, conf) &&
           conf_build_ike(r, root, conf) && conf_manuals_read(r, root, conf);
}

/* What a text is read for. */
struct load {
    const char *folder;
    const struct conf *former; /* what is in force; NULL: nothing */
    const atomic_bool *stops;  /* NULL: it never is */
};

/* The texts of connections go to the snapshot, for the next load. NULL: there is none. */
static void load_keep_texts(struct conf_texts *texts, struct conf *conf)
{
    if (conf && texts && conf_texts_settle(texts, conf->ike->n_conns))
        conf->texts = texts;
    else
        conf_texts_free(texts);
}

static struct conf *load_tree(struct conf_reader *r, json_t *root)
{
    struct conf *conf = calloc(1, sizeof *conf);
    if (conf)
        conf->ike = ike_conf_new();
    if (!conf || !conf->ike || !build(r, root, conf))
        conf_fail(r, "out of memory");
    else if (!conf_is_unwanted(r)) {
        ike_conf_seal(conf->ike);
        conf_check(r, conf);
    }
    conf_psk_wipe(root);
    conf_include_end(r);
    return conf;
}

static struct conf *load_once(struct base_span text, const struct load *l, struct conf_report *report)
{
    struct conf_reader r = {.report = report,
                            .stops = l->stops,
                            .folder = l->folder,
                            .main_folder = l->folder,
                            .texts = conf_texts_new(),
                            .former = l->former};
    *report = (struct conf_report){0};
    json_t *root = conf_file_parse(&r, text);
    struct conf *conf = root ? load_tree(&r, root) : NULL;
    json_decref(root);
    if (report->n_errors > 0 || (r.former && conf_texts_is_off(r.texts))) {
        conf_free(conf);
        conf = NULL;
    }
    load_keep_texts(r.texts, conf);
    return conf;
}

/* What cannot be loaded with what is in force is read as if nothing were: that tells what is wrong with it.
 */
static struct conf *load_text(struct base_span text, const struct load *l, struct conf_report *report)
{
    struct conf *conf = load_once(text, l, report);
    const bool is_wanted = !l->stops || !atomic_load_explicit(l->stops, memory_order_relaxed);
    if (conf || !l->former || !is_wanted)
        return conf;
    return load_once(text, &(struct load){.folder = l->folder, .stops = l->stops}, report);
}

struct conf *conf_load_text(const char *text, size_t len, const char *folder, const struct conf *former,
                            struct conf_report *report)
{
    return load_text(base_span(text, len), &(struct load){.folder = folder, .former = former}, report);
}

/* A file while it is loaded. */
struct load_file {
    char folder[CONF_PATH_MAX]; /* dirname() changes it */
    struct base_file bytes;
};

static bool load_begin(struct load_file *f, const char *path, struct conf_report *report)
{
    char sentence[CONF_WHY_MAX];
    struct base_text why = base_text(sentence, sizeof sentence);
    *report = (struct conf_report){0};
    int err = base_file_read(path, CONF_FILE_MAX, false, &f->bytes, &why);
    if (err == 0 && strlen(path) >= sizeof f->folder)
        err = -ENAMETOOLONG;
    if (err == 0) {
        memcpy(f->folder, path, strlen(path) + 1);
        return true;
    }
    conf_fail(&(struct conf_reader){.report = report}, "cannot be read: %s", strerror(-err));
    base_file_free(&f->bytes);
    return false;
}

static struct conf *load_end(struct load_file *f, struct conf *conf)
{
    base_wipe(f->bytes.bytes, f->bytes.len);
    base_file_free(&f->bytes);
    return conf;
}

struct conf *conf_load(const char *path, struct conf_report *report)
{
    struct load_file f;
    if (!load_begin(&f, path, report))
        return NULL;
    const struct base_span text = base_file_span(&f.bytes);
    return load_end(&f, conf_load_text((const char *)text.ptr, text.len, dirname(f.folder), NULL, report));
}

struct conf *conf_load_after(const char *path, const struct conf *former, struct conf_report *report,
                             const atomic_bool *stops)
{
    struct load_file f;
    if (!load_begin(&f, path, report))
        return NULL;
    const struct load l = {dirname(f.folder), former, stops};
    return load_end(&f, load_text(base_file_span(&f.bytes), &l, report));
}

void conf_free(struct conf *conf)
{
    if (!conf)
        return;
    ike_conf_put(conf->ike);
    conf_manuals_free(conf);
    conf_bypasses_free(conf);
    free(conf->routes);
    base_file_free(&conf->keys);
    conf_texts_free(conf->texts);
    free(conf);
}

const struct conf_port *conf_port_find(const struct conf *conf, const char *name)
{
    for (size_t i = 0; i < conf->n_ports; i++)
        if (strcmp(conf->ports[i].name, name) == 0)
            return &conf->ports[i];
    return NULL;
}

bool conf_leaves_addresses(const struct conf *conf, const char *port)
{
    const struct conf_port *p = conf_port_find(conf, port);
    return p && !p->n_addresses;
}
