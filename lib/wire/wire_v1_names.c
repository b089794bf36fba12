/* SPDX-License-Identifier: BSD-3-Clause */
/* Names of IKEv1's numbers for logs and explanations, from the rows of wire_names.def. */
#include "wire_v1.h"

/* clang-format off */
const char *wire_v1_notify_name(uint16_t type)
{
    switch (type) {
#define WIRE_V1_NOTIFY(number, name) case number: return name;
#include "wire_names.def"
    }
    return "unknown";
}
/* clang-format on */
