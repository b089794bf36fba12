/* SPDX-License-Identifier: BSD-3-Clause */
/* CREATE_CHILD_SA for children: new ones, and rekeying with and without a fresh key exchange. */
#include "ike_holder.h"
#include "ike_pair.h"
#include "ike_core.h"
#include "ikev2_children.h"
#include "ikev2_msg.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"
#include "ikev2_task.h"
#include "ikev2_x_child.h"

static void a_child_is_rekeyed_by_either_side_without_a_gap(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct pair *p = pair_up();
        assert_int_equal(pair_event(p, i, (struct ike_event){.type = IKE_EV_REKEY, .name = i ? "a" : "b"}),
                         0);
        assert_int_equal(pair_live(&p->h[0]), 2);
        assert_true(p->h[!i].children[1].is_active);
        assert_int_equal(p->h[i].children[1].i.pair.replaces_in, p->h[i].children[0].i.pair.spi_in);
        assert_false(p->h[!i].children[1].i.pair.active);
        pair_run(p, 6);
        pair_check_one(p);
        pair_free(p);
    }
}

/* The ESP proposals of a side, separated by commas. */
static void pair_esp(struct pair *p, int i, const char *texts)
{
    struct ike_child_conf *c = &p->h[i].conf->conns[0].children[0];
    char why[200] = "", one[100];
    c->n_proposals = 0;
    for (size_t n; *texts; texts += n + (texts[n] == ',')) {
        n = strcspn(texts, ",");
        snprintf(one, sizeof one, "%.*s", (int)n, texts);
        if (crypt_proposal_parse(one, CRYPT_PROTOCOL_ESP, &c->proposals[c->n_proposals++], why, sizeof why))
            fail_msg("%s: %s", one, why);
    }
}

static struct pair *pair_up_with(const char *a, const char *b)
{
    struct pair *p = pair_new();
    pair_esp(p, 0, a);
    pair_esp(p, 1, b);
    pair_start(p);
    pair_connect(p);
    assert_int_equal(pair_live(&p->h[1]), 1);
    return p;
}

static enum crypt_dh group_of(struct pair *p, int i)
{
    const struct ikev2_child *c = p->h[i].ike->v2->first->children;
    return c->algs.dh;
}

static void rekey(struct pair *p, int i)
{
    const struct ike_event ev = {.type = IKE_EV_REKEY, .name = i ? "a" : "b"};
    assert_int_equal(pair_event(p, i, ev), 0);
    pair_run(p, 8);
}

static void a_group_that_one_side_demands_is_never_left_out(void **state)
{
    (void)state;
    /* who has a group, and who rekeys: refused by us as responder, or our own demand refused by the peer */
    for (int i = 0; i < 4; i++) {
        const bool a_wants = i & 1;
        const int who = i >> 1;
        struct pair *p = pair_up_with(a_wants ? "aes128gcm16-x25519-noesn" : "aes128gcm16-noesn",
                                      a_wants ? "aes128gcm16-noesn" : "aes128gcm16-x25519-noesn");
        const uint32_t before = p->h[0].ike->v2->first->children->spi_in;
        rekey(p, who);
        assert_int_equal(pair_stats(p, 0).rekeyed_child, 0);
        assert_int_equal(p->h[0].ike->v2->first->children->spi_in, before);
        const struct ike_audit *told = pair_audit(&p->h[!who], IKE_AUDIT_FAIL_PFS);
        assert_non_null(told);
        assert_int_equal(told->notify, WIRE_IKE_N_NO_PROPOSAL_CHOSEN);
        assert_non_null(strstr(told->why, "perfect forward secrecy (PFS)"));
        assert_non_null(strstr(told->fix_here, "esp_proposals: add \"aes128gcm16"));
        assert_non_null(pair_audit(&p->h[who], IKE_AUDIT_FAIL_REFUSED));
        pair_check_keys(p);
        pair_free(p);
    }
}

static void a_peer_that_differs_in_the_group_is_asked_the_other_way_round_once(void **state)
{
    (void)state;
    /* we allow both; the peer demands one, none, or another one than that of the IKE SA */
    static const struct {
        const char *theirs;
        enum crypt_dh group;
    } rows[] = {{"aes128gcm16-noesn", CRYPT_DH_NONE},
                {"aes128gcm16-ecp384-noesn", CRYPT_DH_ECP_384},
                {"aes128gcm16-x25519-noesn", CRYPT_DH_X25519}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pair *p = pair_up_with("aes128gcm16-x25519-ecp384-noesn,aes128gcm16-noesn", rows[i].theirs);
        rekey(p, 0);
        assert_int_equal(pair_stats(p, 0).rekeyed_child, 1);
        assert_int_equal(group_of(p, 0), rows[i].group);
        /* and what it took is remembered: the next one needs a single exchange */
        const unsigned sent = p->h[0].sends;
        rekey(p, 0);
        assert_int_equal(pair_stats(p, 0).rekeyed_child, 2);
        assert_int_equal(group_of(p, 0), rows[i].group);
        assert_int_equal(p->h[0].sends - sent, 2); /* the request, and the DELETE of the old pair */
        rekey(p, 1);
        assert_int_equal(group_of(p, 0), rows[i].group);
        pair_check_one(p);
        pair_free(p);
    }
}

static void a_child_is_rekeyed_with_a_fresh_key_exchange(void **state)
{
    struct pair *p = pair_new();
    pair_esp(p, 0, "aes128gcm16-x25519-noesn");
    pair_esp(p, 1, "aes128gcm16-x25519-noesn");
    pair_start(p);
    pair_connect(p);
    const struct ike_event ev = {.type = IKE_EV_REKEY, .name = "b"};
    assert_int_equal(pair_event(p, 0, ev), 0);
    pair_run(p, 6);
    pair_check_one(p);
    assert_int_equal(pair_stats(p, 1).rekeyed_child, 1);
    pair_free(p);
}

static void a_second_child_of_the_connection_is_made_by_its_own_exchange(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    for (int i = 0; i < 2; i++) {
        struct ike_conn_conf *c = &p->h[i].conf->conns[0];
        ike_child_conf_defaults(&c->children[1]);
        snprintf(c->children[1].name, IKE_NAME_MAX, "second");
        pair_ts(&c->children[1].local_ts, i ? "10.4.0.0/16" : "10.3.0.0/16");
        pair_ts(&c->children[1].remote_ts, i ? "10.3.0.0/16" : "10.4.0.0/16");
        c->n_children = 2;
    }
    pair_start(p);
    pair_connect(p);
    assert_int_equal(pair_live(&p->h[1]), 2);
    assert_string_equal(p->h[1].children[1].i.child, "second");
    pair_check_keys(p);
    pair_free(p);
}

static void selectors_are_narrowed_to_what_both_have(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    pair_ts_only(&p->h[1].conf->conns[0].children[0].local_ts, "10.2.7.0/24");
    pair_start(p);
    pair_connect(p);
    assert_int_equal(pair_live(&p->h[0]), 1);
    char text[BASE_ADDR_TEXT_MAX];
    assert_string_equal(base_addr_text(&p->h[0].children[0].i.pair.remote_ts.list[0].lo, text), "10.2.7.0");
    pair_free(p);
}

static void a_pair_that_is_deleted_before_its_answer_arrives_is_not_installed(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    p->hold = true;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    pair_deliver_one(p);
    const struct pair_packet answer = p->queue[p->head++];
    const uint32_t spi = p->h[1].children[1].i.pair.spi_in;
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_SA_HARD, .spi_in = spi});
    p->hold = false;
    pair_settle(p); /* the DELETE overtakes the answer */
    ike_on_packet(p->h[0].ike, p->now, &answer.path, base_span(answer.bytes, answer.len));
    pair_settle(p);
    assert_int_equal(p->h[0].n_children, 1);
    pair_run(p, 20); /* and is asked for again */
    assert_int_equal(pair_stats(p, 0).children, 1);
    assert_int_equal(pair_live(&p->h[0]), 1);
    assert_int_equal(pair_live(&p->h[1]), 1);
    pair_check_keys(p);
    pair_free(p);
}

/* SA and a notify, no nonce: what the row of refusals lets in. */
static void an_answer_without_nonce_ends_the_rekeying_and_keeps_the_old_pair(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    p->hold = true;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    const struct ike_path path = p->queue[p->head].path;
    struct ike *b = p->h[1].ike;
    struct ikev2_sa *sa = b->v2->first;
    p->head = p->tail = 0; /* the request is answered by hand */
    struct wire_ike_builder w = ikev2_msg_begin(b);
    ikev2_msg_put_choice(b, &w, &sa->children->algs, 0x12345678);
    ikev2_msg_put_notify(&w, WIRE_IKE_N_ESP_TFC_PADDING_NOT_SUPPORTED, BASE_SPAN_NONE);
    ikev2_msg_respond(b, sa, &path, WIRE_IKE_CREATE_CHILD_SA, sa->seq.peer++, &w);
    p->hold = false;
    pair_settle(p);
    assert_int_equal(pair_live(&p->h[0]), 1);
    assert_non_null(pair_audit(&p->h[0], IKE_AUDIT_FAIL_REFUSED));
    pair_free(p);
}

/* What a would take is changed while its request is under way, so that it refuses the answer. */
static void narrow_own(struct pair *p, size_t child)
{
    struct ike_child_conf *c = &p->h[0].conf->conns[0].children[child];
    pair_ts_only(&c->remote_ts, "10.9.0.0/16");
}

static void an_answer_that_we_refuse_leaves_the_peer_no_pair(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    p->hold = true;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    narrow_own(p, 0);
    p->hold = false;
    pair_settle(p);
    assert_int_equal(p->h[1].n_children, 2);
    assert_non_null(pair_audit(&p->h[0], IKE_AUDIT_FAIL_SELECTORS));
    pair_run(p, 6);
    assert_int_equal(pair_live(&p->h[1]), 1);
    assert_true(p->h[1].children[1].is_removed);
    assert_int_equal(pair_live(&p->h[0]), 1);
    pair_check_keys(p);
    pair_free(p);
}

static void add_second(struct pair *p)
{
    for (int i = 0; i < 2; i++) {
        struct ike_conn_conf *c = &p->h[i].conf->conns[0];
        ike_child_conf_defaults(&c->children[1]);
        snprintf(c->children[1].name, IKE_NAME_MAX, "second");
        pair_ts(&c->children[1].local_ts, i ? "10.4.0.0/16" : "10.3.0.0/16");
        pair_ts(&c->children[1].remote_ts, i ? "10.3.0.0/16" : "10.4.0.0/16");
        c->n_children = 2;
    }
}

static void the_first_child_that_we_refuse_leaves_the_peer_no_pair(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    add_second(p);
    pair_start(p);
    p->hold = true;
    pair_connect(p);
    pair_deliver_one(p); /* IKE_SA_INIT */
    pair_deliver_one(p);
    narrow_own(p, 0);
    p->hold = false;
    pair_settle(p);
    assert_string_equal(p->h[1].children[0].i.child, "net");
    assert_true(p->h[1].children[0].is_removed);
    assert_int_equal(pair_live(&p->h[0]), 1);
    assert_int_equal(pair_live(&p->h[1]), 1);
    pair_check_keys(p);
    pair_free(p);
}

/* With IKE_EV_REKEY under way, the job of a that computes the secret fails, and is the last one of its. */
static void fail_last_secret(struct pair *p, struct ike_event rekey)
{
    p->h[0].hold_jobs = true;
    pair_event(p, 0, rekey);
    p->h[0].n_jobs = 0; /* the key pair */
    pair_job(p, 0, p->h[0].jobs[0]);
    pair_settle(p);
    assert_int_equal(p->h[0].n_jobs, 1);
    p->h[0].hold_jobs = false;
    p->h[0].n_jobs = 0;
    p->h[0].jobs[0]->status = -EIO;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_JOB_DONE, .job = p->h[0].jobs[0]});
}

static void a_secret_that_cannot_be_computed_leaves_the_peer_no_pair(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    char why[200];
    for (int i = 0; i < 2; i++)
        crypt_proposal_parse("aes128gcm16-x25519", CRYPT_PROTOCOL_ESP,
                             &p->h[i].conf->conns[0].children[0].proposals[0], why, sizeof why);
    pair_start(p);
    pair_connect(p);
    fail_last_secret(p, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    assert_int_equal(p->h[1].n_children, 2);
    pair_run(p, 6);
    assert_true(p->h[1].children[1].is_removed);
    pair_check_keys(p);
    pair_free(p);
}

static void an_ike_sa_that_the_peer_alone_has_rekeyed_is_replaced(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->h[0].conf->conns[0].start = true;
    pair_start(p);
    pair_run(p, 1);
    assert_int_equal(pair_live(&p->h[1]), 1);
    fail_last_secret(p, (struct ike_event){.type = IKE_EV_REKEY, .name = "b", .rekey_ike = true});
    pair_run(p, 20);
    pair_check_one(p);
    assert_int_equal(pair_stats(p, 0).established, 2);
    pair_free(p);
}

/* What is in the answer that waits for a, opened by a's own keys. */
static void open_answer(struct pair *p, struct ikev2_msg *out)
{
    const struct pair_packet *k = &p->queue[p->head];
    enum wire_ike_err err;
    *out = (struct ikev2_msg){.path = &k->path, .raw = base_span(k->bytes, k->len), .is_response = true};
    assert_int_equal(wire_ike_hdr_parse(out->raw, &out->hdr), WIRE_IKE_OK);
    assert_int_equal(ikev2_msg_open(p->h[0].ike, p->h[0].ike->v2->first, out, &err), 0);
}

/* RFC 7296 2.25, 3.10.1. */
static void a_child_that_is_not_found_is_named_as_it_was_asked_for(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike *b = p->h[1].ike;
    const uint32_t spi = p->h[0].children[0].i.pair.spi_in;
    struct wire_ike_notification n;
    struct ikev2_msg msg;
    ikev2_child_remove(b, b->v2->first->children, NULL);
    pair_settle(p);
    p->hold = true;
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
    pair_deliver_one(p);
    open_answer(p, &msg);
    assert_true(ikev2_msg_notify(&msg, WIRE_IKE_N_CHILD_SA_NOT_FOUND, &n));
    assert_int_equal(n.protocol, WIRE_IKE_PROTO_ESP);
    assert_int_equal(n.spi_len, 4);
    assert_int_equal(n.spi, spi);
    pair_free(p);
}

/* A key exchange of the peer's that fails on our side is no fault of the peer's request (RFC 7296 2.25). */
static void a_key_exchange_that_fails_here_is_a_temporary_failure(void **state)
{
    (void)state;
    static const struct {
        int status;
        uint16_t notify;
        enum ike_audit_kind kind;
    } rows[] = {{-EIO, WIRE_IKE_N_TEMPORARY_FAILURE, IKE_AUDIT_FAIL_KEY_EXCHANGE},
                {-ENOMEM, WIRE_IKE_N_TEMPORARY_FAILURE, IKE_AUDIT_FAIL_KEY_EXCHANGE},
                {-EINVAL, WIRE_IKE_N_INVALID_SYNTAX, IKE_AUDIT_FAIL_MALFORMED}};
    for (size_t i = 0; i < 2 * sizeof rows / sizeof *rows; i++) {
        struct wire_ike_notification n;
        struct ikev2_msg msg;
        struct pair *p = pair_up_with("aes128gcm16-x25519-noesn", "aes128gcm16-x25519-noesn");
        p->h[1].hold_jobs = p->hold = true;
        pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b", .rekey_ike = i % 2});
        pair_deliver_one(p);
        assert_int_equal(p->h[1].n_jobs, 1);
        p->h[1].n_jobs = 0;
        p->h[1].jobs[0]->status = rows[i / 2].status;
        pair_event(p, 1, (struct ike_event){.type = IKE_EV_JOB_DONE, .job = p->h[1].jobs[0]});
        open_answer(p, &msg);
        assert_true(ikev2_msg_notify(&msg, rows[i / 2].notify, &n));
        assert_int_equal(pair_count(&p->h[1], rows[i / 2].kind), 1);
        pair_free(p);
    }
}

/* Tunnel mode is what a peer gets that asks for transport mode; it is told, with the way out. */
static void a_request_for_transport_mode_is_told(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike *ike = p->h[0].ike;
    struct ikev2_sa *sa = ike->v2->first;
    struct ikev2_task t = {.kind = IKEV2_TASK_CREATE_CHILD};
    struct wire_ike_builder b = ikev2_msg_begin(ike);
    ikev2_msg_put_notify(&b, WIRE_IKE_N_USE_TRANSPORT_MODE, BASE_SPAN_NONE);
    assert_true(ikev2_child_offer(ike, sa, &b, IKEV2_DH_IGNORE, &t));
    ike_nonce_new(ike, &t.ni);
    wire_ike_put_nonce(&b, ike_nonce_span(&t.ni));
    assert_null(pair_audit(&p->h[1], IKE_AUDIT_FAIL_TRANSPORT));
    ikev2_msg_request(ike, sa, WIRE_IKE_CREATE_CHILD_SA, &b);
    p->hold = true;
    pair_drain(p);
    pair_deliver_one(p);
    struct wire_ike_notification n;
    struct ikev2_msg msg;
    open_answer(p, &msg);
    assert_non_null(wire_ike_plds_find(&msg.plds, WIRE_IKE_P_SA, 0));
    assert_false(ikev2_msg_notify(&msg, WIRE_IKE_N_USE_TRANSPORT_MODE, &n));
    const struct ike_audit *a = pair_audit(&p->h[1], IKE_AUDIT_FAIL_TRANSPORT);
    assert_non_null(a);
    assert_string_equal(a->conn, "a");
    assert_non_null(strstr(a->fix_peer, "mode = tunnel"));
    p->h[0].spis_out--; /* of the task above, which nobody else has */
    pair_free(p);
}

static void rekey_begin(struct pair *p)
{
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b"});
}

/* While a key exchange is computed, ours or the peer's, another peer comes to have what was agreed on. */
static void what_another_has_meanwhile_is_not_installed(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct pair *p = pair_up_with("aes128gcm16-x25519-noesn", "aes128gcm16-x25519-noesn");
        const int side = i & 1, is_taken = i & 2;
        struct pair_host *h = &p->h[side];
        if (side == 0) { /* the key pair is made at once, the secret is not */
            p->h[0].hold_jobs = true;
            rekey_begin(p);
            assert_int_equal(h->n_jobs, 1);
            h->n_jobs = 0;
            pair_job(p, 0, h->jobs[0]);
            pair_settle(p);
        } else {
            h->hold_jobs = true;
            rekey_begin(p);
        }
        assert_int_equal(h->n_jobs, 1);
        h->hold_jobs = false;
        h->n_jobs = 0;
        struct holder *o = holder_new(h, side ? "10.2.0.0/16" : "10.1.0.0/16",
                                      !is_taken ? "10.9.0.0/16"
                                      : side    ? "10.1.2.0/24"
                                                : "10.2.3.0/24");
        pair_job(p, side, h->jobs[0]);
        pair_settle(p);
        assert_int_equal(h->n_children, is_taken ? 1 : 2);
        assert_int_equal(pair_count(h, IKE_AUDIT_FAIL_OVERLAP), is_taken ? 1 : 0);
        if (side && is_taken)
            assert_int_equal(pair_audit(&p->h[0], IKE_AUDIT_FAIL_REFUSED)->notify,
                             WIRE_IKE_N_TS_UNACCEPTABLE);
        pair_run(p, 6);
        pair_check_one(p);
        holder_free(h, o);
        pair_free(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_child_is_rekeyed_by_either_side_without_a_gap),
        cmocka_unit_test(a_child_is_rekeyed_with_a_fresh_key_exchange),
        cmocka_unit_test(a_group_that_one_side_demands_is_never_left_out),
        cmocka_unit_test(a_peer_that_differs_in_the_group_is_asked_the_other_way_round_once),
        cmocka_unit_test(a_pair_that_is_deleted_before_its_answer_arrives_is_not_installed),
        cmocka_unit_test(a_second_child_of_the_connection_is_made_by_its_own_exchange),
        cmocka_unit_test(selectors_are_narrowed_to_what_both_have),
        cmocka_unit_test(an_answer_without_nonce_ends_the_rekeying_and_keeps_the_old_pair),
        cmocka_unit_test(an_answer_that_we_refuse_leaves_the_peer_no_pair),
        cmocka_unit_test(the_first_child_that_we_refuse_leaves_the_peer_no_pair),
        cmocka_unit_test(a_secret_that_cannot_be_computed_leaves_the_peer_no_pair),
        cmocka_unit_test(an_ike_sa_that_the_peer_alone_has_rekeyed_is_replaced),
        cmocka_unit_test(a_child_that_is_not_found_is_named_as_it_was_asked_for),
        cmocka_unit_test(a_key_exchange_that_fails_here_is_a_temporary_failure),
        cmocka_unit_test(a_request_for_transport_mode_is_told),
        cmocka_unit_test(what_another_has_meanwhile_is_not_installed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
