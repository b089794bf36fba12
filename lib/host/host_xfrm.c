/* SPDX-License-Identifier: BSD-3-Clause */
/* A list of the kernel's IPsec policies; those of sockets, which every IKE daemon makes for itself, do not
 * count. */
#include "host_xfrm.h"

#include <linux/xfrm.h>
#include <unistd.h>

#include "host_netlink.h"

static bool xfrm_is_of_traffic(const struct nlmsghdr *msg, const void *arg)
{
    /* A byte at its place: messages stand at a multiple of four, and this struct wants eight. */
    const uint8_t *p = mnl_nlmsg_get_payload(msg);
    (void)arg;
    return p[offsetof(struct xfrm_userpolicy_info, dir)] < XFRM_POLICY_MAX;
}

int host_xfrm_policies(size_t *count)
{
    char buf[HOST_NETLINK_MAX];
    struct host_netlink_list list;
    *count = 0;
    const int fd = host_netlink_open(NETLINK_XFRM);
    if (fd < 0)
        return fd;
    const struct nlmsghdr *request =
        host_netlink_put(buf, XFRM_MSG_GETPOLICY, NLM_F_DUMP, sizeof(struct xfrm_userpolicy_id));
    const int rc =
        host_netlink_list(fd, request, sizeof(struct xfrm_userpolicy_info), xfrm_is_of_traffic, NULL, &list);
    close(fd);
    *count = rc == 0 ? list.n : 0;
    if (rc == 0)
        host_netlink_free(&list);
    return rc;
}
