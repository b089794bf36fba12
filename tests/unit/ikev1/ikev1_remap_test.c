/* SPDX-License-Identifier: BSD-3-Clause */
/* Several hosts behind one NAT: the second is known by an address of a pool, as long as its ISAKMP SA lives.
 */
#include "ike_hosts.h"
#include "ike_core.h"
#include "ikev1_login_pair.h"
#include "pool_book.h"
#include "pool_pair.h"
#include "wire_v1.h"

static struct pool_view view_of(const struct pair *p)
{
    struct pool_view v;
    assert_true(pool_view(p->h[1].ike->pools, 0, &v));
    return v;
}

/* Another connection as the first one, for @c by the same key: main mode knows no more of a caller. */
static void conn_add(struct ike_conf *conf)
{
    conf->conns = realloc(conf->conns, 2 * sizeof *conf->conns);
    const struct ike_conn_conf *like = &conf->conns[0];
    struct ike_conn_conf *c = &conf->conns[conf->n_conns++];
    ike_conn_conf_defaults(c);
    snprintf(c->name, sizeof c->name, "other");
    c->version = 1;
    c->local_id = like->local_id;
    c->remote_id = pair_id("@c");
    c->n_proposals = c->n_children = 1;
    c->proposals[0] = like->proposals[0];
    c->children = calloc(1, sizeof *c->children);
    struct ike_child_conf *k = &c->children[0];
    *k = like->children[0];
    k->local_ts = k->remote_ts = NULL;
    assert_true(base_ts_set(&k->local_ts, like->children[0].local_ts) &&
                base_ts_set(&k->remote_ts, like->children[0].remote_ts));
    secret_add(conf, "@c");
}

/* b maps those that clash, where it has a pool, and has a connection for @c, too. */
static struct pair *clashing(const char *pool, const char *esp)
{
    struct pair *p = hosts_set(pair_v1_new(PAIR_V1_IKE, esp), true, false);
    pair_pool(p->h[1].conf, "others", "10.77.0.1", "10.77.0.9");
    snprintf(p->h[1].conf->conns[0].children[0].remap, IKE_POOL_NAME_MAX, "%s", pool);
    p->h[1].conf->conns[0].remote_addr = (struct base_addr){0};
    conn_add(p->h[1].conf);
    pair_start(p);
    return p;
}

/* The first is up. */
static struct pair *first(const char *pool)
{
    struct pair *p = clashing(pool, PAIR_V1_ESP);
    pair_connect(p);
    pair_check_one(p);
    assert_int_equal(view_of(p).held, 0);
    return p;
}

static void assert_mapped(const struct pair *p, const char *here, const char *in)
{
    const struct esp_pair *e = live_pair(&p->h[1]);
    assert_addr(&e->ends.remote, here);
    assert_addr(&e->ends_in.remote, in);
    assert_addr(&e->ends_out.remote, A_SEEN);
    assert_addr(&e->remote_ts.list[0].lo, here);
    assert_addr(&p->h[1].children[0].i.pair.ends.remote, A_SEEN); /* the first is as it was */
    assert_false(p->h[1].children[0].is_removed);
}

static void the_second_of_two_hosts_behind_one_nat_is_mapped(void **state)
{
    (void)state;
    struct pair *p = first("others");
    c_calls(p);
    assert_int_equal(pair_live(&p->h[1]), 2);
    assert_mapped(p, "10.77.0.1", "192.0.2.2");
    pair_free(p);
}

static void without_a_pool_it_is_refused(void **state)
{
    (void)state;
    struct pair *p = first("");
    c_calls(p);
    assert_int_equal(pair_live(&p->h[1]), 1);
    assert_non_null(pair_audit(&p->h[1], IKE_AUDIT_FAIL_OVERLAP));
    pair_free(p);
}

/* Two machines with one identity, as clients of one key have whose address at home is the same. */
static void another_machine_of_one_identity_is_kept_apart(void **state)
{
    (void)state;
    struct pair *p = first("others");
    struct pair_host *h = &p->h[0];
    p->h[1].conf->conns[0].unique = IKE_UNIQUE_KEEP;
    ike_free(h->ike);
    for (size_t i = 0; i < h->n_children; i++)
        h->children[i].is_removed = true;
    p->nat_shift = 7;
    pair_boot(p, 0);
    pair_connect(p);
    assert_int_equal(pair_live(&p->h[1]), 2);
    assert_mapped(p, "10.77.0.1", A);
    pair_free(p);
}

static void the_address_stays_while_sas_are_replaced(void **state)
{
    (void)state;
    struct pair *p = first("others");
    c_calls(p);
    for (int i = 0; i < 3; i++) {
        const uint32_t before = live_pair(&p->h[1])->spi_in;
        pair_run(p, 5);
        pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b", .rekey_ike = i == 1});
        pair_run(p, 40);
        assert_int_equal(live_pair(&p->h[1])->spi_in == before, i == 1);
        assert_mapped(p, "10.77.0.1", "192.0.2.2");
        assert_int_equal(view_of(p).held, 1);
    }
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "b"});
    pair_run(p, 10);
    assert_int_equal(view_of(p).held, 0);
    pair_free(p);
}

static void the_address_stays_when_the_nat_gets_another_one(void **state)
{
    (void)state;
    struct pair *p = first("others");
    c_calls(p);
    pair_run(p, 5);
    p->nat_addr = pair_addr("203.0.113.8");
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    pair_run(p, 40);
    assert_addr(&live_pair(&p->h[1])->ends.remote, "10.77.0.1");
    assert_addr(&live_pair(&p->h[1])->ends_out.remote, "203.0.113.8");
    pair_free(p);
}

/* Both ask before either has a child; then they get them in turn. */
static struct pair *both_at_once(const char *pool)
{
    struct pair *p = clashing(pool, "aes128gcm16-modp2048-noesn");
    p->hold = true;
    pair_connect(p);
    b_waits(p, WIRE_V1_QUICK);
    c_calls(p);
    b_waits(p, WIRE_V1_QUICK);
    assert_int_equal(pair_live(&p->h[1]), 0);
    b_goes_on(p);
    return p;
}

static void of_two_that_ask_at_once_the_second_is_mapped(void **state)
{
    (void)state;
    struct pair *p = both_at_once("others");
    assert_int_equal(pair_live(&p->h[1]), 2);
    assert_int_equal(view_of(p).held, 1);
    assert_mapped(p, "10.77.0.1", "192.0.2.2");
    p->hold = false;
    pair_run(p, 5);
    assert_int_equal(pair_live(&p->h[0]), 1);
    pair_free(p);
}

static void of_two_that_ask_at_once_the_second_is_refused_without_a_pool(void **state)
{
    (void)state;
    struct pair *p = both_at_once("");
    assert_int_equal(pair_live(&p->h[1]), 1);
    assert_addr(&live_pair(&p->h[1])->ends_in.remote, A);
    assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_FAIL_OVERLAP), 1);
    p->hold = false;
    pair_settle(p);
    assert_int_equal(pair_audit(&p->h[0], IKE_AUDIT_FAIL_REFUSED)->notify, WIRE_V1_N_INVALID_ID_INFORMATION);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_second_of_two_hosts_behind_one_nat_is_mapped),
        cmocka_unit_test(without_a_pool_it_is_refused),
        cmocka_unit_test(another_machine_of_one_identity_is_kept_apart),
        cmocka_unit_test(the_address_stays_while_sas_are_replaced),
        cmocka_unit_test(the_address_stays_when_the_nat_gets_another_one),
        cmocka_unit_test(of_two_that_ask_at_once_the_second_is_mapped),
        cmocka_unit_test(of_two_that_ask_at_once_the_second_is_refused_without_a_pool),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
