/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Names of IKE numbers for logs and explanations, from the rows of wire_names.def. A number without a row
 * is "unknown"; who logs prints the number beside it.
 */
#include "wire_ike.h"

const char *wire_ike_err_name(enum wire_ike_err e)
{
    switch (e) {
    case WIRE_IKE_OK:
        return "ok";
    case WIRE_IKE_SHORT:
        return "short";
    case WIRE_IKE_BAD_LENGTH:
        return "bad_length";
    case WIRE_IKE_BAD_VERSION:
        return "bad_version";
    case WIRE_IKE_BAD_FIELD:
        return "bad_field";
    case WIRE_IKE_TOO_MANY:
        return "too_many";
    case WIRE_IKE_CRITICAL:
        return "critical";
    case WIRE_IKE_DUPLICATE:
        return "duplicate";
    }
    return "unknown";
}

/* clang-format off */
const char *wire_ike_exchange_name(uint8_t exchange)
{
    switch (exchange) {
#define WIRE_EXCHANGE(number, name) case number: return name;
#include "wire_names.def"
    }
    return "unknown";
}

const char *wire_ike_notify_name(uint16_t type)
{
    switch (type) {
#define WIRE_NOTIFY(number, name) case number: return name;
#include "wire_names.def"
    }
    return "unknown";
}
/* clang-format on */
