/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Copies of frames, first in, first out, each read once. Thread: one. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct meter_hold {
    uint8_t *bytes;   /* all frames, one behind the other */
    uint16_t *length; /* of each */
    uint32_t cap;     /* frames */
    uint32_t count;   /* that were added */
    uint32_t read;    /* of these, handed out again */
    size_t end;       /* bytes filled */
    size_t at;        /* bytes read */
};

/* Room for `cap` frames of at most METER_PKT_MAX bytes; memory is used only as far as they fill it. Returns 0
 * or -ENOMEM. Release with meter_hold_fini(). */
int meter_hold_init(struct meter_hold *h, uint32_t cap);
void meter_hold_fini(struct meter_hold *h);

/* Copies a frame. False: it is full, or the frame too long. */
bool meter_hold_add(struct meter_hold *h, const uint8_t *data, uint32_t bytes);

/* Copies the oldest frame that was not read to data (METER_PKT_MAX bytes). Returns its length, 0: none left.
 * `hold` is a struct meter_hold: this is a meter_port's next(). */
uint32_t meter_hold_next(void *hold, uint8_t *data);
