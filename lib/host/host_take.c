/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * First what was is on the disk, then the guard stands, then things change: so that at no moment both the
 * kernel and Culvert answer for an address, and whatever ends this process leaves a way back.
 */
#include "host_take.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base_text.h"
#include "host_addrs.h"
#include "host_guard.h"
#include "host_link.h"
#include "host_routes.h"
#include "host_save.h"

struct host_take {
    struct host_save save;
    int route_fd;
    int guard_fd; /* -1: the guard is a classifier */
};

#define PLAN_ADDRS 4 /* that a plan names */

/* What a take is about, and where its refusal goes. */
struct taking {
    const struct host_take_params *params;
    const struct host_iface *iface;
    char *why;
    size_t size;
};

static const char *take_folder(const char *run_dir)
{
    return run_dir ? run_dir : HOST_TAKE_RUN_DIR;
}

static int take_failed(const struct taking *t, int rc, const char *what)
{
    if (rc == -EPERM)
        snprintf(t->why, t->size, "%s: %s: this process may not, it needs CAP_NET_ADMIN", t->iface->name,
                 what);
    else if (rc < 0)
        snprintf(t->why, t->size, "%s: %s: the kernel says: %s", t->iface->name, what, strerror(-rc));
    return rc;
}

/* ---- before ---- */

static int take_check(const struct taking *t)
{
    const struct host_iface *i = t->iface;
    const int rc = host_iface_check(i, t->why, t->size);
    if (rc < 0)
        return rc;
    if (i->mtu_max && t->params->mtu > i->mtu_max) {
        snprintf(t->why, t->size, "%s cannot have an MTU of %u: its device's limit is %u", i->name,
                 t->params->mtu, i->mtu_max);
        return -ERANGE;
    }
    if (t->params->is_xdp && i->xdp_prog) {
        snprintf(t->why, t->size,
                 "%s has an XDP program already (id %u), which sees all frames first: take it away (ip link "
                 "set %s xdp off), or write the driver af_packet",
                 i->name, i->xdp_prog, i->name);
        return -EBUSY;
    }
    return 0;
}

static void plan_text(const struct taking *t, struct base_text *text)
{
    const struct host_iface *i = t->iface;
    const size_t n = i->n_addrs < PLAN_ADDRS ? i->n_addrs : PLAN_ADDRS;
    char offloads[128], addr[BASE_PREFIX_TEXT_MAX];
    base_text_add(text, "%s: the kernel hears nothing there until the end", i->name);
    for (size_t k = 0; k < n; k++)
        base_text_add(text, "%s%s", k ? ", " : " and loses ", base_prefix_text(&i->addrs[k], addr));
    if (i->n_addrs > n)
        base_text_add(text, " and %zu more", i->n_addrs - n);
    if (i->n_routes)
        base_text_add(text, "; %zu routes go%s", i->n_routes,
                      i->has_default ? ", the default route among them" : "");
    host_offload_text(i->name, t->params->is_xdp, offloads, sizeof offloads);
    if (*offloads)
        base_text_add(text, "; off go %s", offloads);
    if (t->params->mtu > i->mtu)
        base_text_add(text, "; its MTU becomes %u in place of %u", t->params->mtu, i->mtu);
    if (!i->is_up)
        base_text_add(text, "; it is taken up");
    if (*i->uppers)
        base_text_add(text, "; what stands on it hears nothing either: %s", i->uppers);
}

int host_take_plan(const struct host_take_params *params, char *changes, size_t changes_size, char *why,
                   size_t size)
{
    struct host_iface iface;
    const struct taking t = {params, &iface, why, size};
    struct base_text text = base_text(changes, changes_size);
    int rc = host_iface_look(params->name, &iface, why, size);
    if (rc == 0)
        rc = take_check(&t);
    if (rc == 0)
        plan_text(&t, &text);
    return rc;
}

/* ---- giving back ---- */

/* 0; -ENODEV: it is gone; -EPERM: nothing could be done, and what is remembered stays. */
static int take_undo(struct host_take *take, const struct host_tell *tell)
{
    const struct host_before *before = &take->save.before;
    const int rc = host_before_restore(take->route_fd, before, tell);
    if (rc == 0 && take->guard_fd < 0)
        host_guard_tc_remove(take->route_fd, before->index, before->has_qdisc);
    if (take->guard_fd >= 0)
        close(take->guard_fd);
    if (rc == -ENODEV)
        host_tell(tell, "%s is gone, so there is nothing to give back", before->name);
    else if (rc < 0)
        host_tell(tell, "%s cannot be given back, `culvertd --release` can as root: %s", before->name,
                  strerror(-rc));
    if (rc < 0 && rc != -ENODEV)
        host_save_close(&take->save);
    else
        host_save_remove(&take->save);
    return rc;
}

void host_give_back(struct host_take *take, host_take_tell *fn, void *arg)
{
    const struct host_tell tell = {fn, arg};
    take_undo(take, &tell);
    close(take->route_fd);
    free(take);
}

/* Whose file it was. */
struct owner {
    int pid;
    unsigned index; /* of the interface */
};

/* 0: repaired. -ENOENT: there was nothing. -EBUSY: its owner lives. Other -errno are told. */
static int release_one(const char *folder, const char *name, const struct host_tell *tell,
                       struct owner *owner)
{
    struct host_take left = {.guard_fd = -1};
    int rc = host_save_read(folder, name, &left.save);
    *owner = (struct owner){left.save.pid, left.save.before.index};
    if (rc == -ESTALE)
        host_tell(tell, "%s: what was remembered of it is of an earlier boot or damaged, and is removed",
                  name);
    else if (rc < 0 && rc != -ENOENT && rc != -EBUSY)
        host_tell(tell, "%s: %s: %s", name, left.save.path, strerror(-rc));
    if (rc < 0)
        return rc;
    left.route_fd = host_netlink_open(NETLINK_ROUTE);
    rc = take_undo(&left, tell);
    close(left.route_fd);
    if (rc == 0)
        host_tell(tell, "%s is given back as it was before process %d took it, which is gone", name,
                  owner->pid);
    return rc;
}

static bool release_told(const char *folder, const char *name, const struct host_tell *tell)
{
    struct owner owner;
    const int rc = release_one(folder, name, tell, &owner);
    if (rc == -EBUSY)
        host_tell(tell, "%s is in the hands of process %d, which lives: left alone", name, owner.pid);
    return rc == 0;
}

int host_release(const char *run_dir, const char *name, host_take_tell *fn, void *arg)
{
    const struct host_tell tell = {fn, arg};
    const char *folder = take_folder(run_dir);
    char(*names)[IFNAMSIZ];
    if (name)
        return release_told(folder, name, &tell);
    const int n = host_save_names(folder, &names);
    int n_repaired = 0;
    if (n < 0)
        host_tell(&tell, "%s cannot be read: %s", folder, strerror(-n));
    for (int i = 0; i < n; i++)
        n_repaired += release_told(folder, names[i], &tell);
    free(names);
    return n < 0 ? n : n_repaired;
}

/* ---- taking ---- */

static int take_guard(const struct taking *t, struct host_take *take)
{
    take->guard_fd = host_guard_nft(t->iface->name, t->iface->index);
    if (take->guard_fd >= 0)
        return 0;
    if (take->guard_fd == -EPERM) { /* the right itself was asked before */
        snprintf(t->why, t->size,
                 "%s: another process keeps it from the kernel already (nft list table netdev culvert-%u)",
                 t->iface->name, t->iface->index);
        return -EBUSY;
    }
    const int nft = take->guard_fd, rc = host_guard_tc(take->route_fd, t->iface->index);
    take->guard_fd = -1;
    if (rc < 0)
        snprintf(t->why, t->size,
                 "%s: the kernel's stack cannot be kept from it: neither nftables' netdev family (%s) nor a "
                 "classifier of tc (%s) is there",
                 t->iface->name, strerror(-nft), strerror(-rc));
    return rc;
}

static int take_link(const struct taking *t, const struct host_take *take)
{
    const char *offload = "";
    int rc = host_offload_off(t->iface->name, t->params->is_xdp, &offload);
    if (rc < 0)
        return take_failed(t, rc, offload);
    if (t->params->mtu > t->iface->mtu)
        rc = host_link_set_mtu(take->route_fd, t->iface->index, t->params->mtu);
    if (rc < 0)
        return take_failed(t, rc, "its MTU cannot be raised");
    rc = host_link_set_gen_mode(take->route_fd, t->iface->index, IN6_ADDR_GEN_MODE_NONE);
    if (rc < 0 && rc != -EAFNOSUPPORT && rc != -EOPNOTSUPP) /* no IPv6 */
        return take_failed(t, rc, "IPv6 cannot be kept from making addresses");
    return take_failed(t, host_link_set_flags(take->route_fd, t->iface->index, IFF_UP, IFF_UP),
                       "it cannot be taken up");
}

/* Where /proc cannot be written, IPv6 stays on without an address. *left: routes that cannot be taken away.
 */
static int take_addrs(const struct taking *t, const struct host_take *take, size_t *left)
{
    if (take->save.before.ip6_off == 0)
        host_link_set_ip6(t->iface->name, "disable_ipv6", 1);
    int rc = host_addrs_remove(take->route_fd, t->iface->index);
    if (rc < 0)
        return take_failed(t, rc, "its addresses cannot be taken away");
    rc = host_routes_remove(take->route_fd, t->iface->index, left);
    return take_failed(t, rc, "its routes cannot be taken away");
}

/* What works and is yet worth a thought. */
static void take_remark(const struct taking *t, size_t left)
{
    const struct host_tell tell = {t->params->tell, t->params->arg};
    const struct host_iface *i = t->iface;
    if (*i->uppers)
        host_tell(&tell, "%s is taken, so what stands on it hears nothing: %s", i->name, i->uppers);
    if (i->xdp_prog)
        host_tell(&tell, "%s has an XDP program (id %u), which sees all frames before Culvert", i->name,
                  i->xdp_prog);
    if (left)
        host_tell(&tell,
                  "%s: %zu routes by groups of nexthop objects still lead there, in clear: take it out of "
                  "the groups (ip "
                  "nexthop)",
                  i->name, left);
}

static int take_all(const struct taking *t, struct host_take *take)
{
    const struct host_tell nobody = {0};
    size_t left = 0;
    int rc = host_link_set_flags(take->route_fd, t->iface->index, 0, 0); /* no change, and yet the right to */
    if (rc < 0)
        return take_failed(t, rc, "the kernel cannot be made to let go of it");
    rc = host_before_look(take->route_fd, t->iface->index, &take->save.before);
    if (rc < 0)
        return take_failed(t, rc, "what it is like now cannot be read");
    rc = host_save_write(take_folder(t->params->run_dir), &take->save, t->why, t->size);
    if (rc < 0) {
        host_before_free(&take->save.before);
        return rc;
    }
    rc = take_guard(t, take);
    if (rc == 0)
        rc = take_link(t, take);
    if (rc == 0)
        rc = take_addrs(t, take, &left);
    if (rc == 0)
        take_remark(t, left);
    else
        take_undo(take, &nobody);
    return rc;
}

/*
 * What killed owners left goes back first, or that would be remembered as what was before; under whatever
 * name they had it. -EBUSY: a live one has it.
 */
static int take_repair(const struct taking *t)
{
    const struct host_tell tell = {t->params->tell, t->params->arg};
    const char *folder = take_folder(t->params->run_dir);
    char(*names)[IFNAMSIZ];
    const int n = host_save_names(folder, &names);
    int rc = 0;
    for (int i = 0; i < n && rc == 0; i++) {
        struct owner owner;
        if (release_one(folder, names[i], &tell, &owner) != -EBUSY || owner.index != t->iface->index)
            continue;
        rc = -EBUSY;
        snprintf(t->why, t->size, "%s is in the hands of process %d, which lives: end that first",
                 t->iface->name, owner.pid);
    }
    free(names);
    return rc;
}

static int take_look(const struct taking *t, struct host_iface *iface)
{
    int rc = host_iface_look(t->params->name, iface, t->why, t->size);
    if (rc == 0)
        rc = take_repair(t);
    if (rc == 0)
        rc = host_iface_look(t->params->name, iface, t->why, t->size); /* as it is now */
    return rc < 0 ? rc : take_check(t);
}

struct host_take *host_take(const struct host_take_params *params, char *why, size_t size)
{
    struct host_iface iface;
    const struct taking t = {params, &iface, why, size};
    struct host_take *take = calloc(1, sizeof *take);
    int rc;
    snprintf(why, size, "%s: no memory", params->name);
    if (take) {
        take->route_fd = host_netlink_open(NETLINK_ROUTE);
        take->guard_fd = -1;
        rc = take_look(&t, &iface);
        if (rc == 0)
            rc = take_all(&t, take);
        if (rc == 0)
            return take;
        close(take->route_fd);
    }
    free(take);
    return NULL;
}
