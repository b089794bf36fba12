/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Policies: selectors that must be protected, whether an SA for them lives or not. They are candidates
 * without a slot, behind all SAs of their prefix. A new set is linked before the old one is unlinked, so that
 * what is in both is never open.
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

static void policies_drop(struct sad *sad, struct sad_policies *set)
{
    for (size_t i = 0; i < set->count; i++) {
        sad_spd_unlink(sad, &set->cands[i]);
        sad_reclaim_defer(&sad->reclaim, sels_free, NULL, (uintptr_t)set->sels[i]);
    }
    free(set->cands);
    free(set->sels);
    *set = (struct sad_policies){0};
}

static int policy_link(struct sad *sad, const struct sad_policy *policy, struct sad_sels **sels,
                       uint32_t *head)
{
    *sels = sad_sels_make(policy->local_ts, policy->remote_ts);
    return *sels ? sad_spd_link(sad, *sels, (struct sad_server){.slot = SAD_NO_SLOT}, head) : -ENOMEM;
}

int sad_policies_set(struct sad *sad, const struct sad_policy *list, size_t count)
{
    struct sad_policies set = {0};
    int err = 0;
    if (count) {
        set.cands = calloc(count, sizeof *set.cands);
        set.sels = calloc(count, sizeof(*set.sels));
        err = set.cands && set.sels ? 0 : -ENOMEM;
    }
    while (set.count < count && !err) {
        err = policy_link(sad, &list[set.count], &set.sels[set.count], &set.cands[set.count]);
        set.count++;
    }
    if (err) {
        policies_drop(sad, &set);
        return err;
    }
    policies_drop(sad, &sad->policies);
    sad->policies = set;
    return 0;
}
