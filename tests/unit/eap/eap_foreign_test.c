/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The server of EAP-TLS before a client that is not ours: wpa_supplicant's eapol_test, which speaks RADIUS to
 * whatever authenticates, and says whether both have the same key. By TLS 1.3 with the protected indication
 * of success (RFC 9190), and by TLS 1.2. Skipped where Debian's eapoltest is not installed.
 */
#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "eap_two.h"
#include "pki_files.h"
#include "radius_server.h"
#include "tls_two.h"

#define CLIENT_PROGRAM "/usr/bin/eapol_test"
#define CLIENT_MS      15000 /* it gives up before */

/* What goes on between the client and the server that it tests. */
struct foreign {
    int fd;
    struct eap *server;
    enum eap_step step;
    char dir[64], log[80];
    pid_t client;
};

static const struct eap *answered; /* whose keys the answer carries */

/* A socket of the loopback; returns its port. */
static int foreign_listen(struct foreign *f)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof at;
    f->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_true(f->fd >= 0);
    assert_int_equal(bind(f->fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(getsockname(f->fd, (struct sockaddr *)&at, &len), 0);
    return ntohs(at.sin_port);
}

static void foreign_call(struct foreign *f, const char *user, bool only_12)
{
    char conf[80], port[8];
    snprintf(port, sizeof port, "%d", foreign_listen(f));
    snprintf(f->dir, sizeof f->dir, "/tmp/culvert-eap-XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    snprintf(conf, sizeof conf, "%s/conf", f->dir);
    snprintf(f->log, sizeof f->log, "%s/log", f->dir);
    FILE *out = fopen(conf, "w");
    assert_non_null(out);
    fprintf(out,
            "network={\nkey_mgmt=IEEE8021X\neap=TLS\nidentity=\"somebody\"\nca_cert=\"%s\"\nclient_cert=\"%s/"
            "%s.crt\"\n"
            "private_key=\"%s/%s.key\"\nphase1=\"tls_disable_tlsv1_3=%d\"\n}\n",
            pki_path("ca-rsa.crt"), pki_path(""), user, pki_path(""), user, only_12);
    fclose(out);
    f->client = fork();
    if (f->client == 0) {
        if (freopen(f->log, "w", stdout) && dup2(1, 2) == 2)
            execl(CLIENT_PROGRAM, CLIENT_PROGRAM, "-c", conf, "-p", port, "-s", RADIUS_SECRET, "-t", "10",
                  NULL);
        _exit(127);
    }
    assert_true(f->client > 0);
}

static void foreign_put_keys(struct base_writer *w, const uint8_t authenticator[16])
{
    radius_put_key(w, WIRE_RADIUS_MS_RECV_KEY, base_span(answered->msk, 32), authenticator);
    radius_put_key(w, WIRE_RADIUS_MS_SEND_KEY, base_span(answered->msk + 32, 32), authenticator);
}

/* The client's packet of a request, in one piece again (RFC 3579 3.1). */
static struct base_span foreign_packet(const struct wire_radius *p, uint8_t *buf, size_t max)
{
    struct base_writer w = base_writer(buf, max);
    struct base_span piece;
    for (size_t i = 0; wire_radius_find(p, WIRE_RADIUS_EAP_MESSAGE, i, &piece); i++)
        base_write_span(&w, piece);
    assert_false(w.failed);
    return base_writer_span(&w);
}

/* Takes one request and answers it. */
static void foreign_serve(struct foreign *f)
{
    uint8_t request[WIRE_RADIUS_MAX], answer[WIRE_RADIUS_MAX], packet[WIRE_RADIUS_MAX];
    struct sockaddr_in from;
    socklen_t from_len = sizeof from;
    struct wire_radius p;
    const ssize_t n = recvfrom(f->fd, request, sizeof request, 0, (struct sockaddr *)&from, &from_len);
    assert_true(n > 0 && wire_radius_parse(base_span(request, (size_t)n), &p));
    const struct base_span eap = foreign_packet(&p, packet, sizeof packet);
    assert_true(eap.len > 4);
    if (f->server->at == EAP_AT_START) { /* it has asked itself who it is, by an id of its own */
        eap_begin(f->server);
        f->server->id = eap.ptr[1];
    }
    f->step = eap_take(f->server, eap);
    answered = f->server;
    const struct radius_answer a = {.code = f->step == EAP_SENDS      ? WIRE_RADIUS_CHALLENGE
                                            : f->step == EAP_SUCCEEDS ? WIRE_RADIUS_ACCEPT
                                                                      : WIRE_RADIUS_REJECT,
                                    .eap = eap_packet(f->server),
                                    .more = f->step == EAP_SUCCEEDS ? foreign_put_keys : NULL};
    const size_t len = radius_answer(&a, request, answer);
    assert_int_equal(sendto(f->fd, answer, len, 0, (struct sockaddr *)&from, from_len), len);
}

/* Lets the client talk until it ends. Returns how it ended. */
static int foreign_talk(struct foreign *f)
{
    int status = -1;
    f->step = EAP_SENDS;
    while (f->step == EAP_SENDS) {
        struct pollfd fd = {.fd = f->fd, .events = POLLIN};
        if (poll(&fd, 1, CLIENT_MS) <= 0)
            break;
        foreign_serve(f);
    }
    if (f->step == EAP_SENDS)
        kill(f->client, SIGKILL);
    assert_int_equal(waitpid(f->client, &status, 0), f->client);
    return status;
}

static bool foreign_logged(const struct foreign *f, const char *text)
{
    char line[4096];
    bool found = false;
    FILE *in = fopen(f->log, "r");
    assert_non_null(in);
    while (!found && fgets(line, sizeof line, in))
        found = strstr(line, text) != NULL;
    fclose(in);
    return found;
}

static void foreign_end(struct foreign *f)
{
    char conf[80];
    snprintf(conf, sizeof conf, "%s/conf", f->dir);
    unlink(conf);
    unlink(f->log);
    rmdir(f->dir);
    close(f->fd);
    eap_free(f->server);
}

static struct foreign foreign_of(const char *user, bool only_12)
{
    static const struct tls_side gateway = {.chain = "gw-rsa.crt", .key = "gw-rsa.key", .ca = "ca.crt"};
    struct eap_setup s = two_setup(true);
    struct foreign f = {0};
    s.types[0] = WIRE_EAP_TLS;
    s.tls_ops = &ossl_tls_ops;
    s.tls = tls_open_side(true, &gateway);
    f.server = eap_new(&s);
    assert_non_null(f.server);
    foreign_call(&f, user, only_12);
    return f;
}

static void a_client_that_is_not_ours_has_the_same_key(void **state)
{
    (void)state;
    if (access(CLIENT_PROGRAM, X_OK) != 0)
        skip();
    for (int only_12 = 0; only_12 < 2; only_12++) {
        struct foreign f = foreign_of("user", only_12);
        const int status = foreign_talk(&f);
        assert_string_equal(f.server->words, "");
        assert_int_equal(f.step, EAP_SUCCEEDS);
        assert_int_equal(ossl_tls_ops.is_13(f.server->setup.tls), !only_12);
        assert_true(base_span_equal(eap_name_span(&f.server->user), text_of("user@example.org")));
        assert_int_equal(status, 0);
        assert_true(foreign_logged(&f, "MPPE keys OK: 1  mismatch: 0"));
        assert_int_equal(foreign_logged(&f, "ACKing Commitment Message"), !only_12);
        foreign_end(&f);
    }
}

static void a_client_that_is_not_ours_is_refused(void **state)
{
    (void)state;
    if (access(CLIENT_PROGRAM, X_OK) != 0)
        skip();
    struct foreign f = foreign_of("of-stranger", false);
    const int status = foreign_talk(&f);
    assert_int_equal(f.step, EAP_FAILS);
    assert_int_equal(f.server->fault, EAP_FAULT_CERT);
    assert_int_not_equal(status, 0);
    assert_true(foreign_logged(&f, "unknown CA"));
    foreign_end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_client_that_is_not_ours_has_the_same_key),
        cmocka_unit_test(a_client_that_is_not_ours_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
