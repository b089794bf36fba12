/* SPDX-License-Identifier: BSD-3-Clause */
/* How child SAs are begun, and what follows their end: what a child says, or else its connection. */
#include "ike_conf.h"

enum ike_start ike_child_conf_start(const struct ike_conn_conf *c, const struct ike_child_conf *child)
{
    const enum ike_start what = child->start == IKE_START_UNSET ? c->start : child->start;
    return what == IKE_START_UNSET ? IKE_START_NONE : what;
}

enum ike_start ike_child_conf_after(const struct ike_conn_conf *c, const struct ike_child_conf *child,
                                    enum ike_end end)
{
    const enum ike_start what = end == IKE_END_DEAD     ? child->on_dead
                                : end == IKE_END_CLOSED ? child->on_close
                                                        : IKE_START_UNSET;
    return what == IKE_START_UNSET ? ike_child_conf_start(c, child) : what;
}

static bool child_begins(const struct ike_conn_conf *c, const struct ike_child_conf *child,
                         enum ike_start how)
{
    for (enum ike_end end = IKE_END_OWN; end <= IKE_END_CLOSED; end++)
        if (ike_child_conf_after(c, child, end) == how)
            return true;
    return false;
}

bool ike_child_conf_traps(const struct ike_conn_conf *c, const struct ike_child_conf *child)
{
    return child_begins(c, child, IKE_START_TRAP);
}

bool ike_conn_conf_begins(const struct ike_conn_conf *c, enum ike_start how)
{
    for (size_t i = 0; i < c->n_children; i++)
        if (child_begins(c, &c->children[i], how))
            return true;
    return false;
}
