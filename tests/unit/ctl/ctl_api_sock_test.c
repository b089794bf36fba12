/* SPDX-License-Identifier: BSD-3-Clause */
/* The control socket with real sockets in a folder of its own; what requests mean is replaced by an echo. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>
#include "api.h"
#include "ctl_api.h"
#include "ctl_api_cmd.h"

static char folder[] = "/tmp/culvert-sock-XXXXXX";
static char path[64], why[256];
static struct ctl_api *api;
static size_t answer_size; /* > 0: answers of this many bytes instead of an echo */
static int answers;        /* that were made */
static void serve(void);

char *ctl_api_answer(struct ctl *ctl, const char *line, size_t len, size_t *answer_len)
{
    answers++;
    if (len == sizeof "long\n" - 1 && memcmp(line, "long\n", len) == 0)
        serve(); /* others, meanwhile */
    *answer_len = answer_size ? answer_size : len;
    char *answer = malloc(*answer_len + 1);
    assert_non_null(answer);
    memset(answer, 'x', *answer_len);
    if (!answer_size)
        memcpy(answer, line, len);
    answer[*answer_len - 1] = '\n';
    return answer;
}

static int make_folder(void **state)
{
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/run/c.sock", folder);
    return 0;
}

static int drop_folder(void **state)
{
    return rmdir(folder);
}

static int start(void **state)
{
    answer_size = 0;
    api = ctl_api_open(NULL, path, why, sizeof why);
    return api ? 0 : -1;
}

static int stop(void **state)
{
    ctl_api_close(api);
    return access(path, F_OK) == 0; /* nothing may be left */
}

static int dial(void)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    memcpy(addr.sun_path, path, sizeof path);
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&addr, sizeof addr), 0);
    return fd;
}

static bool is_ready(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    return poll(&p, 1, 0) == 1;
}

/* Lets the server do all that it wants to do. */
static void serve(void)
{
    for (int i = 0; i < 1000 && is_ready(ctl_api_fd(api)); i++)
        ctl_api_ready(api);
}

static void put(int fd, const char *text, size_t len)
{
    assert_int_equal(send(fd, text, len, MSG_NOSIGNAL), len);
}

static void expect(int fd, const char *text)
{
    char buf[4096];
    const ssize_t n = recv(fd, buf, sizeof buf - 1, 0);
    assert_true(n >= 0);
    buf[n] = '\0';
    assert_string_equal(buf, text);
}

static void requests_are_answered_in_order(void **state)
{
    const int fd = dial();
    put(fd, "one\ntwo\nthr", 11);
    serve();
    expect(fd, "one\ntwo\n");
    put(fd, "ee\n", 3);
    serve();
    expect(fd, "three\n");
    close(fd);
    serve();
}

static void others_are_answered_while_one_takes_long(void **state)
{
    const int slow = dial(), quick = dial(), gone = dial();
    serve();
    put(slow, "long\nnext\n", 10);
    ctl_api_ready(api); /* there is more of it to come */
    expect(slow, "long\nnext\n");
    answers = 0;
    put(slow, "long\n", 5);
    put(quick, "quick\n", 6);
    put(gone, "long\n", 5);
    close(gone);
    serve();
    expect(quick, "quick\n");
    expect(slow, "long\n");
    assert_int_equal(answers, 3);
    put(slow, "again\n", 6);
    serve();
    expect(slow, "again\n");
    close(slow);
    close(quick);
    serve();
}

/* Its place is not given away either, though it asks for more and hangs up. */
static void a_client_that_hangs_up_while_it_is_answered_is_left_until_then(void **state)
{
    const int slow = dial();
    int more[16];
    serve();
    put(slow, "long\nmore\n", 10);
    close(slow);
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        more[i] = dial();
    answers = 0;
    serve();
    assert_true(answers >= 1 && answers <= 2);
    put(more[15], "one\n", 4);
    serve();
    expect(more[15], "one\n");
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        close(more[i]);
    serve();
}

static void many_requests_in_one_piece_are_all_answered(void **state)
{
    char text[400];
    const int fd = dial();
    for (size_t i = 0; i < sizeof text; i += 2)
        memcpy(text + i, "a\n", 2);
    put(fd, text, sizeof text);
    size_t got = 0;
    for (int i = 0; i < 100 && got < sizeof text; i++) {
        serve(); /* the kernel takes only so many small answers before they are read */
        const ssize_t n = recv(fd, text, sizeof text, 0);
        got += n > 0 ? (size_t)n : 0;
    }
    assert_int_equal(got, sizeof text);
    close(fd);
}

/* A page takes its time to make: the loop has its turn before the next one, whatever is asked for. */
static void long_answers_are_made_one_in_a_turn(void **state)
{
    static char text[3 * 40000];
    const int fd = dial();
    serve();
    put(fd, "a\nb\nc\n", 6);
    answer_size = 40000;
    for (answers = 0; answers < 3;) {
        const int before = answers;
        ctl_api_ready(api);
        assert_int_equal(answers, before + 1);
        assert_int_equal(recv(fd, text, sizeof text, 0), 40000);
    }
    close(fd);
}

static void the_socket_is_for_its_owner_only(void **state)
{
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_true(S_ISSOCK(st.st_mode));
    assert_int_equal(st.st_mode & 07777, 0600);
}

static void a_second_daemon_is_refused_and_the_first_goes_on(void **state)
{
    assert_null(ctl_api_open(NULL, path, why, sizeof why));
    assert_non_null(strstr(why, "another culvertd"));
    const int fd = dial();
    put(fd, "x\n", 2);
    serve();
    expect(fd, "x\n");
    close(fd);
}

static void a_stale_socket_is_replaced(void **state)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    char run[64];
    snprintf(run, sizeof run, "%s/run", folder);
    mkdir(run, 0700);
    memcpy(addr.sun_path, path, sizeof path);
    const int old = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(old, (const struct sockaddr *)&addr, sizeof addr), 0);
    close(old); /* as if the daemon had been killed: the file stays */
    assert_int_equal(start(NULL), 0);
    const int fd = dial();
    put(fd, "x\n", 2);
    serve();
    expect(fd, "x\n");
    close(fd);
    assert_int_equal(stop(NULL), 0);
    rmdir(run);
}

static void a_file_that_is_no_socket_is_left_alone(void **state)
{
    char file[64];
    struct stat st;
    snprintf(file, sizeof file, "%s/file", folder);
    FILE *f = fopen(file, "w");
    assert_non_null(f);
    fclose(f);
    assert_null(ctl_api_open(NULL, file, why, sizeof why));
    assert_non_null(strstr(why, "cannot make the control socket"));
    assert_int_equal(stat(file, &st), 0);
    unlink(file);
}

static void a_client_that_does_not_read_holds_up_nobody(void **state)
{
    const int lazy = dial(), other = dial();
    answer_size = 8u << 20;
    put(lazy, "x\n", 2);
    serve();
    answer_size = 0;
    put(other, "y\n", 2);
    serve();
    expect(other, "y\n");
    size_t got = 0;
    static char buf[1 << 16];
    for (int i = 0; i < 100000 && got < 8u << 20; i++) {
        const ssize_t n = recv(lazy, buf, sizeof buf, 0);
        got += n > 0 ? (size_t)n : 0;
        serve();
    }
    assert_int_equal(got, 8u << 20);
    close(lazy);
    close(other);
}

static void a_request_that_is_too_long_is_refused_and_cut_off(void **state)
{
    static char text[API_REQUEST_MAX];
    const int fd = dial();
    memset(text, 'x', sizeof text);
    put(fd, text, sizeof text);
    serve();
    expect(fd, "{\"ok\":false,\"error\":{\"code\":\"bad_request\",\"message\":\"the request is longer than "
               "64 KiB\"}}\n");
    char c;
    assert_int_equal(recv(fd, &c, 1, 0), 0);
    close(fd);
}

static void the_quietest_client_makes_room_for_a_new_one(void **state)
{
    int fds[17];
    for (size_t i = 0; i < 16; i++) {
        fds[i] = dial();
        serve();
    }
    put(fds[0], "x\n", 2); /* the first one is awake, the second has been quiet for longest */
    serve();
    fds[16] = dial();
    put(fds[16], "z\n", 2);
    serve();
    expect(fds[16], "z\n");
    expect(fds[0], "x\n");
    char c;
    assert_int_equal(recv(fds[1], &c, 1, 0), 0);
    for (size_t i = 0; i < 17; i++)
        close(fds[i]);
    serve();
}

static void a_path_that_is_too_long_is_refused(void **state)
{
    char name[200];
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert_null(ctl_api_open(NULL, name, why, sizeof why));
    assert_non_null(strstr(why, "too long"));
    ctl_api_close(NULL);
}

#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SERVER(requests_are_answered_in_order),
        WITH_SERVER(others_are_answered_while_one_takes_long),
        WITH_SERVER(a_client_that_hangs_up_while_it_is_answered_is_left_until_then),
        WITH_SERVER(many_requests_in_one_piece_are_all_answered),
        WITH_SERVER(long_answers_are_made_one_in_a_turn),
        WITH_SERVER(the_socket_is_for_its_owner_only),
        WITH_SERVER(a_second_daemon_is_refused_and_the_first_goes_on),
        cmocka_unit_test(a_stale_socket_is_replaced),
        cmocka_unit_test(a_file_that_is_no_socket_is_left_alone),
        WITH_SERVER(a_client_that_does_not_read_holds_up_nobody),
        WITH_SERVER(a_request_that_is_too_long_is_refused_and_cut_off),
        WITH_SERVER(the_quietest_client_makes_room_for_a_new_one),
        cmocka_unit_test(a_path_that_is_too_long_is_refused),
    };
    return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
