# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034
# For prometheus.sh and grafana.sh: a router whose figures a real Prometheus collects, each second, from
# the agent's endpoint, through node_exporter's textfile collector, and through snmp_exporter. All run in
# the router's namespace, on its loopback.
# shellcheck source=tests/netns/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../netns/lib.sh"

prometheus=$top/integrations/prometheus
# The ways, and their jobs and instances.
ways=(endpoint textfile snmp)
declare -A job=([endpoint]=ipfwagent-http [textfile]=node [snmp]=ipfwagent)
declare -A instance=([endpoint]=127.0.0.1:9469 [textfile]=127.0.0.1:9100 [snmp]=127.0.0.1:1161)

# Newer snmp_exporters read another form, and want the community in a file of its own.
snmp_exporter_is_old() {
	[[ $(prometheus-snmp-exporter --version 2>&1) =~ version\ 0\.([0-9]+) ]] && [ "${BASH_REMATCH[1]}" -lt 23 ]
}
exporter_files() {
	if snmp_exporter_is_old; then echo "$prometheus/snmp-ipfw-0.21.yml"; else
		printf 'auths:\n  public_v2: {community: public, version: 2}\n' >"$TMP/auths.yml"
		printf '%s\n' "$prometheus/snmp-ipfw.yml" "$TMP/auths.yml"
	fi
}

# textfile_command ARGS...: the command of dist/ipfwagent-textfile.service.in with our binary, for sh.
textfile=$TMP/textfile
textfile_command() {
	local command
	command=$(sed -n "s,^ExecStart=/bin/sh -c '\(.*\)'$,\1,p" "$top/dist/ipfwagent-textfile.service.in" | sed 's,\$\$,$,g')
	command=${command//'/var/lib/prometheus/node-exporter'/$textfile}
	echo "umask 022; cd $textfile && { ${command/'@bindir@/ipfwagent'/"$BIN --reading-socket none $*"}; }"
}
keep_textfile() {
	mkdir -p "$textfile"
	background in_ns "$R" sh -c "while :; do $(textfile_command); sleep 0.3; done" 2>"$TMP/textfile.log"
}

# Those who collect never rest, on the loopback.
moving() { in_ns "$R" grep -v '^ *lo:' /proc/net/dev; }

# The router with counters attached, snmpd and the agent. The kernel's counters are 3000 datagrams
# ahead.
start_router() {
	make_router
	datagrams "$C" 3000 100 10.2.0.2 && settle
	"$BIN" attach --netns "$R" 2>"$TMP/attach.err" || return
	start_snmpd
	start_agent --source auto --interval 1 --peak-window 10 --listen "${instance[endpoint]}"
	wait_for 20 agent_answers || { cat "$TMP/agent.log" >&2 && return 1; }
}
stop_router() {
	kill "$agent" 2>/dev/null && wait "$agent" 2>/dev/null
	"$BIN" detach --netns "$R" 2>/dev/null
}

# Prometheus with the rules and the jobs of integrations/prometheus/scrape.yml.
start_prometheus() {
	local f files=()
	while read -r f; do files+=("--config.file=$f"); done < <(exporter_files)
	keep_textfile
	background in_ns "$R" prometheus-snmp-exporter "${files[@]}" --web.listen-address=127.0.0.1:9116 2>"$TMP/snmp-exporter.log"
	background in_ns "$R" prometheus-node-exporter --collector.disable-defaults --collector.textfile \
		--collector.textfile.directory="$textfile" --web.listen-address=127.0.0.1:9100 2>"$TMP/node-exporter.log"
	{
		echo 'global: {scrape_interval: 1s, evaluation_interval: 1s}'
		sed -e "s,/etc/prometheus/,$prometheus/," -e 's,scrape_interval: 1m,scrape_interval: 5s,' -e "s,\\[192\\.0.*\\],['${instance[snmp]}']," \
			-e 's,\["192\.0[^]]*\(:9[0-9]*"\]\),["127.0.0.1\1,' "$prometheus/scrape.yml"
	} >"$TMP/prometheus.yml"
	background in_ns "$R" prometheus --config.file="$TMP/prometheus.yml" --storage.tsdb.path="$TMP/tsdb" \
		--web.listen-address=127.0.0.1:9090 --log.level=warn 2>"$TMP/prometheus.log"
	wait_for 30 collected || { tail -n 5 "$TMP"/{prometheus,snmp-exporter,node-exporter,textfile}.log >&2 && return 1; }
}
collected() { has ipfwMibRevision && has "$(of textfile ipfw_build_info)" && has "$(of endpoint ipfw_build_info)"; }

# api PATH KEY=VALUE...: what Prometheus answers, as JSON.
api() {
	local a args=()
	for a in "${@:2}"; do args+=(--data-urlencode "$a"); done
	in_ns "$R" curl -sS -G --max-time 10 "${args[@]}" "http://127.0.0.1:9090/api/v1/$1"
}
at='' # the time of the queries below; now, if it is empty
# samples EXPR LABEL...: a line for each series of an instant query: these labels' values, the value.
samples() {
	api query "query=$1" "time=$at" | jq -r '.data.result[] | [.metric[$ARGS.positional[]], .value[1]] | join(" ")' --args "${@:2}" | sort
}
# number EXPR: the value, if there is just one series.
number() { api query "query=$1" "time=$at" | jq -r '.data.result | if length == 1 then .[0].value[1] else "\(length) series" end'; }
has() { [[ $(number "count($1)") =~ ^[1-9][0-9]*$ ]]; }

# of WAY EXPR: what came that way.
of() { echo "($2) and on (job, instance) up{job=\"${job[$1]}\"}"; }

# Until Prometheus was told a reading that was made after now, by each way: then, in $seen, it knows all. On a
# busy machine the next scrape may fail.
scraped() {
	local at now
	now=$(date +%s.%N)
	wait_for 30 knows "timestamp(sysUpTime) > $now + 1.5
		and on () ipfw_last_sample_timestamp_seconds{job=\"${job[textfile]}\"} > $now
		and on () ipfw_last_sample_timestamp_seconds{job=\"${job[endpoint]}\"} > $now"
}
knows() { seen=$(date +%s.%N) at=$seen && has "$1"; }

# near NAME WANTED GOT PERCENT
near() {
	if awk -v w="$2" -v g="$3" -v p="$4" 'BEGIN { d = g - w; if (d < 0) d = -d; exit !(g ~ /^[0-9.e+]+$/ && d <= w * p / 100) }'; then
		ok "$1"
	else
		not_ok "$1" "wanted $2 within $4 %, got '$3'"
	fi
}
