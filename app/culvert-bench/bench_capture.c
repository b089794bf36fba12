/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `culvert-bench capture`: a pcap file of sealed packets for SAs whose keys are made by hand, which any
 * generator can send. It has the file format of tcpdump, in the order of this machine's bytes, with Ethernet.
 */
#include "bench_capture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench_mix.h"
#include "gen_key.h"
#include "meter_flow.h"

#define KEYMAT_MAX    36
#define SAS_MAX       100000u
#define PCAP_MAGIC    0xa1b2c3d4u
#define PCAP_ETHERNET 1
#define PKTS_PER_S    1000000u /* of the time stamps */

static const char help[] =
    "usage: culvert-bench capture --key-file FILE --spis FILE --out FILE.pcap [options]\n"
    "\n"
    "Writes packets that a culvertd opens whose configuration has these keys made by hand (\"manual\", with\n"
    "\"lab\": true): one after another for each SA, with good ICVs and sequence numbers that go up. Send "
    "them\n"
    "once; again only where \"replay_window\" is 0 and \"esn\" false. SPIs hold until the\n"
    "connection begins anew (a start, initiate, or a reload that changes it).\n"
    "\n"
    "  --key-file FILE    key and salt in hexadecimal digits, that of the configuration\n"
    "  --spis FILE        SPIs, one a line: culvertctl show spis NAME\n"
    "  --out FILE         where the capture goes\n"
    "  --packets N        in all (default 1000)\n"
    "  --sizes BYTES      of the inner packet as a clear Ethernet frame, 64 to 1500, or imix (default 64)\n"
    "  --first-seq N      first sequence number of each SA (default 1)\n"
    "  --no-esn           without extended sequence numbers\n"
    "  --esp              as IP protocol 50 instead of UDP 4500\n"
    "  --peer ADDRESS     source of the outer header (default 192.0.2.2)\n"
    "  --gateway ADDRESS  destination of the outer header, culvertd's (default 192.0.2.1)\n"
    "  --remote ADDRESS   inner source of the first SA, each further one the next (default 10.8.0.0)\n"
    "  --host ADDRESS     inner destination (default 10.1.0.10)\n"
    "  --mac-from MAC     source of the frames (default 02:00:00:00:01:09)\n"
    "  --mac-to MAC       their destination, culvertd's port (default 02:00:00:00:01:02)\n"
    "  --json             what was written, as JSON\n"
    "\n"
    "example: culvertctl show spis bench >spis.txt\n"
    "         culvert-bench capture --key-file bench.key --spis spis.txt --packets 100000 --sizes imix --out "
    "esp.pcap\n";

enum capture_option {
    O_HELP = 1,
    O_KEY,
    O_SPIS,
    O_OUT,
    O_PACKETS,
    O_SIZES,
    O_FIRST,
    O_NO_ESN,
    O_ESP,
    O_PEER,
    O_GATEWAY,
    O_REMOTE,
    O_HOST,
    O_MAC_FROM,
    O_MAC_TO,
    O_JSON
};

static const struct option options[] = {{"help", 0, 0, O_HELP},
                                        {"key-file", 1, 0, O_KEY},
                                        {"spis", 1, 0, O_SPIS},
                                        {"out", 1, 0, O_OUT},
                                        {"packets", 1, 0, O_PACKETS},
                                        {"sizes", 1, 0, O_SIZES},
                                        {"first-seq", 1, 0, O_FIRST},
                                        {"no-esn", 0, 0, O_NO_ESN},
                                        {"esp", 0, 0, O_ESP},
                                        {"peer", 1, 0, O_PEER},
                                        {"gateway", 1, 0, O_GATEWAY},
                                        {"remote", 1, 0, O_REMOTE},
                                        {"host", 1, 0, O_HOST},
                                        {"mac-from", 1, 0, O_MAC_FROM},
                                        {"mac-to", 1, 0, O_MAC_TO},
                                        {"json", 0, 0, O_JSON},
                                        {0}};

struct capture {
    struct meter_flow flow;
    const char *key_file, *spis_file, *out;
    uint64_t pkts, first_seq;
    uint8_t keymat[KEYMAT_MAX];
    uint32_t keymat_bytes;
    uint32_t *spis; /* of the flow's SAs; owned */
    bool is_json;
};

static bool number_parse(const char *text, uint64_t max, uint64_t *out)
{
    char *end;
    errno = 0;
    *out = strtoull(text, &end, 10);
    return *text >= '0' && *text <= '9' && !*end && !errno && *out && *out <= max;
}

static bool address_parse(const char *text, uint32_t *out)
{
    struct in_addr a;
    const bool ok = inet_pton(AF_INET, text, &a) == 1;
    *out = ok ? ntohl(a.s_addr) : 0;
    return ok;
}

static bool mac_parse(const char *text, uint8_t mac[6])
{
    int end = 0;
    return sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%n", &mac[0], &mac[1], &mac[2], &mac[3], &mac[4],
                  &mac[5], &end) == 6 &&
           !text[end];
}

static bool sizes_parse(const char *text, uint32_t *size)
{
    uint32_t list[BENCH_SIZES];
    const bool ok = bench_mix_parse(text, list) == 1;
    *size = ok ? list[0] : 0;
    return ok;
}

static bool value_take(struct capture *c, int o, const char *value)
{
    struct meter_flow *f = &c->flow;
    switch (o) {
    case O_KEY:
        return *(c->key_file = value);
    case O_SPIS:
        return *(c->spis_file = value);
    case O_OUT:
        return *(c->out = value);
    case O_PACKETS:
        return number_parse(value, 1000000000, &c->pkts);
    case O_SIZES:
        return sizes_parse(value, &f->size);
    case O_FIRST:
        return number_parse(value, UINT64_MAX / 2, &c->first_seq);
    case O_NO_ESN:
        f->is_esn = false;
        break;
    case O_ESP:
        f->kind = METER_ESP;
        break;
    case O_PEER:
        return address_parse(value, &f->outer_src);
    case O_GATEWAY:
        return address_parse(value, &f->outer_dst);
    case O_REMOTE:
        return address_parse(value, &f->inner_src);
    case O_HOST:
        return address_parse(value, &f->inner_dst);
    case O_MAC_FROM:
        return mac_parse(value, f->mac_src);
    case O_MAC_TO:
        return mac_parse(value, f->mac_dst);
    case O_JSON:
        c->is_json = true;
        break;
    }
    return true;
}

/* False after a sentence. --help ends the process. */
static bool args_parse(struct capture *c, int argc, char **argv)
{
    int o, at;
    while ((o = getopt_long(argc, argv, "", options, &at)) != -1) {
        if (o == O_HELP) {
            fputs(help, stdout);
            exit(0);
        }
        if (o == '?')
            return false;
        if (!value_take(c, o, optarg)) {
            fprintf(stderr, "culvert-bench capture: --%s %s makes no sense, see --help\n", options[at].name,
                    optarg);
            return false;
        }
    }
    if (optind < argc)
        fprintf(stderr, "culvert-bench capture: what is \"%s\"? see --help\n", argv[optind]);
    else if (!c->key_file || !c->spis_file || !c->out)
        fputs("culvert-bench capture: it takes --key-file, --spis and --out, see --help\n", stderr);
    else
        return true;
    return false;
}

/* Key and SPIs. False after a sentence. */
static bool secrets_read(struct capture *c)
{
    c->keymat_bytes = gen_key_read(c->key_file, c->keymat);
    c->flow.spis = c->spis = c->keymat_bytes ? gen_key_spis(c->spis_file, &c->flow.sas) : NULL;
    if (c->spis && c->flow.sas > SAS_MAX)
        fprintf(stderr, "culvert-bench capture: %s has more than %u SPIs\n", c->spis_file, SAS_MAX);
    return c->spis && c->flow.sas <= SAS_MAX;
}

/* False after a sentence: the numbers end where they would begin again (RFC 4303 3.3.3). */
static bool numbers_check(const struct capture *c)
{
    if (c->flow.is_esn || c->first_seq + (c->pkts - 1) / c->flow.sas < UINT32_MAX)
        return true;
    fputs("culvert-bench capture: with --no-esn sequence numbers end at 4294967294: take a lower "
          "--first-seq, or "
          "fewer --packets\n",
          stderr);
    return false;
}

static void packet_write(struct capture *c, uint64_t n, FILE *out)
{
    uint8_t data[METER_PKT_MAX];
    const uint32_t bytes = meter_flow_next(&c->flow, data);
    const uint32_t head[] = {(uint32_t)(n / PKTS_PER_S), (uint32_t)(n % PKTS_PER_S), bytes, bytes};
    fwrite(head, sizeof head, 1, out);
    fwrite(data, bytes, 1, out);
}

static bool file_write(struct capture *c)
{
    const struct {
        uint32_t magic;
        uint16_t major, minor;
        uint32_t zone, accuracy, snap, link;
    } head = {PCAP_MAGIC, 2, 4, 0, 0, METER_PKT_MAX, PCAP_ETHERNET};
    for (uint32_t sa = 0; sa < c->flow.sas; sa++)
        c->flow.seq[sa] = c->first_seq - 1;
    FILE *out = fopen(c->out, "w");
    if (out)
        fwrite(&head, sizeof head, 1, out);
    for (uint64_t n = 0; out && n < c->pkts; n++)
        packet_write(c, n, out);
    const bool ok = out && !ferror(out);
    if (out && fclose(out) == 0 && ok)
        return true;
    fprintf(stderr, "culvert-bench capture: %s: %s\n", c->out, strerror(errno));
    return false;
}

static void capture_print(const struct capture *c)
{
    const uint64_t last = c->first_seq + (c->pkts - 1) / c->flow.sas;
    if (c->is_json)
        printf("{\"packets\":%lu,\"sas\":%u,\"first_seq\":%lu,\"last_seq\":%lu}\n", c->pkts, c->flow.sas,
               c->first_seq, last);
    else
        printf("%s: %lu packets for %u SAs, sequence numbers %lu to %lu\n", c->out, c->pkts, c->flow.sas,
               c->first_seq, last);
}

int bench_capture_main(int argc, char **argv)
{
    struct capture c = {.pkts = 1000,
                        .first_seq = 1,
                        .flow = {.kind = METER_NATT,
                                 .size = BENCH_FRAME_MIN,
                                 .inner_src = 0x0a080000,
                                 .inner_dst = 0x0a01000a,
                                 .outer_src = 0xc0000202,
                                 .outer_dst = 0xc0000201,
                                 .outer_port = 4500,
                                 .is_esn = true,
                                 .is_in_turn = true,
                                 .is_src_varied = true,
                                 .mac_src = {2, 0, 0, 0, 1, 9},
                                 .mac_dst = {2, 0, 0, 0, 1, 2}}};
    if (!args_parse(&c, argc, argv))
        return 2;
    bool ok = secrets_read(&c) && numbers_check(&c);
    if (ok && meter_flow_init(&c.flow, c.keymat, c.keymat_bytes) < 0) {
        fputs("culvert-bench capture: no memory\n", stderr);
        ok = false;
    }
    ok = ok && file_write(&c);
    if (ok)
        capture_print(&c);
    meter_flow_fini(&c.flow);
    free(c.spis);
    memset(c.keymat, 0, sizeof c.keymat);
    return ok ? 0 : 1;
}
