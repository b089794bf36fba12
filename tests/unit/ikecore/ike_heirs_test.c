/* SPDX-License-Identifier: BSD-3-Clause */
/* Whose heir is who, and what the difference asks. */
#include "ike_pair.h"
#include "ike_heirs.h"

/* Connections of these names; those that begin with '!' force encapsulation. */
static struct ike_conf *conf_of(const char *const *names, size_t n)
{
    struct ike_conf *conf = ike_conf_new();
    conf->conns = calloc(n, sizeof *conf->conns);
    conf->n_conns = n;
    for (size_t i = 0; i < n; i++) {
        struct ike_conn_conf *c = &conf->conns[i];
        const bool forces = names[i][0] == '!';
        ike_conn_conf_defaults(c);
        snprintf(c->name, sizeof c->name, "%s", names[i] + forces);
        c->encap = forces ? IKE_ENCAP_FORCE : IKE_ENCAP_AUTO;
    }
    ike_conf_seal(conf);
    return conf;
}

static void an_heir_has_the_name_wherever_it_stands(void **state)
{
    (void)state;
    static const char *const before[] = {"a", "b", "c", "d"}, *const after[] = {"a", "x", "!d", "b", "y"};
    struct ike_conf *from = conf_of(before, 4), *to = conf_of(after, 5);
    struct ike_heirs *h = ike_heirs_new(from, to);
    assert_non_null(h);
    assert_int_equal(h->list[0].number, 0);
    assert_int_equal(h->list[1].number, 3);
    assert_int_equal(h->list[2].number, IKE_HEIR_NONE);
    assert_int_equal(h->list[3].number, 2);
    assert_true(h->list[1].asks < IKE_ASKS_SA);
    assert_int_equal(h->list[3].asks, IKE_ASKS_SA);
    static const uint32_t parents[] = {0, IKE_HEIR_NONE, 3, 1, IKE_HEIR_NONE};
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(h->runs[i].parent, parents[i]);
        assert_ptr_equal(h->runs[i].conn, &to->conns[i]);
        assert_int_equal(h->runs[i].timer.owner, IKE_TIMER_RUN);
    }
    ike_conf_put(from);
    ike_conf_put(to); /* both are the heirs' still */
    assert_string_equal(h->from->conns[2].name, "c");
    ike_heirs_free(h);
    ike_heirs_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_heir_has_the_name_wherever_it_stands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
