/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The file that remembers an interface while it is taken: <folder>/<network namespace>-<interface>.json. It
 * is locked by its owner, so that whoever finds it unlocked knows that the owner is gone, whatever process
 * has its number now. Thread: control.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "host_before.h"

struct host_save {
    char path[512];
    int fd;  /* holds the lock */
    int pid; /* of the owner */
    struct host_before before;
};

/*
 * Writes save->before into a new file of the folder (made with mode 0700 when it is not there), on the disk
 * when this returns, and holds its lock: path, fd and pid are set. 0; -EEXIST: there is one already; other
 * -errno, and why says which path and what.
 */
int host_save_write(const char *folder, struct host_save *save, char *why, size_t size);

/*
 * Opens the file of this interface in this network namespace. 0: its owner is gone, save holds all of it and
 * the lock, and the caller ends it by host_save_remove(). -ENOENT: there is none. -EBUSY: its owner lives,
 * and only pid is set. -ESTALE: it was of an earlier boot or cannot be read, and is removed. Other -errno.
 */
int host_save_read(const char *folder, const char *name, struct host_save *save);

/* Removes the file, then lets go of its lock and of what save holds. */
void host_save_remove(struct host_save *save);

/* The same without removing it: somebody else can read it then. */
void host_save_close(struct host_save *save);

/*
 * Names of interfaces that have a file in the folder for this network namespace, for the caller to free, by
 * their number; 0 when there is no folder. -errno.
 */
int host_save_names(const char *folder, char (**names)[IFNAMSIZ]);
