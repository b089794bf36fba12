/* SPDX-License-Identifier: BSD-3-Clause */
/* Two peers with one address: the second is known by an address of a pool, as long as its IKE SA lives. */
#include "ike_hosts.h"

#include "ike_core.h"
#include "ikev2_children.h"
#include "ikev2_remap.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"
#include "pool_book.h"
#include "pool_pair.h"

#define INNER "10.1.2.3"

/* What b knows of its only pool. */
static struct pool_view view_of(const struct pair *p)
{
    struct pool_view v;
    assert_true(pool_view(p->h[1].ike->pools, 0, &v));
    return v;
}

/* b maps clashing addresses to those of a pool, up to this one; in tunnel mode both peers have INNER (or a
 * network). */
static struct pair *clashing(bool is_transport, const char *last, const char *net)
{
    struct pair *p = is_transport ? hosts(true, false) : pair_new();
    struct ike_child_conf *b = &p->h[1].conf->conns[0].children[0];
    p->has_nat = true;
    pair_pool(p->h[1].conf, "others", "10.77.0.1", last);
    snprintf(b->remap, sizeof b->remap, "others");
    if (!is_transport) {
        pair_ts_only(&p->h[0].conf->conns[0].children[0].local_ts, net);
        pair_ts_only(&b->remote_ts, net);
    }
    b_takes_both(p);
    pair_start(p);
    pair_connect(p);
    assert_int_equal(pair_live(&p->h[1]), 1);
    assert_int_equal(view_of(p).held, 0);
    c_calls(p);
    return p;
}

/* The newest pair of b is known here by one address and on the wire by the other. */
static void assert_mapped(const struct pair *p, const char *here, const char *in, const char *out)
{
    const struct esp_pair *e = live_pair(&p->h[1]);
    assert_addr(&e->ends.remote, here);
    assert_addr(&e->ends_in.remote, in);
    assert_addr(&e->ends_out.remote, out);
    assert_addr(&e->remote_ts.list[0].lo, here);
    assert_addr(&e->remote_ts.list[0].hi, here);
}

static void the_second_of_two_inner_addresses_is_mapped(void **state)
{
    (void)state;
    struct pair *p = clashing(false, "10.77.0.9", INNER "/32");
    assert_int_equal(pair_live(&p->h[1]), 2);
    assert_int_equal(live_pair(&p->h[1])->mode, ESP_MODE_TUNNEL);
    assert_int_equal(live_pair(&p->h[1])->ends.local.family, BASE_AF_NONE);
    assert_mapped(p, "10.77.0.1", INNER, INNER);
    assert_int_equal(p->h[1].children[0].i.pair.ends.remote.family,
                     BASE_AF_NONE); /* the first is as it was */
    /* The peer knows nothing of it. */
    assert_addr(&live_pair(&p->h[0])->local_ts.list[0].lo, INNER);
    pair_free(p);
}

static void the_second_of_two_hosts_behind_one_nat_is_mapped(void **state)
{
    (void)state;
    struct pair *p = clashing(true, "10.77.0.9", NULL);
    assert_int_equal(pair_live(&p->h[1]), 2);
    assert_int_equal(live_pair(&p->h[1])->mode, ESP_MODE_TRANSPORT);
    assert_mapped(p, "10.77.0.1", "192.0.2.2", A_SEEN);
    pair_free(p);
}

/* Rekeyed by both sides, the child and the IKE SA: nothing changes for what runs through them. */
static void the_address_stays_while_sas_are_replaced(void **state)
{
    (void)state;
    struct pair *p = clashing(false, "10.77.0.9", INNER "/32");
    for (int i = 0; i < 4; i++) {
        const int side = i & 1;
        struct ikev2_sa *sa = p->h[side].ike->v2->first;
        while (sa->link.next)
            sa = sa->link.next;
        const uint32_t before = live_pair(&p->h[1])->spi_in;
        if (i & 2)
            sa->want.rekey = true;
        else
            sa->children->want_rekey = true;
        ikev2_sa_touch(p->h[side].ike, sa);
        ike_on_timer(p->h[side].ike, p->now);
        pair_run(p, 10);
        assert_int_equal(live_pair(&p->h[1])->spi_in == before, i >= 2); /* children move with their SA */
        assert_mapped(p, "10.77.0.1", INNER, INNER);
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
    struct pair *p = clashing(true, "10.77.0.9", NULL);
    pair_run(p, 5);
    p->nat_addr = pair_addr("203.0.113.8");
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    pair_run(p, 40);
    assert_mapped(p, "10.77.0.1", "192.0.2.2", "203.0.113.8");
    pair_free(p);
}

/* It lost all that it knew and calls again, while its older SA is still there: the address goes over to the
 * new one. */
static void a_peer_that_calls_again_has_its_address_again(void **state)
{
    (void)state;
    struct pair *p = clashing(false, "10.77.0.9", INNER "/32");
    const uint32_t before = live_pair(&p->h[1])->spi_in;
    c_calls(p);
    assert_int_not_equal(live_pair(&p->h[1])->spi_in, before);
    assert_mapped(p, "10.77.0.1", INNER, INNER);
    pair_run(p, 10);
    assert_int_equal(view_of(p).held, 1);
    assert_mapped(p, "10.77.0.1", INNER, INNER);
    pair_free(p);
}

/* Two devices of one identity, each with its own address in a network of @a: the first one calls again, and
 * what the second one has is not touched. */
static void devices_of_one_identity_keep_what_they_have(void **state)
{
    (void)state;
    static const char *const own[] = {INNER "/32", "10.1.2.4/32", INNER "/32"};
    static const char *const here[] = {"10.77.0.1", "10.77.0.2", "10.77.0.1"};
    struct pair *p = pair_new();
    struct ike_conn_conf *a = &p->h[0].conf->conns[0], *b = &p->h[1].conf->conns[0];
    p->has_nat = true;
    pair_pool(p->h[1].conf, "others", "10.77.0.1", "10.77.0.9");
    snprintf(b->children[0].remap, sizeof b->children[0].remap, "others");
    pair_ts_only(&a->children[0].local_ts, "10.1.2.0/24");
    pair_ts_only(&b->children[0].remote_ts, "10.1.2.0/24");
    a->unique = b->unique = IKE_UNIQUE_KEEP;
    b_takes_both(p);
    pair_start(p);
    pair_connect(p);
    for (size_t i = 0; i < 3; i++) {
        pair_ts_only(&a->children[0].local_ts, own[i]);
        c_calls(p);
        assert_addr(&live_pair(&p->h[1])->ends.remote, here[i]);
    }
    assert_int_equal(view_of(p).held, 2);
    pair_free(p);
}

/* Pools are by their numbers in the configuration in force, while an SA may have a former one still: of two
 * pools the first is gone, or the one that is meant. */
static void the_pool_is_that_of_the_configuration_in_force(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct pair *p = pair_new();
        struct ike_conf *former = p->h[1].conf;
        pair_pool(former, "first", "10.66.0.1", "10.66.0.9");
        pair_pool(former, "others", "10.77.0.1", "10.77.0.9");
        struct ike_child_conf *c = &former->conns[0].children[0];
        snprintf(c->remap, sizeof c->remap, "others");
        pair_start(p);
        struct ike_conf *next = pair_conf("a", "@b", "@a", "secret", "10.2.0.0/16", "10.1.0.0/16");
        pair_pool(next, i ? "first" : "others", "10.77.0.1", "10.77.0.9");
        ike_conf_seal(next);
        pair_event(p, 1, (struct ike_event){.type = IKE_EV_CONF_SWAP, .conf = next});
        p->h[1].conf = next;
        struct ikev2_sa *sa = calloc(1, sizeof *sa);
        const struct ike_id peer = pair_id("@c");
        struct base_ts_list *remote = NULL;
        pair_ts(&remote, INNER "/32");
        sa->conf = former;
        sa->conn = &former->conns[0];
        sa->id = 99;
        sa->remote_id = &peer;
        assert_int_equal(ikev2_remap_take(p->h[1].ike, sa, c, remote), !i);
        assert_int_equal(view_of(p).held, !i);
        if (!i)
            assert_addr(&sa->remap.here, "10.77.0.1");
        free(remote);
        free(sa);
        ike_conf_put(former);
        pair_free(p);
    }
}

/* A network has no one address: refused, as without a pool. */
static void what_cannot_be_mapped_is_refused(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct pair *p =
            i ? clashing(false, "10.77.0.1", "10.1.2.0/24") : clashing(false, "10.77.0.1", INNER "/32");
        assert_int_equal(pair_live(&p->h[1]), i ? 1 : 2);
        assert_int_equal(pair_audit(&p->h[1], IKE_AUDIT_FAIL_OVERLAP) != NULL, i);
        if (i) {
            const struct ike_audit *a = pair_audit(&p->h[1], IKE_AUDIT_FAIL_OVERLAP);
            assert_non_null(strstr(a->fix_here, "connections.a.child.remap"));
        }
        pair_free(p);
    }
}

/* Two with one inner address ask for it before either has it, each beside a child of its own. */
static void of_two_that_ask_at_once_the_second_is_mapped(void **state)
{
    (void)state;
    for (int has_pool = 0; has_pool < 2; has_pool++) {
        struct pair *p = pair_new();
        p->has_nat = true;
        for (int i = 0; i < 2; i++) {
            struct ike_conn_conf *c = &p->h[i].conf->conns[0];
            char why[200];
            pair_child_add(c, i ? "10.2.0.0/16" : INNER "/32", i ? INNER "/32" : "10.2.0.0/16");
            crypt_proposal_parse("aes128gcm16-x25519", CRYPT_PROTOCOL_ESP, &c->children[1].proposals[0], why,
                                 sizeof why);
            c->children[1].n_proposals = 1;
        }
        struct ike_child_conf *a = &p->h[0].conf->conns[0].children[0];
        struct ike_child_conf *b = p->h[1].conf->conns[0].children;
        pair_ts_only(&a->local_ts, "10.1.0.1/32");
        pair_ts_only(&b[0].remote_ts, "10.1.0.0/24");
        pair_pool(p->h[1].conf, "others", "10.77.0.1", "10.77.0.9");
        snprintf(b[1].remap, sizeof b[1].remap, "%s", has_pool ? "others" : "");
        b_takes_both(p);
        pair_start(p);
        p->hold = true;
        pair_connect(p);
        b_waits(p, WIRE_IKE_CREATE_CHILD_SA);
        pair_ts_only(&a->local_ts, "10.1.0.2/32");
        c_calls(p);
        b_waits(p, WIRE_IKE_CREATE_CHILD_SA);
        assert_int_equal(pair_live(&p->h[1]), 2);
        b_goes_on(p);
        assert_int_equal(pair_live(&p->h[1]), 3 + has_pool);
        assert_int_equal(view_of(p).held, has_pool);
        assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_FAIL_OVERLAP), !has_pool);
        if (has_pool)
            assert_mapped(p, "10.77.0.1", INNER, INNER);
        pair_free(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_second_of_two_inner_addresses_is_mapped),
        cmocka_unit_test(the_second_of_two_hosts_behind_one_nat_is_mapped),
        cmocka_unit_test(the_address_stays_while_sas_are_replaced),
        cmocka_unit_test(the_address_stays_when_the_nat_gets_another_one),
        cmocka_unit_test(a_peer_that_calls_again_has_its_address_again),
        cmocka_unit_test(devices_of_one_identity_keep_what_they_have),
        cmocka_unit_test(the_pool_is_that_of_the_configuration_in_force),
        cmocka_unit_test(what_cannot_be_mapped_is_refused),
        cmocka_unit_test(of_two_that_ask_at_once_the_second_is_mapped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
