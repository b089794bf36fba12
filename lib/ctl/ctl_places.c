/* SPDX-License-Identifier: BSD-3-Clause */
/* Links, looked at twice a second, and host interfaces, when something was heard of them. */
#include "ctl_places.h"

#include <string.h>

#include "ctl.h"
#include "ctl_node.h"
#include "host_log.h"
#include "node_view.h"

#define LOOK_NS (500 * BASE_NS_PER_MS)

static void links_log(const struct ctl *ctl, uint64_t before, uint64_t now)
{
    for (size_t i = 0; i < ctl->in_force.n_ports; i++)
        if ((before ^ now) >> i & 1)
            host_log(HOST_WARN, "event=link port=%s state=%s", ctl->in_force.ports[i].name,
                     now >> i & 1 ? "up" : "down");
}

/* Whether one came or went since the last look. */
static bool links_look(struct ctl *ctl)
{
    struct ctl_places *p = &ctl->places;
    const uint64_t links = node_view_links(ctl->node), before = p->links;
    const bool is_first = !p->has_looked;
    p->links = links;
    p->has_looked = true;
    if (is_first || links == before)
        return false;
    links_log(ctl, before, links);
    return true;
}

static struct ctl_addrs addrs_of(size_t n, const struct base_prefix *list)
{
    struct ctl_addrs out = {.n = n};
    memcpy(out.list, list, n * sizeof *list);
    return out;
}

/* What `b` has and `a` has not. */
static size_t addrs_more(const struct ctl_addrs *a, const struct ctl_addrs *b, struct base_prefix *out)
{
    size_t n = 0;
    for (size_t i = 0; i < b->n; i++)
        if (!base_prefix_is_among(&b->list[i], a->list, a->n))
            out[n++] = b->list[i];
    return n;
}

static void addrs_log(const struct conf_port *port, enum host_level level, const char *event,
                      const char *says, size_t n, const struct base_prefix *list)
{
    char text[BASE_PREFIX_TEXT_MAX];
    for (size_t i = 0; i < n; i++)
        host_log(level, "event=%s port=%s interface=%s address=%s%s", event, port->name, port->host,
                 base_prefix_text(&list[i], text), says);
}

/* Configured addresses stay. Told is what is new of what the host has besides, or lacks. */
static void host_differs(struct ctl *ctl, size_t index, const struct ctl_addrs *now)
{
    const struct conf_port *port = &ctl->in_force.ports[index];
    struct base_prefix lost[CONF_ADDRS_MAX], got[CONF_ADDRS_MAX];
    const size_t n_lost = addrs_more(now, &ctl->places.hosts[index], lost);
    const size_t n_got = addrs_more(&ctl->places.hosts[index], now, got);
    for (size_t i = 0; i < n_lost; i++)
        if (base_prefix_is_among(&lost[i], port->addresses, port->n_addresses))
            addrs_log(port, HOST_WARN, "host_address_lost",
                      " effect=\"the port keeps it, as configured; this machine's programs do not have it\" "
                      "fix=\"ip address add, or leave ports.NAME.addresses out: then the host decides\"",
                      1, &lost[i]);
    for (size_t i = 0; i < n_got; i++)
        if (!base_prefix_is_among(&got[i], port->addresses, port->n_addresses))
            addrs_log(port, HOST_WARN, "host_address_unused",
                      " effect=\"it is none of the port's, which are configured\" fix=\"write it into "
                      "ports.NAME.addresses, or leave that out: then the host decides\"",
                      1, &got[i]);
}

/* Whether the port is to have others. */
static bool host_look(struct ctl *ctl, size_t index)
{
    struct conf_port *port = &ctl->in_force.ports[index];
    const struct ctl_addrs before = addrs_of(port->n_addresses, port->addresses);
    struct node_addrs host;
    struct base_prefix lost[CONF_ADDRS_MAX], got[CONF_ADDRS_MAX];
    if (node_view_host_addrs(ctl->node, index, &host) < 0)
        return false;
    const struct ctl_addrs now = addrs_of(host.n, host.list);
    const bool follows = conf_leaves_addresses(ctl->conf, port->name);
    const size_t n_lost = addrs_more(&now, &before, lost), n_got = addrs_more(&before, &now, got);
    if (!follows)
        host_differs(ctl, index, &now);
    ctl->places.hosts[index] = now;
    if (!follows || n_lost + n_got == 0)
        return false;
    addrs_log(port, HOST_NOTICE, "address_lost", "", n_lost, lost);
    addrs_log(port, HOST_NOTICE, "address_got", "", n_got, got);
    port->n_addresses = now.n;
    memcpy(port->addresses, now.list, sizeof port->addresses);
    return true;
}

/* What ports run with. */
static void addrs_read(struct ctl *ctl)
{
    for (size_t i = 0; i < ctl->in_force.n_ports; i++) {
        struct conf_port *port = &ctl->in_force.ports[i];
        struct node_addrs now;
        node_view_addrs(ctl->node, i, &now);
        port->n_addresses = now.n;
        memcpy(port->addresses, now.list, sizeof port->addresses);
    }
}

/* Whether a port has other addresses now. */
static bool hosts_look(struct ctl *ctl)
{
    bool is_changed = false;
    for (size_t i = 0; i < ctl->in_force.n_ports; i++)
        if (ctl->places.heard >> i & 1)
            is_changed |= host_look(ctl, i);
    ctl->places.heard = 0;
    if (!is_changed)
        return false;
    const int rc = ctl_node_readdress(ctl);
    ctl->places.is_moved |= rc == 0;
    if (rc == 0)
        return true;
    addrs_read(ctl);
    host_log(HOST_ERR,
             "event=addresses_refused error=\"%s\" effect=\"ports keep the addresses they had\" "
             "fix=\"%d addresses a port and 32 of IPv4 in all are the most; restart the daemon\"",
             strerror(-rc), CONF_ADDRS_MAX);
    return false;
}

void ctl_places_start(struct ctl *ctl)
{
    addrs_read(ctl);
    for (size_t i = 0; i < ctl->in_force.n_ports; i++)
        ctl->places.hosts[i] = addrs_of(ctl->in_force.ports[i].n_addresses, ctl->in_force.ports[i].addresses);
}

void ctl_places_turn(struct ctl *ctl, base_time now)
{
    struct ctl_places *p = &ctl->places;
    bool is_other = false;
    if (base_time_reached(p->look_at, now)) {
        p->look_at = base_time_add(now, LOOK_NS);
        is_other = links_look(ctl);
    }
    /* What a reload has begun to set ends with its own commit. */
    if (p->heard && !ctl->loop.is_reloading && base_time_reached(p->hosts_at, now))
        is_other |= hosts_look(ctl);
    if (is_other)
        ctl_event(ctl, &(struct ike_event){.type = ctl_places_news(p)});
}
