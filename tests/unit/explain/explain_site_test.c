/* SPDX-License-Identifier: BSD-3-Clause */
/* An end from a configuration, and its mirror image. */
#include "explain_pair.h"

#include "base_ts.h"

static struct explain_site ours, theirs;

static void net(const char *text, uint8_t protocol, struct base_ts_list *l)
{
    struct base_prefix p;
    assert_int_equal(base_prefix_parse(text, &p), 0);
    l->list[l->count] = (struct base_ts){.protocol = protocol, .port_hi = 65535};
    base_prefix_range(&p, &l->list[l->count].lo, &l->list[l->count].hi);
    l->count++;
}

static void a_connection_as_one_end(void **state)
{
    (void)state;
    static struct base_ts_list local, remote;
    const struct explain_place place = {
        .local_addr = "172.31.0.10", .public_addr = "198.51.100.2", .local_nat = true};
    struct ike_child_conf child;
    struct ike_conn_conf c;
    ike_conn_conf_defaults(&c);
    ike_child_conf_defaults(&child);
    strcpy(c.name, "foo");
    strcpy(child.name, "net");
    net("10.2.0.0/24", 0, &local);
    net("10.1.0.0/24", 0, &remote);
    net("10.9.0.0/24", 6, &remote); /* TCP alone: a network all the same, and told */
    child.local_ts = &local;
    child.remote_ts = &remote;
    child.dscp = UINT64_C(1) << 46;
    c.children = &child;
    c.n_children = 1;
    c.encap = IKE_ENCAP_FORCE;
    base_addr_parse("203.0.113.2", &c.remote_addr);
    explain_site_of(&c, &place, &ours);
    assert_string_equal(ours.name, "foo");
    assert_string_equal(ours.remote_addr, "203.0.113.2");
    assert_true(ours.forces_udp && ours.local_nat && !ours.starts);
    assert_int_equal(ours.n_ike, c.n_proposals);
    assert_int_equal(ours.children[0].n_local, 1);
    assert_int_equal(ours.children[0].n_remote, 2);
    assert_true(ours.children[0].dscp == child.dscp);
    assert_int_equal(ours.n_lost, 1);
    assert_int_equal(ours.ike_s, 4 * 3600);
    assert_int_equal(ours.psk_len, 0);
    free(c.bulk);
}

static void the_mirror_image_calls_the_public_address(void **state)
{
    (void)state;
    pair_ours(&ours);
    ours.local_nat = true;
    strcpy(ours.local_addr, "172.31.0.10");
    strcpy(ours.remote_addr, "198.51.100.9");
    ours.remote_nat = false;
    explain_site_mirror(&ours, &theirs);
    assert_string_equal(theirs.remote_addr, "203.0.113.1");
    assert_string_equal(theirs.local_addr, "198.51.100.9");
    assert_true(theirs.remote_nat && !theirs.local_nat);
    assert_true(ike_id_equal(&theirs.local_id, &ours.remote_id));
    assert_true(theirs.starts);
    ours.starts = true;
    explain_site_mirror(&ours, &theirs);
    assert_false(theirs.starts); /* one that is called need not call */
    ours.remote_nat = true;
    explain_site_mirror(&ours, &theirs);
    assert_true(theirs.starts); /* but for one behind a NAT */
    assert_string_equal(theirs.local_addr, "");
}

static void twice_is_none(void **state)
{
    (void)state;
    static struct explain_site back;
    pair_ours(&ours);
    ours.children[0].dscp = 6;
    explain_site_mirror(&ours, &theirs);
    explain_site_mirror(&theirs, &back);
    assert_memory_equal(&back.local_id, &ours.local_id, sizeof back.local_id);
    assert_true(theirs.children[0].dscp == 6);
    assert_memory_equal(&back.children[0].local, &ours.children[0].local, sizeof back.children[0].local);
    assert_string_equal(back.public_addr, ours.public_addr);
}

static void texts_of_json_are_escaped(void **state)
{
    (void)state;
    char text[64];
    struct base_text t = base_text(text, sizeof text);
    explain_add_json(&t, "a\"b\\c\x01");
    assert_string_equal(text, "a\\\"b\\\\c\\u0001");
}

static void keys_are_text_or_hexadecimal(void **state)
{
    (void)state;
    static const struct {
        const char *key, *shown;
    } rows[] = {{"plain key", "plain key"}, {"0xabc", "0x3078616263"}, {"0Xabc", "0x3058616263"},
                {"0sabc", "0x3073616263"},  {"it's", "0x69742773"},    {"", EXPLAIN_PSK_PLACE},
                {"\xc3\xa4", "0xc3a4"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[128];
        struct base_text t = base_text(text, sizeof text);
        pair_ours(&ours);
        ours.psk_len = strlen(rows[i].key);
        memcpy(ours.psk, rows[i].key, ours.psk_len);
        explain_add_psk(&t, &ours);
        assert_string_equal(text, rows[i].shown);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_connection_as_one_end),
        cmocka_unit_test(the_mirror_image_calls_the_public_address),
        cmocka_unit_test(twice_is_none),
        cmocka_unit_test(texts_of_json_are_escaped),
        cmocka_unit_test(keys_are_text_or_hexadecimal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
