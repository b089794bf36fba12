/* SPDX-License-Identifier: BSD-3-Clause */
/* The back end as the data path is given it. */
#include "imb_esp.h"

#include "imb_int.h"

const struct esp_ops imb_esp_ops = {
    .name = "intel-ipsec-mb",
    .key = {.end = IMB_KEY_END,
            .run_bytes = IMB_KEY_RUN,
            .run_end = {IMB_KEY_END, IMB_KEY_RUNS > 1 ? IMB_KEY_RUN_END : 0}},
    .create = imb_create,
    .free = imb_free,
    .suite_find = imb_suite_find,
    .key_expand = imb_key_expand,
    .seal = imb_seal,
    .open = imb_open,
};
