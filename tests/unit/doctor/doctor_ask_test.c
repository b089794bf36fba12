/* SPDX-License-Identifier: BSD-3-Clause */
/* Asking ports, in a network namespace of the test's own: one that answers, one that is closed, one that is
 * silent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <arpa/inet.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>
#include "doctor_ask.h"
#include "net_box.h"

static int server;
static uint8_t got[64];
static ssize_t got_len;

static int bound(int type, uint16_t port)
{
    const struct sockaddr_in a = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int fd = socket(AF_INET, type, 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&a, sizeof a), 0);
    return fd;
}

static void *answer_one(void *arg)
{
    struct sockaddr_in from;
    socklen_t len = sizeof from;
    (void)arg;
    got_len = recvfrom(server, got, sizeof got, 0, (struct sockaddr *)&from, &len);
    (void)!sendto(server, "no", 2, 0, (const struct sockaddr *)&from, len);
    return NULL;
}

static void each_port_is_told(void **state)
{
    (void)state;
    enum doctor_heard heard[DOCTOR_ASKS];
    pthread_t thread;
    const int silent = bound(SOCK_DGRAM, 500);
    server = bound(SOCK_DGRAM, 4500);
    assert_int_equal(pthread_create(&thread, NULL, answer_one, NULL), 0);
    doctor_ask("127.0.0.1", 2000, heard);
    pthread_join(thread, NULL);
    assert_int_equal(heard[DOCTOR_UDP_500], DOCTOR_SILENT);
    assert_int_equal(heard[DOCTOR_UDP_4500], DOCTOR_ANSWERED);
    assert_int_equal(heard[DOCTOR_TCP_4500], DOCTOR_REFUSED);
    assert_int_equal(got_len, 32); /* the marker and a header of version 3 */
    assert_int_equal(got[4 + 17], 0x30);
    close(silent);
    close(server);
}

static void a_closed_port_is_no_silent_one(void **state)
{
    (void)state;
    enum doctor_heard heard[DOCTOR_ASKS];
    const int listens = bound(SOCK_STREAM, 4500);
    assert_int_equal(listen(listens, 1), 0);
    doctor_ask("127.0.0.1", 2000, heard);
    assert_int_equal(heard[DOCTOR_UDP_500], DOCTOR_REFUSED);
    assert_int_equal(heard[DOCTOR_TCP_4500], DOCTOR_ANSWERED);
    close(listens);
}

static void what_cannot_be_asked_was_not(void **state)
{
    (void)state;
    enum doctor_heard heard[DOCTOR_ASKS];
    doctor_ask("256.1.1.1 is no address", 500, heard);
    for (enum doctor_ask ask = 0; ask < DOCTOR_ASKS; ask++)
        assert_int_equal(heard[ask], DOCTOR_NOT_ASKED);
    assert_string_equal(doctor_ask_name(DOCTOR_UDP_4500), "udp_4500");
    assert_string_equal(doctor_heard_name(DOCTOR_REFUSED), "refused");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_port_is_told),
        cmocka_unit_test(a_closed_port_is_no_silent_one),
        cmocka_unit_test(what_cannot_be_asked_was_not),
    };
    if (!net_box_enter())
        return 77;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
