/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The library's per-thread manager: made, freed, named. Knows nothing of packets.
 */
#include "imb_int.h"

#include <stdlib.h>
#include "base_wipe.h"

struct imb *imb_create(bool has_own_library)
{
    struct imb *imb = aligned_alloc(64, (sizeof *imb + 63) & ~(size_t)63);
    if (!imb)
        return NULL;
    memset(imb, 0, sizeof *imb);
    imb->lib = imb_lib_open(has_own_library);
    imb->mgr = imb->lib.alloc(0);
    if (!imb->mgr) {
        imb_lib_close(&imb->lib);
        free(imb);
        return NULL;
    }
    IMB_ARCH arch = IMB_ARCH_NONE;
    imb->lib.init(imb->mgr, &arch);
    if (imb->lib.get_errno(imb->mgr) != 0 || !(imb->mgr->features & IMB_FEATURE_AESNI)) {
        imb_free(imb);
        return NULL;
    }
    return imb;
}

void imb_free(struct imb *imb)
{
    if (!imb)
        return;
    imb->lib.free(imb->mgr);
    imb_lib_close(&imb->lib);
    base_wipe(imb, sizeof *imb);
    free(imb);
}

const char *imb_arch_name(const struct imb *imb)
{
    bool has_vaes = (imb->mgr->features & IMB_FEATURE_VAES) != 0;
    switch ((IMB_ARCH)imb->mgr->used_arch) {
    case IMB_ARCH_SSE:
        return "SSE";
#if IMB_VERSION_NUM < IMB_VERSION(2, 0, 0)
    case IMB_ARCH_AVX:
        return "AVX";
#endif
    case IMB_ARCH_AVX2:
        return "AVX2";
    case IMB_ARCH_AVX512:
        return has_vaes ? "AVX512 VAES" : "AVX512";
    default:
        return "none";
    }
}
