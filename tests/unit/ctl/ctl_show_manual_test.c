/* SPDX-License-Identifier: BSD-3-Clause */
/* Documents of keys made by hand, and the commands about them. */
#include "ctl_manual_rig.h"

#include "ctl_api_cmd.h"
#include "node_rows.h"

static json_t *answer;

static struct ctl_refusal refusal;

int ctl_event(struct ctl *c, const struct ike_event *ev)
{
    (void)c;
    fail_msg("IKE is asked for event %d", ev->type);
    return -EINVAL;
}

/* args: what stands between the braces. */
static void ask(ctl_handler *handler, const char *args)
{
    char text[256];
    snprintf(text, sizeof text, "{%s}", args);
    json_t *a = json_loads(text, 0, NULL);
    json_decref(answer);
    refusal = (struct ctl_refusal){0};
    answer = handler(&ctl, a, &refusal);
    assert_int_equal(answer == NULL, refusal.code != NULL);
    json_decref(a);
}

static const json_t *member(const char *path)
{
    char copy[128];
    const json_t *v = answer;
    snprintf(copy, sizeof copy, "%s", path);
    for (char *key = strtok(copy, "."); key && v; key = strtok(NULL, "."))
        v = json_is_array(v) ? json_array_get(v, (size_t)atoi(key)) : json_object_get(v, key);
    return v;
}

static void expect(const char *path, const char *json)
{
    const json_t *v = member(path);
    char *text = v ? json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY) : strdup("(absent)");
    assert_string_equal(text, json);
    free(text);
}

static int start(void **state)
{
    rig_start(state);
    ctl.conf = rig_conf((const char *const[]){"one", "two"}, (const uint32_t[]){250, 1}, 2);
    return ctl_manual_start(&ctl, (char[256]){0}, 256);
}

static int stop(void **state)
{
    json_decref(answer);
    answer = NULL;
    return rig_stop(state);
}

static void a_connection_tells_what_its_peer_must_know(void **state)
{
    (void)state;
    ask(ctl_show_manual, "");
    expect("lab", "true");
    expect("manual.0.name", "\"one\"");
    expect("manual.0.state", "\"up\"");
    expect("manual.0.sas", "250");
    expect("manual.0.encryption", "\"aes128gcm16\"");
    expect("manual.0.transport", "\"UDP\"");
    expect("manual.0.peer", "\"192.0.2.2:4500\"");
    expect("manual.0.from", "\"192.0.2.1:4500\"");
    expect("manual.0.local", "[\"10.1.0.0/16\"]");
    expect("manual.0.remote", "[\"10.8.0.0-10.8.0.249\"]");
    expect("manual.0.first_spi_out", "\"0x00001000\"");
    expect("manual.0.first_spi_in", "\"0xc0000007\"");
    expect("manual.1.name", "\"two\"");
    const char *nonce = json_string_value(member("manual.0.nonce"));
    char want[3];
    snprintf(want, sizeof want, "%02x", ctl.manuals.list[0].nonce[31]);
    assert_int_equal(strlen(nonce), 64);
    assert_string_equal(nonce + 62, want);
}

static int turns;

static void count_turn(struct ctl *c, bool waits)
{
    assert_ptr_equal(c, &ctl);
    assert_false(waits); /* no command is taken that could end the connection */
    turns++;
}

static void totals_are_summed_in_slices_that_let_the_loop_turn(void **state)
{
    const struct telem_rows *rows = node_rows(NODE_ROWS_CONN);
    (void)state;
    ctl_manual_end(&ctl, ctl_manual_find(&ctl, "one"));
    ctl.conf->manuals[0].count = 700;
    assert_int_equal(ctl_manual_begin(&ctl, ctl_manual_find(&ctl, "one")), 0);
    ctl.loop.turn = count_turn;
    ask(ctl_show_manual, "\"connection\":\"one\"");
    ctl.loop.turn = NULL;
    assert_int_equal(turns, 2);
    expect("manual.0.totals.in_pkts", "2100");
    expect("manual.0.totals.in_bytes", "210000");
    expect("manual.0.totals.bad_icv", "1400");
    for (size_t i = 0; i < rows->count; i++) /* as of a connection of IKE */
        assert_non_null(json_object_get(member("manual.0.totals"), rows->list[i].name));
    assert_int_equal(json_object_size(member("manual.0.totals")), rows->count);
}

static void what_was_ended_is_down_and_has_no_nonce(void **state)
{
    (void)state;
    ask(ctl_act_terminate, "\"connection\":\"one\"");
    expect("done", "true");
    expect("note", "\"250 pairs of SAs of \\\"one\\\" are gone; see: culvertctl show manual\"");
    ask(ctl_show_manual, "\"connection\":\"one\"");
    expect("manual.0.state", "\"down\"");
    expect("manual.0.count", "250");
    expect("manual.0.nonce", "(absent)");
    expect("manual.1", "(absent)");
    ask(ctl_act_terminate, "\"connection\":\"one\"");
    assert_string_equal(refusal.message, "\"one\" is not up; start it with: culvertctl initiate one");
    ask(ctl_show_spis, "\"connection\":\"one\"");
    expect("sas", "[]");
    ask(ctl_act_initiate, "\"connection\":\"one\"");
    expect("note", "\"250 pairs of SAs of \\\"one\\\" are up; see: culvertctl show manual\"");
    ask(ctl_act_initiate, "\"connection\":\"one\"");
    assert_string_equal(refusal.code, "already");
    rig.route = -ENETUNREACH;
    ask(ctl_act_terminate, "\"connection\":\"one\"");
    ask(ctl_act_initiate, "\"connection\":\"one\"");
    assert_string_equal(refusal.message,
                        "the SAs of \"one\" cannot be made: Network is unreachable; give the outside "
                        "port a gateway, or add a route");
    rig.route = 0;
    rig.is_full = true;
    ask(ctl_act_initiate, "\"connection\":\"one\"");
    assert_non_null(strstr(refusal.message, "no room for 250 pairs more"));
    assert_non_null(strstr(refusal.message, "lower its count"));
}

static void nothing_rekeys_them(void **state)
{
    (void)state;
    ask(ctl_act_rekey, "\"connection\":\"one\"");
    assert_string_equal(refusal.code, "failed");
    assert_non_null(strstr(refusal.message, "which nothing renews"));
}

static void they_have_no_child_to_name(void **state)
{
    static ctl_handler *const all[] = {ctl_act_initiate, ctl_act_terminate, ctl_act_rekey};
    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        ask(all[i], "\"connection\":\"one\",\"child\":\"net\"");
        assert_string_equal(refusal.code, "not_found");
        assert_non_null(strstr(refusal.message, "\"one\" has keys made by hand and no children"));
    }
    assert_int_equal(rig_live(), 251);
    assert_int_equal(rig.n, 251);
}

static void spis_come_in_pages_each_once_in_order(void **state)
{
    char after[48] = "";
    size_t n = 0, pages = 0;
    (void)state;
    do {
        size_t i;
        json_t *sa;
        ask(ctl_show_spis, after);
        pages++;
        json_array_foreach((json_t *)member("sas"), i, sa)
        {
            char spi[16];
            snprintf(spi, sizeof spi, "0x%08x", rig.list[n].spi_in);
            assert_string_equal(json_string_value(json_object_get(sa, "spi_in")), spi);
            assert_int_equal(json_integer_value(json_object_get(sa, "index")), n < 250 ? n : 0);
            n++;
        }
        snprintf(after, sizeof after, "\"after\":%lld", (long long)json_integer_value(member("next")));
    } while (member("next"));
    assert_int_equal(n, 251);
    assert_true(pages > 1);
    expect("sas.0.remote", "[\"10.8.0.200/32\"]");
    expect("sas.0.in", "{\"pkts\":3,\"bytes\":300,\"seq\":4}");
    expect("sas.0.bad_icv", "2");
}

static void a_page_goes_on_behind_what_ended_meanwhile(void **state)
{
    (void)state;
    ask(ctl_show_spis, "");
    const long long next = json_integer_value(member("next"));
    assert_true(next > 0);
    ask(ctl_act_terminate, "\"connection\":\"one\"");
    char after[48];
    snprintf(after, sizeof after, "\"after\":%lld", next);
    ask(ctl_show_spis, after);
    expect("sas.0.connection", "\"two\"");
    expect("sas.1", "(absent)");
}

static void a_name_must_be_one_of_them(void **state)
{
    (void)state;
    ask(ctl_show_spis, "\"connection\":\"three\"");
    assert_string_equal(refusal.message,
                        "no connection \"three\" has keys made by hand; see: culvertctl show manual");
    ask(ctl_show_manual, "\"connection\":3");
    assert_string_equal(refusal.code, "bad_argument");
    ask(ctl_show_spis, "\"after\":\"x\"");
    assert_string_equal(refusal.code, "bad_argument");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_connection_tells_what_its_peer_must_know),
        TEST(totals_are_summed_in_slices_that_let_the_loop_turn),
        TEST(what_was_ended_is_down_and_has_no_nonce),
        TEST(nothing_rekeys_them),
        TEST(they_have_no_child_to_name),
        TEST(spis_come_in_pages_each_once_in_order),
        TEST(a_page_goes_on_behind_what_ended_meanwhile),
        TEST(a_name_must_be_one_of_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
