#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes ./configure out of configure.ac; needs autoconf, automake and pkg-config's m4 file.
set -e
cd "$(dirname "$0")"
exec autoreconf --install --force --warnings=all,error
