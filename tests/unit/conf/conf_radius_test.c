/* SPDX-License-Identifier: BSD-3-Clause */
/* RADIUS servers, their secrets, and who needs them. */
#include "conf_test_help.h"

#include <sys/stat.h>
#include <unistd.h>
#include "ike_radius_conf.h"

static char folder[] = "/tmp/culvert-conf-radius-XXXXXX";
static char file[64];

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(file, sizeof file, "%s/secret", folder);
    return 0;
}

static int drop_folder(void **state)
{
    (void)state;
    unlink(file);
    return rmdir(folder);
}

#define DECIDED                                                                                        \
    "'foo':{'local':{'id':'@gw','subnets':['10.1.0.0/24']},'remote':{'id':'@foo','auth':'eap-radius'," \
    "'subnets':['10.2.0.0/24']}}"

static struct conf *load_with(const char *radius, const char *secret)
{
    char text[4096];
    FILE *f = fopen(file, "w");
    assert_non_null(f);
    fputs(secret, f);
    fclose(f);
    chmod(file, 0600);
    snprintf(text, sizeof text,
             "{'ports':{" GOOD_PORTS "},'secrets':[" GOOD_SECRET "],'connections':{" DECIDED "}%s}", radius);
    for (char *c = text; *c; c++)
        if (*c == '\'')
            *c = '"';
    return conf_load_text(text, strlen(text), folder, NULL, &report);
}

#define SERVER ",'radius':{'servers':[{'address':'192.0.2.5','secret_file':'secret'}]}"

static void a_server_has_an_address_and_a_secret(void **state)
{
    (void)state;
    struct conf *conf = load_with(SERVER, "a long secret of ours\n");
    assert_non_null(conf);
    const struct ike_radius_conf *r = conf->ike->radius;
    assert_non_null(r);
    assert_int_equal(r->n_servers, 1);
    assert_int_equal(r->servers[0].port, 1812);
    assert_int_equal(r->servers[0].acct_port, 0);
    assert_int_equal(r->servers[0].secret_len, 21);
    assert_memory_equal(r->servers[0].secret, "a long secret of ours", 21);
    assert_int_equal(r->timeout_ms, 1500);
    assert_int_equal(r->tries, 3);
    assert_int_equal(r->interim_s, 0);
    assert_string_equal(r->nas_id, "culvert");
    assert_int_equal(conf->ike->conns[0].remote_auth, IKE_AUTH_EAP_RADIUS);
    conf_free(conf);
}

static void a_secret_that_is_short_is_warned_of_and_none_refused(void **state)
{
    (void)state;
    struct conf *conf = load_with(SERVER, "short\n");
    assert_non_null(conf);
    expect_warning("radius.servers[0].secret_file", "weak_secret: 5 bytes");
    conf_free(conf);
    assert_null(load_with(SERVER, "\n"));
    expect_error("radius.servers[0].secret_file", "1 to 128 bytes");
}

static void records_on_the_way_are_a_minute_apart_at_least(void **state)
{
    (void)state;
    struct conf *conf =
        load_with(",'radius':{'interim_s':60,'servers':[{'address':'192.0.2.5','secret_file':'secret'}]}",
                  "a long secret of ours\n");
    assert_non_null(conf);
    assert_int_equal(conf->ike->radius->interim_s, 60);
    conf_free(conf);
    assert_null(
        load_with(",'radius':{'interim_s':59,'servers':[{'address':'192.0.2.5','secret_file':'secret'}]}",
                  "a long secret of ours\n"));
    expect_error("radius.interim_s", "60 seconds apart at least");
}

static void a_connection_without_a_server_is_refused(void **state)
{
    (void)state;
    assert_null(load_with("", ""));
    expect_error("connections.foo.remote.auth", "decided by a RADIUS server, and there is none");
    assert_null(load_with(",'radius':{'servers':[]}", ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_server_has_an_address_and_a_secret),
        cmocka_unit_test(a_secret_that_is_short_is_warned_of_and_none_refused),
        cmocka_unit_test(records_on_the_way_are_a_minute_apart_at_least),
        cmocka_unit_test(a_connection_without_a_server_is_refused),
    };
    return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
