#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The agent's HTTP endpoint: the same figures as everywhere, who may ask, clients that misbehave.
# shellcheck source=tests/netns/lib.sh
. "$(dirname "$0")/lib.sh"

make_router
quiet "$C" && quiet "$S"
start_snmpd
SOCK=$TMP/reading.sock
trap '"$BIN" detach --netns "$R" 2>/dev/null; cleanup' EXIT
serve() { # ARGUMENTS: an agent, whose messages begin anew
	background in_ns "$R" "$BIN" agent --peak-window no --agentx-socket "$MASTER" --reading-socket "$SOCK" "$@" 2>"$TMP/agent.log"
	agent=$bg
}
stop() { kill "$agent" && wait "$agent"; }
get() { in_ns "$R" curl -sS -m 30 "${@:2}" "${URL:-http://[::1]:9469}$1" 2>"$TMP/curl.err"; }
code() { get "$@" -o "$TMP/body" -w '%{http_code}'; }
field() { grep -i "^$1: " "$TMP/head" | cut -d ' ' -f 2- | tr -d '\r'; }
answers() { [ "$(code /json)" = 200 ]; }
ask() { printf '%b' "$1" | timeout 10 socat -t 5 - "UNIX-CONNECT:$SOCK" 2>"$TMP/socat.err"; }
logged() { grep -c "$1" "$TMP/agent.log"; }

# Names that mean something in HTML, in JSON and as a label.
hostile='<b>&"'\''\x</b'
hostile=${hostile:0:15}
hostile=${hostile//\//}
ip -n "$R" link add h0 type veth peer name h1 && ip -n "$R" link set h0 name "$hostile"
settle

serve --interval 3600 --listen '[::1]:9469'
expect_true "it answers" wait_for 20 answers
datagrams "$C" 1000 72 10.2.0.2 # 100 octets each
datagrams "$C" 500 152 fd02::2  # 200 octets each
datagrams "$C" 7 152 fd02::2 1
settle
sleep 1.1

# The same figures as at the socket; both are of one reading.
get /json -D "$TMP/head" >"$TMP/json"
ask 'json\n' >"$TMP/socket.json"
expect_true "JSON: the document of the reading socket, but for its time" \
	[ "$(jq -S 'del(.timestamp)' "$TMP/json" | cksum)" = "$(jq -S 'del(.timestamp)' "$TMP/socket.json" | cksum)" ]
expect "JSON: a fresh reading by eBPF" '["ebpf",1000,100000,500,100000]' \
	"$(jq -c '[.source.name, (.ipv4, .ipv6 | .forwarding.outgoing_packets, .forwarding.outgoing_bytes)]' "$TMP/json")"
expect "JSON: type" application/json "$(field content-type)"
expect "JSON: its length" "$(wc -c <"$TMP/json")" "$(field content-length)"
expect "JSON: kept nowhere, read by nobody else" 'no-store same-origin nosniff' \
	"$(field cache-control) $(field cross-origin-resource-policy) $(field x-content-type-options)"
expect "JSON: no other site is let in" '' "$(field access-control-allow-origin)"
expect_true "JSON: pretty is many lines" [ "$(get '/json?pretty' | wc -l)" -gt 50 ]
expect_true "JSON: a hostile name" [ "$(jq --arg n "${hostile//\\x/\\x5cx}" '.interfaces | has($n)' "$TMP/json")" = true ]
still() { grep -vE '^ipfw_last_sample_' "$1"; }
for form in prometheus openmetrics; do
	[ $form = prometheus ] && accept='*/*' || accept='application/openmetrics-text; version=1.0.0, text/plain;q=0.5'
	get /metrics -H "Accept: $accept" -D "$TMP/head" >"$TMP/$form"
	ask "$form\\n" >"$TMP/$form.socket"
	expect "$form: what the reading socket has" "$(still "$TMP/$form.socket" | cksum)" "$(still "$TMP/$form" | cksum)"
	expect "$form: the end" '# EOF' "$(tail -n 1 "$TMP/$form")"
	expect "$form: exact" 1000 "$(awk '$1 == "ipfw_forwarded_out_packets_total{family=\"ipv4\"}" { print $2 }' "$TMP/$form")"
	expect_match "$form: type" "$([ $form = prometheus ] && echo '^text/plain; version=0.0.4;' || echo '^application/openmetrics-text; version=1.0.0;')" \
		"$(field content-type)"
done
in_ns "$R" "$BIN" --prometheus --include '*' --exclude lo >"$TMP/textfile"
names() { grep -oE '^ipfw_[a-z0-9_]+' "$1" | sort -u; }
expect "metrics: the names of the textfile" "$(names "$TMP/textfile")" "$(names "$TMP/prometheus")"
if command -v promtool >/dev/null; then
	expect "promtool check metrics" '' "$(promtool check metrics <"$TMP/prometheus" 2>&1)"
else
	skip "promtool" "it is not installed (package prometheus)"
fi
if /usr/bin/python3 -c 'import prometheus_client.openmetrics.parser' 2>/dev/null; then
	expect "OpenMetrics is parsed, a hostile name as it is" "${hostile//\\x/\\x5cx}" "$(/usr/bin/python3 - "$TMP/openmetrics" <<'P'
import sys
from prometheus_client.openmetrics.parser import text_fd_to_metric_families as parse
print(*{s.labels["device"] for f in parse(open(sys.argv[1])) for s in f.samples if "<b>" in s.labels.get("device", "")})
P
)"
else
	skip "OpenMetrics' parser" "it is not installed (package python3-prometheus-client)"
fi

# The page: its policy names the hash of its one script and of its one style.
get / -D "$TMP/head" >"$TMP/page"
field content-security-policy >"$TMP/policy"
expect "page: its policy is that of its own script and style" "$(/usr/bin/python3 - "$TMP/page" <<'P'
import base64, hashlib, re, sys
page = open(sys.argv[1], newline="").read()
def source(tag):
    found = re.findall(f"<{tag}>(.*?)</{tag}>", page, re.S)
    assert len(found) == 1 == page.count(f"<{tag}"), tag
    return f"{tag}-src 'sha256-{base64.b64encode(hashlib.sha256(found[0].encode()).digest()).decode()}'"
print(f"default-src 'none'; connect-src 'self'; img-src data:; {source('script')}; {source('style')}; base-uri 'none';"
      " form-action 'none'; frame-ancestors 'none'")
P
)" "$(cat "$TMP/policy")"
expect "page: nothing in it comes from elsewhere" '' "$(grep -noE '(src|href|action)="?[^"]*//[^"]*"' "$TMP/page" | grep -v 'data:image/svg')"
expect "page: names are not set as markup" 0 "$(grep -cE 'innerHTML|outerHTML|insertAdjacent|document\.write|eval\(' "$TMP/page")"

# HEAD, and what there is not.
for path in / /json /metrics; do
	get "$path" -I >"$TMP/head"
	expect_match "HEAD $path" '^HTTP/1.1 200' "$(head -n 1 "$TMP/head")"
	expect_true "HEAD $path: the length of what GET has" [ "$(field content-length)" -gt 1000 ]
done
expect "HEAD /: as long as the page" "$(wc -c <"$TMP/page")" "$(get / -I >"$TMP/head"; field content-length)"
refused() { # NAME STATUS ARGUMENTS-OF-get...
	expect "$1: status" "$2" "$(code "${@:3}" -D "$TMP/head")"
	expect "$1: a sentence" 1 "$(wc -l <"$TMP/body")"
	expect "$1: type" 'text/plain; charset=utf-8' "$(field content-type)"
}
refused "another path" 404 /nothing
refused "a path with dots" 404 /../etc/passwd --path-as-is
refused "POST" 405 /json -d x=1
expect "POST: what there is" 'GET, HEAD' "$(field allow)"
refused "DELETE" 405 /metrics -X DELETE
refused "an unknown argument" 400 '/json?include=x'
refused "an argument of another" 400 '/metrics?pretty'
refused "a Host that is not ours" 421 /json -H 'Host: evil.example'
refused "a Host that begins like ours" 421 / -H 'Host: localhost.evil.example:9469'
for host in localhost 127.0.0.1 '[::1]:9469' "$(hostname):9469" '198.51.100.7'; do
	expect "Host: $host" 200 "$(code /json -H "Host: $host")"
done
expect "HTTP/1.0" 200 "$(code /metrics -0)"

# Requests are logged with -v only, and what is in them is escaped.
expect "no access log" 0 "$(logged HTTP)"
expect "nothing else was said" 0 "$(grep -cv 'eBPF\|hooks count since\|SNMP\|snmpd\|AgentX' "$TMP/agent.log")"
stop
echo 'interval 3600' >"$TMP/conf"
serve -v --listen 127.0.0.1:9469 --config "$TMP/conf"
URL=http://127.0.0.1:9469
wait_for 20 answers
code '/x%1b%5b31m%0aipfwagent:%20lie' >"$TMP/out"
expect_true "-v: each request" grep -q '^ipfwagent: HTTP: 127.0.0.1: GET /json: 200$' "$TMP/agent.log"
expect_true "-v: escaped" grep -qF '127.0.0.1: GET /x\x1b[31m\x0aipfwagent: lie: 404' "$TMP/agent.log"
expect "IPv4 alone does not answer at ::1" 000 "$(URL='http://[::1]:9469' code /json)"

# Settings that change while it runs, and this one does not.
printf 'interval 3600\ninclude rc\nlisten 127.0.0.1:9470\n' >"$TMP/conf"
stop
serve --config "$TMP/conf"
URL=http://127.0.0.1:9470
expect_true "listen in the file" wait_for 20 answers
expect "include in the file" '["rc"]' "$(get /json | jq -c '.interfaces | keys')"
printf 'include rs\nlisten 127.0.0.1:9471\n' >"$TMP/conf"
kill -HUP "$agent"
expect_true "reload: it waits for a restart" wait_for 10 grep -q 'waits for a restart: listen' "$TMP/agent.log"
expect "reload: the other settings are taken over" '["rs"]' "$(get /json | jq -c '.interfaces | keys')"
stop
expect "it ends well" 0 $?

# Where it can listen.
unset URL
serve --source kernel --listen '[::]:9469'
expect_true "all addresses" wait_for 20 answers
expect "without eBPF: packets, no bytes" "[\"kernel\",$(kernel snmp Ip ForwDatagrams),null]" \
	"$(get /json | jq -c '[.source.name, .ipv4.forwarding.outgoing_packets, .ipv4.forwarding.outgoing_bytes]')"
expect "without eBPF: metrics" '' "$(get /metrics | promtool check metrics 2>&1)"
expect "another host asks by an address" 200 "$(in_ns "$C" curl -s -o "$TMP/body" -w '%{http_code}' http://10.1.0.1:9469/json)"
expect "another host asks by a name" 421 "$(in_ns "$C" curl -s -o "$TMP/body" -w '%{http_code}' --resolve router.test:9469:10.1.0.1 http://router.test:9469/)"
bad() { # NAME STATUS REGEX ARGUMENTS
	in_ns "$R" timeout -s KILL 20 "$BIN" agent --source kernel --agentx-socket "$MASTER" --reading-socket "$TMP/other.sock" "${@:4}" 2>"$TMP/err"
	expect "$1: exit status" "$2" $?
	expect_match "$1: says why" "$3" "$(cat "$TMP/err")"
}
bad "a port that is taken" 1 '^ipfwagent: listen \[::1\]:9469: Address already in use$' --listen '[::1]:9469'
bad "a name that there is not" 1 '^ipfwagent: listen nobody.invalid:9469: nobody.invalid: ' --listen nobody.invalid:9469
for address in 9469 127.0.0.1 ::1:9469 :9469 127.0.0.1:0 127.0.0.1:65536 127.0.0.1:http '[::1]' "''"; do
	bad "listen $address" 2 "^ipfwagent: listen '" --listen "$address"
done
stop
serve --source kernel --listen 192.0.2.77:9469
URL=http://192.0.2.77:9469
was_set() { [ "$(in_ns "$R" ss -Hltn 'sport = 9469' | wc -l)" = 1 ]; }
expect_true "an address that comes later: it listens" wait_for 20 was_set
ip -n "$R" addr add 192.0.2.77/32 dev lo
expect_true "an address that comes later: it answers" wait_for 5 answers
stop
cp "$BIN" "$TMP/ipfwagent" && chmod 755 "$TMP/ipfwagent"
background in_ns "$R" "$TMP/ipfwagent" agent --user nobody --agentx-socket "$MASTER" --reading-socket "$SOCK" --listen localhost:80 2>"$TMP/agent.log"
agent=$bg URL=http://localhost
expect_true "a port below 1024, without privileges" wait_for 20 answers
expect "a port below 1024: no capability is left" '0000000000000000 65534' \
	"$(awk '/^CapEff/ { c = $2 } /^Uid/ { u = $3 } END { print c, u }' "/proc/$agent/status")"
expect "a port below 1024: by eBPF" '"ebpf"' "$(get /json | jq .source.name)"
stop

# What it needs is not there.
soname=$(grep -ao 'libmicrohttpd\.so\.[0-9.]*' "$BIN" | head -n 1)
hide() { unshare -m sh -c 'mount --bind /dev/null "$0" && exec "$@"' "$@"; }
export -f hide
hidden=$(ldconfig -p | awk -v name="$soname" '$1 == name { print $NF; exit }')
in_ns "$R" bash -c 'hide "$@"' bash "$hidden" "$BIN" agent --source kernel --agentx-socket "$MASTER" \
	--reading-socket none --listen 127.0.0.1:9469 2>"$TMP/err"
expect "no library: exit status" 1 $?
expect_match "no library: says why" "^ipfwagent: listen 127.0.0.1:9469: cannot load $soname, .*package libmicrohttpd12 .*: " "$(cat "$TMP/err")"
expect_true "it is not opened without need" in_ns "$R" bash -c 'hide "$@"' bash "$hidden" "$BIN" agent --source kernel --attach-only
# No reading: a status and the reason.
cp -r "$top/tests/fixtures/6.18" "$TMP/tree"
serve --root "$TMP/tree" --listen '[::1]:9469'
unset URL
expect_true "captured files" wait_for 20 answers
rm -r "$TMP/tree"
failing() { [ "$(code /json)" = 503 ]; }
expect_true "no reading: it says so" wait_for 10 failing
expect "no reading: and why" "$(ask 'json\n')" "error: $(cat "$TMP/body")"
stop

# Clients by the dozen, and such that send or read too slowly, or nothing.
clients() { in_ns "$R" env agent="$agent" timeout 100 /usr/bin/python3 "$here/clients.py" http "$@"; }
for i in $(seq 400); do echo "link add v$i type veth peer name w$i"; done | ip -n "$R" -batch - 2>/dev/null
# What the kernel holds for a reader is no longer the agent's to wait for: let that be little.
setns "$R" net.ipv4.tcp_wmem='4096 16384 65536'
serve --interval 1 --listen '[::1]:9469'
wait_for 20 answers
wait_for 20 agent_answers
sockets() { find "/proc/$agent/fd" -lname 'socket:*' | wc -l; }
sleep 1
before=$(sockets)
size=$(get '/json?pretty' | wc -c)
expect_true "a large document ($size octets)" [ "$size" -gt 500000 ]
expect "a hundred at once" 100 "$(clients many)"
expect "garbage" "done" "$(clients garbage)"
expect "silence, half a line and a letter each second end after 10 s" "0 0 0 10" "$(clients silent)"
expect "half a request, and no more to come, ends before who is silent" silent "$(clients half)"
expect "clients that go away" gone "$(clients gone)"
expect_true "the agent answers after that" answers
few_sockets() { [ "$(sockets)" -le "$before" ]; }
expect_true "descriptors come back" wait_for 5 few_sockets
mib() { snmp_value "IPFWAGENT-MIB::$1"; }
deaf() {
	[ -z "${deaf:-}" ] || wait "$deaf"
	rm -f "$TMP/asked"
	background in_ns "$R" /usr/bin/python3 "$here/clients.py" http deaf >"$TMP/asked"
	deaf=$bg
	taken() { dead "$deaf" || { [ -s "$TMP/asked" ] && [ "$(sockets)" -ge $((before + 16)) ]; }; }
	wait_for 10 taken
}
sampled() { local n; n=$(mib ipfwSamples.0) && more() { [ "$(mib ipfwSamples.0)" -ge $((n + 2)) ]; } && wait_for 20 more; }
socket_answers() { [ "$(ask 'json\n' | jq -r .schema)" = ipfwagent/1 ]; }
meanwhile() { # COMMAND: done while deaf readers are there; on a busy machine that may take another try
	local try
	for try in 1 2 3 4 5; do
		deaf
		"$@" && ! dead "$deaf" && return
	done
	echo "not in $try tries"
	false
}
expect_true "deaf readers: SNMP answers meanwhile" meanwhile mib ipfwSamples.0
expect_true "deaf readers: sampling goes on meanwhile" meanwhile sampled
expect_true "deaf readers: the reading socket answers meanwhile" meanwhile socket_answers
deaf
calls() { in_ns "$R" timeout -s INT 2 strace -c -e trace=poll,epoll_wait -p "$agent" 2>&1 | awk '/(poll|epoll_wait)$/ { n += $4 } END { print n + 0 }'; }
if ! grep -q __asan_init "$BIN"; then
	n=$(calls)
	expect_true "deaf readers: the agent waits ($n calls in two seconds)" [ "$n" -lt 200 ]
fi
expect "deaf readers: who comes then is served" 200 "$(code /json)"
wait "$deaf"
expect "deaf readers: they are reset" reset "$(tail -n 1 "$TMP/asked")"
deaf
stop
expect "it ends well while they are there" 0 $?
finish
