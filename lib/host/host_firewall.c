/* SPDX-License-Identifier: BSD-3-Clause */
/* A list of nftables' chains. */
#include "host_firewall.h"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>
#include <unistd.h>

#include "base_text.h"
#include "host_netlink.h"

static const char *firewall_family(uint8_t family)
{
    return family == NFPROTO_IPV4   ? "ip"
           : family == NFPROTO_IPV6 ? "ip6"
           : family == NFPROTO_INET ? "inet"
                                    : "other";
}

/* Whether the chain is on the way into the host: the hook of that number means it in the families of IP
 * alone. */
static bool firewall_is_input(const struct nlmsghdr *msg, const void *arg)
{
    const struct nfgenmsg *g = mnl_nlmsg_get_payload(msg);
    const struct nlattr *hook = host_netlink_attr(msg, sizeof *g, NFTA_CHAIN_HOOK, 0);
    const uint32_t number =
        host_netlink_u32(host_netlink_inner(hook, NFTA_HOOK_HOOKNUM, sizeof(uint32_t)), UINT32_MAX);
    const bool is_ip =
        g->nfgen_family == NFPROTO_IPV4 || g->nfgen_family == NFPROTO_IPV6 || g->nfgen_family == NFPROTO_INET;
    (void)arg;
    return hook && is_ip && number == htonl(NF_INET_LOCAL_IN);
}

int host_firewall_look(struct host_firewall *out)
{
    char buf[HOST_NETLINK_MAX];
    struct host_netlink_list list;
    struct base_text t = base_text(out->drops, sizeof out->drops);
    *out = (struct host_firewall){0};
    const int fd = host_netlink_open(NETLINK_NETFILTER);
    if (fd < 0)
        return fd;
    struct nlmsghdr *request = host_netlink_put(buf, NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETCHAIN, NLM_F_DUMP,
                                                sizeof(struct nfgenmsg));
    const int rc = host_netlink_list(fd, request, sizeof(struct nfgenmsg), firewall_is_input, NULL, &list);
    close(fd);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < list.n; i++) {
        const struct nfgenmsg *g = mnl_nlmsg_get_payload(list.msgs[i]);
        const struct nlattr *policy =
            host_netlink_attr(list.msgs[i], sizeof *g, NFTA_CHAIN_POLICY, sizeof(uint32_t));
        const struct nlattr *table = host_netlink_attr(list.msgs[i], sizeof *g, NFTA_CHAIN_TABLE, 1);
        out->n_input++;
        if (host_netlink_u32(policy, htonl(NF_ACCEPT)) != htonl(NF_DROP) || !table)
            continue;
        base_text_add(&t, "%s%s %.*s", out->n_drop++ ? ", " : "", firewall_family(g->nfgen_family),
                      (int)strnlen(mnl_attr_get_payload(table), mnl_attr_get_payload_len(table)),
                      (const char *)mnl_attr_get_payload(table));
    }
    host_netlink_free(&list);
    return 0;
}
