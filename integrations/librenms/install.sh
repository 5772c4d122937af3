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

directories="LibreNMS mibs includes includes/polling includes/polling/applications includes/html includes/html/graphs
 includes/html/graphs/application includes/html/pages includes/html/pages/device includes/html/pages/device/apps"
for d in $directories; do
	[ -d "$to/$d" ] || die "$to is not LibreNMS: it has no directory $d"
done
[ -w "$to/mibs" ] || die "$to is not writable; run this as root or as the user of LibreNMS"
[ -f "$mib" ] || die "$mib is missing; run this where ipfwagent's source tree or its package is"

# Whoever may write to a directory can put a link in the place of any name in it, and root would write
# to, or take away, what that leads to. So root works as the owner of LibreNMS, with copies of what is
# here that everybody can read; only where nobody else may write, as root.
as_owner() { # UID ARGS...
	command -v setpriv >/dev/null || die "there is no setpriv(1): run this as the owner of $to"
	copy=$(mktemp -d) || exit 1
	trap 'rm -rf "$copy"' EXIT
	mkdir -p "$copy/integrations/librenms" "$copy/mibs" &&
		cp -R "$here/install.sh" "$here/includes" "$copy/integrations/librenms/" &&
		cp "$mib" "$copy/mibs/" && chmod -R a+rX "$copy" || exit 1
	uid=$1 gid=$(id -g "$1" 2>/dev/null) || gid=$1
	shift
	setpriv --reuid "$uid" --regid "$gid" --clear-groups --no-new-privs \
		sh "$copy/integrations/librenms/install.sh" "$@"
}
others() { # the directories that others may write to
	for d in . $directories; do find -L "$to/$d" -maxdepth 0 -perm /022; done
	above=$to
	while [ "$above" != / ]; do
		above=$(dirname "$above")
		find "$above" -maxdepth 0 \( ! -uid 0 -o -perm /022 ! -perm -1000 \)
	done
}
if [ "$(id -u)" = 0 ]; then
	to=$(cd "$to" && pwd -P) || exit 1
	set -- "$to"
	[ $uninstall = 0 ] || set -- --uninstall "$@"
	owner=$(for d in . $directories; do stat -Lc %u "$to/$d"; done | sort -u)
	case $owner in
	*[!0-9]*) die "$to belongs to more than one user: run this as the one who may write there" ;;
	0) [ -z "$(others)" ] || die "others may write to $(others | head -n 1): run this as the user of LibreNMS" ;;
	*)
		as_owner "$owner" "$@"
		exit
		;;
	esac
fi

files=$(cd "$here" && find includes -name '*.php' | sort)
source_of() { [ "$1" = mibs/IPFWAGENT-MIB ] && echo "$mib" || echo "$here/$1"; }
# Ours are those that say so at their top.
ours() {
	case $1 in
	*.php) [ "$(sed -n 3p "$1")" = '// SPDX-License-Identifier: MIT' ] && sed -n 4p "$1" | grep -q ipfwagent ;;
	*) grep -q '^IPFWAGENT-MIB DEFINITIONS' "$1" ;;
	esac
}

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
	if ! { cp "$(source_of "$f")" "$new" && chmod 644 "$new" && mv "$new" "$to/$f"; }; then
		rm -f "$new"
		die "$to/$f could not be written"
	fi
done

if command -v snmptranslate >/dev/null; then
	oid=$(snmptranslate -M "$to/mibs" -On IPFWAGENT-MIB::ipfwMibRevision.0 2>/dev/null)
	[ -n "$oid" ] || die "installed, but IPFWAGENT-MIB cannot be read with the MIBs in $to/mibs"
fi
echo "ipfw is installed in $to"
