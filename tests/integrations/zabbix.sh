#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The Zabbix templates: zabbix.sh BINARY [--light] [--pictures DIR].
# --light: their structure only. Else a real Zabbix server and frontend, headless, in the router's
# network namespace: import, discovery, every item, rates against what was sent, an interface that
# comes back with another ifIndex, triggers, an agent without eBPF. The server's version decides
# which of the templates is tested.
#
# ZABBIX_ROOT=DIR: take Zabbix from there instead, a tree of another Debian release, for example of
#   mmdebstrap --variant=apt --include=zabbix-server-pgsql,zabbix-frontend-php,php-cli,php-pgsql trixie DIR
# --pictures DIR: take pictures of the frontend instead, see zabbix/pictures.sh.
tests=$(cd "$(dirname "$0")/.." && pwd)
binary=${1:?usage: zabbix.sh BINARY [--light] [--pictures DIR]} light='' pictures=''
while shift && [ $# -gt 0 ]; do
	case $1 in
	--light) light=1 ;;
	--pictures) pictures=$(realpath "${2:?--pictures DIR}") && shift ;;
	*) echo "usage: zabbix.sh BINARY [--light] [--pictures DIR]" >&2 && exit 2 ;;
	esac
done
set -- "$binary"
# shellcheck source=tests/netns/scenarios_lib.sh
if [ "$light" ]; then . "$tests/netns/lib.sh"; else . "$tests/netns/scenarios_lib.sh"; fi
templates=$top/integrations/zabbix
template() { echo "$templates/$1/template_ipfwagent_snmp.yaml"; }

# Structure.
structure() {
	"$templates/generate" "$TMP/made"
	MIBDIRS=$top/tests/mibs:$top/mibs snmptranslate -m IPFWAGENT-MIB -Tz >"$TMP/oids" 2>/dev/null
	for form in 6.0 7.0; do
		expect_true "$form: as generate writes it" diff -r "$TMP/made/$form" "$templates/$form"
		/usr/bin/python3 "$tests/integrations/zabbix_structure.py" $form "$(template $form)" <"$TMP/oids" >"$TMP/structure" 2>&1
		while read -r verdict name; do
			case $verdict in ok) ok "$form: $name" ;; *) not_ok "$form: ${name%%: *}" "${name#*: }" ;; esac
		done <"$TMP/structure"
	done
	/usr/bin/python3 "$tests/integrations/zabbix_structure.py" same "$(template 6.0)" "$(template 7.0)" >"$TMP/structure" 2>&1
	expect "6.0 and 7.0 tell the same" '' "$(head -c 400 "$TMP/structure")"
}
if /usr/bin/python3 -c 'import yaml' 2>/dev/null && command -v snmptranslate >/dev/null; then structure; else
	skip "structure" "takes Python's yaml and snmptranslate"
fi
[ -z "$light" ] || finish

# A database, the server and the frontend. Nothing listens outside of the router's namespace.
root=${ZABBIX_ROOT:-}
mkdir "$TMP/etc" "$TMP/pg" && chown postgres: "$TMP/pg"
cat >"$TMP/enter" <<X
#!/bin/sh -e
mount --bind $TMP/etc $root/etc/zabbix
mount -t proc proc $root/proc
[ "$root" ] || exec "\$@"
mount -t tmpfs none $root/tmp
mkdir -p $root$TMP
mount --bind $TMP $root$TMP
mount --rbind /dev $root/dev
exec chroot "$root" "\$@"
X
chmod +x "$TMP/enter"
# In a mount namespace, where /etc/zabbix is ours, and a PID namespace, so that no child outlives its parent.
zabbix=(unshare --mount --pid --fork --kill-child "$TMP/enter")
# The frontend asks for a locale en_US; C.UTF-8 does as well.
mkdir "$TMP/locale" && cp -r "$root/usr/lib/locale/C.utf8" "$TMP/locale/en_US.utf8"
cat >"$TMP/etc/zabbix.conf.php" <<X
<?php
\$DB = ['TYPE' => 'POSTGRESQL', 'SERVER' => '$TMP/pg', 'PORT' => '0', 'DATABASE' => 'zabbix', 'USER' => 'zabbix',
	'PASSWORD' => '', 'SCHEMA' => '', 'ENCRYPTION' => false, 'KEY_FILE' => '', 'CERT_FILE' => '', 'CA_FILE' => '',
	'VERIFY_HOST' => false, 'CIPHER_LIST' => '', 'VAULT' => '', 'VAULT_URL' => '', 'VAULT_DB_PATH' => '',
	'VAULT_TOKEN' => '', 'VAULT_CERT_FILE' => '', 'VAULT_KEY_FILE' => '', 'VAULT_PREFIX' => '',
	'VAULT_CACHE' => false, 'DOUBLE_IEEE754' => true];
\$ZBX_SERVER = '127.0.0.1';
\$ZBX_SERVER_PORT = '10051';
\$ZBX_SERVER_NAME = '';
\$IMAGE_FORMAT_DEFAULT = IMAGE_FORMAT_PNG;
X
cat >"$TMP/etc/server.conf" <<X
DBHost=$TMP/pg
DBName=zabbix
DBUser=zabbix
ListenIP=127.0.0.1
LogFile=$TMP/server.log
PidFile=$TMP/server.pid
SocketDir=$TMP
AllowRoot=1
CacheUpdateFrequency=1
StartPollers=2
StartSNMPTrapper=1
SNMPTrapperFile=$TMP/traps
Timeout=5
X
daemon='' postgres=''
stop_zabbix() { # the server before its database
	[ -z "$daemon" ] || { pkill -P "$daemon" && wait "$daemon"; } 2>/dev/null
	[ -z "$postgres" ] || { kill -INT "$postgres" && wait "$postgres"; } 2>/dev/null
	daemon='' postgres=''
}
trap 'stop_zabbix; "$BIN" detach --netns "$R" >/dev/null 2>&1; "$BIN" detach --netns "$S" >/dev/null 2>&1; cleanup' EXIT
give_up() { # NAME FILE
	not_ok "$1" "$(tail -c 400 "$2")"
	finish
}

# shellcheck source=tests/integrations/zabbix/pictures.sh
[ -z "$pictures" ] || . "$tests/integrations/zabbix/pictures.sh"
if [ "$pictures" ]; then make_networks; else make_router && quiet "$C" && quiet "$S"; fi
bin=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
as_postgres=(setpriv --reuid postgres --regid postgres --clear-groups --)
"${as_postgres[@]}" "$bin/initdb" -D "$TMP/pg/data" -A trust -E UTF8 --locale=C.UTF-8 -U zabbix >"$TMP/initdb.log" 2>&1 ||
	give_up initdb "$TMP/initdb.log"
background in_ns "$R" "${as_postgres[@]}" "$bin/postgres" -D "$TMP/pg/data" -c listen_addresses= -c "unix_socket_directories=$TMP/pg" \
	-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_wal_size=1GB >"$TMP/postgres.log" 2>&1
postgres=$bg
sql() { psql -q -h "$TMP/pg" -U zabbix -v ON_ERROR_STOP=1 "$@"; }
wait_for 20 sql -d postgres -c 'create database zabbix' || give_up "the database" "$TMP/postgres.log"
for part in schema images data; do zcat "$root/usr/share/zabbix-server-pgsql/$part.sql.gz"; done |
	sql --single-transaction zabbix >"$TMP/schema.log" 2>&1 || give_up "the schema" "$TMP/schema.log"
version=$(in_ns "$R" "${zabbix[@]}" zabbix_server -V | sed -n '1s/.*(Zabbix) //p')
background in_ns "$R" "${zabbix[@]}" zabbix_server -f -c /etc/zabbix/server.conf >"$TMP/server.out" 2>&1
daemon=$bg
background in_ns "$R" "${zabbix[@]}" env -u LC_ALL "LOCPATH=$TMP/locale" PHP_CLI_SERVER_WORKERS=4 php -d memory_limit=512M -d post_max_size=32M -d max_execution_time=300 \
	-d max_input_time=300 -d date.timezone=UTC -S 127.0.0.1:8080 -t /usr/share/zabbix >"$TMP/php.log" 2>&1
form=7.0
[ "${version%%.*}" != 6 ] || form=6.0
echo "# Zabbix $version, template $form"

# api METHOD PARAMETERS: the result as JSON; the error on stderr.
token=
api() {
	local header=() auth=null
	if [ "$token" ] && [ $form = 6.0 ]; then auth=\"$token\"; elif [ "$token" ]; then header=(-H "Authorization: Bearer $token"); fi
	jq -c --arg method "$1" --argjson auth "$auth" \
		'{jsonrpc: "2.0", id: 1, method: $method, params: .} + if $auth then {auth: $auth} else {} end' <<<"$2" |
		in_ns "$R" curl -sS -H 'Content-Type: application/json-rpc' "${header[@]}" --data-binary @- http://127.0.0.1:8080/api_jsonrpc.php |
		jq -c 'if has("result") then .result else error(.error.data // tostring) end'
}
log_in() {
	token=
	token=$(api user.login '{"username": "Admin", "password": "zabbix"}' | jq -r .) && [ "$token" ]
}
wait_for 30 log_in || give_up "the frontend answers" "$TMP/php.log"

configuration() { # METHOD FILE: import or importcompare, with the rules of a template
	api "configuration.$1" "$(jq -nc --rawfile source "$2" --arg form $form '
		{createMissing: true, updateExisting: true} as $all | ($all + {deleteMissing: true}) as $own |
		{format: "yaml", source: $source, rules: ({templates: $all, items: $own, triggers: $own, graphs: $own, discoveryRules: $own,
			valueMaps: $own, templateDashboards: $own} + if $form == "6.0" then {groups: $all} else {template_groups: $all} end)}')" 2>&1
}
# new_host NAME [MACRO=VALUE...]: its hostid; with CONTEXT by SNMPv3, in that context; a tick of 2 s instead of a minute. It begins when the server knows all
# its macros, without which items are not supported.
new_host() {
	local templateid id name=$1
	shift
	[ $# -gt 0 ] || set -- INTERVAL=2s DISCOVERY.INTERVAL=5s PEAK.INTERVAL=5s PERIOD=6s NODATA=30s
	local details='{"version": 2, "bulk": 1, "community": "public"}'
	[ -z "${CONTEXT:-}" ] || details="{\"version\": 3, \"bulk\": 1, \"securityname\": \"poller\", \"securitylevel\": 0, \"contextname\": \"$CONTEXT\"}"
	templateid=$(api template.get '{"filter": {"host": "ipfwagent by SNMP"}, "output": ["templateid"]}' | jq -r '.[0].templateid')
	id=$(api host.create "$(jq -nc --arg name "$name" --arg template "$templateid" --argjson details "$details" '{host: $name, status: 1, groups: [{groupid: "2"}],
		templates: [{templateid: $template}], interfaces: [{type: 2, main: 1, useip: 1, ip: "127.0.0.1", dns: "", port: "1161",
			$details}],
		macros: $ARGS.positional | map(split("=") | {macro: "{$IPFW.\(.[0])}", value: .[1]})}' --args "$@")" | jq -r '.hostids[0]')
	sleep 3 # the server has taken that over
	api host.update "{\"hostid\": \"$id\", \"status\": 0}" >/dev/null
	echo "$id"
}
items() { # [KEY]: of $host, all or one
	api item.get "$(jq -nc --arg host "$host" --args '{hostids: $host, output: ["itemid", "key_", "status", "state", "error", "lastclock",
		"lastvalue", "value_type", "history"]} + if $ARGS.positional == [] then {} else {filter: {key_: $ARGS.positional}} end' "$@")"
}
ids() { items | jq -c '[.[] | select(.key_ | startswith("ipfw.walk.") | not) | "\(.itemid) \(.key_)"] | sort'; }
if [ $form = 6.0 ]; then
	expect_match "6.0 refuses the template of 7.0" version "$(configuration import "$(template 7.0)")"
else
	expect "7.0 imports the template of 6.0" true "$(configuration import "$(template 6.0)")"
	host=$(new_host old)
	before=$(ids)
fi
configuration import "$(template $form)" >"$TMP/import"
[ "$(cat "$TMP/import")" = true ] || give_up import "$TMP/import"
if [ $form = 7.0 ]; then
	expect "7.0 over 6.0: the same items of a host ($(jq length <<<"$before"))" "$before" "$(ids)"
	api host.delete "[\"$host\"]" >/dev/null
fi
ok "import"
expect "import again" true "$(configuration import "$(template $form)")"
compared=$(configuration importcompare "$(template $form)")
expect "a comparison finds no difference" '[]' "${compared:0:400}"

if [ "$pictures" ]; then
	take_pictures
	finish
fi
ifindex() { ip -n "$R" -j link show "$1" | jq '.[0].ifindex'; }
# A third interface of the router, whose name has to be quoted, and a host for it.
odd='x,"]\y'
ip -n "$R" link add name "$odd" type veth peer name o0 netns "$S"
plug "$R" "$odd" && plug "$S" o0 && number 3 "$odd" "$S" o0
ip -n "$R" link set rs alias uplink
# Its notifications go to the file that Zabbix reads. Who asks for a context does so by SNMPv3.
cat >"$TMP/snmpd.extra" <<X
trap2sink 127.0.0.1:1162 public
view everything included .1
createUser poller
rouser poller noauth -V everything
X
echo 'authCommunity log public' >"$TMP/trapd.conf"
background in_ns "$R" env TZ=UTC SNMP_PERSISTENT_DIR="$TMP/trapd" MIBS="" snmptrapd -f -On -C -c "$TMP/trapd.conf" -Lf "$TMP/traps" \
	-F '%y-%02.2m-%02.2lT%02.2h:%02.2j:%02.2k+0000 ZBXTRAP 127.0.0.1 %v\n' udp:127.0.0.1:1162
start_snmpd
start() { # COMMAND...: the agent, in the router's namespace
	background in_ns "$R" "$@" --agentx-socket "$MASTER" --reading-socket none --interval 1 2>>"$TMP/agent.log"
	agent=$bg
	expect_true "the agent answers" wait_for 20 agent_answers
}
# What the kernel has counted before eBPF counts makes its counters higher.
udp ipv4 100000 972
settle
start "$BIN" agent --notifications --peak-window 10 --netns "$S*"
expect "it counts with eBPF" ebpf "$(snmp_value IPFWAGENT-MIB::ipfwSource.0)"
# A row of dropped packets is there from its first packet on.
lose() { in_ns "$C" "$TRAFFIC" send 10.9.0.2 9 "$1" 72 >/dev/null || give_up "traffic without a route" "$TMP/agent.log"; }
lose 3
host=$(CONTEXT=$S new_host server) context=$host
host=$(new_host router)
# Paths are off in the template: on for this host.
rule=$(api discoveryrule.get "{\"hostids\": \"$host\", \"filter\": {\"key_\": \"ipfw.path.discovery\"}, \"output\": [\"status\"]}")
expect "paths are off" 1 "$(jq -r '.[0].status' <<<"$rule")"
api discoveryrule.update "$(jq -c '.[0] | {itemid, status: "0"}' <<<"$rule")" >/dev/null
[ $form = 6.0 ] || api item.update "$(items ipfw.walk.path | jq -c '.[0] | {itemid, status: "0"}')" >/dev/null
last() { items "$1" | jq -r '.[0].lastclock // 0'; }
valued() { [ "$(last "$1")" -gt "${2:-0}" ]; } # KEY [SINCE]
expect_true "first rates" wait_for 40 valued 'ipfw.system.out.forw.octets[ipv4]'
expect_true "interfaces are discovered" wait_for 40 valued 'ipfw.if.out.forw.octets[rs,ipv4]'

# Traffic: to the server, and a little to the odd interface; a burst each tenth of a second. What was
# sent is added up: packets (p), octets (o), octets by way of rs (rs) of IPv4 and IPv6.
declare -A sent=([p4]=0 [o4]=0 [rs4]=0 [p6]=0 [o6]=0 [rs6]=0)
send() { # BURSTS
	local i four six wave
	{
		echo "s() { $TRAFFIC send \"\$@\" || exit; }"
		for ((i = 0; i < $1; i++)); do
			wave=$((i % 200 - 100)) four=$((10 + ${wave#-} / 4)) six=$((4 + i % 300 / 20))
			echo "s 10.2.0.2 9 $four 972; s fd02::2 9 $six 452; s 10.3.0.2 9 2 72; s fd03::2 9 1 52; sleep 0.1"
			sent[p4]=$((sent[p4] + four + 2)) sent[rs4]=$((sent[rs4] + four * 1000)) sent[o4]=$((sent[o4] + four * 1000 + 2 * 100))
			sent[p6]=$((sent[p6] + six + 1)) sent[rs6]=$((sent[rs6] + six * 500)) sent[o6]=$((sent[o6] + six * 500 + 100))
		done
	} >"$TMP/send.sh"
	background in_ns "$C" bash "$TMP/send.sh" >"$TMP/send.log" 2>&1
	sender=$bg
}
all_sent() {
	wait "$sender" || give_up "traffic is sent" "$TMP/send.log"
	ended=$(date +%s)
}
no_route='ipfw.drop.packets[rc,-,ipv4,input,IP_INNOROUTES]'
# What flowtables forward has no value where it cannot be counted.
fast=$(in_ns "$R" "$BIN" --json --source ebpf 2>/dev/null | jq '.ipv4.forwarding.fast_path_packets != null')
incomplete() {
	items | jq -r --argjson fast "$fast" '.[] | select(.status == "0" and .history != "0" and (.lastclock == "0" or .state != "0") and
		($fast or (.key_ | startswith("ipfw.system.fast.path.") | not))) | "\(.key_) \(.error)"'
}
complete() {
	incomplete >"$TMP/incomplete"
	[ ! -s "$TMP/incomplete" ] && valued 'ipfw.path.octets[rc,rs,ipv6]' && valued "$no_route"
}
# in_context COMMAND...: of the host whose figures are those of the server's network namespace, in its SNMP context.
in_context() { local host=$context && "$@"; }
expect_true "in a context: interfaces are discovered" in_context wait_for 40 valued 'ipfw.if.in.octets[s0,ipv4]'
expect "in a context: those of its namespace" '["o0","s0"]' "$(in_context items |
	jq -c '[.[].key_ | capture("^ipfw.if.in.octets\\[(?<i>[^,]*),").i] | unique')"
send 300
wait_for 60 complete
expect "every item has a value" '' "$(paste -sd ';' "$TMP/incomplete" | head -c 400)"
quoted="\"${odd//\"/\\\"}\""
for key in "if.out.forw.octets[$quoted,ipv6]" "if.share[$quoted,ipv6]" "path.packets[rc,$quoted,ipv4]"; do
	expect_true "a name that has to be quoted: $key" valued "ipfw.$key"
done
echo "# $(items | jq length) items"
expect "the tags of an item" 'component=network description=uplink interface=rs protocol=ipv4' "$(api item.get "{\"hostids\": \"$host\",
	\"filter\": {\"key_\": \"ipfw.if.in.octets[rs,ipv4]\"}, \"selectTags\": \"extend\"}" | jq -r '.[0].tags | map("\(.tag)=\(.value)") | sort | join(" ")')"
all_sent

idle() { items "$1" | jq -en "input | .[0] | (.lastvalue | tonumber) == 0 and (.lastclock | tonumber) > $ended"; }
sum() { # KEY: the rate over the whole test: rate times time, added up
	api history.get "$(items "$1" | jq -c '.[0] | {history: (.value_type | tonumber), itemids: .itemid, output: ["clock", "ns", "value"]}')" |
		jq '[.[] | {t: ((.clock | tonumber) + (.ns | tonumber) / 1e9), v: (.value | tonumber)}] | sort_by(.t) |
			[range(1; length) as $i | .[$i].v * (.[$i].t - .[$i - 1].t)] | add // 0'
}
same() { # KEY WANTED
	local got
	wait_for 20 idle "$1"
	got=$(sum "$1")
	echo "# $1: $got of $2"
	expect "$1 is what was sent, to 1 %" true "$(jq -n "($got / $2 - 1 | fabs) < 0.01")"
}
same 'ipfw.system.out.forw.octets[ipv4]' $((sent[o4] * 8))
same 'ipfw.system.out.forw.octets[ipv6]' $((sent[o6] * 8))
same 'ipfw.system.in.forw.packets[ipv4]' "${sent[p4]}"
same 'ipfw.if.in.octets[rc,ipv4]' $((sent[o4] * 8))
same 'ipfw.if.in.forw.packets[rc,ipv6]' "${sent[p6]}"
in_context same 'ipfw.if.in.octets[s0,ipv4]' $((sent[rs4] * 8))
in_context same 'ipfw.system.in.packets[ipv6]' "${sent[p6]}"
lose 30
ended=$(date +%s)
same "$no_route" 30

# A burst within one second of a window of ten is the peak of that window.
until_second() { # N FRACTION: of the clock's ten seconds
	/usr/bin/python3 -c 'import sys, time; time.sleep((int(sys.argv[1]) + float(sys.argv[2]) - time.time()) % 10)' "$@"
}
agent_peak() { snmp_value "IPFWAGENT-MIB::ipfwPeakOutForw$1.1.$(ifindex rs)"; }
burst_is_a_peak() {
	until_second 3 0.2
	in_ns "$C" "$TRAFFIC" send 10.2.0.2 9 400 972 >"$TMP/send.log" || return
	sent[p4]=$((sent[p4] + 400)) sent[rs4]=$((sent[rs4] + 400000)) sent[o4]=$((sent[o4] + 400000))
	until_second 1 0.5
	peak=$(agent_peak PacketRate) kilobits=$(agent_peak BitRate) percentile=$(agent_peak BitRate95)
	[[ $peak$kilobits$percentile =~ ^[0-9]+$ ]] && ((peak > 300 && peak < 540))
}
for _ in {1..9}; do # a second may be missed on a busy machine, and then there is no peak
	burst_is_a_peak && break
done
expect_true "a burst is a peak ($peak packets per second, $kilobits kbit/s)" test "$kilobits" -gt 0
had() { # KEY VALUE: at any time
	api history.get "$(items "$1" | jq -c '.[0] | {history: (.value_type | tonumber), itemids: .itemid, output: ["value"]}')" |
		jq -en --arg value "$2" 'input | any(.[]; .value == $value)'
}
for what in if system; do
	[ $what = if ] && row='[rs,ipv4]' || row='[ipv4]'
	expect_true "its packets, $what" wait_for 20 had "ipfw.$what.peak.out.forw.packets$row" "$peak"
	expect_true "its bits, $what" wait_for 20 had "ipfw.$what.peak.out.forw.octets$row" "${kilobits}000"
	expect_true "its 95th percentile, $what" wait_for 20 had "ipfw.$what.p95.out.forw.octets$row" "${percentile}000"
done

# The interface comes back with another ifIndex.
of_rs() { items | jq -c '[.[] | select(.key_ | test("^ipfw\\.(if|path)\\..*[[,]rs,")) | "\(.itemid) \(.key_)"] | sort'; }
before=$(of_rs)
ip -n "$R" link del rs
ip -n "$R" link add rs index 777 type veth peer name s0 netns "$S"
ip -n "$R" link set rs alias uplink
plug "$R" rs && plug "$S" s0 && number 2 rs "$S" s0
since=$(date +%s)
expect_true "another ifIndex: its items have values again" wait_for 40 valued 'ipfw.if.out.forw.octets[rs,ipv4]' $((since + 2))
send 60
all_sent
same 'ipfw.if.out.octets[rs,ipv4]' $((sent[rs4] * 8))
same 'ipfw.if.out.forw.octets[rs,ipv6]' $((sent[rs6] * 8))
expect_true "another ifIndex: the path goes on" wait_for 20 valued 'ipfw.path.octets[rc,rs,ipv4]' "$since"
expect "another ifIndex: the same items ($(jq length <<<"$before"))" "$before" "$(of_rs)"

# Triggers.
problems() { api problem.get "{\"hostids\": \"$host\", \"output\": [\"name\"]}" | jq -r '.[].name'; }
problem() { problems | grep -q "$1"; }
no_problem() { ! problem "$1"; }
expect "no problem so far" '' "$(problems)"
prototypes=$(api triggerprototype.get "{\"hostids\": \"$host\", \"output\": [\"status\"]}")
expect "triggers of interfaces and of dropped packets are off" '["1","1","1","1","1"]' "$(jq -c 'map(.status)' <<<"$prototypes")"
api triggerprototype.update "$(jq -c 'map({triggerid, status: "0"})' <<<"$prototypes")" >/dev/null
for macro in FORWARDED PEAK; do
	api usermacro.create "$(jq -nc --arg host "$host" --arg macro "{\$IPFW.IF.$macro.MAX:\"rs\"}" '{hostid: $host, macro: $macro, value: "10K"}')" >/dev/null
done
# A prototype says of what is discovered later; what is there is enabled by itself.
triggers() {
	api trigger.get "{\"hostids\": \"$host\", \"output\": [\"description\", \"status\", \"error\"]}" |
		jq -c 'map(select(.description | startswith("ipfwagent: Interface ")))'
}
expect "triggers of three interfaces, of both families each, are off" '24 ["1"]' "$(triggers | jq -r '"\(length) \(map(.status) | unique)"')"
api trigger.update "$(triggers | jq -c 'map({triggerid, status: "0"})')" >/dev/null
send 200
expect_true "an interface forwards much" wait_for 40 problem 'Interface rs ipv4: Much is forwarded'
expect_true "an interface has a peak" wait_for 40 problem 'Interface rs ipv6: A peak is high'
all_sent
expect "the other interfaces stay below" '' "$(problems | grep -v 'Interface rs')"
expect "none of them fails, nor where the name has to be quoted" '["0 "]' "$(triggers | jq -c 'map("\(.status) \(.error)") | unique')"
# Half of what comes has no route; of the rest the firewall refuses all.
in_ns "$R" nft 'add table ip refuse; add chain ip refuse forward { type filter hook forward priority 0; drop; }'
{
	echo "s() { $TRAFFIC send \"\$@\" || exit; }"
	for i in {1..400}; do echo "s 10.2.0.2 9 10 72; s 10.9.0.2 9 10 72; sleep 0.1"; done
} >"$TMP/send.sh"
background in_ns "$C" bash "$TMP/send.sh" >"$TMP/send.log" 2>&1
sender=$bg
expect_true "not routed" wait_for 40 problem 'IPv4: Packets not routed: their share is high'
expect_true "refused" wait_for 40 problem 'IPv4: Packets refused by filters: their share is high'
expect_true "dropped" wait_for 40 problem 'IPv4: Packets dropped: their share is high'
expect_true "dropped, by interface" wait_for 40 problem 'Interface rc ipv4: Much is dropped'
expect_true "dropped, by reason" wait_for 40 problem 'Dropped ipv4 rc to -, forward: NETFILTER_DROP'
kill "$sender" && in_ns "$R" nft delete table ip refuse
expect_true "no traffic, no share that is too high" wait_for 40 no_problem 'their share is high'
expect_true "no traffic, no interface drops" wait_for 40 no_problem 'Much is dropped'
expect_true "no traffic, nothing is dropped" wait_for 40 no_problem NETFILTER_DROP
notifications() { items | jq -c '.[] | select(.key_ | startswith("snmptrap"))'; }
notified() { notifications | grep -qF "$ROOT_OID.0.1"; }
api item.update "$(notifications | jq -c '{itemid, status: "0"}')" >/dev/null
sleep 3 # the server has taken that over
setns "$R" net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0
expect_true "forwarding off: IPv4" wait_for 20 problem 'IPv4 forwarding was switched off'
expect_true "forwarding off: IPv6" wait_for 20 problem 'IPv6 forwarding was switched off'
expect_true "forwarding off: a notification" wait_for 20 notified
setns "$R" net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
expect_true "forwarding on again" wait_for 20 no_problem 'forwarding was switched off'

# The counters are taken away under the agent, which goes on with the kernel's: other counters, and higher.
since=$(date +%s)
"$BIN" detach --netns "$R" >/dev/null 2>&1
expect_true "detached: another source" wait_for 20 problem 'The source of the figures has changed'
expect_true "detached: degraded" wait_for 20 problem 'The status is degraded'
expect_true "detached: an interface forwards what is not known" wait_for 60 problem 'Interface rc ipv6: What it forwards is not known'
if [ $form = 7.0 ]; then # 6.0 cannot know that they are others
	expect_true "detached: rates go on" wait_for 20 valued 'ipfw.if.in.octets[rc,ipv4]' $((since + 4))
	most() { # KEY: the highest rate there was
		api history.get "$(items "$1" | jq -c '.[0] | {history: 0, itemids: .itemid, output: ["value"]}')" | jq '[.[].value | tonumber] | max'
	}
	for key in 'if.in.octets[rc,ipv4]' 'system.in.octets[ipv4]' 'system.out.octets[ipv4]'; do
		expect "detached: no spike of $key" true "$(jq -n "$(most "ipfw.$key") < 8000000")"
	done
fi
kill "$agent" && wait "$agent" 2>/dev/null
expect_true "no agent" wait_for 30 problem 'The agent does not answer'

# Without eBPF: what the kernel does not count gets no item, and no item is unsupported.
start setpriv --bounding-set=-bpf,-sys_admin,-perfmon --inh-caps=-bpf,-sys_admin,-perfmon "$BIN" agent
expect_true "the agent is back" wait_for 20 no_problem 'The agent does not answer'
host=$(new_host kernel)
expect_true "the kernel's figures" wait_for 40 valued 'ipfw.if.out.forw.packets[rc,ipv6]'
expect "the kernel's figures: no forwarded octets" 0 "$(items | jq '[.[] | select(.key_ | test("^ipfw.if.*forw.octets"))] | length')"
expect "the kernel's figures: nothing unsupported" '' "$(items | jq -r '.[] | select(.state != "0") | "\(.key_) \(.error)"' | head -c 400)"
expect "the kernel's figures: no value, not 0" 0 "$(last 'ipfw.system.out.forw.octets[ipv4]')"

sent[p4]=0 sent[p6]=0
send 60
all_sent
same 'ipfw.system.in.forw.packets[ipv4]' "${sent[p4]}"
same 'ipfw.if.out.forw.packets[rs,ipv6]' $((sent[p6] - 60))
stop_zabbix
expect "the server ends by itself" 1 "$(grep -c 'Zabbix Server stopped' "$TMP/server.log")"
finish
