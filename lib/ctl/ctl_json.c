/* SPDX-License-Identifier: BSD-3-Clause */
/* Values of the rooms as JSON, in the notation of the configuration file. */
#include "ctl_json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "base_dscp.h"
#include "base_text.h"
#include "ossl_ops.h"

json_t *ctl_json_text(const char *text)
{
    char safe[2048];
    size_t n = 0;
    for (; text[n] && n + 1 < sizeof safe; n++)
        safe[n] = text[n] >= 0x20 && text[n] < 0x7f ? text[n] : '?';
    return json_stringn(safe, n);
}

json_t *ctl_json_addr(const struct base_addr *addr)
{
    char text[BASE_ADDR_TEXT_MAX];
    return json_string(base_addr_text(addr, text));
}

json_t *ctl_json_endpoint(const struct base_endpoint *endpoint)
{
    char text[BASE_ENDPOINT_TEXT_MAX];
    return json_string(base_endpoint_text(endpoint, text));
}

json_t *ctl_json_id(const struct ike_id *id)
{
    char text[IKE_ID_TEXT_MAX];
    return ctl_json_text(ike_id_text(id, &ossl_ike_ops, text));
}

json_t *ctl_json_spi(uint32_t spi)
{
    return json_sprintf("0x%08" PRIx32, spi);
}

json_t *ctl_json_ike_spi(uint64_t spi)
{
    return json_sprintf("0x%016" PRIx64, spi);
}

json_t *ctl_json_mac(const uint8_t mac[6])
{
    return json_sprintf("%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
}

/* The length of the prefix that lo..hi is, or -1 when it is none. */
static int prefix_len(const struct base_addr *lo, const struct base_addr *hi)
{
    const int bits = (int)base_addr_size(lo->family) * 8;
    int len = 0;
    while (len < bits && !((lo->bytes[len / 8] ^ hi->bytes[len / 8]) & 0x80 >> len % 8))
        len++;
    for (int i = len; i < bits; i++)
        if (lo->bytes[i / 8] & 0x80 >> i % 8 || !(hi->bytes[i / 8] & 0x80 >> i % 8))
            return -1;
    return len;
}

static const char *protocol_name(uint8_t protocol)
{
    switch (protocol) {
    case 1:
        return "icmp";
    case 6:
        return "tcp";
    case 17:
        return "udp";
    case 58:
        return "icmpv6";
    case 132:
        return "sctp";
    default:
        return NULL;
    }
}

static json_t *selector(const struct base_ts *ts)
{
    char buf[192], lo[BASE_ADDR_TEXT_MAX], hi[BASE_ADDR_TEXT_MAX];
    struct base_text t = base_text(buf, sizeof buf);
    const int len = prefix_len(&ts->lo, &ts->hi);
    const char *name = protocol_name(ts->protocol);
    base_addr_text(&ts->lo, lo);
    base_addr_text(&ts->hi, hi);
    if (len >= 0)
        base_text_add(&t, "%s/%d", lo, len);
    else
        base_text_add(&t, "%s-%s", lo, hi);
    const bool all_ports = ts->port_lo == 0 && ts->port_hi == 65535;
    if (ts->protocol == 0 && all_ports)
        return json_string(buf);
    if (name)
        base_text_add(&t, "[%s", name);
    else
        base_text_add(&t, "[%u", ts->protocol);
    if (ts->port_lo == ts->port_hi)
        base_text_add(&t, "/%u", ts->port_lo);
    else if (!all_ports)
        base_text_add(&t, "/%u-%u", ts->port_lo, ts->port_hi);
    base_text_add(&t, "]");
    return json_string(buf);
}

json_t *ctl_json_selectors(const struct base_ts_list *list)
{
    json_t *out = json_array();
    for (size_t i = 0; i < list->count; i++)
        json_array_append_new(out, selector(&list->list[i]));
    return out;
}

json_t *ctl_json_dscp(uint64_t set)
{
    char name[BASE_DSCP_NAME_MAX];
    json_t *out = set ? json_array() : NULL;
    for (unsigned i = 0; i < BASE_DSCPS; i++)
        if (set >> i & 1)
            json_array_append_new(out, json_string(base_dscp_name(i, name)));
    return out;
}

json_t *ctl_json_since(base_time now, base_time t)
{
    return json_integer((json_int_t)(base_time_since(now, t) / BASE_NS_PER_S));
}

json_t *ctl_json_until(base_time now, base_time t)
{
    return ctl_json_since(t, now);
}

void ctl_json_set(json_t *object, const char *key, json_t *value)
{
    if (value)
        json_object_set_new(object, key, value);
}

void ctl_json_num(json_t *object, const char *key, uint64_t value)
{
    ctl_json_set(object, key, json_integer((json_int_t)value));
}

void ctl_json_set_text(json_t *object, const char *key, const char *text)
{
    if (text[0])
        ctl_json_set(object, key, ctl_json_text(text));
}

json_t *ctl_json_path_mtu(const struct ike_sa_view *v)
{
    json_t *o = json_object();
    ctl_json_num(o, "bytes", v->path_mtu);
    ctl_json_set(o, "found_by", json_string(ike_mtu_by_name(v->mtu_by)));
    ctl_json_set(o, "probed", json_boolean(v->is_probed));
    return o;
}

json_t *ctl_json_direction(const struct node_direction_view *d)
{
    json_t *o = json_object();
    ctl_json_num(o, "pkts", d->pkts);
    ctl_json_num(o, "bytes", d->bytes);
    ctl_json_num(o, "seq", d->seq);
    return o;
}

void ctl_json_set_drops(json_t *object, const struct node_pair_view *v)
{
    ctl_json_num(object, "replay", v->replay_drops);
    ctl_json_num(object, "bad_icv", v->bad_icv);
    ctl_json_num(object, "bad_trailer", v->bad_trailer);
    ctl_json_num(object, "policy", v->policy_drops);
    ctl_json_num(object, "limit", v->limit_drops);
}
