/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Writes down what one host's engine is told, as a script for the fuzzer (ike_script.h). Protected messages
 * are written as their payload chains, AUTH data as zeros: the fuzzer's PRF gives nothing else.
 */
#include <stddef.h>
#include <stdint.h>
#include "base_addr.h"
#include "base_span.h"
#include "base_time.h"
#include "ike_action.h"

#define SIM_SCRIPT_BYTES 6000 /* then recording stops */
#define SIM_SCRIPT_SPIS  64

struct sim_script {
    struct base_writer w;
    base_time last;
    size_t n_spis;
    uint64_t spis[SIM_SCRIPT_SPIS];
    struct base_endpoint peers[4];
    uint8_t bytes[SIM_SCRIPT_BYTES];
};

/* Starts recording; the owner frees it with free(). */
struct sim_script *sim_script_new(base_time now);

/* An own IKE SPI was drawn. All of these do nothing when s is NULL. */
void sim_script_spi(struct sim_script *s, const void *spi);
void sim_script_message(struct sim_script *s, base_time now, const struct ike_path *path,
                        struct base_span msg);
void sim_script_event(struct sim_script *s, base_time now, const struct ike_event *ev);

/* Writes a file of this name into directory dir. */
void sim_script_save(const struct sim_script *s, const char *dir, const char *name);
