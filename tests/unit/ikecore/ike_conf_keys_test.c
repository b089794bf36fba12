/* SPDX-License-Identifier: BSD-3-Clause */
/* The rows of the engine's values: all of each struct is covered, defaults hold, a change asks what it says.
 */
#include "ike_pair.h"

#include "ike_conf_keys.h"
#include "ike_field.h"

static const size_t sizes[] = {[IKE_OWNER_CONF] = sizeof(struct ike_conf),
                               [IKE_OWNER_CONN] = sizeof(struct ike_conn_conf),
                               [IKE_OWNER_CHILD] = sizeof(struct ike_child_conf)};

static void each_row_says_what_a_change_asks_and_has_its_field(void **state)
{
    for (enum ike_key_id id = 0; id < IKE_KEYS; id++) {
        const struct ike_key *k = &ike_keys[id];
        assert_in_range(k->asks, IKE_ASKS_NOTHING, IKE_ASKS_SA);
        const size_t size = k->field.is_far ? sizeof(void *) : k->field.size;
        assert_in_range(k->field.size, 1, sizeof(struct ike_bulk));
        assert_in_range(k->field.at + size, 1, sizes[k->owner]);
    }
    (void)state;
}

static void mark(uint8_t *seen, size_t at, size_t size)
{
    memset(seen + at, 1, size);
}

static void mark_field(uint8_t *seen, const struct ike_field *f)
{
    mark(seen, f->at, f->is_far ? sizeof(void *) : f->size * (f->max ? f->max : 1));
    if (f->max)
        mark(seen, f->count_at, sizeof(size_t));
}

/* A member without a row would be neither compared nor given a default. */
static void every_member_has_a_row(void **state)
{
    static uint8_t seen[3][8192];
    assert_true(sizeof(struct ike_conn_conf) <= sizeof seen[0] &&
                sizeof(struct ike_child_conf) <= sizeof seen[0]);
    for (enum ike_key_id id = 0; id < IKE_KEYS; id++)
        mark_field(seen[ike_keys[id].owner], &ike_keys[id].field);
#define BESIDE(owner, type, member) \
    mark(seen[IKE_OWNER_##owner], offsetof(struct type, member), sizeof(((struct type *)0)->member))
    BESIDE(CONN, ike_conn_conf, name);
    BESIDE(CONN, ike_conn_conf, bulk); /* what the far ones lie in */
    BESIDE(CONN, ike_conn_conf, n_children);
    BESIDE(CONN, ike_conn_conf, children);
    BESIDE(CONN, ike_conn_conf, children_refs);
    BESIDE(CONN, ike_conn_conf, conf);
    BESIDE(CONN, ike_conn_conf, set);
    BESIDE(CONN, ike_conn_conf, secret); /* compared by ike_conn_conf_same_secret() */
    BESIDE(CONN, ike_conn_conf, login);
    BESIDE(CONN, ike_conn_conf, xauth_login);
    BESIDE(CONN, ike_conn_conf, ppk);
    BESIDE(CONN, ike_conn_conf, pool_numbers);
    BESIDE(CONN, ike_conn_conf,
           first_grant); /* its rows of others are compared by what they say (ike_grant.h) */
    BESIDE(CONN, ike_conn_conf, n_grants);
    BESIDE(CONN, ike_conn_conf, creds); /* loaded from files, compared by what they hold (ike_cred.h) */
    BESIDE(CONN, ike_conn_conf, anchor);
    BESIDE(CONN, ike_conn_conf, then); /* compared by ike_conn_conf_same_rounds() */
    BESIDE(CONN, ike_conn_conf, round);
    BESIDE(CONN, ike_conn_conf, edition); /* of what all others say */
    BESIDE(CHILD, ike_child_conf, name);
    /* What is left over is padding: less than a member's alignment in a row. */
    for (enum ike_owner o = IKE_OWNER_CONN; o <= IKE_OWNER_CHILD; o++)
        for (size_t i = 0, hole = 0; i < sizes[o]; i++) {
            hole = seen[o][i] ? 0 : hole + 1;
            if (hole >= 8)
                fail_msg("owner %d has a member at %zu without a row", (int)o, i + 1 - hole);
        }
    (void)state;
}

static void defaults_come_from_the_rows(void **state)
{
    struct ike_conn_conf c;
    struct ike_child_conf k;
    memset(&c, 0xff, sizeof c);
    memset(&k, 0xff, sizeof k);
    assert_true(ike_conn_conf_defaults(&c));
    ike_child_conf_defaults(&k);
    assert_int_equal(c.dpd_s, 30);
    assert_int_equal(c.rekey_s, 14400);
    assert_int_equal(c.remote_port, 500);
    assert_int_equal(c.encap, IKE_ENCAP_AUTO);
    assert_int_equal(c.remote_addr.family, BASE_AF_NONE);
    assert_int_equal(c.n_local_addrs, 0);
    assert_int_equal(c.proposals[0].protocol, CRYPT_PROTOCOL_IKE);
    assert_int_equal(k.proposals[0].protocol, CRYPT_PROTOCOL_ESP);
    assert_int_equal(k.replay_window, 1024);
    assert_int_equal(k.worker_sas, 1);
    assert_int_equal(k.life_pkts, 0);
    assert_null(k.local_ts);
    ike_conn_conf_clear(&c);
    (void)state;
}

/* Overwrites one row's value with another than its default. */
static void change(const struct ike_key *k, void *object)
{
    if (k->field.max)
        ike_field_set_count(&k->field, object, ike_field_count(&k->field, object) ? 0 : 1);
    else if (k->field.kind == IKE_FIELD_TS_LIST)
        pair_ts(ike_field_slot(&k->field, object, 0), "10.1.0.0/16");
    else if (k->field.kind == IKE_FIELD_UINT)
        ike_field_set_uint(&k->field, object, 0, k->preset ? 0 : 1);
    else if (k->field.kind == IKE_FIELD_ADDR)
        *(struct base_addr *)ike_field_slot(&k->field, object, 0) = pair_addr("192.0.2.7");
    else
        *(struct ike_id *)ike_field_slot(&k->field, object, 0) = pair_id("@else");
}

static void a_change_asks_what_its_row_says(void **state)
{
    static union {
        struct ike_conf conf;
        struct ike_conn_conf conn;
        struct ike_child_conf child;
    } from, to;
    for (enum ike_key_id id = 0; id < IKE_KEYS; id++) {
        const struct ike_key *k = &ike_keys[id];
        memset(&from, 0, sizeof from);
        memset(&to, 0, sizeof to);
        if (k->owner == IKE_OWNER_CONN)
            assert_true(ike_conn_conf_defaults(&from.conn) && ike_conn_conf_defaults(&to.conn));
        ike_keys_preset(k->owner, &from);
        ike_keys_preset(k->owner, &to);
        assert_int_equal(ike_keys_compare(k->owner, &from, &to), 0);
        change(k, &to);
        assert_int_equal(ike_keys_compare(k->owner, &from, &to), k->asks);
        if (k->field.kind == IKE_FIELD_TS_LIST)
            (void)base_ts_set(ike_field_slot(&k->field, &to, 0), NULL);
        if (k->owner == IKE_OWNER_CONN) {
            ike_conn_conf_clear(&from.conn);
            ike_conn_conf_clear(&to.conn);
        }
    }
    (void)state;
}

static void the_change_that_asks_most_counts(void **state)
{
    struct ike_conn_conf a, b;
    assert_true(ike_conn_conf_defaults(&a) && ike_conn_conf_defaults(&b));
    b.dpd_s++;
    assert_int_equal(ike_keys_compare(IKE_OWNER_CONN, &a, &b), IKE_ASKS_NOTHING);
    b.frag_after = true;
    assert_int_equal(ike_keys_compare(IKE_OWNER_CONN, &a, &b), IKE_ASKS_CHILD);
    b.remote_port = 4500;
    assert_int_equal(ike_keys_compare(IKE_OWNER_CONN, &a, &b), IKE_ASKS_SA);
    ike_conn_conf_clear(&a);
    ike_conn_conf_clear(&b);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_row_says_what_a_change_asks_and_has_its_field),
        cmocka_unit_test(every_member_has_a_row),
        cmocka_unit_test(defaults_come_from_the_rows),
        cmocka_unit_test(a_change_asks_what_its_row_says),
        cmocka_unit_test(the_change_that_asks_most_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
