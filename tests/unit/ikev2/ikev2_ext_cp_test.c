/* SPDX-License-Identifier: BSD-3-Clause */
/* Inner addresses in IKE_AUTH, from both sides. */
#include "pool_pair.h"

#include "ike_core.h"
#include "ike_grant.h"
#include "ikev2_inner.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"
#include "pool_book.h"

/* The selectors of the newest live child of a host: "local === remote". */
static const char *child_nets(struct pair_host *h)
{
    static char buf[400];
    struct base_text t = base_text(buf, sizeof buf);
    for (size_t i = h->n_children; i-- > 0;) {
        if (h->children[i].is_removed)
            continue;
        base_ts_text(&t, &h->children[i].i.pair.local_ts);
        base_text_add(&t, " === ");
        base_ts_text(&t, &h->children[i].i.pair.remote_ts);
        return buf;
    }
    return "no child";
}

static struct pool_view pool_of(struct pair *p, size_t n)
{
    struct pool_view v;
    assert_true(pool_view(p->h[1].ike->pools, n, &v));
    return v;
}

static const struct ikev2_inner *inner_of(struct pair *p, int i)
{
    const struct ikev2_sa *sa = p->h[i].ike->v2->first;
    assert_non_null(sa);
    return sa->inner;
}

static struct pair *pair_asking(const char *first)
{
    struct pair *p = pair_with_pools();
    p->h[0].conf->conns[0].n_virtual_addrs = 1;
    p->h[0].conf->conns[0].virtual_addrs[0] = pair_addr(first);
    return p;
}

static void an_address_of_each_family_is_given_and_the_child_narrowed_to_them(void **state)
{
    (void)state;
    char text[BASE_ADDR_TEXT_MAX];
    struct pair *p = pair_with_pools();
    pair_start(p);
    pair_connect(p);
    assert_string_equal(child_nets(&p->h[1]), "10.2.0.0/16, fd02::/64 === 10.9.0.1/32, fd09::1/128");
    assert_string_equal(child_nets(&p->h[0]), "10.9.0.1/32, fd09::1/128 === 10.2.0.0/16, fd02::/64");
    pair_check_one(p);
    const struct esp_pair *given = &p->h[0].children[0].i.pair; /* this machine may use them */
    assert_string_equal(base_addr_text(&given->inner[0], text), "10.9.0.1");
    assert_string_equal(base_addr_text(&given->inner[1], text), "fd09::1");
    assert_int_equal(p->h[1].children[0].i.pair.inner[0].family, BASE_AF_NONE);
    const struct ikev2_inner *in = inner_of(p, 0);
    assert_non_null(in);
    assert_false(in->is_ours);
    assert_int_equal(in->n, 2);
    assert_int_equal(in->n_dns, 2);
    assert_string_equal(base_addr_text(&in->dns[0], text), "10.2.0.53");
    assert_string_equal(base_addr_text(&in->dns[1], text), "fd02::53");
    assert_int_equal(base_ts_count(in->subnets), 1);
    assert_true(inner_of(p, 1)->is_ours);
    struct ike_sa_view v;
    for (int i = 0; i < 2; i++) {
        assert_true(ike_show_next(p->h[i].ike, 0, &v));
        assert_int_equal(v.n_inner, 2);
        assert_int_equal(v.is_inner_ours, i == 0);
        assert_int_equal(v.n_inner_dns, i == 0 ? 2 : 0);
        assert_string_equal(base_addr_text(&v.inner[1], text), "fd09::1");
    }
    assert_int_equal(pool_of(p, 0).held, 1);
    assert_int_equal(pool_of(p, 1).held, 1);
    pair_free(p);
}

/* As Windows and Android ask: all addresses of both sides, at first and at each rekeying. */
static void wider_selectors_get_what_they_got_before(void **state)
{
    (void)state;
    struct pair *p = pair_with_pools();
    struct ike_child_conf *c = &p->h[0].conf->conns[0].children[0];
    pair_ts_only(&c->local_ts, "0.0.0.0/0");
    pair_ts(&c->local_ts, "::/0");
    pair_ts_only(&c->remote_ts, "0.0.0.0/0");
    pair_ts(&c->remote_ts, "::/0");
    pair_start(p);
    pair_connect(p);
    const char *const narrowed = "10.2.0.0/16, fd02::/64 === 10.9.0.1/32, fd09::1/128";
    assert_string_equal(child_nets(&p->h[1]), narrowed);
    for (int i = 0; i < 2; i++) {
        pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
        pair_run(p, 20);
        assert_int_equal(pair_stats(p, 0).rekeyed_child, (unsigned)i + 1);
        assert_string_equal(child_nets(&p->h[1]), narrowed);
    }
    /* And the other way round: we rekey, with what it has. */
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_REKEY, .name = "a"});
    pair_run(p, 20);
    assert_int_equal(pair_stats(p, 1).rekeyed_child, 3);
    assert_string_equal(child_nets(&p->h[1]), narrowed);
    pair_free(p);
}

static void a_wrong_address_is_replaced_and_a_free_one_given(void **state)
{
    (void)state;
    static const struct {
        const char *asked, *got;
    } rows[] = {{"192.0.2.77", "10.9.0.1/32"}, {"10.9.0.3", "10.9.0.3/32"}};
    for (size_t i = 0; i < 2; i++) {
        struct pair *p = pair_asking(rows[i].asked);
        pair_start(p);
        pair_connect(p);
        assert_non_null(strstr(child_nets(&p->h[1]), rows[i].got));
        assert_int_equal(pool_of(p, 1).held, 0); /* nobody asked for it */
        pair_free(p);
    }
}

static void without_a_free_address_there_is_no_child_and_both_sides_say_why(void **state)
{
    (void)state;
    struct pair *p = pair_asking("0.0.0.0");
    pair_start(p);
    struct base_addr a;
    for (unsigned i = 0; i < 3; i++) {
        const struct ike_id other = pair_id("@other");
        const struct pool_want want = {.id = &other, .holder = 1000 + i, .now = p->now};
        assert_int_equal(pool_take(p->h[1].ike->pools, 0, &want, &a), 0);
    }
    pair_connect(p);
    assert_int_equal(pair_live(&p->h[1]), 0);
    assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_IKE_UP), 1);
    const struct ike_audit *why = pair_audit(&p->h[1], IKE_AUDIT_FAIL_ADDRESS);
    assert_non_null(why);
    assert_non_null(strstr(why->why, "All addresses of the pools of this connection (four, six) are in use"));
    why = pair_audit(&p->h[0], IKE_AUDIT_FAIL_REFUSED);
    assert_non_null(why);
    assert_non_null(strstr(why->why, "The peer has no inner address left to give us"));
    assert_null(pair_audit(&p->h[0], IKE_AUDIT_FAIL_ADDRESS));
    pair_free(p);
}

static void a_family_that_no_pool_has_is_told_of(void **state)
{
    (void)state;
    struct pair *p = pair_asking("::");
    p->h[1].conf->conns[0].n_pools = 1;
    pair_start(p);
    pair_connect(p);
    assert_int_equal(pair_live(&p->h[1]), 0);
    const struct ike_audit *why = pair_audit(&p->h[1], IKE_AUDIT_FAIL_ADDRESS);
    assert_non_null(why);
    assert_non_null(strstr(why->why, "have addresses of the other family only"));
    pair_free(p);
    /* One of two families is enough. */
    p = pair_with_pools();
    p->h[1].conf->conns[0].n_pools = 1;
    pair_start(p);
    pair_connect(p);
    assert_non_null(strstr(child_nets(&p->h[1]), "=== 10.9.0.1/32"));
    assert_null(pair_audit(&p->h[1], IKE_AUDIT_FAIL_ADDRESS));
    pair_free(p);
}

static void a_second_pool_gives_when_the_first_is_full(void **state)
{
    (void)state;
    struct pair *p = pair_asking("0.0.0.0");
    struct ike_conn_conf *c = &p->h[1].conf->conns[0];
    pair_pool(p->h[1].conf, "more", "10.9.5.1", "10.9.5.9");
    snprintf(c->pools[c->n_pools++], sizeof c->pools[0], "more");
    pair_start(p);
    struct base_addr a;
    for (unsigned i = 0; i < 3; i++) {
        const struct ike_id other = pair_id("@other");
        const struct pool_want want = {.id = &other, .holder = 1000 + i, .now = p->now};
        assert_int_equal(pool_take(p->h[1].ike->pools, 0, &want, &a), 0);
    }
    pair_connect(p);
    assert_non_null(strstr(child_nets(&p->h[1]), "=== 10.9.5.1/32"));
    pair_free(p);
}

static void who_asks_for_none_gets_no_child_by_one_notify_or_the_other(void **state)
{
    (void)state;
    for (int required = 0; required < 2; required++) {
        struct pair *p = pair_with_pools();
        p->h[0].conf->conns[0].n_virtual_addrs = 0;
        pair_ts_only(&p->h[0].conf->conns[0].children[0].local_ts, "0.0.0.0/0");
        p->h[1].conf->conns[0].address_required = required;
        pair_start(p);
        pair_connect(p);
        assert_int_equal(pair_live(&p->h[1]), 0);
        const struct ike_audit *why = pair_audit(&p->h[1], IKE_AUDIT_FAIL_ADDRESS);
        assert_non_null(why);
        assert_string_equal(why->what, "the peer asks for no inner address");
        why = pair_audit(&p->h[0], IKE_AUDIT_FAIL_REFUSED);
        assert_non_null(why);
        assert_int_equal(why->notify, required ? WIRE_IKE_N_FAILED_CP_REQUIRED : WIRE_IKE_N_TS_UNACCEPTABLE);
        pair_free(p);
    }
}

static void an_address_ends_with_its_sa_and_comes_back_to_its_identity(void **state)
{
    (void)state;
    struct pair *p = pair_asking("0.0.0.0");
    pair_start(p);
    const struct ike_id other = pair_id("@other");
    struct base_addr a;
    const struct pool_want want = {.id = &other, .holder = 1000, .now = p->now};
    assert_int_equal(pool_take(p->h[1].ike->pools, 0, &want, &a), 0);
    pair_connect(p);
    assert_non_null(strstr(child_nets(&p->h[1]), "=== 10.9.0.2/32"));
    pool_release(p->h[1].ike->pools, &a, 1000, p->now);
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "b"});
    pair_run(p, 5);
    assert_int_equal(pool_of(p, 0).held, 0);
    assert_int_equal(pool_of(p, 0).idle, 2);
    pair_connect(p);
    assert_non_null(strstr(child_nets(&p->h[1]), "=== 10.9.0.2/32"));
    pair_free(p);
}

static void a_rekeyed_ike_sa_keeps_the_addresses(void **state)
{
    (void)state;
    struct pair *p = pair_with_pools();
    pair_start(p);
    pair_connect(p);
    for (int i = 0; i < 2; i++) {
        pair_event(p, i, (struct ike_event){.type = IKE_EV_REKEY, .name = i ? "a" : "b", .rekey_ike = true});
        pair_run(p, 60); /* the old one is gone */
        assert_int_equal(pair_stats(p, 1).rekeyed_ike, (unsigned)i + 1);
        assert_int_equal(pool_of(p, 0).held, 1);
        assert_int_equal(inner_of(p, 0)->n, 2);
    }
    /* Selectors of a new child are still the addresses. */
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    pair_run(p, 20);
    assert_string_equal(child_nets(&p->h[1]), "10.2.0.0/16, fd02::/64 === 10.9.0.1/32, fd09::1/128");
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "b"});
    pair_run(p, 60);
    assert_int_equal(pool_of(p, 0).held, 0);
    assert_int_equal(pool_of(p, 1).held, 0);
    pair_free(p);
}

static void a_peer_that_starts_anew_has_its_address_at_once(void **state)
{
    (void)state;
    struct pair *p = pair_with_pools();
    pair_start(p);
    pair_connect(p);
    pair_crash(p, 0);
    pair_connect(p); /* with INITIAL_CONTACT; the old SA ends */
    assert_string_equal(child_nets(&p->h[1]), "10.2.0.0/16, fd02::/64 === 10.9.0.1/32, fd09::1/128");
    pair_run(p, 5);
    assert_int_equal(pool_of(p, 0).held, 1);
    assert_int_equal(pool_of(p, 0).idle, 0);
    assert_int_equal(pair_stats(p, 1).ike_sas, 1);
    pair_free(p);
}

static void sas_side_by_side_have_an_address_each(void **state)
{
    (void)state;
    struct pair *p = pair_asking("0.0.0.0");
    p->h[1].conf->conns[0].unique = IKE_UNIQUE_KEEP;
    pair_start(p);
    pair_connect(p);
    pair_crash(p, 0);
    pair_connect(p);
    assert_non_null(strstr(child_nets(&p->h[1]), "=== 10.9.0.2/32"));
    assert_int_equal(pool_of(p, 0).held, 2);
    pair_run(p, 120); /* nobody answers for the first */
    assert_int_equal(pool_of(p, 0).held, 1);
    assert_int_equal(pool_of(p, 0).idle, 1);
    pair_free(p);
}

/* Reauthentication makes a new SA before the old one ends, and asks for the address that it has. */
static void who_asks_from_its_place_for_its_address_takes_over(void **state)
{
    (void)state;
    for (int moved = 0; moved < 2; moved++) {
        struct pair *p = pair_asking("10.9.0.1");
        p->has_nat = true;
        p->h[1].conf->conns[0].unique = IKE_UNIQUE_KEEP;
        pair_start(p);
        pair_connect(p);
        pair_crash(p, 0);
        p->nat_shift += moved ? 7 : 0;
        pair_connect(p);
        assert_non_null(strstr(child_nets(&p->h[1]), moved ? "=== 10.9.0.2/32" : "=== 10.9.0.1/32"));
        assert_int_equal(pool_of(p, 0).held, moved ? 2 : 1);
        pair_run(p, 120); /* the old SA ends, the address stays */
        assert_int_equal(pool_of(p, 0).held, 1);
        assert_int_equal(pair_live(&p->h[1]), 1);
        pair_free(p);
    }
}

/* Reauthentication of a client that asks for any address again, as strongSwan's does. */
static void who_comes_again_from_its_place_has_its_address_where_newcomers_replace(void **state)
{
    (void)state;
    for (int moved = 0; moved < 2; moved++) {
        struct pair *p = pair_asking("0.0.0.0");
        p->has_nat = true;
        pair_start(p);
        pair_connect(p);
        p->h[0].ike->v2->first->inner->n = 0; /* it does not say what it has */
        p->nat_shift += moved ? 7 : 0;
        pair_event(p, 0, (struct ike_event){.type = IKE_EV_REAUTH, .name = "b"});
        pair_settle(p);
        assert_non_null(strstr(child_nets(&p->h[1]), moved ? "=== 10.9.0.2/32" : "=== 10.9.0.1/32"));
        pair_run(p, 60);
        assert_int_equal(pool_of(p, 0).held, 1);
        assert_int_equal(pair_live(&p->h[1]), 1);
        pair_free(p);
    }
}

/* Two devices of one name: who comes again from the place of the first gets the address of that one. */
static void who_comes_again_takes_nothing_of_another_place(void **state)
{
    (void)state;
    struct pair *p = pair_asking("0.0.0.0");
    p->has_nat = true;
    p->h[1].conf->conns[0].unique = IKE_UNIQUE_KEEP;
    pair_start(p);
    pair_connect(p);
    pair_crash(p, 0);
    p->nat_shift += 7;
    pair_connect(p);
    assert_non_null(strstr(child_nets(&p->h[1]), "=== 10.9.0.2/32"));
    p->h[1].conf->conns[0].unique = IKE_UNIQUE_REPLACE;
    p->h[0].ike->v2->first->inner->n = 0; /* it does not say what it has, nor that it is the first */
    p->nat_shift -= 7;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REAUTH, .name = "b"});
    pair_settle(p);
    assert_non_null(strstr(child_nets(&p->h[1]), "=== 10.9.0.1/32"));
    pair_free(p);
}

static void the_caller_asks_for_the_address_that_it_has(void **state)
{
    (void)state;
    struct pair *p = pair_asking("0.0.0.0");
    p->h[1].conf->conns[0].unique = IKE_UNIQUE_KEEP; /* nothing but the question tells */
    pair_start(p);
    const struct ike_id other = pair_id("@other");
    struct base_addr a;
    const struct pool_want want = {.id = &other, .holder = 1000, .now = p->now};
    assert_int_equal(pool_take(p->h[1].ike->pools, 0, &want, &a), 0);
    pair_connect(p);
    assert_non_null(strstr(child_nets(&p->h[1]), "=== 10.9.0.2/32"));
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REAUTH, .name = "b"});
    pair_run(p, 60);
    assert_int_equal(pair_stats(p, 0).reauthenticated, 1);
    assert_non_null(strstr(child_nets(&p->h[1]), "=== 10.9.0.2/32"));
    assert_int_equal(pool_of(p, 0).held, 2);
    pair_free(p);
}

/* ---- rows ---- */

/* A row for the caller on the connection of b. */
static struct ike_grant *pair_row(struct pair *p, const char *id, const char *addr)
{
    struct ike_grant *row = ike_grant_add(p->h[1].conf, &p->h[1].conf->conns[0]);
    assert_non_null(row);
    row->id = pair_id(id);
    if (addr)
        row->addrs[row->n_addrs++] = pair_addr(addr);
    return row;
}

static void a_row_says_which_address_and_which_networks(void **state)
{
    (void)state;
    struct pair *p = pair_with_pools();
    pair_row(p, "@other", "10.9.0.1");
    struct ike_grant *row = pair_row(p, "@a", "10.9.0.3");
    pair_ts(&row->local_ts, "10.2.7.0/24");
    pair_dynamic(&row->remote_ts);
    pair_start(p);
    pair_connect(p);
    assert_string_equal(child_nets(&p->h[1]), "10.2.7.0/24 === 10.9.0.3/32, fd09::1/128");
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    pair_run(p, 20);
    assert_string_equal(child_nets(&p->h[1]), "10.2.7.0/24 === 10.9.0.3/32, fd09::1/128");
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "b"});
    pair_run(p, 5);
    assert_int_equal(pool_of(p, 0).held, 0);
    assert_int_equal(pool_of(p, 0).idle, 0); /* its row remembers it */
    pair_free(p);
}

static void a_row_has_pools_and_a_time_of_its_own(void **state)
{
    (void)state;
    struct pair *p = pair_asking("0.0.0.0");
    struct ike_pool_conf *vip = pair_pool(p->h[1].conf, "vip", "10.9.5.1", "10.9.5.9");
    vip->dns[vip->n_dns++] = pair_addr("10.2.0.54");
    struct ike_grant *row = pair_row(p, "@a", NULL);
    row->pools[row->n_pools++] = 2;
    row->reauth_s = 100;
    p->h[1].conf->conns[0].reauth_s = 1000;
    pair_start(p);
    pair_connect(p);
    assert_non_null(strstr(child_nets(&p->h[1]), "=== 10.9.5.1/32"));
    assert_int_equal(inner_of(p, 0)->n_dns, 1);
    assert_int_equal(inner_of(p, 0)->dns[0].bytes[3], 54);
    const struct ikev2_sa *sa = p->h[0].ike->v2->first;
    assert_true(sa->life.reauth_at.ns < base_time_add(p->now, 100 * BASE_NS_PER_S).ns); /* it was told */
    pair_free(p);
}

static void another_place_takes_the_address_of_a_row_only_where_newcomers_replace(void **state)
{
    (void)state;
    for (int keeps = 0; keeps < 2; keeps++) {
        struct pair *p = pair_asking("0.0.0.0");
        p->has_nat = true;
        pair_row(p, "@a", "10.9.0.3");
        p->h[1].conf->conns[0].unique = keeps ? IKE_UNIQUE_KEEP : IKE_UNIQUE_REPLACE;
        p->h[0].conf->conns[0].unique = IKE_UNIQUE_KEEP; /* says no INITIAL_CONTACT */
        pair_start(p);
        pair_connect(p);
        pair_crash(p, 0);
        p->nat_shift += 7;
        pair_connect(p);
        const struct ike_audit *why = pair_audit(&p->h[1], IKE_AUDIT_FAIL_ADDRESS);
        assert_int_equal(why != NULL, keeps);
        if (why)
            assert_string_equal(why->what, "the peer's own inner address is in use");
        assert_int_equal(pool_of(p, 0).held, 1);
        pair_run(p, 120);
        assert_int_equal(pair_live(&p->h[1]), !keeps);
        pair_free(p);
    }
}

static void who_loses_the_address_of_a_row_to_another_place_is_closed(void **state)
{
    (void)state;
    for (int moved = 0; moved < 2; moved++) {
        struct pair *p = pair_asking("0.0.0.0");
        p->has_nat = true;
        pair_row(p, "@a", "10.9.0.3");
        pair_start(p);
        pair_connect(p);
        p->nat_shift += moved ? 7 : 0;
        pair_event(p, 0, (struct ike_event){.type = IKE_EV_REAUTH, .name = "b"});
        pair_settle(p);
        pair_run(p, 60);
        const struct ike_audit *end = pair_audit(&p->h[1], IKE_AUDIT_IKE_DOWN);
        assert_non_null(end);
        assert_int_equal(strstr(end->why, "from elsewhere, has its inner address now") != NULL, moved);
        assert_non_null(strstr(child_nets(&p->h[1]), "=== 10.9.0.3/32"));
        pair_free(p);
    }
}

static void a_reload_closes_the_sa_whose_row_changed_alone(void **state)
{
    (void)state;
    for (int changes = 0; changes < 2; changes++) {
        struct pair *p = pair_asking("0.0.0.0");
        pair_row(p, "@a", "10.9.0.3");
        pair_start(p);
        pair_connect(p);
        struct pair *q = pair_with_pools(); /* the same again, for its configuration */
        struct ike_conf *next = q->h[1].conf;
        pair_row(q, "@other", "10.9.0.1");
        pair_row(q, "@a", changes ? "10.9.0.2" : "10.9.0.3");
        ike_conf_seal(next);
        pair_event(p, 1, (struct ike_event){.type = IKE_EV_CONF_SWAP, .conf = next});
        pair_run(p, 5);
        assert_int_equal(pair_live(&p->h[1]), !changes);
        pair_free(p);
        pair_start(q);
        pair_free(q);
    }
}

static void a_peer_without_pools_is_told_of_where_we_asked(void **state)
{
    (void)state;
    struct pair *p = pair_with_pools();
    p->h[1].conf->conns[0].n_pools = 0;
    pair_ts_only(&p->h[1].conf->conns[0].children[0].remote_ts, "10.1.0.0/16");
    pair_start(p);
    pair_connect(p);
    const struct ike_audit *why = pair_audit(&p->h[0], IKE_AUDIT_FAIL_ADDRESS);
    assert_non_null(why);
    assert_string_equal(why->what, "the peer gives us no inner address");
    assert_int_equal(pair_live(&p->h[0]), 0);
    pair_run(p, 5);
    assert_int_equal(pair_live(&p->h[1]), 0); /* it is told that we do not take its half */
    pair_free(p);
}

static void the_holders_of_a_pool_that_shrinks_stay(void **state)
{
    (void)state;
    struct pair *p = pair_asking("0.0.0.0");
    pair_start(p);
    pair_connect(p);
    struct ike_conf *next = pair_conf("a", "@b", "@a", "secret", "10.2.0.0/16", "10.1.0.0/16");
    pair_dynamic(&next->conns[0].children[0].remote_ts);
    pair_ts(&next->conns[0].children[0].local_ts, "fd02::/64");
    next->conns[0].remote_addr = p->h[0].addr;
    pair_pool(next, "four", "10.9.7.1", "10.9.7.9");
    pair_pool(next, "six", "fd09::1", "fd09::3");
    next->conns[0].n_pools = 2;
    snprintf(next->conns[0].pools[0], sizeof next->conns[0].pools[0], "four");
    snprintf(next->conns[0].pools[1], sizeof next->conns[0].pools[0], "six");
    ike_conf_seal(next);
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_CONF_SWAP, .conf = next});
    ike_conf_put(p->h[1].conf);
    p->h[1].conf = next;
    assert_int_equal(pool_of(p, 2).held, 1); /* in no pool any more */
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    pair_run(p, 20);
    assert_non_null(strstr(child_nets(&p->h[1]), "=== 10.9.0.1/32"));
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "b"});
    pair_run(p, 5);
    assert_int_equal(pool_of(p, 2).held, 0);
    pair_connect(p);
    assert_non_null(strstr(child_nets(&p->h[1]), "=== 10.9.7.1/32"));
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_of_each_family_is_given_and_the_child_narrowed_to_them),
        cmocka_unit_test(wider_selectors_get_what_they_got_before),
        cmocka_unit_test(a_wrong_address_is_replaced_and_a_free_one_given),
        cmocka_unit_test(without_a_free_address_there_is_no_child_and_both_sides_say_why),
        cmocka_unit_test(a_family_that_no_pool_has_is_told_of),
        cmocka_unit_test(a_second_pool_gives_when_the_first_is_full),
        cmocka_unit_test(who_asks_for_none_gets_no_child_by_one_notify_or_the_other),
        cmocka_unit_test(an_address_ends_with_its_sa_and_comes_back_to_its_identity),
        cmocka_unit_test(a_rekeyed_ike_sa_keeps_the_addresses),
        cmocka_unit_test(a_peer_that_starts_anew_has_its_address_at_once),
        cmocka_unit_test(sas_side_by_side_have_an_address_each),
        cmocka_unit_test(who_asks_from_its_place_for_its_address_takes_over),
        cmocka_unit_test(who_comes_again_from_its_place_has_its_address_where_newcomers_replace),
        cmocka_unit_test(who_comes_again_takes_nothing_of_another_place),
        cmocka_unit_test(the_caller_asks_for_the_address_that_it_has),
        cmocka_unit_test(a_row_says_which_address_and_which_networks),
        cmocka_unit_test(a_row_has_pools_and_a_time_of_its_own),
        cmocka_unit_test(another_place_takes_the_address_of_a_row_only_where_newcomers_replace),
        cmocka_unit_test(who_loses_the_address_of_a_row_to_another_place_is_closed),
        cmocka_unit_test(a_reload_closes_the_sa_whose_row_changed_alone),
        cmocka_unit_test(a_peer_without_pools_is_told_of_where_we_asked),
        cmocka_unit_test(the_holders_of_a_pool_that_shrinks_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
