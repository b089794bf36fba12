/* SPDX-License-Identifier: BSD-3-Clause */
/* A new configuration for live SAs: what asks nothing keeps them, what asks a child replaces that child only.
 */
#include "ike_pair.h"
#include "ike_core.h"
#include "ike_pattern.h"
#include "ikev2_eap_pair.h"
#include "ikev2_children.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"
#include "ikev2_task.h"
#include "ikev2_wish.h"

static void child_second(struct ike_conn_conf *c, const char *local, const char *remote)
{
    struct ike_child_conf *k = &c->children[1];
    ike_child_conf_defaults(k);
    snprintf(k->name, sizeof k->name, "second");
    pair_ts(&k->local_ts, local);
    pair_ts(&k->remote_ts, remote);
    c->n_children = 2;
}

/* Host 1's configuration once more, to be changed. */
static struct ike_conf *conf_again(const struct pair *p)
{
    struct ike_conf *conf = pair_conf("a", "@b", "@a", "secret", "10.2.0.0/16", "10.1.0.0/16");
    conf->conns[0].remote_addr = p->h[0].addr;
    if (p->h[1].conf->conns[0].n_children == 2)
        child_second(&conf->conns[0], "10.4.0.0/16", "10.3.0.0/16");
    return conf;
}

static void conf_swap(struct pair *p, struct ike_conf *conf)
{
    ike_conf_seal(conf);
    assert_int_equal(pair_event(p, 1, (struct ike_event){.type = IKE_EV_CONF_SWAP, .conf = conf}), 0);
    ike_conf_put(conf);
    pair_run(p, 8); /* and what was replaced has lingered */
}

static struct pair *pair_of_two(void)
{
    struct pair *p = pair_new();
    child_second(&p->h[0].conf->conns[0], "10.3.0.0/16", "10.4.0.0/16");
    child_second(&p->h[1].conf->conns[0], "10.4.0.0/16", "10.3.0.0/16");
    pair_start(p);
    pair_connect(p);
    assert_int_equal(pair_live(&p->h[1]), 2);
    return p;
}

static const struct pair_child *newest(const struct pair_host *h)
{
    return &h->children[h->n_children - 1];
}

static uint64_t spi_of(struct pair *p)
{
    return p->h[1].ike->v2->first->spi_i;
}

static void what_asks_nothing_keeps_all_and_is_in_force(void **state)
{
    struct pair *p = pair_up();
    const uint64_t spi = spi_of(p);
    const unsigned sends = p->h[1].sends;
    struct ike_conf *conf = conf_again(p);
    conf->conns[0].dpd_s = 2;
    conf_swap(p, conf);
    assert_true(p->h[1].sends >= sends + 3); /* it asks every two seconds now */
    assert_int_equal(spi_of(p), spi);
    assert_int_equal(p->h[1].n_children, 1);
    pair_check_one(p);
    pair_free(p);
    (void)state;
}

static void a_new_window_replaces_the_child_without_a_gap(void **state)
{
    struct pair *p = pair_up();
    const uint64_t spi = spi_of(p);
    struct ike_conf *conf = conf_again(p);
    conf->conns[0].children[0].replay_window = 64;
    conf_swap(p, conf);
    assert_int_equal(spi_of(p), spi);
    assert_int_equal(p->h[1].n_children, 2);
    assert_int_equal(newest(&p->h[1])->i.pair.replay_window, 64);
    assert_int_equal(newest(&p->h[1])->i.pair.replaces_in, p->h[1].children[0].i.pair.spi_in);
    assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_CHILD_DOWN), 0);
    pair_check_one(p);
    pair_free(p);
    (void)state;
}

static void so_do_other_dscps(void **state)
{
    struct pair *p = pair_up();
    struct ike_conf *conf = conf_again(p);
    conf->conns[0].children[0].dscp = 5;
    conf_swap(p, conf);
    assert_true(newest(&p->h[1])->i.pair.dscp == 5);
    assert_int_equal(newest(&p->h[1])->i.pair.replaces_in, p->h[1].children[0].i.pair.spi_in);
    pair_check_one(p);
    pair_free(p);
    (void)state;
}

static void only_the_child_that_changed_is_replaced(void **state)
{
    struct pair *p = pair_of_two();
    struct ike_conf *conf = conf_again(p);
    conf->conns[0].children[1].rekey_bytes = 1 << 30;
    conf_swap(p, conf);
    assert_int_equal(p->h[1].n_children, 3);
    assert_string_equal(newest(&p->h[1])->i.child, "second");
    assert_in_range(newest(&p->h[1])->i.pair.soft_bytes, (1 << 30) / 10 * 9, 1 << 30);
    assert_false(p->h[1].children[0].is_removed);
    assert_int_equal(pair_live(&p->h[1]), 2);
    assert_int_equal(pair_stats(p, 1).ike_sas, 1);
    pair_free(p);
    (void)state;
}

static void a_setting_of_the_connection_may_ask_all_its_children(void **state)
{
    struct pair *p = pair_of_two();
    struct ike_conf *conf = conf_again(p);
    conf->conns[0].frag_after = true;
    conf_swap(p, conf);
    assert_int_equal(p->h[1].n_children, 4);
    assert_true(p->h[1].children[2].i.pair.frag_after && p->h[1].children[3].i.pair.frag_after);
    assert_int_equal(pair_live(&p->h[1]), 2);
    pair_free(p);
    (void)state;
}

static void other_subnets_are_another_child(void **state)
{
    struct pair *p = pair_of_two();
    const uint64_t spi = spi_of(p);
    struct ike_conf *conf = conf_again(p);
    pair_ts_only(&conf->conns[0].children[0].remote_ts, "10.1.7.0/24");
    conf_swap(p, conf);
    char text[BASE_ADDR_TEXT_MAX];
    assert_int_equal(spi_of(p), spi);
    assert_true(p->h[1].children[0].is_removed);
    assert_false(p->h[1].children[1].is_removed);
    assert_string_equal(base_addr_text(&newest(&p->h[0])->i.pair.local_ts.list[0].lo, text), "10.1.7.0");
    assert_int_equal(newest(&p->h[1])->i.pair.replaces_in, 0);
    assert_int_equal(pair_live(&p->h[0]), 2);
    pair_check_keys(p);
    pair_free(p);
    (void)state;
}

static void a_child_that_is_gone_is_deleted_under_its_old_name(void **state)
{
    struct pair *p = pair_of_two();
    struct ike_conf *conf = conf_again(p);
    const struct ike_child_conf first = conf->conns[0].children[0];
    conf->conns[0].children[0] = conf->conns[0].children[1]; /* what stays gets another number */
    conf->conns[0].children[1] = first;
    pair_last_child_drop(&conf->conns[0]);
    conf->conns[0].start = true;
    conf_swap(p, conf);
    assert_int_equal(pair_stats(p, 1).ike_sas, 1);
    assert_int_equal(pair_live(&p->h[1]), 1);
    assert_false(p->h[1].children[1].is_removed);
    assert_string_equal(pair_audit(&p->h[1], IKE_AUDIT_CHILD_DOWN)->child, "net");
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_REKEY, .name = "a"});
    pair_run(p, 8);
    assert_string_equal(newest(&p->h[1])->i.child, "second");
    pair_free(p);
    (void)state;
}

static void a_child_that_is_gone_may_be_deleted_by_the_peer_meanwhile(void **state)
{
    struct pair *p = pair_of_two();
    struct ike_conf *conf = conf_again(p);
    pair_last_child_drop(&conf->conns[0]);
    conf->conns[0].start = true;
    p->hold = true;
    ike_conf_seal(conf);
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_CONF_SWAP, .conf = conf});
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "b"});
    p->hold = false;
    pair_run(p, 1);
    ike_conf_put(conf);
    assert_int_equal(p->h[1].n_children, 2);
    assert_int_equal(pair_live(&p->h[1]), 0);
    pair_free(p);
    (void)state;
}

static void a_new_child_is_made_by_who_calls(void **state)
{
    struct pair *p = pair_up();
    child_second(&p->h[0].conf->conns[0], "10.3.0.0/16", "10.4.0.0/16");
    struct ike_conf *conf = conf_again(p);
    child_second(&conf->conns[0], "10.4.0.0/16", "10.3.0.0/16");
    conf->conns[0].start = true;
    conf_swap(p, conf);
    assert_int_equal(pair_stats(p, 1).ike_sas, 1);
    assert_string_equal(newest(&p->h[1])->i.child, "second");
    assert_int_equal(pair_live(&p->h[1]), 2);
    pair_free(p);
    (void)state;
}

static void a_new_child_is_waited_for_by_who_is_called(void **state)
{
    struct pair *p = pair_up();
    struct ike_conf *conf = conf_again(p);
    child_second(&conf->conns[0], "10.4.0.0/16", "10.3.0.0/16");
    conf_swap(p, conf);
    pair_check_one(p);
    assert_int_equal(p->h[1].n_children, 1);
    pair_free(p);
    (void)state;
}

static void a_shorter_life_counts_from_the_beginning_and_ends_nothing_at_once(void **state)
{
    struct pair *p = pair_up();
    pair_run(p, 100);
    struct ike_conf *conf = conf_again(p);
    conf->conns[0].rekey_s = 60;
    conf->conns[0].children[0].rekey_s = 50;
    conf_swap(p, conf);
    assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_IKE_DOWN), 0);
    assert_int_equal(pair_stats(p, 1).rekeyed_ike, 1);
    assert_true(pair_stats(p, 1).rekeyed_child >= 1);
    pair_check_one(p);
    pair_free(p);
    (void)state;
}

/* A peer that refused it under the old settings may take it under the new ones. */
static void a_change_asks_for_a_child_that_is_missing(void **state)
{
    struct pair *p = pair_new();
    child_second(&p->h[1].conf->conns[0], "10.4.0.0/16", "10.3.0.0/16");
    pair_start(p);
    assert_int_equal(pair_event(p, 1, (struct ike_event){.type = IKE_EV_INITIATE, .name = "a"}), 0);
    pair_check_one(p);
    assert_false(ikev2_wish_any(p->h[1].ike->v2->first));
    struct ike_conf *conf = conf_again(p);
    pair_ts_only(&conf->conns[0].children[1].local_ts, "10.2.0.0/24");
    pair_ts_only(&conf->conns[0].children[1].remote_ts, "10.1.0.0/24");
    conf_swap(p, conf);
    assert_string_equal(newest(&p->h[1])->i.child, "second");
    assert_int_equal(pair_live(&p->h[1]), 2);
    assert_false(p->h[1].children[0].is_removed);
    pair_free(p);
    (void)state;
}

static void what_an_operator_ended_stays_so_until_start_says_otherwise(void **state)
{
    struct pair *p = pair_up();
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "a"});
    struct ike_conf *conf = conf_again(p);
    conf->conns[0].dpd_s = 7;
    conf_swap(p, conf);
    assert_int_equal(pair_stats(p, 1).ike_sas, 0);
    conf = conf_again(p);
    conf->conns[0].start = true;
    conf_swap(p, conf);
    pair_check_one(p);
    pair_free(p);
    (void)state;
}

/* The answer to what was offered under the old configuration is not judged by the new one. */
static void a_change_of_what_is_under_negotiation_begins_anew(void **state)
{
    struct pair *p = pair_up();
    p->hold = true;
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_REKEY, .name = "a"});
    struct ike_conf *conf = conf_again(p);
    conf->conns[0].children[0].replay_window = 64;
    p->hold = false;
    p->drop[0] = p->drop[1] = true;
    assert_non_null(p->h[1].ike->v2->first->task);
    ike_conf_seal(conf);
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_CONF_SWAP, .conf = conf});
    p->drop[0] = p->drop[1] = false;
    pair_run(p, 30);
    ike_conf_put(conf);
    assert_int_equal(pair_stats(p, 1).ike_sas, 0);
    assert_int_equal(pair_live(&p->h[1]), 0);
    pair_free(p);
    (void)state;
}

/* Host 0 as two callers with names of their own, "@a.x.org" and "@b.x.org", of host 1's one connection. */
static void callers_set(struct ike_conf *conf)
{
    static const char *const names[] = {"@a.x.org", "@b.x.org"}, *const nets[] = {"10.1.0.0/17",
                                                                                  "10.1.128.0/17"};
    struct ike_conf *twin = pair_conf("c", names[1], "@b", "secret", nets[1], "10.2.0.0/16");
    conf->conns = realloc(conf->conns, 2 * sizeof *conf->conns);
    struct ike_secret *secrets = base_secret_new(2 * sizeof *secrets);
    secrets[0] = conf->secrets[0];
    secrets[1] = twin->secrets[0];
    base_secret_free(conf->secrets);
    conf->secrets = secrets;
    conf->conns[1] = twin->conns[0];
    conf->conns[1].remote_addr = conf->conns[0].remote_addr;
    conf->n_conns = conf->n_secrets = 2;
    conf->conns[0].local_id = conf->secrets[0].local = pair_id(names[0]);
    pair_ts_only(&conf->conns[0].children[0].local_ts, nets[0]);
    twin->n_conns = 0;
    ike_conf_put(twin);
}

/* Host 1 of these, with a key for each. */
static void callee_set(struct ike_conf *conf)
{
    struct ike_secret *secrets = base_secret_new(2 * sizeof *secrets);
    char why[100];
    secrets[0] = secrets[1] = conf->secrets[0];
    secrets[0].remote = pair_id("@a.x.org");
    secrets[1].remote = pair_id("@b.x.org");
    base_secret_free(conf->secrets);
    conf->secrets = secrets;
    conf->n_secrets = 2;
    assert_int_equal(ike_pattern_parse("*.x.org", &conf->conns[0].remote_id, why, sizeof why), 0);
}

static struct pair *pair_of_callers(void)
{
    struct pair *p = pair_new();
    callers_set(p->h[0].conf);
    callee_set(p->h[1].conf);
    pair_start(p);
    assert_int_equal(pair_event(p, 0, (struct ike_event){.type = IKE_EV_INITIATE, .name = "b"}), 0);
    assert_int_equal(pair_event(p, 0, (struct ike_event){.type = IKE_EV_INITIATE, .name = "c"}), 0);
    pair_settle(p);
    assert_int_equal(pair_live(&p->h[1]), 2);
    return p;
}

static void of_many_peers_only_the_one_under_negotiation_begins_anew(void **state)
{
    (void)state;
    struct pair *p = pair_of_callers();
    struct ikev2_sa *idle = p->h[1].ike->v2->first, *busy = idle->link.next;
    const uint64_t spi = idle->spi_i;
    p->drop[0] = p->drop[1] = true; /* its request stays unanswered */
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_SA_SOFT, .spi_in = busy->children->spi_in});
    assert_non_null(busy->task);
    struct ike_conf *conf = conf_again(p);
    callee_set(conf);
    conf->conns[0].children[0].replay_window = 64;
    ike_conf_seal(conf);
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_CONF_SWAP, .conf = conf});
    ike_conf_put(conf);
    p->drop[0] = p->drop[1] = false;
    pair_run(p, 30);
    assert_int_equal(pair_stats(p, 1).ike_sas, 1);
    assert_int_equal(spi_of(p), spi);
    assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_IKE_DOWN), 1);
    assert_string_equal(pair_audit(&p->h[1], IKE_AUDIT_IKE_DOWN)->why,
                        "its configuration changed while a child SA was being made");
    assert_int_equal(newest(&p->h[1])->i.pair.replay_window, 64);
    assert_int_equal(pair_live(&p->h[1]), 1);
    pair_free(p);
}

static void of_many_peers_only_the_one_without_its_key_goes(void **state)
{
    (void)state;
    for (int is_removed = 0; is_removed < 2; is_removed++) {
        struct pair *p = pair_of_callers();
        struct ike_conf *conf = conf_again(p);
        const uint64_t spi = spi_of(p);
        callee_set(conf);
        conf->secrets[1].psk[0] ^= is_removed ? 0 : 1;
        conf->n_secrets -= is_removed;
        conf_swap(p, conf);
        assert_int_equal(pair_stats(p, 1).ike_sas, 1);
        assert_int_equal(spi_of(p), spi);
        assert_int_equal(pair_live(&p->h[0]), 1);
        assert_string_equal(pair_audit(&p->h[1], IKE_AUDIT_IKE_DOWN)->why,
                            "the key of its identity was removed or changed");
        pair_free(p);
    }
}

static void a_child_still_to_be_made_keeps_its_wish_under_another_number(void **state)
{
    struct pair *p = pair_new();
    child_second(&p->h[1].conf->conns[0], "10.4.0.0/16", "10.3.0.0/16");
    pair_start(p);
    pair_connect(p);
    struct ikev2_sa *sa = p->h[1].ike->v2->first;
    ikev2_wish_one(sa, 1);
    ikev2_wish_none(sa, 0);
    sa->want.children.count[1] = 3;
    sa->life.retry_at = base_time_add(p->now, 1000 * BASE_NS_PER_S);
    struct ike_conf *conf = conf_again(p);
    const struct ike_child_conf first = conf->conns[0].children[0];
    conf->conns[0].children[0] = conf->conns[0].children[1];
    conf->conns[0].children[1] = first;
    conf_swap(p, conf);
    assert_true(ikev2_wish_has(sa, 0));
    assert_int_equal(sa->want.children.count[0], 3);
    for (size_t i = 1; i < IKE_CHILDREN_MAX; i++)
        assert_false(ikev2_wish_has(sa, i));
    assert_int_equal(pair_live(&p->h[1]), 1);
    pair_free(p);
    (void)state;
}

/* Host 1 at two addresses; its connection goes from the one to the other. */
static struct pair *pair_of_places(bool mobike)
{
    struct pair *p = pair_new();
    p->h[0].conf->conns[0].mobike = p->h[1].conf->conns[0].mobike = mobike;
    p->h[1].conf->conns[0].n_local_addrs = 1;
    p->h[1].conf->conns[0].local_addrs[0] = p->h[1].addr;
    p->h[1].conf->conns[0].start = true; /* it is the caller */
    pair_start(p);
    pair_run(p, 1);
    pair_check_one(p);
    return p;
}

static void place_swap(struct pair *p, const char *local)
{
    struct ike_conf *conf = conf_again(p);
    conf->conns[0].mobike = p->h[1].conf->conns[0].mobike;
    conf->conns[0].start = true;
    conf->conns[0].n_local_addrs = 1;
    conf->conns[0].local_addrs[0] = pair_addr(local);
    ike_conf_put(p->h[1].conf);
    p->h[1].conf = conf;
    (void)ike_conf_get(conf);
    conf_swap(p, conf);
}

static void another_address_of_ours_moves_what_has_mobike(void **state)
{
    (void)state;
    struct pair *p = pair_of_places(true);
    const uint64_t spi = spi_of(p);
    place_swap(p, "198.51.100.44");
    assert_int_equal(spi_of(p), spi);
    pair_check_one(p);
    assert_int_equal(p->h[1].n_children, 1);
    assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_MOVED), 1);
    assert_true(
        base_addr_equal(&p->h[0].children[0].path.remote.addr, &p->h[1].conf->conns[0].local_addrs[0]));
    pair_free(p);
}

static void another_address_of_ours_is_called_from_where_there_is_no_mobike(void **state)
{
    (void)state;
    struct pair *p = pair_of_places(false);
    const uint64_t spi = spi_of(p);
    place_swap(p, "198.51.100.44");
    assert_int_not_equal(spi_of(p), spi);
    pair_check_one(p);
    assert_non_null(strstr(pair_audit(&p->h[1], IKE_AUDIT_IKE_DOWN)->why, "without MOBIKE"));
    assert_true(base_addr_equal(&newest(&p->h[0])->path.remote.addr, &p->h[1].conf->conns[0].local_addrs[0]));
    pair_free(p);
}

static void a_call_under_way_is_made_anew_from_another_address(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->h[1].conf->conns[0].n_local_addrs = 1;
    p->h[1].conf->conns[0].local_addrs[0] = p->h[1].addr;
    p->h[1].conf->conns[0].start = true;
    p->drop[1] = true;
    pair_start(p);
    pair_run(p, 1);
    p->dead_addr = p->h[1].addr;
    p->drop[1] = false;
    place_swap(p, "198.51.100.44");
    pair_check_one(p);
    assert_true(base_addr_equal(&newest(&p->h[0])->path.remote.addr, &p->h[1].conf->conns[0].local_addrs[0]));
    pair_free(p);
}

/* Loads a configuration in which "ann" may log in, or nobody. */
static void users_swap(struct pair *p, bool has_ann)
{
    struct ike_conf *conf = conf_again(p);
    conf->conns[0].remote_auth = IKE_AUTH_EAP_MSCHAPV2;
    conf->users = login_users(has_ann ? "ann" : "bob", "another one");
    conf_swap(p, conf);
}

static void a_user_who_is_removed_loses_his_sa_and_both_are_told(void **state)
{
    (void)state;
    struct pair *p = pair_login("ann", "secret");
    pair_connect(p);
    users_swap(p, true);
    assert_int_equal(pair_live(&p->h[0]), 1);
    assert_int_equal(pair_live(&p->h[1]), 1);
    users_swap(p, false);
    assert_int_equal(pair_live(&p->h[0]), 0);
    assert_int_equal(pair_live(&p->h[1]), 0);
    assert_string_equal(pair_audit(&p->h[1], IKE_AUDIT_IKE_DOWN)->why, "its user was removed");
    pair_free(p);
}

static void a_user_who_is_removed_while_he_logs_in_has_no_sa(void **state)
{
    (void)state;
    for (int has_ann = 0; has_ann < 2; has_ann++) {
        struct pair *p = pair_login("ann", "secret");
        p->hold = true;
        pair_connect(p);
        for (int i = 0; i < 10; i++)
            pair_deliver_one(p);
        struct ike_conf *conf = conf_again(p);
        conf->conns[0].remote_auth = IKE_AUTH_EAP_MSCHAPV2;
        conf->users = login_users(has_ann ? "ann" : "bob", "another one");
        p->hold = false;
        conf_swap(p, conf);
        assert_int_equal(pair_live(&p->h[1]), has_ann);
        if (!has_ann)
            assert_string_equal(pair_audit(&p->h[1], IKE_AUDIT_IKE_DOWN)->why, "its user was removed");
        pair_free(p);
    }
}

/* Of a pattern; a key of one identity is its connection's. */
static void a_key_that_is_removed_or_changed_ends_the_sa_of_its_identity_alone(void **state)
{
    (void)state;
    for (int n = 0; n < 3; n++) {
        struct pair *p = pair_new();
        struct ike_id *pattern = &p->h[1].conf->conns[0].remote_id;
        *pattern = (struct ike_id){.pattern = IKE_ID_ANY};
        pair_start(p);
        pair_connect(p);
        assert_int_equal(pair_live(&p->h[1]), 1);
        struct ike_conf *conf = conf_again(p);
        conf->conns[0].remote_id = (struct ike_id){.pattern = IKE_ID_ANY};
        if (n == 1)
            conf->secrets[0].psk[0] ^= 1;
        if (n == 2)
            conf->secrets[0].remote = pair_id("@another");
        conf_swap(p, conf);
        assert_int_equal(pair_live(&p->h[1]), n == 0);
        pair_free(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_user_who_is_removed_loses_his_sa_and_both_are_told),
        cmocka_unit_test(a_user_who_is_removed_while_he_logs_in_has_no_sa),
        cmocka_unit_test(a_key_that_is_removed_or_changed_ends_the_sa_of_its_identity_alone),
        cmocka_unit_test(what_asks_nothing_keeps_all_and_is_in_force),
        cmocka_unit_test(a_new_window_replaces_the_child_without_a_gap),
        cmocka_unit_test(so_do_other_dscps),
        cmocka_unit_test(only_the_child_that_changed_is_replaced),
        cmocka_unit_test(a_setting_of_the_connection_may_ask_all_its_children),
        cmocka_unit_test(other_subnets_are_another_child),
        cmocka_unit_test(a_child_that_is_gone_is_deleted_under_its_old_name),
        cmocka_unit_test(a_child_that_is_gone_may_be_deleted_by_the_peer_meanwhile),
        cmocka_unit_test(a_new_child_is_made_by_who_calls),
        cmocka_unit_test(a_new_child_is_waited_for_by_who_is_called),
        cmocka_unit_test(a_shorter_life_counts_from_the_beginning_and_ends_nothing_at_once),
        cmocka_unit_test(a_change_asks_for_a_child_that_is_missing),
        cmocka_unit_test(what_an_operator_ended_stays_so_until_start_says_otherwise),
        cmocka_unit_test(a_change_of_what_is_under_negotiation_begins_anew),
        cmocka_unit_test(of_many_peers_only_the_one_under_negotiation_begins_anew),
        cmocka_unit_test(of_many_peers_only_the_one_without_its_key_goes),
        cmocka_unit_test(a_child_still_to_be_made_keeps_its_wish_under_another_number),
        cmocka_unit_test(another_address_of_ours_moves_what_has_mobike),
        cmocka_unit_test(another_address_of_ours_is_called_from_where_there_is_no_mobike),
        cmocka_unit_test(a_call_under_way_is_made_anew_from_another_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
