/* SPDX-License-Identifier: BSD-3-Clause */
/* Commands about one child of a connection, and about a connection whose SA lacks children. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "ctl_api_cmd.h"
#include "ctl_ike.h"

static struct ctl ctl;
static struct conf conf;
static struct ike_conf *ike;
static char last_child[IKE_NAME_MAX];
static enum ike_event_type last_type;
static int event_rc;

int ctl_event(struct ctl *c, const struct ike_event *ev)
{
    (void)c;
    if (ev->type == IKE_EV_REDIRECT)
        assert_string_equal(ev->host, "gw2.example.org");
    else
        assert_string_equal(ev->name, "foo");
    snprintf(last_child, sizeof last_child, "%s", ev->child ? ev->child : "(all)");
    last_type = ev->type;
    return event_rc;
}

static int setup(void **state)
{
    (void)state;
    ike = ike_conf_new();
    ike->n_conns = 1;
    ike->conns = calloc(1, sizeof *ike->conns);
    ike_conn_conf_defaults(&ike->conns[0]);
    snprintf(ike->conns[0].name, IKE_NAME_MAX, "foo");
    ike->conns[0].n_children = 1;
    ike->conns[0].children = calloc(1, sizeof *ike->conns[0].children);
    snprintf(ike->conns[0].children[0].name, IKE_NAME_MAX, "net");
    ike_conf_seal(ike);
    conf.ike = ike;
    ctl.conf = &conf;
    event_rc = 0;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    ike_conf_put(ike);
    return 0;
}

/* The answer's text: a note, or why it was refused. */
static void expect(ctl_handler *handler, const char *args, const char *text)
{
    struct ctl_refusal refusal = {0};
    json_t *a = json_loads(args, 0, NULL), *answer = handler(&ctl, a, &refusal);
    const char *note = json_string_value(json_object_get(answer, "note"));
    assert_string_equal(note ? note : refusal.message, text);
    json_decref(answer);
    json_decref(a);
}

static void a_command_may_be_about_one_child(void **state)
{
    static ctl_handler *const all[] = {ctl_act_initiate, ctl_act_terminate, ctl_act_rekey};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        expect(all[i], "{\"connection\":\"foo\",\"child\":\"net\"}", "");
        assert_string_equal(last_child, "net");
        expect(all[i], "{\"connection\":\"foo\"}", "");
        assert_string_equal(last_child, "(all)");
        expect(all[i], "{\"connection\":\"foo\",\"child\":\"nosuch\"}",
               "\"foo\" has no child \"nosuch\"; see: culvertctl show connections foo");
        expect(all[i], "{\"connection\":\"foo\",\"child\":1}", "\"child\" must be a text");
    }
    expect(ctl_act_rekey, "{\"connection\":\"foo\",\"what\":\"auth\"}", "");
    assert_int_equal(last_type, IKE_EV_REAUTH);
    expect(ctl_act_rekey, "{\"connection\":\"foo\",\"child\":\"net\",\"what\":\"ike\"}",
           "the IKE SA is the whole connection's: name no child, or leave \"ike\" out");
    expect(ctl_act_rekey, "{\"connection\":\"foo\",\"child\":\"net\",\"what\":\"auth\"}",
           "the IKE SA is the whole connection's: name no child, or leave \"auth\" out");
}

static void an_sa_without_children_is_told(void **state)
{
    (void)state;
    event_rc = 2;
    expect(ctl_act_initiate, "{\"connection\":\"foo\"}",
           "\"foo\" is up and lacks 2 of its child SAs, which the peer is asked for now");
    event_rc = -ESRCH;
    expect(ctl_act_rekey, "{\"connection\":\"foo\"}",
           "the IKE SA of \"foo\" is up, but it has no child SA; make it with: culvertctl initiate foo");
    expect(
        ctl_act_rekey, "{\"connection\":\"foo\",\"child\":\"net\"}",
        "the IKE SA of \"foo\" is up, but this child SA is not; make it with: culvertctl initiate foo/net");
}

static void clients_are_sent_elsewhere_by_name_or_all(void **state)
{
    (void)state;
    struct ctl_refusal refusal = {0};
    json_t *args = json_pack("{s:s}", "to", "gw2.example.org");
    event_rc = 3;
    json_t *answer = ctl_act_redirect(&ctl, args, &refusal);
    assert_int_equal(json_integer_value(json_object_get(answer, "clients")), 3);
    json_decref(answer);
    json_decref(args);
    event_rc = 0;
    expect(
        ctl_act_redirect, "{\"connection\":\"foo\",\"to\":\"gw2.example.org\"}",
        "no peer that is up, called us, and can be redirected (RFC 5685) is there; see: culvertctl show sas");
    expect(ctl_act_redirect, "{\"connection\":\"foo\"}",
           "say where to, an address or a host name: --to gw2.example.org");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(clients_are_sent_elsewhere_by_name_or_all, setup, teardown),
        cmocka_unit_test_setup_teardown(a_command_may_be_about_one_child, setup, teardown),
        cmocka_unit_test_setup_teardown(an_sa_without_children_is_told, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
