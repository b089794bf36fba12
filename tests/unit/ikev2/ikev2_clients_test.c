/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What clients of the field send, and strongSwan cannot be made to: messages by hand, one habit each. Whose
 * habit it is stands in front of each test.
 */
#include "ike_craft.h"
#include "ikev2_eap_pair.h"
#include "pool_pair.h"
#include "sig_pair.h"

static struct craft *caller(void)
{
    return craft_new(pair_new());
}

/* Requests of IKE_SA_INIT as the connection has them, but for the SA payload. */
static int init_with(struct craft *c, const struct wire_ike_sa *sa)
{
    struct wire_ike_builder b = craft_init_begin(c);
    wire_ike_put_sa(&b, sa);
    craft_put_ke(c, &b);
    craft_put_natd(c, &b, false);
    return craft_init_send(c, &b);
}

static void offer(struct craft *c, struct wire_ike_sa *out)
{
    const struct ike_conn_conf *conn = &c->p->h[0].conf->conns[0];
    ikev2_select_offer(conn->proposals, conn->n_proposals, 0, 0, IKEV2_DH_WANTED, out);
}

static struct ike_child_view child_of(struct craft *c)
{
    struct ike_sa_view sa;
    struct ike_child_view child;
    assert_true(ike_show_next(c->p->h[1].ike, 0, &sa));
    assert_true(ike_show_child(c->p->h[1].ike, sa.id, 0, &child));
    return child;
}

/* macOS: proposals whose numbers do not begin with 1. */
static void an_offer_may_begin_with_number_3_and_is_answered_by_it(void **state)
{
    (void)state;
    static struct wire_ike_sa sa;
    struct craft *c = caller();
    offer(c, &sa);
    for (size_t i = 0; i < sa.count; i++)
        sa.list[i].number = (uint8_t)(sa.list[i].number + 2);
    assert_int_equal(init_with(c, &sa), 0);
    assert_int_equal(c->sa->algs.number, 3);
    craft_free(c);
}

/* macOS 14 does it when it rekeys the IKE SA. */
static void a_rekeying_of_the_ike_sa_may_begin_with_number_3(void **state)
{
    (void)state;
    static struct wire_ike_sa sa;
    struct craft *c = caller();
    const struct ike_conn_conf *conn = &c->p->h[0].conf->conns[0];
    craft_connect(c, "10.1.0.0/16", "10.2.0.0/16");
    struct wire_ike_builder b = craft_begin(c);
    ikev2_select_offer(conn->proposals, conn->n_proposals, UINT64_C(0x99aabbccddeeff00), IKEV2_SPI_BYTES,
                       IKEV2_DH_WANTED, &sa);
    for (size_t i = 0; i < sa.count; i++)
        sa.list[i].number = (uint8_t)(sa.list[i].number + 2);
    wire_ike_put_sa(&b, &sa);
    craft_put_ke(c, &b);
    assert_true(craft_send(c, WIRE_IKE_CREATE_CHILD_SA, &b, 0));
    assert_int_equal(ikev2_msg_error(&c->answer, NULL), 0);
    assert_int_equal(wire_ike_sa_parse(wire_ike_plds_find(&c->answer.plds, WIRE_IKE_P_SA, 0)->body, &sa), 0);
    assert_int_equal(sa.count, 1);
    assert_int_equal(sa.list[0].number, 3);
    craft_free(c);
}

/* A caller by MODP-2048, and a gateway that takes MODP-1024, too, from whoever has nothing better. */
static struct craft *caller_of_two_groups(void)
{
    static const char *const proposals[] = {"aes256-sha256-modp2048", "aes256-sha256-modp1024"};
    struct pair *p = pair_new();
    char why[128];
    for (int h = 0; h < 2; h++) {
        struct ike_conn_conf *conn = &p->h[h].conf->conns[0];
        for (conn->n_proposals = 0; conn->n_proposals < 2; conn->n_proposals++)
            assert_int_equal(crypt_proposal_parse(proposals[conn->n_proposals], CRYPT_PROTOCOL_IKE,
                                                  &conn->proposals[conn->n_proposals], why, sizeof why),
                             0);
    }
    struct craft *c = craft_new(p);
    craft_set_group(c, CRYPT_DH_MODP_2048);
    craft_connect(c, "10.1.0.0/16", "10.2.0.0/16");
    return c;
}

/* Windows goes down to MODP-1024 when it rekeys an IKE SA of MODP-2048; asked by us it keeps that. */
static void a_rekeying_of_theirs_may_take_a_smaller_group_and_ours_begins_with_the_first(void **state)
{
    (void)state;
    static struct wire_ike_sa sa;
    struct wire_ike_ke ke;
    struct craft *c = caller_of_two_groups();
    const struct ike_conn_conf *conn = &c->p->h[0].conf->conns[0];
    struct wire_ike_builder b = craft_begin(c);
    craft_set_group(c, CRYPT_DH_MODP_1024);
    ikev2_select_offer(conn->proposals + 1, 1, UINT64_C(0x99aabbccddeeff00), IKEV2_SPI_BYTES, IKEV2_DH_WANTED,
                       &sa);
    wire_ike_put_sa(&b, &sa);
    craft_put_ke(c, &b);
    assert_true(craft_send(c, WIRE_IKE_CREATE_CHILD_SA, &b, 0));
    assert_int_equal(ikev2_msg_error(&c->answer, NULL), 0);
    craft_free(c);
    c = caller_of_two_groups();
    pair_event(c->p, 1, (struct ike_event){.type = IKE_EV_REKEY, .name = "a", .rekey_ike = true});
    assert_true(craft_open(c));
    const struct wire_ike_pld *p = wire_ike_plds_find(&c->answer.plds, WIRE_IKE_P_KE, 0);
    assert_non_null(p);
    assert_int_equal(wire_ike_ke_parse(p->body, &ke), 0);
    assert_int_equal(ke.group, CRYPT_DH_MODP_2048);
    craft_free(c);
}

/* Apple and Android ask for no certificate, Windows for those of 53 authorities, strongSwan's app of 135;
 * none of them has what issued ours. */
static void our_chain_is_sent_whatever_is_asked_for(void **state)
{
    (void)state;
    static const size_t counts[] = {0, 1, 53, 135};
    static const uint8_t strangers[135][CRYPT_CA_HASH_BYTES];
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        struct pair *p = pair_new();
        sig_cred(p, 1, "e:kb", "e:kb:b:sub", "r:ksub:sub:root");
        struct craft *c = craft_new(p);
        craft_init(c);
        struct wire_ike_builder b = craft_begin(c);
        craft_put_auth(c, &b);
        const struct wire_ike_cert asked = {WIRE_IKE_CERT_X509,
                                            base_span(strangers, counts[i] * CRYPT_CA_HASH_BYTES)};
        if (counts[i])
            wire_ike_put_cert(&b, WIRE_IKE_P_CERTREQ, &asked);
        craft_put_child(c, &b, 0xa0000001, "10.1.0.0/16", "10.2.0.0/16");
        assert_true(craft_send(c, WIRE_IKE_AUTH, &b, 580));
        assert_int_equal(ikev2_msg_error(&c->answer, NULL), 0);
        assert_non_null(wire_ike_plds_find(&c->answer.plds, WIRE_IKE_P_CERT, 1));
        assert_null(wire_ike_plds_find(&c->answer.plds, WIRE_IKE_P_CERT, 2));
        assert_int_equal(c->p->h[1].n_children, 1);
        craft_free(c);
        assert_int_equal(null_pki_alive(), 0);
    }
}

/* Windows asks for NetBIOS servers, 23456 and 23457, Apple for DHCP servers and a domain, Android for a
 * version. */
static void what_is_asked_for_beside_addresses_and_not_known_is_passed_over(void **state)
{
    (void)state;
    static const uint16_t asked[] = {1,  2,  3,  4,  6,     7,     8,     10,    12,
                                     13, 15, 16, 25, 23456, 23457, 16384, 28672, 32767};
    uint8_t body[4 + 4 * sizeof asked / sizeof *asked] = {1};
    struct base_writer w = base_writer(body + 4, sizeof body - 4);
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        base_write_u16(&w, asked[i]);
        base_write_u16(&w, 0);
    }
    struct craft *c = craft_new(pair_with_pools());
    craft_init(c);
    struct wire_ike_builder b = craft_begin(c);
    craft_put_auth(c, &b);
    wire_ike_put_raw(&b, WIRE_IKE_P_CP, base_span(body, sizeof body));
    craft_put_child(c, &b, 0xa0000001, "0.0.0.0/0", "0.0.0.0/0");
    assert_true(craft_send(c, WIRE_IKE_AUTH, &b, 0));
    assert_int_equal(ikev2_msg_error(&c->answer, NULL), 0);
    assert_non_null(wire_ike_plds_find(&c->answer.plds, WIRE_IKE_P_CP, 0));
    assert_int_equal(c->p->h[1].n_children, 1);
    struct ike_sa_view v;
    assert_true(ike_show_next(c->p->h[1].ike, 0, &v));
    assert_int_equal(v.n_inner, 2);
    craft_free(c);
}

/* Windows asks by broadcast which networks are behind the tunnel (DHCPINFORM), where the gateway lets that
 * in. */
static void a_broadcast_may_be_a_network_of_ours(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    pair_ts(&p->h[1].conf->conns[0].children[0].local_ts, "255.255.255.255/32");
    struct craft *c = craft_new(p);
    craft_connect(c, "10.1.0.0/16", "0.0.0.0/0");
    const struct ike_child_view child = child_of(c);
    char text[200];
    struct base_text t = base_text(text, sizeof text);
    base_ts_text(&t, child.local_ts);
    assert_string_equal(text, "10.2.0.0/16, 255.255.255.255/32");
    craft_free(c);
}

/* Android over IPv6, and IPv4 peers of old: no NAT detection at all means ESP without UDP, on port 500. */
static void without_nat_detection_esp_goes_by_itself(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->h[0].addr = pair_addr("2001:db8::1");
    p->h[1].addr = pair_addr("2001:db8::2");
    p->h[0].conf->conns[0].remote_addr = p->h[1].addr;
    p->h[1].conf->conns[0].remote_addr = p->h[0].addr;
    struct craft *c = craft_new(p);
    struct wire_ike_builder b = craft_init_begin(c);
    craft_put_ike(c, &b);
    craft_put_ke(c, &b);
    assert_int_equal(craft_init_send(c, &b), 0);
    b = craft_begin(c);
    craft_put_auth(c, &b);
    craft_put_child(c, &b, 0xa0000001, "10.1.0.0/16", "10.2.0.0/16");
    assert_true(craft_send(c, WIRE_IKE_AUTH, &b, 0));
    assert_int_equal(c->p->h[1].n_children, 1);
    assert_int_equal(c->p->h[1].children[0].i.pair.way, ESP_WAY_ESP);
    craft_free(c);
}

/* Android over IPv4: a source hash that is wrong though there is no NAT asks for UDP. */
static void a_wrong_source_hash_without_a_nat_asks_for_udp(void **state)
{
    (void)state;
    struct craft *c = caller();
    struct wire_ike_builder b = craft_init_begin(c);
    craft_put_ike(c, &b);
    craft_put_ke(c, &b);
    craft_put_natd(c, &b, true);
    assert_int_equal(craft_init_send(c, &b), 0);
    craft_float(c);
    b = craft_begin(c);
    craft_put_auth(c, &b);
    craft_put_child(c, &b, 0xa0000001, "10.1.0.0/16", "10.2.0.0/16");
    assert_true(craft_send(c, WIRE_IKE_AUTH, &b, 0));
    assert_int_equal(c->p->h[1].children[0].i.pair.way, ESP_WAY_UDP);
    craft_free(c);
}

/* Windows: no IDr, and vendor ids and payloads that nobody knows. */
static void no_idr_is_asked_for_and_strange_payloads_are_passed_over(void **state)
{
    (void)state;
    struct craft *c = caller();
    struct wire_ike_builder b = craft_init_begin(c);
    craft_put_ike(c, &b);
    craft_put_ke(c, &b);
    craft_put_natd(c, &b, false);
    for (int i = 0; i < 8; i++)
        wire_ike_put_raw(&b, WIRE_IKE_P_VENDOR, base_span("MS NT5 ISAKMPOAKLEY", 19));
    wire_ike_put_notify(&b, &(struct wire_ike_notification){.type = 40961, .data = base_span("x", 1)});
    wire_ike_put_raw(&b, 200, base_span("of private use", 14));
    assert_int_equal(craft_init_send(c, &b), 0);
    b = craft_begin(c);
    craft_put_auth(c, &b);
    wire_ike_put_notify(&b, &(struct wire_ike_notification){.type = 12345 + 16384});
    wire_ike_put_raw(&b, 201, base_span("of private use", 14));
    craft_put_child(c, &b, 0xa0000001, "10.1.0.0/16", "10.2.0.0/16");
    assert_true(craft_send(c, WIRE_IKE_AUTH, &b, 0));
    assert_int_equal(ikev2_msg_error(&c->answer, NULL), 0);
    assert_int_equal(c->p->h[1].n_children, 1);
    craft_free(c);
}

/* Apple and Android: who we are is answered as it was asked for, type and bytes, in whatever case. */
static void idr_is_the_one_that_was_asked_for(void **state)
{
    static const struct wire_ike_id asked = {WIRE_IKE_ID_FQDN, {(const uint8_t *)"GW.Example.ORG", 14}, {0}};
    (void)state;
    struct pair *p = pair_new();
    p->h[1].conf->conns[0].local_id = p->h[1].conf->secrets[0].local = pair_id("@gw.example.org");
    sig_cred(p, 1, "e:kb", "e:kb:b:sub", "r:ksub:sub:root");
    struct craft *c = craft_new(p);
    craft_init(c);
    struct wire_ike_builder b = craft_begin(c);
    craft_put_auth(c, &b);
    wire_ike_put_id(&b, WIRE_IKE_P_IDR, &asked);
    craft_put_child(c, &b, 0xa0000001, "10.1.0.0/16", "10.2.0.0/16");
    assert_true(craft_send(c, WIRE_IKE_AUTH, &b, 0));
    struct ike_id got;
    assert_true(ikev2_msg_id(&c->answer, WIRE_IKE_P_IDR, &got, NULL));
    assert_int_equal(got.type, asked.type);
    assert_int_equal(got.len, asked.data.len);
    assert_memory_equal(got.bytes, asked.data.ptr, got.len);
    assert_int_equal(p->h[1].n_children, 1);
    craft_free(c);
}

/* Apple and strongSwan's app say that EAP alone would do: they get our AUTH and certificate all the same,
 * unless the connection says otherwise. */
static void eap_only_is_an_offer(void **state)
{
    (void)state;
    for (int takes = 0; takes < 2; takes++) {
        struct pair *p = pair_eap();
        struct ike_conn_conf *b_conn = &p->h[1].conf->conns[0];
        b_conn->remote_auth = IKE_AUTH_EAP_MSCHAPV2;
        b_conn->eap_only = takes;
        p->h[1].conf->users = login_users("ann", "secret");
        sig_cred(p, 1, "e:kb", "e:kb:b:sub", "r:ksub:sub:root");
        struct craft *c = craft_new(p);
        craft_init(c);
        struct wire_ike_builder b = craft_begin(c);
        const struct ike_id *id = &p->h[0].conf->conns[0].local_id;
        const struct wire_ike_id wire = {id->type, base_span(id->bytes, id->len), {0}};
        wire_ike_put_id(&b, WIRE_IKE_P_IDI, &wire);
        wire_ike_put_notify(&b, &(struct wire_ike_notification){.type = WIRE_IKE_N_EAP_ONLY_AUTHENTICATION});
        craft_put_child(c, &b, 0xa0000001, "10.1.0.0/16", "10.2.0.0/16");
        assert_true(craft_send(c, WIRE_IKE_AUTH, &b, 0));
        assert_non_null(wire_ike_plds_find(&c->answer.plds, WIRE_IKE_P_EAP, 0));
        assert_int_equal(wire_ike_plds_find(&c->answer.plds, WIRE_IKE_P_AUTH, 0) != NULL, !takes);
        assert_int_equal(wire_ike_plds_find(&c->answer.plds, WIRE_IKE_P_CERT, 0) != NULL, !takes);
        craft_free(c);
    }
}

/* Azure drops fragments that come out of order: ours go in order, each a message of its own in a datagram. */
static void our_fragments_go_in_order_one_in_a_datagram(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->h[1].conf->fragment_bytes = 150;
    sig_cred(p, 1, "e:kb", "e:kb:b:sub", "r:ksub:sub:root");
    struct craft *c = craft_new(p);
    struct ike_dgrams out;
    struct base_span d;
    size_t at = 0, n = 0;
    craft_init(c);
    struct wire_ike_builder b = craft_begin(c);
    craft_put_auth(c, &b);
    craft_put_child(c, &b, 0xa0000001, "10.1.0.0/16", "10.2.0.0/16");
    craft_seal(c, WIRE_IKE_AUTH, &b, 0, &out);
    while (ike_dgrams_next(&out, &at, &d))
        craft_deliver(c, d);
    ike_dgrams_free(&out);
    while (craft_next(c)) { /* SKF: its own number and how many there are (RFC 7383 2.5) */
        const uint8_t *skf = c->answer.raw.ptr + WIRE_IKE_HDR_BYTES + 4;
        assert_int_equal(c->answer.hdr.next, WIRE_IKE_P_SKF);
        assert_int_equal(c->answer.hdr.length, c->answer.raw.len);
        assert_int_equal(skf[0] << 8 | skf[1], ++n);
        assert_true(c->answer.raw.len <= 150);
    }
    assert_true(n > 1);
    craft_free(c);
}

/* Windows with a certificate: IKE_AUTH in 29 fragments of its own size, and in any order. */
static void an_auth_in_29_fragments_comes_in_any_order(void **state)
{
    (void)state;
    static const uint8_t big[14500];
    for (int backwards = 0; backwards < 2; backwards++) {
        struct craft *c = caller();
        struct ike_dgrams out;
        struct base_span d, list[64];
        size_t at = 0, n = 0;
        craft_init(c);
        struct wire_ike_builder b = craft_begin(c);
        craft_put_auth(c, &b);
        wire_ike_put_raw(&b, WIRE_IKE_P_VENDOR, base_span(big, sizeof big));
        craft_put_child(c, &b, 0xa0000001, "10.1.0.0/16", "10.2.0.0/16");
        craft_seal(c, WIRE_IKE_AUTH, &b, 580, &out);
        while (ike_dgrams_next(&out, &at, &d))
            list[n++] = d;
        assert_int_equal(n, 29);
        for (size_t i = 0; i < n; i++) {
            assert_int_equal(c->p->h[1].n_children, 0);
            craft_deliver(c, list[backwards ? n - 1 - i : i]);
        }
        assert_true(craft_open(c));
        assert_int_equal(c->p->h[1].n_children, 1);
        ike_dgrams_free(&out);
        craft_free(c);
    }
}

/* SA, nonce and selectors of a rekeying of the child with this SPI by another one, without a key exchange. */
static void put_rekeying(struct craft *c, struct wire_ike_builder *b, uint32_t was, uint32_t spi,
                         const char *tsi, const char *tsr)
{
    static struct wire_ike_sa sa;
    const struct ike_child_conf *theirs = &c->p->h[0].conf->conns[0].children[0];
    struct base_ts_list i = {0}, r = {0};
    wire_ike_put_notify(
        b, &(struct wire_ike_notification){
               .protocol = WIRE_IKE_PROTO_ESP, .spi_len = 4, .spi = was, .type = WIRE_IKE_N_REKEY_SA});
    ikev2_select_offer(theirs->proposals, theirs->n_proposals, spi, IKEV2_ESP_SPI_BYTES, IKEV2_DH_NONE, &sa);
    wire_ike_put_sa(b, &sa);
    wire_ike_put_nonce(b, ike_nonce_span(&c->ni));
    pair_ts_add(&i, tsi);
    pair_ts_add(&r, tsr);
    wire_ike_put_ts(b, WIRE_IKE_P_TSI, &i);
    wire_ike_put_ts(b, WIRE_IKE_P_TSR, &r);
}

/* Windows, macOS, Azure: no group in IKE_AUTH, and a rekeying without key exchange; the widest selectors. */
static void a_rekeying_without_key_exchange_and_with_wider_selectors_keeps_the_old_ones(void **state)
{
    (void)state;
    struct craft *c = caller();
    craft_connect(c, "0.0.0.0/0", "0.0.0.0/0");
    const struct ike_child_view before = child_of(c);
    struct wire_ike_builder b = craft_begin(c);
    put_rekeying(c, &b, 0xa0000001, 0xa0000002, "0.0.0.0/0", "0.0.0.0/0");
    assert_true(craft_send(c, WIRE_IKE_CREATE_CHILD_SA, &b, 0));
    assert_int_equal(ikev2_msg_error(&c->answer, NULL), 0);
    struct base_ts_list tsi;
    assert_int_equal(wire_ike_ts_parse(wire_ike_plds_find(&c->answer.plds, WIRE_IKE_P_TSI, 0)->body, &tsi),
                     0);
    assert_int_equal(tsi.count, 1);
    assert_memory_equal(&tsi.list[0].lo, &before.remote_ts->list[0].lo, sizeof tsi.list[0].lo);
    assert_memory_equal(&tsi.list[0].hi, &before.remote_ts->list[0].hi, sizeof tsi.list[0].hi);
    /* And ours of the same child has none, either. */
    b = craft_begin(c);
    wire_ike_put_delete(&b, &(struct wire_ike_delete){.protocol = WIRE_IKE_PROTO_ESP,
                                                      .spi_len = IKEV2_ESP_SPI_BYTES,
                                                      .count = 1,
                                                      .spis = base_span("\xa0\0\0\x01", 4)});
    assert_true(craft_send(c, WIRE_IKE_INFORMATIONAL, &b, 0));
    pair_event(c->p, 1, (struct ike_event){.type = IKE_EV_REKEY, .name = "a"});
    assert_true(craft_open(c));
    assert_int_equal(c->answer.hdr.exchange, WIRE_IKE_CREATE_CHILD_SA);
    assert_true(ikev2_msg_has(&c->answer, WIRE_IKE_N_REKEY_SA));
    assert_null(wire_ike_plds_find(&c->answer.plds, WIRE_IKE_P_KE, 0));
    craft_free(c);
}

/* A rekeying of the child with this SPI by its caller, which closes the old one. */
static void rekey_child(struct craft *c, uint32_t was, uint32_t spi)
{
    const uint8_t old[4] = {(uint8_t)(was >> 24), (uint8_t)(was >> 16), (uint8_t)(was >> 8), (uint8_t)was};
    struct wire_ike_builder b = craft_begin(c);
    put_rekeying(c, &b, was, spi, "10.1.0.0/16", "10.2.0.0/16");
    assert_true(craft_send(c, WIRE_IKE_CREATE_CHILD_SA, &b, 0));
    assert_int_equal(ikev2_msg_error(&c->answer, NULL), 0);
    b = craft_begin(c);
    wire_ike_put_delete(
        &b, &(struct wire_ike_delete){
                .protocol = WIRE_IKE_PROTO_ESP, .spi_len = 4, .count = 1, .spis = base_span(old, 4)});
    assert_true(craft_send(c, WIRE_IKE_INFORMATIONAL, &b, 0));
}

/* Windows rekeys by 200 MiB, which at a gigabit is every other second: that goes on, and nothing piles up. */
static void a_child_may_be_rekeyed_every_other_second(void **state)
{
    (void)state;
    struct craft *c = caller();
    craft_connect(c, "10.1.0.0/16", "10.2.0.0/16");
    const uint32_t times = 50;
    for (uint32_t n = 0; n < times; n++) {
        c->p->now = base_time_add(c->p->now, 2 * BASE_NS_PER_S);
        ike_on_timer(c->p->h[1].ike, c->p->now);
        pair_drain(c->p);
        rekey_child(c, 0xa0000001 + n, 0xa0000002 + n);
        /* What may still be on its way to an old one is taken for a while. */
        assert_true(pair_live(&c->p->h[1]) <= 8);
    }
    c->p->now = base_time_add(c->p->now, 60 * BASE_NS_PER_S);
    ike_on_timer(c->p->h[1].ike, c->p->now);
    pair_drain(c->p);
    assert_int_equal(pair_live(&c->p->h[1]), 1);
    assert_int_equal(child_of(c).spi_out, 0xa0000001 + times);
    craft_free(c);
}

/* A round of EAP: what came in the answer, and what is said to it. */
static struct base_span eap_asked(struct craft *c)
{
    const struct wire_ike_pld *p = wire_ike_plds_find(&c->answer.plds, WIRE_IKE_P_EAP, 0);
    assert_non_null(p);
    assert_true(p->body.len >= 5);
    return p->body;
}

static void eap_say(struct craft *c, const void *data, size_t len)
{
    uint8_t packet[128] = {2, eap_asked(c).ptr[1], 0, (uint8_t)(4 + len)};
    struct wire_ike_builder b = craft_begin(c);
    memcpy(packet + 4, data, len);
    wire_ike_put_raw(&b, WIRE_IKE_P_EAP, base_span(packet, 4 + len));
    assert_true(craft_send(c, WIRE_IKE_AUTH, &b, 0));
}

/* Android says nothing to EAP's first question, and its name with the response. Windows puts its domain
 * before the name, and answers a failure by no response, but a DELETE. */
static void a_login_without_an_identity_may_end_by_a_goodbye(void **state)
{
    (void)state;
    struct pair *p = pair_eap();
    p->h[1].conf->conns[0].remote_auth = IKE_AUTH_EAP_MSCHAPV2;
    p->h[1].conf->users = login_users("ann", "secret");
    struct craft *c = craft_new(p);
    craft_init(c);
    struct wire_ike_builder b = craft_begin(c);
    const struct ike_id *id = &p->h[0].conf->conns[0].local_id;
    const struct wire_ike_id wire = {id->type, base_span(id->bytes, id->len), {0}};
    wire_ike_put_id(&b, WIRE_IKE_P_IDI, &wire);
    craft_put_child(c, &b, 0xa0000001, "10.1.0.0/16", "10.2.0.0/16");
    assert_true(craft_send(c, WIRE_IKE_AUTH, &b, 0));
    assert_int_equal(eap_asked(c).ptr[4], 1); /* identity comes first */
    eap_say(c, "\x01", 1);
    assert_int_equal(eap_asked(c).ptr[4], 26);
    uint8_t response[1 + 5 + 49 + 7] = {26, 2, eap_asked(c).ptr[6], 0, 5 + 49 + 7, 49};
    memcpy(response + 1 + 5 + 49, "LAB\\ann", 7);
    eap_say(c, response, sizeof response);
    assert_int_equal(eap_asked(c).ptr[5], 4); /* failure */
    b = craft_begin(c);
    wire_ike_put_delete(&b, &(struct wire_ike_delete){.protocol = WIRE_IKE_PROTO_IKE});
    assert_true(craft_send(c, WIRE_IKE_INFORMATIONAL, &b, 0));
    assert_int_equal(pair_stats(p, 1).ike_sas, 0);
    assert_int_equal(p->h[1].n_children, 0);
    assert_string_equal(pair_audit(&p->h[1], IKE_AUDIT_FAIL_LOGIN)->why,
                        "The password of user \"LAB\\x5cann\" is wrong.");
    craft_free(c);
}

/* Windows, which is told that it must not be rekeyed: error notify 12345 with a code, and a DELETE. */
static void an_error_of_private_use_and_a_delete_end_the_sa(void **state)
{
    (void)state;
    struct craft *c = caller();
    struct ike_stats s;
    craft_connect(c, "10.1.0.0/16", "10.2.0.0/16");
    struct wire_ike_builder b = craft_begin(c);
    wire_ike_put_notify(&b,
                        &(struct wire_ike_notification){.type = 12345, .data = base_span("\0\0\x36\x27", 4)});
    wire_ike_put_delete(&b, &(struct wire_ike_delete){.protocol = WIRE_IKE_PROTO_IKE});
    assert_true(craft_send(c, WIRE_IKE_INFORMATIONAL, &b, 0));
    ike_stats(c->p->h[1].ike, &s);
    assert_int_equal(s.ike_sas, 0);
    craft_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_offer_may_begin_with_number_3_and_is_answered_by_it),
        cmocka_unit_test(a_rekeying_of_the_ike_sa_may_begin_with_number_3),
        cmocka_unit_test(a_rekeying_of_theirs_may_take_a_smaller_group_and_ours_begins_with_the_first),
        cmocka_unit_test(our_chain_is_sent_whatever_is_asked_for),
        cmocka_unit_test(what_is_asked_for_beside_addresses_and_not_known_is_passed_over),
        cmocka_unit_test(a_broadcast_may_be_a_network_of_ours),
        cmocka_unit_test(without_nat_detection_esp_goes_by_itself),
        cmocka_unit_test(a_wrong_source_hash_without_a_nat_asks_for_udp),
        cmocka_unit_test(no_idr_is_asked_for_and_strange_payloads_are_passed_over),
        cmocka_unit_test(idr_is_the_one_that_was_asked_for),
        cmocka_unit_test(eap_only_is_an_offer),
        cmocka_unit_test(our_fragments_go_in_order_one_in_a_datagram),
        cmocka_unit_test(a_child_may_be_rekeyed_every_other_second),
        cmocka_unit_test(an_auth_in_29_fragments_comes_in_any_order),
        cmocka_unit_test(a_rekeying_without_key_exchange_and_with_wider_selectors_keeps_the_old_ones),
        cmocka_unit_test(a_login_without_an_identity_may_end_by_a_goodbye),
        cmocka_unit_test(an_error_of_private_use_and_a_delete_end_the_sa),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
