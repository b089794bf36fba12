/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Copies of intel-ipsec-mb. Its AES-GCM functions begin by storing to one variable of the whole process, an
 * error number. With several workers that cache line goes from core to core with every packet, which costs a
 * second worker up to half of its throughput where cores share no cache. A worker with a copy of the library
 * stores to a variable of its own.
 *
 * The dynamic linker tells libraries apart by file, so each copy is a file in memory. Where there can be no
 * copy the library that everybody uses serves as well.
 */
#include "imb_int.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <unistd.h>

#ifndef __has_feature
#define __has_feature(x) 0
#endif
static const struct imb_lib shared = {
    .fd = -1,
    .alloc = alloc_mb_mgr,
    .init = init_mb_mgr_auto,
    .get_errno = imb_get_errno,
    .free = free_mb_mgr,
};

/* The sanitizers do not allow a library to see its own symbols first, which a copy has to. */
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !__has_feature(address_sanitizer) && \
    !__has_feature(thread_sanitizer)
static bool file_copy(int to, const char *name)
{
    int from = open(name, O_RDONLY | O_CLOEXEC);
    ssize_t n = -1;
    while (from >= 0 && (n = sendfile(to, from, NULL, 1 << 30)) > 0)
        ;
    if (from >= 0)
        close(from);
    return n == 0;
}

static void *copy_open(int *fd)
{
    char path[32];
    Dl_info where;
    void *known = dlsym(RTLD_DEFAULT, "alloc_mb_mgr");
    *fd = memfd_create("ipsec-mb", MFD_CLOEXEC);
    if (*fd < 0 || !known || !dladdr(known, &where) || !file_copy(*fd, where.dli_fname))
        return NULL;
    snprintf(path, sizeof path, "/proc/self/fd/%d", *fd);
    return dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
}
#else
static void *copy_open(int *fd)
{
    *fd = -1;
    return NULL;
}
#endif

struct imb_lib imb_lib_open(bool is_own)
{
    struct imb_lib lib = {.fd = -1};
    if (is_own)
        lib.handle = copy_open(&lib.fd);
    if (lib.handle) {
        *(void **)&lib.alloc = dlsym(lib.handle, "alloc_mb_mgr");
        *(void **)&lib.init = dlsym(lib.handle, "init_mb_mgr_auto");
        *(void **)&lib.get_errno = dlsym(lib.handle, "imb_get_errno");
        *(void **)&lib.free = dlsym(lib.handle, "free_mb_mgr");
    }
    if (!lib.alloc || !lib.init || !lib.get_errno || !lib.free)
        imb_lib_close(&lib);
    return lib;
}

void imb_lib_close(struct imb_lib *lib)
{
    if (lib->handle)
        dlclose(lib->handle);
    if (lib->fd >= 0)
        close(lib->fd);
    *lib = shared;
}
