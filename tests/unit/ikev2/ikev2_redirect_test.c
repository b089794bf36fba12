/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Redirects between two engines, of which the second is reached at two addresses: in IKE_SA_INIT, in IKE_AUTH
 * and while the SA is up; what is forged, what goes round, and who does not follow.
 */
#include "ike_core.h"
#include "ike_craft.h"
#include "ike_pair.h"
#include "ike_run.h"
#include "ikev2_init.h"
#include "ikev2_redirect.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

#define OTHER "198.51.100.9" /* the second address of b */

static const struct ikev2_sa *sa_of(struct pair *p, int i)
{
    return p->h[i].ike->v2->last;
}

static void set(char to[IKE_HOST_MAX], const char *host)
{
    snprintf(to, IKE_HOST_MAX, "%s", host);
}

static struct pair *ready(void)
{
    struct pair *p = pair_new();
    p->h[0].conf->conns[0].start = true;
    return p;
}

static void assert_at(struct pair *p, const char *want)
{
    char is[BASE_ADDR_TEXT_MAX];
    assert_int_equal(pair_live(&p->h[0]), 1);
    assert_string_equal(base_addr_text(&sa_of(p, 0)->path.remote.addr, is), want);
    pair_check_one(p);
}

/* b takes callers at one address only: there it does not send them away. */
static void stop_at_other(struct pair *p)
{
    p->h[1].conf->redirect_to[0] = '\0';
    p->h[1].conf->conns[0].redirect_to[0] = '\0';
}

static void a_caller_is_sent_elsewhere_by_the_answer_to_its_first_message(void **state)
{
    (void)state;
    struct pair *p = ready();
    set(p->h[1].conf->redirect_to, OTHER);
    pair_start(p);
    pair_run(p, 0);
    assert_int_equal(pair_stats(p, 1).ike_sas, 0); /* no state for it */
    assert_string_equal(pair_audit(&p->h[0], IKE_AUDIT_REDIRECTED)->why, "to " OTHER);
    stop_at_other(p);
    pair_run(p, 2);
    assert_at(p, OTHER);
    assert_true(sa_of(p, 1)->redirect.is_supported); /* REDIRECTED_FROM says so */
    pair_free(p);
}

static void one_that_cannot_be_redirected_is_taken(void **state)
{
    (void)state;
    struct pair *p = ready();
    set(p->h[1].conf->redirect_to, OTHER);
    set(p->h[1].conf->conns[0].redirect_to, OTHER);
    p->h[0].conf->conns[0].follow_redirect = false;
    pair_start(p);
    pair_run(p, 2);
    assert_at(p, "198.51.100.1");
    pair_free(p);
}

/* Whoever has not seen the request cannot send its caller anywhere. */
static void without_our_nonce_it_is_nobodys(void **state)
{
    (void)state;
    struct pair *p = ready();
    set(p->h[1].conf->redirect_to, OTHER);
    pair_start(p);
    p->hold = true;
    pair_run(p, 0);
    pair_deliver_one(p);
    p->queue[p->tail - 1].bytes[p->queue[p->tail - 1].len - 1] ^= 1; /* of the nonce */
    pair_deliver_one(p);
    assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_REDIRECTED), 0);
    assert_int_equal(sa_of(p, 0)->state, IKEV2_ST_I_INIT);
    p->hold = false;
    stop_at_other(p);
    pair_run(p, 5);
    assert_at(p, "198.51.100.1");
    pair_free(p);
}

static void a_peer_that_proved_who_it_is_is_sent_elsewhere(void **state)
{
    (void)state;
    struct pair *p = ready();
    set(p->h[1].conf->conns[0].redirect_to, OTHER);
    pair_start(p);
    pair_run(p, 0);
    assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_REDIRECTED), 1);
    assert_int_equal(p->h[0].n_children + p->h[1].n_children, 0);
    assert_int_equal(pair_stats(p, 0).ike_sas + pair_stats(p, 1).ike_sas, 0); /* deleted by the client */
    stop_at_other(p);
    pair_run(p, 3);
    assert_at(p, OTHER);
    pair_free(p);
}

static void clients_that_are_up_are_sent_elsewhere(void **state)
{
    (void)state;
    struct pair *p = ready();
    pair_start(p);
    pair_run(p, 1);
    assert_at(p, "198.51.100.1");
    assert_int_equal(pair_event(p, 0, (struct ike_event){.type = IKE_EV_REDIRECT, .host = OTHER}),
                     0); /* no client of a's */
    assert_int_equal(
        pair_event(p, 1, (struct ike_event){.type = IKE_EV_REDIRECT, .name = "nobody", .host = OTHER}),
        -ENOENT);
    assert_int_equal(
        pair_event(p, 1, (struct ike_event){.type = IKE_EV_REDIRECT, .name = "a", .host = OTHER}), 1);
    pair_run(p, 3);
    assert_at(p, OTHER);
    assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_IKE_UP), 2);
    pair_free(p);
}

static void a_rekeyed_client_can_be_sent_elsewhere_too(void **state)
{
    (void)state;
    struct pair *p = ready();
    pair_start(p);
    pair_run(p, 1);
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_REKEY, .name = "a", .rekey_ike = true});
    pair_run(p, 1);
    assert_int_equal(pair_event(p, 1, (struct ike_event){.type = IKE_EV_REDIRECT, .host = OTHER}), 1);
    pair_run(p, 3);
    assert_at(p, OTHER);
    pair_free(p);
}

static void who_is_sent_around_too_often_stays_and_says_so(void **state)
{
    (void)state;
    struct pair *p = ready();
    set(p->h[1].conf->redirect_to, "198.51.100.1");
    pair_start(p);
    pair_run(p, 3);
    assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_REDIRECTED), 5);
    const struct ike_audit *a = pair_audit(&p->h[0], IKE_AUDIT_FAIL_REDIRECT);
    assert_non_null(a);
    assert_string_equal(a->what, "198.51.100.1:500 sends us to 198.51.100.1");
    stop_at_other(p);
    pair_run(p, 10);
    assert_at(p, "198.51.100.1");
    pair_free(p);
}

/* Where nobody is, the configured address is called again. */
static void a_gateway_that_does_not_answer_is_left_again(void **state)
{
    (void)state;
    struct pair *p = ready();
    set(p->h[1].conf->redirect_to, OTHER);
    p->dead_addr = pair_addr(OTHER);
    pair_start(p);
    pair_run(p, 1);
    stop_at_other(p);
    pair_run(p, 60);
    assert_at(p, "198.51.100.1");
    pair_free(p);
}

static void bodies_hold_addresses_and_names(void **state)
{
    (void)state;
    static const struct {
        const char *to;
        size_t len;
        const char *bytes;
    } rows[] = {
        {"192.0.2.1", 6 + 2, "\1\4\300\0\2\1no"},
        {"2001:db8::1", 18 + 2, "\2\20\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1no"},
        {"gw.example", 12 + 2, "\3\12gw.exampleno"},
    };
    uint8_t bytes[IKEV2_REDIRECT_BYTES_MAX];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct base_writer w = base_writer(bytes, sizeof bytes);
        assert_true(ikev2_redirect_body(rows[i].to, base_span("no", 2), &w));
        assert_int_equal(w.pos, rows[i].len);
        assert_memory_equal(bytes, rows[i].bytes, rows[i].len);
    }
    struct base_writer w = base_writer(bytes, sizeof bytes);
    assert_false(ikev2_redirect_body("", BASE_SPAN_NONE, &w));
}

/* A caller that says what it can, and is connected up to the answer of IKE_AUTH. */
static struct craft *craft_redirected(struct pair *p)
{
    struct craft *c = craft_new(p);
    struct wire_ike_builder b = craft_init_begin(c);
    craft_put_ike(c, &b);
    craft_put_ke(c, &b);
    craft_put_natd(c, &b, false);
    wire_ike_put_notify(&b, &(struct wire_ike_notification){.type = WIRE_IKE_N_REDIRECT_SUPPORTED});
    assert_int_equal(craft_init_send(c, &b), 0);
    b = craft_begin(c);
    craft_put_auth(c, &b);
    craft_put_child(c, &b, 0xa0000001, "10.1.0.0/16", "10.2.0.0/16");
    assert_true(craft_send(c, WIRE_IKE_AUTH, &b, 0));
    return c;
}

static size_t count_of(const struct craft *c, uint8_t payload)
{
    size_t n = 0;
    while (wire_ike_plds_find(&c->answer.plds, payload, n))
        n++;
    return n;
}

/* RFC 5685 6: HDR, SK {IDr, AUTH, N(REDIRECT, New_GW_ID)}, and no child. */
static void the_answer_of_ike_auth_is_as_the_rfc_draws_it(void **state)
{
    (void)state;
    struct pair *p = ready();
    set(p->h[1].conf->conns[0].redirect_to, OTHER);
    struct craft *c = craft_redirected(p);
    struct wire_ike_notification n;
    assert_int_equal(count_of(c, WIRE_IKE_P_IDR), 1);
    assert_int_equal(count_of(c, WIRE_IKE_P_AUTH), 1);
    assert_int_equal(count_of(c, WIRE_IKE_P_SA) + count_of(c, WIRE_IKE_P_TSI) + count_of(c, WIRE_IKE_P_TSR),
                     0);
    assert_int_equal(count_of(c, WIRE_IKE_P_NOTIFY), 1);
    assert_true(ikev2_msg_notify(&c->answer, WIRE_IKE_N_REDIRECT, &n));
    assert_int_equal(n.protocol + n.spi_len, 0);
    assert_int_equal(n.data.len, 6); /* and no nonce: that belongs to IKE_SA_INIT */
    assert_memory_equal(n.data.ptr, "\1\4\306\63\144\11", 6);
    assert_int_equal(p->h[1].n_children, 0);
    craft_free(c);
}

/* It SHOULD delete what it leaves (RFC 5685 6). What it keeps instead is answered, and ended in time. */
static void a_client_that_does_not_leave_is_ended(void **state)
{
    (void)state;
    static const struct {
        uint32_t grace_s;
        bool ends;
    } rows[] = {{30, true}, {0, false}};
    for (size_t i = 0; i < 2; i++) {
        struct pair *p = ready();
        set(p->h[1].conf->conns[0].redirect_to, OTHER);
        p->h[1].conf->redirect_grace_s = rows[i].grace_s;
        p->h[1].conf->conns[0].dpd_s = 0;
        struct craft *c = craft_redirected(p);
        p->now = base_time_add(p->now, 29 * BASE_NS_PER_S);
        struct wire_ike_builder b = craft_begin(c);
        assert_true(craft_send(c, WIRE_IKE_INFORMATIONAL, &b, 0)); /* it lives, and is no dead peer */
        assert_int_equal(pair_stats(p, 1).ike_sas, 1);
        p->now = base_time_add(p->now, 2 * BASE_NS_PER_S);
        ike_on_timer(p->h[1].ike, p->now);
        pair_drain(p);
        assert_int_equal(craft_open(c), rows[i].ends);
        if (rows[i].ends) {
            assert_int_equal(count_of(c, WIRE_IKE_P_DELETE), 1);
            assert_string_equal(
                pair_audit(&p->h[1], IKE_AUDIT_IKE_DOWN)->why,
                "the peer was sent to another gateway, and did not leave within redirect_grace_s");
        }
        craft_free(c);
    }
}

/* The same for one that was up and heard of it then. */
static void a_client_that_was_up_and_does_not_leave_is_ended(void **state)
{
    (void)state;
    struct pair *p = ready();
    pair_start(p);
    pair_run(p, 1);
    p->h[0].conf->conns[0].follow_redirect = false; /* it said that it would, and does not */
    assert_int_equal(pair_event(p, 1, (struct ike_event){.type = IKE_EV_REDIRECT, .host = OTHER}), 1);
    pair_run(p, 29);
    assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_IKE_DOWN), 0);
    pair_run(p, 2);
    assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_IKE_DOWN), 1);
    pair_free(p);
}

/* Who comes from another gateway says from which: its address, not a name or a nonce (RFC 5685 9.3). */
static void a_caller_says_which_gateway_sent_it(void **state)
{
    (void)state;
    struct pair *p = ready();
    set(p->h[1].conf->redirect_to, OTHER);
    pair_start(p);
    p->hold = true;
    pair_run(p, 0);
    pair_deliver_one(p); /* the call, */
    pair_deliver_one(p); /* and where it is sent */
    pair_run(p, 1);
    assert_true(p->head < p->tail);
    struct ikev2_msg msg = {.raw = base_span(p->queue[p->head].bytes, p->queue[p->head].len)};
    struct base_reader r = base_reader(msg.raw);
    struct wire_ike_notification n;
    assert_int_equal(wire_ike_hdr_parse(msg.raw, &msg.hdr), 0);
    base_read_span(&r, WIRE_IKE_HDR_BYTES);
    assert_int_equal(wire_ike_plds_parse(msg.hdr.next, base_read_rest(&r), &msg.plds), 0);
    assert_true(ikev2_msg_notify(&msg, WIRE_IKE_N_REDIRECTED_FROM, &n));
    assert_int_equal(n.data.len, 6);
    assert_memory_equal(n.data.ptr, "\1\4\306\63\144\1", 6);          /* 198.51.100.1 */
    assert_false(ikev2_msg_has(&msg, WIRE_IKE_N_REDIRECT_SUPPORTED)); /* which it says by this */
    p->head = p->tail = 0;
    pair_free(p);
}

/* Calls from addresses that nobody proved, while all are sent away: no state, and never more bytes than came,
 * also when the other gateway's name is long. */
static void a_flood_that_is_sent_away_costs_no_state_and_no_byte_more(void **state)
{
    (void)state;
    char name[IKE_HOST_MAX];
    memset(name, 'n', sizeof name - 2);
    name[sizeof name - 2] = '\0';
    const char *const to[] = {OTHER, "2001:db8::9", name};
    for (size_t i = 0; i < sizeof to / sizeof *to; i++) {
        struct pair *p = ready();
        set(p->h[1].conf->redirect_to, to[i]);
        p->h[0].conf->conns[0].n_proposals = 1; /* so that a long name is more than what came */
        struct craft *c = craft_new(p);
        for (unsigned k = 0; k < 1000; k++) {
            struct wire_ike_builder b = craft_init_begin(c);
            craft_put_ike(c, &b);
            craft_put_ke(c, &b);
            wire_ike_put_notify(&b, &(struct wire_ike_notification){.type = WIRE_IKE_N_REDIRECT_SUPPORTED});
            c->path.local.addr.bytes[3] = (uint8_t)k;
            c->sa->spi_i++;
            const struct base_span m = wire_ike_finish(&b);
            craft_deliver(c, m);
            size_t back = 0;
            while (craft_next(c))
                back += c->packet.len;
            assert_true(back > 0 && back <= m.len);
        }
        assert_int_equal(pair_stats(p, 1).ike_sas + pair_stats(p, 1).half_open, 0);
        craft_free(c);
    }
}

/* Hands a answer to its first message with this body; it must change nothing. */
static void refuses_body(const void *id, size_t len)
{
    struct pair *p = ready();
    uint8_t body[512], wire[1024];
    pair_start(p);
    p->hold = true;
    pair_run(p, 0);
    struct ikev2_sa *sa = p->h[0].ike->v2->first;
    struct base_writer w = base_writer(body, sizeof body);
    base_write(&w, id, len);
    base_write(&w, sa->init->ni.bytes, sa->init->ni.len);
    const struct wire_ike_hdr hdr = {
        .spi_i = sa->spi_i, .version = 0x20, .exchange = WIRE_IKE_SA_INIT, .flags = WIRE_IKE_F_RESPONSE};
    struct wire_ike_builder b = wire_ike_build(wire, sizeof wire, &hdr);
    const struct wire_ike_notification n = {.type = WIRE_IKE_N_REDIRECT, .data = base_writer_span(&w)};
    wire_ike_put_notify(&b, &n);
    ike_on_packet(p->h[0].ike, p->now, &sa->path, wire_ike_finish(&b));
    pair_drain(p);
    assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_REDIRECTED), 0);
    assert_int_equal(sa_of(p, 0)->state, IKEV2_ST_I_INIT);
    pair_free(p);
}

static void what_names_no_gateway_is_not_followed(void **state)
{
    (void)state;
    refuses_body("\1\5\1\2\3\4\5", 7); /* an IPv4 address of five bytes */
    refuses_body("\2\4\1\2\3\4", 6);   /* an IPv6 address of four */
    refuses_body("\3\0", 2);           /* a name of none */
    refuses_body("\3\4a b\0", 6);      /* what no resolver is asked for */
    refuses_body("\3\5;ls;x", 7);
    refuses_body("\4\4\1\2\3\4", 6); /* of a type that there is not */
    refuses_body("\3\377a", 3);      /* longer than it is, into the nonce and beyond */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_caller_is_sent_elsewhere_by_the_answer_to_its_first_message),
        cmocka_unit_test(one_that_cannot_be_redirected_is_taken),
        cmocka_unit_test(without_our_nonce_it_is_nobodys),
        cmocka_unit_test(a_peer_that_proved_who_it_is_is_sent_elsewhere),
        cmocka_unit_test(clients_that_are_up_are_sent_elsewhere),
        cmocka_unit_test(a_rekeyed_client_can_be_sent_elsewhere_too),
        cmocka_unit_test(who_is_sent_around_too_often_stays_and_says_so),
        cmocka_unit_test(a_gateway_that_does_not_answer_is_left_again),
        cmocka_unit_test(the_answer_of_ike_auth_is_as_the_rfc_draws_it),
        cmocka_unit_test(a_client_that_does_not_leave_is_ended),
        cmocka_unit_test(a_client_that_was_up_and_does_not_leave_is_ended),
        cmocka_unit_test(a_caller_says_which_gateway_sent_it),
        cmocka_unit_test(a_flood_that_is_sent_away_costs_no_state_and_no_byte_more),
        cmocka_unit_test(bodies_hold_addresses_and_names),
        cmocka_unit_test(what_names_no_gateway_is_not_followed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
