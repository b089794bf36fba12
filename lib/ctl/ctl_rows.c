/* SPDX-License-Identifier: BSD-3-Clause */
/* Tables of rows: the control core's counters, those of the host's side of a port, and what a device loses.
 */
#include "ctl_rows.h"

#include <rte_ethdev.h>

#include "ctl.h"

static const struct telem_row list[] = {
#define TELEM(...) TELEM_ROW(struct ctl, __VA_ARGS__)
#include "ctl.def"
#undef TELEM
};
const struct telem_rows ctl_rows = TELEM_ROWS(list);

static const struct telem_row host_list[] = {
#define TELEM(...) TELEM_ROW(struct ctl_host, __VA_ARGS__)
#include "ctl_host.def"
#undef TELEM
};
const struct telem_rows ctl_host_rows = TELEM_ROWS(host_list);

/* clang-format off */
#define DEVICE(...) TELEM_ROW_AT(struct rte_eth_stats, __VA_ARGS__)
static const struct telem_row device_list[] = {
    DEVICE(imissed, "missed", PKTS, DROP, "its receive queue was full: the workers did not keep up")
    DEVICE(rx_nombuf, "no_buffer", PKTS, DROP, "no packet buffer was free to receive into")
    DEVICE(ierrors, "rx_errors", PKTS, DROP, "frames that it found damaged")
    DEVICE(oerrors, "tx_errors", PKTS, DROP, "frames that it could not send")
};
/* clang-format on */
const struct telem_rows ctl_device_rows = TELEM_ROWS(device_list);
