#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Calls as each of N identities with the key of each of them. Prints how many right pairs came up, and how many wrong ones."""
import argparse

from ike_caller import Caller


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target")
    parser.add_argument("identities", type=int)
    options = parser.parse_args()
    numbers, right, wrong = range(1, options.identities + 1), 0, 0
    for who in numbers:
        for whose in numbers:
            caller = Caller(options.target)
            key = f"secret-of-peer-{whose}-with-32-characters".encode()
            if not caller.init():
                raise SystemExit(f"p{who} with the key of p{whose}: IKE_SA_INIT was refused")
            is_up = caller.auth(2, f"p{who}".encode(), key, local=f"10.100.{who}.0/24")
            right += is_up and who == whose
            wrong += is_up and who != whose
            if is_up:
                caller.close()
    print(right, wrong)


if __name__ == "__main__":
    main()
