/* SPDX-License-Identifier: BSD-3-Clause */
/* Which connection a peer belongs to: narrowed by address, decided by the pair of identities. */
#include "ike_pair.h"
#include "ike_pattern.h"
#include "ike_peer.h"

static struct ike_path from(const char *remote)
{
    return (struct ike_path){.local = {pair_addr("198.51.100.1"), 500}, .remote = {pair_addr(remote), 500}};
}

static void an_address_narrows_down_and_never_decides(void **state)
{
    (void)state;
    struct ike_conf *conf = pair_conf("a", "@us", "@them", "key", "10.1.0.0/16", "10.2.0.0/16");
    struct ike_conn_conf *c = &conf->conns[0];
    const struct ike_path here = from("203.0.113.5"), there = from("192.0.2.5");
    c->remote_addr = pair_addr("192.0.2.1"); /* where to call is no reason to refuse */
    assert_true(ike_peer_is_candidate(c, &here));
    assert_int_equal(base_prefix_parse("203.0.113.0/24", &c->remote_from[0]), 0);
    c->n_remote_from = 1;
    assert_true(ike_peer_is_candidate(c, &here));
    assert_false(ike_peer_is_candidate(c, &there));
    c->local_addrs[0] = pair_addr("198.51.100.2");
    c->n_local_addrs = 1;
    assert_false(ike_peer_is_candidate(c, &here));
    ike_conf_put(conf);
}

static void the_pair_decides_and_a_peer_need_not_say_whom_it_wants(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    const struct ike_path path = from("203.0.113.5");
    const struct ike_id a = pair_id("@a"), b = pair_id("@b"), x = pair_id("@x"), none = {0};
    const struct ike *ike = p->h[1].ike;
    assert_ptr_equal(ike_peer_find(ike, &path, &(struct ike_peer_want){&a, &b}), &p->h[1].conf->conns[0]);
    assert_ptr_equal(ike_peer_find(ike, &path, &(struct ike_peer_want){&a, &none}), &p->h[1].conf->conns[0]);
    assert_null(ike_peer_find(ike, &path, &(struct ike_peer_want){&a, &x}));
    assert_null(ike_peer_find(ike, &path, &(struct ike_peer_want){&x, &b}));
    pair_free(p);
}

/* The name of the connection that a peer gets by this proof, "" for none. */
static const char *found(struct pair *p, const char *peer, enum ike_auth_kind kind)
{
    const struct ike_path path = from("203.0.113.5");
    const struct ike_id id = pair_id(peer), none = {0};
    const struct ike_peer_want want = {&id, &none, IKE_PEER_KIND(kind)};
    const struct ike_conn_conf *c = ike_peer_find(p->h[1].ike, &path, &want);
    return c ? c->name : "";
}

static void the_closest_pattern_of_the_right_kind_wins_wherever_it_stands(void **state)
{
    (void)state;
    static const struct {
        const char *name, *id;
        enum ike_auth_kind kind;
    } conns[] = {
        {"any-signs", "any", IKE_AUTH_SIG},
        {"any-secret", "any", IKE_AUTH_PSK},
        {"org", "*.org", IKE_AUTH_PSK},
        {"branch", "*.branch.example.org", IKE_AUTH_PSK},
        {"exact", "gw.branch.example.org", IKE_AUTH_PSK},
        {"users", "*@example.org", IKE_AUTH_SIG},
    };
    struct pair *p = pair_new();
    struct ike_conf *conf = p->h[1].conf;
    const struct ike_conn_conf first = conf->conns[0];
    conf->n_conns = sizeof conns / sizeof *conns;
    conf->conns = realloc(conf->conns, conf->n_conns * sizeof *conf->conns);
    for (size_t i = 0; i < conf->n_conns; i++) {
        struct ike_conn_conf *c = &conf->conns[i];
        char why[200];
        if (i > 0)
            pair_conn_copy(c, &first);
        else
            *c = first;
        snprintf(c->name, sizeof c->name, "%s", conns[i].name);
        assert_int_equal(ike_pattern_parse(conns[i].id, &c->remote_id, why, sizeof why), 0);
        c->remote_auth = conns[i].kind;
    }
    pair_start(p);
    assert_string_equal(found(p, "gw.branch.example.org", IKE_AUTH_PSK), "exact");
    assert_string_equal(found(p, "GW2.Branch.example.ORG", IKE_AUTH_PSK), "branch");
    assert_string_equal(found(p, "branch.example.org", IKE_AUTH_PSK), "org");
    assert_string_equal(found(p, "gw.branch.example.org", IKE_AUTH_SIG), "any-signs");
    assert_string_equal(found(p, "bob@example.org", IKE_AUTH_SIG), "users");
    assert_string_equal(found(p, "bob@example.com", IKE_AUTH_SIG), "any-signs");
    assert_string_equal(found(p, "192.0.2.1", IKE_AUTH_PSK), "any-secret");
    assert_string_equal(found(p, "192.0.2.1", IKE_AUTH_EAP_TLS), "");
    assert_true(ike_peer_matches(p->h[1].ike, &conf->conns[3].remote_id,
                                 &(struct ike_id){.type = 2, .len = 21, .bytes = "a.branch.example.org."}) ==
                false);
    const struct ike_id in = pair_id("a.branch.example.org"), out = pair_id("a.example.org");
    assert_true(ike_peer_matches(p->h[1].ike, &conf->conns[3].remote_id, &in));
    assert_false(ike_peer_matches(p->h[1].ike, &conf->conns[3].remote_id, &out));
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_narrows_down_and_never_decides),
        cmocka_unit_test(the_closest_pattern_of_the_right_kind_wins_wherever_it_stands),
        cmocka_unit_test(the_pair_decides_and_a_peer_need_not_say_whom_it_wants),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
