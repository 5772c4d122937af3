<?php

// SPDX-License-Identifier: MIT
// ipfwagent: the page of a device under Apps. What the poller left is read and drawn, no more.

$ipfw_data = $app->data ?? [];
$ipfw_links = ['page' => 'device', 'device' => $device['device_id'], 'tab' => 'apps', 'app' => 'ipfw'];
$ipfw_interfaces = $ipfw_data['interfaces'] ?? [];
asort($ipfw_interfaces, SORT_STRING | SORT_FLAG_CASE);
$ipfw_key = is_string($vars['interface'] ?? null) ? $vars['interface'] : null;
$ipfw_text = fn ($text) => htmlspecialchars((string) $text, ENT_QUOTES | ENT_SUBSTITUTE, 'UTF-8');
$ipfw_word = fn (array $words, $number) => $words[$number ?? 0] ?? '-';

print_optionbar_start();
echo generate_link($ipfw_key === null ? '<span class="pagemenu-selected">System</span>' : 'System', $ipfw_links);
if ($ipfw_key !== null) {
    echo ' &#187; <span class="pagemenu-selected">' . $ipfw_text($ipfw_interfaces[$ipfw_key] ?? $ipfw_key) . '</span>';
}
print_optionbar_end();

if ($ipfw_data === []) {
    echo '<p>Not polled yet.</p>';
} elseif ($ipfw_key !== null && ! isset($ipfw_interfaces[$ipfw_key])) {
    echo '<p>This interface was not there at the last poll; what it did before is below.</p>';
}

if ($ipfw_key === null && $ipfw_data !== []) {
    $ipfw_agent = $ipfw_data['agent'];
    $ipfw_status = $ipfw_word([1 => 'ok', 2 => 'degraded', 3 => 'failing'], $ipfw_agent['status']);
    $ipfw_on_off = fn ($family) => $ipfw_word([1 => 'on', 2 => 'off'], $ipfw_data['forwarding'][$family] ?? null);
    $ipfw_table = [
        'Agent' => "ipfwagent $ipfw_agent[version]",
        'Status' => trim("$ipfw_status $ipfw_agent[text]"),
        'Source' => $ipfw_word([1 => 'the kernel\'s counters', 2 => "eBPF, $ipfw_agent[hooks]"], $ipfw_agent['source']),
        'Forwarding IPv4' => $ipfw_on_off('ipv4'),
        'Forwarding IPv6' => $ipfw_on_off('ipv6'),
    ];
    echo '<table class="table table-condensed table-striped">';
    foreach ($ipfw_table as $ipfw_label => $ipfw_value) {
        echo '<tr><th>' . $ipfw_text($ipfw_label) . '</th><td>' . $ipfw_text($ipfw_value) . '</td></tr>';
    }
    echo '</table>';
}

$ipfw_graphs = $ipfw_key === null ? [
    'bits' => 'Forwarded, bits per second',
    'packets' => 'Forwarded, packets per second',
    'peak_bits' => 'Forwarded, the average and the highest second, bits per second',
    'peak_packets' => 'Forwarded, the average and the highest second, packets per second',
    'share' => 'Share of IPv6 in what is forwarded',
    'dropped' => 'Dropped, and refused by filters, packets per second',
    'reasons' => 'Why packets were not forwarded, packets per second',
    'notrouted' => 'Not routed, packets per second',
] : [
    'if_bits' => 'Received and sent, bits per second',
    'if_packets' => 'Received and sent, packets per second',
    'if_peak_bits' => 'Received and sent, the average and the highest second, bits per second',
    'if_peak_packets' => 'Received and sent, the average and the highest second, packets per second',
    'if_forwarded_bits' => 'To forward (in) and forwarded (out), bits per second',
    'if_forwarded_packets' => 'To forward (in) and forwarded (out), packets per second',
    'if_forwarded_peak_bits' => 'To forward (in) and forwarded (out), the average and the highest second, bits per second',
    'if_forwarded_peak_packets' => 'To forward (in) and forwarded (out), the average and the highest second, packets per second',
    'if_dropped' => 'Dropped, and refused by filters, packets per second',
    'if_reasons' => 'Why packets were not forwarded, packets per second',
    'if_notrouted' => 'IPv6 not routed, packets per second',
];
if (empty($ipfw_data['reasons'])) { // nothing was dropped so far, or nobody knows
    unset($ipfw_graphs['reasons'], $ipfw_graphs['if_reasons']);
}
foreach ($ipfw_graphs as $ipfw_graph => $ipfw_title) {
    $graph_array = ['id' => $app->app_id, 'type' => "application_ipfw_$ipfw_graph", 'to' => time()];
    if ($ipfw_key !== null) {
        $graph_array['interface'] = preg_replace('/[^A-Za-z0-9.,_-]/', '', $ipfw_key);
    }
    echo '<div class="panel panel-default"><div class="panel-heading"><h3 class="panel-title">'
        . $ipfw_text($ipfw_title) . '</h3></div><div class="panel-body"><div class="row">';
    include 'includes/html/print-graphrow.inc.php';
    echo '</div></div></div>';
}

if ($ipfw_key === null && $ipfw_interfaces !== []) {
    $ipfw_quality = fn ($key, $family) => $ipfw_word([1 => 'exact', 2 => 'derived', 3 => 'bypassed'], $ipfw_data['files']["if-$key-$family"]['quality'] ?? null);
    echo '<table class="table table-condensed table-striped table-hover">'
        . '<tr><th>Interface</th><th>IPv4 counters</th><th>IPv6 counters</th></tr>';
    foreach ($ipfw_interfaces as $ipfw_if_key => $ipfw_if_name) {
        echo '<tr><td>' . generate_link($ipfw_text($ipfw_if_name), $ipfw_links, ['interface' => $ipfw_if_key]) . '</td><td>'
            . $ipfw_quality($ipfw_if_key, 'ipv4') . '</td><td>' . $ipfw_quality($ipfw_if_key, 'ipv6') . '</td></tr>';
    }
    echo '</table>';
}
