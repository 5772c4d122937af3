<?php

// SPDX-License-Identifier: MIT
// ipfwagent for LibreNMS: polls IPFWAGENT-MIB. For each IP version of the system and of each interface
// there is an RRD file of its traffic, one of its peaks, one of its losses, and one for each reason for
// which packets were dropped. What the agent does not know is null here and unknown (U) in the file.
//
// The application's data, for the next poll, the graphs and the page:
//   agent       what the agent says of itself: version, source, hooks, status, text
//   began       when sysUpTime was 0, by this machine's clock; the times in `files` count from then
//   forwarding  IP version => 1 (on) or 2 (off)
//   interfaces  key => name; the key is the name in a form that file names and URLs can carry
//   files       RRD file => since (…DiscontinuityTime of each row that is in it), quality, tags
//   reasons     those seen so far, as STAGE-REASON in order

use LibreNMS\RRD\RrdDefinition;

$name = 'ipfw';

// Data source => column of ipfwSystemTable and ipfwIfTable without its prefix.
$first_traffic = [
    'in_packets' => 'InPackets',
    'in_octets' => 'InOctets',
    'out_packets' => 'OutPackets',
    'out_octets' => 'OutOctets',
    'in_forw_packets' => 'InForwPackets',
    'in_forw_octets' => 'InForwOctets',
    'out_forw_packets' => 'OutForwPackets',
    'out_forw_octets' => 'OutForwOctets',
];
$first_reasons = [
    'no_routes' => 'NoRoutes',
    'hdr_errors' => 'HdrErrors',
    'forw_discards' => 'ForwDiscards',
    'too_big' => 'TooBig',
];
$outcomes = [
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
$more_reasons = [
    'rp_filter' => 'RpFilter',
    'addr_errors' => 'AddrErrors',
    'out_discards' => 'OutDiscards',
    'out_no_routes' => 'OutNoRoutes',
    'reasm_fails' => 'ReasmFails',
];
// Those of ipfwPeakTable: the highest one-second rates of the agent's last window.
$peaks = [
    'in_packets' => 'InPacketRate',
    'in_octets' => 'InBitRate', // in kilobits
    'out_packets' => 'OutPacketRate',
    'out_octets' => 'OutBitRate',
    'in_forw_packets' => 'InForwPacketRate',
    'in_forw_octets' => 'InForwBitRate',
    'out_forw_packets' => 'OutForwPacketRate',
    'out_forw_octets' => 'OutForwBitRate',
];
// How a file's name begins => its data sources. They never change: LibreNMS hands rrdtool the values by
// their place, and refuses nothing. What is new gets files of its own.
$columns = [
    'system' => $first_traffic + $first_reasons,
    'if' => $first_traffic,
    'losses-system' => $outcomes + $more_reasons,
    'losses-if' => $outcomes + array_diff_key($first_reasons + $more_reasons, ['rp_filter' => '']),
    'drops' => ['packets' => 'Packets', 'octets' => 'Octets'],
    'peaks' => $peaks,
];

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
$windows = SnmpQuery::hideMib()->walk(array_map(fn ($column) => "IPFWAGENT-MIB::ipfwPeak$column", array_values($peaks)))->table(2);

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
    'reasons' => $app->data['reasons'] ?? [],
];
$before = $app->data['files'] ?? [];
// With another snmpd than before, or another source of the counters, equal times mean nothing.
$same = (! isset($began, $app->data['began']) || abs($began - $app->data['began']) < 5)
    && ($app->data['agent']['source'] ?? null) === $data['agent']['source']
    && ($app->data['agent']['hooks'] ?? null) === $data['agent']['hooks'];
$kind = fn (string $file) => preg_replace('/^(drops|peaks|(losses-)?(system|if))-.*/', '$1', $file);
$key = fn (string $if_name) => preg_replace_callback('/[^A-Za-z0-9._-]/', fn ($m) => sprintf(',%02x', ord($m[0])), $if_name);
$rows = []; // RRD file => values, since, quality, tags for other data stores
$metrics = [];

foreach (['ipv4', 'ipv6'] as $family) {
    $add = function (array $files, string $prefix, array $row, array $tags) use (&$rows, &$metrics, $columns, $family, $kind) {
        foreach ($files as $file) {
            $values = array_map(fn ($column) => $row[$prefix . $column] ?? null, $columns[$kind($file)]);
            $rows["$file-$family"] = [
                'values' => array_filter($values, 'is_numeric'),
                'since' => [$row[$prefix . 'DiscontinuityTime'] ?? null],
                'quality' => $row[$prefix . 'Quality'] ?? null,
                'tags' => ['family' => $family] + $tags,
            ];
        }
    };
    // Where there are no peaks there is no file.
    $add_peaks = function (string $file, int $index, array $tags) use (&$rows, $family, $peaks, $windows): array {
        $values = [];
        foreach ($peaks as $source => $column) {
            $rate = $windows[$family][$index]["ipfwPeak$column"] ?? null;
            if (is_numeric($rate)) {
                $values[$source] = str_ends_with($source, 'octets') ? $rate * 1000 / 8 : $rate;
            }
        }
        if ($values !== []) {
            $rows["peaks-$file-$family"] = ['values' => $values, 'tags' => ['family' => $family] + $tags];
        }

        return $values;
    };
    if (isset($system[$family])) {
        $data['forwarding'][$family] = $system[$family]['ipfwSystemForwarding'] ?? null;
        $add(['system', 'losses-system'], 'ipfwSystem', $system[$family], []);
        $metrics[$family] = $rows["system-$family"]['values'] + $rows["losses-system-$family"]['values'];
        foreach ($add_peaks('system', 0, []) as $source => $peak) {
            $metrics[$family]["peak_$source"] = $peak;
        }
    }
    foreach ($interfaces[$family] ?? [] as $index => $row) {
        if (isset($names[$family][$index])) {
            $if_name = $names[$family][$index];
            $data['interfaces'][$key($if_name)] = $if_name;
            $add(['if-' . $key($if_name), 'losses-if-' . $key($if_name)], 'ipfwIf', $row, ['interface' => $if_name]);
            $add_peaks('if-' . $key($if_name), (int) $index, ['interface' => $if_name]);
        }
    }
}

// The rows of drops, added up for the system and for each interface that packets came in by.
preg_match_all('/^ipfwDrop(\w+)\[(\w+)\]\[(\d+)\]\[(\d+)\]\[(\w+)\]\["?(\w+)"?\] = (.*)$/m', (string) $walk('ipfwDropTable'), $matches, PREG_SET_ORDER);
$drops = [];
foreach ($matches as [, $column, $family, $in, $out, $stage, $reason, $value]) {
    $drops["$family $in $out $stage $reason"][$column] = $value;
}
foreach ($drops as $index => $row) {
    if (! isset($row['InIfName'], $row['Packets'], $row['Octets'], $row['DiscontinuityTime'])) {
        continue; // the walk did not come so far
    }
    [$family, $in, $out, $stage, $reason] = explode(' ', $index);
    $data['reasons'][] = "$stage-$reason";
    $if_name = $row['InIfName']; // empty: the system's own packets
    foreach (['drops-system' => []] + ($if_name === '' ? [] : ['drops-if-' . $key($if_name) => ['interface' => $if_name]]) as $file => $tags) {
        $sum = &$rows["$file-$stage-$reason-$family"];
        $sum['tags'] = ['family' => $family, 'stage' => $stage, 'reason' => $reason] + $tags;
        foreach ($columns['drops'] as $source => $column) {
            $sum['values'][$source] = ($sum['values'][$source] ?? 0) + $row[$column];
        }
        $sum['since']["$in $out"] = $row['DiscontinuityTime'];
        unset($sum);
    }
}
sort($data['reasons']);
$data['reasons'] = array_values(array_unique($data['reasons']));

$write = function (string $file, array $values, array $tags) use ($app, $columns, $device, $kind, $name): void {
    $rrd_def = RrdDefinition::make();
    $fields = [];
    foreach (array_keys($columns[$kind($file)]) as $source) {
        $gauge = $source === 'unaccounted_packets' || $kind($file) === 'peaks';
        $rrd_def->addDataset($source, $gauge ? 'GAUGE' : 'DERIVE', 0);
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

foreach ($rows as $file => $row) {
    // Counters that started anew tell nothing of the time between two polls, nor do rows that are gone: one
    // unknown value. A reason that is new was 0 at the last poll: its file begins so, and the next poll tells
    // what there was since.
    $since = (array) ($before[$file]['since'] ?? []);
    $continuous = $since === [] || ($same && array_diff_assoc($since, $row['since']) === []);
    if (isset($app->data['reasons']) && $same && ! isset($before[$file]) && $kind($file) === 'drops') {
        $row['values'] = array_map(fn () => 0, $row['values']);
    }
    $write($file, $continuous ? $row['values'] : [], $row['tags']);
    unset($row['values']);
    $data['files'][$file] = $row;
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
