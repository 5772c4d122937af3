<?php

// SPDX-License-Identifier: MIT
// ipfwagent for LibreNMS: polls IPFWAGENT-MIB. One RRD file for each IP version of the system and
// of each interface. What the agent does not know is null here and unknown (U) in the file.
//
// The application's data, for the next poll, the graphs and the page:
//   agent       what the agent says of itself: version, source, hooks, status, text
//   began       when sysUpTime was 0, by this machine's clock; the times in `files` count from then
//   forwarding  IP version => 1 (on) or 2 (off)
//   interfaces  key => name; the key is the name in a form that file names and URLs can carry
//   files       RRD file => since (…DiscontinuityTime), quality, tags

use LibreNMS\RRD\RrdDefinition;

$name = 'ipfw';

// Data source => column of ipfwSystemTable and ipfwIfTable without its prefix.
$traffic = [
    'in_packets' => 'InPackets',
    'in_octets' => 'InOctets',
    'out_packets' => 'OutPackets',
    'out_octets' => 'OutOctets',
    'in_forw_packets' => 'InForwPackets',
    'in_forw_octets' => 'InForwOctets',
    'out_forw_packets' => 'OutForwPackets',
    'out_forw_octets' => 'OutForwOctets',
    'delivered_packets' => 'DeliveredPackets',
    'delivered_octets' => 'DeliveredOctets',
    'dropped_packets' => 'DroppedPackets',
    'dropped_octets' => 'DroppedOctets',
    'refused_packets' => 'RefusedPackets',
    'refused_octets' => 'RefusedOctets',
    'unaccounted_packets' => 'UnaccountedPackets',
    'fast_path_packets' => 'FastPathPackets',
    'fast_path_octets' => 'FastPathOctets',
];
$not_routed = [
    'no_routes' => 'NoRoutes',
    'hdr_errors' => 'HdrErrors',
    'forw_discards' => 'ForwDiscards',
    'too_big' => 'TooBig',
    'rp_filter' => 'RpFilter',
    'addr_errors' => 'AddrErrors',
    'out_discards' => 'OutDiscards',
    'out_no_routes' => 'OutNoRoutes',
    'reasm_fails' => 'ReasmFails',
];
$columns = ['ipfwSystem' => $traffic + $not_routed, 'ipfwIf' => $traffic];

$walk = fn (string $table) => SnmpQuery::hideMib()->walk("IPFWAGENT-MIB::$table");

$agent = $walk('ipfwAgent')->values();
if (! isset($agent['ipfwMibRevision.0'])) {
    echo PHP_EOL . "$name: no answer from IPFWAGENT-MIB" . PHP_EOL;
    update_application($app, 'ERROR: no answer from IPFWAGENT-MIB', [], 'no answer from IPFWAGENT-MIB');

    return;
}
$uptime = SnmpQuery::get('SNMPv2-MIB::sysUpTime.0')->value();
$began = is_numeric($uptime) ? time() - $uptime / 100 : null;
$system = $walk('ipfwSystemTable')->table(1);
$response = $walk('ipfwIfTable');
$interfaces = $response->table(2);

// Names as they came: LibreNMS strips quotes and backslashes, and two could become one. The MIB
// has them in printable ASCII, no two the same.
preg_match_all('/^ipfwIfName\[(\w+)\]\[(\d+)\] = (.*)$/m', (string) $response, $matches, PREG_SET_ORDER);
$names = [];
foreach ($matches as [, $family, $index, $if_name]) {
    $names[$family][$index] = $if_name;
}

$data = [
    'agent' => [
        'version' => $agent['ipfwVersion.0'] ?? null,
        'source' => $agent['ipfwSource.0'] ?? null,
        'hooks' => $agent['ipfwHooks.0'] ?? null,
        'status' => $agent['ipfwStatus.0'] ?? null,
        'text' => $agent['ipfwStatusText.0'] ?? null,
    ],
    'began' => $began,
    'forwarding' => [],
    'interfaces' => [],
    'files' => [],
];
$rows = []; // RRD file => the columns' prefix, the row, tags for other data stores
foreach (['ipv4', 'ipv6'] as $family) {
    if (isset($system[$family])) {
        $data['forwarding'][$family] = $system[$family]['ipfwSystemForwarding'] ?? null;
        $rows["system-$family"] = ['ipfwSystem', $system[$family], ['family' => $family]];
    }
    foreach ($interfaces[$family] ?? [] as $index => $row) {
        if (isset($names[$family][$index])) {
            $if_name = $names[$family][$index];
            $key = preg_replace_callback('/[^A-Za-z0-9._-]/', fn ($m) => sprintf(',%02x', ord($m[0])), $if_name);
            $data['interfaces'][$key] = $if_name;
            $rows["if-$key-$family"] = ['ipfwIf', $row, ['family' => $family, 'interface' => $if_name]];
        }
    }
}

$write = function (string $file, array $values, array $tags) use ($app, $columns, $device, $name): void {
    $rrd_def = RrdDefinition::make();
    $fields = [];
    foreach (array_keys($columns[str_starts_with($file, 'system-') ? 'ipfwSystem' : 'ipfwIf']) as $source) {
        $rrd_def->addDataset($source, $source === 'unaccounted_packets' ? 'GAUGE' : 'DERIVE', 0);
        $fields[$source] = $values[$source] ?? null;
    }
    $tags += [
        'name' => $name,
        'app_id' => $app->app_id,
        'rrd_name' => ['app', $name, $app->app_id, $file],
        'rrd_def' => $rrd_def,
    ];
    app('Datastore')->put($device, 'app', $tags, $fields);
};

$before = $app->data['files'] ?? [];
// With another snmpd than before, or another source of the counters, equal times mean nothing.
$same = (! isset($began, $app->data['began']) || abs($began - $app->data['began']) < 5)
    && ($app->data['agent']['source'] ?? null) === $data['agent']['source']
    && ($app->data['agent']['hooks'] ?? null) === $data['agent']['hooks'];
$metrics = [];
foreach ($rows as $file => [$prefix, $row, $tags]) {
    $values = array_map(fn ($column) => $row[$prefix . $column] ?? null, $columns[$prefix]);
    $values = array_filter($values, 'is_numeric');
    $since = $row[$prefix . 'DiscontinuityTime'] ?? null;
    // Counters that started anew tell nothing of the time between two polls: one unknown value.
    $continuous = ! isset($before[$file]['since']) || ($same && $before[$file]['since'] === $since);
    $write($file, $continuous ? $values : [], $tags);
    $data['files'][$file] = ['since' => $since, 'quality' => $row[$prefix . 'Quality'] ?? null, 'tags' => $tags];
    if ($prefix === 'ipfwSystem') {
        $metrics[$tags['family']] = $values;
    }
}
// What was here at the last poll and is not now: unknown, once.
foreach (array_diff_key($before, $rows) as $file => $row) {
    $write($file, [], $row['tags']);
}

foreach (array_filter($data['forwarding'], 'is_numeric') as $family => $forwarding) {
    $metrics[$family]['forwarding'] = $forwarding == 1 ? 1 : 0;
}
$metrics['none'] = array_filter([
    'status' => $agent['ipfwStatus.0'] ?? null,
    'source' => $agent['ipfwSource.0'] ?? null,
    'sample_age' => $agent['ipfwLastSampleAge.0'] ?? null,
    'sample_errors' => $agent['ipfwSampleErrors.0'] ?? null,
    'interfaces' => $agent['ipfwInterfaceNumber.0'] ?? null,
], 'is_numeric');

$app->data = $data;
$text = (string) $data['agent']['text'];
update_application($app, $data['agent']['status'] == 3 ? "ERROR: $text" : 'OK', $metrics, $text);
