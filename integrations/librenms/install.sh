#!/bin/sh
# SPDX-License-Identifier: MIT
# Put the application "ipfw" into a LibreNMS installation, or take it out:
# install.sh [--uninstall] LIBRENMS_DIR
# It adds files and changes none that LibreNMS has; run it again to update them.
set -u

usage() {
	echo "usage: install.sh [--uninstall] LIBRENMS_DIR" >&2
	exit 2
}
die() {
	echo "install.sh: $*" >&2
	exit 1
}

uninstall=0
[ "${1-}" = --uninstall ] && uninstall=1 && shift
[ $# = 1 ] || usage
case $1 in -*) usage ;; esac
to=$1
here=$(cd "$(dirname "$0")" && pwd) || exit 1
mib=$here/../../mibs/IPFWAGENT-MIB.txt

for d in LibreNMS mibs includes/polling/applications includes/html/graphs/application includes/html/pages/device/apps; do
	[ -d "$to/$d" ] || die "$to is not LibreNMS: it has no directory $d"
done
[ -w "$to/mibs" ] || die "$to is not writable; run this as root or as the user of LibreNMS"
[ -f "$mib" ] || die "$mib is missing; run this where ipfwagent's source tree or its package is"

files=$(cd "$here" && find includes -name '*.php' | sort)
source_of() { [ "$1" = mibs/IPFWAGENT-MIB ] && echo "$mib" || echo "$here/$1"; }
# Ours are those that say so at their top.
ours() {
	case $1 in
	*.php) [ "$(sed -n 3p "$1")" = '// SPDX-License-Identifier: MIT' ] && sed -n 4p "$1" | grep -q ipfwagent ;;
	*) grep -q '^IPFWAGENT-MIB DEFINITIONS' "$1" ;;
	esac
}
# give FILE: to whom the directory belongs.
give() { [ "$(id -u)" != 0 ] || chown --reference="$(dirname "$1")" "$1"; }

foreign=
for f in mibs/IPFWAGENT-MIB $files; do
	if [ -e "$to/$f" ] && ! ours "$to/$f"; then
		foreign="$foreign $f"
	fi
done

if [ $uninstall = 1 ]; then
	for f in mibs/IPFWAGENT-MIB $files; do
		case " $foreign " in *" $f "*) continue ;; esac
		rm -f "$to/$f" || exit 1
	done
	[ -z "$foreign" ] || echo "install.sh: not ours, left alone:$foreign" >&2
	echo "ipfw is removed from $to"
	exit 0
fi

[ -z "$foreign" ] || die "there are files that are not ours, nothing was installed:$foreign"
for f in mibs/IPFWAGENT-MIB $files; do
	# Beside it first, so that the poller never reads half a file.
	new=$to/$f.ipfw-new
	if ! { cp "$(source_of "$f")" "$new" && chmod 644 "$new" && give "$new" && mv "$new" "$to/$f"; }; then
		rm -f "$new"
		die "$to/$f could not be written"
	fi
done

if command -v snmptranslate >/dev/null; then
	oid=$(snmptranslate -M "$to/mibs" -On IPFWAGENT-MIB::ipfwMibRevision.0 2>/dev/null)
	[ -n "$oid" ] || die "installed, but IPFWAGENT-MIB cannot be read with the MIBs in $to/mibs"
fi
echo "ipfw is installed in $to"
