/* SPDX-License-Identifier: BSD-3-Clause */
/* Transport mode of IKEv1, as both sides see it through each kind of NAT, and what NAT-OA may be. */
#include "ike_hosts.h"
#include "ikev1_login_pair.h"
#include "ikev1_msg.h"
#include "ikev1_quick.h"
#include "ikev1_transport.h"

static struct pair *v1_hosts(bool has_nat, bool has_dnat)
{
    return hosts_set(pair_v1_new(PAIR_V1_IKE, PAIR_V1_ESP), has_nat, has_dnat);
}

static void addresses_are_put_in_place_behind_each_kind_of_nat(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        const bool has_nat = i & 1, has_dnat = i & 2;
        const char *a_seen = has_nat ? A_SEEN : A, *b_seen = has_dnat ? B_SEEN : B;
        struct pair *p = v1_hosts(has_nat, has_dnat);
        pair_start(p);
        pair_connect(p);
        pair_check_one(p);
        assert_int_equal(live_pair(&p->h[1])->way, i ? ESP_WAY_UDP : ESP_WAY_ESP);
        assert_ends(&p->h[0], A, b_seen, a_seen, B);
        assert_ends(&p->h[1], B, a_seen, b_seen, A);
        pair_free(p);
    }
}

/* The child by either side, then what is below it, then the child again. */
static void replacing_keeps_mode_and_addresses(void **state)
{
    (void)state;
    for (int side = 0; side < 2; side++) {
        struct pair *p = v1_hosts(true, true);
        pair_start(p);
        pair_connect(p);
        for (int i = 0; i < 3; i++) {
            const uint32_t before = live_pair(&p->h[side])->spi_in;
            pair_run(p, 5);
            pair_event(p, i == 1 ? 0 : side,
                       (struct ike_event){
                           .type = IKE_EV_REKEY, .name = i == 1 || !side ? "b" : "a", .rekey_ike = i == 1});
            pair_run(p, 40);
            pair_check_one(p);
            assert_int_equal(live_pair(&p->h[side])->spi_in == before, i == 1);
            assert_ends(&p->h[0], A, B_SEEN, A_SEEN, B);
            assert_ends(&p->h[1], B, A_SEEN, B_SEEN, A);
        }
        pair_free(p);
    }
}

/* Its message 1 comes from an address that another one has, and before it has the answer it is back. */
static void a_child_for_an_address_that_its_peer_left_is_not_made(void **state)
{
    (void)state;
    struct pair *p = v1_hosts(true, false);
    pair_start(p);
    pair_connect(p);
    struct ikev1_sa *sa = sa_of(p, 0);
    p->hold = true;
    p->nat_addr = pair_addr("203.0.113.8");
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    pair_deliver_one(p);
    assert_addr(&live_pair(&p->h[1])->ends.remote, "203.0.113.8");
    p->nat_addr = pair_addr(A_SEEN);
    sa->wants_dpd = true;
    ikev1_sa_touch(p->h[0].ike, sa);
    ike_on_timer(p->h[0].ike, p->now);
    p->hold = false;
    pair_settle(p);
    pair_check_one(p);
    assert_ends(&p->h[1], B, A_SEEN, B, A);
    pair_free(p);
}

/* ---- NAT-OA as others send it ---- */

struct oas {
    uint8_t payload;
    size_t n;
    const char *addrs[3];
    uint8_t id_type; /* of the last one; 0: that of its address */
};

/* A message with these NAT-OA payloads. */
static struct ikev1_msg msg_with(const struct oas *o, uint8_t buf[512])
{
    struct wire_ike_builder b = wire_ike_build_chain(buf, 512);
    struct ikev1_msg msg = {0};
    for (size_t i = 0; i < o->n; i++) {
        const struct base_addr a = pair_addr(o->addrs[i]);
        wire_v1_put_natoa(&b, o->payload, &a);
    }
    if (o->id_type) /* in front of the last address */
        buf[b.w.pos - 8] = o->id_type;
    assert_int_equal(wire_v1_plds_parse(wire_ike_chain_first(&b), wire_ike_chain_bytes(&b), false, &msg.plds),
                     WIRE_IKE_OK);
    return msg;
}

/* b takes them from a; each may be behind a NAT. */
static bool take_by(struct ike_natd natd, const struct oas *o, bool is_peer_initiator, struct ikev1_quick *q)
{
    uint8_t buf[512];
    const struct ikev1_msg msg = msg_with(o, buf);
    struct ikev1_sa sa = {.natt = WIRE_V1_V_NATT_RFC, .natd = natd};
    sa.path.local.addr = pair_addr(B);
    sa.path.remote.addr = pair_addr(A_SEEN);
    if (o->payload == WIRE_V1_P_NATOA_DRAFT)
        sa.natt = WIRE_V1_V_NATT_02N;
    *q = (struct ikev1_quick){.mode = ESP_MODE_TRANSPORT};
    q->local.lo = q->local.hi = pair_addr(B_SEEN);
    q->remote.lo = q->remote.hi = pair_addr("192.0.2.77");
    return ikev1_transport_take(&sa, &msg, is_peer_initiator, q);
}

static bool take(const struct oas *o, bool is_peer_initiator, struct ikev1_quick *q)
{
    return take_by((struct ike_natd){.local_nat = true, .remote_nat = true}, o, is_peer_initiator, q);
}

static void original_addresses_are_kept_for_checksums_alone(void **state)
{
    static const uint8_t payloads[] = {WIRE_V1_P_NATOA, WIRE_V1_P_NATOA_DRAFT};
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct ikev1_quick q;
        assert_true(take(&(struct oas){payloads[i], 2, {A, B_SEEN}, 0}, true, &q));
        assert_addr(&q.ends_in.remote, A);
        assert_addr(&q.ends_in.local, B_SEEN);
        assert_addr(&q.remote.lo, A_SEEN);
        assert_addr(&q.local.hi, B);
        assert_false(q.sums_anew);
        assert_true(take(&(struct oas){payloads[i], 2, {B_SEEN, A}, 0}, false, &q)); /* an answer */
        assert_addr(&q.ends_in.remote, A);
        assert_addr(&q.ends_in.local, B_SEEN);
        assert_true(take(&(struct oas){payloads[i], 1, {A}, 0}, false, &q)); /* the sender's own */
        assert_addr(&q.ends_in.remote, A);
        assert_addr(&q.ends_in.local, B_SEEN);
        assert_true(take(&(struct oas){payloads[i], 0, {0}, 0}, true, &q)); /* the IDs have to do */
        assert_addr(&q.ends_in.remote, "192.0.2.77");
        assert_true(q.sums_anew);
    }
}

/* Of a side that no NAT is in front of the address is known without one. */
static void checksums_are_made_anew_where_a_nat_hides_what_was_not_told(void **state)
{
    static const uint8_t payloads[] = {WIRE_V1_P_NATOA, WIRE_V1_P_NATOA_DRAFT};
    (void)state;
    for (int i = 0; i < 24; i++) {
        const struct ike_natd natd = {.local_nat = i & 1, .remote_nat = i & 2};
        const struct oas o = {payloads[i / 12], (size_t)i / 4 % 3, {A, B_SEEN}, 0};
        struct ikev1_quick q;
        assert_true(take_by(natd, &o, true, &q));
        assert_int_equal(q.sums_anew,
                         o.n == 0 ? natd.local_nat || natd.remote_nat : o.n == 1 && natd.local_nat);
    }
}

/* As libreswan answers: then nobody knows what the checksums of its packets cover. */
static void without_original_addresses_checksums_are_made_anew(void **state)
{
    (void)state;
    struct pair *p = hosts_set(pair_v1_new(PAIR_V1_IKE, "aes128gcm16-modp2048-noesn"), true, true);
    pair_start(p);
    pair_connect(p);
    assert_false(live_pair(&p->h[0])->sums_anew);
    assert_false(live_pair(&p->h[1])->sums_anew);
    pair_run(p, 60);
    p->h[1].hold_jobs = true;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    sa_of(p, 1)->natt = WIRE_V1_V_NATT_02; /* what it says now is not seen as NAT-OA */
    p->h[1].hold_jobs = false;
    assert_int_equal(p->h[1].n_jobs, 1);
    p->h[1].n_jobs = 0;
    pair_job(p, 1, p->h[1].jobs[0]);
    pair_run(p, 10);
    pair_check_one(p);
    assert_true(live_pair(&p->h[0])->sums_anew);
    assert_false(live_pair(&p->h[1])->sums_anew);
    pair_free(p);
}

static void what_is_no_original_address_is_refused(void **state)
{
    static const struct oas bad[] = {
        {WIRE_V1_P_NATOA, 3, {A, B, A}, 0},          {WIRE_V1_P_NATOA, 1, {"2001:db8::1"}, 0},
        {WIRE_V1_P_NATOA, 2, {A, "2001:db8::1"}, 0}, {WIRE_V1_P_NATOA, 2, {A, B}, WIRE_V1_ID_IP4_SUBNET},
        {WIRE_V1_P_NATOA, 1, {A}, WIRE_V1_ID_FQDN},  {WIRE_V1_P_NATOA_DRAFT, 1, {A}, WIRE_V1_ID_IP6}};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct ikev1_quick q;
        assert_false(take(&bad[i], true, &q));
        assert_addr(&q.remote.lo, "192.0.2.77");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_put_in_place_behind_each_kind_of_nat),
        cmocka_unit_test(replacing_keeps_mode_and_addresses),
        cmocka_unit_test(a_child_for_an_address_that_its_peer_left_is_not_made),
        cmocka_unit_test(original_addresses_are_kept_for_checksums_alone),
        cmocka_unit_test(checksums_are_made_anew_where_a_nat_hides_what_was_not_told),
        cmocka_unit_test(without_original_addresses_checksums_are_made_anew),
        cmocka_unit_test(what_is_no_original_address_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
