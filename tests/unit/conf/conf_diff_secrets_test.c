/* SPDX-License-Identifier: BSD-3-Clause */
/* Keys of identities under a pattern: which connection hears of those that changed, are gone or are new. */
#include "conf_int.h"
#include "conf_test_help.h"

#define KEY_A         "0x000102030405060708090a0b0c0d0e0f10111213"
#define KEY_B         "0xff0102030405060708090a0b0c0d0e0f10111213"
#define ROW(id, key)  "{'local':'@gw','remote':'@" id "','psk':'" key "'}"
#define USER(id, key) "{'local':'@gw','remote':'" id "','psk':'" key "'}"
#define ROADS         "'roads':{" GOOD_LOCAL ",'remote':{'id':'*.x.org','pools':'p'}},"
#define POOL          ",'pools':{'p':{'addresses':'10.9.0.0/24'}}"
#define LABS \
    "'labs':{" GOOD_LOCAL ",'remote':{'id':'*.y.org','pools':'p'}},'foo':{" GOOD_LOCAL "," GOOD_REMOTE "}"

static struct conf *with(const char *secrets)
{
    struct conf *conf = load_parts(GOOD_PORTS, secrets, ROADS LABS, POOL);
    if (!conf)
        conf_report_print(&report, "culvert.json", stderr);
    assert_non_null(conf);
    return conf;
}

static bool tells(const struct conf_diff *d, enum conf_op_type type, const char *name)
{
    for (size_t i = 0; i < d->n_ops; i++)
        if (d->ops[i].type == type && strcmp(d->ops[i].name, name) == 0)
            return true;
    return false;
}

static void keys_are_told_by_the_pattern_whose_peers_they_are(void **state)
{
    (void)state;
    struct conf *from = with(GOOD_SECRET "," ROW("a.x.org", KEY_A) "," ROW("b.x.org", KEY_A) "," ROW(
                    "c.y.org", KEY_A) "," ROW("d.y.org", KEY_A)),
                *to = with(GOOD_SECRET "," ROW("a.x.org", KEY_B) "," ROW("B.X.org", KEY_A) "," ROW(
                    "c.y.org", KEY_A) "," ROW("e.x.org", KEY_A) "," ROW("nobody.org", KEY_A));
    struct conf_diff diff;
    assert_int_equal(conf_diff_make(from, from, to, &diff), 0);
    assert_true(tells(&diff, CONF_OP_NEW_SA, "secrets of 1 peers of connections.roads"));
    assert_true(tells(&diff, CONF_OP_REMOVED, "secrets of 1 peers of connections.labs, with their SAs"));
    assert_true(tells(&diff, CONF_OP_ADDED, "secrets of 1 peers of connections.roads"));
    assert_true(tells(&diff, CONF_OP_UNCHANGED, "foo"));
    assert_int_equal(diff.n_ops, 6); /* and both patterns unchanged */
    conf_diff_free(&diff);
    assert_int_equal(conf_diff_make(to, to, to, &diff), 0);
    assert_int_equal(diff.n_ops, 3);
    conf_diff_free(&diff);
    conf_free(from);
    conf_free(to);
}

/* What has a connection of its own is that one's. */
static void a_key_of_a_connection_of_its_own_is_not_counted_twice(void **state)
{
    (void)state;
    struct conf *from =
                    load_parts(GOOD_PORTS, GOOD_SECRET,
                               "'any':{" GOOD_LOCAL ",'remote':{'id':'any','pools':'p'}}," GOOD_CONN, POOL),
                *to = load_parts(GOOD_PORTS, ROW("foo", KEY_B),
                                 "'any':{" GOOD_LOCAL ",'remote':{'id':'any','pools':'p'}}," GOOD_CONN, POOL);
    struct conf_secrets_diff d;
    assert_true(conf_secrets_lost(from->ike, to->ike, &d));
    assert_int_equal(d.changed[0] + d.changed[1] + d.removed[0] + d.removed[1], 0);
    assert_int_equal(d.changed[2], 1);
    conf_secrets_diff_free(&d);
    conf_free(from);
    conf_free(to);
}

/* First each host has a key of its own, and then its user, under two names. */
static void keys_of_further_rounds_are_told_by_their_patterns(void **state)
{
    static const char conns[] = "'roads':{" GOOD_LOCAL ",'remote':{'id':'*.x.org','auth':['psk','psk','psk'],"
                                "'then':{'id':'*@x.org','then':{'id':'*@y.org'}},'pools':'p'}}";
    (void)state;
    struct conf *from = load_parts(GOOD_PORTS,
                                   ROW("a.x.org", KEY_A) "," USER("ann@x.org", KEY_A) "," USER(
                                       "bob@x.org", KEY_A) "," USER("ann@y.org", KEY_A),
                                   conns, POOL),
                *to = load_parts(GOOD_PORTS,
                                 ROW("a.x.org", KEY_A) "," USER("ann@x.org", KEY_B) "," USER(
                                     "eve@x.org", KEY_A) "," USER("ann@y.org", KEY_B),
                                 conns, POOL);
    struct conf_diff diff;
    if (!from)
        conf_report_print(&report, "culvert.json", stderr);
    assert_true(from && to);
    assert_int_equal(conf_diff_make(from, from, to, &diff), 0);
    assert_true(tells(&diff, CONF_OP_NEW_SA, "secrets of 2 peers of connections.roads"));
    assert_true(tells(&diff, CONF_OP_REMOVED, "secrets of 1 peers of connections.roads, with their SAs"));
    assert_true(tells(&diff, CONF_OP_ADDED, "secrets of 1 peers of connections.roads"));
    conf_diff_free(&diff);
    conf_free(from);
    conf_free(to);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_told_by_the_pattern_whose_peers_they_are),
        cmocka_unit_test(keys_of_further_rounds_are_told_by_their_patterns),
        cmocka_unit_test(a_key_of_a_connection_of_its_own_is_not_counted_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
