/* SPDX-License-Identifier: BSD-3-Clause */
/* host_take() for the ports of a node, and its sentences as lines of the log. */
#include "node_take.h"

#include <stdio.h>

#include "base_addr.h"
#include "base_text.h"
#include "host_log.h"
#include "host_take.h"
#include "node_int.h"

static void take_log(enum host_level level, const char *event, const void *port, const char *sentence)
{
    host_log(level, "event=%s port=%s says=\"%s\"", event, ((const struct node_port_params *)port)->name,
             sentence);
}

static void take_tell(void *port, const char *sentence)
{
    take_log(HOST_NOTICE, "interface_taken", port, sentence);
}

/* Keeps sentences until it is known that something was repaired: what a live owner has is no news here. */
static void take_keep(void *text, const char *sentence)
{
    struct base_text *t = text;
    base_text_add(t, "%s%s", t->len ? "; " : "", sentence);
}

static void take_tell_lost(void *port, const char *sentence)
{
    take_log(HOST_WARN, "interface_not_given_back", port, sentence);
}

void node_take_repair(const struct node *node)
{
    for (size_t i = 0; i < node->params.n_ports; i++) {
        const struct node_port_params *port = &node->params.ports[i];
        char text[2 * HOST_WHY_MAX];
        struct base_text t = base_text(text, sizeof text);
        if (port->interface[0] && host_release(NULL, port->interface, take_keep, &t) > 0)
            take_log(HOST_NOTICE, "interface_repaired", port, text);
    }
}

int node_take_start(struct node *node, size_t index, char *why, size_t why_size)
{
    const struct node_port_params *port = &node->params.ports[index];
    char text[HOST_WHY_MAX];
    const struct host_take_params take = {
        .name = port->interface,
        .mtu = node->devices[index].mtu,
        .is_xdp = node->devices[index].driver == NODE_DRIVER_AF_XDP,
        .tell = take_tell,
        .arg = (void *)port,
    };
    if (!port->interface[0])
        return 0;
    node->takes[index] = host_take(&take, text, sizeof text);
    if (node->takes[index])
        return 0;
    snprintf(why, why_size, "ports.%s.device: %s", port->name, text);
    return -1;
}

void node_take_stop(struct node *node)
{
    for (size_t i = 0; i < node->params.n_ports; i++) {
        if (node->takes[i])
            host_give_back(node->takes[i], take_tell_lost, &node->params.ports[i]);
        node->takes[i] = NULL;
    }
}

static void notice_unreached(const struct node_port_params *port)
{
    char list[256], addr[BASE_ADDR_TEXT_MAX];
    struct base_text t = base_text(list, sizeof list);
    for (size_t i = 0; i < port->n_addrs; i++)
        base_text_add(&t, "%s%s", i ? "," : "", base_addr_text(&port->addrs[i].addr, addr));
    host_log(
        HOST_NOTICE,
        "event=host_unreached port=%s addresses=%s effect=\"this machine itself is not reached at them while "
        "Culvert runs\" fix=\"ports.%s.host names an interface for that, as in culvert0\"",
        port->name, list, port->name);
}

void node_take_notice(const struct node *node)
{
    for (size_t i = 0; i < node->n_ports; i++) {
        const struct node_port_params *port = &node->params.ports[i];
        if (port->interface[0] && !port->host[0])
            notice_unreached(port);
    }
}
