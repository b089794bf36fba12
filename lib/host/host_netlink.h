/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Questions to the kernel over netlink: one request, one answer or one list of answers; nothing is listened
 * to and nothing is cached. Messages are built and read by libmnl. All functions: 0, or -errno as the kernel
 * says. Thread: control.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <libmnl/libmnl.h>

/* Room for a request whose attributes are numbers, names and addresses. */
#define HOST_NETLINK_MAX 1024

/* A request with the family's header of `size` bytes behind it, zero. Borrows buf (HOST_NETLINK_MAX bytes).
 */
struct nlmsghdr *host_netlink_put(void *buf, uint16_t type, uint16_t flags, size_t size);

/* What an answer says, as copies that host_netlink_free() frees. */
struct host_netlink_list {
    size_t n;
    struct nlmsghdr **msgs;
};

/* A socket of this protocol (NETLINK_ROUTE, …), connected to the kernel; the caller closes it. */
int host_netlink_open(int protocol);

/* Sends a request and reads its acknowledgement. -EPROTO: no kernel answers like that. */
int host_netlink_ask(int fd, const struct nlmsghdr *request);

/*
 * Sends a request and keeps the answers that have the family's header of `head` bytes and that `wants` wants
 * (NULL: all). A list that changed while it was read is read again. On failure *out is empty. -ENOMEM;
 * -EPROTO: no kernel answers like that; -EINTR: it changes without an end, so try later.
 */
int host_netlink_list(int fd, const struct nlmsghdr *request, size_t head,
                      bool (*wants)(const struct nlmsghdr *msg, const void *arg), const void *arg,
                      struct host_netlink_list *out);

/* Frees the copies; *list is empty afterwards. */
void host_netlink_free(struct host_netlink_list *list);

/* The attribute of this type behind a family header of `size` bytes that has at least `min` bytes, or NULL.
 */
const struct nlattr *host_netlink_attr(const struct nlmsghdr *msg, size_t size, uint16_t type, size_t min);

/* The same inside an attribute that holds others; NULL when `nest` is NULL. */
const struct nlattr *host_netlink_inner(const struct nlattr *nest, uint16_t type, size_t min);

/* The number of an attribute of 32 bits, or `otherwise` when there is none. */
uint32_t host_netlink_u32(const struct nlattr *attr, uint32_t otherwise);
