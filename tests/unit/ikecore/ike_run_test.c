/* SPDX-License-Identifier: BSD-3-Clause */
/* Runtimes: one for each connection, and what their children wait for, few or many. */
#include "ike_pair.h"
#include "ike_run.h"

static struct ike_conf *conf_of(size_t children, enum ike_start start)
{
    struct ike_conf *conf = pair_conf("a", "@a", "@b", "secret", "10.1.0.0/16", "10.2.0.0/16");
    struct ike_conn_conf *c = &conf->conns[0];
    free(c->children[0].local_ts);
    free(c->children[0].remote_ts);
    free(c->children);
    c->children = calloc(children, sizeof *c->children);
    c->n_children = children;
    c->start = start;
    for (size_t i = 0; i < children; i++)
        ike_child_conf_defaults(&c->children[i]);
    ike_conf_seal(conf);
    return conf;
}

static void what_begins_by_itself_is_wanted(void **state)
{
    (void)state;
    static const size_t counts[] = {1, IKE_RUN_FEW, IKE_RUN_FEW + 1, 100};
    for (size_t k = 0; k < sizeof counts / sizeof *counts; k++) {
        for (int starts = 0; starts < 2; starts++) {
            struct ike_conf *conf = conf_of(counts[k], starts ? IKE_START_START : IKE_START_NONE);
            struct ike_run *runs = ike_runs_new(conf);
            assert_ptr_equal(runs[0].conn, &conf->conns[0]);
            assert_int_equal(ike_run_wants(&runs[0]), starts);
            for (size_t i = 0; i < counts[k]; i++)
                assert_int_equal(*ike_run_child(&runs[0], i), starts ? IKE_RUN_WANTED : 0);
            ike_runs_free(runs, conf->n_conns);
            ike_conf_put(conf);
        }
    }
}

static void an_end_says_what_a_child_waits_for(void **state)
{
    (void)state;
    struct ike_conf *conf = conf_of(12, IKE_START_NONE);
    struct ike_run *runs = ike_runs_new(conf);
    ike_run_child_ended(&runs[0], 11, IKE_START_START);
    assert_true(ike_run_wants(&runs[0]));
    ike_run_child_ended(&runs[0], 11, IKE_START_TRAP);
    assert_false(ike_run_wants(&runs[0]));
    assert_int_equal(*ike_run_child(&runs[0], 11), IKE_RUN_TRAPPED);
    ike_run_child_ended(&runs[0], 11, IKE_START_NONE);
    assert_int_equal(*ike_run_child(&runs[0], 11), 0);
    ike_runs_free(runs, conf->n_conns);
    ike_runs_free(NULL, 0);
    ike_conf_put(conf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_begins_by_itself_is_wanted),
        cmocka_unit_test(an_end_says_what_a_child_waits_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
