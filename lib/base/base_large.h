/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Room for many records, all of which are written soon: in huge pages where the kernel has them, since taking
 * 100,000 connections page by page costs more than writing them. Thread: any.
 */
#include <stddef.h>

/* As calloc(); the caller's until free(). NULL: no memory. */
void *base_large_new(size_t n, size_t size);
