/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The configuration: one JSON file becomes one immutable snapshot, or a list of errors that name the path
 * and the cure. What the keys are is told by conf_schema.def; nothing here opens a port or starts a tunnel.
 *
 * Thread: control, or any thread before the control core runs. A snapshot is read-only after conf_load().
 */
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "base_addr.h"
#include "base_file.h"
#include "ike_conf.h"

#define CONF_NAME_MAX     64 /* with NUL; names of ports, connections, children */
#define CONF_DEVICE_MAX   256
#define CONF_PATH_MAX     4096
#define CONF_PORTS_MAX    16
#define CONF_NETWORKS_MAX 262144 /* remote networks of all connections */
#define CONF_ADDRS_MAX    16     /* per port */
#define CONF_ROUTES_MAX   1024
#define CONF_CORES_MAX    128
#define CONF_ARGS_MAX     32
#define CONF_ARG_MAX      256
#define CONF_STATE_MAX    1024
#define CONF_SOCKET_MAX   108 /* sun_path, with NUL */
#define CONF_IFNAME_MAX   16  /* of a network interface, with NUL */
#define CONF_ISSUES_MAX   32
#define CONF_FILE_MAX     (64u << 20) /* bytes of a configuration file */
#define CONF_CORE_AUTO    UINT32_MAX
#define CONF_BYPASS_MAX   256
#define CONF_MANUAL_MAX   64         /* connections with keys made by hand, */
#define CONF_MANUAL_SAS   100000     /* and pairs of SAs of one of them, */
#define CONF_MANUAL_PAIRS (1u << 20) /* and of all */

enum conf_role { CONF_ROLE_OUTSIDE = 1, CONF_ROLE_INSIDE = 2, CONF_ROLE_BOTH = 3 }; /* bits */

enum conf_device {
    CONF_DEVICE_INTERFACE, /* "eth0": an interface of the kernel */
    CONF_DEVICE_PCI,       /* "0000:01:00.1": a NIC that DPDK drives itself */
    CONF_DEVICE_VDEV,      /* "net_af_packet0,iface=eth0": DPDK's own notation */
};
enum conf_driver { CONF_DRIVER_AUTO, CONF_DRIVER_AF_PACKET, CONF_DRIVER_AF_XDP };

struct conf_port {
    char name[CONF_NAME_MAX];
    char device[CONF_DEVICE_MAX];    /* as it stands in the file */
    enum conf_device kind;           /* what that is */
    char interface[CONF_IFNAME_MAX]; /* the kernel's interface that the port takes over; "": none */
    enum conf_driver driver;         /* of an interface */
    enum conf_role role;
    size_t n_addresses;
    struct base_prefix addresses[CONF_ADDRS_MAX]; /* host bits kept: address and its network */
    struct base_addr gateway;                     /* next hop of the default route; none: no default route */
    uint16_t mtu;                                 /* 576..9216; 0: the interface's own */
    uint16_t queues;            /* receive queues; 0: one per worker as far as the port has them */
    char host[CONF_IFNAME_MAX]; /* interface through which the host uses these addresses too; "": none */
    uint16_t vlan;              /* 1..4094; 0: untagged */
};

struct conf_route {
    struct base_prefix to;
    struct base_addr via; /* family none: on link */
    size_t port;          /* index into conf.ports */
};

/* Packets from local to remote and back travel in clear. */
struct conf_bypass {
    struct base_ts_list *local_ts, *remote_ts; /* owned; without a dynamic one, and not both for all */
};

enum conf_poll { CONF_POLL_AUTO, CONF_POLL_BUSY, CONF_POLL_ADAPTIVE };
enum conf_hugepages { CONF_HUGEPAGES_AUTO, CONF_HUGEPAGES_REQUIRE, CONF_HUGEPAGES_NEVER };

struct conf_workers {
    size_t n_cores; /* 0: the daemon takes the last core that it may run on */
    uint32_t cores[CONF_CORES_MAX];
    uint32_t control_core;   /* CONF_CORE_AUTO: the first core that it may run on */
    enum conf_poll poll;     /* AUTO: busy when all ports are PCI, else adaptive */
    uint32_t crypto_threads; /* 0: as many as fit the machine */
    bool shared_key_pairs;   /* calls that come at about the same time may have one of our key pairs */
};

struct conf_eal {
    enum conf_hugepages hugepages;
    uint32_t memory_mb;
    size_t n_args;
    char args[CONF_ARGS_MAX][CONF_ARG_MAX]; /* added at the end of the derived EAL arguments */
};

struct conf_control {
    char socket[CONF_SOCKET_MAX]; /* absolute path of the control socket */
    char state[CONF_STATE_MAX];   /* absolute path of a folder for what outlives the daemon; "": none */
    bool telemetry;               /* DPDK's telemetry socket */
    bool seccomp;                 /* the filter of system calls */
};

#define CONF_TCP_LISTEN_MAX 4

/* IKE and ESP in TCP (RFC 9329). */
struct conf_tcp {
    size_t n_listen;
    uint16_t listen[CONF_TCP_LISTEN_MAX]; /* ports on which it is taken */
    uint32_t connections;                 /* most of them, both ways, */
    uint32_t connections_per_address;     /* and of those that one address opens */
};

struct conf_tunnel {
    bool mss_clamp;         /* lower the MSS of TCP SYNs that pass a tunnel */
    bool copy_df;           /* outer DF = inner DF; false: always set */
    uint32_t spi_node_bits; /* 0..8: topmost bits of each inbound SPI that carry spi_node */
    uint32_t spi_node;      /* < 1 << spi_node_bits */
};

enum conf_manual_encr { CONF_MANUAL_AES128GCM16, CONF_MANUAL_AES256GCM16 };
enum conf_manual_encap { CONF_MANUAL_UDP, CONF_MANUAL_NONE };

#define CONF_MANUAL_KEY_MAX 36 /* bytes: key and salt of AES-256-GCM (RFC 4106 8.1) */

/*
 * A connection of a laboratory: pairs of SAs with keys made by hand, which IKE knows nothing of. Pair i is
 * for the i-th network of the length of `remote`, from that one on.
 */
struct conf_manual {
    char name[CONF_NAME_MAX];
    enum conf_manual_encr encr;
    enum conf_manual_encap encap;
    struct base_addr local; /* our address; of family none: that of the port towards the peer */
    struct base_addr peer;
    uint16_t peer_port;
    struct base_ts_list *local_ts; /* owned; of one family, that of remote */
    struct base_prefix remote;
    uint32_t count;   /* of pairs, 1..CONF_MANUAL_SAS; their networks are all there */
    uint32_t spi_out; /* of pair 0; pair i has the i-th from that on */
    bool esn;
    uint32_t replay_window; /* packets; 0: none */
    uint8_t key_len;        /* as encr asks for it */
    uint8_t key[CONF_MANUAL_KEY_MAX];
};

struct conf {
    size_t n_ports;
    struct conf_port ports[CONF_PORTS_MAX];
    size_t n_routes;
    struct conf_route *routes; /* owned; without the default routes of ports[].gateway */
    size_t n_bypasses;
    struct conf_bypass *bypasses; /* owned */
    struct conf_workers workers;
    struct conf_eal eal;
    struct conf_control control;
    struct conf_tunnel tunnel;
    struct conf_tcp tcp;
    struct ike_conf *ike; /* one reference, sealed: connections, secrets, nat, limits */
    bool is_lab;          /* keys made by hand are allowed */
    size_t n_manuals;
    struct conf_manual *manuals; /* owned, from base_secret_new() */
    struct base_file keys;       /* owned: secrets_file, for the next load, if all secrets are from there */
    struct conf_texts *texts;    /* owned; what the next load knows them by. NULL: it does not */
};

/* One finding. Both texts are printable; bytes of the file are escaped. */
struct conf_issue {
    bool is_warning;
    char file[192]; /* an included file or that of secrets_file, from "/" on or from where the daemon runs;
                       "": the main one */
    char path[192]; /* "connections.foo.remote.id"; "" for the file as a whole */
    char text[512]; /* what is wrong, and the cure */
};

/* About 28 KB: keep it on the heap or static. */
struct conf_report {
    size_t n_errors, n_warnings; /* found; those beyond the caps are counted only */
    size_t n_issues;             /* kept: errors first come, warnings as far as there is room */
    struct conf_issue issues[CONF_ISSUES_MAX];
};

/*
 * Reads and checks a file. Relative psk_file paths start at its folder. Report is reset first and tells all
 * errors found, not only the first. Returns an owned snapshot (report may hold warnings), or NULL when
 * report->n_errors > 0: the caller prints the report and keeps what it runs on.
 */
struct conf *conf_load(const char *file, struct conf_report *report);

/*
 * The same beside a snapshot that was loaded before (NULL: none), which stays as it is and is not needed
 * afterwards: what comes of it is the same, only sooner where most connections did not change. Such ones are
 * known by their text. When another thread sets *stops (NULL: none does), NULL comes back soon, however large
 * the file is, with that as an error.
 */
struct conf *conf_load_after(const char *file, const struct conf *former, struct conf_report *report,
                             const atomic_bool *stops);

/* The same for text in memory; folder is where relative psk_file paths start ("." for the current one). */
struct conf *conf_load_text(const char *text, size_t len, const char *folder, const struct conf *former,
                            struct conf_report *report);

/* Frees, and drops the reference to conf->ike (secrets wiped with the last one). NULL is fine. */
void conf_free(struct conf *conf);

/* The port with this name, or NULL. */
const struct conf_port *conf_port_find(const struct conf *conf, const char *name);

/* Whether it has a port of this name and leaves its addresses to the host. */
bool conf_leaves_addresses(const struct conf *conf, const char *port);

/* The first row of bypass for the same packets; NULL: there is none. */
const struct conf_bypass *conf_bypass_find(const struct conf *conf, const struct conf_bypass *like);

/* The connection with keys made by hand of this name, or NULL. */
const struct conf_manual *conf_manual_find(const struct conf *conf, const char *name);

/* Remote network of pair i < count. */
struct base_prefix conf_manual_net(const struct conf_manual *m, uint32_t i);
struct base_ts conf_manual_ts(const struct conf_manual *m, uint32_t i); /* as its selector */

/* Remote addresses of all pairs. */
struct base_ts conf_manual_range(const struct conf_manual *m);

/* Wipes and frees the connections with keys made by hand, and leaves none: for a snapshot that others go on
 * using when nobody needs these keys any more. */
void conf_manuals_free(struct conf *conf);

/* Whether both make the same SAs out of the same key. */
bool conf_manual_equal(const struct conf_manual *a, const struct conf_manual *b);

/* Writes one line per finding of this file: "error: culvert.json: connections.foo.remote.id: ...". */
void conf_report_print(const struct conf_report *report, const char *file, FILE *out);

/* Writes the JSON Schema (draft 2020-12) of the file. Generated from conf_schema.def. */
void conf_schema_print(FILE *out);

/* Writes every key with type, default and help, as text for people (culvertd --help-config). */
void conf_schema_help(FILE *out);

/* The same for a manual page: a subsection for each object of the file. */
void conf_schema_man(FILE *out);

enum conf_op_type {
    /* Connections, by name, and their children, by path ("connections.foo.children.b"). */
    CONF_OP_ADDED,
    CONF_OP_REMOVED,
    CONF_OP_UNCHANGED, /* a connection: its SAs go on without losing a packet */
    /* Keys that changed, by path ("connections.foo.dpd_s"), and what that asks. */
    CONF_OP_IN_FORCE,  /* nothing: SAs go on */
    CONF_OP_MOVE,      /* with MOBIKE the IKE SA moves with its children; without, as CONF_OP_NEW_SA */
    CONF_OP_NEW_CHILD, /* the child SAs are replaced, the IKE SA goes on */
    CONF_OP_NEW_SA,    /* the IKE SA is closed and, with start, opened again */
    CONF_OP_RESTART    /* takes effect at the next start only */
};

struct conf_op {
    enum conf_op_type type;
    char name[2 * CONF_NAME_MAX + 64];
};

struct conf_diff {
    size_t n_ops, room;
    struct conf_op *ops; /* owned */
    bool is_short;       /* there was no memory for all */
    bool needs_restart;
};

/*
 * What a reload from one snapshot to the other does. in_force is what the daemon was started with: of it,
 * ports, workers, eal, control and tunnel are read. 0, or -ENOMEM with *out empty.
 */
int conf_diff_make(const struct conf *in_force, const struct conf *from, const struct conf *to,
                   struct conf_diff *out);

/* The same, CONF_OP_RESTART only: what of the snapshot that was loaded last waits for a restart. */
int conf_diff_restart(const struct conf *in_force, const struct conf *loaded, struct conf_diff *out);
void conf_diff_free(struct conf_diff *diff);

/* Whether routes, which name ports by index, mean the same in both. */
bool conf_same_port_names(const struct conf *a, const struct conf *b);

/* "added", "removed", "unchanged", "in_force", "move", "new_child", "new_sa", "needs_restart". Static
 * storage. */
const char *conf_op_name(enum conf_op_type type);
