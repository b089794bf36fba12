/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The library's per-thread manager: made, freed, named. Knows nothing of packets.
 */
#include "imb_int.h"

#include <stdlib.h>
#include "base_wipe.h"

struct imb *imb_create(void)
{
    struct imb *imb = aligned_alloc(64, (sizeof *imb + 63) & ~(size_t)63);
    if (!imb)
        return NULL;
    memset(imb, 0, sizeof *imb);
    imb->mgr = alloc_mb_mgr(0);
    if (!imb->mgr) {
        free(imb);
        return NULL;
    }
    IMB_ARCH arch = IMB_ARCH_NONE;
    init_mb_mgr_auto(imb->mgr, &arch);
    if (imb_get_errno(imb->mgr) != 0 || arch == IMB_ARCH_NONE || arch == IMB_ARCH_NOAESNI) {
        imb_free(imb);
        return NULL;
    }
    return imb;
}

void imb_free(struct imb *imb)
{
    if (!imb)
        return;
    free_mb_mgr(imb->mgr);
    base_wipe(imb, sizeof *imb);
    free(imb);
}

const char *imb_arch_name(const struct imb *imb)
{
    bool has_vaes = (imb->mgr->features & IMB_FEATURE_VAES) != 0;
    switch ((IMB_ARCH)imb->mgr->used_arch) {
    case IMB_ARCH_SSE:
        return "SSE";
    case IMB_ARCH_AVX:
        return "AVX";
    case IMB_ARCH_AVX2:
        return "AVX2";
    case IMB_ARCH_AVX512:
        return has_vaes ? "AVX512 VAES" : "AVX512";
    default:
        return "none";
    }
}
