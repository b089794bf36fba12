/* SPDX-License-Identifier: BSD-3-Clause */
/* Longest-prefix match against a list that is searched from end to end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "sad_trie.h"

#define PREFIXES 400

struct entry {
    uint8_t key[16];
    unsigned len;
    uint32_t value; /* 0: not there */
};

static bool covers(const struct entry *e, const uint8_t *addr)
{
    for (unsigned i = 0; i < e->len; i++)
        if ((e->key[i / 8] ^ addr[i / 8]) >> (7 - i % 8) & 1)
            return false;
    return true;
}

static const struct entry *model_find(const struct entry *list, const uint8_t *addr, unsigned below)
{
    const struct entry *best = NULL;
    for (size_t i = 0; i < PREFIXES; i++)
        if (list[i].value && list[i].len < below && covers(&list[i], addr) &&
            (!best || list[i].len > best->len))
            best = &list[i];
    return best;
}

static void addr_make(uint8_t *addr, unsigned bytes)
{
    /* Few values per byte, so that prefixes nest. */
    for (unsigned i = 0; i < bytes; i++)
        addr[i] = (uint8_t)((random() % 3) * 85);
}

static void entry_make(struct entry *e, const struct entry *list, unsigned bits)
{
    bool is_taken = true;
    while (is_taken) {
        memset(e, 0, sizeof *e);
        addr_make(e->key, bits / 8);
        e->len = (unsigned)random() % (bits + 1);
        for (unsigned i = e->len; i < bits; i++)
            e->key[i / 8] &= (uint8_t) ~(0x80 >> i % 8);
        is_taken = false;
        for (size_t i = 0; i < PREFIXES; i++)
            is_taken |= list[i].value && list[i].len == e->len && memcmp(list[i].key, e->key, 16) == 0;
    }
}

static void agree(const struct sad_trie *t, const struct entry *list, unsigned bits)
{
    for (int i = 0; i < 200; i++) {
        uint8_t addr[16] = {0};
        addr_make(addr, bits / 8);
        const struct entry *want = model_find(list, addr, 129);
        assert_int_equal(sad_trie_find(t, addr), want ? want->value : 0);
    }
}

static void random_changes(unsigned bits)
{
    struct sad_reclaim reclaim;
    struct sad_trie t;
    struct entry *list = calloc(PREFIXES, sizeof *list);
    assert_int_equal(sad_reclaim_init(&reclaim, 1), 0);
    assert_int_equal(sad_trie_init(&t, 8192, &reclaim), 0);
    srandom(bits);
    for (uint32_t step = 1; step < 3000; step++) {
        struct entry *e = &list[random() % PREFIXES];
        if (e->value) {
            const struct entry *parent = model_find(list, e->key, e->len);
            e->value = 0;
            sad_trie_clear(&t, e->key, e->len, parent ? parent->value : 0, parent ? parent->len : 0, NULL,
                           NULL);
        } else {
            entry_make(e, list, bits);
            assert_int_equal(sad_trie_set(&t, e->key, e->len, step, true, NULL, NULL), 0);
            e->value = step;
        }
        if (step % 10 == 0)
            agree(&t, list, bits);
        sad_reclaim_run(&reclaim);
    }
    for (size_t i = 0; i < PREFIXES; i++) {
        const struct entry *parent = list[i].value ? model_find(list, list[i].key, list[i].len) : NULL;
        if (list[i].value)
            sad_trie_clear(&t, list[i].key, list[i].len, parent ? parent->value : 0, parent ? parent->len : 0,
                           NULL, NULL);
        list[i].value = 0;
    }
    sad_reclaim_run(&reclaim);
    assert_int_equal(t.n_free, t.n_used); /* all nodes came back */
    sad_reclaim_fini(&reclaim);
    sad_trie_fini(&t);
    free(list);
}

static void ipv4_agrees_with_the_list_through_random_changes(void **state)
{
    random_changes(32);
}

static void ipv6_agrees_with_the_list_through_random_changes(void **state)
{
    random_changes(128);
}

static void running_out_of_nodes_changes_nothing(void **state)
{
    struct sad_reclaim reclaim;
    struct sad_trie t;
    const uint8_t a[16] = {10, 0, 0, 1}, b[16] = {11, 0, 0, 1};
    assert_int_equal(sad_reclaim_init(&reclaim, 1), 0);
    assert_int_equal(sad_trie_init(&t, 3, &reclaim), 0);
    assert_int_equal(sad_trie_set(&t, a, 32, 7, true, NULL, NULL), 0);
    assert_int_not_equal(sad_trie_set(&t, b, 32, 8, true, NULL, NULL), 0);
    assert_int_equal(sad_trie_find(&t, a), 7);
    assert_int_equal(sad_trie_find(&t, b), 0);
    sad_reclaim_run(&reclaim);
    assert_int_equal(sad_trie_set(&t, b, 24, 8, true, NULL, NULL), 0);
    assert_int_equal(sad_trie_find(&t, b), 8);
    sad_reclaim_fini(&reclaim);
    sad_trie_fini(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ipv4_agrees_with_the_list_through_random_changes),
        cmocka_unit_test(ipv6_agrees_with_the_list_through_random_changes),
        cmocka_unit_test(running_out_of_nodes_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
