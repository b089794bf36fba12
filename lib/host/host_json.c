/* SPDX-License-Identifier: BSD-3-Clause */
/* Numbers by name; the kernel's own messages in hexadecimal, each beside what it is in words for whoever
 * reads. */
#include "host_json.h"

#include <errno.h>
#include <jansson.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base_text.h"
#include "host_addrs.h"
#include "host_routes.h"

#define WHAT "an interface as it was before culvertd took it; `culvertd --release` gives it back"

static json_t *json_hex(const struct nlmsghdr *msg)
{
    char *hex = malloc(2 * (size_t)msg->nlmsg_len + 4);
    if (!hex)
        return NULL;
    struct base_text t = base_text(hex, 2 * (size_t)msg->nlmsg_len + 4);
    base_text_add_hex(&t, base_span(msg, msg->nlmsg_len));
    json_t *out = json_string(hex);
    free(hex);
    return out;
}

static json_t *json_msgs(const struct host_netlink_list *list)
{
    json_t *out = json_array();
    for (size_t i = 0; i < list->n; i++) {
        const struct nlmsghdr *msg = list->msgs[i];
        char text[HOST_ROUTES_TEXT];
        struct base_prefix prefix;
        if (msg->nlmsg_type == RTM_NEWADDR) {
            host_addrs_prefix(msg, &prefix);
            base_prefix_text(&prefix, text);
        } else {
            host_routes_text(msg, text);
        }
        json_array_append_new(out, json_pack("{s:s, s:o}", "is", text, "message", json_hex(msg)));
    }
    return out;
}

static json_t *json_offloads(const struct host_before *before)
{
    json_t *out = json_object();
    for (size_t i = 0; i < HOST_OFFLOADS; i++)
        if (before->offloads[i].is_known)
            json_object_set_new(out, host_offloads[i].name, json_boolean(before->offloads[i].is_wanted));
    return out;
}

char *host_json_write(const struct host_before *before, int pid, const char *boot)
{
    json_t *root = json_pack(
        "{s:s, s:s, s:i, s:s, s:I, s:I, s:I, s:I, s:i, s:i, s:i, s:b, s:I, s:o, s:o, s:o}", "what", WHAT,
        "boot", boot, "pid", pid, "name", before->name, "index", (json_int_t)before->index, "flags",
        (json_int_t)before->flags, "mtu", (json_int_t)before->mtu, "xdp_prog", (json_int_t)before->xdp_prog,
        "addr_gen_mode", before->gen_mode, "disable_ipv6", before->ip6_off, "accept_dad", before->accept_dad,
        "has_qdisc", before->has_qdisc, "when_s", (json_int_t)before->when_s, "offloads",
        json_offloads(before), "addresses", json_msgs(&before->addrs), "routes", json_msgs(&before->routes));
    char *text = root ? json_dumps(root, JSON_INDENT(1)) : NULL;
    json_decref(root);
    return text;
}

/* ------------------------------------------------------------------------------------------- and back */

/* One message, checked to be of the type and whole. NULL: it is not. */
static struct nlmsghdr *json_msg(const char *hex, uint16_t type, size_t header)
{
    const size_t size = hex ? strlen(hex) / 2 : 0;
    if (size < (size_t)MNL_NLMSG_HDRLEN + header || strlen(hex) % 2)
        return NULL;
    struct nlmsghdr *msg = calloc(1, MNL_ALIGN(size)); /* libmnl looks so far for attributes */
    for (size_t i = 0; msg && i < size; i++) {
        unsigned byte;
        if (sscanf(hex + 2 * i, "%2x", &byte) != 1)
            byte = 0;
        ((uint8_t *)msg)[i] = (uint8_t)byte;
    }
    if (msg && msg->nlmsg_len == size && msg->nlmsg_type == type)
        return msg;
    free(msg);
    return NULL;
}

static int json_list(const json_t *array, uint16_t type, size_t header, struct host_netlink_list *out)
{
    const size_t n = json_array_size(array);
    out->msgs = calloc(n + 1, sizeof *out->msgs);
    if (!out->msgs)
        return -ENOMEM;
    for (out->n = 0; out->n < n; out->n++) {
        const json_t *hex = json_object_get(json_array_get(array, out->n), "message");
        out->msgs[out->n] = json_msg(json_string_value(hex), type, header);
        if (!out->msgs[out->n])
            return -EINVAL;
    }
    return 0;
}

static int json_all(json_t *root, struct host_before *out, int *pid, char boot[HOST_JSON_BOOT])
{
    const char *name, *of_boot;
    json_t *offloads, *addrs, *routes;
    json_int_t index, flags, mtu, prog, when;
    int has_qdisc;
    if (json_unpack(root, "{s:s, s:i, s:s, s:I, s:I, s:I, s:I, s:i, s:i, s:i, s:b, s:I, s:o, s:o, s:o}",
                    "boot", &of_boot, "pid", pid, "name", &name, "index", &index, "flags", &flags, "mtu",
                    &mtu, "xdp_prog", &prog, "addr_gen_mode", &out->gen_mode, "disable_ipv6", &out->ip6_off,
                    "accept_dad", &out->accept_dad, "has_qdisc", &has_qdisc, "when_s", &when, "offloads",
                    &offloads, "addresses", &addrs, "routes", &routes) < 0)
        return -EINVAL;
    out->index = (unsigned)index;
    out->flags = (unsigned)flags;
    out->mtu = (uint32_t)mtu;
    out->xdp_prog = (uint32_t)prog;
    out->has_qdisc = has_qdisc;
    out->when_s = (uint64_t)when;
    snprintf(out->name, sizeof out->name, "%s", name);
    snprintf(boot, HOST_JSON_BOOT, "%s", of_boot);
    for (size_t i = 0; i < HOST_OFFLOADS; i++) {
        const json_t *is = json_object_get(offloads, host_offloads[i].name);
        out->offloads[i].is_known = is != NULL;
        out->offloads[i].is_wanted = json_is_true(is);
    }
    const int rc = json_list(addrs, RTM_NEWADDR, sizeof(struct ifaddrmsg), &out->addrs);
    return rc < 0 ? rc : json_list(routes, RTM_NEWROUTE, sizeof(struct rtmsg), &out->routes);
}

int host_json_read(const char *text, struct host_before *before, int *pid, char boot[HOST_JSON_BOOT])
{
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    *before = (struct host_before){0};
    const int rc = root ? json_all(root, before, pid, boot) : -EINVAL;
    json_decref(root);
    if (rc < 0)
        host_before_free(before);
    return rc;
}
