/* SPDX-License-Identifier: BSD-3-Clause */
/* Who rings, and whether anybody may, is decided in dp_bell.c. */
#include "node_bell.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "node_int.h"

int node_bell_start(struct node *node, char *why, size_t why_size)
{
    struct epoll_event ev = {.events = EPOLLIN};
    node->bell_fd = ev.data.fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (node->bell_fd >= 0 && epoll_ctl(node->epoll_fd, EPOLL_CTL_ADD, node->bell_fd, &ev) == 0)
        return 0;
    snprintf(why, why_size, "no descriptor for workers to wake control by: %s", strerror(errno));
    return -1;
}

void node_bell_stop(struct node *node)
{
    if (node->bell_fd >= 0)
        close(node->bell_fd);
    node->bell_fd = -1;
}

void node_bell_ring(void *ctx)
{
    const struct node *node = ctx;
    eventfd_write(node->bell_fd, 1);
}

bool node_bell_heard(struct node *node, int fd)
{
    eventfd_t ignored;
    if (fd != node->bell_fd)
        return false;
    eventfd_read(fd, &ignored);
    return true;
}

bool node_may_sleep(struct node *node)
{
    return dp_bell_arm(node->dp);
}

void node_awake(struct node *node)
{
    dp_bell_disarm(node->dp);
}
