#!/bin/sh
# SPDX-License-Identifier: MIT
# Record what the poller reads of an agent, in the form of LibreNMS's test data (tests/snmpsim):
# snmprec.sh ADDRESS [COMMUNITY]
set -u
if [ $# -lt 1 ] || [ $# -gt 2 ]; then
	echo "usage: snmprec.sh ADDRESS [COMMUNITY]" >&2
	exit 2
fi
root=1.3.6.1.4.1.8072.9999.9999.4269.1
for table in 1 2 3 8; do
	MIBS='' snmpbulkwalk -v2c -c "${2-public}" -OnxU "$1" $root.$table || exit 1
done | awk '
	{ oid = substr($1, 2); type = $3; value = $4 }
	type == "INTEGER:" { print oid "|2|" value; next }
	type == "Gauge32:" { print oid "|66|" value; next }
	type == "Counter64:" { print oid "|70|" value; next }
	type == "Timeticks:" { gsub(/[()]/, "", value); print oid "|67|" value; next }
	type == "\"\"" { print oid "|4|"; next }
	type == "Hex-STRING:" { sub(/^[^:]*: /, ""); gsub(/ /, ""); print oid "|4x|" $0; next }
	{ print "snmprec.sh: cannot read: " $0 | "cat >&2"; failed = 1 }
	END { exit failed }'
