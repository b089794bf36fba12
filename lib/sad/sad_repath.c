/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A live pair elsewhere: new ends, another way or family, another MTU. The same way and family change under
 * the workers' hands, by a second template. Another shape of header does not: the direction rests until no
 * worker is in a burst, and packets of that moment are dropped as those without an SA.
 */
#include <errno.h>
#include <rte_rcu_qsbr.h>
#include "sad_int.h"
#include "sad_path.h"
#include "sad_reclaim.h"
#include "sad_table.h"

static void mtu_store(struct sad_pair *pair, struct sad_out *out, uint16_t outer_mtu)
{
    pair->outer_mtu = outer_mtu;
    atomic_store_explicit(&out->inner_mtu, sad_pair_inner_mtu(pair, out, outer_mtu), memory_order_relaxed);
}

int sad_set_mtu(struct sad *sad, uint32_t spi_in, uint16_t outer_mtu)
{
    struct sad_pair *pair = sad_pair_live(sad, spi_in);
    if (!pair)
        return -ENOENT;
    int err = sad_path_check(&pair->path, outer_mtu);
    if (!err)
        mtu_store(pair, sad_out_at(&sad->tables, sad_pair_slot(sad, pair)), outer_mtu);
    return err;
}

static void repath_late(void *ctx, uint64_t spi_in)
{
    struct sad *sad = ctx;
    struct sad_pair *pair = sad_pair_live(sad, (uint32_t)spi_in);
    if (!pair || !pair->is_late)
        return;
    const struct esp_path path = pair->late_path;
    pair->is_late = false;
    (void)sad_repath(sad, pair->spi_in, &path, pair->late_way, pair->late_mtu);
}

/* The newest path is taken when the workers have gone on. */
static void repath_defer(struct sad *sad, struct sad_pair *pair, const struct esp_path *path,
                         enum esp_way way, uint16_t outer_mtu)
{
    if (!pair->is_late)
        sad_reclaim_defer(&sad->reclaim, repath_late, sad, pair->spi_in);
    pair->is_late = true;
    pair->late_path = *path;
    pair->late_way = way;
    pair->late_mtu = outer_mtu;
}

static bool is_same_shape(const struct sad_pair *pair, const struct esp_path *path, enum esp_way way)
{
    return path->local.addr.family == pair->path.local.addr.family && way == pair->way;
}

/* The template that is not in force, which no worker copies from. */
static void tmpl_change(struct sad *sad, struct sad_pair *pair, struct sad_out *out,
                        const struct esp_path *path, enum esp_way way)
{
    uint8_t at = (uint8_t)(1 - atomic_load_explicit(&out->tmpl_at, memory_order_relaxed));
    sad_tmpl_fill(&out->tmpl[at], path, way, pair->spi_out);
    atomic_store_explicit(&out->tmpl_at, at, memory_order_release);
    pair->tmpl_token = rte_rcu_qsbr_start(sad->reclaim.qsbr);
}

/* False: the direction cannot rest now, and nothing has changed. */
static bool shape_change(struct sad *sad, struct sad_pair *pair, struct sad_out *out,
                         const struct esp_path *path, enum esp_way way)
{
    uint16_t owner = atomic_load_explicit(&out->owner, memory_order_acquire);
    /* Without a flag only control changes the owner. */
    if (owner & (SAD_OWNER_MOVING | SAD_OWNER_GIVEN))
        return false;
    atomic_store_explicit(&out->owner, SAD_OWNER_NONE, memory_order_release);
    const bool rests = sad_reclaim_settle(&sad->reclaim, rte_rcu_qsbr_start(sad->reclaim.qsbr));
    if (rests) {
        sad_out_set_shape(out, path, way, &pair->suite);
        tmpl_change(sad, pair, out, path, way);
        sad_out_set_path(out, path);
    }
    /* Pairs with the workers' acquire-load: the new header goes with the owner that is there again. */
    atomic_store_explicit(&out->owner, owner, memory_order_release);
    return rests;
}

int sad_repath(struct sad *sad, uint32_t spi_in, const struct esp_path *path, enum esp_way way,
               uint16_t outer_mtu)
{
    struct sad_pair *pair = sad_pair_live(sad, spi_in);
    if (!pair)
        return -ENOENT;
    int err = (unsigned)way <= ESP_WAY_TCP ? sad_path_check(path, outer_mtu) : -EINVAL;
    if (err)
        return err;
    uint32_t slot = sad_pair_slot(sad, pair);
    struct sad_out *out = sad_out_at(&sad->tables, slot);
    const bool is_same = is_same_shape(pair, path, way);
    /* A worker may still be copying from the template that was in force before the last change. */
    if ((pair->tmpl_token && !sad_reclaim_settle(&sad->reclaim, pair->tmpl_token)) ||
        (!is_same && !shape_change(sad, pair, out, path, way))) {
        repath_defer(sad, pair, path, way, outer_mtu);
        return 0;
    }
    pair->is_late = false;
    if (is_same) {
        tmpl_change(sad, pair, out, path, way);
        sad_out_set_path(out, path);
    }
    pair->path = *path;
    pair->way = way;
    /* Pairs with the acquire-load of who looks up next hops: the new generation goes with the new path. */
    atomic_fetch_add_explicit(&sad->tables.path_gen, 1, memory_order_release);
    sad_in_set_path(sad_in_at(&sad->tables, slot), path, way, &pair->suite);
    mtu_store(pair, out, outer_mtu);
    return 0;
}
