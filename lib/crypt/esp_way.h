/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* How ESP travels between two gateways. Thread: any. */

enum esp_way {
    ESP_WAY_ESP, /* as IP protocol 50 (RFC 4303) */
    ESP_WAY_UDP, /* in UDP, through NATs (RFC 3948) */
    ESP_WAY_TCP  /* in TCP, where nothing else passes (RFC 9329) */
};

/* "ESP", "UDP" or "TCP". Static storage. */
static inline const char *esp_way_name(enum esp_way way)
{
    return way == ESP_WAY_ESP ? "ESP" : way == ESP_WAY_UDP ? "UDP" : "TCP";
}
