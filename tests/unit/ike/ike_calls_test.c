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
    snprintf(c->remote_name, IKE_HOST_MAX, "gw.example.org");
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

/* a with two children; the first one is begun and followed so. b answers only. */
struct begun {
    enum ike_start start, on_dead, on_close;
};

static struct pair *pair_begun(struct begun how)
{
    struct pair *p = pair_new();
    pair_child_add(&p->h[0].conf->conns[0], "10.3.0.0/16", "10.4.0.0/16");
    pair_child_add(&p->h[1].conf->conns[0], "10.4.0.0/16", "10.3.0.0/16");
    struct ike_child_conf *first = &p->h[0].conf->conns[0].children[0];
    first->start = how.start;
    first->on_dead = how.on_dead;
    first->on_close = how.on_close;
    pair_start(p);
    pair_run(p, 1);
    return p;
}

static size_t up(struct pair *p)
{
    return pair_stats(p, 0).children;
}

/* What was begun so, with the first child up by an operator where it is not by itself. */
static struct pair *pair_up_begun(struct begun how)
{
    struct pair *p = pair_begun(how);
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_INITIATE, .name = "b", .child = "net"});
    pair_run(p, 1);
    assert_int_equal(up(p), 1);
    return p;
}

static int trap(struct pair *p, const char *child)
{
    return pair_event(p, 0, (struct ike_event){.type = IKE_EV_TRAP, .name = "b", .child = child});
}

/* Whether the child is there in the end, or a packet brings it. */
static void check_after(struct pair *p, size_t up_after, int rc)
{
    assert_int_equal(up(p), up_after);
    if (!up_after)
        assert_int_equal(trap(p, "net"), rc);
    pair_free(p);
}

static void each_child_is_begun_as_it_says(void **state)
{
    (void)state;
    struct pair *p = pair_begun((struct begun){IKE_START_START, 0, 0});
    assert_int_equal(up(p), 1); /* the second one is not: the connection says nothing */
    assert_string_equal(p->h[0].children[0].i.child, "net");
    assert_int_equal(trap(p, "second"), -ENOENT);
    pair_free(p);
    p = pair_begun((struct begun){IKE_START_TRAP, 0, 0});
    assert_int_equal(up(p), 0);
    assert_int_equal(trap(p, "second"), -ENOENT);
    assert_int_equal(trap(p, "net"), 0);
    assert_int_equal(up(p), 1);
    assert_int_equal(trap(p, "net"), 0); /* it is there */
    pair_run(p, 5);
    assert_int_equal(up(p), 1);
    assert_int_equal(pair_stats(p, 0).established, 1);
    pair_free(p);
    p = pair_begun((struct begun){IKE_START_NONE, 0, 0});
    assert_int_equal(trap(p, "net"), -ENOENT);
    pair_connect(p); /* an operator means all */
    pair_run(p, 1);
    assert_int_equal(up(p), 2);
    pair_free(p);
}

static void packets_call_no_more_than_now_and_then_for_a_peer_that_is_not_there(void **state)
{
    (void)state;
    struct pair *p = pair_begun((struct begun){IKE_START_TRAP, 0, 0});
    p->drop[0] = true;
    assert_int_equal(trap(p, "net"), 0);
    pair_run(p, 120); /* given up */
    assert_int_equal(pair_stats(p, 0).ike_sas, 0);
    assert_int_equal(pair_stats(p, 0).failed, 1);
    for (int i = 0; i < 600; i++) {
        pair_run(p, 1);
        trap(p, "net");
    }
    assert_in_range(pair_stats(p, 0).failed, 3, 50); /* of 600 packets */
    p->drop[0] = false;
    pair_run(p, 61);
    trap(p, "net");
    pair_run(p, 30);
    assert_int_equal(up(p), 1);
    pair_free(p);
}

static void what_follows_a_dead_peer_is_told_per_child(void **state)
{
    (void)state;
    static const struct {
        struct begun how;
        size_t up_after;
        int trap;
    } rows[] = {
        {{IKE_START_START, 0, 0}, 1, 0},
        {{IKE_START_START, IKE_START_NONE, IKE_START_START}, 0, -ENOENT},
        {{IKE_START_START, IKE_START_TRAP, IKE_START_START}, 0, 0},
        {{IKE_START_NONE, IKE_START_START, 0}, 1, 0},
        {{IKE_START_NONE, IKE_START_TRAP, 0}, 0, 0},
        {{IKE_START_NONE, 0, 0}, 0, -ENOENT},
        {{IKE_START_TRAP, IKE_START_NONE, 0}, 0, 0}, /* as at its beginning */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pair *p = pair_up_begun(rows[i].how);
        pair_crash(p, 1);
        p->drop[1] = true;
        pair_run(p, 60); /* a liveness check is not answered */
        assert_int_equal(up(p), 0);
        p->drop[1] = false;
        pair_run(p, 60);
        check_after(p, rows[i].up_after, rows[i].trap);
    }
}

static void what_follows_the_peers_end_is_told_per_child(void **state)
{
    (void)state;
    static const struct {
        struct begun how;
        size_t up_after;
        int trap;
    } rows[] = {
        {{IKE_START_START, 0, 0}, 1, 0},
        {{IKE_START_START, IKE_START_START, IKE_START_NONE}, 0, -ENOENT},
        {{IKE_START_NONE, 0, IKE_START_START}, 1, 0},
        {{IKE_START_NONE, 0, IKE_START_TRAP}, 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int whole = 0; whole < 2; whole++) {
            struct pair *p = pair_up_begun(rows[i].how);
            pair_event(
                p, 1,
                (struct ike_event){.type = IKE_EV_TERMINATE, .name = "a", .child = whole ? NULL : "net"});
            assert_int_equal(up(p), 0);
            pair_run(p, 20);
            check_after(p, rows[i].up_after, rows[i].trap);
        }
}

static void an_operators_end_holds_until_he_says_otherwise(void **state)
{
    (void)state;
    struct pair *p = pair_begun((struct begun){IKE_START_TRAP, 0, 0});
    assert_int_equal(trap(p, "net"), 0);
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "b"});
    pair_run(p, 10);
    assert_int_equal(up(p), 0);
    assert_int_equal(trap(p, "net"), -ENOENT);
    pair_connect(p);
    pair_run(p, 1);
    assert_int_equal(up(p), 2);
    pair_free(p);
}

static void a_child_without_traffic_is_closed_and_comes_back_with_a_packet(void **state)
{
    (void)state;
    struct pair *p = pair_begun((struct begun){IKE_START_TRAP, 0, 0});
    p->h[0].conf->conns[0].children[0].inactivity_s = 100;
    assert_int_equal(trap(p, "net"), 0);
    for (int i = 0; i < 3; i++) {
        pair_run(p, 90);
        pair_event(p, 0,
                   (struct ike_event){.type = IKE_EV_TRAFFIC,
                                      .spi_in = p->h[0].children[0].i.pair.spi_in,
                                      .last_out = p->now});
        assert_int_equal(up(p), 1);
    }
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"}); /* is no traffic */
    pair_run(p, 98);
    assert_int_equal(up(p), 1);
    pair_run(p, 10);
    assert_int_equal(up(p), 0);
    assert_string_equal(pair_audit(&p->h[0], IKE_AUDIT_CHILD_DOWN)->why,
                        "no packet went either way for as long as inactivity_s allows");
    assert_int_equal(pair_stats(p, 0).ike_sas, 1); /* that is childless_s's business */
    assert_int_equal(trap(p, "net"), 0);
    assert_int_equal(up(p), 1);
    pair_free(p);
}

static void a_reload_begins_what_begins_by_itself_from_now_on(void **state)
{
    (void)state;
    for (int live = 0; live < 2; live++) {
        struct pair *p = pair_begun((struct begun){IKE_START_NONE, 0, 0});
        if (live)
            pair_event(p, 0, (struct ike_event){.type = IKE_EV_INITIATE, .name = "b", .child = "second"});
        pair_run(p, 1);
        assert_int_equal(up(p), live);
        struct ike_conf *conf = pair_conf("b", "@a", "@b", "secret", "10.1.0.0/16", "10.2.0.0/16");
        struct ike_conn_conf *c = &conf->conns[0];
        c->remote_addr = p->h[1].addr;
        pair_child_add(c, "10.3.0.0/16", "10.4.0.0/16");
        c->children[0].start = IKE_START_START;
        ike_conf_seal(conf);
        pair_event(p, 0, (struct ike_event){.type = IKE_EV_CONF_SWAP, .conf = conf});
        pair_run(p, 2);
        assert_int_equal(up(p), live + 1);
        assert_int_equal(pair_stats(p, 0).established, 1); /* and what lived goes on */
        ike_conf_put(conf);
        pair_free(p);
    }
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
        cmocka_unit_test(each_child_is_begun_as_it_says),
        cmocka_unit_test(packets_call_no_more_than_now_and_then_for_a_peer_that_is_not_there),
        cmocka_unit_test(what_follows_a_dead_peer_is_told_per_child),
        cmocka_unit_test(what_follows_the_peers_end_is_told_per_child),
        cmocka_unit_test(an_operators_end_holds_until_he_says_otherwise),
        cmocka_unit_test(a_child_without_traffic_is_closed_and_comes_back_with_a_packet),
        cmocka_unit_test(a_reload_begins_what_begins_by_itself_from_now_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
