/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Policies: selectors that must be protected, whether an SA for them lives or not. They are candidates
 * without a slot, behind all SAs of their prefix that are for the same DSCPs. And bypasses, before all, which
 * have candidates for packets back as well. A new set is linked before the old one is unlinked, so that what
 * is in both is never open; both take their time.
 */
#include "sad_int.h"

#include <errno.h>
#include <stdlib.h>
#include "sad_path.h"
#include "sad_spd.h"

/* No worker is in a candidate of theirs any more. */
static void sels_free(void *ctx, uint64_t sels)
{
    (void)ctx;
    free((void *)(uintptr_t)sels);
}

static void policy_unlink(struct sad *sad, struct sad_policy_link *link)
{
    if (link->back_sels)
        sad->look_next = 1;
    sad_spd_unlink(sad, &link->cands);
    sad_spd_unlink(sad, &link->back_cands);
    sad_reclaim_defer(&sad->reclaim, sels_free, NULL, (uintptr_t)link->sels);
    if (link->back_sels)
        sad_reclaim_defer(&sad->reclaim, sels_free, NULL, (uintptr_t)link->back_sels);
}

/* Unlinks so many of a set, the last ones first. */
static void policies_drop(struct sad *sad, struct sad_policies *set, size_t most)
{
    for (; set->count && most; most--)
        policy_unlink(sad, &set->links[--set->count]);
    if (set->count)
        return;
    free(set->links);
    *set = (struct sad_policies){0};
}

/* What there is of it when this fails, policy_unlink() takes away. */
static int bypass_link(struct sad *sad, const struct sad_policy *policy, struct sad_policy_link *link)
{
    link->sels = sad_sels_make(policy->local_ts, policy->remote_ts);
    link->back_sels = sad_sels_make(policy->remote_ts, policy->local_ts);
    if (!link->sels || !link->back_sels)
        return -ENOMEM;
    sad->look_next = 1;
    const struct sad_server out = {.slot = SAD_SPD_BYPASS + 2u * policy->row};
    const struct sad_server back = {.slot = SAD_SPD_BYPASS_BACK + 2u * policy->row};
    const int err = sad_spd_link(sad, link->sels, out, &link->cands);
    return err ? err : sad_spd_link(sad, link->back_sels, back, &link->back_cands);
}

static int policy_link(struct sad *sad, const struct sad_policy *policy, struct sad_policy_link *link)
{
    const struct sad_server by = {.slot = policy->trap ? SAD_SPD_TRAP + policy->trap : SAD_NO_SLOT,
                                  .dscp = policy->dscp};
    if (policy->trap > SAD_TRAP_MAX || policy->row >= SAD_ROWS_MAX ||
        (policy->is_bypass && (policy->trap || policy->dscp)))
        return -EINVAL;
    if (policy->is_bypass)
        return bypass_link(sad, policy, link);
    link->sels = sad_sels_make(policy->local_ts, policy->remote_ts);
    return link->sels ? sad_spd_link(sad, link->sels, by, &link->cands) : -ENOMEM;
}

static int policies_begin(struct sad *sad, size_t count)
{
    struct sad_policies *next = &sad->next_policies;
    if (sad->is_linking || sad->old_policies.count)
        return 0;
    if (count) {
        next->links = calloc(count, sizeof *next->links);
        if (!next->links)
            return -ENOMEM;
    }
    sad->is_linking = true;
    return 0;
}

/* Links so many more of the list. */
static int policies_link(struct sad *sad, const struct sad_policy *list, size_t count, size_t most)
{
    struct sad_policies *next = &sad->next_policies;
    int err = 0;
    for (; next->count < count && most && !err; most--) {
        err = policy_link(sad, &list[next->count], &next->links[next->count]);
        next->count++;
    }
    return err;
}

/* One set gives way to the other, so many of it. As sad_policies_step(). */
static int policies_turn(struct sad *sad, const struct sad_policy *list, size_t count, size_t most)
{
    int err = policies_begin(sad, count);
    if (!err && sad->is_linking)
        err = policies_link(sad, list, count, most);
    if (err) {
        policies_drop(sad, &sad->next_policies, SIZE_MAX);
        sad->is_linking = false;
        return err;
    }
    if (sad->is_linking && sad->next_policies.count == count) {
        sad->old_policies = sad->policies;
        sad->policies = sad->next_policies;
        sad->next_policies = (struct sad_policies){0};
        sad->is_linking = false;
    }
    if (!sad->is_linking)
        policies_drop(sad, &sad->old_policies, most);
    return sad->is_linking || sad->old_policies.count;
}

int sad_policies_step(struct sad *sad, const struct sad_policy *list, size_t count, size_t most)
{
    const int rc = sad->is_turned ? 0 : policies_turn(sad, list, count, most);
    if (rc)
        return rc;
    sad_spd_look_again(sad, most);
    sad->is_turned = sad->look_next;
    return sad->is_turned;
}

int sad_policies_set(struct sad *sad, const struct sad_policy *list, size_t count)
{
    int rc;
    /* One that was left in parts goes first. */
    policies_drop(sad, &sad->next_policies, SIZE_MAX);
    policies_drop(sad, &sad->old_policies, SIZE_MAX);
    sad->is_linking = sad->is_turned = false;
    do
        rc = sad_policies_step(sad, list, count, SIZE_MAX);
    while (rc > 0);
    return rc;
}
