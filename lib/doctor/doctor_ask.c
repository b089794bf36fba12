/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Three sockets of the kernel's, asked at once. They leave by the way that the host has to the peer: with
 * ports that culvertd took that is through the host's interface of the port, so by the gateway's own address.
 */
#include "doctor_ask.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ASK_TURN_MS 500
#define ASK_MORE_MS 2500 /* once one port answered, the other one has that long */
#define ASK_MARKER  4    /* bytes in front of IKE on port 4500 (RFC 3948 2.2) */

const char *doctor_ask_name(enum doctor_ask ask)
{
    static const char *const names[DOCTOR_ASKS] = {
        [DOCTOR_UDP_500] = "udp_500", [DOCTOR_UDP_4500] = "udp_4500", [DOCTOR_TCP_4500] = "tcp_4500"};
    return names[ask];
}

const char *doctor_heard_name(enum doctor_heard heard)
{
    static const char *const names[] = {[DOCTOR_NOT_ASKED] = "not asked",
                                        [DOCTOR_ANSWERED] = "answered",
                                        [DOCTOR_REFUSED] = "refused",
                                        [DOCTOR_SILENT] = "silent"};
    return names[heard];
}

/* An IKE header alone: version 3.0, IKE_SA_INIT, from an initiator. */
static const uint8_t question[ASK_MARKER + 28] = {
    0, 0, 0, 0, 'c', 'u',  'l', 'v',  'e', 'r', 't', '?', 0, 0, 0, 0,
    0, 0, 0, 0, 0,   0x30, 34,  0x08, 0,   0,   0,   0,   0, 0, 0, 28,
};

static int ask_open(const char *peer, enum doctor_ask ask)
{
    const char *port = ask == DOCTOR_UDP_500 ? "500" : "4500";
    const struct addrinfo hints = {.ai_socktype = ask == DOCTOR_TCP_4500 ? SOCK_STREAM : SOCK_DGRAM};
    struct addrinfo *found = NULL;
    int fd = -1;
    if (getaddrinfo(peer, port, &hints, &found) != 0)
        return -1;
    fd = socket(found->ai_family, found->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, found->ai_addr, found->ai_addrlen) < 0 && errno != EINPROGRESS) {
        close(fd);
        fd = -1;
    }
    freeaddrinfo(found);
    return fd;
}

static void ask_send(int fd, enum doctor_ask ask)
{
    const size_t skip = ask == DOCTOR_UDP_500 ? ASK_MARKER : 0;
    if (ask != DOCTOR_TCP_4500)
        (void)!send(fd, question + skip, sizeof question - skip,
                    MSG_NOSIGNAL); /* a fault shows in the answer */
}

/* What a socket that woke up heard. */
static enum doctor_heard ask_hear(int fd, enum doctor_ask ask)
{
    uint8_t answer[64];
    int fault = 0;
    socklen_t size = sizeof fault;
    if (ask == DOCTOR_TCP_4500)
        return getsockopt(fd, SOL_SOCKET, SO_ERROR, &fault, &size) == 0 && fault == 0 ? DOCTOR_ANSWERED
                                                                                      : DOCTOR_REFUSED;
    return recv(fd, answer, sizeof answer, MSG_DONTWAIT) > 0 ? DOCTOR_ANSWERED : DOCTOR_REFUSED;
}

/* One turn: asks again what is silent, and listens. False: nothing is silent any more. */
static bool ask_turn(struct pollfd fds[DOCTOR_ASKS], enum doctor_heard heard[DOCTOR_ASKS])
{
    bool waits = false;
    for (enum doctor_ask ask = 0; ask < DOCTOR_ASKS; ask++)
        if (heard[ask] == DOCTOR_SILENT)
            ask_send(fds[ask].fd, ask);
    for (int ms = 0; ms < ASK_TURN_MS; ms += ASK_TURN_MS / 5) {
        waits = false;
        (void)poll(fds, DOCTOR_ASKS, ASK_TURN_MS / 5);
        for (enum doctor_ask ask = 0; ask < DOCTOR_ASKS; ask++) {
            if (fds[ask].fd >= 0 && heard[ask] == DOCTOR_SILENT && fds[ask].revents) {
                heard[ask] = ask_hear(fds[ask].fd, ask);
                close(fds[ask].fd);
                fds[ask].fd = -1; /* or its fault would wake every poll */
            }
            waits |= heard[ask] == DOCTOR_SILENT;
        }
        if (!waits)
            break;
    }
    return waits;
}

void doctor_ask(const char *peer, unsigned wait_ms, enum doctor_heard heard[DOCTOR_ASKS])
{
    struct pollfd fds[DOCTOR_ASKS];
    for (enum doctor_ask ask = 0; ask < DOCTOR_ASKS; ask++) {
        fds[ask] = (struct pollfd){ask_open(peer, ask), ask == DOCTOR_TCP_4500 ? POLLOUT : POLLIN, 0};
        heard[ask] = fds[ask].fd >= 0 ? DOCTOR_SILENT : DOCTOR_NOT_ASKED;
    }
    bool was_alive = false;
    for (unsigned ms = 0, until = wait_ms; ms < until && ask_turn(fds, heard); ms += ASK_TURN_MS) {
        const bool is_alive =
            heard[DOCTOR_UDP_500] == DOCTOR_ANSWERED || heard[DOCTOR_UDP_4500] == DOCTOR_ANSWERED;
        if (is_alive && !was_alive && until < ms + ASK_MORE_MS)
            until = ms + ASK_MORE_MS; /* a slow peer is heard on both, or on one for good */
        was_alive = is_alive;
    }
    for (enum doctor_ask ask = 0; ask < DOCTOR_ASKS; ask++)
        if (fds[ask].fd >= 0)
            close(fds[ask].fd);
}
