/* SPDX-License-Identifier: BSD-3-Clause */
/* SAs as objects: tables, caps and what is left when they are gone. */
#include "ike_pair.h"
#include "ike_core.h"
#include "ikev2.h"
#include "ikev2_children.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

static void an_sa_is_found_by_spi_and_id_until_it_dies(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike *ike = p->h[1].ike;
    struct ikev2_sa *sa = ike->v2->first;
    assert_ptr_equal(ikev2_sa_by_spi(ike, sa->spi_r), sa);
    assert_null(ikev2_sa_by_spi(ike, sa->spi_i));
    assert_ptr_equal(ikev2_sa_by_id(ike, sa->id), sa);
    const uint64_t spi = sa->spi_r, id = sa->id;
    ikev2_sa_kill(ike, sa);
    ikev2_sa_kill(ike, sa); /* twice is once */
    assert_null(ikev2_sa_by_spi(ike, spi));
    assert_null(ikev2_sa_by_id(ike, id));
    ikev2_settle(ike);
    pair_drain(p);
    assert_int_equal(pair_live(&p->h[1]), 0);
    assert_int_equal(pair_stats(p, 1).ike_sas, 0);
    pair_free(p);
}

static void a_connection_has_its_own_sas_the_latest_first(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike *ike = p->h[1].ike;
    struct ike_run *run = &ike->runs[0], other = {.conn = run->conn};
    struct ikev2_sa *old = ike->v2->first, *more[40];
    assert_ptr_equal(ikev2_sa_of_run(ike, run, NULL), old);
    assert_null(ikev2_sa_of_run(ike, run, old));
    assert_null(ikev2_sa_of_run(ike, &other, NULL));
    assert_null(ikev2_sa_of_run(ike, NULL, NULL));
    for (size_t i = 0; i < 40; i++) {
        more[i] = ikev2_sa_new(ike, &old->path, false);
        ikev2_sa_set_conn(ike, more[i], run->conn);
    }
    const struct ikev2_sa *sa = NULL;
    for (size_t i = 40; i > 0; i--) {
        sa = ikev2_sa_of_run(ike, run, sa);
        assert_ptr_equal(sa, more[i - 1]);
    }
    assert_ptr_equal(ikev2_sa_of_run(ike, run, sa), old);
    ikev2_sa_leave_run(ike, more[20]);
    assert_ptr_equal(ikev2_sa_of_run(ike, run, more[21]), more[19]);
    ikev2_sa_leave_run(ike, more[39]);
    assert_ptr_equal(ikev2_sa_of_run(ike, run, NULL), more[38]);
    for (size_t i = 0; i < 40; i++)
        ikev2_sa_kill(ike, more[i]);
    ikev2_settle(ike);
    assert_ptr_equal(ikev2_sa_of_run(ike, run, NULL), old);
    assert_null(ikev2_sa_of_run(ike, run, old));
    pair_free(p);
}

static void half_open_sas_are_counted_per_endpoint_and_end_in_time(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    p->h[1].conf->half_open_per_endpoint = 2;
    pair_start(p);
    p->drop[1] = true; /* the answers are lost, so each call starts anew */
    for (int i = 0; i < 4; i++) {
        pair_connect(p);
        pair_event(p, 0, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "b"});
    }
    assert_int_equal(pair_stats(p, 1).half_open, 2);
    assert_int_equal(pair_stats(p, 1).dropped_capped, 2);
    assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_FAIL_LIMIT), 1);
    pair_run(p, 31);
    assert_int_equal(pair_stats(p, 1).half_open, 0);
    assert_int_equal(pair_stats(p, 1).ike_sas, 0);
    assert_true(base_time_is_never(ike_deadline(p->h[1].ike)));
    pair_free(p);
}

/*
 * Ten thousand tunnels are to have less than 8 KiB each, of which the data path takes 3.4: what only an
 * exchange or a proof needs stands with its task or with sa->init, and who the peer is stands once in the
 * engine. An SA's block of secret memory is a multiple of 64 bytes, of which 16 are its head.
 */
static void an_sa_and_its_child_take_less_than_two_kib(void **state)
{
    (void)state;
    assert_true(sizeof(struct ikev2_sa) <= 26 * 64 - 16);
    assert_true(sizeof(struct ikev2_child) <= 312);
}

/* As long as an SA lives, and in the one that follows it. */
static void proofs_of_each_round_are_kept(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ikev2_sa *sa = p->h[0].ike->v2->first;
    const struct ike_id more[] = {pair_id("@second"), pair_id("@third")};
    const struct ike_id *const ids[] = {&more[0], &more[1]};
    const struct crypt_marks marks = {.n = 2, .at = {21, 22}};
    assert_true(ikev2_sa_set_also(p->h[0].ike, sa, NULL, 0));
    assert_null(sa->also);
    assert_ptr_equal(ikev2_sa_proved(sa, 0), sa->remote_id);
    assert_null(ikev2_sa_proved(sa, 1));
    assert_true(ikev2_sa_set_also(p->h[0].ike, sa, ids, 2));
    assert_true(ikev2_shown_add(&sa->shown, 1, &marks));
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b", .rekey_ike = true});
    const struct ikev2_sa *heir = p->h[0].ike->v2->first;
    assert_ptr_not_equal(heir->shown, NULL);
    assert_int_equal(ikev2_shown_of(heir->shown, 1).at[1], 22);
    for (size_t i = 0; i < 2; i++)
        assert_true(ike_id_equal(ikev2_sa_proved(heir, i + 1), &more[i]));
    assert_null(ikev2_sa_proved(heir, 3));
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_sa_is_found_by_spi_and_id_until_it_dies),
        cmocka_unit_test(a_connection_has_its_own_sas_the_latest_first),
        cmocka_unit_test(half_open_sas_are_counted_per_endpoint_and_end_in_time),
        cmocka_unit_test(an_sa_and_its_child_take_less_than_two_kib),
        cmocka_unit_test(proofs_of_each_round_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
