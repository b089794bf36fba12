/* SPDX-License-Identifier: BSD-3-Clause */
/* The action queue: order, content, and what a taken action leaves behind. */
#include "ike_pair.h"
#include "ike_act.h"
#include "ike_core.h"
#include "ike_job_dh.h"

static void actions_come_out_in_order_with_their_content(void **state)
{
    (void)state;
    struct ike *ike = calloc(1, sizeof *ike);
    struct ike_action *a = malloc(sizeof *a);
    struct ike_job *job = &ike_job_dh(&ike_job_kind_dh_pair, CRYPT_DH_X25519, NULL, BASE_SPAN_NONE)->job;
    ike->env.crypto = &null_ike_ops;
    const struct ike_path path = {.remote = {pair_addr("192.0.2.1"), 4500}, .natt = true};
    struct ike_install install = {.pair = {.spi_in = 7, .keys_in.encr = {1, 2, 3}}};
    ike_act_send(ike, &path, base_span("hello", 5));
    ike_act_install(ike, &path, &install);
    ike_act_repath(ike, 7, &path, ESP_WAY_UDP);
    assert_true(ike_act_job(ike, job));
    assert_true(ike_next_action(ike, a));
    assert_int_equal(a->type, IKE_ACT_SEND);
    assert_true(base_span_equal(a->bytes, base_span("hello", 5)));
    assert_true(base_endpoint_equal(&a->path.remote, &path.remote));
    assert_true(ike_next_action(ike, a));
    assert_int_equal(a->type, IKE_ACT_SA_INSTALL);
    assert_int_equal(a->install.pair.keys_in.encr[2], 3);
    ike_action_wipe(a);
    assert_int_equal(a->install.pair.keys_in.encr[2], 0);
    assert_true(ike_next_action(ike, a));
    assert_int_equal(a->spi_in, 7);
    assert_int_equal(a->way, ESP_WAY_UDP);
    assert_true(a->path.natt);
    assert_true(ike_next_action(ike, a));
    assert_int_equal(a->type, IKE_ACT_JOB);
    assert_ptr_equal(a->job, job); /* ours from here */
    ike_job_free(&null_ike_ops, job);
    assert_false(ike_next_action(ike, a));
    /* and it goes on after having been empty */
    ike_act_keepalive(ike, &path);
    assert_true(ike_next_action(ike, a));
    assert_int_equal(a->type, IKE_ACT_KEEPALIVE);
    ike_act_send(ike, &path, base_span("left behind", 11));
    assert_true(
        ike_act_job(ike, &ike_job_dh(&ike_job_kind_dh_pair, CRYPT_DH_X25519, NULL, BASE_SPAN_NONE)->job));
    ike_act_fini(ike);
    assert_false(ike_next_action(ike, a));
    free(a);
    free(ike);
}

static void packets_may_be_whole_and_pairs_get_their_mtu(void **state)
{
    (void)state;
    struct ike *ike = calloc(1, sizeof *ike);
    struct ike_action *a = malloc(sizeof *a);
    const struct ike_path path = {.remote = {pair_addr("192.0.2.1"), 4500}, .natt = true};
    struct ike_dgrams list = {0};
    assert_int_equal(ike_dgrams_add(&list, base_span("one", 3)), 0);
    ike_act_send_whole(ike, &path, &list);
    ike_act_send_all(ike, &path, &list);
    ike_act_mtu(ike, 7, 1400);
    for (int i = 0; i < 2; i++) {
        assert_true(ike_next_action(ike, a));
        assert_int_equal(a->type, IKE_ACT_SEND);
        assert_int_equal(a->is_whole, i == 0);
        assert_true(base_span_equal(a->bytes, base_span("one", 3)));
    }
    assert_true(ike_next_action(ike, a));
    assert_int_equal(a->type, IKE_ACT_SA_MTU);
    assert_int_equal(a->spi_in, 7);
    assert_int_equal(a->mtu, 1400);
    assert_false(ike_next_action(ike, a));
    ike_dgrams_free(&list);
    ike_act_fini(ike);
    free(a);
    free(ike);
}

/* Nothing but what is there is kept of the two large kinds. */
static void installs_and_records_come_out_as_they_went_in(void **state)
{
    (void)state;
    struct ike *ike = calloc(1, sizeof *ike);
    struct ike_action *a = malloc(sizeof *a);
    struct ike_install *in = calloc(1, sizeof *in);
    struct ike_audit *audit = calloc(1, sizeof *audit);
    const struct ike_path path = {.remote = {pair_addr("192.0.2.1"), 4500}, .natt = true};
    in->child = "net";
    in->pair.spi_in = 9;
    in->pair.hard_pkts = 1234;
    pair_ts_add(&in->pair.local_ts, "10.1.0.0/16");
    pair_ts_add(&in->pair.local_ts, "10.2.0.0/16");
    pair_ts_add(&in->pair.remote_ts, "10.9.0.0/16");
    in->pair.remote_ts.skipped = 3;
    audit->kind = IKE_AUDIT_FAIL_WRONG_KEY;
    audit->mtu = 1400;
    strcpy(audit->conn, "foo");
    memset(audit->what, 'w', sizeof audit->what - 1);
    strcpy(audit->why, "because");
    strcpy(audit->fix_peer, "there");
    ike_act_install(ike, &path, in);
    ike_act_audit(ike, audit);
    memset(a, 0xa5, sizeof *a);
    assert_true(ike_next_action(ike, a));
    const struct esp_pair *p = &a->install.pair;
    assert_string_equal(a->install.child, "net");
    assert_int_equal(p->hard_pkts, 1234);
    assert_int_equal(p->remote_ts.skipped, 3);
    assert_true(base_ts_equal(&p->local_ts, &in->pair.local_ts));
    assert_true(base_ts_equal(&p->remote_ts, &in->pair.remote_ts));
    ike_action_wipe(a);
    assert_int_equal(p->local_ts.count, 0);
    assert_true(ike_next_action(ike, a));
    assert_int_equal(a->audit.kind, IKE_AUDIT_FAIL_WRONG_KEY);
    assert_int_equal(a->audit.mtu, 1400);
    assert_string_equal(a->audit.conn, "foo");
    assert_string_equal(a->audit.what, audit->what);
    assert_string_equal(a->audit.nearest, "");
    assert_string_equal(a->audit.why, "because");
    assert_string_equal(a->audit.fix_here, "");
    assert_string_equal(a->audit.fix_peer, "there");
    ike_act_fini(ike);
    free(audit);
    free(in);
    free(a);
    free(ike);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(installs_and_records_come_out_as_they_went_in),
                                       cmocka_unit_test(actions_come_out_in_order_with_their_content),
                                       cmocka_unit_test(packets_may_be_whole_and_pairs_get_their_mtu)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
