/* SPDX-License-Identifier: BSD-3-Clause */
/* The configuration object: keys by pair and nothing else, and which connections are the same. */
#include "ike_pair.h"

#include "ike_conf_keys.h"

static struct ike_conf *sealed(void)
{
    struct ike_conf *c = pair_conf("a", "@us", "@them", "key", "10.1.0.0/16", "10.2.0.0/16");
    ike_conf_seal(c);
    return c;
}

static void a_key_is_found_by_the_exact_pair_only(void **state)
{
    (void)state;
    struct ike_conf *c = sealed();
    const struct ike_id us = pair_id("@us"), them = pair_id("@them"), other = pair_id("@other");
    const struct ike_id shouted = pair_id("@THEM"), key = pair_id("keyid:them");
    assert_non_null(ike_conf_secret(c, &us, &them));
    assert_non_null(ike_conf_secret(c, &us, &shouted));
    assert_null(ike_conf_secret(c, &them, &us));
    assert_null(ike_conf_secret(c, &us, &other));
    assert_null(ike_conf_secret(c, &other, &them));
    assert_null(ike_conf_secret(c, &us, &key));
    ike_conf_put(c);
}

static void a_connection_knows_the_key_of_its_own_pair(void **state)
{
    (void)state;
    struct ike_conf *c = pair_conf("a", "@us", "@them", "key", "10.1.0.0/16", "10.2.0.0/16");
    assert_null(c->conns[0].secret);
    ike_conf_seal(c);
    assert_ptr_equal(c->conns[0].secret, &c->secrets[0]);
    c->conns[0].remote_id = pair_id("@other");
    ike_conf_seal(c);
    assert_null(c->conns[0].secret);
    ike_conf_put(c);
}

static void secrets_that_were_lent_go_with_the_last_who_has_them(void **state)
{
    (void)state;
    struct ike_conf *a = sealed(), *b = ike_conf_new();
    assert_false(ike_conf_take_secrets(b, a));
    assert_int_equal(b->n_secrets, 0);
    assert_true(ike_conf_lend_secrets(a));
    assert_true(ike_conf_take_secrets(b, a));
    ike_conf_put(a);
    ike_conf_seal(b);
    const struct ike_id us = pair_id("@us"), them = pair_id("@them");
    assert_non_null(ike_conf_secret(b, &us, &them));
    ike_conf_put(b);
}

static void connections_share_long_values_that_are_the_same(void **state)
{
    (void)state;
    struct ike_conn_conf a, b, then;
    assert_true(ike_conn_conf_defaults(&a) && ike_conn_conf_defaults(&b));
    strcpy(a.groups[3], "staff");
    assert_false(ike_conn_conf_share_bulk(&b, &a));
    assert_string_equal(b.groups[3], "");
    strcpy(b.groups[3], "staff");
    then = b; /* as a second round has those of its connection */
    b.then = &then;
    assert_true(ike_conn_conf_share_bulk(&b, &a));
    assert_ptr_equal(b.bulk, a.bulk);
    assert_ptr_equal(b.groups, a.groups);
    assert_ptr_equal(then.proposals, a.proposals);
    assert_true(ike_conn_conf_share_bulk(&b, &a));
    b.then = NULL;
    ike_conn_conf_clear(&a);
    assert_string_equal(b.groups[3], "staff");
    ike_conn_conf_clear(&b);
}

static void a_connection_is_found_by_name(void **state)
{
    (void)state;
    struct ike_conf *c = sealed();
    assert_ptr_equal(ike_conf_conn(c, "a"), &c->conns[0]);
    assert_null(ike_conf_conn(c, "b"));
    ike_conf_put(c);
}

static void the_last_reference_frees(void **state)
{
    (void)state;
    struct ike_conf *c = sealed();
    assert_ptr_equal(ike_conf_get(c), c);
    ike_conf_put(c);
    assert_int_equal(c->refs, 1);
    ike_conf_put(c);
    ike_conf_put(NULL);
}

static bool is_same(const struct ike_conn_conf *a, const struct ike_conn_conf *b)
{
    const struct ike_child_conf *child = ike_conn_conf_child(b, a->children[0].name);
    return !ike_conn_conf_asks(a, b) && child && !ike_keys_compare(IKE_OWNER_CHILD, &a->children[0], child);
}

static void any_change_of_meaning_makes_connections_differ(void **state)
{
    (void)state;
    for (int what = 0; what < 17; what++) {
        struct ike_conf *a = sealed(), *b = sealed();
        struct ike_conn_conf *c = &b->conns[0];
        switch (what) {
        case 1:
            c->remote_addr = pair_addr("192.0.2.9");
            break;
        case 2:
            c->local_id = pair_id("@x");
            break;
        case 3:
            c->remote_id = pair_id("@x");
            break;
        case 4:
            c->proposals[0].transforms[0].id ^= 1;
            break;
        case 5:
            c->encap = IKE_ENCAP_FORCE;
            break;
        case 6:
            c->dpd_s++;
            break;
        case 7:
            c->children[0].rekey_s++;
            break;
        case 8:
            c->children[0].local_ts->list[0].port_hi--;
            break;
        case 9:
            b->secrets[0].psk[0] ^= 1;
            break;
        case 10:
            c->start = true;
            break;
        case 11:
            pair_last_child_drop(c);
            break;
        case 12:
            c->remote_port = 4500;
            break;
        case 13:
            c->n_local_addrs = 1;
            break;
        case 14:
            b->secrets[0].psk_len = 2;
            break;
        case 15:
            c->children[0].name[0] = 'x';
            break;
        case 16:
            c->frag_after = true;
            break;
        default:
            break;
        }
        assert_int_equal(is_same(&a->conns[0], c), what == 0);
        ike_conf_put(a);
        ike_conf_put(b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_is_found_by_the_exact_pair_only),
        cmocka_unit_test(a_connection_knows_the_key_of_its_own_pair),
        cmocka_unit_test(secrets_that_were_lent_go_with_the_last_who_has_them),
        cmocka_unit_test(connections_share_long_values_that_are_the_same),
        cmocka_unit_test(a_connection_is_found_by_name),
        cmocka_unit_test(the_last_reference_frees),
        cmocka_unit_test(any_change_of_meaning_makes_connections_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
