/* SPDX-License-Identifier: BSD-3-Clause */
/* The kernel's list of addresses, looked through once. */
#include "host_owner.h"

#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>

static struct base_addr owner_addr(const struct sockaddr *sa)
{
    if (sa && sa->sa_family == AF_INET)
        return base_addr_from_bytes(BASE_AF_IP4, &((const struct sockaddr_in *)(const void *)sa)->sin_addr);
    if (sa && sa->sa_family == AF_INET6)
        return base_addr_from_bytes(BASE_AF_IP6, &((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr);
    return (struct base_addr){0};
}

bool host_owner(const struct base_addr *addr, bool (*is_ours)(const void *arg, const char *name),
                const void *arg, char name[IF_NAMESIZE])
{
    struct ifaddrs *all = NULL;
    bool found = false;
    if (addr->family == BASE_AF_NONE || getifaddrs(&all) < 0)
        return false;
    for (const struct ifaddrs *i = all; i && !found; i = i->ifa_next) {
        const struct base_addr has = owner_addr(i->ifa_addr);
        found = base_addr_equal(&has, addr) && !is_ours(arg, i->ifa_name);
        if (found)
            snprintf(name, IF_NAMESIZE, "%s", i->ifa_name);
    }
    freeifaddrs(all);
    return found;
}
