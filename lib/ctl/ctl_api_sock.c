/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The control socket: listens, reads request lines, writes answer lines, never blocks. What a request means
 * is ctl_api_cmd.c's. Clients are local and few; a client that leaves a request unfinished or an answer
 * unread keeps its place only until somebody else needs it.
 */
#include "ctl_api.h"

#include <errno.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "api.h"
#include "base_wipe.h"
#include "ctl_api_cmd.h"

#define CLIENTS_MAX  16
#define EVENTS_MAX   (CLIENTS_MAX + 1)
#define LISTENER     UINT64_MAX
/* Of one client in one turn, so that it cannot keep the loop busy. */
#define REQUESTS_MAX 64
#define ANSWERS_MAX  (32u << 10) /* bytes; the last answer may go beyond */

struct client {
    int fd; /* -1: free */
    uint32_t generation;
    uint64_t active_at; /* turn of its last event */
    bool is_busy;       /* a request of its is being answered, and takes so long that others are, too: */
    bool is_unwatched;  /* what it does meanwhile is looked at afterwards */
    char *in;           /* API_REQUEST_MAX bytes */
    size_t in_len;
    char *out; /* answer on its way, or NULL: then requests are read */
    size_t out_len, out_done;
};

struct ctl_api {
    struct ctl *ctl;
    int fd, epoll_fd;
    struct sockaddr_un addr;
    dev_t dev; /* of the socket file: only our own is removed */
    ino_t ino;
    bool made_folder;
    uint64_t turn;
    struct client clients[CLIENTS_MAX];
};

/* An answer may have a key in it. */
static void client_forget(struct client *c)
{
    if (c->out)
        base_wipe(c->out, c->out_len);
    free(c->out);
    c->out = NULL;
}

static void client_close(struct client *c)
{
    if (c->fd < 0)
        return;
    close(c->fd);
    free(c->in);
    client_forget(c);
    *c = (struct client){.fd = -1, .generation = c->generation + 1};
}

static uint64_t client_key(const struct ctl_api *api, const struct client *c)
{
    return (uint64_t)c->generation << 32 | (uint64_t)(c - api->clients);
}

/* The client of an event, or NULL when it was closed in this very turn. */
static struct client *client_of(struct ctl_api *api, uint64_t key)
{
    const size_t i = (uint32_t)key;
    struct client *c = i < CLIENTS_MAX ? &api->clients[i] : NULL;
    return c && c->fd >= 0 && client_key(api, c) == key ? c : NULL;
}

/* A free place; with none, that of the client that has been quiet for longest. NULL: all are busy. */
static struct client *client_place(struct ctl_api *api)
{
    struct client *oldest = NULL;
    for (size_t i = 0; i < CLIENTS_MAX; i++) {
        struct client *c = &api->clients[i];
        if (c->fd < 0)
            return c;
        if (!c->is_busy && (!oldest || c->active_at < oldest->active_at))
            oldest = c;
    }
    if (oldest)
        client_close(oldest);
    return oldest;
}

/* The socket's mode keeps others out already; this holds when somebody changes it. */
static bool is_allowed(int fd)
{
    struct ucred peer;
    socklen_t len = sizeof peer;
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 &&
           (peer.uid == 0 || peer.uid == geteuid());
}

static void client_accept(struct ctl_api *api)
{
    const int fd = accept4(api->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0)
        return;
    char *in = is_allowed(fd) ? malloc(API_REQUEST_MAX) : NULL;
    if (!in) {
        close(fd);
        return;
    }
    struct client *c = client_place(api);
    if (!c) {
        close(fd);
        free(in);
        return;
    }
    c->fd = fd;
    c->in = in;
    c->active_at = api->turn;
    struct epoll_event ev = {.events = EPOLLIN, .data.u64 = client_key(api, c)};
    if (epoll_ctl(api->epoll_fd, EPOLL_CTL_ADD, fd, &ev) < 0)
        client_close(c);
}

static bool has_request(const struct client *c)
{
    return memchr(c->in, '\n', c->in_len) != NULL;
}

/* Waits for room to write while an answer is on its way or a request waits for its turn, else for requests.
 */
static void client_watch(struct ctl_api *api, struct client *c)
{
    struct epoll_event ev = {.events = c->out || has_request(c) ? EPOLLOUT : EPOLLIN,
                             .data.u64 = client_key(api, c)};
    if (epoll_ctl(api->epoll_fd, c->is_unwatched ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, c->fd, &ev) < 0)
        client_close(c);
    c->is_unwatched = false;
}

static void client_unwatch(struct ctl_api *api, struct client *c)
{
    c->is_unwatched = epoll_ctl(api->epoll_fd, EPOLL_CTL_DEL, c->fd, NULL) == 0;
}

/* Writes as much of the answer as goes. False: the client is gone. */
static bool client_write(struct client *c)
{
    while (c->out && c->out_done < c->out_len) {
        const ssize_t n = send(c->fd, c->out + c->out_done, c->out_len - c->out_done, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN;
        c->out_done += (size_t)n;
    }
    client_forget(c);
    return true;
}

/* Takes one request off the input and starts its answer. False: there is no whole one, or no memory. */
static bool client_request(struct ctl_api *api, struct client *c, bool *ok)
{
    const char *end = c->out ? NULL : memchr(c->in, '\n', c->in_len);
    if (!end)
        return false;
    const size_t used = (size_t)(end - c->in) + 1;
    c->is_busy = true;
    c->out = ctl_api_answer(api->ctl, c->in, used, &c->out_len);
    c->is_busy = false;
    c->out_done = 0;
    c->in_len -= used;
    memmove(c->in, c->in + used, c->in_len);
    *ok = c->out && client_write(c);
    return *ok;
}

/* Refuses a line that is longer than a request may be, then hangs up: what follows is its rest. */
static void client_refuse(struct client *c)
{
    size_t len;
    char *line = api_response_fail(API_ERR_BAD_REQUEST, "the request is longer than 64 KiB", NULL, &len);
    const ssize_t sent = line ? send(c->fd, line, len, MSG_NOSIGNAL) : -1;
    (void)sent; /* else it learns from the closed connection */
    free(line);
    client_close(c);
}

static void client_ready(struct ctl_api *api, struct client *c)
{
    bool ok = client_write(c);
    if (ok && !c->out && c->in_len < API_REQUEST_MAX) {
        const ssize_t n = recv(c->fd, c->in + c->in_len, API_REQUEST_MAX - c->in_len, 0);
        ok = n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
        c->in_len += n > 0 ? (size_t)n : 0;
    }
    size_t bytes = 0;
    for (int i = 0; ok && i < REQUESTS_MAX && bytes < ANSWERS_MAX && client_request(api, c, &ok); i++)
        bytes += c->out_len;
    if (!ok)
        client_close(c);
    else if (!c->out && c->in_len == API_REQUEST_MAX && !has_request(c))
        client_refuse(c);
    else
        client_watch(api, c);
}

void ctl_api_ready(struct ctl_api *api)
{
    struct epoll_event events[EVENTS_MAX];
    const int n = epoll_wait(api->epoll_fd, events, EVENTS_MAX, 0);
    api->turn++;
    for (int i = 0; i < n; i++) {
        struct client *c = events[i].data.u64 == LISTENER ? NULL : client_of(api, events[i].data.u64);
        if (c && c->is_busy) {
            client_unwatch(api, c);
        } else if (c) {
            c->active_at = api->turn;
            client_ready(api, c);
        }
    }
    for (int i = 0; i < n; i++)
        if (events[i].data.u64 == LISTENER)
            client_accept(api);
}

int ctl_api_fd(const struct ctl_api *api)
{
    return api->epoll_fd;
}

/* Whether a daemon answers at the address. */
static bool is_alive(const struct sockaddr_un *addr)
{
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const bool alive =
        fd >= 0 && (connect(fd, (const struct sockaddr *)addr, sizeof *addr) == 0 || errno == EAGAIN);
    if (fd >= 0)
        close(fd);
    return alive;
}

/* Binds with mode 0600 from the first moment on; a socket that nobody serves any more is replaced. */
static int bind_private(struct ctl_api *api, char *why, size_t why_size)
{
    const struct sockaddr *addr = (const struct sockaddr *)&api->addr;
    const char *path = api->addr.sun_path;
    struct stat st;
    const mode_t mask = umask(0177);
    int rc = bind(api->fd, addr, sizeof api->addr);
    const bool is_taken = rc < 0 && errno == EADDRINUSE;
    if (is_taken && is_alive(&api->addr)) {
        snprintf(why, why_size,
                 "another culvertd serves %s; stop it, or give this one a control.socket of its own", path);
        umask(mask);
        return -1;
    }
    if (is_taken && stat(path, &st) == 0 && S_ISSOCK(st.st_mode) && unlink(path) == 0)
        rc = bind(api->fd, addr, sizeof api->addr);
    else if (is_taken)
        errno = EADDRINUSE;
    const int err = errno;
    umask(mask);
    if (rc == 0 && stat(path, &st) == 0) {
        api->dev = st.st_dev;
        api->ino = st.st_ino;
        return 0;
    }
    snprintf(why, why_size, "cannot make the control socket %s: %s", path, strerror(err));
    return -1;
}

static int listen_start(struct ctl_api *api, char *why, size_t why_size)
{
    char folder[sizeof api->addr.sun_path];
    struct epoll_event ev = {.events = EPOLLIN, .data.u64 = LISTENER};
    memcpy(folder, api->addr.sun_path, sizeof folder);
    api->made_folder = mkdir(dirname(folder), 0700) == 0;
    api->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    api->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (api->epoll_fd < 0 || api->fd < 0) {
        snprintf(why, why_size, "cannot make the control socket: %s", strerror(errno));
        return -1;
    }
    if (bind_private(api, why, why_size) < 0)
        return -1;
    if (listen(api->fd, CLIENTS_MAX) == 0 && epoll_ctl(api->epoll_fd, EPOLL_CTL_ADD, api->fd, &ev) == 0)
        return 0;
    snprintf(why, why_size, "cannot listen on %s: %s", api->addr.sun_path, strerror(errno));
    return -1;
}

struct ctl_api *ctl_api_open(struct ctl *ctl, const char *path, char *why, size_t why_size)
{
    struct ctl_api *api = calloc(1, sizeof *api);
    if (!api || strlen(path) >= sizeof api->addr.sun_path) {
        snprintf(why, why_size, "control.socket: %s", api ? "the path is too long" : "no memory");
        free(api);
        return NULL;
    }
    api->ctl = ctl;
    api->fd = api->epoll_fd = -1;
    api->addr.sun_family = AF_UNIX;
    memcpy(api->addr.sun_path, path, strlen(path));
    for (size_t i = 0; i < CLIENTS_MAX; i++)
        api->clients[i].fd = -1;
    if (listen_start(api, why, why_size) == 0)
        return api;
    ctl_api_close(api);
    return NULL;
}

void ctl_api_close(struct ctl_api *api)
{
    struct stat st;
    if (!api)
        return;
    for (size_t i = 0; i < CLIENTS_MAX; i++)
        client_close(&api->clients[i]);
    if (api->fd >= 0)
        close(api->fd);
    if (api->epoll_fd >= 0)
        close(api->epoll_fd);
    if (api->ino && stat(api->addr.sun_path, &st) == 0 && st.st_dev == api->dev && st.st_ino == api->ino)
        unlink(api->addr.sun_path);
    if (api->made_folder)
        rmdir(dirname(api->addr.sun_path)); /* stays when somebody else has put something there */
    free(api);
}
