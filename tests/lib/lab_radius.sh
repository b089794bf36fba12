# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# FreeRADIUS as a process of the lab, in the namespace of a gateway, on its loopback: never the system's service. It reads
# one file that the lab writes, knows MSCHAPv2, TLS, MD5 and TTLS around that, and demands a Message-Authenticator of each request.

RADIUS_SECRET=lab-radius-secret-0123456789
RADIUS_PORT=1812   # accounting is one above

# radius_start GATEWAY USERS: USERS is a file in FreeRADIUS's notation. The server's certificate, its key and its CA are radius.crt,
# radius.key and ca.crt of $pki_dir; RADIUS_TLS is the one version of TLS that it speaks. What it is told by accounting is in radius/acct.
radius_start() {
    local dir=$LAB_OUT/radius
    mkdir -p "$dir"
    cp "$2" "$dir/users"
    cat >"$dir/radiusd.conf" <<CONF
name = radiusd
prefix = $dir
localstatedir = $dir
libdir = /usr/lib/freeradius
confdir = $dir
logdir = $dir
run_dir = $dir
max_request_time = 10
cleanup_delay = 2
log {
    destination = files
    file = $dir/radius.log
    auth = yes
}
security {
    max_attributes = 200
    reject_delay = 0
}
thread pool {
    start_servers = 1
    max_servers = 2
}
client lab {
    ipaddr = 127.0.0.1
    secret = $RADIUS_SECRET
    require_message_authenticator = yes
}
modules {
    mschap {
        with_ntdomain_hack = yes
    }
    files {
        filename = $dir/users
    }
    detail {
        filename = $dir/acct
        permissions = 0600
    }
    eap {
        default_eap_type = mschapv2
        tls-config lab {
            private_key_file = $pki_dir/radius.key
            certificate_file = $pki_dir/radius.crt
            ca_file = $pki_dir/ca.crt
            fragment_size = 1000
            tls_min_version = "${RADIUS_TLS:-1.2}"
            tls_max_version = "${RADIUS_TLS:-1.2}"
            cipher_list = "DEFAULT"
        }
        tls {
            tls = lab
        }
        mschapv2 {
        }
        md5 {
        }
        ttls {
            tls = lab
            default_eap_type = md5
            copy_request_to_tunnel = no
            use_tunneled_reply = no
            virtual_server = inner
        }
    }
}
server inner {
    authorize {
        files
        eap
    }
    authenticate {
        eap
    }
}
server lab {
    listen {
        type = auth
        ipaddr = 127.0.0.1
        port = $RADIUS_PORT
    }
    listen {
        type = acct
        ipaddr = 127.0.0.1
        port = $((RADIUS_PORT + 1))
    }
    authorize {
        files
        eap
    }
    authenticate {
        Auth-Type MS-CHAP {
            mschap
        }
        eap
    }
    accounting {
        detail
    }
}
CONF
    lab_spawn "gw$1" "$dir/stdout" /usr/sbin/freeradius -f -n radiusd -d "$dir" -D /usr/share/freeradius
    RADIUS_PID=$LAB_PID
    lab_wait 5 lab_has "$dir/radius.log" 'Ready to process requests' || lab_fail "FreeRADIUS does not start: $(tail -n 3 "$dir/radius.log" "$dir/stdout")"
}

# The member of the configuration that names it, behind one where nobody answers: radius_json GATEWAY
radius_json() {
    printf '%s\n' "$RADIUS_SECRET" >"$LAB_OUT/gw$1/radius.secret"
    chmod 600 "$LAB_OUT/gw$1/radius.secret"
    printf '"radius": {"timeout_ms": 300, "tries": 2, "nas_id": "gw", "servers": [{"address": "127.0.0.1", "port": 1899, "secret_file": "radius.secret"},
        {"address": "127.0.0.1", "port": %d, "acct_port": %d, "secret_file": "radius.secret"}]},' "$RADIUS_PORT" $((RADIUS_PORT + 1))
}
