/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Two ways to one end: nftables (linux/netfilter/nf_tables.h), or a classifier where the kernel's nftables
 * cannot hook into a device. The order in which the kernel's receive path asks is: XDP, packet sockets,
 * classifier, nftables, VLAN interfaces and bridges, protocols.
 */
#include "host_guard.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host_netlink.h"

#define QDISC      TC_H_MAKE(TC_H_CLSACT, 0)
#define INGRESS    TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS)
#define PREFERENCE 1U /* before the classifiers of others */
#define HANDLE     1U

/* -------------------------------------------------------------------------------------------- nftables */

/* Appends one message of a batch. Returns it. */
static struct nlmsghdr *batch_put(struct mnl_nlmsg_batch *batch, uint16_t type, uint16_t flags,
                                  uint8_t family, uint16_t subsystem)
{
    struct nlmsghdr *msg =
        host_netlink_put(mnl_nlmsg_batch_current(batch), type, flags, sizeof(struct nfgenmsg));
    *(struct nfgenmsg *)mnl_nlmsg_get_payload(msg) =
        (struct nfgenmsg){.nfgen_family = family, .version = NFNETLINK_V0, .res_id = htons(subsystem)};
    return msg;
}

static struct nlmsghdr *batch_put_nft(struct mnl_nlmsg_batch *batch, uint16_t type)
{
    return batch_put(batch, (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | type), NLM_F_CREATE | NLM_F_EXCL,
                     NFPROTO_NETDEV, 0);
}

static void batch_put_chain(struct mnl_nlmsg_batch *batch, const char *table, const char *interface)
{
    struct nlmsghdr *msg = batch_put_nft(batch, NFT_MSG_NEWCHAIN);
    mnl_attr_put_strz(msg, NFTA_CHAIN_TABLE, table);
    mnl_attr_put_strz(msg, NFTA_CHAIN_NAME, "ingress");
    mnl_attr_put_strz(msg, NFTA_CHAIN_TYPE, "filter");
    mnl_attr_put_u32(msg, NFTA_CHAIN_POLICY, htonl(NF_DROP));
    struct nlattr *hook = mnl_attr_nest_start(msg, NFTA_CHAIN_HOOK);
    mnl_attr_put_u32(msg, NFTA_HOOK_HOOKNUM, htonl(NF_NETDEV_INGRESS));
    mnl_attr_put_u32(msg, NFTA_HOOK_PRIORITY, htonl((uint32_t)INT32_MIN)); /* before the chains of others */
    mnl_attr_put_strz(msg, NFTA_HOOK_DEV, interface);
    mnl_attr_nest_end(msg, hook);
}

/* The kernel has answered when a batch is sent: one acknowledgement each, of which the first refusal counts.
 */
static int batch_answer(int fd)
{
    _Alignas(struct nlmsghdr) char buf[8192];
    ssize_t n;
    int rc = 0;
    while ((n = recv(fd, buf, sizeof buf, MSG_DONTWAIT)) > 0) {
        int left = (int)n;
        for (struct nlmsghdr *msg = (struct nlmsghdr *)buf; mnl_nlmsg_ok(msg, left);
             msg = mnl_nlmsg_next(msg, &left))
            if (msg->nlmsg_type == NLMSG_ERROR && rc == 0)
                rc = ((struct nlmsgerr *)mnl_nlmsg_get_payload(msg))->error;
    }
    return rc;
}

static int batch_send(int fd, const char *interface, unsigned ifindex)
{
    _Alignas(struct nlmsghdr) char buf[4 * HOST_NETLINK_MAX];
    char table[32];
    struct mnl_nlmsg_batch *batch = mnl_nlmsg_batch_start(buf, sizeof buf);
    if (!batch)
        return -ENOMEM;
    snprintf(table, sizeof table, "culvert-%u", ifindex);
    batch_put(batch, NFNL_MSG_BATCH_BEGIN, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
    mnl_nlmsg_batch_next(batch);
    struct nlmsghdr *msg = batch_put_nft(batch, NFT_MSG_NEWTABLE);
    mnl_attr_put_strz(msg, NFTA_TABLE_NAME, table);
    mnl_attr_put_u32(msg, NFTA_TABLE_FLAGS, htonl(NFT_TABLE_F_OWNER));
    mnl_nlmsg_batch_next(batch);
    batch_put_chain(batch, table, interface);
    mnl_nlmsg_batch_next(batch);
    batch_put(batch, NFNL_MSG_BATCH_END, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
    mnl_nlmsg_batch_next(batch);
    const size_t size = mnl_nlmsg_batch_size(batch);
    const int rc = send(fd, buf, size, 0) == (ssize_t)size ? batch_answer(fd) : -errno;
    mnl_nlmsg_batch_stop(batch);
    return rc;
}

int host_guard_nft(const char *interface, unsigned ifindex)
{
    const int fd = host_netlink_open(NETLINK_NETFILTER);
    if (fd < 0)
        return fd;
    const int rc = batch_send(fd, interface, ifindex);
    if (rc == 0)
        return fd;
    close(fd);
    return rc;
}

/* ------------------------------------------------------------------------------------------ classifier */

static struct nlmsghdr *tc_request(void *buf, uint16_t type, uint16_t flags, unsigned ifindex,
                                   const char *kind)
{
    struct nlmsghdr *request = host_netlink_put(buf, type, flags, sizeof(struct tcmsg));
    struct tcmsg *t = mnl_nlmsg_get_payload(request);
    t->tcm_ifindex = (int)ifindex;
    t->tcm_parent = TC_H_CLSACT;
    t->tcm_handle = QDISC;
    if (kind)
        mnl_attr_put_strz(request, TCA_KIND, kind);
    return request;
}

/* The same, about our classifier. */
static struct nlmsghdr *tc_filter(void *buf, uint16_t type, uint16_t flags, unsigned ifindex)
{
    struct nlmsghdr *request = tc_request(buf, type, flags, ifindex, "bpf");
    struct tcmsg *t = mnl_nlmsg_get_payload(request);
    t->tcm_parent = INGRESS;
    t->tcm_handle = HANDLE;
    t->tcm_info = TC_H_MAKE(PREFERENCE << 16, htons(ETH_P_ALL));
    return request;
}

static bool tc_is_ingress(const struct nlmsghdr *msg, const void *ifindex)
{
    const struct tcmsg *t = mnl_nlmsg_get_payload(msg);
    return t->tcm_ifindex == (int)*(const unsigned *)ifindex && t->tcm_handle == QDISC;
}

int host_guard_tc_look(int route_fd, unsigned ifindex, bool *has_qdisc)
{
    char buf[HOST_NETLINK_MAX];
    struct host_netlink_list all;
    const int rc =
        host_netlink_list(route_fd, host_netlink_put(buf, RTM_GETQDISC, NLM_F_DUMP, sizeof(struct tcmsg)),
                          sizeof(struct tcmsg), tc_is_ingress, &ifindex, &all);
    *has_qdisc = all.n > 0;
    host_netlink_free(&all);
    return rc;
}

int host_guard_tc(int route_fd, unsigned ifindex)
{
    const struct sock_filter drop = BPF_STMT(BPF_RET | BPF_K, TC_ACT_SHOT);
    char buf[HOST_NETLINK_MAX];
    int rc = host_netlink_ask(route_fd,
                              tc_request(buf, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL, ifindex, "clsact"));
    if (rc < 0 && rc != -EEXIST)
        return rc;
    struct nlmsghdr *request = tc_filter(buf, RTM_NEWTFILTER, NLM_F_CREATE | NLM_F_EXCL, ifindex);
    struct nlattr *options = mnl_attr_nest_start(request, TCA_OPTIONS);
    mnl_attr_put_u16(request, TCA_BPF_OPS_LEN, 1);
    mnl_attr_put(request, TCA_BPF_OPS, sizeof drop, &drop);
    mnl_attr_put_u32(request, TCA_BPF_FLAGS, TCA_BPF_FLAG_ACT_DIRECT);
    mnl_attr_nest_end(request, options);
    return host_netlink_ask(route_fd, request);
}

int host_guard_tc_remove(int route_fd, unsigned ifindex, bool has_qdisc)
{
    char buf[HOST_NETLINK_MAX];
    const struct nlmsghdr *request = has_qdisc ? tc_filter(buf, RTM_DELTFILTER, 0, ifindex)
                                               : tc_request(buf, RTM_DELQDISC, 0, ifindex, "clsact");
    const int rc = host_netlink_ask(route_fd, request);
    return rc == -ENOENT || rc == -EINVAL ? 0 : rc; /* no such classifier; no such qdisc */
}
