/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The library's per-thread manager: made and freed. Knows nothing of packets.
 */
#include "imb_int.h"

#include <stdlib.h>
#include "base_wipe.h"

struct esp_ctx *imb_create(bool is_one_of_many)
{
    struct esp_ctx *imb = aligned_alloc(64, (sizeof *imb + 63) & ~(size_t)63);
    if (!imb)
        return NULL;
    memset(imb, 0, sizeof *imb);
    imb->lib = imb_lib_open(is_one_of_many);
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

void imb_free(struct esp_ctx *imb)
{
    if (!imb)
        return;
    imb->lib.free(imb->mgr);
    imb_lib_close(&imb->lib);
    base_wipe(imb, sizeof *imb);
    free(imb);
}
