/* SPDX-License-Identifier: BSD-3-Clause */
/* Values as JSON: the forms that clients read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "ctl_json.h"

static void is_json(json_t *value, const char *want)
{
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    assert_non_null(text);
    assert_string_equal(text, want);
    free(text);
    json_decref(value);
}

static struct base_addr addr(const char *text)
{
    struct base_addr a;
    assert_int_equal(base_addr_parse(text, &a), 0);
    return a;
}

static void texts_of_strangers_are_printable(void **state)
{
    is_json(ctl_json_text("a\x01\x80z"), "\"a??z\"");
    is_json(ctl_json_text(""), "\"\"");
}

static void numbers_have_the_form_of_their_kind(void **state)
{
    const uint8_t mac[6] = {2, 0, 0, 0xab, 0xcd, 0xef};
    is_json(ctl_json_spi(0x1c2), "\"0x000001c2\"");
    is_json(ctl_json_ike_spi(0x1c2), "\"0x00000000000001c2\"");
    is_json(ctl_json_mac(mac), "\"02:00:00:ab:cd:ef\"");
    const base_time now = {5 * BASE_NS_PER_S}, then = {2 * BASE_NS_PER_S + 1};
    is_json(ctl_json_since(now, then), "2");
    is_json(ctl_json_since(then, now), "0");
    is_json(ctl_json_until(then, now), "2");
}

static struct base_ts box(const char *lo, const char *hi, uint8_t protocol, uint16_t port_lo,
                          uint16_t port_hi)
{
    return (struct base_ts){protocol, port_lo, port_hi, addr(lo), addr(hi)};
}

static void selectors_are_prefixes_where_they_can_be(void **state)
{
    const struct base_ts_list list = {
        .count = 8,
        .list = {box("10.1.0.0", "10.1.255.255", 0, 0, 65535), box("10.1.0.0", "10.1.255.254", 0, 0, 65535),
                 box("10.1.0.7", "10.1.0.7", 6, 443, 443), box("10.1.0.7", "10.1.0.7", 17, 0, 65535),
                 box("2001:db8::", "2001:db8::ffff", 58, 0, 65535), box("10.1.0.7", "10.1.0.7", 132, 1, 9),
                 box("0.0.0.0", "255.255.255.255", 99, 0, 65535), box("10.1.0.1", "10.1.0.2", 1, 8, 8)},
    };
    is_json(ctl_json_selectors(&list),
            "[\"10.1.0.0/16\",\"10.1.0.0-10.1.255.254\",\"10.1.0.7/32[tcp/443]\",\"10.1.0.7/32[udp]\","
            "\"2001:db8::/112[icmpv6]\",\"10.1.0.7/32[sctp/1-9]\",\"0.0.0.0/0[99]\","
            "\"10.1.0.1-10.1.0.2[icmp/8]\"]");
}

static void what_is_missing_or_empty_is_left_out(void **state)
{
    json_t *o = json_object();
    ctl_json_set(o, "none", NULL);
    ctl_json_set_text(o, "empty", "");
    ctl_json_set_text(o, "text", "x");
    ctl_json_num(o, "number", 7);
    is_json(o, "{\"text\":\"x\",\"number\":7}");
}

static void what_a_path_carries_is_told_with_how_it_is_known(void **state)
{
    struct ike_sa_view *v = calloc(1, sizeof *v);
    v->path_mtu = 1500;
    is_json(ctl_json_path_mtu(v), "{\"bytes\":1500,\"found_by\":\"port\",\"probed\":false}");
    v->path_mtu = 1400;
    v->mtu_by = IKE_MTU_BY_PROBE;
    v->is_probed = true;
    is_json(ctl_json_path_mtu(v), "{\"bytes\":1400,\"found_by\":\"probe\",\"probed\":true}");
    v->mtu_by = IKE_MTU_BY_ICMP;
    is_json(ctl_json_path_mtu(v), "{\"bytes\":1400,\"found_by\":\"icmp\",\"probed\":true}");
    free(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_of_strangers_are_printable),
        cmocka_unit_test(numbers_have_the_form_of_their_kind),
        cmocka_unit_test(selectors_are_prefixes_where_they_can_be),
        cmocka_unit_test(what_is_missing_or_empty_is_left_out),
        cmocka_unit_test(what_a_path_carries_is_told_with_how_it_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
