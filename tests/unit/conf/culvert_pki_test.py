#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""What culvert-pki makes is what the devices want: culvert_pki_test.py PROGRAM"""
import base64
import json
import os
import plistlib
import subprocess
import sys
import tempfile

program = sys.argv[1]

# Values that Apple's reference of com.apple.vpn.managed allows.
FLAG = (0, 1)
APPLE = {"AuthenticationMethod": ("None", "SharedSecret", "Certificate"), "ExtendedAuthEnabled": FLAG, "EnablePFS": FLAG,
         "CertificateType": ("RSA", "ECDSA256", "ECDSA384", "ECDSA521", "RSA-PSS"), "DisableMOBIKE": FLAG, "DisableRedirect": FLAG,
         "DeadPeerDetectionRate": ("None", "Low", "Medium", "High"), "UseConfigurationAttributeInternalIPSubnet": FLAG}


def openssl(*args):
    return subprocess.run(["openssl", *args], check=True, capture_output=True, text=True).stdout


def run(*args, status=0):
    done = subprocess.run([sys.executable, program, *args], capture_output=True, text=True, check=False)
    assert done.returncode == status, (args, done.returncode, done.stdout, done.stderr)
    return done.stdout + done.stderr


def text_of(cert):
    return openssl("x509", "-in", cert, "-noout", "-text")


def verify(folder, cert, purpose, *more):
    return subprocess.run(["openssl", "verify", "-x509_strict", "-CAfile", f"{folder}/ca.crt", "-purpose", purpose, *more, cert],
                          capture_output=True, text=True, check=False)


def vpn_of(file):
    with open(file, "rb") as f:
        profile = plistlib.load(f)
    assert profile["PayloadType"] == "Configuration"
    by_type = {p["PayloadType"]: p for p in profile["PayloadContent"]}
    ids = [p["PayloadUUID"] for p in profile["PayloadContent"]] + [profile["PayloadUUID"]]
    assert len(set(ids)) == len(ids)
    return by_type, by_type["com.apple.vpn.managed"]["IKEv2"]


def check_gateway(folder):
    text = text_of(f"{folder}/gateway.crt")
    for wanted in ("DNS:vpn.example.org", "IP Address:203.0.113.10", "DNS:203.0.113.10", "TLS Web Server Authentication",
                   "1.3.6.1.5.5.8.2.2", "sha256WithRSAEncryption", "CA:FALSE"):
        assert wanted in text, wanted
    assert verify(folder, f"{folder}/gateway.crt", "sslserver").returncode == 0
    names = openssl("x509", "-in", f"{folder}/gateway.crt", "-noout", "-issuer", "-subject", "-nameopt", "utf8,sep_multiline")
    assert names.count("O=O'Brien / Söhne\n") == 2 and "CN=O'Brien / Söhne CA\n" in names, names
    for secret in ("ca.key", "gateway.key"):
        assert os.stat(f"{folder}/{secret}").st_mode & 0o777 == 0o600, secret


def check_certificate_user(folder):
    home = f"{folder}/users/alice"
    assert "email:alice@vpn.example.org" in text_of(f"{home}/alice.crt")
    assert verify(folder, f"{home}/alice.crt", "sslclient").returncode == 0
    with open(f"{home}/alice.p12", "rb") as f:
        bundle = f.read()
    inside = openssl("pkcs12", "-in", f"{home}/alice.p12", "-nodes", "-passin", f"file:{home}/p12-password.txt")
    assert "PRIVATE KEY" in inside and inside.count("BEGIN CERTIFICATE") == 2
    parts, ike = vpn_of(f"{home}/alice.mobileconfig")
    assert parts["com.apple.security.pkcs12"]["PayloadContent"] == bundle
    assert ike["PayloadCertificateUUID"] == parts["com.apple.security.pkcs12"]["PayloadUUID"]
    assert ike["AuthenticationMethod"] == "Certificate" and ike["LocalIdentifier"] == "alice@vpn.example.org"
    assert ike["RemoteAddress"] == ike["RemoteIdentifier"] == "vpn.example.org"
    assert ike["CertificateType"] == "RSA" and ike["ServerCertificateIssuerCommonName"] == "O'Brien / Söhne CA"
    with open(f"{home}/alice.ps1", encoding="utf-8") as f:
        script = f.read()
    assert "-AuthenticationMethod MachineCertificate" in script and "'alice.p12'" in script and "BEGIN CERTIFICATE" in script
    with open(f"{home}/alice.sswan", encoding="utf-8") as f:
        app = json.load(f)
    assert app["type"] == "ikev2-cert" and base64.b64decode(app["local"]["p12"]) == bundle


def check_password_user(folder):
    home = f"{folder}/users/bob"
    parts, ike = vpn_of(f"{home}/bob.mobileconfig")
    assert "com.apple.security.pkcs12" not in parts
    assert ike["AuthenticationMethod"] == "None" and ike["ExtendedAuthEnabled"] == 1 and ike["AuthName"] == "bob"
    with open(f"{home}/bob.ps1", "rb") as f:
        script = f.read()
    assert script.startswith("\ufeff#".encode()) and "'O''Brien / Söhne'".encode() in script, script[:80]
    assert b"-AuthenticationMethod Eap" in script
    for key, values in APPLE.items():
        assert ike.get(key) is None or ike[key] in values, (key, ike[key])
    with open(f"{home}/bob-android.txt", encoding="utf-8") as f:
        fields = f.read()
    assert "IKEv2/IPSec MSCHAPv2" in fields and "vpn.example.org" in fields
    assert not os.path.exists(f"{home}/bob.key")


def main():
    with tempfile.TemporaryDirectory() as scratch:
        folder = f"{scratch}/vpn"
        assert "culvert-pki init" in run("user", folder, "alice", status=1)
        run("init", folder, "--server", "vpn.example.org", "--address", "203.0.113.10", "--name", "O'Brien / Söhne")
        assert "has a CA already" in run("init", folder, "--server", "other.example.org", status=1)
        check_gateway(folder)
        run("user", folder, "alice", "--certificate")
        run("user", folder, "bob")
        assert "is made of" in run("user", folder, "../x", status=1)
        check_certificate_user(folder)
        check_password_user(folder)
        crl = ("-crl_check", "-CRLfile", f"{folder}/crl.pem")
        alice = f"{folder}/users/alice/alice.crt"
        assert verify(folder, alice, "sslclient", *crl).returncode == 0
        run("revoke", folder, "alice")
        assert "certificate revoked" in verify(folder, alice, "sslclient", *crl).stderr
        assert "culvertctl user remove bob" in run("revoke", folder, "bob", status=1)
        before = text_of(f"{folder}/gateway.crt")
        run("renew", folder)
        assert text_of(f"{folder}/gateway.crt") != before
        check_gateway(folder)
        rows = json.loads(run("list", folder, "--json"))
        assert [r["days"] for r in rows] == [819, 819], rows


main()
