/* SPDX-License-Identifier: BSD-3-Clause */
/* Connections at run time: calling again, reload, shutdown. */
#include "ike_pair.h"
#include "ike_core.h"

static void a_connection_to_be_started_calls_again_after_failures(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->h[0].conf->conns[0].start = true;
    p->drop[0] = true;
    pair_start(p);
    pair_run(p, 60);
    p->drop[0] = false;
    pair_run(p, 120);
    assert_int_equal(pair_live(&p->h[1]), 1);
    pair_free(p);
}

static void an_unchanged_connection_survives_a_new_configuration(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike_conf *same = pair_conf("a", "@b", "@a", "secret", "10.2.0.0/16", "10.1.0.0/16");
    same->conns[0].remote_addr = p->h[0].addr;
    ike_conf_seal(same);
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_CONF_SWAP, .conf = same});
    pair_check_one(p);
    struct ike_conf *other = pair_conf("a", "@b", "@a", "another", "10.2.0.0/16", "10.1.0.0/16");
    ike_conf_seal(other);
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_CONF_SWAP, .conf = other});
    assert_int_equal(pair_stats(p, 1).ike_sas, 0);
    assert_int_equal(pair_stats(p, 0).ike_sas, 0);
    ike_conf_put(same);
    ike_conf_put(other);
    pair_free(p);
}

static struct ike_conn_view view_of(struct pair *p, int i, const char *name)
{
    struct ike_conn_view v = {0};
    assert_true(ike_show_conn(p->h[i].ike, name, &v));
    return v;
}

/* A configuration that calls the connection so. */
static void swap(struct pair *p, const char *name, const char *psk)
{
    struct ike_conf *conf = pair_conf(name, "@b", "@a", psk, "10.2.0.0/16", "10.1.0.0/16");
    ike_conf_seal(conf);
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_CONF_SWAP, .conf = conf});
    ike_conf_put(conf);
}

static void a_connection_keeps_number_and_counts_while_its_name_is_configured(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike_conn_view v = view_of(p, 1, "a");
    assert_int_equal(v.number, 71);
    assert_int_equal(v.stats.established, 1);
    assert_int_equal(p->h[1].children[0].i.pair.conn, v.number);
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_REKEY, .name = "a"});
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_REKEY, .name = "a", .rekey_ike = true});
    v = view_of(p, 1, "a");
    assert_int_equal(v.stats.rekeyed_child, 1);
    assert_int_equal(v.stats.rekeyed_ike, 1);
    assert_int_equal(p->h[1].children[1].i.pair.conn, v.number); /* the heir counts for the same */
    swap(p, "a", "another");                                     /* its SAs end, it stays */
    assert_int_equal(pair_stats(p, 1).ike_sas, 0);
    const struct ike_conn_view after = view_of(p, 1, "a");
    assert_memory_equal(&after, &v, sizeof v);
    assert_int_equal(p->h[1].conn_closed, 0);
    pair_free(p);
}

static void a_connection_that_is_removed_gives_its_number_back(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike_conn_view v;
    swap(p, "renamed", "secret");
    assert_int_equal(p->h[1].conn_closed, 71);
    assert_false(ike_show_conn(p->h[1].ike, "a", &v));
    v = view_of(p, 1, "renamed");
    assert_int_equal(v.number, 72);
    assert_int_equal(v.stats.established, 0);
    swap(p, "a", "secret");
    v = view_of(p, 1, "a");
    assert_int_equal(v.number, 73);
    assert_int_equal(v.stats.established, 0); /* it began anew */
    pair_free(p);
}

static unsigned asked;

static int fake_resolve(void *ctx, const char *conn, const char *host)
{
    (void)ctx;
    assert_string_equal(conn, "b");
    assert_string_equal(host, "gw.example.org");
    asked++;
    return 0;
}

/* a calls b by its name. */
static struct pair *pair_named(bool start)
{
    struct pair *p = pair_new();
    struct ike_conn_conf *c = &p->h[0].conf->conns[0];
    c->remote_addr = (struct base_addr){0};
    c->start = start;
    snprintf(c->remote_name, sizeof c->remote_name, "gw.example.org");
    pair_start(p);
    p->h[0].ike->env.resolve = fake_resolve;
    asked = 0;
    return p;
}

static void answer(struct pair *p, const struct base_addr *addrs, size_t n, const char *why)
{
    pair_event(p, 0,
               (struct ike_event){.type = IKE_EV_RESOLVED,
                                  .name = "b",
                                  .host = "gw.example.org",
                                  .addrs = addrs,
                                  .n_addrs = n,
                                  .why = why});
}

static void a_peer_is_called_at_the_address_that_its_name_has_now(void **state)
{
    (void)state;
    struct pair *p = pair_named(false);
    answer(p, &p->h[1].addr, 1, ""); /* nobody asked */
    assert_int_equal(pair_stats(p, 0).ike_sas, 0);
    pair_connect(p);
    pair_connect(p); /* being asked already */
    assert_int_equal(asked, 1);
    answer(p, &p->h[1].addr, 1, "");
    pair_check_one(p);
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "b"});
    pair_connect(p);
    assert_int_equal(asked, 2);
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "b"});
    answer(p, &p->h[1].addr, 1, ""); /* he thought better of it */
    assert_int_equal(pair_stats(p, 0).ike_sas, 0);
    pair_free(p);
}

static void a_name_without_an_address_is_told_and_asked_for_again(void **state)
{
    (void)state;
    struct pair *p = pair_named(true);
    pair_run(p, 1);
    assert_int_equal(asked, 1);
    answer(p, NULL, 0, "there is no such name (NXDOMAIN)");
    const struct ike_audit *a = pair_audit(&p->h[0], IKE_AUDIT_FAIL_NAME);
    assert_non_null(a);
    assert_non_null(strstr(a->what, "gw.example.org"));
    assert_string_equal(a->why,
                        "It says: there is no such name (NXDOMAIN). It is asked again after a pause.");
    pair_run(p, 30);
    assert_int_equal(asked, 2);
    const struct base_addr addrs[] = {pair_addr("198.51.100.99"), p->h[1].addr};
    answer(p, addrs, 2, ""); /* the second try begins with the second address */
    pair_check_one(p);
    struct ike_sa_view v;
    assert_true(ike_show_next(p->h[0].ike, 0, &v));
    assert_true(base_addr_equal(&v.path.remote.addr, &p->h[1].addr));
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_peer_is_called_at_the_address_that_its_name_has_now),
        cmocka_unit_test(a_name_without_an_address_is_told_and_asked_for_again),
        cmocka_unit_test(a_connection_to_be_started_calls_again_after_failures),
        cmocka_unit_test(an_unchanged_connection_survives_a_new_configuration),
        cmocka_unit_test(a_connection_keeps_number_and_counts_while_its_name_is_configured),
        cmocka_unit_test(a_connection_that_is_removed_gives_its_number_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
