/* SPDX-License-Identifier: BSD-3-Clause */
/* IDs of quick mode as clients of L2TP send them, and modes that one side alone is for. */
#include "ike_hosts.h"
#include "ike_core.h"
#include "ikev1_login_pair.h"
#include "ikev1_msg.h"
#include "ikev1_nets.h"
#include "ikev1_quick.h"
#include "ikev1_tables.h"

#define PORT 1701

/* What a caller behind a NAT says of itself and of us. */
static const struct client {
    const char *name;
    const char *from; /* an address, or a name */
    uint16_t from_port;
    const char *to; /* NULL: no IDs */
    bool is_taken;
} clients[] = {
    {"Windows", A, PORT, B_SEEN, true},
    {"strongSwan, which knows its public address", A_SEEN, PORT, B_SEEN, true},
    {"Android", A, 0, B_SEEN, true},
    {"macOS", A, 54321, B_SEEN, true},
    {"Windows XP", "laptop", PORT, B_SEEN, true},
    {"who says a network", "192.0.2.0/24", PORT, B_SEEN, false},
    {"who says IPv6", "2001:db8::1", PORT, B_SEEN, false},
};

static void put_id(struct wire_ike_builder *b, const char *text, uint16_t port)
{
    uint8_t data[WIRE_V1_TS_BYTES];
    struct base_prefix prefix;
    struct wire_v1_id id = {.type = WIRE_V1_ID_FQDN, .data = base_span(text, strlen(text))};
    struct base_ts ts = {0};
    if (base_prefix_parse(text, &prefix) == 0) {
        base_prefix_range(&prefix, &ts.lo, &ts.hi);
        ts.port_hi = UINT16_MAX;
        assert_true(wire_v1_id_from_ts(&ts, data, &id));
    }
    id.protocol = 17;
    id.port = port;
    wire_v1_put_id(b, &id);
}

/* b is for L2TP of a host with any port. Connected through both NATs. */
static struct pair *concentrator(void)
{
    const struct base_ts_list udp = {.count = 1, .list = {{.protocol = 17, .port_hi = UINT16_MAX}}};
    struct pair *p = hosts_set(pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP), true, true);
    assert_true(base_ts_set(&p->h[1].conf->conns[0].children[0].remote_ts, &udp));
    pair_start(p);
    pair_connect(p);
    pair_check_one(p);
    return p;
}

static void offer(struct pair *p, uint16_t encap)
{
    struct wire_v1_sa *in = &p->h[1].ike->v1->sa_in;
    in->count = in->list[0].count = 1;
    in->list[0].list[0].encap = encap;
}

static void clients_behind_a_nat_are_known_by_its_address_whatever_they_say(void **state)
{
    (void)state;
    struct pair *p = concentrator();
    for (size_t i = 0; i < sizeof clients / sizeof *clients; i++) {
        const struct client *c = &clients[i];
        uint8_t buf[512];
        struct wire_ike_builder b = wire_ike_build_chain(buf, sizeof buf);
        struct ikev1_msg msg = {0};
        struct ikev1_quick *q = ikev1_quick_new();
        put_id(&b, c->from, c->from_port);
        put_id(&b, c->to, PORT);
        assert_int_equal(
            wire_v1_plds_parse(wire_ike_chain_first(&b), wire_ike_chain_bytes(&b), false, &msg.plds),
            WIRE_IKE_OK);
        offer(p, WIRE_V1_ENCAP_UDP_TRANSPORT);
        print_message("%s\n", c->name);
        assert_int_equal(ikev1_nets_pick(p->h[1].ike, sa_of(p, 1), q, &msg),
                         c->is_taken ? 0 : WIRE_V1_N_INVALID_ID_INFORMATION);
        if (c->is_taken) {
            assert_addr(&q->remote.lo, A_SEEN);
            assert_addr(&q->local.lo, B);
            assert_int_equal(q->remote.port_lo, c->from_port);
            assert_int_equal(q->remote.port_hi, c->from_port ? c->from_port : UINT16_MAX);
            assert_addr(&q->ends_in.local, B_SEEN);
        }
        ikev1_quick_free(p->h[1].ike, q);
    }
    pair_free(p);
}

/* Then it is for all between the two, which this child is not. */
static void without_ids_a_child_for_all_traffic_is_meant(void **state)
{
    const struct base_ts_list any = {.count = 1, .list = {{.port_hi = UINT16_MAX}}};
    const struct ikev1_msg msg = {0};
    (void)state;
    for (int is_for_all = 0; is_for_all < 2; is_for_all++) {
        struct pair *p = hosts_set(pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP), true, true);
        for (int i = 0; is_for_all && i < 2; i++) {
            struct ike_child_conf *c = &p->h[i].conf->conns[0].children[0];
            assert_true(base_ts_set(&c->local_ts, &any) && base_ts_set(&c->remote_ts, &any));
        }
        pair_start(p);
        pair_connect(p);
        pair_check_one(p);
        struct ikev1_quick *q = ikev1_quick_new();
        offer(p, WIRE_V1_ENCAP_UDP_TRANSPORT);
        assert_int_equal(ikev1_nets_pick(p->h[1].ike, sa_of(p, 1), q, &msg),
                         is_for_all ? 0 : WIRE_V1_N_INVALID_ID_INFORMATION);
        if (is_for_all)
            assert_addr(&q->remote.lo, A_SEEN);
        ikev1_quick_free(p->h[1].ike, q);
        pair_free(p);
    }
}

static void a_mode_that_only_one_side_is_for_is_refused_in_words(void **state)
{
    (void)state;
    for (int other = 0; other < 2; other++) {
        struct pair *p = hosts_set(pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP), false, false);
        struct ike_child_conf *c = &p->h[other].conf->conns[0].children[0];
        c->mode = ESP_MODE_TUNNEL;
        pair_ts_only(&c->local_ts, other ? B "/32" : A "/32");
        pair_ts_only(&c->remote_ts, other ? A "/32" : B "/32");
        if (other == 0) { /* as the child that is for transport mode */
            for (struct base_ts_list *l = c->local_ts; l; l = l == c->local_ts ? c->remote_ts : NULL) {
                l->list[0].protocol = 17;
                l->list[0].port_lo = l->list[0].port_hi = PORT;
            }
        }
        pair_start(p);
        pair_connect(p);
        assert_int_equal(pair_live(&p->h[1]), 0);
        const struct ike_audit *a = pair_audit(&p->h[1], IKE_AUDIT_FAIL_TRANSPORT);
        assert_non_null(a);
        assert_string_equal(a->what, other ? "the peer wants transport mode" : "the peer wants tunnel mode");
        assert_int_equal(a->notify, WIRE_V1_N_NO_PROPOSAL_CHOSEN);
        assert_int_equal(pair_audit(&p->h[0], IKE_AUDIT_FAIL_REFUSED)->notify, WIRE_V1_N_NO_PROPOSAL_CHOSEN);
        pair_free(p);
    }
}

/* The peer asked for a part of what is configured: whoever replaces it asks for that part. */
static void a_child_is_replaced_for_what_it_has(void **state)
{
    (void)state;
    struct pair *p = pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP);
    pair_ts_only(&p->h[0].conf->conns[0].children[0].remote_ts, "10.2.3.0/24");
    pair_start(p);
    pair_connect(p);
    pair_run(p, 5);
    const uint32_t before = live_pair(&p->h[1])->spi_in;
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_REKEY, .name = "a"});
    pair_run(p, 10);
    pair_check_one(p);
    assert_int_not_equal(live_pair(&p->h[1])->spi_in, before);
    assert_addr(&live_pair(&p->h[1])->local_ts.list[0].hi, "10.2.3.255");
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clients_behind_a_nat_are_known_by_its_address_whatever_they_say),
        cmocka_unit_test(without_ids_a_child_for_all_traffic_is_meant),
        cmocka_unit_test(a_mode_that_only_one_side_is_for_is_refused_in_words),
        cmocka_unit_test(a_child_is_replaced_for_what_it_has),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
