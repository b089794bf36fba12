/* SPDX-License-Identifier: BSD-3-Clause */
/* A configuration of many connections takes the place of another one, part by part. */
#include "ike_pair.h"
#include <errno.h>
#include "ike_core.h"
#include "ike_heirs.h"
#include "ike_swap.h"
#include "ike_timer.h"
#include "ikev2_sa.h"

#define FILLERS 2000 /* before the connection of the pair, which so is the last one that is moved */

static struct ike_conf *crowd(size_t fillers, uint32_t dpd_s, size_t first, bool starts)
{
    struct ike_conf *conf = pair_conf("a", "@b", "@a", "secret", "10.2.0.0/16", "10.1.0.0/16");
    const struct ike_conn_conf last = conf->conns[0];
    conf->conns = realloc(conf->conns, (fillers + 1) * sizeof *conf->conns);
    conf->n_conns = fillers + 1;
    for (size_t i = 0; i < fillers; i++) {
        struct ike_conn_conf *c = &conf->conns[i];
        ike_conn_conf_defaults(c);
        snprintf(c->name, sizeof c->name, "c%zu", first + i);
        c->local_id = last.local_id;
        c->remote_id = pair_id("@nobody");
    }
    conf->conns[fillers] = last;
    conf->conns[fillers].dpd_s = dpd_s;
    conf->conns[fillers].start = starts;
    conf->conns[fillers].remote_addr = pair_addr("192.0.2.1");
    return conf;
}

static struct ike_conf *many(uint32_t dpd_s, size_t first, bool starts)
{
    return crowd(FILLERS, dpd_s, first, starts);
}

static struct pair *pair_many(void)
{
    struct pair *p = pair_new();
    ike_conf_put(p->h[1].conf);
    p->h[1].conf = many(30, 0, false);
    pair_start(p);
    pair_connect(p);
    assert_int_equal(pair_stats(p, 1).ike_sas, 1);
    return p;
}

/* Begins. What the event said. */
static int swap(struct pair *p, struct ike_conf *next)
{
    ike_conf_seal(next);
    const int rc = pair_event(p, 1, (struct ike_event){.type = IKE_EV_CONF_SWAP, .conf = next});
    ike_conf_put(p->h[1].conf);
    p->h[1].conf = next;
    return rc;
}

static unsigned finish(struct pair *p)
{
    unsigned parts = 0;
    while (pair_event(p, 1, (struct ike_event){.type = IKE_EV_CONF_MORE}) > 0)
        parts++;
    assert_null(p->h[1].ike->swap.heirs);
    return parts;
}

static uint32_t number_of(struct pair *p, const char *name)
{
    struct ike_conn_view v;
    return ike_show_conn(p->h[1].ike, name, &v) ? v.number : 0;
}

static bool is_up(struct pair *p)
{
    static struct ike_presence now;
    return ike_show_presence(p->h[1].ike, "a", &now) && now.up == 1;
}

static void it_goes_in_parts_and_keeps_what_did_not_change(void **state)
{
    (void)state;
    struct pair *p = pair_many();
    const uint32_t number = number_of(p, "a"), of_filler = number_of(p, "c1999");
    assert_int_equal(swap(p, many(60, 0, false)), 1);
    assert_true(is_up(p)); /* though it is not moved */
    assert_int_equal(number_of(p, "a"), number);
    assert_true(finish(p) > 2);
    assert_int_equal(number_of(p, "a"), number);
    assert_int_equal(number_of(p, "c1999"), of_filler);
    assert_true(is_up(p));
    assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_IKE_DOWN), 0);
    pair_run(p, 100);
    pair_check_one(p);
    pair_free(p);
}

static void who_is_wanted_before_its_turn_gets_it_then(void **state)
{
    (void)state;
    struct pair *p = pair_many();
    const uint32_t number = number_of(p, "a");
    assert_int_equal(swap(p, many(60, 0, false)), 1);
    assert_int_equal(
        pair_event(p, 1, (struct ike_event){.type = IKE_EV_REKEY, .name = "a", .rekey_ike = true}), 0);
    pair_settle(p);
    assert_int_equal(pair_stats(p, 1).rekeyed_ike, 1);
    assert_int_equal(pair_event(p, 1, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "a"}), 0);
    pair_settle(p);
    assert_int_equal(pair_stats(p, 1).ike_sas, 0);
    finish(p);
    assert_int_equal(number_of(p, "a"), number);
    pair_free(p);
}

/* The peer rekeys the IKE SA of one that is not moved: the heir goes the way of the old one. */
static void what_is_made_of_one_that_waits_is_moved_with_it(void **state)
{
    (void)state;
    struct pair *p = pair_many();
    assert_int_equal(swap(p, many(60, 0, false)), 1);
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b", .rekey_ike = true});
    pair_settle(p);
    finish(p);
    assert_true(is_up(p));
    pair_run(p, 20);
    pair_check_one(p);
    pair_free(p);
}

static void one_that_is_lost_while_it_waits_is_called_by_its_heir(void **state)
{
    (void)state;
    struct pair *p = pair_many();
    assert_int_equal(swap(p, many(60, 0, true)), 1);
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "b"});
    assert_int_equal(pair_stats(p, 1).ike_sas, 0);
    finish(p);
    pair_run(p, 10);
    pair_check_one(p);
    pair_free(p);
}

/* Its SA is the last thing of the first part, and ends between that and the next one. */
static void what_an_heir_learns_before_it_has_all_stays(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    ike_conf_put(p->h[1].conf);
    p->h[1].conf = crowd(255, 30, 0, true);
    pair_start(p);
    pair_connect(p);
    pair_check_one(p);
    assert_int_equal(swap(p, crowd(255, 60, 0, true)), 1);
    const struct ikev2_sa *sa = ikev2_sa_of_run(p->h[1].ike, &p->h[1].ike->runs[255], NULL);
    assert_ptr_equal(sa->conf, p->h[1].ike->conf);
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "b"});
    assert_int_equal(pair_stats(p, 1).ike_sas, 0);
    finish(p);
    pair_run(p, 10);
    pair_check_one(p);
    pair_free(p);
}

static void connections_that_go_are_closed_and_their_numbers_given_back(void **state)
{
    (void)state;
    struct pair *p = pair_many();
    const uint32_t of_filler = number_of(p, "c1999");
    struct ike_conf *next = many(30, 1, false); /* c0 goes, c2000 comes */
    snprintf(next->conns[FILLERS].name, IKE_NAME_MAX, "z");
    p->h[1].conn_closed = 0;
    assert_int_equal(swap(p, next), 1);
    finish(p);
    pair_settle(p);
    assert_true(p->h[1].conn_closed != 0);
    assert_int_equal(number_of(p, "c1999"), of_filler);
    assert_true(number_of(p, "c2000") != 0);
    assert_int_equal(number_of(p, "a"), 0);
    assert_int_equal(pair_stats(p, 1).ike_sas, 0);
    pair_free(p);
}

static void another_one_may_follow_at_any_time_and_so_may_the_end(void **state)
{
    (void)state;
    struct pair *p = pair_many();
    assert_int_equal(swap(p, many(60, 0, false)), 1);
    assert_int_equal(swap(p, many(90, 0, false)), 1);
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_CONF_MORE});
    pair_check_one(p);
    assert_int_equal(swap(p, many(60, 0, false)), 1);
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_SHUTDOWN});
    assert_null(p->h[1].ike->swap.heirs);
    assert_int_equal(pair_stats(p, 0).ike_sas, 0);
    pair_free(p);
    p = pair_many();
    assert_int_equal(swap(p, many(60, 0, true)), 1);
    pair_free(p); /* amid it */
}

/* Former connections keep their deadlines until their turn, and many peers may call before that. */
static void all_deadlines_have_room_while_it_goes_on(void **state)
{
    (void)state;
    struct pair *p = pair_many();
    struct ike *ike = p->h[1].ike;
    struct ike_conf *next = pair_conf("z", "@b", "@z", "secret", "10.2.0.0/16", "10.1.0.0/16");
    assert_int_equal(swap(p, next), 1);
    const base_time at = base_time_add(p->now, 3600 * BASE_NS_PER_S);
    for (size_t i = ike->swap.at; i < ike->swap.heirs->from->n_conns; i++)
        ike_timer_set(&ike->timers, &ike->swap.runs[i].timer, at);
    for (size_t i = 0; i < FILLERS; i++) {
        const struct ike_path path = {.local = {p->h[1].addr, 500}, .remote = {p->h[0].addr, 500}};
        struct ikev2_sa *sa = ikev2_sa_new(ike, &path, false);
        assert_non_null(sa);
        assert_true(ike->timers.count < ike->timers.cap);
        ike_timer_set(&ike->timers, &sa->timer, at);
    }
    pair_free(p);
}

static void few_are_moved_at_once(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    struct ike_conf *next = pair_conf("a", "@b", "@a", "secret", "10.2.0.0/16", "10.1.0.0/16");
    next->conns[0].remote_addr = p->h[0].addr;
    assert_int_equal(swap(p, next), 0);
    assert_null(p->h[1].ike->swap.heirs);
    assert_false(ike_swap_more(p->h[1].ike, 1));
    pair_check_one(p);
    pair_free(p);
}

#define CLIENTS 1000 /* of the pair's connection, beside the pair's own */

static struct ike_conf *conf_of_pair(struct pair *p, const char *name, uint32_t dpd_s)
{
    struct ike_conf *conf = pair_conf(name, "@b", "@a", "secret", "10.2.0.0/16", "10.1.0.0/16");
    conf->conns[0].dpd_s = dpd_s;
    conf->conns[0].remote_addr = p->h[0].addr;
    return conf;
}

static struct pair *pair_crowded(enum ikev2_state in)
{
    struct pair *p = pair_up();
    struct ike *ike = p->h[1].ike;
    for (size_t i = 0; i < CLIENTS; i++) {
        const struct ike_path path = {.local = {p->h[1].addr, 500}, .remote = {p->h[0].addr, 500}};
        struct ikev2_sa *sa = ikev2_sa_new(ike, &path, false);
        assert_non_null(sa);
        ikev2_sa_set_conn(ike, sa, &ike->conf->conns[0]);
        assert_true(ikev2_sa_set_remote(ike, sa, &ike->conf->conns[0].remote_id));
        ikev2_sa_set_state(ike, sa, in);
    }
    return p;
}

/* SAs that the connection has, and how many of them are under the configuration of now. */
static size_t moved(const struct ike *ike, size_t *all)
{
    size_t n = 0;
    *all = 0;
    for (const struct ikev2_sa *sa = NULL; (sa = ikev2_sa_of_run(ike, ike->runs, sa)) != NULL; ++*all)
        n += sa->conf == ike->conf;
    return n;
}

static void many_sas_of_one_connection_are_moved_in_parts_and_found_meanwhile(void **state)
{
    (void)state;
    struct pair *p = pair_crowded(IKEV2_ST_UP);
    struct ike *ike = p->h[1].ike;
    const uint64_t established = ike->runs[0].stats.established;
    size_t all, before = 0, parts = 0;
    for (int more = swap(p, conf_of_pair(p, "a", 60)); more > 0; parts++) {
        const size_t now = moved(ike, &all);
        assert_int_equal(all, CLIENTS + 1);
        assert_true(now - before <= 256);
        before = now;
        size_t n = 0;
        const struct ike_id *peer = &ike->conf->conns[0].remote_id;
        for (struct ikev2_sa *sa = NULL; (sa = ikev2_sa_of_peer(ike, ike->runs, peer, sa)) != NULL;)
            n++;
        assert_int_equal(n, CLIENTS + 1);
        more = pair_event(p, 1, (struct ike_event){.type = IKE_EV_CONF_MORE});
    }
    assert_true(parts > 2);
    assert_int_equal(moved(ike, &all), CLIENTS + 1);
    assert_int_equal(ike->runs[0].stats.established, established);
    pair_free(p);
}

/* Children go from one to the other, and with them the configuration of the one. */
static void sas_that_belong_together_are_moved_together(void **state)
{
    (void)state;
    struct pair *p = pair_crowded(IKEV2_ST_UP);
    struct ike *ike = p->h[1].ike;
    struct ikev2_sa *list[CLIENTS + 1], *sa = NULL;
    size_t n = 0;
    while ((sa = ikev2_sa_of_run(ike, ike->runs, sa)) != NULL)
        list[n++] = sa;
    assert_int_equal(n, CLIENTS + 1);
    struct ikev2_sa *first = list[0], *last = list[CLIENTS], *fresh = list[CLIENTS - 1];
    last->rival.id = first->id;
    first->rival.of = last->id;
    last->again.by = fresh->id;
    assert_int_equal(swap(p, conf_of_pair(p, "a", 60)), 1);
    assert_ptr_equal(first->conf, ike->conf);
    assert_ptr_equal(last->conf, ike->conf);
    assert_ptr_equal(fresh->conf, ike->conf);
    finish(p);
    pair_free(p);
}

static void who_names_a_connection_has_all_of_it_moved(void **state)
{
    (void)state;
    struct pair *p = pair_crowded(IKEV2_ST_UP);
    struct ike *ike = p->h[1].ike;
    size_t all;
    assert_int_equal(swap(p, conf_of_pair(p, "a", 60)), 1);
    assert_true(moved(ike, &all) < CLIENTS);
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_REAUTH, .name = "a"});
    assert_int_equal(moved(ike, &all), CLIENTS + 1);
    finish(p);
    pair_free(p);
}

/* It ends while it waits: under its own configuration, and counted for its connection. */
static void one_that_waits_among_many_goes_on(void **state)
{
    (void)state;
    struct pair *p = pair_crowded(IKEV2_ST_UP);
    struct ike *ike = p->h[1].ike;
    const uint64_t rekeyed = ike->runs[0].stats.rekeyed_ike;
    size_t all;
    assert_int_equal(swap(p, conf_of_pair(p, "a", 60)), 1);
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b", .rekey_ike = true});
    pair_settle(p);
    finish(p);
    assert_int_equal(ike->runs[0].stats.rekeyed_ike, rekeyed + 1);
    assert_true(moved(ike, &all) == all);
    pair_free(p);
}

static void many_sas_of_a_connection_that_goes_are_closed_in_parts(void **state)
{
    (void)state;
    struct pair *p = pair_crowded(IKEV2_ST_R_DH);
    struct ike *ike = p->h[1].ike;
    p->h[1].conn_closed = 0;
    assert_int_equal(swap(p, conf_of_pair(p, "z", 30)), 1);
    assert_int_equal(p->h[1].conn_closed, 0);
    assert_true(finish(p) >= 2);
    assert_true(p->h[1].conn_closed != 0);
    size_t all;
    moved(ike, &all);
    assert_int_equal(all, 0);
    pair_free(p);
}

static void a_connection_with_many_sas_is_ended_in_parts(void **state)
{
    (void)state;
    struct pair *p = pair_crowded(IKEV2_ST_R_DH);
    unsigned parts = 1;
    while (pair_event(p, 1, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "a"}) > 0)
        parts++;
    assert_int_equal(parts, (CLIENTS + 1 + 127) / 128);
    pair_settle(p);
    assert_int_equal(pair_event(p, 1, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "a"}), -ENOENT);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_goes_in_parts_and_keeps_what_did_not_change),
        cmocka_unit_test(who_is_wanted_before_its_turn_gets_it_then),
        cmocka_unit_test(what_is_made_of_one_that_waits_is_moved_with_it),
        cmocka_unit_test(one_that_is_lost_while_it_waits_is_called_by_its_heir),
        cmocka_unit_test(what_an_heir_learns_before_it_has_all_stays),
        cmocka_unit_test(connections_that_go_are_closed_and_their_numbers_given_back),
        cmocka_unit_test(another_one_may_follow_at_any_time_and_so_may_the_end),
        cmocka_unit_test(all_deadlines_have_room_while_it_goes_on),
        cmocka_unit_test(few_are_moved_at_once),
        cmocka_unit_test(many_sas_of_one_connection_are_moved_in_parts_and_found_meanwhile),
        cmocka_unit_test(sas_that_belong_together_are_moved_together),
        cmocka_unit_test(who_names_a_connection_has_all_of_it_moved),
        cmocka_unit_test(one_that_waits_among_many_goes_on),
        cmocka_unit_test(many_sas_of_a_connection_that_goes_are_closed_in_parts),
        cmocka_unit_test(a_connection_with_many_sas_is_ended_in_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
