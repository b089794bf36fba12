/* SPDX-License-Identifier: BSD-3-Clause */
/* Sets of selectors: what the search says is what each selector says by itself. */
#include "sad_rig.h"

#include <stdlib.h>
#include "sad_sels.h"

static struct sad_flow flow(const char *local, const char *remote, uint8_t proto, uint16_t port)
{
    struct sad_flow f = {.proto = proto, .has_ports = true, .local_port = 1000, .remote_port = port};
    const struct base_addr l = rig_ip(local), r = rig_ip(remote);
    f.family = l.family;
    memcpy(f.local, l.bytes, 16);
    memcpy(f.remote, r.bytes, 16);
    return f;
}

static void add(struct base_ts_list *l, const char *text)
{
    const struct base_ts_list one = rig_ts(text);
    l->list[l->count++] = one.list[0];
}

static void too_many_selectors_are_none(void **state)
{
    struct base_ts_list v4 = rig_ts("10.1.2.0/24"), many = v4;
    many.count = BASE_TS_MAX + 1;
    assert_null(sad_sels_make(&many, &v4));
    assert_null(sad_sels_make(&v4, &many));
}

/* Wide, narrow, nested, adjoining, equal, of both families, in no order. */
static void a_set_admits_what_one_of_its_selectors_admits(void **state)
{
    static const char *const prefixes[] = {
        "10.9.0.0/16", "10.1.2.0/24", "10.1.2.128/25",   "10.1.3.0/24",   "10.0.0.0/32",
        "255.0.0.0/8", "10.1.2.0/24", "2001:db8:1::/48", "2001:db8::/64", "2001:db8:1:2::/64"};
    static const struct {
        const char *addr;
        bool is_in;
    } cases[] = {{"10.9.255.255", true},    {"10.8.255.255", false},
                 {"10.10.0.0", false},      {"10.1.1.255", false},
                 {"10.1.2.0", true},        {"10.1.2.200", true},
                 {"10.1.3.255", true},      {"10.1.4.0", false},
                 {"10.0.0.0", true},        {"10.0.0.1", false},
                 {"9.255.255.255", false},  {"0.0.0.0", false},
                 {"255.255.255.255", true}, {"254.255.255.255", false},
                 {"2001:db8::1", true},     {"2001:db8:0:1::1", false},
                 {"2001:db8:1:2::9", true}, {"2001:db8:1:ffff::9", true},
                 {"2001:db8:2::", false},   {"::", false}};
    struct base_ts_list set = {0}, all = rig_ts("0.0.0.0/0");
    add(&all, "::/0");
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        add(&set, prefixes[i]);
    struct sad_sels *ours = sad_sels_make(&set, &all), *theirs = sad_sels_make(&all, &set);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct sad_flow f = flow(cases[i].addr, cases[i].addr, 17, 53);
        assert_int_equal(sad_sels_match(ours, &f), cases[i].is_in);
        assert_int_equal(sad_sels_match(theirs, &f), cases[i].is_in);
    }
    free(ours);
    free(theirs);
}

static void protocols_and_ports_count_beside_plain_selectors(void **state)
{
    struct base_ts_list local = rig_ts("10.1.0.0/16"), remote = rig_ts("10.2.0.0/24");
    add(&remote, "10.3.0.0/16");
    remote.list[1].protocol = 6;
    remote.list[1].port_lo = 80;
    remote.list[1].port_hi = 90;
    struct sad_sels *s = sad_sels_make(&local, &remote);
    const struct {
        const char *to;
        uint8_t proto;
        uint16_t port;
        bool is_in;
    } cases[] = {{"10.2.0.9", 17, 1, true},   {"10.2.0.9", 6, 85, true},  {"10.3.0.9", 6, 80, true},
                 {"10.3.0.9", 6, 90, true},   {"10.3.0.9", 6, 91, false}, {"10.3.0.9", 6, 79, false},
                 {"10.3.0.9", 17, 85, false}, {"10.2.1.9", 6, 85, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct sad_flow f = flow("10.1.0.1", cases[i].to, cases[i].proto, cases[i].port);
        assert_int_equal(sad_sels_match(s, &f), cases[i].is_in);
    }
    free(s);
}

/* Both by the search and one by one, over addresses near all edges. */
static void a_full_set_is_searched_as_it_is_read(void **state)
{
    struct base_ts_list set = {0}, all = rig_ts("0.0.0.0/0");
    uint32_t x = 7;
    for (size_t i = 0; i < BASE_TS_MAX; i++) {
        x = x * 1664525 + 1013904223;
        add(&set, "10.0.0.0/32");
        const uint32_t lo = 0x0a000000 + (x >> 16), span = x >> 8 & 0xff;
        set.list[i].lo = base_addr_ip4(lo);
        set.list[i].hi = base_addr_ip4(lo + span);
    }
    struct sad_sels *s = sad_sels_make(&set, &all);
    unsigned inside = 0, outside = 0;
    for (uint32_t at = 0x0a000000; at < 0x0a010100; at++) {
        struct base_addr a = base_addr_ip4(at);
        struct sad_flow f = {.family = BASE_AF_IP4};
        bool is_in = false;
        memcpy(f.local, a.bytes, 4);
        for (size_t i = 0; i < set.count && !is_in; i++)
            is_in =
                base_addr_compare(&set.list[i].lo, &a) <= 0 && base_addr_compare(&a, &set.list[i].hi) <= 0;
        assert_int_equal(sad_sels_match(s, &f), is_in);
        inside += is_in;
        outside += !is_in;
    }
    assert_true(inside > 1000 && outside > 1000);
    free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(too_many_selectors_are_none),
        cmocka_unit_test(a_set_admits_what_one_of_its_selectors_admits),
        cmocka_unit_test(protocols_and_ports_count_beside_plain_selectors),
        cmocka_unit_test(a_full_set_is_searched_as_it_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
