/* SPDX-License-Identifier: BSD-3-Clause */
/* What the data path and operators want: limits, moves, strays, another configuration, the end. */
#include "ike_core.h"
#include "ikev1_login_pair.h"
#include "ikev1_sa.h"
#include "sig_pair.h"

static uint32_t spi_of(const struct pair_host *h)
{
    for (size_t i = 0; i < h->n_children; i++)
        if (!h->children[i].is_removed)
            return h->children[i].i.pair.spi_in;
    return 0;
}

static struct pair *up_behind_nat(void)
{
    struct pair *p = pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP);
    p->has_nat = true;
    pair_start(p);
    pair_connect(p);
    pair_check_one(p);
    return p;
}

static void limits_replace_a_child_or_end_it(void **state)
{
    (void)state;
    struct pair *p = pair_v1_up();
    const uint32_t spi = spi_of(&p->h[0]);
    pair_run(p, 5);
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_SA_SOFT, .spi_in = spi});
    pair_run(p, 8);
    pair_check_one(p);
    assert_int_not_equal(spi_of(&p->h[0]), spi);
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_SA_HARD, .spi_in = spi_of(&p->h[0])});
    assert_int_equal(pair_live(&p->h[1]), 0);
    pair_free(p);
}

static void a_peer_behind_a_nat_is_followed_with_its_children(void **state)
{
    (void)state;
    struct pair *p = up_behind_nat();
    const struct base_endpoint to = {p->nat_addr, 6000};
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_PEER_MOVED, .spi_in = spi_of(&p->h[1]), .remote = to});
    const struct ike_sa_view v = pair_v1_view(p, 1);
    assert_true(base_endpoint_equal(&v.path.remote, &to));
    assert_true(base_endpoint_equal(&pair_find(&p->h[1], spi_of(&p->h[1]))->path.remote, &to));
    assert_int_equal(v.moves, 1);
    assert_non_null(pair_audit(&p->h[1], IKE_AUDIT_PEER_MOVED));
    pair_free(p);
}

static void a_message_of_the_peers_moves_it_and_one_without_a_nat_stays(void **state)
{
    (void)state;
    struct pair *p = up_behind_nat();
    p->nat_shift = 2000;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    assert_int_equal(pair_v1_view(p, 1).path.remote.port, 6500);
    pair_free(p);

    p = pair_v1_up();
    pair_event(p, 1,
               (struct ike_event){.type = IKE_EV_PEER_MOVED,
                                  .spi_in = spi_of(&p->h[1]),
                                  .remote = {pair_addr("192.0.2.77"), 500}});
    const struct ike_sa_view v = pair_v1_view(p, 1);
    assert_true(base_addr_equal(&v.path.remote.addr, &p->h[0].addr));
    pair_free(p);
}

static void traffic_confirms_a_child_whose_last_message_was_lost(void **state)
{
    (void)state;
    struct pair *p = pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP);
    pair_start(p);
    p->hold = true;
    pair_connect(p);
    for (int i = 0; i < 8; i++)
        pair_deliver_one(p);
    p->head = p->tail = 0; /* message 3 of quick mode is lost */
    assert_false(pair_v1_sends(&p->h[1]));
    pair_event(p, 1,
               (struct ike_event){.type = IKE_EV_TRAFFIC, .spi_in = spi_of(&p->h[1]), .last_in = p->now});
    assert_true(pair_v1_sends(&p->h[1]));
    const unsigned sends = p->h[1].sends;
    p->hold = false;
    pair_run(p, 20);
    assert_int_equal(p->h[1].sends, sends); /* nothing is repeated any more */
    pair_free(p);
}

static void what_the_peer_sends_on_in_vain_is_deleted_there(void **state)
{
    (void)state;
    struct pair *p = pair_v1_up();
    p->drop[0] = true; /* the DELETE is lost */
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "b", .child = "net"});
    p->drop[0] = false;
    assert_int_equal(pair_live(&p->h[1]), 1);
    const struct ike_path path = {.local = {p->h[0].addr, 500}, .remote = {p->h[1].addr, 500}};
    const uint32_t spi = p->h[1].children[0].i.pair.spi_out;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_UNKNOWN_SPI, .spi_in = spi, .path = path, .len = 100});
    assert_int_equal(pair_live(&p->h[1]), 0);
    pair_free(p);
}

static void what_the_data_path_refuses_ends_and_is_told(void **state)
{
    (void)state;
    struct pair *p = pair_v1_up();
    pair_event(p, 0,
               (struct ike_event){.type = IKE_EV_SA_FAILED, .spi_in = spi_of(&p->h[0]), .error = -ENOMEM});
    assert_non_null(pair_audit(&p->h[0], IKE_AUDIT_FAIL_INSTALL));
    assert_int_equal(pair_live(&p->h[1]), 0);
    pair_free(p);
}

/* b gets another configuration, changed by `change`. */
/* Host 1's configuration once more. */
static struct ike_conf *conf_v1(const struct pair *p)
{
    struct ike_conf *conf = pair_conf("a", "@b", "@a", "secret", "10.2.0.0/16", "10.1.0.0/16");
    struct ike_conn_conf *c = &conf->conns[0];
    c->version = 1;
    c->proposals[0] = pair_v1_proposal(PAIR_V1_IKE, CRYPT_PROTOCOL_IKE);
    c->n_proposals = 1;
    c->children[0].proposals[0] = pair_v1_proposal(PAIR_V1_ESP, CRYPT_PROTOCOL_ESP);
    c->children[0].n_proposals = 1;
    c->remote_addr = p->h[0].addr;
    c->dpd_s = 0;
    return conf;
}

static void swap_to(struct pair *p, struct ike_conf *conf)
{
    ike_conf_seal(conf);
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_CONF_SWAP, .conf = conf});
    ike_conf_put(p->h[1].conf);
    p->h[1].conf = conf;
    pair_run(p, 1);
}

static void swap(struct pair *p, void (*change)(struct ike_conf *conf))
{
    struct ike_conf *conf = conf_v1(p);
    if (change)
        change(conf);
    swap_to(p, conf);
}

static void other_key(struct ike_conf *conf)
{
    conf->secrets[0].psk[0] ^= 1;
}

static void other_version(struct ike_conf *conf)
{
    conf->conns[0].version = 2;
}

static void an_equal_configuration_keeps_all_and_another_key_closes_it(void **state)
{
    (void)state;
    struct pair *p = pair_v1_up();
    const uint64_t cookie = pair_v1_view(p, 1).spi_i;
    swap(p, NULL);
    pair_check_one(p);
    assert_int_equal(pair_v1_view(p, 1).spi_i, cookie);
    swap(p, other_key);
    assert_int_equal(pair_live(&p->h[0]), 0);
    assert_int_equal(pair_stats(p, 1).ike_sas, 0);
    pair_free(p);

    p = pair_v1_up();
    swap(p, other_version);
    assert_int_equal(pair_live(&p->h[0]), 0);
    pair_free(p);
}

/* Another SA of its peer comes up while it waits among many, and takes its place when it has moved, too. */
static void one_that_waits_is_replaced_when_it_has_moved(void **state)
{
    (void)state;
    struct pair *p = pair_v1_up();
    struct ike *ike = p->h[1].ike;
    struct ikev1_sa *old = ikev1_sa_of_run(ike, ike->runs, NULL);
    const struct ike_path path = {.local = {p->h[1].addr, 500}, .remote = {pair_addr("192.0.2.9"), 500}};
    for (size_t i = 0; i < 600; i++) {
        struct ikev1_sa *sa = ikev1_sa_new(ike, &path, false);
        assert_non_null(sa);
        assert_true(ikev1_sa_set_conn(ike, sa, old->conn));
    }
    struct ike_conf *conf = conf_v1(p);
    conf->sas_max = 1000;
    ike_conf_seal(conf);
    assert_int_equal(pair_event(p, 1, (struct ike_event){.type = IKE_EV_CONF_SWAP, .conf = conf}), 1);
    ike_conf_put(p->h[1].conf);
    p->h[1].conf = conf;
    assert_ptr_not_equal(old->conf, conf);
    assert_int_equal(
        pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b", .rekey_ike = true}), 0);
    pair_run(p, 1);
    while (pair_event(p, 1, (struct ike_event){.type = IKE_EV_CONF_MORE}) > 0)
        ;
    assert_true(old->replaced_by != 0);
    assert_int_equal(old->n_children, 0);
    pair_free(p);
}

static void with_icmp_errors(struct ike_conf *conf)
{
    conf->conns[0].icmp_errors = true;
}

static void what_children_have_of_their_connection_makes_them_anew(void **state)
{
    (void)state;
    struct pair *p = pair_v1_up();
    const uint64_t cookie = pair_v1_view(p, 1).spi_i;
    pair_run(p, 5);
    swap(p, with_icmp_errors);
    pair_run(p, 8);
    pair_check_one(p);
    assert_int_equal(pair_v1_view(p, 1).spi_i, cookie);
    assert_true(pair_find(&p->h[1], spi_of(&p->h[1]))->i.pair.icmp_errors);
    pair_free(p);
}

static void a_caller_of_a_former_configuration_does_not_come_up(void **state)
{
    (void)state;
    struct pair *p = pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP);
    p->h[0].conf->conns[0].aggressive = p->h[1].conf->conns[0].aggressive = IKE_AGGRESSIVE_WITH_PSK;
    pair_start(p);
    p->hold = true;
    pair_connect(p);
    pair_deliver_one(p); /* b answers message 1, */
    pair_deliver_one(p); /* and a has proved itself by the key */
    assert_non_null(pair_audit(&p->h[0], IKE_AUDIT_IKE_UP));
    swap(p, other_key);
    p->hold = false;
    pair_settle(p);
    assert_null(pair_audit(&p->h[1], IKE_AUDIT_IKE_UP));
    assert_int_equal(pair_stats(p, 1).ike_sas, 0);
    pair_free(p);
}

static void a_configuration_where_a_former_one_was_is_read_anew(void **state)
{
    (void)state;
    struct pair *p = pair_v1_up();
    assert_int_equal(pair_event(p, 0, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "b"}), 0);
    struct ike_conf *place = p->h[1].conf;
    ike_conf_get(place);
    swap(p, NULL); /* no message comes under this one */
    place->conns[0].version = 2;
    ike_conf_seal(place);
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_CONF_SWAP, .conf = place});
    ike_conf_put(p->h[1].conf);
    p->h[1].conf = place;
    pair_run(p, 1);
    const unsigned sends = p->h[1].sends;
    pair_connect(p);
    assert_int_equal(p->h[1].sends, sends);
    assert_int_equal(pair_stats(p, 1).ike_sas, 0);
    pair_free(p);
}

static void users_of(struct ike_conf *conf, const char *name)
{
    conf->conns[0].xauth = IKE_XAUTH_SERVER;
    conf->users = login_users(name, "another one");
}

static void has_ann(struct ike_conf *conf)
{
    users_of(conf, "ann");
}

static void has_bob(struct ike_conf *conf)
{
    users_of(conf, "bob");
}

static void a_user_who_is_removed_loses_his_sa(void **state)
{
    (void)state;
    struct pair *p = pair_v1_login("ann", "secret");
    pair_start(p);
    pair_connect(p);
    pair_check_one(p);
    swap(p, has_ann);
    pair_check_one(p);
    swap(p, has_bob);
    assert_int_equal(pair_live(&p->h[0]), 0);
    assert_int_equal(pair_stats(p, 1).ike_sas, 0);
    assert_string_equal(pair_audit(&p->h[1], IKE_AUDIT_IKE_DOWN)->why, "its user was removed");
    pair_free(p);
}

static void swap_lists(struct pair *p, const char *trust)
{
    struct ike_conf *former = p->h[1].conf;
    struct ike_conf *conf = conf_v1(p);
    p->h[1].conf = conf;
    sig_cred(p, 1, "r:kb", "r:kb:b:ca", NULL);
    sig_trust(p, 1, trust);
    p->h[1].conf = former;
    swap_to(p, conf);
}

/* Its own, or that of the CA that came with it. A list that names others ends nothing. */
static void certificate_ends_sa(const char *revoked)
{
    struct pair *p = pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP);
    sig_cred(p, 0, "r:ka", "r:ka:a:sub", "r:ks:sub:ca");
    sig_cred(p, 1, "r:kb", "r:kb:b:ca", NULL);
    for (int i = 0; i < 2; i++)
        sig_trust(p, i, "ca");
    assert_true(sig_pair_go(p));
    swap_lists(p, "ca,-b");
    pair_check_one(p);
    swap_lists(p, revoked);
    assert_int_equal(pair_live(&p->h[0]), 0);
    assert_int_equal(pair_stats(p, 1).ike_sas, 0);
    assert_string_equal(pair_audit(&p->h[1], IKE_AUDIT_IKE_DOWN)->why, "its certificate was revoked");
    sig_pair_free(p);
}

static void a_certificate_that_a_new_list_names_ends_its_sa(void **state)
{
    (void)state;
    certificate_ends_sa("ca,-a");
    certificate_ends_sa("ca,-sub");
}

static void shutting_down_says_goodbye(void **state)
{
    (void)state;
    struct pair *p = pair_v1_up();
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_SHUTDOWN});
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pair_stats(p, i).ike_sas, 0);
        assert_int_equal(pair_live(&p->h[i]), 0);
    }
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits_replace_a_child_or_end_it),
        cmocka_unit_test(a_peer_behind_a_nat_is_followed_with_its_children),
        cmocka_unit_test(a_message_of_the_peers_moves_it_and_one_without_a_nat_stays),
        cmocka_unit_test(traffic_confirms_a_child_whose_last_message_was_lost),
        cmocka_unit_test(what_the_peer_sends_on_in_vain_is_deleted_there),
        cmocka_unit_test(what_the_data_path_refuses_ends_and_is_told),
        cmocka_unit_test(an_equal_configuration_keeps_all_and_another_key_closes_it),
        cmocka_unit_test(one_that_waits_is_replaced_when_it_has_moved),
        cmocka_unit_test(what_children_have_of_their_connection_makes_them_anew),
        cmocka_unit_test(a_caller_of_a_former_configuration_does_not_come_up),
        cmocka_unit_test(a_configuration_where_a_former_one_was_is_read_anew),
        cmocka_unit_test(a_user_who_is_removed_loses_his_sa),
        cmocka_unit_test(a_certificate_that_a_new_list_names_ends_its_sa),
        cmocka_unit_test(shutting_down_says_goodbye),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
