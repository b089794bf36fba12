/* SPDX-License-Identifier: BSD-3-Clause */
/* As what SAs and children are counted for their connection, from the first packet to the last. */
#include "ike_pair.h"
#include "ike_core.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

static void expect(const struct pair *p, int i, uint32_t connecting, uint32_t up, uint32_t closing,
                   uint32_t child)
{
    static struct ike_presence now;
    assert_true(ike_show_presence(p->h[i].ike, i ? "a" : "b", &now));
    assert_int_equal(now.connecting, connecting);
    assert_int_equal(now.up, up);
    assert_int_equal(now.closing, closing);
    assert_int_equal(now.sas, connecting + up + closing);
    assert_int_equal(now.children[0], child);
}

static void an_sa_and_its_child_are_counted_as_they_come_and_go(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    pair_start(p);
    expect(p, 0, 0, 0, 0, 0);
    p->hold = true;
    pair_connect(p);
    expect(p, 0, 1, 0, 0, 0);
    p->hold = false;
    pair_settle(p);
    expect(p, 0, 0, 1, 0, 1);
    expect(p, 1, 0, 1, 0, 1);
    p->drop[1] = true;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "b"});
    expect(p, 0, 0, 0, 1, 0);
    p->drop[1] = false;
    pair_run(p, 40);
    expect(p, 0, 0, 0, 0, 0);
    expect(p, 1, 0, 0, 0, 0);
    pair_free(p);
}

static void what_is_replaced_counts_no_more(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    assert_int_equal(pair_live(&p->h[0]), 2); /* the replaced one lingers */
    expect(p, 0, 0, 1, 0, 1);
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b", .rekey_ike = true});
    expect(p, 0, 0, 1, 0, 1);
    expect(p, 1, 0, 1, 0, 1);
    pair_run(p, 40);
    expect(p, 1, 0, 1, 0, 1);
    pair_free(p);
}

static void swap(struct pair *p, struct ike_conf *conf)
{
    ike_conf_seal(conf);
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_CONF_SWAP, .conf = conf});
    while (pair_event(p, 0, (struct ike_event){.type = IKE_EV_CONF_MORE}) > 0)
        continue;
    ike_conf_put(conf);
}

static struct ike_conf *conf_of_a(const char *remote)
{
    struct ike_conf *conf = pair_conf("b", "@a", "@b", "secret", "10.1.0.0/16", remote);
    conf->conns[0].remote_addr = pair_addr("198.51.100.1");
    return conf;
}

/* A child that the new configuration does not have is there until its DELETE is answered. */
static void a_child_that_is_configured_no_more_counts_for_none(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike_conf *next = conf_of_a("10.2.0.0/16");
    snprintf(next->conns[0].children[0].name, sizeof next->conns[0].children[0].name, "other");
    p->drop[0] = true;
    swap(p, next);
    const struct ikev2_sa *sa = p->h[0].ike->v2->first;
    assert_int_equal(sa->n_children, 1);
    expect(p, 0, 0, 1, 0, 0);
    p->drop[0] = false;
    pair_run(p, 40);
    pair_free(p);
}

static void an_sa_goes_over_to_another_configuration(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike_conf *next = conf_of_a("10.2.0.0/16");
    next->conns[0].dpd_s = 77;
    swap(p, next);
    assert_int_equal(p->h[0].ike->v2->first->conn->dpd_s, 77);
    expect(p, 0, 0, 1, 0, 1);
    struct ike_conf *none = ike_conf_new();
    swap(p, none);
    pair_run(p, 40);
    expect(p, 1, 0, 0, 0, 0);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_sa_and_its_child_are_counted_as_they_come_and_go),
        cmocka_unit_test(what_is_replaced_counts_no_more),
        cmocka_unit_test(a_child_that_is_configured_no_more_counts_for_none),
        cmocka_unit_test(an_sa_goes_over_to_another_configuration),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
