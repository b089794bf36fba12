/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Distinguished names of peers. The first byte says where two names part: both are shown and compared, as IDs
 * of peers are. What is a name is equal to itself, comparing has no order, and what is shown is one line of
 * ASCII. The whole input is also read as text; what that makes is a name.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "ossl_ops.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool is_so)
{
    if (!is_so)
        abort();
}

/* Whether it is a name at all. */
static bool dn_check(struct base_span der)
{
    char text[1100], cut[8];
    const int rc = ossl_ike_ops.dn_text(der, text, sizeof text);
    const bool is_equal = ossl_ike_ops.dn_equal(der, der) == 1;
    ossl_ike_ops.dn_text(der, cut, sizeof cut);
    if (rc != 0)
        return false;
    require(is_equal);
    require(strlen(text) < sizeof text);
    for (const char *c = text; *c; c++)
        require(*c >= 0x20 && *c <= 0x7e);
    return true;
}

static void text_check(const uint8_t *data, size_t size)
{
    char text[512];
    uint8_t der[255];
    size_t len = 0;
    if (size >= sizeof text)
        return;
    memcpy(text, data, size);
    text[size] = '\0';
    if (ossl_dn_parse(text, der, sizeof der, &len) == 0)
        require(len <= sizeof der && dn_check(base_span(der, len)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    const size_t cut = data[0] < size - 1 ? data[0] : size - 1;
    const struct base_span a = base_span(data + 1, cut), b = base_span(data + 1 + cut, size - 1 - cut);
    dn_check(a);
    dn_check(b);
    require(ossl_ike_ops.dn_equal(a, b) == ossl_ike_ops.dn_equal(b, a));
    text_check(data, size);
    return 0;
}
