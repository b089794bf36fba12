/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Somebody who is told sentences. */

struct host_tell {
    void (*fn)(void *arg,
               const char *sentence); /* borrows the sentence until it returns; NULL: nobody listens */
    void *arg;
};

/* Tells one, built as printf does. */
__attribute__((format(printf, 2, 3))) void host_tell(const struct host_tell *tell, const char *format, ...);
