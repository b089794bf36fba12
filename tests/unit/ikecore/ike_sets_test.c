/* SPDX-License-Identifier: BSD-3-Clause */
/* Sets of IKE proposals: numbered once, counted for whoever a path may be. */
#include "ike_pair.h"
#include "ike_sets.h"

static struct ike_path from(const char *remote)
{
    return (struct ike_path){.local = {pair_addr("198.51.100.1"), 500}, .remote = {pair_addr(remote), 500}};
}

static void propose(struct ike_conn_conf *c, const char *text)
{
    char why[200] = "";
    c->n_proposals = 1;
    if (crypt_proposal_parse(text, CRYPT_PROTOCOL_IKE, &c->proposals[0], why, sizeof why))
        fail_msg("%s", why);
}

/* Connections with these proposals; the ones that begin with '=' are bound to 203.0.113.0/24. */
static struct ike_conf *conf_of(const char *const *texts, size_t n)
{
    struct ike_conf *conf = ike_conf_new();
    conf->conns = calloc(n, sizeof *conf->conns);
    conf->n_conns = n;
    for (size_t i = 0; i < n; i++) {
        struct ike_conn_conf *c = &conf->conns[i];
        ike_conn_conf_defaults(c);
        propose(c, texts[i] + (texts[i][0] == '='));
        if (texts[i][0] == '=') {
            assert_int_equal(base_prefix_parse("203.0.113.0/24", &c->remote_from[0]), 0);
            c->n_remote_from = 1;
        }
    }
    ike_conf_seal(conf);
    return conf;
}

static const char *const some[] = {"=aes128-sha256-x25519", "aes256gcm16-prfsha256-x25519",
                                   "aes128-sha256-x25519", "aes256gcm16-prfsha256-x25519",
                                   "aes256gcm16-prfsha256-ecp256"};

static void equal_proposals_are_one_set_in_the_order_of_the_configuration(void **state)
{
    (void)state;
    struct ike_conf *conf = conf_of(some, 5);
    static const uint8_t want[] = {0, 1, 0, 1, 2};
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(conf->conns[i].set, want[i]);
    ike_conf_put(conf);
}

static void who_is_bound_to_addresses_counts_for_those_alone(void **state)
{
    (void)state;
    struct ike_conf *conf = conf_of(some, 5);
    struct ike_set_counts k;
    const struct ike_path here = from("203.0.113.5"), there = from("192.0.2.5");
    conf->conns[0].encap = IKE_ENCAP_FORCE;
    ike_conf_seal(conf);
    ike_sets_count(conf, &here, &k);
    assert_int_equal(k.n_sets, 3);
    assert_int_equal(k.count[0], 2);
    assert_int_equal(k.count[1], 2);
    assert_int_equal(k.count[2], 1);
    assert_ptr_equal(k.first[0], &conf->conns[0]);
    assert_ptr_equal(k.nearest, &conf->conns[0]);
    assert_true(k.forces_encap);
    ike_sets_count(conf, &there, &k);
    assert_int_equal(k.count[0], 1);
    assert_ptr_equal(k.first[0], &conf->conns[2]);
    assert_ptr_equal(k.nearest, &conf->conns[1]);
    assert_false(k.forces_encap);
    assert_true(ike_sets_allows(&conf->conns[0], &here));
    assert_false(ike_sets_allows(&conf->conns[0], &there));
    ike_conf_put(conf);
}

static void more_sets_than_are_told_apart_count_as_the_last(void **state)
{
    (void)state;
    enum { N = 40 };
    static char texts[N][200];
    const char *list[N];
    static const char *const words[] = {"x25519", "ecp256", "ecp384", "ecp521", "modp2048", "modp3072"};
    for (size_t i = 0; i < N; i++) { /* each a subset of the groups */
        size_t len = (size_t)snprintf(texts[i], sizeof texts[i], "aes256gcm16-prfsha256");
        for (size_t j = 0; j < 6; j++)
            if ((i + 1) >> j & 1)
                len += (size_t)snprintf(texts[i] + len, sizeof texts[i] - len, "-%s", words[j]);
        list[i] = texts[i];
    }
    struct ike_conf *conf = conf_of(list, N);
    struct ike_set_counts k;
    const struct ike_path path = from("192.0.2.5");
    assert_int_equal(conf->conns[N - 1].set, IKE_SETS_MAX - 1);
    ike_sets_count(conf, &path, &k);
    assert_int_equal(k.n_sets, IKE_SETS_MAX);
    assert_int_equal(k.count[IKE_SETS_MAX - 1], N - IKE_SETS_MAX + 1);
    ike_conf_put(conf);
}

/* Each of n connections is bound to another network, every second one to an address of ours as well. */
static struct ike_conf *conf_of_bound(size_t n)
{
    struct ike_conf *conf = ike_conf_new();
    conf->conns = calloc(n, sizeof *conf->conns);
    conf->n_conns = n;
    for (size_t i = 0; i < n; i++) {
        struct ike_conn_conf *c = &conf->conns[i];
        ike_conn_conf_defaults(c);
        propose(c, some[1]);
        c->n_remote_from = 2;
        c->remote_from[0] = (struct base_prefix){base_addr_ip4(0x0a000000 + (uint32_t)i * 256), 24};
        c->remote_from[1] = (struct base_prefix){base_addr_ip4(0x0a000000 + (uint32_t)i * 256 + 128), 25};
        if (i % 2)
            c->local_addrs[c->n_local_addrs++] = pair_addr("198.51.100.1");
    }
    ike_conf_seal(conf);
    return conf;
}

static void a_call_costs_the_same_with_ten_and_with_ten_thousand_bound_connections(void **state)
{
    (void)state;
    size_t steps[2];
    for (size_t i = 0; i < 2; i++) {
        const size_t n = i ? 10000 : 10;
        struct ike_conf *conf = conf_of_bound(n);
        struct ike_set_counts k;
        struct ike_path path = from("10.0.0.0");
        path.remote.addr = base_addr_ip4(0x0a000000 + (uint32_t)(n - 1) * 256 + 130); /* of the last one */
        ike_sets_count(conf, &path, &k);
        assert_int_equal(k.count[0], 1); /* though two of its prefixes have the address */
        assert_ptr_equal(k.nearest, &conf->conns[n - 1]);
        steps[i] = k.steps;
        path.local.addr = pair_addr("198.51.100.2"); /* it has this one not */
        ike_sets_count(conf, &path, &k);
        assert_null(k.nearest);
        path = from("192.0.2.5");
        ike_sets_count(conf, &path, &k);
        assert_null(k.nearest);
        assert_true(k.steps <= steps[i]);
        ike_conf_put(conf);
    }
    assert_int_equal(steps[0], steps[1]);
    assert_true(steps[1] <= 4);
}

static void addresses_of_ours_bind_as_well(void **state)
{
    (void)state;
    struct ike_conf *conf = conf_of(some, 5);
    struct ike_set_counts k;
    const struct ike_path here = from("203.0.113.5");
    struct ike_path other = here;
    other.local.addr = pair_addr("2001:db8::1");
    conf->conns[1].n_local_addrs = conf->conns[2].n_local_addrs = 3;
    for (size_t i = 1; i <= 2; i++) { /* the first one twice */
        conf->conns[i].local_addrs[0] = conf->conns[i].local_addrs[1] = pair_addr("2001:db8::1");
        conf->conns[i].local_addrs[2] = pair_addr("198.51.100.7");
    }
    conf->conns[2].encap = IKE_ENCAP_FORCE;
    ike_conf_seal(conf);
    ike_sets_count(conf, &here, &k);
    assert_int_equal(k.count[0], 1);
    assert_int_equal(k.count[1], 1);
    assert_false(k.forces_encap);
    ike_sets_count(conf, &other, &k);
    assert_int_equal(k.count[0], 2);
    assert_int_equal(k.count[1], 2);
    assert_ptr_equal(k.first[1], &conf->conns[1]);
    assert_true(k.forces_encap);
    ike_conf_put(conf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_proposals_are_one_set_in_the_order_of_the_configuration),
        cmocka_unit_test(who_is_bound_to_addresses_counts_for_those_alone),
        cmocka_unit_test(a_call_costs_the_same_with_ten_and_with_ten_thousand_bound_connections),
        cmocka_unit_test(addresses_of_ours_bind_as_well),
        cmocka_unit_test(more_sets_than_are_told_apart_count_as_the_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
