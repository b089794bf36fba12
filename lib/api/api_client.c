/* SPDX-License-Identifier: BSD-3-Clause */
/* The client's socket. Time limits are the socket's own, so that a stuck daemon cannot hold a script up. */
#include "api_client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

static const char *connect_cure(int err)
{
    switch (err) {
    case ENOENT:
        return "culvertd does not run, or uses another path: see --socket";
    case ECONNREFUSED:
        return "culvertd was killed and left its socket behind: start it again";
    case EACCES:
    case EPERM:
        return "only the daemon's user may: try with sudo";
    case EAGAIN:
        return "the daemon does not answer";
    default:
        return "see --socket";
    }
}

int api_client_open(const char *path, unsigned timeout_ms, char *why, size_t why_size)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    const struct timeval limit = {timeout_ms / 1000, timeout_ms % 1000 * 1000};
    if (strlen(path) >= sizeof addr.sun_path) {
        snprintf(why, why_size, "the socket's path is longer than %zu bytes", sizeof addr.sun_path - 1);
        return -1;
    }
    memcpy(addr.sun_path, path, strlen(path));
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0 &&
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) == 0 &&
        connect(fd, (const struct sockaddr *)&addr, sizeof addr) == 0)
        return fd;
    snprintf(why, why_size, "cannot connect to %s: %s; %s", path, strerror(errno), connect_cure(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

static int send_all(int fd, const char *line, size_t len)
{
    while (len > 0) {
        const ssize_t n = send(fd, line, len, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        line += n;
        len -= (size_t)n;
    }
    return 0;
}

/* Reads up to the line's end into an owned block. NULL with errno; 0 in errno means that the daemon hung up.
 */
static char *read_line(int fd, size_t *len)
{
    size_t cap = 64u << 10;
    char *line = malloc(cap);
    *len = 0;
    while (line) {
        const ssize_t n = recv(fd, line + *len, cap - *len, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            errno = n == 0 ? 0 : errno;
            break;
        }
        *len += (size_t)n;
        if (line[*len - 1] == '\n')
            return line;
        if (*len < cap)
            continue;
        cap *= 2;
        char *more = cap <= API_RESPONSE_MAX ? realloc(line, cap) : NULL;
        if (!more) {
            errno = EMSGSIZE;
            break;
        }
        line = more;
    }
    const int err = errno;
    free(line);
    errno = err;
    return NULL;
}

int api_client_call(int fd, const char *command, json_t *args, struct api_response *out, char *why,
                    size_t why_size)
{
    size_t len;
    char *line = api_request_line(command, args, &len);
    const int sent = line ? send_all(fd, line, len) : -1;
    free(line);
    line = sent == 0 ? read_line(fd, &len) : NULL;
    if (!line) {
        snprintf(why, why_size, "no answer from culvertd: %s",
                 errno == EAGAIN ? "it takes too long (see --timeout)"
                 : errno == 0    ? "it closed the connection"
                                 : strerror(errno));
        return -1;
    }
    char parse_why[160];
    const int rc = api_response_parse(line, len, out, parse_why, sizeof parse_why);
    free(line);
    if (rc < 0)
        snprintf(why, why_size, "cannot understand culvertd's answer: %s", parse_why);
    return rc < 0 ? -1 : 0;
}
