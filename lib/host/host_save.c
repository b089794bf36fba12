/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The file is whole when it gets its name: written under another, flushed, locked, then linked, which fails
 * when there is one. A network namespace is named by its cookie, which no other gets until the next boot (an
 * inode's number would come back); the boot is in the file.
 */
#include "host_save.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host_json.h"

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

static uint64_t save_namespace(void)
{
    uint64_t cookie = 0;
    socklen_t size = sizeof cookie;
    struct stat st;
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const bool is_told = fd >= 0 && getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &size) == 0;
    if (fd >= 0)
        close(fd);
    if (!is_told && stat("/proc/self/ns/net", &st) == 0) /* before Linux 5.14 */
        cookie = st.st_ino;
    return cookie;
}

static void save_boot(char out[HOST_JSON_BOOT])
{
    const int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, out, HOST_JSON_BOOT - 1);
    if (fd >= 0)
        close(fd);
    while (n > 0 && out[n - 1] == '\n')
        n--;
    out[n > 0 ? n : 0] = '\0';
}

static void save_path(const char *folder, const char *name, struct host_save *save)
{
    snprintf(save->path, sizeof save->path, "%s/%" PRIu64 "-%s.json", folder, save_namespace(), name);
}

/* All bytes, on the disk. */
static int save_bytes(int fd, const char *text)
{
    size_t left = strlen(text);
    while (left > 0) {
        const ssize_t n = write(fd, text, left);
        if (n < 0 && errno != EINTR)
            return -errno;
        if (n > 0) {
            text += n;
            left -= (size_t)n;
        }
    }
    return fsync(fd) < 0 ? -errno : 0;
}

static void save_sync_folder(const char *folder)
{
    const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0)
        fsync(fd); /* a folder in memory has nothing to flush */
    if (fd >= 0)
        close(fd);
}

/* Makes the file under a name that nobody looks for, then gives it its own. */
static int save_publish(const char *folder, struct host_save *save, const char *text)
{
    char hidden[sizeof save->path];
    snprintf(hidden, sizeof hidden, "%.480s/.taking-%d", folder, save->pid);
    unlink(hidden);
    save->fd = open(hidden, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (save->fd < 0)
        return -errno;
    int rc = save_bytes(save->fd, text);
    if (rc == 0 && flock(save->fd, LOCK_EX | LOCK_NB) < 0)
        rc = -errno;
    if (rc == 0 && link(hidden, save->path) < 0)
        rc = -errno;
    unlink(hidden);
    if (rc == 0)
        save_sync_folder(folder);
    else
        close(save->fd);
    return rc;
}

int host_save_write(const char *folder, struct host_save *save, char *why, size_t size)
{
    char boot[HOST_JSON_BOOT];
    int rc = mkdir(folder, 0700) < 0 && errno != EEXIST ? -errno : 0;
    save_boot(boot);
    save->pid = getpid();
    save_path(folder, save->before.name, save);
    char *text = rc < 0 ? NULL : host_json_write(&save->before, save->pid, boot);
    if (rc == 0)
        rc = text ? save_publish(folder, save, text) : -ENOMEM;
    free(text);
    if (rc < 0)
        snprintf(why, size, "%s: what it is like now cannot be remembered in %s: %s", save->before.name,
                 save->path, strerror(-rc));
    return rc;
}

/* The file's text, which the caller frees. */
static char *save_text(int fd)
{
    struct stat st;
    if (fstat(fd, &st) < 0)
        return NULL;
    char *text = calloc(1, (size_t)st.st_size + 1);
    const ssize_t n = text ? pread(fd, text, (size_t)st.st_size, 0) : -1;
    if (n == st.st_size)
        return text;
    free(text);
    return NULL;
}

int host_save_read(const char *folder, const char *name, struct host_save *save)
{
    char now[HOST_JSON_BOOT], then[HOST_JSON_BOOT] = "";
    struct stat st;
    *save = (struct host_save){0};
    save_path(folder, name, save);
    save->fd = open(save->path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (save->fd < 0)
        return -errno;
    const bool is_locked = flock(save->fd, LOCK_EX | LOCK_NB) == 0;
    if (is_locked && fstat(save->fd, &st) == 0 && st.st_nlink == 0) { /* given back just now */
        close(save->fd);
        return -ENOENT;
    }
    char *text = save_text(save->fd);
    int rc = text ? host_json_read(text, &save->before, &save->pid, then) : -ENOMEM;
    free(text);
    if (!is_locked) {
        host_save_close(save);
        return -EBUSY;
    }
    save_boot(now);
    if (rc == 0 && strcmp(now, then) == 0)
        return 0;
    host_save_remove(save);
    return -ESTALE;
}

void host_save_close(struct host_save *save)
{
    close(save->fd);
    host_before_free(&save->before);
}

void host_save_remove(struct host_save *save)
{
    unlink(save->path);
    host_save_close(save);
}

int host_save_names(const char *folder, char (**names)[IFNAMSIZ])
{
    const uint64_t here = save_namespace();
    const struct dirent *entry;
    int n = 0;
    *names = NULL;
    DIR *dir = opendir(folder);
    if (!dir)
        return errno == ENOENT ? 0 : -errno;
    while ((entry = readdir(dir))) {
        char name[IFNAMSIZ + 8];
        uint64_t there;
        const char *end = strrchr(entry->d_name, '.');
        if (sscanf(entry->d_name, "%" SCNu64 "-%20s", &there, name) != 2 || there != here || !end ||
            strcmp(end, ".json") != 0)
            continue;
        char(*more)[IFNAMSIZ] = reallocarray(*names, (size_t)n + 1, sizeof *more);
        if (!more)
            break;
        *names = more;
        snprintf(more[n++], IFNAMSIZ, "%.*s", (int)(strlen(name) - strlen(".json")), name);
    }
    closedir(dir);
    return n;
}
